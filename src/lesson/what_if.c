/* what_if.c: making, copying, comparing and changing what the reader switched. */
#include "lesson/what_if.h"
#include "files/memory.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

void what_if_init(struct what_if *what_if) {
    *what_if = (struct what_if){.temperature = 1.0f};
}

void what_if_free(struct what_if *what_if) {
    free(what_if->painted.allowed);
    free(what_if->context);
    free(what_if->values);
    free(what_if->edits);
    what_if_init(what_if);
}

void what_if_forget_model(struct what_if *what_if) {
    struct what_if words = {.context = what_if->context,
                            .values = what_if->values,
                            .shuffle_seed = what_if->shuffle_seed,
                            .temperature = 1.0f};
    what_if->context = what_if->values = NULL;
    what_if_free(what_if);
    *what_if = words;
}

/* A copy of `count` things; NULL where there are none (*is_good true) or no memory (false). */
static void *copy_block(const void *from, size_t count, size_t size, bool *is_good) {
    if (from == NULL || count == 0) return NULL;
    void *copy = file_allocate(count, size);
    if (copy == NULL)
        *is_good = false;
    else
        memcpy(copy, from, count * size);
    return copy;
}

static size_t painted_count(const struct painted_mask *painted) {
    return painted->allowed != NULL ? painted->rows * painted->columns : 0;
}

static size_t text_bytes(const char *text) {
    return text != NULL ? strlen(text) + 1 : 0;
}

bool what_if_copy(struct what_if *to, const struct what_if *from) {
    if (to == from) return true;
    struct what_if copy = *from;
    bool is_good = true;
    copy.painted.allowed =
        copy_block(from->painted.allowed, painted_count(&from->painted), 1, &is_good);
    copy.context = copy_block(from->context, text_bytes(from->context), 1, &is_good);
    copy.values = copy_block(from->values, text_bytes(from->values), 1, &is_good);
    copy.edits = copy_block(from->edits, from->edit_count, sizeof *from->edits, &is_good);
    if (!is_good) {
        what_if_free(&copy);
        return false;
    }
    what_if_free(to);
    *to = copy;
    return true;
}

static bool painted_equal(const struct painted_mask *a, const struct painted_mask *b) {
    size_t count = painted_count(a);
    if (count == 0 || painted_count(b) == 0) return count == painted_count(b);
    return a->rows == b->rows && a->columns == b->columns &&
           memcmp(a->allowed, b->allowed, count) == 0;
}

static bool edits_equal(const struct what_if *a, const struct what_if *b) {
    if (a->edit_count != b->edit_count) return false;
    for (size_t i = 0; i < a->edit_count; i++) {
        const struct attention_edit *x = &a->edits[i], *y = &b->edits[i];
        if (x->tensor != y->tensor || x->layer != y->layer || x->index != y->index ||
            x->value != y->value)
            return false;
    }
    return true;
}

bool what_if_equal(const struct what_if *a, const struct what_if *b) {
    return a->similarity == b->similarity && a->scaling == b->scaling &&
           a->temperature == b->temperature && a->mask == b->mask && a->mask_size == b->mask_size &&
           a->position == b->position && a->residual == b->residual && a->norm == b->norm &&
           a->activation == b->activation && a->fault == b->fault &&
           a->shuffle_seed == b->shuffle_seed &&
           memcmp(a->heads_off, b->heads_off, sizeof a->heads_off) == 0 &&
           painted_equal(&a->painted, &b->painted) && file_texts_equal(a->context, b->context) &&
           file_texts_equal(a->values, b->values) && edits_equal(a, b);
}

/* What is remembered but does not act (the size of a mask that is not chosen) is no change. */
bool what_if_is_plain(const struct what_if *what_if) {
    struct what_if plain;
    what_if_init(&plain);
    plain.mask_size = what_if->mask_size;
    plain.painted = what_if->painted;
    return what_if_equal(what_if, &plain);
}

/* NULL or "" makes *field NULL. */
static bool set_text(char **field, const char *text) {
    size_t replaced = 0;
    char *copy = NULL;
    if (text != NULL && *text) {
        copy = file_utf8_repair((const uint8_t *)text, strlen(text), &replaced);
        if (copy == NULL) return false;
    }
    free(*field);
    *field = copy;
    return true;
}

bool what_if_set_context(struct what_if *what_if, const char *text) {
    if (!set_text(&what_if->context, text)) return false;
    if (what_if->context == NULL) set_text(&what_if->values, NULL);
    return true;
}

bool what_if_set_values(struct what_if *what_if, const char *text) {
    return set_text(&what_if->values, text);
}

bool what_if_is_head_off(const struct what_if *what_if, int layer, int head) {
    return layer >= 0 && layer < ATTENTION_MAX_LAYERS && head >= 0 && head < ATTENTION_MAX_HEADS &&
           (what_if->heads_off[layer] >> head & 1) != 0;
}

void what_if_set_head(struct what_if *what_if, int layer, int head, bool is_on) {
    assert(layer >= 0 && layer < ATTENTION_MAX_LAYERS && head >= 0 && head < ATTENTION_MAX_HEADS);
    uint64_t bit = (uint64_t)1 << head;
    if (is_on)
        what_if->heads_off[layer] &= ~bit;
    else
        what_if->heads_off[layer] |= bit;
}

/* The place of the edit of one number, or edit_count. */
static size_t edit_find(const struct what_if *what_if, int tensor, int layer, size_t index) {
    size_t i = 0;
    bool is_per_layer = attention_tensor_is_per_layer(tensor);
    for (; i < what_if->edit_count; i++) {
        const struct attention_edit *edit = &what_if->edits[i];
        if (edit->tensor == tensor && edit->index == index &&
            (!is_per_layer || edit->layer == layer))
            break;
    }
    return i;
}

bool what_if_edit(struct what_if *what_if, const struct attention_edit *edit) {
    assert(what_if_is_editable(edit->tensor));
    size_t place = edit_find(what_if, edit->tensor, edit->layer, edit->index);
    if (place == what_if->edit_count) {
        if (place >= WHAT_IF_MAX_EDITS) return false;
        struct attention_edit *edits =
            file_reallocate(what_if->edits, place + 1, sizeof *what_if->edits);
        if (edits == NULL) return false;
        what_if->edits = edits;
        what_if->edit_count++;
    }
    what_if->edits[place] = *edit;
    if (!attention_tensor_is_per_layer(edit->tensor)) what_if->edits[place].layer = 0;
    return true;
}

bool what_if_unedit(struct what_if *what_if, int tensor, int layer, size_t index) {
    size_t place = edit_find(what_if, tensor, layer, index);
    if (place == what_if->edit_count) return false;
    what_if->edit_count--;
    memmove(&what_if->edits[place], &what_if->edits[place + 1],
            (what_if->edit_count - place) * sizeof *what_if->edits);
    return true;
}

static size_t distance(size_t i, size_t j) {
    return i > j ? i - j : j - i;
}

bool what_if_allows(const struct what_if *what_if, size_t i, size_t j, size_t m) {
    const struct painted_mask *painted = &what_if->painted;
    size_t size = what_if->mask_size > 0 ? (size_t)what_if->mask_size : 0;
    switch (what_if->mask) {
    case MASK_CAUSAL:
        return j <= i;
    case MASK_PADDING:
        return j + size < m;
    case MASK_WINDOW:
        return distance(i, j) <= size;
    case MASK_PAINTED:
        return painted->allowed == NULL || i >= painted->rows || j >= painted->columns ||
               painted->allowed[i * painted->columns + j] != 0;
    default:
        return true;
    }
}

bool what_if_paint(struct what_if *what_if, size_t n, size_t m, size_t row, size_t column,
                   bool is_allowed) {
    assert(row < n && column < m);
    struct painted_mask painted = what_if->painted;
    bool is_first = what_if->mask != MASK_PAINTED || painted.allowed == NULL;
    /* What was painted for a longer text stays, should that text come back. */
    size_t rows = is_first || n > painted.rows ? n : painted.rows;
    size_t columns = is_first || m > painted.columns ? m : painted.columns;
    if (is_first || rows != painted.rows || columns != painted.columns) {
        if (columns > SIZE_MAX / rows) return false;
        uint8_t *allowed = file_allocate(rows * columns, 1);
        if (allowed == NULL) return false;
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                allowed[i * columns + j] = what_if_allows(what_if, i, j, m);
        free(what_if->painted.allowed);
        what_if->painted = (struct painted_mask){allowed, rows, columns};
    }
    what_if->mask = MASK_PAINTED;
    what_if->painted.allowed[row * columns + column] = is_allowed;
    return true;
}

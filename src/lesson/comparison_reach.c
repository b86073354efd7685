/* comparison_reach.c: after how many steps or layers a token can first have heard of another, and
 * by which way. */
#include "lesson/comparison_reach.h"
#include "files/memory.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float as_steps(size_t steps) {
    return steps == SIZE_MAX ? INFINITY : (float)steps;
}

static void fill_networks(struct comparison *out) {
    for (size_t i = 0; i < out->n; i++)
        for (size_t j = 0; j < out->n; j++) {
            out->first[COMPARED_RNN][i * out->n + j] = as_steps(attention_rnn_steps_between(i, j));
            out->first[COMPARED_CNN][i * out->n + j] =
                as_steps(attention_cnn_layers_between(i, j, out->kernel));
        }
}

/* Sets of tokens as bits. */
enum { WORD_BITS = 64 };

static void set_add(uint64_t *set, size_t j) {
    set[j / WORD_BITS] |= UINT64_C(1) << j % WORD_BITS;
}

static bool set_has(const uint64_t *set, size_t j) {
    return set[j / WORD_BITS] >> j % WORD_BITS & 1;
}

/* Row i of attention's `first`, layer by layer: what a token has heard of is what those that it
 * looked at had heard of a layer before, so the row is the breadth-first search from i. */
static void search_row(const struct comparison *out, const uint64_t *seen_by, size_t words,
                       uint64_t *known, uint64_t *edge, uint64_t *next, float *first) {
    size_t n = out->n;
    for (size_t layer = 1; layer < n; layer++) {
        memset(next, 0, words * sizeof *next);
        for (size_t j = 0; j < n; j++)
            for (size_t w = 0; set_has(edge, j) && w < words; w++)
                next[w] |= seen_by[j * words + w];
        bool is_new = false;
        for (size_t w = 0; w < words; w++) {
            next[w] &= ~known[w];
            known[w] |= next[w];
            edge[w] = next[w];
            is_new = is_new || next[w] != 0;
        }
        for (size_t j = 0; is_new && j < n; j++)
            if (set_has(next, j)) first[j] = (float)layer;
        if (!is_new) return;
    }
}

static bool fill_self_attention(struct comparison *out) {
    size_t n = out->n, words = (n + WORD_BITS - 1) / WORD_BITS;
    uint64_t *sets = file_allocate((n + 3) * words, sizeof *sets);
    float *first = out->first[COMPARED_ATTENTION];
    if (sets == NULL) return false;
    memset(sets, 0, (n + 3) * words * sizeof *sets);
    uint64_t *known = sets + n * words, *edge = known + words, *next = edge + words;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (out->allowed[i * n + j]) set_add(sets + i * words, j);
    for (size_t i = 0; i < n; i++) {
        memset(known, 0, 2 * words * sizeof *known); /* and edge */
        set_add(known, i);
        set_add(edge, i);
        for (size_t j = 0; j < n; j++)
            first[i * n + j] = i == j ? 0 : INFINITY;
        search_row(out, sets, words, known, edge, next, first + i * n);
    }
    free(sets);
    return true;
}

bool comparison_reach_fill(const struct study *study, struct comparison *out) {
    struct what_if mask = study->document.what_if; /* borrowed, with the mask that acts */
    mask.mask = study_mask(study);
    for (size_t i = 0; i < out->n; i++)
        for (size_t j = 0; j < out->m; j++)
            out->allowed[i * out->m + j] = what_if_allows(&mask, i, j, out->m);
    fill_networks(out);
    if (!out->is_cross) return fill_self_attention(out);
    for (size_t at = 0; at < out->n * out->m; at++) /* no layer changes the context */
        out->first[COMPARED_ATTENTION][at] = out->allowed[at] ? 1 : INFINITY;
    return true;
}

bool comparison_reaches(const struct comparison *comparison, enum compared compared, size_t row,
                        size_t column, size_t steps) {
    size_t columns = comparison_columns(comparison, compared);
    return comparison->first[compared][row * columns + column] <= (float)steps;
}

/* One word further for the state, after the word itself was read. */
static size_t rnn_path(size_t row, size_t column, size_t *places) {
    if (column > row) return SIZE_MAX;
    size_t hops = row - column + 1;
    for (size_t hop = 0; places != NULL && hop <= hops; hop++)
        places[hop] = hop == 0 ? column : column + hop - 1;
    return hops;
}

/* As far as the window reaches in every layer; what is left over in the last. */
static size_t cnn_path(const struct comparison *comparison, size_t row, size_t column,
                       size_t *places) {
    size_t kernel = comparison->kernel, left = (kernel - 1) / 2, right = kernel - 1 - left;
    size_t hops = attention_cnn_layers_between(row, column, kernel);
    size_t at = column;
    for (size_t hop = 0; places != NULL && hops != SIZE_MAX && hop <= hops; hop++) {
        places[hop] = at;
        if (at < row) at = at + left < row ? at + left : row;
        if (at > row) at = at > row + right ? at - right : row;
    }
    return hops;
}

/* Back from the row: a token that it looks at and that had heard of the column a layer before. */
static size_t attention_path(const struct comparison *comparison, size_t row, size_t column,
                             size_t *places) {
    size_t n = comparison->n, m = comparison->m, at = row;
    const float *first = comparison->first[COMPARED_ATTENTION];
    if (isinf(first[row * m + column])) return SIZE_MAX;
    size_t hops = (size_t)first[row * m + column];
    if (places == NULL) return hops;
    places[hops] = row;
    for (size_t hop = hops; hop > 1; hop--) {
        size_t before = 0;
        while (before < n && !(comparison->allowed[at * m + before] &&
                               first[before * m + column] == (float)(hop - 1)))
            before++;
        assert(before < n);
        places[hop - 1] = at = before;
    }
    places[0] = column;
    return hops;
}

size_t comparison_path(const struct comparison *comparison, enum compared compared, size_t row,
                       size_t column, size_t *places) {
    assert(row < comparison->n && column < comparison_columns(comparison, compared));
    switch (compared) {
    case COMPARED_RNN:
        return rnn_path(row, column, places);
    case COMPARED_CNN:
        return cnn_path(comparison, row, column, places);
    default:
        return attention_path(comparison, row, column, places);
    }
}

size_t comparison_path_done(enum compared compared, size_t column, size_t hops, size_t steps) {
    size_t begun = compared == COMPARED_RNN ? column : 0; /* steps before the word is read */
    size_t done = steps > begun ? steps - begun : 0;
    return done < hops ? done : hops;
}

size_t comparison_last_step(const struct study *study) {
    return study_tokens(study);
}

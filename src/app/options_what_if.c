/* options_what_if.c: the options that change the attention itself. */
#include "app/mask_file.h"
#include "app/options_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

OPTION_APPLY_ID(similarity, what_if.similarity, enum similarity_choice)
OPTION_APPLY_ID(scaling, what_if.scaling, enum scaling_choice)
OPTION_APPLY_ID(position, what_if.position, enum position_choice)
OPTION_APPLY_ID(residual, what_if.residual, enum residual_choice)
OPTION_APPLY_ID(norm, what_if.norm, enum norm_choice)
OPTION_APPLY_ID(fault, what_if.fault, enum fault_choice)
OPTION_APPLY_ID(activation, what_if.activation, enum activation_choice)

/* For options that may be given again: what a session brought is taken back. */
static const char NONE[] = "none";

/* A whole word as a finite float. */
static bool read_number(const char *value, float *out) {
    char *end = NULL;
    *out = strtof(value, &end);
    return end != value && !*end && isfinite(*out);
}

static bool apply_temperature(const struct option_target *t, const char *value) {
    float number;
    if (!read_number(value, &number) || number < 0) return false;
    t->document->what_if.temperature = number;
    return true;
}

/* "window:2", "padding:1"; false: another word. */
static bool read_sized_mask(const char *value, enum mask_choice *mask, int *size) {
    const char *colon = strchr(value, ':');
    char kind[16] = "";
    long number;
    if (!colon || (size_t)(colon - value) >= sizeof kind) return false;
    memcpy(kind, value, (size_t)(colon - value));
    int found = mask_from_id(kind);
    if ((found != MASK_WINDOW && found != MASK_PADDING) ||
        !option_read_integer(colon + 1, 0, TEXT_MAX_TOKENS, &number))
        return false;
    *mask = (enum mask_choice)found;
    *size = (int)number;
    return true;
}

static bool read_painted(const struct option_target *t, const char *path) {
    struct file_error why = {0};
    struct painted_mask painted = {0};
    if (strcmp(path, "-") != 0 && !file_exists(path))
        return file_error_set(t->error,
                              "--mask: %.200s is no mask and no file; give none, causal, window:W, "
                              "padding:N or a file of 0 and 1",
                              path);
    if (!mask_file_read(path, &painted, &why))
        return file_error_set(t->error, "--mask: %.400s", why.text);
    free(t->document->what_if.painted.allowed);
    t->document->what_if.painted = painted;
    t->document->what_if.mask = MASK_PAINTED;
    return true;
}

static bool apply_mask(const struct option_target *t, const char *value) {
    struct what_if *what_if = &t->document->what_if;
    int found = mask_from_id(value);
    if (found == MASK_MODEL || found == MASK_NONE || found == MASK_CAUSAL) {
        what_if->mask = (enum mask_choice)found;
        return true;
    }
    if (read_sized_mask(value, &what_if->mask, &what_if->mask_size)) return true;
    /* A mistake in one of the sized ones, and no file. */
    bool is_sized = strncmp(value, "window", 6) == 0 || strncmp(value, "padding", 7) == 0;
    if (!*value || (is_sized && !file_exists(value))) return false;
    return t->error ? read_painted(t, value) : true;
}

static bool apply_shuffle(const struct option_target *t, const char *value) {
    long seed;
    if (!option_read_integer(value, 0, UINT32_MAX, &seed)) return false;
    t->document->what_if.shuffle_seed = (uint32_t)seed;
    return true;
}

/* The text of --context or --values: repaired, with what that replaced added to the losses. */
static bool set_text(const struct option_target *t, const char *value,
                     bool (*set)(struct what_if *what_if, const char *text)) {
    size_t replaced = 0;
    if (strlen(value) > TEXT_MAX_BYTES) return false;
    if (!t->error) return true;
    char *text = file_utf8_repair((const uint8_t *)value, strlen(value), &replaced);
    bool is_done = text && strlen(text) <= TEXT_MAX_BYTES && set(&t->document->what_if, text);
    free(text);
    t->loss->context_replaced += replaced;
    return is_done;
}

static bool apply_context(const struct option_target *t, const char *value) {
    return set_text(t, value, what_if_set_context);
}

static bool apply_values(const struct option_target *t, const char *value) {
    return set_text(t, value, what_if_set_values);
}

/* "2,3": those heads of the document's layer are off, its others on; "none": all are on. */
static bool apply_heads_off(const struct option_target *t, const char *value) {
    uint64_t bits = 0;
    const char *at = value;
    for (bool is_more = strcmp(value, NONE) != 0; is_more;) {
        char *end = NULL;
        long head = strtol(at, &end, 10);
        if (end == at || *at < '0' || *at > '9' || head < 1 || head > ATTENTION_MAX_HEADS)
            return false;
        bits |= (uint64_t)1 << (head - 1);
        is_more = *end == ',';
        if (!is_more && *end) return false;
        at = end + 1;
    }
    /* A layer that no model has is refused when the study is there. */
    int layer = t->document->layer;
    if (layer >= 0 && layer < ATTENTION_MAX_LAYERS) t->document->what_if.heads_off[layer] = bits;
    return true;
}

bool options_check_heads(const struct document *wanted, const struct option_extent *extent,
                         struct file_error *error) {
    for (int head = extent->heads; head < ATTENTION_MAX_HEADS; head++) {
        if (!what_if_is_head_off(&wanted->what_if, wanted->layer, head)) continue;
        if (extent->heads == 1)
            return file_error_set(error, "--heads-off %d: there is 1 head; give 1", head + 1);
        return file_error_set(error,
                              "--heads-off %d: there are %d heads; give numbers from 1 to %d",
                              head + 1, extent->heads, extent->heads);
    }
    return true;
}

/* "layers.0.attention.q.weight[2,3]=0.5" */
struct edit_words {
    struct attention_edit edit; /* index not yet known */
    int dims;
    size_t places[3];
};

/* "[2,3]=" from *at on, which ends behind it. */
static bool read_places(const char **at, struct edit_words *out) {
    const char *c = *at;
    if (*c != '[') return false;
    do {
        char *end = NULL;
        c++;
        if (out->dims == 3 || *c < '0' || *c > '9') return false;
        unsigned long long place = strtoull(c, &end, 10);
        if (place > UINT32_MAX) return false;
        out->places[out->dims++] = (size_t)place;
        c = end;
    } while (*c == ',');
    if (c[0] != ']' || c[1] != '=') return false;
    *at = c + 2;
    return true;
}

static bool read_edit(const char *value, struct edit_words *out) {
    char name[WHAT_IF_NAME_BYTES];
    const char *at = strchr(value, '[');
    *out = (struct edit_words){.dims = 0};
    if (!at || (size_t)(at - value) >= sizeof name) return false;
    memcpy(name, value, (size_t)(at - value));
    name[at - value] = '\0';
    if (!what_if_quantity_from_name(name, &out->edit.tensor, &out->edit.layer) ||
        !read_places(&at, out))
        return false;
    if (out->edit.tensor == ATTENTION_TENSOR_SCORES && strcmp(at, "-inf") == 0) {
        out->edit.value = -INFINITY;
        return true;
    }
    return read_number(at, &out->edit.value);
}

/* Only checked here: where the number goes is known when there is a study. */
static bool apply_edit(const struct option_target *t, const char *value) {
    struct edit_words words;
    (void)t;
    return strcmp(value, NONE) == 0 || read_edit(value, &words);
}

const struct option_row options_what_if_rows[] = {
    {"--context", "a sentence for keys and values", apply_context, OPTION_FIELD},
    {"--values", "a sentence with as many tokens as the context", apply_values, OPTION_FIELD},
    {"--similarity", "model, dot, cosine, general or additive", apply_similarity, OPTION_FIELD},
    {"--scale", "model, on or off", apply_scaling, OPTION_FIELD},
    {"--temperature", "a number of 0 or more", apply_temperature, OPTION_FIELD},
    {"--mask", "model, none, causal, window:W, padding:N or a file of 0 and 1", apply_mask,
     OPTION_FIELD},
    {"--position", "model, on or off", apply_position, OPTION_FIELD},
    {"--shuffle", "a whole number from 0 to 4294967295", apply_shuffle, OPTION_FIELD},
    {"--norm", "model, none, post or pre", apply_norm, OPTION_FIELD},
    {"--residual", "model, on or off", apply_residual, OPTION_FIELD},
    {"--fault", "none, softmax-over-queries or mask-after-softmax", apply_fault, OPTION_FIELD},
    {"--activation", "model, relu or gelu", apply_activation, OPTION_FIELD},
    {"--heads-off", "none, or numbers from 1 with commas between them", apply_heads_off,
     OPTION_LAST},
    {"--edit",
     "none, or a weight, the scores or embedding (of the tokens, not of the vocabulary), the place "
     "counted from 0, and a number: layers.0.attention.q.weight[2,3]=0.5 or embedding[0,1]=2",
     apply_edit, OPTION_FIELD},
    {NULL, NULL, NULL, OPTION_AT_ONCE},
};

/* "[4, 8]" */
static void shape_text(char *out, size_t bytes, int dims, const size_t shape[3]) {
    int used = snprintf(out, bytes, "[");
    for (int i = 0; i < dims && used > 0 && (size_t)used < bytes; i++)
        used += snprintf(out + used, bytes - (size_t)used, "%s%zu%s", i ? ", " : "", shape[i],
                         i + 1 == dims ? "]" : "");
}

/* The flat place of an edit in this study. */
static bool place_edit(const struct study *study, const char *value, struct attention_edit *out,
                       struct file_error *error) {
    struct edit_words words;
    size_t shape[3] = {0};
    char shown[80];
    if (!read_edit(value, &words))
        return file_error_set(error,
                              "--edit: “%.80s” is not possible; "
                              "see headway --help",
                              value);
    int dims = study_shape(study, words.edit.tensor, shape);
    bool is_inside = words.dims == dims;
    size_t index = 0;
    for (int i = 0; i < dims && is_inside; i++) {
        is_inside = words.places[i] < shape[i];
        index = index * shape[i] + words.places[i];
    }
    words.edit.index = index;
    *out = words.edit;
    if (is_inside && study_edit_fits(study, out)) return true;
    if (is_inside || shape[0] == 0 || words.edit.layer >= study->model.weights.config.layers)
        return file_error_set(error,
                              "--edit %.100s: this pass has no such input or weight; name "
                              "one that it has",
                              value);
    shape_text(shown, sizeof shown, dims, shape);
    return file_error_set(error,
                          "--edit %.100s: the shape is %s; give a place in it, counted "
                          "from 0",
                          value, shown);
}

static bool check_mask_file(const struct study *study, struct file_error *error) {
    const struct painted_mask *painted = &study->document.what_if.painted;
    size_t n = study_tokens(study), m = study_keys(study);
    if (painted->rows == n && painted->columns == m) return true;
    return file_error_set(
        error,
        "--mask: the file has %zu lines of %zu numbers, and there are %zu queries "
        "and %zu keys; give %zu lines of %zu",
        painted->rows, painted->columns, n, m, n, m);
}

bool options_finish(const struct options *options, struct study *study, bool *is_usage,
                    struct file_error *error) {
    struct document wanted = {0};
    bool is_done = document_copy(&wanted, &study->document), has_edits = false;
    *is_usage = false;
    if (!is_done) return file_error_set(error, "no memory is left; close other programs");
    for (int i = 0; i < options->value_count && is_done; i++) {
        const struct option_value *given = &options->values[i];
        struct attention_edit edit;
        if (given->row->apply == apply_mask && wanted.what_if.mask == MASK_PAINTED)
            is_done = check_mask_file(study, error);
        if (given->row->apply != apply_edit || !is_done) continue;
        if (strcmp(given->value, NONE) == 0) {
            wanted.what_if.edit_count = 0;
            has_edits = true;
            continue;
        }
        is_done = place_edit(study, given->value, &edit, error);
        *is_usage = !is_done;
        has_edits = true;
        if (is_done && !what_if_edit(&wanted.what_if, &edit))
            is_done = file_error_set(error,
                                     "--edit: no memory is left, or there are more than %d; "
                                     "leave some out",
                                     (int)WHAT_IF_MAX_EDITS);
    }
    is_done = is_done && (!has_edits || study_set(study, &wanted, error));
    document_free(&wanted);
    return is_done;
}

/* options_place.c: the options that say what is shown: text, model, and the place in them. */
#include "app/options_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool option_read_integer(const char *value, long low, long high, long *out) {
    char *end = NULL;
    errno = 0;
    long number = strtol(value, &end, 10);
    if (errno || end == value || *end || number < low || number > high) return false;
    *out = number;
    return true;
}

bool option_read_index(const char *value, int *out) {
    long number;
    if (!option_read_integer(value, 1, 1000000, &number)) return false;
    *out = (int)number - 1;
    return true;
}

bool option_read_switch(const char *value, bool *out) {
    bool is_on = strcmp(value, "on") == 0;
    if (!is_on && strcmp(value, "off") != 0) return false;
    *out = is_on;
    return true;
}

/* A session replaces everything; the options after it change it. */
static bool apply_session(const struct option_target *t, const char *value) {
    if (!t->error) return *value;
    return open_session(value, t->document, t->error);
}

static bool apply_text(const struct option_target *t, const char *value) {
    if (!t->error) return true;
    struct file_bytes bytes = {.data = (uint8_t *)(uintptr_t)value, .size = strlen(value)};
    return open_text(&bytes, t->document, t->loss, t->error);
}

static bool apply_text_file(const struct option_target *t, const char *value) {
    if (!t->error) return true;
    return open_text_file(value, t->document, t->loss, t->error);
}

static bool apply_model(const struct option_target *t, const char *value) {
    return *value && document_set_model(t->document, value);
}

static bool apply_layer(const struct option_target *t, const char *value) {
    t->options->is_each_layer = strcmp(value, "all") == 0;
    return t->options->is_each_layer || option_read_index(value, &t->document->layer);
}

static bool apply_head(const struct option_target *t, const char *value) {
    t->options->is_each_head = strcmp(value, "all") == 0;
    return t->options->is_each_head || option_read_index(value, &t->document->head);
}

static bool apply_query(const struct option_target *t, const char *value) {
    return option_read_index(value, &t->document->query);
}

static bool apply_key(const struct option_target *t, const char *value) {
    return option_read_index(value, &t->document->key);
}

static bool apply_beat(const struct option_target *t, const char *value) {
    t->document->beat = BEAT_LAST;
    return strcmp(value, "last") == 0 || option_read_index(value, &t->document->beat);
}

static bool apply_step(const struct option_target *t, const char *value) {
    int found = step_from_id(value);
    t->options->is_each_step = strcmp(value, "all") == 0;
    if (found >= 0) t->document->step = (enum step)found;
    return found >= 0 || t->options->is_each_step;
}

OPTION_APPLY_ID(view, view, enum view)
OPTION_APPLY_ID(panel, panel, enum panel)
OPTION_APPLY_ID(stride, stride, enum stride)

static bool apply_predict(const struct option_target *t, const char *value) {
    bool is_on = true;
    if (!option_read_switch(value, &is_on)) return false;
    t->document->is_predict_off = !is_on;
    return true;
}

static bool apply_difference(const struct option_target *t, const char *value) {
    return option_read_switch(value, &t->document->shows_difference);
}

static bool apply_steps(const struct option_target *t, const char *value) {
    long steps;
    if (!option_read_integer(value, 0, COMPARISON_MAX_STEPS, &steps)) return false;
    t->document->compare_steps = (int)steps;
    return true;
}

static bool apply_kernel(const struct option_target *t, const char *value) {
    long kernel;
    if (!option_read_integer(value, 1, COMPARISON_MAX_KERNEL, &kernel)) return false;
    t->document->compare_kernel = (int)kernel;
    return true;
}

/* "all", or "1,3": beside the head in focus. */
static bool apply_lines_heads(const struct option_target *t, const char *value) {
    t->document->lines_heads = 0;
    if (strcmp(value, "all") == 0) t->document->lines_heads = UINT64_MAX;
    while (*value && t->document->lines_heads != UINT64_MAX) {
        char *end = NULL;
        long head = *value >= '0' && *value <= '9' ? strtol(value, &end, 10) : 0;
        if (head < 1 || head > ATTENTION_MAX_HEADS || (*end && (*end != ',' || !end[1])))
            return false;
        t->document->lines_heads |= (uint64_t)1 << (head - 1);
        value = *end ? end + 1 : end;
    }
    return t->document->lines_heads != 0;
}

static bool apply_threshold(const struct option_target *t, const char *value) {
    long percent;
    if (!option_read_integer(value, 0, LINES_MAX_THRESHOLD, &percent)) return false;
    t->document->lines_threshold = (int)percent;
    return true;
}

OPTION_APPLY_ID(compare_shows, compare_shows, enum compare_shows)

const struct option_row options_place_rows[] = {
    {"--session", "a document saved by Headway", apply_session, OPTION_SESSION},
    {"--text", "a sentence", apply_text, OPTION_FIELD},
    {"--text-file", "a file", apply_text_file, OPTION_FIELD},
    {"--model", "textbook, by-hand or a model folder", apply_model, OPTION_FIELD},
    {"--layer", "a number from 1, or all", apply_layer, OPTION_FIELD},
    {"--head", "a number from 1, or all", apply_head, OPTION_FIELD},
    {"--query", "a number from 1", apply_query, OPTION_FIELD},
    {"--key", "a number from 1", apply_key, OPTION_FIELD},
    {"--step",
     "tokens, embedding, projection, similarity, scale, softmax, sum, heads, feedforward or all",
     apply_step, OPTION_FIELD},
    {"--beat", "a number from 1, or last", apply_beat, OPTION_FIELD},
    {"--view", "matrices, diagram, lines, heads, model or compare", apply_view, OPTION_FIELD},
    {"--lines-heads", "all, or numbers from 1 such as 1,3", apply_lines_heads, OPTION_FIELD},
    {"--threshold", "a number of percent from 0 to 50", apply_threshold, OPTION_FIELD},
    {"--steps", "a number from 0 to 1024", apply_steps, OPTION_FIELD},
    {"--kernel", "a number from 1 to 15", apply_kernel, OPTION_FIELD},
    {"--shows", "reach or influence", apply_compare_shows, OPTION_FIELD},
    {"--difference", "on or off", apply_difference, OPTION_FIELD},
    {"--panel", "explain or what-if", apply_panel, OPTION_FIELD},
    {"--stride", "cell, row or matrix", apply_stride, OPTION_FIELD},
    {"--predict", "on or off", apply_predict, OPTION_FIELD},
    {NULL, NULL, NULL, OPTION_AT_ONCE},
};

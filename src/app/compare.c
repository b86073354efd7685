#include "app/compare.h"

#include "app/text_table.h"
#include "lesson/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const titles[COMPARED_COUNT] = {"RNN", "CNN", "Self-attention"};

/* What a cost is called: as a column of the text, and in JSON. */
static const struct {
    const char *title, *key;
} costs[] = {{"multiply-adds", "operations"},
             {"steps one after another", "sequential_steps"},
             {"longest path", "longest_path"},
             {"weights between tokens", "memory_cells"}};
enum { COST_COUNT = sizeof costs / sizeof costs[0] };

static double cost_of(const struct comparison *comparison, size_t compared, size_t cost) {
    const struct attention_cost *all = &comparison->cost[compared];
    const double each[COST_COUNT] = {all->operations, all->sequential_steps, all->longest_path,
                                     all->memory_cells};
    return each[cost];
}

static bool no_memory(struct file_error *error) {
    return file_error_set(error, "compare: no memory is left; shorten the sentence");
}

/* As text. One of the squares, or the costs. */
struct shown {
    const struct study *study;
    const struct comparison *comparison;
    size_t compared;
};

static const char *token_name(const void *context, size_t index, char *room) {
    const struct shown *shown = context;
    (void)room;
    return study_token(shown->study, (int)index);
}

static const char *reach_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    (void)room;
    return shown->comparison->reach[shown->compared][row * shown->comparison->n + column] ? "1"
                                                                                          : "·";
}

static const char *influence_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    const struct comparison *comparison = shown->comparison;
    number_format(room, NUMBER_BYTES,
                  comparison->influence[shown->compared][row * comparison->n + column],
                  NUMBER_PLAIN);
    return room;
}

static const char *cost_row(const void *context, size_t row, char *room) {
    (void)context;
    (void)room;
    return titles[row];
}

static const char *cost_column(const void *context, size_t column, char *room) {
    (void)context;
    (void)room;
    return costs[column].title;
}

static const char *cost_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    double cost = cost_of(shown->comparison, row, column);
    if (isinf(cost)) return "never";
    snprintf(room, TEXT_TABLE_CELL_BYTES, "%.0f", cost);
    return room;
}

static bool write_squares(FILE *out, struct shown *shown, const char *what,
                          const char *(*cell)(const void *, size_t, size_t, char *)) {
    bool is_done = true;
    for (shown->compared = 0; is_done && shown->compared < COMPARED_COUNT; shown->compared++) {
        size_t n = shown->comparison->n;
        fprintf(out, "\n%s: %s\n", titles[shown->compared], what);
        is_done =
            text_table_write(out, &(struct text_table){n, n, token_name, token_name, cell, shown});
    }
    return is_done;
}

static bool write_text(FILE *out, const struct study *study, const struct comparison *comparison) {
    struct shown shown = {study, comparison, 0};
    char what[80];
    fprintf(out, "# RNN, CNN and self-attention\n\nSentence: %s\nModel: %s\nLayer: %d / %d\n",
            study->document.text, study->model.name, study->document.layer + 1,
            study->model.weights.config.layers);
    fprintf(out, "n = %zu tokens, d = %zu numbers each, k = %zu, the width of the convolution\n",
            comparison->n, comparison->d, comparison->kernel);
    fprintf(out, "\n## Who can have heard of whom (row: who; column: of whom)\n");
    snprintf(what, sizeof what, "after %zu step%s or layer%s", comparison->steps,
             comparison->steps == 1 ? "" : "s", comparison->steps == 1 ? "" : "s");
    bool is_done = write_squares(out, &shown, what, reach_cell);
    fprintf(out, "\n## What one layer costs\n\n");
    is_done =
        is_done && text_table_write(out, &(struct text_table){COMPARED_COUNT, COST_COUNT, cost_row,
                                                              cost_column, cost_cell, &shown});
    fprintf(out, "\n## How much of each token is in each vector\n");
    return is_done && write_squares(out, &shown, "‖∂y/∂x‖", influence_cell);
}

static bool build_text(const struct study *study, const struct comparison *comparison,
                       struct file_bytes *out) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    bool is_done = stream && write_text(stream, study, comparison);
    if (stream && fclose(stream) != 0) is_done = false;
    if (!is_done) {
        free(text);
        return false;
    }
    *out = (struct file_bytes){(uint8_t *)text, bytes};
    return true;
}

/* As JSON. A NULL from any part ends in a NULL whole. */

/* [[…] …] of n × n numbers; bytes are 0 or 1. */
static json_t *square_to_json(const uint8_t *bytes, const float *floats, size_t n) {
    json_t *rows = json_array();
    for (size_t i = 0; rows && i < n; i++) {
        json_t *row = json_array();
        for (size_t j = 0; row && j < n; j++) {
            json_t *number =
                bytes ? json_integer(bytes[i * n + j]) : json_real((double)floats[i * n + j]);
            if (json_array_append_new(row, number) != 0) {
                json_decref(row);
                row = NULL;
            }
        }
        if (json_array_append_new(rows, row) != 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}

static json_t *costs_to_json(const struct comparison *comparison, size_t compared) {
    json_t *object = json_object();
    for (size_t i = 0; object && i < COST_COUNT; i++) {
        double cost = cost_of(comparison, compared, i);
        if (json_object_set_new(object, costs[i].key,
                                isinf(cost) ? json_null() : json_real(cost)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *to_json(const struct study *study, const struct comparison *comparison) {
    json_t *whole = json_pack("{s:[], s:s, s:i, s:I, s:I, s:I, s:I, s:{}, s:{}, s:{}}", "tokens",
                              "model", study->document.model, "layer", study->document.layer + 1,
                              "n", (json_int_t)comparison->n, "d", (json_int_t)comparison->d,
                              "steps", (json_int_t)comparison->steps, "kernel",
                              (json_int_t)comparison->kernel, "reach", "cost", "influence");
    bool is_good = whole != NULL;
    for (size_t i = 0; is_good && i < study->tokens.count; i++) {
        const struct token *token = &study->tokens.tokens[i];
        json_t *word = json_stringn(study->document.text + token->start, token->bytes);
        is_good = json_array_append_new(json_object_get(whole, "tokens"), word) == 0;
    }
    for (size_t i = 0; is_good && i < COMPARED_COUNT; i++) {
        const char *id = compared_id((enum compared)i);
        size_t n = comparison->n;
        is_good = json_object_set_new(json_object_get(whole, "reach"), id,
                                      square_to_json(comparison->reach[i], NULL, n)) == 0 &&
                  json_object_set_new(json_object_get(whole, "cost"), id,
                                      costs_to_json(comparison, i)) == 0 &&
                  json_object_set_new(json_object_get(whole, "influence"), id,
                                      square_to_json(NULL, comparison->influence[i], n)) == 0;
    }
    if (is_good) return whole;
    json_decref(whole);
    return NULL;
}

static bool build_json(const struct study *study, const struct comparison *comparison,
                       struct file_bytes *out) {
    json_t *json = to_json(study, comparison);
    char *dumped = json ? json_dumps(json, JSON_REAL_PRECISION(9)) : NULL;
    size_t bytes = dumped ? strlen(dumped) : 0;
    char *text = dumped ? realloc(dumped, bytes + 2) : NULL;
    json_decref(json);
    if (!text) {
        free(dumped);
        return false;
    }
    memcpy(text + bytes, "\n", 2);
    *out = (struct file_bytes){(uint8_t *)text, bytes + 1};
    return true;
}

bool compare_build(const struct study *study, size_t steps, size_t kernel, bool is_json,
                   struct file_bytes *out, struct file_error *error) {
    struct comparison comparison;
    if (!comparison_make(study, steps, kernel, &comparison, error)) return false;
    bool is_done =
        is_json ? build_json(study, &comparison, out) : build_text(study, &comparison, out);
    comparison_free(&comparison);
    return is_done ? true : no_memory(error);
}

#include "app/compare.h"

#include "app/text_table.h"
#include "lesson/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *title_of(const struct comparison *comparison, size_t compared) {
    return compared == COMPARED_RNN   ? "RNN"
           : compared == COMPARED_CNN ? "CNN"
           : comparison->is_cross     ? "Cross-attention"
                                      : "Self-attention";
}

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

/* As text. One of the matrices, the costs, or the largest weights. */
struct shown {
    const struct study *study;
    const struct comparison *comparison;
    size_t compared;
    const struct largest_weight *largest;
};

static const char *token_name(const void *context, size_t index, char *room) {
    const struct shown *shown = context;
    (void)room;
    return study_token(shown->study, (int)index);
}

static const char *column_name(const void *context, size_t index, char *room) {
    const struct shown *shown = context;
    (void)room;
    return shown->compared == COMPARED_ATTENTION ? study_key_token(shown->study, (int)index)
                                                 : study_token(shown->study, (int)index);
}

static bool is_reached(const struct study *study, const struct comparison *comparison,
                       size_t compared, size_t row, size_t column) {
    return comparison_reaches(comparison, (enum compared)compared, row, column,
                              (size_t)study->document.compare_steps);
}

static const char *reach_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    (void)room;
    return is_reached(shown->study, shown->comparison, shown->compared, row, column) ? "1" : "·";
}

static const char *influence_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    const struct comparison *comparison = shown->comparison;
    size_t columns = comparison_columns(comparison, (enum compared)shown->compared);
    number_format(room, NUMBER_BYTES,
                  comparison->influence[shown->compared][row * columns + column], NUMBER_PLAIN);
    return room;
}

static const char *cost_row(const void *context, size_t row, char *room) {
    const struct shown *shown = context;
    (void)room;
    return title_of(shown->comparison, row);
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

static const char *largest_row(const void *context, size_t row, char *room) {
    (void)context;
    (void)room;
    return row ? "divided by the square root of d_k" : "as they are";
}

static const char *largest_column(const void *context, size_t column, char *room) {
    const struct shown *shown = context;
    snprintf(room, TEXT_TABLE_CELL_BYTES, "%zu", shown->largest[column].d_k);
    return room;
}

static const char *largest_cell(const void *context, size_t row, size_t column, char *room) {
    const struct shown *shown = context;
    const struct largest_weight *at = &shown->largest[column];
    number_format(room, NUMBER_BYTES, (float)(row ? at->scaled : at->unscaled), NUMBER_PLAIN);
    return room;
}

static bool write_largest(FILE *out, struct shown *shown) {
    size_t count;
    shown->largest = comparison_largest_weights(shown->study, &count);
    fprintf(out, "\n## Why scores are scaled: the mean largest of 8 weights, by d_k (here %d)\n\n",
            shown->study->model.weights.config.d_k);
    return shown->largest &&
           text_table_write(out, &(struct text_table){2, count, largest_row, largest_column,
                                                      largest_cell, shown});
}

static bool write_squares(FILE *out, struct shown *shown, const char *what,
                          const char *(*cell)(const void *, size_t, size_t, char *)) {
    bool is_done = true;
    for (shown->compared = 0; is_done && shown->compared < COMPARED_COUNT; shown->compared++) {
        size_t columns = comparison_columns(shown->comparison, (enum compared)shown->compared);
        fprintf(out, "\n%s: %s\n", title_of(shown->comparison, shown->compared), what);
        is_done = text_table_write(out, &(struct text_table){shown->comparison->n, columns,
                                                             token_name, column_name, cell, shown});
    }
    return is_done;
}

static bool write_text(FILE *out, const struct study *study, const struct comparison *comparison) {
    struct shown shown = {.study = study, .comparison = comparison};
    int steps = study->document.compare_steps;
    char what[80];
    fprintf(out, "# RNN, CNN and self-attention\n\nSentence: %s\n", study->document.text);
    if (comparison->is_cross)
        fprintf(out, "Context: %s (of the attention; RNN and CNN read the sentence alone)\n",
                study->document.what_if.context);
    fprintf(out, "Model: %s\nLayer: %d / %d\n", study->model.name, study->document.layer + 1,
            study->model.weights.config.layers);
    fprintf(out, "n = %zu tokens, d = %zu numbers each, k = %zu, the width of the convolution\n",
            comparison->n, comparison->d, comparison->kernel);
    fprintf(out, "\n## Who can have heard of whom (row: who; column: of whom)\n");
    snprintf(what, sizeof what, "after %d step%s or layer%s", steps, steps == 1 ? "" : "s",
             steps == 1 ? "" : "s");
    bool is_done = write_squares(out, &shown, what, reach_cell);
    fprintf(out, "\n## What one layer costs\n\n");
    is_done =
        is_done && text_table_write(out, &(struct text_table){COMPARED_COUNT, COST_COUNT, cost_row,
                                                              cost_column, cost_cell, &shown});
    fprintf(out, "\n## How much of each token is in each vector\n");
    is_done = is_done && write_squares(out, &shown, "‖∂y/∂x‖", influence_cell);
    return is_done && write_largest(out, &shown);
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

/* [[…] …]: a row for each token, of influence or of reach. */
static json_t *matrix_to_json(const struct study *study, const struct comparison *comparison,
                              size_t compared, bool is_influence) {
    size_t columns = comparison_columns(comparison, (enum compared)compared);
    json_t *rows = json_array();
    for (size_t i = 0; rows && i < comparison->n; i++) {
        json_t *row = json_array();
        for (size_t j = 0; row && j < columns; j++) {
            json_t *number =
                is_influence ? json_real((double)comparison->influence[compared][i * columns + j])
                             : json_integer(is_reached(study, comparison, compared, i, j));
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

static bool add_words(json_t *whole, const char *key, const char *text,
                      const struct token_list *tokens) {
    json_t *words = json_array();
    bool is_good = json_object_set_new(whole, key, words) == 0;
    for (size_t i = 0; is_good && i < tokens->count; i++) {
        const struct token *token = &tokens->tokens[i];
        is_good =
            json_array_append_new(words, json_stringn(text + token->start, token->bytes)) == 0;
    }
    return is_good;
}

static bool add_largest(json_t *whole, const struct study *study) {
    size_t count;
    const struct largest_weight *largest = comparison_largest_weights(study, &count);
    json_t *list = json_array();
    bool is_good = json_object_set_new(whole, "largest_weight", list) == 0 && largest;
    for (size_t i = 0; is_good && i < count; i++)
        is_good =
            json_array_append_new(
                list, json_pack("{s:I, s:f, s:f}", "d_k", (json_int_t)largest[i].d_k, "unscaled",
                                largest[i].unscaled, "scaled", largest[i].scaled)) == 0;
    return is_good;
}

static json_t *to_json(const struct study *study, const struct comparison *comparison) {
    json_t *whole = json_pack("{s:s, s:i, s:I, s:I, s:I, s:I, s:i, s:I, s:{}, s:{}, s:{}}", "model",
                              study->document.model, "layer", study->document.layer + 1, "n",
                              (json_int_t)comparison->n, "m", (json_int_t)comparison->m, "d",
                              (json_int_t)comparison->d, "hidden", (json_int_t)comparison->hidden,
                              "steps", study->document.compare_steps, "kernel",
                              (json_int_t)comparison->kernel, "reach", "cost", "influence");
    bool is_good = whole != NULL &&
                   add_words(whole, "tokens", study->document.text, &study->tokens) &&
                   (!comparison->is_cross ||
                    add_words(whole, "context_tokens", study->document.what_if.context,
                              &study->context.tokens)) &&
                   add_largest(whole, study);
    for (size_t i = 0; is_good && i < COMPARED_COUNT; i++) {
        const char *id = compared_id((enum compared)i);
        is_good = json_object_set_new(json_object_get(whole, "reach"), id,
                                      matrix_to_json(study, comparison, i, false)) == 0 &&
                  json_object_set_new(json_object_get(whole, "cost"), id,
                                      costs_to_json(comparison, i)) == 0 &&
                  json_object_set_new(json_object_get(whole, "influence"), id,
                                      matrix_to_json(study, comparison, i, true)) == 0;
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

bool compare_build(const struct study *study, bool is_json, struct file_bytes *out,
                   struct file_error *error) {
    struct comparison comparison;
    if (!comparison_make(study, &comparison, error)) return false;
    if (!comparison_make_influence(study, &comparison, error)) {
        comparison_free(&comparison);
        return false;
    }
    bool is_done =
        is_json ? build_json(study, &comparison, out) : build_text(study, &comparison, out);
    comparison_free(&comparison);
    return is_done ? true : no_memory(error);
}

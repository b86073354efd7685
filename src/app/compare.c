/* compare.c: attention beside an RNN and a convolution, as JSON. */
#include "app/compare_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const compare_cost_keys[COMPARE_COST_COUNT] = {"operations", "sequential_steps",
                                                           "longest_path", "memory_cells"};

double compare_cost(const struct comparison *comparison, size_t compared, size_t cost) {
    const struct attention_cost *all = &comparison->cost[compared];
    const double each[COMPARE_COST_COUNT] = {all->operations, all->sequential_steps,
                                             all->longest_path, all->memory_cells};
    return each[cost];
}

bool compare_is_reached(const struct study *study, const struct comparison *comparison,
                        size_t compared, size_t row, size_t column) {
    return comparison_reaches(comparison, (enum compared)compared, row, column,
                              (size_t)study->document.compare_steps);
}

static bool no_memory(struct file_error *error) {
    return file_error_set(error, "compare: no memory is left; shorten the sentence");
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
                             : json_integer(compare_is_reached(study, comparison, compared, i, j));
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
    for (size_t i = 0; object && i < COMPARE_COST_COUNT; i++) {
        double cost = compare_cost(comparison, compared, i);
        if (json_object_set_new(object, compare_cost_keys[i],
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

bool compare_build(const struct study *study, const struct catalogue *catalogue, bool is_json,
                   struct file_bytes *out, struct file_error *error) {
    struct comparison comparison;
    if (!comparison_make(study, &comparison, error)) return false;
    if (!comparison_make_influence(study, &comparison, error)) {
        comparison_free(&comparison);
        return false;
    }
    bool is_done = is_json ? build_json(study, &comparison, out)
                           : compare_text(study, catalogue, &comparison, out);
    comparison_free(&comparison);
    return is_done ? true : no_memory(error);
}

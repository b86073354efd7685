/* study_baseline.c: the pass as the model says, beside the one that is shown. */
#include "study_baseline.h"

#include "attention/attention_explain.h"
#include "files/memory.h"
#include "study.h"
#include "study_pass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void study_baseline_free(struct study_baseline *baseline) {
    attention_trace_free(baseline->trace);
    free(baseline->text);
    free(baseline->places);
    *baseline = (struct study_baseline){0};
}

/* What the pass that is shown leaves of the limit, which both share; false: nothing. *left 0: there is no limit. */
static bool memory_left(const struct study *study, size_t *left) {
    const struct what_if *what_if = &study->document.what_if;
    const struct study_pass pass = study_pass_of(what_if, &study->model, &study->own_config);
    const struct attention_input input = {.embedding = study->rows,
                                          .n = study->tokens.count,
                                          .context = study->context.rows,
                                          .m = study->context.tokens.count,
                                          .values = study->values.rows};
    size_t limit = study->memory_limit_bytes;
    size_t used = limit > 0 ? study_pass_bytes(&pass, what_if, &input) : 0;
    *left = limit > used ? limit - used : 0;
    return limit == 0 || *left > 0;
}

/* The pass of the study's text with nothing changed; false: no room. */
static bool run(struct study *study) {
    struct what_if plain;
    struct study_text text = {0};
    size_t left_out = 0, left;
    if (!memory_left(study, &left)) return false;
    what_if_init(&plain);
    if (study->baseline.trace == NULL) study->baseline.trace = attention_trace_new(NULL);
    bool is_done = study->baseline.trace != NULL &&
                   study_text_read(&study->model, study->document.text, &text, NULL);
    if (is_done && text.tokens.count > 0) {
        struct study_pass pass = study_pass_of(&plain, &study->model, &study->own_config);
        struct attention_input input = {.embedding = text.rows, .n = text.tokens.count};
        struct study_means means = {left, study->pool};
        is_done = study_pass_run(&pass, &plain, &study->model.weights, &input,
                                 &means, study->baseline.trace, &left_out, NULL);
    }
    study_text_free(&text);
    what_if_free(&plain);
    return is_done;
}

/* Where the token at place i of the pass stands in the text: its rank by where it begins. */
static size_t place_in_text(const struct study *study, size_t i) {
    size_t place = 0;
    for (size_t k = 0; k < study->tokens.count; k++)
        place += study->tokens.tokens[k].start < study->tokens.tokens[i].start;
    return place;
}

/* Where each word of another order comes from; false: no room. */
static bool find_places(struct study *study) {
    struct study_baseline *baseline = &study->baseline;
    size_t n = study_tokens(study);
    free(baseline->places);
    baseline->places = NULL;
    if (study->document.what_if.shuffle_seed == 0) return true;
    baseline->places = file_allocate(n, sizeof *baseline->places);
    for (size_t i = 0; baseline->places != NULL && i < n; i++)
        baseline->places[i] = place_in_text(study, i);
    return baseline->places != NULL;
}

void study_baseline_follow(struct study *study, bool is_model_new) {
    struct study_baseline *baseline = &study->baseline;
    const struct document *document = &study->document;
    bool is_wanted = !what_if_is_plain(&document->what_if) && study_tokens(study) > 0;
    if (!is_wanted) {
        study_baseline_free(baseline);
        return;
    }
    bool is_old =
        is_model_new || baseline->text == NULL || strcmp(baseline->text, document->text) != 0;
    if (is_old || baseline->is_missing) {
        free(baseline->text);
        baseline->text = strdup(document->text);
        baseline->is_missing = baseline->text == NULL || !run(study);
    }
    baseline->is_missing = !find_places(study) || baseline->is_missing;
}

static struct baseline_change change_of(const struct study *study,
                                        enum attention_tensor_id tensor) {
    struct attention_difference d = attention_trace_difference(study->trace, study->baseline.trace,
                                                               tensor, study->document.layer, NULL);
    return (struct baseline_change){d.is_comparable, d.largest, d.changed, d.count};
}

static void note(struct baseline_change *change, float now, float before) {
    float difference = fabsf(now - before);
    change->count++;
    change->changed += now != before;
    if (isfinite(difference) && difference > change->largest) change->largest = difference;
}

/* [h, n, columns] of both passes, where word i of the first stands in row place[i] of the second;
 * the columns too where they are words. */
static struct baseline_change by_word(const struct study *study, enum attention_tensor_id tensor,
                                      const size_t *place, bool are_columns_words) {
    struct baseline_change change = {0};
    int layer = study->document.layer;
    struct attention_tensor now = attention_trace_tensor(study->trace, tensor, layer);
    struct attention_tensor before = attention_trace_tensor(study->baseline.trace, tensor, layer);
    if (now.data == NULL || before.data == NULL || now.dims != before.dims ||
        memcmp(now.shape, before.shape, (size_t)now.dims * sizeof now.shape[0]) != 0)
        return change;
    size_t n = now.shape[now.dims - 2], columns = now.shape[now.dims - 1];
    size_t heads = now.dims == 3 ? now.shape[0] : 1;
    change.is_comparable = true;
    for (size_t h = 0; h < heads; h++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < columns; j++)
                note(
                    &change, now.data[(h * n + i) * columns + j],
                    before.data[(h * n + place[i]) * columns + (are_columns_words ? place[j] : j)]);
    return change;
}

/* The first key with the largest weight; m where the whole row is 0. */
static size_t strongest(const float *row, size_t m) {
    size_t best = m;
    for (size_t j = 0; j < m; j++)
        if (row[j] > 0 && (best == m || row[j] > row[best])) best = j;
    return best;
}

static void count_rows(const struct study *study, struct baseline_effect *effect) {
    const size_t *place = study->baseline.places;
    size_t n = study_tokens(study), head = (size_t)study->document.head;
    struct attention_tensor before = attention_trace_tensor(
        study->baseline.trace, ATTENTION_TENSOR_WEIGHTS, study->document.layer);
    const float *now = study_head_matrix(study, ATTENTION_TENSOR_WEIGHTS, study->document.head);
    if (now == NULL || before.data == NULL) return;
    effect->rows = n;
    for (size_t i = 0; i < n; i++) {
        size_t at = place != NULL ? place[i] : i;
        size_t was = strongest(before.data + (head * n + at) * n, n);
        size_t is = strongest(now + i * n, n);
        effect->rows_other += (is < n && place != NULL ? place[is] : is) != was;
    }
}

struct baseline_effect study_baseline_effect(const struct study *study) {
    struct baseline_effect effect = {0};
    size_t n = study_tokens(study);
    bool is_there = n > 0 && study->baseline.trace != NULL && !study->baseline.is_missing &&
                    attention_trace_tokens(study->baseline.trace) == n;
    const size_t *place = study->baseline.places;
    if (!is_there) return effect;
    effect.is_there = true;
    effect.is_by_word = place != NULL;
    effect.has_other_keys = study_has_context(study);
    if (effect.is_by_word) {
        effect.output = by_word(study, ATTENTION_TENSOR_OUTPUT, place, false);
        effect.weights = by_word(study, ATTENTION_TENSOR_WEIGHTS, place, true);
    } else {
        effect.output = change_of(study, ATTENTION_TENSOR_OUTPUT);
        effect.weights = change_of(study, ATTENTION_TENSOR_WEIGHTS);
    }
    if (effect.has_other_keys) /* the same shape would be chance */
        effect.weights = (struct baseline_change){0};
    else
        count_rows(study, &effect);
    return effect;
}

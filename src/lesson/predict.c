/* predict.c: the question before similarity, softmax and weighted sum, and its answer out of the
 * pass. */
#include "lesson/steps.h"
#include <math.h>

int steps_prediction(enum step step) {
    switch (step) {
    case STEP_SIMILARITY:
        return PREDICT_SIMILARITY;
    case STEP_SOFTMAX:
        return PREDICT_SOFTMAX;
    case STEP_SUM:
        return PREDICT_SUM;
    default:
        return -1;
    }
}

bool steps_is_question_open(const struct study *study) {
    const struct document *document = &study->document;
    int prediction = steps_prediction(document->step);
    size_t m = study_keys(study);
    if (prediction < 0 || document->is_predict_off || study_tokens(study) == 0 || m < 2 ||
        document->answers[prediction] == PREDICT_SKIPPED)
        return false;
    struct reveal reveal = steps_reveal(study);
    /* The exponentials of a row give the largest weight away: from them on, it is too late to ask.
     */
    int phase = document->step == STEP_SOFTMAX ? PHASE_SOFTMAX_EXPONENTIATE : 0;
    if (document->step == STEP_SOFTMAX && reveal.phase != phase) return false;
    size_t columns = document->step == STEP_SUM ? (size_t)study->model.weights.config.d_v : m;
    return !reveal_shows(&reveal, phase, (size_t)document->query, columns - 1, columns);
}

/* The focus row's candidates: for similarity and softmax larger is better, for `sum` (a distance)
 * smaller. */
struct candidates {
    const float *row;    /* [m] of similarity or weights; NULL for `sum` */
    const float *scores; /* [m] −∞ where the mask forbids; `sum` only */
    const float *values; /* [m, d_v] `sum` only */
    const float *output; /* [d_v] `sum` only */
    size_t m, d_v;
};

static bool candidates_find(const struct study *study, int prediction, struct candidates *out) {
    const struct document *document = &study->document;
    int head = document->head;
    size_t n = study_tokens(study), m = study_keys(study), query = (size_t)document->query;
    enum attention_tensor_id id = prediction == PREDICT_SIMILARITY ? ATTENTION_TENSOR_SIMILARITY
                                  : prediction == PREDICT_SOFTMAX  ? ATTENTION_TENSOR_WEIGHTS
                                                                   : ATTENTION_TENSOR_SCORES;
    const float *matrix = study_head_matrix(study, id, head);
    if (n == 0 || matrix == NULL || query >= n) return false;
    *out = (struct candidates){.m = m, .d_v = (size_t)study->model.weights.config.d_v};
    if (prediction != PREDICT_SUM) {
        out->row = matrix + query * m;
        return true;
    }
    const float *output = study_head_matrix(study, ATTENTION_TENSOR_HEAD_OUTPUT, head);
    out->values = study_head_matrix(study, ATTENTION_TENSOR_V, head);
    if (output == NULL || out->values == NULL) return false;
    out->scores = matrix + query * m;
    out->output = output + query * out->d_v;
    return true;
}

static bool is_allowed(const struct candidates *candidates, size_t key) {
    return candidates->scores == NULL || candidates->scores[key] > -INFINITY;
}

/* ‖v_j − o‖, added in index order. */
static float candidate_value(const struct candidates *candidates, size_t key) {
    if (candidates->row != NULL) return candidates->row[key];
    double total = 0;
    for (size_t i = 0; i < candidates->d_v; i++) {
        double apart =
            (double)candidates->values[key * candidates->d_v + i] - (double)candidates->output[i];
        total += apart * apart;
    }
    return (float)sqrt(total);
}

static bool is_better(const struct candidates *candidates, float a, float b) {
    return candidates->row != NULL ? a > b : a < b;
}

/* 1 + how many allowed keys are better; a masked key stands behind all the allowed ones. */
static int rank_of(const struct candidates *candidates, size_t chosen) {
    float value = candidate_value(candidates, chosen);
    int rank = 1;
    for (size_t j = 0; j < candidates->m; j++) {
        if (is_allowed(candidates, j) &&
            (!is_allowed(candidates, chosen) ||
             is_better(candidates, candidate_value(candidates, j), value)))
            rank++;
    }
    return rank;
}

bool steps_prediction_result(const struct study *study, struct prediction_result *out) {
    int prediction = steps_prediction(study->document.step);
    struct candidates candidates;
    if (prediction < 0 || !candidates_find(study, prediction, &candidates)) return false;
    struct prediction_result result = {.best = -1, .chosen = -1};
    for (size_t j = 0; j < candidates.m; j++) {
        float value = candidate_value(&candidates, j);
        if (is_allowed(&candidates, j) &&
            (result.best < 0 || is_better(&candidates, value, result.best_value))) {
            result.best = (int)j;
            result.best_value = value;
        }
    }
    if (result.best < 0) return false;
    int answer = study->document.answers[prediction];
    if (answer >= 0 && (size_t)answer < candidates.m) {
        result.chosen = answer;
        result.chosen_value = candidate_value(&candidates, (size_t)answer);
        result.rank = rank_of(&candidates, (size_t)answer);
    }
    *out = result;
    return true;
}

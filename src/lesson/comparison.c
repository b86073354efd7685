/* comparison.c: the three networks over the same vectors: costs, and influence. */
#include "lesson/comparison.h"
#include "files/memory.h"
#include "lesson/comparison_reach.h"
#include "lesson/id_table.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { SEED_INPUT = 1, SEED_STATE = 2, SEED_KERNEL = 3 };

static const char *const compared_ids[COMPARED_COUNT] = {"rnn", "cnn", "attention"};
ID_TABLE(compared, enum compared, compared_ids)

void comparison_free(struct comparison *comparison) {
    free(comparison->memory);
    free(comparison->influence_memory);
    *comparison = (struct comparison){0};
}

size_t comparison_columns(const struct comparison *comparison, enum compared compared) {
    return compared == COMPARED_ATTENTION ? comparison->m : comparison->n;
}

/* One block of [n, n], [n, n] and [n, m] floats. */
static float *take_floats(const struct comparison *of, size_t extra_bytes, float *parts[]) {
    size_t square = of->n * of->n, all = 2 * square + of->n * of->m; /* n, m ≤ TEXT_MAX_TOKENS */
    float *memory = file_allocate(1, all * sizeof *memory + extra_bytes);
    for (size_t i = 0; memory != NULL && i < COMPARED_COUNT; i++)
        parts[i] = memory + i * square;
    return memory;
}

static void fill_costs(struct comparison *out) {
    struct attention_cost *attention = &out->cost[COMPARED_ATTENTION];
    out->cost[COMPARED_RNN] = attention_cost_rnn(out->n, out->d);
    out->cost[COMPARED_CNN] = attention_cost_cnn(out->n, out->d, out->kernel);
    *attention = attention_cost_attention(out->n, out->d);
    if (out->is_cross) { /* n queries meet m keys */
        attention->memory_cells = (double)out->n * (double)out->m;
        attention->operations = 2 * attention->memory_cells * (double)out->d;
    }
}

/* The sizes; false: no tokens. */
static bool measure(const struct study *study, struct comparison *out) {
    *out = (struct comparison){.n = study_tokens(study),
                               .m = study_keys(study),
                               .kernel = (size_t)study->document.compare_kernel,
                               .is_cross = study_has_context(study)};
    if (out->n == 0) return false;
    out->d = attention_trace_layer_input(study->trace, study->document.layer).shape[1];
    out->hidden = out->d < COMPARISON_MAX_HIDDEN ? out->d : (size_t)COMPARISON_MAX_HIDDEN;
    return true;
}

bool comparison_make(const struct study *study, struct comparison *out, struct file_error *error) {
    if (!measure(study, out))
        return file_error_set(error, "compare: the sentence is empty; give one with --text");
    float *memory = take_floats(out, out->n * out->m, out->first);
    out->memory = memory;
    if (memory == NULL) return study_no_memory(error);
    out->allowed = (uint8_t *)(memory + 2 * out->n * out->n + out->n * out->m);
    fill_costs(out);
    if (comparison_reach_fill(study, out)) return true;
    comparison_free(out);
    return study_no_memory(error);
}

double comparison_influence_work(const struct study *study) {
    struct comparison sizes;
    const struct attention_config *config = &study->model.weights.config;
    if (!measure(study, &sizes)) return 0;
    double n = (double)sizes.n, m = (double)sizes.m, d = (double)sizes.d;
    double hidden = (double)sizes.hidden;
    double wide = (double)config->heads * (double)(config->d_k + 2 * config->d_v);
    return n * n / 2 * hidden * hidden * d + n * m * wide * wide / 4 + wide * wide * d;
}

/* rows · columns seeded numbers of size 1/√inputs, `count` times. */
static float *make_weight(uint64_t seed, size_t count, size_t rows, size_t columns, size_t inputs) {
    if (rows > SIZE_MAX / columns || count > SIZE_MAX / (rows * columns)) return NULL;
    float *weight = file_allocate(count * rows * columns, sizeof *weight);
    if (weight != NULL)
        attention_normal_numbers(seed, 1 / sqrt((double)inputs), count * rows * columns, weight);
    return weight;
}

static enum attention_status rnn_influence(struct comparison *out, const float *x,
                                           struct attention_error *failure) {
    float *input = make_weight(SEED_INPUT, 1, out->hidden, out->d, out->d);
    float *state = make_weight(SEED_STATE, 1, out->hidden, out->hidden, out->hidden);
    const struct attention_rnn rnn = {
        .d = out->d, .hidden = out->hidden, .input_weight = input, .state_weight = state};
    enum attention_status status = ATTENTION_NO_MEMORY;
    if (input != NULL && state != NULL)
        status =
            attention_rnn_influence(&rnn, x, out->n, NULL, out->influence[COMPARED_RNN], failure);
    free(input);
    free(state);
    return status;
}

static enum attention_status cnn_influence(struct comparison *out,
                                           struct attention_error *failure) {
    float *weight =
        make_weight(SEED_KERNEL, out->kernel, out->hidden, out->d, out->kernel * out->d);
    const struct attention_cnn cnn = {
        .d = out->d, .channels = out->hidden, .kernel = out->kernel, .weight = weight};
    enum attention_status status = ATTENTION_NO_MEMORY;
    if (weight != NULL)
        status = attention_cnn_influence(&cnn, out->n, out->influence[COMPARED_CNN], failure);
    free(weight);
    return status;
}

bool comparison_make_influence(const struct study *study, struct comparison *comparison,
                               struct file_error *error) {
    struct attention_error failure = {0};
    const float *x = attention_trace_layer_input(study->trace, study->document.layer).data;
    assert(comparison->influence_memory == NULL);
    comparison->influence_memory = take_floats(comparison, 0, comparison->influence);
    if (comparison->influence_memory == NULL) return study_no_memory(error);
    enum attention_status status = rnn_influence(comparison, x, &failure);
    if (status == ATTENTION_OK) status = cnn_influence(comparison, &failure);
    if (status == ATTENTION_OK)
        status = attention_influence(study->trace, &study->model.weights, study->document.layer,
                                     NULL, comparison->influence[COMPARED_ATTENTION], &failure);
    if (status == ATTENTION_OK) return true;
    free(comparison->influence_memory);
    comparison->influence_memory = NULL;
    for (size_t i = 0; i < COMPARED_COUNT; i++)
        comparison->influence[i] = NULL;
    return failure.text[0] ? file_error_set(error, "compare: %s", failure.text)
                           : study_no_memory(error);
}

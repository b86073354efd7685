#include "lesson/comparison.h"
#include "files/memory.h"
#include "lesson/id_table.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { SEED_INPUT = 1, SEED_STATE = 2, SEED_KERNEL = 3 };

static const char *const compared_ids[COMPARED_COUNT] = {"rnn", "cnn", "attention"};
ID_TABLE(compared, enum compared, compared_ids)

void comparison_free(struct comparison *comparison) {
    free(comparison->memory);
    *comparison = (struct comparison){0};
}

/* One block: three influences, then three reaches. */
static bool take_memory(struct comparison *out) {
    size_t cells = out->n * out->n; /* n is at most TEXT_MAX_TOKENS */
    float *memory = file_allocate(cells, COMPARED_COUNT * (sizeof(float) + 1));
    out->memory = memory;
    for (size_t i = 0; memory != NULL && i < COMPARED_COUNT; i++) {
        out->influence[i] = memory + i * cells;
        out->reach[i] = (uint8_t *)(memory + COMPARED_COUNT * cells) + i * cells;
    }
    return memory != NULL;
}

/* count · d · d seeded numbers of size 1/√inputs. */
static float *make_weight(uint64_t seed, size_t count, size_t d, size_t inputs) {
    if (count > SIZE_MAX / d / d) return NULL;
    float *weight = file_allocate(count * d * d, sizeof *weight);
    if (weight != NULL)
        attention_normal_numbers(seed, 1 / sqrt((double)inputs), count * d * d, weight);
    return weight;
}

static enum attention_status rnn_influence(struct comparison *out, const float *x,
                                           struct attention_error *failure) {
    struct attention_rnn rnn = {.d = out->d,
                                .hidden = out->d,
                                .input_weight = make_weight(SEED_INPUT, 1, out->d, out->d),
                                .state_weight = make_weight(SEED_STATE, 1, out->d, out->d)};
    enum attention_status status = ATTENTION_NO_MEMORY;
    if (rnn.input_weight != NULL && rnn.state_weight != NULL)
        status =
            attention_rnn_influence(&rnn, x, out->n, NULL, out->influence[COMPARED_RNN], failure);
    free((float *)(uintptr_t)rnn.input_weight);
    free((float *)(uintptr_t)rnn.state_weight);
    return status;
}

static enum attention_status cnn_influence(struct comparison *out,
                                           struct attention_error *failure) {
    float *weight = make_weight(SEED_KERNEL, out->kernel, out->d, out->kernel * out->d);
    const struct attention_cnn cnn = {
        .d = out->d, .channels = out->d, .kernel = out->kernel, .weight = weight};
    enum attention_status status = ATTENTION_NO_MEMORY;
    if (weight != NULL)
        status = attention_cnn_influence(&cnn, out->n, out->influence[COMPARED_CNN], failure);
    free(weight);
    return status;
}

static enum attention_status attention_reach_of(const struct study *study, struct comparison *out,
                                                struct attention_error *failure) {
    size_t n = out->n;
    struct what_if mask = study->document.what_if; /* borrowed, with the mask that acts */
    mask.mask = study_mask(study);
    uint8_t *allowed = file_allocate(n * n, 1);
    if (allowed == NULL) return ATTENTION_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            allowed[i * n + j] = what_if_allows(&mask, i, j, n);
    const struct attention_options options = {.mask = ATTENTION_MASK_CUSTOM, .allowed = allowed};
    enum attention_status status =
        attention_reach(&options, n, out->steps, NULL, out->reach[COMPARED_ATTENTION], failure);
    free(allowed);
    return status;
}

static void fill_costs(struct comparison *out) {
    out->cost[COMPARED_RNN] = attention_cost_rnn(out->n, out->d);
    out->cost[COMPARED_CNN] = attention_cost_cnn(out->n, out->d, out->kernel);
    out->cost[COMPARED_ATTENTION] = attention_cost_attention(out->n, out->d);
}

bool comparison_make(const struct study *study, size_t steps, size_t kernel, struct comparison *out,
                     struct file_error *error) {
    assert(steps <= COMPARISON_MAX_STEPS && kernel >= 1 && kernel <= COMPARISON_MAX_KERNEL);
    *out = (struct comparison){.n = study_tokens(study), .steps = steps, .kernel = kernel};
    if (out->n == 0)
        return file_error_set(error, "compare: the sentence is empty; give one with --text");
    if (study_has_context(study))
        return file_error_set(error, "compare: it is self-attention that is compared; leave out "
                                     "the context");
    struct attention_error failure = {0};
    struct attention_tensor x = attention_trace_layer_input(study->trace, study->document.layer);
    out->d = x.shape[1];
    enum attention_status status = take_memory(out) ? ATTENTION_OK : ATTENTION_NO_MEMORY;
    if (status == ATTENTION_OK) {
        fill_costs(out);
        attention_rnn_reach(out->n, steps, out->reach[COMPARED_RNN]);
        attention_cnn_reach(out->n, kernel, steps, out->reach[COMPARED_CNN]);
        status = attention_reach_of(study, out, &failure);
    }
    if (status == ATTENTION_OK) status = rnn_influence(out, x.data, &failure);
    if (status == ATTENTION_OK) status = cnn_influence(out, &failure);
    if (status == ATTENTION_OK)
        status = attention_influence(study->trace, &study->model.weights, study->document.layer,
                                     NULL, out->influence[COMPARED_ATTENTION], &failure);
    if (status == ATTENTION_OK) return true;
    comparison_free(out);
    return failure.text[0] ? file_error_set(error, "compare: %s", failure.text)
                           : study_no_memory(error);
}

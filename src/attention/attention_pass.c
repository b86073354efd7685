/* The forward pass, in the order of the mathematics: docs/maths.md says the same in words. */
#include "attention_pass.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "attention_error.h"
#include "attention_math.h"
#include "attention_names.h"
#include "attention_pool.h"
#include "attention_request.h"

_Static_assert(ATTENTION_TENSOR_COUNT <= 32, "struct attention_running has a bit for each tensor");

float *attention_running_tensor(const struct attention_running *run, enum attention_tensor_id id) {
    return attention_block_tensor(run->block, id, run->layer);
}

void attention_running_fail(struct attention_running *run, enum attention_tensor_id id) {
    run->failed |= (uint32_t)1 << id;
}

bool attention_running_check(struct attention_running *run, enum attention_tensor_id id,
                             const float *numbers, size_t count) {
    if (run->kernels->find_nonfinite(numbers, count) == count) return true;
    attention_running_fail(run, id);
    return false;
}

/* "layer 2: norm1 has numbers that float32 cannot hold (…); use smaller embeddings or weights" */
enum attention_status attention_running_status(struct attention_running *run) {
    const uint32_t failed = run->failed;
    if (failed == 0) return ATTENTION_OK;
    int id = 0;
    while (!(failed >> id & 1))
        id++;
    if (attention_tensor_is_per_layer(id)) {
        attention_error_add(run->error, "layer ");
        attention_error_add_int(run->error, run->layer + 1);
        attention_error_add(run->error, ": ");
    }
    attention_error_add(run->error, attention_tensor_name(id));
    attention_error_add(run->error,
                        id == ATTENTION_TENSOR_SCORES
                            ? " grew beyond what float32 can hold when divided by the "
                              "temperature; use 0 or a larger temperature"
                            : " has numbers that float32 cannot hold (too large, or not a "
                              "number); use smaller embeddings or weights");
    return ATTENTION_INVALID;
}

struct phase {
    struct attention_running *run;
    attention_task *task;
    const void *context;
    size_t count, piece;
};

static void phase_part(void *context, size_t part) {
    const struct phase *phase = context;
    const size_t first = part * phase->piece, left = phase->count - first;
    phase->task(phase->run, phase->context, first, left < phase->piece ? left : phase->piece);
}

enum attention_status attention_running_phase(struct attention_running *run, attention_task *task,
                                              const void *context, size_t count, size_t piece) {
    struct phase phase = {run, task, context, count, piece};
    attention_pool_run(run->options->pool, phase_part, &phase, (count + piece - 1) / piece);
    return attention_running_status(run);
}

size_t attention_running_piece(const struct attention_running *run, size_t count, size_t multiple,
                               size_t most) {
    const size_t threads = (size_t)attention_pool_threads(run->options->pool);
    size_t piece = (count + threads - 1) / threads;
    piece = piece < most ? piece : most;
    return (piece + multiple - 1) / multiple * multiple;
}

/* Copies of the weights that edits change, in the block; defaults are written out first. */
static void copy_weight(struct attention_running *run, int id, int layer) {
    size_t offset, shape[3];
    if (!attention_layout_copy(&run->block->layout, id, layer, &offset)) return;
    const int dims = attention_layout_shape(&run->block->layout, id, shape);
    const size_t count = attention_shape_count(shape, dims);
    const float *given = attention_weight_given(run->weights, id, layer);
    float *copy = run->block->floats + offset;
    for (size_t i = 0; i < count; i++)
        copy[i] = given ? given[i] : attention_weight_default(run->config, id, i);
    for (size_t i = 0; i < run->options->edit_count; i++) {
        const struct attention_edit *edit = &run->options->edits[i];
        if (edit->tensor == id && (edit->layer == layer || id == ATTENTION_WEIGHT_POSITION))
            copy[edit->index] = edit->value;
    }
}

/* The weights of one layer as this pass uses them. */
static void weights_take(struct attention_running *run) {
    run->w = run->weights->layers[run->layer];
    if (run->block->layout.copied[run->layer] == 0) return;
    for (int id = ATTENTION_WEIGHT_POSITION + 1; id < ATTENTION_QUANTITY_COUNT; id++) {
        size_t offset;
        if (!attention_layout_copy(&run->block->layout, id, run->layer, &offset)) continue;
        copy_weight(run, id, run->layer);
        *attention_weight_member(&run->w, id) = run->block->floats + offset;
    }
}

static void edit_input(const struct attention_running *run, enum attention_tensor_id id) {
    float *numbers = attention_running_tensor(run, id);
    for (size_t i = 0; i < run->options->edit_count; i++) {
        const struct attention_edit *edit = &run->options->edits[i];
        if (edit->tensor == (int)id) numbers[edit->index] = edit->value;
    }
}

/* `branch` is added to *x; with the residual off it goes on alone. */
static enum attention_status join(struct attention_running *run, const float **x,
                                  const float *branch, enum attention_tensor_id id) {
    if (run->config->is_residual_off) {
        *x = branch;
        return ATTENTION_OK;
    }
    const enum attention_status status = attention_rows_add(run, *x, branch, run->n, id);
    *x = attention_running_tensor(run, id);
    return status;
}

/* The network with its norm and residual: *x goes in and comes out. */
static enum attention_status network_run(struct attention_running *run, const float **x) {
    const bool is_pre = run->config->norm == ATTENTION_NORM_PRE;
    const float *branch = *x;
    enum attention_status status = ATTENTION_OK;
    if (is_pre) {
        status = attention_rows_norm(run, &branch, run->w.norm2_weight, run->w.norm2_bias,
                                     ATTENTION_TENSOR_NORM2);
    }
    if (status == ATTENTION_OK) status = attention_rows_network(run, branch);
    if (status == ATTENTION_OK) {
        status = join(run, x, attention_running_tensor(run, ATTENTION_TENSOR_FFN_OUTPUT),
                      ATTENTION_TENSOR_RESIDUAL2);
    }
    if (status == ATTENTION_OK && run->config->norm == ATTENTION_NORM_POST) {
        status = attention_rows_norm(run, x, run->w.norm2_weight, run->w.norm2_bias,
                                     ATTENTION_TENSOR_NORM2);
    }
    return status;
}

/* One layer, from its input to output [n, d]. post: norm after each residual; pre: norm before each
 * branch (Xiong et al. 2020, figure 1). Keys and values come from the context where there is one. */
static enum attention_status layer_run(struct attention_running *run, const float *input) {
    const bool is_pre = run->config->norm == ATTENTION_NORM_PRE;
    const float *x = input, *branch = input;
    enum attention_status status = ATTENTION_OK;
    weights_take(run);
    if (is_pre) {
        status = attention_rows_norm(run, &branch, run->w.norm1_weight, run->w.norm1_bias,
                                     ATTENTION_TENSOR_NORM1);
    }
    if (status == ATTENTION_OK) {
        const float *context = attention_running_tensor(run, ATTENTION_TENSOR_CONTEXT_X);
        const float *values = attention_running_tensor(run, ATTENTION_TENSOR_VALUES_X);
        const float *keys = context ? context : branch;
        const struct attention_sources sources = {branch, keys, values ? values : keys};
        status = attention_heads_run(run, &sources);
    }
    if (status == ATTENTION_OK) {
        status = join(run, &x, attention_running_tensor(run, ATTENTION_TENSOR_ATTENTION_OUTPUT),
                      ATTENTION_TENSOR_RESIDUAL1);
    }
    if (status == ATTENTION_OK && run->config->norm == ATTENTION_NORM_POST) {
        status = attention_rows_norm(run, &x, run->w.norm1_weight, run->w.norm1_bias,
                                     ATTENTION_TENSOR_NORM1);
    }
    if (status == ATTENTION_OK && run->config->d_ff > 0) status = network_run(run, &x);
    if (status != ATTENTION_OK) return status;
    memcpy(attention_running_tensor(run, ATTENTION_TENSOR_OUTPUT), x, run->n * run->d * sizeof *x);
    return ATTENTION_OK;
}

/* The three tensors of one text: its embeddings, positions and their sum, [rows, d]. */
struct text_tensors {
    enum attention_tensor_id embedding, position, x;
};

static enum attention_status embed(struct attention_running *run, const float *rows, size_t count,
                                   const struct text_tensors *ids) {
    const size_t numbers = count * run->d;
    float *embedding = attention_running_tensor(run, ids->embedding);
    float *position = attention_running_tensor(run, ids->position);
    float *x = attention_running_tensor(run, ids->x);
    memcpy(embedding, rows, numbers * sizeof *rows);
    edit_input(run, ids->embedding);
    if (!position) {
        memcpy(x, embedding, numbers * sizeof *x);
        return ATTENTION_OK;
    }
    if (run->config->position == ATTENTION_POSITION_SINUSOIDAL) {
        attention_sinusoids(count, run->d, run->config->position_base, position);
    } else {
        size_t offset;
        const bool is_copied = attention_layout_copy(&run->block->layout,
                                                     ATTENTION_WEIGHT_POSITION, 0, &offset);
        memcpy(position, is_copied ? run->block->floats + offset : run->weights->position_weight,
               numbers * sizeof *position);
    }
    edit_input(run, ids->position);
    attention_running_check(run, ids->position, position, numbers);
    return attention_rows_add(run, embedding, position, count, ids->x);
}

static enum attention_status embed_all(struct attention_running *run,
                                       const struct attention_input *input) {
    static const struct text_tensors text = {ATTENTION_TENSOR_EMBEDDING, ATTENTION_TENSOR_POSITION,
                                             ATTENTION_TENSOR_X};
    static const struct text_tensors context = {ATTENTION_TENSOR_CONTEXT_EMBEDDING,
                                                ATTENTION_TENSOR_CONTEXT_POSITION,
                                                ATTENTION_TENSOR_CONTEXT_X};
    static const struct text_tensors values = {ATTENTION_TENSOR_VALUES_EMBEDDING,
                                               ATTENTION_TENSOR_VALUES_POSITION,
                                               ATTENTION_TENSOR_VALUES_X};
    copy_weight(run, ATTENTION_WEIGHT_POSITION, 0);
    enum attention_status status = embed(run, input->embedding, run->n, &text);
    if (status == ATTENTION_OK && input->context)
        status = embed(run, input->context, run->m, &context);
    if (status == ATTENTION_OK && input->values)
        status = embed(run, input->values, run->m, &values);
    return status;
}

static void note_options(struct attention_block *block, const struct attention_config *config,
                         const struct attention_options *options) {
    block->divisor = attention_request_divisor(config, options);
    block->fault = options->fault;
    memset(block->heads_off, 0, sizeof block->heads_off);
    for (int i = 0; options->heads_off && i < config->layers * config->heads; i++) {
        if (options->heads_off[i])
            block->heads_off[i / config->heads] |= (uint64_t)1 << (i % config->heads);
    }
    if (options->edit_count > 0)
        memcpy(block->edits, options->edits, options->edit_count * sizeof *options->edits);
}

enum attention_status attention_pass(struct attention_trace *trace,
                                     const struct attention_weights *weights,
                                     const struct attention_options *options,
                                     const struct attention_input *input,
                                     struct attention_error *error) {
    static const struct attention_options defaults = {0};
    assert(trace && weights && input && input->embedding);
    if (!options) options = &defaults;
    attention_error_clear(error);
    struct attention_layout layout;
    enum attention_status status =
        attention_request_check(weights, options, input, &layout, error);
    if (status != ATTENTION_OK) return status;
    if (!attention_trace_prepare(trace, &layout)) {
        attention_error_add(error, "there is no memory for the ");
        attention_error_add_bytes(error, attention_layout_bytes(&layout));
        attention_error_add(error, " of this pass; use a shorter text or close other programs");
        return ATTENTION_NO_MEMORY;
    }
    note_options(&trace->spare, &weights->config, options);

    struct attention_running run = {.weights = weights,
                                    .config = &trace->spare.layout.config,
                                    .options = options,
                                    .kernels = attention_kernels_of(options->kernels),
                                    .block = &trace->spare,
                                    .error = error,
                                    .n = layout.n,
                                    .m = layout.m,
                                    .d = (size_t)layout.config.d_model};
    status = embed_all(&run, input);
    const float *x = attention_running_tensor(&run, ATTENTION_TENSOR_X);
    for (int i = 0; i < run.config->layers && status == ATTENTION_OK; i++) {
        run.layer = i;
        status = layer_run(&run, x);
        x = attention_running_tensor(&run, ATTENTION_TENSOR_OUTPUT);
    }
    if (status == ATTENTION_OK) attention_trace_publish(trace);
    return status;
}

/* The forward pass, in the order of the mathematics: docs/maths.md says the same in words. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "attention.h"
#include "attention_error.h"
#include "attention_kernels.h"
#include "attention_layout.h"
#include "attention_math.h"
#include "attention_request.h"
#include "attention_trace.h"

/* What every part of one pass needs. */
struct pass {
    const struct attention_weights *weights;
    const struct attention_config *config;
    const struct attention_options *options;
    struct attention_block *block;
    struct attention_error *error;
    size_t n, m, d;
    int layer; /* the one being computed */
};

static const struct attention_kernels *kernels(void) {
    return attention_kernels_of(ATTENTION_KERNELS_BEST);
}

static float *tensor(const struct pass *pass, enum attention_tensor_id id) {
    return attention_block_tensor(pass->block, id, pass->layer);
}

static enum attention_status refuse(struct attention_error *error, const char *sentence) {
    attention_error_add(error, sentence);
    return ATTENTION_INVALID;
}

/* "layer 2: norm1 grew beyond what float32 can hold; use smaller embeddings or weights" */
static enum attention_status refuse_overflow(const struct pass *pass, enum attention_tensor_id id) {
    if (attention_tensor_is_per_layer(id)) {
        attention_error_add(pass->error, "layer ");
        attention_error_add_int(pass->error, pass->layer + 1);
        attention_error_add(pass->error, ": ");
    }
    attention_error_add(pass->error, attention_tensor_name(id));
    if (id == ATTENTION_TENSOR_SCORES) {
        return refuse(pass->error, " grew beyond what float32 can hold when divided by the "
                                   "temperature; use 0 or a larger temperature");
    }
    return refuse(pass->error,
                  " has numbers that float32 cannot hold (too large, or not a number); "
                  "use smaller embeddings or weights");
}

/* Nothing in a trace is NaN or ∞ (but −∞ where masked): a pass that would be so is refused. */
static enum attention_status check_finite(const struct pass *pass, enum attention_tensor_id id) {
    size_t shape[3], count = 1;
    const int dims = attention_layout_shape(&pass->block->layout, id, shape);
    for (int i = 0; i < dims; i++)
        count *= shape[i];
    if (attention_math_find_nonfinite(tensor(pass, id), count) == count) return ATTENTION_OK;
    return refuse_overflow(pass, id);
}

/* out [rows, columns] = x [rows, depth] · Wᵀ + bias, W [columns, depth]; checked. */
static enum attention_status linear(const struct pass *pass, const float *x, size_t rows,
                                    size_t depth, const float *weight, const float *bias,
                                    size_t columns, enum attention_tensor_id id) {
    kernels()->product(&(struct attention_product){.rows = rows,
                                                   .columns = columns,
                                                   .depth = depth,
                                                   .a = x,
                                                   .a_stride = depth,
                                                   .b = weight,
                                                   .b_depth_stride = 1,
                                                   .b_column_stride = depth,
                                                   .bias = bias,
                                                   .c = tensor(pass, id),
                                                   .c_stride = columns});
    return check_finite(pass, id);
}

/* out [h, rows, width] from x [rows, d]: head by head with its own rows of W [h·width, d]. */
static enum attention_status project_heads(const struct pass *pass, const float *x, size_t rows,
                                           const float *weight, const float *bias, int width,
                                           enum attention_tensor_id id) {
    const size_t columns = (size_t)width;
    for (size_t head = 0; head < (size_t)pass->config->heads; head++) {
        kernels()->product(
            &(struct attention_product){.rows = rows,
                                        .columns = columns,
                                        .depth = pass->d,
                                        .a = x,
                                        .a_stride = pass->d,
                                        .b = weight + head * columns * pass->d,
                                        .b_depth_stride = 1,
                                        .b_column_stride = pass->d,
                                        .bias = bias ? bias + head * columns : NULL,
                                        .c = tensor(pass, id) + head * rows * columns,
                                        .c_stride = columns});
    }
    return check_finite(pass, id);
}

/* similarity [h, n, m] = Q Kᵀ, head by head. Vaswani et al. 2017, section 3.2.1. */
static enum attention_status compare(const struct pass *pass) {
    const size_t n = pass->n, m = pass->m, d_k = (size_t)pass->config->d_k;
    for (size_t head = 0; head < (size_t)pass->config->heads; head++) {
        kernels()->product(&(struct attention_product){
            .rows = n,
            .columns = m,
            .depth = d_k,
            .a = tensor(pass, ATTENTION_TENSOR_Q) + head * n * d_k,
            .a_stride = d_k,
            .b = tensor(pass, ATTENTION_TENSOR_K) + head * m * d_k,
            .b_depth_stride = 1,
            .b_column_stride = d_k,
            .c = tensor(pass, ATTENTION_TENSOR_SIMILARITY) + head * n * m,
            .c_stride = m});
    }
    return check_finite(pass, ATTENTION_TENSOR_SIMILARITY);
}

/* scores and weights, row by row. With τ = 0 nothing is divided and the largest share equally. */
static enum attention_status weigh(const struct pass *pass) {
    const size_t n = pass->n, m = pass->m;
    const struct attention_options *options = pass->options;
    const float divisor = pass->block->divisor;
    for (size_t row = 0; row < (size_t)pass->config->heads * n; row++) {
        const size_t i = row % n;
        const uint8_t *allowed =
            options->mask == ATTENTION_MASK_CUSTOM ? options->allowed + i * m : NULL;
        const size_t allowed_count =
            options->mask == ATTENTION_MASK_CAUSAL && i + 1 < m ? i + 1 : m;
        float *scores = tensor(pass, ATTENTION_TENSOR_SCORES) + row * m;
        float *weights = tensor(pass, ATTENTION_TENSOR_WEIGHTS) + row * m;
        const struct attention_row_mask mask = {allowed, 0, allowed_count};
        if (!kernels()->scale_row(tensor(pass, ATTENTION_TENSOR_SIMILARITY) + row * m, m,
                                  divisor == 0.0f ? 1.0f : divisor, &mask, scores)) {
            return refuse_overflow(pass, ATTENTION_TENSOR_SCORES);
        }
        if (divisor == 0.0f) {
            kernels()->share_largest(scores, m, weights);
        } else {
            kernels()->softmax(scores, m, 0, allowed_count, weights);
        }
    }
    return ATTENTION_OK;
}

/* head_output [h, n, d_v] = A V, head by head, then side by side in concat [n, h·d_v]. */
static enum attention_status add_up_values(const struct pass *pass) {
    const size_t n = pass->n, m = pass->m, heads = (size_t)pass->config->heads;
    const size_t d_v = (size_t)pass->config->d_v;
    float *concat = tensor(pass, ATTENTION_TENSOR_CONCAT);
    for (size_t head = 0; head < heads; head++) {
        float *output = tensor(pass, ATTENTION_TENSOR_HEAD_OUTPUT) + head * n * d_v;
        kernels()->product(
            &(struct attention_product){.rows = n,
                                        .columns = d_v,
                                        .depth = m,
                                        .a = tensor(pass, ATTENTION_TENSOR_WEIGHTS) + head * n * m,
                                        .a_stride = m,
                                        .b = tensor(pass, ATTENTION_TENSOR_V) + head * m * d_v,
                                        .b_depth_stride = d_v,
                                        .b_column_stride = 1,
                                        .c = output,
                                        .c_stride = d_v});
        for (size_t i = 0; i < n; i++) {
            memcpy(concat + (i * heads + head) * d_v, output + i * d_v, d_v * sizeof *output);
        }
    }
    return check_finite(pass, ATTENTION_TENSOR_HEAD_OUTPUT);
}

/* From the layer's (normed) input x [n, d] to attention_output [n, d]. */
static enum attention_status attend(const struct pass *pass, const float *x,
                                    const struct attention_layer_weights *w) {
    const struct attention_config *config = pass->config;
    enum attention_status status =
        project_heads(pass, x, pass->n, w->q_weight, w->q_bias, config->d_k, ATTENTION_TENSOR_Q);
    if (status == ATTENTION_OK) {
        status = project_heads(pass, x, pass->m, w->k_weight, w->k_bias, config->d_k,
                               ATTENTION_TENSOR_K);
    }
    if (status == ATTENTION_OK) {
        status = project_heads(pass, x, pass->m, w->v_weight, w->v_bias, config->d_v,
                               ATTENTION_TENSOR_V);
    }
    if (status == ATTENTION_OK) status = compare(pass);
    if (status == ATTENTION_OK) status = weigh(pass);
    if (status == ATTENTION_OK) status = add_up_values(pass);
    if (status != ATTENTION_OK) return status;
    return linear(pass, tensor(pass, ATTENTION_TENSOR_CONCAT), pass->n,
                  (size_t)config->heads * (size_t)config->d_v, w->o_weight, w->o_bias, pass->d,
                  ATTENTION_TENSOR_ATTENTION_OUTPUT);
}

/* *x [n, d] becomes its layer norm, row by row. */
static enum attention_status normalise(const struct pass *pass, const float **x, const float *gain,
                                       const float *bias, enum attention_tensor_id id) {
    float *out = tensor(pass, id);
    for (size_t i = 0; i < pass->n; i++) {
        float variance;
        attention_layer_norm(*x + i * pass->d, pass->d, gain, bias, out + i * pass->d, NULL,
                             &variance);
        if (!attention_math_is_finite(variance)) return refuse_overflow(pass, id);
    }
    *x = out;
    return check_finite(pass, id);
}

/* `branch` is added to *x; with the residual off it goes on alone. */
static enum attention_status join(const struct pass *pass, const float **x, const float *branch,
                                  enum attention_tensor_id id) {
    if (pass->config->is_residual_off) {
        *x = branch;
        return ATTENTION_OK;
    }
    kernels()->add(*x, branch, pass->n * pass->d, tensor(pass, id));
    *x = tensor(pass, id);
    return check_finite(pass, id);
}

/* ffn_output [n, d] = activation(x U_pᵀ + b) Downᵀ + b. Vaswani et al. 2017, section 3.3. */
static enum attention_status feed_forward(const struct pass *pass, const float *x,
                                          const struct attention_layer_weights *w) {
    const size_t d_ff = (size_t)pass->config->d_ff;
    const enum attention_status status = linear(pass, x, pass->n, pass->d, w->up_weight, w->up_bias,
                                                d_ff, ATTENTION_TENSOR_FFN_HIDDEN);
    if (status != ATTENTION_OK) return status;
    const bool is_gelu = pass->config->activation == ATTENTION_ACTIVATION_GELU;
    float *hidden = tensor(pass, ATTENTION_TENSOR_FFN_HIDDEN);
    (is_gelu ? kernels()->gelu : kernels()->relu)(hidden, pass->n * d_ff, hidden);
    return linear(pass, hidden, pass->n, d_ff, w->down_weight, w->down_bias, pass->d,
                  ATTENTION_TENSOR_FFN_OUTPUT);
}

/* One layer, from its input to output [n, d]. post: norm after each residual; pre: norm before each
 * branch (Xiong et al. 2020, figure 1). */
static enum attention_status layer_run(const struct pass *pass, const float *input,
                                       const struct attention_layer_weights *w) {
    const bool is_pre = pass->config->norm == ATTENTION_NORM_PRE;
    const bool is_post = pass->config->norm == ATTENTION_NORM_POST;
    const float *x = input, *branch = input;
    enum attention_status status = ATTENTION_OK;
    if (is_pre) {
        status = normalise(pass, &branch, w->norm1_weight, w->norm1_bias, ATTENTION_TENSOR_NORM1);
    }
    if (status == ATTENTION_OK) status = attend(pass, branch, w);
    if (status == ATTENTION_OK) {
        status = join(pass, &x, tensor(pass, ATTENTION_TENSOR_ATTENTION_OUTPUT),
                      ATTENTION_TENSOR_RESIDUAL1);
    }
    if (status == ATTENTION_OK && is_post) {
        status = normalise(pass, &x, w->norm1_weight, w->norm1_bias, ATTENTION_TENSOR_NORM1);
    }
    if (status == ATTENTION_OK && pass->config->d_ff > 0) {
        branch = x;
        if (is_pre) {
            status =
                normalise(pass, &branch, w->norm2_weight, w->norm2_bias, ATTENTION_TENSOR_NORM2);
        }
        if (status == ATTENTION_OK) status = feed_forward(pass, branch, w);
        if (status == ATTENTION_OK) {
            status = join(pass, &x, tensor(pass, ATTENTION_TENSOR_FFN_OUTPUT),
                          ATTENTION_TENSOR_RESIDUAL2);
        }
        if (status == ATTENTION_OK && is_post) {
            status = normalise(pass, &x, w->norm2_weight, w->norm2_bias, ATTENTION_TENSOR_NORM2);
        }
    }
    if (status != ATTENTION_OK) return status;
    memcpy(tensor(pass, ATTENTION_TENSOR_OUTPUT), x, pass->n * pass->d * sizeof *x);
    return ATTENTION_OK;
}

/* embedding, position and x [n, d]. */
static enum attention_status embed(const struct pass *pass, const float *embedding) {
    const size_t count = pass->n * pass->d;
    float *position = tensor(pass, ATTENTION_TENSOR_POSITION);
    float *x = tensor(pass, ATTENTION_TENSOR_X);
    memcpy(tensor(pass, ATTENTION_TENSOR_EMBEDDING), embedding, count * sizeof *embedding);
    if (!position) {
        memcpy(x, embedding, count * sizeof *embedding);
        return ATTENTION_OK;
    }
    if (pass->config->position == ATTENTION_POSITION_SINUSOIDAL) {
        attention_sinusoids(pass->n, pass->d, pass->config->position_base, position);
    } else {
        memcpy(position, pass->weights->position_weight, count * sizeof *position);
    }
    const enum attention_status status = check_finite(pass, ATTENTION_TENSOR_POSITION);
    if (status != ATTENTION_OK) return status;
    kernels()->add(embedding, position, count, x);
    return check_finite(pass, ATTENTION_TENSOR_X);
}

enum attention_status attention_pass(struct attention_trace *trace,
                                     const struct attention_weights *weights,
                                     const struct attention_options *options,
                                     const float *embedding, size_t n,
                                     struct attention_error *error) {
    static const struct attention_options defaults = {0};
    assert(trace && weights && embedding);
    if (!options) options = &defaults;
    attention_error_clear(error);
    const struct attention_config *config = &weights->config;
    enum attention_status status = attention_request_check(weights, options, embedding, n, error);
    if (status != ATTENTION_OK) return status;

    struct attention_layout layout;
    attention_layout_plan(config, n, n, &layout);
    if (!attention_trace_prepare(trace, &layout)) {
        attention_error_add(error, "there is no memory for the ");
        attention_error_add_bytes(error, attention_layout_bytes(&layout));
        attention_error_add(error, " of this pass; use a shorter text or close other programs");
        return ATTENTION_NO_MEMORY;
    }
    trace->spare.divisor = attention_request_divisor(config, options);

    struct pass pass = {.weights = weights,
                        .config = config,
                        .options = options,
                        .block = &trace->spare,
                        .error = error,
                        .n = n,
                        .m = n,
                        .d = (size_t)config->d_model};
    status = embed(&pass, embedding);
    const float *x = tensor(&pass, ATTENTION_TENSOR_X);
    for (int i = 0; i < config->layers && status == ATTENTION_OK; i++) {
        pass.layer = i;
        status = layer_run(&pass, x, &weights->layers[i]);
        x = tensor(&pass, ATTENTION_TENSOR_OUTPUT);
    }
    if (status == ATTENTION_OK) attention_trace_publish(trace);
    return status;
}

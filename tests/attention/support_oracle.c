#include "support_oracle.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static double *zeros(size_t count) {
    double *numbers = calloc(count > 0 ? count : 1, sizeof *numbers);
    if (!numbers) abort();
    return numbers;
}

/* y = x Wᵀ + b; x [rows, in], W [out, in]. */
static double *linear(const double *x, size_t rows, size_t in, const float *w, const float *b,
                      size_t out) {
    double *y = zeros(rows * out);
    for (size_t i = 0; i < rows; i++) {
        for (size_t o = 0; o < out; o++) {
            double sum = b ? b[o] : 0.0;
            for (size_t k = 0; k < in; k++)
                sum += x[i * in + k] * w[o * in + k];
            y[i * out + o] = sum;
        }
    }
    return y;
}

/* [n, h·width] → [h, n, width] */
static double *split_heads(double *wide, size_t n, size_t heads, size_t width) {
    double *split = zeros(heads * n * width);
    for (size_t h = 0; h < heads; h++) {
        for (size_t i = 0; i < n; i++) {
            for (size_t c = 0; c < width; c++) {
                split[(h * n + i) * width + c] = wide[i * heads * width + h * width + c];
            }
        }
    }
    free(wide);
    return split;
}

static double *layer_norm(const double *x, size_t n, size_t d, const float *gain,
                          const float *bias) {
    double *y = zeros(n * d);
    for (size_t i = 0; i < n; i++) {
        double mean = 0.0, variance = 0.0;
        for (size_t c = 0; c < d; c++)
            mean += x[i * d + c] / (double)d;
        for (size_t c = 0; c < d; c++)
            variance += pow(x[i * d + c] - mean, 2.0) / (double)d;
        for (size_t c = 0; c < d; c++) {
            y[i * d + c] = (x[i * d + c] - mean) / sqrt(variance + 1e-5);
            y[i * d + c] = y[i * d + c] * (gain ? gain[c] : 1.0) + (bias ? bias[c] : 0.0);
        }
    }
    return y;
}

static bool is_allowed(const struct attention_options *options, size_t n, size_t i, size_t j) {
    if (options->mask == ATTENTION_MASK_CAUSAL) return j <= i;
    if (options->mask == ATTENTION_MASK_CUSTOM) return options->allowed[i * n + j] != 0;
    return true;
}

static void softmax(const double *scores, size_t m, double *weights) {
    double largest = -INFINITY, total = 0.0;
    for (size_t j = 0; j < m; j++)
        largest = fmax(largest, scores[j]);
    if (largest == -INFINITY) return; /* weights stay 0 */
    for (size_t j = 0; j < m; j++)
        total += exp(scores[j] - largest);
    for (size_t j = 0; j < m; j++)
        weights[j] = exp(scores[j] - largest) / total;
}

/* similarity, scores, weights and head outputs from q, k, v. */
static void attend(double *tensors[ATTENTION_TENSOR_COUNT], const struct attention_config *config,
                   const struct attention_options *options, size_t n) {
    const size_t heads = (size_t)config->heads, d_k = (size_t)config->d_k,
                 d_v = (size_t)config->d_v;
    const double *q = tensors[ATTENTION_TENSOR_Q], *k = tensors[ATTENTION_TENSOR_K];
    const double *v = tensors[ATTENTION_TENSOR_V];
    double *similarity = zeros(heads * n * n), *scores = zeros(heads * n * n);
    double *weights = zeros(heads * n * n), *output = zeros(heads * n * d_v);
    double *concat = zeros(n * heads * d_v);
    const double divisor = (options->is_scale_off ? 1.0 : sqrt((double)d_k)) *
                           (options->has_temperature ? (double)options->temperature : 1.0);
    for (size_t h = 0; h < heads; h++) {
        for (size_t i = 0; i < n; i++) {
            const size_t row = (h * n + i) * n;
            for (size_t j = 0; j < n; j++) {
                for (size_t c = 0; c < d_k; c++) {
                    similarity[row + j] += q[(h * n + i) * d_k + c] * k[(h * n + j) * d_k + c];
                }
                scores[row + j] =
                    is_allowed(options, n, i, j) ? similarity[row + j] / divisor : -INFINITY;
            }
            softmax(scores + row, n, weights + row);
            for (size_t c = 0; c < d_v; c++) {
                double sum = 0.0;
                for (size_t j = 0; j < n; j++)
                    sum += weights[row + j] * v[(h * n + j) * d_v + c];
                output[(h * n + i) * d_v + c] = sum;
                concat[i * heads * d_v + h * d_v + c] = sum;
            }
        }
    }
    tensors[ATTENTION_TENSOR_SIMILARITY] = similarity;
    tensors[ATTENTION_TENSOR_SCORES] = scores;
    tensors[ATTENTION_TENSOR_WEIGHTS] = weights;
    tensors[ATTENTION_TENSOR_HEAD_OUTPUT] = output;
    tensors[ATTENTION_TENSOR_CONCAT] = concat;
}

static double *add(const double *a, const double *b, size_t count) {
    double *sum = zeros(count);
    for (size_t i = 0; i < count; i++)
        sum[i] = a[i] + b[i];
    return sum;
}

static double activate(double x, enum attention_activation activation) {
    if (activation == ATTENTION_ACTIVATION_RELU) return fmax(x, 0.0);
    return 0.5 * x * (1.0 + erf(x / sqrt(2.0)));
}

/* One layer; x is its input [n, d]. */
static void layer_run(double *t[ATTENTION_TENSOR_COUNT], const struct attention_config *config,
                      const struct attention_layer_weights *w,
                      const struct attention_options *options, const double *x, size_t n) {
    const size_t d = (size_t)config->d_model, heads = (size_t)config->heads;
    const size_t d_k = (size_t)config->d_k, d_v = (size_t)config->d_v, d_ff = (size_t)config->d_ff;
    const bool is_pre = config->norm == ATTENTION_NORM_PRE;
    const bool is_post = config->norm == ATTENTION_NORM_POST;
    const double *reads = x;
    if (is_pre) {
        reads = t[ATTENTION_TENSOR_NORM1] = layer_norm(x, n, d, w->norm1_weight, w->norm1_bias);
    }
    t[ATTENTION_TENSOR_Q] =
        split_heads(linear(reads, n, d, w->q_weight, w->q_bias, heads * d_k), n, heads, d_k);
    t[ATTENTION_TENSOR_K] =
        split_heads(linear(reads, n, d, w->k_weight, w->k_bias, heads * d_k), n, heads, d_k);
    t[ATTENTION_TENSOR_V] =
        split_heads(linear(reads, n, d, w->v_weight, w->v_bias, heads * d_v), n, heads, d_v);
    attend(t, config, options, n);
    const double *now = t[ATTENTION_TENSOR_ATTENTION_OUTPUT] =
        linear(t[ATTENTION_TENSOR_CONCAT], n, heads * d_v, w->o_weight, w->o_bias, d);
    if (!config->is_residual_off) now = t[ATTENTION_TENSOR_RESIDUAL1] = add(x, now, n * d);
    if (is_post) {
        now = t[ATTENTION_TENSOR_NORM1] = layer_norm(now, n, d, w->norm1_weight, w->norm1_bias);
    }
    if (d_ff > 0) {
        const double *stream = now;
        if (is_pre) {
            now = t[ATTENTION_TENSOR_NORM2] = layer_norm(now, n, d, w->norm2_weight, w->norm2_bias);
        }
        double *hidden = linear(now, n, d, w->up_weight, w->up_bias, d_ff);
        for (size_t i = 0; i < n * d_ff; i++)
            hidden[i] = activate(hidden[i], config->activation);
        t[ATTENTION_TENSOR_FFN_HIDDEN] = hidden;
        now = t[ATTENTION_TENSOR_FFN_OUTPUT] =
            linear(hidden, n, d_ff, w->down_weight, w->down_bias, d);
        if (!config->is_residual_off) now = t[ATTENTION_TENSOR_RESIDUAL2] = add(stream, now, n * d);
        if (is_post) {
            now = t[ATTENTION_TENSOR_NORM2] = layer_norm(now, n, d, w->norm2_weight, w->norm2_bias);
        }
    }
    t[ATTENTION_TENSOR_OUTPUT] = zeros(n * d);
    memcpy(t[ATTENTION_TENSOR_OUTPUT], now, n * d * sizeof *now);
}

static double position_at(const struct attention_weights *weights, size_t pos, size_t column) {
    const size_t d = (size_t)weights->config.d_model;
    if (weights->config.position == ATTENTION_POSITION_LEARNED) {
        return weights->position_weight[pos * d + column];
    }
    const double base = weights->config.position_base > 0 ? weights->config.position_base : 10000.0;
    const double angle = (double)pos / pow(base, (double)(column / 2 * 2) / (double)d);
    return column % 2 == 0 ? sin(angle) : cos(angle);
}

void oracle_run(struct oracle *oracle, const struct attention_weights *weights,
                const struct attention_options *options, const float *embedding, size_t n) {
    const size_t d = (size_t)weights->config.d_model;
    memset(oracle, 0, sizeof *oracle);
    double *e = zeros(n * d), *p = zeros(n * d), *x = zeros(n * d);
    for (size_t i = 0; i < n * d; i++) {
        e[i] = embedding[i];
        if (weights->config.position != ATTENTION_POSITION_NONE) {
            p[i] = position_at(weights, i / d, i % d);
        }
        x[i] = e[i] + p[i];
    }
    oracle->tensors[ATTENTION_TENSOR_EMBEDDING][0] = e;
    oracle->tensors[ATTENTION_TENSOR_X][0] = x;
    if (weights->config.position == ATTENTION_POSITION_NONE) {
        free(p);
    } else {
        oracle->tensors[ATTENTION_TENSOR_POSITION][0] = p;
    }
    const double *input = x;
    for (int layer = 0; layer < weights->config.layers; layer++) {
        double *t[ATTENTION_TENSOR_COUNT] = {0};
        layer_run(t, &weights->config, &weights->layers[layer], options, input, n);
        for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
            if (t[id]) oracle->tensors[id][layer] = t[id];
        }
        input = t[ATTENTION_TENSOR_OUTPUT];
    }
}

void oracle_free(struct oracle *oracle) {
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        for (int layer = 0; layer < ORACLE_LAYERS; layer++)
            free(oracle->tensors[id][layer]);
    }
    memset(oracle, 0, sizeof *oracle);
}

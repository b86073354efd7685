#include "support_oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One layer of one pass. */
struct run {
    struct oracle *oracle;
    const struct attention_config *config;
    const struct attention_options *options;
    size_t n, m, d, heads, d_k, d_v, d_a;
    int layer;
};

static double *get(const struct run *r, int id) {
    return r->oracle->numbers[id][r->layer];
}

static double *put(const struct run *r, int id, double *numbers) {
    return r->oracle->numbers[id][r->layer] = numbers;
}

/* y = x Wᵀ + b; x [rows, in], W [out, in]. */
static double *linear(const double *x, size_t rows, size_t in, const double *w, const double *b,
                      size_t out) {
    double *y = oracle_zeros(rows * out);
    for (size_t i = 0; i < rows; i++) {
        for (size_t o = 0; o < out; o++) {
            double sum = b[o];
            for (size_t k = 0; k < in; k++)
                sum += x[i * in + k] * w[o * in + k];
            y[i * out + o] = sum;
        }
    }
    return y;
}

/* x [rows, d] → [h, rows, width] with W [h·width, d]. */
static void project(const struct run *r, const double *x, size_t rows, int weight, int bias,
                    size_t width, int id) {
    double *wide = linear(x, rows, r->d, get(r, weight), get(r, bias), r->heads * width);
    double *split = put(r, id, oracle_zeros(r->heads * rows * width));
    for (size_t h = 0; h < r->heads; h++) {
        for (size_t i = 0; i < rows; i++) {
            for (size_t c = 0; c < width; c++) {
                split[(h * rows + i) * width + c] = wide[i * r->heads * width + h * width + c];
            }
        }
    }
    free(wide);
}

static double *layer_norm(const double *x, size_t n, size_t d, const double *gain,
                          const double *bias) {
    double *y = oracle_zeros(n * d);
    for (size_t i = 0; i < n; i++) {
        double mean = 0.0, variance = 0.0;
        for (size_t c = 0; c < d; c++)
            mean += x[i * d + c] / (double)d;
        for (size_t c = 0; c < d; c++)
            variance += pow(x[i * d + c] - mean, 2.0) / (double)d;
        for (size_t c = 0; c < d; c++) {
            y[i * d + c] = (x[i * d + c] - mean) / sqrt(variance + 1e-5) * gain[c] + bias[c];
        }
    }
    return y;
}

/* Rows divided by their lengths; a zero row stays zero. x [rows, d_k] */
static double *unit_rows(const double *x, size_t rows, size_t d_k) {
    double *unit = oracle_zeros(rows * d_k);
    for (size_t i = 0; i < rows; i++) {
        double squares = 0.0;
        for (size_t c = 0; c < d_k; c++)
            squares += x[i * d_k + c] * x[i * d_k + c];
        for (size_t c = 0; c < d_k && squares > 0.0; c++)
            unit[i * d_k + c] = x[i * d_k + c] / sqrt(squares);
    }
    return unit;
}

/* out [h, rows, d_a] = W x, W [h, d_a, d_k], x [h, rows, d_k] */
static double *through_heads(const struct run *r, const double *w, const double *x, size_t rows) {
    double *out = oracle_zeros(r->heads * rows * r->d_a);
    for (size_t h = 0; h < r->heads; h++) {
        for (size_t i = 0; i < rows; i++) {
            for (size_t a = 0; a < r->d_a; a++) {
                for (size_t c = 0; c < r->d_k; c++) {
                    out[(h * rows + i) * r->d_a + a] +=
                        w[(h * r->d_a + a) * r->d_k + c] * x[(h * rows + i) * r->d_k + c];
                }
            }
        }
    }
    return out;
}

/* qᵀ W of each head: [h, n, d_k]. */
static double *bilinear_left(const struct run *r) {
    const double *q = get(r, ATTENTION_TENSOR_Q), *w = get(r, ATTENTION_WEIGHT_GENERAL);
    double *out = oracle_zeros(r->heads * r->n * r->d_k);
    for (size_t h = 0; h < r->heads; h++) {
        for (size_t i = 0; i < r->n; i++) {
            for (size_t a = 0; a < r->d_k; a++) {
                for (size_t b = 0; b < r->d_k; b++) {
                    out[(h * r->n + i) * r->d_k + b] +=
                        q[(h * r->n + i) * r->d_k + a] * w[(h * r->d_k + a) * r->d_k + b];
                }
            }
        }
    }
    return out;
}

/* What F makes of each query and each key before they meet. */
static void prepare_similarity(const struct run *r) {
    const double *q = get(r, ATTENTION_TENSOR_Q), *k = get(r, ATTENTION_TENSOR_K);
    switch (r->config->similarity) {
    case ATTENTION_SIMILARITY_DOT:
        break;
    case ATTENTION_SIMILARITY_COSINE:
        put(r, ATTENTION_TENSOR_SIMILARITY_QUERY, unit_rows(q, r->heads * r->n, r->d_k));
        put(r, ATTENTION_TENSOR_SIMILARITY_KEY, unit_rows(k, r->heads * r->m, r->d_k));
        break;
    case ATTENTION_SIMILARITY_GENERAL:
        put(r, ATTENTION_TENSOR_SIMILARITY_QUERY, bilinear_left(r));
        break;
    case ATTENTION_SIMILARITY_ADDITIVE:
        put(r, ATTENTION_TENSOR_SIMILARITY_QUERY,
            through_heads(r, get(r, ATTENTION_WEIGHT_ADDITIVE_Q), q, r->n));
        put(r, ATTENTION_TENSOR_SIMILARITY_KEY,
            through_heads(r, get(r, ATTENTION_WEIGHT_ADDITIVE_K), k, r->m));
        break;
    }
}

static double dot(const double *a, const double *b, size_t count) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* F of query i and key j of head h. */
static double similarity(const struct run *r, size_t h, size_t i, size_t j) {
    const double *q = get(r, ATTENTION_TENSOR_Q) + (h * r->n + i) * r->d_k;
    const double *k = get(r, ATTENTION_TENSOR_K) + (h * r->m + j) * r->d_k;
    const double *made_q = get(r, ATTENTION_TENSOR_SIMILARITY_QUERY);
    const double *made_k = get(r, ATTENTION_TENSOR_SIMILARITY_KEY);
    if (r->config->similarity == ATTENTION_SIMILARITY_DOT) return dot(q, k, r->d_k);
    if (r->config->similarity == ATTENTION_SIMILARITY_COSINE) {
        return dot(made_q + (h * r->n + i) * r->d_k, made_k + (h * r->m + j) * r->d_k, r->d_k);
    }
    if (r->config->similarity == ATTENTION_SIMILARITY_GENERAL) {
        return dot(made_q + (h * r->n + i) * r->d_k, k, r->d_k);
    }
    const double *w = get(r, ATTENTION_WEIGHT_ADDITIVE_W) + h * r->d_a;
    double sum = 0.0;
    for (size_t a = 0; a < r->d_a; a++) {
        sum +=
            w[a] * tanh(made_q[(h * r->n + i) * r->d_a + a] + made_k[(h * r->m + j) * r->d_a + a]);
    }
    return sum;
}

static bool is_allowed(const struct run *r, size_t i, size_t j) {
    switch (r->options->mask) {
    case ATTENTION_MASK_CAUSAL:
        return j <= i;
    case ATTENTION_MASK_PADDING:
        return j < r->m - r->options->mask_size;
    case ATTENTION_MASK_WINDOW:
        return (i > j ? i - j : j - i) <= r->options->mask_size;
    case ATTENTION_MASK_CUSTOM:
        return r->options->allowed[i * r->m + j] != 0;
    default:
        return true;
    }
}

/* One row; of a row of −∞ the weights stay 0. */
static void softmax(const double *scores, size_t m, double *weights) {
    double largest = -INFINITY, total = 0.0;
    for (size_t j = 0; j < m; j++)
        largest = fmax(largest, scores[j]);
    if (largest == -INFINITY) return;
    for (size_t j = 0; j < m; j++)
        total += exp(scores[j] - largest);
    for (size_t j = 0; j < m; j++)
        weights[j] = exp(scores[j] - largest) / total;
}

/* Temperature 0: the largest scores share equally. */
static void share_largest(const double *scores, size_t m, double *weights) {
    double largest = -INFINITY, count = 0.0;
    for (size_t j = 0; j < m; j++)
        largest = fmax(largest, scores[j]);
    if (largest == -INFINITY) return;
    for (size_t j = 0; j < m; j++)
        count += scores[j] == largest ? 1.0 : 0.0;
    for (size_t j = 0; j < m; j++)
        weights[j] = scores[j] == largest ? 1.0 / count : 0.0;
}

/* The softmax on the wrong axis: each column is taken out, weighed, and put back. */
static void weigh_columns(const struct run *r, const double *scores, double *weights,
                          bool is_softmax) {
    const size_t n = r->n, m = r->m;
    double *column = oracle_zeros(n);
    for (size_t h = 0; h < r->heads; h++) {
        for (size_t j = 0; j < m; j++) {
            double *shares = oracle_zeros(n);
            for (size_t i = 0; i < n; i++)
                column[i] = scores[(h * n + i) * m + j];
            if (is_softmax) {
                softmax(column, n, shares);
            } else {
                share_largest(column, n, shares);
            }
            for (size_t i = 0; i < n; i++)
                weights[(h * n + i) * m + j] = shares[i];
            free(shares);
        }
    }
    free(column);
}

/* similarity, scores and weights from q and k. */
static void weigh(const struct run *r) {
    const size_t n = r->n, m = r->m;
    const struct attention_options *options = r->options;
    double *f = put(r, ATTENTION_TENSOR_SIMILARITY, oracle_zeros(r->heads * n * m));
    double *scores = put(r, ATTENTION_TENSOR_SCORES, oracle_zeros(r->heads * n * m));
    double *weights = put(r, ATTENTION_TENSOR_WEIGHTS, oracle_zeros(r->heads * n * m));
    const double temperature = options->has_temperature ? (double)options->temperature : 1.0;
    const double divisor = (options->is_scale_off ? 1.0 : sqrt((double)r->d_k)) * temperature;
    for (size_t at = 0; at < r->heads * n * m; at++) {
        const size_t h = at / (n * m), i = at / m % n, j = at % m;
        f[at] = similarity(r, h, i, j);
        scores[at] = temperature > 0.0 ? f[at] / divisor : f[at];
        const bool is_masked_now = options->fault != ATTENTION_FAULT_MASK_AFTER_SOFTMAX;
        if (is_masked_now && !is_allowed(r, i, j)) scores[at] = -INFINITY;
    }
    for (size_t e = 0; e < options->edit_count; e++) {
        const struct attention_edit *edit = &options->edits[e];
        if (edit->tensor == ATTENTION_TENSOR_SCORES && edit->layer == r->layer) {
            scores[edit->index] = (double)edit->value;
        }
    }
    if (options->fault == ATTENTION_FAULT_SOFTMAX_OVER_QUERIES) {
        weigh_columns(r, scores, weights, temperature > 0.0);
        return;
    }
    for (size_t row = 0; row < r->heads * n * m; row += m) {
        if (temperature > 0.0) {
            softmax(scores + row, m, weights + row);
        } else {
            share_largest(scores + row, m, weights + row);
        }
    }
    if (options->fault != ATTENTION_FAULT_MASK_AFTER_SOFTMAX) return;
    for (size_t at = 0; at < r->heads * n * m; at++) {
        if (!is_allowed(r, at / m % n, at % m)) weights[at] = 0.0;
    }
}

static bool is_head_off(const struct run *r, size_t h) {
    return r->options->heads_off && r->options->heads_off[(size_t)r->layer * r->heads + h] != 0;
}

/* head_output and concat from weights and v. */
static void add_up_values(const struct run *r) {
    const size_t n = r->n, m = r->m, d_v = r->d_v;
    const double *weights = get(r, ATTENTION_TENSOR_WEIGHTS), *v = get(r, ATTENTION_TENSOR_V);
    double *output = put(r, ATTENTION_TENSOR_HEAD_OUTPUT, oracle_zeros(r->heads * n * d_v));
    double *concat = put(r, ATTENTION_TENSOR_CONCAT, oracle_zeros(n * r->heads * d_v));
    for (size_t h = 0; h < r->heads; h++) {
        for (size_t at = 0; at < n * d_v && !is_head_off(r, h); at++) {
            const size_t i = at / d_v, c = at % d_v;
            double sum = 0.0;
            for (size_t j = 0; j < m; j++)
                sum += weights[(h * n + i) * m + j] * v[(h * m + j) * d_v + c];
            output[(h * n + i) * d_v + c] = sum;
            concat[i * r->heads * d_v + h * d_v + c] = sum;
        }
    }
}

/* attention_output of the rows x: queries from x; keys and values too, or from a context. */
static const double *attend(const struct run *r, const double *x) {
    const double *context = r->oracle->numbers[ATTENTION_TENSOR_CONTEXT_X][0];
    const double *values = r->oracle->numbers[ATTENTION_TENSOR_VALUES_X][0];
    const double *keys_from = context ? context : x;
    const double *values_from = values ? values : keys_from;
    project(r, x, r->n, ATTENTION_WEIGHT_Q, ATTENTION_WEIGHT_Q_BIAS, r->d_k, ATTENTION_TENSOR_Q);
    project(r, keys_from, r->m, ATTENTION_WEIGHT_K, ATTENTION_WEIGHT_K_BIAS, r->d_k,
            ATTENTION_TENSOR_K);
    project(r, values_from, r->m, ATTENTION_WEIGHT_V, ATTENTION_WEIGHT_V_BIAS, r->d_v,
            ATTENTION_TENSOR_V);
    prepare_similarity(r);
    weigh(r);
    add_up_values(r);
    return put(r, ATTENTION_TENSOR_ATTENTION_OUTPUT,
               linear(get(r, ATTENTION_TENSOR_CONCAT), r->n, r->heads * r->d_v,
                      get(r, ATTENTION_WEIGHT_O), get(r, ATTENTION_WEIGHT_O_BIAS), r->d));
}

static const double *normed(const struct run *r, const double *x, int weight, int bias, int id) {
    return put(r, id, layer_norm(x, r->n, r->d, get(r, weight), get(r, bias)));
}

/* x + branch; the branch alone where residuals are off. */
static const double *joined(const struct run *r, const double *x, const double *branch, int id) {
    if (r->config->is_residual_off) return branch;
    double *sum = put(r, id, oracle_zeros(r->n * r->d));
    for (size_t i = 0; i < r->n * r->d; i++)
        sum[i] = x[i] + branch[i];
    return sum;
}

static double activate(double x, enum attention_activation activation) {
    if (activation == ATTENTION_ACTIVATION_RELU) return fmax(x, 0.0);
    return 0.5 * x * (1.0 + erf(x / sqrt(2.0)));
}

static const double *feed_forward(const struct run *r, const double *x) {
    const size_t d_ff = (size_t)r->config->d_ff;
    double *hidden = put(
        r, ATTENTION_TENSOR_FFN_HIDDEN,
        linear(x, r->n, r->d, get(r, ATTENTION_WEIGHT_UP), get(r, ATTENTION_WEIGHT_UP_BIAS), d_ff));
    for (size_t i = 0; i < r->n * d_ff; i++)
        hidden[i] = activate(hidden[i], r->config->activation);
    return put(r, ATTENTION_TENSOR_FFN_OUTPUT,
               linear(hidden, r->n, d_ff, get(r, ATTENTION_WEIGHT_DOWN),
                      get(r, ATTENTION_WEIGHT_DOWN_BIAS), r->d));
}

/* One layer; x is its input [n, d]. */
static void run_layer(const struct run *r, const double *x) {
    const bool is_pre = r->config->norm == ATTENTION_NORM_PRE;
    const bool is_post = r->config->norm == ATTENTION_NORM_POST;
    const int norm1 = ATTENTION_WEIGHT_NORM1, norm1_bias = ATTENTION_WEIGHT_NORM1_BIAS;
    const int norm2 = ATTENTION_WEIGHT_NORM2, norm2_bias = ATTENTION_WEIGHT_NORM2_BIAS;
    const double *read = is_pre ? normed(r, x, norm1, norm1_bias, ATTENTION_TENSOR_NORM1) : x;
    const double *now = joined(r, x, attend(r, read), ATTENTION_TENSOR_RESIDUAL1);
    if (is_post) now = normed(r, now, norm1, norm1_bias, ATTENTION_TENSOR_NORM1);
    if (r->config->d_ff > 0) {
        read = is_pre ? normed(r, now, norm2, norm2_bias, ATTENTION_TENSOR_NORM2) : now;
        now = joined(r, now, feed_forward(r, read), ATTENTION_TENSOR_RESIDUAL2);
        if (is_post) now = normed(r, now, norm2, norm2_bias, ATTENTION_TENSOR_NORM2);
    }
    double *output = put(r, ATTENTION_TENSOR_OUTPUT, oracle_zeros(r->n * r->d));
    memcpy(output, now, r->n * r->d * sizeof *now);
}

void oracle_run(struct oracle *oracle, const struct attention_weights *weights,
                const struct attention_options *options, const struct attention_input *input) {
    const struct attention_config *config = &weights->config;
    oracle_read(oracle, weights, options, input);
    const double *x = oracle->numbers[ATTENTION_TENSOR_X][0];
    for (int layer = 0; layer < config->layers; layer++) {
        const struct run run = {.oracle = oracle,
                                .config = config,
                                .options = options,
                                .n = oracle->n,
                                .m = oracle->m,
                                .d = (size_t)config->d_model,
                                .heads = (size_t)config->heads,
                                .d_k = (size_t)config->d_k,
                                .d_v = (size_t)config->d_v,
                                .d_a = (size_t)(config->d_a > 0 ? config->d_a : config->d_k),
                                .layer = layer};
        run_layer(&run, x);
        x = oracle->numbers[ATTENTION_TENSOR_OUTPUT][layer];
    }
}

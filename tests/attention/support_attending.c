#include "support_attending.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float *weight(const struct test_attending *at, enum attention_weight_id id) {
    return attention_trace_weight(at->trace, &at->c->model.weights, id, at->layer).data;
}

/* One row of W x + b: row r of the projection of x. */
static double project(const struct test_attending *at, enum attention_weight_id id,
                      enum attention_weight_id bias_id, size_t r, const double *x) {
    const size_t d = (size_t)at->c->model.weights.config.d_model;
    const float *w = weight(at, id), *bias = weight(at, bias_id);
    double sum = bias ? (double)bias[r] : 0.0;
    for (size_t c = 0; c < d; c++)
        sum += (double)w[r * d + c] * x[c];
    return sum;
}

static double norm(const double *x, size_t count) {
    double square = 0.0;
    for (size_t c = 0; c < count; c++)
        square += x[c] * x[c];
    return sqrt(square);
}

static double compare(const struct test_attending *at, size_t head, const double *q,
                      const double *k) {
    const struct attention_config *config = attention_trace_config(at->trace);
    const size_t d_k = (size_t)config->d_k, d_a = (size_t)config->d_a;
    const float *general = weight(at, ATTENTION_WEIGHT_GENERAL);
    const float *by_q = weight(at, ATTENTION_WEIGHT_ADDITIVE_Q);
    const float *by_k = weight(at, ATTENTION_WEIGHT_ADDITIVE_K);
    const float *w = weight(at, ATTENTION_WEIGHT_ADDITIVE_W);
    double sum = 0.0;
    if (config->similarity == ATTENTION_SIMILARITY_ADDITIVE) {
        for (size_t a = 0; a < d_a; a++) {
            double z = 0.0;
            for (size_t c = 0; c < d_k; c++) {
                const size_t place = (head * d_a + a) * d_k + c;
                z += (by_q ? (double)by_q[place] : a == c) * q[c];
                z += (by_k ? (double)by_k[place] : a == c) * k[c];
            }
            sum += (w ? (double)w[head * d_a + a] : 1.0) * tanh(z);
        }
        return sum;
    }
    for (size_t a = 0; a < d_k; a++) {
        for (size_t b = 0; b < d_k; b++) {
            const bool is_general = config->similarity == ATTENTION_SIMILARITY_GENERAL && general;
            sum +=
                q[a] * (is_general ? (double)general[(head * d_k + a) * d_k + b] : a == b) * k[b];
        }
    }
    if (config->similarity != ATTENTION_SIMILARITY_COSINE) return sum;
    const double norms = norm(q, d_k) * norm(k, d_k);
    return norms > 0.0 ? sum / norms : 0.0;
}

static bool is_seen(const struct test_attending *at, size_t i, size_t j) {
    const struct attention_options *options = &at->c->options;
    const long distance = labs((long)i - (long)j);
    switch (options->mask) {
    case ATTENTION_MASK_CAUSAL:
        return j <= i;
    case ATTENTION_MASK_PADDING:
        return j + options->mask_size < at->m;
    case ATTENTION_MASK_WINDOW:
        return distance <= (long)options->mask_size;
    case ATTENTION_MASK_CUSTOM:
        return options->allowed[i * at->m + j] != 0;
    default:
        return true;
    }
}

static double score(const struct test_attending *at, size_t head, size_t i, size_t j,
                    double similarity) {
    const struct attention_options *options = &at->c->options;
    const double d_k = (double)at->c->model.weights.config.d_k;
    const double tau = options->has_temperature ? (double)options->temperature : 1.0;
    const double divisor = (options->is_scale_off ? 1.0 : sqrt(d_k)) * tau;
    double z = is_seen(at, i, j) ? similarity / (divisor > 0.0 ? divisor : 1.0) : -INFINITY;
    for (size_t e = 0; e < options->edit_count; e++) {
        const struct attention_edit *edit = &options->edits[e];
        if (edit->tensor == ATTENTION_TENSOR_SCORES && edit->layer == at->layer &&
            edit->index == (head * at->n + i) * at->m + j)
            z = (double)edit->value;
    }
    return z;
}

/* Row i of one head's weights. With τ = 0 they do not move: those of the pass. */
static void weigh(const struct test_attending *at, size_t head, size_t i, const double *query,
                  const double *keys, double *a) {
    const struct attention_config *config = &at->c->model.weights.config;
    const struct attention_options *options = &at->c->options;
    const size_t d = (size_t)config->d_model, d_k = (size_t)config->d_k;
    const bool is_hard = options->has_temperature && options->temperature == 0.0f;
    const float *shares =
        attention_trace_tensor(at->trace, ATTENTION_TENSOR_WEIGHTS, at->layer).data +
        (head * at->n + i) * at->m;
    double q[16], k[16], largest = -INFINITY, total = 0.0;
    for (size_t b = 0; b < d_k; b++)
        q[b] = project(at, ATTENTION_WEIGHT_Q, ATTENTION_WEIGHT_Q_BIAS, head * d_k + b, query);
    for (size_t j = 0; j < at->m; j++) {
        for (size_t b = 0; b < d_k; b++)
            k[b] = project(at, ATTENTION_WEIGHT_K, ATTENTION_WEIGHT_K_BIAS, head * d_k + b,
                           keys + j * d);
        a[j] = score(at, head, i, j, compare(at, head, q, k));
        largest = fmax(largest, a[j]);
    }
    for (size_t j = 0; j < at->m; j++) {
        const double z = a[j];
        a[j] = z == -INFINITY ? 0.0 : exp(z - largest);
        total += a[j];
    }
    for (size_t j = 0; j < at->m && total > 0.0; j++)
        a[j] = is_hard ? (double)shares[j] : a[j] / total;
}

void test_attend(const void *context, const double *x, double *y) {
    const struct test_attending *at = context;
    const struct attention_config *config = &at->c->model.weights.config;
    const size_t d = (size_t)config->d_model, d_v = (size_t)config->d_v;
    const size_t heads = (size_t)config->heads;
    const double *queries = at->query_rows ? at->query_rows : x;
    const double *keys = at->key_rows ? at->key_rows : x;
    const double *values = at->value_rows ? at->value_rows : x;
    const uint8_t *off = at->c->options.heads_off;
    const float *o = weight(at, ATTENTION_WEIGHT_O);
    double a[TEST_ATTENDING_MOST_TOKENS];
    memset(y, 0, at->n * d * sizeof *y);
    for (size_t head = 0; head < heads; head++) {
        if (off && off[(size_t)at->layer * heads + head]) continue;
        for (size_t i = 0; i < at->n; i++) {
            weigh(at, head, i, queries + i * d, keys, a);
            for (size_t r = 0; r < d_v; r++) {
                double mixed = 0.0;
                for (size_t j = 0; j < at->m; j++)
                    mixed += a[j] * project(at, ATTENTION_WEIGHT_V, ATTENTION_WEIGHT_V_BIAS,
                                            head * d_v + r, values + j * d);
                for (size_t c = 0; c < d; c++)
                    y[i * d + c] += (double)o[c * heads * d_v + head * d_v + r] * mixed;
            }
        }
    }
}

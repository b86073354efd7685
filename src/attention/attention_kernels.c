#include "attention_kernels.h"

#include <math.h>

#include "attention.h"
#include "attention_math.h"

enum { LANES = 64, PANEL_COLUMNS = 16, PANEL_DEPTH = 128 };

/* Packs B(k, j) of one block into a panel [depth, 16]; columns beyond the edge are 0. */
static void panel_pack(const struct attention_product *p, size_t first_column, size_t columns,
                       size_t first_k, size_t depth, float panel[][PANEL_COLUMNS]) {
    for (size_t k = 0; k < depth; k++) {
        const float *b =
            p->b + (first_k + k) * p->b_depth_stride + first_column * p->b_column_stride;
        for (size_t j = 0; j < columns; j++)
            panel[k][j] = b[j * p->b_column_stride];
        for (size_t j = columns; j < PANEL_COLUMNS; j++)
            panel[k][j] = 0.0f;
    }
}

/* One row of A against one panel: 16 sums side by side, each in the order of k. They rest in C
 * between the blocks of k, which changes no bit. */
static void panel_row(const struct attention_product *p, size_t row, size_t first_column,
                      size_t columns, size_t first_k, size_t depth, float panel[][PANEL_COLUMNS]) {
    const float *a = p->a + row * p->a_stride + first_k;
    float *c = p->c + row * p->c_stride + first_column;
    float sums[PANEL_COLUMNS] = {0};
    if (first_k > 0) {
        for (size_t j = 0; j < columns; j++)
            sums[j] = c[j];
    }
    for (size_t k = 0; k < depth; k++) {
        for (size_t j = 0; j < PANEL_COLUMNS; j++)
            sums[j] += a[k] * panel[k][j];
    }
    for (size_t j = 0; j < columns; j++)
        c[j] = sums[j];
}

void attention_kernel_product(const struct attention_product *product) {
    const struct attention_product *p = product;
    float panel[PANEL_DEPTH][PANEL_COLUMNS];
    for (size_t first = 0; first < p->columns; first += PANEL_COLUMNS) {
        const size_t left = p->columns - first;
        const size_t columns = left < PANEL_COLUMNS ? left : PANEL_COLUMNS;
        for (size_t k = 0; k < p->depth; k += PANEL_DEPTH) {
            const size_t depth = p->depth - k < PANEL_DEPTH ? p->depth - k : PANEL_DEPTH;
            panel_pack(p, first, columns, k, depth, panel);
            for (size_t i = 0; i < p->rows; i++)
                panel_row(p, i, first, columns, k, depth, panel);
        }
        if (!p->bias) continue;
        for (size_t i = 0; i < p->rows; i++) {
            float *c = p->c + i * p->c_stride + first;
            for (size_t j = 0; j < columns; j++)
                c[j] += p->bias[first + j];
        }
    }
}

float attention_kernel_sum(const float *x, size_t count) {
    float lanes[LANES] = {0};
    const size_t whole = count - count % LANES;
    for (size_t j = 0; j < whole; j += LANES) {
        for (size_t l = 0; l < LANES; l++)
            lanes[l] += x[j + l];
    }
    for (size_t j = whole; j < count; j++)
        lanes[j - whole] += x[j];
    for (size_t width = LANES / 2; width > 0; width /= 2) {
        for (size_t l = 0; l < width; l++)
            lanes[l] += lanes[l + width];
    }
    return lanes[0];
}

bool attention_kernel_scale_row(const float *similarity, size_t m, float divisor,
                                const unsigned char *allowed, size_t allowed_count, float *scores) {
    bool is_finite = true;
    for (size_t j = 0; j < m; j++) {
        if (j >= allowed_count || (allowed && !allowed[j])) {
            scores[j] = -INFINITY;
            continue;
        }
        scores[j] = similarity[j] / divisor;
        is_finite &= attention_math_is_finite(scores[j]);
    }
    return is_finite;
}

void attention_kernel_add(const float *a, const float *b, size_t count, float *out) {
    for (size_t i = 0; i < count; i++)
        out[i] = a[i] + b[i];
}

/* + 0 makes a −0 +0, so that the order of looking does not show. −∞ for an empty row. */
static float row_maximum(const float *row, size_t m) {
    float maximum = -INFINITY;
    for (size_t j = 0; j < m; j++)
        maximum = row[j] > maximum ? row[j] : maximum;
    return maximum + 0.0f;
}

void attention_softmax_exponentials(const float *row, size_t m, float *out, float *maximum,
                                    float *total) {
    const float largest = row_maximum(row, m);
    if (largest == -INFINITY) {
        for (size_t j = 0; j < m; j++)
            out[j] = 0.0f;
    } else {
        for (size_t j = 0; j < m; j++)
            out[j] = attention_math_exp(row[j] - largest);
    }
    *maximum = largest;
    *total = attention_kernel_sum(out, m);
}

void attention_softmax(const float *row, size_t m, float *weights) {
    float maximum, total;
    attention_softmax_exponentials(row, m, weights, &maximum, &total);
    if (total == 0.0f) return; /* nothing allowed: the row stays 0 */
    for (size_t j = 0; j < m; j++)
        weights[j] /= total;
}

void attention_kernel_share_largest(const float *row, size_t m, float *weights) {
    const float largest = row_maximum(row, m);
    size_t count = 0;
    if (largest != -INFINITY) {
        for (size_t j = 0; j < m; j++)
            count += row[j] == largest;
    }
    for (size_t j = 0; j < m; j++) {
        weights[j] = count > 0 && row[j] == largest ? 1.0f / (float)count : 0.0f;
    }
}

/* Σ (x − mean)², through the same tree as attention_kernel_sum. */
static float sum_of_squares(const float *x, size_t d, float mean) {
    float block[LANES], lanes[LANES] = {0};
    for (size_t first = 0; first < d; first += LANES) {
        const size_t count = d - first < LANES ? d - first : LANES;
        for (size_t l = 0; l < count; l++)
            block[l] = x[first + l] - mean;
        for (size_t l = 0; l < count; l++)
            lanes[l] += block[l] * block[l];
    }
    return attention_kernel_sum(lanes, LANES);
}

void attention_layer_norm(const float *x, size_t d, const float *gain, const float *bias,
                          float *out, float *mean, float *variance) {
    const float average = attention_kernel_sum(x, d) / (float)d;
    const float spread = sum_of_squares(x, d, average) / (float)d;
    const float deviation = attention_math_sqrt(spread + 1e-5f);
    for (size_t i = 0; i < d; i++) {
        float y = (x[i] - average) / deviation;
        if (gain) y *= gain[i];
        if (bias) y += bias[i];
        out[i] = y;
    }
    if (mean) *mean = average;
    if (variance) *variance = spread;
}

float attention_relu(float x) {
    return x > 0.0f ? x : 0.0f;
}

/* Φ(x) = erfc(−x/√2) / 2 keeps the digits of small results, which 1 + erf would lose. */
float attention_gelu(float x) {
    return 0.5f * x * attention_math_erfc(x * -0.70710678f);
}

float attention_dot(const float *a, const float *b, size_t count) {
    float sum = 0.0f;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

void attention_sinusoids(size_t n, size_t d, double base, float *out) {
    const double used_base = base > 0.0 ? base : 10000.0;
    for (size_t i = 0; i < d; i += 2) {
        const double period = attention_math_power(used_base, (double)i / (double)d);
        for (size_t pos = 0; pos < n; pos++) {
            const double angle = (double)pos / period;
            out[pos * d + i] = (float)attention_math_sin(angle);
            if (i + 1 < d) out[pos * d + i + 1] = (float)attention_math_cos(angle);
        }
    }
}

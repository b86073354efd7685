/* attention_kernels_rows.h: the loops over rows that every table shares, as plain as they can be
 * written; a table's own flags make vector code of them. Before it a table has defined, for itself:
 *
 *   float row_maximum(row, m)              the largest number, −∞ for an empty row, +0 for −0
 *   float row_sum(x, count)                through the tree of 64 lanes
 *   float row_squares(x, count, shift, factor1, factor2)
 *                                          Σ ((x[j] − shift) · factor1 · factor2)², same tree
 *   float row_largest_size(x, count)       the largest |x[j]|, NaN above ∞; +0 for none
 */
#ifndef ATTENTION_KERNELS_ROWS_H
#define ATTENTION_KERNELS_ROWS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "attention_kernels.h"
#include "attention_math_inline.h"

/* Where the divisor is a power of two (√16, √64, …) its reciprocal is exact, and multiplying by it
 * rounds the same number once: the bits of the division for less time. */
static bool has_exact_reciprocal(float divisor) {
    const uint32_t bits = inline_bits(divisor);
    return (bits & 0x007fffffu) == 0u && divisor >= 0x1p-126f && divisor <= 0x1p126f;
}

static bool scale_row(const float *similarity, size_t m, float divisor,
                      const struct attention_row_mask *mask, float *scores) {
    const unsigned char *allowed = mask->allowed;
    const size_t first = mask->first, end = mask->end;
    if (has_exact_reciprocal(divisor)) {
        const float factor = 1.0f / divisor;
        for (size_t j = first; j < end; j++)
            scores[j] = similarity[j] * factor;
    } else {
        for (size_t j = first; j < end; j++)
            scores[j] = similarity[j] / divisor;
    }
    for (size_t j = 0; j < first; j++)
        scores[j] = -INFINITY;
    for (size_t j = end; j < m; j++)
        scores[j] = -INFINITY;
    uint32_t faults = 0;
    if (allowed) {
        for (size_t j = first; j < end; j++) {
            faults |= allowed[j] != 0 && !inline_is_finite(scores[j]);
            scores[j] = allowed[j] != 0 ? scores[j] : -INFINITY;
        }
    } else {
        for (size_t j = first; j < end; j++)
            faults |= !inline_is_finite(scores[j]);
    }
    return faults == 0;
}

/* Writes [first, end) of out and returns the largest number. */
static float exponentials(const float *row, size_t first, size_t end, float *out) {
    const float largest = row_maximum(row + first, end - first);
    const float shift = largest == -INFINITY ? 0.0f : largest; /* e^−∞ is 0 */
    for (size_t j = first; j < end; j++)
        out[j] = inline_exp(row[j] - shift);
    return largest;
}

static void softmax_exponentials(const float *row, size_t m, float *out, float *maximum,
                                 float *total) {
    *maximum = exponentials(row, 0, m, out);
    *total = row_sum(out, m);
}

static void softmax(const float *row, size_t m, size_t first, size_t end, float *weights) {
    (void)exponentials(row, first, end, weights);
    for (size_t j = 0; j < first; j++)
        weights[j] = 0.0f;
    for (size_t j = end; j < m; j++)
        weights[j] = 0.0f;
    /* The bits of the whole row's total: zeros change no lane, and a row that starts elsewhere
     * turns the lanes round, which leaves the tree's pairs (l and l + 32, then l and l + 16, …) as
     * they are. */
    const float total = row_sum(weights + first, end - first);
    if (total == 0.0f) return; /* nothing allowed: the row stays 0 */
    for (size_t j = first; j < end; j++)
        weights[j] /= total;
}

static void share_largest(const float *row, size_t m, float *weights) {
    const float largest = row_maximum(row, m);
    uint32_t count = 0;
    for (size_t j = 0; j < m; j++)
        count += row[j] == largest && row[j] != -INFINITY;
    const float share = count > 0 ? 1.0f / (float)count : 0.0f;
    for (size_t j = 0; j < m; j++)
        weights[j] = row[j] == largest ? share : 0.0f;
}

static float euclidean_norm(const float *x, size_t count) {
    const float largest = row_largest_size(x, count);
    if (largest == 0.0f || !inline_is_finite(largest)) return largest;
    /* The exponent of the largest; a subnormal number is made normal to read it. */
    const bool is_subnormal = largest < 0x1p-126f;
    const float normal = is_subnormal ? largest * 0x1p24f : largest;
    const int exponent = (int)(inline_bits(normal) >> 23) - 127 - (is_subnormal ? 24 : 0);
    /* 2^±exponent in two factors, neither of which overflows or is subnormal. */
    const int half = exponent / 2, rest = exponent - half;
    const float sum = row_squares(x, count, 0.0f, inline_float((uint32_t)(127 - half) << 23),
                                  inline_float((uint32_t)(127 - rest) << 23));
    return __builtin_sqrtf(sum) * inline_float((uint32_t)(127 + half) << 23) *
           inline_float((uint32_t)(127 + rest) << 23);
}

static void layer_norm(const float *x, size_t d, const float *gain, const float *bias, float *out,
                       float *mean, float *variance) {
    const float average = row_sum(x, d) / (float)d;
    const float spread = row_squares(x, d, average, 1.0f, 1.0f) / (float)d;
    const float deviation = __builtin_sqrtf(spread + 1e-5f);
    for (size_t i = 0; i < d; i++)
        out[i] = (x[i] - average) / deviation;
    if (gain) {
        for (size_t i = 0; i < d; i++)
            out[i] *= gain[i];
    }
    if (bias) {
        for (size_t i = 0; i < d; i++)
            out[i] += bias[i];
    }
    if (mean) *mean = average;
    if (variance) *variance = spread;
}

static void add(const float *a, const float *b, size_t count, float *out) {
    for (size_t i = 0; i < count; i++)
        out[i] = a[i] + b[i];
}

static void relu_all(const float *x, size_t count, float *out) {
    for (size_t i = 0; i < count; i++)
        out[i] = inline_relu(x[i]);
}

static void gelu_all(const float *x, size_t count, float *out) {
    for (size_t i = 0; i < count; i++)
        out[i] = inline_gelu(x[i]);
}

static void tanh_all(const float *x, size_t count, float *out) {
    for (size_t i = 0; i < count; i++)
        out[i] = inline_tanh(x[i]);
}

static void exp_all(const float *x, size_t count, float *out) {
    for (size_t i = 0; i < count; i++)
        out[i] = inline_exp(x[i]);
}

static size_t find_nonfinite(const float *x, size_t count) {
    size_t start = 0;
    for (size_t next = start + 256; next <= count; start = next, next += 256) {
        uint32_t faults = 0;
        for (size_t i = start; i < next; i++)
            faults |= !inline_is_finite(x[i]);
        if (faults) break;
    }
    for (size_t i = start; i < count; i++) {
        if (!inline_is_finite(x[i])) return i;
    }
    return count;
}

/* The members of a table that come from here, and the table's own. */
#define ATTENTION_KERNELS_TABLE(table_name)                                                        \
    {                                                                                              \
        .name = table_name, .product = product, .additive = additive, .scale_row = scale_row,      \
        .softmax_exponentials = softmax_exponentials, .softmax = softmax,                          \
        .share_largest = share_largest, .sum = row_sum, .euclidean_norm = euclidean_norm,          \
        .layer_norm = layer_norm, .add = add, .relu = relu_all, .gelu = gelu_all,                  \
        .tanh = tanh_all, .exp = exp_all, .find_nonfinite = find_nonfinite                         \
    }

#endif

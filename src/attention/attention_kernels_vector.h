/* attention_kernels_vector.h: the one source of the vector tables. Each of
 * attention_kernels_sse2.c, _avx2.c and _avx512.c names its table and its sizes and includes this;
 * CMakeLists.txt gives each its flags. GCC's and clang's vector types, no intrinsics:
 *
 *   VECTOR_BYTES    of one register
 *   BLOCK_ROWS      rows of C that are summed at once, 6 or fewer, and
 *   BLOCK_VECTORS   registers of each (so many sums, and B's registers, and two to spare)
 *   PANEL_DEPTH     rows of a packed panel of B, which stands on the stack
 */
#ifndef ATTENTION_KERNELS_VECTOR_H
#define ATTENTION_KERNELS_VECTOR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "attention_kernels_tables.h"
#include "attention_math_inline.h"

enum {
    LANES = 64,
    WIDTH = VECTOR_BYTES / 4, /* floats of a vector */
    LANE_VECTORS = LANES / WIDTH,
    BLOCK_COLUMNS = BLOCK_VECTORS * WIDTH
};

typedef float vector __attribute__((vector_size(VECTOR_BYTES)));
typedef int32_t mask_vector __attribute__((vector_size(VECTOR_BYTES))); /* −1: true */
/* The same where they stand in memory, at any float. */
typedef float loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* What stands after the last whole block of 64, filled up with `filler`. */
static void row_rest(const float *x, size_t count, float filler, float rest[LANES]) {
    const size_t start = count - count % LANES;
    for (size_t l = 0; l < LANES; l++)
        rest[l] = start + l < count ? x[start + l] : filler;
}

static float lanes_sum(vector lanes[LANE_VECTORS]) {
    for (size_t width = LANE_VECTORS / 2; width > 0; width /= 2) {
        for (size_t v = 0; v < width; v++)
            lanes[v] += lanes[v + width];
    }
    float last[WIDTH];
    memcpy(last, lanes, sizeof last);
    for (size_t width = WIDTH / 2; width > 0; width /= 2) {
        for (size_t l = 0; l < width; l++)
            last[l] += last[l + width];
    }
    return last[0];
}

ALWAYS_INLINE void lanes_add(vector lanes[LANE_VECTORS], const float *x) {
    for (size_t v = 0; v < LANE_VECTORS; v++)
        lanes[v] += *(const loose_vector *)(x + v * WIDTH);
}

static float row_sum(const float *x, size_t count) {
    vector lanes[LANE_VECTORS] = {{0}};
    for (size_t j = 0; j + LANES <= count; j += LANES)
        lanes_add(lanes, x + j);
    if (count % LANES) {
        float rest[LANES];
        row_rest(x, count, 0.0f, rest); /* +0 changes no lane */
        lanes_add(lanes, rest);
    }
    return lanes_sum(lanes);
}

static float row_squares(const float *x, size_t count, float shift, float factor1, float factor2) {
    vector lanes[LANE_VECTORS] = {{0}};
    size_t j = 0;
    for (; j + LANES <= count; j += LANES) {
        for (size_t v = 0; v < LANE_VECTORS; v++) {
            const vector y = (*(const loose_vector *)(x + j + v * WIDTH) - shift) * factor1;
            lanes[v] += y * factor2 * (y * factor2);
        }
    }
    if (count > j) {
        float rest[LANES] = {0};
        for (size_t l = 0; l < count - j; l++) {
            const float y = (x[j + l] - shift) * factor1 * factor2;
            rest[l] = y * y;
        }
        lanes_add(lanes, rest);
    }
    return lanes_sum(lanes);
}

ALWAYS_INLINE void lanes_raise(vector lanes[LANE_VECTORS], const float *x) {
    for (size_t v = 0; v < LANE_VECTORS; v++) {
        const vector y = *(const loose_vector *)(x + v * WIDTH);
        const mask_vector is_larger = y > lanes[v];
        lanes[v] = (vector)(((mask_vector)y & is_larger) | ((mask_vector)lanes[v] & ~is_larger));
    }
}

static float row_maximum(const float *row, size_t m) {
    float all[LANES];
    vector lanes[LANE_VECTORS];
    for (size_t l = 0; l < LANES; l++)
        all[l] = -INFINITY;
    memcpy(lanes, all, sizeof lanes);
    for (size_t j = 0; j + LANES <= m; j += LANES)
        lanes_raise(lanes, row + j);
    if (m % LANES) {
        row_rest(row, m, -INFINITY, all);
        lanes_raise(lanes, all);
    }
    memcpy(all, lanes, sizeof all);
    for (size_t width = LANES / 2; width > 0; width /= 2) {
        for (size_t l = 0; l < width; l++)
            all[l] = all[l + width] > all[l] ? all[l + width] : all[l];
    }
    return all[0] + 0.0f; /* + 0 makes a −0 +0, so that the order of looking does not show */
}

/* Numbers of one sign are ordered as their bits are. */
static float row_largest_size(const float *x, size_t count) {
    int32_t lanes[LANES] = {0};
    for (size_t j = 0; j < count; j += LANES) {
        float rest[LANES];
        const bool is_whole = count - j >= LANES;
        if (!is_whole) row_rest(x, count, 0.0f, rest);
        const float *block = is_whole ? x + j : rest;
        for (size_t l = 0; l < LANES; l++) {
            const int32_t size = (int32_t)(inline_bits(block[l]) & 0x7fffffffu);
            lanes[l] = size > lanes[l] ? size : lanes[l];
        }
    }
    int32_t largest = 0;
    for (size_t l = 0; l < LANES; l++)
        largest = lanes[l] > largest ? lanes[l] : largest;
    return inline_float((uint32_t)largest);
}

#include "attention_kernels_product.h"
#include "attention_kernels_rows.h"

const struct attention_kernels TABLE = ATTENTION_KERNELS_TABLE(TABLE_NAME);

#endif

/* The kernels as plain C: what the vector tables are held against, and what runs where there are
 * none. */
#include <math.h>

#include "attention_kernels_tables.h"
#include "attention_math_inline.h"

enum { LANES = 64, PANEL_COLUMNS = 16, PANEL_DEPTH = 128, BLOCK_ROWS = 64 };

static float row_maximum(const float *row, size_t m) {
    float maximum = -INFINITY;
    for (size_t j = 0; j < m; j++)
        maximum = row[j] > maximum ? row[j] : maximum;
    return maximum + 0.0f; /* + 0 makes a −0 +0, so that the order of looking does not show */
}

static float lanes_sum(float lanes[LANES]) {
    for (size_t width = LANES / 2; width > 0; width /= 2) {
        for (size_t l = 0; l < width; l++)
            lanes[l] += lanes[l + width];
    }
    return lanes[0];
}

static float row_sum(const float *x, size_t count) {
    float lanes[LANES] = {0};
    for (size_t j = 0; j < count; j++)
        lanes[j % LANES] += x[j];
    return lanes_sum(lanes);
}

static float row_squares(const float *x, size_t count, float shift, float factor1, float factor2) {
    float lanes[LANES] = {0};
    for (size_t j = 0; j < count; j++) {
        const float y = (x[j] - shift) * factor1 * factor2;
        lanes[j % LANES] += y * y;
    }
    return lanes_sum(lanes);
}

/* Numbers of one sign are ordered as their bits are. */
static float row_largest_size(const float *x, size_t count) {
    uint32_t largest = 0;
    for (size_t j = 0; j < count; j++) {
        const uint32_t size = inline_bits(x[j]) & 0x7fffffffu;
        largest = size > largest ? size : largest;
    }
    return inline_float(largest);
}

#include "attention_kernels_rows.h"

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

/* One row of A against one panel: 16 sums side by side, each in the order of k. */
static void panel_row(const float *a, size_t depth, float panel[][PANEL_COLUMNS],
                      float sums[PANEL_COLUMNS]) {
    float going_on[PANEL_COLUMNS];
    for (size_t j = 0; j < PANEL_COLUMNS; j++)
        going_on[j] = sums[j];
    for (size_t k = 0; k < depth; k++) {
        for (size_t j = 0; j < PANEL_COLUMNS; j++)
            going_on[j] += a[k] * panel[k][j];
    }
    for (size_t j = 0; j < PANEL_COLUMNS; j++)
        sums[j] = going_on[j];
}

/* rows × columns outputs, at most BLOCK_ROWS × PANEL_COLUMNS: their sums rest here between the
 * blocks of k, which changes no bit. */
static void product_block(const struct attention_product *p, size_t first_row, size_t rows,
                          size_t first_column, size_t columns) {
    float panel[PANEL_DEPTH][PANEL_COLUMNS];
    float sums[BLOCK_ROWS][PANEL_COLUMNS] = {{0}};
    for (size_t k = 0; k < p->depth; k += PANEL_DEPTH) {
        const size_t depth = p->depth - k < PANEL_DEPTH ? p->depth - k : PANEL_DEPTH;
        panel_pack(p, first_column, columns, k, depth, panel);
        for (size_t i = 0; i < rows; i++)
            panel_row(p->a + (first_row + i) * p->a_stride + k, depth, panel, sums[i]);
    }
    for (size_t i = 0; i < rows; i++) {
        float *c = p->c + (first_row + i) * p->c_stride + first_column;
        for (size_t j = 0; j < columns; j++) {
            const float sum = p->is_added ? c[j] + sums[i][j] : sums[i][j];
            c[j] = p->bias ? sum + p->bias[first_column + j] : sum;
        }
    }
}

static void product(const struct attention_product *p) {
    for (size_t j = 0; j < p->columns; j += PANEL_COLUMNS) {
        const size_t columns = p->columns - j < PANEL_COLUMNS ? p->columns - j : PANEL_COLUMNS;
        for (size_t i = 0; i < p->rows; i += BLOCK_ROWS) {
            const size_t rows = p->rows - i < BLOCK_ROWS ? p->rows - i : BLOCK_ROWS;
            product_block(p, i, rows, j, columns);
        }
    }
}

static void additive(const struct attention_additive *p) {
    for (size_t i = 0; i < p->rows; i++) {
        const float *query = p->query + i * p->query_stride;
        for (size_t j = 0; j < p->columns; j++) {
            const float *key = p->key + j * p->key_stride;
            float sum = 0.0f;
            for (size_t u = 0; u < p->units; u++) {
                const float t = inline_tanh(query[u] + key[u]);
                sum += p->weight ? p->weight[u] * t : t;
            }
            p->out[i * p->out_stride + j] = sum;
        }
    }
}

const struct attention_kernels attention_kernels_plain = ATTENTION_KERNELS_TABLE("plain");

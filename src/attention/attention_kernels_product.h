/* attention_kernels_product.h: product and additive scores of the vector tables; a part of
 * attention_kernels_vector.h. A panel of B, [depth, columns], is packed on the stack; blocks of
 * BLOCK_ROWS × BLOCK_COLUMNS sums stay in registers while k runs through it. Between two panels
 * the sums rest in C, which changes no bit. */
#ifndef ATTENTION_KERNELS_PRODUCT_H
#define ATTENTION_KERNELS_PRODUCT_H

typedef float quad __attribute__((vector_size(16)));
typedef float loose_quad __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t quad_order __attribute__((vector_size(16)));

/* A loop that has to disappear, so that its arrays become registers; and one that only profits. */
#if defined(__clang__)
#define UNROLL                     _Pragma("clang loop unroll(full)")
#define UNROLL_BY_4                _Pragma("clang loop unroll_count(4)")
#define QUAD_MIX(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define UNROLL                     _Pragma("GCC unroll 8")
#define UNROLL_BY_4                _Pragma("GCC unroll 4")
#define QUAD_MIX(a, b, i, j, k, l) __builtin_shuffle(a, b, (quad_order){i, j, k, l})
#endif

/* 4 × 4 numbers, rows become columns. */
ALWAYS_INLINE void quads_turn(const float *from, size_t from_stride, float *to, size_t to_stride) {
    const quad a = *(const loose_quad *)from;
    const quad b = *(const loose_quad *)(from + from_stride);
    const quad c = *(const loose_quad *)(from + 2 * from_stride);
    const quad d = *(const loose_quad *)(from + 3 * from_stride);
    const quad ab_low = QUAD_MIX(a, b, 0, 4, 1, 5), ab_high = QUAD_MIX(a, b, 2, 6, 3, 7);
    const quad cd_low = QUAD_MIX(c, d, 0, 4, 1, 5), cd_high = QUAD_MIX(c, d, 2, 6, 3, 7);
    *(loose_quad *)to = QUAD_MIX(ab_low, cd_low, 0, 1, 4, 5);
    *(loose_quad *)(to + to_stride) = QUAD_MIX(ab_low, cd_low, 2, 3, 6, 7);
    *(loose_quad *)(to + 2 * to_stride) = QUAD_MIX(ab_high, cd_high, 0, 1, 4, 5);
    *(loose_quad *)(to + 3 * to_stride) = QUAD_MIX(ab_high, cd_high, 2, 3, 6, 7);
}

/* panel[k][j] = b[k + j · stride]: columns of B that stand as rows, by 16 numbers (a line of the
 * cache) of each. */
static void panel_turn(const float *b, size_t stride, size_t columns, size_t depth, float *panel,
                       size_t width) {
    const size_t whole_columns = columns - columns % 4, whole_depth = depth - depth % 4;
    for (size_t first = 0; first < whole_depth; first += 16) {
        const size_t end = first + 16 < whole_depth ? first + 16 : whole_depth;
        for (size_t j = 0; j < whole_columns; j += 4) {
            for (size_t k = first; k < end; k += 4)
                quads_turn(b + j * stride + k, stride, panel + k * width + j, width);
        }
    }
    for (size_t j = 0; j < columns; j++) {
        const size_t start = j < whole_columns ? whole_depth : 0;
        for (size_t k = start; k < depth; k++)
            panel[k * width + j] = b[j * stride + k];
    }
}

/* memcpy for a few floats whose count is not known: in pieces of known size, without a call. */
ALWAYS_INLINE void floats_copy(float *to, const float *from, size_t count) {
    for (; count >= WIDTH; count -= WIDTH, to += WIDTH, from += WIDTH)
        *(loose_vector *)to = *(const loose_vector *)from;
#if VECTOR_BYTES > 32
    if (count & 8) memcpy(to, from, 32);
    to += count & 8;
    from += count & 8;
#endif
#if VECTOR_BYTES > 16
    if (count & 4) memcpy(to, from, 16);
    to += count & 4;
    from += count & 4;
#endif
    if (count & 2) memcpy(to, from, 8);
    to += count & 2;
    from += count & 2;
    if (count & 1) *to = *from;
}

/* panel [depth, width] = B(k, j) of one block; columns beyond the edge are 0. */
static void panel_pack(const float *b, size_t depth_stride, size_t column_stride, size_t columns,
                       size_t depth, float *panel, size_t width) {
    if (columns < width) {
        for (size_t i = 0; i < depth * width; i += WIDTH)
            *(loose_vector *)(panel + i) = (vector){0};
    }
    if (depth_stride == 1) {
        panel_turn(b, column_stride, columns, depth, panel, width);
    } else if (column_stride == 1) {
        for (size_t k = 0; k < depth; k++)
            floats_copy(panel + k * width, b + k * depth_stride, columns);
    } else {
        for (size_t k = 0; k < depth; k++) {
            for (size_t j = 0; j < columns; j++)
                panel[k * width + j] = b[k * depth_stride + j * column_stride];
        }
    }
}

/* One panel, and what is done with its sums. */
struct panel {
    const float *b; /* [depth, width], rows b_stride apart */
    size_t b_stride, depth;
    size_t columns;    /* of C; less than the width at the edge */
    const float *bias; /* [width], or NULL */
    bool is_first;     /* sums start from +0; else they go on from C */
    bool is_added;     /* the sums are added to C */
};

/* rows × (vectors · WIDTH) outputs at c. Both counts are constants where this is called. */
ALWAYS_INLINE void block_sum(const size_t rows, const size_t vectors, const struct panel *panel,
                             const float *a, size_t a_stride, float *c, size_t c_stride) {
    vector sums[BLOCK_ROWS][BLOCK_VECTORS];
    UNROLL for (size_t i = 0; i < rows; i++) {
        UNROLL for (size_t v = 0; v < vectors; v++) {
            sums[i][v] = (vector){0};
            if (!panel->is_first) sums[i][v] = *(loose_vector *)(c + i * c_stride + v * WIDTH);
        }
    }
    const float *b = panel->b;
    UNROLL_BY_4 for (size_t k = 0; k < panel->depth; k++, b += panel->b_stride) {
        vector columns[BLOCK_VECTORS];
        UNROLL for (size_t v = 0; v < vectors; v++) {
            columns[v] = *(const loose_vector *)(b + v * WIDTH);
        }
        UNROLL for (size_t i = 0; i < rows; i++) {
            const float factor = a[i * a_stride + k];
            UNROLL for (size_t v = 0; v < vectors; v++) {
                sums[i][v] += columns[v] * factor;
            }
        }
    }
    UNROLL for (size_t i = 0; i < rows; i++) {
        UNROLL for (size_t v = 0; v < vectors; v++) {
            loose_vector *out = (loose_vector *)(c + i * c_stride + v * WIDTH);
            vector sum = sums[i][v];
            if (panel->is_added) sum = *out + sum;
            if (panel->bias) sum += *(const loose_vector *)(panel->bias + v * WIDTH);
            *out = sum;
        }
    }
}

/* All rows of C against one panel. */
ALWAYS_INLINE void rows_sum(const size_t vectors, const struct panel *panel, size_t rows,
                            const float *a, size_t a_stride, float *c, size_t c_stride) {
    for (; rows >= BLOCK_ROWS; rows -= BLOCK_ROWS) {
        block_sum(BLOCK_ROWS, vectors, panel, a, a_stride, c, c_stride);
        a += BLOCK_ROWS * a_stride;
        c += BLOCK_ROWS * c_stride;
    }
    switch (rows) {
#if BLOCK_ROWS > 5
    case 5:
        block_sum(5, vectors, panel, a, a_stride, c, c_stride);
        break;
    case 4:
        block_sum(4, vectors, panel, a, a_stride, c, c_stride);
        break;
#endif
#if BLOCK_ROWS > 3
    case 3:
        block_sum(3, vectors, panel, a, a_stride, c, c_stride);
        break;
#endif
    case 2:
        block_sum(2, vectors, panel, a, a_stride, c, c_stride);
        break;
    case 1:
        block_sum(1, vectors, panel, a, a_stride, c, c_stride);
        break;
    default:
        break;
    }
}

static void rows_sum_by_width(const struct panel *panel, size_t rows, const float *a,
                              size_t a_stride, float *c, size_t c_stride) {
    switch ((panel->columns + WIDTH - 1) / WIDTH) {
    case 1:
        rows_sum(1, panel, rows, a, a_stride, c, c_stride);
        break;
#if BLOCK_VECTORS > 2
    case 2:
        rows_sum(2, panel, rows, a, a_stride, c, c_stride);
        break;
#endif
#if BLOCK_VECTORS > 3
    case 3:
        rows_sum(3, panel, rows, a, a_stride, c, c_stride);
        break;
#endif
    default:
        rows_sum(BLOCK_VECTORS, panel, rows, a, a_stride, c, c_stride);
        break;
    }
}

/* At C's right edge, where less than a vector is left: by way of a tile of whole vectors. */
static void edge_sum(const struct panel *panel, size_t rows, const float *a, size_t a_stride,
                     float *c, size_t c_stride) {
    float tile[BLOCK_ROWS * BLOCK_COLUMNS];
    const bool is_read = !panel->is_first || panel->is_added;
    if (is_read) memset(tile, 0, sizeof tile);
    for (size_t first = 0; first < rows; first += BLOCK_ROWS) {
        const size_t count = rows - first < BLOCK_ROWS ? rows - first : BLOCK_ROWS;
        float *from = c + first * c_stride;
        for (size_t i = 0; is_read && i < count; i++)
            floats_copy(tile + i * BLOCK_COLUMNS, from + i * c_stride, panel->columns);
        rows_sum_by_width(panel, count, a + first * a_stride, a_stride, tile, BLOCK_COLUMNS);
        for (size_t i = 0; i < count; i++)
            floats_copy(from + i * c_stride, tile + i * BLOCK_COLUMNS, panel->columns);
    }
}

/* `columns` columns of C from first_column on, at most BLOCK_COLUMNS, all rows. */
static void columns_sum(const struct attention_product *p, size_t first_column, size_t columns) {
    _Alignas(64) float packed[PANEL_DEPTH * BLOCK_COLUMNS];
    float bias[BLOCK_COLUMNS] = {0};
    const size_t width = (columns + WIDTH - 1) / WIDTH * WIDTH;
    /* A matrix of values is read where it stands when too few rows would pay for the packing. */
    const bool is_packed =
        p->b_column_stride != 1 || columns != width || p->rows > 3 * (size_t)BLOCK_ROWS;
    struct panel panel = {.columns = columns, .is_first = true, .is_added = p->is_added};
    for (size_t k = 0; panel.is_first || k < p->depth; k += PANEL_DEPTH) {
        const float *b = p->b + k * p->b_depth_stride + first_column * p->b_column_stride;
        const bool is_last = p->depth - k <= PANEL_DEPTH;
        panel.depth = is_last ? p->depth - k : PANEL_DEPTH;
        panel.b = is_packed ? packed : b;
        panel.b_stride = is_packed ? width : p->b_depth_stride;
        if (is_packed) {
            panel_pack(b, p->b_depth_stride, p->b_column_stride, columns, panel.depth, packed,
                       width);
        }
        if (is_last && p->bias) {
            memcpy(bias, p->bias + first_column, columns * sizeof *bias);
            panel.bias = bias;
        }
        float *c = p->c + first_column;
        if (columns == width) {
            rows_sum_by_width(&panel, p->rows, p->a + k, p->a_stride, c, p->c_stride);
        } else {
            edge_sum(&panel, p->rows, p->a + k, p->a_stride, c, p->c_stride);
        }
        panel.is_first = false;
    }
}

static void product_into(const struct attention_product *p) {
    for (size_t j = 0; j < p->columns; j += BLOCK_COLUMNS) {
        const size_t left = p->columns - j;
        columns_sum(p, j, left < BLOCK_COLUMNS ? left : BLOCK_COLUMNS);
    }
}

/* Deeper than a panel, sums that are to be added on their own cannot rest in C. */
static void product_added_deep(const struct attention_product *p) {
    enum { REST_ROWS = 16 * BLOCK_ROWS };
    float rest[REST_ROWS * BLOCK_COLUMNS];
    for (size_t i = 0; i < p->rows; i += REST_ROWS) {
        for (size_t j = 0; j < p->columns; j += BLOCK_COLUMNS) {
            struct attention_product part = *p;
            part.rows = p->rows - i < REST_ROWS ? p->rows - i : REST_ROWS;
            part.columns = p->columns - j < BLOCK_COLUMNS ? p->columns - j : BLOCK_COLUMNS;
            part.a = p->a + i * p->a_stride;
            part.b = p->b + j * p->b_column_stride;
            part.bias = NULL;
            part.c = rest;
            part.c_stride = BLOCK_COLUMNS;
            part.is_added = false;
            product_into(&part);
            for (size_t row = 0; row < part.rows; row++) {
                float *c = p->c + (i + row) * p->c_stride + j;
                for (size_t column = 0; column < part.columns; column++) {
                    const float sum = c[column] + rest[row * BLOCK_COLUMNS + column];
                    c[column] = p->bias ? sum + p->bias[j + column] : sum;
                }
            }
        }
    }
}

static void product(const struct attention_product *p) {
    if (p->is_added && p->depth > PANEL_DEPTH) {
        product_added_deep(p);
    } else {
        product_into(p);
    }
}

/* sums[j] += weight · tanh(query + key[j]) for one panel of keys, [units, LANES]. */
static void additive_row(const struct attention_additive *p, const float *panel, size_t row,
                         size_t first_unit, size_t units, float sums[LANES]) {
    const float *query = p->query + row * p->query_stride + first_unit;
    for (size_t u = 0; u < units; u++) {
        const float *keys = panel + u * LANES;
        const float q = query[u], w = p->weight ? p->weight[first_unit + u] : 1.0f;
        for (size_t j = 0; j < LANES; j++)
            sums[j] += w * inline_tanh(q + keys[j]);
    }
}

static void additive(const struct attention_additive *p) {
    enum { UNITS = 64 };
    _Alignas(64) float panel[UNITS * LANES];
    for (size_t j = 0; j < p->columns; j += LANES) {
        const size_t columns = p->columns - j < LANES ? p->columns - j : LANES;
        for (size_t u = 0; u == 0 || u < p->units; u += UNITS) {
            const size_t units = p->units - u < UNITS ? p->units - u : UNITS;
            panel_pack(p->key + j * p->key_stride + u, 1, p->key_stride, columns, units, panel,
                       LANES);
            for (size_t i = 0; i < p->rows; i++) {
                float sums[LANES] = {0};
                float *out = p->out + i * p->out_stride + j;
                if (u > 0) memcpy(sums, out, columns * sizeof *sums);
                additive_row(p, panel, i, u, units, sums);
                memcpy(out, sums, columns * sizeof *sums);
            }
        }
    }
}

#endif

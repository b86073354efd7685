#include "attention_matrix.h"

#include <float.h>

#include "attention_error.h"
#include "attention_math.h"

enum { ROWS = 4, COLUMNS = 4, DEPTH = 256 };

/* A block of ROWS × COLUMNS outputs, which stay in registers while k runs. `b` is packed: COLUMNS
 * numbers for each k. */
static void multiply_block(const double *a, size_t a_row_stride, size_t a_depth_stride,
                           const double *b, size_t depth, double *c, size_t c_stride) {
    double sums[ROWS][COLUMNS];
    for (size_t r = 0; r < ROWS; r++)
        for (size_t j = 0; j < COLUMNS; j++)
            sums[r][j] = c[r * c_stride + j];
    for (size_t k = 0; k < depth; k++) {
        for (size_t r = 0; r < ROWS; r++)
            for (size_t j = 0; j < COLUMNS; j++)
                sums[r][j] += a[r * a_row_stride + k * a_depth_stride] * b[k * COLUMNS + j];
    }
    for (size_t r = 0; r < ROWS; r++)
        for (size_t j = 0; j < COLUMNS; j++)
            c[r * c_stride + j] = sums[r][j];
}

static void multiply_edge(const struct attention_matrix_product *p, size_t row, size_t rows,
                          size_t column, size_t columns, size_t first, size_t depth) {
    for (size_t r = row; r < row + rows; r++) {
        double *c = p->c + r * p->c_stride;
        for (size_t k = first; k < first + depth; k++) {
            const double a = p->a[r * p->a_row_stride + k * p->a_depth_stride];
            const double *b = p->b + k * p->b_stride;
            for (size_t j = column; j < column + columns; j++)
                c[j] += a * b[j];
        }
    }
}

void attention_matrix_multiply(const struct attention_matrix_product *p) {
    double packed[DEPTH * COLUMNS];
    const size_t whole_rows = p->rows - p->rows % ROWS;
    const size_t whole_columns = p->columns - p->columns % COLUMNS;
    for (size_t r = 0; r < p->rows; r++)
        for (size_t j = 0; j < p->columns; j++)
            p->c[r * p->c_stride + j] = 0.0;
    for (size_t first = 0; first < p->depth; first += DEPTH) {
        const size_t depth = p->depth - first < DEPTH ? p->depth - first : DEPTH;
        for (size_t j = 0; j < whole_columns; j += COLUMNS) {
            for (size_t k = 0; k < depth; k++)
                for (size_t l = 0; l < COLUMNS; l++)
                    packed[k * COLUMNS + l] = p->b[(first + k) * p->b_stride + j + l];
            for (size_t r = 0; r < whole_rows; r += ROWS)
                multiply_block(p->a + r * p->a_row_stride + first * p->a_depth_stride,
                               p->a_row_stride, p->a_depth_stride, packed, depth,
                               p->c + r * p->c_stride + j, p->c_stride);
        }
        multiply_edge(p, 0, whole_rows, whole_columns, p->columns - whole_columns, first, depth);
        multiply_edge(p, whole_rows, p->rows - whole_rows, 0, p->columns, first, depth);
    }
}

double attention_matrix_dot(const double *a, const double *b, size_t count) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

void attention_matrix_add(double factor, const double *x, size_t count, double *out) {
    for (size_t i = 0; i < count; i++)
        out[i] += factor * x[i];
}

void attention_matrix_transpose(const float *x, size_t rows, size_t columns, double *out) {
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            out[c * rows + r] = (double)x[r * columns + c];
}

enum attention_status attention_matrix_store(double square, size_t i, size_t j, float *out,
                                             struct attention_error *error) {
    const double norm = attention_math_sqrt_double(square > 0.0 ? square : 0.0);
    if (square != square || norm > (double)FLT_MAX) { /* NaN: ∞ met 0 or −∞ */
        attention_error_add(error, "the influence of token ");
        attention_error_add_number(error, j + 1);
        attention_error_add(error, " on row ");
        attention_error_add_number(error, i + 1);
        attention_error_add(error, " is beyond what float32 can hold; use smaller embeddings or "
                                   "weights, or a larger temperature");
        return ATTENTION_INVALID;
    }
    *out = (float)norm;
    return ATTENTION_OK;
}

/* attention_matrix.h: matrices of doubles, for the derivatives. */
#ifndef ATTENTION_MATRIX_H
#define ATTENTION_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "attention.h"

/* C[r, c] = Σ_k A(r, k) · B[k, c], added in the order of k. A(r, k) stands at
 * a[r · a_row_stride + k · a_depth_stride]; rows of B and C are contiguous. */
struct attention_matrix_product {
    size_t rows, columns, depth;
    const double *a;
    size_t a_row_stride, a_depth_stride;
    const double *b;
    size_t b_stride;
    double *c; /* apart from A and B */
    size_t c_stride;
};
void attention_matrix_multiply(const struct attention_matrix_product *product);

double attention_matrix_dot(const double *a, const double *b, size_t count);
/* out[c] += factor · x[c] */
void attention_matrix_add(double factor, const double *x, size_t count, double *out);
/* out [columns, rows] = x [rows, columns] the other way round. */
void attention_matrix_transpose(const float *x, size_t rows, size_t columns, double *out);

/* *out = √square, rounded once. ATTENTION_INVALID when float32 cannot hold it; the sentence names
 * row i and token j. */
enum attention_status attention_matrix_store(double square, size_t i, size_t j, float *out,
                                             struct attention_error *error);

#endif

/* attention_kernels.h: the loops that take the time, each behind one function, so that faster ones
 * can take their place. What a replacement must keep are the bits: products of one output are
 * added to +0 in index order, and a row's total goes through the tree of 64 lanes. */
#ifndef ATTENTION_KERNELS_H
#define ATTENTION_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

/* C[i,j] = (Σ_k A[i,k] · B(k,j)) + bias[j] for rows × columns outputs and depth products each.
 * Strides count floats. B(k,j) stands at b[k · b_depth_stride + j · b_column_stride]: a weight
 * matrix [columns, depth] has strides (1, depth), a matrix of values [depth, columns] has (columns,
 * 1). */
struct attention_product {
    size_t rows, columns, depth;
    const float *a;
    size_t a_stride;
    const float *b;
    size_t b_depth_stride, b_column_stride;
    const float *bias; /* [columns], or NULL for none */
    float *c;
    size_t c_stride;
};
void attention_kernel_product(const struct attention_product *product);

/* Σ x[j]: lane l of 64 adds x[l], x[l + 64], … in order; then lane l takes lane l + 32, l + 16, … l
 * + 1. */
float attention_kernel_sum(const float *x, size_t count);

/* scores[j] = similarity[j] / divisor, or −∞ where allowed[j] is 0 (NULL: all allowed) or j ≥
 * allowed_count. Returns false when an allowed score is not finite. */
bool attention_kernel_scale_row(const float *similarity, size_t m, float divisor,
                                const unsigned char *allowed, size_t allowed_count, float *scores);

/* Equal shares for the row's largest numbers, exactly 0 for the others; all 0 for a row of −∞. */
void attention_kernel_share_largest(const float *row, size_t m, float *weights);

void attention_kernel_add(const float *a, const float *b, size_t count, float *out);

#endif

/* attention_kernels.h: the loops that take the time, behind a table of functions.
 *
 * One table is plain C, written to be read; it is the oracle of the others and runs on any
 * processor. The others are one source compiled for wider and wider x86-64 vectors.
 *
 * BITS. Every table gives the same bits: the products of one output are added to +0 in index order,
 * a total over a row goes through one tree of 64 lanes, the elementary functions are the inline
 * ones of attention_math_inline.h, and nothing is contracted. Only which NaN comes out of NaN is
 * left open.
 *
 * All functions work on float32, allocate nothing, keep nothing, and may run in many threads at
 * once. `count`, `m`, `d` and the sizes of a product may be 0 where nothing else is said.
 */
#ifndef ATTENTION_KERNELS_H
#define ATTENTION_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "attention.h"

/* C[i,j] = (Σ_k A[i,k] · B(k,j)) + bias[j] for rows × columns outputs and depth products each.
 * Strides count floats. B(k,j) stands at b[k · b_depth_stride + j · b_column_stride]: a weight
 * matrix [columns, depth] has strides (1, depth), a matrix of values [depth, columns] has (columns,
 * 1). C overlaps nothing.
 *
 * is_added: C[i,j] = (C[i,j] + (Σ_k …)) + bias[j]. The sum is made on its own, from +0, and then
 * added once, so that what is added has the bits of the same product without is_added. */
struct attention_product {
    size_t rows, columns, depth;
    const float *a;
    size_t a_stride;
    const float *b;
    size_t b_depth_stride, b_column_stride;
    const float *bias; /* [columns], or NULL for none */
    float *c;
    size_t c_stride;
    bool is_added;
};

/* out[i,j] = Σ_u weight[u] · tanh(query[i,u] + key[j,u]), from +0 in the order of u, for rows
 * queries and columns keys of `units` numbers each: the additive score of Bahdanau, Cho and Bengio
 * 2015 (appendix A.1.2) once W q and U k are known. weight NULL means ones. */
struct attention_additive {
    size_t rows, columns, units;
    const float *query;
    size_t query_stride;
    const float *key;
    size_t key_stride;
    const float *weight; /* [units], or NULL */
    float *out;
    size_t out_stride;
};

/* Which keys one query may look at: those of [first, end) whose byte of `allowed` [m] is not 0
 * (NULL: all of them). first <= end <= m. */
struct attention_row_mask {
    const unsigned char *allowed;
    size_t first, end;
};

struct attention_kernels {
    const char *name; /* "plain", "sse2", "avx2", "avx512" */

    void (*product)(const struct attention_product *product);
    void (*additive)(const struct attention_additive *additive);

    /* scores[j] = similarity[j] / divisor, −∞ where masked. False when an allowed score is not
     * finite. divisor > 0. May work in place. */
    bool (*scale_row)(const float *similarity, size_t m, float divisor,
                      const struct attention_row_mask *mask, float *scores);
    /* out[j] = e^(row[j] − max), 0 where row[j] is −∞; *maximum the largest number (+0 for −0);
     * *total their sum. A row of −∞ alone: all 0, maximum −∞, total 0. May work in place. */
    void (*softmax_exponentials)(const float *row, size_t m, float *out, float *maximum,
                                 float *total);
    /* weights[j] = e^(row[j] − max) / total; all 0 for a row of −∞ alone. Outside [first, end) row
     * is −∞ by promise and is not looked at. May work in place. */
    void (*softmax)(const float *row, size_t m, size_t first, size_t end, float *weights);
    /* Equal shares for the row's largest numbers, 0 for the others; all 0 for a row of −∞ alone. */
    void (*share_largest)(const float *row, size_t m, float *weights);

    /* Σ x[j]: lane l of 64 adds x[l], x[l + 64], … in order; then lane l takes lane l + 32, l + 16,
     * … l + 1. */
    float (*sum)(const float *x, size_t count);
    /* ‖x‖ = √ Σ x², the sum through the tree of 64 lanes. Every number is first divided by the
     * power of two 2^e ≤ max |x| < 2^(e+1), and the root multiplied by it, so that neither huge nor
     * subnormal vectors overflow or vanish: ∞ only where ‖x‖ itself is beyond float32. 0 for zeros,
     * ∞ or NaN when x holds one (NaN before ∞). */
    float (*euclidean_norm)(const float *x, size_t count);
    /* As attention_layer_norm; gain, bias, mean and variance may be NULL. May work in place. */
    void (*layer_norm)(const float *x, size_t d, const float *gain, const float *bias, float *out,
                       float *mean, float *variance);

    /* Number by number; `out` may be an input. */
    void (*add)(const float *a, const float *b, size_t count, float *out);
    void (*relu)(const float *x, size_t count, float *out);
    void (*gelu)(const float *x, size_t count, float *out);
    void (*tanh)(const float *x, size_t count, float *out);
    void (*exp)(const float *x, size_t count, float *out);
    /* The index of the first number that is ∞ or NaN; count when all are finite. */
    size_t (*find_nonfinite)(const float *x, size_t count);
};

/* NULL when this build or this processor lacks the table; BEST and PLAIN are always there. Reads
 * what the compiler's start-up code has found out about the processor: nothing is probed here. */
const struct attention_kernels *attention_kernels_of(enum attention_kernels_choice choice);

#endif

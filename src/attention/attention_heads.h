/* attention_heads.h: parts of the attention that explanations and tests use as well. */
#ifndef ATTENTION_HEADS_H
#define ATTENTION_HEADS_H

#include "attention_pass.h"

/* The keys that query i may see. */
struct attention_row_mask attention_mask_row(const struct attention_options *options, size_t i,
                                             size_t m);
/* Weights of masked keys become 0: attention_fault MASK_AFTER_SOFTMAX. */
void attention_mask_weights(const struct attention_row_mask *mask, size_t m, float *weights);
/* attention_faults.c: weights [h, n, m] of the layer from its scores, down the columns. */
enum attention_status attention_softmax_over_queries(struct attention_running *run);
/* out = x / ‖x‖ [count], zeros for the zero vector; returns ‖x‖ (∞ where that is beyond float32, which
 * does no harm to out). Tiny and huge vectors are scaled by a power of two first. */
float attention_unit_vector(const struct attention_kernels *kernels, const float *x, size_t count,
                            float *out);

/* out [rows, columns] (+)= head_output · W_O,hᵀ: one head's share of some rows and columns. */
struct attention_share {
    size_t rows, columns, heads, d_v, head;
    const float *head_output; /* [rows, d_v] */
    const float *o_weight;    /* [columns, h·d_v] */
    const float *bias;        /* [columns], or NULL */
    float *out;
    size_t out_stride;
    bool is_added;
};
void attention_share_product(const struct attention_kernels *kernels,
                             const struct attention_share *share);

#endif

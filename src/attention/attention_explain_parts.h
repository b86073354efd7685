/* attention_explain_parts.h: what the files of attention_explain share. attention_explain.c finds
 * the number and its kind; attention_explain_sums.c writes down sums of products,
 * attention_explain_rows.c what looks at a whole row (softmax, norms, unit vectors);
 * attention_explain_redo.c does it again. */
#ifndef ATTENTION_EXPLAIN_PARTS_H
#define ATTENTION_EXPLAIN_PARTS_H

#include "attention_explain.h"
#include "attention_layout.h"

/* One number being explained. */
struct attention_explaining {
    const struct attention_trace *trace;
    const struct attention_weights *weights;
    const struct attention_layout *layout;
    enum attention_tensor_id id;
    int layer;
    size_t head, row, column; /* of the number; head 0 where the tensor has none */
    struct attention_arithmetic *out;
    struct attention_error *error;
};

/* Numbers at equal distances in one tensor or weight: a row, a column. data NULL: the model has no
 * such weight, and its default stands there. */
struct attention_strip {
    int id, layer;
    const float *data;
    size_t first, step;
};

/* A strip of a tensor (X: the input of the layer, for tensors that are per layer) or weight. */
struct attention_strip attention_strip_of(const struct attention_explaining *e, int id,
                                          size_t first, size_t step);
/* Row `row` of head `head` (0 for tensors of two dimensions). */
struct attention_strip attention_strip_row(const struct attention_explaining *e,
                                           enum attention_tensor_id id, size_t head, size_t row);
struct attention_operand attention_strip_at(const struct attention_strip *strip, size_t t);
struct attention_operand attention_operand_number(float value); /* without an address */

/* Room for `count` terms and `groups` sums of groups. */
enum attention_status attention_terms_reserve(struct attention_explaining *e, size_t count,
                                              size_t groups);
enum attention_status attention_explain_copy(struct attention_explaining *e,
                                             struct attention_operand a);

/* attention_explain_sums.c: q, k, v, similarity, head_output, attention_output, the network. */
enum attention_status attention_explain_products(struct attention_explaining *e);
/* attention_explain_rows.c: unit vectors, scores, weights, norms. */
enum attention_status attention_explain_unit(struct attention_explaining *e);
enum attention_status attention_explain_score(struct attention_explaining *e);
enum attention_status attention_explain_weight(struct attention_explaining *e);
enum attention_status attention_explain_norm(struct attention_explaining *e);

/* The first of the tensors that the number's tensor is computed from. */
enum attention_tensor_id attention_explain_source(const struct attention_explaining *e);

/* Σ through the tree of 64 lanes (attention_kernels.h), a number at a time. */
enum { ATTENTION_LANES = 64 };
struct attention_lanes {
    float sums[ATTENTION_LANES];
};
void attention_lanes_add(struct attention_lanes *lanes, size_t place, float number);
float attention_lanes_total(struct attention_lanes *lanes); /* once */

#endif

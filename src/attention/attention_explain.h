/* attention_explain.h: the arithmetic behind any number of a pass, as data, and the difference
 * between two passes. Part of library attention; attention.h is the manual.
 *
 * Every number of a trace is the end of one small sum. attention_explain writes it down: the
 * operands with their addresses and values, in the order in which the pass took them, what was done
 * to them, the partial results, and the result. Redoing it in float32, term by term, gives the
 * number in the trace, bit for bit (attention_arithmetic_redo).
 *
 * An address is a tensor or weight, a layer, and a flat index: attention_trace_tensor and
 * attention_trace_weight have the number there. Following the addresses leads from any number back
 * to the inputs and weights.
 *
 * Nothing here runs a pass again; what is computed is the one number that was asked for. The
 * functions only read the trace, so that many threads may explain one trace at once.
 */
#ifndef ATTENTION_EXPLAIN_H
#define ATTENTION_EXPLAIN_H

#include "attention.h"

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* A number with its address. */
struct attention_operand {
    int tensor; /* an attention_tensor_id or attention_weight_id; −1: a number without an address (a
                   default, a constant, or something computed here, such as an exponential) */
    int layer;    /* of tensors that are per layer; else 0 */
    size_t index; /* flat, row-major */
    float value;
};

/* What makes the result out of the parts of an attention_arithmetic. */
enum attention_operation {
    /* an input, a weight, or an edited number: nothing was computed */
    ATTENTION_OPERATION_GIVEN,
    /* result = a: the same number stands in another place */
    ATTENTION_OPERATION_COPY,
    /* result = Σ term.a (embedding + position, residuals) */
    ATTENTION_OPERATION_SUM,
    /* result = Σ term.a · term.b (+ bias) */
    ATTENTION_OPERATION_PRODUCTS,
    /* PRODUCTS, summed per group (head) first, then group by group (+ bias) */
    ATTENTION_OPERATION_GROUPED,
    /* before = Σ term.a · term.b (+ bias); result = ReLU or GELU of it */
    ATTENTION_OPERATION_ACTIVATION,
    /* additive F: result = Σ w · tanh(a + b) */
    ATTENTION_OPERATION_TANH,
    /* cosine: result = a / b, b = ‖row‖ (0 / 0 is 0); terms: the row, squared */
    ATTENTION_OPERATION_UNIT,
    /* a score: result = a / b, b = √d_k · τ; with b = 0 (τ = 0) result = a */
    ATTENTION_OPERATION_QUOTIENT,
    /* a score: −∞, the key may not be seen; a: the similarity, b: what it would be divided by */
    ATTENTION_OPERATION_MASKED,
    /* result = e^(a − maximum) / total; terms: each key, a its score, value e^(a − maximum); b:
     * e^(a − maximum) of the key that was asked for */
    ATTENTION_OPERATION_SOFTMAX,
    /* τ = 0: result = 1 / total where a is the row's maximum, else 0; terms: each key, a its score,
     * value 1 for the largest, else 0; total: how many they are; b: 1 or 0 for the key asked for */
    ATTENTION_OPERATION_LARGEST,
    /* a weight in a row of −∞ alone: 0; terms: each key, a its score, value 0 */
    ATTENTION_OPERATION_NOTHING_ALLOWED,
    /* result = (a − mean) / √(variance + 1e-5) · gain + bias; terms: the row */
    ATTENTION_OPERATION_NORM,
    /* the head is switched off: 0 */
    ATTENTION_OPERATION_HEAD_OFF,
    /* sin or cos of position / period; a: the angle (rounded to float) */
    ATTENTION_OPERATION_SINUSOID,
    /* attention_fault MASK_AFTER_SOFTMAX: result = 0, made so afterwards; the rest as SOFTMAX or,
     * with τ = 0, as LARGEST */
    ATTENTION_OPERATION_MASKED_AFTER
};

/* One term of a sum. Where there is nothing to multiply, b and w are 1 without an address. */
struct attention_term {
    struct attention_operand a, b;
    struct attention_operand w; /* TANH alone: the weight of this unit */
    float value;                /* as added: a · b, a, w · tanh(a + b), e^(a − maximum), … */
    int group;                  /* GROUPED: the head, from 0; otherwise 0 */
};

struct attention_arithmetic {
    enum attention_operation operation;
    struct attention_operand result; /* the number that was asked for */
    struct attention_term *terms;    /* owned; in the order in which the pass adds them */
    size_t count;
    struct attention_operand a, b; /* see the operation; without an address where it uses none */
    struct attention_operand bias, gain; /* without an address: there is none; value 0 and 1 */
    bool has_bias, has_gain;
    /* The terms went through the 64-lane tree, not one after the other: lane l of 64 adds terms l,
     * l + 64, …, then takes lane l + 32, l + 16, … l + 1. */
    bool has_tree;
    /* SOFTMAX, LARGEST, NOTHING_ALLOWED: attention_fault SOFTMAX_OVER_QUERIES: the terms are those of a
     * column, one for each query, and not of a row */
    bool is_over_queries;
    bool is_edited;       /* GIVEN: an edit of the pass put the number there */
    bool is_gelu;         /* ACTIVATION: GELU rather than ReLU */
    float before;         /* ACTIVATION: ahead of it; GROUPED and PRODUCTS: ahead of the bias */
    float maximum, total; /* SOFTMAX, LARGEST: of the row; NOTHING_ALLOWED: −∞ and 0 */
    /* Of a weight a_ij: ‖v_j‖, so that a · ‖v‖ can stand beside it (Kobayashi et al. 2020,
     * "Attention is Not Only a Weight", section 3); otherwise 0. */
    float value_norm;
    float mean, variance;    /* NORM */
    const float *group_sums; /* GROUPED: the share of each head, [group_count]; part of terms */
    size_t group_count;
    bool is_cosine_wave;                  /* SINUSOID: cos rather than sin */
    size_t position;                      /* SINUSOID: the place, from 0 */
    double period;                        /* SINUSOID: angle = position / period */
    struct attention_allocator allocator; /* what terms came from */
};

/* The arithmetic of element `index` of `tensor` (an attention_tensor_id or attention_weight_id),
 * layer from 0 (ignored for tensors that are not per layer). weights are those of the trace's last
 * pass. ATTENTION_INVALID when the trace has no such number, ATTENTION_NO_MEMORY when its terms
 * find no room; *out is then zero. One allocation at most. allocator may be NULL. */
enum attention_status
attention_explain(const struct attention_trace *trace, const struct attention_weights *weights,
                  int tensor, int layer, size_t index, const struct attention_allocator *allocator,
                  struct attention_arithmetic *out, struct attention_error *error);
/* Safe on zeros and twice. */
void attention_arithmetic_free(struct attention_arithmetic *arithmetic);
/* The result done again in float32 from the operands alone (terms, a, b, bias, gain and the
 * settings; none of the partial results), in the order given: equal to result.value, bit for bit.
 */
float attention_arithmetic_redo(const struct attention_arithmetic *arithmetic);

/* The tensors that a tensor of the last pass was computed from (weights aside), in the order of its
 * arithmetic; returns how many, at most 2: 0 for inputs and for tensors that the pass does not
 * have. ATTENTION_TENSOR_X as the source of a tensor that is per layer is the input of that layer
 * (attention_trace_layer_input). */
int attention_trace_sources(const struct attention_trace *trace, enum attention_tensor_id id,
                            enum attention_tensor_id sources[2]);

/* now − before, number by number. −∞ − −∞ is 0; a number that became masked is −∞, one that was +∞.
 */
struct attention_difference {
    bool is_comparable;   /* both passes have the tensor, in the same shape */
    size_t count;         /* of numbers */
    size_t changed;       /* numbers that are not equal (−0 and 0 are) */
    float largest;        /* the largest finite |difference|; 0 when there is none */
    size_t largest_index; /* where it stands first; 0 when largest is 0 */
};
/* out: [shape of the tensor], or NULL. layer is ignored for tensors that are not per layer. Not
 * comparable (another shape, absent in one of them, a layer that one of them lacks): out is not
 * touched and the rest is 0. */
struct attention_difference attention_trace_difference(const struct attention_trace *now,
                                                       const struct attention_trace *before,
                                                       enum attention_tensor_id id, int layer,
                                                       float *out);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif

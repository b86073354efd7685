/* attention_explain.h: the arithmetic behind any number of a pass, as data, and the difference between two
 * passes. Part of library attention; attention.h is the manual.
 *
 * Every number of a trace is the end of one small sum. attention_explain writes it down: the operands with
 * their addresses and values, in the order in which the pass took them, what was done to them, the partial
 * results, and the result. Redoing it in float32, term by term, gives the number in the trace. */
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
    int tensor;   /* an attention_tensor_id or attention_weight_id; −1: a number without an address (a
                     default, a constant, or something computed here, such as an exponential) */
    int layer;    /* of tensors that are per layer; else 0 */
    size_t index; /* flat, row-major */
    float value;
};

/* What makes the result out of the parts of an attention_arithmetic. */
enum attention_operation {
    ATTENTION_OPERATION_GIVEN,      /* an input, a weight, or an edited number: nothing was computed */
    ATTENTION_OPERATION_COPY,       /* result = a: the same number stands in another place */
    ATTENTION_OPERATION_SUM,        /* result = Σ term.a (embedding + position, residuals) */
    ATTENTION_OPERATION_PRODUCTS,   /* result = Σ term.a · term.b (+ bias) */
    ATTENTION_OPERATION_GROUPED,    /* PRODUCTS, summed per group (head) first, then group by group (+ bias) */
    ATTENTION_OPERATION_ACTIVATION, /* before = Σ term.a · term.b (+ bias); result = ReLU or GELU of it */
    ATTENTION_OPERATION_TANH,       /* additive F: result = Σ w · tanh(a + b); term.value is tanh(a + b) · w */
    ATTENTION_OPERATION_UNIT,       /* cosine: result = a / b, b = ‖row‖; terms: the row, squared */
    ATTENTION_OPERATION_QUOTIENT,   /* a score: result = a / b, b = √d_k · τ; with b = 0 (τ = 0) result = a */
    ATTENTION_OPERATION_MASKED,     /* a score: −∞, the key may not be seen; a: the similarity */
    ATTENTION_OPERATION_SOFTMAX,    /* result = e^(a − maximum) / total; terms: e^(z_j − maximum) of each key,
                                       a_j the score z_j; total their sum in the pass's order */
    ATTENTION_OPERATION_LARGEST,    /* τ = 0: result = 1 / (number of keys with the largest score), or 0 */
    ATTENTION_OPERATION_NOTHING_ALLOWED, /* the whole row is masked: 0 */
    ATTENTION_OPERATION_NORM,       /* result = (a − mean) / √(variance + 1e-5) · gain + bias; terms: the row */
    ATTENTION_OPERATION_HEAD_OFF,   /* the head is switched off: 0 */
    ATTENTION_OPERATION_SINUSOID    /* sin or cos of position / period; a: the angle (rounded to float) */
};

/* One term of a sum. */
struct attention_term {
    struct attention_operand a, b; /* b.value is 1 and b.tensor −1 in plain sums */
    struct attention_operand w;    /* TANH: the weight of this unit; otherwise unused */
    float value;                   /* the term as added: a · b, a, e^(a − maximum), … */
    int group;                     /* GROUPED: the head; otherwise 0 */
};

struct attention_arithmetic {
    enum attention_operation operation;
    struct attention_operand result; /* the number that was asked for */
    struct attention_term *terms;    /* owned; in the order in which the pass adds them */
    size_t count;
    struct attention_operand a, b;   /* see the operation */
    struct attention_operand bias, gain; /* tensor −1: there is none, value 0 or 1 */
    bool has_bias, has_gain;
    bool has_tree;  /* the terms were added by the 64-lane tree (attention.h, NUMBERS), not one after the other */
    float before;   /* ACTIVATION: ahead of it; GROUPED and PRODUCTS: ahead of the bias */
    float maximum, total; /* SOFTMAX */
    float mean, variance; /* NORM */
    const float *group_sums; /* GROUPED: the share of each head, [group_count]; owned */
    size_t group_count;
    bool is_cosine_wave; /* SINUSOID: cos rather than sin */
    size_t position;     /* SINUSOID: the place, from 0 */
    double period;       /* SINUSOID: angle = position / period */
    struct attention_allocator allocator; /* what terms came from */
};

/* The arithmetic of element `index` of `tensor` (either kind of id), layer from 0. weights are those of the
 * trace's last pass. ATTENTION_INVALID when the trace has no such number (the sentence says so). *out is zero
 * on failure. allocator may be NULL. */
enum attention_status attention_explain(const struct attention_trace *trace,
                                        const struct attention_weights *weights, int tensor, int layer,
                                        size_t index, const struct attention_allocator *allocator,
                                        struct attention_arithmetic *out, struct attention_error *error);
void attention_arithmetic_free(struct attention_arithmetic *arithmetic); /* safe on zeros and twice */
/* The result done again from the operands alone, in float32 and in the order given: equal to result.value,
 * bit for bit. */
float attention_arithmetic_redo(const struct attention_arithmetic *arithmetic);

/* now − before, number by number. −∞ − −∞ is 0; a number that became masked is −∞, one that was +∞. */
struct attention_difference {
    bool is_comparable;   /* both passes have the tensor, in the same shape */
    size_t count;         /* of numbers */
    size_t changed;       /* numbers whose bits differ (−0 and 0 are the same) */
    float largest;        /* the largest finite |difference| */
    size_t largest_index; /* where; 0 when nothing changed */
};
/* out: [shape of the tensor], or NULL. Not comparable: out is not touched and the rest is 0. */
struct attention_difference attention_trace_difference(const struct attention_trace *now,
                                                       const struct attention_trace *before, int tensor,
                                                       int layer, float *out);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif

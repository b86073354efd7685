/* What looks at a whole row: unit vectors, softmax, layer norm; and the score, which may be masked.
 */
#include <math.h>

#include "attention_explain_parts.h"
#include "attention_kernels.h"
#include "attention_math.h"

void attention_lanes_add(struct attention_lanes *lanes, size_t place, float number) {
    lanes->sums[place % ATTENTION_LANES] += number;
}

float attention_lanes_total(struct attention_lanes *lanes) {
    for (size_t width = ATTENTION_LANES / 2; width > 0; width /= 2) {
        for (size_t l = 0; l < width; l++)
            lanes->sums[l] += lanes->sums[l + width];
    }
    return lanes->sums[0];
}

/* The terms become the numbers of a strip, each standing for itself; a the one at `place`. */
static enum attention_status row_reserve(struct attention_explaining *e,
                                         const struct attention_strip *row, size_t count,
                                         size_t place) {
    const enum attention_status status = attention_terms_reserve(e, count, 0);
    if (status != ATTENTION_OK) return status;
    e->out->has_tree = true;
    for (size_t t = 0; t < count; t++) {
        e->out->terms[t].a = attention_strip_at(row, t);
        e->out->terms[t].value = e->out->terms[t].a.value;
    }
    e->out->a = attention_strip_at(row, place);
    return ATTENTION_OK;
}

enum attention_status attention_explain_unit(struct attention_explaining *e) {
    const size_t d_k = (size_t)e->layout->config.d_k;
    const struct attention_strip row =
        attention_strip_row(e, attention_explain_source(e), e->head, e->row);
    const enum attention_status status = row_reserve(e, &row, d_k, e->column);
    if (status != ATTENTION_OK) return status;
    for (size_t t = 0; t < d_k; t++) {
        struct attention_term *term = &e->out->terms[t];
        term->b = term->a;
        term->value = term->a.value * term->a.value;
    }
    e->out->operation = ATTENTION_OPERATION_UNIT;
    e->out->b = attention_operand_number(
        attention_kernels_of(ATTENTION_KERNELS_BEST)->euclidean_norm(row.data + row.first, d_k));
    return ATTENTION_OK;
}

enum attention_status attention_explain_score(struct attention_explaining *e) {
    const struct attention_strip row =
        attention_strip_row(e, attention_explain_source(e), e->head, e->row);
    const bool is_masked = e->out->result.value == -INFINITY;
    e->out->operation = is_masked ? ATTENTION_OPERATION_MASKED : ATTENTION_OPERATION_QUOTIENT;
    e->out->a = attention_strip_at(&row, e->column);
    e->out->b = attention_operand_number(attention_trace_divisor(e->trace));
    return ATTENTION_OK;
}

/* The largest number of the terms, as the pass has it: +0 for −0. */
static float terms_maximum(const struct attention_arithmetic *out) {
    float maximum = -INFINITY;
    for (size_t t = 0; t < out->count; t++) {
        const float score = out->terms[t].a.value;
        maximum = score > maximum ? score : maximum;
    }
    return maximum + 0.0f;
}

/* Terms without a partner: e^(z − max), or 1 for each of the largest (τ = 0). */
static void weigh_terms(struct attention_arithmetic *out, bool is_softmax) {
    struct attention_lanes lanes = {{0}};
    for (size_t t = 0; t < out->count; t++) {
        struct attention_term *term = &out->terms[t];
        const float score = term->a.value;
        term->value = is_softmax              ? attention_math_exp(score - out->maximum)
                      : score == out->maximum ? 1.0f
                                              : 0.0f;
        attention_lanes_add(&lanes, t, term->value);
    }
    out->total = attention_lanes_total(&lanes);
}

enum attention_status attention_explain_weight(struct attention_explaining *e) {
    struct attention_arithmetic *out = e->out;
    const size_t n = e->layout->n, m = e->layout->m, d_v = (size_t)e->layout->config.d_v;
    const enum attention_fault fault = attention_trace_fault(e->trace);
    out->is_over_queries = fault == ATTENTION_FAULT_SOFTMAX_OVER_QUERIES;
    const size_t count = out->is_over_queries ? n : m;
    const size_t place = out->is_over_queries ? e->row : e->column;
    const struct attention_strip row =
        out->is_over_queries
            ? attention_strip_of(e, (int)attention_explain_source(e), e->head * n * m + e->column, m)
            : attention_strip_row(e, attention_explain_source(e), e->head, e->row);
    const struct attention_strip v = attention_strip_row(e, ATTENTION_TENSOR_V, e->head, e->column);
    const enum attention_status status = row_reserve(e, &row, count, place);
    if (status != ATTENTION_OK) return status;
    out->value_norm =
        attention_kernels_of(ATTENTION_KERNELS_BEST)->euclidean_norm(v.data + v.first, d_v);
    out->maximum = terms_maximum(out);
    if (out->maximum == -INFINITY) {
        out->operation = ATTENTION_OPERATION_NOTHING_ALLOWED;
        for (size_t t = 0; t < count; t++)
            out->terms[t].value = 0.0f;
        return ATTENTION_OK;
    }
    const bool is_softmax = attention_trace_divisor(e->trace) != 0.0f;
    out->operation = is_softmax ? ATTENTION_OPERATION_SOFTMAX : ATTENTION_OPERATION_LARGEST;
    weigh_terms(out, is_softmax);
    out->b = attention_operand_number(out->terms[place].value);
    /* Only the mask makes 0 of a share that is not. */
    if (fault == ATTENTION_FAULT_MASK_AFTER_SOFTMAX && out->result.value == 0.0f &&
        out->b.value / out->total != 0.0f)
        out->operation = ATTENTION_OPERATION_MASKED_AFTER;
    return ATTENTION_OK;
}

enum attention_status attention_explain_norm(struct attention_explaining *e) {
    struct attention_arithmetic *out = e->out;
    const bool is_first = e->id == ATTENTION_TENSOR_NORM1;
    const size_t d = (size_t)e->layout->config.d_model;
    const struct attention_strip row =
        attention_strip_row(e, attention_explain_source(e), 0, e->row);
    const struct attention_strip gain = attention_strip_of(
        e, is_first ? ATTENTION_WEIGHT_NORM1 : ATTENTION_WEIGHT_NORM2, e->column, 1);
    const struct attention_strip bias = attention_strip_of(
        e, is_first ? ATTENTION_WEIGHT_NORM1_BIAS : ATTENTION_WEIGHT_NORM2_BIAS, e->column, 1);
    const enum attention_status status = row_reserve(e, &row, d, e->column);
    if (status != ATTENTION_OK) return status;
    out->operation = ATTENTION_OPERATION_NORM;
    out->has_gain = gain.data != NULL;
    if (out->has_gain) out->gain = attention_strip_at(&gain, 0);
    out->has_bias = bias.data != NULL;
    if (out->has_bias) out->bias = attention_strip_at(&bias, 0);
    float normal[ATTENTION_MAX_D]; /* what the whole row becomes; mean and variance are wanted */
    attention_layer_norm(row.data + row.first, d, NULL, NULL, normal, &out->mean, &out->variance);
    return ATTENTION_OK;
}

/* Sums of products: which row meets which, and in which order. */
#include <assert.h>

#include "attention_explain_parts.h"
#include "attention_math.h"
#include "attention_wiring.h"

/* result = Σ a · b (+ bias), `count` products. */
struct sum {
    struct attention_strip a, b, bias; /* bias.data NULL: none */
    size_t count;
};

static enum attention_status write_products(struct attention_explaining *e, const struct sum *sum) {
    struct attention_arithmetic *out = e->out;
    const enum attention_status status = attention_terms_reserve(e, sum->count, 0);
    if (status != ATTENTION_OK) return status;
    out->operation = ATTENTION_OPERATION_PRODUCTS;
    for (size_t t = 0; t < sum->count; t++) {
        struct attention_term *term = &out->terms[t];
        term->a = attention_strip_at(&sum->a, t);
        term->b = attention_strip_at(&sum->b, t);
        term->value = term->a.value * term->b.value;
        out->before += term->value;
    }
    out->has_bias = sum->bias.data != NULL;
    if (out->has_bias) out->bias = attention_strip_at(&sum->bias, 0);
    return ATTENTION_OK;
}

/* q, k, v: a row of what they read, times a row of the stacked matrix [h·width, d]. */
static enum attention_status projection(struct attention_explaining *e, int weight, int bias,
                                        int width) {
    const size_t d = (size_t)e->layout->config.d_model;
    const size_t output = e->head * (size_t)width + e->column;
    return write_products(
        e, &(struct sum){.a = attention_strip_row(e, attention_explain_source(e), 0, e->row),
                         .b = attention_strip_of(e, weight, output * d, 1),
                         .bias = attention_strip_of(e, bias, output, 1),
                         .count = d});
}

/* qᵀW runs down a column of W [d_k, d_k], W_q q and W_k k along a row of [d_a, d_k]. Without such a
 * weight the vector is as it was. */
static enum attention_status preparation(struct attention_explaining *e) {
    const struct attention_config *config = &e->layout->config;
    const bool is_general = config->similarity == ATTENTION_SIMILARITY_GENERAL;
    const int weight = is_general                                   ? ATTENTION_WEIGHT_GENERAL
                       : e->id == ATTENTION_TENSOR_SIMILARITY_QUERY ? ATTENTION_WEIGHT_ADDITIVE_Q
                                                                    : ATTENTION_WEIGHT_ADDITIVE_K;
    const size_t d_k = (size_t)config->d_k, d_a = (size_t)config->d_a;
    const size_t matrix = e->head * d_k * (is_general ? d_k : d_a);
    const struct sum sum = {
        .a = attention_strip_row(e, attention_explain_source(e), e->head, e->row),
        .b = is_general ? attention_strip_of(e, weight, matrix + e->column, d_k)
                        : attention_strip_of(e, weight, matrix + e->column * d_k, 1),
        .count = d_k};
    if (!sum.b.data) return attention_explain_copy(e, attention_strip_at(&sum.a, e->column));
    return write_products(e, &sum);
}

/* w · tanh(a + b) for each hidden unit; w is 1 where the model has none. */
static enum attention_status additive(struct attention_explaining *e, const struct sum *sum) {
    struct attention_arithmetic *out = e->out;
    const struct attention_strip w =
        attention_strip_of(e, ATTENTION_WEIGHT_ADDITIVE_W, e->head * sum->count, 1);
    const enum attention_status status = attention_terms_reserve(e, sum->count, 0);
    if (status != ATTENTION_OK) return status;
    out->operation = ATTENTION_OPERATION_TANH;
    for (size_t t = 0; t < sum->count; t++) {
        struct attention_term *term = &out->terms[t];
        term->a = attention_strip_at(&sum->a, t);
        term->b = attention_strip_at(&sum->b, t);
        if (w.data) term->w = attention_strip_at(&w, t);
        term->value = term->w.value * attention_math_tanh(term->a.value + term->b.value);
    }
    return ATTENTION_OK;
}

static enum attention_status similarity(struct attention_explaining *e) {
    const struct attention_config *config = &e->layout->config;
    const bool is_additive = config->similarity == ATTENTION_SIMILARITY_ADDITIVE;
    enum attention_tensor_id sources[2];
    attention_wiring_sources(e->layout, e->id, sources);
    const struct sum sum = {.a = attention_strip_row(e, sources[0], e->head, e->row),
                            .b = attention_strip_row(e, sources[1], e->head, e->column),
                            .count = (size_t)(is_additive ? config->d_a : config->d_k)};
    return is_additive ? additive(e, &sum) : write_products(e, &sum);
}

/* A row of weights times a column of values. */
static enum attention_status head_output(struct attention_explaining *e) {
    const size_t m = e->layout->m, d_v = (size_t)e->layout->config.d_v;
    if (attention_trace_is_head_off(e->trace, e->layer, (int)e->head)) {
        e->out->operation = ATTENTION_OPERATION_HEAD_OFF;
        return ATTENTION_OK;
    }
    return write_products(
        e, &(struct sum){
               .a = attention_strip_row(e, ATTENTION_TENSOR_WEIGHTS, e->head, e->row),
               .b = attention_strip_of(e, ATTENTION_TENSOR_V, e->head * m * d_v + e->column, d_v),
               .count = m});
}

/* Head by head: the products of one head are added from +0 to its share, and the shares one after
 * the other. */
static enum attention_status attention_output(struct attention_explaining *e) {
    struct attention_arithmetic *out = e->out;
    const size_t heads = (size_t)e->layout->config.heads, d_v = (size_t)e->layout->config.d_v;
    const struct attention_strip a = attention_strip_row(e, attention_explain_source(e), 0, e->row);
    const struct attention_strip b =
        attention_strip_of(e, ATTENTION_WEIGHT_O, e->column * heads * d_v, 1);
    const struct attention_strip bias =
        attention_strip_of(e, ATTENTION_WEIGHT_O_BIAS, e->column, 1);
    const enum attention_status status = attention_terms_reserve(e, heads * d_v, heads);
    if (status != ATTENTION_OK) return status;
    out->operation = ATTENTION_OPERATION_GROUPED;
    float *shares = (float *)(void *)(out->terms + out->count);
    for (size_t head = 0; head < heads; head++) {
        shares[head] = 0.0f;
        for (size_t t = head * d_v; t < (head + 1) * d_v; t++) {
            struct attention_term *term = &out->terms[t];
            term->a = attention_strip_at(&a, t);
            term->b = attention_strip_at(&b, t);
            term->value = term->a.value * term->b.value;
            term->group = (int)head;
            shares[head] += term->value;
        }
        out->before = head == 0 ? shares[head] : out->before + shares[head];
    }
    out->has_bias = bias.data != NULL;
    if (out->has_bias) out->bias = attention_strip_at(&bias, 0);
    return ATTENTION_OK;
}

static enum attention_status network(struct attention_explaining *e) {
    const bool is_up = e->id == ATTENTION_TENSOR_FFN_HIDDEN;
    const struct attention_config *config = &e->layout->config;
    const size_t depth = (size_t)(is_up ? config->d_model : config->d_ff);
    const enum attention_status status = write_products(
        e, &(struct sum){
               .a = attention_strip_row(e, attention_explain_source(e), 0, e->row),
               .b = attention_strip_of(e, is_up ? ATTENTION_WEIGHT_UP : ATTENTION_WEIGHT_DOWN,
                                       e->column * depth, 1),
               .bias = attention_strip_of(
                   e, is_up ? ATTENTION_WEIGHT_UP_BIAS : ATTENTION_WEIGHT_DOWN_BIAS, e->column, 1),
               .count = depth});
    if (status != ATTENTION_OK || !is_up) return status;
    e->out->operation = ATTENTION_OPERATION_ACTIVATION;
    e->out->is_gelu = config->activation == ATTENTION_ACTIVATION_GELU;
    if (e->out->has_bias) e->out->before += e->out->bias.value;
    return ATTENTION_OK;
}

enum attention_status attention_explain_products(struct attention_explaining *e) {
    const struct attention_config *config = &e->layout->config;
    switch (e->id) {
    case ATTENTION_TENSOR_Q:
        return projection(e, ATTENTION_WEIGHT_Q, ATTENTION_WEIGHT_Q_BIAS, config->d_k);
    case ATTENTION_TENSOR_K:
        return projection(e, ATTENTION_WEIGHT_K, ATTENTION_WEIGHT_K_BIAS, config->d_k);
    case ATTENTION_TENSOR_V:
        return projection(e, ATTENTION_WEIGHT_V, ATTENTION_WEIGHT_V_BIAS, config->d_v);
    case ATTENTION_TENSOR_SIMILARITY_QUERY:
    case ATTENTION_TENSOR_SIMILARITY_KEY:
        return preparation(e);
    case ATTENTION_TENSOR_SIMILARITY:
        return similarity(e);
    case ATTENTION_TENSOR_HEAD_OUTPUT:
        return head_output(e);
    case ATTENTION_TENSOR_ATTENTION_OUTPUT:
        return attention_output(e);
    default:
        assert(e->id == ATTENTION_TENSOR_FFN_HIDDEN || e->id == ATTENTION_TENSOR_FFN_OUTPUT);
        return network(e);
    }
}

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support_explain.h"

/* The number whose arithmetic is looked at. */
struct number {
    const struct test_case *c;
    const struct attention_trace *trace;
    struct attention_arithmetic m;
    size_t head, row, column;
};

#define REQUIRE(x, condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s of layer %d [%zu: %zu, %zu] (operation %d): not %s",                      \
                     attention_tensor_name((x)->m.result.tensor), (x)->m.result.layer, (x)->head,  \
                     (x)->row, (x)->column, (int)(x)->m.operation, #condition);                    \
    } while (0)

bool test_is_same_bits(float a, float b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

struct attention_arithmetic test_explain(const struct test_case *c,
                                         const struct attention_trace *trace, int id, int layer,
                                         size_t index) {
    struct attention_arithmetic m;
    struct attention_error error = {""};
    const enum attention_status status =
        attention_explain(trace, &c->model.weights, id, layer, index, NULL, &m, &error);
    if (status != ATTENTION_OK) fail_msg("status %d: %s", (int)status, error.text);
    return m;
}

static struct attention_tensor quantity(const struct number *x, int id, int layer) {
    return id < ATTENTION_TENSOR_COUNT
               ? attention_trace_tensor(x->trace, (enum attention_tensor_id)id, layer)
               : attention_trace_weight(x->trace, &x->c->model.weights,
                                        (enum attention_weight_id)id, layer);
}

/* The operand is the number at its address. */
static void check_operand(const struct number *x, const struct attention_operand *o) {
    if (o->tensor < 0) {
        REQUIRE(x, o->tensor == -1 && o->layer == 0 && o->index == 0);
        return;
    }
    const struct attention_tensor tensor = quantity(x, o->tensor, o->layer);
    REQUIRE(x, attention_tensor_is_per_layer(o->tensor) || o->layer == 0);
    REQUIRE(x, o->index < test_tensor_count(&tensor));
    REQUIRE(x, test_is_same_bits(tensor.data[o->index], o->value));
}

static bool is_at(const struct attention_operand *o, int tensor, int layer, size_t index) {
    return o->tensor == tensor && o->layer == layer && o->index == index;
}

/* How many terms there must be, by what the number is. */
static size_t expected_terms(const struct number *x) {
    const struct attention_config *config = &x->c->model.weights.config;
    const size_t d_a = (size_t)(config->d_a > 0 ? config->d_a : config->d_k);
    switch (x->m.operation) {
    case ATTENTION_OPERATION_SUM:
        return 2;
    case ATTENTION_OPERATION_TANH:
        return d_a;
    case ATTENTION_OPERATION_UNIT:
        return (size_t)config->d_k;
    case ATTENTION_OPERATION_NORM:
        return (size_t)config->d_model;
    case ATTENTION_OPERATION_GROUPED:
        return (size_t)config->heads * (size_t)config->d_v;
    case ATTENTION_OPERATION_SOFTMAX:
    case ATTENTION_OPERATION_LARGEST:
    case ATTENTION_OPERATION_NOTHING_ALLOWED:
    case ATTENTION_OPERATION_MASKED_AFTER:
        return x->m.is_over_queries ? x->c->input.n : test_case_keys(x->c);
    case ATTENTION_OPERATION_PRODUCTS:
    case ATTENTION_OPERATION_ACTIVATION:
        switch (x->m.result.tensor) {
        case ATTENTION_TENSOR_HEAD_OUTPUT:
            return test_case_keys(x->c);
        case ATTENTION_TENSOR_FFN_OUTPUT:
            return (size_t)config->d_ff;
        case ATTENTION_TENSOR_SIMILARITY:
        case ATTENTION_TENSOR_SIMILARITY_QUERY:
        case ATTENTION_TENSOR_SIMILARITY_KEY:
            return (size_t)config->d_k;
        default:
            return (size_t)config->d_model;
        }
    default:
        return 0;
    }
}

/* What the terms must add up to, to float32 rounding of `count` additions. */
static void check_sum(const struct number *x, double expected) {
    double sum = 0.0, size = fabs(expected);
    for (size_t t = 0; t < x->m.count; t++) {
        sum += (double)x->m.terms[t].value;
        size += fabs((double)x->m.terms[t].value);
    }
    if (x->m.has_bias && x->m.operation != ATTENTION_OPERATION_NORM) {
        sum += (double)x->m.bias.value;
        size += fabs((double)x->m.bias.value);
    }
    const double rounding = (double)(x->m.count + 4) * 0x1p-24;
    REQUIRE(x, fabs(sum - expected) <= rounding * size + 1e-44);
}

static void check_shares(const struct number *x) {
    const struct attention_config *config = &x->c->model.weights.config;
    REQUIRE(x, x->m.group_count == (size_t)config->heads);
    float sum = 0.0f;
    for (int head = 0; head < config->heads; head++) {
        float share = 0.0f;
        for (size_t t = 0; t < x->m.count; t++) {
            REQUIRE(x, x->m.terms[t].group == (int)(t / (size_t)config->d_v));
            if (x->m.terms[t].group == head) share += x->m.terms[t].value;
        }
        REQUIRE(x, test_is_same_bits(share, x->m.group_sums[head]));
        sum = head == 0 ? share : sum + share;
    }
    REQUIRE(x, test_is_same_bits(sum, x->m.before));
}

static void check_row_maximum(const struct number *x) {
    float maximum = -INFINITY;
    for (size_t t = 0; t < x->m.count; t++)
        maximum = fmaxf(maximum, x->m.terms[t].a.value);
    REQUIRE(x, x->m.maximum == maximum);
    const size_t m = test_case_keys(x->c), d_v = (size_t)x->c->model.weights.config.d_v;
    const float *v = attention_trace_tensor(x->trace, ATTENTION_TENSOR_V, x->m.result.layer).data +
                     (x->head * m + x->column) * d_v;
    double squares = 0.0;
    for (size_t i = 0; i < d_v; i++)
        squares += (double)v[i] * (double)v[i];
    REQUIRE(x, fabs((double)x->m.value_norm - sqrt(squares)) <= 1e-5 * sqrt(squares) + 1e-44);
}

static bool is_cold(const struct number *x) {
    return x->c->options.has_temperature && x->c->options.temperature == 0.0f;
}

static void check_softmax(const struct number *x) {
    REQUIRE(x, !is_cold(x));
    check_row_maximum(x);
    check_sum(x, (double)x->m.total);
    for (size_t t = 0; t < x->m.count; t++) {
        const struct attention_term *term = &x->m.terms[t];
        const double power = exp((double)(term->a.value - x->m.maximum));
        REQUIRE(x, fabs((double)term->value - power) <= 1e-6 * power + 1e-44);
    }
    REQUIRE(x, x->m.b.value == x->m.terms[x->m.is_over_queries ? x->row : x->column].value);
    const bool is_made_zero = x->m.operation == ATTENTION_OPERATION_MASKED_AFTER;
    const float share = is_made_zero ? 0.0f : x->m.b.value / x->m.total;
    REQUIRE(x, test_is_same_bits(share, x->m.result.value));
}

static void check_largest(const struct number *x) {
    REQUIRE(x, is_cold(x));
    check_row_maximum(x);
    check_sum(x, (double)x->m.total);
    const bool is_largest = x->m.a.value == x->m.maximum;
    REQUIRE(x, x->m.b.value == (is_largest ? 1.0f : 0.0f));
    REQUIRE(x, x->m.result.value == (is_largest ? 1.0f / x->m.total : 0.0f));
}

static bool is_allowed(const struct test_case *c, size_t i, size_t j) {
    const size_t m = test_case_keys(c), size = c->options.mask_size;
    switch (c->options.mask) {
    case ATTENTION_MASK_CAUSAL:
        return j <= i;
    case ATTENTION_MASK_PADDING:
        return j + size < m;
    case ATTENTION_MASK_WINDOW:
        return i <= j + size && j <= i + size;
    case ATTENTION_MASK_CUSTOM:
        return c->options.allowed[i * m + j] != 0;
    default:
        return true;
    }
}

static void check_masked_after(const struct number *x) {
    REQUIRE(x, x->c->options.fault == ATTENTION_FAULT_MASK_AFTER_SOFTMAX);
    REQUIRE(x, !is_allowed(x->c, x->row, x->column));
    REQUIRE(x, x->m.result.value == 0.0f && x->m.b.value / x->m.total > 0.0f);
    if (!is_cold(x)) check_softmax(x);
}

static void check_norm(const struct number *x) {
    const double d = (double)x->m.count;
    double mean = 0.0, variance = 0.0, size = 0.0;
    for (size_t t = 0; t < x->m.count; t++) {
        mean += (double)x->m.terms[t].value / d;
        size += fabs((double)x->m.terms[t].value) / d;
    }
    for (size_t t = 0; t < x->m.count; t++)
        variance += pow((double)x->m.terms[t].value - mean, 2.0) / d;
    REQUIRE(x, fabs((double)x->m.mean - mean) <= 1e-5 * size + 1e-44);
    REQUIRE(x, fabs((double)x->m.variance - variance) <= 1e-5 * (variance + size * size) + 1e-44);
    const float again = (x->m.a.value - x->m.mean) / sqrtf(x->m.variance + 1e-5f);
    const float scaled = x->m.has_gain ? again * x->m.gain.value : again;
    REQUIRE(
        x, test_is_same_bits(x->m.has_bias ? scaled + x->m.bias.value : scaled, x->m.result.value));
}

static void check_score(const struct number *x) {
    const bool is_masked = x->m.operation == ATTENTION_OPERATION_MASKED;
    const bool is_wanted = x->c->options.fault != ATTENTION_FAULT_MASK_AFTER_SOFTMAX &&
                           !is_allowed(x->c, x->row, x->column);
    REQUIRE(x, is_masked == is_wanted);
    REQUIRE(x, x->m.b.value == attention_trace_divisor(x->trace));
    REQUIRE(x, is_at(&x->m.a, ATTENTION_TENSOR_SIMILARITY, x->m.result.layer, x->m.result.index));
}

static void check_activation(const struct number *x) {
    const bool is_gelu = x->c->model.weights.config.activation == ATTENTION_ACTIVATION_GELU;
    REQUIRE(x, x->m.is_gelu == is_gelu);
    check_sum(x, (double)x->m.before);
    REQUIRE(x,
            test_is_same_bits(is_gelu ? attention_gelu(x->m.before) : attention_relu(x->m.before),
                              x->m.result.value));
}

static void check_unit(const struct number *x) {
    double squares = 0.0;
    for (size_t t = 0; t < x->m.count; t++)
        squares += (double)x->m.terms[t].a.value * (double)x->m.terms[t].b.value;
    REQUIRE(x, isinf(x->m.b.value) ||
                   fabs((double)x->m.b.value - sqrt(squares)) <= 1e-5 * sqrt(squares) + 1e-44);
}

static void check_sinusoid(const struct number *x) {
    const struct attention_config *config = &x->c->model.weights.config;
    const double base = config->position_base > 0 ? config->position_base : 10000.0;
    const double power = (double)(x->column / 2 * 2) / (double)config->d_model;
    const double angle = (double)x->row / pow(base, power);
    REQUIRE(x, x->m.position == x->row && x->m.is_cosine_wave == (x->column % 2 == 1));
    REQUIRE(x, fabs((double)x->m.a.value - angle) <= 1e-6 * angle);
    const double wave = x->m.is_cosine_wave ? cos(angle) : sin(angle);
    REQUIRE(x, fabs((double)x->m.result.value - wave) <= 1e-6);
}

static bool was_edited(const struct number *x) {
    bool is_edited = false;
    for (size_t i = 0; i < x->c->options.edit_count; i++) {
        const struct attention_edit *edit = &x->c->edits[i];
        const bool is_layer =
            !attention_tensor_is_per_layer(edit->tensor) || edit->layer == x->m.result.layer;
        if (edit->tensor != x->m.result.tensor || !is_layer || edit->index != x->m.result.index)
            continue;
        is_edited = true;
        /* the last edit of a number wins */
        REQUIRE(x, i + 1 < x->c->options.edit_count ||
                       test_is_same_bits(edit->value, x->m.result.value));
    }
    return is_edited;
}

static void check_given(const struct number *x) {
    const int id = x->m.result.tensor;
    const bool is_input = id == ATTENTION_TENSOR_EMBEDDING ||
                          id == ATTENTION_TENSOR_CONTEXT_EMBEDDING ||
                          id == ATTENTION_TENSOR_VALUES_EMBEDDING;
    REQUIRE(x, x->m.is_edited || is_input || id >= ATTENTION_TENSOR_COUNT);
}

static void check_plain(const struct number *x) {
    check_sum(x, (double)x->m.result.value);
}

static void check_grouped(const struct number *x) {
    check_shares(x);
    check_plain(x);
}

static void check_nothing(const struct number *x) {
    check_row_maximum(x);
    REQUIRE(x, x->m.maximum == -INFINITY && x->m.total == 0.0f);
}

static void check_off(const struct number *x) {
    REQUIRE(x, attention_trace_is_head_off(x->trace, x->m.result.layer, (int)x->head));
}

static void check_copy(const struct number *x) {
    REQUIRE(x, x->m.a.tensor >= 0);
}

static void check_form(const struct number *x) {
    static void (*const checks[])(const struct number *x) = {
        [ATTENTION_OPERATION_GIVEN] = check_given,
        [ATTENTION_OPERATION_COPY] = check_copy,
        [ATTENTION_OPERATION_SUM] = check_plain,
        [ATTENTION_OPERATION_PRODUCTS] = check_plain,
        [ATTENTION_OPERATION_GROUPED] = check_grouped,
        [ATTENTION_OPERATION_ACTIVATION] = check_activation,
        [ATTENTION_OPERATION_TANH] = check_plain,
        [ATTENTION_OPERATION_UNIT] = check_unit,
        [ATTENTION_OPERATION_QUOTIENT] = check_score,
        [ATTENTION_OPERATION_MASKED] = check_score,
        [ATTENTION_OPERATION_SOFTMAX] = check_softmax,
        [ATTENTION_OPERATION_LARGEST] = check_largest,
        [ATTENTION_OPERATION_NOTHING_ALLOWED] = check_nothing,
        [ATTENTION_OPERATION_NORM] = check_norm,
        [ATTENTION_OPERATION_HEAD_OFF] = check_off,
        [ATTENTION_OPERATION_SINUSOID] = check_sinusoid,
        [ATTENTION_OPERATION_MASKED_AFTER] = check_masked_after,
    };
    REQUIRE(x, (size_t)x->m.operation < sizeof checks / sizeof *checks);
    checks[x->m.operation](x);
}

static void check_number(const struct number *x) {
    const struct attention_arithmetic *m = &x->m;
    REQUIRE(x, test_is_same_bits(attention_arithmetic_redo(m), m->result.value));
    REQUIRE(x, m->is_edited == was_edited(x));
    REQUIRE(x, !m->is_edited || m->operation == ATTENTION_OPERATION_GIVEN);
    REQUIRE(x, m->count == expected_terms(x));
    check_operand(x, &m->result);
    check_operand(x, &m->a);
    check_operand(x, &m->b);
    check_operand(x, &m->bias);
    check_operand(x, &m->gain);
    REQUIRE(x, m->has_bias == (m->bias.tensor >= 0) && m->has_gain == (m->gain.tensor >= 0));
    for (size_t t = 0; t < m->count; t++) {
        REQUIRE(x, m->terms[t].a.tensor >= 0);
        check_operand(x, &m->terms[t].a);
        check_operand(x, &m->terms[t].b);
        check_operand(x, &m->terms[t].w);
    }
    check_form(x);
}

size_t test_explain_all(const struct test_case *c, const struct attention_trace *trace,
                        bool *is_met) {
    struct number x = {.c = c, .trace = trace};
    size_t numbers = 0;
    for (int id = 0; id < ATTENTION_QUANTITY_COUNT; id++) {
        const int layers =
            attention_tensor_is_per_layer(id) ? attention_trace_config(trace)->layers : 1;
        for (int layer = 0; layer < layers; layer++) {
            const struct attention_tensor tensor = quantity(&x, id, layer);
            const size_t count = test_tensor_count(&tensor);
            const size_t columns = count > 0 ? tensor.shape[tensor.dims - 1] : 1;
            const size_t rows = count > 0 && tensor.dims > 1 ? tensor.shape[tensor.dims - 2] : 1;
            for (size_t i = 0; i < count; i++, numbers++) {
                x.m = test_explain(c, trace, id, layer, i);
                x.head = i / columns / rows;
                x.row = i / columns % rows;
                x.column = i % columns;
                REQUIRE(&x, is_at(&x.m.result, id, layer, i));
                check_number(&x);
                is_met[x.m.operation] = true;
                attention_arithmetic_free(&x.m);
            }
        }
    }
    return numbers;
}

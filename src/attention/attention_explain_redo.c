/* The arithmetic done again from its operands alone. */
#include <assert.h>
#include <math.h>

#include "attention_explain_parts.h"
#include "attention_heads.h"
#include "attention_kernels.h"
#include "attention_math.h"

static float with_bias(const struct attention_arithmetic *m, float sum) {
    return m->has_bias ? sum + m->bias.value : sum;
}

static float products(const struct attention_arithmetic *m) {
    float sum = 0.0f;
    for (size_t t = 0; t < m->count; t++)
        sum += m->terms[t].a.value * m->terms[t].b.value;
    return with_bias(m, sum);
}

/* The first number as it is, the others added: −0 + −0 stays −0. */
static float plain_sum(const struct attention_arithmetic *m) {
    float sum = m->terms[0].a.value;
    for (size_t t = 1; t < m->count; t++)
        sum += m->terms[t].a.value;
    return sum;
}

static float grouped(const struct attention_arithmetic *m) {
    float sum = 0.0f, share = 0.0f;
    for (size_t t = 0; t < m->count; t++) {
        const struct attention_term *term = &m->terms[t];
        share += term->a.value * term->b.value;
        const bool is_last = t + 1 == m->count || m->terms[t + 1].group != term->group;
        if (!is_last) continue;
        sum += share;
        share = 0.0f;
    }
    return with_bias(m, sum);
}

static float additive(const struct attention_arithmetic *m) {
    float sum = 0.0f;
    for (size_t t = 0; t < m->count; t++) {
        const struct attention_term *term = &m->terms[t];
        sum += term->w.value * attention_math_tanh(term->a.value + term->b.value);
    }
    return sum;
}

/* The place of `a` in its row of terms. */
static size_t place_in_row(const struct attention_arithmetic *m) {
    return m->a.index - m->terms[0].a.index;
}

static float unit(const struct attention_arithmetic *m) {
    float row[ATTENTION_MAX_D];
    assert(m->count <= ATTENTION_MAX_D);
    for (size_t t = 0; t < m->count; t++)
        row[t] = m->terms[t].a.value;
    attention_unit_vector(attention_kernels_of(ATTENTION_KERNELS_PLAIN), row, m->count, row);
    return row[place_in_row(m)];
}

static float row_maximum(const struct attention_arithmetic *m) {
    float largest = -INFINITY;
    for (size_t t = 0; t < m->count; t++)
        largest = m->terms[t].a.value > largest ? m->terms[t].a.value : largest;
    return largest;
}

static float softmax(const struct attention_arithmetic *m) {
    const float largest = row_maximum(m);
    struct attention_lanes lanes = {{0}};
    for (size_t t = 0; t < m->count; t++)
        attention_lanes_add(&lanes, t, attention_math_exp(m->terms[t].a.value - largest));
    return attention_math_exp(m->a.value - largest) / attention_lanes_total(&lanes);
}

static float share_of_largest(const struct attention_arithmetic *m) {
    const float most = row_maximum(m);
    uint32_t count = 0;
    for (size_t t = 0; t < m->count; t++)
        count += m->terms[t].a.value == most;
    return m->a.value == most ? 1.0f / (float)count : 0.0f;
}

static float norm(const struct attention_arithmetic *m) {
    const float d = (float)m->count;
    struct attention_lanes lanes = {{0}}, squares = {{0}};
    for (size_t t = 0; t < m->count; t++)
        attention_lanes_add(&lanes, t, m->terms[t].a.value);
    const float mean = attention_lanes_total(&lanes) / d;
    for (size_t t = 0; t < m->count; t++) {
        const float distance = m->terms[t].a.value - mean;
        attention_lanes_add(&squares, t, distance * distance);
    }
    const float variance = attention_lanes_total(&squares) / d;
    const float normal = (m->a.value - mean) / attention_math_sqrt(variance + 1e-5f);
    return with_bias(m, m->has_gain ? normal * m->gain.value : normal);
}

static float sinusoid(const struct attention_arithmetic *m) {
    const double angle = (double)m->position / m->period;
    return (float)(m->is_cosine_wave ? attention_math_cos(angle) : attention_math_sin(angle));
}

float attention_arithmetic_redo(const struct attention_arithmetic *m) {
    switch (m->operation) {
    case ATTENTION_OPERATION_GIVEN:
        return m->result.value;
    case ATTENTION_OPERATION_COPY:
        return m->a.value;
    case ATTENTION_OPERATION_SUM:
        return plain_sum(m);
    case ATTENTION_OPERATION_PRODUCTS:
        return products(m);
    case ATTENTION_OPERATION_GROUPED:
        return grouped(m);
    case ATTENTION_OPERATION_ACTIVATION:
        return m->is_gelu ? attention_gelu(products(m)) : attention_relu(products(m));
    case ATTENTION_OPERATION_TANH:
        return additive(m);
    case ATTENTION_OPERATION_UNIT:
        return unit(m);
    case ATTENTION_OPERATION_QUOTIENT:
        return m->b.value == 0.0f ? m->a.value : m->a.value / m->b.value;
    case ATTENTION_OPERATION_MASKED:
        return -INFINITY;
    case ATTENTION_OPERATION_SOFTMAX:
        return softmax(m);
    case ATTENTION_OPERATION_LARGEST:
        return share_of_largest(m);
    case ATTENTION_OPERATION_NORM:
        return norm(m);
    case ATTENTION_OPERATION_SINUSOID:
        return sinusoid(m);
    case ATTENTION_OPERATION_MASKED_AFTER:
    case ATTENTION_OPERATION_NOTHING_ALLOWED:
    case ATTENTION_OPERATION_HEAD_OFF:
        return 0.0f;
    }
    assert(false && "an operation");
    return 0.0f;
}

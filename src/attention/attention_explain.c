/* From the address of a number to what made it. */
#include "attention_explain.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "attention_error.h"
#include "attention_explain_parts.h"
#include "attention_math.h"
#include "attention_memory.h"
#include "attention_trace.h"
#include "attention_wiring.h"

struct attention_operand attention_operand_number(float value) {
    return (struct attention_operand){-1, 0, 0, value};
}

struct attention_strip attention_strip_of(const struct attention_explaining *e, int id,
                                          size_t first, size_t step) {
    int layer = attention_tensor_is_per_layer(id) ? e->layer : 0;
    struct attention_tensor tensor;
    if (id >= ATTENTION_TENSOR_COUNT) {
        tensor = attention_trace_weight(e->trace, e->weights, (enum attention_weight_id)id, layer);
    } else {
        if (id == ATTENTION_TENSOR_X && attention_tensor_is_per_layer((int)e->id) && e->layer > 0) {
            id = ATTENTION_TENSOR_OUTPUT;
            layer = e->layer - 1;
        }
        tensor = attention_trace_tensor(e->trace, (enum attention_tensor_id)id, layer);
    }
    return (struct attention_strip){id, layer, tensor.data, first, step};
}

struct attention_strip attention_strip_row(const struct attention_explaining *e,
                                           enum attention_tensor_id id, size_t head, size_t row) {
    size_t shape[3];
    const int dims = attention_layout_shape(e->layout, (int)id, shape);
    assert(dims >= 2);
    const size_t rows = shape[dims - 2], columns = shape[dims - 1];
    return attention_strip_of(e, (int)id, (head * rows + row) * columns, 1);
}

struct attention_operand attention_strip_at(const struct attention_strip *strip, size_t t) {
    const size_t index = strip->first + t * strip->step;
    return (struct attention_operand){strip->id, strip->layer, index, strip->data[index]};
}

enum attention_status attention_terms_reserve(struct attention_explaining *e, size_t count,
                                              size_t groups) {
    struct attention_arithmetic *out = e->out;
    const size_t most = SIZE_MAX / 2 / sizeof *out->terms;
    void *memory = NULL;
    if (count <= most && groups <= most) {
        memory = out->allocator.allocate(out->allocator.context,
                                         count * sizeof *out->terms + groups * sizeof(float));
    }
    if (!memory) {
        attention_error_add(e->error, "there is no memory to write down the ");
        attention_error_add_number(e->error, count);
        attention_error_add(e->error, " terms of this number; close other programs");
        return ATTENTION_NO_MEMORY;
    }
    out->terms = memory;
    out->count = count;
    out->group_sums = groups > 0 ? (float *)(void *)(out->terms + count) : NULL;
    out->group_count = groups;
    const struct attention_operand none = attention_operand_number(1.0f);
    for (size_t t = 0; t < count; t++)
        out->terms[t] = (struct attention_term){.a = none, .b = none, .w = none};
    return ATTENTION_OK;
}

enum attention_tensor_id attention_explain_source(const struct attention_explaining *e) {
    enum attention_tensor_id sources[2];
    const int count = attention_wiring_sources(e->layout, e->id, sources);
    assert(count >= 1);
    (void)count;
    return sources[0];
}

enum attention_status attention_explain_copy(struct attention_explaining *e,
                                             struct attention_operand a) {
    e->out->operation = ATTENTION_OPERATION_COPY;
    e->out->a = a;
    return ATTENTION_OK;
}

/* The same place in each of the sources, added; a copy where there is one source alone. */
static enum attention_status sum(struct attention_explaining *e) {
    enum attention_tensor_id sources[2];
    const int count = attention_wiring_sources(e->layout, e->id, sources);
    struct attention_strip strip = attention_strip_of(e, (int)sources[0], e->out->result.index, 1);
    if (count == 1) return attention_explain_copy(e, attention_strip_at(&strip, 0));
    const enum attention_status status = attention_terms_reserve(e, (size_t)count, 0);
    if (status != ATTENTION_OK) return status;
    e->out->operation = ATTENTION_OPERATION_SUM;
    for (int s = 0; s < count; s++) {
        strip = attention_strip_of(e, (int)sources[s], e->out->result.index, 1);
        e->out->terms[s].a = attention_strip_at(&strip, 0);
        e->out->terms[s].value = e->out->terms[s].a.value;
    }
    return ATTENTION_OK;
}

/* A row of position.weight, or a sinusoid: sin in columns 2i, cos in 2i + 1, of pos / base^(2i/d).
 */
static enum attention_status position(struct attention_explaining *e) {
    const struct attention_config *config = &e->layout->config;
    struct attention_arithmetic *out = e->out;
    if (config->position == ATTENTION_POSITION_LEARNED) {
        const struct attention_strip strip =
            attention_strip_of(e, ATTENTION_WEIGHT_POSITION, out->result.index, 1);
        return attention_explain_copy(e, attention_strip_at(&strip, 0));
    }
    out->operation = ATTENTION_OPERATION_SINUSOID;
    out->is_cosine_wave = e->column % 2 == 1;
    out->position = e->row;
    out->period = attention_math_period(config->position_base, e->column, (size_t)config->d_model);
    out->a = attention_operand_number((float)((double)e->row / out->period));
    return ATTENTION_OK;
}

/* concat puts the heads side by side. */
static enum attention_status concat(struct attention_explaining *e) {
    const size_t d_v = (size_t)e->layout->config.d_v;
    const struct attention_strip strip =
        attention_strip_row(e, attention_explain_source(e), e->column / d_v, e->row);
    return attention_explain_copy(e, attention_strip_at(&strip, e->column % d_v));
}

static enum attention_status prepared(struct attention_explaining *e) {
    const bool is_cosine = e->layout->config.similarity == ATTENTION_SIMILARITY_COSINE;
    return is_cosine ? attention_explain_unit(e) : attention_explain_products(e);
}

static enum attention_status tensor_explain(struct attention_explaining *e) {
    switch (e->id) {
    case ATTENTION_TENSOR_EMBEDDING:
    case ATTENTION_TENSOR_CONTEXT_EMBEDDING:
    case ATTENTION_TENSOR_VALUES_EMBEDDING:
        return ATTENTION_OK; /* given */
    case ATTENTION_TENSOR_POSITION:
    case ATTENTION_TENSOR_CONTEXT_POSITION:
    case ATTENTION_TENSOR_VALUES_POSITION:
        return position(e);
    case ATTENTION_TENSOR_X:
    case ATTENTION_TENSOR_CONTEXT_X:
    case ATTENTION_TENSOR_VALUES_X:
    case ATTENTION_TENSOR_RESIDUAL1:
    case ATTENTION_TENSOR_RESIDUAL2:
    case ATTENTION_TENSOR_OUTPUT:
        return sum(e);
    case ATTENTION_TENSOR_SIMILARITY_QUERY:
    case ATTENTION_TENSOR_SIMILARITY_KEY:
        return prepared(e);
    case ATTENTION_TENSOR_SCORES:
        return attention_explain_score(e);
    case ATTENTION_TENSOR_WEIGHTS:
        return attention_explain_weight(e);
    case ATTENTION_TENSOR_CONCAT:
        return concat(e);
    case ATTENTION_TENSOR_NORM1:
    case ATTENTION_TENSOR_NORM2:
        return attention_explain_norm(e);
    default:
        return attention_explain_products(e);
    }
}

/* "weights of layer 2 has no number 400; …" */
static enum attention_status refuse(struct attention_error *error, int tensor, int layer,
                                    size_t index) {
    if (tensor < 0 || tensor >= ATTENTION_QUANTITY_COUNT) {
        attention_error_add(error, "there is no tensor or weight number ");
        attention_error_add_int(error, tensor);
    } else {
        attention_error_add(error, attention_tensor_name(tensor));
        if (attention_tensor_is_per_layer(tensor)) {
            attention_error_add(error, " of layer ");
            attention_error_add_int(error, layer + 1);
        }
        attention_error_add(error, " has no number ");
        attention_error_add_number(error, index + 1);
        attention_error_add(error, " in this pass");
    }
    attention_error_add(error, "; ask for one that attention_trace_tensor or "
                               "attention_trace_weight shows");
    return ATTENTION_INVALID;
}

/* The view of either kind; dims 0 when the pass has no such thing. */
static struct attention_tensor quantity(const struct attention_trace *trace,
                                        const struct attention_weights *weights, int id,
                                        int layer) {
    const struct attention_config *config = attention_trace_config(trace);
    const bool is_known = id >= 0 && id < ATTENTION_QUANTITY_COUNT;
    if (!config || !is_known || layer < 0 || layer >= config->layers)
        return (struct attention_tensor){0};
    if (id < ATTENTION_TENSOR_COUNT)
        return attention_trace_tensor(trace, (enum attention_tensor_id)id, layer);
    return attention_trace_weight(trace, weights, (enum attention_weight_id)id, layer);
}

static void clear(struct attention_arithmetic *out, const struct attention_allocator *allocator) {
    *out = (struct attention_arithmetic){.operation = ATTENTION_OPERATION_GIVEN,
                                         .a = attention_operand_number(0.0f),
                                         .b = attention_operand_number(0.0f),
                                         .bias = attention_operand_number(0.0f),
                                         .gain = attention_operand_number(1.0f),
                                         .allocator = attention_memory_allocator(allocator)};
}

enum attention_status
attention_explain(const struct attention_trace *trace, const struct attention_weights *weights,
                  int tensor, int layer, size_t index, const struct attention_allocator *allocator,
                  struct attention_arithmetic *out, struct attention_error *error) {
    assert(trace && weights && out);
    attention_error_clear(error);
    memset(out, 0, sizeof *out);
    const bool is_known = tensor >= 0 && tensor < ATTENTION_QUANTITY_COUNT;
    if (is_known && !attention_tensor_is_per_layer(tensor)) layer = 0;
    const struct attention_tensor view = quantity(trace, weights, tensor, layer);
    if (index >= attention_shape_count(view.shape, view.dims))
        return refuse(error, tensor, layer, index);
    clear(out, allocator);
    out->result = (struct attention_operand){tensor, layer, index, view.data[index]};
    out->is_edited = attention_trace_is_edited(trace, tensor, layer, index);
    if (out->is_edited || tensor >= ATTENTION_TENSOR_COUNT) return ATTENTION_OK;
    const size_t columns = view.shape[view.dims - 1], rows = view.shape[view.dims - 2];
    struct attention_explaining e = {.trace = trace,
                                     .weights = weights,
                                     .layout = &trace->current.layout,
                                     .id = (enum attention_tensor_id)tensor,
                                     .layer = layer,
                                     .head = index / columns / rows,
                                     .row = index / columns % rows,
                                     .column = index % columns,
                                     .out = out,
                                     .error = error};
    const enum attention_status status = tensor_explain(&e);
    if (status != ATTENTION_OK) memset(out, 0, sizeof *out);
    return status;
}

void attention_arithmetic_free(struct attention_arithmetic *arithmetic) {
    if (arithmetic->terms)
        arithmetic->allocator.release(arithmetic->allocator.context, arithmetic->terms);
    memset(arithmetic, 0, sizeof *arithmetic);
}

int attention_trace_sources(const struct attention_trace *trace, enum attention_tensor_id id,
                            enum attention_tensor_id sources[2]) {
    assert(trace && (int)id >= 0 && id < ATTENTION_TENSOR_COUNT);
    if (attention_trace_tokens(trace) == 0) return 0;
    return attention_wiring_sources(&trace->current.layout, id, sources);
}

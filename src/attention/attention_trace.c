#include "attention_trace.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "attention_heads.h"
#include "attention_names.h"
#include "attention_memory.h"

enum { KEEP_SMALL_BYTES = 1 << 20, KEEP_FACTOR = 4 };

struct attention_trace *attention_trace_new(const struct attention_allocator *allocator) {
    const struct attention_allocator used = attention_memory_allocator(allocator);
    struct attention_trace *trace = used.allocate(used.context, sizeof *trace);
    if (!trace) return NULL;
    memset(trace, 0, sizeof *trace);
    trace->allocator = used;
    return trace;
}

static void block_release(struct attention_trace *trace, struct attention_block *block) {
    if (block->memory) trace->allocator.release(trace->allocator.context, block->memory);
    memset(block, 0, sizeof *block);
}

void attention_trace_free(struct attention_trace *trace) {
    if (!trace) return;
    block_release(trace, &trace->current);
    block_release(trace, &trace->spare);
    trace->allocator.release(trace->allocator.context, trace);
}

bool attention_trace_prepare(struct attention_trace *trace, const struct attention_layout *layout) {
    struct attention_block *spare = &trace->spare;
    const size_t bytes = attention_layout_bytes(layout);
    const bool is_wasteful = spare->bytes > KEEP_SMALL_BYTES && spare->bytes / KEEP_FACTOR > bytes;
    if (spare->bytes < bytes || is_wasteful) {
        block_release(trace, spare);
        spare->memory = trace->allocator.allocate(trace->allocator.context, bytes);
        if (!spare->memory) return false;
        spare->bytes = bytes;
        const size_t past = (size_t)((uintptr_t)spare->memory % 64);
        spare->floats = (float *)(void *)((char *)spare->memory + (past ? 64 - past : 0));
    }
    spare->layout = *layout;
    spare->edits = (struct attention_edit *)(void *)(spare->floats + layout->floats);
    spare->divisor = 1.0f;
    spare->fault = ATTENTION_FAULT_NONE;
    return true;
}

void attention_trace_publish(struct attention_trace *trace) {
    const struct attention_block before = trace->current;
    trace->current = trace->spare;
    trace->spare = before;
}

float *attention_block_tensor(const struct attention_block *block, enum attention_tensor_id id,
                              int layer) {
    if (!block->layout.is_present[id]) return NULL;
    return block->floats + attention_layout_offset(&block->layout, id, layer);
}

struct attention_tensor attention_trace_tensor(const struct attention_trace *trace,
                                               enum attention_tensor_id id, int layer) {
    assert(trace);
    const struct attention_block *block = &trace->current;
    struct attention_tensor tensor = {0};
    if (block->layout.n == 0) return tensor;
    tensor.data = attention_block_tensor(block, id, layer);
    tensor.dims = attention_layout_shape(&block->layout, (int)id, tensor.shape);
    return tensor;
}

struct attention_tensor attention_trace_layer_input(const struct attention_trace *trace,
                                                    int layer) {
    if (layer == 0) return attention_trace_tensor(trace, ATTENTION_TENSOR_X, 0);
    return attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, layer - 1);
}

bool attention_block_is_head_off(const struct attention_block *block, int layer, int head) {
    return block->heads_off[layer] >> head & 1;
}

struct attention_tensor attention_trace_weight(const struct attention_trace *trace,
                                               const struct attention_weights *weights,
                                               enum attention_weight_id id, int layer) {
    assert(trace && weights);
    const struct attention_layout *layout = &trace->current.layout;
    struct attention_tensor tensor = {0};
    size_t offset;
    if (layout->n == 0 || !attention_weight_is_part_of(&layout->config, (int)id)) return tensor;
    assert(layer >= 0 && layer < layout->config.layers);
    tensor.data = attention_layout_copy(layout, (int)id, layer, &offset)
                      ? trace->current.floats + offset
                      : attention_weight_given(weights, (int)id, layer);
    if (tensor.data) tensor.dims = attention_layout_shape(layout, (int)id, tensor.shape);
    return tensor;
}

void attention_trace_head_share(const struct attention_trace *trace,
                                const struct attention_weights *weights, int layer, int head,
                                float *out) {
    const struct attention_tensor from =
        attention_trace_tensor(trace, ATTENTION_TENSOR_HEAD_OUTPUT, layer);
    const struct attention_tensor o =
        attention_trace_weight(trace, weights, ATTENTION_WEIGHT_O, layer);
    assert(from.data && head >= 0 && (size_t)head < from.shape[0]);
    attention_share_product(
        attention_kernels_of(ATTENTION_KERNELS_BEST),
        &(struct attention_share){.rows = from.shape[1],
                                  .columns = o.shape[0],
                                  .heads = from.shape[0],
                                  .d_v = from.shape[2],
                                  .head = (size_t)head,
                                  .head_output =
                                      from.data + (size_t)head * from.shape[1] * from.shape[2],
                                  .o_weight = o.data,
                                  .out = out,
                                  .out_stride = o.shape[0]});
}

void attention_trace_value_weighted(const struct attention_trace *trace, int layer, int head,
                                    float *out) {
    const struct attention_tensor weights =
        attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, layer);
    const struct attention_tensor v = attention_trace_tensor(trace, ATTENTION_TENSOR_V, layer);
    assert(weights.data && head >= 0 && (size_t)head < weights.shape[0]);
    const struct attention_kernels *kernels = attention_kernels_of(ATTENTION_KERNELS_BEST);
    const size_t n = weights.shape[1], m = weights.shape[2], d_v = v.shape[2];
    const float *a = weights.data + (size_t)head * n * m;
    for (size_t j = 0; j < m; j++) {
        const float size = kernels->euclidean_norm(v.data + ((size_t)head * m + j) * d_v, d_v);
        for (size_t i = 0; i < n; i++) /* a masked key gives nothing, also where ‖v‖ is ∞ */
            out[i * m + j] = a[i * m + j] == 0.0f ? 0.0f : a[i * m + j] * size;
    }
}

bool attention_trace_is_head_off(const struct attention_trace *trace, int layer, int head) {
    assert(trace);
    const struct attention_block *block = &trace->current;
    if (block->layout.n == 0) return false;
    assert(layer >= 0 && layer < block->layout.config.layers && head >= 0 &&
           head < block->layout.config.heads);
    return attention_block_is_head_off(block, layer, head);
}

bool attention_trace_is_edited(const struct attention_trace *trace, int tensor, int layer,
                               size_t index) {
    assert(trace);
    const struct attention_block *block = &trace->current;
    const bool is_per_layer = attention_tensor_is_per_layer(tensor);
    for (size_t i = 0; i < block->layout.edit_count; i++) {
        const struct attention_edit *edit = &block->edits[i];
        if (edit->tensor == tensor && edit->index == index &&
            (!is_per_layer || edit->layer == layer))
            return true;
    }
    return false;
}

size_t attention_trace_tokens(const struct attention_trace *trace) {
    assert(trace);
    return trace->current.layout.n;
}

size_t attention_trace_keys(const struct attention_trace *trace) {
    assert(trace);
    return trace->current.layout.m;
}

const struct attention_config *attention_trace_config(const struct attention_trace *trace) {
    assert(trace);
    return trace->current.layout.n > 0 ? &trace->current.layout.config : NULL;
}

enum attention_fault attention_trace_fault(const struct attention_trace *trace) {
    assert(trace);
    return trace->current.layout.n > 0 ? trace->current.fault : ATTENTION_FAULT_NONE;
}

float attention_trace_divisor(const struct attention_trace *trace) {
    assert(trace);
    return trace->current.layout.n > 0 ? trace->current.divisor : 1.0f;
}

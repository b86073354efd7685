#include "attention_trace.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

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
    spare->divisor = 1.0f;
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
    tensor.dims = attention_layout_shape(&block->layout, id, tensor.shape);
    return tensor;
}

struct attention_tensor attention_trace_layer_input(const struct attention_trace *trace,
                                                    int layer) {
    if (layer == 0) return attention_trace_tensor(trace, ATTENTION_TENSOR_X, 0);
    return attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, layer - 1);
}

size_t attention_trace_tokens(const struct attention_trace *trace) {
    assert(trace);
    return trace->current.layout.n;
}

const struct attention_config *attention_trace_config(const struct attention_trace *trace) {
    assert(trace);
    return trace->current.layout.n > 0 ? &trace->current.layout.config : NULL;
}

float attention_trace_divisor(const struct attention_trace *trace) {
    assert(trace);
    return trace->current.layout.n > 0 ? trace->current.divisor : 1.0f;
}

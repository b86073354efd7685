/* attention_trace.h: the inside of a trace, for the pass that writes it. */
#ifndef ATTENTION_TRACE_H
#define ATTENTION_TRACE_H

#include "attention.h"
#include "attention_layout.h"

/* One block of memory and what stands in it. memory is NULL and layout.n 0 when it holds no pass.
 */
struct attention_block {
    void *memory;
    size_t bytes;
    float *floats; /* the first multiple of 64 bytes inside memory */
    struct attention_layout layout;
    struct attention_edit *edits; /* behind the floats; layout.edit_count of them */
    float divisor;
    enum attention_fault fault;
    uint64_t heads_off[ATTENTION_MAX_LAYERS]; /* a bit for each head */
};

struct attention_trace {
    struct attention_allocator allocator;
    struct attention_block current; /* what readers see */
    struct attention_block spare;   /* where the next pass is written */
};

/* Makes the spare block ready for `layout`, in memory it already has where that fits. Returns false
 * when there is no memory; `current` is not touched. */
bool attention_trace_prepare(struct attention_trace *trace, const struct attention_layout *layout);
/* The finished spare block becomes the current one, and the other way round. */
void attention_trace_publish(struct attention_trace *trace);
/* NULL when the tensor is absent. */
float *attention_block_tensor(const struct attention_block *block, enum attention_tensor_id id,
                              int layer);

bool attention_block_is_head_off(const struct attention_block *block, int layer, int head);

#endif

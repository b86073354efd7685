/* attention_layout.h: which tensors a pass has, their shapes, and where each stands in the trace's
 * block. */
#ifndef ATTENTION_LAYOUT_H
#define ATTENTION_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "attention.h"

/* Offsets count floats from the start of the block. Every tensor starts at a multiple of 64 bytes.
 */
struct attention_layout {
    struct attention_config config;
    size_t n, m; /* queries, keys */
    bool is_present[ATTENTION_TENSOR_COUNT];
    size_t offsets[ATTENTION_TENSOR_COUNT]; /* of layer 0 for tensors that are per layer */
    size_t layer_stride;                    /* from a tensor of one layer to that of the next */
    size_t floats;                          /* of the whole block */
};

/* False when the block would be larger than a size_t can say. The config has been checked. */
bool attention_layout_plan(const struct attention_config *config, size_t n, size_t m,
                           struct attention_layout *layout);
/* Bytes to ask for: the floats and room to start at a multiple of 64 bytes. */
size_t attention_layout_bytes(const struct attention_layout *layout);

/* Shape of a tensor in this layout; returns its number of dimensions, 0 when it is absent. */
int attention_layout_shape(const struct attention_layout *layout, enum attention_tensor_id id,
                           size_t shape[3]);
size_t attention_layout_offset(const struct attention_layout *layout, enum attention_tensor_id id,
                               int layer);

#endif

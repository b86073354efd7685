/* attention_layout.h: which tensors a pass has, their shapes, and where each stands in the trace's
 * block. Behind the tensors the block holds copies of the weights that edits change, and the edits. */
#ifndef ATTENTION_LAYOUT_H
#define ATTENTION_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "attention.h"

/* Offsets count floats from the start of the block. Every tensor starts at a multiple of 64 bytes. */
struct attention_layout {
    struct attention_config config; /* with d_a filled in */
    size_t n, m;                    /* queries, keys */
    bool has_context, has_values;
    bool is_present[ATTENTION_TENSOR_COUNT];
    size_t offsets[ATTENTION_TENSOR_COUNT]; /* of layer 0 for tensors that are per layer */
    size_t layer_stride;                    /* from a tensor of one layer to that of the next */
    size_t copies;                          /* where the copies of edited weights begin */
    uint32_t copied[ATTENTION_MAX_LAYERS];  /* a bit for each weight of a layer that is copied */
    bool is_position_copied;                /* position.weight is, ahead of the others */
    size_t floats;                          /* of tensors and copies */
    size_t edit_count;                      /* edits stand behind the floats */
};

/* False when the block would be larger than a size_t can say. Config, options and input have been
 * checked. */
bool attention_layout_plan(const struct attention_config *config,
                           const struct attention_options *options,
                           const struct attention_input *input, struct attention_layout *layout);
/* Bytes to ask for: floats, edits, and room to start at a multiple of 64 bytes. */
size_t attention_layout_bytes(const struct attention_layout *layout);

/* Shape of a tensor in this layout; returns its number of dimensions, 0 when it is absent. */
int attention_layout_shape(const struct attention_layout *layout, int id, size_t shape[3]);
size_t attention_layout_offset(const struct attention_layout *layout, enum attention_tensor_id id,
                               int layer);
/* Of a copied weight; false when the pass uses the caller's. */
bool attention_layout_copy(const struct attention_layout *layout, int id, int layer,
                           size_t *offset);

/* Whether a model of this configuration has the weight (given or by default). */
bool attention_weight_is_part_of(const struct attention_config *config, int id);
size_t attention_shape_count(const size_t shape[3], int dims);

#endif

#include "attention_layout.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "attention_names.h"

enum { ALIGNMENT_BYTES = 64, ALIGNMENT_FLOATS = 16 };

bool attention_weight_is_part_of(const struct attention_config *config, int id) {
    const bool has_ffn = config->d_ff > 0, has_norm = config->norm != ATTENTION_NORM_NONE;
    switch (id) {
    case ATTENTION_WEIGHT_POSITION:
        return config->position == ATTENTION_POSITION_LEARNED;
    case ATTENTION_WEIGHT_GENERAL:
        return config->similarity == ATTENTION_SIMILARITY_GENERAL;
    case ATTENTION_WEIGHT_ADDITIVE_Q:
    case ATTENTION_WEIGHT_ADDITIVE_K:
    case ATTENTION_WEIGHT_ADDITIVE_W:
        return config->similarity == ATTENTION_SIMILARITY_ADDITIVE;
    case ATTENTION_WEIGHT_NORM1:
    case ATTENTION_WEIGHT_NORM1_BIAS:
        return has_norm;
    case ATTENTION_WEIGHT_NORM2:
    case ATTENTION_WEIGHT_NORM2_BIAS:
        return has_norm && has_ffn;
    case ATTENTION_WEIGHT_UP:
    case ATTENTION_WEIGHT_UP_BIAS:
    case ATTENTION_WEIGHT_DOWN:
    case ATTENTION_WEIGHT_DOWN_BIAS:
        return has_ffn;
    default:
        return id > ATTENTION_WEIGHT_POSITION && id < ATTENTION_QUANTITY_COUNT;
    }
}

static bool tensor_is_part_of(const struct attention_layout *layout, enum attention_tensor_id id) {
    const struct attention_config *config = &layout->config;
    const bool has_ffn = config->d_ff > 0, has_norm = config->norm != ATTENTION_NORM_NONE;
    const bool has_position = config->position != ATTENTION_POSITION_NONE;
    switch (id) {
    case ATTENTION_TENSOR_POSITION:
        return has_position;
    case ATTENTION_TENSOR_CONTEXT_EMBEDDING:
    case ATTENTION_TENSOR_CONTEXT_X:
        return layout->has_context;
    case ATTENTION_TENSOR_CONTEXT_POSITION:
        return layout->has_context && has_position;
    case ATTENTION_TENSOR_VALUES_EMBEDDING:
    case ATTENTION_TENSOR_VALUES_X:
        return layout->has_values;
    case ATTENTION_TENSOR_VALUES_POSITION:
        return layout->has_values && has_position;
    case ATTENTION_TENSOR_SIMILARITY_QUERY:
        return config->similarity != ATTENTION_SIMILARITY_DOT;
    case ATTENTION_TENSOR_SIMILARITY_KEY:
        return config->similarity == ATTENTION_SIMILARITY_COSINE ||
               config->similarity == ATTENTION_SIMILARITY_ADDITIVE;
    case ATTENTION_TENSOR_RESIDUAL1:
        return !config->is_residual_off;
    case ATTENTION_TENSOR_NORM1:
        return has_norm;
    case ATTENTION_TENSOR_FFN_HIDDEN:
    case ATTENTION_TENSOR_FFN_OUTPUT:
        return has_ffn;
    case ATTENTION_TENSOR_RESIDUAL2:
        return has_ffn && !config->is_residual_off;
    case ATTENTION_TENSOR_NORM2:
        return has_ffn && has_norm;
    default:
        return true;
    }
}

static size_t letter_size(const struct attention_config *config, size_t n, size_t m, char letter) {
    const size_t heads = (size_t)config->heads;
    const bool has_units = config->similarity == ATTENTION_SIMILARITY_ADDITIVE && config->d_a > 0;
    switch (letter) {
    case 'n':
        return n;
    case 'm':
        return m;
    case 'h':
        return heads;
    case 'k':
        return (size_t)config->d_k;
    case 'v':
        return (size_t)config->d_v;
    case 'c':
        return heads * (size_t)config->d_v;
    case 'p':
        return heads * (size_t)config->d_k;
    case 'f':
        return (size_t)config->d_ff;
    case 'a':
        return (size_t)(has_units ? config->d_a : config->d_k);
    case 'N':
        return (size_t)config->position_rows;
    default:
        assert(letter == 'd');
        return (size_t)config->d_model;
    }
}

int attention_tensor_shape(const struct attention_config *config, size_t n, size_t m, int id,
                           size_t shape[3]) {
    shape[0] = shape[1] = shape[2] = 0;
    int dims = 0;
    for (const char *letter = attention_tensor_letters(id); *letter; letter++) {
        shape[dims++] = letter_size(config, n, m, *letter);
    }
    return dims;
}

int attention_layout_shape(const struct attention_layout *layout, int id, size_t shape[3]) {
    const bool is_there = id < ATTENTION_TENSOR_COUNT
                              ? layout->is_present[id]
                              : attention_weight_is_part_of(&layout->config, id);
    shape[0] = shape[1] = shape[2] = 0;
    return is_there ? attention_tensor_shape(&layout->config, layout->n, layout->m, id, shape) : 0;
}

size_t attention_shape_count(const size_t shape[3], int dims) {
    size_t count = dims > 0;
    for (int i = 0; i < dims; i++)
        count *= shape[i];
    return count;
}

static bool multiply(size_t a, size_t b, size_t *product) {
    if (b != 0 && a > SIZE_MAX / b) return false;
    *product = a * b;
    return true;
}

/* Puts one tensor or copy after the `*used` floats before it. */
static bool quantity_place(const struct attention_layout *layout, int id, size_t *used) {
    size_t shape[3], floats = 1;
    const int dims = attention_layout_shape(layout, id, shape);
    if (dims == 0) return true;
    for (int i = 0; i < dims; i++) {
        if (!multiply(floats, shape[i], &floats)) return false;
    }
    if (floats > SIZE_MAX - ALIGNMENT_FLOATS) return false;
    floats = (floats + ALIGNMENT_FLOATS - 1) / ALIGNMENT_FLOATS * ALIGNMENT_FLOATS;
    if (floats > SIZE_MAX - *used) return false;
    *used += floats;
    return true;
}

static uint32_t weight_bit(int id) {
    return (uint32_t)1 << (id - ATTENTION_WEIGHT_POSITION);
}

static void mark_copies(struct attention_layout *layout, const struct attention_options *options) {
    for (size_t i = 0; i < options->edit_count; i++) {
        const struct attention_edit *edit = &options->edits[i];
        if (edit->tensor == ATTENTION_WEIGHT_POSITION) layout->is_position_copied = true;
        if (edit->tensor > ATTENTION_WEIGHT_POSITION)
            layout->copied[edit->layer] |= weight_bit(edit->tensor);
    }
}

/* Walks over the copies in their order until (id, layer), or all of them; false: too many floats. */
static bool copies_walk(const struct attention_layout *layout, int id, int layer, size_t *used) {
    if (layout->is_position_copied) {
        if (id == ATTENTION_WEIGHT_POSITION) return true;
        if (!quantity_place(layout, ATTENTION_WEIGHT_POSITION, used)) return false;
    }
    for (int l = 0; l < layout->config.layers; l++) {
        if (layout->copied[l] == 0) continue;
        for (int w = ATTENTION_WEIGHT_POSITION + 1; w < ATTENTION_QUANTITY_COUNT; w++) {
            if (!(layout->copied[l] & weight_bit(w))) continue;
            if (w == id && l == layer) return true;
            if (!quantity_place(layout, w, used)) return false;
        }
    }
    return true;
}

bool attention_layout_copy(const struct attention_layout *layout, int id, int layer,
                           size_t *offset) {
    const bool is_copied = id == ATTENTION_WEIGHT_POSITION
                               ? layout->is_position_copied
                               : (layout->copied[layer] & weight_bit(id)) != 0;
    *offset = layout->copies;
    return is_copied && copies_walk(layout, id, layer, offset);
}

bool attention_layout_plan(const struct attention_config *config,
                           const struct attention_options *options,
                           const struct attention_input *input, struct attention_layout *layout) {
    memset(layout, 0, sizeof *layout);
    layout->config = *config;
    if (layout->config.d_a == 0) layout->config.d_a = config->d_k;
    layout->n = input->n;
    layout->m = input->context ? input->m : input->n;
    layout->has_context = input->context != NULL;
    layout->has_values = input->values != NULL;
    layout->edit_count = options->edit_count;
    size_t once = 0, per_layer = 0, all_layers;
    for (int i = 0; i < ATTENTION_TENSOR_COUNT; i++) {
        size_t *used = attention_tensor_is_per_layer(i) ? &per_layer : &once;
        layout->is_present[i] = tensor_is_part_of(layout, (enum attention_tensor_id)i);
        layout->offsets[i] = *used;
        if (!quantity_place(layout, i, used)) return false;
    }
    for (int i = 0; i < ATTENTION_TENSOR_COUNT; i++) {
        if (attention_tensor_is_per_layer(i)) layout->offsets[i] += once;
    }
    layout->layer_stride = per_layer;
    if (!multiply(per_layer, (size_t)config->layers, &all_layers)) return false;
    if (all_layers > SIZE_MAX - once) return false;
    layout->copies = layout->floats = once + all_layers;
    mark_copies(layout, options);
    if (!copies_walk(layout, -1, -1, &layout->floats)) return false;
    const size_t most = (SIZE_MAX - ALIGNMENT_BYTES) / 2;
    return layout->floats <= most / sizeof(float) &&
           layout->edit_count <= most / sizeof(struct attention_edit);
}

size_t attention_layout_bytes(const struct attention_layout *layout) {
    return layout->floats * sizeof(float) + layout->edit_count * sizeof(struct attention_edit) +
           ALIGNMENT_BYTES;
}

size_t attention_layout_offset(const struct attention_layout *layout, enum attention_tensor_id id,
                               int layer) {
    if (!attention_tensor_is_per_layer((int)id)) return layout->offsets[id];
    assert(layer >= 0 && layer < layout->config.layers);
    return layout->offsets[id] + (size_t)layer * layout->layer_stride;
}

/* Norm after each residual sum (post), ahead of each branch (pre), or nowhere; residuals on or off;
 * keys and values from the text itself or from a context. docs/maths.md says it in words. */
#include "attention_wiring.h"

/* What a tensor reads where that depends on the model. */

static enum attention_tensor_id query_input(const struct attention_layout *layout) {
    return layout->config.norm == ATTENTION_NORM_PRE ? ATTENTION_TENSOR_NORM1 : ATTENTION_TENSOR_X;
}

static enum attention_tensor_id key_input(const struct attention_layout *layout) {
    return layout->has_context ? ATTENTION_TENSOR_CONTEXT_X : query_input(layout);
}

static enum attention_tensor_id value_input(const struct attention_layout *layout) {
    return layout->has_values ? ATTENTION_TENSOR_VALUES_X : key_input(layout);
}

/* What comes out of the attention branch, and of the network, with its residual. */
static enum attention_tensor_id after_attention(const struct attention_layout *layout) {
    return layout->config.is_residual_off ? ATTENTION_TENSOR_ATTENTION_OUTPUT
                                          : ATTENTION_TENSOR_RESIDUAL1;
}

static enum attention_tensor_id after_network(const struct attention_layout *layout) {
    return layout->config.is_residual_off ? ATTENTION_TENSOR_FFN_OUTPUT
                                          : ATTENTION_TENSOR_RESIDUAL2;
}

/* What the network's branch starts from: its residual adds this again. */
static enum attention_tensor_id before_network(const struct attention_layout *layout) {
    return layout->config.norm == ATTENTION_NORM_POST ? ATTENTION_TENSOR_NORM1
                                                      : after_attention(layout);
}

static enum attention_tensor_id norm1_input(const struct attention_layout *layout) {
    return layout->config.norm == ATTENTION_NORM_PRE ? ATTENTION_TENSOR_X : after_attention(layout);
}

static enum attention_tensor_id norm2_input(const struct attention_layout *layout) {
    return layout->config.norm == ATTENTION_NORM_PRE ? before_network(layout)
                                                     : after_network(layout);
}

static enum attention_tensor_id network_input(const struct attention_layout *layout) {
    return layout->config.norm == ATTENTION_NORM_PRE ? ATTENTION_TENSOR_NORM2
                                                     : before_network(layout);
}

static enum attention_tensor_id output_source(const struct attention_layout *layout) {
    const bool has_network = layout->config.d_ff > 0;
    if (layout->config.norm == ATTENTION_NORM_POST)
        return has_network ? ATTENTION_TENSOR_NORM2 : ATTENTION_TENSOR_NORM1;
    return has_network ? after_network(layout) : after_attention(layout);
}

static int one(enum attention_tensor_id sources[2], enum attention_tensor_id id) {
    sources[0] = id;
    return 1;
}

static int two(enum attention_tensor_id sources[2], enum attention_tensor_id first,
               enum attention_tensor_id second) {
    sources[0] = first;
    sources[1] = second;
    return 2;
}

static enum attention_tensor_id present_or(const struct attention_layout *layout,
                                           enum attention_tensor_id id,
                                           enum attention_tensor_id other) {
    return layout->is_present[id] ? id : other;
}

static int embedded(const struct attention_layout *layout, enum attention_tensor_id sources[2],
                    enum attention_tensor_id embedding, enum attention_tensor_id position) {
    const int count = two(sources, embedding, position);
    return layout->is_present[position] ? count : 1;
}

static int rest_of_layer(const struct attention_layout *layout, enum attention_tensor_id id,
                         enum attention_tensor_id sources[2]) {
    switch (id) {
    case ATTENTION_TENSOR_RESIDUAL1:
        return two(sources, ATTENTION_TENSOR_X, ATTENTION_TENSOR_ATTENTION_OUTPUT);
    case ATTENTION_TENSOR_NORM1:
        return one(sources, norm1_input(layout));
    case ATTENTION_TENSOR_FFN_HIDDEN:
        return one(sources, network_input(layout));
    case ATTENTION_TENSOR_FFN_OUTPUT:
        return one(sources, ATTENTION_TENSOR_FFN_HIDDEN);
    case ATTENTION_TENSOR_RESIDUAL2:
        return two(sources, before_network(layout), ATTENTION_TENSOR_FFN_OUTPUT);
    case ATTENTION_TENSOR_NORM2:
        return one(sources, norm2_input(layout));
    case ATTENTION_TENSOR_OUTPUT:
        return one(sources, output_source(layout));
    default:
        return 0; /* embeddings and positions */
    }
}

int attention_wiring_sources(const struct attention_layout *layout, enum attention_tensor_id id,
                             enum attention_tensor_id sources[2]) {
    if (!layout->is_present[id]) return 0;
    switch (id) {
    case ATTENTION_TENSOR_X:
        return embedded(layout, sources, ATTENTION_TENSOR_EMBEDDING, ATTENTION_TENSOR_POSITION);
    case ATTENTION_TENSOR_CONTEXT_X:
        return embedded(layout, sources, ATTENTION_TENSOR_CONTEXT_EMBEDDING,
                        ATTENTION_TENSOR_CONTEXT_POSITION);
    case ATTENTION_TENSOR_VALUES_X:
        return embedded(layout, sources, ATTENTION_TENSOR_VALUES_EMBEDDING,
                        ATTENTION_TENSOR_VALUES_POSITION);
    case ATTENTION_TENSOR_Q:
        return one(sources, query_input(layout));
    case ATTENTION_TENSOR_K:
        return one(sources, key_input(layout));
    case ATTENTION_TENSOR_V:
        return one(sources, value_input(layout));
    case ATTENTION_TENSOR_SIMILARITY_QUERY:
        return one(sources, ATTENTION_TENSOR_Q);
    case ATTENTION_TENSOR_SIMILARITY_KEY:
        return one(sources, ATTENTION_TENSOR_K);
    case ATTENTION_TENSOR_SIMILARITY:
        return two(sources,
                   present_or(layout, ATTENTION_TENSOR_SIMILARITY_QUERY, ATTENTION_TENSOR_Q),
                   present_or(layout, ATTENTION_TENSOR_SIMILARITY_KEY, ATTENTION_TENSOR_K));
    case ATTENTION_TENSOR_SCORES:
        return one(sources, ATTENTION_TENSOR_SIMILARITY);
    case ATTENTION_TENSOR_WEIGHTS:
        return one(sources, ATTENTION_TENSOR_SCORES);
    case ATTENTION_TENSOR_HEAD_OUTPUT:
        return two(sources, ATTENTION_TENSOR_WEIGHTS, ATTENTION_TENSOR_V);
    case ATTENTION_TENSOR_CONCAT:
        return one(sources, ATTENTION_TENSOR_HEAD_OUTPUT);
    case ATTENTION_TENSOR_ATTENTION_OUTPUT:
        return one(sources, ATTENTION_TENSOR_CONCAT);
    default:
        return rest_of_layer(layout, id, sources);
    }
}

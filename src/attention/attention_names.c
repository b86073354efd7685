/* The tables behind the two lists of attention.h: names, shapes and members. */
#include "attention_names.h"

#include <assert.h>

static const struct {
    const char *name, *letters, *meaning;
    bool is_per_layer;
} quantities[ATTENTION_QUANTITY_COUNT] = {
#define X(NAME, file, per_layer, shape, meaning)                                                   \
    [ATTENTION_TENSOR_##NAME] = {file, shape, meaning, per_layer},
    ATTENTION_TENSORS(X)
#undef X
        [ATTENTION_WEIGHT_POSITION] = {"position.weight", "Nd", "position.weight", false},
#define X(NAME, member, file, shape) [ATTENTION_WEIGHT_##NAME] = {file, shape, file, true},
    ATTENTION_LAYER_WEIGHTS(X)
#undef X
};

const char *attention_tensor_name(int id) {
    assert(id >= 0 && id < ATTENTION_QUANTITY_COUNT);
    return quantities[id].name;
}

bool attention_tensor_is_per_layer(int id) {
    assert(id >= 0 && id < ATTENTION_QUANTITY_COUNT);
    return quantities[id].is_per_layer;
}

const char *attention_tensor_letters(int id) {
    assert(id >= 0 && id < ATTENTION_QUANTITY_COUNT);
    return quantities[id].letters;
}

const char *attention_tensor_meaning(int id) {
    assert(id >= 0 && id < ATTENTION_QUANTITY_COUNT);
    return quantities[id].meaning;
}

const float **attention_weight_member(struct attention_layer_weights *weights, int id) {
    switch (id) {
#define X(NAME, member, file, shape)                                                               \
    case ATTENTION_WEIGHT_##NAME:                                                                  \
        return &weights->member;
        ATTENTION_LAYER_WEIGHTS(X)
#undef X
    default:
        assert(false && "a weight of a layer");
        return NULL;
    }
}

const float *attention_weight_given(const struct attention_weights *weights, int id, int layer) {
    if (id == ATTENTION_WEIGHT_POSITION) return weights->position_weight;
    struct attention_layer_weights all = weights->layers[layer];
    return *attention_weight_member(&all, id);
}

float attention_weight_default(const struct attention_config *config, int id, size_t index) {
    const size_t d_k = (size_t)config->d_k;
    switch (id) {
    case ATTENTION_WEIGHT_NORM1:
    case ATTENTION_WEIGHT_NORM2:
    case ATTENTION_WEIGHT_ADDITIVE_W:
        return 1.0f;
    case ATTENTION_WEIGHT_GENERAL:
    case ATTENTION_WEIGHT_ADDITIVE_Q:
    case ATTENTION_WEIGHT_ADDITIVE_K: /* identities: d_a is d_k where these are defaults */
        return index / d_k % d_k == index % d_k ? 1.0f : 0.0f;
    default:
        return 0.0f;
    }
}

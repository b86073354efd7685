#include "attention_layout.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "attention_error.h"

enum { ALIGNMENT_BYTES = 64, ALIGNMENT_FLOATS = 16, MAX_D_FF = 1 << 16 };

static const struct {
    const char *name, *letters, *meaning;
    bool is_per_layer;
} tensors[ATTENTION_TENSOR_COUNT] = {
#define X(NAME, file, per_layer, shape, meaning)                                                   \
    [ATTENTION_TENSOR_##NAME] = {file, shape, meaning, per_layer},
    ATTENTION_TENSORS(X)
#undef X
};

const char *attention_tensor_name(enum attention_tensor_id id) {
    assert((unsigned)id < ATTENTION_TENSOR_COUNT);
    return tensors[id].name;
}

bool attention_tensor_is_per_layer(enum attention_tensor_id id) {
    assert((unsigned)id < ATTENTION_TENSOR_COUNT);
    return tensors[id].is_per_layer;
}

const char *attention_tensor_letters(enum attention_tensor_id id) {
    assert((unsigned)id < ATTENTION_TENSOR_COUNT);
    return tensors[id].letters;
}

const char *attention_tensor_meaning(enum attention_tensor_id id) {
    assert((unsigned)id < ATTENTION_TENSOR_COUNT);
    return tensors[id].meaning;
}

static bool tensor_is_part_of(const struct attention_config *config, enum attention_tensor_id id) {
    const bool has_ffn = config->d_ff > 0, has_norm = config->norm != ATTENTION_NORM_NONE;
    switch (id) {
    case ATTENTION_TENSOR_POSITION:
        return config->position != ATTENTION_POSITION_NONE;
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

static size_t letter_size(const struct attention_layout *layout, char letter) {
    const struct attention_config *config = &layout->config;
    switch (letter) {
    case 'n':
        return layout->n;
    case 'm':
        return layout->m;
    case 'h':
        return (size_t)config->heads;
    case 'k':
        return (size_t)config->d_k;
    case 'v':
        return (size_t)config->d_v;
    case 'c':
        return (size_t)config->heads * (size_t)config->d_v;
    case 'f':
        return (size_t)config->d_ff;
    default:
        assert(letter == 'd');
        return (size_t)config->d_model;
    }
}

int attention_layout_shape(const struct attention_layout *layout, enum attention_tensor_id id,
                           size_t shape[3]) {
    assert((unsigned)id < ATTENTION_TENSOR_COUNT);
    shape[0] = shape[1] = shape[2] = 0;
    if (!layout->is_present[id]) return 0;
    int dims = 0;
    for (const char *letter = tensors[id].letters; *letter; letter++) {
        shape[dims++] = letter_size(layout, *letter);
    }
    return dims;
}

static bool multiply(size_t a, size_t b, size_t *product) {
    if (b != 0 && a > SIZE_MAX / b) return false;
    *product = a * b;
    return true;
}

/* Puts one tensor after the `*used` floats before it. */
static bool tensor_place(struct attention_layout *layout, enum attention_tensor_id id,
                         size_t *used) {
    size_t shape[3], floats = 1;
    const int dims = attention_layout_shape(layout, id, shape);
    layout->offsets[id] = *used;
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

bool attention_layout_plan(const struct attention_config *config, size_t n, size_t m,
                           struct attention_layout *layout) {
    memset(layout, 0, sizeof *layout);
    layout->config = *config;
    layout->n = n;
    layout->m = m;
    size_t once = 0, per_layer = 0, all_layers;
    for (int i = 0; i < ATTENTION_TENSOR_COUNT; i++) {
        const enum attention_tensor_id id = (enum attention_tensor_id)i;
        layout->is_present[id] = tensor_is_part_of(config, id);
        if (!tensor_place(layout, id, tensors[id].is_per_layer ? &per_layer : &once)) return false;
    }
    for (int i = 0; i < ATTENTION_TENSOR_COUNT; i++) {
        if (tensors[i].is_per_layer) layout->offsets[i] += once;
    }
    layout->layer_stride = per_layer;
    if (!multiply(per_layer, (size_t)config->layers, &all_layers)) return false;
    if (all_layers > SIZE_MAX - once) return false;
    layout->floats = once + all_layers;
    return layout->floats <= (SIZE_MAX - ALIGNMENT_BYTES) / sizeof(float);
}

size_t attention_layout_bytes(const struct attention_layout *layout) {
    return layout->floats * sizeof(float) + ALIGNMENT_BYTES;
}

size_t attention_layout_offset(const struct attention_layout *layout, enum attention_tensor_id id,
                               int layer) {
    assert((unsigned)id < ATTENTION_TENSOR_COUNT);
    if (!tensors[id].is_per_layer) return layout->offsets[id];
    assert(layer >= 0 && layer < layout->config.layers);
    return layout->offsets[id] + (size_t)layer * layout->layer_stride;
}

/* "NAME is VALUE; it must be LOW to HIGH" */
static enum attention_status refuse_range(struct attention_error *error, const char *name,
                                          int value, int low, int high) {
    attention_error_add(error, name);
    attention_error_add(error, " is ");
    attention_error_add_int(error, value);
    attention_error_add(error, "; set it to a number from ");
    attention_error_add_int(error, low);
    attention_error_add(error, " to ");
    attention_error_add_int(error, high);
    return ATTENTION_INVALID;
}

enum attention_status attention_config_check(const struct attention_config *config,
                                             struct attention_error *error) {
    assert(config);
    attention_error_clear(error);
    const struct {
        const char *name;
        int value, low, high;
    } ranges[] = {
        {"d_model", config->d_model, 1, ATTENTION_MAX_D},
        {"layers", config->layers, 1, ATTENTION_MAX_LAYERS},
        {"heads", config->heads, 1, ATTENTION_MAX_HEADS},
        {"d_k", config->d_k, 1, ATTENTION_MAX_D},
        {"d_v", config->d_v, 1, ATTENTION_MAX_D},
        {"d_ff", config->d_ff, 0, MAX_D_FF},
        {"similarity", (int)config->similarity, 0, ATTENTION_SIMILARITY_DOT},
        {"position", (int)config->position, 0, ATTENTION_POSITION_LEARNED},
        {"norm", (int)config->norm, 0, ATTENTION_NORM_PRE},
        {"activation", (int)config->activation, 0, ATTENTION_ACTIVATION_GELU},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (ranges[i].value < ranges[i].low || ranges[i].value > ranges[i].high) {
            return refuse_range(error, ranges[i].name, ranges[i].value, ranges[i].low,
                                ranges[i].high);
        }
    }
    if (config->position == ATTENTION_POSITION_LEARNED &&
        (config->position_rows < 1 || config->position_rows > ATTENTION_MAX_TOKENS)) {
        return refuse_range(error, "position_rows", config->position_rows, 1, ATTENTION_MAX_TOKENS);
    }
    const double base = config->position_base;
    if (base != 0.0 && !(base >= 1.0 && base <= 1e9)) {
        attention_error_add(error,
                            "position_base is out of range; set it to a number from 1 to 1e9");
        return ATTENTION_INVALID;
    }
    return ATTENTION_OK;
}

enum attention_status attention_pass_bytes(const struct attention_config *config, size_t n,
                                           size_t *bytes, struct attention_error *error) {
    assert(config && bytes);
    *bytes = 0;
    const enum attention_status status = attention_config_check(config, error);
    if (status != ATTENTION_OK) return status;
    if (n < 1 || n > ATTENTION_MAX_TOKENS) {
        attention_error_add(error, "the text has ");
        attention_error_add_number(error, n);
        attention_error_add(error, " tokens; give it 1 to ");
        attention_error_add_number(error, ATTENTION_MAX_TOKENS);
        return ATTENTION_INVALID;
    }
    struct attention_layout layout;
    if (!attention_layout_plan(config, n, n, &layout)) {
        attention_error_add(error, "a pass over ");
        attention_error_add_number(error, n);
        attention_error_add(error, " tokens takes more memory than any machine can address; "
                                   "use a shorter text or a smaller model");
        return ATTENTION_TOO_LARGE;
    }
    *bytes = attention_layout_bytes(&layout);
    return ATTENTION_OK;
}

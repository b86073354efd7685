/* what_if_names.c: the names of the switches, and of the numbers that may be edited. */
#include "lesson/id_table.h"
#include "lesson/what_if.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Indexed by the enumerations of what_if.h. */
static const char *const similarity_ids[SIMILARITY_COUNT] = {"model", "dot", "cosine", "general",
                                                             "additive"};
static const char *const mask_ids[MASK_COUNT] = {"model",   "none",   "causal",
                                                 "padding", "window", "painted"};
static const char *const scaling_ids[SCALING_COUNT] = {"model", "on", "off"};
static const char *const position_ids[POSITION_COUNT] = {"model", "on", "off"};
static const char *const residual_ids[RESIDUAL_COUNT] = {"model", "on", "off"};
static const char *const norm_ids[NORM_COUNT] = {"model", "none", "post", "pre"};
static const char *const activation_ids[ACTIVATION_COUNT] = {"model", "relu", "gelu"};
static const char *const fault_ids[FAULT_COUNT] = {"none", "softmax-over-queries",
                                                   "mask-after-softmax"};

ID_TABLE(similarity, enum similarity_choice, similarity_ids)
ID_TABLE(mask, enum mask_choice, mask_ids)
ID_TABLE(scaling, enum scaling_choice, scaling_ids)
ID_TABLE(position, enum position_choice, position_ids)
ID_TABLE(residual, enum residual_choice, residual_ids)
ID_TABLE(norm, enum norm_choice, norm_ids)
ID_TABLE(activation, enum activation_choice, activation_ids)
ID_TABLE(fault, enum fault_choice, fault_ids)

void what_if_quantity_name(int tensor, int layer, char out[WHAT_IF_NAME_BYTES]) {
    if (attention_tensor_is_per_layer(tensor))
        snprintf(out, WHAT_IF_NAME_BYTES, "layers.%d.%s", layer, attention_tensor_name(tensor));
    else
        snprintf(out, WHAT_IF_NAME_BYTES, "%s", attention_tensor_name(tensor));
}

/* "layers.12." at the start of the name; *rest is what follows. Written in one way only: no sign,
 * no zeros in front. */
static bool read_layer(const char *name, int *layer, const char **rest) {
    static const char start[] = "layers.";
    if (strncmp(name, start, sizeof start - 1) != 0) return false;
    const char *digit = name + sizeof start - 1;
    int number = 0, digits = 0;
    for (; digit[digits] >= '0' && digit[digits] <= '9' && digits < 3; digits++)
        number = 10 * number + digit[digits] - '0';
    if (digits == 0 || (digits > 1 && digit[0] == '0') || digit[digits] != '.' ||
        number >= ATTENTION_MAX_LAYERS)
        return false;
    *layer = number;
    *rest = digit + digits + 1;
    return true;
}

bool what_if_quantity_from_name(const char *name, int *tensor, int *layer) {
    const char *rest = name;
    int number = 0;
    bool has_layer = read_layer(name, &number, &rest);
    for (int id = 0; id < ATTENTION_QUANTITY_COUNT; id++) {
        if (attention_tensor_is_per_layer(id) != has_layer ||
            strcmp(attention_tensor_name(id), rest) != 0)
            continue;
        *tensor = id;
        *layer = number;
        return what_if_is_editable(id);
    }
    return false;
}

bool what_if_is_editable(int tensor) {
    switch (tensor) {
    case ATTENTION_TENSOR_EMBEDDING:
    case ATTENTION_TENSOR_POSITION:
    case ATTENTION_TENSOR_CONTEXT_EMBEDDING:
    case ATTENTION_TENSOR_CONTEXT_POSITION:
    case ATTENTION_TENSOR_VALUES_EMBEDDING:
    case ATTENTION_TENSOR_VALUES_POSITION:
    case ATTENTION_TENSOR_SCORES:
        return true;
    default:
        return tensor >= ATTENTION_WEIGHT_POSITION && tensor < ATTENTION_QUANTITY_COUNT;
    }
}

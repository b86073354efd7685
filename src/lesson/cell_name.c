#include "lesson/cell_name.h"
#include "lesson/cell.h"
#include <string.h>

static const char *const own_ids[] = {
    [CELL_W_Q - ATTENTION_TENSOR_COUNT] = "W_Q",
    [CELL_W_K - ATTENTION_TENSOR_COUNT] = "W_K",
    [CELL_W_V - ATTENTION_TENSOR_COUNT] = "W_V",
    [CELL_W_O - ATTENTION_TENSOR_COUNT] = "W_O",
    [CELL_W_GENERAL - ATTENTION_TENSOR_COUNT] = "W_general",
    [CELL_W_ADDITIVE_Q - ATTENTION_TENSOR_COUNT] = "W_additive_q",
    [CELL_W_ADDITIVE_K - ATTENTION_TENSOR_COUNT] = "W_additive_k",
    [CELL_W_ADDITIVE - ATTENTION_TENSOR_COUNT] = "w_additive",
    [CELL_EXPONENTIALS - ATTENTION_TENSOR_COUNT] = "exponentials",
    [CELL_ROW_TOTAL - ATTENTION_TENSOR_COUNT] = "row_total",
    [CELL_TOKEN - ATTENTION_TENSOR_COUNT] = "token",
    [CELL_RNN - ATTENTION_TENSOR_COUNT] = "compare_rnn",
    [CELL_CNN - ATTENTION_TENSOR_COUNT] = "compare_cnn",
    [CELL_ATTENTION - ATTENTION_TENSOR_COUNT] = "compare_attention",
    [CELL_B_Q - ATTENTION_TENSOR_COUNT] = "b_Q",
    [CELL_B_K - ATTENTION_TENSOR_COUNT] = "b_K",
    [CELL_B_V - ATTENTION_TENSOR_COUNT] = "b_V",
    [CELL_B_O - ATTENTION_TENSOR_COUNT] = "b_O",
    [CELL_NORM1_WEIGHT - ATTENTION_TENSOR_COUNT] = "norm1_weight",
    [CELL_NORM1_BIAS - ATTENTION_TENSOR_COUNT] = "norm1_bias",
    [CELL_NORM2_WEIGHT - ATTENTION_TENSOR_COUNT] = "norm2_weight",
    [CELL_NORM2_BIAS - ATTENTION_TENSOR_COUNT] = "norm2_bias",
    [CELL_W_UP - ATTENTION_TENSOR_COUNT] = "W_up",
    [CELL_B_UP - ATTENTION_TENSOR_COUNT] = "b_up",
    [CELL_W_DOWN - ATTENTION_TENSOR_COUNT] = "W_down",
    [CELL_B_DOWN - ATTENTION_TENSOR_COUNT] = "b_down",
};
_Static_assert(sizeof own_ids / sizeof own_ids[0] == CELL_SOURCE_COUNT - ATTENTION_TENSOR_COUNT,
               "every source has a name in documents");

const char *cell_source_id(int source) {
    if (source < 0 || source >= CELL_SOURCE_COUNT) return NULL;
    if (source < ATTENTION_TENSOR_COUNT) return attention_tensor_name(source);
    return own_ids[source - ATTENTION_TENSOR_COUNT];
}

int cell_source_from_id(const char *id) {
    for (int i = 0; id != NULL && i < CELL_SOURCE_COUNT; i++) {
        if (strcmp(cell_source_id(i), id) == 0) return i;
    }
    return -1;
}

int cell_source_from_number(int64_t number) {
    /* The order of 0.1.0, which had no context, no values and no other F. */
    static const int numbered[] = {
        ATTENTION_TENSOR_EMBEDDING,
        ATTENTION_TENSOR_POSITION,
        ATTENTION_TENSOR_X,
        ATTENTION_TENSOR_Q,
        ATTENTION_TENSOR_K,
        ATTENTION_TENSOR_V,
        ATTENTION_TENSOR_SIMILARITY,
        ATTENTION_TENSOR_SCORES,
        ATTENTION_TENSOR_WEIGHTS,
        ATTENTION_TENSOR_HEAD_OUTPUT,
        ATTENTION_TENSOR_CONCAT,
        ATTENTION_TENSOR_ATTENTION_OUTPUT,
        ATTENTION_TENSOR_RESIDUAL1,
        ATTENTION_TENSOR_NORM1,
        ATTENTION_TENSOR_FFN_HIDDEN,
        ATTENTION_TENSOR_FFN_OUTPUT,
        ATTENTION_TENSOR_RESIDUAL2,
        ATTENTION_TENSOR_NORM2,
        ATTENTION_TENSOR_OUTPUT,
        CELL_W_Q,
        CELL_W_K,
        CELL_W_V,
        CELL_W_O,
        CELL_EXPONENTIALS,
        CELL_ROW_TOTAL,
        CELL_TOKEN,
    };
    if (number < 0 || (uint64_t)number >= sizeof numbered / sizeof numbered[0]) return -1;
    return numbered[number];
}

/* cell_address.c: from cells of the stage to numbers of the pass and back. */
#include "cell_address.h"

#include "attention/attention_explain.h"

#include <assert.h>

/* Each weight: its cells, its name in the pass, and the tensor that it makes. */
static const struct {
    int source;
    enum attention_weight_id id;
    enum attention_tensor_id result;
} weights[] = {
    {CELL_W_Q, ATTENTION_WEIGHT_Q, ATTENTION_TENSOR_Q},
    {CELL_W_K, ATTENTION_WEIGHT_K, ATTENTION_TENSOR_K},
    {CELL_W_V, ATTENTION_WEIGHT_V, ATTENTION_TENSOR_V},
    {CELL_W_O, ATTENTION_WEIGHT_O, ATTENTION_TENSOR_ATTENTION_OUTPUT},
    {CELL_W_GENERAL, ATTENTION_WEIGHT_GENERAL, ATTENTION_TENSOR_SIMILARITY_QUERY},
    {CELL_W_ADDITIVE_Q, ATTENTION_WEIGHT_ADDITIVE_Q, ATTENTION_TENSOR_SIMILARITY_QUERY},
    {CELL_W_ADDITIVE_K, ATTENTION_WEIGHT_ADDITIVE_K, ATTENTION_TENSOR_SIMILARITY_KEY},
    {CELL_W_ADDITIVE, ATTENTION_WEIGHT_ADDITIVE_W, ATTENTION_TENSOR_SIMILARITY},
    {CELL_B_Q, ATTENTION_WEIGHT_Q_BIAS, ATTENTION_TENSOR_Q},
    {CELL_B_K, ATTENTION_WEIGHT_K_BIAS, ATTENTION_TENSOR_K},
    {CELL_B_V, ATTENTION_WEIGHT_V_BIAS, ATTENTION_TENSOR_V},
    {CELL_B_O, ATTENTION_WEIGHT_O_BIAS, ATTENTION_TENSOR_ATTENTION_OUTPUT},
    {CELL_NORM1_WEIGHT, ATTENTION_WEIGHT_NORM1, ATTENTION_TENSOR_NORM1},
    {CELL_NORM1_BIAS, ATTENTION_WEIGHT_NORM1_BIAS, ATTENTION_TENSOR_NORM1},
    {CELL_NORM2_WEIGHT, ATTENTION_WEIGHT_NORM2, ATTENTION_TENSOR_NORM2},
    {CELL_NORM2_BIAS, ATTENTION_WEIGHT_NORM2_BIAS, ATTENTION_TENSOR_NORM2},
    {CELL_W_UP, ATTENTION_WEIGHT_UP, ATTENTION_TENSOR_FFN_HIDDEN},
    {CELL_B_UP, ATTENTION_WEIGHT_UP_BIAS, ATTENTION_TENSOR_FFN_HIDDEN},
    {CELL_W_DOWN, ATTENTION_WEIGHT_DOWN, ATTENTION_TENSOR_FFN_OUTPUT},
    {CELL_B_DOWN, ATTENTION_WEIGHT_DOWN_BIAS, ATTENTION_TENSOR_FFN_OUTPUT},
};
enum { WEIGHTS = sizeof weights / sizeof weights[0] };

/* The row of the table. */
static int row_of(int source) {
    int i = 0;
    assert(cell_is_weight(source));
    while (weights[i].source != source) {
        i++;
    }
    return i;
}

enum attention_weight_id cell_weight_id(int source) {
    return weights[row_of(source)].id;
}

int cell_weight_source(int id) {
    for (int i = 0; i < WEIGHTS; i++) {
        if ((int)weights[i].id == id) {
            return weights[i].source;
        }
    }
    return -1;
}

bool cell_address(const struct study *study, const struct document_cell *cell, int *tensor,
                  int *layer, size_t *index) {
    if (!cell_exists(study, cell) ||
        (cell->source >= ATTENTION_TENSOR_COUNT && !cell_is_weight(cell->source))) {
        return false;
    }
    struct cell_matrix m = cell_matrix_of(study, cell->source, cell->head, NULL);
    bool is_weight = cell_is_weight(cell->source);
    *tensor = is_weight ? (int)cell_weight_id(cell->source) : cell->source;
    *layer = attention_tensor_is_per_layer(*tensor) ? study->document.layer : 0;
    if (*tensor == ATTENTION_TENSOR_X && study->document.layer > 0) {
        *tensor = ATTENTION_TENSOR_OUTPUT;
        *layer = study->document.layer - 1;
    }
    size_t head = cell_source_is_per_head(cell->source) ? (size_t)cell->head : 0;
    *index = (head * m.rows + (size_t)cell->row) * m.columns + (size_t)cell->column;
    return true;
}

struct document_cell cell_at_address(const struct study *study, int tensor, int layer,
                                     size_t index) {
    const struct document_cell none = {-1, 0, 0, 0};
    int own_layer = study->document.layer;
    int source = tensor < ATTENTION_TENSOR_COUNT ? tensor : cell_weight_source(tensor);
    if (tensor < 0 || source < 0) {
        return none;
    }
    if (tensor == ATTENTION_TENSOR_OUTPUT && layer == own_layer - 1) {
        source = ATTENTION_TENSOR_X;
    } else if (tensor == ATTENTION_TENSOR_X && own_layer > 0) {
        return none; /* X stands for another matrix here */
    } else if (attention_tensor_is_per_layer(tensor) && layer != own_layer) {
        return none;
    }
    struct cell_matrix m = cell_matrix_of(study, source, 0, NULL);
    if (m.rows * m.columns == 0) {
        return none;
    }
    size_t numbers = m.rows * m.columns;
    struct document_cell cell = {source, (int)(index / numbers), (int)(index % numbers / m.columns),
                                 (int)(index % m.columns)};
    return cell_exists(study, &cell) && (cell.head == 0 || cell_source_is_per_head(source)) ? cell
                                                                                            : none;
}

int cell_inputs(const struct study *study, int source, int inputs[2]) {
    enum attention_tensor_id sources[2];
    bool is_from_before = source == ATTENTION_TENSOR_X && study->document.layer > 0;
    if (source < 0 || source >= ATTENTION_TENSOR_COUNT || !study->trace || is_from_before) {
        return 0;
    }
    int count = attention_trace_sources(study->trace, (enum attention_tensor_id)source, sources);
    for (int i = 0; i < count; i++) {
        inputs[i] = (int)sources[i];
    }
    return count;
}

int cell_weights(const struct study *study, int source, int found[2]) {
    int count = 0;
    for (int i = 0; i < WEIGHTS; i++) {
        bool is_there = (int)weights[i].result == source &&
                        cell_matrix_of(study, weights[i].source, 0, NULL).rows > 0;
        if (is_there && count < 2) {
            found[count++] = weights[i].source;
        }
    }
    return count;
}

int cell_weight_result(int weight) {
    return (int)weights[row_of(weight)].result;
}

/* cell_edit.c: which numbers of the screen can be replaced, and what stood there. */
#include "cell_edit.h"

#include "cell_address.h"
#include "files/memory.h"
#include "selection.h"

#include <math.h>
#include <stdlib.h>

bool cell_edit_of(const struct study *study, const struct document_cell *cell,
                  struct attention_edit *edit) {
    int tensor, layer;
    size_t index;
    float value = 0;
    if (!cell_address(study, cell, &tensor, &layer, &index) || !what_if_is_editable(tensor) ||
        !cell_value(study, cell, &value)) {
        return false;
    }
    *edit = (struct attention_edit){.tensor = tensor, .layer = layer, .index = index, .value = 0};
    bool is_possible = study_edit_fits(study, edit);
    edit->value = value;
    return is_possible;
}

bool cell_edit_selected(const struct study *study, struct document_cell *cell,
                        struct attention_edit *edit) {
    const struct document_cell *asked = &study->document.cell;
    if (asked->source < 0) {
        return false;
    }
    *cell = selection_of(study);
    bool is_asked = cell->source == asked->source && cell->row == asked->row &&
                    cell->column == asked->column &&
                    (cell->head == asked->head || !cell_source_is_per_head(cell->source));
    return is_asked && selection_is_shown(study, cell) && cell_edit_of(study, cell, edit);
}

bool cell_is_edited(const struct study *study, const struct document_cell *cell) {
    int tensor, layer;
    size_t index;
    return study->document.what_if.edit_count > 0 &&
           cell_address(study, cell, &tensor, &layer, &index) && what_if_is_editable(tensor) &&
           attention_trace_is_edited(study->trace, tensor, layer, index);
}

/* The position of place `row`, number `column`. */
static bool position_value(const struct study *study, size_t row, size_t column, float *value) {
    const struct attention_weights *weights = &study->model.weights;
    size_t d = (size_t)weights->config.d_model;
    if (weights->config.position == ATTENTION_POSITION_LEARNED) {
        *value = weights->position_weight[row * d + column];
        return true;
    }
    float *rows = file_allocate((row + 1) * d, sizeof *rows);
    if (!rows) {
        return false;
    }
    attention_sinusoids(row + 1, d, weights->config.position_base, rows);
    *value = rows[row * d + column];
    free(rows);
    return true;
}

static float score_value(const struct study *study, const struct document_cell *cell) {
    struct cell_matrix s = cell_matrix_of(study, ATTENTION_TENSOR_SIMILARITY, cell->head, NULL);
    size_t row = (size_t)cell->row, column = (size_t)cell->column;
    float divisor = attention_trace_divisor(study->trace);
    struct what_if mask = study->document.what_if;
    mask.mask = study_mask(study);
    if (study_is_masked_before(study) && !what_if_allows(&mask, row, column, study_keys(study)) &&
        !cell_is_before_mask(study, cell)) {
        return -INFINITY;
    }
    return s.values[row * s.columns + column] / (divisor != 0 ? divisor : 1);
}

/* Every weight as the model has it; NULL: it goes without. */
static const float *own_numbers(const struct attention_layer_weights *own,
                                enum attention_weight_id id) {
    switch (id) {
#define X(NAME, member, file, shape)                                                               \
    case ATTENTION_WEIGHT_##NAME:                                                                  \
        return own->member;
        ATTENTION_LAYER_WEIGHTS(X)
#undef X
    default:
        return NULL;
    }
}

/* The model's own. Where it has none: the identity of what an F lacks, and of its w and of the
 * norms' gains ones; biases are 0. */
static float weight_value(const struct study *study, const struct document_cell *cell,
                          const struct attention_edit *edit) {
    const struct attention_layer_weights *own = &study->model.weights.layers[edit->layer];
    const float *numbers = own_numbers(own, cell_weight_id(cell->source));
    if (numbers) {
        return numbers[edit->index];
    }
    switch (cell->source) {
    case CELL_W_GENERAL:
    case CELL_W_ADDITIVE_Q:
    case CELL_W_ADDITIVE_K:
        return cell->row == cell->column ? 1 : 0;
    case CELL_W_ADDITIVE:
    case CELL_NORM1_WEIGHT:
    case CELL_NORM2_WEIGHT:
        return 1;
    default:
        return 0;
    }
}

bool cell_unedited_value(const struct study *study, const struct document_cell *cell,
                         float *value) {
    struct attention_edit edit;
    size_t d = (size_t)study->model.weights.config.d_model;
    size_t row = (size_t)cell->row, column = (size_t)cell->column, at = row * d + column;
    if (!cell_edit_of(study, cell, &edit)) {
        return false;
    }
    switch (cell->source) {
    case ATTENTION_TENSOR_EMBEDDING:
        *value = study->rows[at];
        return true;
    case ATTENTION_TENSOR_CONTEXT_EMBEDDING:
        *value = study->context.rows[at];
        return true;
    case ATTENTION_TENSOR_VALUES_EMBEDDING:
        *value = study->values.rows[at];
        return true;
    case ATTENTION_TENSOR_POSITION:
    case ATTENTION_TENSOR_CONTEXT_POSITION:
    case ATTENTION_TENSOR_VALUES_POSITION:
        return position_value(study, row, column, value);
    case ATTENTION_TENSOR_SCORES:
        *value = score_value(study, cell);
        return true;
    default:
        break;
    }
    *value = weight_value(study, cell, &edit);
    return true;
}

bool cell_edit_put(const struct study *study, struct what_if *wanted,
                   const struct attention_edit *edit) {
    struct document_cell cell = cell_at_address(study, edit->tensor, edit->layer, edit->index);
    float own = 0;
    bool is_own = cell.source >= 0 && cell_unedited_value(study, &cell, &own) &&
                  own == edit->value && signbit(own) == signbit(edit->value);
    if (!is_own) return what_if_edit(wanted, edit);
    what_if_unedit(wanted, edit->tensor, edit->layer, edit->index);
    return true;
}

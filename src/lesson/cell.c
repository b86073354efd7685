/* cell.c: addresses of numbers and where their values are. */
#include "cell.h"

#include "steps.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static const struct {
    const char *symbol;
    enum cell_role role;
    bool is_per_head, rows_are_tokens, columns_are_keys;
} sources[CELL_SOURCE_COUNT] = {
    [ATTENTION_TENSOR_EMBEDDING] = {"E", CELL_ROLE_PLAIN, false, true, false},
    [ATTENTION_TENSOR_POSITION] = {"P", CELL_ROLE_PLAIN, false, true, false},
    [ATTENTION_TENSOR_X] = {"X", CELL_ROLE_PLAIN, false, true, false},
    [ATTENTION_TENSOR_Q] = {"Q", CELL_ROLE_QUERY, true, true, false},
    [ATTENTION_TENSOR_K] = {"K", CELL_ROLE_KEY, true, true, false},
    [ATTENTION_TENSOR_V] = {"V", CELL_ROLE_VALUE, true, true, false},
    [ATTENTION_TENSOR_SIMILARITY] = {"S", CELL_ROLE_SCORE, true, true, true},
    [ATTENTION_TENSOR_SCORES] = {"Z", CELL_ROLE_SCORE, true, true, true},
    [ATTENTION_TENSOR_WEIGHTS] = {"A", CELL_ROLE_WEIGHT, true, true, true},
    [ATTENTION_TENSOR_HEAD_OUTPUT] = {"O", CELL_ROLE_OUTPUT, true, true, false},
    [ATTENTION_TENSOR_CONCAT] = {"concat", CELL_ROLE_OUTPUT, false, true, false},
    [ATTENTION_TENSOR_ATTENTION_OUTPUT] = {"Y", CELL_ROLE_OUTPUT, false, true, false},
    [ATTENTION_TENSOR_RESIDUAL1] = {"R\u2081", CELL_ROLE_PLAIN, false, true, false},
    [ATTENTION_TENSOR_NORM1] = {"N\u2081", CELL_ROLE_PLAIN, false, true, false},
    [ATTENTION_TENSOR_FFN_HIDDEN] = {"H", CELL_ROLE_PLAIN, false, true, false},
    [ATTENTION_TENSOR_FFN_OUTPUT] = {"F", CELL_ROLE_PLAIN, false, true, false},
    [ATTENTION_TENSOR_RESIDUAL2] = {"R\u2082", CELL_ROLE_PLAIN, false, true, false},
    [ATTENTION_TENSOR_NORM2] = {"N\u2082", CELL_ROLE_PLAIN, false, true, false},
    [ATTENTION_TENSOR_OUTPUT] = {"out", CELL_ROLE_PLAIN, false, true, false},
    [CELL_W_Q] = {"W_Q", CELL_ROLE_QUERY, true, false, false},
    [CELL_W_K] = {"W_K", CELL_ROLE_KEY, true, false, false},
    [CELL_W_V] = {"W_V", CELL_ROLE_VALUE, true, false, false},
    [CELL_W_O] = {"W_O", CELL_ROLE_OUTPUT, false, false, false},
    [CELL_EXPONENTIALS] = {"e^z", CELL_ROLE_WEIGHT, true, true, true},
    [CELL_ROW_TOTAL] = {"\u03a3", CELL_ROLE_WEIGHT, true, true, false},
    [CELL_TOKEN] = {"", CELL_ROLE_PLAIN, false, true, false},
};

bool cell_source_is_per_head(int source) {
    return source >= 0 && source < CELL_SOURCE_COUNT && sources[source].is_per_head;
}

bool cell_rows_are_tokens(int source) {
    return source >= 0 && source < CELL_SOURCE_COUNT && sources[source].rows_are_tokens;
}

bool cell_columns_are_keys(int source) {
    return source >= 0 && source < CELL_SOURCE_COUNT && sources[source].columns_are_keys;
}

const char *cell_symbol(int source) {
    assert(source >= 0 && source < CELL_SOURCE_COUNT);
    return sources[source].symbol;
}

enum cell_role cell_role_of(int source) {
    return source >= 0 && source < CELL_SOURCE_COUNT ? sources[source].role : CELL_ROLE_PLAIN;
}

enum { GRID_HEAD_SHIFT = 8, GRID_TRANSPOSED = 1 << 20 };

int32_t cell_grid_id(int source, int head) {
    return source | head << GRID_HEAD_SHIFT;
}

int32_t cell_grid_id_transposed(int source, int head) {
    return cell_grid_id(source, head) | GRID_TRANSPOSED;
}

void cell_from_grid_id(int32_t id, struct document_cell *cell) {
    cell->source = id & 255;
    cell->head = (id & (GRID_TRANSPOSED - 1)) >> GRID_HEAD_SHIFT;
}

struct document_cell cell_from_grid(int32_t id, int grid_row, int grid_column) {
    bool is_transposed = (id & GRID_TRANSPOSED) != 0;
    struct document_cell cell = {0, 0, is_transposed ? grid_column : grid_row,
                                 is_transposed ? grid_row : grid_column};
    cell_from_grid_id(id, &cell);
    return cell;
}

bool cell_in_grid(int32_t id, const struct document_cell *cell, int *grid_row, int *grid_column) {
    struct document_cell own = cell_from_grid(id, 0, 0);
    bool is_transposed = (id & GRID_TRANSPOSED) != 0;
    *grid_row = is_transposed ? cell->column : cell->row;
    *grid_column = is_transposed ? cell->row : cell->column;
    return own.source == cell->source && own.head == cell->head;
}

size_t cell_scratch_floats(const struct study *study, int source) {
    size_t n = study_tokens(study);
    return source == CELL_EXPONENTIALS ? n * n + n : source == CELL_ROW_TOTAL ? 2 * n : 0;
}

static struct cell_matrix tensor_matrix(const struct study *study, int source, int head) {
    struct attention_tensor t =
        source == ATTENTION_TENSOR_X
            ? attention_trace_layer_input(study->trace, study->document.layer)
            : study_tensor(study, (enum attention_tensor_id)source);
    if (!t.data) {
        return (struct cell_matrix){0};
    }
    if (t.dims == 2) {
        return (struct cell_matrix){t.data, t.shape[0], t.shape[1]};
    }
    if (head < 0 || (size_t)head >= t.shape[0]) {
        return (struct cell_matrix){0};
    }
    return (struct cell_matrix){t.data + (size_t)head * t.shape[1] * t.shape[2], t.shape[1],
                                t.shape[2]};
}

/* W_Q, W_K, W_V of one head are its rows of the stacked matrix [h·d_k, d]. */
static struct cell_matrix weight_matrix(const struct study *study, int source, int head) {
    const struct attention_weights *weights = &study->model.weights;
    const struct attention_config *c = &weights->config;
    if (!weights->layers || study->document.layer >= c->layers || head < 0 || head >= c->heads) {
        return (struct cell_matrix){0};
    }
    const struct attention_layer_weights *layer = &weights->layers[study->document.layer];
    size_t d = (size_t)c->d_model, d_k = (size_t)c->d_k, d_v = (size_t)c->d_v, h = (size_t)head;
    switch (source) {
    case CELL_W_Q:
        return (struct cell_matrix){layer->q_weight + h * d_k * d, d_k, d};
    case CELL_W_K:
        return (struct cell_matrix){layer->k_weight + h * d_k * d, d_k, d};
    case CELL_W_V:
        return (struct cell_matrix){layer->v_weight + h * d_v * d, d_v, d};
    default:
        return (struct cell_matrix){layer->o_weight, d, (size_t)c->heads * d_v};
    }
}

struct cell_matrix cell_matrix_of(const struct study *study, int source, int head, float *scratch) {
    size_t n = study_tokens(study);
    if (source < 0 || source >= CELL_SOURCE_COUNT || n == 0) {
        return (struct cell_matrix){0};
    }
    if (source < ATTENTION_TENSOR_COUNT) {
        return tensor_matrix(study, source, head);
    }
    if (source == CELL_TOKEN) {
        return (struct cell_matrix){NULL, n, 1};
    }
    if (source != CELL_EXPONENTIALS && source != CELL_ROW_TOTAL) {
        return weight_matrix(study, source, head);
    }
    struct cell_matrix scores = tensor_matrix(study, ATTENTION_TENSOR_SCORES, head);
    if (!scores.values || !scratch) {
        return (struct cell_matrix){0};
    }
    bool is_total = source == CELL_ROW_TOTAL;
    for (size_t i = 0; i < n; i++) {
        float maximum, total;
        float *row = is_total ? scratch + n : scratch + i * scores.columns;
        attention_softmax_exponentials(scores.values + i * scores.columns, scores.columns, row,
                                       &maximum, &total);
        if (is_total) {
            scratch[i] = total;
        }
    }
    return (struct cell_matrix){scratch, n, is_total ? 1 : scores.columns};
}

bool cell_exists(const struct study *study, const struct document_cell *cell) {
    size_t n = study_tokens(study), rows, columns;
    if (cell->source < 0 || cell->source >= CELL_SOURCE_COUNT || n == 0) {
        return false;
    }
    if (cell->source == CELL_EXPONENTIALS || cell->source == CELL_ROW_TOTAL) {
        rows = n;
        columns = cell->source == CELL_ROW_TOTAL ? 1 : n;
        if (cell->head < 0 || cell->head >= study->model.weights.config.heads) {
            return false;
        }
    } else {
        struct cell_matrix m = cell_matrix_of(study, cell->source, cell->head, NULL);
        rows = m.rows;
        columns = m.columns;
    }
    return cell->row >= 0 && cell->column >= 0 && (size_t)cell->row < rows &&
           (size_t)cell->column < columns;
}

/* In the step `scale` the mask comes after the division: until its beat a masked score is a
 * quotient like the others, and stands on the screen as one. */
static bool is_before_mask(const struct study *study, const struct document_cell *cell) {
    return cell->source == ATTENTION_TENSOR_SCORES && study->document.step == STEP_SCALE &&
           study->document.view == VIEW_MATRICES && steps_reveal(study).phase == PHASE_SCALE_DIVIDE;
}

bool cell_value(const struct study *study, const struct document_cell *cell, float *value) {
    if (!cell_exists(study, cell) || cell->source == CELL_TOKEN) {
        return false;
    }
    size_t row = (size_t)cell->row, column = (size_t)cell->column;
    if (cell->source != CELL_EXPONENTIALS && cell->source != CELL_ROW_TOTAL) {
        struct cell_matrix m = cell_matrix_of(study, cell->source, cell->head, NULL);
        *value = m.values[row * m.columns + column];
        float divisor = attention_trace_divisor(study->trace);
        if (isinf(*value) && divisor > 0 && is_before_mask(study, cell)) {
            struct cell_matrix s = tensor_matrix(study, ATTENTION_TENSOR_SIMILARITY, cell->head);
            *value = s.values[row * s.columns + column] / divisor;
        }
        return true;
    }
    struct cell_matrix scores = tensor_matrix(study, ATTENTION_TENSOR_SCORES, cell->head);
    float *exponentials = malloc(scores.columns * sizeof *exponentials);
    if (!exponentials) {
        return false;
    }
    float maximum, total;
    attention_softmax_exponentials(scores.values + row * scores.columns, scores.columns,
                                   exponentials, &maximum, &total);
    *value = cell->source == CELL_ROW_TOTAL ? total : exponentials[column];
    free(exponentials);
    return true;
}

/* cell.c: addresses of numbers and where their values are. */
#include "cell.h"

#include "cell_address.h"
#include "comparison.h"
#include "steps.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Columns of the table: symbol, role, one matrix per head?, whose tokens rows and columns are. */
static const struct {
    const char *symbol;
    enum cell_role role;
    bool is_per_head;
    enum cell_tokens rows, columns;
} sources[CELL_SOURCE_COUNT] = {
    [ATTENTION_TENSOR_EMBEDDING] = {"E", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_POSITION] = {"P", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_X] = {"X", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_CONTEXT_EMBEDDING] = {"E_K", CELL_ROLE_KEY, false, CELL_TOKENS_KEYS, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_CONTEXT_POSITION] = {"P_K", CELL_ROLE_KEY, false, CELL_TOKENS_KEYS, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_CONTEXT_X] = {"X_K", CELL_ROLE_KEY, false, CELL_TOKENS_KEYS, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_VALUES_EMBEDDING] = {"E_V", CELL_ROLE_VALUE, false, CELL_TOKENS_VALUES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_VALUES_POSITION] = {"P_V", CELL_ROLE_VALUE, false, CELL_TOKENS_VALUES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_VALUES_X] = {"X_V", CELL_ROLE_VALUE, false, CELL_TOKENS_VALUES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_Q] = {"Q", CELL_ROLE_QUERY, true, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_K] = {"K", CELL_ROLE_KEY, true, CELL_TOKENS_KEYS, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_V] = {"V", CELL_ROLE_VALUE, true, CELL_TOKENS_VALUES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_SIMILARITY_QUERY] = {"Q\u2032", CELL_ROLE_QUERY, true, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_SIMILARITY_KEY] = {"K\u2032", CELL_ROLE_KEY, true, CELL_TOKENS_KEYS, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_SIMILARITY] = {"S", CELL_ROLE_SCORE, true, CELL_TOKENS_QUERIES, CELL_TOKENS_KEYS},
    [ATTENTION_TENSOR_SCORES] = {"Z", CELL_ROLE_SCORE, true, CELL_TOKENS_QUERIES, CELL_TOKENS_KEYS},
    [ATTENTION_TENSOR_WEIGHTS] = {"A", CELL_ROLE_WEIGHT, true, CELL_TOKENS_QUERIES, CELL_TOKENS_KEYS},
    [ATTENTION_TENSOR_HEAD_OUTPUT] = {"O", CELL_ROLE_OUTPUT, true, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_CONCAT] = {"concat", CELL_ROLE_OUTPUT, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_ATTENTION_OUTPUT] = {"Y", CELL_ROLE_OUTPUT, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_RESIDUAL1] = {"R\u2081", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_NORM1] = {"N\u2081", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_FFN_HIDDEN] = {"H", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_FFN_OUTPUT] = {"F", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_RESIDUAL2] = {"R\u2082", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_NORM2] = {"N\u2082", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [ATTENTION_TENSOR_OUTPUT] = {"out", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [CELL_W_Q] = {"W_Q", CELL_ROLE_QUERY, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_W_K] = {"W_K", CELL_ROLE_KEY, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_W_V] = {"W_V", CELL_ROLE_VALUE, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_W_O] = {"W_O", CELL_ROLE_OUTPUT, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_W_GENERAL] = {"W", CELL_ROLE_PLAIN, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_W_ADDITIVE_Q] = {"W_q", CELL_ROLE_QUERY, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_W_ADDITIVE_K] = {"W_k", CELL_ROLE_KEY, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_W_ADDITIVE] = {"w", CELL_ROLE_PLAIN, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_EXPONENTIALS] = {"e^z", CELL_ROLE_WEIGHT, true, CELL_TOKENS_QUERIES, CELL_TOKENS_KEYS},
    [CELL_ROW_TOTAL] = {"\u03a3", CELL_ROLE_WEIGHT, true, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [CELL_TOKEN] = {"", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_NONE},
    [CELL_RNN] = {"RNN", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_QUERIES},
    [CELL_CNN] = {"CNN", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_QUERIES},
    [CELL_ATTENTION] = {"Y", CELL_ROLE_PLAIN, false, CELL_TOKENS_QUERIES, CELL_TOKENS_KEYS},
    [CELL_B_Q] = {"b_Q", CELL_ROLE_QUERY, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_B_K] = {"b_K", CELL_ROLE_KEY, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_B_V] = {"b_V", CELL_ROLE_VALUE, true, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_B_O] = {"b_O", CELL_ROLE_OUTPUT, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_NORM1_WEIGHT] = {"\u03b3\u2081", CELL_ROLE_PLAIN, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_NORM1_BIAS] = {"\u03b2\u2081", CELL_ROLE_PLAIN, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_NORM2_WEIGHT] = {"\u03b3\u2082", CELL_ROLE_PLAIN, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_NORM2_BIAS] = {"\u03b2\u2082", CELL_ROLE_PLAIN, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_W_UP] = {"W\u2081", CELL_ROLE_PLAIN, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_B_UP] = {"b\u2081", CELL_ROLE_PLAIN, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_W_DOWN] = {"W\u2082", CELL_ROLE_PLAIN, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
    [CELL_B_DOWN] = {"b\u2082", CELL_ROLE_PLAIN, false, CELL_TOKENS_NONE, CELL_TOKENS_NONE},
};

bool cell_source_is_per_head(int source) {
    return source >= 0 && source < CELL_SOURCE_COUNT && sources[source].is_per_head;
}

enum cell_tokens cell_row_tokens(int source) {
    return source >= 0 && source < CELL_SOURCE_COUNT ? sources[source].rows : CELL_TOKENS_NONE;
}

bool cell_rows_are_tokens(int source) {
    return cell_row_tokens(source) != CELL_TOKENS_NONE;
}

enum cell_tokens cell_column_tokens(int source) {
    return source >= 0 && source < CELL_SOURCE_COUNT ? sources[source].columns : CELL_TOKENS_NONE;
}

bool cell_columns_are_keys(int source) {
    return cell_column_tokens(source) == CELL_TOKENS_KEYS;
}

bool cell_is_compared(int source) {
    return source >= CELL_RNN && source <= CELL_ATTENTION;
}

bool cell_is_of_mask(int source) {
    return source >= 0 && cell_columns_are_keys(source) && !cell_is_compared(source);
}

bool cell_is_weight(int source) {
    return (source >= CELL_W_Q && source <= CELL_W_ADDITIVE) ||
           (source >= CELL_B_Q && source <= CELL_B_DOWN);
}

static enum compared compared_of(int source) {
    assert(cell_is_compared(source));
    return (enum compared)(COMPARED_RNN + source - CELL_RNN);
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
    size_t n = study_tokens(study), m = study_keys(study);
    size_t work = study->document.what_if.fault == FAULT_SOFTMAX_OVER_QUERIES ? 2 * n : 0;
    return source == CELL_EXPONENTIALS ? n * m + work : source == CELL_ROW_TOTAL ? n + m : 0;
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

/* One head's part of a weight, as the pass used it (edits included): its rows of the stacked W_Q,
 * W_K and W_V, its numbers of their biases, its own matrix or vector of the weights of F; all of the
 * others. A vector is one row. */
static struct cell_matrix weight_matrix(const struct study *study, int source, int head) {
    struct attention_tensor t = attention_trace_weight(
        study->trace, &study->model.weights, cell_weight_id(source), study->document.layer);
    int heads = study->model.weights.config.heads;
    if (!t.data || head < 0 || head >= heads) {
        return (struct cell_matrix){0};
    }
    size_t numbers = 1;
    for (int i = 0; i < t.dims; i++) {
        numbers *= t.shape[i];
    }
    numbers /= cell_source_is_per_head(source) ? (size_t)heads : 1;
    head = cell_source_is_per_head(source) ? head : 0;
    size_t columns = t.dims == 1 ? numbers : t.shape[t.dims - 1];
    return (struct cell_matrix){t.data + (size_t)head * numbers, numbers / columns, columns};
}

/* The row of exponentials out [m], and their sum. With τ = 0 the largest scores are 1 and the
 * others 0: what e^((z − max) / τ) tends to; the weights are their shares of the sum, as in the
 * pass. */
static float exponentials(const struct study *study, const float *scores, size_t m, float *out) {
    float maximum, total;
    attention_softmax_exponentials(scores, m, out, &maximum, &total);
    if (attention_trace_divisor(study->trace) != 0) {
        return total;
    }
    total = 0;
    for (size_t j = 0; j < m; j++) {
        out[j] = scores[j] == maximum && maximum != -INFINITY ? 1 : 0;
        total += out[j];
    }
    return total;
}

static bool is_over_queries(const struct study *study) {
    return study->document.what_if.fault == FAULT_SOFTMAX_OVER_QUERIES;
}

/* As along rows, down column j of scores [n, m] into out, at `step` numbers each; work [2 n]. */
static void column_exponentials(const struct study *study, const struct cell_matrix *scores,
                                size_t j, float *work, float *out, size_t step) {
    size_t n = scores->rows;
    for (size_t i = 0; i < n; i++) {
        work[i] = scores->values[i * scores->columns + j];
    }
    exponentials(study, work, n, work + n);
    for (size_t i = 0; i < n; i++) {
        out[i * step] = work[n + i];
    }
}

static struct cell_matrix compared_matrix(const struct study *study, int source) {
    size_t columns = 0;
    const float *values = study->document.view == VIEW_COMPARE
                              ? comparison_shown(study, compared_of(source), &columns)
                              : NULL;
    return values ? (struct cell_matrix){values, study_tokens(study), columns}
                  : (struct cell_matrix){0};
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
    if (cell_is_weight(source)) {
        return weight_matrix(study, source, head);
    }
    if (cell_is_compared(source)) {
        return compared_matrix(study, source);
    }
    struct cell_matrix scores = tensor_matrix(study, ATTENTION_TENSOR_SCORES, head);
    if (!scores.values || !scratch) {
        return (struct cell_matrix){0};
    }
    bool is_total = source == CELL_ROW_TOTAL;
    if (is_over_queries(study)) {
        size_t m = scores.columns;
        for (size_t j = 0; j < m && !is_total; j++) {
            column_exponentials(study, &scores, j, scratch + n * m, scratch + j, m);
        }
        return is_total ? (struct cell_matrix){0} : (struct cell_matrix){scratch, n, m};
    }
    for (size_t i = 0; i < n; i++) {
        float *row = is_total ? scratch + n : scratch + i * scores.columns;
        float total = exponentials(study, scores.values + i * scores.columns, scores.columns, row);
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
        columns = cell->source == CELL_ROW_TOTAL ? 1 : study_keys(study);
        bool is_absent = cell->source == CELL_ROW_TOTAL && is_over_queries(study);
        if (is_absent || cell->head < 0 || cell->head >= study->model.weights.config.heads) {
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
 * quotient like the others, and stands on the screen as one. A score that the reader masked is −∞
 * from the first. */
bool cell_is_before_mask(const struct study *study, const struct document_cell *cell) {
    int tensor, layer;
    size_t index;
    return cell->source == ATTENTION_TENSOR_SCORES && study->document.step == STEP_SCALE &&
           view_follows_beats(study->document.view) &&
           steps_reveal(study).phase == PHASE_SCALE_DIVIDE &&
           cell_address(study, cell, &tensor, &layer, &index) &&
           !attention_trace_is_edited(study->trace, tensor, layer, index);
}

bool cell_value(const struct study *study, const struct document_cell *cell, float *value) {
    if (!cell_exists(study, cell) || cell->source == CELL_TOKEN) {
        return false;
    }
    size_t row = (size_t)cell->row, column = (size_t)cell->column;
    if (cell->source != CELL_EXPONENTIALS && cell->source != CELL_ROW_TOTAL) {
        struct cell_matrix m = cell_matrix_of(study, cell->source, cell->head, NULL);
        *value = m.values[row * m.columns + column];
        if (isinf(*value) && cell_is_before_mask(study, cell)) {
            float divisor = attention_trace_divisor(study->trace);
            struct cell_matrix s = tensor_matrix(study, ATTENTION_TENSOR_SIMILARITY, cell->head);
            *value = s.values[row * s.columns + column] / (divisor != 0 ? divisor : 1);
        }
        return true;
    }
    struct cell_matrix scores = tensor_matrix(study, ATTENTION_TENSOR_SCORES, cell->head);
    float *row_of_e = malloc((scores.columns + 3 * scores.rows) * sizeof *row_of_e);
    if (!row_of_e) {
        return false;
    }
    if (is_over_queries(study)) {
        float *column_of_e = row_of_e + 2 * scores.rows;
        column_exponentials(study, &scores, column, row_of_e, column_of_e, 1);
        *value = column_of_e[row];
        free(row_of_e);
        return true;
    }
    float total =
        exponentials(study, scores.values + row * scores.columns, scores.columns, row_of_e);
    *value = cell->source == CELL_ROW_TOTAL ? total : row_of_e[column];
    free(row_of_e);
    return true;
}

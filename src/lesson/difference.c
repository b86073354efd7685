/* difference.c: the numbers of before in the places of those of now. */
#include "difference.h"

#include "cell_address.h"

#include <math.h>
#include <stdlib.h>

enum difference_state difference_state_of(const struct study *study) {
    const struct study_baseline *baseline = &study->baseline;
    if (baseline->is_missing) {
        return DIFFERENCE_NO_MEMORY;
    }
    bool is_there = baseline->trace && study_tokens(study) > 0 &&
                    attention_trace_tokens(baseline->trace) == study_tokens(study);
    return is_there ? DIFFERENCE_THERE : DIFFERENCE_PLAIN;
}

bool difference_is_shown(const struct study *study) {
    const struct document *document = &study->document;
    return document->shows_difference && view_shows_differences(document->view) &&
           difference_state_of(study) == DIFFERENCE_THERE;
}

bool difference_is_by_word(const struct study *study) {
    return study->baseline.places != NULL;
}

float difference_between(float now, float before) {
    return now == before ? 0 : now - before;
}

float difference_divisor(const struct study *study) {
    return attention_trace_divisor(study->baseline.trace);
}

/* The study as it would be without the what-if; shares everything, owns nothing. */
static struct study before_of(const struct study *study) {
    struct study before = *study;
    before.trace = study->baseline.trace;
    before.model.weights.config = study->own_config;
    before.context = before.values = (struct study_text){0};
    what_if_init(&before.document.what_if);
    return before;
}

/* Which words a place of the matrix belongs to: 0 none, and whether those words are a context's. */
static bool is_of_other_words(const struct study *study, int source) {
    enum cell_tokens rows = cell_row_tokens(source), columns = cell_column_tokens(source);
    bool is_of_keys =
        rows == CELL_TOKENS_KEYS || rows == CELL_TOKENS_VALUES || columns == CELL_TOKENS_KEYS;
    return is_of_keys && study_has_context(study);
}

size_t difference_scratch_floats(const struct study *study, int source) {
    if (difference_state_of(study) != DIFFERENCE_THERE) {
        return 0;
    }
    struct study before = before_of(study);
    size_t floats = cell_scratch_floats(&before, source);
    bool is_moved = study->baseline.places && cell_rows_are_tokens(source);
    if (!is_moved) {
        return floats;
    }
    struct cell_matrix m = cell_matrix_of(&before, source, 0, NULL);
    size_t n = study_tokens(study);
    return floats + (floats ? n * (source == CELL_ROW_TOTAL ? 1 : n) : m.rows * m.columns);
}

/* Row and column of each word to where it stands now. */
static void move_words(const struct study *study, int source, const struct cell_matrix *from,
                       float *to) {
    const size_t *places = study->baseline.places;
    bool are_columns_words = cell_column_tokens(source) != CELL_TOKENS_NONE;
    for (size_t r = 0; r < from->rows; r++) {
        const float *row = from->values + places[r] * from->columns;
        for (size_t c = 0; c < from->columns; c++) {
            to[r * from->columns + c] = row[are_columns_words ? places[c] : c];
        }
    }
}

static struct difference_matrix matrix_at(const struct study *study, struct study *before,
                                          const struct cell_matrix *now, int source, int head,
                                          float *scratch) {
    size_t used = cell_scratch_floats(before, source);
    struct cell_matrix m = cell_matrix_of(before, source, head, scratch);
    bool is_moved = study->baseline.places && cell_rows_are_tokens(source);
    if (!m.values || m.rows != now->rows || m.columns != now->columns) {
        return (struct difference_matrix){DIFFERENCE_ONLY_NOW, NULL, now->rows, now->columns};
    }
    if (is_moved && !scratch) {
        return (struct difference_matrix){DIFFERENCE_NO_MEMORY, NULL, now->rows, now->columns};
    }
    if (is_moved) {
        move_words(study, source, &m, scratch + used);
        m.values = scratch + used;
    }
    return (struct difference_matrix){DIFFERENCE_THERE, m.values, m.rows, m.columns};
}

struct difference_matrix difference_matrix_of(const struct study *study, int source, int head,
                                              float *scratch) {
    enum difference_state state = difference_state_of(study);
    bool is_number = source >= 0 && source < CELL_SOURCE_COUNT && source != CELL_TOKEN &&
                     !cell_is_compared(source);
    if (state != DIFFERENCE_THERE || !is_number) {
        return (struct difference_matrix){is_number ? state : DIFFERENCE_PLAIN, NULL, 0, 0};
    }
    size_t n = study_tokens(study), m = study_keys(study);
    bool is_made = source == CELL_EXPONENTIALS || source == CELL_ROW_TOTAL;
    struct cell_matrix now = is_made
                                 ? (struct cell_matrix){NULL, n, source == CELL_ROW_TOTAL ? 1 : m}
                                 : cell_matrix_of(study, source, head, NULL);
    if (is_of_other_words(study, source)) {
        return (struct difference_matrix){DIFFERENCE_OTHER_WORDS, NULL, now.rows, now.columns};
    }
    struct study before = before_of(study);
    return matrix_at(study, &before, &now, source, head, scratch);
}

struct difference_matrix difference_weights_of(const struct study *study, int layer, int head,
                                               float *scratch) {
    struct study at = *study; /* shallow */
    at.document.layer = layer;
    return difference_matrix_of(&at, ATTENTION_TENSOR_WEIGHTS, head, scratch);
}

/* A score of now or before; 0: none. */
static float score_of(const struct cell_matrix *m, size_t row, size_t column) {
    return m->values ? m->values[row * m->columns + column] : 0;
}

static bool is_hidden(float score) {
    return isinf(score) && score < 0;
}

static bool is_of_keys(int source) {
    return source == ATTENTION_TENSOR_SCORES || source == ATTENTION_TENSOR_WEIGHTS ||
           source == CELL_EXPONENTIALS;
}

/* Row and column of the cell's word in the pass before. */
static struct document_cell cell_before(const struct study *study,
                                        const struct document_cell *cell) {
    const size_t *places = study->baseline.places;
    struct document_cell before = *cell;
    if (places && cell_rows_are_tokens(cell->source)) {
        before.row = (int)places[cell->row];
        if (cell_column_tokens(cell->source) != CELL_TOKENS_NONE) {
            before.column = (int)places[cell->column];
        }
    }
    return before;
}

/* The number of before; where a mask is still to come, a score that is a quotient on the screen is
 * one of before as well. */
static bool value_before(const struct study *study, struct study *before,
                         const struct document_cell *cell, const struct document_cell *was,
                         float *value) {
    if (cell->source != ATTENTION_TENSOR_SCORES) {
        return cell_value(before, was, value);
    }
    struct cell_matrix z = cell_matrix_of(before, cell->source, was->head, NULL);
    *value = score_of(&z, (size_t)was->row, (size_t)was->column);
    bool is_to_be_masked = study_is_masked_before(study) && cell_is_before_mask(study, cell);
    if (is_hidden(*value) && is_to_be_masked) {
        struct cell_matrix s = cell_matrix_of(before, ATTENTION_TENSOR_SIMILARITY, was->head, NULL);
        float divisor = difference_divisor(study);
        *value = score_of(&s, (size_t)was->row, (size_t)was->column) / (divisor != 0 ? divisor : 1);
    }
    return true;
}

bool difference_cell_of(const struct study *study, const struct document_cell *cell,
                        struct difference_cell *out) {
    *out = (struct difference_cell){.state = difference_state_of(study)};
    float now;
    if (cell->source == CELL_TOKEN || cell_is_compared(cell->source) ||
        !cell_value(study, cell, &now)) {
        return false;
    }
    if (out->state != DIFFERENCE_THERE) {
        return true;
    }
    if (is_of_other_words(study, cell->source)) {
        out->state = DIFFERENCE_OTHER_WORDS;
        return true;
    }
    struct study before = before_of(study);
    struct document_cell was = cell_before(study, cell);
    struct cell_matrix shape = cell_matrix_of(study, cell->source, cell->head, NULL),
                       shape_before = cell_matrix_of(&before, cell->source, was.head, NULL);
    if (!cell_exists(&before, &was) || shape.rows != shape_before.rows ||
        shape.columns != shape_before.columns) {
        out->state = DIFFERENCE_ONLY_NOW;
        return true;
    }
    if (!value_before(study, &before, cell, &was, &out->before)) {
        return false;
    }
    out->now = now;
    out->difference = difference_between(now, out->before);
    if (is_of_keys(cell->source)) {
        struct cell_matrix z = cell_matrix_of(study, ATTENTION_TENSOR_SCORES, cell->head, NULL),
                           z_before =
                               cell_matrix_of(&before, ATTENTION_TENSOR_SCORES, was.head, NULL);
        out->is_masked = is_hidden(score_of(&z, (size_t)cell->row, (size_t)cell->column));
        out->was_masked = is_hidden(score_of(&z_before, (size_t)was.row, (size_t)was.column));
    }
    return true;
}

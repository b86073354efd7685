/* worksheet.c: which cells of a step are left blank, and what is needed to fill them in. */
#include "worksheet.h"

#include "steps.h"
#include "worksheet_matrices.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct study worksheet_study(const struct study *study) {
    struct study at = *study;
    struct document *d = &at.document;
    bool has_stages = d->step == STEP_FEEDFORWARD; /* each beat is an exercise of its own */
    d->view = VIEW_MATRICES;
    d->cell.source = -1;
    d->shows_all_terms = false;
    d->is_predict_off = true;
    d->is_presentation = false;
    d->theme = THEME_CONTRAST;
    steps_go(&at, d, d->step, has_stages ? d->beat : BEAT_LAST);
    return at;
}

static bool no_memory(struct file_error *error) {
    return file_error_set(error, "no memory is left for a worksheet; close other programs");
}

bool worksheet_is_possible(const struct study *study, struct file_error *error) {
    enum attention_tensor_id stages[6];
    const char *why = NULL;
    if (study_tokens(study) == 0) {
        return file_error_set(error, "worksheet: there is no sentence yet; type one, or give it "
                                     "with --text");
    }
    if (study->document.step == STEP_TOKENS) {
        why = "in step tokens there are no numbers to work out; choose embedding, projection, "
              "similarity, scale, softmax, sum, heads or feedforward";
    } else if (study->document.step == STEP_EMBEDDING &&
               !study_tensor(study, ATTENTION_TENSOR_POSITION).data) {
        why = "in step embedding nothing is added up here, because there are no positions; switch "
              "them on, or choose projection or a later step";
    } else if (study->document.step == STEP_SCALE && attention_trace_divisor(study->trace) == 0) {
        why = "in step scale nothing is divided when the temperature is 0; choose another "
              "temperature or step";
    } else if (study->document.step == STEP_SCALE && !study_is_scaled(study) &&
               study->document.what_if.temperature == 1) {
        why = "in step scale nothing is divided, because scaling is off; switch it on, or choose "
              "another step";
    } else if (study->document.step == STEP_FEEDFORWARD &&
               steps_feedforward_stages(study, stages) == 0) {
        why = "in step feedforward this model has nothing to work out: no residual, norm or "
              "network; choose heads or an earlier step";
    }
    return !why || file_error_set(error, "worksheet: %s", why);
}

float worksheet_value(const struct worksheet_matrix *m, size_t row, size_t column) {
    return m->values[row * m->row_stride + column * m->column_stride];
}

struct document_cell worksheet_cell(const struct worksheet_matrix *m, size_t row, size_t column) {
    int at = (int)(m->first_column + column);
    return (struct document_cell){m->source, m->head, m->is_transposed ? at : (int)row,
                                  m->is_transposed ? (int)row : at};
}

bool worksheet_is_masked(const struct study *study, const struct worksheet_matrix *m, size_t row,
                         size_t column) {
    bool is_score = m->source == ATTENTION_TENSOR_SCORES || m->source == ATTENTION_TENSOR_WEIGHTS ||
                    m->source == CELL_EXPONENTIALS;
    const float *z = is_score ? study_head_matrix(study, ATTENTION_TENSOR_SCORES, m->head) : NULL;
    float score = z ? z[row * study_keys(study) + column] : 0;
    return isinf(score) && score < 0;
}

/* A sum over nothing but masked keys is no exercise. */
static bool can_be_blank(const struct study *study, const struct worksheet_matrix *m, size_t row,
                         size_t column) {
    if (m->source == CELL_ROW_TOTAL) {
        return worksheet_value(m, row, column) > 0;
    }
    return m->is_result && !worksheet_is_masked(study, m, row, column);
}

/* ---- the choice ----
 * One cell after the other. Each matrix gets a share as large as it is; within it the next cell
 * stands in a row that has the fewest blanks so far, in the column that has the fewest, where the
 * number is more than "<.01" if there is one. Among equals chance decides, drawn from the seed. */

enum { CELL_TAKEN = 1, CELL_CLOSED = 2, CELL_SMALL = 4 };

struct field { /* of one result */
    const struct worksheet_matrix *matrix;
    int index;
    uint8_t *cells;             /* [rows, columns] of CELL_… */
    size_t *in_row, *in_column; /* blanks so far */
    size_t *left, *plain; /* of each row: cells left, and those whose number is worth writing */
    uint64_t *row_lot, *column_lot;
    size_t taken, open; /* open: cells that could be blank, taken or not */
};

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t draw(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void field_free(struct field *f) {
    free(f->cells);
    free(f->in_row);
    free(f->row_lot);
    *f = (struct field){0};
}

static bool field_init(struct field *f, const struct study *study, const struct worksheet *sheet,
                       int index, uint64_t *state) {
    const struct worksheet_matrix *m = &sheet->matrices[index];
    size_t sides = m->rows + m->columns;
    *f = (struct field){.matrix = m, .index = index};
    f->cells = calloc(m->rows * m->columns, 1);
    f->in_row = calloc(sides + 2 * m->rows, sizeof *f->in_row);
    f->row_lot = calloc(sides, sizeof *f->row_lot);
    if (!f->cells || !f->in_row || !f->row_lot) {
        return false;
    }
    f->in_column = f->in_row + m->rows;
    f->left = f->in_column + m->columns;
    f->plain = f->left + m->rows;
    f->column_lot = f->row_lot + m->rows;
    for (size_t i = 0; i < sides; i++) {
        f->row_lot[i] = draw(state);
    }
    for (size_t r = 0; r < m->rows; r++) {
        for (size_t c = 0; c < m->columns; c++) {
            uint8_t *cell = &f->cells[r * m->columns + c];
            float value = worksheet_value(m, r, c);
            bool is_small = value != 0 && number_shown(value) == 0;
            *cell = !can_be_blank(study, m, r, c) ? CELL_CLOSED : is_small ? CELL_SMALL : 0;
            f->left[r] += *cell != CELL_CLOSED;
            f->plain[r] += *cell == 0;
        }
        f->open += f->left[r];
    }
    return true;
}

static size_t choose_row(const struct field *f) {
    size_t best = SIZE_MAX;
    bool is_best_plain = false;
    for (size_t r = 0; r < f->matrix->rows; r++) {
        if (f->left[r] == 0) {
            continue;
        }
        bool is_plain = f->plain[r] > 0, is_better = best == SIZE_MAX;
        if (!is_better && is_plain != is_best_plain) {
            is_better = is_plain;
        } else if (!is_better) {
            is_better = f->in_row[r] < f->in_row[best] ||
                        (f->in_row[r] == f->in_row[best] && f->row_lot[r] < f->row_lot[best]);
        }
        if (is_better) {
            best = r;
            is_best_plain = is_plain;
        }
    }
    return best;
}

/* The lot of a column is another one in every row. */
static uint64_t lot_of(const struct field *f, size_t row, size_t column) {
    uint64_t state = f->row_lot[row] ^ f->column_lot[column];
    return draw(&state);
}

static size_t choose_column(const struct field *f, size_t row) {
    const uint8_t *cells = f->cells + row * f->matrix->columns;
    size_t best = SIZE_MAX;
    for (size_t c = 0; c < f->matrix->columns; c++) {
        if (cells[c] & (CELL_TAKEN | CELL_CLOSED)) {
            continue;
        }
        bool is_better = best == SIZE_MAX;
        if (!is_better && cells[c] != cells[best]) {
            is_better = cells[c] < cells[best];
        } else if (!is_better) {
            is_better =
                f->in_column[c] < f->in_column[best] ||
                (f->in_column[c] == f->in_column[best] && lot_of(f, row, c) < lot_of(f, row, best));
        }
        best = is_better ? c : best;
    }
    return best;
}

static void take_one(struct field *f) {
    size_t row = choose_row(f), column = choose_column(f, row);
    uint8_t *cell = &f->cells[row * f->matrix->columns + column];
    f->plain[row] -= *cell == 0;
    *cell |= CELL_TAKEN;
    f->in_row[row]++;
    f->in_column[column]++;
    f->left[row]--;
    f->taken++;
}

/* The matrix that is furthest behind its share; the first of equals. */
static struct field *choose_field(struct field *fields, int count) {
    struct field *best = NULL;
    for (int i = 0; i < count; i++) {
        struct field *f = &fields[i];
        bool is_open = f->taken < f->open;
        if (is_open &&
            (!best || (2 * f->taken + 1) * best->open < (2 * best->taken + 1) * f->open)) {
            best = f;
        }
    }
    return best;
}

static bool list_blanks(const struct field *fields, int count, struct worksheet *out) {
    size_t total = 0, used = 0;
    for (int i = 0; i < count; i++) {
        total += fields[i].taken;
    }
    out->blanks = calloc(total ? total : 1, sizeof *out->blanks);
    for (int i = 0; out->blanks && i < count; i++) {
        const struct field *f = &fields[i];
        for (size_t at = 0; at < f->matrix->rows * f->matrix->columns; at++) {
            if (f->cells[at] & CELL_TAKEN) {
                out->blanks[used++] = (struct worksheet_blank){f->index, at / f->matrix->columns,
                                                               at % f->matrix->columns};
            }
        }
    }
    out->blank_count = used;
    return out->blanks != NULL;
}

/* How many cells are left blank; 0 with an error. */
static size_t count_blanks(const struct study *study, const struct worksheet *sheet, size_t count,
                           bool is_count_most, struct file_error *error) {
    const char *step = step_id(study->document.step);
    size_t most = sheet->cells < WORKSHEET_MOST_BLANKS ? sheet->cells : WORKSHEET_MOST_BLANKS;
    if (sheet->cells == 0) {
        file_error_set(
            error,
            "worksheet: in step %s every cell is masked and nothing is left to work out; "
            "take another mask or step",
            step);
        return 0;
    }
    if (count == WORKSHEET_ALL && !is_count_most && sheet->cells > most) {
        file_error_set(error,
                       "worksheet: step %s has %zu cells to work out, too many for a page; give a "
                       "number up to %zu",
                       step, sheet->cells, most);
        return 0;
    }
    if (count > most && !is_count_most) {
        file_error_set(error,
                       "worksheet: %zu blanks are too many, step %s has %zu cells to work out; "
                       "give a number from 1 to %zu, or all",
                       count, step, sheet->cells, most);
        return 0;
    }
    return count == WORKSHEET_ALL || count > most ? most : count;
}

static bool choose_blanks(const struct study *study, size_t count, bool is_count_most,
                          uint32_t seed, struct worksheet *out, struct file_error *error) {
    struct field fields[WORKSHEET_MOST_MATRICES] = {0};
    uint64_t state = seed;
    int used = 0;
    bool is_done = true;
    for (int i = 0; i < out->count && is_done; i++) {
        if (out->matrices[i].is_result) {
            is_done = field_init(&fields[used++], study, out, i, &state);
            out->cells += fields[used - 1].open;
        }
    }
    if (!is_done) {
        no_memory(error);
    }
    size_t wanted = is_done ? count_blanks(study, out, count, is_count_most, error) : 0;
    for (size_t i = 0; i < wanted; i++) {
        take_one(choose_field(fields, used));
    }
    is_done = wanted > 0 && (list_blanks(fields, used, out) || no_memory(error));
    for (int i = 0; i < used; i++) {
        field_free(&fields[i]);
    }
    return is_done;
}

bool worksheet_make(const struct study *study, size_t count, bool is_count_most, uint32_t seed,
                    struct worksheet *out, struct file_error *error) {
    *out = (struct worksheet){0};
    if (!worksheet_is_possible(study, error)) {
        return false;
    }
    bool is_done = worksheet_put_matrices(study, out) || no_memory(error);
    worksheet_cut_columns(out, count);
    is_done = is_done && choose_blanks(study, count, is_count_most, seed, out, error);
    if (!is_done) {
        worksheet_free(out);
    }
    return is_done;
}

void worksheet_free(struct worksheet *worksheet) {
    free(worksheet->blanks);
    free(worksheet->exponentials);
    free(worksheet->totals);
    *worksheet = (struct worksheet){0};
}

int worksheet_blank_at(const struct worksheet *worksheet, int matrix, size_t row, size_t column) {
    size_t low = 0, high = worksheet->blank_count; /* they stand in reading order */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct worksheet_blank *b = &worksheet->blanks[middle];
        bool is_before = b->matrix != matrix ? b->matrix < matrix
                         : b->row != row     ? b->row < row
                                             : b->column < column;
        if (b->matrix == matrix && b->row == row && b->column == column) {
            return (int)middle;
        }
        if (is_before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -1;
}

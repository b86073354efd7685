/* Worksheets: how many cells are blank, which, and that everything needed to fill them in is there.
 */
#include "attention/attention_explain.h"
#include "lesson/arithmetic.h"
#include "lesson/steps.h"
#include "lesson/worksheet.h"
#include "support_cells.h"
#include "support_studies.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void make(const struct study *study, size_t count, uint32_t seed, struct worksheet *out) {
    struct file_error error = {0};
    if (!worksheet_make(study, count, false, seed, out, &error))
        fail_msg("%s: %s", support_studies_name(study), error.text);
}

static bool is_same(const struct worksheet *a, const struct worksheet *b) {
    return a->blank_count == b->blank_count &&
           memcmp(a->blanks, b->blanks, a->blank_count * sizeof *a->blanks) == 0;
}

static void set(struct study *study, const char *model, const char *text, enum step step) {
    struct file_error error = {0};
    struct document d = {0};
    assert_true(document_copy(&d, &study->document));
    assert_true(document_set_text(&d, text, strlen(text)));
    assert_true(document_set_model(&d, model));
    d.step = step;
    d.beat = BEAT_LAST;
    if (!study_set(study, &d, &error)) fail_msg("%s", error.text);
    document_free(&d);
}

/* ---- everything needed is on the page ---- */

/* Where the pass keeps the number. */
static const float *place_of(const struct study *study, int tensor, int layer, size_t index) {
    struct attention_tensor t =
        tensor == ATTENTION_TENSOR_X && layer == study->document.layer && layer > 0
            ? attention_trace_layer_input(study->trace, layer)
        : tensor < ATTENTION_TENSOR_COUNT
            ? attention_trace_tensor(study->trace, (enum attention_tensor_id)tensor, layer)
            : attention_trace_weight(study->trace, &study->model.weights,
                                     (enum attention_weight_id)tensor, layer);
    return t.data ? t.data + index : NULL;
}

static bool is_printed(const struct worksheet *sheet, const float *place) {
    for (int i = 0; i < sheet->count; i++) {
        const struct worksheet_matrix *m = &sheet->matrices[i];
        for (size_t at = 0; at < m->rows * m->columns; at++)
            if (&m->values[at / m->columns * m->row_stride + at % m->columns * m->column_stride] ==
                place)
                return true;
    }
    return false;
}

static void require(const struct study *study, const struct worksheet *sheet,
                    const struct document_cell *cell, const struct attention_operand *o) {
    if (o->tensor < 0) return; /* without an address: there is nothing to print */
    const float *place = place_of(study, o->tensor, o->layer, o->index);
    if (!place) return; /* a weight that the model lacks: the identity, ones */
    CELLS_REQUIRE(study, cell, is_printed(sheet, place));
}

static void require_operands(const struct study *study, const struct worksheet *sheet,
                             const struct document_cell *cell) {
    struct document_cell asked = *cell;
    if (cell->source == CELL_EXPONENTIALS || cell->source == CELL_ROW_TOTAL)
        asked.source = ATTENTION_TENSOR_WEIGHTS; /* on the way to it, from the same scores */
    int tensor, layer;
    size_t index;
    struct attention_arithmetic m;
    CELLS_REQUIRE(study, cell, cell_address(study, &asked, &tensor, &layer, &index));
    CELLS_REQUIRE(study, cell,
                  attention_explain(study->trace, &study->model.weights, tensor, layer, index, NULL,
                                    &m, NULL) == ATTENTION_OK);
    for (size_t t = 0; t < m.count; t++) {
        require(study, sheet, cell, &m.terms[t].a);
        require(study, sheet, cell, &m.terms[t].b);
        require(study, sheet, cell, &m.terms[t].w);
    }
    require(study, sheet, cell, &m.bias);
    require(study, sheet, cell, &m.gain);
    attention_arithmetic_free(&m);
}

static void check_sheet(const struct study *study, const struct worksheet *sheet, size_t count) {
    assert_int_equal(sheet->blank_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct worksheet_blank *b = &sheet->blanks[i];
        const struct worksheet_matrix *m = &sheet->matrices[b->matrix];
        struct document_cell cell = worksheet_cell(m, b->row, b->column);
        float value, shown = worksheet_value(m, b->row, b->column);
        CELLS_REQUIRE(study, &cell, m->is_result); /* never an operand */
        CELLS_REQUIRE(study, &cell, !worksheet_is_masked(study, m, b->row, b->column));
        CELLS_REQUIRE(study, &cell, isfinite(shown));
        CELLS_REQUIRE(study, &cell, cell_value(study, &cell, &value) && value == shown);
        CELLS_REQUIRE(study, &cell,
                      worksheet_blank_at(sheet, b->matrix, b->row, b->column) == (int)i);
        require_operands(study, sheet, &cell);
    }
}

static size_t count_marked(const struct worksheet *sheet) {
    size_t found = 0;
    for (int i = 0; i < sheet->count; i++)
        for (size_t r = 0; r < sheet->matrices[i].rows; r++)
            for (size_t c = 0; c < sheet->matrices[i].columns; c++)
                found += worksheet_blank_at(sheet, i, r, c) >= 0;
    return found;
}

static void check_step(const struct study *study) {
    static const size_t counts[] = {1, 2, 8, WORKSHEET_ALL};
    struct study at = worksheet_study(study);
    struct file_error error = {0};
    if (!worksheet_is_possible(&at, &error)) {
        assert_true(error.text[0]);
        return;
    }
    struct worksheet all, sheet, again;
    make(&at, WORKSHEET_ALL, 1, &all);
    size_t cells = all.cells;
    assert_int_equal(all.blank_count, cells);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        size_t count = counts[i] == WORKSHEET_ALL ? cells : counts[i];
        if (count > cells) {
            assert_false(worksheet_make(&at, count, false, 1, &sheet, &error));
            assert_non_null(strstr(error.text, "give a number from 1 to"));
            assert_true(worksheet_make(&at, count, true, 1, &sheet, &error));
            assert_int_equal(sheet.blank_count, cells);
            worksheet_free(&sheet);
            continue;
        }
        make(&at, counts[i], 7, &sheet);
        check_sheet(&at, &sheet, count);
        assert_int_equal(count_marked(&sheet), count);
        make(&at, counts[i], 7, &again);
        assert_true(is_same(&sheet, &again));
        worksheet_free(&again);
        worksheet_free(&sheet);
        worksheet_free(&sheet); /* twice is safe */
    }
    worksheet_free(&all);
}

static void check_study(struct study *study) {
    struct document *d = &study->document;
    for (int step = 0; step < STEP_COUNT; step++) {
        if (d->layer > 0 && step < STEP_PROJECTION) continue;
        d->step = (enum step)step;
        int beats = steps_beats(study, d->step);
        for (int beat = step == STEP_FEEDFORWARD ? 0 : beats - 1; beat < beats; beat++) {
            d->beat = beat;
            check_step(study);
        }
    }
}

static void test_every_step_of_every_model(void **state) {
    (void)state;
    support_studies_each(check_study);
}

/* Each F, a context, values of their own, faults, temperatures, heads off. */
static void test_what_is_changed(void **state) {
    (void)state;
    struct study study;
    struct file_error error = {0};
    assert_true(study_init(&study, &error));
    for (int i = 0; i < 2 * 4 * 6; i++) {
        struct document d = {0};
        assert_true(document_copy(&d, &study.document));
        what_if_free(&d.what_if);
        what_if_init(&d.what_if);
        assert_true(document_set_text(&d, "the cat sat", 11));
        assert_true(document_set_model(&d, i % 2 ? "by-hand" : "textbook"));
        d.what_if.similarity = (enum similarity_choice)(SIMILARITY_DOT + i / 2 % 4);
        switch (i / 8) {
        case 1:
            assert_true(what_if_set_context(&d.what_if, "a dog slept here"));
            break;
        case 2:
            assert_true(what_if_set_context(&d.what_if, "a dog slept here") &&
                        what_if_set_values(&d.what_if, "one two three four"));
            d.what_if.mask = MASK_CAUSAL;
            break;
        case 3:
            d.what_if.fault = FAULT_SOFTMAX_OVER_QUERIES;
            break;
        case 4:
            d.what_if.fault = FAULT_MASK_AFTER_SOFTMAX;
            d.what_if.mask = MASK_CAUSAL;
            break;
        case 5:
            d.what_if.temperature = 0;
            d.what_if.norm = NORM_PRE;
            break;
        default:
            d.what_if.temperature = 0.5f;
        }
        if (!study_set(&study, &d, &error)) fail_msg("%s", error.text);
        document_free(&d);
        check_study(&study);
    }
    study_free(&study);
}

/* ---- the choice ---- */

static void test_blanks_are_spread(void **state) {
    (void)state;
    struct study study;
    struct file_error error = {0};
    assert_true(study_init(&study, &error));
    set(&study, "by-hand", "The cat sat because the cat was tired", STEP_SIMILARITY);
    struct study at = worksheet_study(&study);
    for (uint32_t seed = 1; seed <= 50; seed++)
        for (size_t count = 1; count <= 64; count += 3) {
            struct worksheet sheet;
            size_t rows[8] = {0}, columns[8] = {0};
            make(&at, count, seed, &sheet);
            for (size_t i = 0; i < count; i++) {
                rows[sheet.blanks[i].row]++;
                columns[sheet.blanks[i].column]++;
            }
            for (int i = 0; i < 8; i++) {
                assert_in_range(rows[i], count / 8, (count + 7) / 8);
                assert_in_range(columns[i], count / 8 > 0 ? count / 8 - 1 : 0, (count + 7) / 8 + 1);
            }
            worksheet_free(&sheet);
        }
    study_free(&study);
}

/* Matrices get as many as is their share: of Q, K and V in by-hand 4 : 4 : 2. */
static void test_matrices_have_their_share(void **state) {
    (void)state;
    struct study study;
    struct file_error error = {0};
    assert_true(study_init(&study, &error));
    set(&study, "by-hand", "the cat sat", STEP_PROJECTION);
    struct study at = worksheet_study(&study);
    struct worksheet sheet;
    make(&at, 10, 3, &sheet);
    size_t found[WORKSHEET_MOST_MATRICES] = {0}, used = 0, shares[3] = {0};
    for (size_t i = 0; i < 10; i++)
        found[sheet.blanks[i].matrix]++;
    for (int i = 0; i < sheet.count; i++)
        if (sheet.matrices[i].is_result) shares[used++] = found[i];
    assert_int_equal(used, 3);
    assert_int_equal(shares[0], 4);
    assert_int_equal(shares[1], 4);
    assert_int_equal(shares[2], 2);
    worksheet_free(&sheet);
    study_free(&study);
}

/* The same cells on every machine; another seed leaves others blank; the language and the look
 * change nothing. */
static void test_same_cells_everywhere(void **state) {
    (void)state;
    /* Reckoned by another program from the rule in worksheet.c. */
    static const struct worksheet_blank kept[] = {{2, 0, 5}, {2, 1, 1}, {2, 2, 4},
                                                  {2, 3, 3}, {2, 4, 2}, {2, 5, 0}};
    struct study study;
    struct file_error error = {0};
    struct worksheet one, other;
    assert_true(study_init(&study, &error));
    set(&study, "by-hand", "the cat sat on a mat", STEP_SIMILARITY);
    struct study at = worksheet_study(&study);
    make(&at, 6, 1, &one);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(one.blanks[i].row, kept[i].row);
        assert_int_equal(one.blanks[i].column, kept[i].column);
    }
    make(&at, 6, 2, &other);
    assert_false(is_same(&one, &other));
    worksheet_free(&other);
    study.document.language = LANGUAGE_ZH;
    study.document.query = 2;
    study.document.view = VIEW_LINES;
    study.document.beat = 0;
    at = worksheet_study(&study);
    make(&at, 6, 1, &other);
    assert_true(is_same(&one, &other));
    worksheet_free(&other);
    worksheet_free(&one);
    study_free(&study);
}

/* A number that would be written "<.01" is asked for only when there is nothing else. */
static void test_small_numbers_come_last(void **state) {
    (void)state;
    struct study study;
    struct file_error error = {0};
    struct worksheet sheet;
    assert_true(study_init(&study, &error));
    set(&study, "textbook", "The cat sat because the cat was tired", STEP_SOFTMAX);
    struct study at = worksheet_study(&study);
    make(&at, WORKSHEET_ALL, 1, &sheet);
    size_t plain = 0, small = 0;
    for (size_t i = 0; i < sheet.blank_count; i++) {
        const struct worksheet_blank *b = &sheet.blanks[i];
        float value = worksheet_value(&sheet.matrices[b->matrix], b->row, b->column);
        bool is_small = value != 0 && number_shown(value) == 0;
        small += is_small;
        plain += !is_small;
    }
    worksheet_free(&sheet);
    assert_true(small > 20 && plain > 20);
    make(&at, 20, 1, &sheet);
    for (size_t i = 0; i < 20; i++) {
        const struct worksheet_blank *b = &sheet.blanks[i];
        assert_true(number_shown(worksheet_value(&sheet.matrices[b->matrix], b->row, b->column)) !=
                    0);
    }
    worksheet_free(&sheet);
    study_free(&study);
}

/* Of wide results the columns that the blanks take, where the numbers are; with all blanks all of
 * them. */
static void test_wide_results_are_cut(void **state) {
    (void)state;
    struct study study;
    struct file_error error = {0};
    struct worksheet sheet;
    assert_true(study_init(&study, &error));
    set(&study, "textbook", "the cat sat", STEP_HEADS);
    struct study at = worksheet_study(&study);
    static const struct {
        size_t blanks, columns, first;
    } rows[] = {{8, 8, 8}, {24, 8, 8}, {25, 9, 0}, {48, 16, 0}, {WORKSHEET_ALL, 16, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make(&at, rows[i].blanks, 1, &sheet);
        const struct worksheet_matrix *y = &sheet.matrices[sheet.count - 1];
        assert_int_equal(y->source, ATTENTION_TENSOR_ATTENTION_OUTPUT);
        assert_int_equal(y->columns, rows[i].columns);
        assert_int_equal(y->all_columns, 16);
        if (rows[i].columns != 9) assert_int_equal(y->first_column, rows[i].first);
        worksheet_free(&sheet);
    }
    study_free(&study);
}

/* ---- what there is no worksheet of ---- */

static void refuse(const struct study *study, const char *says) {
    struct study at = worksheet_study(study);
    struct file_error error = {0};
    struct worksheet sheet;
    assert_false(worksheet_make(&at, 1, false, 1, &sheet, &error));
    assert_null(sheet.blanks);
    if (!strstr(error.text, says) || !strchr(error.text, ';'))
        fail_msg("“%s” does not say “%s” and what to do", error.text, says);
}

static void test_what_has_no_worksheet(void **state) {
    (void)state;
    struct study study;
    struct file_error error = {0};
    assert_true(study_init(&study, &error));
    set(&study, "by-hand", "", STEP_SIMILARITY);
    refuse(&study, "no sentence");
    set(&study, "by-hand", "the cat", STEP_TOKENS);
    refuse(&study, "step tokens");
    struct document d = {0};
    assert_true(document_copy(&d, &study.document));
    d.what_if.position = POSITION_OFF;
    d.what_if.scaling = SCALING_OFF;
    d.step = STEP_EMBEDDING;
    assert_true(study_set(&study, &d, &error));
    refuse(&study, "no positions");
    d.step = STEP_SCALE;
    d.beat = BEAT_LAST;
    assert_true(study_set(&study, &d, &error));
    refuse(&study, "scaling is off");
    d.what_if.temperature = 0;
    assert_true(study_set(&study, &d, &error));
    refuse(&study, "temperature is 0");
    d.what_if.temperature = 2;
    d.what_if.mask = MASK_PADDING;
    d.what_if.mask_size = 2;
    assert_true(study_set(&study, &d, &error));
    refuse(&study, "every cell is masked");
    document_free(&d);
    study_free(&study);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_step_of_every_model),
        cmocka_unit_test(test_what_is_changed),
        cmocka_unit_test(test_blanks_are_spread),
        cmocka_unit_test(test_matrices_have_their_share),
        cmocka_unit_test(test_same_cells_everywhere),
        cmocka_unit_test(test_small_numbers_come_last),
        cmocka_unit_test(test_wide_results_are_cut),
        cmocka_unit_test(test_what_has_no_worksheet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

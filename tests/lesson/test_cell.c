/* Addresses of numbers: that each names the number it says, and only numbers that exist. */
#include "lesson/cell.h"
#include "lesson/steps.h"
#include "support_studies.h"
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void grid_ids_come_back(void **state) {
    (void)state;
    for (int source = 0; source < CELL_SOURCE_COUNT; source++) {
        for (int head = 0; head < ATTENTION_MAX_HEADS; head++) {
            int32_t plain = cell_grid_id(source, head),
                    turned = cell_grid_id_transposed(source, head);
            struct document_cell cell = {-1, -1, 5, 6};
            assert_int_not_equal(plain, turned);
            cell_from_grid_id(turned, &cell);
            assert_int_equal(cell.source, source);
            assert_int_equal(cell.head, head);
            int row = -1, column = -1;
            cell = cell_from_grid(plain, 3, 70000);
            assert_true(cell.source == source && cell.head == head && cell.row == 3 &&
                        cell.column == 70000);
            assert_true(cell_in_grid(plain, &cell, &row, &column));
            assert_true(row == 3 && column == 70000);
            assert_true(cell_in_grid(turned, &cell, &row, &column));
            assert_true(row == 70000 && column == 3);
            cell = cell_from_grid(turned, 3, 70000);
            assert_true(cell.source == source && cell.head == head && cell.row == 70000 &&
                        cell.column == 3);
            assert_true(cell_in_grid(turned, &cell, &row, &column));
            assert_true(row == 3 && column == 70000);
            cell.head ^= 1;
            assert_false(cell_in_grid(plain, &cell, &row, &column));
            cell.head ^= 1;
            cell.source ^= 1;
            assert_false(cell_in_grid(turned, &cell, &row, &column));
        }
    }
}

static void every_grid_has_an_id_of_its_own(void **state) {
    (void)state;
    enum { IDS = CELL_SOURCE_COUNT * ATTENTION_MAX_HEADS };
    int32_t ids[2 * IDS];
    int count = 0;
    for (int source = 0; source < CELL_SOURCE_COUNT; source++)
        for (int head = 0; head < ATTENTION_MAX_HEADS; head++) {
            ids[count++] = cell_grid_id(source, head);
            ids[count++] = cell_grid_id_transposed(source, head);
        }
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++)
            assert_int_not_equal(ids[i], ids[j]);
}

static void sources_say_what_they_are(void **state) {
    (void)state;
    for (int source = 0; source < CELL_SOURCE_COUNT; source++) {
        assert_non_null(cell_symbol(source));
        if (source < ATTENTION_TENSOR_COUNT) {
            const char *letters = attention_tensor_letters(source);
            assert_int_equal(cell_source_is_per_head(source), letters[0] == 'h');
            assert_int_equal(cell_columns_are_keys(source), strcmp(letters, "hnm") == 0);
            assert_true(cell_rows_are_tokens(source));
            const char rows = letters[0] == 'h' ? letters[1] : letters[0];
            const bool is_of_values = cell_role_of(source) == CELL_ROLE_VALUE;
            assert_int_equal(cell_row_tokens(source), rows == 'n'    ? CELL_TOKENS_QUERIES
                                                      : is_of_values ? CELL_TOKENS_VALUES
                                                                     : CELL_TOKENS_KEYS);
        }
    }
    assert_int_equal(cell_row_tokens(CELL_W_GENERAL), CELL_TOKENS_NONE);
    assert_true(cell_is_weight(CELL_W_Q) && cell_is_weight(CELL_W_ADDITIVE));
    assert_true(cell_is_weight(CELL_B_Q) && cell_is_weight(CELL_B_DOWN));
    assert_true(cell_source_is_per_head(CELL_B_V) && !cell_source_is_per_head(CELL_B_O));
    assert_int_equal(cell_role_of(CELL_B_K), CELL_ROLE_KEY);
    assert_false(cell_is_weight(CELL_ATTENTION) || cell_is_weight(CELL_EXPONENTIALS) ||
                 cell_is_weight(ATTENTION_TENSOR_OUTPUT));
    assert_true(cell_source_is_per_head(CELL_W_Q) && !cell_source_is_per_head(CELL_W_O));
    assert_true(cell_columns_are_keys(CELL_EXPONENTIALS) && !cell_rows_are_tokens(CELL_W_O));
    assert_int_equal(cell_role_of(ATTENTION_TENSOR_Q), CELL_ROLE_QUERY);
    assert_int_equal(cell_role_of(ATTENTION_TENSOR_K), CELL_ROLE_KEY);
    assert_int_equal(cell_role_of(CELL_W_V), CELL_ROLE_VALUE);
    const int outside[] = {-1, CELL_SOURCE_COUNT, INT_MIN, INT_MAX};
    for (int i = 0; i < 4; i++) {
        assert_false(cell_source_is_per_head(outside[i]) || cell_rows_are_tokens(outside[i]) ||
                     cell_columns_are_keys(outside[i]));
        assert_int_equal(cell_role_of(outside[i]), CELL_ROLE_PLAIN);
    }
}

static float value_of(const struct study *study, int source, int head, size_t row, size_t column) {
    struct document_cell cell = {source, head, (int)row, (int)column};
    float value = NAN;
    if (!cell_exists(study, &cell) || !cell_value(study, &cell, &value))
        fail_msg("no %s [%d: %zu, %zu] in %s", cell_symbol(source), head, row, column,
                 support_studies_name(study));
    return value;
}

static void refuse(const struct study *study, int source, int head, int row, int column) {
    struct document_cell cell = {source, head, row, column};
    float value = 7;
    if (cell_exists(study, &cell) || cell_value(study, &cell, &value) || value != 7)
        fail_msg("source %d [%d: %d, %d] exists in %s", source, head, row, column,
                 support_studies_name(study));
}

static void refuse_around(const struct study *study, int source, int heads, size_t rows,
                          size_t columns) {
    const int row = (int)rows, column = (int)columns;
    refuse(study, source, 0, row, 0);
    refuse(study, source, 0, 0, column);
    refuse(study, source, 0, -1, 0);
    refuse(study, source, 0, 0, -1);
    refuse(study, source, 0, INT_MAX, INT_MAX);
    refuse(study, source, 0, INT_MIN, INT_MIN);
    if (cell_source_is_per_head(source)) {
        refuse(study, source, heads, 0, 0);
        refuse(study, source, -1, 0, 0);
        refuse(study, source, INT_MAX, 0, 0);
    }
}

static void check_tensor(const struct study *study, int id) {
    int layer = study->document.layer, heads = study->model.weights.config.heads;
    bool is_output_before = id == ATTENTION_TENSOR_X && layer > 0;
    struct attention_tensor t = attention_trace_tensor(
        study->trace, is_output_before ? ATTENTION_TENSOR_OUTPUT : (enum attention_tensor_id)id,
        is_output_before ? layer - 1 : layer);
    if (!t.data) {
        struct cell_matrix m = cell_matrix_of(study, id, 0, NULL);
        assert_true(!m.values && m.rows == 0 && m.columns == 0);
        refuse(study, id, 0, 0, 0);
        return;
    }
    size_t rows = t.shape[t.dims - 2], columns = t.shape[t.dims - 1];
    size_t planes = t.dims == 3 ? t.shape[0] : 1;
    for (size_t head = 0; head < planes; head++)
        for (size_t i = 0; i < rows * columns; i++) {
            float stored = t.data[head * rows * columns + i];
            float shown = value_of(study, id, (int)head, i / columns, i % columns);
            if (shown != stored)
                fail_msg("%s [%zu: %zu] is %g, not %g, in %s", cell_symbol(id), head, i,
                         (double)shown, (double)stored, support_studies_name(study));
        }
    refuse_around(study, id, heads, rows, columns);
}

/* Every cell has an address, every address leads back to its cell, and the number stands there. */
static void check_addresses(const struct study *study) {
    for (int source = 0; source < CELL_SOURCE_COUNT; source++) {
        const int heads = cell_source_is_per_head(source) ? study->model.weights.config.heads : 1;
        struct document_cell cell = {source, 0, 0, 0};
        for (cell.head = 0; cell.head < heads; cell.head++)
            for (cell.row = 0; cell.column = 0, cell_exists(study, &cell); cell.row++)
                for (; cell_exists(study, &cell); cell.column++) {
                    int tensor = -1, layer = -1;
                    size_t index = 0;
                    const bool is_number =
                        source < ATTENTION_TENSOR_COUNT || cell_is_weight(source);
                    assert_int_equal(cell_address(study, &cell, &tensor, &layer, &index),
                                     is_number);
                    if (!is_number) continue;
                    const struct attention_tensor t =
                        tensor < ATTENTION_TENSOR_COUNT
                            ? attention_trace_tensor(study->trace, (enum attention_tensor_id)tensor,
                                                     layer)
                            : attention_trace_weight(study->trace, &study->model.weights,
                                                     (enum attention_weight_id)tensor, layer);
                    float value;
                    assert_true(cell_value(study, &cell, &value) && value == t.data[index]);
                    const struct document_cell back = cell_at_address(study, tensor, layer, index);
                    if (back.source != cell.source || back.head != cell.head ||
                        back.row != cell.row || back.column != cell.column)
                        fail_msg("%s [%d: %d, %d] comes back as %d [%d: %d, %d] in %s",
                                 cell_symbol(source), cell.head, cell.row, cell.column, back.source,
                                 back.head, back.row, back.column, support_studies_name(study));
                }
    }
    const int layer = study->document.layer;
    assert_int_equal(cell_at_address(study, ATTENTION_TENSOR_Q, layer + 1, 0).source, -1);
    assert_int_equal(cell_at_address(study, ATTENTION_WEIGHT_Q, layer + 1, 0).source, -1);
    assert_int_equal(cell_at_address(study, ATTENTION_WEIGHT_POSITION, 0, 0).source, -1);
    assert_int_equal(cell_at_address(study, ATTENTION_TENSOR_Q, layer, 1 << 20).source, -1);
    assert_int_equal(cell_at_address(study, -1, layer, 0).source, -1);
    if (layer > 0) assert_int_equal(cell_at_address(study, ATTENTION_TENSOR_X, 0, 0).source, -1);
}

static void check_exponentials(const struct study *study) {
    size_t n = study_tokens(study);
    int heads = study->model.weights.config.heads;
    float *e_room = malloc(cell_scratch_floats(study, CELL_EXPONENTIALS) * sizeof(float));
    float *total_room = malloc(cell_scratch_floats(study, CELL_ROW_TOTAL) * sizeof(float));
    assert_true(e_room && total_room);
    for (int head = 0; head < heads; head++) {
        struct cell_matrix e = cell_matrix_of(study, CELL_EXPONENTIALS, head, e_room);
        struct cell_matrix total = cell_matrix_of(study, CELL_ROW_TOTAL, head, total_room);
        assert_true(e.rows == n && e.columns == n && total.rows == n && total.columns == 1);
        for (size_t i = 0; i < n * n; i++) {
            assert_true(e.values[i] == value_of(study, CELL_EXPONENTIALS, head, i / n, i % n));
            assert_true(total.values[i / n] == value_of(study, CELL_ROW_TOTAL, head, i / n, 0));
            float weight = value_of(study, ATTENTION_TENSOR_WEIGHTS, head, i / n, i % n);
            assert_true(e.values[i] / total.values[i / n] == weight);
        }
    }
    assert_null(cell_matrix_of(study, CELL_EXPONENTIALS, 0, NULL).values);
    assert_null(cell_matrix_of(study, CELL_EXPONENTIALS, heads, e_room).values);
    refuse_around(study, CELL_EXPONENTIALS, heads, n, n);
    refuse_around(study, CELL_ROW_TOTAL, heads, n, 1);
    assert_int_equal(cell_scratch_floats(study, ATTENTION_TENSOR_Q), 0);
    free(e_room);
    free(total_room);
}

static void check_study(struct study *study) {
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++)
        check_tensor(study, id);
    check_exponentials(study);
    check_addresses(study);
    float value = 7;
    struct document_cell token = {CELL_TOKEN, 0, (int)study_tokens(study) - 1, 0};
    assert_true(cell_exists(study, &token)); /* a word, not a number */
    assert_false(cell_value(study, &token, &value));
    refuse_around(study, CELL_TOKEN, 1, study_tokens(study), 1);
    refuse(study, -1, 0, 0, 0);
    refuse(study, CELL_SOURCE_COUNT, 0, 0, 0);
    refuse(study, INT_MAX, 0, 0, 0);
    refuse(study, INT_MIN, 0, 0, 0);
}

static void every_cell_holds_the_number_of_the_pass(void **state) {
    (void)state;
    support_studies_each(check_study);
}

/* The stage shows S / √d_k in every cell until the beat of the mask; so does the cell. */
static void check_mask_comes_last(struct study *study) {
    struct document *d = &study->document;
    int n = (int)study_tokens(study);
    float divisor = attention_trace_divisor(study->trace);
    d->step = STEP_SCALE;
    for (d->beat = 0; d->beat < steps_beats(study, STEP_SCALE); d->beat++) {
        bool is_masking = steps_reveal(study).phase == PHASE_SCALE_MASK;
        for (int i = 0; i < n * n; i++) {
            size_t row = (size_t)(i / n), column = (size_t)(i % n);
            float quotient = value_of(study, ATTENTION_TENSOR_SIMILARITY, 0, row, column) / divisor;
            bool is_masked = is_masking && column > row;
            if (value_of(study, ATTENTION_TENSOR_SCORES, 0, row, column) !=
                (is_masked ? -INFINITY : quotient))
                fail_msg("Z [%zu, %zu] in %s", row, column, support_studies_name(study));
        }
    }
}

static void the_mask_comes_after_the_division(void **state) {
    (void)state;
    support_studies_each(check_mask_comes_last);
}

static void without_tokens_nothing_exists(void **state) {
    (void)state;
    struct study study;
    struct document wanted;
    assert_true(study_init(&study, NULL) && document_init(&wanted, NULL));
    assert_true(document_set_text(&wanted, "  ", 2));
    assert_true(study_set(&study, &wanted, NULL));
    float room[1];
    for (int source = 0; source < CELL_SOURCE_COUNT; source++) {
        refuse(&study, source, 0, 0, 0);
        assert_int_equal(cell_matrix_of(&study, source, 0, room).rows, 0);
    }
    document_free(&wanted);
    study_free(&study);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grid_ids_come_back),
        cmocka_unit_test(every_grid_has_an_id_of_its_own),
        cmocka_unit_test(sources_say_what_they_are),
        cmocka_unit_test(every_cell_holds_the_number_of_the_pass),
        cmocka_unit_test(the_mask_comes_after_the_division),
        cmocka_unit_test(without_tokens_nothing_exists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

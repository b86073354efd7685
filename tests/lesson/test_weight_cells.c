/* The weights of a model as cells of the stage: each of them, under its name in documents, with its
 * number, both ways. */
#include "lesson/cell_edit.h"
#include "lesson/cell_name.h"
#include "support_model.h"
#include "support_studies.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void refuse(const struct study *study, int source, int head, int row, int column) {
    struct document_cell cell = {source, head, row, column};
    if (cell_exists(study, &cell))
        fail_msg("%s [%d: %d, %d] exists in %s", cell_symbol(source), head, row, column,
                 support_studies_name(study));
}

/* A weight of `planes` heads, stored [planes, rows, columns]: every number, its address, and back.
 */
static void check_weight(const struct study *study, int source, int id, const float *stored,
                         size_t rows, size_t columns, int planes) {
    const size_t numbers = rows * columns;
    for (size_t index = 0; index < numbers * (size_t)planes; index++) {
        const struct document_cell cell = cell_at_address(study, id, study->document.layer, index);
        int tensor = -1, layer = -1;
        size_t back = SIZE_MAX;
        float value = 0;
        assert_true(cell.source == source && cell.head == (int)(index / numbers) &&
                    cell.row == (int)(index % numbers / columns) &&
                    cell.column == (int)(index % columns));
        assert_true(cell_value(study, &cell, &value) && value == stored[index]);
        assert_true(cell_address(study, &cell, &tensor, &layer, &back));
        assert_true(tensor == id && layer == study->document.layer && back == index);
    }
    refuse(study, source, 0, (int)rows, 0);
    refuse(study, source, 0, 0, (int)columns);
    if (cell_source_is_per_head(source)) refuse(study, source, planes, 0, 0);
    assert_int_equal(
        cell_at_address(study, id, study->document.layer, numbers * (size_t)planes).source, -1);
}

/* Every weight of the layer has its cells, and only those that the model has. */
static void check_every_weight(struct study *study) {
    const struct attention_layer_weights *w = &study->model.weights.layers[study->document.layer];
    const struct attention_config *c = &study->model.weights.config;
    bool has_norm1 = c->norm != ATTENTION_NORM_NONE, has_norm2 = has_norm1 && c->d_ff > 0;
    const int heads = c->heads;
    const size_t d = (size_t)c->d_model, d_k = (size_t)c->d_k, d_v = (size_t)c->d_v,
                 d_ff = (size_t)c->d_ff;
    const struct {
        int source, id, planes;
        const float *numbers;
        size_t rows, columns;
    } all[] = {
        {CELL_W_Q, ATTENTION_WEIGHT_Q, heads, w->q_weight, d_k, d},
        {CELL_W_K, ATTENTION_WEIGHT_K, heads, w->k_weight, d_k, d},
        {CELL_W_V, ATTENTION_WEIGHT_V, heads, w->v_weight, d_v, d},
        {CELL_W_O, ATTENTION_WEIGHT_O, 1, w->o_weight, d, (size_t)heads * d_v},
        {CELL_B_Q, ATTENTION_WEIGHT_Q_BIAS, heads, w->q_bias, 1, d_k},
        {CELL_B_K, ATTENTION_WEIGHT_K_BIAS, heads, w->k_bias, 1, d_k},
        {CELL_B_V, ATTENTION_WEIGHT_V_BIAS, heads, w->v_bias, 1, d_v},
        {CELL_B_O, ATTENTION_WEIGHT_O_BIAS, 1, w->o_bias, 1, d},
        {CELL_NORM1_WEIGHT, ATTENTION_WEIGHT_NORM1, 1, has_norm1 ? w->norm1_weight : NULL, 1, d},
        {CELL_NORM1_BIAS, ATTENTION_WEIGHT_NORM1_BIAS, 1, has_norm1 ? w->norm1_bias : NULL, 1, d},
        {CELL_NORM2_WEIGHT, ATTENTION_WEIGHT_NORM2, 1, has_norm2 ? w->norm2_weight : NULL, 1, d},
        {CELL_NORM2_BIAS, ATTENTION_WEIGHT_NORM2_BIAS, 1, has_norm2 ? w->norm2_bias : NULL, 1, d},
        {CELL_W_UP, ATTENTION_WEIGHT_UP, 1, w->up_weight, d_ff, d},
        {CELL_B_UP, ATTENTION_WEIGHT_UP_BIAS, 1, w->up_bias, 1, d_ff},
        {CELL_W_DOWN, ATTENTION_WEIGHT_DOWN, 1, w->down_weight, d, d_ff},
        {CELL_B_DOWN, ATTENTION_WEIGHT_DOWN_BIAS, 1, w->down_bias, 1, d},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!all[i].numbers) {
            refuse(study, all[i].source, 0, 0, 0);
            assert_int_equal(cell_matrix_of(study, all[i].source, 0, NULL).rows, 0);
            assert_int_equal(cell_at_address(study, all[i].id, study->document.layer, 0).source,
                             -1);
            continue;
        }
        check_weight(study, all[i].source, all[i].id, all[i].numbers, all[i].rows, all[i].columns,
                     all[i].planes);
    }
}

static void every_weight_has_cells(void **state) {
    (void)state;
    support_studies_each(check_every_weight);
}

/* The weights of F, which a model may have, in every layer. */
static void weights_of_f_have_cells(void **state) {
    (void)state;
    static const struct {
        const char *similarity;
        int source, id;
        size_t rows, columns;
    } rows[] = {{"general", CELL_W_GENERAL, ATTENTION_WEIGHT_GENERAL, 2, 2},
                {"additive", CELL_W_ADDITIVE_Q, ATTENTION_WEIGHT_ADDITIVE_Q, 3, 2},
                {"additive", CELL_W_ADDITIVE_K, ATTENTION_WEIGHT_ADDITIVE_K, 3, 2},
                {"additive", CELL_W_ADDITIVE, ATTENTION_WEIGHT_ADDITIVE_W, 1, 3}};
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        struct support_model folder = {.layers = 2,
                                       .heads = 2,
                                       .d = 4,
                                       .d_k = 2,
                                       .d_v = 2,
                                       .norm = "pre",
                                       .mask = "none",
                                       .tokenizer = "words",
                                       .similarity = rows[i / 2].similarity};
        struct study study;
        struct document wanted;
        support_model_make(&folder);
        assert_true(study_init(&study, NULL) && document_init(&wanted, NULL));
        assert_true(document_set_model(&wanted, folder.folder));
        assert_true(document_set_text(&wanted, "a b", 3));
        wanted.layer = (int)(i % 2);
        wanted.step = STEP_SIMILARITY;
        assert_true(study_set(&study, &wanted, NULL));
        const struct attention_tensor t =
            attention_trace_weight(study.trace, &study.model.weights,
                                   (enum attention_weight_id)rows[i / 2].id, wanted.layer);
        check_weight(&study, rows[i / 2].source, rows[i / 2].id, t.data, rows[i / 2].rows,
                     rows[i / 2].columns, 2);
        document_free(&wanted);
        study_free(&study);
        support_model_remove(&folder);
    }
}

/* Where a model has no bias and no gain there are no cells, until an edit puts a number there;
 * without the edit it would be 0, and a gain 1. */
static void an_edit_makes_what_is_not_there(void **state) {
    (void)state;
    static const struct {
        int source, id;
        float value;
    } rows[] = {{CELL_B_Q, ATTENTION_WEIGHT_Q_BIAS, 0},
                {CELL_B_DOWN, ATTENTION_WEIGHT_DOWN_BIAS, 0},
                {CELL_NORM2_WEIGHT, ATTENTION_WEIGHT_NORM2, 1},
                {CELL_NORM2_BIAS, ATTENTION_WEIGHT_NORM2_BIAS, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct study study;
        struct document wanted;
        float value;
        const struct document_cell cell = {rows[i].source, 0, 0, 1},
                                   other = {rows[i].source, 0, 0, 0};
        assert_true(study_init(&study, NULL) && document_init(&wanted, NULL));
        assert_true(document_set_model(&wanted, "by-hand"));
        wanted.what_if.norm = NORM_POST;
        assert_true(study_set(&study, &wanted, NULL));
        assert_false(cell_exists(&study, &cell));
        assert_true(
            what_if_edit(&wanted.what_if,
                         &(struct attention_edit){.tensor = rows[i].id, .index = 1, .value = 3}));
        assert_true(study_set(&study, &wanted, NULL));
        assert_true(cell_value(&study, &cell, &value) && value == 3);
        assert_true(cell_value(&study, &other, &value) && value == rows[i].value);
        assert_true(cell_unedited_value(&study, &cell, &value) && value == rows[i].value);
        assert_true(cell_is_edited(&study, &cell) && !cell_is_edited(&study, &other));
        document_free(&wanted);
        study_free(&study);
    }
}

/* Documents name sources: these names stay. */
static void sources_keep_their_names(void **state) {
    (void)state;
    static const struct {
        int source;
        const char *name;
    } rows[] = {{CELL_W_Q, "W_Q"},
                {CELL_W_O, "W_O"},
                {CELL_W_ADDITIVE, "w_additive"},
                {CELL_TOKEN, "token"},
                {CELL_ATTENTION, "compare_attention"},
                {CELL_B_Q, "b_Q"},
                {CELL_B_K, "b_K"},
                {CELL_B_V, "b_V"},
                {CELL_B_O, "b_O"},
                {CELL_NORM1_WEIGHT, "norm1_weight"},
                {CELL_NORM1_BIAS, "norm1_bias"},
                {CELL_NORM2_WEIGHT, "norm2_weight"},
                {CELL_NORM2_BIAS, "norm2_bias"},
                {CELL_W_UP, "W_up"},
                {CELL_B_UP, "b_up"},
                {CELL_W_DOWN, "W_down"},
                {CELL_B_DOWN, "b_down"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(cell_source_id(rows[i].source), rows[i].name);
        assert_int_equal(cell_source_from_id(rows[i].name), rows[i].source);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_weight_has_cells),
        cmocka_unit_test(weights_of_f_have_cells),
        cmocka_unit_test(an_edit_makes_what_is_not_there),
        cmocka_unit_test(sources_keep_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

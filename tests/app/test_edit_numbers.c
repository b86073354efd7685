#define _GNU_SOURCE
/* Numbers edited where they stand: the field under the arithmetic, by keys and by the pointer. */
#include "app/support_app.h"

#include "app/describe.h"
#include "lesson/cell_edit.h"
#include "lesson/number.h"
#include "ui/ui.h"

#include <math.h>

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static size_t edits(const struct rig *rig) {
    return now(rig)->what_if.edit_count;
}

static void go(struct rig *rig, int step) {
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, step, BEAT_LAST, 1});
    rig_settle(rig);
}

static void choose(struct rig *rig, int source, int row, int column) {
    app_dispatch(&rig->app,
                 (struct ui_action){UI_COMMAND_CELL_SELECT, cell_grid_id(source, 0), row, column});
    rig_settle(rig);
}

static const struct semantic_node *field(struct rig *rig) {
    app_refresh(&rig->app);
    return semantics_by_id(&rig->app.semantics, NODE_NUMBER);
}

static void retype(struct rig *rig, const char *text) {
    rig_key(rig, 'a', INPUT_CTRL);
    rig_type(rig, text);
    rig_key(rig, KEY_ENTER, 0);
}

static float weight(const struct rig *rig, int row, int column) {
    struct cell_matrix m = cell_matrix_of(&rig->app.study, CELL_W_Q, 0, NULL);
    return m.values[(size_t)row * m.columns + (size_t)column];
}

/* Q of one token and column as attention says: the sum over x · W_Q with its bias. */
static float expected_q(const struct rig *rig, size_t token, size_t column) {
    const struct study *study = &rig->app.study;
    struct cell_matrix x = cell_matrix_of(study, ATTENTION_TENSOR_X, 0, NULL);
    const float *bias = study->model.weights.layers[0].q_bias;
    double sum = bias ? (double)bias[column] : 0;
    for (size_t i = 0; i < x.columns; i++)
        sum += (double)x.values[token * x.columns + i] * (double)weight(rig, (int)column, (int)i);
    return (float)sum;
}

static float q(const struct rig *rig, size_t token, size_t column) {
    struct cell_matrix m = cell_matrix_of(&rig->app.study, ATTENTION_TENSOR_Q, 0, NULL);
    return m.values[token * m.columns + column];
}

static void test_a_weight_by_keyboard(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    go(rig, STEP_PROJECTION);
    int c = 0; /* a column that the first word has */
    while (cell_matrix_of(&rig->app.study, ATTENTION_TENSOR_X, 0, NULL).values[c] == 0)
        c++;
    choose(rig, CELL_W_Q, 1, c);
    size_t undo = rig->app.undo.count;
    float own = weight(rig, 1, c), old_q = q(rig, 0, 1), other_q = q(rig, 0, 0);
    assert_true(own != 0.5f);
    assert_non_null(field(rig));
    assert_null(semantics_by_id(&rig->app.semantics, ui_id("take back", 0, 0)));
    rig_key(rig, KEY_ENTER, 0);
    assert_true(rig->app.presence.is_editing);
    assert_int_equal(rig->app.presence.edited_field, EDIT_NUMBER);
    assert_true(app_caret_rect(&rig->app).h > 0);
    retype(rig, "1/2");
    assert_false(rig->app.presence.is_editing);
    assert_int_equal(edits(rig), 1);
    assert_true(weight(rig, 1, c) == 0.5f);
    assert_true(q(rig, 0, 1) != old_q && q(rig, 0, 0) == other_q);
    for (size_t t = 0; t < study_tokens(&rig->app.study); t++)
        assert_true(fabsf(q(rig, t, 1) - expected_q(rig, t, 1)) < 1e-5f);
    assert_int_equal(rig->app.undo.count, undo + 1);
    assert_string_equal(field(rig)->value, "0.5");
    assert_non_null(strstr(rig_grid(rig, CELL_W_Q)->value, "0.50"));
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(edits(rig), 0);
    assert_true(q(rig, 0, 1) == old_q);
    assert_string_equal(rig_grid(rig, CELL_W_Q)->value, "");
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    assert_true(weight(rig, 1, c) == 0.5f);
    /* Tab leads to the way back; it is a step of undo of its own. */
    for (int i = 0; rig->app.presence.focus_id != ui_id("take back", 0, 0); i++) {
        assert_true(i < 200);
        rig_key(rig, KEY_TAB, 0);
    }
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(edits(rig), 0);
    assert_true(weight(rig, 1, c) == own);
    assert_int_equal(rig->app.undo.count, undo + 2);
    rig_end(rig);
}

static void test_wrong_text_stays(void **state) {
    (void)state;
    static const char *const wrong[] = {"",     "half", "1/0",   "1e99", "nan",
                                        "0x10", "0,5",  "1/2/3", "−∞"};
    struct rig *rig = rig_start();
    go(rig, STEP_PROJECTION);
    choose(rig, CELL_W_Q, 0, 0);
    float own = weight(rig, 0, 0);
    rig_key(rig, 'e', 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        rig_key(rig, 'a', INPUT_CTRL);
        rig_key(rig, KEY_DELETE, 0);
        if (wrong[i][0]) rig_type(rig, wrong[i]);
        rig_key(rig, KEY_ENTER, 0);
        if (!rig->app.presence.is_editing) fail_msg("“%s” was taken", wrong[i]);
        const struct semantic_node *why =
            semantics_by_id(&rig->app.semantics, ui_id("field error", EDIT_NUMBER, 0));
        assert_non_null(why);
        assert_true(why->name[0] && why->rect.h > 0);
        assert_string_equal(rig->app.editor.text, wrong[i]);
        assert_true(weight(rig, 0, 0) == own && edits(rig) == 0);
    }
    retype(rig, " −.25 ");
    assert_true(weight(rig, 0, 0) == -0.25f);
    rig_key(rig, 'e', 0);
    rig_type(rig, "7");
    rig_key(rig, KEY_ESCAPE, 0);
    assert_false(rig->app.presence.is_editing);
    assert_true(weight(rig, 0, 0) == -0.25f && edits(rig) == 1);
    rig_click_named(rig, "Take back");
    assert_true(weight(rig, 0, 0) == own);
    rig_end(rig);
}

static void test_a_score(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct document_cell cell = {ATTENTION_TENSOR_SCORES, 0, 1, 2};
    float before = 0, value = 0;
    go(rig, STEP_SCALE);
    choose(rig, ATTENTION_TENSOR_SCORES, 1, 2);
    assert_true(cell_value(&rig->app.study, &cell, &before));
    rig_key(rig, KEY_ENTER, 0);
    retype(rig, "-inf");
    assert_true(cell_value(&rig->app.study, &cell, &value) && value == -INFINITY);
    assert_true(cell_unedited_value(&rig->app.study, &cell, &value) && value == before);
    struct cell_matrix a = cell_matrix_of(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, 0, NULL);
    assert_true(a.values[a.columns + 2] == 0);
    struct export_tools tools = {.catalogue = &rig->app.catalogue, .measurer = &rig->app.measurer};
    struct file_bytes text = {0};
    struct file_error error = {0};
    assert_true(describe_build(&tools, &rig->app.study, &text, &error));
    assert_non_null(memmem(text.data, text.size, "Edited by you: [", 16));
    assert_non_null(memmem(text.data, text.size, "Edited by you; it was", 21));
    file_bytes_free(&text);
    rig_key(rig, 'e', 0);
    retype(rig, "1e-3");
    assert_true(cell_value(&rig->app.study, &cell, &value) && value == 1e-3f);
    assert_int_equal(edits(rig), 1);
    rig_end(rig);
}

/* The cell cursor goes on after the field; a click elsewhere takes what was typed; other cells have
 * none. */
static void test_cursor_and_pointer(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    go(rig, STEP_PROJECTION);
    choose(rig, ATTENTION_TENSOR_Q, 0, 0);
    assert_null(field(rig));
    assert_false(app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_NUMBER_EDIT, 0, 0, 0}));
    choose(rig, CELL_W_Q, 0, 0);
    rig_key(rig, KEY_ENTER, 0);
    retype(rig, "2");
    assert_true(rig->app.presence.is_cursor_active && weight(rig, 0, 0) == 2);
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(now(rig)->step, STEP_PROJECTION);
    assert_true(now(rig)->cell.row + now(rig)->cell.column == 1);
    choose(rig, CELL_W_Q, 2, 1);
    struct rect r = field(rig)->rect;
    rig_click(rig, r.x + r.w / 2, r.y + r.h / 2, 1);
    assert_true(rig->app.presence.is_editing);
    rig_type(rig, "-4");
    r = rig_grid(rig, ATTENTION_TENSOR_Q)->rect;
    rig_click(rig, r.x + 2, r.y + 2, 1);
    assert_false(rig->app.presence.is_editing);
    assert_true(weight(rig, 2, 1) == -4);
    assert_int_equal(edits(rig), 2);
    rig_end(rig);
}

static void test_reading_and_writing(void **state) {
    (void)state;
    static const struct {
        const char *text;
        float value;
    } rows[] = {{"0.5", 0.5f},       {".5", 0.5f},      {"1/2", 0.5f},     {"−3", -3},
                {"-3", -3},          {"1e-3", 1e-3f},   {" + 2 ", 2},      {"−1 / 4", -0.25f},
                {"-inf", -INFINITY}, {"−∞", -INFINITY}, {"-∞", -INFINITY}, {"5.", 5}};
    static const float values[] = {0, 0.1f, -1.0f / 3, 1e-30f, 3.4e38f, 16777216, -0.75f};
    char text[NUMBER_BYTES];
    float value;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!number_read(rows[i].text, &value) || value != rows[i].value)
            fail_msg("“%s” is read as %g", rows[i].text, (double)value);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        number_write(text, sizeof text, values[i]);
        if (!number_read(text, &value) || value != values[i])
            fail_msg("%g is written as “%s”", (double)values[i], text);
    }
}

/* Embeddings and positions too, and the scores that a mask hides; a refused number that is left is
 * told. */
static void test_inputs_and_masked_scores(void **state) {
    (void)state;
    static const int sources[] = {ATTENTION_TENSOR_EMBEDDING, ATTENTION_TENSOR_POSITION};
    struct rig *rig = rig_start();
    float before, value;
    go(rig, STEP_EMBEDDING);
    for (size_t i = 0; i < 2; i++) {
        struct document_cell cell = {sources[i], 0, 2, 3};
        choose(rig, sources[i], 2, 3);
        assert_true(cell_value(&rig->app.study, &cell, &before));
        rig_key(rig, KEY_ENTER, 0);
        retype(rig, "0.125");
        assert_true(cell_value(&rig->app.study, &cell, &value) && value == 0.125f);
        assert_true(cell_unedited_value(&rig->app.study, &cell, &value) && value == before);
    }
    rig_key(rig, 'm', 0);
    go(rig, STEP_SCALE);
    struct document_cell cell = {ATTENTION_TENSOR_SCORES, 0, 0, 3};
    choose(rig, ATTENTION_TENSOR_SCORES, 0, 3);
    assert_string_equal(field(rig)->value, "−∞");
    rig_key(rig, 'e', 0);
    retype(rig, "1");
    assert_true(cell_value(&rig->app.study, &cell, &value) && value == 1);
    assert_true(cell_unedited_value(&rig->app.study, &cell, &value) && value == -INFINITY);
    rig_key(rig, 'e', 0);
    rig_type(rig, "one");
    rig_key(rig, KEY_TAB, 0);
    assert_false(rig->app.presence.is_editing);
    assert_non_null(rig->app.presence.message);
    assert_true(cell_value(&rig->app.study, &cell, &value) && value == 1);
    rig_end(rig);
}

/* The keys overlay has room for every row, this one among them. */
static void test_keys_overlay(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    bool is_there = false;
    rig_key(rig, '?', 0);
    app_refresh(&rig->app);
    for (int i = 0; rig->app.key_rows[2 * i]; i++) {
        const struct semantic_node *row = semantics_by_id(&rig->app.semantics, ui_id("key", i, 0));
        if (!row) fail_msg("%s has no room", rig->app.key_rows[2 * i + 1]);
        is_there = is_there || strcmp(row->value, "Edit the chosen number") == 0;
    }
    assert_true(is_there);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_weight_by_keyboard),
        cmocka_unit_test(test_wrong_text_stays),
        cmocka_unit_test(test_a_score),
        cmocka_unit_test(test_cursor_and_pointer),
        cmocka_unit_test(test_reading_and_writing),
        cmocka_unit_test(test_keys_overlay),
        cmocka_unit_test(test_inputs_and_masked_scores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

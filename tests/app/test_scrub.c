/* Numbers changed without typing: dragged by their handle, field or cell, and in steps from the
 * keyboard. */
#include "app/support_app.h"

#include "app/drag.h"
#include "ui/ui.h"

#include <math.h>

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static size_t edits(const struct rig *rig) {
    return now(rig)->what_if.edit_count;
}

static float number(const struct rig *rig) {
    struct document_cell cell = now(rig)->cell;
    float value = NAN;
    assert_true(cell_value(&rig->app.study, &cell, &value));
    return value;
}

/* A weight of the model, chosen. */
static struct rig *scrub_start(const char *model, int source, int row, int column) {
    struct rig *rig = rig_start();
    struct document wanted = {0};
    assert_true(document_copy(&wanted, now(rig)) && document_set_model(&wanted, model));
    app_change(&rig->app, &wanted, false);
    int step = source == ATTENTION_TENSOR_SCORES ? STEP_SCALE : STEP_PROJECTION;
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, step, BEAT_LAST, 1});
    app_dispatch(&rig->app,
                 (struct ui_action){UI_COMMAND_CELL_SELECT, cell_grid_id(source, 0), row, column});
    rig_settle(rig);
    return rig;
}

static struct rect handle(struct rig *rig) {
    app_refresh(&rig->app);
    const struct semantic_node *node = semantics_by_id(&rig->app.semantics, NODE_NUMBER_HANDLE);
    assert_non_null(node);
    return node->rect;
}

static void test_by_the_handle(void **state) {
    (void)state;
    struct rig *rig = scrub_start("by-hand", CELL_W_Q, 0, 0);
    size_t undo = rig->app.undo.count;
    float own = number(rig);
    const float *q = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_Q, 0);
    float q_own = q[0];
    struct rect r = handle(rig);
    float x = r.x + r.w / 2, y = r.y + r.h / 2;
    rig_pointer(rig, INPUT_POINTER_MOVE, x, y, 0);
    assert_int_equal(app_pointer(&rig->app), POINTER_SCRUB);
    rig_pointer(rig, INPUT_POINTER_DOWN, x, y, 0);
    assert_true(number(rig) == own);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 2, y, 0); /* not meant yet */
    assert_true(number(rig) == own);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 12, y, 0);
    assert_true(number(rig) == own + 2); /* whole numbers stay whole */
    q = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_Q, 0);
    struct cell_matrix xs = cell_matrix_of(&rig->app.study, ATTENTION_TENSOR_X, 0, NULL);
    assert_true(q[0] == q_own + 2 * xs.values[0]);
    rig_pointer(rig, INPUT_POINTER_MOVE, x - 18, y, 0);
    assert_true(number(rig) == own - 3);
    rig_pointer(rig, INPUT_POINTER_MOVE, x - 18, y - 24, 0); /* up is more */
    assert_true(number(rig) == own + 1);
    assert_int_equal(rig->app.undo.count, undo);
    rig_pointer(rig, INPUT_POINTER_UP, x - 18, y - 24, 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 50, y, 0);
    assert_true(number(rig) == own + 1 && edits(rig) == 1);
    assert_int_equal(rig->app.undo.count, undo + 1);
    assert_string_equal(semantics_by_id(&rig->app.semantics, NODE_NUMBER)->value,
                        own + 1 == 1   ? "1"
                        : own + 1 == 2 ? "2"
                        : own + 1 == 3 ? "3"
                                       : "0");
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(number(rig) == own && edits(rig) == 0);
    rig_end(rig);
}

/* There and back again is no edit and no step of undo; Esc likewise, and what was undone can be
 * done again. */
static void test_back_and_esc(void **state) {
    (void)state;
    struct rig *rig = scrub_start("textbook", CELL_W_Q, 1, 9);
    rig_key(rig, '+', INPUT_SHIFT);
    assert_int_equal(edits(rig), 1);
    rig_key(rig, 'z', INPUT_CTRL);
    size_t undo = rig->app.undo.count, redo = rig->app.redo.count;
    float own = number(rig);
    struct rect r = handle(rig);
    float x = r.x + 5, y = r.y + 5;
    rig_pointer(rig, INPUT_POINTER_DOWN, x, y, 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 90, y, 0);
    assert_true(number(rig) > own && edits(rig) == 1);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 1, y, 0);
    assert_true(number(rig) == own && edits(rig) == 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, x - 90, y, 0);
    rig_key(rig, KEY_ESCAPE, 0);
    assert_true(number(rig) == own && edits(rig) == 0 && !drag_is_on(&rig->app));
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 90, y, 0);
    rig_pointer(rig, INPUT_POINTER_UP, x + 90, y, 0);
    assert_true(number(rig) == own && now(rig)->cell.source == CELL_W_Q);
    assert_int_equal(rig->app.undo.count, undo);
    assert_int_equal(rig->app.redo.count, redo);
    rig_end(rig);
}

/* Shift makes the steps finer, Ctrl coarser, also on the way. */
static void test_finer_and_coarser(void **state) {
    (void)state;
    struct rig *rig = scrub_start("by-hand", CELL_W_K, 1, 1);
    float own = number(rig);
    struct rect r = handle(rig);
    float x = r.x + 5, y = r.y + 5;
    rig_pointer(rig, INPUT_POINTER_DOWN, x, y, INPUT_SHIFT);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 18, y, INPUT_SHIFT);
    assert_true(fabsf(number(rig) - own - 0.3f) < 1e-6f);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 19, y, INPUT_CTRL);
    assert_true(fabsf(number(rig) - own - 0.3f) < 1e-6f); /* goes on from here */
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 25, y, INPUT_CTRL);
    float ten = own + 0.3f < 0 ? 0 : 10;
    if (number(rig) != ten) fail_msg("%g", (double)number(rig));
    rig_pointer(rig, INPUT_POINTER_UP, x + 24, y, INPUT_CTRL);
    assert_true(number(rig) == ten && edits(rig) == 1);
    rig_end(rig);
}

/* A press on the field opens it, as ever; going on to a side drags the number instead. */
static void test_by_the_field(void **state) {
    (void)state;
    struct rig *rig = scrub_start("by-hand", CELL_W_Q, 0, 1);
    float own = number(rig);
    app_refresh(&rig->app);
    struct rect r = semantics_by_id(&rig->app.semantics, NODE_NUMBER)->rect;
    float x = r.x + r.w / 2, y = r.y + r.h / 2;
    rig_pointer(rig, INPUT_POINTER_DOWN, x, y, 0);
    assert_true(rig->app.presence.is_editing);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 1, y, 0);
    rig_pointer(rig, INPUT_POINTER_UP, x + 1, y, 0);
    assert_true(rig->app.presence.is_editing && !drag_is_on(&rig->app));
    rig_type(rig, "7");
    rig_key(rig, KEY_ENTER, 0);
    assert_true(number(rig) == 7);
    app_refresh(&rig->app);
    r = semantics_by_id(&rig->app.semantics, NODE_NUMBER)->rect; /* what it did takes room */
    x = r.x + r.w / 2, y = r.y + r.h / 2;
    rig_pointer(rig, INPUT_POINTER_DOWN, x, y, 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 30, y, 0);
    assert_false(rig->app.presence.is_editing);
    assert_true(number(rig) == 12);
    rig_pointer(rig, INPUT_POINTER_UP, x + 30, y, 0);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(number(rig) == 7);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(number(rig) == own);
    rig_end(rig);
}

/* On the stage: the cell that is chosen already, or any that can be edited, with Alt. */
static void test_by_the_cell(void **state) {
    (void)state;
    struct rig *rig = scrub_start("by-hand", CELL_W_Q, 2, 1);
    float own = number(rig);
    int row, column;
    struct document_cell cell = now(rig)->cell;
    const struct semantic_node *grid = rig_grid(rig, CELL_W_Q);
    assert_true(cell_in_grid(grid->grid.id, &cell, &row, &column));
    struct rect r = semantics_cell_rect(grid, (size_t)row, (size_t)column);
    float x = r.x + r.w / 2, y = r.y + r.h / 2;
    rig_pointer(rig, INPUT_POINTER_MOVE, x, y, 0);
    assert_int_equal(app_pointer(&rig->app), POINTER_SCRUB);
    rig_pointer(rig, INPUT_POINTER_DOWN, x, y, 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 12, y, 0);
    rig_pointer(rig, INPUT_POINTER_UP, x + 12, y, 0);
    assert_true(number(rig) == own + 2);
    /* Another cell: chosen by the press, not dragged; with Alt both. */
    grid = rig_grid(rig, CELL_W_K);
    r = semantics_cell_rect(grid, 0, 0);
    x = r.x + r.w / 2, y = r.y + r.h / 2;
    rig_pointer(rig, INPUT_POINTER_DOWN, x, y, 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, x + 12, y, 0);
    rig_pointer(rig, INPUT_POINTER_UP, x + 12, y, 0);
    assert_int_equal(now(rig)->cell.source, CELL_W_K);
    assert_int_equal(edits(rig), 1);
    grid = rig_grid(rig, CELL_W_V);
    r = semantics_cell_rect(grid, 1, 1);
    x = r.x + r.w / 2, y = r.y + r.h / 2;
    rig_pointer(rig, INPUT_POINTER_DOWN, x, y, INPUT_ALT);
    assert_int_equal(now(rig)->cell.source, CELL_W_V);
    own = number(rig);
    rig_pointer(rig, INPUT_POINTER_MOVE, x - 12, y, INPUT_ALT);
    rig_pointer(rig, INPUT_POINTER_UP, x - 12, y, INPUT_ALT);
    assert_true(number(rig) == own - 2 && edits(rig) == 2);
    /* What comes out of the pass cannot be dragged. */
    grid = rig_grid(rig, ATTENTION_TENSOR_Q);
    r = semantics_cell_rect(grid, 1, 0);
    rig_pointer(rig, INPUT_POINTER_DOWN, r.x + 2, r.y + 2, INPUT_ALT);
    rig_pointer(rig, INPUT_POINTER_MOVE, r.x + 60, r.y + 2, INPUT_ALT);
    assert_false(drag_is_on(&rig->app));
    assert_int_equal(edits(rig), 2);
    rig_end(rig);
}

/* A masked score begins at 0: −∞ has no neighbours. */
static void test_a_masked_score(void **state) {
    (void)state;
    struct rig *rig = scrub_start("textbook", ATTENTION_TENSOR_SCORES, 1, 3);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_MASK_PAINT, 0, 0, 0});
    assert_true(number(rig) == -INFINITY); /* the beat of the mask, at once */
    rig_key(rig, '+', 0);
    assert_true(isfinite(number(rig)) && number(rig) > 0 && number(rig) <= 1);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(number(rig) == -INFINITY);
    rig_end(rig);
}

/* Keys: steps that follow each other are undone together, something else in between parts them. */
static void test_by_keys(void **state) {
    (void)state;
    struct rig *rig = scrub_start("by-hand", CELL_W_Q, 1, 1);
    float own = number(rig);
    size_t undo = rig->app.undo.count;
    for (int i = 0; i < 5; i++)
        rig_key(rig, '+', INPUT_SHIFT);
    rig_key(rig, '-', 0);
    rig_key(rig, KEY_UP, INPUT_ALT);
    assert_true(number(rig) == own + 5);
    assert_int_equal(rig->app.undo.count, undo + 1);
    rig_key(rig, 'm', 0);
    rig_key(rig, KEY_DOWN, INPUT_ALT | INPUT_SHIFT);
    assert_true(fabsf(number(rig) - (own + 4.9f)) < 1e-5f);
    assert_int_equal(rig->app.undo.count, undo + 3);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(number(rig) == own + 5);
    rig_key(rig, '-', 0); /* after undo: a step of its own */
    assert_true(number(rig) == own + 4);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(number(rig) == own + 5);
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(number(rig) == own && edits(rig) == 0);
    /* With the handle focused, the arrows. */
    for (int i = 0; rig->app.presence.focus_id != NODE_NUMBER_HANDLE; i++) {
        assert_true(i < 200);
        rig_key(rig, KEY_TAB, 0);
    }
    rig_key(rig, KEY_RIGHT, 0);
    rig_key(rig, KEY_RIGHT, 0);
    rig_key(rig, KEY_LEFT, 0);
    rig_key(rig, KEY_LEFT, 0);
    assert_true(number(rig) == own && edits(rig) == 0);
    /* Where nothing can be edited, nothing happens. */
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_CELL_SELECT,
                                               cell_grid_id(ATTENTION_TENSOR_Q, 0), 0, 0});
    assert_false(app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_NUMBER_MORE, 0, 0, 0}));
    rig_end(rig);
}

/* A full list of edits is said, and nothing changes. */
static void test_too_many(void **state) {
    (void)state;
    struct rig *rig = scrub_start("textbook", CELL_W_O, 0, 0);
    struct document wanted = {0};
    assert_true(document_copy(&wanted, now(rig)));
    for (int i = 0; i < WHAT_IF_MAX_EDITS; i++) {
        const struct attention_edit edit = {
            .tensor = ATTENTION_WEIGHT_Q, .layer = i / 512, .index = (size_t)i % 512};
        assert_true(what_if_edit(&wanted.what_if, &edit));
    }
    app_change(&rig->app, &wanted, false);
    assert_int_equal(edits(rig), WHAT_IF_MAX_EDITS);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_PROJECTION, BEAT_LAST, 1});
    app_dispatch(&rig->app,
                 (struct ui_action){UI_COMMAND_CELL_SELECT, cell_grid_id(CELL_W_V, 0), 0, 0});
    float own = number(rig);
    rig_key(rig, '+', 0);
    assert_true(number(rig) == own);
    assert_non_null(strstr(rig->app.message, "4096"));
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_the_handle),     cmocka_unit_test(test_back_and_esc),
        cmocka_unit_test(test_finer_and_coarser), cmocka_unit_test(test_by_the_field),
        cmocka_unit_test(test_by_the_cell),       cmocka_unit_test(test_a_masked_score),
        cmocka_unit_test(test_by_keys),           cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

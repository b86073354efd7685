/* The page of the what-if itself: keys, pointer, wheel, the sheet, presentation, pictures and undo.
 */
#include "app/support_panel.h"

#include "lesson/selection.h"
#include "ui/ui.h"

#include <math.h>

static void point(struct rig *rig, enum input_kind kind, float x, float y) {
    struct input input = {.kind = kind, .x = x, .y = y, .clicks = 1};
    app_input(&rig->app, &input);
    assert_non_null(app_picture(&rig->app, rig->now_ms));
}

/* The focus goes to the control of this name by Tab alone. */
static void tab_to(struct rig *rig, const char *name) {
    for (int i = 0; i < 200; i++) {
        rig_key(rig, KEY_TAB, 0);
        const struct semantic_node *node =
            semantics_by_id(&rig->app.semantics, rig->app.presence.focus_id);
        assert_non_null(node);
        if (strcmp(node->name, name) != 0) continue;
        assert_true(node->rect.h > 10); /* it has come into view */
        return;
    }
    fail_msg("Tab never meets “%s”", name);
}

static void test_the_keyboard_alone(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    struct input size = {.kind = INPUT_RESIZE, .width = 1024, .height = 700};
    app_input(&rig->app, &size);
    int step = (int)panel_document(rig)->step;
    tab_to(rig, "Similarity F");
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(panel_changes(rig)->similarity, SIMILARITY_COSINE);
    rig_key(rig, KEY_DOWN, 0);
    assert_int_equal(panel_changes(rig)->similarity, SIMILARITY_MODEL);
    rig_key(rig, ' ', 0);
    assert_int_equal(panel_changes(rig)->similarity, SIMILARITY_COSINE);
    tab_to(rig, "Temperature τ");
    rig_key(rig, KEY_RIGHT, 0);
    rig_key(rig, KEY_UP, 0);
    assert_true(panel_changes(rig)->temperature == 1.5f);
    rig_key(rig, KEY_HOME, 0);
    assert_true(panel_changes(rig)->temperature == 0);
    rig_key(rig, KEY_LEFT, 0);
    assert_true(panel_changes(rig)->temperature == 0);
    rig_key(rig, KEY_END, 0);
    assert_true(panel_changes(rig)->temperature == 10);
    tab_to(rig, "Norm");
    rig_key(rig, KEY_LEFT, 0);
    assert_int_equal(panel_changes(rig)->norm, NORM_NONE);
    tab_to(rig, "Head 6");
    rig_key(rig, KEY_ENTER, 0);
    assert_true(what_if_is_head_off(panel_changes(rig), 0, 5));
    tab_to(rig, "Context");
    rig_key(rig, KEY_ENTER, 0);
    rig_type(rig, "two words");
    rig_key(rig, KEY_TAB, 0);
    assert_string_equal(panel_changes(rig)->context, "two words");
    tab_to(rig, "Back to before");
    rig_key(rig, KEY_ENTER, 0);
    assert_true(what_if_is_plain(panel_changes(rig)));
    assert_int_equal(panel_document(rig)->step, step); /* no arrow went to the timeline */
    rig_key(rig, KEY_ESCAPE, 0);
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_not_equal((int)panel_document(rig)->step, step);
    rig_key(rig, 'm', 0);
    assert_int_equal(panel_changes(rig)->mask, MASK_CAUSAL);
    rig_key(rig, 'm', 0);
    assert_int_equal(panel_changes(rig)->mask, MASK_MODEL);
    rig_key(rig, 'd', 0);
    rig_key(rig, 'w', INPUT_SHIFT);
    assert_true(what_if_is_plain(panel_changes(rig)));
    rig_end(rig);
}

static void test_the_sheet_and_presentation(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct input size = {.kind = INPUT_RESIZE, .width = 800, .height = 600};
    app_input(&rig->app, &size);
    rig_key(rig, 'w', 0);
    assert_true(rig->app.presence.is_panel_open);
    panel_click(rig, "Scaling ÷√dₖ: off");
    assert_int_equal(panel_changes(rig)->scaling, SCALING_OFF);
    rig_key(rig, 'w', 0);
    assert_false(rig->app.presence.is_panel_open);
    size = (struct input){.kind = INPUT_RESIZE, .width = 640, .height = 300};
    app_input(&rig->app, &size); /* so low that what it did is the last of the rows */
    rig_key(rig, 'w', 0);
    panel_click(rig, "Back to before");
    assert_true(what_if_is_plain(panel_changes(rig)));
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, 'w', 0);
    size = (struct input){.kind = INPUT_RESIZE, .width = 800, .height = 600};
    app_input(&rig->app, &size);
    rig_key(rig, KEY_F5, 0);
    rig_key(rig, 'w', 0);
    assert_true(rig->app.presence.is_panel_open);
    panel_click(rig, "Scaling ÷√dₖ: on");
    assert_int_equal(panel_changes(rig)->scaling, SCALING_MODEL);
    rig_key(rig, 'w', 0);
    assert_false(rig->app.presence.is_panel_open);
    rig_key(rig, KEY_ESCAPE, 0);
    assert_false(panel_document(rig)->is_presentation);
    rig_end(rig);
}

static void test_a_mask_is_painted(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    rig_key(rig, 'm', 0);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_SOFTMAX, BEAT_LAST, 1});
    const struct semantic_node *grid = rig_grid(rig, ATTENTION_TENSOR_WEIGHTS);
    struct rect cell = semantics_cell_rect(grid, 4, 1);
    rig_click(rig, cell.x + cell.w / 2, cell.y + cell.h / 2, 1);
    rig_key(rig, 'x', 0); /* from the causal mask on */
    assert_int_equal(panel_changes(rig)->mask, MASK_PAINTED);
    const float *a = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, 0);
    assert_true(a[4 * 8 + 1] == 0 && a[4 * 8 + 2] > 0 && a[4 * 8 + 5] == 0);
    assert_true(panel_find(rig, "Mask: painted")->is_selected);
    rig_key(rig, 'x', 0);
    a = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, 0);
    assert_true(a[4 * 8 + 1] > 0 && a[4 * 8 + 5] == 0);
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(panel_changes(rig)->mask, MASK_CAUSAL);
    rig_end(rig);
}

/* Nobody has chosen a cell: the one that the beat makes, and that is framed, is painted. */
static void test_the_cell_of_the_beat_is_painted(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_SOFTMAX, 0, 1});
    struct document_cell cell = selection_of(&rig->app.study);
    assert_true(cell.source == CELL_EXPONENTIALS && cell.column != panel_document(rig)->key);
    rig_key(rig, 'x', 0);
    const float *a = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, 0);
    assert_true(a[cell.row * 8 + cell.column] == 0 && a[cell.row * 8 + panel_document(rig)->key] > 0);
    rig_end(rig);
}

static void test_the_wheel_scrolls_the_page(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    struct input size = {.kind = INPUT_RESIZE, .width = 1024, .height = 700};
    app_input(&rig->app, &size);
    panel_scroll_to(rig, 0);
    const struct semantic_node *rows = semantics_by_id(&rig->app.semantics, NODE_PANEL_ROWS);
    float x = rows->rect.x + 20, y = rows->rect.y + 20,
          most = rows->scroll_height - rows->scroll_room;
    point(rig, INPUT_POINTER_MOVE, x, y);
    struct input wheel = {.kind = INPUT_WHEEL, .wheel_y = -1};
    for (int i = 0; i < 30; i++)
        app_input(&rig->app, &wheel);
    app_refresh(&rig->app);
    assert_true(most > 0 && fabsf(rig->app.presence.panel_scroll - most) < 1.5f);
    wheel.wheel_y = 1;
    app_input(&rig->app, &wheel);
    assert_true(rig->app.presence.panel_scroll < most - 30);
    for (int i = 0; i < 30; i++)
        app_input(&rig->app, &wheel);
    assert_true(rig->app.presence.panel_scroll == 0);
    rig_end(rig);
}

/* A picture of the document shows the same page; undo leaves the page where it is. */
static void test_the_page_is_part_of_the_document(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Mask: causal");
    json_t *json = document_to_json(panel_document(rig));
    struct document read = {0};
    struct file_error error = {0};
    assert_string_equal(json_string_value(json_object_get(json, "panel")), "what-if");
    assert_true(document_from_json(json, &read, &error));
    assert_true(document_equal(&read, panel_document(rig)));
    json_object_set_new(json, "panel", json_string("elsewhere"));
    struct document bad = {0};
    assert_false(document_from_json(json, &bad, &error));
    json_decref(json);
    document_free(&read);
    rig_key(rig, 'w', 0);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(panel_document(rig)->panel, PANEL_EXPLAIN);
    assert_int_equal(panel_changes(rig)->mask, MASK_MODEL);
    rig_end(rig);
}

/* From one end to the other and half way back: one step of undo. */
static void test_a_drag_is_one_step_of_undo(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Scaling ÷√dₖ: off");
    struct rect r = panel_find(rig, "Temperature τ")->rect;
    float y = r.y + r.h / 2;
    size_t undo = rig->app.undo.count;
    point(rig, INPUT_POINTER_DOWN, r.x + r.w / 2, y);
    for (float x = r.x + r.w / 2; x < r.x + r.w + 40; x += 3)
        point(rig, INPUT_POINTER_MOVE, x, y + 30);
    assert_true(panel_changes(rig)->temperature == 10);
    assert_true(attention_trace_divisor(rig->app.study.trace) == 10);
    for (float x = r.x + r.w; x > r.x - 40; x -= 3)
        point(rig, INPUT_POINTER_MOVE, x, y);
    assert_true(panel_changes(rig)->temperature == 0);
    point(rig, INPUT_POINTER_UP, r.x, y);
    point(rig, INPUT_POINTER_MOVE, r.x + r.w, y);
    assert_true(panel_changes(rig)->temperature == 0);
    assert_int_equal(rig->app.undo.count, undo + 1);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(panel_changes(rig)->temperature == 1);
    assert_int_equal(panel_changes(rig)->scaling, SCALING_OFF);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(panel_changes(rig)->scaling, SCALING_MODEL);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    assert_true(panel_changes(rig)->temperature == 0);
    rig_end(rig);
}

static void test_steppers(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Temperature τ −");
    assert_true(panel_changes(rig)->temperature == 0.9f);
    panel_click(rig, "Temperature τ +");
    panel_click(rig, "Temperature τ +");
    assert_true(panel_changes(rig)->temperature == 1.25f);
    assert_string_equal(panel_value(rig, "Temperature τ"), "1.25");
    panel_click(rig, "Mask: padding");
    assert_int_equal(panel_changes(rig)->mask_size, 1);
    for (int i = 0; i < 7; i++)
        panel_click(rig, "Padding: keys at the end +");
    assert_int_equal(panel_changes(rig)->mask_size, 8); /* all of them: nothing is left to see */
    assert_true(panel_find(rig, "Padding: keys at the end −") != NULL);
    app_refresh(&rig->app);
    assert_true(semantics_named(&rig->app.semantics, "Padding: keys at the end +")->is_disabled);
    panel_click(rig, "Mask: window");
    assert_int_equal(panel_changes(rig)->mask_size, 8);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_keyboard_alone),
        cmocka_unit_test(test_the_sheet_and_presentation),
        cmocka_unit_test(test_a_mask_is_painted),
        cmocka_unit_test(test_the_cell_of_the_beat_is_painted),
        cmocka_unit_test(test_the_wheel_scrolls_the_page),
        cmocka_unit_test(test_the_page_is_part_of_the_document),
        cmocka_unit_test(test_a_drag_is_one_step_of_undo),
        cmocka_unit_test(test_steppers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The comparison by hand: its tab, its sliders and choices, Next and Back, its cells; and all of it
 * with the keyboard alone. */
#include "lesson/comparison.h"
#include "support_app.h"
#include "ui/ui.h"

static const struct document *now(struct rig *rig) {
    return &rig->app.study.document;
}

static const struct semantic_node *node_of(struct rig *rig, uint32_t id) {
    app_refresh(&rig->app);
    const struct semantic_node *node = semantics_by_id(&rig->app.semantics, id);
    assert_non_null(node);
    return node;
}

/* The middle of a place of a slider. */
static void click_place(struct rig *rig, const char *id, int place) {
    const struct semantic_node *node = node_of(rig, ui_id(id, 0, 0));
    assert_int_equal(node->role, ROLE_SLIDER);
    float inset = node->rect.h / 2, y = node->rect.y + inset;
    float pitch = (node->rect.w - 2 * inset) / (float)(node->places - 1);
    rig_click(rig, node->rect.x + inset + pitch * (float)place, y, 1);
}

static void click_cell(struct rig *rig, int source, size_t row, size_t column) {
    const struct semantic_node *grid = rig_grid(rig, source);
    assert_non_null(grid);
    struct rect cell = semantics_cell_rect(grid, row, column);
    rig_click(rig, cell.x + cell.w / 2, cell.y + cell.h / 2, 1);
}

static void test_by_pointer(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "Compare");
    assert_int_equal(now(rig)->view, VIEW_COMPARE);
    assert_int_equal(now(rig)->compare_steps, 1);
    click_place(rig, "compare.steps", 5);
    assert_int_equal(now(rig)->compare_steps, 5);
    click_place(rig, "compare.kernel", 6);
    assert_int_equal(now(rig)->compare_kernel, 7);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_UNDO, 0, 0, 0});
    assert_int_equal(now(rig)->compare_kernel, 3);
    rig_click_named(rig, "Steps or layers t +");
    assert_int_equal(now(rig)->compare_steps, 6);
    click_cell(rig, CELL_CNN, 7, 2);
    assert_true(now(rig)->query == 7 && now(rig)->key == 2);
    assert_int_equal(now(rig)->cell.source, CELL_CNN);
    const struct semantic_node *path = node_of(rig, ui_id("compare path", COMPARED_CNN, 0));
    assert_string_equal(path->name, "CNN: sat → tired");
    assert_string_equal(path->value, "5 layers");
    path = node_of(rig, ui_id("compare path", COMPARED_RNN, 0));
    assert_string_equal(path->value, "6 steps");
    rig_click_named(rig, "What is compared: Influence");
    assert_int_equal(now(rig)->compare_shows, COMPARE_INFLUENCE);
    click_cell(rig, CELL_RNN, 0, 3);
    path = node_of(rig, ui_id("compare path", COMPARED_RNN, 0));
    assert_string_equal(path->value, "never");
    rig_end(rig);
}

static void test_next_and_back(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct document seen[9] = {0};
    rig_key(rig, '6', 0);
    rig_click_named(rig, "Compare");
    click_place(rig, "compare.steps", 0);
    for (int t = 0; t < 8; t++) {
        assert_int_equal(now(rig)->compare_steps, t);
        assert_true(document_copy(&seen[t], now(rig)));
        if (t % 2)
            rig_key(rig, KEY_RIGHT, 0);
        else
            rig_click_named(rig, "Next");
    }
    assert_int_equal(now(rig)->compare_steps, 8);
    assert_true(node_of(rig, ui_id("next", 0, 0))->is_disabled);
    rig_key(rig, KEY_RIGHT, 0); /* all have met: it stays */
    assert_true(now(rig)->compare_steps == 8 && now(rig)->step == STEP_SOFTMAX);
    for (int t = 7; t >= 0; t--) {
        if (t % 2)
            rig_key(rig, KEY_LEFT, 0);
        else
            rig_click_named(rig, "Back one beat");
        assert_true(document_equal(now(rig), &seen[t]));
        document_free(&seen[t]);
    }
    rig_key(rig, KEY_LEFT, 0);
    assert_int_equal(now(rig)->compare_steps, 0);
    rig_key(rig, KEY_RIGHT, INPUT_SHIFT); /* a whole step leads on */
    assert_true(now(rig)->step == STEP_SUM && now(rig)->view == VIEW_COMPARE);
    rig_end(rig);
}

static void test_play_stops(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "Compare");
    rig_click_named(rig, "Play");
    for (int beat = 0; beat < 10; beat++) {
        app_picture(&rig->app, rig->now_ms);
        rig->now_ms += 9000;
    }
    app_picture(&rig->app, rig->now_ms);
    assert_int_equal(now(rig)->compare_steps, 8);
    assert_false(rig->app.presence.is_playing);
    rig_end(rig);
}

/* Tab to a control by its id. */
static void tab_to(struct rig *rig, uint32_t id) {
    for (int i = 0; i < 80 && rig->app.presence.focus_id != id; i++)
        rig_key(rig, KEY_TAB, 0);
    assert_int_equal(rig->app.presence.focus_id, id);
}

static void test_by_keyboard(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    for (int view = VIEW_MATRICES; view < VIEW_COMPARE; view++)
        rig_key(rig, 'v', 0);
    assert_int_equal(now(rig)->view, VIEW_COMPARE);
    tab_to(rig, ui_id("compare shows", 0, 0));
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(now(rig)->compare_shows, COMPARE_INFLUENCE);
    rig_key(rig, KEY_LEFT, 0);
    tab_to(rig, ui_id("compare.steps", 0, 0));
    rig_key(rig, KEY_END, 0);
    assert_int_equal(now(rig)->compare_steps, 8);
    rig_key(rig, KEY_LEFT, 0);
    assert_int_equal(now(rig)->compare_steps, 7);
    tab_to(rig, ui_id("compare.kernel", 0, 0));
    rig_key(rig, KEY_HOME, 0);
    assert_int_equal(now(rig)->compare_kernel, 1);
    rig_key(rig, KEY_ESCAPE, 0);
    rig_key(rig, KEY_ENTER, 0); /* the cell cursor begins at the pair in focus */
    assert_true(now(rig)->cell.source == CELL_ATTENTION && now(rig)->cell.row == 5);
    rig_key(rig, KEY_LEFT, 0);
    rig_key(rig, KEY_LEFT, 0); /* over the edge, into the convolution */
    assert_true(now(rig)->cell.source == CELL_CNN && now(rig)->cell.column == 7);
    assert_int_equal(now(rig)->key, 7);
    rig_key(rig, KEY_ESCAPE, 0);
    rig_key(rig, KEY_UP, 0);
    assert_true(now(rig)->query == 4 && now(rig)->cell.row == 4);
    rig_end(rig);
}

/* A context: the networks keep the words of the sentence, and the key stays the context's. */
static void test_context(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct document wanted;
    assert_true(app_copy_document(&rig->app, &wanted));
    assert_true(what_if_set_context(&wanted.what_if, "Ein Hund"));
    wanted.view = VIEW_COMPARE;
    wanted.key = 0;
    assert_true(app_change(&rig->app, &wanted, false));
    assert_int_equal(rig_grid(rig, CELL_ATTENTION)->grid.columns, 2);
    assert_int_equal(rig_grid(rig, CELL_RNN)->grid.columns, 8);
    click_cell(rig, CELL_RNN, 6, 4);
    assert_true(now(rig)->query == 6 && now(rig)->key == 0);
    const struct semantic_node *path = node_of(rig, ui_id("compare path", COMPARED_CNN, 0));
    assert_string_equal(path->name, "CNN: the → was");
    path = node_of(rig, ui_id("compare path", COMPARED_ATTENTION, 0));
    assert_string_equal(path->name, "Cross-attention: Ein → was");
    rig_end(rig);
}

/* In a small window the words of the panel scroll: the wheel brings the last note and the card into
 * view; another view begins at the top again. */
static void test_the_notes_are_reached(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct input size = {.kind = INPUT_RESIZE, .width = 1024, .height = 700};
    app_input(&rig->app, &size);
    rig_click_named(rig, "Compare");
    assert_true(node_of(rig, ui_id("panel note 2", 0, 0))->rect.h < 20);
    const struct semantic_node *rows = node_of(rig, NODE_PANEL_ROWS);
    struct input input = {.kind = INPUT_POINTER_MOVE,
                          .x = rows->rect.x + rows->rect.w / 2,
                          .y = rows->rect.y + rows->rect.h / 2};
    app_input(&rig->app, &input);
    input.kind = INPUT_WHEEL;
    input.wheel_y = -20;
    app_input(&rig->app, &input);
    rows = node_of(rig, NODE_PANEL_ROWS);
    assert_true(rows->scroll_y > 0 && rows->scroll_y <= rows->scroll_height - rows->scroll_room + 1);
    struct rect note = node_of(rig, ui_id("panel note 2", 0, 0))->rect;
    struct rect card = node_of(rig, ui_id("card", 0, 0))->rect;
    assert_true(note.h >= 40 && card.h >= 80 && rect_bottom(card) <= rect_bottom(rows->rect));
    rig_key(rig, '5', 0); /* at step `scale` the chart is below */
    rig_key(rig, 'v', 0);
    assert_int_equal(now(rig)->view, VIEW_MATRICES);
    rig_key(rig, KEY_RIGHT, 0);
    rig_key(rig, KEY_RIGHT, 0);
    assert_true(node_of(rig, NODE_PANEL_ROWS)->scroll_y == 0);
    app_input(&rig->app, &input);
    assert_true(node_of(rig, ui_id("largest", 2, 0))->rect.h > 100);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_pointer), cmocka_unit_test(test_next_and_back),
        cmocka_unit_test(test_play_stops), cmocka_unit_test(test_by_keyboard),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_the_notes_are_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The course figure by hand: its tab, its numbers, its keys and its wheel. */
#include "support_app.h"
#include "ui/ui.h"

static const struct document *now(struct rig *rig) {
    return &rig->app.study.document;
}

/* The part of the figure that shows this number of the head in focus. */
static const struct semantic_node *part_of(struct rig *rig, int source, int row, int column) {
    app_refresh(&rig->app);
    for (size_t i = 0; i < rig->app.semantics.count; i++) {
        const struct semantic_node *node = &rig->app.semantics.nodes[i];
        if (node->has_grid && cell_from_grid(node->grid.id, 0, 0).source == source &&
            semantics_has_cell(node, row, column))
            return node;
    }
    return NULL;
}

static void click_part(struct rig *rig, int source, int row, int column) {
    const struct semantic_node *node = part_of(rig, source, row, column);
    assert_non_null(node);
    struct rect cell = semantics_cell_rect(node, (size_t)row, (size_t)column);
    rig_click(rig, cell.x + cell.w / 2, cell.y + cell.h / 2, 1);
}

static struct rig *diagram_start(enum step step) {
    struct rig *rig = rig_start();
    rig_click_named(rig, "Diagram");
    assert_int_equal(now(rig)->view, VIEW_DIAGRAM);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, (int32_t)step, BEAT_LAST, 1});
    return rig;
}

/* Every kind of number can be asked about, and is what the panel explains. */
static void test_each_number_explains_itself(void **state) {
    (void)state;
    struct rig *rig = diagram_start(STEP_SUM);
    int query = now(rig)->query, key = now(rig)->key;
    const int sources[] = {ATTENTION_TENSOR_SIMILARITY, ATTENTION_TENSOR_SCORES,
                           ATTENTION_TENSOR_WEIGHTS, ATTENTION_TENSOR_V,
                           ATTENTION_TENSOR_HEAD_OUTPUT};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        bool is_value = sources[i] == ATTENTION_TENSOR_V;
        int row = is_value ? key : query, column = i < 3 ? key : 1;
        click_part(rig, sources[i], row, column);
        assert_int_equal(now(rig)->cell.source, sources[i]);
        assert_int_equal(now(rig)->cell.row, row);
        assert_int_equal(now(rig)->cell.column, column);
        app_refresh(&rig->app);
        bool is_explained = false;
        for (int y = 0; y < now(rig)->height; y++)
            is_explained |= semantics_by_id(&rig->app.semantics, ui_id("arithmetic", y, 0)) != NULL;
        assert_true(is_explained);
        float value, copied;
        rig_key(rig, 'c', INPUT_CTRL);
        copied = strtof(rig->window.clipboard, NULL);
        assert_true(cell_value(&rig->app.study, &now(rig)->cell, &value) && value == copied);
    }
    rig_end(rig);
}

/* Keys and wheel bring every word into the figure, however little it weighs. */
static void test_every_key_is_reached(void **state) {
    (void)state;
    struct rig *rig = diagram_start(STEP_SOFTMAX);
    int m = (int)study_keys(&rig->app.study);
    while (now(rig)->key > 0)
        rig_key(rig, 'j', 0);
    for (int key = 0; key < m; key++) {
        assert_int_equal(now(rig)->key, key);
        assert_non_null(part_of(rig, ATTENTION_TENSOR_WEIGHTS, now(rig)->query, key));
        rig_key(rig, 'k', 0);
    }
    assert_int_equal(now(rig)->key, m - 1);
    struct rect stage = semantics_by_id(&rig->app.semantics, NODE_STAGE)->rect;
    struct input input = {
        .kind = INPUT_POINTER_MOVE, .x = stage.x + stage.w / 2, .y = stage.y + stage.h / 2};
    app_input(&rig->app, &input);
    input.kind = INPUT_WHEEL;
    input.wheel_y = 1;
    app_input(&rig->app, &input);
    assert_int_equal(now(rig)->key, m - 2);
    input.wheel_y = -1;
    app_input(&rig->app, &input);
    assert_int_equal(now(rig)->key, m - 1);
    rig_end(rig);
}

/* The cell cursor goes through the figure: along the row of weights, down to the values and the
 * sum. */
static void test_the_cursor_walks_the_figure(void **state) {
    (void)state;
    struct rig *rig = diagram_start(STEP_SUM);
    click_part(rig, ATTENTION_TENSOR_SIMILARITY, now(rig)->query, now(rig)->key);
    rig_key(rig, KEY_ENTER, 0);
    int key = now(rig)->key;
    rig_key(rig, KEY_DOWN, 0);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_SCORES);
    assert_int_equal(now(rig)->cell.column, key);
    rig_key(rig, KEY_DOWN, 0);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_WEIGHTS);
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_WEIGHTS);
    assert_true(now(rig)->cell.column > key);
    rig_key(rig, KEY_DOWN, 0);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_V);
    rig_key(rig, KEY_DOWN, 0);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_HEAD_OUTPUT);
    assert_int_equal(now(rig)->cell.row, now(rig)->query);
    rig_end(rig);
}

static void test_a_word_answers_the_question(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "Diagram");
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_SIMILARITY, 0, 1});
    app_refresh(&rig->app);
    const struct semantic_node *node = NULL;
    int key = -1;
    while (!node)
        node = semantics_by_id(&rig->app.semantics, ui_id("diagram key", ++key, 0));
    rig_click(rig, node->rect.x + node->rect.w / 2, node->rect.y + node->rect.h / 2, 1);
    assert_int_equal(now(rig)->answers[PREDICT_SIMILARITY], key);
    rig_end(rig);
}

/* Next and Back are exact inverses here as in the other views, picture for picture. */
static void test_back_undoes_next(void **state) {
    (void)state;
    struct rig *rig = diagram_start(STEP_PROJECTION);
    rig_key(rig, KEY_RIGHT, 0); /* the keyboard has it, no longer the pointer */
    uint64_t hashes[64];
    size_t count = 0;
    for (; count < 20; count++) {
        rig_settle(rig);
        hashes[count] = draw_list_hash(app_picture(&rig->app, rig->now_ms));
        assert_true(count == 0 || hashes[count] != hashes[count - 1]);
        rig_key(rig, KEY_RIGHT, 0);
    }
    while (count-- > 0) {
        rig_key(rig, KEY_LEFT, 0);
        rig_settle(rig);
        assert_true(draw_list_hash(app_picture(&rig->app, rig->now_ms)) == hashes[count]);
    }
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_number_explains_itself),
        cmocka_unit_test(test_every_key_is_reached),
        cmocka_unit_test(test_the_cursor_walks_the_figure),
        cmocka_unit_test(test_a_word_answers_the_question),
        cmocka_unit_test(test_back_undoes_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

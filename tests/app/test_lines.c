/* The lines by hand: heads beside the one in focus, the threshold, the words, the wheel, the
 * numbers. */
#include "support_app.h"
#include "lesson/number.h"
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

static void click_node(struct rig *rig, const struct semantic_node *node) {
    rig_click(rig, node->rect.x + node->rect.w / 2, node->rect.y + node->rect.h / 2, 1);
}

static struct rig *lines_start(void) {
    struct rig *rig = rig_start();
    rig_click_named(rig, "Lines");
    assert_int_equal(now(rig)->view, VIEW_LINES);
    return rig;
}

static void test_heads_and_threshold(void **state) {
    (void)state;
    struct rig *rig = lines_start();
    rig_click_named(rig, "Lines of H3");
    assert_true(now(rig)->lines_heads == 4);
    rig_click_named(rig, "Lines of H5");
    assert_true(now(rig)->lines_heads == 20);
    rig_click_named(rig, "Lines of H3");
    assert_true(now(rig)->lines_heads == 16);
    rig_click_named(rig, "Lines of H1"); /* the one in focus stays */
    assert_true(now(rig)->lines_heads == 16 && now(rig)->head == 0);
    rig_click_named(rig, "Weights from +");
    assert_int_equal(now(rig)->lines_threshold, 3);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_UNDO, 0, 0, 0});
    assert_int_equal(now(rig)->lines_threshold, 2);
    assert_false(app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_LINES_HEAD, 64, 1, 0}));
    assert_false(app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_LINES_THRESHOLD, 0, 51, 0}));
    rig_end(rig);
}

static void test_words_and_numbers(void **state) {
    (void)state;
    struct rig *rig = lines_start();
    click_node(rig, node_of(rig, ui_id("lines query", 2, 0)));
    assert_int_equal(now(rig)->query, 2);
    click_node(rig, node_of(rig, ui_id("lines key", 1, 0)));
    assert_int_equal(now(rig)->key, 1);
    for (size_t i = 0; i < rig->app.semantics.count; i++) {
        const struct semantic_node *node = &rig->app.semantics.nodes[i];
        if (!node->has_grid || !semantics_has_cell(node, 2, 3)) continue;
        click_node(rig, node);
        break;
    }
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_WEIGHTS);
    assert_true(now(rig)->cell.row == 2 && now(rig)->cell.column == 3 && now(rig)->key == 3);
    rig_key(rig, KEY_ENTER, 0);
    rig_key(rig, KEY_DOWN, 0);
    assert_true(now(rig)->cell.row == 2 && now(rig)->cell.column == 4);
    rig_key(rig, KEY_ESCAPE, 0);
    rig_key(rig, KEY_DOWN, 0);
    assert_int_equal(now(rig)->query, 3);
    rig_end(rig);
}

static void test_the_wheel_scrolls(void **state) {
    (void)state;
    struct rig *rig = lines_start();
    struct document wanted;
    static const char text[] =
        "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p";
    assert_true(app_copy_document(&rig->app, &wanted));
    assert_true(document_set_text(&wanted, text, sizeof text - 1));
    assert_true(app_change(&rig->app, &wanted, false));
    rig_key(rig, KEY_UP, 0);
    const struct semantic_node *lines = node_of(rig, ui_id("lines", 0, 0));
    float before = lines->scroll_y, most = lines->scroll_height - lines->scroll_room;
    assert_true(most > 0);
    struct input input = {.kind = INPUT_POINTER_MOVE,
                          .x = lines->rect.x + lines->rect.w / 2,
                          .y = lines->rect.y + lines->rect.h / 2};
    app_input(&rig->app, &input);
    input.kind = INPUT_WHEEL;
    input.wheel_y = -2;
    app_input(&rig->app, &input);
    assert_true(node_of(rig, ui_id("lines", 0, 0))->scroll_y > before);
    input.wheel_y = -100;
    app_input(&rig->app, &input);
    float end = node_of(rig, ui_id("lines", 0, 0))->scroll_y;
    assert_true(end > most - 30 && end <= most + 0.01f);
    input.wheel_y = 100;
    app_input(&rig->app, &input);
    assert_true(node_of(rig, ui_id("lines", 0, 0))->scroll_y == 0);
    while (now(rig)->query < 40)
        rig_key(rig, KEY_DOWN, 0); /* the focus comes into view again */
    assert_true(node_of(rig, ui_id("lines query", 40, 0))->rect.h > 0);
    rig_end(rig);
}

static void point_at(struct rig *rig, const struct semantic_node *node) {
    struct input move = {.kind = INPUT_POINTER_MOVE,
                         .x = node->rect.x + node->rect.w / 2,
                         .y = node->rect.y + node->rect.h / 2};
    app_input(&rig->app, &move);
    app_refresh(&rig->app);
}

static size_t ribbons(const struct rig *rig) {
    size_t count = 0;
    for (size_t i = 0; i < rig->app.list.count; i++)
        count += rig->app.list.commands[i].kind == DRAW_CURVE;
    return count;
}

static size_t count_from(const float *weights, size_t stride, float least) {
    size_t count = 0;
    for (size_t i = 0; i < 8; i++)
        count += weights[i * stride] >= least;
    return count;
}

/* The pointer on a word of either side leaves its ribbons, with their numbers. */
static void test_the_pointer_isolates(void **state) {
    (void)state;
    struct rig *rig = lines_start();
    rig_key(rig, ']', 0);
    rig_key(rig, ']', 0);
    rig_key(rig, ']', 0);
    rig_key(rig, ']', 0); /* neighbours: several ribbons a word */
    const float *a = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, now(rig)->head);
    size_t all = ribbons(rig);
    for (int place = 0; place < 8; place++) {
        point_at(rig, node_of(rig, ui_id("lines query", place, 0)));
        assert_int_equal(ribbons(rig), count_from(a + place * 8, 1, 0.02f));
        assert_null(semantics_by_id(&rig->app.semantics, ui_id("lines weight", 0, place)));
        point_at(rig, node_of(rig, ui_id("lines key", place, 0)));
        assert_int_equal(ribbons(rig), count_from(a + place, 8, 0.02f));
        for (int query = 0; query < 8; query++) {
            const struct semantic_node *weight =
                node_of(rig, ui_id("lines weight", query, place));
            char number[NUMBER_BYTES];
            number_format(number, sizeof number, a[query * 8 + place], NUMBER_PLAIN);
            assert_string_equal(weight->value, number);
            assert_true(rect_right(weight->rect) <=
                        node_of(rig, ui_id("lines query", query, 0))->rect.x + 1);
        }
    }
    struct input leave = {.kind = INPUT_POINTER_LEAVE};
    app_input(&rig->app, &leave);
    app_refresh(&rig->app);
    assert_int_equal(ribbons(rig), all);
    rig_end(rig);
}

/* Threshold and heads with the keyboard alone. */
static void test_by_keyboard(void **state) {
    (void)state;
    struct rig *rig = lines_start();
    size_t before = ribbons(rig);
    for (int i = 0; i < 80 && rig->app.presence.focus_id != ui_id("lines head", 2, 0); i++)
        rig_key(rig, KEY_TAB, 0);
    rig_key(rig, ' ', 0);
    assert_true(now(rig)->lines_heads == 4);
    assert_true(ribbons(rig) > before);
    for (int i = 0; i < 80 && rig->app.presence.focus_id != ui_id("lines.threshold", 0, 0); i++)
        rig_key(rig, KEY_TAB, 0);
    rig_key(rig, KEY_END, 0);
    assert_int_equal(now(rig)->lines_threshold, LINES_MAX_THRESHOLD);
    assert_true(ribbons(rig) < before);
    rig_key(rig, KEY_LEFT, 0);
    assert_int_equal(now(rig)->lines_threshold, LINES_MAX_THRESHOLD - 1);
    rig_key(rig, KEY_HOME, 0);
    assert_int_equal(now(rig)->lines_threshold, 0);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads_and_threshold),
        cmocka_unit_test(test_words_and_numbers),
        cmocka_unit_test(test_the_wheel_scrolls),
        cmocka_unit_test(test_the_pointer_isolates),
        cmocka_unit_test(test_by_keyboard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

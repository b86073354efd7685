/* The overview of a model by hand: arrows from head to head and layer to layer, Enter and click
 * open one, the switch. */
#include "support_app.h"
#include "lesson/number.h"
#include "lesson/overview.h"
#include "ui/ui.h"

#include <stdio.h>

enum { LAYERS = 12, HEADS = 12 };

static const struct document *now(struct rig *rig) {
    return &rig->app.study.document;
}

static void open_model(struct rig *rig, const char *folder) {
    struct document wanted;
    assert_true(app_copy_document(&rig->app, &wanted));
    assert_true(document_set_model(&wanted, folder));
    assert_true(document_set_text(&wanted, "a b c b a", 9));
    wanted.view = VIEW_MODEL;
    wanted.step = STEP_SOFTMAX;
    wanted.width = 1920;
    wanted.height = 1080;
    assert_true(app_change(&rig->app, &wanted, false));
    app_refresh(&rig->app);
    assert_int_equal(now(rig)->view, VIEW_MODEL);
}

static void test_twelve_by_twelve(void **state) {
    (void)state;
    char folder[128];
    folder_make(folder, sizeof folder);
    folder_model(folder, LAYERS, HEADS);
    struct rig *rig = rig_start();
    open_model(rig, folder);
    for (int layer = 0; layer < LAYERS; layer++) /* all of them at once, none cut */
        for (int head = 0; head < HEADS; head++) {
            const struct semantic_node *node =
                semantics_by_id(&rig->app.semantics, ui_id("model head", layer, head));
            assert_non_null(node);
            assert_true(node->rect.w >= 30 && node->rect.h >= 30);
        }
    static const struct {
        int key, layer, head;
    } moves[] = {{KEY_RIGHT, 0, 1}, {KEY_RIGHT, 0, 2}, {KEY_DOWN, 1, 2}, {KEY_DOWN, 2, 2},
                 {KEY_LEFT, 2, 1},  {KEY_UP, 1, 1},    {KEY_LEFT, 1, 0}, {KEY_LEFT, 1, 0}};
    int step = (int)now(rig)->step;
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        rig_key(rig, moves[i].key, 0);
        assert_true(now(rig)->layer == moves[i].layer && now(rig)->head == moves[i].head);
        assert_true((int)now(rig)->step == step && now(rig)->view == VIEW_MODEL);
    }
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(now(rig)->view, VIEW_MATRICES);
    assert_true(now(rig)->layer == 1 && now(rig)->head == 0);
    rig_click_named(rig, "Model");
    rig_click_named(rig, "L9 H4");
    assert_int_equal(now(rig)->view, VIEW_MATRICES);
    assert_true(now(rig)->layer == 8 && now(rig)->head == 3);
    rig_click_named(rig, "Model");
    rig_click_named(rig, "L9 H4"); /* the one in focus, too */
    assert_int_equal(now(rig)->view, VIEW_MATRICES);
    rig_end(rig);
    folder_remove(folder);
}

/* A small window shows some of the layers, the wheel the others. */
static void test_the_wheel_reaches_every_layer(void **state) {
    (void)state;
    char folder[128];
    folder_make(folder, sizeof folder);
    folder_model(folder, LAYERS, HEADS);
    struct rig *rig = rig_start();
    open_model(rig, folder);
    struct document wanted;
    assert_true(app_copy_document(&rig->app, &wanted));
    wanted.width = 640;
    wanted.height = 400;
    assert_true(app_change(&rig->app, &wanted, false));
    bool is_seen[LAYERS] = {false};
    for (int turn = 0; turn < 14; turn++) {
        app_refresh(&rig->app);
        for (int layer = 0; layer < LAYERS; layer++) {
            const struct semantic_node *node =
                semantics_by_id(&rig->app.semantics, ui_id("model head", layer, 0));
            is_seen[layer] |= node && node->rect.h > 8;
        }
        assert_true(turn > 0 || !is_seen[LAYERS - 1]);
        const struct semantic_node *tiles =
            semantics_by_id(&rig->app.semantics, ui_id("lines", 0, 0));
        struct input input = {
            .kind = INPUT_POINTER_MOVE, .x = tiles->rect.x + 4, .y = tiles->rect.y + 4};
        app_input(&rig->app, &input);
        input.kind = INPUT_WHEEL;
        input.wheel_y = -1;
        app_input(&rig->app, &input);
    }
    for (int layer = 0; layer < LAYERS; layer++)
        assert_true(is_seen[layer]);
    rig_end(rig);
    folder_remove(folder);
}

/* Off and on again, in both views, with undo. */
static void test_a_head_is_switched(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "Heads");
    rig_click_named(rig, "Switch H4 off");
    assert_true(what_if_is_head_off(&now(rig)->what_if, 0, 3));
    rig_click_named(rig, "Model");
    rig_key(rig, KEY_RIGHT, 0);
    rig_click_named(rig, "Switch H2 off");
    assert_true(what_if_is_head_off(&now(rig)->what_if, 0, 1));
    rig_click_named(rig, "Switch H2 on");
    assert_false(what_if_is_head_off(&now(rig)->what_if, 0, 1));
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_UNDO, 0, 0, 0});
    assert_true(what_if_is_head_off(&now(rig)->what_if, 0, 1));
    assert_true(what_if_is_head_off(&now(rig)->what_if, 0, 3));
    rig_end(rig);
}

/* What the head under the pointer does stands below, and in its tooltip; the focus stays. */
static void test_the_pointer_tells(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "Model");
    for (int head = 0; head < 6; head++) {
        struct head_summary summary;
        char entropy[NUMBER_BYTES], place[16];
        app_refresh(&rig->app);
        struct rect r = semantics_by_id(&rig->app.semantics, ui_id("model head", 0, head))->rect;
        struct input move = {
            .kind = INPUT_POINTER_MOVE, .x = r.x + r.w / 2, .y = r.y + r.h / 2};
        app_input(&rig->app, &move);
        app_refresh(&rig->app);
        const struct semantic_node *said =
            semantics_by_id(&rig->app.semantics, ui_id("model summary", 0, 0));
        const struct semantic_node *under = semantics_at(&rig->app.semantics, move.x, move.y);
        assert_true(head_summary_of(&rig->app.study, 0, head, &summary));
        number_format(entropy, sizeof entropy, summary.entropy_bits, NUMBER_PLAIN);
        snprintf(place, sizeof place, "L1 H%d", head + 1);
        assert_non_null(strstr(said->name, place));
        assert_non_null(strstr(said->value, entropy));
        assert_non_null(strstr(under->tooltip, entropy));
        assert_int_equal(now(rig)->head, 0);
    }
    rig_end(rig);
}

/* One layer: its heads stand on several lines, as large as the stage allows, each with its name;
 * the arrows go on in their order. */
static void test_one_layer_fills_the_stage(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "Model");
    app_refresh(&rig->app);
    const struct semantic_node *first =
        semantics_by_id(&rig->app.semantics, ui_id("model head", 0, 0));
    const struct semantic_node *last =
        semantics_by_id(&rig->app.semantics, ui_id("model head", 0, 5));
    assert_true(first->rect.w > 220 && first->rect.h > 220);
    assert_true(last->rect.y >= rect_bottom(first->rect));
    for (int head = 1; head < 6; head++) {
        rig_key(rig, KEY_RIGHT, 0);
        assert_int_equal(now(rig)->head, head);
    }
    rig_click_named(rig, "L1 H4 · first word");
    assert_true(now(rig)->view == VIEW_MATRICES && now(rig)->head == 3);
    rig_end(rig);
}

/* Tab to the switch of a head, Space turns it. */
static void test_a_switch_by_keyboard(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "Heads");
    uint32_t id = ui_id("stage head switch", 2, 0);
    for (int i = 0; i < 80 && rig->app.presence.focus_id != id; i++)
        rig_key(rig, KEY_TAB, 0);
    assert_int_equal(rig->app.presence.focus_id, id);
    rig_key(rig, ' ', 0);
    assert_true(what_if_is_head_off(&now(rig)->what_if, 0, 2));
    assert_non_null(semantics_by_id(&rig->app.semantics, ui_id("heads changed", 0, 0)));
    rig_key(rig, KEY_ENTER, 0);
    assert_false(what_if_is_head_off(&now(rig)->what_if, 0, 2));
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twelve_by_twelve),
        cmocka_unit_test(test_the_wheel_reaches_every_layer),
        cmocka_unit_test(test_a_head_is_switched),
        cmocka_unit_test(test_the_pointer_tells),
        cmocka_unit_test(test_one_layer_fills_the_stage),
        cmocka_unit_test(test_a_switch_by_keyboard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

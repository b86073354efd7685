/* What lies over and beside the picture: menus by mouse and keyboard, messages, the rail. */
#include "app/export.h"
#include "app/support_app.h"

#include "files/safetensors.h"

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static void test_models_from_the_menu(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_MODEL_MENU, 0, 0, 0});
    rig_click_named(rig, "By hand");
    assert_string_equal(now(rig)->model, "by-hand");
    assert_false(rig->app.presence.is_model_menu_open);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_string_equal(now(rig)->model, "textbook");
    /* A click beside an open menu only closes it. */
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_MODEL_MENU, 0, 0, 0});
    int step = (int)now(rig)->step;
    rig_click_named(rig, "Softmax");
    assert_false(rig->app.presence.is_model_menu_open);
    assert_int_equal(now(rig)->step, step);
    rig_end(rig);
}

/* The nodes of the open menu are those after its sheet. */
static const struct semantic_node *focused_in_menu(struct rig *rig) {
    const struct semantics *list = &rig->app.semantics;
    size_t sheet = 0;
    app_refresh(&rig->app);
    for (size_t i = 0; i < list->count; i++)
        if (list->nodes[i].role == ROLE_BLOCK) sheet = i;
    for (size_t i = sheet + 1; i < list->count; i++)
        if (list->nodes[i].id == rig->app.presence.focus_id) return &list->nodes[i];
    fail_msg("the keyboard is not in the menu");
    return NULL;
}

static void test_the_keyboard_stays_in_a_menu(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct picture_presence *presence = &rig->app.presence;
    rig_key(rig, KEY_TAB, 0);
    uint32_t before = presence->focus_id;
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    assert_true(presence->is_export_menu_open && presence->is_focus_visible);
    assert_int_equal(focused_in_menu(rig)->action.command, UI_COMMAND_EXPORT_SET);
    assert_int_equal(focused_in_menu(rig)->action.b, PICTURE_WINDOW);
    /* Left and right choose in a row, up and down go from row to row, to what is chosen there. */
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(presence->export_part, PICTURE_STAGE);
    assert_int_equal(focused_in_menu(rig)->action.b, PICTURE_STAGE);
    for (int i = 0; i < 40; i++) {
        rig_key(rig, KEY_TAB, i < 20 ? 0 : INPUT_SHIFT);
        focused_in_menu(rig);
    }
    static const int rows[] = {EXPORT_ROW_RANGE, EXPORT_ROW_FORMAT, EXPORT_ROW_DENSITY};
    for (size_t i = 0; i < 3; i++) {
        rig_key(rig, KEY_DOWN, 0);
        assert_int_equal(focused_in_menu(rig)->action.a, rows[i]);
        assert_true(focused_in_menu(rig)->is_selected);
    }
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(presence->export_density, 2);
    rig_key(rig, KEY_LEFT, 0);
    rig_key(rig, KEY_LEFT, 0);
    assert_int_equal(presence->export_density, 1);
    rig_key(rig, KEY_UP, 0);
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(presence->export_format, EXPORT_SVG);
    rig_key(rig, KEY_DOWN, 0); /* an SVG has no pixels: past that row, to the button */
    assert_int_equal(focused_in_menu(rig)->action.command, UI_COMMAND_EXPORT);
    rig_key(rig, KEY_DOWN, 0); /* and round again */
    assert_int_equal(focused_in_menu(rig)->action.a, EXPORT_ROW_PART);
    /* Nothing behind it answers. */
    struct document document = {0};
    assert_true(document_copy(&document, now(rig)));
    static const int keys[] = {'5', 't', 'n', ']', KEY_PAGE_DOWN, KEY_HOME, '/', '.', '?', 'l'};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        rig_key(rig, keys[i], 0);
    assert_true(document_equal(&document, now(rig)));
    assert_false(presence->is_editing || presence->is_blank || presence->is_keys_open);
    document_free(&document);
    rig_key(rig, KEY_ESCAPE, 0);
    assert_false(presence->is_export_menu_open);
    assert_int_equal(presence->focus_id, before);
    rig_end(rig);
}

static void test_menus_by_keyboard_alone(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct picture_presence *presence = &rig->app.presence;
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_MODEL_MENU, 0, 0, 0});
    for (int i = 0; i < 5 && focused_in_menu(rig)->is_selected; i++)
        rig_key(rig, KEY_DOWN, 0);
    rig_key(rig, ' ', 0);
    assert_string_equal(now(rig)->model, "by-hand");
    assert_false(presence->is_model_menu_open);
    assert_int_equal(presence->focus_id, 0);
    /* The overlay of keys has nothing to press; its own keys and Esc close it. */
    int step = (int)now(rig)->step, beat = now(rig)->beat;
    rig_key(rig, '?', 0);
    static const int keys[] = {KEY_RIGHT, ' ', KEY_ENTER, KEY_TAB, KEY_DOWN, '7', 'v'};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        rig_key(rig, keys[i], 0);
    assert_true(presence->is_keys_open && !presence->is_cursor_active);
    assert_int_equal(now(rig)->step, step);
    assert_int_equal(now(rig)->beat, beat);
    rig_key(rig, KEY_F1, 0);
    assert_false(presence->is_keys_open);
    /* A picture without room for a menu does not swallow the keys. */
    rig_key(rig, KEY_F5, 0);
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_key(rig, '7', 0);
    assert_int_equal(now(rig)->step, STEP_SUM);
    rig_end(rig);
}

static void test_messages_leave(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct app *app = &rig->app;
    rig_key(rig, '7', 0);
    rig_settle(rig);
    assert_true(app_next_wake_ms(app, rig->now_ms) < 0);
    /* A notice goes by itself, with one call and nothing after it. */
    rig_key(rig, 'c', INPUT_CTRL);
    assert_non_null(app->presence.message);
    double wait_ms = app_next_wake_ms(app, rig->now_ms);
    assert_true(wait_ms > 1000 && wait_ms < 20000);
    rig->now_ms += wait_ms - 1;
    assert_non_null(app_picture(app, rig->now_ms));
    assert_non_null(app->presence.message);
    rig->now_ms += 1;
    assert_non_null(app_picture(app, rig->now_ms));
    assert_null(app->presence.message);
    assert_true(app_next_wake_ms(app, rig->now_ms) < 0);
    /* An error waits for the next change; a window of another size is none. */
    char missing[] = "/nowhere/at/all";
    struct input drop = {.kind = INPUT_DROP, .text = missing};
    app_input(app, &drop);
    rig->now_ms += 100000;
    assert_non_null(app_picture(app, rig->now_ms));
    struct input resize = {.kind = INPUT_RESIZE, .width = 1200, .height = 800};
    app_input(app, &resize);
    assert_non_null(app_picture(app, rig->now_ms));
    assert_true(app->presence.message && app->presence.is_message_error);
    assert_true(app_next_wake_ms(app, rig->now_ms) < 0);
    assert_non_null(strstr(app->presence.message, "cannot read /nowhere/at/all"));
    rig_key(rig, KEY_RIGHT, 0);
    assert_null(app->presence.message);
    rig_key(rig, 'l', 0); /* what went wrong is said in the language of the screen */
    struct input again = {.kind = INPUT_DROP, .text = missing};
    app_input(app, &again);
    assert_non_null(strstr(app->presence.message, "无法读取 /nowhere/at/all：没有"));
    rig_end(rig);
}

/* A folder with a model of 16 heads of one number each. */
static void make_wide_model(const char *folder) {
    enum { WIDTH = 16 };
    static float numbers[WIDTH * WIDTH];
    static const char *const names[] = {
        "embedding.weight", "layers.0.attention.q.weight", "layers.0.attention.k.weight",
        "layers.0.attention.v.weight", "layers.0.attention.o.weight"};
    static const char config[] = "{\"model_type\": \"headway\", \"d_model\": 16, \"layers\": 1, "
                                 "\"heads\": 16, \"norm\": \"none\","
                                 " \"tokenizer\": \"words\", \"vocab\": [\"[UNK]\", \"a\"]}";
    struct safetensors_source sources[5];
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    char path[256];
    for (int i = 0; i < WIDTH * WIDTH; i++)
        numbers[i] = i / WIDTH == i % WIDTH ? 1 : 0;
    for (int i = 0; i < 5; i++)
        sources[i] = (struct safetensors_source){names[i], 2, {i ? WIDTH : 2, WIDTH}, numbers};
    assert_true(file_join(path, sizeof path, folder, "config.json"));
    assert_true(file_write_whole(path, config, strlen(config), FILE_WRITE_NEW, &error));
    assert_true(file_join(path, sizeof path, folder, "model.safetensors"));
    assert_true(safetensors_build(sources, 5, NULL, &bytes, &error));
    assert_true(file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_NEW, &error));
    file_bytes_free(&bytes);
}

/* Whether the rail shows the head as high as it shows its heads. */
static bool rail_shows(struct rig *rig, int head) {
    const struct semantics *list = &rig->app.semantics;
    struct rect rail = {0};
    float height = 0, most = 0;
    app_refresh(&rig->app);
    for (size_t i = 0; i < list->count; i++) {
        const struct semantic_node *node = &list->nodes[i];
        if (node->action.command == UI_COMMAND_RAIL_SCROLL) rail = node->rect;
        if (node->role != ROLE_HEAD || !rect_overlap(node->rect, rail)) continue;
        if (node->rect.h > most) most = node->rect.h;
        if (node->action.a == head) height = node->rect.h;
    }
    return height > 0 && height == most;
}

static void test_the_wheel_moves_the_rail(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    char folder[128];
    folder_make(folder, sizeof folder);
    make_wide_model(folder);
    struct input drop = {.kind = INPUT_DROP, .text = folder};
    app_input(&rig->app, &drop);
    assert_int_equal(rig->app.study.model.weights.config.heads, 16);
    struct input move = {.kind = INPUT_POINTER_MOVE, .x = 60, .y = 400};
    app_input(&rig->app, &move);
    for (int view = 0; view < 2; view++) { /* also where the stage shows every head */
        struct input wheel = {.kind = INPUT_WHEEL, .x = 60, .y = 400, .wheel_y = -1};
        assert_true(rail_shows(rig, 0));
        assert_false(rail_shows(rig, 15));
        for (int i = 0; i < 40; i++)
            app_input(&rig->app, &wheel);
        assert_true(rail_shows(rig, 15));
        assert_true(rig->app.presence.rail_scroll < 1400);
        wheel.wheel_y = 1;
        app_input(&rig->app, &wheel);
        app_input(&rig->app, &wheel);
        assert_false(rail_shows(rig, 15));
        wheel.wheel_y = 3;
        for (int i = 0; i < 20; i++)
            app_input(&rig->app, &wheel);
        assert_true(rig->app.presence.rail_scroll == 0);
        wheel.wheel_y = -100; /* one turn of a free wheel */
        app_input(&rig->app, &wheel);
        assert_true(rail_shows(rig, 15));
        wheel.wheel_y = 100;
        app_input(&rig->app, &wheel);
        rig_key(rig, 'v', 0);
    }
    rig_end(rig);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models_from_the_menu),
        cmocka_unit_test(test_the_keyboard_stays_in_a_menu),
        cmocka_unit_test(test_menus_by_keyboard_alone),
        cmocka_unit_test(test_messages_leave),
        cmocka_unit_test(test_the_wheel_moves_the_rail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

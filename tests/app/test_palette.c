/* Every command by name: found in both languages and by other words, run by keyboard and pointer.
 */
#include "app/support_app.h"

#include "app/finder.h"
#include "app/fuzzy.h"
#include "lesson/switches.h"

#include <stdio.h>

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static const char *first_for(struct rig *rig, const char *typed) {
    app_menu_close(&rig->app);
    rig_key(rig, 'k', INPUT_CTRL);
    if (typed[0]) rig_type(rig, typed);
    return rig->app.finder.count ? rig->app.finder.entries[0].words : "";
}

static bool is_listed(const struct rig *rig, enum ui_command command) {
    for (int i = 0; i < rig->app.finder.count; i++)
        if (rig->app.finder.entries[i].action.command == command) return true;
    return false;
}

/* Nothing typed: all that can be asked for. What is left out needs a pointer or something open. */
static void test_every_command_is_there(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct document wanted = {0};
    assert_true(document_copy(&wanted, now(rig)));
    assert_true(what_if_set_context(&wanted.what_if, "a b c"));
    assert_true(app_change(&rig->app, &wanted, true));
    first_for(rig, "");
    for (size_t i = 0; i < action_count; i++) {
        enum ui_command command = actions[i].command;
        bool is_wanted = finder_listing_of(command) != FINDER_LISTS_NOT;
        if (command == UI_COMMAND_LAYER_SET) is_wanted = false; /* this model has one */
        if (is_listed(rig, command) != is_wanted)
            fail_msg("%s is %slisted", ui_command_id(command), is_wanted ? "not " : "");
        char key[80];
        snprintf(key, sizeof key, "command.%s", ui_command_id(command));
        assert_true(catalogue_has(&rig->app.catalogue, LANGUAGE_ZH, key));
    }
    for (int i = 0; i < rig->app.finder.count; i++) {
        const struct finder_entry *entry = &rig->app.finder.entries[i];
        if (strstr(entry->words, "command.") || strstr(entry->words, "theme.") ||
            strstr(entry->words, "map."))
            fail_msg("%s has no words", entry->words);
        for (int j = 0; j < i; j++)
            if (strcmp(entry->words, rig->app.finder.entries[j].words) == 0 &&
                entry->action.command != UI_COMMAND_QUERY_SET)
                fail_msg("%s stands there twice", entry->words);
    }
    rig_end(rig);
}

static void test_words_find_commands(void **state) {
    (void)state;
    static const struct {
        enum language language;
        const char *typed, *first;
    } rows[] = {
        {LANGUAGE_EN, "softmax", "Go to a step: Softmax"},
        {LANGUAGE_EN, "sftmx", "Go to a step: Softmax"},
        {LANGUAGE_EN, "UNDO", "Undo"},
        {LANGUAGE_EN, "theme dark", "Theme: dark"},
        {LANGUAGE_EN, "dark theme", "Theme: dark"},
        {LANGUAGE_EN, "cosine", "Similarity F: cosine"},
        {LANGUAGE_EN, "余弦", "Similarity F: cosine"},
        {LANGUAGE_EN, "内积", "Similarity F: dot"},
        {LANGUAGE_EN, "因果掩码", "Causal mask on or off"},
        {LANGUAGE_EN, "mask causal", "Mask: causal"},
        {LANGUAGE_EN, "bilinear", "Similarity F: general"},
        {LANGUAGE_EN, "full screen", "Presentation mode"},
        {LANGUAGE_EN, "view heads", "Choose a view: Heads"},
        {LANGUAGE_EN, "H3 off", "Switch off a head: H3"},
        {LANGUAGE_EN, "tired", "Choose the query word: tired"},
        {LANGUAGE_EN, "by hand", "Choose a model: By hand"},
        {LANGUAGE_EN, "stride cell", "Stride: cell by cell"},
        {LANGUAGE_EN, "latex", "Copy the matrix as: LaTeX"},
        {LANGUAGE_EN, "viridis", "Colour map: Viridis"},
        {LANGUAGE_EN, "layer normalization post", "Norm: post"},
        {LANGUAGE_EN, "animation", "Export …"},
        {LANGUAGE_EN, "gif", "Export …"},
        {LANGUAGE_ZH, "动画", "导出……"},
        {LANGUAGE_EN, "qqqq", ""},
        {LANGUAGE_ZH, "掩码 因果", "开关因果掩蔽"},
        {LANGUAGE_ZH, "softmax", "转到某一步：softmax"},
        {LANGUAGE_ZH, "undo", "撤销"},
        {LANGUAGE_ZH, "dark", "主题：深色"},
        {LANGUAGE_ZH, "残差 关", "残差连接：关"},
    };
    struct rig *rig = rig_start();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        app_dispatch(&rig->app,
                     (struct ui_action){UI_COMMAND_LANGUAGE_SET, (int32_t)rows[i].language, 0, 0});
        const char *found = first_for(rig, rows[i].typed);
        if (strcmp(found, rows[i].first) != 0)
            print_error("“%s” finds “%s”, not “%s”\n", rows[i].typed, found, rows[i].first);
        assert_string_equal(found, rows[i].first);
    }
    rig_end(rig);
}

static void test_keys_and_pointer(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    first_for(rig, "theme dark");
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    assert_int_equal(now(rig)->theme, THEME_DARK);
    first_for(rig, "theme contrast");
    rig_click_named(rig, "Theme: high contrast");
    assert_int_equal(now(rig)->theme, THEME_CONTRAST);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    /* Down and up, round and round. */
    first_for(rig, "similarity F:");
    assert_int_equal(rig->app.finder.count, 4);
    rig_key(rig, KEY_UP, 0);
    assert_int_equal(rig->app.presence.finder.chosen, 3);
    rig_key(rig, KEY_DOWN, 0);
    rig_key(rig, KEY_DOWN, 0);
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(now(rig)->what_if.similarity, SIMILARITY_COSINE);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(now(rig)->what_if.similarity, SIMILARITY_MODEL);
    /* Letters are text here, Esc leaves everything as it was, and so does its own key. */
    int step = (int)now(rig)->step;
    first_for(rig, "");
    rig_key(rig, '5', 0);
    rig_key(rig, ' ', 0);
    rig_key(rig, KEY_ESCAPE, 0);
    assert_int_equal(now(rig)->step, step);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    first_for(rig, "");
    rig_key(rig, 'k', INPUT_CTRL);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    /* Beside it: closed, and the click is used up. */
    first_for(rig, "");
    rig_click(rig, 5, 895, 1);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    assert_int_equal(now(rig)->step, step);
    rig_end(rig);
}

/* Over a menu and while a sentence is edited; in the smallest window; with what a command opens. */
static void test_wherever_it_is_called(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '/', 0);
    rig_type(rig, "new words");
    rig_key(rig, 'k', INPUT_CTRL);
    assert_false(rig->app.presence.is_editing);
    assert_string_equal(now(rig)->text, "new words");
    rig_key(rig, KEY_ESCAPE, 0);
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    assert_true(rig->app.presence.is_export_menu_open);
    rig_key(rig, 'k', INPUT_CTRL);
    assert_false(rig->app.presence.is_export_menu_open);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_COMMANDS);
    struct input resize = {.kind = INPUT_RESIZE, .width = 320, .height = 240};
    app_input(&rig->app, &resize);
    rig_type(rig, "edit the sentence");
    rig_key(rig, KEY_ENTER, 0);
    assert_true(rig->app.presence.is_editing);
    rig_key(rig, 'k', INPUT_CTRL);
    rig_type(rig, "keys");
    rig_key(rig, KEY_ENTER, 0);
    assert_true(rig->app.presence.is_keys_open);
    rig_end(rig);
}

static void test_its_keys_are_shown(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    first_for(rig, "undo");
    assert_string_equal(rig->app.finder.entries[0].more, "Ctrl Z");
    first_for(rig, "step softmax");
    assert_string_equal(rig->app.finder.entries[0].more, "6");
    rig_end(rig);
}

static void test_scores(void **state) {
    (void)state;
    assert_int_equal(fuzzy_score("Mask: causal", "xyz"), 0);
    assert_int_equal(fuzzy_score("Mask: causal", "mask xyz"), 0);
    assert_true(fuzzy_score("Mask", "") > 0);
    assert_true(fuzzy_score("Mask", "   ") > 0);
    assert_true(fuzzy_score("Mask: causal", "mask") > fuzzy_score("Causal mask", "mask"));
    assert_true(fuzzy_score("Causal mask", "mask") > fuzzy_score("Unmasked", "mask"));
    assert_true(fuzzy_score("Softmax", "soft") > fuzzy_score("Softmax", "sfmx"));
    assert_int_equal(fuzzy_score("Softmax", "xam"), 0);
    assert_true(fuzzy_score("掩蔽：因果", "因果掩蔽") > 0);
    assert_int_equal(fuzzy_score("掩蔽：因果", "因果注意"), 0);
    assert_true(fuzzy_contains("The Cat", "cat"));
    assert_false(fuzzy_contains("The Cat", "cats"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command_is_there), cmocka_unit_test(test_words_find_commands),
        cmocka_unit_test(test_keys_and_pointer),       cmocka_unit_test(test_wherever_it_is_called),
        cmocka_unit_test(test_its_keys_are_shown),     cmocka_unit_test(test_scores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The one table of commands: complete, free of clashes, named in both languages. */
#include "app/support_app.h"

static void test_keys_do_not_clash(void **state) {
    (void)state;
    char clash[128] = "";
    if (actions_clash(clash, sizeof clash)) fail_msg("%s want the same key", clash);
}

static void test_every_command_has_a_row(void **state) {
    (void)state;
    assert_int_equal(action_count, UI_COMMAND_COUNT - 1);
    for (int i = 1; i < UI_COMMAND_COUNT; i++) {
        const struct action *row = actions_find((enum ui_command)i);
        assert_non_null(row);
        assert_true(row->run != NULL);
        for (size_t k = 1; k < ACTION_MAX_KEYS; k++) /* no holes: a zero ends the keys */
            assert_false(row->keys[k].key && !row->keys[k - 1].key);
    }
}

static void test_every_command_has_words(void **state) {
    (void)state;
    struct catalogue catalogue = {0};
    struct file_error error = {0};
    assert_true(catalogue_load(HEADWAY_SOURCE_DIR "/assets/languages", &catalogue, &error));
    for (int i = 1; i < UI_COMMAND_COUNT; i++) {
        char key[64] = "command.";
        strcat(key, ui_command_id((enum ui_command)i));
        for (int l = 0; l < LANGUAGE_COUNT; l++)
            if (!catalogue_has(&catalogue, (enum language)l, key))
                fail_msg("%s has no words in %s", key, language_id((enum language)l));
    }
    static const char *const said[] = {
        "message.copied",         "message.no_folder", "message.no_gl",      "message.no_memory",
        "message.repaired",       "message.saved",     "message.saved_many", "message.text_cut",
        "message.tokens_dropped", "describe.sentence", "describe.model",     "describe.layer",
        "describe.head",          "describe.query",    "describe.beat",      "empty.example1"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        for (int l = 0; l < LANGUAGE_COUNT; l++)
            if (!catalogue_has(&catalogue, (enum language)l, said[i]))
                fail_msg("%s is missing in %s", said[i], language_id((enum language)l));
    catalogue_free(&catalogue);
}

static enum ui_command command_for(struct app *app, int key, unsigned modifiers) {
    struct input input = {.kind = INPUT_KEY, .key = key, .modifiers = modifiers};
    return actions_for_key(app, &input).command;
}

static void test_keys_mean_what_is_written(void **state) {
    (void)state;
    static struct app app; /* actions_for_key reads the presence alone */
    assert_int_equal(command_for(&app, KEY_RIGHT, 0), UI_COMMAND_BEAT_NEXT);
    assert_int_equal(command_for(&app, KEY_RIGHT, INPUT_SHIFT), UI_COMMAND_STEP_NEXT);
    assert_int_equal(command_for(&app, '?', INPUT_SHIFT), UI_COMMAND_KEYS);
    assert_int_equal(command_for(&app, '{', INPUT_SHIFT), UI_COMMAND_LAYER_BACK);
    assert_int_equal(command_for(&app, '+', INPUT_CTRL | INPUT_SHIFT), UI_COMMAND_SCALE_UP);
    assert_int_equal(command_for(&app, 'z', INPUT_CTRL | INPUT_SHIFT), UI_COMMAND_REDO);
    assert_int_equal(command_for(&app, 'y', 0), UI_COMMAND_NONE);
    app.presence.is_editing = true;
    assert_int_equal(command_for(&app, '.', 0), UI_COMMAND_NONE);
    assert_int_equal(command_for(&app, KEY_RIGHT, 0), UI_COMMAND_NONE);
    assert_int_equal(command_for(&app, KEY_PAGE_DOWN, 0), UI_COMMAND_BEAT_NEXT);
    assert_int_equal(command_for(&app, KEY_F5, 0), UI_COMMAND_PRESENTATION);
    app.presence.is_editing = false;
    app.presence.is_cursor_active = true;
    assert_int_equal(command_for(&app, KEY_RIGHT, 0), UI_COMMAND_CURSOR_RIGHT);
    assert_int_equal(command_for(&app, KEY_ESCAPE, 0), UI_COMMAND_CURSOR_LEAVE);
    assert_int_equal(command_for(&app, 'n', 0), UI_COMMAND_BEAT_NEXT);
}

static void test_key_text(void **state) {
    (void)state;
    char text[64];
    actions_key_text(UI_COMMAND_BEAT_NEXT, text, sizeof text);
    assert_string_equal(text, "→ · PgDn · Space · N");
    actions_key_text(UI_COMMAND_EXPORT_MENU, text, sizeof text);
    assert_string_equal(text, "Ctrl Shift E");
    actions_key_text(UI_COMMAND_PLAY, text, sizeof text);
    assert_string_equal(text, "");
    actions_key_text(UI_COMMAND_BEAT_NEXT, text, 8);
    assert_string_equal(text, "→");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_do_not_clash),
        cmocka_unit_test(test_every_command_has_a_row),
        cmocka_unit_test(test_every_command_has_words),
        cmocka_unit_test(test_keys_mean_what_is_written),
        cmocka_unit_test(test_key_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Sessions: saved, opened, restored, and found again, from the keyboard and with the pointer. */
#include "app/support_app.h"

#include "app/export.h"
#include "app/finder.h"
#include "app/open.h"
#include "app/session.h"
#include "files/json.h"
#include "lesson/switches.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static void dispatch(struct rig *rig, enum ui_command command, int32_t a, int32_t b, int32_t c) {
    app_dispatch(&rig->app, (struct ui_action){command, a, b, c});
    app_refresh(&rig->app);
}

static void type(struct rig *rig, const char *text) {
    rig_key(rig, 'a', INPUT_CTRL);
    rig_type(rig, text);
}

static void path_in(const struct rig *rig, const char *name, char *out, size_t out_bytes) {
    assert_true(file_join(out, out_bytes, rig->folder, name));
}

/* A folder for files and one for what is kept between runs. */
static struct rig *rig_with_files(const char *folder) {
    struct rig *rig = calloc(1, sizeof *rig);
    struct file_error error = {0};
    char state[200];
    assert_non_null(rig);
    snprintf(rig->folder, sizeof rig->folder, "%s", folder);
    assert_true(file_join(state, sizeof state, folder, "state"));
    struct app_options options = {.resource_folder = HEADWAY_SOURCE_DIR,
                                  .settings_folder = rig->folder,
                                  .pictures_folder = rig->folder,
                                  .documents_folder = rig->folder,
                                  .state_folder = state,
                                  .should_restore = true};
    if (!app_init(&rig->app, &options, &error)) fail_msg("%s", error.text);
    assert_non_null(app_picture(&rig->app, rig->now_ms));
    return rig;
}

static struct rig *start(void) {
    char folder[128];
    folder_make(folder, sizeof folder);
    return rig_with_files(folder);
}

/* Another run in the same folders. */
static struct rig *restart(struct rig *rig) {
    char folder[128];
    snprintf(folder, sizeof folder, "%s", rig->folder);
    app_free(&rig->app);
    free(rig);
    return rig_with_files(folder);
}

static void end(struct rig *rig) {
    rig_end(rig);
}

/* Every field away from its default, in a study that has room for them. */
static void change_everything(struct rig *rig) {
    struct document wanted = {0};
    static const struct attention_edit edits[] = {{ATTENTION_WEIGHT_Q, 0, 3, 0.1f},
                                                  {ATTENTION_TENSOR_SCORES, 0, 1, -2.7f}};
    assert_true(document_copy(&wanted, now(rig)));
    assert_true(document_set_text(&wanted, "one 二 three four", strlen("one 二 three four")));
    assert_true(document_set_model(&wanted, "by-hand"));
    assert_true(what_if_set_context(&wanted.what_if, "a b c"));
    assert_true(what_if_set_values(&wanted.what_if, "d e f"));
    assert_true(what_if_paint(&wanted.what_if, 4, 3, 1, 2, false));
    for (size_t i = 0; i < 2; i++)
        assert_true(what_if_edit(&wanted.what_if, &edits[i]));
    wanted.what_if.temperature = 0.7f;
    wanted.what_if.similarity = SIMILARITY_COSINE;
    wanted.what_if.scaling = SCALING_OFF;
    wanted.what_if.shuffle_seed = 77;
    wanted.what_if.position = POSITION_ON;
    what_if_set_head(&wanted.what_if, 0, 1, false);
    wanted.theme = THEME_DARK;
    wanted.map = MAP_CIVIDIS;
    wanted.shows_difference = true;
    wanted.language = LANGUAGE_ZH;
    wanted.scale_percent = 110;
    wanted.panel = PANEL_WHAT_IF;
    wanted.stride = STRIDE_CELL;
    wanted.query = 2;
    wanted.key = 1;
    wanted.step = STEP_SOFTMAX;
    wanted.beat = 3;
    wanted.is_predict_off = true;
    assert_true(app_change(&rig->app, &wanted, true));
    assert_int_equal(rig->app.study.edits_left_out, 0);
}

static void picture_of(struct rig *rig, struct file_bytes *out) {
    if (!rig->app.cairo) rig->app.cairo = cairo_renderer_new(rig->app.fonts);
    struct export_tools tools = {&rig->app.catalogue, &rig->app.measurer, rig->app.cairo};
    assert_true(export_png(&tools, &rig->app.study, PICTURE_WINDOW, 1, out, NULL));
}

/* Save, go on, open: the same document, and the same bytes of the same picture. */
static void test_opening_restores_the_picture(void **state) {
    (void)state;
    struct rig *rig = start();
    struct document saved = {0};
    struct file_bytes before = {0}, other = {0}, after = {0};
    char path[200];
    path_in(rig, "lesson.headway", path, sizeof path);
    change_everything(rig);
    assert_true(document_copy(&saved, now(rig)));
    picture_of(rig, &before);
    rig_key(rig, 's', INPUT_CTRL);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_SAVE);
    type(rig, "lesson"); /* an ending and the documents' folder are added */
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    assert_true(file_exists(path));
    assert_string_equal(rig->app.session_path, path);
    dispatch(rig, UI_COMMAND_TEXT_EXAMPLE, 2, 0, 0);
    dispatch(rig, UI_COMMAND_CHANGE_RESET, 0, 0, 0);
    dispatch(rig, UI_COMMAND_THEME_NEXT, 0, 0, 0);
    picture_of(rig, &other);
    assert_true(other.size != before.size || memcmp(other.data, before.data, other.size) != 0);
    rig_key(rig, 'o', INPUT_CTRL);
    type(rig, path);
    rig_key(rig, KEY_ENTER, 0);
    assert_true(document_equal(now(rig), &saved));
    picture_of(rig, &after);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.data, before.data, before.size);
    /* And undo takes the opening back. */
    rig_key(rig, 'z', INPUT_CTRL);
    assert_false(document_equal(now(rig), &saved));
    file_bytes_free(&before);
    file_bytes_free(&other);
    file_bytes_free(&after);
    document_free(&saved);
    end(rig);
}

static void test_a_picture_opens_as_its_document(void **state) {
    (void)state;
    struct rig *rig = start();
    struct document saved = {0};
    struct file_bytes before = {0}, after = {0};
    char path[200];
    path_in(rig, "picture.png", path, sizeof path);
    change_everything(rig);
    assert_true(document_copy(&saved, now(rig)));
    picture_of(rig, &before);
    assert_true(file_write_whole(path, before.data, before.size, FILE_WRITE_NEW, NULL));
    dispatch(rig, UI_COMMAND_TEXT_EXAMPLE, 2, 0, 0);
    struct input drop = {.kind = INPUT_DROP, .text = path};
    app_input(&rig->app, &drop);
    assert_true(document_equal(now(rig), &saved));
    picture_of(rig, &after);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.data, before.data, before.size);
    assert_null(rig->app.session_path); /* saving does not write over a picture */
    document_free(&saved);
    file_bytes_free(&before);
    file_bytes_free(&after);
    end(rig);
}

/* Saved again by this version, a session of a newer one has lost nothing. */
static void test_newer_fields_survive(void **state) {
    (void)state;
    static const char newer[] = "{\"headway\": 1, \"text\": \"a b\", \"lens\": {\"x\": [1, 2]}, "
                                "\"what_if\": {\"gate\": true}}";
    static const char next_major[] = "{\"headway\": 2, \"text\": \"new\"}";
    struct rig *rig = start();
    char path[200], major[200];
    path_in(rig, "newer.headway", path, sizeof path);
    path_in(rig, "major.headway", major, sizeof major);
    assert_true(file_write_whole(path, newer, strlen(newer), FILE_WRITE_NEW, NULL));
    assert_true(file_write_whole(major, next_major, strlen(next_major), FILE_WRITE_NEW, NULL));
    assert_true(app_open(&rig->app, path));
    dispatch(rig, UI_COMMAND_MASK_NEXT, 0, 0, 0);
    rig_key(rig, 's', INPUT_CTRL); /* it has a file: no question */
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    json_t *json = file_json_read(path, NULL);
    assert_int_equal(
        json_integer_value(json_array_get(json_object_get(json_object_get(json, "lens"), "x"), 1)),
        2);
    const json_t *what_if = json_object_get(json, "what_if");
    assert_true(json_is_true(json_object_get(what_if, "gate")));
    assert_string_equal(json_string_value(json_object_get(what_if, "mask")), "causal");
    json_decref(json);
    assert_false(app_open(&rig->app, major));
    assert_non_null(strstr(rig->app.message, "newer Headway"));
    assert_string_equal(now(rig)->text, "a b");
    assert_string_equal(rig->app.session_path, path);
    end(rig);
}

static void test_a_file_is_replaced_only_when_asked_twice(void **state) {
    (void)state;
    struct rig *rig = start();
    char path[200];
    struct file_bytes bytes = {0};
    path_in(rig, "mine.headway", path, sizeof path);
    assert_true(file_write_whole(path, "precious", 8, FILE_WRITE_NEW, NULL));
    rig_key(rig, 's', INPUT_CTRL);
    type(rig, "mine.headway");
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_SAVE);
    assert_true(rig->app.presence.finder.is_note_error);
    assert_true(file_read_whole(path, 100, &bytes, NULL));
    assert_string_equal((char *)bytes.data, "precious");
    file_bytes_free(&bytes);
    /* Another name in between asks anew. */
    type(rig, "mine2.headway");
    type(rig, "mine.headway");
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_SAVE);
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    assert_true(file_read_whole(path, 100000, &bytes, NULL));
    assert_int_equal(bytes.data[0], '{');
    file_bytes_free(&bytes);
    end(rig);
}

static void test_names_that_cannot_be_saved(void **state) {
    (void)state;
    struct rig *rig = start();
    rig_key(rig, 's', INPUT_CTRL | INPUT_SHIFT);
    type(rig, "");
    rig_key(rig, KEY_BACKSPACE, 0);
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_SAVE);
    type(rig, "missing folder/x.headway");
    rig_key(rig, KEY_ENTER, 0);
    assert_true(rig->app.presence.is_message_error);
    assert_null(rig->app.session_path);
    assert_true(rig->app.presence.finder.kind == FINDER_NONE);
    end(rig);
}

/* The row of the list with these words. */
static const struct semantic_node *row(struct rig *rig, const char *words) {
    app_refresh(&rig->app);
    const struct semantics *list = &rig->app.semantics;
    for (size_t i = 0; i < list->count; i++)
        if (list->nodes[i].action.command == UI_COMMAND_FINDER_CHOOSE &&
            strcmp(list->nodes[i].name, words) == 0)
            return &list->nodes[i];
    return NULL;
}

static void test_the_list_finds_files(void **state) {
    (void)state;
    struct rig *rig = start();
    char path[200], folder[200];
    path_in(rig, "lessons", folder, sizeof folder);
    assert_true(file_make_folders(folder, NULL));
    assert_true(file_join(path, sizeof path, folder, "first.headway"));
    assert_true(session_write(path, now(rig), NULL));
    path_in(rig, "words.txt", path, sizeof path);
    assert_true(file_write_whole(path, "just words\n", 11, FILE_WRITE_NEW, NULL));
    path_in(rig, "other.bin", path, sizeof path);
    assert_true(file_write_whole(path, "x", 1, FILE_WRITE_NEW, NULL));
    rig_click_named(rig, "File");
    assert_int_equal(rig->app.presence.finder.kind, FINDER_OPEN);
    assert_non_null(row(rig, "lessons/"));
    assert_non_null(row(rig, "words.txt"));
    assert_null(row(rig, "other.bin"));
    /* Into the folder with the keyboard, the file with the pointer. */
    rig_type(rig, "les");
    assert_null(row(rig, "words.txt"));
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_OPEN);
    rig_click_named(rig, "first.headway");
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    assert_non_null(strstr(rig->app.session_path, "lessons/first.headway"));
    /* It stands first among those opened lately, and a part of its name finds it. */
    rig_key(rig, 'o', INPUT_CTRL);
    assert_string_equal(rig->app.finder.entries[0].words, "first.headway");
    rig_type(rig, "irst");
    assert_non_null(row(rig, "first.headway"));
    rig_type(rig, "zzz");
    assert_int_equal(rig->app.finder.count, 0);
    assert_non_null(rig->app.presence.finder.note);
    rig_key(rig, KEY_ESCAPE, 0);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    rig_key(rig, 'o', INPUT_CTRL);
    rig_type(rig, "words.t");
    rig_key(rig, KEY_ENTER, 0);
    assert_string_equal(now(rig)->text, "just words");
    end(rig);
}

static void drop(struct rig *rig, char *path) {
    struct input input = {.kind = INPUT_DROP, .text = path};
    app_input(&rig->app, &input);
    app_refresh(&rig->app);
}

/* Every kind of file that can be dropped on the window, whatever is open there. */
static void test_everything_can_be_dropped(void **state) {
    (void)state;
    struct rig *rig = start();
    char path[200];
    path_in(rig, "words.txt", path, sizeof path);
    assert_true(file_write_whole(path, "x y z\n", 6, FILE_WRITE_NEW, NULL));
    rig_key(rig, 'k', INPUT_CTRL);
    drop(rig, path);
    assert_int_equal(rig->app.presence.finder.kind, FINDER_NONE);
    assert_string_equal(now(rig)->text, "x y z");
    path_in(rig, "mask.txt", path, sizeof path);
    assert_true(file_write_whole(path, "100\n110\n011\n", 12, FILE_WRITE_NEW, NULL));
    drop(rig, path);
    assert_string_equal(now(rig)->text, "x y z");
    assert_int_equal(now(rig)->what_if.mask, MASK_PAINTED);
    const float *z = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_SCORES, 0);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(isinf(z[i]) != 0, "100110011"[i] == '0');
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(now(rig)->what_if.mask, MASK_MODEL);
    path_in(rig, "mask4.txt", path, sizeof path);
    assert_true(file_write_whole(path, "1 1\n0 1\n", 8, FILE_WRITE_NEW, NULL));
    drop(rig, path);
    assert_true(rig->app.presence.is_message_error);
    assert_non_null(strstr(rig->app.message, "2 × 2"));
    assert_int_equal(now(rig)->what_if.mask, MASK_MODEL);
    path_in(rig, "line.txt", path, sizeof path); /* one line may be a sentence */
    assert_true(file_write_whole(path, "1 0 1\n", 6, FILE_WRITE_NEW, NULL));
    drop(rig, path);
    assert_string_equal(now(rig)->text, "1 0 1");
    path_in(rig, "s.headway", path, sizeof path);
    assert_true(session_write(path, now(rig), NULL));
    dispatch(rig, UI_COMMAND_TEXT_EXAMPLE, 0, 0, 0);
    drop(rig, path);
    assert_string_equal(now(rig)->text, "1 0 1");
    drop(rig, rig->folder); /* a folder without a model */
    assert_true(rig->app.presence.is_message_error);
    assert_string_equal(now(rig)->text, "1 0 1");
    path_in(rig, "nothing.headway", path, sizeof path);
    drop(rig, path);
    assert_true(rig->app.presence.is_message_error);
    end(rig);
}

static void test_recent_files(void **state) {
    (void)state;
    char folder[128], state_folder[200], path[200];
    struct session_recent recent;
    folder_make(folder, sizeof folder);
    assert_true(file_join(state_folder, sizeof state_folder, folder, "state"));
    for (int i = 0; i < 13; i++) {
        snprintf(path, sizeof path, "%s/%d.headway", folder, i);
        assert_true(file_write_whole(path, "{}", 2, FILE_WRITE_NEW, NULL));
        session_recent_add(state_folder, path);
    }
    session_recent_add(state_folder, folder); /* a model folder, say */
    snprintf(path, sizeof path, "%s/9.headway", folder);
    session_recent_add(state_folder, path);
    snprintf(path, sizeof path, "%s/11.headway", folder);
    assert_int_equal(unlink(path), 0);
    session_recent_read(state_folder, &recent);
    assert_int_equal(recent.count, SESSION_MAX_RECENT - 1);
    assert_non_null(strstr(recent.paths[0], "/9.headway"));
    assert_string_equal(recent.paths[1], folder);
    assert_non_null(strstr(recent.paths[2], "/12.headway"));
    assert_non_null(strstr(recent.paths[3], "/10.headway"));
    session_recent_free(&recent);
    session_recent_free(&recent);
    /* A damaged list is no list. */
    assert_true(file_join(path, sizeof path, state_folder, "recent.json"));
    assert_true(
        file_write_whole(path, "{\"files\": [7, \"relative\"]}", 26, FILE_WRITE_REPLACE, NULL));
    session_recent_read(state_folder, &recent);
    assert_int_equal(recent.count, 0);
    folder_remove(folder);
}

/* As after kill −9: memory and lock are gone, the files are there. */
static struct rig *crash(struct rig *rig) {
    char folder[128];
    snprintf(folder, sizeof folder, "%s", rig->folder);
    close(rig->app.copy->lock);
    rig->app.copy->lock = -1;
    rig->app.is_unsaved = false;
    app_free(&rig->app);
    free(rig);
    return rig_with_files(folder);
}

static void wait_for_copy(struct rig *rig) {
    rig_settle(rig);
    rig->now_ms += 5000;
    assert_non_null(app_picture(&rig->app, rig->now_ms));
}

static void test_a_crash_loses_nothing(void **state) {
    (void)state;
    struct rig *rig = start();
    struct document before = {0};
    assert_null(rig->app.presence.message); /* nothing to restore: not a word */
    assert_true(app_next_wake_ms(&rig->app, rig->now_ms) < 0);
    change_everything(rig);
    assert_true(document_copy(&before, now(rig)));
    wait_for_copy(rig);
    assert_true(app_next_wake_ms(&rig->app, rig->now_ms) < 0); /* and sleeps again */
    rig = crash(rig);
    assert_true(document_equal(now(rig), &before));
    assert_non_null(rig->app.presence.message);
    assert_false(rig->app.presence.is_message_error);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_string_equal(now(rig)->text, DOCUMENT_DEFAULT_TEXT);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    /* Killed again with the restored one untouched: the next start is a fresh one, in case it was
     * what killed. */
    rig->app.copy_due_ms = 0;
    rig = crash(rig);
    assert_string_equal(now(rig)->text, DOCUMENT_DEFAULT_TEXT);
    assert_null(rig->app.presence.message);
    document_free(&before);
    end(rig);
}

static void test_an_orderly_end_restores_nothing(void **state) {
    (void)state;
    struct rig *rig = start();
    change_everything(rig);
    wait_for_copy(rig);
    assert_true(rig->app.copy->is_there);
    rig = restart(rig);
    assert_string_equal(now(rig)->text, DOCUMENT_DEFAULT_TEXT);
    assert_null(rig->app.presence.message);
    /* What was not saved waits in the list. */
    rig_key(rig, 'o', INPUT_CTRL);
    assert_non_null(strstr(rig->app.finder.entries[0].path, "last.headway"));
    rig_key(rig, KEY_ENTER, 0);
    assert_string_equal(now(rig)->text, "one 二 three four");
    end(rig);
}

/* Two windows: each has a copy of its own, and neither takes the other's for a crash. */
static void test_two_programs_at_once(void **state) {
    (void)state;
    struct rig *first = start();
    change_everything(first);
    wait_for_copy(first);
    struct rig *second = rig_with_files(first->folder);
    assert_string_equal(now(second)->text, DOCUMENT_DEFAULT_TEXT);
    assert_string_not_equal(second->app.copy->path, first->app.copy->path);
    dispatch(second, UI_COMMAND_TEXT_EXAMPLE, 2, 0, 0);
    wait_for_copy(second);
    app_free(&second->app);
    free(second);
    assert_true(file_exists(first->app.copy->path));
    end(first);
}

static void test_a_damaged_copy_is_left_alone(void **state) {
    (void)state;
    struct rig *rig = start();
    char path[256];
    path_in(rig, "state/autosave-1.headway", path, sizeof path);
    assert_true(file_write_whole(path, "{\"headway\": 1, \"tex", 19, FILE_WRITE_NEW, NULL));
    rig = crash(rig);
    assert_string_equal(now(rig)->text, DOCUMENT_DEFAULT_TEXT);
    assert_null(rig->app.presence.message);
    end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opening_restores_the_picture),
        cmocka_unit_test(test_a_picture_opens_as_its_document),
        cmocka_unit_test(test_newer_fields_survive),
        cmocka_unit_test(test_a_file_is_replaced_only_when_asked_twice),
        cmocka_unit_test(test_names_that_cannot_be_saved),
        cmocka_unit_test(test_the_list_finds_files),
        cmocka_unit_test(test_everything_can_be_dropped),
        cmocka_unit_test(test_recent_files),
        cmocka_unit_test(test_a_crash_loses_nothing),
        cmocka_unit_test(test_an_orderly_end_restores_nothing),
        cmocka_unit_test(test_two_programs_at_once),
        cmocka_unit_test(test_a_damaged_copy_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

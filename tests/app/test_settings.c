/* Settings come back as they were kept; damaged files are set aside and cost nothing else. */
#include "app/support_app.h"

#include <stdio.h>

static void write_text(const char *folder, const char *name, const char *text) {
    char path[256];
    struct file_error error = {0};
    assert_true(file_join(path, sizeof path, folder, name));
    assert_true(file_write_whole(path, text, strlen(text), FILE_WRITE_REPLACE, &error));
}

static bool has_file(const char *folder, const char *name) {
    char path[256];
    assert_true(file_join(path, sizeof path, folder, name));
    return file_exists(path);
}

static void test_round_trip(void **state) {
    (void)state;
    char folder[128], deep[192];
    folder_make(folder, sizeof folder);
    snprintf(deep, sizeof deep, "%s/a/b", folder);
    struct settings kept, read;
    struct file_error error = {0};
    settings_default(&kept, LANGUAGE_ZH);
    kept.theme = THEME_DARK;
    kept.scale_percent = 150;
    kept.stride = STRIDE_CELL;
    kept.is_predict_off = kept.is_motion_reduced = true;
    kept.play_seconds = 12;
    kept.exporting.value[EXPORT_ROW_PART] = PICTURE_HEAD;
    kept.exporting.value[EXPORT_ROW_RANGE] = EXPORT_WALK;
    kept.exporting.value[EXPORT_ROW_PAPER] = EXPORT_OWN_WIDTH;
    kept.exporting.value[EXPORT_ROW_DENSITY] = 3;
    kept.exporting.value[EXPORT_ROW_WIDTH] = EXPORT_MOST_MM - EXPORT_LEAST_MM;
    kept.exporting.value[EXPORT_ROW_SECONDS] = 0;
    snprintf(kept.model, sizeof kept.model, "/models/ä b");
    kept.has_window = true;
    kept.window_x = -20;
    kept.window_y = 30;
    kept.window_width = 1000;
    kept.window_height = 700;
    assert_true(settings_write(&kept, deep, &error));
    settings_default(&read, LANGUAGE_EN);
    assert_true(settings_read(&read, deep, &error));
    assert_int_equal(read.language, LANGUAGE_ZH);
    assert_int_equal(read.theme, THEME_DARK);
    assert_int_equal(read.scale_percent, 150);
    assert_int_equal(read.stride, STRIDE_CELL);
    assert_true(read.is_predict_off && read.is_motion_reduced && read.has_window);
    assert_true(read.play_seconds > 11.9 && read.play_seconds < 12.1);
    assert_string_equal(read.model, "/models/ä b");
    assert_memory_equal(&read.exporting, &kept.exporting, sizeof kept.exporting);
    assert_int_equal(read.window_x, -20);
    assert_int_equal(read.window_height, 700);
    folder_remove(folder);
}

/* What the export menu does not know leaves what is usual there. */
static void test_odd_export_choices(void **state) {
    (void)state;
    char folder[128];
    struct settings settings;
    struct export_choices usual;
    struct file_error error = {0};
    static const char *const odd[] = {
        "{\"export\": {\"what\": \"moon\", \"of\": 3, \"width\": 39.4, \"seconds\": 1e300}}",
        "{\"export\": {\"what\": null, \"width\": \"wide\", \"seconds\": -1, \"x\": 1}}",
        "{\"export\": [1, 2]}", "{\"export\": {\"width\": 1e999}}"};
    export_choices_init(&usual);
    folder_make(folder, sizeof folder);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        settings_default(&settings, LANGUAGE_EN);
        write_text(folder, "settings.json", odd[i]);
        settings_read(&settings, folder, &error);
        assert_memory_equal(&settings.exporting, &usual, sizeof usual);
    }
    folder_remove(folder);
}

static void test_missing_is_no_error(void **state) {
    (void)state;
    struct settings settings;
    struct file_error error = {0};
    settings_default(&settings, LANGUAGE_EN);
    assert_true(settings_read(&settings, "/nowhere/at/all", &error));
    assert_int_equal(settings.scale_percent, 100);
}

static void test_damaged_is_set_aside(void **state) {
    (void)state;
    static const char *const damaged[] = {"{\"theme\": ", "[1, 2]", "", "\xff\xfe{}",
                                          "{\"scale\": 100, \"scale\": 200}"};
    char folder[128], name[64];
    folder_make(folder, sizeof folder);
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct settings settings;
        struct file_error error = {0};
        settings_default(&settings, LANGUAGE_EN);
        write_text(folder, "settings.json", damaged[i]);
        assert_false(settings_read(&settings, folder, &error));
        snprintf(name, sizeof name, "settings.json.damaged-%zu", i + 1);
        assert_non_null(strstr(error.text, name));
        assert_true(has_file(folder, name));
        assert_false(has_file(folder, "settings.json"));
        assert_int_equal(settings.theme, THEME_LIGHT);
    }
    folder_remove(folder);
}

static void test_odd_values_are_passed_over(void **state) {
    (void)state;
    char folder[128];
    folder_make(folder, sizeof folder);
    struct settings settings;
    struct file_error error = {0};
    settings_default(&settings, LANGUAGE_EN);
    write_text(folder, "settings.json",
               "{\"theme\": \"neon\", \"language\": \"zh\", \"scale\": 9000, \"play_seconds\": -1,"
               " \"window\": {\"width\": 10, \"height\": 10}, \"model\": 7, \"unknown\": null}");
    assert_true(settings_read(&settings, folder, &error));
    assert_int_equal(settings.theme, THEME_LIGHT);
    assert_int_equal(settings.language, LANGUAGE_ZH);
    assert_int_equal(settings.scale_percent, 100);
    assert_false(settings.has_window);
    assert_string_equal(settings.model, "textbook");
    folder_remove(folder);
}

static void test_the_app_keeps_what_was_changed(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct settings settings;
    struct file_error error = {0};
    rig_key(rig, 't', 0);
    rig_key(rig, 'l', 0);
    rig_key(rig, '+', INPUT_CTRL);
    settings_default(&settings, LANGUAGE_EN);
    assert_true(settings_read(&settings, rig->folder, &error));
    assert_int_equal(settings.theme, THEME_DARK);
    assert_int_equal(settings.language, LANGUAGE_ZH);
    assert_int_equal(settings.scale_percent, 110);
    rig_end(rig);
}

static void test_a_folder_that_cannot_be_written_is_said(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    write_text(rig->folder, "file", "x");
    char path[256];
    assert_true(file_join(path, sizeof path, rig->folder, "file"));
    free(rig->app.settings_folder);
    rig->app.settings_folder = strdup(path);
    rig_key(rig, 't', 0);
    assert_int_equal(rig->app.study.document.theme, THEME_DARK);
    assert_non_null(rig->app.presence.message);
    assert_true(rig->app.presence.is_message_error);
    rig_end(rig);
}

static void test_a_model_that_has_gone_is_forgotten(void **state) {
    (void)state;
    char folder[128];
    struct app *app = calloc(1, sizeof *app);
    struct settings settings, kept;
    struct file_error error = {0};
    folder_make(folder, sizeof folder);
    settings_default(&settings, LANGUAGE_EN);
    snprintf(settings.model, sizeof settings.model, "%s/gone", folder);
    settings.exporting.value[EXPORT_ROW_FORMAT] = EXPORT_SVG;
    struct app_options options = {.resource_folder = HEADWAY_SOURCE_DIR,
                                  .settings_folder = folder,
                                  .settings = &settings,
                                  .is_model_optional = true};
    assert_non_null(app);
    assert_true(app_init(app, &options, &error));
    assert_string_equal(app->study.document.model, "textbook");
    assert_non_null(strstr(app->presence.message, "gone"));
    assert_int_equal(app->presence.exporting.value[EXPORT_ROW_FORMAT], EXPORT_SVG);
    app->presence.exporting.value[EXPORT_ROW_DENSITY] = 2;
    app_keep_settings(app);
    settings_default(&kept, LANGUAGE_EN);
    snprintf(kept.model, sizeof kept.model, "unread");
    assert_true(settings_read(&kept, folder, &error));
    assert_string_equal(kept.model, "textbook");
    assert_int_equal(kept.exporting.value[EXPORT_ROW_FORMAT], EXPORT_SVG);
    assert_int_equal(kept.exporting.value[EXPORT_ROW_DENSITY], 2);
    app_free(app);
    free(app);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_odd_export_choices),
        cmocka_unit_test(test_missing_is_no_error),
        cmocka_unit_test(test_damaged_is_set_aside),
        cmocka_unit_test(test_odd_values_are_passed_over),
        cmocka_unit_test(test_the_app_keeps_what_was_changed),
        cmocka_unit_test(test_a_folder_that_cannot_be_written_is_said),
        cmocka_unit_test(test_a_model_that_has_gone_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Pictures as files: names, never replacing, nothing half-written, the document inside. */
#include "app/support_app.h"

#include "app/export.h"
#include "files/json.h"
#include "files/png_file.h"

#include <sys/stat.h>
#include <unistd.h>

static void assert_name(const char *text, const char *name) {
    char out[EXPORT_MAX_NAME + 1];
    struct document document = {.text = strdup(text), .step = STEP_SOFTMAX};
    export_name(out, sizeof out, &document, -1, 1);
    assert_string_equal(out, name);
    assert_true(strlen(out) + strlen("-12345.png") <= EXPORT_MAX_NAME);
    free(document.text);
}

static void test_names(void **state) {
    (void)state;
    assert_name("The cat sat", "The-cat-sat-softmax-head-2");
    assert_name("../../etc/passwd\n", "etc-passwd-softmax-head-2");
    assert_name("don't, “stop”!", "dont-stop-softmax-head-2");
    assert_name("我爱北京，北京也爱我", "我爱北京-北京也爱我-softmax-head-2");
    assert_name("", "headway-softmax-head-2");
    assert_name("😀 …", "headway-softmax-head-2");
    assert_name("naïve ÷ café", "naïve-café-softmax-head-2");
    /* Whole words only; of one that is too long, whole characters. */
    assert_name("The animal didn't cross the street because it was too tired",
                "The-animal-didnt-cross-the-street-softmax-head-2");
    assert_name("abcdefghijklmnopqrstuvwxyz abcdefghi", /* exactly what fits */
                "abcdefghijklmnopqrstuvwxyz-abcdefghi-softmax-head-2");
    assert_name("abcdefghijklmnopqrstuvwxyz abcdefghij",
                "abcdefghijklmnopqrstuvwxyz-softmax-head-2");
    assert_name("abcdefghijklmnopqrstuvwxyzabcdefghijklm",
                "abcdefghijklmnopqrstuvwxyzabcdefghij-softmax-head-2");
    assert_name("abcdefghijklmnopqrstuvwxyzabcdefghie\u0301x",
                "abcdefghijklmnopqrstuvwxyzabcdefghi-softmax-head-2");
    assert_name("我们今天学习自注意力机制的计算过程", "我们今天学习自注意力机制-softmax-head-2");
    assert_name("words then 我们今天学习自注意力机制",
                "words-then-我们今天学习自注-softmax-head-2");
    char out[EXPORT_MAX_NAME + 1];
    char text[] = "w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w w";
    struct document document = {.text = text, .step = STEP_FEEDFORWARD};
    export_name(out, sizeof out, &document, 95, 63);
    assert_true(strlen(out) + strlen("-10000.png") <= EXPORT_MAX_NAME + 6);
    assert_non_null(strstr(out, "-feedforward-layer-96-head-64"));
}

static void test_saving_never_replaces(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '6', 0);
    rig_key(rig, 'e', INPUT_CTRL);
    assert_non_null(strstr(rig->window.clipboard, "-softmax-head-1.png"));
    assert_non_null(strstr(rig->app.presence.message, rig->window.clipboard));
    assert_false(rig->app.presence.is_message_error);
    rig_key(rig, 'e', INPUT_CTRL);
    assert_non_null(strstr(rig->window.clipboard, "-softmax-head-1-2.png"));
    assert_int_equal(folder_count(rig->folder, ".png"), 2);

    struct file_bytes bytes = {0};
    struct file_error error = {0};
    char *text = NULL;
    struct document read = {0};
    assert_true(file_read_whole(rig->window.clipboard, (size_t)64 << 20, &bytes, &error));
    assert_true(
        png_file_decode(bytes.data, bytes.size, NULL, NULL, NULL, "headway", &text, &error));
    json_t *json = file_json_parse("png", text, strlen(text), &error);
    assert_non_null(json);
    assert_true(document_from_json(json, &read, &error));
    assert_true(document_equal(&read, &rig->app.study.document));
    json_decref(json);
    document_free(&read);
    free(text);
    file_bytes_free(&bytes);
    rig_end(rig);
}

static void test_a_picture_opens_again(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '7', 0);
    rig_key(rig, 'e', INPUT_CTRL);
    rig_key(rig, KEY_HOME, 0);
    struct input drop = {.kind = INPUT_DROP, .text = rig->window.clipboard};
    app_input(&rig->app, &drop);
    assert_int_equal(rig->app.study.document.step, STEP_SUM);
    rig_end(rig);
}

/* Pictures until there is nothing left to save. */
static void finish(struct rig *rig) {
    for (int i = 0; i < 1000 && export_is_running(&rig->app); i++) {
        assert_true(app_next_wake_ms(&rig->app, rig->now_ms) == 0);
        rig->now_ms += 100;
        assert_non_null(app_picture(&rig->app, rig->now_ms));
    }
    assert_false(export_is_running(&rig->app));
}

static void test_each_head_from_the_menu(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    assert_true(rig->app.presence.is_export_menu_open);
    rig_click_named(rig, "What: one head");
    rig_click_named(rig, "Of: each head");
    rig_click_named(rig, "Save");
    assert_false(rig->app.presence.is_export_menu_open);
    finish(rig);
    assert_non_null(strstr(rig->app.presence.message, "Saved 6 pictures"));
    int heads = rig->app.study.model.weights.config.heads;
    assert_int_equal(folder_count(rig->folder, ".png"), heads);
    /* The key saves the view, whatever was chosen in the menu, also while that is open. */
    rig_key(rig, 'e', INPUT_CTRL);
    assert_int_equal(folder_count(rig->folder, ".png"), heads + 1);
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_key(rig, 'e', INPUT_CTRL);
    assert_int_equal(folder_count(rig->folder, ".png"), heads + 2);
    /* The menu's button by keyboard: the last thing in it. */
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_key(rig, KEY_UP, 0);
    rig_key(rig, KEY_ENTER, 0);
    finish(rig);
    assert_int_equal(folder_count(rig->folder, ".png"), 2 * heads + 2);
    rig_end(rig);
}

static void choose(struct rig *rig, int row, int value) {
    assert_true(app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_EXPORT_SET, row, value, 0}));
}

static void save_chosen(struct rig *rig) {
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_EXPORT, 1, 0, 0});
}

static void test_every_format_opens_again(void **state) {
    (void)state;
    static const char *const endings[] = {".png", ".svg", ".pdf"};
    struct rig *rig = rig_start();
    for (int format = EXPORT_PNG; format <= EXPORT_PDF; format++) {
        rig_key(rig, '7', 0);
        choose(rig, EXPORT_ROW_PART, PICTURE_STAGE);
        choose(rig, EXPORT_ROW_FORMAT, format);
        save_chosen(rig);
        assert_false(rig->app.presence.is_message_error);
        assert_int_equal(folder_count(rig->folder, endings[format]), 1);
        struct document saved = {0};
        assert_true(document_copy(&saved, &rig->app.study.document));
        rig_key(rig, KEY_HOME, 0);
        struct input drop = {.kind = INPUT_DROP, .text = rig->window.clipboard};
        app_input(&rig->app, &drop);
        assert_true(document_equal(&saved, &rig->app.study.document));
        document_free(&saved);
    }
    rig_end(rig);
}

static void test_steps_are_pages(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    choose(rig, EXPORT_ROW_FORMAT, EXPORT_PDF);
    choose(rig, EXPORT_ROW_RANGE, EXPORT_EACH_STEP);
    save_chosen(rig);
    assert_int_equal(folder_count(rig->folder, ".pdf"), 0); /* not before it is whole */
    finish(rig);
    assert_int_equal(folder_count(rig->folder, ".pdf"), 1);
    assert_non_null(strstr(rig->app.presence.message, "Saved 9 pages"));
    assert_non_null(strstr(rig->window.clipboard, "-steps.pdf"));
    assert_int_equal(rig->app.study.document.step,
                     STEP_TOKENS); /* the window stayed where it was */
    rig_end(rig);
}

/* After half a second it is said how far it is; Esc stops it; nothing else gets through. */
static void test_a_batch_can_be_stopped(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    choose(rig, EXPORT_ROW_RANGE, EXPORT_EACH_STEP);
    save_chosen(rig);
    app_picture(&rig->app, rig->now_ms);
    assert_null(rig->app.presence.message);
    rig->now_ms += 600;
    app_picture(&rig->app, rig->now_ms);
    assert_non_null(strstr(rig->app.presence.message, "Saving 1 of 9"));
    struct input key = {.kind = INPUT_KEY, .key = '6'};
    app_input(&rig->app, &key);
    assert_int_equal(rig->app.study.document.step, STEP_TOKENS);
    key.key = KEY_ESCAPE;
    app_input(&rig->app, &key);
    assert_false(export_is_running(&rig->app));
    assert_non_null(strstr(rig->app.presence.message, "2 of 9"));
    assert_int_equal(folder_count(rig->folder, ".png"), 2);
    assert_int_equal(folder_count(rig->folder, ".tmp"), 0);
    for (int i = 0; i < 5; i++)
        app_picture(&rig->app, rig->now_ms += 100);
    assert_int_equal(folder_count(rig->folder, ".png"), 2);
    /* Of one PDF nothing is left. */
    choose(rig, EXPORT_ROW_FORMAT, EXPORT_PDF);
    save_chosen(rig);
    app_picture(&rig->app, rig->now_ms);
    app_input(&rig->app, &key);
    assert_non_null(strstr(rig->app.presence.message, "nothing was saved"));
    assert_int_equal(folder_count(rig->folder, ".pdf"), 0);
    /* The program may end in the middle. */
    save_chosen(rig);
    app_picture(&rig->app, rig->now_ms);
    rig_end(rig);
}

/* One picture that may take long by itself is announced before. */
static void test_a_large_picture_is_announced(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    choose(rig, EXPORT_ROW_DENSITY, 4);
    rig_key(rig, 'e', INPUT_CTRL); /* one frame: the message */
    assert_non_null(strstr(rig->app.presence.message, "Saving"));
    assert_int_equal(folder_count(rig->folder, ".png"), 0);
    finish(rig);
    assert_non_null(strstr(rig->app.presence.message, "Saved as"));
    assert_int_equal(folder_count(rig->folder, ".png"), 1);
    rig_end(rig);
}

/* Of a model of several layers: a file or page for each, all of them on one page, the walk through
 * all. */
static void test_layers_from_the_menu(void **state) {
    (void)state;
    char folder[128];
    folder_make(folder, sizeof folder);
    folder_model(folder, 3, 2);
    struct rig *rig = rig_start();
    struct document wanted;
    assert_true(app_copy_document(&rig->app, &wanted));
    assert_true(document_set_model(&wanted, folder));
    assert_true(document_set_text(&wanted, "a b c", 5));
    wanted.step = STEP_SOFTMAX;
    wanted.stride = STRIDE_MATRIX;
    wanted.width = 800;
    wanted.height = 700;
    assert_true(app_change(&rig->app, &wanted, false));
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_click_named(rig, "Of: each layer");
    rig_click_named(rig, "Save");
    finish(rig);
    assert_int_equal(folder_count(rig->folder, ".png"), 3);
    assert_int_equal(folder_count(rig->folder, "-layer-3-head-1.png"), 1);
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_click_named(rig, "As: PDF");
    rig_click_named(rig, "Save");
    finish(rig);
    assert_non_null(strstr(rig->app.presence.message, "Saved 3 pages"));
    assert_non_null(strstr(rig->window.clipboard, "a-b-c-softmax-layers.pdf"));
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_click_named(rig, "What: all heads");
    rig_click_named(rig, "Of: all layers together");
    rig_click_named(rig, "As: SVG");
    rig_click_named(rig, "Save");
    finish(rig);
    assert_int_equal(folder_count(rig->folder, ".svg"), 1);
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    assert_true(file_read_whole(rig->window.clipboard, (size_t)16 << 20, &bytes, &error));
    assert_non_null(strstr((char *)bytes.data, "L3 H2"));
    file_bytes_free(&bytes);
    /* Nine steps, then seven of each later layer. */
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_click_named(rig, "Of: walk as animation");
    rig_click_named(rig, "Through: all layers");
    rig_click_named(rig, "Save");
    finish(rig);
    assert_non_null(strstr(rig->window.clipboard, "a-b-c-walk.webp"));
    struct export_variety variety = {true, false, true, true};
    struct export_place *places = NULL;
    size_t count = 0;
    assert_true(export_places(&rig->app.study, &variety, &places, &count, &error));
    assert_int_equal(places[0].step, STEP_TOKENS);
    assert_int_equal(places[count - 1].layer, 2);
    assert_int_equal(places[count - 1].step, STEP_FEEDFORWARD);
    char said[32];
    snprintf(said, sizeof said, "Saved %zu beats", count);
    assert_non_null(strstr(rig->app.presence.message, said));
    free(places);
    rig_end(rig);
    folder_remove(folder);
}

/* For paper: as wide as was asked, in the light theme, and no wider than its type allows. */
static void test_paper_from_the_menu(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '6', 0);
    static const struct {
        const char *choice, *width;
    } rows[] = {{"Paper: column 84 mm", "width=\"84mm\""},
                {"Paper: page 174 mm", "width=\"174mm\""},
                {"Paper: own width", "width=\"121mm\""}};
    for (size_t i = 0; i < 3; i++) {
        rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
        rig_click_named(rig, "What: one head");
        rig_click_named(rig, "As: SVG");
        rig_click_named(rig, rows[i].choice);
        if (i == 2) rig_click_named(rig, "Width +");
        rig_click_named(rig, i == 1 ? "Text: outlines" : "Text: letters");
        rig_click_named(rig, "Save");
        struct file_bytes bytes = {0};
        struct file_error error = {0};
        assert_true(file_read_whole(rig->window.clipboard, (size_t)16 << 20, &bytes, &error));
        if (!strstr((char *)bytes.data, rows[i].width)) fail_msg("no %s", rows[i].width);
        assert_true(!strstr((char *)bytes.data, "<text") == (i == 1));
        assert_null(strstr((char *)bytes.data, "id=\"background\""));
        file_bytes_free(&bytes);
    }
    /* Without paper it may be cut; what is too much for a column says so and leaves nothing. */
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_click_named(rig, "What: stage");
    rig_click_named(rig, "Paper: no");
    rig_click_named(rig, "Cut: to the figure, no title");
    rig_click_named(rig, "Save");
    assert_int_equal(folder_count(rig->folder, ".svg"), 4);
    rig_key(rig, '7', 0);
    rig_key(rig, 'e', INPUT_CTRL | INPUT_SHIFT);
    rig_click_named(rig, "Paper: own width");
    choose(rig, EXPORT_ROW_WIDTH, 0);
    rig_click_named(rig, "Save");
    assert_true(rig->app.presence.is_message_error);
    assert_non_null(strstr(rig->app.presence.message, "40 mm: the type would be"));
    assert_int_equal(folder_count(rig->folder, ".svg"), 4);
    rig_end(rig);
}

static void test_a_folder_that_cannot_be_made(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    char path[256];
    struct file_error error = {0};
    assert_true(file_join(path, sizeof path, rig->folder, "file"));
    assert_true(file_write_whole(path, "x", 1, FILE_WRITE_NEW, &error));
    free(rig->app.pictures_folder);
    rig->app.pictures_folder = strdup(path);
    rig_key(rig, 'e', INPUT_CTRL);
    assert_true(rig->app.presence.is_message_error);
    assert_non_null(strstr(rig->app.presence.message, path));
    assert_non_null(strstr(rig->app.presence.message, "XDG_PICTURES_DIR"));
    assert_non_null(strstr(rig->app.presence.message, "headway render -o"));
    assert_int_equal(folder_count(rig->folder, ".png"), 0);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_saving_never_replaces),
        cmocka_unit_test(test_a_picture_opens_again),
        cmocka_unit_test(test_each_head_from_the_menu),
        cmocka_unit_test(test_every_format_opens_again),
        cmocka_unit_test(test_steps_are_pages),
        cmocka_unit_test(test_a_batch_can_be_stopped),
        cmocka_unit_test(test_a_large_picture_is_announced),
        cmocka_unit_test(test_layers_from_the_menu),
        cmocka_unit_test(test_paper_from_the_menu),
        cmocka_unit_test(test_a_folder_that_cannot_be_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

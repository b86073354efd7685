/* "Now − before" as it is used: by key, by name, beside what the changes did; back to now with the
 * last of them; in sessions, copies, descriptions and on the command line; and drawn alike by
 * OpenGL and by cairo. */
#include "app/support_panel.h"
#include "app/support_program.h"
#include "render/offscreen.h"

#include "app/describe.h"
#include "app/numbers.h"
#include "app/session.h"
#include "lesson/difference.h"
#include "render/cairo/picture_cairo.h"
#include "ui/ui.h"

#include <math.h>

static bool is_shown(const struct rig *rig) {
    return panel_document(rig)->shows_difference;
}

static bool has_switch(struct rig *rig) {
    app_refresh(&rig->app);
    return semantics_by_id(&rig->app.semantics, ui_id("difference switch", 0, 0)) != NULL;
}

static void test_key_and_switch(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    assert_false(has_switch(rig));
    rig_key(rig, 'd', INPUT_SHIFT); /* nothing is changed */
    assert_false(is_shown(rig));
    assert_non_null(strstr(rig->app.message, "Nothing is changed yet"));
    panel_click(rig, "Mask: causal");
    assert_true(has_switch(rig));
    panel_click(rig, "Show: now − before");
    assert_true(is_shown(rig));
    assert_string_equal(panel_value(rig, "Show"), "now − before");
    panel_click(rig, "Show: now");
    assert_false(is_shown(rig));
    rig_key(rig, 'd', INPUT_SHIFT);
    assert_true(is_shown(rig));
    rig_key(rig, 'd', INPUT_SHIFT);
    assert_false(is_shown(rig));
    rig_end(rig);
}

/* With the last change taken back the stage goes back to now; undo and redo bring both together. */
static void test_back_to_before(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Mask: causal");
    panel_click(rig, "Residual: off");
    rig_key(rig, 'd', INPUT_SHIFT);
    panel_click(rig, "Mask: none");
    assert_true(is_shown(rig)); /* the residual is still off */
    panel_click(rig, "Residual: on");
    assert_false(is_shown(rig));
    assert_false(has_switch(rig));
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(is_shown(rig));
    assert_int_equal(panel_changes(rig)->residual, RESIDUAL_OFF);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    assert_false(is_shown(rig));
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, 'w', INPUT_SHIFT);
    assert_false(is_shown(rig));
    assert_true(what_if_is_plain(panel_changes(rig)));
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(is_shown(rig));
    /* Turning it on is no step of undo, as no look at the same numbers is. */
    rig_key(rig, 'd', INPUT_SHIFT);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(panel_changes(rig)->residual, RESIDUAL_OFF);
    assert_int_equal(panel_changes(rig)->mask, MASK_CAUSAL);
    rig_end(rig);
}

static void test_found_by_name(void **state) {
    (void)state;
    static const char *const words[] = {"before", "now",  "difference", "delta",
                                        "现在",   "之前", "差"};
    struct rig *rig = panel_start();
    panel_click(rig, "Mask: causal");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        app_menu_close(&rig->app);
        rig_key(rig, 'k', INPUT_CTRL);
        rig_type(rig, words[i]);
        bool is_found = false;
        for (int k = 0; k < rig->app.finder.count && !is_found; k++)
            is_found = rig->app.finder.entries[k].action.command == UI_COMMAND_DIFFERENCE_TOGGLE;
        if (!is_found) fail_msg("“%s” does not find it", words[i]);
    }
    rig_end(rig);
}

/* What is copied is what is shown. */
static void test_copies_are_differences(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Mask: causal");
    rig_key(rig, '6', 0);
    struct document wanted = {0};
    assert_true(app_copy_document(&rig->app, &wanted));
    wanted.beat = BEAT_LAST;
    wanted.cell = (struct document_cell){ATTENTION_TENSOR_WEIGHTS, 0, 1, 5};
    assert_true(app_change(&rig->app, &wanted, false));
    struct difference_cell d;
    struct document_cell cell = {ATTENTION_TENSOR_WEIGHTS, 0, 1, 5};
    char number[32];
    assert_true(difference_cell_of(&rig->app.study, &cell, &d) && d.difference < -0.1f);
    rig_key(rig, 'c', INPUT_CTRL);
    assert_true(strtof(rig->window.clipboard, NULL) == 0); /* masked now */
    rig_key(rig, 'd', INPUT_SHIFT);
    rig_key(rig, 'c', INPUT_CTRL);
    assert_true(strtof(rig->window.clipboard, NULL) == d.difference);
    snprintf(number, sizeof number, "%.9g", (double)d.difference);
    assert_true(app_dispatch(
        &rig->app, (struct ui_action){UI_COMMAND_COPY_AS, FILE_TABLE_CSV, NUMBERS_FULL, 0}));
    assert_non_null(strstr(rig->window.clipboard, number));
    rig_end(rig);
}

static void test_session_and_description(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Mask: causal");
    rig_key(rig, '5', 0);
    rig_key(rig, 'd', INPUT_SHIFT);
    struct document wanted = {0}, read = {0};
    assert_true(app_copy_document(&rig->app, &wanted));
    wanted.beat = BEAT_LAST;
    app_change(&rig->app, &wanted, false);
    struct file_error error = {0};
    json_t *json = document_to_json(panel_document(rig));
    assert_true(json_is_true(json_object_get(json, "difference")));
    assert_true(document_from_json(json, &read, &error));
    assert_true(document_equal(&read, panel_document(rig)));
    document_free(&read);
    json_decref(json);
    struct export_tools tools = {&rig->app.catalogue, &rig->app.measurer, NULL};
    struct file_bytes text = {0};
    assert_true(describe_build(&tools, &rig->app.study, &text, &error));
    char *words = strndup((const char *)text.data, text.size);
    assert_non_null(strstr(words, "ΔZ: scaled  8 × 8, now − before"));
    assert_non_null(strstr(words, "−∞"));
    free(words);
    file_bytes_free(&text);
    rig_end(rig);
}

/* ---- the command line ---- */

static void expect(const char *folder, const char *line, int status, const char *part) {
    struct run *run = program_run(folder, line);
    const char *said = status ? run->err : run->out;
    if (run->status != status || (part && !strstr(said, part)))
        fail_msg("%s: %d %s", line, run->status, said);
}

static void test_command_line(void **state) {
    (void)state;
    char folder[128];
    folder_make(folder, sizeof folder);
    expect(folder, "describe --step softmax --mask causal --difference on", 0, "ΔA: weights");
    expect(folder, "describe --step softmax --mask causal --difference off", 0, "A: weights");
    expect(folder, "describe --step softmax --difference on", 0, "Nothing is changed");
    expect(folder, "describe --difference maybe", 2, "--difference");
    expect(folder, "numbers -o d.csv --matrix weights --mask causal --difference on", 0, NULL);
    expect(folder, "numbers -o n.csv --matrix weights --mask causal", 0, NULL);
    struct file_bytes difference = program_bytes(folder, "d.csv"),
                      now = program_bytes(folder, "n.csv");
    assert_true(difference.size != now.size || memcmp(difference.data, now.data, now.size) != 0);
    file_bytes_free(&difference);
    file_bytes_free(&now);
    expect(folder, "numbers -o h.npy --matrix weights --head all --mask causal --difference on", 0,
           NULL);
    expect(folder, "numbers -o e.csv --matrix exponentials --shuffle 3 --difference on", 0, NULL);
    expect(folder, "numbers -o - --matrix weights --difference on", 1, "nothing is changed");
    expect(folder, "numbers -o - --matrix k --context 'a b c' --difference on", 1,
           "cannot be compared with before");
    expect(folder, "render -o p.png --mask causal --difference on --step scale", 0, NULL);
    expect(folder, "describe --session p.png", 0, "ΔZ: scaled");
    folder_remove(folder);
}

/* ---- OpenGL against cairo ---- */

/* Masked now, masked before, in both; changed, unchanged, edited: each look of a cell. */
static void test_drawn_alike(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    struct offscreen gl;
    struct cairo_renderer *cairo = cairo_renderer_new(rig->app.fonts);
    assert_non_null(cairo);
    offscreen_open(&gl, rig->app.fonts);
    panel_click(rig, "Mask: causal");
    for (int at = 0; at < 6; at++) {
        struct document wanted = {0};
        assert_true(app_copy_document(&rig->app, &wanted));
        struct attention_edit edit = {ATTENTION_TENSOR_EMBEDDING, 0, 24, 2.5f};
        assert_true(what_if_edit(&wanted.what_if, &edit));
        wanted.shows_difference = true;
        wanted.step = at % 2 ? STEP_SOFTMAX : STEP_SCALE;
        wanted.beat = BEAT_LAST;
        wanted.theme = (enum theme_choice)(at / 2);
        app_change(&rig->app, &wanted, false);
        rig_settle(rig);
        app_refresh(&rig->app);
        struct pixels by_gl = offscreen_draw(&gl, &rig->app.list), by_cairo = {0};
        assert_true(cairo_renderer_draw(cairo, &rig->app.list, &by_cairo.at, &by_cairo.width,
                                        &by_cairo.height));
        assert_true(by_gl.width == by_cairo.width && by_gl.height == by_cairo.height);
        size_t pixels = (size_t)by_gl.width * (size_t)by_gl.height, far = 0;
        double sum = 0;
        for (size_t i = 0; i < pixels; i++) {
            int distance = channel_distance(by_gl.at[i], by_cairo.at[i] & 0xFFFFFFu);
            sum += distance;
            far += distance > 48;
        }
        print_message("    mean %.3f, far %zu of %zu\n", sum / (double)pixels, far, pixels);
        assert_true(sum / (double)pixels < 0.6);
        assert_true(far < pixels / 100);
        free(by_gl.at);
        free(by_cairo.at);
    }
    offscreen_close(&gl);
    cairo_renderer_free(cairo);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_and_switch),
        cmocka_unit_test(test_back_to_before),
        cmocka_unit_test(test_found_by_name),
        cmocka_unit_test(test_copies_are_differences),
        cmocka_unit_test(test_session_and_description),
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_drawn_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Large pictures in bands: the same pixels and bytes as in one piece, and they can be stopped. */
#include "app/support_app.h"

#include "app/export_private.h"
#include "files/png_file.h"
#include "render/cairo/picture_cairo.h"
#include "views/export_choices.h"

static struct export_tools tools_of(struct rig *rig) {
    if (!rig->app.cairo) rig->app.cairo = cairo_renderer_new(rig->app.fonts);
    assert_non_null(rig->app.cairo);
    return (struct export_tools){&rig->app.catalogue, &rig->app.measurer, rig->app.cairo};
}

/* The picture of the rig's document in bands of so many rows, against the whole. */
static void check_seams(struct rig *rig, const struct export_look *look, int band) {
    struct export_tools tools = tools_of(rig);
    struct draw_list list = {0};
    struct vector_page page;
    struct file_error error = {0};
    uint32_t *whole = NULL;
    int width = 0, height = 0;
    assert_true(export_draw(&tools, &rig->app.study, look, &list, &page, &error));
    assert_true(cairo_renderer_draw(tools.cairo, &list, &whole, &width, &height));
    uint32_t *rows = malloc((size_t)width * (size_t)band * sizeof *rows);
    assert_non_null(rows);
    for (int top = 0; top < height; top += band) {
        int count = height - top < band ? height - top : band;
        assert_true(cairo_renderer_draw_band(tools.cairo, &list, top, count, rows));
        if (memcmp(rows, whole + (size_t)top * (size_t)width,
                   (size_t)count * (size_t)width * sizeof *rows) != 0)
            fail_msg("view %s, step %s, band of %d rows at %d of %d is another picture",
                     view_id(rig->app.study.document.view), step_id(rig->app.study.document.step),
                     band, top, height);
    }
    free(rows);
    free(whole);
    draw_list_free(&list);
}

static void test_bands_are_the_whole(void **state) {
    (void)state;
    static const int bands[] = {1, 7, 64, 333};
    struct rig *rig = rig_start();
    for (int at = 0; at < VIEW_COUNT * 4; at++) {
        struct document wanted;
        assert_true(app_copy_document(&rig->app, &wanted));
        wanted.view = (enum view)(at % VIEW_COUNT);
        wanted.step = (enum step)(STEP_PROJECTION + at % 7);
        wanted.beat = BEAT_LAST;
        wanted.theme = (enum theme_choice)(at % THEME_COUNT);
        wanted.language = (enum language)(at % 2);
        wanted.what_if.mask = at % 3 ? MASK_CAUSAL : MASK_MODEL;
        wanted.is_presentation = at % 5 == 4;
        wanted.width = at % 2 ? 641 : 1000;
        wanted.height = at % 2 ? 480 : 701;
        assert_true(app_change(&rig->app, &wanted, false));
        struct export_look look = {.part = at % 4 == 3 ? PICTURE_HEAD : PICTURE_WINDOW,
                                   .density = 1 + at % 2};
        check_seams(rig, &look, at < VIEW_COUNT ? bands[1] : bands[at % 4]);
    }
    rig_end(rig);
}

/* The file has the pixels of the picture drawn in one piece. */
static void check_file(struct rig *rig, const struct export_look *look,
                       const struct file_bytes *file) {
    struct export_tools tools = tools_of(rig);
    struct draw_list list = {0};
    struct vector_page page;
    struct file_error error = {0};
    uint32_t *whole = NULL, *read = NULL;
    int width = 0, height = 0;
    size_t columns = 0, rows = 0;
    assert_true(export_draw(&tools, &rig->app.study, look, &list, &page, &error));
    assert_true(cairo_renderer_draw(tools.cairo, &list, &whole, &width, &height));
    assert_true(
        png_file_decode(file->data, file->size, &read, &columns, &rows, NULL, NULL, &error));
    assert_int_equal(columns, width);
    assert_int_equal(rows, height);
    assert_memory_equal(read, whole, columns * rows * sizeof *read);
    free(read);
    free(whole);
    draw_list_free(&list);
}

static void choose_large(struct rig *rig) {
    rig->app.presence.exporting.value[EXPORT_ROW_DENSITY] = 4;
}

static void one_turn(struct rig *rig) {
    rig->now_ms += 40;
    assert_non_null(app_picture(&rig->app, rig->now_ms));
}

/* Its progress is said, Esc stops it, and nothing is left of it. */
static void test_a_large_picture_can_be_stopped(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct input escape = {.kind = INPUT_KEY, .key = KEY_ESCAPE};
    choose_large(rig);
    rig_key(rig, 'e', INPUT_CTRL);
    for (int i = 0; i < 4; i++)
        one_turn(rig);
    assert_true(export_is_running(&rig->app));
    assert_non_null(strstr(rig->app.presence.message, " %. Esc"));
    assert_int_equal(folder_count(rig->folder, ".png"), 0);
    app_input(&rig->app, &escape);
    assert_false(export_is_running(&rig->app));
    assert_non_null(strstr(rig->app.presence.message, "nothing was saved"));
    for (int i = 0; i < 3; i++)
        one_turn(rig);
    assert_int_equal(folder_count(rig->folder, ".png"), 0);
    assert_int_equal(folder_count(rig->folder, ".tmp"), 0);
    rig_key(rig, 'e', INPUT_CTRL); /* the program may end in the middle */
    one_turn(rig);
    one_turn(rig);
    rig_end(rig);
}

/* What is saved is what stood there when it began, whatever becomes of the window. */
static void test_a_large_picture_is_of_its_moment(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct export_tools tools = tools_of(rig);
    struct file_bytes wanted = {0}, saved = {0};
    struct file_error error = {0};
    struct export_look look = {.part = PICTURE_WINDOW, .density = 4};
    rig_key(rig, '6', 0);
    assert_true(export_picture(&tools, &rig->app.study, &look, &wanted, &error));
    check_file(rig, &look, &wanted);
    choose_large(rig);
    rig_key(rig, 'e', INPUT_CTRL);
    one_turn(rig);
    one_turn(rig);
    struct input resize = {.kind = INPUT_RESIZE, .width = 900, .height = 700};
    app_input(&rig->app, &resize);
    for (int i = 0; i < 200 && export_is_running(&rig->app); i++)
        one_turn(rig);
    assert_non_null(strstr(rig->app.presence.message, "Saved as"));
    assert_int_equal(folder_count(rig->folder, "-softmax-head-1.png"), 1);
    assert_true(file_read_whole(rig->window.clipboard, 1 << 30, &saved, &error));
    assert_int_equal(saved.size, wanted.size);
    assert_memory_equal(saved.data, wanted.data, wanted.size);
    file_bytes_free(&saved);
    file_bytes_free(&wanted);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bands_are_the_whole),
        cmocka_unit_test(test_a_large_picture_can_be_stopped),
        cmocka_unit_test(test_a_large_picture_is_of_its_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Text drawn by OpenGL: the atlas of runs, its overflow, pieces, turned runs. The fonts are made
 * up, so that every pixel is known. */
#include "offscreen.h"
#include <math.h>

static struct offscreen gl;
static size_t rendered; /* runs rendered since the start of the test */

/* A made-up font: a run is bytes × size wide and size high, the pen starts at 0 on the lowest row;
 * each pixel depends on the first letters. */
static uint8_t ink_at(const char *text, size_t bytes, int x, int y) {
    unsigned mixed = (unsigned)(x * 57 + y * 91);
    for (size_t i = 0; i < bytes && i < 8; i++)
        mixed = mixed * 31 + (unsigned char)text[i];
    return (uint8_t)(mixed & 255);
}

bool fonts_render_run(struct fonts *fonts, uint16_t face, float size_px, bool is_right_to_left,
                      const char *text, size_t bytes, uint8_t **pixels, int *width, int *height,
                      int *origin_x, int *origin_y) {
    (void)fonts, (void)is_right_to_left;
    rendered++;
    if (face == 99) return false; /* a face that cannot be rendered */
    *width = (int)((float)bytes * size_px);
    *height = (int)size_px;
    *origin_x = 0;
    *origin_y = *height;
    if (text[0] == ' ') *width = *height = 0;
    *pixels = malloc((size_t)*width * (size_t)*height + 1);
    if (!*pixels) return false;
    for (int y = 0; y < *height; y++)
        for (int x = 0; x < *width; x++)
            (*pixels)[y * *width + x] = ink_at(text, bytes, x, y);
    return true;
}

/* One face, one run: what the measuring side of the made-up font says. */
static size_t split(void *context, enum text_style style, float size_px, const char *text,
                    size_t bytes, struct text_run *runs, size_t max) {
    (void)context, (void)style, (void)text, (void)max;
    runs[0] = (struct text_run){.bytes = (uint32_t)bytes, .width = (float)bytes * size_px};
    return 1;
}

static struct text_metrics metrics(void *context, enum text_style style, float size_px) {
    (void)context, (void)style;
    return (struct text_metrics){.ascent = size_px, .cap_height = size_px};
}

static const struct text_measurer measurer = {NULL, split, metrics};

static void write_text(struct draw_list *list, float size, float x, float y, float angle,
                       const char *text) {
    draw_text(list, &measurer, TEXT_WORDS, size, x, y, angle, COLOUR_HEX(0x000000), text,
              strlen(text));
}

static int grey(struct pixels pixels, int x, int y) {
    return (int)(pixel_of(pixels, x, y) & 255);
}

/* The run with its pen at whole pixels (left, baseline), black on white, seen through `clip`. */
static void assert_run(struct pixels pixels, const char *text, int size, int left, int baseline,
                       struct rect clip) {
    size_t bytes = strlen(text);
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < (int)bytes * size; x++) {
            int at_x = left + x, at_y = baseline - size + y;
            if (at_x < 0 || at_y < 0 || at_x >= pixels.width || at_y >= pixels.height) continue;
            if (!rect_contains(clip, (float)at_x + 0.5f, (float)at_y + 0.5f)) continue;
            int expected = 255 - ink_at(text, bytes, x, y), drawn = grey(pixels, at_x, at_y);
            if (abs(drawn - expected) > 1)
                fail_msg("\"%.8s\": pixel %d, %d is %d, not %d", text, at_x, at_y, drawn, expected);
        }
    }
}

static const struct rect everywhere = {-1e6f, -1e6f, 2e6f, 2e6f};

static void test_runs_stand_on_whole_pixels(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 300, 100, COLOUR_HEX(0xFFFFFF));
    write_text(&list, 12, 10.4f, 20.6f, 0, "first");
    write_text(&list, 9, 100.5f, 30.49f, 0, "second");
    struct rect clip = rect_make(20, 60, 30, 7);
    draw_clip_push(&list, clip);
    write_text(&list, 14, 3, 70, 0, "clipped");
    draw_clip_pop(&list);
    struct pixels pixels = offscreen_draw(&gl, &list);
    assert_run(pixels, "first", 12, 10, 21, everywhere);
    assert_run(pixels, "second", 9, 101, 30, everywhere);
    assert_run(pixels, "clipped", 14, 3, 70, clip);
    assert_int_equal(grey(pixels, 19, 63), 255);
    assert_int_equal(grey(pixels, 50, 63), 255);
    assert_int_equal(grey(pixels, 30, 59), 255);
    assert_int_equal(grey(pixels, 30, 67), 255);
    assert_int_equal(grey(pixels, 9, 15), 255);
    free(pixels.at);
    draw_list_free(&list);
}

static void test_runs_are_rendered_once(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 300, 100, COLOUR_HEX(0xFFFFFF));
    write_text(&list, 11, 10, 20, 0, "once");
    write_text(&list, 11, 80, 20, 0, "once");
    write_text(&list, 12, 10, 50, 0, "once");
    write_text(&list, 11, 10, 90, 0, "  empty");
    write_text(&list, 11, 5000, 20, 0, "outside");
    rendered = 0;
    for (int frame = 0; frame < 3; frame++) {
        struct pixels pixels = offscreen_draw(&gl, &list);
        assert_run(pixels, "once", 11, 80, 20, everywhere);
        assert_run(pixels, "once", 12, 10, 50, everywhere);
        free(pixels.at);
    }
    assert_int_equal(rendered, 3);
    draw_list_free(&list);
}

/* Quarter turns about the pen keep every pixel. Clockwise: along x becomes down. */
static void test_quarter_turns_are_exact(void **state) {
    (void)state;
    struct draw_list list = {0};
    const float quarter = 1.57079632679f;
    draw_list_begin(&list, 200, 200, COLOUR_HEX(0xFFFFFF));
    write_text(&list, 10, 100, 20, quarter, "down");
    write_text(&list, 10, 30, 180, -quarter, "up");
    struct pixels pixels = offscreen_draw(&gl, &list);
    for (int y = 0; y < 10; y++) {
        for (int x = 0; x < 40;
             x++) { /* (x, y − 10) of the run goes to (10 − y, x) and (y − 10, −x) */
            int down = grey(pixels, 100 + 9 - y, 20 + x);
            assert_in_range(abs(down - (255 - ink_at("down", 4, x, y))), 0, 2);
            if (x < 20) {
                int up = grey(pixels, 30 - 10 + y, 180 - 1 - x);
                assert_in_range(abs(up - (255 - ink_at("up", 2, x, y))), 0, 2);
            }
        }
    }
    free(pixels.at);
    draw_list_free(&list);
}

/* Longer than a piece, longer than the texture. */
static void test_long_runs_come_in_pieces(void **state) {
    (void)state;
    char text[1501];
    memset(text, 'x', sizeof text - 1);
    text[1500] = '\0';
    struct draw_list list = {0};
    draw_list_begin(&list, 4000, 60, COLOUR_HEX(0xFFFFFF));
    write_text(&list, 16, -9000, 40, 0, text);
    struct pixels pixels = offscreen_draw(&gl, &list);
    assert_run(pixels, text, 16, -9000, 40, everywhere);
    free(pixels.at);
    draw_list_begin(&list, 60, 4000, COLOUR_HEX(0xFFFFFF));
    write_text(&list, 16, 20, -9000, 1.57079632679f, text);
    pixels = offscreen_draw(&gl, &list);
    for (int y = 0; y < 4000; y++) /* no seam between the pieces, nothing twice */
        assert_in_range(abs(grey(pixels, 27, y) - (255 - ink_at(text, 1500, 9000 + y, 8))), 0, 3);
    free(pixels.at);
    draw_list_begin(&list, 60, 4000, COLOUR_HEX(0xFFFFFF));
    write_text(&list, 16, 20, -9000.5f, 1.57079632679f,
               text); /* halfway: every pixel mixes two neighbours */
    pixels = offscreen_draw(&gl, &list);
    for (int y = 0; y < 4000; y++) {
        int mixed = (ink_at(text, 1500, 9000 + y, 8) + ink_at(text, 1500, 9001 + y, 8)) / 2;
        assert_in_range(abs(grey(pixels, 27, y) - (255 - mixed)), 0, 4);
    }
    free(pixels.at);
    draw_list_free(&list);
}

static void number_text(char out[8], int number) {
    snprintf(out, 8, "%05d", number);
}

/* More different runs in one frame than the texture holds, then more over many frames. */
static void test_overflowing_atlas(void **state) {
    (void)state;
    enum { COUNT = 3000, SIZE = 24, PER_ROW = 30 };
    struct draw_list list = {0};
    for (int frame = 0; frame < 4; frame++) {
        draw_list_begin(&list, PER_ROW * 120, COUNT / PER_ROW * SIZE, COLOUR_HEX(0xFFFFFF));
        for (int i = 0; i < COUNT; i++) {
            char text[8];
            number_text(text, frame * 1000 + i);
            write_text(&list, SIZE, (float)(i % PER_ROW * 120), (float)((i / PER_ROW + 1) * SIZE),
                       0, text);
        }
        struct pixels pixels = offscreen_draw(&gl, &list);
        for (int i = 0; i < COUNT; i += 7) {
            char text[8];
            number_text(text, frame * 1000 + i);
            assert_run(pixels, text, SIZE, i % PER_ROW * 120, (i / PER_ROW + 1) * SIZE, everywhere);
        }
        free(pixels.at);
    }
    struct pixels pixels = offscreen_draw(&gl, &list);
    free(pixels.at);
    rendered = 0; /* by now the texture has grown: the same frame once more renders nothing */
    pixels = offscreen_draw(&gl, &list);
    assert_int_equal(rendered, 0);
    free(pixels.at);
    draw_list_free(&list);
}

static void test_text_keeps_its_place_in_the_order(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 60, 30, COLOUR_HEX(0xFFFFFF));
    write_text(&list, 10, 5, 20, 0, "under");
    draw_rectangle(&list, rect_make(5, 10, 20, 10), 0, COLOUR_HEX(0xFF0000));
    struct pixels pixels = offscreen_draw(&gl, &list);
    assert_int_equal(pixel_of(pixels, 10, 15), 0xFF0000);
    assert_in_range(abs(grey(pixels, 30, 15) - (255 - ink_at("under", 5, 25, 5))), 0, 1);
    free(pixels.at);
    draw_list_free(&list);
}

static void test_faces_that_cannot_be_rendered(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 60, 30, COLOUR_HEX(0xFFFFFF));
    write_text(&list, 10, 5, 20, 0, "gone");
    list.commands[0].face = 99;
    write_text(&list, 10, 5, 20, 0, "here");
    struct pixels pixels = offscreen_draw(&gl, &list);
    assert_run(pixels, "here", 10, 5, 20, everywhere);
    free(pixels.at);
    list.commands[1].count = 1 << 20; /* text that is not there */
    pixels = offscreen_draw(&gl, &list);
    assert_int_equal(grey(pixels, 10, 15), 255);
    free(pixels.at);
    draw_list_free(&list);
}

static int group_setup(void **state) {
    (void)state;
    offscreen_open(&gl, NULL);
    return 0;
}

static int group_teardown(void **state) {
    (void)state;
    offscreen_close(&gl);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_stand_on_whole_pixels),
        cmocka_unit_test(test_runs_are_rendered_once),
        cmocka_unit_test(test_quarter_turns_are_exact),
        cmocka_unit_test(test_long_runs_come_in_pieces),
        cmocka_unit_test(test_overflowing_atlas),
        cmocka_unit_test(test_text_keeps_its_place_in_the_order),
        cmocka_unit_test(test_faces_that_cannot_be_rendered),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

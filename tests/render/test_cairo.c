/* Pictures by cairo: exact where the draw list says so, the same bytes every time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/memory.h"
#include "render/cairo/picture_cairo.h"
#include <stdlib.h>
#include <string.h>

#define INK   COLOUR_HEX(0x1C1E24)
#define BLUE  COLOUR_HEX(0x2563C9)
#define PAPER COLOUR_HEX(0xF6F5F1)

static struct fonts *fonts;
static struct text_measurer measurer;
static struct cairo_renderer *renderer;

static int open_all(void **state) {
    (void)state;
    char error[256];
    fonts = fonts_open(error, sizeof error, NULL, 0);
    renderer = fonts ? cairo_renderer_new(fonts) : NULL;
    if (!renderer) return -1;
    measurer = fonts_measurer(fonts);
    return 0;
}
static int close_all(void **state) {
    (void)state;
    cairo_renderer_free(renderer);
    fonts_close(fonts);
    return 0;
}

static uint32_t *draw(const struct draw_list *list, int *width, int *height) {
    uint32_t *pixels = NULL;
    assert_true(draw_list_ok(list));
    assert_true(cairo_renderer_draw(renderer, list, &pixels, width, height));
    return pixels;
}

static uint32_t hex(struct colour c) {
    return (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
}
static bool inside(struct rect r, int x, int y) {
    return rect_contains(r, (float)x + 0.5f, (float)y + 0.5f);
}

static void rectangles_on_whole_pixels_are_exact(void **state) {
    (void)state;
    struct draw_list list = {0};
    struct rect full = rect_make(10, 5, 30, 20), half = rect_make(20, 10, 60, 8),
                cut = rect_make(50, 20, 90, 90);
    struct rect clip = rect_make(60, 30, 10, 11), frame = rect_make(2, 30, 20, 15),
                hole = rect_inset(frame, 3, 3);
    struct colour veil = colour_fade(INK, 0.5f);
    draw_list_begin(&list, 100, 50, PAPER);
    draw_rectangle(&list, full, 0, BLUE);
    draw_rectangle(&list, half, 0, veil);
    draw_clip_push(&list, clip);
    draw_rectangle(&list, cut, 0, BLUE);
    draw_clip_pop(&list);
    draw_frame(&list, frame, 0, 3, INK);
    int width, height;
    uint32_t *pixels = draw(&list, &width, &height);
    assert_int_equal(width, 100);
    assert_int_equal(height, 50);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            struct colour expected = inside(full, x, y) ? BLUE : PAPER;
            if (inside(half, x, y)) expected = colour_over(veil, expected);
            if (inside(clip, x, y)) expected = BLUE;
            if (inside(frame, x, y) && !inside(hole, x, y)) expected = INK;
            assert_int_equal(pixels[y * width + x], hex(expected));
        }
    free(pixels);
    draw_list_free(&list);
}

static void matrices_choose_cells_by_whole_numbers(void **state) {
    (void)state;
    enum { ROWS = 7, COLUMNS = 13 };
    struct colour cells[ROWS * COLUMNS];
    for (int i = 0; i < ROWS * COLUMNS; i++)
        cells[i] =
            (struct colour){(uint8_t)(i * 2), (uint8_t)(255 - i), (uint8_t)(i % 7 * 30), 255};
    const struct rect rects[] = {
        {3, 4, 91, 49}, {3.4f, 3.6f, 50.3f, 31.2f}, {1, 1, 9, 3}, {-20, -10, 100, 50}};
    for (size_t k = 0; k < sizeof rects / sizeof rects[0]; k++) {
        struct draw_list list = {0};
        draw_list_begin(&list, 100, 60, PAPER);
        draw_clip_push(&list, rect_make(2, 2, 90, 55));
        draw_matrix(&list, rects[k], cells, ROWS, COLUMNS);
        struct rect r = rect_snap(rects[k]);
        int width, height;
        uint32_t *pixels = draw(&list, &width, &height);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                uint32_t expected = hex(PAPER);
                if (inside(r, x, y) && inside(rect_make(2, 2, 90, 55), x, y)) {
                    long column = (2 * (x - (long)r.x) + 1) * COLUMNS / (2 * (long)r.w);
                    long row = (2 * (y - (long)r.y) + 1) * ROWS / (2 * (long)r.h);
                    expected = hex(cells[row * COLUMNS + column]);
                }
                assert_int_equal(pixels[y * width + x], expected);
            }
        free(pixels);
        draw_list_free(&list);
    }
}

static void hatches_and_dashes_keep_to_the_grid(void **state) {
    (void)state;
    struct draw_list list = {0};
    struct rect area = rect_make(3, 7, 40, 30), frame = rect_make(50, 5, 40, 31),
                hole = rect_inset(frame, 2, 2);
    draw_list_begin(&list, 100, 50, PAPER);
    draw_hatch(&list, area, 7.6f, INK);
    draw_frame(&list, frame, 0, 2, BLUE)->dash = 5;
    int width, height;
    uint32_t *pixels = draw(&list, &width, &height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint32_t expected = hex(PAPER);
            if (inside(area, x, y) && (x + y) % 8 == 0) expected = hex(INK);
            if (inside(frame, x, y) && !inside(hole, x, y) && (x + y) / 5 % 2 == 0)
                expected = hex(BLUE);
            assert_int_equal(pixels[y * width + x], expected);
        }
    free(pixels);
    draw_list_free(&list);
}

static unsigned red_at(const uint32_t *pixels, int width, int x, int y) {
    return pixels[y * width + x] >> 16;
}

static void corners_and_lines_are_feathered(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 100, 50, COLOUR_HEX(0xFFFFFF));
    draw_rectangle(&list, rect_make(10, 10, 30, 30), 8, COLOUR_HEX(0));
    draw_frame(&list, rect_make(60, 10, 30, 30), 8, 2, COLOUR_HEX(0));
    draw_line(&list, 45, 5, 55, 45, 2, COLOUR_HEX(0));
    int width, height;
    uint32_t *pixels = draw(&list, &width, &height);
    assert_int_equal(red_at(pixels, width, 10, 10), 255); /* outside the arc */
    assert_int_equal(red_at(pixels, width, 25, 10), 0);
    assert_int_equal(red_at(pixels, width, 14, 14), 0);
    assert_int_equal(red_at(pixels, width, 75, 25), 255); /* the frame is hollow */
    assert_int_equal(red_at(pixels, width, 75, 11), 0);
    assert_int_equal(red_at(pixels, width, 75, 12), 255);
    size_t between = 0;
    unsigned long ink = 0;
    for (int y = 10; y < 40; y++)
        for (int x = 10; x < 40; x++) {
            unsigned red = red_at(pixels, width, x, y);
            between += red > 0 && red < 255;
            ink += 255 - red;
        }
    assert_in_range(between, 20, 80);
    double area = 900.0 - (4.0 - 3.14159265) * 64.0;
    assert_true((double)ink / 255.0 > area - 2 && (double)ink / 255.0 < area + 2);
    assert_true(red_at(pixels, width, 50, 25) < 64);
    free(pixels);
    draw_list_free(&list);
}

static void text_at(struct draw_list *list, float x, float y, float angle, const char *text) {
    draw_text(list, &measurer, TEXT_WORDS, 20, x, y, angle, COLOUR_HEX(0), text, strlen(text));
}

/* The box of all that is not white. */
static struct rect ink_box(const uint32_t *pixels, int width, int height) {
    int left = width, top = height, right = 0, bottom = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            if (red_at(pixels, width, x, y) < 200) {
                left = x < left ? x : left;
                right = x + 1 > right ? x + 1 : right;
                top = y < top ? y : top;
                bottom = y + 1 > bottom ? y + 1 : bottom;
            }
    return rect_make((float)left, (float)top, (float)(right - left), (float)(bottom - top));
}

static void text_stands_on_its_baseline(void **state) {
    (void)state;
    struct draw_list list = {0};
    int width, height;
    draw_list_begin(&list, 200, 200, COLOUR_HEX(0xFFFFFF));
    text_at(&list, 30.4f, 99.6f, 0, "HEH");
    float text_wide = list.commands[0].rect.w;
    uint32_t *pixels = draw(&list, &width, &height);
    struct rect box = ink_box(pixels, width, height);
    assert_true(rect_bottom(box) >= 99 && rect_bottom(box) <= 101);
    assert_true(box.x >= 30 && box.x < 34 && rect_right(box) > 30 + text_wide - 4 &&
                rect_right(box) <= 31 + text_wide);
    assert_true(box.h >= 13 && box.h <= 17);
    free(pixels);

    draw_list_begin(&list, 200, 200, COLOUR_HEX(0xFFFFFF)); /* a quarter clockwise: it runs down */
    text_at(&list, 100, 30, 1.57079633f, "HEH");
    pixels = draw(&list, &width, &height);
    struct rect turned = ink_box(pixels, width, height);
    assert_true(turned.x >= 99 && turned.x <= 101 && turned.y >= 30 && turned.y < 34);
    assert_true(turned.h > turned.w && turned.h > text_wide - 7);
    free(pixels);
    draw_list_free(&list);
}

static double ink_sum(enum text_style style, float size, const char *text) {
    struct draw_list list = {0};
    int width, height;
    double sum = 0;
    draw_list_begin(&list, 300, 60, COLOUR_HEX(0xFFFFFF));
    draw_text(&list, &measurer, style, size, 20, 40, 0, COLOUR_HEX(0), text, strlen(text));
    uint32_t *pixels = draw(&list, &width, &height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            sum += (255 - red_at(pixels, width, x, y)) / 255.0;
    free(pixels);
    draw_list_free(&list);
    return sum;
}

static void bold_chinese_has_more_ink(void **state) {
    (void)state;
    const float sizes[] = {13, 15, 22};
    for (size_t i = 0; i < 3; i++) {
        double thin = ink_sum(TEXT_WORDS, sizes[i], "注意力机制");
        assert_true(ink_sum(TEXT_WORDS_SEMIBOLD, sizes[i], "注意力机制") > thin * 1.1);
        assert_true(ink_sum(TEXT_WORDS_BOLD, sizes[i], "注意力机制") > thin * 1.15);
        assert_true(ink_sum(TEXT_MONO_BOLD, sizes[i], "注意力机制") > thin * 1.15);
        assert_true(ink_sum(TEXT_WORDS_BOLD, sizes[i], "注意力机制") < thin * 2);
    }
}

/* cairo's outlines against FreeType's bitmaps, which OpenGL shows. */
static void text_agrees_with_its_bitmap(void **state) {
    (void)state;
    const char *texts[] = {"The cat sat, AVAVTo", "注意力机制", "مرحبا", "0.12 −3.50"};
    for (int n = 0; n < 12; n++) {
        static const enum text_style styles[] = {TEXT_WORDS, TEXT_WORDS_SEMIBOLD, TEXT_WORDS_BOLD};
        int i = n % 4;
        struct draw_list list = {0};
        draw_list_begin(&list, 300, 60, COLOUR_HEX(0xFFFFFF));
        draw_text(&list, &measurer, styles[n / 4], 20, 20, 40, 0, COLOUR_HEX(0), texts[i],
                  strlen(texts[i]));
        assert_int_equal(list.count, 1);
        const struct draw_command *c = &list.commands[0];
        uint8_t *bitmap;
        int width, height, bitmap_width, bitmap_height, x, y;
        uint32_t *pixels = draw(&list, &width, &height);
        assert_true(fonts_render_run(fonts, c->face, 20, c->is_right_to_left, texts[i],
                                     strlen(texts[i]), &bitmap, &bitmap_width, &bitmap_height, &x,
                                     &y));
        long sum = 0, worst = 0;
        for (int row = 0; row < bitmap_height; row++)
            for (int column = 0; column < bitmap_width; column++) {
                long shown = 255 - (long)red_at(pixels, width, 20 - x + column, 40 - y + row);
                long apart = labs(shown - bitmap[row * bitmap_width + column]);
                worst = apart > worst ? apart : worst;
                sum += apart;
            }
        assert_true(worst <= 48);
        assert_true(sum <= 3L * bitmap_width * bitmap_height);
        free(pixels);
        free(bitmap);
        draw_list_free(&list);
    }
}

static void sample(struct draw_list *list) {
    draw_list_begin(list, 320, 200, PAPER);
    const char *texts[] = {"The cat sat on the mat", "注意力机制 مرحبا", "QKᵀ / √dₖ",
                           "👩‍👩‍👧 e\u0301"};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 3; k++)
            text_at(list, 10.0f + 100.0f * (float)k, 30.0f + 40.0f * (float)i, (float)k * 0.1f,
                    texts[i]);
    draw_frame(list, rect_make(3.5f, 4.25f, 100, 50), 7, 1.5f, INK);
    draw_line(list, 0, 0, 300, 170, 1, BLUE);
}

static void same_bytes_every_time(void **state) {
    (void)state;
    struct draw_list list = {0};
    sample(&list);
    int width, height;
    uint32_t *first = draw(&list, &width, &height), *again = draw(&list, &width, &height);
    size_t bytes = (size_t)width * (size_t)height * sizeof *first;
    assert_memory_equal(first, again, bytes);
    free(again);
    struct cairo_renderer *other = cairo_renderer_new(fonts);
    assert_non_null(other);
    assert_true(cairo_renderer_draw(other, &list, &again, &width, &height));
    assert_memory_equal(first, again, bytes);
    for (int i = 0; i < width * height; i++)
        assert_int_equal(first[i] >> 24, 0);
    cairo_renderer_free(other);
    free(first);
    free(again);
    draw_list_free(&list);
}

static int allocations_left;
static void *failing_resize(void *block, size_t bytes) {
    return allocations_left-- > 0 ? realloc(block, bytes) : NULL;
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    struct draw_list list = {0};
    sample(&list);
    bool finished = false;
    int tried = 0;
    for (; !finished && tried < 200; tried++) {
        uint32_t *pixels = NULL;
        int width, height;
        memory_resize = failing_resize;
        allocations_left = tried;
        struct cairo_renderer *other = cairo_renderer_new(fonts);
        finished = other && cairo_renderer_draw(other, &list, &pixels, &width, &height);
        cairo_renderer_free(other);
        memory_resize = realloc;
        if (finished)
            free(pixels);
        else
            assert_null(pixels);
    }
    assert_true(finished && tried > 3);
    draw_list_free(&list);
}

static void odd_sizes_are_handled(void **state) {
    (void)state;
    struct draw_list list = {0};
    uint32_t *pixels = NULL;
    int width, height;
    draw_list_begin(&list, 0, 0, PAPER);
    pixels = draw(&list, &width, &height);
    assert_true(width == 1 && height == 1);
    free(pixels);
    pixels = NULL;
    draw_list_begin(&list, 1e9f, 10, PAPER);
    assert_false(cairo_renderer_draw(renderer, &list, &pixels, &width, &height));
    assert_null(pixels);
    draw_list_begin(&list, 20.6f, 9.4f, PAPER);
    draw_rectangle(&list, rect_make(-1e8f, -1e8f, 2e8f, 2e8f), 4, BLUE);
    draw_hatch(&list, rect_make(-1e8f, -1e8f, 2e8f, 2e8f), 4, INK);
    draw_frame(&list, rect_make(5, 5, 2, 2), 50, 50, INK);
    pixels = draw(&list, &width, &height);
    assert_true(width == 21 && height == 9);
    free(pixels);
    draw_list_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rectangles_on_whole_pixels_are_exact),
        cmocka_unit_test(matrices_choose_cells_by_whole_numbers),
        cmocka_unit_test(hatches_and_dashes_keep_to_the_grid),
        cmocka_unit_test(corners_and_lines_are_feathered),
        cmocka_unit_test(text_stands_on_its_baseline),
        cmocka_unit_test(text_agrees_with_its_bitmap),
        cmocka_unit_test(bold_chinese_has_more_ink),
        cmocka_unit_test(same_bytes_every_time),
        cmocka_unit_test(memory_may_end_anywhere),
        cmocka_unit_test(odd_sizes_are_handled),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

/* The same list drawn by OpenGL and by cairo: two independent readings of list.h, held against each
 * other. */
#include "offscreen.h"
#include "render/cairo/picture_cairo.h"
#include <math.h>

static struct offscreen gl;
static struct cairo_renderer *cairo;
static struct text_measurer measurer;

struct difference {
    size_t pixels, beyond_3; /* how many differ by more than 3 of 255 in some channel */
    int largest;
    double mean; /* of the largest channel difference, over all pixels */
};

static struct difference compare(const struct draw_list *list) {
    assert_true(draw_list_ok(list));
    struct pixels by_gl = offscreen_draw(&gl, list), by_cairo = {0};
    assert_true(cairo_renderer_draw(cairo, list, &by_cairo.at, &by_cairo.width, &by_cairo.height));
    assert_int_equal(by_gl.width, by_cairo.width);
    assert_int_equal(by_gl.height, by_cairo.height);
    struct difference found = {.pixels = (size_t)by_gl.width * (size_t)by_gl.height};
    double sum = 0;
    for (size_t i = 0; i < found.pixels; i++) {
        int distance = channel_distance(by_gl.at[i], by_cairo.at[i] & 0xFFFFFFu);
        sum += distance;
        if (distance > 3) found.beyond_3++;
        if (distance > found.largest) found.largest = distance;
    }
    found.mean = sum / (double)found.pixels;
    free(by_gl.at);
    free(by_cairo.at);
    print_message("    largest %d, beyond 3: %zu of %zu, mean %.4f\n", found.largest,
                  found.beyond_3, found.pixels, found.mean);
    return found;
}

static struct rect random_rect(uint32_t *seed) {
    return rect_make((float)(random_below(seed, 400) - 40), (float)(random_below(seed, 300) - 40),
                     (float)(1 + random_below(seed, 200)), (float)(1 + random_below(seed, 150)));
}

/* Opaque rectangles, matrices of every shape, hatches and square frames on whole pixels, under
 * random clips. */
static void test_whole_pixels_are_equal(void **state) {
    (void)state;
    struct draw_list list = {0};
    struct colour cells[64 * 64];
    uint32_t seed = 11;
    for (int i = 0; i < 64 * 64; i++)
        cells[i] = random_colour(&seed);
    draw_list_begin(&list, 400, 300, COLOUR_HEX(0xF6F5F1));
    for (int i = 0; i < 100; i++) {
        draw_clip_push(&list, random_rect(&seed));
        struct rect r = random_rect(&seed);
        size_t rows = 1 + (size_t)random_below(&seed, 64),
               columns = 1 + (size_t)random_below(&seed, 64);
        switch (i % 4) {
        case 0:
            draw_rectangle(&list, r, 0, random_colour(&seed));
            break;
        case 1:
            draw_matrix(&list, r, cells, rows, columns);
            break;
        case 2:
            draw_hatch(&list, r, (float)random_below(&seed, 20), random_colour(&seed));
            break;
        default:
            draw_frame(&list, r, 0, (float)(1 + random_below(&seed, 4)), random_colour(&seed))
                ->dash = (float)(random_below(&seed, 3) * 4);
        }
        draw_clip_pop(&list);
    }
    assert_int_equal(compare(&list).largest, 0);
    draw_list_free(&list);
}

/* Places and clips between pixels snap alike. */
static void test_snapping_is_equal(void **state) {
    (void)state;
    struct draw_list list = {0};
    struct colour cells[6];
    uint32_t seed = 12;
    for (int i = 0; i < 6; i++)
        cells[i] = random_colour(&seed);
    draw_list_begin(&list, 400, 300, COLOUR_HEX(0xFFFFFF));
    for (int i = 0; i < 60; i++) {
        struct rect r = random_rect(&seed), clip = random_rect(&seed);
        r.x += (float)(i % 8) / 8, r.y += (float)(i % 5) / 4, r.w += (float)(i % 7) / 6,
            r.h += (float)(i % 3) / 2;
        clip.x += (float)(i % 3) / 2, clip.w += (float)(i % 4) / 4, clip.h += (float)(i % 6) / 5;
        draw_clip_push(&list, clip);
        if (i % 2)
            draw_matrix(&list, r, cells, 2, 3);
        else
            draw_hatch(&list, r, 7.5f, random_colour(&seed));
        draw_clip_pop(&list);
    }
    assert_int_equal(compare(&list).largest, 0);
    draw_list_free(&list);
}

static void test_translucency_is_near(void **state) {
    (void)state;
    struct draw_list list = {0};
    uint32_t seed = 13;
    draw_list_begin(&list, 400, 300, COLOUR_HEX(0x14161B));
    for (int i = 0; i < 12; i++) {
        struct colour c = random_colour(&seed);
        c.a = (uint8_t)random_below(&seed, 256);
        draw_rectangle(&list, random_rect(&seed), 0, c);
    }
    assert_in_range(compare(&list).largest, 0, 3);
    draw_list_free(&list);
}

/* An interface's worth of rounded shapes and lines. */
static void test_feathered_edges_are_near(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 1280, 720, COLOUR_HEX(0xF6F5F1));
    for (int i = 0; i < 12; i++) {
        float x = (float)(20 + i * 100);
        draw_rectangle(&list, rect_make(x, 20, 84, 34), 8, COLOUR_HEX(0xF0EEE8));
        draw_frame(&list, rect_make(x, 20, 84, 34), 8, 1, COLOUR_HEX(0xE3E1DA));
        draw_rectangle(&list, rect_make(x, 80, 84, 84), 12, COLOUR_HEX(0x2563C9));
        draw_frame(&list, rect_make(x, 180, 84, 84), 10, 2, COLOUR_HEX(0xC7610A));
        draw_frame(&list, rect_make(x, 280, 84, 84), 10, 3, COLOUR_HEX(0x7C4BC4))->dash = 6;
        draw_line(&list, x, 400.5f, x + 84, 400.5f, 1, COLOUR_HEX(0x1C1E24));
        draw_line(&list, x, 420, x + 84, 500, 2, COLOUR_HEX(0x1C1E24));
        draw_line(&list, x + 84, 510, x, 530 + (float)i * 3, 1.5f, COLOUR_HEX(0x0F8A66));
        draw_line(&list, x + 42, 600, x + 42, 600, 16, COLOUR_HEX(0x0F8A66));
    }
    struct difference found = compare(&list);
    /* OpenGL feathers by the distance to the edge, cairo by area: on a slanted edge that is at most
     * 8 % of 255 apart. The picture is crowded with edges: a page of the app has a tenth of them.
     */
    assert_in_range(found.beyond_3, 0, found.pixels / 100);
    assert_in_range(found.largest, 0, 32);
    draw_list_free(&list);
}

/* A page of ribbons, opaque and translucent, thin and wide, level and upright, up to the tightest
 * bend. */
static void test_curves_are_near(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 1280, 720, COLOUR_HEX(0x14161B));
    uint32_t seed = 21;
    for (int i = 0; i < 60; i++) {
        struct colour c = random_colour(&seed);
        c.a = i % 3 ? 255 : (uint8_t)(40 + random_below(&seed, 200));
        float x0 = (float)(20 + random_below(&seed, 500)),
              y0 = (float)(20 + random_below(&seed, 680)),
              x1 = (float)(700 + random_below(&seed, 560)),
              y1 = (float)(20 + random_below(&seed, 680));
        bool is_upright = i % 4 == 3 && fabsf(y1 - y0) > 60;
        float most = fminf(24, 2 * draw_curve_bend(x1 - x0, y1 - y0, is_upright));
        draw_curve(&list, x0, y0, x1, y1, is_upright, fminf(most, 0.5f + (float)(i % 12) * 2), c);
    }
    struct difference found = compare(&list);
    assert_in_range(found.beyond_3, 0, found.pixels / 20); /* 120 long slanted edges */
    assert_in_range(found.largest, 0, 32);
    draw_list_free(&list);
}

static void write_lines(struct draw_list *list, float angle) {
    static const char *const lines[] = {"The cat sat on the mat because it was tired.",
                                        "softmax(QKᵀ / √dₖ) · V = −0.25 × 1.00",
                                        "注意力机制看每一个词。", "AVAVTo fi ffl Σ∞≈ café naïve"};
    for (int i = 0; i < 16; i++) {
        const char *text = lines[i % 4];
        enum text_style style = (enum text_style)(i % TEXT_STYLE_COUNT);
        float size = (float)(11 + i);
        if (angle == 0)
            draw_text(list, &measurer, style, size, 20.3f, (float)(30 + i * 40), 0,
                      COLOUR_HEX(0x1C1E24), text, strlen(text));
        else
            draw_text(list, &measurer, style, size, (float)(60 + i * 70), 600, angle,
                      COLOUR_HEX(0x1C1E24), text, strlen(text));
    }
}

/* Two rasterisers of outlines: strokes may be a shade lighter, but stand in the same place. */
static void test_text_is_near(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 1280, 720, COLOUR_HEX(0xFFFFFF));
    write_lines(&list, 0);
    struct difference found = compare(&list);
    assert_true(found.mean < 0.6);
    assert_in_range(found.beyond_3, 0, found.pixels / 20);
    draw_list_begin(&list, 1280, 720, COLOUR_HEX(0xFFFFFF));
    write_lines(&list, -1.57079632679f);
    assert_true(compare(&list).mean < 0.6);
    draw_list_begin(&list, 1280, 720, COLOUR_HEX(0xFFFFFF));
    write_lines(&list, -0.7f);
    assert_true(compare(&list).mean <
                1.2); /* bitmaps turned by linear filtering are softer than outlines */
    draw_list_free(&list);
}

/* Emboldened runs take the same outlines in both. */
static void test_bold_text_is_near(void **state) {
    (void)state;
    static const enum text_style styles[] = {TEXT_WORDS_SEMIBOLD, TEXT_WORDS_BOLD, TEXT_MONO_BOLD};
    const char *text = "相似性：注意力机制，加权求和 ⟨量⟩";
    struct draw_list list = {0};
    draw_list_begin(&list, 640, 720, COLOUR_HEX(0xFFFFFF));
    for (int i = 0; i < 15; i++)
        draw_text(&list, &measurer, styles[i % 3], (float)(13 + i), 20.3f, (float)(30 + i * 44), 0,
                  COLOUR_HEX(0x1C1E24), text, strlen(text));
    struct difference found = compare(&list);
    assert_true(found.mean < 0.6);
    assert_in_range(found.beyond_3, 0, found.pixels / 20);
    draw_list_free(&list);
}

static int group_setup(void **state) {
    (void)state;
    char error[256] = "";
    struct fonts *fonts = fonts_open(error, sizeof error, NULL, 0);
    if (!fonts) fail_msg("%s", error);
    measurer = fonts_measurer(fonts);
    cairo = cairo_renderer_new(fonts);
    assert_non_null(cairo);
    offscreen_open(&gl, fonts);
    return 0;
}

static int group_teardown(void **state) {
    (void)state;
    struct fonts *fonts = gl.fonts;
    offscreen_close(&gl);
    cairo_renderer_free(cairo);
    fonts_close(fonts);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_pixels_are_equal),
        cmocka_unit_test(test_snapping_is_equal),
        cmocka_unit_test(test_translucency_is_near),
        cmocka_unit_test(test_feathered_edges_are_near),
        cmocka_unit_test(test_curves_are_near),
        cmocka_unit_test(test_text_is_near),
        cmocka_unit_test(test_bold_text_is_near),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

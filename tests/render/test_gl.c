/* Shapes drawn by OpenGL, held against what list.h says, pixel by pixel. */
#include "offscreen.h"
#include <math.h>

static struct offscreen gl;

/* Shapes need no fonts: a run is a solid block here, so that text can be expected to the pixel too.
 */
bool fonts_render_run(struct fonts *fonts, uint16_t face, float size_px, bool is_right_to_left,
                      const char *text, size_t bytes, uint8_t **pixels, int *width, int *height,
                      int *origin_x, int *origin_y) {
    (void)fonts, (void)face, (void)size_px, (void)is_right_to_left, (void)text, (void)bytes;
    *width = *height = *origin_x = *origin_y = 0;
    *pixels = NULL;
    return true;
}

/* ---- a slow painter that follows list.h to the letter ---- */

static uint32_t blend(uint32_t below, struct colour c, double coverage) {
    double alpha = c.a / 255.0 * coverage;
    uint32_t over = colour_word(c), made = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        double value =
            (double)(over >> shift & 255) * alpha + (double)(below >> shift & 255) * (1 - alpha);
        made |= (uint32_t)(value + 0.5) << shift;
    }
    return made;
}

static bool in_rounded(double x, double y, struct rect r, double radius) {
    if (x < r.x || y < r.y || x > rect_right(r) || y > rect_bottom(r)) return false;
    double dx = fmax(fmax(r.x + radius - x, x - (rect_right(r) - radius)), 0);
    double dy = fmax(fmax(r.y + radius - y, y - (rect_bottom(r) - radius)), 0);
    return dx * dx + dy * dy <= radius * radius;
}

static bool in_line(double x, double y, const struct draw_command *c) {
    double length = (double)c->rect.w * c->rect.w + (double)c->rect.h * c->rect.h;
    double t =
        length > 0 ? ((x - c->rect.x) * c->rect.w + (y - c->rect.y) * c->rect.h) / length : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(x - c->rect.x - t * c->rect.w, y - c->rect.y - t * c->rect.h) <= c->thickness / 2;
}

/* Against a hundred straight pieces. An S between two ends stays within their box. */
static bool in_curve(double x, double y, const struct draw_command *c) {
    enum { PIECES = 100 };
    double least = INFINITY, reach = (double)c->thickness / 2;
    double right = (double)(c->rect.x + c->rect.w), bottom = (double)(c->rect.y + c->rect.h);
    if (x < fmin((double)c->rect.x, right) - reach || x > fmax((double)c->rect.x, right) + reach ||
        y < fmin((double)c->rect.y, bottom) - reach || y > fmax((double)c->rect.y, bottom) + reach)
        return false;
    float from_x = c->rect.x, from_y = c->rect.y;
    for (int i = 1; i <= PIECES; i++) {
        struct draw_command piece = {.rect = rect_make(from_x, from_y, 0, 0)};
        float to_x, to_y;
        draw_curve_at(c, (float)i / PIECES, &to_x, &to_y);
        double w = (double)(to_x - from_x), h = (double)(to_y - from_y), length = w * w + h * h;
        double dx = x - (double)piece.rect.x, dy = y - (double)piece.rect.y;
        double t = length > 0 ? fmin(fmax((dx * w + dy * h) / length, 0), 1) : 0;
        dx -= t * w;
        dy -= t * h;
        least = fmin(least, dx * dx + dy * dy);
        from_x = to_x;
        from_y = to_y;
    }
    return sqrt(least) <= reach;
}

static bool is_inside(double x, double y, const struct draw_command *c) {
    if (c->kind == DRAW_LINE) return in_line(x, y, c);
    if (c->kind == DRAW_CURVE) return in_curve(x, y, c);
    if (!in_rounded(x, y, c->rect, c->radius)) return false;
    if (c->kind != DRAW_FRAME) return true;
    float t = c->thickness;
    struct rect inner = {c->rect.x + t, c->rect.y + t, c->rect.w - 2 * t, c->rect.h - 2 * t};
    if (inner.w <= 0 || inner.h <= 0) return true;
    return !in_rounded(x, y, inner, fmax((double)(c->radius - t), 0));
}

enum { SAMPLES = 16 };

static double coverage_at(int x, int y, const struct draw_command *c) {
    if (c->kind == DRAW_HATCH)
        return rect_contains(c->rect, (float)x + 0.5f, (float)y + 0.5f) &&
               draw_hatch_covers(x, y, c->thickness);
    if (c->kind == DRAW_FRAME && c->dash > 0 && !draw_dash_covers(x, y, c->dash)) return 0;
    int inside = 0;
    for (int i = 0; i < SAMPLES * SAMPLES; i++)
        inside +=
            is_inside(x + (i % SAMPLES + 0.5) / SAMPLES, y + (i / SAMPLES + 0.5) / SAMPLES, c);
    return (double)inside / (SAMPLES * SAMPLES);
}

static uint32_t pixel_expected(const struct draw_list *list, int x, int y) {
    uint32_t pixel = colour_word(list->background);
    for (size_t i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        if (!rect_contains(c->clip, (float)x + 0.5f, (float)y + 0.5f)) continue;
        if (c->kind == DRAW_MATRIX) {
            if (!rect_contains(c->rect, (float)x + 0.5f, (float)y + 0.5f)) continue;
            size_t row = draw_cell_at((size_t)(y - (int)c->rect.y), (size_t)c->rect.h, c->count);
            size_t column =
                draw_cell_at((size_t)(x - (int)c->rect.x), (size_t)c->rect.w, c->columns);
            pixel = blend(pixel, list->cells[c->data + row * c->columns + column], 1);
        } else {
            pixel = blend(pixel, c->colour, coverage_at(x, y, c));
        }
    }
    return pixel;
}

/* Every pixel within `tolerance` steps of 255 per channel. */
static void assert_picture(const struct draw_list *list, int tolerance) {
    struct pixels pixels = offscreen_draw(&gl, list);
    assert_int_equal(pixels.width, (int)list->width);
    assert_int_equal(pixels.height, (int)list->height);
    for (int y = 0; y < pixels.height; y++) {
        for (int x = 0; x < pixels.width; x++) {
            uint32_t drawn = pixel_of(pixels, x, y), expected = pixel_expected(list, x, y);
            if (channel_distance(drawn, expected) > tolerance)
                fail_msg("pixel %d, %d is %06X, not %06X", x, y, drawn, expected);
        }
    }
    free(pixels.at);
}

static struct rect random_rect(uint32_t *seed) {
    return rect_make((float)(random_below(seed, 140) - 20), (float)(random_below(seed, 100) - 20),
                     (float)(1 + random_below(seed, 90)), (float)(1 + random_below(seed, 70)));
}

/* ---- the tests ---- */

static void test_whole_rectangles_are_exact(void **state) {
    (void)state;
    struct draw_list list = {0};
    uint32_t seed = 1;
    draw_list_begin(&list, 128, 96, COLOUR_HEX(0xF6F5F1));
    for (int i = 0; i < 60; i++) {
        draw_clip_push(&list, random_rect(&seed));
        draw_rectangle(&list, random_rect(&seed), 0, random_colour(&seed));
        draw_clip_pop(&list);
    }
    assert_picture(&list, 0);
    draw_list_free(&list);
}

static void test_translucent_rectangles(void **state) {
    (void)state;
    struct draw_list list = {0};
    uint32_t seed = 2;
    draw_list_begin(&list, 128, 96, COLOUR_HEX(0x14161B));
    for (int i = 0; i < 3; i++) {
        struct colour c = random_colour(&seed);
        c.a = (uint8_t)(40 + 60 * i);
        draw_rectangle(&list, random_rect(&seed), 0, c);
    }
    assert_picture(&list, 2); /* each of three layers rounds once */
    draw_list_free(&list);
}

static void test_fractional_rectangles(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 64, 48, COLOUR_HEX(0xFFFFFF));
    draw_rectangle(&list, rect_make(3.25f, 4.5f, 20.5f, 11.25f), 0, COLOUR_HEX(0x000000));
    draw_rectangle(&list, rect_make(40.25f, 20.5f, 0.5f, 9.0f), 0, COLOUR_HEX(0x2563C9));
    assert_picture(&list, 1);
    draw_list_free(&list);
}

static void test_matrices_are_exact(void **state) {
    (void)state;
    enum { MAX_CELLS = 40 * 40 };
    struct colour cells[MAX_CELLS];
    struct draw_list list = {0};
    for (uint32_t seed = 3; seed < 40; seed++) {
        uint32_t random = seed;
        for (int i = 0; i < MAX_CELLS; i++)
            cells[i] = random_colour(&random);
        draw_list_begin(&list, 128, 96, COLOUR_HEX(0xFFFFFF));
        for (int i = 0; i < 4; i++) {
            size_t rows = 1 + (size_t)random_below(&random, 40),
                   columns = 1 + (size_t)random_below(&random, 40);
            draw_clip_push(&list, random_rect(&random));
            draw_matrix(&list, random_rect(&random), cells, rows, columns);
            draw_clip_pop(&list);
        }
        assert_picture(&list, 0);
    }
    draw_list_free(&list);
}

/* More than one row of the cells' texture, and a second frame with other colours in the same size.
 */
static void test_large_matrices_are_uploaded_again(void **state) {
    (void)state;
    enum { SIDE = 300 };
    struct colour *cells = malloc(SIDE * SIDE * sizeof *cells);
    assert_non_null(cells);
    struct draw_list list = {0};
    uint32_t seed = 5;
    for (int frame = 0; frame < 3; frame++) {
        for (int i = 0; frame < 2 && i < SIDE * SIDE; i++)
            cells[i] = random_colour(&seed);
        draw_list_begin(&list, 400, 310, COLOUR_HEX(0xFFFFFF));
        draw_matrix(&list, rect_make(5, 5, 390, 301), cells, SIDE, SIDE);
        assert_picture(&list, 0);
    }
    free(cells);
    draw_list_free(&list);
}

/* So many cells that a quotient of floats alone would land beside the right one. */
static void test_wide_matrices_are_exact(void **state) {
    (void)state;
    enum { COLUMNS = 6997 };
    struct colour *cells = malloc(COLUMNS * sizeof *cells);
    assert_non_null(cells);
    struct draw_list list = {0};
    uint32_t seed = 9;
    for (int i = 0; i < COLUMNS; i++)
        cells[i] = random_colour(&seed);
    for (int width = 7001; width < 14000; width += 997) {
        draw_list_begin(&list, (float)width, 2, COLOUR_HEX(0xFFFFFF));
        draw_matrix(&list, rect_make(0, 0, (float)width, 2), cells, 1, COLUMNS);
        assert_picture(&list, 0);
    }
    free(cells);
    draw_list_free(&list);
}

static void test_hatches_are_exact(void **state) {
    (void)state;
    struct draw_list list = {0};
    uint32_t seed = 6;
    draw_list_begin(&list, 128, 96, COLOUR_HEX(0xFFFFFF));
    const float distances[] = {1, 2, 5, 6, 8.5f, 9, 12, 17, 31};
    for (size_t i = 0; i < sizeof distances / sizeof *distances; i++) {
        draw_clip_push(&list, random_rect(&seed));
        draw_hatch(&list, random_rect(&seed), distances[i], random_colour(&seed));
        draw_clip_pop(&list);
    }
    assert_picture(&list, 0);
    draw_list_free(&list);
}

static void test_square_frames_are_exact(void **state) {
    (void)state;
    struct draw_list list = {0};
    uint32_t seed = 7;
    draw_list_begin(&list, 128, 96, COLOUR_HEX(0xFFFFFF));
    for (int i = 0; i < 20; i++) {
        float thickness = (float)(1 + random_below(&seed, 6));
        struct draw_command *c =
            draw_frame(&list, random_rect(&seed), 0, thickness, random_colour(&seed));
        if (i % 2) c->dash = (float)(1 + random_below(&seed, 9));
    }
    assert_picture(&list, 0);
    draw_list_free(&list);
}

/* Feathered edges come from distances, not from areas: off by at most 8 % of a pixel. */
static void test_rounded_shapes_are_near(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 200, 120, COLOUR_HEX(0xFFFFFF));
    draw_rectangle(&list, rect_make(4, 4, 60, 80), 8, COLOUR_HEX(0x000000));
    draw_rectangle(&list, rect_make(70, 4, 14, 14), 7, COLOUR_HEX(0x000000));
    draw_rectangle(&list, rect_make(70.5f, 30.25f, 40, 20), 6, COLOUR_HEX(0x000000));
    draw_rectangle(&list, rect_make(70, 60, 40, 12), 90, COLOUR_HEX(0x000000))->radius = 6;
    draw_frame(&list, rect_make(120, 4, 70, 100), 9, 2, COLOUR_HEX(0x000000));
    draw_frame(&list, rect_make(130, 14, 20, 20), 10, 3, COLOUR_HEX(0x000000));
    draw_frame(&list, rect_make(160, 20, 20, 30), 2, 5, COLOUR_HEX(0x000000));
    assert_picture(&list, 20);
    draw_list_free(&list);
}

/* Level, upright, leftward, straight, a dot, turned tight; translucent ones paint no pixel twice.
 */
static void test_curves_are_near(void **state) {
    (void)state;
    struct draw_list list = {0};
    struct colour glass = COLOUR_HEX(0x0F8A66);
    glass.a = 128;
    draw_list_begin(&list, 220, 120, COLOUR_HEX(0xFFFFFF));
    draw_curve(&list, 8, 12, 90, 40, false, 3, COLOUR_HEX(0x000000));
    draw_curve(&list, 90, 55, 10, 75, false, 8, glass);
    draw_curve(&list, 110, 8, 150, 60, true, 7, glass);
    draw_curve(&list, 200, 110, 160, 60, true, 1, COLOUR_HEX(0x000000));
    draw_curve(&list, 10, 90, 90, 90, false, 5, glass);
    draw_curve(&list, 120, 70, 120, 110, false, 4, glass);
    draw_curve(&list, 180, 20, 180, 20, false, 12, glass);
    draw_clip_push(&list, rect_make(20, 100, 33, 11));
    draw_curve(&list, 8, 98, 90, 112, false, 4, COLOUR_HEX(0x000000));
    draw_clip_pop(&list);
    assert_picture(&list, 26);
    draw_list_free(&list);
}

static void test_lines_are_near(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 200, 120, COLOUR_HEX(0xFFFFFF));
    draw_line(&list, 10, 10.5f, 60, 10.5f, 1, COLOUR_HEX(0x000000));
    draw_line(&list, 20, 20, 20, 60, 2, COLOUR_HEX(0x000000));
    draw_line(&list, 90, 100, 30, 30, 5, COLOUR_HEX(0x000000));
    draw_line(&list, 150, 20, 100, 90, 2.5f, COLOUR_HEX(0x000000));
    draw_line(&list, 170, 60, 170, 60, 9, COLOUR_HEX(0x000000));
    draw_clip_push(&list, rect_make(120, 80, 30, 20));
    draw_line(&list, 110, 70, 190, 118, 6, COLOUR_HEX(0x000000));
    draw_clip_pop(&list);
    assert_picture(&list, 28);
    draw_list_free(&list);
}

/* A level hairline on a pixel row is that row, wholly and alone. */
static void test_hairline_fills_its_row(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 40, 9, COLOUR_HEX(0xFFFFFF));
    draw_line(&list, 5, 4.5f, 35, 4.5f, 1, COLOUR_HEX(0x000000));
    struct pixels pixels = offscreen_draw(&gl, &list);
    for (int x = 6; x < 34; x++) {
        assert_int_equal(pixel_of(pixels, x, 4), 0x000000);
        assert_int_equal(pixel_of(pixels, x, 3), 0xFFFFFF);
        assert_int_equal(pixel_of(pixels, x, 5), 0xFFFFFF);
    }
    free(pixels.at);
    draw_list_free(&list);
}

static void test_empty_and_tiny_and_wide(void **state) {
    (void)state;
    struct draw_list list = {0};
    const int sizes[][2] = {{1, 1}, {1, 700}, {3000, 1}, {320, 240}, {7, 5}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        draw_list_begin(&list, (float)sizes[i][0], (float)sizes[i][1], COLOUR_HEX(0x123456));
        assert_picture(&list, 0);
    }
    draw_list_free(&list);
}

static void test_too_large_is_said(void **state) {
    (void)state;
    struct draw_list list = {0};
    char error[256] = "";
    draw_list_begin(&list, 1e6f, 10, COLOUR_HEX(0));
    assert_false(gl_renderer_draw(gl.renderer, &list, error, sizeof error));
    assert_non_null(strstr(error, "make the window smaller"));
    draw_list_begin(&list, 20, 10, COLOUR_HEX(0x00FF00));
    assert_picture(&list, 0);
    draw_list_free(&list);
}

static void test_nonsense_is_not_drawn(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 32, 32, COLOUR_HEX(0xFFFFFF));
    struct colour cell = COLOUR_HEX(0xFF0000);
    draw_rectangle(&list, rect_make(NAN, 0, 10, 10), 0, cell);
    draw_rectangle(&list, rect_make(4, 4, INFINITY, 10), 0, cell);
    draw_rectangle(&list, rect_make(4, 4, -3, 10), 0, cell);
    draw_rectangle(&list, rect_make(4, 4, 0, 10), 3, cell);
    draw_frame(&list, rect_make(4, 4, 10, 10), 0, 0, cell);
    draw_line(&list, 0, 0, NAN, 5, 1, cell);
    draw_matrix(&list, rect_make(4, 4, 8, 8), &cell, 1, 1)->count =
        1000000; /* cells that are not there */
    struct pixels pixels = offscreen_draw(&gl, &list);
    for (int i = 0; i < 32 * 32; i++)
        assert_int_equal(pixels.at[i], 0xFFFFFF);
    free(pixels.at);
    draw_list_free(&list);
}

static void test_huge_list(void **state) {
    (void)state;
    enum { COUNT = 120000 };
    struct draw_list list = {0};
    uint32_t seed = 8, last = 0;
    draw_list_begin(&list, 64, 64, COLOUR_HEX(0xFFFFFF));
    for (int i = 0; i < COUNT; i++) {
        struct colour c = random_colour(&seed);
        draw_rectangle(&list, rect_make((float)(i % 64), (float)(i / 64 % 64), 1, 1), 0, c);
        last = colour_word(c);
    }
    struct pixels pixels = offscreen_draw(&gl, &list);
    assert_int_equal(pixel_of(pixels, (COUNT - 1) % 64, (COUNT - 1) / 64 % 64), last);
    free(pixels.at);
    draw_list_free(&list);
}

static void draw_corner_marks(struct draw_list *list) {
    draw_list_begin(list, 256, 128, COLOUR_HEX(0x202020));
    draw_rectangle(list, rect_make(0, 0, 30, 10), 0, COLOUR_HEX(0xFF0000));
    draw_rectangle(list, rect_make(226, 118, 30, 10), 0, COLOUR_HEX(0x0000FF));
}

static void test_context_made_anew(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_corner_marks(&list);
    assert_picture(&list, 0);
    gl_renderer_abandon(gl.renderer);
    gl_renderer_free(gl.renderer);
    SDL_GL_DeleteContext(gl.context);
    context_make(&gl);
    assert_picture(&list, 0);
    gl_renderer_free(gl.renderer); /* and in the other order: freed while the context lives */
    SDL_GL_DeleteContext(gl.context);
    context_make(&gl);
    assert_picture(&list, 0);
    draw_list_free(&list);
}

static void test_same_list_same_pixels(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_corner_marks(&list);
    draw_line(&list, 3, 7, 200, 99, 3, COLOUR_HEX(0xFFFFFF));
    struct pixels first = offscreen_draw(&gl, &list), second = offscreen_draw(&gl, &list);
    assert_memory_equal(first.at, second.at, 256 * 128 * sizeof *first.at);
    free(first.at);
    free(second.at);
    draw_list_free(&list);
}

static void test_missing_shader_is_said(void **state) {
    (void)state;
    char error[256] = "";
    assert_null(gl_renderer_new(NULL, "/nowhere", error, sizeof error));
    assert_non_null(strstr(error, "/nowhere/scene.vert"));
    gl_renderer_free(NULL);
    gl_renderer_abandon(NULL);
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
        cmocka_unit_test(test_whole_rectangles_are_exact),
        cmocka_unit_test(test_translucent_rectangles),
        cmocka_unit_test(test_fractional_rectangles),
        cmocka_unit_test(test_matrices_are_exact),
        cmocka_unit_test(test_large_matrices_are_uploaded_again),
        cmocka_unit_test(test_wide_matrices_are_exact),
        cmocka_unit_test(test_hatches_are_exact),
        cmocka_unit_test(test_square_frames_are_exact),
        cmocka_unit_test(test_rounded_shapes_are_near),
        cmocka_unit_test(test_curves_are_near),
        cmocka_unit_test(test_lines_are_near),
        cmocka_unit_test(test_hairline_fills_its_row),
        cmocka_unit_test(test_empty_and_tiny_and_wide),
        cmocka_unit_test(test_too_large_is_said),
        cmocka_unit_test(test_nonsense_is_not_drawn),
        cmocka_unit_test(test_huge_list),
        cmocka_unit_test(test_context_made_anew),
        cmocka_unit_test(test_same_list_same_pixels),
        cmocka_unit_test(test_missing_shader_is_said),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

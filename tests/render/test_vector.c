/* Hatches and dashes without pixels against their definition pixel by pixel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/vector.h"
#include <math.h>
#include <stdlib.h>

/* Is the point inside the polygon? By the crossings of a ray to the right. */
static bool holds(double points[6][2], size_t count, double x, double y) {
    bool is_in = false;
    for (size_t i = 0, j = count - 1; i < count; j = i++)
        if ((points[i][1] > y) != (points[j][1] > y) &&
            x < (points[j][0] - points[i][0]) * (y - points[i][1]) / (points[j][1] - points[i][1]) +
                    points[i][0])
            is_in = !is_in;
    return is_in;
}

static void hatches_cover_the_middle_of_their_pixels(void **state) {
    (void)state;
    struct draw_list list = {0};
    const float distances[] = {0, 2, 5, 6, 9, 12, 17};
    for (size_t d = 0; d < sizeof distances / sizeof *distances; d++) {
        draw_list_begin(&list, 60, 50, COLOUR_HEX(0xFFFFFF));
        draw_clip_push(&list, rect_make(6, 4, 50, 41));
        const struct draw_command *c =
            draw_hatch(&list, rect_make(3.4f, 7.6f, 44, 33), distances[d], COLOUR_HEX(0x000000));
        struct rect area = rect_intersect(rect_snap(c->rect), c->clip);
        struct vector_hatch hatch = vector_hatch_of(c);
        for (int y = 0; y < 50; y++)
            for (int x = 0; x < 60; x++) {
                double middle_x = x + 0.5, middle_y = y + 0.5;
                int covers = 0;
                for (int i = hatch.first; i <= hatch.last; i++) {
                    double points[6][2];
                    size_t count = vector_hatch_line(&hatch, i, points);
                    covers += count && holds(points, count, middle_x, middle_y);
                }
                bool is_wanted = rect_contains(area, (float)middle_x, (float)middle_y) &&
                                 draw_hatch_covers(x, y, distances[d]);
                assert_int_equal(covers, is_wanted);
            }
        draw_clip_pop(&list);
    }
    draw_list_free(&list);
}

static void nothing_to_hatch_gives_no_line(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 60, 50, COLOUR_HEX(0xFFFFFF));
    struct draw_command *c = draw_hatch(&list, rect_make(5, 5, 10, 10), 6, COLOUR_HEX(0));
    c->clip = rect_make(30, 30, 5, 5);
    struct vector_hatch hatch = vector_hatch_of(c);
    assert_true(hatch.last < hatch.first);
    draw_list_free(&list);
}

/* Along the upper and the left edge of a square frame. */
static void dashes_stand_where_pixels_have_them(void **state) {
    (void)state;
    for (int thickness = 1; thickness <= 3; thickness += 2)
        for (int dash = 1; dash < 8; dash++)
            for (int start = 0; start < 9; start++) {
                struct draw_command c = {.kind = DRAW_FRAME,
                                         .rect = rect_make((float)start, 4, 80, 60),
                                         .thickness = (float)thickness,
                                         .dash = (float)dash};
                int step = draw_dash_step(c.dash);
                double offset = vector_dash_offset(&c, step);
                assert_true(offset >= 0 && offset < 2.0 * step);
                int middle = thickness / 2; /* the middle row of the edge */
                for (int x = thickness; x < 80 - thickness; x++) {
                    double along = x + 0.5 - thickness / 2.0;
                    bool is_on = fmod(along + offset, 2.0 * step) < step;
                    assert_int_equal(is_on, draw_dash_covers(start + x, 4 + middle, c.dash));
                }
            }
}

static void images_repeat_cells(void **state) {
    (void)state;
    struct colour cells[6];
    for (uint8_t i = 0; i < 6; i++)
        cells[i] = (struct colour){i, (uint8_t)(2 * i), 9, (uint8_t)(i == 5 ? 128 : 255)};
    uint32_t *pixels = vector_image(cells, 2, 3, 4);
    assert_non_null(pixels);
    for (size_t y = 0; y < 8; y++)
        for (size_t x = 0; x < 12; x++) {
            struct colour c = cells[y / 4 * 3 + x / 4];
            assert_int_equal(pixels[y * 12 + x],
                             (uint32_t)c.a << 24 | (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b);
        }
    free(pixels);
    assert_true(vector_is_opaque(cells, 5));
    assert_false(vector_is_opaque(cells, 6));
    assert_int_equal(vector_image_scale(4096, 4096), 1);
    assert_int_equal(vector_image_scale(100, 65), 6);
    assert_int_equal(vector_image_scale(1, 1), 64);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hatches_cover_the_middle_of_their_pixels),
        cmocka_unit_test(nothing_to_hatch_gives_no_line),
        cmocka_unit_test(dashes_stand_where_pixels_have_them),
        cmocka_unit_test(images_repeat_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

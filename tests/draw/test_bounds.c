/* Where the ink is, and how small the type gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/bounds.h"
#include <math.h>
#include <string.h>

#define INK COLOUR_HEX(0x1C1E24)

static void assert_rect(struct rect r, float x, float y, float w, float h) {
    if (r.x != x || r.y != y || r.w != w || r.h != h)
        fail_msg("%g %g %g %g instead of %g %g %g %g", (double)r.x, (double)r.y, (double)r.w,
                 (double)r.h, (double)x, (double)y, (double)w, (double)h);
}

static void nothing_has_no_bounds(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 400, 300, COLOUR_HEX(0xFFFFFF));
    assert_rect(draw_list_bounds(&list), 0, 0, 0, 0);
    draw_rectangle(&list, rect_make(10, 10, 50, 50), 0, COLOUR_HEX(0xFFFFFF)); /* paper on paper */
    draw_rectangle(&list, rect_make(10, 10, 50, 50), 0, colour_fade(INK, 0));
    assert_rect(draw_list_bounds(&list), 0, 0, 0, 0);
    assert_true(draw_list_smallest_type(&list) == 0);
    draw_list_free(&list);
}

static void shapes_and_clips_count(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 400, 300, COLOUR_HEX(0xFFFFFF));
    draw_rectangle(&list, rect_make(40, 50, 20.5f, 10), 3, INK);
    assert_rect(draw_list_bounds(&list), 40, 50, 21, 10);
    draw_clip_push(&list, rect_make(30, 40, 100, 100));
    draw_frame(&list, rect_make(0, 0, 120, 300), 0, 2, INK);
    draw_clip_pop(&list);
    assert_rect(draw_list_bounds(&list), 30, 40, 90, 100);
    draw_line(&list, 200, 100, 150, 100, 4, INK); /* right to left, and flat */
    assert_rect(draw_list_bounds(&list), 30, 40, 172, 100);
    struct colour cell = INK;
    draw_matrix(&list, rect_make(299.6f, 100, 300, 300), &cell, 1, 1); /* cut by the picture */
    assert_rect(draw_list_bounds(&list), 30, 40, 370, 260);
    draw_list_free(&list);
}

/* A run of 100 × 20 pixels, standing for text of any font. */
static struct draw_command *run(struct draw_list *list, float x, float y, float size, float angle) {
    struct draw_command *c = draw_rectangle(list, rect_make(0, 0, 10, 10), 0, INK);
    c->kind = DRAW_TEXT;
    c->rect = rect_make(x, y, 100, size);
    c->angle = angle;
    return c;
}

static void text_is_measured_as_it_stands(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 400, 300, COLOUR_HEX(0xFFFFFF));
    run(&list, 100, 200, 20, 0);
    struct rect flat = draw_list_bounds(&list);
    assert_true(flat.x >= 98 && flat.x <= 100 && flat.w >= 100 && flat.w <= 104);
    assert_true(flat.y < 185 && rect_bottom(flat) > 204 && rect_bottom(flat) < 210);
    draw_list_begin(&list, 400, 300, COLOUR_HEX(0xFFFFFF));
    run(&list, 100, 200, 20,
        -1.57079632679f); /* upwards: what was right is up, what was up is left */
    struct rect upright = draw_list_bounds(&list);
    assert_true(upright.y <= 100 && upright.h >= 100 && upright.h <= 104);
    assert_true(upright.x < 85 && rect_right(upright) > 104 && rect_right(upright) < 110);
    draw_list_free(&list);
}

static void the_smallest_type_that_is_read(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 400, 300, COLOUR_HEX(0xFFFFFF));
    run(&list, 10, 100, 20, 0);
    run(&list, 10, 130, 12.5f, 0);
    run(&list, 10, 160, 7, 0)->is_decoration = true;
    run(&list, 10, 190, 5, 0)->colour.a = 0;
    run(&list, 10, 900, 4, 0); /* below the picture */
    assert_true(draw_list_smallest_type(&list) == 12.5f);
    draw_list_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_no_bounds),
        cmocka_unit_test(shapes_and_clips_count),
        cmocka_unit_test(text_is_measured_as_it_stands),
        cmocka_unit_test(the_smallest_type_that_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

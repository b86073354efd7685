/* Colours, their maps and contrast; cutting rectangles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/colour.h"
#include "draw/geometry.h"
#include <math.h>
#include <stdlib.h>

static void assert_colour(struct colour c, uint32_t hex) {
    assert_int_equal((uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b, hex);
}

static void maps_begin_and_end_as_designed(void **state) {
    (void)state;
    assert_colour(colour_map_at(COLOUR_MAP_BLUES, 0), 0xF7F8FB);
    assert_colour(colour_map_at(COLOUR_MAP_BLUES, 0.4f), 0x94BADF);
    assert_colour(colour_map_at(COLOUR_MAP_BLUES, 1), 0x12356B);
    assert_colour(colour_map_at(COLOUR_MAP_EMBER, 1), 0xFFD9A0);
    assert_colour(colour_map_at(COLOUR_MAP_DIVERGING, -1), 0xB3470B);
    assert_colour(colour_map_at(COLOUR_MAP_DIVERGING, 0), 0xF7F5F1);
    assert_colour(colour_map_at(COLOUR_MAP_DIVERGING, 1), 0x1F57B0);
    assert_colour(colour_map_at(COLOUR_MAP_DIVERGING_DARK, -0.5f), 0x8A5A2C);
    assert_colour(colour_map_at(COLOUR_MAP_GREYS, 1), 0x000000);
    assert_colour(colour_map_at(COLOUR_MAP_VIRIDIS, 1), 0xFDE725);
    for (int map = 0; map < COLOUR_MAP_COUNT; map++) {
        enum colour_map m = (enum colour_map)map;
        struct colour low = colour_map_at(m, -5), high = colour_map_at(m, INFINITY);
        assert_memory_equal(&high, &(struct colour[]){colour_map_at(m, 1)}, sizeof high);
        assert_memory_equal(&low, &(struct colour[]){colour_map_at(m, -1)}, sizeof low);
        float middle = m >= COLOUR_MAP_DIVERGING ? 0.0f : 0.5f;
        struct colour none = colour_map_at(m, NAN), half = colour_map_at(m, middle);
        assert_memory_equal(&none, &half, sizeof none);
    }
}

static void text_is_readable_on_every_value(void **state) {
    (void)state;
    for (int map = 0; map < COLOUR_MAP_COUNT; map++)
        for (int i = 0; i <= 1000; i++) {
            float t = map >= COLOUR_MAP_DIVERGING ? (float)i / 500.0f - 1.0f : (float)i / 1000.0f;
            struct colour fill = colour_map_at((enum colour_map)map, t);
            assert_true(colour_contrast(colour_text_on(fill), fill) >= 4.5f);
        }
    for (uint32_t grey = 0; grey < 256; grey++) {
        struct colour fill = COLOUR_HEX(grey << 16 | grey << 8 | grey);
        assert_true(colour_contrast(colour_text_on(fill), fill) >= 4.5f);
    }
}

/* Sequential maps lead one way in brightness, or their order could not be read. */
static void sequential_maps_are_monotonic(void **state) {
    (void)state;
    for (int map = 0; map < COLOUR_MAP_DIVERGING; map++) {
        enum colour_map m = (enum colour_map)map;
        bool rises = colour_luminance(colour_map_at(m, 1)) > colour_luminance(colour_map_at(m, 0));
        for (int i = 0; i < 64; i++) {
            float before = colour_luminance(colour_map_at(m, (float)i / 64.0f));
            float after = colour_luminance(colour_map_at(m, (float)(i + 1) / 64.0f));
            assert_true(rises ? after >= before - 0.002f : after <= before + 0.002f);
        }
    }
}

/* CIE 1976 lightness, 0 … 100: what is left of a colour in grey. */
static float lightness(struct colour c) {
    float y = colour_luminance(c);
    return y > 0.008856f ? 116 * cbrtf(y) - 16 : 903.3f * y;
}

/* Printed in grey, a tenth of the scale more is always seen, and never the other way round. */
static void maps_for_paper_survive_grey(void **state) {
    (void)state;
    static const enum colour_map maps[] = {COLOUR_MAP_BLUES, COLOUR_MAP_GREYS, COLOUR_MAP_CIVIDIS};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        enum colour_map about_zero = colour_map_signed(maps[i]);
        assert_true(about_zero > COLOUR_MAP_DIVERGING_DARK);
        float way = lightness(colour_map_at(maps[i], 1)) - lightness(colour_map_at(maps[i], 0));
        assert_true(fabsf(way) > 65);
        for (int t = 0; t <= 90; t++) {
            float from = (float)t / 100, to = from + 0.1f;
            float step =
                lightness(colour_map_at(maps[i], to)) - lightness(colour_map_at(maps[i], from));
            assert_true(step * way > 0 && fabsf(step) > 3);
            struct colour a = colour_map_at(maps[i], from),
                          b = colour_map_at(about_zero, 2 * from - 1);
            assert_in_range(abs(a.r - b.r) + abs(a.g - b.g) + abs(a.b - b.b), 0, 3);
        }
    }
    assert_int_equal(colour_map_signed(COLOUR_MAP_DIVERGING), COLOUR_MAP_DIVERGING);
    /* The diverging maps do not: that is why figures for paper take another. */
    float ends[] = {lightness(colour_map_at(COLOUR_MAP_DIVERGING, -1)),
                    lightness(colour_map_at(COLOUR_MAP_DIVERGING, 1))};
    assert_true(fabsf(ends[0] - ends[1]) < 10);
}

static void contrast_is_that_of_the_standard(void **state) {
    (void)state;
    struct colour black = COLOUR_HEX(0), white = COLOUR_HEX(0xFFFFFF);
    assert_true(fabsf(colour_contrast(black, white) - 21.0f) < 1e-4f);
    assert_true(fabsf(colour_contrast(white, COLOUR_HEX(0x777777)) - 4.478f) < 1e-2f);
    assert_true(fabsf(colour_luminance(COLOUR_HEX(0xFF0000)) - 0.2126f) < 1e-5f);
    for (unsigned channel = 0; channel < 256; channel++) { /* of a grey: its channel made linear */
        double c = channel / 255.0;
        double linear = c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
        float luminance = colour_luminance(COLOUR_HEX(channel * 0x010101u));
        assert_true(fabs((double)luminance - linear) < 1e-6);
    }
}

static void mixing_is_exact_at_the_ends(void **state) {
    (void)state;
    struct colour a = {1, 2, 3, 4}, b = {250, 240, 230, 220};
    assert_memory_equal(&(struct colour[]){colour_mix(a, b, 0)}, &a, sizeof a);
    assert_memory_equal(&(struct colour[]){colour_mix(a, b, 1)}, &b, sizeof b);
    struct colour clear = {9, 9, 9, 0}, paper = COLOUR_HEX(0x123456);
    assert_colour(colour_over(clear, paper), 0x123456);
    assert_colour(colour_over(COLOUR_HEX(0xABCDEF), paper), 0xABCDEF);
    assert_colour(colour_over(colour_fade(COLOUR_HEX(0xFFFFFF), 0.5f), COLOUR_HEX(0)), 0x808080);
    assert_int_equal(colour_fade(a, 2).a, 4);
}

static void cutting_keeps_the_area(void **state) {
    (void)state;
    struct rect r = rect_make(10, 20, 100, 50);
    struct rect left = rect_cut_left(&r, 30), right = rect_cut_right(&r, 20);
    struct rect top = rect_cut_top(&r, 10), bottom = rect_cut_bottom(&r, 15);
    assert_true(left.x == 10 && left.w == 30 && left.h == 50);
    assert_true(right.x == 90 && right.w == 20);
    assert_true(top.x == 40 && top.w == 50 && top.h == 10);
    assert_true(bottom.y == 55 && bottom.h == 15);
    assert_true(r.x == 40 && r.y == 30 && r.w == 50 && r.h == 25);
    struct rect all = rect_cut_left(&r, 1000);
    assert_true(all.w == 50 && r.w == 0 && r.x == 90);
    assert_true(rect_cut_top(&r, -5).h == 0);
    assert_false(rect_overlap(left, right));
    struct rect none = rect_intersect(left, right);
    assert_true(none.w == 0 && none.h >= 0);
    struct rect snapped = rect_snap(rect_make(0.4f, 0.5f, 1.2f, 1.2f));
    assert_true(snapped.x == 0 && snapped.y == 1 && snapped.w == 2 && snapped.h == 1);
    struct rect inset = rect_inset(rect_make(0, 0, 10, 10), 20, 2);
    assert_true(inset.x == 5 && inset.w == 0 && inset.h == 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_begin_and_end_as_designed),
        cmocka_unit_test(text_is_readable_on_every_value),
        cmocka_unit_test(sequential_maps_are_monotonic),
        cmocka_unit_test(maps_for_paper_survive_grey),
        cmocka_unit_test(contrast_is_that_of_the_standard),
        cmocka_unit_test(mixing_is_exact_at_the_ends),
        cmocka_unit_test(cutting_keeps_the_area),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

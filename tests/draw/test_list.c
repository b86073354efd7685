/* The draw list: what is kept, hashed, clipped and copied, and what happens without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/input.h"
#include "draw/list.h"
#include "draw/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INK   COLOUR_HEX(0x1C1E24)
#define PAPER COLOUR_HEX(0xFFFFFF)

/* A run ends at each '|'; every byte is half as wide as the text is high. */
static size_t fake_split(void *context, enum text_style style, float size, const char *text,
                         size_t bytes, struct text_run *runs, size_t max) {
    (void)context;
    size_t count = 0, start = 0;
    for (size_t i = 0; i <= bytes; i++) {
        if (i < bytes && text[i] != '|') continue;
        size_t end = i < bytes ? i + 1 : i;
        if (end == start) continue;
        if (count < max)
            runs[count] =
                (struct text_run){(uint32_t)start, (uint32_t)(end - start), (uint16_t)style, false,
                                  (float)(end - start) * size / 2};
        count++;
        start = end;
    }
    return count;
}
static struct text_metrics fake_metrics(void *context, enum text_style style, float size) {
    (void)context, (void)style;
    return (struct text_metrics){size, size / 4, size * 0.7f};
}
static const struct text_measurer fake = {NULL, fake_split, fake_metrics};

static void draw_sample(struct draw_list *list) {
    const struct colour cells[6] = {INK, PAPER, INK, PAPER, INK, PAPER};
    draw_list_begin(list, 200, 100, PAPER);
    draw_rectangle(list, rect_make(1, 2, 30, 40), 3, INK);
    draw_frame(list, rect_make(1, 2, 30, 40), 3, 2, INK)->dash = 4;
    draw_line(list, 10, 20, 5, 4, 1.5f, INK);
    draw_hatch(list, rect_make(50, 2, 30, 40), 6, INK);
    draw_matrix(list, rect_make(90, 2, 30, 40), cells, 2, 3);
    draw_text(list, &fake, TEXT_WORDS, 10, 100, 80, 0, INK, "one|two", 7);
    draw_curve(list, 60, 90, 20, 50, true, 3, INK);
}

static void records_what_was_asked(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_sample(&list);
    assert_true(draw_list_ok(&list));
    assert_int_equal(list.count, 8);
    assert_int_equal(list.commands[1].kind, DRAW_FRAME);
    assert_true(list.commands[1].dash == 4.0f);
    assert_true(list.commands[2].rect.w == -5.0f && list.commands[2].rect.h == -16.0f);
    assert_int_equal(list.commands[4].count, 2);
    assert_int_equal(list.commands[4].columns, 3);
    assert_memory_equal(list.text + list.commands[5].data, "one|", 4);
    assert_true(list.commands[6].rect.x == 120.0f && list.commands[6].rect.w == 15.0f);
    assert_true(list.commands[7].kind == DRAW_CURVE && list.commands[7].is_upright);
    assert_true(list.commands[7].rect.w == -40.0f && list.commands[7].rect.h == -40.0f);
    draw_list_free(&list);
    draw_list_free(&list);
    assert_int_equal(list.count, 0);
}

static void turned_runs_follow_each_other(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 200, 200, PAPER);
    const float quarter = 1.57079633f; /* clockwise: downwards */
    float width = draw_text(&list, &fake, TEXT_WORDS, 10, 100, 80, quarter, INK, "one|two", 7);
    assert_true(width == 35.0f);
    assert_true(fabsf(list.commands[1].rect.x - 100) < 1e-3f);
    assert_true(fabsf(list.commands[1].rect.y - 100) < 1e-3f);
    draw_list_free(&list);
}

static void text_of_many_runs_is_whole(void **state) {
    (void)state;
    char text[3 * TEXT_MAX_RUNS];
    memset(text, '|', sizeof text);
    struct draw_list list = {0};
    draw_list_begin(&list, 5000, 100, PAPER);
    float width = draw_text(&list, &fake, TEXT_WORDS, 10, 0, 50, 0, INK, text, sizeof text);
    assert_int_equal(list.count, sizeof text);
    assert_true(width == 5.0f * sizeof text);
    assert_true(text_width(&fake, TEXT_WORDS, 10, text, sizeof text) == width);
    draw_list_free(&list);
}

static void text_is_made_printable(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 500, 100, PAPER);
    float width = draw_text(&list, &fake, TEXT_WORDS, 10, 0, 50, 0, INK, "a\nb", 3);
    assert_memory_equal(list.text + list.commands[0].data,
                        "a\xE2\x90\x8A"
                        "b",
                        5);
    assert_true(text_width(&fake, TEXT_WORDS, 10, "a\nb", 3) == width);
    size_t count = list.count;
    assert_true(draw_text(&list, &fake, TEXT_WORDS, 10, 0, 50, 0, INK, NULL, 0) == 0);
    assert_int_equal(list.count, count);
    draw_list_free(&list);
}

static void hash_sees_everything_painted(void **state) {
    (void)state;
    struct draw_list list = {0}, same = {0};
    draw_sample(&list);
    draw_sample(&same);
    uint64_t hash = draw_list_hash(&list);
    assert_true(hash == draw_list_hash(&same));

    for (size_t i = 0; i < same.count; i++) {
        struct draw_command before = same.commands[i];
        same.commands[i].rect.x += 1;
        assert_true(draw_list_hash(&same) != hash);
        same.commands[i] = before;
        same.commands[i].colour.a ^= 1;
        assert_true(draw_list_hash(&same) != hash);
        same.commands[i] = before;
        same.commands[i].clip.w -= 1;
        assert_true(draw_list_hash(&same) != hash);
        same.commands[i] = before;
    }
    same.commands[7].is_upright = false;
    assert_true(draw_list_hash(&same) != hash);
    same.commands[7].is_upright = true;
    same.text[0] ^= 1;
    assert_true(draw_list_hash(&same) != hash);
    same.text[0] ^= 1;
    same.cells[5].b ^= 1;
    assert_true(draw_list_hash(&same) != hash);
    same.cells[5].b ^= 1;
    same.background.r ^= 1;
    assert_true(draw_list_hash(&same) != hash);
    same.background.r ^= 1;
    same.commands[0].key = 7; /* not painted */
    assert_true(draw_list_hash(&same) == hash);
    draw_list_free(&list);
    draw_list_free(&same);
}

static void clips_are_cut_to_those_below(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_list_begin(&list, 100, 50, PAPER);
    struct rect all = draw_clip(&list);
    assert_true(all.w == 100 && all.h == 50);
    draw_clip_push(&list, rect_make(10.4f, 10.6f, 40, 90));
    struct rect clip = draw_clip(&list);
    assert_true(clip.x == 10 && clip.y == 11 && clip.w == 40 && clip.h == 39);
    draw_clip_push(&list, rect_make(0, 0, 20, 20));
    draw_rectangle(&list, rect_make(0, 0, 100, 100), 0, INK);
    assert_true(rect_right(list.commands[0].clip) == 20 && list.commands[0].clip.x == 10);
    draw_rectangle(&list, rect_make(30, 30, 10, 10), 0, INK); /* outside */
    assert_int_equal(list.count, 1);
    draw_key(&list, 1, 2, 3);
    draw_rectangle(&list, rect_make(30, 30, 10, 10), 0, INK); /* may move into sight */
    assert_int_equal(list.count, 2);
    draw_key_end(&list);
    draw_clip_pop(&list);
    draw_clip_pop(&list);
    assert_true(draw_clip(&list).w == 100);
    draw_rectangle(&list, rect_make(NAN, 0, 10, 10), 0, INK);
    assert_int_equal(list.count, 2);
    draw_list_free(&list);
}

static int allocations_left;
static void *failing_resize(void *block, size_t bytes) {
    return allocations_left-- > 0 ? realloc(block, bytes) : NULL;
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    struct draw_list whole = {0};
    draw_sample(&whole);
    bool finished = false;
    for (int n = 0; !finished; n++) {
        assert_true(n < 100);
        struct draw_list list = {0}, copy = {0}, middle = {0};
        memory_resize = failing_resize;
        allocations_left = n;
        draw_sample(&list);
        bool copied = draw_list_copy(&copy, &list);
        bool moved = draw_list_interpolate(&middle, &list, &copy, 0.5f);
        finished = draw_list_ok(&list) && copied && moved;
        memory_resize = realloc;
        if (finished)
            assert_true(draw_list_hash(&copy) == draw_list_hash(&whole));
        else
            assert_true(n < 50);
        draw_list_free(&list);
        draw_list_free(&copy);
        draw_list_free(&middle);
    }
    draw_list_free(&whole);
}

static void growth_is_checked(void **state) {
    (void)state;
    struct draw_list list = {0};
    struct colour cell = INK;
    draw_list_begin(&list, 10, 10, PAPER);
    draw_matrix(&list, rect_make(0, 0, 5, 5), &cell, (size_t)1 << 40, (size_t)1 << 40);
    assert_false(draw_list_ok(&list));
    draw_list_begin(&list, 10, 10, PAPER);
    assert_true(draw_list_ok(&list));
    for (int i = 0; i < 10000; i++)
        draw_matrix(&list, rect_make(0, 0, 5, 5), &cell, 1, 1);
    assert_true(draw_list_ok(&list));
    assert_int_equal(list.count, 10000);
    assert_int_equal(list.cell_count, 10000);
    void *block = NULL;
    size_t capacity = 0;
    assert_false(memory_grow(&block, &capacity, SIZE_MAX / 4, 8));
    assert_null(block);
    draw_list_free(&list);
}

/* The inline formulas against their definitions. */
/* The cubic in Bernstein's form, its control points at half way; and its tightest radius, by
 * differences. */
static void curves_are_as_written(void **state) {
    (void)state;
    for (int k = 0; k < 8; k++) {
        struct draw_command curve = {.kind = DRAW_CURVE, .is_upright = k % 2 == 1};
        curve.rect = rect_make(10, 20, (float)(k * 37 - 100), (float)(90 - k * 31));
        double x = 10, y = 20, w = (double)curve.rect.w, h = (double)curve.rect.h, least = INFINITY;
        double px[4] = {x, x + (k % 2 ? 0 : w / 2), x + (k % 2 ? w : w / 2), x + w};
        double py[4] = {y, y + (k % 2 ? h / 2 : 0), y + (k % 2 ? h / 2 : h), y + h};
        for (int i = 0; i <= 1000; i++) {
            double t = i / 1000.0, u = 1 - t;
            double b[4] = {u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t};
            float at_x, at_y;
            draw_curve_at(&curve, (float)t, &at_x, &at_y);
            assert_true(fabs((double)at_x - b[0] * px[0] - b[1] * px[1] - b[2] * px[2] -
                             b[3] * px[3]) < 1e-4);
            assert_true(fabs((double)at_y - b[0] * py[0] - b[1] * py[1] - b[2] * py[2] -
                             b[3] * py[3]) < 1e-4);
            double dx = 3 * (u * u * (px[1] - px[0]) + 2 * u * t * (px[2] - px[1]) +
                             t * t * (px[3] - px[2]));
            double dy = 3 * (u * u * (py[1] - py[0]) + 2 * u * t * (py[2] - py[1]) +
                             t * t * (py[3] - py[2]));
            double ex = 6 * (u * (px[2] - 2 * px[1] + px[0]) + t * (px[3] - 2 * px[2] + px[1]));
            double ey = 6 * (u * (py[2] - 2 * py[1] + py[0]) + t * (py[3] - 2 * py[2] + py[1]));
            double turn = fabs(dx * ey - dy * ex);
            least = turn > 0 ? fmin(least, pow(dx * dx + dy * dy, 1.5) / turn) : least;
        }
        double bend = (double)draw_curve_bend(curve.rect.w, curve.rect.h, curve.is_upright);
        assert_true(bend <= least * 1.01); /* promises no more than there is */
        assert_true(bend >= least * 0.99);
    }
    assert_true(isinf(draw_curve_bend(100, 0, false)));
}

static void formulas_are_as_written(void **state) {
    (void)state;
    for (int i = -400; i <= 400; i++) {
        float position = (float)i / 8.0f;
        assert_int_equal(draw_whole(position), (int)floorf(position + 0.5f));
    }
    for (size_t size = 1; size < 40; size++)
        for (size_t count = 1; count < 60; count++)
            for (size_t pixel = 0; pixel < size; pixel++) {
                double exact = ((double)pixel + 0.5) * (double)count / (double)size;
                assert_int_equal(draw_cell_at(pixel, size, count), (size_t)floor(exact + 1e-9));
            }
    for (int x = -30; x < 30; x++)
        for (int y = -30; y < 30; y++) {
            assert_int_equal(draw_dash_covers(x, y, 5), ((int)floor((x + y) / 5.0) & 1) == 0);
            assert_int_equal(draw_hatch_covers(x, y, 8),
                             (x + y) - 8 * (int)floor((x + y) / 8.0) < 1);
            assert_int_equal(draw_hatch_covers(x, y, 12),
                             (x + y) - 12 * (int)floor((x + y) / 12.0) < 2);
        }
}

static void input_frees_its_text(void **state) {
    (void)state;
    struct input input = {.kind = INPUT_TEXT, .text = malloc(4)};
    input_free(&input);
    assert_null(input.text);
    input_free(&input);
    input_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_what_was_asked),
        cmocka_unit_test(turned_runs_follow_each_other),
        cmocka_unit_test(text_of_many_runs_is_whole),
        cmocka_unit_test(text_is_made_printable),
        cmocka_unit_test(hash_sees_everything_painted),
        cmocka_unit_test(clips_are_cut_to_those_below),
        cmocka_unit_test(memory_may_end_anywhere),
        cmocka_unit_test(growth_is_checked),
        cmocka_unit_test(formulas_are_as_written),
        cmocka_unit_test(curves_are_as_written),
        cmocka_unit_test(input_frees_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

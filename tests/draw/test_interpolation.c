/* The picture between two pictures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/list.h"
#include <string.h>

#define INK   COLOUR_HEX(0x202020)
#define PAPER COLOUR_HEX(0xFFFFFF)

static size_t one_run(void *context, enum text_style style, float size, const char *text,
                      size_t bytes, struct text_run *runs, size_t max) {
    (void)context, (void)text;
    if (max)
        runs[0] =
            (struct text_run){0, (uint32_t)bytes, (uint16_t)style, false, (float)bytes * size / 2};
    return 1;
}
static const struct text_measurer fake = {NULL, one_run, NULL};

static void begin(struct draw_list *list) {
    draw_list_begin(list, 400, 300, PAPER);
}
static void text_at(struct draw_list *list, float x, const char *text) {
    draw_text(list, &fake, TEXT_MONO, 10, x, 50, 0, INK, text, strlen(text));
}

static void ends_are_exact(void **state) {
    (void)state;
    struct draw_list from = {0}, to = {0}, out = {0};
    begin(&from);
    draw_key(&from, 1, 0, 0);
    draw_rectangle(&from, rect_make(0.1f, 0, 10, 10), 2, INK);
    text_at(&from, 10, "before");
    draw_key_end(&from);
    begin(&to);
    to.background = INK;
    draw_key(&to, 1, 0, 0);
    draw_rectangle(&to, rect_make(0.7f, 33.3f, 10, 10), 0, PAPER);
    text_at(&to, 30, "after");
    draw_key_end(&to);
    assert_true(draw_list_interpolate(&out, &from, &to, 0));
    assert_true(draw_list_hash(&out) == draw_list_hash(&from));
    assert_true(draw_list_interpolate(&out, &from, &to, 1));
    assert_true(draw_list_hash(&out) == draw_list_hash(&to));
    assert_true(draw_list_interpolate(&out, &from, &to, 0.5f));
    assert_true(draw_list_hash(&out) != draw_list_hash(&to));
    draw_list_free(&from);
    draw_list_free(&to);
    draw_list_free(&out);
}

static void keyed_records_move(void **state) {
    (void)state;
    struct draw_list from = {0}, to = {0}, out = {0};
    const struct colour dark[2] = {INK, INK}, light[2] = {PAPER, PAPER};
    begin(&from);
    draw_key(&from, 1, 2, 3);
    draw_frame(&from, rect_make(0, 0, 100, 50), 4, 1, INK);
    draw_matrix(&from, rect_make(0, 0, 100, 50), dark, 1, 2);
    text_at(&from, 10, "same");
    draw_key_end(&from);
    begin(&to);
    draw_key(&to, 9, 9, 9);
    draw_rectangle(&to, rect_make(0, 0, 5, 5), 0, INK); /* new: fades in */
    draw_key(&to, 1, 2, 3);
    draw_matrix(&to, rect_make(100, 0, 100, 50), light, 1, 2); /* another order of kinds */
    draw_frame(&to, rect_make(100, 20, 200, 150), 8, 3, INK);
    text_at(&to, 30, "same");
    draw_key_end(&to);

    assert_true(draw_list_interpolate(&out, &from, &to, 0.5f));
    assert_int_equal(out.count, 4);
    assert_int_equal(out.commands[0].colour.a, 128);
    assert_true(out.commands[1].rect.x == 50);
    assert_int_equal(out.cells[out.commands[1].data].r, (0x20 + 0xFF + 1) / 2);
    const struct draw_command *frame = &out.commands[2];
    assert_true(frame->rect.x == 50 && frame->rect.y == 10 && frame->rect.w == 150);
    assert_true(frame->radius == 6 && frame->thickness == 2);
    assert_true(out.commands[3].rect.x == 20);
    assert_int_equal(out.commands[3].colour.a, 255);
    draw_list_free(&from);
    draw_list_free(&to);
    draw_list_free(&out);
}

static void curves_move_and_turn_by_fading(void **state) {
    (void)state;
    struct draw_list from = {0}, to = {0}, out = {0};
    begin(&from);
    draw_key(&from, 1, 0, 0);
    draw_curve(&from, 10, 10, 110, 60, false, 2, INK);
    draw_key(&from, 2, 0, 0);
    draw_curve(&from, 10, 10, 110, 60, false, 2, INK);
    begin(&to);
    draw_key(&to, 1, 0, 0);
    draw_curve(&to, 10, 30, 110, 20, false, 12, INK);
    draw_key(&to, 2, 0, 0);
    draw_curve(&to, 10, 10, 110, 60, true, 2, INK);
    assert_true(draw_list_interpolate(&out, &from, &to, 0.5f));
    assert_int_equal(out.count, 3);
    assert_true(out.commands[0].rect.y == 20 && out.commands[0].rect.h == 20);
    assert_true(out.commands[0].thickness == 7 && out.commands[0].colour.a == 255);
    assert_true(!out.commands[1].is_upright && out.commands[2].is_upright); /* no shape between */
    assert_int_equal(out.commands[1].colour.a, 128);
    draw_list_free(&from);
    draw_list_free(&to);
    draw_list_free(&out);
}

static void changed_text_is_exchanged(void **state) {
    (void)state;
    struct draw_list from = {0}, to = {0}, out = {0};
    begin(&from);
    draw_key(&from, 1, 2, 3);
    text_at(&from, 100, "12345678"); /* 40 wide, middle 120 */
    draw_key_end(&from);
    begin(&to);
    draw_key(&to, 1, 2, 3);
    text_at(&to, 110, "1234"); /* 20 wide, middle 120 */
    draw_key_end(&to);
    assert_true(draw_list_interpolate(&out, &from, &to, 0.25f));
    assert_int_equal(out.count, 2);
    assert_true(out.commands[0].rect.x == 100 && out.commands[1].rect.x == 110); /* stay centred */
    assert_int_equal(out.commands[0].colour.a, 96); /* the old words go first, */
    assert_int_equal(out.commands[1].colour.a, 0);  /* then the new ones come */
    assert_memory_equal(out.text + out.commands[0].data, "12345678", 8);
    draw_list_free(&from);
    draw_list_free(&to);
    draw_list_free(&out);
}

static void unkeyed_records_stay_or_fade(void **state) {
    (void)state;
    struct draw_list from = {0}, to = {0}, out = {0};
    begin(&from);
    draw_rectangle(&from, rect_make(0, 0, 400, 300), 0, INK);
    text_at(&from, 10, "gone");
    text_at(&from, 60, "stays");
    begin(&to);
    draw_rectangle(&to, rect_make(0, 0, 400, 300), 0, INK);
    text_at(&to, 60, "stays");
    text_at(&to, 90, "comes");
    assert_true(draw_list_interpolate(&out, &from, &to, 0.7f));
    assert_int_equal(out.commands[1].colour.a, 0);
    assert_int_equal(out.commands[3].colour.a, 127);
    assert_true(draw_list_interpolate(&out, &from, &to, 0.2f));
    assert_int_equal(out.count, 4);
    assert_int_equal(out.commands[0].colour.a, 255);
    assert_memory_equal(out.text + out.commands[1].data, "gone", 4);
    assert_int_equal(out.commands[1].colour.a, 128);
    assert_memory_equal(out.text + out.commands[2].data, "stays", 5);
    assert_int_equal(out.commands[2].colour.a, 255);
    assert_memory_equal(out.text + out.commands[3].data, "comes", 5);
    assert_int_equal(out.commands[3].colour.a, 0);
    draw_list_free(&from);
    draw_list_free(&to);
    draw_list_free(&out);
}

static void empty_pictures_are_fine(void **state) {
    (void)state;
    struct draw_list from = {0}, to = {0}, out = {0};
    begin(&to);
    draw_rectangle(&to, rect_make(0, 0, 40, 30), 0, INK);
    assert_true(draw_list_interpolate(&out, &from, &to, 0.5f));
    assert_int_equal(out.count, 1);
    assert_true(draw_list_interpolate(&out, &to, &from, 0.5f));
    assert_int_equal(out.count, 1);
    assert_true(draw_list_interpolate(&out, &from, &from, 0.5f));
    assert_int_equal(out.count, 0);
    draw_list_free(&to);
    draw_list_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_are_exact),
        cmocka_unit_test(keyed_records_move),
        cmocka_unit_test(curves_move_and_turn_by_fading),
        cmocka_unit_test(changed_text_is_exchanged),
        cmocka_unit_test(unkeyed_records_stay_or_fade),
        cmocka_unit_test(empty_pictures_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

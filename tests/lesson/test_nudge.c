/* How large a step of a number is, and where steps lead. */
#include "lesson/nudge.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_values(void **state) {
    (void)state;
    static const struct {
        float from;
        int exponent;
        long steps;
        float to;
    } rows[] = {{0.37f, -2, 1, 0.38f},
                {0.37f, -1, 1, 0.4f},
                {0.37f, -1, -1, 0.3f},
                {0.37f, -1, 3, 0.6f},
                {0.7f, -1, 1, 0.8f},
                {0.3f, -1, -1, 0.2f},
                {-0.7f, -1, 1, -0.6f},
                {-0.7f, -1, -1, -0.8f},
                {2, 0, 1, 3},
                {2.5f, 0, 1, 3},
                {2.5f, 0, -1, 2},
                {-1, 0, 2, 1},
                {0.1f, -1, -1, 0},
                {0.37f, -2, 0, 0.37f},
                {123, 1, 1, 130},
                {123, 1, -1, 120},
                {0.1f, -2, 20, 0.3f},
                {1e-9f, -10, 5, 1.5e-9f},
                {INFINITY, -1, 2, 0.2f},
                {-INFINITY, 0, -1, -1},
                {-INFINITY, 0, 0, 0},
                {FLT_MAX, 38, 9, FLT_MAX},
                {-FLT_MAX, 38, -9, -FLT_MAX}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        float made = nudge_value(rows[i].from, rows[i].exponent, rows[i].steps);
        if (made != rows[i].to)
            fail_msg("%g, %ld steps of 1e%d: %.9g", (double)rows[i].from, rows[i].steps,
                     rows[i].exponent, (double)made);
    }
}

/* From any number and in any step: further on each time, on a multiple, and back to it. */
static void test_any_number(void **state) {
    (void)state;
    uint32_t seed = 3;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1664525u + 1013904223u;
        int exponent = (int)(seed >> 28) - 9;
        float from = ((float)(seed >> 8 & 0xFFFF) / 65536 - 0.5f) * 200 * powf(10, (float)exponent);
        long steps = 1 + (long)(seed >> 4 & 15);
        float up = nudge_value(from, exponent, steps), down = nudge_value(from, exponent, -steps);
        assert_true(up > from && down < from);
        float more = nudge_value(up, exponent, 1);
        assert_true(nudge_value(more, exponent, -1) == up);
        assert_true(nudge_value(from, exponent, steps + 1) == more);
        double scaled = (double)up / pow(10, exponent);
        assert_true(fabs(scaled - round(scaled)) < 1e-3);
    }
}

static void test_steps_of_a_matrix(void **state) {
    (void)state;
    struct study study;
    struct document wanted = {0};
    struct file_error error = {{0}};
    assert_true(study_init(&study, &error) && document_init(&wanted, &error));
    assert_true(document_set_model(&wanted, "by-hand"));
    assert_true(document_set_text(&wanted, "the cat sat", 11));
    assert_true(study_set(&study, &wanted, &error));
    const struct document_cell weight = {CELL_W_Q, 0, 0, 0},
                               place = {ATTENTION_TENSOR_POSITION, 0, 1, 1};
    assert_int_equal(nudge_exponent(&study, &weight), 0); /* whole numbers */
    /* One that was edited does not count: its neighbours stay whole. */
    const struct attention_edit edit = {.tensor = ATTENTION_WEIGHT_Q, .index = 1, .value = 0.25f};
    assert_true(what_if_edit(&wanted.what_if, &edit) && study_set(&study, &wanted, &error));
    assert_int_equal(nudge_exponent(&study, &weight), 0);
    assert_true(document_set_model(&wanted, "textbook"));
    what_if_free(&wanted.what_if);
    assert_true(study_set(&study, &wanted, &error));
    assert_int_equal(nudge_exponent(&study, &place), -1); /* cosines: up to 1 */
    document_free(&wanted);
    study_free(&study);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_any_number),
        cmocka_unit_test(test_steps_of_a_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

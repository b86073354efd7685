/* RNN, CNN and attention side by side: what a study hands to the comparison. */
#include "lesson/comparison.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct study study;
static struct document wanted;
static struct comparison comparison;

static int start(void **state) {
    (void)state;
    if (!study_init(&study, NULL) || !document_init(&wanted, NULL) ||
        !document_set_text(&wanted, "a b c d", 7))
        return -1;
    return study_set(&study, &wanted, NULL) ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    comparison_free(&comparison);
    comparison_free(&comparison);
    document_free(&wanted);
    study_free(&study);
    return 0;
}

static void set(void) {
    struct file_error error = {{0}};
    if (!study_set(&study, &wanted, &error)) fail_msg("%s", error.text);
}

static void compare(size_t steps, size_t kernel) {
    struct file_error error = {{0}};
    comparison_free(&comparison);
    if (!comparison_make(&study, steps, kernel, &comparison, &error)) fail_msg("%s", error.text);
}

static void test_what_is_compared(void **state) {
    (void)state;
    compare(2, 3);
    assert_true(comparison.n == 4 && comparison.d == 16);
    float influence[16];
    assert_int_equal(
        attention_influence(study.trace, &study.model.weights, 0, NULL, influence, NULL),
        ATTENTION_OK);
    assert_memory_equal(influence, comparison.influence[COMPARED_ATTENTION], sizeof influence);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            int at = 4 * i + j;
            assert_int_equal(comparison.influence[COMPARED_RNN][at] > 0, j <= i);
            assert_int_equal(comparison.influence[COMPARED_CNN][at] > 0, j - i <= 1 && i - j <= 1);
            assert_int_equal(comparison.reach[COMPARED_RNN][at], j <= i && i < 2);
            assert_int_equal(comparison.reach[COMPARED_CNN][at], j - i <= 2 && i - j <= 2);
            assert_int_equal(comparison.reach[COMPARED_ATTENTION][at], 1);
        }
    assert_true(comparison.cost[COMPARED_RNN].sequential_steps == 4);
    assert_true(comparison.cost[COMPARED_CNN].longest_path == 3);
    /* Seeded: the same again. */
    struct comparison again;
    assert_true(comparison_make(&study, 2, 3, &again, NULL));
    for (int i = 0; i < COMPARED_COUNT; i++)
        assert_memory_equal(again.influence[i], comparison.influence[i], sizeof influence);
    comparison_free(&again);
}

static void test_masks_act(void **state) {
    (void)state;
    assert_true(study_paint(&study, &wanted, 0, 3, false));
    set();
    compare(1, 1);
    assert_int_equal(comparison.reach[COMPARED_ATTENTION][3], 0);
    assert_true(comparison.influence[COMPARED_ATTENTION][3] == 0);
    compare(2, 1);
    assert_int_equal(comparison.reach[COMPARED_ATTENTION][3], 1); /* by way of another token */
    wanted.what_if.mask = MASK_CAUSAL;
    set();
    compare(9, 1);
    for (int at = 0; at < 16; at++)
        assert_int_equal(comparison.reach[COMPARED_ATTENTION][at], at % 4 <= at / 4);
}

static void test_what_cannot_be_compared(void **state) {
    (void)state;
    struct file_error error = {{0}};
    assert_true(what_if_set_context(&wanted.what_if, "x"));
    set();
    assert_false(comparison_make(&study, 1, 3, &comparison, &error));
    assert_non_null(strstr(error.text, "compare: it is self-attention"));
    assert_true(document_set_text(&wanted, "", 0));
    set();
    assert_false(comparison_make(&study, 1, 3, &comparison, &error));
    assert_non_null(strstr(error.text, "empty"));
    for (int i = 0; i < COMPARED_COUNT; i++)
        assert_int_equal(compared_from_id(compared_id((enum compared)i)), i);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_compared),
        TEST(test_masks_act),
        TEST(test_what_cannot_be_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

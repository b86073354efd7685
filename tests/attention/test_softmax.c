/* What holds for the softmax of any row, on random rows. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

enum { CASES = 1000, MOST = 300 };

static size_t row_make(struct test_random *random, float *row, size_t most, float size) {
    const size_t m = 1 + test_random_below(random, most);
    for (size_t j = 0; j < m; j++)
        row[j] = test_random_float(random, -size, size);
    return m;
}

/* Each weight is rounded once, 6e-8 of itself at most, and their divisor is a sum of roundings that
 * mostly cancel: 5e-7 is four times the largest that was seen. */
static void test_rows_sum_to_one(void **state) {
    (void)state;
    struct test_random random = {1};
    double worst = 0.0;
    for (int round = 0; round < CASES; round++) {
        float row[MOST], weights[MOST];
        const size_t m = row_make(&random, row, MOST, round % 2 ? 1.0f : 1e4f);
        attention_softmax(row, m, weights);
        double sum = 0.0;
        for (size_t j = 0; j < m; j++) {
            assert_true(weights[j] >= 0.0f && weights[j] <= 1.0f);
            sum += (double)weights[j];
        }
        worst = fmax(worst, fabs(sum - 1.0));
    }
    print_message("rows are off from 1 by at most %.2g\n", worst);
    assert_true(worst <= 5e-7);
}

/* Whole numbers over 256 take a whole shift without rounding, so not one bit may change. */
static void test_exact_shift_changes_no_bit(void **state) {
    (void)state;
    struct test_random random = {2};
    for (int round = 0; round < CASES; round++) {
        float row[100], shifted[100], weights[100], weights_shifted[100];
        const size_t m = row_make(&random, row, 100, 8.0f);
        const float shift = (float)test_random_below(&random, 2001) - 1000.0f;
        for (size_t j = 0; j < m; j++) {
            row[j] = (float)(int)(row[j] * 256.0f) / 256.0f;
            shifted[j] = row[j] + shift;
        }
        attention_softmax(row, m, weights);
        attention_softmax(shifted, m, weights_shifted);
        assert_memory_equal(weights, weights_shifted, m * sizeof *weights);
    }
}

/* Any other shift rounds each score by at most r = 2^-24 of the largest shifted one. The difference
 * to the maximum is off by 2 r, a weight by a factor e^(±2r) and the total by as much: 4 r, and
 * 1e-6 for what the two softmaxes round themselves. */
static void test_any_shift_changes_little(void **state) {
    (void)state;
    struct test_random random = {3};
    for (int round = 0; round < CASES; round++) {
        float row[100], shifted[100], weights[100], weights_shifted[100];
        const size_t m = row_make(&random, row, 100, 8.0f);
        const float shift = test_random_float(&random, -1000.0f, 1000.0f);
        double largest = 0.0;
        for (size_t j = 0; j < m; j++) {
            shifted[j] = row[j] + shift;
            largest = fmax(largest, fabs((double)shifted[j]));
        }
        attention_softmax(row, m, weights);
        attention_softmax(shifted, m, weights_shifted);
        const double tolerance = 1.01 * 4.0 * largest * 0x1p-24 + 1e-6;
        for (size_t j = 0; j < m; j++) {
            const double before = (double)weights[j], after = (double)weights_shifted[j];
            assert_true(fabs(after - before) <= before * tolerance);
        }
    }
}

static void test_larger_score_never_smaller_weight(void **state) {
    (void)state;
    struct test_random random = {4};
    for (int round = 0; round < CASES; round++) {
        float row[40], weights[40];
        const size_t m = row_make(&random, row, 40, 20.0f);
        if (m > 1) row[0] = nextafterf(row[1], INFINITY);
        attention_softmax(row, m, weights);
        for (size_t a = 0; a < m; a++) {
            for (size_t b = 0; b < m; b++) {
                if (row[a] > row[b]) assert_true(weights[a] >= weights[b]);
            }
        }
    }
}

static void test_equal_scores_share_equally(void **state) {
    (void)state;
    struct test_random random = {5};
    for (int round = 0; round < CASES; round++) {
        float row[MOST], weights[MOST];
        const size_t m = row_make(&random, row, MOST, 100.0f);
        for (size_t j = 1; j < m; j++)
            row[j] = row[0];
        attention_softmax(row, m, weights);
        for (size_t j = 0; j < m; j++)
            assert_true(weights[j] == 1.0f / (float)m);
    }
}

static void test_masked_weights_are_zero(void **state) {
    (void)state;
    struct test_random random = {6};
    for (int round = 0; round < CASES; round++) {
        float row[80], weights[80], exponentials[80], maximum, total;
        const size_t m = row_make(&random, row, 80, 5.0f);
        const bool is_all_masked = round % 5 == 0;
        for (size_t j = 0; j < m; j++) {
            if (is_all_masked || test_random_one_in(&random, 2)) row[j] = -INFINITY;
        }
        attention_softmax(row, m, weights);
        attention_softmax_exponentials(row, m, exponentials, &maximum, &total);
        for (size_t j = 0; j < m; j++) {
            if (row[j] == -INFINITY) assert_true(weights[j] == 0.0f && exponentials[j] == 0.0f);
            if (total > 0.0f) assert_true(weights[j] == exponentials[j] / total);
        }
        if (is_all_masked) assert_true(maximum == -INFINITY && total == 0.0f);
    }
}

/* Softmax may work where its row stands. */
static void test_in_place(void **state) {
    (void)state;
    struct test_random random = {7};
    for (int round = 0; round < CASES; round++) {
        float row[MOST], weights[MOST];
        const size_t m = row_make(&random, row, MOST, 10.0f);
        attention_softmax(row, m, weights);
        attention_softmax(row, m, row);
        assert_memory_equal(row, weights, m * sizeof *row);
    }
}

/* The ends of float32 side by side: weights stay shares of 1, and never NaN. */
static void test_hostile_rows(void **state) {
    (void)state;
    static const float numbers[] = {
        0.0f,          -0.0f,   1e30f,    -1e30f,  1e-40f,  -1e-40f, 1.0f,    FLT_TRUE_MIN,
        -FLT_TRUE_MIN, FLT_MAX, -FLT_MAX, FLT_MIN, -1e-30f, 88.0f,   -104.0f, -INFINITY};
    struct test_random random = {8};
    for (int round = 0; round < 5 * CASES; round++) {
        float row[MOST], weights[MOST];
        const size_t m = 1 + test_random_below(&random, round % 2 ? 6 : MOST);
        bool is_masked = true;
        for (size_t j = 0; j < m; j++) {
            row[j] = numbers[test_random_below(&random, sizeof numbers / sizeof *numbers)];
            is_masked &= row[j] == -INFINITY;
        }
        attention_softmax(row, m, weights);
        double sum = 0.0;
        for (size_t j = 0; j < m; j++) {
            assert_true(weights[j] >= 0.0f && weights[j] <= 1.0f); /* false for NaN */
            sum += (double)weights[j];
        }
        assert_true(is_masked ? sum == 0.0 : fabs(sum - 1.0) <= 5e-7);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_sum_to_one),
        cmocka_unit_test(test_exact_shift_changes_no_bit),
        cmocka_unit_test(test_any_shift_changes_little),
        cmocka_unit_test(test_larger_score_never_smaller_weight),
        cmocka_unit_test(test_equal_scores_share_equally),
        cmocka_unit_test(test_masked_weights_are_zero),
        cmocka_unit_test(test_in_place),
        cmocka_unit_test(test_hostile_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

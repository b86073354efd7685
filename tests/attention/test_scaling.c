/* Seeded normal numbers, and the mean largest weight that they give with and without scaling. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attention/attention_compare.h"
#include "attention/attention_math.h"
#include "support_model.h"

static void test_normal_numbers(void **state) {
    (void)state;
    enum { COUNT = 200001 };
    float *numbers = malloc(COUNT * sizeof *numbers);
    assert_non_null(numbers);
    attention_normal_numbers(42, 1.0, COUNT, numbers);
    double moments[5] = {0}, neighbours = 0.0;
    for (size_t i = 0; i < COUNT; i++) {
        double power = 1.0;
        for (size_t k = 0; k < 5; k++, power *= (double)numbers[i])
            moments[k] += power / COUNT;
        if (i > 0) neighbours += (double)numbers[i] * (double)numbers[i - 1] / COUNT;
    }
    const double error = 5.0 / sqrt((double)COUNT); /* five standard errors of a mean */
    assert_true(fabs(moments[1]) < error && fabs(neighbours) < error);
    assert_true(fabs(moments[2] - 1.0) < error * sqrt(2.0));
    assert_true(fabs(moments[3]) < error * sqrt(15.0));
    assert_true(fabs(moments[4] - 3.0) < error * sqrt(96.0));
    if (test_numbers_hash(numbers, COUNT) != 0xedaf1719b2674bcb)
        fail_msg("0x%016llx", (unsigned long long)test_numbers_hash(numbers, COUNT));
    float small[3];
    attention_normal_numbers(42, 0.25, 3, small);
    for (size_t i = 0; i < 3; i++)
        assert_true(small[i] == 0.25f * numbers[i]);
    attention_normal_numbers(43, 0.25, 3, small);
    assert_true(small[0] != 0.25f * numbers[0]);
    free(numbers);
}

/* The logarithm and the exponential in double against long double. */
static void test_log_and_exp_in_double(void **state) {
    (void)state;
    struct test_random random = {19};
    for (int round = 0; round < 200000; round++) {
        const double share = (double)(test_random_bits(&random) >> 11) * 0x1p-53;
        const double a =
            round % 2 ? share + 0x1p-53 : ldexp(share + 0.5, (int)(round % 1800) - 900);
        const long double log_a = logl((long double)a);
        const double log_error = (double)fabsl((long double)attention_math_log_double(a) - log_a);
        if (log_error > 4e-16 * fmax(1.0, fabs((double)log_a)))
            fail_msg("ln %a is off by %g", a, log_error);
        const double x = (round % 2 ? 1400.0 : 4.0) * (share - 0.5);
        const long double exp_x = expl((long double)x);
        const double exp_error =
            (double)fabsl((long double)attention_math_exp_double(x) / exp_x - 1.0L);
        if (exp_error > 1e-15) fail_msg("e^%a is off by %g", x, exp_error);
    }
    assert_true(attention_math_log_double(1.0) == 0.0 && attention_math_exp_double(0.0) == 1.0);
    assert_true(attention_math_exp_double((double)-INFINITY) == 0.0);
}

/* The figures of the lesson on scaling, from unit normal q and k with every number drawn. */
static double largest_weight_drawn(struct test_random *random, size_t d_k, size_t keys,
                                   double divisor) {
    double q[64], scores[16], largest = -INFINITY, total = 0.0;
    float *numbers = malloc((keys + 1) * d_k * sizeof *numbers);
    assert_non_null(numbers);
    attention_normal_numbers(test_random_bits(random), 1.0, (keys + 1) * d_k, numbers);
    for (size_t c = 0; c < d_k; c++)
        q[c] = (double)numbers[c];
    for (size_t j = 0; j < keys; j++) {
        scores[j] = 0.0;
        for (size_t c = 0; c < d_k; c++)
            scores[j] += q[c] * (double)numbers[(j + 1) * d_k + c] / divisor;
        largest = fmax(largest, scores[j]);
    }
    for (size_t j = 0; j < keys; j++)
        total += exp(scores[j] - largest);
    free(numbers);
    return 1.0 / total;
}

static void test_mean_largest_weight(void **state) {
    (void)state;
    static const struct {
        size_t d_k;
        double unscaled;
    } lesson[] = {{1, 0.31}, {4, 0.53}, {16, 0.75}, {64, 0.87}, {512, 0.96}};
    double unscaled, scaled;
    for (size_t i = 0; i < sizeof lesson / sizeof *lesson; i++) {
        assert_int_equal(attention_mean_largest_weight(lesson[i].d_k, 8, 20000, 7, NULL, &unscaled,
                                                       &scaled, NULL),
                         ATTENTION_OK);
        if (fabs(unscaled - lesson[i].unscaled) > 0.012)
            fail_msg("d_k %zu: %.4f, in the lesson %.2f", lesson[i].d_k, unscaled,
                     lesson[i].unscaled);
        const double about = lesson[i].d_k == 1 ? unscaled : 0.35; /* √1 divides nothing */
        if (fabs(scaled - about) > 0.015) fail_msg("d_k %zu: %.4f", lesson[i].d_k, scaled);
    }
    struct test_random random = {16};
    for (size_t d_k = 1; d_k <= 64; d_k *= 4) {
        double drawn[2] = {0.0, 0.0};
        for (int trial = 0; trial < 4000; trial++) {
            drawn[0] += largest_weight_drawn(&random, d_k, 8, 1.0) / 4000.0;
            drawn[1] += largest_weight_drawn(&random, d_k, 8, sqrt((double)d_k)) / 4000.0;
        }
        assert_int_equal(
            attention_mean_largest_weight(d_k, 8, 20000, 3, NULL, &unscaled, &scaled, NULL),
            ATTENTION_OK);
        /* one weight varies by less than 0.25; four standard errors of a mean of 4000 */
        if (fabs(unscaled - drawn[0]) > 0.016 || fabs(scaled - drawn[1]) > 0.016)
            fail_msg("d_k %zu: %.4f %.4f, drawn %.4f %.4f", d_k, unscaled, scaled, drawn[0],
                     drawn[1]);
    }
    assert_int_equal(attention_mean_largest_weight(5, 1, 1, 3, NULL, &unscaled, &scaled, NULL),
                     ATTENTION_OK);
    assert_true(unscaled == 1.0 && scaled == 1.0);
}

static void test_sizes_out_of_range_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t d_k, keys, trials;
        const char *text;
    } wrong[] = {
        {0, 8, 1, "d_k is 0; set it to a number from 1 to 4096"},
        {4097, 8, 1, "d_k is 4097; set it to a number from 1 to 4096"},
        {1, 0, 1, "the number of keys is 0; set it to a number from 1 to 1024"},
        {1, 1025, 1, "the number of keys is 1025; set it to a number from 1 to 1024"},
        {1, 1, 0, "the number of trials is 0; set it to a number from 1 to 1000000"},
        {1, 1, 1000001, "the number of trials is 1000001; set it to a number from 1 to 1000000"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct attention_error error;
        double unscaled, scaled;
        assert_int_equal(attention_mean_largest_weight(wrong[i].d_k, wrong[i].keys, wrong[i].trials,
                                                       1, NULL, &unscaled, &scaled, &error),
                         ATTENTION_INVALID);
        assert_string_equal(error.text, wrong[i].text);
    }
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal_numbers),
        cmocka_unit_test(test_log_and_exp_in_double),
        cmocka_unit_test(test_mean_largest_weight),
        cmocka_unit_test(test_sizes_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

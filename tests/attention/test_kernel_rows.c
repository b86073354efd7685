/* The loops over rows and arrays of every table that this processor runs against the plain ones,
 * bit for bit, and the plain ones against their definitions. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "attention/attention_math.h"
#include "support_kernels.h"

enum { MOST = 5000, ROUNDS = 300 };
static float x[MOST], y[MOST], got[MOST], wanted[MOST], gain[MOST], shift[MOST];
static unsigned char allowed[MOST];

/* Lengths of all kinds, those around whole blocks of 64 often. */
static size_t any_count(struct test_random *random) {
    const size_t blocks = test_random_below(random, 4);
    switch (test_random_below(random, 3)) {
    case 0:
        return blocks * 64 + test_random_below(random, 3);
    case 1:
        return blocks * 64 + 63 - test_random_below(random, 3);
    default:
        return test_random_below(random, test_random_below(random, 8) ? 150 : MOST);
    }
}

static enum test_kind any_kind(struct test_random *random) {
    return (enum test_kind)test_random_below(random, TEST_KINDS);
}

static void compare_one(const char *table, const char *what, float one, float other) {
    test_expect_same(table, what, &one, &other, 1);
}

/* ---- sums and norms ---- */

static void totals_compare(const struct attention_kernels *kernels) {
    struct test_random random = {21};
    for (int i = 0; i < ROUNDS; i++) {
        const size_t count = any_count(&random);
        test_fill(&random, any_kind(&random), x, count);
        if (count > 0 && i % 10 == 0) x[test_random_below(&random, count)] = INFINITY;
        if (count > 0 && i % 15 == 0) x[test_random_below(&random, count)] = NAN;
        compare_one(kernels->name, "sum", kernels->sum(x, count), test_plain()->sum(x, count));
        compare_one(kernels->name, "norm", kernels->euclidean_norm(x, count),
                    test_plain()->euclidean_norm(x, count));
    }
}

/* The tree, written once more: lane l holds x[l], x[l + 64], …; then l takes l + 32, l + 16, … */
static float tree(const float *numbers, size_t count) {
    float lanes[64];
    for (size_t l = 0; l < 64; l++) {
        lanes[l] = 0.0f;
        for (size_t j = l; j < count; j += 64)
            lanes[l] += numbers[j];
    }
    for (size_t half = 32; half > 0; half /= 2) {
        for (size_t l = 0; l < half; l++)
            lanes[l] += lanes[l + half];
    }
    return lanes[0];
}

static void test_totals(void **state) {
    (void)state;
    struct test_random random = {22};
    for (int i = 0; i < ROUNDS; i++) {
        const size_t count = any_count(&random);
        test_fill(&random, any_kind(&random), x, count);
        compare_one("plain", "sum", test_plain()->sum(x, count), tree(x, count));
    }
    test_each_table(totals_compare);
}

static void norms_check(const struct attention_kernels *kernels) {
    struct test_random random = {23};
    for (int i = 0; i < ROUNDS; i++) {
        const size_t count = 1 + any_count(&random);
        test_fill(&random, any_kind(&random), x, count);
        if (i % 7 == 0) x[0] = FLT_MAX / 4.0f;
        if (i % 11 == 0) x[0] = FLT_TRUE_MIN;
        long double squares = 0.0L;
        for (size_t j = 0; j < count; j++)
            squares += (long double)x[j] * x[j];
        const long double exact = sqrtl(squares);
        const float norm = kernels->euclidean_norm(x, count);
        if (exact > FLT_MAX * 1.001L) {
            assert_true(norm == INFINITY);
        } else if (exact < FLT_MAX * 0.999L) {
            assert_true(fabsl(norm - exact) <= 1e-6L * exact + FLT_TRUE_MIN);
        }
    }
    const float huge[] = {3e38f, -3e38f}, nothing[] = {0.0f, -0.0f, 0.0f};
    const float tiny[] = {3 * FLT_TRUE_MIN, -4 * FLT_TRUE_MIN};
    const float infinite[] = {1.0f, -INFINITY}, none[] = {NAN, INFINITY};
    assert_true(kernels->euclidean_norm(huge, 2) == INFINITY);
    assert_true(kernels->euclidean_norm(huge, 1) == 3e38f);
    assert_true(kernels->euclidean_norm(tiny, 2) == 5 * FLT_TRUE_MIN);
    assert_true(kernels->euclidean_norm(nothing, 3) == 0.0f);
    assert_true(kernels->euclidean_norm(nothing, 0) == 0.0f);
    assert_true(kernels->euclidean_norm(infinite, 2) == INFINITY);
    assert_true(isnan(kernels->euclidean_norm(none, 2)));
}

static void test_norms(void **state) {
    (void)state;
    norms_check(test_plain());
    test_each_table(norms_check);
}

static void layer_norms_compare(const struct attention_kernels *kernels) {
    struct test_random random = {24};
    for (int i = 0; i < ROUNDS; i++) {
        const size_t count = 1 + any_count(&random);
        float moments[4];
        test_fill(&random, any_kind(&random), x, count);
        test_fill(&random, TEST_ORDINARY, gain, count);
        test_fill(&random, TEST_ORDINARY, shift, count);
        const float *gains = i % 2 ? gain : NULL, *shifts = i % 3 ? shift : NULL;
        kernels->layer_norm(x, count, gains, shifts, got, &moments[0], &moments[1]);
        test_plain()->layer_norm(x, count, gains, shifts, wanted, &moments[2], &moments[3]);
        test_expect_same(kernels->name, "layer norm", got, wanted, count);
        test_expect_same(kernels->name, "mean and variance", moments, moments + 2, 2);
        kernels->layer_norm(x, count, gains, shifts, x, NULL, NULL);
        test_expect_same(kernels->name, "layer norm in place", x, wanted, count);
    }
}

static void test_layer_norms(void **state) {
    (void)state;
    test_each_table(layer_norms_compare);
}

/* ---- scores and weights ---- */

/* Any of the masks that a pass uses: none, causal, window, padding, bytes. */
static struct attention_row_mask any_mask(struct test_random *random, size_t m) {
    struct attention_row_mask mask = {NULL, 0, m};
    for (size_t j = 0; j < m; j++)
        allowed[j] = (unsigned char)(test_random_below(random, 3) * 100);
    if (test_random_below(random, 2)) mask.allowed = allowed;
    if (test_random_below(random, 2)) mask.end = test_random_below(random, m + 1);
    if (test_random_below(random, 2)) mask.first = test_random_below(random, mask.end + 1);
    return mask;
}

static void scales_check(const struct attention_kernels *kernels) {
    static const float divisors[] = {1.0f,   4.0f,         8.0f,      0.25f,   3.0f,     5.65685f,
                                     0.001f, FLT_TRUE_MIN, 0x1p-127f, FLT_MAX, 0x1p127f, 1e-38f};
    struct test_random random = {25};
    for (int i = 0; i < 4 * ROUNDS; i++) {
        const size_t m = any_count(&random);
        const float divisor = divisors[i % 12];
        const struct attention_row_mask mask = any_mask(&random, m);
        bool is_finite = true;
        test_fill(&random, any_kind(&random), x, m);
        if (m > 0 && i % 9 == 0) x[test_random_below(&random, m)] = i % 2 ? NAN : -INFINITY;
        for (size_t j = 0; j < m; j++) {
            const bool is_allowed =
                j >= mask.first && j < mask.end && (!mask.allowed || mask.allowed[j]);
            wanted[j] = is_allowed ? x[j] / divisor : -INFINITY;
            is_finite &= !is_allowed || isfinite(wanted[j]);
        }
        assert_true(kernels->scale_row(x, m, divisor, &mask, got) == is_finite);
        test_expect_same(kernels->name, "scores", got, wanted, m);
        assert_true(kernels->scale_row(x, m, divisor, &mask, x) == is_finite);
        test_expect_same(kernels->name, "scores in place", x, wanted, m);
    }
}

static void test_scales(void **state) {
    (void)state;
    scales_check(test_plain());
    test_each_table(scales_check);
}

/* A row as scale_row leaves it. */
static struct attention_row_mask any_row(struct test_random *random, size_t m) {
    const struct attention_row_mask mask = any_mask(random, m);
    test_fill(random, any_kind(random), x, m);
    if (test_random_below(random, 3) == 0) {
        for (size_t j = 0; j < m; j++)
            x[j] *= 60.0f; /* weights far apart, some of them subnormal */
    }
    (void)test_plain()->scale_row(x, m, 1.0f, &mask, x);
    return mask;
}

static void softmaxes_check(const struct attention_kernels *kernels) {
    struct test_random random = {26};
    for (int i = 0; i < 3 * ROUNDS; i++) {
        const size_t m = any_count(&random);
        const struct attention_row_mask mask = any_row(&random, m);
        float largest = -INFINITY, totals[4];
        for (size_t j = 0; j < m; j++)
            largest = fmaxf(largest, x[j]);
        for (size_t j = 0; j < m; j++)
            wanted[j] = largest == -INFINITY ? 0.0f : attention_math_exp(x[j] - largest);
        totals[0] = largest + 0.0f;
        totals[1] = tree(wanted, m);
        kernels->softmax_exponentials(x, m, got, &totals[2], &totals[3]);
        test_expect_same(kernels->name, "exponentials", got, wanted, m);
        test_expect_same(kernels->name, "maximum and total", totals + 2, totals, 2);
        for (size_t j = 0; j < m; j++)
            wanted[j] = totals[1] == 0.0f ? 0.0f : wanted[j] / totals[1];
        kernels->softmax(x, m, 0, m, got);
        test_expect_same(kernels->name, "softmax", got, wanted, m);
        /* What is outside the range is not looked at. */
        for (size_t j = 0; j < m; j++)
            y[j] = j >= mask.first && j < mask.end ? x[j] : NAN;
        kernels->softmax(y, m, mask.first, mask.end, got);
        test_expect_same(kernels->name, "softmax of a range", got, wanted, m);
        kernels->softmax(x, m, 0, m, x);
        test_expect_same(kernels->name, "softmax in place", x, wanted, m);
    }
}

static void test_softmaxes(void **state) {
    (void)state;
    softmaxes_check(test_plain());
    test_each_table(softmaxes_check);
}

static void shares_check(const struct attention_kernels *kernels) {
    struct test_random random = {27};
    for (int i = 0; i < ROUNDS; i++) {
        const size_t m = any_count(&random);
        (void)any_row(&random, m);
        float largest = -INFINITY, count = 0.0f;
        for (size_t j = 0; j < m; j++) {
            if (i % 2 && x[j] != -INFINITY) x[j] = (float)test_random_below(&random, 3) * -1.0f;
            largest = fmaxf(largest, x[j]);
        }
        for (size_t j = 0; j < m; j++)
            count += x[j] == largest && largest != -INFINITY;
        for (size_t j = 0; j < m; j++)
            wanted[j] = x[j] == largest && count > 0.0f ? 1.0f / count : 0.0f;
        kernels->share_largest(x, m, got);
        test_expect_same(kernels->name, "equal shares", got, wanted, m);
    }
}

static void test_shares(void **state) {
    (void)state;
    shares_check(test_plain());
    test_each_table(shares_check);
}

/* ---- arrays ---- */

static float relu_by_definition(float a) {
    return a > 0.0f ? a : 0.0f;
}

/* `function` over floats of every exponent and sign, NaN and ∞ too, at every length up to 200,
 * against the same function of one number. */
static void array_check(const char *table, const char *what,
                        void (*function)(const float *, size_t, float *), float (*one)(float)) {
    uint32_t bits = 0;
    for (size_t count = 0; count < 4800; count = count < 200 ? count + 1 : count * 2) {
        for (size_t i = 0; i < count; i++, bits += 0x000fedcbu)
            memcpy(&x[i], &bits, sizeof bits);
        for (size_t i = 0; i < count; i++)
            wanted[i] = one(x[i]);
        got[count] = 7.0f;
        function(x, count, got);
        assert_true(got[count] == 7.0f);
        test_expect_same(table, what, got, wanted, count);
        function(x, count, x);
        test_expect_same(table, what, x, wanted, count);
    }
}

static void arrays_check(const struct attention_kernels *kernels) {
    array_check(kernels->name, "exp", kernels->exp, attention_math_exp);
    array_check(kernels->name, "tanh", kernels->tanh, attention_math_tanh);
    array_check(kernels->name, "gelu", kernels->gelu, attention_math_gelu);
    array_check(kernels->name, "relu", kernels->relu, relu_by_definition);
    struct test_random random = {28};
    for (int i = 0; i < ROUNDS; i++) {
        const size_t count = any_count(&random);
        test_fill(&random, any_kind(&random), x, count);
        test_fill(&random, any_kind(&random), y, count);
        for (size_t j = 0; j < count; j++)
            wanted[j] = x[j] + y[j];
        kernels->add(x, y, count, got);
        test_expect_same(kernels->name, "sum of two", got, wanted, count);
        kernels->add(x, y, count, x);
        test_expect_same(kernels->name, "sum of two in place", x, wanted, count);
    }
}

static void test_arrays(void **state) {
    (void)state;
    arrays_check(test_plain());
    test_each_table(arrays_check);
}

static void nonfinite_check(const struct attention_kernels *kernels) {
    const float faults[] = {INFINITY, -INFINITY, NAN, -NAN};
    for (size_t i = 0; i < MOST; i++)
        x[i] = i % 3 ? FLT_MAX : -FLT_TRUE_MIN;
    for (size_t count = 0; count < 1100; count += 1 + count / 9) {
        assert_int_equal(kernels->find_nonfinite(x, count), count);
        for (size_t i = 0; i < count; i++) {
            x[i] = faults[i % 4];
            x[count] = NAN; /* beyond the end */
            assert_int_equal(kernels->find_nonfinite(x, count), i);
            if (i + 1 < count) x[i + 1] = INFINITY;
            assert_int_equal(kernels->find_nonfinite(x, count), i);
            x[i] = x[i + 1] = x[count] = 1.0f;
        }
    }
}

static void test_nonfinite(void **state) {
    (void)state;
    nonfinite_check(test_plain());
    test_each_table(nonfinite_check);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals),    cmocka_unit_test(test_norms),
        cmocka_unit_test(test_scales),    cmocka_unit_test(test_layer_norms),
        cmocka_unit_test(test_softmaxes), cmocka_unit_test(test_shares),
        cmocka_unit_test(test_arrays),    cmocka_unit_test(test_nonfinite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

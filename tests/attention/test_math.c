/* The module's own functions against the C library's in double, in units in the last place, over
 * the whole range of float. `test_math all` tries every float (some minutes); without it every
 * STRIDE-th bit pattern of all 2^32. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "attention/attention.h"
#include "attention/attention_math.h"

enum { STRIDE = 383 }; /* a prime, so that all low bits come up */
static uint32_t stride = STRIDE;

static float float_from_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* |got − exact| in spacings of float around the exact value. */
static double error_ulp(float got, double exact) {
    if (!isfinite((float)exact)) return got == (float)exact ? 0.0 : INFINITY;
    int exponent;
    frexp(exact, &exponent);
    const double spacing = ldexp(1.0, exponent - 24 < -149 ? -149 : exponent - 24);
    return fabs((double)got - exact) / spacing;
}

struct worst {
    double error;
    float at;
};

/* Largest error over the floats with low ≤ x ≤ high, ±∞ where these are infinite; NaN has to give
 * NaN. */
static struct worst worst_error(float (*mine)(float), double (*exact)(double), float low,
                                float high) {
    struct worst worst = {0.0, 0.0f};
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += stride) {
        const float x = float_from_bits((uint32_t)bits);
        if (isnan(x)) {
            if (!isnan(mine(x))) return (struct worst){INFINITY, x};
            continue;
        }
        if (x < low || x > high) continue;
        const double error = error_ulp(mine(x), exact((double)x));
        if (!(error <= worst.error)) worst = (struct worst){error, x};
    }
    return worst;
}

static double gelu_exact(double x) {
    return 0.5 * x * erfc(-x / sqrt(2.0));
}

static void expect_within(const char *name, struct worst worst, double limit) {
    print_message("%s: %.3f ulp at %a\n", name, worst.error, (double)worst.at);
    if (!(worst.error <= limit)) fail_msg("%s is off by %g ulp", name, worst.error);
}

static void test_exp(void **state) {
    (void)state;
    expect_within("exp", worst_error(attention_math_exp, exp, -INFINITY, INFINITY), 2.0);
    assert_true(attention_math_exp(0.0f) == 1.0f);
    assert_true(attention_math_exp(-INFINITY) == 0.0f);
    assert_true(attention_math_exp(INFINITY) == INFINITY);
    assert_true(isnan(attention_math_exp(NAN)));
}

/* Never falls where e^x rises, which softmax relies on: larger score, no smaller weight. */
static void test_exp_is_monotone(void **state) {
    (void)state;
    float before = 0.0f;
    for (uint32_t bits = 0xc2d20000u; bits > 0x80000000u + 97; bits -= 97) {
        const float now = attention_math_exp(float_from_bits(bits));
        assert_true(now >= before);
        before = now;
    }
}

static void test_tanh(void **state) {
    (void)state;
    expect_within("tanh", worst_error(attention_math_tanh, tanh, -INFINITY, INFINITY), 2.0);
    assert_true(attention_math_tanh(INFINITY) == 1.0f && attention_math_tanh(-INFINITY) == -1.0f);
    assert_true(isnan(attention_math_tanh(NAN)));
}

static void test_erf(void **state) {
    (void)state;
    expect_within("erf", worst_error(attention_math_erf, erf, -INFINITY, INFINITY), 2.0);
    expect_within("erfc", worst_error(attention_math_erfc, erfc, -INFINITY, INFINITY), 8.0);
    assert_true(attention_math_erf(INFINITY) == 1.0f && attention_math_erf(-INFINITY) == -1.0f);
    assert_true(isnan(attention_math_erf(NAN)) && isnan(attention_math_erfc(NAN)));
}

static void test_gelu(void **state) {
    (void)state;
    expect_within("gelu", worst_error(attention_gelu, gelu_exact, -4.0f, 1e30f), 20.0);
    assert_true(attention_gelu(-FLT_MAX) == 0.0f);
    assert_true(attention_gelu(FLT_MAX) == FLT_MAX);
}

static void test_sine_and_cosine(void **state) {
    (void)state;
    double worst = 0.0;
    for (int64_t i = -1000000; i <= 1000000; i++) {
        const double x = (double)i * (double)i * (double)(i < 0 ? -1 : 1) * 1.0485760001e-6;
        worst = fmax(worst, fabs(attention_math_sin(x) - sin(x)));
        worst = fmax(worst, fabs(attention_math_cos(x) - cos(x)));
    }
    print_message("sine, cosine: %.2g\n", worst);
    assert_true(worst <= 1e-15);
}

static void test_power(void **state) {
    (void)state;
    double worst = 0.0;
    for (int base = 0; base < 400; base++) {
        for (int i = 0; i <= 256; i++) {
            const double a = 1.0 + base * base * 6.25, b = i / 256.0;
            worst = fmax(worst, fabs(attention_math_power(a, b) / pow(a, b) - 1.0));
        }
    }
    print_message("power: %.2g\n", worst);
    assert_true(worst <= 1e-14);
}

static void test_sinusoids_are_rounded_once(void **state) {
    (void)state;
    enum { N = 1024, D = 12 };
    static float out[N * D];
    attention_sinusoids(N, D, 0.0, out);
    for (int pos = 0; pos < N; pos++) {
        for (int i = 0; i < D; i++) {
            const double angle = pos / pow(10000.0, (double)(i / 2 * 2) / D);
            const double exact = i % 2 ? cos(angle) : sin(angle);
            assert_true(fabs(out[pos * D + i] - exact) <= 6.0e-8 * fabs(exact) + 1e-12);
        }
    }
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "all") == 0) stride = 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp),   cmocka_unit_test(test_exp_is_monotone),
        cmocka_unit_test(test_tanh),  cmocka_unit_test(test_erf),
        cmocka_unit_test(test_gelu),  cmocka_unit_test(test_sine_and_cosine),
        cmocka_unit_test(test_power), cmocka_unit_test(test_sinusoids_are_rounded_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "attention_math.h"

#include <stdint.h>
#include <string.h>

#include "attention_math_inline.h"

static double double_from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t double_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

bool attention_math_is_finite(float x) {
    return inline_is_finite(x);
}

size_t attention_math_find_nonfinite(const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!inline_is_finite(x[i])) return i;
    }
    return count;
}

float attention_math_sqrt(float x) {
    return __builtin_sqrtf(x);
}

float attention_math_exp(float x) {
    return inline_exp(x);
}

float attention_math_tanh(float x) {
    return inline_tanh(x);
}

float attention_math_erf(float x) {
    return inline_erf(x);
}

float attention_math_erfc(float x) {
    return inline_erfc(x);
}

float attention_math_gelu(float x) {
    return inline_gelu(x);
}

/* Taylor series of sine and cosine, enough terms for |r| ≤ π/4 in double. */
static double sin_near_zero(double r) {
    static const double divisors[] = {16 * 17, 14 * 15, 12 * 13, 10 * 11,
                                      8 * 9,   6 * 7,   4 * 5,   2 * 3};
    const double z = r * r;
    double sum = 0.0; /* (sin r − r) / r, innermost term first */
    for (size_t i = 0; i < sizeof divisors / sizeof *divisors; i++) {
        sum = -z / divisors[i] * (1.0 + sum);
    }
    return r + r * sum;
}

static double cos_near_zero(double r) {
    static const double divisors[] = {17 * 18, 15 * 16, 13 * 14, 11 * 12, 9 * 10,
                                      7 * 8,   5 * 6,   3 * 4,   1 * 2};
    const double z = r * r;
    double sum = 0.0; /* cos r − 1 */
    for (size_t i = 0; i < sizeof divisors / sizeof *divisors; i++) {
        sum = -z / divisors[i] * (1.0 + sum);
    }
    return 1.0 + sum;
}

/* sin(x + quarter · π/2). x is brought to |r| ≤ π/4 by whole quarter turns; π/2 in two parts, the
 * first with 33 bits, so that up to 2^20 quarters of it are exact. */
static double sin_from_quarter(double x, int64_t quarter) {
    const double rounder = 6755399441055744.0; /* 1.5 · 2^52 */
    const double turns = (x * 0.63661977236758134308 + rounder) - rounder;
    const double r = (x - turns * 1.57079632673412561417) - turns * 6.07710050650619224932e-11;
    switch ((uint64_t)((int64_t)turns + quarter) & 3u) {
    case 0:
        return sin_near_zero(r);
    case 1:
        return cos_near_zero(r);
    case 2:
        return -sin_near_zero(r);
    default:
        return -cos_near_zero(r);
    }
}

double attention_math_sin(double x) {
    return sin_from_quarter(x, 0);
}

double attention_math_cos(double x) {
    return sin_from_quarter(x, 1);
}

/* ln a = e ln 2 + 2 artanh((m − 1) / (m + 1)), a = m · 2^e with m in [√½, √2). */
static double log_double(double a) {
    const uint64_t bits = double_bits(a);
    int exponent = (int)(bits >> 52) - 1023;
    double m = double_from_bits((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        exponent++;
    }
    const double s = (m - 1.0) / (m + 1.0), z = s * s;
    double sum = 0.0;
    for (int odd = 23; odd >= 3; odd -= 2)
        sum = (sum + 1.0 / odd) * z;
    return exponent * 0.69314718055994530942 + 2.0 * (s + s * sum);
}

/* As attention_math_exp, with a Taylor series of degree 14; |x| ≤ 700. */
static double exp_double(double x) {
    const double rounder = 6755399441055744.0;
    const double k = (x * 1.44269504088896340736 + rounder) - rounder;
    const double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    double sum = 1.0;
    for (int i = 14; i >= 1; i--)
        sum = 1.0 + r / i * sum;
    return sum * double_from_bits((uint64_t)((int64_t)k + 1023) << 52);
}

double attention_math_power(double a, double b) {
    return exp_double(b * log_double(a));
}

double attention_math_log_double(double a) {
    return log_double(a);
}

double attention_math_exp_double(double x) {
    return x < -700.0 ? 0.0 : exp_double(x);
}

double attention_math_sqrt_double(double x) {
    return __builtin_sqrt(x);
}

double attention_math_period(double base, size_t column, size_t d) {
    const double used_base = base > 0.0 ? base : 10000.0;
    return attention_math_power(used_base, (double)(column - column % 2) / (double)d);
}

#include "attention_math.h"

#include <float.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(float) == 4 && FLT_MANT_DIG == 24 && DBL_MANT_DIG == 53, "IEEE 754 needed");
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0
#error "library attention needs float arithmetic in float; on 32-bit x86 build with -mfpmath=sse"
#endif
#ifdef __FAST_MATH__
#error "library attention must be built without -ffast-math"
#endif

static uint32_t float_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_from_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

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
    return (float_bits(x) & 0x7f800000u) != 0x7f800000u;
}

size_t attention_math_find_nonfinite(const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!attention_math_is_finite(x[i])) return i;
    }
    return count;
}

float attention_math_sqrt(float x) {
    return __builtin_sqrtf(x);
}

/* e^x = 2^k · e^r with k = round(x / ln 2) and |r| ≤ ln 2 / 2. ln 2 is taken off in two parts, the
 * first with so few bits that k times it is exact. e^r = 1 + r + r²·Q(r), Q of degree 4 through the
 * Chebyshev points (error 1e-8). 2^k goes on in two factors, so that results below the normal range
 * are rounded once. Branch-free, for vector kernels. */
float attention_math_exp(float x) {
    const float rounder = 12582912.0f; /* 1.5 · 2^23: adding it leaves an integer in the low bits */
    x = x > 89.0f ? 89.0f : x;         /* beyond: ∞ */
    x = x < -105.0f ? -105.0f : x;     /* beyond: 0 */
    const float shifted = x * 1.44269504f + rounder;
    const float k = shifted - rounder;
    const float r = (x - k * 0.693359375f) - k * -2.12194440e-4f;

    float q = 0.001392620336f;
    q = q * r + 0.008363194883f;
    q = q * r + 0.04166655450f;
    q = q * r + 0.1666657689f;
    q = q * r + 0.5f;
    const float e_r = 1.0f + (r + r * r * q);

    const uint32_t power = float_bits(shifted) - float_bits(rounder) + 256u; /* k + 256 > 0 */
    const uint32_t half = power >> 1;
    const float scale1 = float_from_bits((half - 128u + 127u) << 23);
    const float scale2 = float_from_bits((power - half - 128u + 127u) << 23);
    return e_r * scale1 * scale2;
}

float attention_math_tanh(float x) {
    const float size = x < 0.0f ? -x : x;
    if (size < 0.625f) { /* x + x³·P(x²) through the Chebyshev points */
        const float z = x * x;
        float p = 0.002292744933f;
        p = p * z - 0.008343945657f;
        p = p * z + 0.02176891871f;
        p = p * z - 0.05395925959f;
        p = p * z + 0.1333330356f;
        p = p * z - 0.3333333317f;
        return x + x * z * p;
    }
    const float tanh_size = 1.0f - 2.0f / (attention_math_exp(2.0f * size) + 1.0f);
    return x < 0.0f ? -tanh_size : tanh_size;
}

/* erf for |x| ≤ 0.875: x + x·P(x²) through the Chebyshev points (error 2e-10). */
static float erf_near_zero(float x) {
    const float z = x * x;
    float p = 8.674353219e-5f;
    p = p * z - 0.0008211182713f;
    p = p * z + 0.005206782236f;
    p = p * z - 0.02686161001f;
    p = p * z + 0.1128373367f;
    p = p * z - 0.3761263612f;
    p = p * z + 0.1283791669f;
    return x + x * p;
}

/* erfc for x ≥ 0.5: e^(−x²)·t·R, t = 1 / (x + 2.5), where R = erfc(x) e^(x²) / t is smooth in t: a
 * polynomial in u, which is t moved to about [−1, 1] for 0.5 ≤ x ≤ 10.2 (error 5e-9). What rounding
 * x² loses is put back. */
static float erfc_tail(float x) {
    if (x > 10.2f) return 0.0f; /* below half of the smallest number */
    const float t = 1.0f / (x + 2.5f);
    const float u = t * 7.875f - 1.625f;
    float p = 1.570763237e-5f;
    p = p * u + 2.259360982e-5f;
    p = p * u - 0.0003063654552f;
    p = p * u - 0.0009574820252f;
    p = p * u + 0.004380323437f;
    p = p * u + 0.04473084007f;
    p = p * u + 0.1896266321f;
    p = p * u + 0.5295195007f;
    p = p * u + 1.080039291f;
    p *= t;

    const float square = x * x;
    const float high = float_from_bits(float_bits(x) & 0xfffff000u), low = x - high;
    const float lost = ((high * high - square) + 2.0f * high * low) + low * low;
    const float e = attention_math_exp(-square);
    return (e - e * lost) * p;
}

float attention_math_erf(float x) {
    const float size = x < 0.0f ? -x : x;
    if (size <= 0.875f) return erf_near_zero(x);
    const float erf_size = 1.0f - erfc_tail(size);
    return x < 0.0f ? -erf_size : erf_size;
}

float attention_math_erfc(float x) {
    const float size = x < 0.0f ? -x : x;
    if (size <= 0.5f) return 1.0f - erf_near_zero(x);
    const float tail = erfc_tail(size);
    return x < 0.0f ? 2.0f - tail : tail;
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

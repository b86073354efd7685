/* attention_math_inline.h: the float functions of attention_math.h, without branches, so that loops
 * over them become vector code. Each table of kernels has its own copy; all of them give the same
 * bits, since nothing is used but + − × ÷, comparisons and the handling of bits, in one order. */
#ifndef ATTENTION_MATH_INLINE_H
#define ATTENTION_MATH_INLINE_H

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(float) == 4 && FLT_MANT_DIG == 24 && DBL_MANT_DIG == 53, "IEEE 754 needed");
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0
#error "library attention needs float arithmetic in float; on 32-bit x86 build with -mfpmath=sse"
#endif
#ifdef __FAST_MATH__
#error "library attention must be built without -ffast-math"
#endif

static inline uint32_t inline_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float inline_float(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* |x| without looking at its value: NaN stays NaN. */
static inline float inline_size(float x) {
    return inline_float(inline_bits(x) & 0x7fffffffu);
}

/* size with the sign of x; size has none of its own. */
static inline float inline_signed_like(float size, float x) {
    return inline_float(inline_bits(size) | (inline_bits(x) & 0x80000000u));
}

static inline bool inline_is_finite(float x) {
    return (inline_bits(x) & 0x7f800000u) != 0x7f800000u;
}

/* e^x = 2^k · e^r with k = round(x / ln 2) and |r| ≤ ln 2 / 2. ln 2 is taken off in two parts, the
 * first with so few bits that k times it is exact. e^r = 1 + r + r²·Q(r), Q of degree 4 through the
 * Chebyshev points (error 1e-8). 2^k goes on in two factors, so that results below the normal range
 * are rounded once. */
static inline float inline_exp(float x) {
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

    const uint32_t power = inline_bits(shifted) - inline_bits(rounder) + 256u; /* k + 256 > 0 */
    const uint32_t half = power >> 1;
    const float scale1 = inline_float((half - 128u + 127u) << 23);
    const float scale2 = inline_float((power - half - 128u + 127u) << 23);
    return e_r * scale1 * scale2;
}

static inline float inline_tanh(float x) {
    /* |x| < 0.625: x + x³·P(x²) through the Chebyshev points */
    const float z = x * x;
    float p = 0.002292744933f;
    p = p * z - 0.008343945657f;
    p = p * z + 0.02176891871f;
    p = p * z - 0.05395925959f;
    p = p * z + 0.1333330356f;
    p = p * z - 0.3333333317f;
    const float near_zero = x + x * z * p;

    const float size = inline_size(x);
    const float far = inline_signed_like(1.0f - 2.0f / (inline_exp(2.0f * size) + 1.0f), x);
    return size < 0.625f ? near_zero : far;
}

/* erf for |x| ≤ 0.875: x + x·P(x²) through the Chebyshev points (error 2e-10). */
static inline float inline_erf_near_zero(float x) {
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
static inline float inline_erfc_tail(float x) {
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
    const float high = inline_float(inline_bits(x) & 0xfffff000u), low = x - high;
    const float lost = ((high * high - square) + 2.0f * high * low) + low * low;
    const float e = inline_exp(-square);
    const float tail = (e - e * lost) * p;
    return x > 10.2f ? 0.0f : tail; /* beyond: below half of the smallest number */
}

static inline float inline_erf(float x) {
    const float size = inline_size(x);
    const float near_zero = inline_erf_near_zero(x);
    const float far = inline_signed_like(1.0f - inline_erfc_tail(size), x);
    return size <= 0.875f ? near_zero : far;
}

static inline float inline_erfc(float x) {
    const float size = inline_size(x);
    const float near_zero = 1.0f - inline_erf_near_zero(x);
    const float tail = inline_erfc_tail(size);
    const float far = x < 0.0f ? 2.0f - tail : tail;
    return size <= 0.5f ? near_zero : far;
}

/* x · Φ(x) with Φ(x) = erfc(−x/√2) / 2, which keeps the digits of small results; 1 + erf would lose
 * them. */
static inline float inline_gelu(float x) {
    return 0.5f * x * inline_erfc(x * -0.70710678f);
}

static inline float inline_relu(float x) {
    return x > 0.0f ? x : 0.0f;
}

#endif

/* attention_math.h: the elementary functions of library attention.
 *
 * Made of + − × ÷ and the handling of bits alone, so that they give the same bits on every machine
 * and with every compiler; nothing comes from the system's mathematics library. Errors in units in
 * the last place (ulp) are the largest measured against the correctly rounded value; the tests
 * keep them. All functions pass NaN on.
 */
#ifndef ATTENTION_MATH_H
#define ATTENTION_MATH_H

#include <stdbool.h>
#include <stddef.h>

float attention_math_exp(float x); /* e^x; ≤ 2 ulp, subnormal results too; 0 for −∞, e^0 is 1 */
float attention_math_tanh(float x); /* ≤ 2 ulp; odd, never beyond ±1 */
float attention_math_erf(float x); /* 2/√π ∫₀ˣ e^(−t²) dt; ≤ 2 ulp; odd, never beyond ±1 */
float attention_math_erfc(float x); /* 1 − erf(x), small values keep their digits; ≤ 8 ulp */
float attention_math_gelu(float x); /* x · erfc(−x/√2) / 2 */
float attention_math_sqrt(float x); /* √x, correctly rounded: the processor's instruction */

/* In double, for the sinusoids. */
double attention_math_sin(double x);             /* |x| ≤ 2^20; error ≤ 1e-15 */
double attention_math_cos(double x);             /* likewise */
double attention_math_power(double a, double b); /* a^b, a > 0 and normal; relative error ≤ 1e-14
                                                    where |b ln a| ≤ 20 */

/* In double, for the comparisons. */
double
attention_math_log_double(double a); /* ln a, a > 0 and normal; error ≤ 4e-16 · max(1, |ln a|) */
double attention_math_exp_double(double x); /* e^x, x ≤ 700; relative error ≤ 1e-15; 0 below −700 */
double attention_math_sqrt_double(double x); /* √x, correctly rounded */
/* base^(2i/d), by which a position is divided to give the angle of columns 2i and 2i + 1; base 0 means
 * 10000. Vaswani et al. 2017, section 3.5. */
double attention_math_period(double base, size_t column, size_t d);

bool attention_math_is_finite(float x);
/* The index of the first number that is ∞ or NaN; count when all are finite. */
size_t attention_math_find_nonfinite(const float *x, size_t count);

#endif

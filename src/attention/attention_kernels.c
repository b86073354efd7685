#include "attention_kernels.h"

#include "attention.h"
#include "attention_kernels_tables.h"
#include "attention_math.h"
#include "attention_math_inline.h"

#ifdef ATTENTION_HAS_VECTOR_KERNELS
static bool can_run_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}
#endif

const struct attention_kernels *attention_kernels_of(enum attention_kernels_choice choice) {
    switch (choice) {
    case ATTENTION_KERNELS_PLAIN:
        return &attention_kernels_plain;
#ifdef ATTENTION_HAS_VECTOR_KERNELS
    case ATTENTION_KERNELS_SSE2:
        return &attention_kernels_sse2;
    case ATTENTION_KERNELS_AVX2:
        return __builtin_cpu_supports("avx2") ? &attention_kernels_avx2 : NULL;
    case ATTENTION_KERNELS_AVX512:
        return can_run_avx512() ? &attention_kernels_avx512 : NULL;
    case ATTENTION_KERNELS_BEST:
        if (can_run_avx512()) return &attention_kernels_avx512;
        return __builtin_cpu_supports("avx2") ? &attention_kernels_avx2 : &attention_kernels_sse2;
#else
    case ATTENTION_KERNELS_BEST:
        return &attention_kernels_plain;
#endif
    default:
        return NULL;
    }
}

/* The public parts. */

bool attention_kernels_exist(enum attention_kernels_choice choice) {
    return attention_kernels_of(choice) != NULL;
}

const char *attention_kernels_name(enum attention_kernels_choice choice) {
    static const char *const names[] = {"best", "plain", "sse2", "avx2", "avx512"};
    const struct attention_kernels *kernels = attention_kernels_of(choice);
    if (kernels) return kernels->name;
    return (unsigned)choice < sizeof names / sizeof *names ? names[choice] : "unknown";
}

void attention_softmax_exponentials(const float *row, size_t m, float *out, float *maximum,
                                    float *total) {
    attention_kernels_of(ATTENTION_KERNELS_BEST)->softmax_exponentials(row, m, out, maximum, total);
}

void attention_softmax(const float *row, size_t m, float *weights) {
    attention_kernels_of(ATTENTION_KERNELS_BEST)->softmax(row, m, 0, m, weights);
}

void attention_layer_norm(const float *x, size_t d, const float *gain, const float *bias,
                          float *out, float *mean, float *variance) {
    attention_kernels_of(ATTENTION_KERNELS_BEST)->layer_norm(x, d, gain, bias, out, mean, variance);
}

float attention_relu(float x) {
    return inline_relu(x);
}

float attention_gelu(float x) {
    return inline_gelu(x);
}

float attention_dot(const float *a, const float *b, size_t count) {
    float sum = 0.0f;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

void attention_sinusoids(size_t n, size_t d, double base, float *out) {
    for (size_t i = 0; i < d; i += 2) {
        const double period = attention_math_period(base, i, d);
        for (size_t pos = 0; pos < n; pos++) {
            const double angle = (double)pos / period;
            out[pos * d + i] = (float)attention_math_sin(angle);
            if (i + 1 < d) out[pos * d + i + 1] = (float)attention_math_cos(angle);
        }
    }
}

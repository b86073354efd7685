/* bench_peak.h: how many multiplications and additions per second this processor can do at all, for
 * each kind of vector: fused (FMA), which our kernels do not use, and one after the other, which is
 * the most that they can reach. */
#ifndef TESTS_BENCH_PEAK_H
#define TESTS_BENCH_PEAK_H

#include "attention/attention_pool.h"
#include "bench.h"

enum { PEAK_A = 4, PEAK_B = 2, PEAK_STEPS = 2000000, PEAK_RUNS = 7, PEAK_MOST_THREADS = 16 };

struct peak {
    double fused, two; /* GFLOP/s: FMA, and a multiplication and then an addition; 0: not here */
};

struct peak_task {
    float (*function)(void);
    float kept[PEAK_MOST_THREADS];
};

static inline void peak_part(void *context, size_t part) {
    struct peak_task *task = context;
    task->kept[part] = task->function();
}

/* GFLOP/s of `threads` threads at once, the best of some runs; width: floats of a vector. */
static inline double peak_measure(struct attention_pool *pool, int threads, float (*function)(void),
                                  int width) {
    struct peak_task task = {.function = function};
    double times[PEAK_RUNS];
    for (int i = -1; i < PEAK_RUNS; i++) {
        const double start = bench_worked_ms(threads);
        attention_pool_run(pool, peak_part, &task, (size_t)threads);
        if (i >= 0) times[i] = bench_worked_ms(threads) - start;
    }
    bench_median(times, PEAK_RUNS);
    return 2.0 * PEAK_A * PEAK_B * width * PEAK_STEPS * threads / (times[0] * 1e6);
}

#if defined(__x86_64__)
#include <immintrin.h>

/* PEAK_A × PEAK_B sums of products that the compiler can neither drop nor share: it does not know
 * what a and b are. STEP(sum, a, b) gives the new sum. */
#define PEAK_FUNCTION(function_name, isa, vector, set1, STEP)                                      \
    __attribute__((target(isa), noinline)) static float function_name(void) {                      \
        vector sums[PEAK_A][PEAK_B], a[PEAK_A], b[PEAK_B];                                         \
        for (int i = 0; i < PEAK_A; i++) {                                                         \
            a[i] = set1(1.0f + (float)i * 1e-7f);                                                  \
            for (int j = 0; j < PEAK_B; j++)                                                       \
                sums[i][j] = set1(0.0f);                                                           \
        }                                                                                          \
        for (int j = 0; j < PEAK_B; j++)                                                           \
            b[j] = set1(1e-3f * (float)(j + 1));                                                   \
        for (int i = 0; i < PEAK_A; i++)                                                           \
            __asm__("" : "+v"(a[i]));                                                              \
        for (int step = 0; step < PEAK_STEPS; step++) {                                            \
            __asm__ volatile("" : "+v"(b[0]), "+v"(b[1]));                                         \
            _Pragma("GCC unroll 8") for (int i = 0; i < PEAK_A; i++) {                             \
                _Pragma("GCC unroll 8") for (int j = 0; j < PEAK_B; j++) sums[i][j] =              \
                    STEP(sums[i][j], a[i], b[j]);                                                  \
            }                                                                                      \
        }                                                                                          \
        float total = 0.0f;                                                                        \
        for (int i = 0; i < PEAK_A; i++) {                                                         \
            for (int j = 0; j < PEAK_B; j++) {                                                     \
                float lanes[sizeof(vector) / sizeof(float)];                                       \
                memcpy(lanes, &sums[i][j], sizeof lanes);                                          \
                total += lanes[0];                                                                 \
            }                                                                                      \
        }                                                                                          \
        return total;                                                                              \
    }

#define PEAK_FUSED_128(sum, a, b) _mm_fmadd_ps(a, b, sum)
#define PEAK_FUSED_256(sum, a, b) _mm256_fmadd_ps(a, b, sum)
#define PEAK_FUSED_512(sum, a, b) _mm512_fmadd_ps(a, b, sum)
#define PEAK_TWO_128(sum, a, b)   _mm_add_ps(sum, _mm_mul_ps(a, b))
#define PEAK_TWO_256(sum, a, b)   _mm256_add_ps(sum, _mm256_mul_ps(a, b))
#define PEAK_TWO_512(sum, a, b)   _mm512_add_ps(sum, _mm512_mul_ps(a, b))

PEAK_FUNCTION(peak_fused_128, "fma", __m128, _mm_set1_ps, PEAK_FUSED_128)
PEAK_FUNCTION(peak_fused_256, "avx2,fma", __m256, _mm256_set1_ps, PEAK_FUSED_256)
PEAK_FUNCTION(peak_fused_512, "avx512f", __m512, _mm512_set1_ps, PEAK_FUSED_512)
PEAK_FUNCTION(peak_two_128, "sse2", __m128, _mm_set1_ps, PEAK_TWO_128)
PEAK_FUNCTION(peak_two_256, "avx2", __m256, _mm256_set1_ps, PEAK_TWO_256)
PEAK_FUNCTION(peak_two_512, "avx512f", __m512, _mm512_set1_ps, PEAK_TWO_512)
#endif

/* Of vectors of that many bits, on `threads` threads at once. */
static inline struct peak peak_of(struct attention_pool *pool, int threads, int bits) {
    struct peak peak = {0.0, 0.0};
#if defined(__x86_64__)
    const bool has_fma = __builtin_cpu_supports("fma");
    if (bits == 128) {
        peak.two = peak_measure(pool, threads, peak_two_128, 4);
        if (has_fma) peak.fused = peak_measure(pool, threads, peak_fused_128, 4);
    } else if (bits == 256 && __builtin_cpu_supports("avx2")) {
        peak.two = peak_measure(pool, threads, peak_two_256, 8);
        if (has_fma) peak.fused = peak_measure(pool, threads, peak_fused_256, 8);
    } else if (bits == 512 && __builtin_cpu_supports("avx512f")) {
        peak.two = peak_measure(pool, threads, peak_two_512, 16);
        peak.fused = peak_measure(pool, threads, peak_fused_512, 16);
    }
#else
    (void)pool;
    (void)threads;
    (void)bits;
#endif
    return peak;
}

#endif

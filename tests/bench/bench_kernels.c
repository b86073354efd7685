/* bench_kernels.c: the kernels of library attention against what this processor can do. Run by
 * hand. Needs no window; built with HEADWAY_APP=OFF as well. */
#include <stdbool.h>
#include <stdint.h>

#include "attention/attention_kernels.h"
#include "attention/attention_memory.h"
#include "attention/attention_pool.h"
#include "bench.h"
#include "bench_peak.h"

enum { TABLES = 4, MOST_THREADS = 2 };

static const enum attention_kernels_choice choices[TABLES] = {
    ATTENTION_KERNELS_PLAIN, ATTENTION_KERNELS_SSE2, ATTENTION_KERNELS_AVX2,
    ATTENTION_KERNELS_AVX512};

/* The same for every run; small enough that nothing overflows and nothing is subnormal. */
static float *numbers(size_t count) {
    const struct attention_allocator memory = attention_memory_allocator(NULL);
    float *x = memory.allocate(memory.context, count * sizeof *x);
    if (!x) bench_fail("memory", "none");
    uint32_t random = 1;
    for (size_t i = 0; i < count; i++) {
        random = random * 1664525u + 1013904223u;
        x[i] = (float)(random >> 8) / 16777216.0f - 0.5f;
    }
    return x;
}

/* ---- peaks ---- */

static void measure_peaks(struct attention_pool *const pools[]) {
    static const char *const names[TABLES] = {"", "128 bits", "256 bits", "512 bits"};
    printf("Peak, GFLOP/s (best of %d)      fused   multiply, then add   share\n", PEAK_RUNS);
    for (int threads = 1; threads <= MOST_THREADS; threads++) {
        for (int i = 1; i < TABLES; i++) {
            if (!attention_kernels_of(choices[i])) continue;
            const struct peak rate = peak_of(pools[threads - 1], threads, 64 << i);
            printf("  %s, %d thread%s %16.1f %20.1f %7.2f\n", names[i], threads,
                   threads > 1 ? "s" : " ", rate.fused, rate.two,
                   rate.fused > 0.0 ? rate.two / rate.fused : 0.0);
        }
    }
}

/* ---- products ---- */

struct shape {
    const char *name;
    size_t count, rows, columns, depth; /* count products, one after the other */
    bool is_weight;                     /* B is [columns, depth], else [depth, columns] */
};

struct product_task {
    const struct attention_kernels *kernels;
    const struct shape *shape;
    const float *a, *b;
    float *c;
    size_t parts; /* of one product: ranges of rows */
};

static void product_part(void *context, size_t part) {
    const struct product_task *task = context;
    const struct shape *s = task->shape;
    const size_t which = part / task->parts, rows = s->rows / task->parts;
    const size_t first = part % task->parts * rows;
    task->kernels->product(&(struct attention_product){
        .rows = rows,
        .columns = s->columns,
        .depth = s->depth,
        .a = task->a + which * s->rows * s->depth + first * s->depth,
        .a_stride = s->depth,
        .b = task->b + which * s->columns * s->depth,
        .b_depth_stride = s->is_weight ? 1 : s->columns,
        .b_column_stride = s->is_weight ? s->depth : 1,
        .c = task->c + which * s->rows * s->columns + first * s->columns,
        .c_stride = s->columns});
}

/* Milliseconds of the best of some runs, each of them long enough to be timed. */
static double product_measure(struct attention_pool *pool, struct product_task *task) {
    const struct shape *s = task->shape;
    const double work = 2.0 * (double)(s->count * s->rows * s->columns) * (double)s->depth;
    const int repeats = work < 2e7 ? (int)(2e7 / work) + 1 : 1;
    double times[BENCH_RUNS];
    const int runs = work > 1e9 ? 5 : BENCH_RUNS;
    for (int i = -1; i < runs; i++) {
        const double start = bench_now_ms();
        for (int r = 0; r < repeats; r++)
            attention_pool_run(pool, product_part, task, s->count * task->parts);
        if (i >= 0) times[i] = (bench_now_ms() - start) / repeats;
    }
    bench_median(times, (size_t)runs);
    return times[0];
}

static void measure_products(struct attention_pool *const pools[]) {
    static const struct shape shapes[] = {
        {"16 x 16 x 8, weights", 1, 16, 16, 8, true},
        {"16 x 8 x 16, values", 1, 16, 8, 16, false},
        {"16 x 32 x 32, weights", 1, 16, 32, 32, true},
        {"1 x 768 x 768, weights", 1, 1, 768, 768, true},
        {"64 x 64 x 64, weights", 1, 64, 64, 64, true},
        {"128 x 768 x 768, weights", 1, 128, 768, 768, true},
        {"1024 x 768 x 768, values", 1, 1024, 768, 768, false},
        {"1024 x 768 x 768, weights", 1, 1024, 768, 768, true},
        {"1024 x 3072 x 768, weights", 1, 1024, 3072, 768, true},
        {"1024 x 768 x 3072, weights", 1, 1024, 768, 3072, true},
        {"12 q k: 1024 x 1024 x 64", 12, 1024, 1024, 64, true},
        {"12 A V: 1024 x 64 x 1024", 12, 1024, 64, 1024, false},
    };
    float *a = numbers(12u * 1024 * 1024), *b = numbers(3072u * 1024 * 3);
    float *c = numbers(12u * 1024 * 1024);
    printf("\nProduct (rows x columns x depth)  threads");
    for (int t = 0; t < TABLES; t++) {
        if (attention_kernels_of(choices[t]))
            printf("%10s", attention_kernels_of(choices[t])->name);
    }
    printf("   GFLOP/s, and of the best: us, share of multiply-then-add, of fused\n");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (int threads = 1; threads <= MOST_THREADS; threads++) {
            const struct shape *s = &shapes[i];
            const double work = 2.0 * (double)(s->count * s->rows * s->columns) * (double)s->depth;
            if (threads > 1 && work < 1e8) continue;
            printf("  %-32s %5d", s->name, threads);
            double ms = 0.0;
            int best = 0;
            for (int t = 0; t < TABLES; t++) {
                struct product_task task = {attention_kernels_of(choices[t]), s, a, b, c, 1};
                if (!task.kernels) continue;
                if (threads > 1) task.parts = 4;
                ms = product_measure(pools[threads - 1], &task);
                best = t;
                printf("%10.1f", work / ms / 1e6);
            }
            /* Measured beside it: clocks of shared machines drift. */
            const struct peak peak = peak_of(pools[threads - 1], threads, 64 << best);
            const double rate = work / ms / 1e6;
            printf("%12.3f", ms * 1e3);
            if (peak.two > 0.0) printf("%7.2f", rate / peak.two);
            if (peak.fused > 0.0) printf("%7.2f", rate / peak.fused);
            printf("\n");
        }
    }
    free(a);
    free(b);
    free(c);
}

/* ---- rows ---- */

typedef void array_function(const float *x, size_t count, float *out);

static double array_ns(array_function *function, const float *x, size_t count, float *out) {
    double times[BENCH_RUNS];
    for (int i = -1; i < BENCH_RUNS; i++) {
        const double start = bench_now_ms();
        for (int r = 0; r < 200; r++)
            function(x, count, out);
        if (i >= 0) times[i] = bench_now_ms() - start;
    }
    bench_median(times, BENCH_RUNS);
    return times[0] * 1e6 / 200.0 / (double)count;
}

enum { HEADS = 12, N = 1024 };

enum row_work { ROWS_SOFTMAX, ROWS_SOFTMAX_CAUSAL, ROWS_SCALE_8, ROWS_SCALE_7, ROWS_NONFINITE };

static double rows_ms(const struct attention_kernels *kernels, enum row_work work, const float *x,
                      float *out) {
    double times[BENCH_RUNS];
    for (int i = -1; i < BENCH_RUNS; i++) {
        const double start = bench_now_ms();
        for (size_t row = 0; row < HEADS * N; row++) {
            const float *from = x + row * N;
            float *to = out + row * N;
            const struct attention_row_mask mask = {NULL, 0, N};
            switch (work) {
            case ROWS_SOFTMAX:
                kernels->softmax(from, N, 0, N, to);
                break;
            case ROWS_SOFTMAX_CAUSAL:
                kernels->softmax(from, N, 0, row % N + 1, to);
                break;
            case ROWS_SCALE_8:
                kernels->scale_row(from, N, 8.0f, &mask, to);
                break;
            case ROWS_SCALE_7:
                kernels->scale_row(from, N, 7.0f, &mask, to);
                break;
            default:
                if (kernels->find_nonfinite(from, N) != N) bench_fail("row", "not finite");
            }
        }
        if (i >= 0) times[i] = bench_now_ms() - start;
    }
    bench_median(times, BENCH_RUNS);
    return times[0];
}

static void measure_rows(void) {
    static const char *const names[] = {"softmax", "causal", "scale by 8", "scale by 7",
                                        "find_nonfinite"};
    float *x = numbers((size_t)HEADS * N * N), *out = numbers((size_t)HEADS * N * N);
    printf("\nns per number       exp      tanh      gelu   |   ms for %d x %d x %d:", HEADS, N, N);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        printf("%12s", names[i]);
    printf("\n");
    for (int t = 0; t < TABLES; t++) {
        const struct attention_kernels *kernels = attention_kernels_of(choices[t]);
        if (!kernels) continue;
        printf("  %-10s %10.3f%10.3f%10.3f   |%27s", kernels->name,
               array_ns(kernels->exp, x, 4096, out), array_ns(kernels->tanh, x, 4096, out),
               array_ns(kernels->gelu, x, 4096, out), "");
        for (int work = ROWS_SOFTMAX; work <= ROWS_NONFINITE; work++)
            printf("%12.2f", rows_ms(kernels, (enum row_work)work, x, out));
        printf("\n");
    }
    free(x);
    free(out);
}

int main(void) {
    struct attention_pool *pools[MOST_THREADS] = {NULL, attention_pool_new(MOST_THREADS, NULL)};
    if (!pools[1]) bench_fail("pool", "no memory");
    measure_peaks(pools);
    measure_products(pools);
    measure_rows();
    attention_pool_free(pools[1]);
    return 0;
}

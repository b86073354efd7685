/* bench_attention.c: whole passes of library attention, everything recorded: how long they take,
 * which share of this processor's peak that is, and how much memory. Run by hand. Needs no window;
 * built with HEADWAY_APP=OFF as well. bench_torch.py times the same passes against numpy and
 * PyTorch. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "attention/attention.h"
#include "attention/attention_memory.h"
#include "bench_peak.h"

enum { MOST_BLOCKS = 8, MOST_ROUNDS = 41, ROUNDS = 5, BATCH_MS = 2, CASE_MS = 1500 };

/* ---- memory that is counted ---- */

struct counter {
    struct attention_allocator memory;
    struct {
        void *address;
        size_t bytes;
    } blocks[MOST_BLOCKS];
    size_t held, most, allocations;
};

static void *counter_allocate(void *context, size_t bytes) {
    struct counter *counter = context;
    size_t i = 0;
    while (i < MOST_BLOCKS && counter->blocks[i].address)
        i++;
    if (i == MOST_BLOCKS) bench_fail("memory", "more blocks than a trace has");
    counter->blocks[i].address = counter->memory.allocate(counter->memory.context, bytes);
    if (!counter->blocks[i].address) bench_fail("memory", "none left");
    counter->blocks[i].bytes = bytes;
    counter->held += bytes;
    counter->allocations++;
    if (counter->held > counter->most) counter->most = counter->held;
    return counter->blocks[i].address;
}

static void counter_release(void *context, void *address) {
    struct counter *counter = context;
    for (size_t i = 0; address && i < MOST_BLOCKS; i++) {
        if (counter->blocks[i].address != address) continue;
        counter->blocks[i].address = NULL;
        counter->held -= counter->blocks[i].bytes;
    }
    counter->memory.release(counter->memory.context, address);
}

/* ---- passes ---- */

struct shape {
    const char *name;
    size_t n;
    struct attention_config config;
};

/* The heads alone: rows of 16 numbers make queries, keys and values of full size, so that what is
 * done beside the heads is a twentieth of the work. */
#define LAYER(d, h, k, ff)                                                                         \
    {                                                                                              \
        .d_model = (d), .layers = 1, .heads = (h), .d_k = (k), .d_v = (k), .d_ff = (ff),           \
        .norm = (ff) > 0 ? ATTENTION_NORM_POST : ATTENTION_NORM_NONE,                              \
        .activation = ATTENTION_ACTIVATION_GELU                                                    \
    }
static const struct shape shapes[] = {
    {"heads, n = 1024, h = 12, d_k = 64", 1024, LAYER(16, 12, 64, 0)},
    {"layer, n = 1024, d = 768, h = 12, d_ff = 3072", 1024, LAYER(768, 12, 64, 3072)},
    {"layer, n = 128, d = 768, h = 12, d_ff = 3072", 128, LAYER(768, 12, 64, 3072)},
    {"layer, n = 64, d = 64, h = 8, d_ff = 256", 64, LAYER(64, 8, 8, 256)},
    {"layer, n = 16, d = 32, h = 4, d_ff = 128", 16, LAYER(32, 4, 8, 128)},
};

/* Multiplications and additions of the products; softmax, norms and the activation are not counted.
 */
static double shape_flops(const struct shape *shape) {
    const struct attention_config *c = &shape->config;
    const double n = (double)shape->n, d = c->d_model;
    const double keys = (double)c->heads * c->d_k, values = (double)c->heads * c->d_v;
    return 2.0 * n * (d * (2.0 * keys + 2.0 * values) + n * (keys + values) + 2.0 * d * c->d_ff);
}

/* About the normal distribution: the sum of four. */
static float *numbers(uint32_t *random, size_t count, float size) {
    float *x = malloc(count * sizeof *x);
    if (!x) bench_fail("memory", "none left");
    for (size_t i = 0; i < count; i++) {
        float sum = -2.0f;
        for (int k = 0; k < 4; k++) {
            *random = *random * 1664525u + 1013904223u;
            sum += (float)(*random >> 8) / 16777216.0f;
        }
        x[i] = sum * 1.7320508f * size;
    }
    return x;
}

static void layer_make(struct attention_layer_weights *layer, const struct attention_config *c) {
    const size_t d = (size_t)c->d_model, d_ff = (size_t)c->d_ff;
    const size_t keys = (size_t)(c->heads * c->d_k), values = (size_t)(c->heads * c->d_v);
    const float size = 1.0f / sqrtf((float)d);
    uint32_t random = 2017;
    *layer = (struct attention_layer_weights){
        .q_weight = numbers(&random, keys * d, size),
        .q_bias = numbers(&random, keys, 0.1f),
        .k_weight = numbers(&random, keys * d, size),
        .k_bias = numbers(&random, keys, 0.1f),
        .v_weight = numbers(&random, values * d, size),
        .v_bias = numbers(&random, values, 0.1f),
        .o_weight = numbers(&random, d * values, size),
        .o_bias = numbers(&random, d, 0.1f),
    };
    if (d_ff == 0) return;
    layer->norm1_weight = numbers(&random, d, 1.0f);
    layer->norm1_bias = numbers(&random, d, 0.1f);
    layer->norm2_weight = numbers(&random, d, 1.0f);
    layer->norm2_bias = numbers(&random, d, 0.1f);
    layer->up_weight = numbers(&random, d_ff * d, size);
    layer->up_bias = numbers(&random, d_ff, 0.1f);
    layer->down_weight = numbers(&random, d * d_ff, 1.0f / sqrtf((float)d_ff));
    layer->down_bias = numbers(&random, d, 0.1f);
}

static void layer_free(struct attention_layer_weights *layer) {
#define X(NAME, member, file, letters) free((void *)(uintptr_t)layer->member);
    ATTENTION_LAYER_WEIGHTS(X)
#undef X
}

struct subject {
    const struct shape *shape;
    struct attention_layer_weights layer;
    struct attention_weights weights;
    struct attention_input input;
    struct attention_options options;
    struct counter counter;
    struct attention_trace *trace;
};

static void subject_pass(struct subject *s) {
    struct attention_error error;
    if (attention_pass(s->trace, &s->weights, &s->options, &s->input, &error) != ATTENTION_OK)
        bench_fail(s->shape->name, error.text);
}

/* Milliseconds of one pass, sorted; returns how many were timed. Short passes are timed in batches.
 */
static size_t subject_measure(struct subject *s, double times[MOST_ROUNDS]) {
    const int threads = attention_pool_threads(s->options.pool);
    double start = bench_worked_ms(threads);
    int warm = 0;
    do {
        subject_pass(s);
        warm++;
    } while (warm < 3 || bench_worked_ms(threads) - start < BATCH_MS);
    const double once = (bench_worked_ms(threads) - start) / warm;
    const int batch = once < BATCH_MS ? (int)(BATCH_MS / once) + 1 : 1;
    size_t rounds = 0;
    start = bench_worked_ms(threads);
    while (rounds < MOST_ROUNDS &&
           (rounds < ROUNDS || bench_worked_ms(threads) - start < CASE_MS)) {
        const double from = bench_worked_ms(threads);
        for (int i = 0; i < batch; i++)
            subject_pass(s);
        times[rounds++] = (bench_worked_ms(threads) - from) / batch;
    }
    bench_median(times, rounds);
    return rounds;
}

/* ---- the table ---- */

/* Of the widest vectors that the kernels use here. */
static struct peak peak_widest(struct attention_pool *pool, int threads) {
    if (attention_kernels_exist(ATTENTION_KERNELS_AVX512)) return peak_of(pool, threads, 512);
    if (attention_kernels_exist(ATTENTION_KERNELS_AVX2)) return peak_of(pool, threads, 256);
    return peak_of(pool, threads, 128);
}

static void line_print(const struct subject *s, int threads, const double *times, size_t rounds,
                       const struct peak *peak) {
    const double ms = times[rounds / 2], rate = shape_flops(s->shape) / (ms * 1e6);
    printf("  %-46s %-7s %d %11.1f %11.1f %8.1f", s->shape->name,
           attention_kernels_name(s->options.kernels), threads, ms * 1e3, times[0] * 1e3, rate);
    if (peak->two > 0.0) printf("%7.2f", rate / peak->two);
    if (peak->fused > 0.0) printf("%7.2f", rate / peak->fused);
    printf("\n");
}

static void memory_print(struct subject *s) {
    size_t bytes = 0;
    struct attention_error error;
    if (attention_pass_bytes(&s->weights.config, &s->options, &s->input, &bytes, &error) !=
        ATTENTION_OK)
        bench_fail(s->shape->name, error.text);
    const size_t first = s->counter.most; /* of the first pass: one block and the trace itself */
    const size_t allocations = s->counter.allocations;
    subject_pass(s);
    const size_t second = s->counter.most, made = s->counter.allocations - allocations;
    for (int i = 0; i < 10; i++)
        subject_pass(s);
    printf("  %-46s %14zu %14zu %9.4f %14zu %9.4f %6zu %6zu\n", s->shape->name, bytes, first,
           (double)first / (double)bytes, second, (double)second / (double)bytes, made,
           s->counter.allocations - allocations - made);
}

static void subject_open(struct subject *s, const struct shape *shape, float *embedding) {
    *s = (struct subject){.shape = shape, .weights = {.config = shape->config}};
    layer_make(&s->layer, &shape->config);
    s->weights.layers = &s->layer;
    s->input = (struct attention_input){.embedding = embedding, .n = shape->n};
    s->counter.memory = attention_memory_allocator(NULL);
    s->trace = attention_trace_new(
        &(struct attention_allocator){counter_allocate, counter_release, &s->counter});
    if (!s->trace) bench_fail(shape->name, "no memory");
}

static void subject_close(struct subject *s) {
    attention_trace_free(s->trace);
    if (s->counter.held != 0) bench_fail(s->shape->name, "memory is still held");
    layer_free(&s->layer);
}

static void measure_time(float *embedding, struct attention_pool *const pools[2]) {
    static const enum attention_kernels_choice choices[] = {
        ATTENTION_KERNELS_AVX512, ATTENTION_KERNELS_AVX2, ATTENTION_KERNELS_SSE2,
        ATTENTION_KERNELS_PLAIN};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (size_t k = 0; k < sizeof choices / sizeof *choices; k++) {
            if (!attention_kernels_exist(choices[k])) continue;
            if (choices[k] == ATTENTION_KERNELS_PLAIN && shape_flops(&shapes[i]) > 1e9 &&
                attention_kernels_exist(ATTENTION_KERNELS_SSE2))
                continue; /* seconds, and nobody's choice here */
            for (int threads = 1; threads <= 2; threads++) {
                struct subject s;
                double times[MOST_ROUNDS];
                const struct peak peak = peak_widest(pools[threads - 1], threads);
                subject_open(&s, &shapes[i], embedding);
                s.options.kernels = choices[k];
                s.options.pool = pools[threads - 1];
                const size_t rounds = subject_measure(&s, times);
                line_print(&s, threads, times, rounds, &peak);
                subject_close(&s);
            }
        }
    }
}

int main(void) {
    uint32_t random = 1;
    float *embedding = numbers(&random, 1024u * 768, 1.0f);
    struct attention_pool *pools[2] = {NULL, attention_pool_new(2, NULL)};
    if (attention_pool_threads(pools[1]) != 2) bench_fail("pool", "no second thread");
    for (int threads = 1; threads <= 2; threads++) {
        const struct peak peak = peak_widest(pools[threads - 1], threads);
        printf("peak of the widest vectors, %d thread%s: %.1f GFLOP/s fused, %.1f multiplying and "
               "then adding\n",
               threads, threads > 1 ? "s" : "", peak.fused, peak.two);
    }
    printf("\npass, everything recorded %23s kernels threads   us median     us best  GFLOP/s  "
           "share of both peaks:"
           " two steps, fused\n",
           "");
    measure_time(embedding, pools);
    printf("\nmemory, bytes %36s trace block     first pass  / block  second pass on  / block  "
           "allocations: second "
           "pass, ten more\n",
           "");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct subject s;
        subject_open(&s, &shapes[i], embedding);
        s.options.pool = pools[1];
        subject_pass(&s);
        memory_print(&s);
        subject_close(&s);
    }
    attention_pool_free(pools[1]);
    free(embedding);
    return 0;
}

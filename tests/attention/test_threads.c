/* Passes in many threads at once, each with a trace of its own, some with a pool of their own:
 * every one has the bits that it has alone. Nothing is shared but models, which passes only read.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support_model.h"

enum { CASES = 24, THREADS = 8, ROUNDS = 3 };

/* Long, wide and with every row of the kernels' blocks; the rest is drawn at random. */
static void case_make(struct test_case *c, struct test_random *random, int index) {
    const struct attention_config wide = {.d_model = 96,
                                          .layers = 2,
                                          .heads = 4,
                                          .d_k = 24,
                                          .d_v = 24,
                                          .d_ff = 200,
                                          .position = ATTENTION_POSITION_SINUSOIDAL,
                                          .activation = ATTENTION_ACTIVATION_GELU};
    if (index % 8 == 0) {
        test_case_make(c, &wide, random, 150 + (size_t)index);
    } else {
        test_case_any(c, random, 48, 48);
    }
}

struct worker {
    pthread_t thread;
    const struct test_case *cases; /* [CASES], shared: a pass writes to none of them */
    const uint64_t *hashes;        /* [CASES], of passes made alone */
    size_t first;                  /* where it starts, so that all are somewhere else */
    struct attention_pool *pool;   /* its own, or NULL */
    size_t passes, different, refused;
};

static void *worker_run(void *context) {
    struct worker *worker = context;
    struct attention_trace *trace = attention_trace_new(NULL);
    for (size_t i = 0; trace && i < (size_t)ROUNDS * CASES; i++) {
        const size_t index = (worker->first + i) % CASES;
        const struct test_case *c = &worker->cases[index];
        struct attention_options options = c->options;
        options.pool = worker->pool;
        if (attention_pass(trace, &c->model.weights, &options, &c->input, NULL) != ATTENTION_OK)
            worker->refused++;
        if (test_trace_hash(trace) != worker->hashes[index]) worker->different++;
        worker->passes++;
    }
    attention_trace_free(trace);
    return NULL;
}

static void workers_run(const struct test_case *cases, const uint64_t *hashes, bool has_pools) {
    struct worker workers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] =
            (struct worker){.cases = cases, .hashes = hashes, .first = i * CASES / THREADS};
        if (has_pools && i % 2) workers[i].pool = attention_pool_new(1 + (int)i % 4, NULL);
    }
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    for (size_t i = 0; i < THREADS; i++) {
        attention_pool_free(workers[i].pool);
        assert_int_equal(workers[i].passes, ROUNDS * CASES);
        assert_int_equal(workers[i].refused, 0);
        assert_int_equal(workers[i].different, 0);
    }
}

static void test_passes_at_once(void **state) {
    (void)state;
    struct test_case cases[CASES];
    uint64_t hashes[CASES];
    struct test_random random = {2017};
    struct attention_trace *trace = attention_trace_new(NULL);
    assert_non_null(trace);
    for (int i = 0; i < CASES; i++) {
        case_make(&cases[i], &random, i);
        test_case_pass(&cases[i], trace);
        hashes[i] = test_trace_hash(trace);
        for (int j = 0; j < i; j++)
            assert_true(hashes[j] != hashes[i]);
    }
    attention_trace_free(trace);
    workers_run(cases, hashes, false);
    workers_run(cases, hashes, true);
    for (int i = 0; i < CASES; i++)
        test_case_free(&cases[i]);
}

/* One trace, read by all: explanations, shares and tensors of a finished pass change nothing in it.
 */
struct reader {
    pthread_t thread;
    const struct attention_trace *trace;
    const struct test_case *c;
    uint64_t hash;
    size_t different;
};

static void *reader_run(void *context) {
    struct reader *reader = context;
    const struct attention_config *config = attention_trace_config(reader->trace);
    const size_t n = attention_trace_tokens(reader->trace);
    const size_t m = attention_trace_keys(reader->trace), d = (size_t)config->d_model;
    float *numbers = malloc(n * (m > d ? m : d) * sizeof *numbers);
    for (int round = 0; numbers && round < 20; round++) {
        for (int head = 0; head < config->heads; head++) {
            attention_trace_head_share(reader->trace, &reader->c->model.weights, 0, head, numbers);
            attention_trace_value_weighted(reader->trace, 0, head, numbers);
        }
        if (test_trace_hash(reader->trace) != reader->hash) reader->different++;
    }
    if (!numbers) reader->different++;
    free(numbers);
    return NULL;
}

static void test_readers_at_once(void **state) {
    (void)state;
    struct test_case c;
    struct test_random random = {1762};
    struct attention_trace *trace = attention_trace_new(NULL);
    case_make(&c, &random, 0);
    test_case_pass(&c, trace);
    const uint64_t hash = test_trace_hash(trace);
    struct reader readers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        readers[i] = (struct reader){.trace = trace, .c = &c, .hash = hash};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, reader_run, &readers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        assert_int_equal(readers[i].different, 0);
    }
    attention_trace_free(trace);
    test_case_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes_at_once),
        cmocka_unit_test(test_readers_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

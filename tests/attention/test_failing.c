/* The explaining and comparing halves of the library with every allocation made to fail in turn: a
 * status, a sentence, no leak, the trace as it was, and the same answer once there is memory again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attention/attention_compare.h"
#include "attention/attention_explain.h"
#include "support_allocator.h"
#include "support_model.h"

enum { N = 6, D = 8, MOST_ALLOCATIONS = 200 };

/* A pass of one layer, with edits and a mask, and room for an answer. */
struct bench {
    struct test_case c;
    struct attention_trace *trace;
    float answer[N * N];
    uint8_t reach[N * N];
    double mean[2];
};

static void bench_make(struct bench *bench, enum attention_similarity similarity) {
    struct test_random random = {11};
    const struct attention_config config = {.d_model = D,
                                            .layers = 2,
                                            .heads = 2,
                                            .d_k = 4,
                                            .d_v = 3,
                                            .d_ff = 12,
                                            .similarity = similarity,
                                            .position = ATTENTION_POSITION_SINUSOIDAL,
                                            .activation = ATTENTION_ACTIVATION_GELU};
    memset(bench, 0, sizeof *bench);
    test_case_make(&bench->c, &config, &random, N);
    test_case_add_mask(&bench->c, &random, ATTENTION_MASK_CAUSAL);
    test_case_add_edits(&bench->c, &random, 2);
    bench->trace = attention_trace_new(NULL);
    test_case_pass(&bench->c, bench->trace);
}

static void bench_free(struct bench *bench) {
    attention_trace_free(bench->trace);
    test_case_free(&bench->c);
}

/* One call with that allocator; its answer goes into the bench. */
typedef enum attention_status (*call)(struct bench *bench,
                                      const struct attention_allocator *allocator,
                                      struct attention_error *error);

static void expect_failures(struct bench *bench, call run) {
    const uint64_t before = test_trace_hash(bench->trace);
    struct attention_error error;
    assert_int_equal(run(bench, NULL, &error), ATTENTION_OK);
    const struct bench wanted = *bench;
    size_t fail_at = 0;
    for (;; fail_at++) {
        struct test_counter counter = {.fail_at = fail_at};
        const struct attention_allocator allocator = test_counter_allocator(&counter);
        memset(&error, 0, sizeof error);
        const enum attention_status status = run(bench, &allocator, &error);
        assert_int_equal(counter.alive, 0);
        assert_true(test_trace_hash(bench->trace) == before);
        if (counter.asked <= fail_at) {
            assert_int_equal(status, ATTENTION_OK);
            break;
        }
        assert_int_equal(status, ATTENTION_NO_MEMORY);
        assert_non_null(strstr(error.text, "memory"));
        assert_non_null(strchr(error.text, ';'));
        assert_true(fail_at < MOST_ALLOCATIONS);
    }
    assert_memory_equal(bench->answer, wanted.answer, sizeof bench->answer);
    assert_memory_equal(bench->reach, wanted.reach, sizeof bench->reach);
    assert_memory_equal(bench->mean, wanted.mean, sizeof bench->mean);
}

/* The last number of every tensor that there is. */
static enum attention_status explain_all(struct bench *bench,
                                         const struct attention_allocator *allocator,
                                         struct attention_error *error) {
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        const int layer = attention_tensor_is_per_layer(id) ? 1 : 0;
        const struct attention_tensor tensor =
            attention_trace_tensor(bench->trace, (enum attention_tensor_id)id, layer);
        if (!tensor.data) continue;
        struct attention_arithmetic arithmetic;
        const enum attention_status status =
            attention_explain(bench->trace, &bench->c.model.weights, id, layer,
                              test_tensor_count(&tensor) - 1, allocator, &arithmetic, error);
        if (status != ATTENTION_OK) {
            assert_null(arithmetic.terms);
            assert_null(arithmetic.group_sums);
            assert_int_equal(arithmetic.count, 0);
        }
        attention_arithmetic_free(&arithmetic);
        attention_arithmetic_free(&arithmetic);
        if (status != ATTENTION_OK) return status;
    }
    return ATTENTION_OK;
}

static enum attention_status influence(struct bench *bench,
                                       const struct attention_allocator *allocator,
                                       struct attention_error *error) {
    return attention_influence(bench->trace, &bench->c.model.weights, 1, allocator, bench->answer,
                               error);
}

static enum attention_status rnn_influence(struct bench *bench,
                                           const struct attention_allocator *allocator,
                                           struct attention_error *error) {
    float input[D * D], state[D * D];
    attention_normal_numbers(1, 0.3, D * D, input);
    attention_normal_numbers(2, 0.3, D * D, state);
    const struct attention_rnn rnn = {
        .d = D, .hidden = D, .input_weight = input, .state_weight = state};
    return attention_rnn_influence(&rnn, bench->c.embedding, N, allocator, bench->answer, error);
}

static enum attention_status reach(struct bench *bench, const struct attention_allocator *allocator,
                                   struct attention_error *error) {
    const struct attention_options options = {.mask = ATTENTION_MASK_WINDOW, .mask_size = 1};
    return attention_reach(&options, N, 3, allocator, bench->reach, error);
}

static enum attention_status mean_largest_weight(struct bench *bench,
                                                 const struct attention_allocator *allocator,
                                                 struct attention_error *error) {
    return attention_mean_largest_weight(16, 10, 20, 5, allocator, &bench->mean[0], &bench->mean[1],
                                         error);
}

static void test_every_allocation_fails_in_turn(void **state) {
    (void)state;
    for (int similarity = 0; similarity < 4; similarity++) {
        struct bench bench;
        bench_make(&bench, (enum attention_similarity)similarity);
        expect_failures(&bench, explain_all);
        expect_failures(&bench, influence);
        bench_free(&bench);
    }
    struct bench bench;
    bench_make(&bench, ATTENTION_SIMILARITY_DOT);
    expect_failures(&bench, rnn_influence);
    expect_failures(&bench, reach);
    expect_failures(&bench, mean_largest_weight);
    bench_free(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation_fails_in_turn)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

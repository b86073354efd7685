/* Every allocation made to fail in turn; what is taken is given back; the limit; the last pass
 * stays. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

/* Counts what is asked for; the one with number fail_at (from 0) is refused. */
struct counter {
    size_t asked, alive, fail_at, largest;
};

static void *counter_allocate(void *context, size_t bytes) {
    struct counter *counter = context;
    if (bytes > counter->largest) counter->largest = bytes;
    if (counter->asked++ == counter->fail_at) return NULL;
    counter->alive++;
    return malloc(bytes);
}

static void counter_release(void *context, void *memory) {
    struct counter *counter = context;
    assert_non_null(memory);
    counter->alive--;
    free(memory);
}

static struct attention_config config_small(void) {
    return (struct attention_config){.d_model = 8,
                                     .layers = 2,
                                     .heads = 2,
                                     .d_k = 4,
                                     .d_v = 4,
                                     .d_ff = 16,
                                     .position = ATTENTION_POSITION_SINUSOIDAL};
}

/* A short text, a long one, a short one, a far longer one, then short ones: the blocks grow and
 * shrink. */
static size_t passes_run(struct attention_trace *trace, const struct test_model *model,
                         const float *embedding) {
    static const size_t lengths[] = {3, 20, 3, 200, 4, 5, 6};
    size_t failures = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const uint64_t before = test_trace_hash(trace);
        const size_t tokens = attention_trace_tokens(trace);
        struct attention_error error = {""};
        const enum attention_status status =
            attention_pass(trace, &model->weights, NULL, embedding, lengths[i], &error);
        if (status == ATTENTION_OK) {
            assert_int_equal(attention_trace_tokens(trace), lengths[i]);
            assert_string_equal(error.text, "");
            continue;
        }
        failures++;
        assert_int_equal(status, ATTENTION_NO_MEMORY);
        assert_non_null(strstr(error.text, "no memory"));
        assert_int_equal(attention_trace_tokens(trace), tokens);
        assert_true(test_trace_hash(trace) == before);
    }
    return failures;
}

static void test_every_allocation_fails_in_turn(void **state) {
    (void)state;
    struct test_random random = {7};
    const struct attention_config config = config_small();
    struct test_model model;
    test_model_make(&model, &config, &random);
    float *embedding = test_embedding_make(&random, 200, 8);
    size_t fail_at = 0;
    for (;; fail_at++) {
        struct counter counter = {.fail_at = fail_at};
        const struct attention_allocator allocator = {counter_allocate, counter_release, &counter};
        struct attention_trace *trace = attention_trace_new(&allocator);
        assert_true((trace == NULL) == (fail_at == 0));
        const size_t failures = trace ? passes_run(trace, &model, embedding) : 1;
        attention_trace_free(trace);
        assert_int_equal(counter.alive, 0);
        if (failures == 0) break;
        assert_int_equal(failures, 1); /* the pass after it works again */
    }
    assert_in_range(fail_at, 5, 20);
    free(embedding);
    test_model_free(&model);
}

/* The same length again and again asks for nothing new after the two blocks exist. */
static void test_blocks_take_turns(void **state) {
    (void)state;
    struct test_random random = {8};
    const struct attention_config config = config_small();
    struct test_model model;
    test_model_make(&model, &config, &random);
    float *embedding = test_embedding_make(&random, 10, 8);
    struct counter counter = {.fail_at = SIZE_MAX};
    const struct attention_allocator allocator = {counter_allocate, counter_release, &counter};
    struct attention_trace *trace = attention_trace_new(&allocator);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(attention_pass(trace, &model.weights, NULL, embedding, 10, NULL),
                         ATTENTION_OK);
    }
    assert_int_equal(counter.asked, 3); /* the trace and two blocks */
    size_t bytes;
    assert_int_equal(attention_pass_bytes(&config, 10, &bytes, NULL), ATTENTION_OK);
    assert_int_equal(counter.largest, bytes);
    attention_trace_free(trace);
    attention_trace_free(NULL);
    assert_int_equal(counter.alive, 0);
    free(embedding);
    test_model_free(&model);
}

static void test_limit_comes_before_allocation(void **state) {
    (void)state;
    struct test_random random = {9};
    const struct attention_config config = config_small();
    struct test_model model;
    test_model_make(&model, &config, &random);
    float *embedding = test_embedding_make(&random, 10, 8);
    struct counter counter = {.fail_at = SIZE_MAX};
    const struct attention_allocator allocator = {counter_allocate, counter_release, &counter};
    struct attention_trace *trace = attention_trace_new(&allocator);
    size_t bytes;
    assert_int_equal(attention_pass_bytes(&config, 10, &bytes, NULL), ATTENTION_OK);
    struct attention_options options = {.memory_limit_bytes = bytes - 1};
    struct attention_error error;
    assert_int_equal(attention_pass(trace, &model.weights, &options, embedding, 10, &error),
                     ATTENTION_TOO_LARGE);
    assert_non_null(strstr(error.text, "10 tokens takes"));
    assert_non_null(strstr(error.text, "KiB"));
    assert_int_equal(counter.asked, 1); /* the trace alone */
    options.memory_limit_bytes = bytes;
    assert_int_equal(attention_pass(trace, &model.weights, &options, embedding, 10, &error),
                     ATTENTION_OK);
    attention_trace_free(trace);
    free(embedding);
    test_model_free(&model);
}

/* Sizes at the limits are either right or too large, never wrapped round. */
static void test_huge_sizes_do_not_wrap(void **state) {
    (void)state;
    const struct attention_config config = {.d_model = ATTENTION_MAX_D,
                                            .layers = ATTENTION_MAX_LAYERS,
                                            .heads = ATTENTION_MAX_HEADS,
                                            .d_k = ATTENTION_MAX_D,
                                            .d_v = ATTENTION_MAX_D,
                                            .d_ff = 65536};
    size_t bytes;
    struct attention_error error;
    const enum attention_status status =
        attention_pass_bytes(&config, ATTENTION_MAX_TOKENS, &bytes, &error);
    const double scores = 3.0 * 4.0 * 96.0 * 64.0 * ATTENTION_MAX_TOKENS * ATTENTION_MAX_TOKENS;
    if (status == ATTENTION_OK) {
        assert_true((double)bytes > scores);
    } else {
        assert_int_equal(status, ATTENTION_TOO_LARGE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation_fails_in_turn),
        cmocka_unit_test(test_blocks_take_turns),
        cmocka_unit_test(test_limit_comes_before_allocation),
        cmocka_unit_test(test_huge_sizes_do_not_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Every allocation made to fail in turn; what is taken is given back; how much a pass takes; the
 * limit; the last pass stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_allocator.h"
#include "support_model.h"

enum { LONG = 200, D = 8 };

/* Additive, so that an edit makes the trace keep a copy of a default. */
static void case_make(struct test_case *c) {
    struct test_random random = {7};
    const struct attention_config config = {.d_model = D,
                                            .layers = 2,
                                            .heads = 2,
                                            .d_k = 4,
                                            .d_v = 4,
                                            .d_ff = 16,
                                            .similarity = ATTENTION_SIMILARITY_ADDITIVE,
                                            .position = ATTENTION_POSITION_SINUSOIDAL};
    test_case_make(c, &config, &random, LONG);
    test_case_add_context(c, &random, LONG, true);
    test_case_add_edits(c, &random, 4);
}

/* A short text, a long one, a short one, a far longer one, then short ones, some with edits: the
 * blocks grow and shrink. Returns how many were refused. */
static size_t passes_run(struct attention_trace *trace, struct test_case *c) {
    static const size_t lengths[] = {3, 20, 3, LONG, 4, 5, 6, 12};
    size_t failures = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const uint64_t before = test_trace_hash(trace);
        const size_t tokens = attention_trace_tokens(trace);
        c->input.n = lengths[i];
        c->input.m = lengths[i];
        for (size_t e = 0; e < TEST_MOST_EDITS; e++)
            c->edits[e] =
                (struct attention_edit){.tensor = ATTENTION_WEIGHT_ADDITIVE_W, .layer = 1};
        c->options.edit_count = i % 2 ? TEST_MOST_EDITS : 0;
        struct attention_error error = {""};
        const enum attention_status status =
            attention_pass(trace, &c->model.weights, &c->options, &c->input, &error);
        if (status == ATTENTION_OK) {
            assert_int_equal(attention_trace_tokens(trace), lengths[i]);
            assert_string_equal(error.text, "");
            continue;
        }
        failures++;
        assert_int_equal(status, ATTENTION_NO_MEMORY);
        assert_non_null(strstr(error.text, "no memory"));
        assert_non_null(strchr(error.text, ';'));
        assert_int_equal(attention_trace_tokens(trace), tokens);
        assert_true(test_trace_hash(trace) == before);
    }
    return failures;
}

static void test_every_allocation_of_a_pass_fails_in_turn(void **state) {
    (void)state;
    struct test_case c;
    case_make(&c);
    size_t fail_at = 0;
    for (;; fail_at++) {
        struct test_counter counter = {.fail_at = fail_at};
        const struct attention_allocator allocator = test_counter_allocator(&counter);
        struct attention_trace *trace = attention_trace_new(&allocator);
        assert_true((trace == NULL) == (fail_at == 0));
        const size_t failures = trace ? passes_run(trace, &c) : 1;
        attention_trace_free(trace);
        assert_int_equal(counter.alive, 0);
        if (failures == 0) break;
        assert_int_equal(failures, 1); /* the pass after it works again */
    }
    assert_in_range(fail_at, 5, 20);
    test_case_free(&c);
}

static void test_every_allocation_of_a_pool_fails_in_turn(void **state) {
    (void)state;
    size_t fail_at = 0;
    for (;; fail_at++) {
        struct test_counter counter = {.fail_at = fail_at};
        const struct attention_allocator allocator = test_counter_allocator(&counter);
        struct attention_pool *pool = attention_pool_new(3, &allocator);
        assert_true((pool == NULL) == (counter.asked > fail_at));
        if (pool) assert_in_range(attention_pool_threads(pool), 1, 3);
        attention_pool_free(pool);
        assert_int_equal(counter.alive, 0);
        if (pool) break;
    }
    assert_in_range(fail_at, 1, 10);
}

/* The same length again and again asks for nothing new after the two blocks exist, in one thread
 * and in two, and a block is as large as attention_pass_bytes says. */
static void test_blocks_take_turns(void **state) {
    (void)state;
    struct test_case c;
    case_make(&c);
    struct test_counter counter = {.fail_at = SIZE_MAX};
    const struct attention_allocator allocator = test_counter_allocator(&counter);
    struct attention_pool *pool = attention_pool_new(2, &allocator);
    const size_t of_pool = counter.asked;
    struct attention_trace *trace = attention_trace_new(&allocator);
    const size_t of_trace = counter.bytes;
    for (int i = 0; i < 10; i++) {
        c.options.pool = i % 2 ? pool : NULL;
        test_case_pass(&c, trace);
    }
    size_t bytes;
    assert_int_equal(counter.asked, of_pool + 3); /* the trace and two blocks */
    assert_int_equal(
        attention_pass_bytes(&c.model.weights.config, &c.options, &c.input, &bytes, NULL),
        ATTENTION_OK);
    assert_int_equal(counter.largest, bytes);
    assert_int_equal(counter.most, of_trace + 2 * bytes);
    attention_trace_free(trace);
    attention_trace_free(NULL);
    attention_pool_free(pool);
    attention_pool_free(NULL);
    assert_int_equal(counter.alive, 0);
    test_case_free(&c);
}

static size_t bytes_of_tensors(const struct attention_trace *trace) {
    const int all_layers = attention_trace_config(trace)->layers;
    size_t count = 0;
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        const int layers = attention_tensor_is_per_layer(id) ? all_layers : 1;
        for (int layer = 0; layer < layers; layer++) {
            const struct attention_tensor tensor =
                attention_trace_tensor(trace, (enum attention_tensor_id)id, layer);
            count += test_tensor_count(&tensor);
        }
    }
    return count * sizeof(float);
}

/* Any pass takes one block, of the size foretold: its tensors, the places where they start, and
 * what edits change (of every edited weight one copy). */
static void test_a_pass_takes_its_block(void **state) {
    (void)state;
    struct test_random random = {8};
    for (int round = 0; round < 300; round++) {
        struct test_case c;
        struct test_counter counter = {.fail_at = SIZE_MAX};
        const struct attention_allocator allocator = test_counter_allocator(&counter);
        test_case_any(&c, &random, 40, round % 10 ? 20 : TEST_POSITION_ROWS);
        struct attention_trace *trace = attention_trace_new(&allocator);
        const size_t of_trace = counter.bytes;
        size_t bytes, copies = 0;
        assert_int_equal(
            attention_pass_bytes(&c.model.weights.config, &c.options, &c.input, &bytes, NULL),
            ATTENTION_OK);
        test_case_pass(&c, trace);
        assert_int_equal(counter.asked, 2);
        assert_int_equal(counter.most, of_trace + bytes);
        for (size_t i = 0; i < c.options.edit_count; i++) {
            if (c.edits[i].tensor >= ATTENTION_WEIGHT_POSITION)
                copies += test_case_editable(&c, c.edits[i].tensor) * sizeof(float) + 64;
            copies += sizeof c.edits[i];
        }
        const size_t tensors = bytes_of_tensors(trace);
        const size_t starts = 64 * (1 + (size_t)(ATTENTION_TENSOR_COUNT * TEST_MODEL_LAYERS));
        assert_true(bytes >= tensors && bytes <= tensors + copies + starts);
        attention_trace_free(trace);
        test_case_free(&c);
    }
}

/* With everything recorded, what is not a tensor is far below a tenth. */
static void test_a_large_pass_takes_its_tensors(void **state) {
    (void)state;
    struct test_random random = {9};
    const struct attention_config config = {
        .d_model = 64, .layers = 2, .heads = 8, .d_k = 8, .d_v = 8, .d_ff = 256};
    struct test_case c;
    struct test_counter counter = {.fail_at = SIZE_MAX};
    const struct attention_allocator allocator = test_counter_allocator(&counter);
    test_case_make(&c, &config, &random, 256);
    struct attention_trace *trace = attention_trace_new(&allocator);
    test_case_pass(&c, trace);
    const double beyond = (double)counter.most / (double)bytes_of_tensors(trace) - 1.0;
    print_message("%.3g %% beyond the tensors\n", 100.0 * beyond);
    assert_true(beyond <= 0.001);
    attention_trace_free(trace);
    test_case_free(&c);
}

static void test_limit_comes_before_allocation(void **state) {
    (void)state;
    struct test_case c;
    case_make(&c);
    struct test_counter counter = {.fail_at = SIZE_MAX};
    const struct attention_allocator allocator = test_counter_allocator(&counter);
    struct attention_trace *trace = attention_trace_new(&allocator);
    size_t bytes;
    char size[32];
    assert_int_equal(
        attention_pass_bytes(&c.model.weights.config, &c.options, &c.input, &bytes, NULL),
        ATTENTION_OK);
    c.options.memory_limit_bytes = bytes - 1;
    struct attention_error error;
    assert_int_equal(attention_pass(trace, &c.model.weights, &c.options, &c.input, &error),
                     ATTENTION_TOO_LARGE);
    snprintf(size, sizeof size, " takes %zu KiB ", (bytes + 1023) / 1024);
    if (!strstr(error.text, size)) fail_msg("%zu bytes: %s", bytes, error.text);
    assert_non_null(strstr(error.text, "200 tokens"));
    assert_non_null(strstr(error.text, "; use "));
    assert_int_equal(counter.asked, 1); /* the trace alone */
    c.options.memory_limit_bytes = bytes;
    test_case_pass(&c, trace);
    attention_trace_free(trace);
    test_case_free(&c);
}

/* Sizes at the limits are either right or too large, never wrapped round. */
static void test_huge_sizes_do_not_wrap(void **state) {
    (void)state;
    static const float some[1] = {0};
    const struct attention_config config = {.d_model = ATTENTION_MAX_D,
                                            .layers = ATTENTION_MAX_LAYERS,
                                            .heads = ATTENTION_MAX_HEADS,
                                            .d_k = ATTENTION_MAX_D,
                                            .d_v = ATTENTION_MAX_D,
                                            .d_ff = 65536};
    for (int is_cross = 0; is_cross < 2; is_cross++) {
        const struct attention_input input = {.embedding = some,
                                              .n = ATTENTION_MAX_TOKENS,
                                              .context = is_cross ? some : NULL,
                                              .m = ATTENTION_MAX_TOKENS};
        size_t bytes;
        struct attention_error error;
        const enum attention_status status =
            attention_pass_bytes(&config, NULL, &input, &bytes, &error);
        const double tokens = ATTENTION_MAX_TOKENS;
        const double scores = 3.0 * 4.0 * 96.0 * 64.0 * tokens * tokens;
        if (status == ATTENTION_OK) {
            assert_true((double)bytes > scores);
        } else {
            assert_int_equal(status, ATTENTION_TOO_LARGE);
            assert_int_equal(bytes, 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation_of_a_pass_fails_in_turn),
        cmocka_unit_test(test_every_allocation_of_a_pool_fails_in_turn),
        cmocka_unit_test(test_blocks_take_turns),
        cmocka_unit_test(test_a_pass_takes_its_block),
        cmocka_unit_test(test_a_large_pass_takes_its_tensors),
        cmocka_unit_test(test_limit_comes_before_allocation),
        cmocka_unit_test(test_huge_sizes_do_not_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

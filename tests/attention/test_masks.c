/* Who may see whom: what a mask hides changes no bit of the rows that may not see it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

enum { CASES = 1000, MOST_TOKENS = 8, MOST_D = 10 };

/* Rows of queries, keys and values of one text each, [MOST_TOKENS, d]; n and m may be set lower. */
static void case_make(struct test_case *c, struct test_random *random, int most_layers,
                      bool has_context) {
    struct attention_config config = test_config_any(random, MOST_D);
    config.layers = 1 + (int)test_random_below(random, (size_t)most_layers);
    test_case_make(c, &config, random, MOST_TOKENS);
    if (has_context) {
        test_case_add_context(c, random, MOST_TOKENS, test_random_one_in(random, 2));
    }
    c->options.is_scale_off = test_random_one_in(random, 3);
}

/* Other numbers in row i of a text; NULL is nobody's text. */
static void row_change(float *text, size_t row, size_t d) {
    for (size_t i = row * d; text && i < (row + 1) * d; i++)
        text[i] = 0.25f - 3.0f * text[i];
}

static void keys_change(struct test_case *c, size_t row) {
    const size_t d = (size_t)c->model.weights.config.d_model;
    row_change(c->context ? c->context : c->embedding, row, d);
    row_change(c->values, row, d);
}

static const float *last_output(const struct attention_trace *trace) {
    const int last = attention_trace_config(trace)->layers - 1;
    return attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, last).data;
}

/* Under the causal mask later words change no bit of a row, whether they are other words or not
 * there at all; the same goes for the later words of a context. */
static void test_causal_rows_ignore_later_tokens(void **state) {
    (void)state;
    struct test_random random = {1};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        float before[MOST_TOKENS * MOST_D];
        case_make(&c, &random, 3, round % 2);
        const size_t d = (size_t)c.model.weights.config.d_model;
        const size_t kept = 1 + test_random_below(&random, MOST_TOKENS);
        test_case_add_mask(&c, &random, ATTENTION_MASK_CAUSAL);
        c.input.n = kept;
        if (c.input.context) c.input.m = kept;
        test_case_pass(&c, trace);
        memcpy(before, last_output(trace), kept * d * sizeof *before);
        for (size_t i = kept; i < MOST_TOKENS; i++)
            keys_change(&c, i);
        c.input.n = MOST_TOKENS;
        if (c.input.context) c.input.m = MOST_TOKENS;
        test_case_pass(&c, trace);
        assert_memory_equal(last_output(trace), before, kept * d * sizeof *before);
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* One layer: a row sees mask_size words on either side and not one bit of the others. (With more
 * layers a row has heard of them from its neighbours.) */
static void test_window_rows_ignore_what_lies_outside(void **state) {
    (void)state;
    struct test_random random = {2};
    struct attention_trace *trace = attention_trace_new(NULL);
    size_t noticed = 0;
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        float before[MOST_D];
        case_make(&c, &random, 1, round % 2);
        const size_t d = (size_t)c.model.weights.config.d_model;
        const size_t row = test_random_below(&random, MOST_TOKENS);
        const size_t size = test_random_below(&random, MOST_TOKENS);
        c.options.mask = ATTENTION_MASK_WINDOW;
        c.options.mask_size = size;
        test_case_pass(&c, trace);
        memcpy(before, last_output(trace) + row * d, d * sizeof *before);
        for (size_t j = 0; j < MOST_TOKENS; j++) {
            if ((j > row ? j - row : row - j) > size) keys_change(&c, j);
        }
        test_case_pass(&c, trace);
        assert_memory_equal(last_output(trace) + row * d, before, d * sizeof *before);
        keys_change(&c, row + size < MOST_TOKENS ? row + size : row); /* its edge is seen */
        test_case_pass(&c, trace);
        noticed += memcmp(last_output(trace) + row * d, before, d * sizeof *before) != 0;
        test_case_free(&c);
    }
    assert_true(noticed > CASES * 8 / 10);
    attention_trace_free(trace);
}

/* Padding at the end is seen by nobody: any layer's rows before it keep their bits; with a context,
 * all rows do. */
static void test_padding_is_seen_by_nobody(void **state) {
    (void)state;
    struct test_random random = {3};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        float before[MOST_TOKENS * MOST_D];
        case_make(&c, &random, 3, round % 2);
        const size_t d = (size_t)c.model.weights.config.d_model;
        test_case_add_mask(&c, &random, ATTENTION_MASK_PADDING);
        const size_t seen = MOST_TOKENS - c.options.mask_size;
        const size_t rows = c.input.context ? MOST_TOKENS : seen;
        test_case_pass(&c, trace);
        memcpy(before, last_output(trace), rows * d * sizeof *before);
        for (size_t j = seen; j < MOST_TOKENS; j++)
            keys_change(&c, j);
        test_case_pass(&c, trace);
        assert_memory_equal(last_output(trace), before, rows * d * sizeof *before);
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

static bool is_allowed(const struct test_case *c, size_t i, size_t j) {
    const size_t m = test_case_keys(c), size = c->options.mask_size;
    switch (c->options.mask) {
    case ATTENTION_MASK_CAUSAL:
        return j <= i;
    case ATTENTION_MASK_PADDING:
        return j + size < m;
    case ATTENTION_MASK_WINDOW:
        return i + size >= j && j + size >= i;
    case ATTENTION_MASK_CUSTOM:
        return c->allowed[i * m + j] != 0;
    default:
        return true;
    }
}

/* −∞ stands exactly where the definition says, the weights there are exactly 0, and the others are
 * those of the same permissions given one by one. n ≠ m half of the time. */
static void test_every_mask_is_its_definition(void **state) {
    (void)state;
    struct test_random random = {4};
    struct attention_trace *trace = attention_trace_new(NULL), *custom = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        uint8_t allowed[MOST_TOKENS * MOST_TOKENS];
        case_make(&c, &random, 2, round % 2);
        c.input.n = 1 + test_random_below(&random, MOST_TOKENS);
        c.input.m = 1 + test_random_below(&random, MOST_TOKENS);
        test_case_add_mask(&c, &random, (enum attention_mask)test_random_below(&random, 5));
        c.options.has_temperature = round % 4 == 0; /* τ = 0 obeys masks as well */
        test_case_pass(&c, trace);
        const size_t n = c.input.n, m = test_case_keys(&c);
        const struct attention_tensor weights =
            attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, 0);
        const struct attention_tensor scores =
            attention_trace_tensor(trace, ATTENTION_TENSOR_SCORES, 0);
        for (size_t at = 0; at < test_tensor_count(&scores); at++) {
            const bool is_seen = is_allowed(&c, at / m % n, at % m);
            assert_true((scores.data[at] == -INFINITY) == !is_seen);
            if (!is_seen) assert_true(weights.data[at] == 0.0f);
        }
        for (size_t i = 0; i < n * m; i++)
            allowed[i] = is_allowed(&c, i / m, i % m) ? 1 + (uint8_t)i : 0;
        c.options.mask = ATTENTION_MASK_CUSTOM;
        c.options.allowed = allowed;
        test_case_pass(&c, custom);
        assert_true(test_trace_hash(trace) == test_trace_hash(custom));
        test_case_free(&c);
    }
    attention_trace_free(trace);
    attention_trace_free(custom);
}

/* A query that may look nowhere gets weights 0 and outputs of 0, and everything stays finite. */
static void test_fully_masked_rows_are_zero(void **state) {
    (void)state;
    struct test_random random = {5};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        case_make(&c, &random, 2, round % 2);
        const size_t n = MOST_TOKENS, m = MOST_TOKENS, blind = test_random_below(&random, n);
        test_case_add_mask(&c, &random, ATTENTION_MASK_CUSTOM);
        memset(c.allowed + blind * m, 0, m);
        if (round % 3 == 0) { /* nobody sees anything */
            c.options.mask = ATTENTION_MASK_PADDING;
            c.options.mask_size = m;
        }
        c.options.has_temperature = round % 4 == 0;
        test_case_pass(&c, trace);
        const struct attention_tensor weights =
            attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, 0);
        const struct attention_tensor o =
            attention_trace_tensor(trace, ATTENTION_TENSOR_HEAD_OUTPUT, 0);
        for (size_t i = 0; i < test_tensor_count(&weights); i++) {
            if (i / m % n == blind) assert_true(weights.data[i] == 0.0f);
        }
        for (size_t i = 0; i < test_tensor_count(&o); i++) {
            if (i / o.shape[2] % n == blind) assert_true(o.data[i] == 0.0f);
        }
        const float *output = last_output(trace);
        for (size_t i = 0; i < n * (size_t)c.model.weights.config.d_model; i++)
            assert_true(isfinite(output[i]));
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_causal_rows_ignore_later_tokens),
        cmocka_unit_test(test_window_rows_ignore_what_lies_outside),
        cmocka_unit_test(test_padding_is_seen_by_nobody),
        cmocka_unit_test(test_every_mask_is_its_definition),
        cmocka_unit_test(test_fully_masked_rows_are_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

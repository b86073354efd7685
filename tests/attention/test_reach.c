/* Who can have heard of whom: the reach of the recurrent network, the convolution and attention is
 * what a change of one token changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_networks.h"

enum { MOST = TEST_NETWORK_MOST, MOST_KERNEL = TEST_NETWORK_MOST_KERNEL, CASES = 300 };

/* heard [n, n]: whose rows change any bit when x_j does. */
typedef void test_float_network(const void *context, const float *x, float *y);
static void changes(test_float_network *network, const void *context, const float *x, size_t n,
                    size_t d, size_t width, uint8_t *heard) {
    float before[MOST * MOST], after[MOST * MOST], moved[MOST * MOST];
    network(context, x, before);
    for (size_t j = 0; j < n; j++) {
        memcpy(moved, x, n * d * sizeof *moved);
        for (size_t c = 0; c < d; c++)
            moved[j * d + c] +=
                0.125f * (float)(1 + c % 3); /* not all alike: a norm takes that off */
        network(context, moved, after);
        for (size_t i = 0; i < n; i++)
            heard[i * n + j] =
                memcmp(before + i * width, after + i * width, width * sizeof *before) != 0;
    }
}

struct stack {
    const struct test_networks *net;
    size_t layers; /* or steps */
};

/* Rows that have not been computed after `steps` steps stay 0. */
static void rnn_steps(const void *context, const float *x, float *y) {
    const struct stack *stack = context;
    const struct attention_rnn *rnn = &stack->net->rnn;
    const size_t n = stack->net->n, rows = stack->layers < n ? stack->layers : n;
    memset(y, 0, n * rnn->hidden * sizeof *y);
    attention_rnn_run(rnn, x, rows, y);
}

static void cnn_layers(const void *context, const float *x, float *y) {
    const struct stack *stack = context;
    const struct attention_cnn *cnn = &stack->net->cnn;
    const size_t count = stack->net->n * cnn->d;
    float rows[MOST * MOST];
    memcpy(y, x, count * sizeof *y);
    for (size_t layer = 0; layer < stack->layers; layer++) {
        memcpy(rows, y, count * sizeof *rows);
        assert_int_equal(attention_cnn_run(cnn, rows, stack->net->n, y, NULL), ATTENTION_OK);
    }
}

static void expect_reach(const char *name, const uint8_t *got, const uint8_t *heard, size_t n) {
    for (size_t at = 0; at < n * n; at++)
        if (got[at] != heard[at])
            fail_msg("%s: row %zu, token %zu of %zu: %d, but %d in the network", name, at / n,
                     at % n, n, got[at], heard[at]);
}

static void test_reach_of_networks_is_what_changes(void **state) {
    (void)state;
    struct test_random random = {13};
    uint8_t heard[MOST * MOST], got[MOST * MOST];
    for (int round = 0; round < CASES; round++) {
        struct test_networks net;
        test_networks_make(&net, &random);
        net.cnn.channels = net.cnn.d = 4;
        net.rnn.hidden = 8;
        for (size_t i = 0; i < MOST * MOST;
             i++) /* no state so near ±1 that a change is rounded off */
            net.input[i] *= 0.25f;
        const struct stack stack = {&net, test_random_below(&random, MOST + 2)};
        changes(rnn_steps, &stack, net.x, net.n, net.rnn.d, net.rnn.hidden, heard);
        attention_rnn_reach(net.n, stack.layers, got);
        expect_reach("rnn", got, heard, net.n);
        changes(cnn_layers, &stack, net.x, net.n, net.cnn.d, net.cnn.channels, heard);
        attention_cnn_reach(net.n, net.cnn.kernel, stack.layers, got);
        expect_reach("cnn", got, heard, net.n);
    }
}

/* The first number of steps (layers) after which the reach says so. */
static void test_distance_is_the_first_reach(void **state) {
    (void)state;
    uint8_t reach[MOST * MOST];
    for (size_t n = 1; n <= MOST; n++) {
        for (size_t at = 0; at < n * n; at++) {
            const size_t i = at / n, j = at % n;
            size_t first = SIZE_MAX;
            for (size_t steps = n + 1; steps-- > 0;) {
                attention_rnn_reach(n, steps, reach);
                if (reach[at]) first = steps;
            }
            assert_true(attention_rnn_steps_between(i, j) == first);
            for (size_t kernel = 1; kernel <= MOST_KERNEL; kernel++) {
                first = SIZE_MAX;
                for (size_t layers = n + 1; layers-- > 0;) {
                    attention_cnn_reach(n, kernel, layers, reach);
                    if (reach[at]) first = layers;
                }
                assert_true(attention_cnn_layers_between(i, j, kernel) == first);
            }
        }
    }
    assert_true(attention_cnn_layers_between(0, SIZE_MAX, SIZE_MAX) == 3);
}

static void passes(const void *context, const float *x, float *y) {
    const struct test_case *c = context;
    struct attention_input input = c->input;
    input.embedding = x;
    struct attention_trace *trace = attention_trace_new(NULL);
    assert_int_equal(attention_pass(trace, &c->model.weights, &c->options, &input, NULL),
                     ATTENTION_OK);
    const struct attention_tensor output =
        attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, c->model.weights.config.layers - 1);
    memcpy(y, output.data, test_tensor_count(&output) * sizeof *y);
    attention_trace_free(trace);
}

static void test_reach_of_attention_is_what_changes(void **state) {
    (void)state;
    struct test_random random = {14};
    uint8_t heard[MOST * MOST], got[MOST * MOST];
    for (size_t round = 0; round < CASES; round++) {
        const struct attention_config config = {.d_model = 8,
                                                .layers = 1 + (int)(round / 5 % 4),
                                                .heads = 2,
                                                .d_k = 4,
                                                .d_v = 4,
                                                .similarity =
                                                    (enum attention_similarity)(round / 20 % 4),
                                                .norm = (enum attention_norm)(round / 80 % 3)};
        struct test_case c;
        struct attention_error error = {""};
        test_case_make(&c, &config, &random, 1 + test_random_below(&random, MOST));
        test_case_add_mask(&c, &random, (enum attention_mask)(round % 5));
        changes(passes, &c, c.embedding, c.input.n, 8, 8, heard);
        memset(got, 0xff, sizeof got);
        assert_int_equal(
            attention_reach(&c.options, c.input.n, (size_t)config.layers, NULL, got, &error),
            ATTENTION_OK);
        expect_reach("attention", got, heard, c.input.n);
        assert_int_equal(attention_reach(&c.options, c.input.n, 0, NULL, got, NULL), ATTENTION_OK);
        for (size_t at = 0; at < c.input.n * c.input.n; at++)
            assert_int_equal(got[at], at / c.input.n == at % c.input.n);
        test_case_free(&c);
    }
}

/* A chain in which each token may look at the one before only: one more for each layer. */
static void test_reach_goes_one_step_a_layer(void **state) {
    (void)state;
    enum { N = 40 };
    static uint8_t allowed[N * N], got[N * N];
    for (size_t i = 1; i < N; i++)
        allowed[i * N + i - 1] = 1;
    const struct attention_options options = {.mask = ATTENTION_MASK_CUSTOM, .allowed = allowed};
    for (size_t layers = 0; layers < N + 3; layers++) {
        assert_int_equal(attention_reach(&options, N, layers, NULL, got, NULL), ATTENTION_OK);
        for (size_t at = 0; at < N * N; at++)
            assert_int_equal(got[at], at % N <= at / N && at / N - at % N <= layers);
    }
    assert_int_equal(attention_reach(NULL, N, SIZE_MAX, NULL, got, NULL), ATTENTION_OK);
    for (size_t at = 0; at < N * N; at++)
        assert_int_equal(got[at], 1);
}

static void test_a_mask_that_cannot_be_is_refused(void **state) {
    (void)state;
    uint8_t got[9];
    struct attention_error error;
    const struct attention_options padding = {.mask = ATTENTION_MASK_PADDING, .mask_size = 4};
    assert_int_equal(attention_reach(&padding, 3, 1, NULL, got, &error), ATTENTION_INVALID);
    assert_string_equal(error.text,
                        "the padding mask hides 4 keys and there are 3; hide at most that many");
    const struct attention_options unknown = {.mask = (enum attention_mask)9};
    assert_int_equal(attention_reach(&unknown, 3, 1, NULL, got, &error), ATTENTION_INVALID);
    assert_non_null(strstr(error.text, "of no known kind"));
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reach_of_networks_is_what_changes),
        cmocka_unit_test(test_distance_is_the_first_reach),
        cmocka_unit_test(test_reach_of_attention_is_what_changes),
        cmocka_unit_test(test_reach_goes_one_step_a_layer),
        cmocka_unit_test(test_a_mask_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

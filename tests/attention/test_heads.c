/* What each head contributes: shares that add up, heads that are off, weights times the sizes of
 * values. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

enum { CASES = 1000, MOST_TOKENS = 12, MOST_D = 20 };

/* share_0 + share_1 + … in the order of the heads, then b_O, is attention_output to the last bit;
 * with every F, mask, context, edit and head switched off. */
static void test_shares_add_up(void **state) {
    (void)state;
    struct test_random random = {1};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        float share[MOST_TOKENS * MOST_D], sum[MOST_TOKENS * MOST_D];
        test_case_any(&c, &random, MOST_D, MOST_TOKENS);
        test_case_pass(&c, trace);
        const struct attention_config *config = &c.model.weights.config;
        const size_t d = (size_t)config->d_model, count = c.input.n * d;
        for (int layer = 0; layer < config->layers; layer++) {
            for (int head = 0; head < config->heads; head++) {
                attention_trace_head_share(trace, &c.model.weights, layer, head, share);
                for (size_t i = 0; i < count; i++)
                    sum[i] = head == 0 ? share[i] : sum[i] + share[i];
            }
            const struct attention_tensor bias =
                attention_trace_weight(trace, &c.model.weights, ATTENTION_WEIGHT_O_BIAS, layer);
            for (size_t i = 0; i < count && bias.data; i++)
                sum[i] += bias.data[i % d];
            const struct attention_tensor output =
                attention_trace_tensor(trace, ATTENTION_TENSOR_ATTENTION_OUTPUT, layer);
            assert_memory_equal(output.data, sum, count * sizeof *sum);
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* A share is o_h times the head's own d_v columns of W_O, added in index order. */
static void test_share_is_its_definition(void **state) {
    (void)state;
    struct test_random random = {2};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        float share[MOST_TOKENS * MOST_D];
        test_case_any(&c, &random, MOST_D, MOST_TOKENS);
        test_case_pass(&c, trace);
        const struct attention_config *config = &c.model.weights.config;
        const size_t n = c.input.n, d = (size_t)config->d_model, d_v = (size_t)config->d_v;
        const int layer = config->layers - 1, head = config->heads - 1;
        const size_t wide = (size_t)config->heads * d_v;
        const float *o = attention_trace_tensor(trace, ATTENTION_TENSOR_HEAD_OUTPUT, layer).data +
                         (size_t)head * n * d_v;
        const float *w =
            attention_trace_weight(trace, &c.model.weights, ATTENTION_WEIGHT_O, layer).data;
        attention_trace_head_share(trace, &c.model.weights, layer, head, share);
        for (size_t at = 0; at < n * d; at++) {
            const float *columns = w + at % d * wide + (size_t)head * d_v;
            assert_true(share[at] == attention_dot(o + at / d * d_v, columns, d_v));
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* A head that is off gives nothing, and its weights, like everything of the other heads, stay. */
static void test_heads_off(void **state) {
    (void)state;
    struct test_random random = {3};
    struct attention_trace *all = attention_trace_new(NULL), *some = attention_trace_new(NULL);
    size_t switched_off = 0;
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        float share[MOST_TOKENS * MOST_D];
        test_case_any(&c, &random, MOST_D, MOST_TOKENS);
        c.options.heads_off = NULL;
        test_case_pass(&c, all);
        test_case_add_heads_off(&c, &random);
        test_case_pass(&c, some);
        const struct attention_config *config = &c.model.weights.config;
        const size_t count = c.input.n * (size_t)config->d_model;
        const size_t width = c.input.n * (size_t)config->d_v;
        for (int id = 0; id <= ATTENTION_TENSOR_WEIGHTS; id++)
            assert_true(test_tensor_is_same(all, some, (enum attention_tensor_id)id, 0));
        for (int place = 0; place < config->layers * config->heads; place++) {
            const int layer = place / config->heads, head = place % config->heads;
            const bool is_off = c.heads_off[place] != 0;
            assert_false(attention_trace_is_head_off(all, layer, head));
            assert_true(attention_trace_is_head_off(some, layer, head) == is_off);
            const float *output =
                attention_trace_tensor(some, ATTENTION_TENSOR_HEAD_OUTPUT, layer).data +
                (size_t)head * width;
            const float *before =
                attention_trace_tensor(all, ATTENTION_TENSOR_HEAD_OUTPUT, layer).data +
                (size_t)head * width;
            if (!is_off) {
                if (layer == 0) assert_memory_equal(output, before, width * sizeof *output);
                continue;
            }
            switched_off++;
            for (size_t i = 0; i < width; i++)
                assert_true(output[i] == 0.0f && !signbit(output[i]));
            attention_trace_head_share(some, &c.model.weights, layer, head, share);
            for (size_t i = 0; i < count; i++)
                assert_true(share[i] == 0.0f);
        }
        test_case_free(&c);
    }
    assert_true(switched_off > CASES);
    attention_trace_free(all);
    attention_trace_free(some);
}

/* a_ij · ‖v_j‖ as double computes it: the norm's squares, their sum of at most 12, root and product
 * are rounded, 8e-7 of the result altogether. Texts of any size, as far as float32 goes. */
static void test_value_weighted(void **state) {
    (void)state;
    static const float sizes[] = {1.0f, 1.0f, 1e-3f, 1e3f, 1e-30f, 1e30f};
    struct test_random random = {4};
    struct attention_trace *trace = attention_trace_new(NULL);
    double worst = 0.0;
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        float out[MOST_TOKENS * MOST_TOKENS];
        struct attention_config config = test_config_any(&random, MOST_D);
        config.layers = 1;
        config.norm = ATTENTION_NORM_NONE;
        config.d_ff = 0;
        test_case_make(&c, &config, &random, 1 + test_random_below(&random, MOST_TOKENS));
        test_case_add_context(&c, &random, 1 + test_random_below(&random, MOST_TOKENS), true);
        const size_t n = c.input.n, m = c.input.m, d_v = (size_t)config.d_v;
        for (size_t i = 0; i < m * (size_t)config.d_model; i++)
            c.values[i] *= sizes[test_random_below(&random, sizeof sizes / sizeof *sizes)];
        test_case_add_mask(&c, &random, (enum attention_mask)test_random_below(&random, 5));
        test_case_pass(&c, trace);
        const float *a = attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, 0).data;
        const float *v = attention_trace_tensor(trace, ATTENTION_TENSOR_V, 0).data;
        for (size_t head = 0; head < (size_t)config.heads; head++) {
            attention_trace_value_weighted(trace, 0, (int)head, out);
            for (size_t at = 0; at < n * m; at++) {
                double squares = 0.0;
                for (size_t column = 0; column < d_v; column++)
                    squares += pow((double)v[(head * m + at % m) * d_v + column], 2.0);
                const double wanted = (double)a[head * n * m + at] * sqrt(squares);
                const double difference = fabs((double)out[at] - wanted);
                if (difference > 1e-44) worst = fmax(worst, difference / wanted);
            }
        }
        test_case_free(&c);
    }
    print_message("weight times size is off by at most %.2g of itself\n", worst);
    assert_true(worst <= 8e-7);
    attention_trace_free(trace);
}

/* ‖v‖ may be beyond float32 where v is not. A masked key has weight 0 and gives 0, not NaN. */
static void test_value_beyond_float32(void **state) {
    (void)state;
    static const float one[4] = {1, 0, 0, 1}, zeros[4] = {0}, rows[4] = {3e38f, 3e38f, 1, 1};
    const struct attention_layer_weights layer = {
        .q_weight = zeros, .k_weight = zeros, .v_weight = one, .o_weight = zeros};
    const struct attention_weights weights = {.config = {.d_model = 2,
                                                         .layers = 1,
                                                         .heads = 1,
                                                         .d_k = 2,
                                                         .d_v = 2,
                                                         .norm = ATTENTION_NORM_NONE},
                                              .layers = &layer};
    const uint8_t allowed[4] = {0, 1, 1, 0};
    const struct attention_options options = {.mask = ATTENTION_MASK_CUSTOM, .allowed = allowed};
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_error error;
    float out[4];
    assert_int_equal(attention_pass(trace, &weights, &options,
                                    &(struct attention_input){.embedding = rows, .n = 2}, &error),
                     ATTENTION_OK);
    attention_trace_value_weighted(trace, 0, 0, out);
    assert_true(out[0] == 0.0f && out[3] == 0.0f);
    assert_true(out[1] > 1.4f && out[1] < 1.5f);
    assert_true(out[2] == INFINITY);
    attention_trace_free(trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_add_up),
        cmocka_unit_test(test_share_is_its_definition),
        cmocka_unit_test(test_heads_off),
        cmocka_unit_test(test_value_weighted),
        cmocka_unit_test(test_value_beyond_float32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

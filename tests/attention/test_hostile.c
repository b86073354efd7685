/* Numbers at the ends of float32: a pass is finite or refused, and never NaN. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

enum { CASES = 1000, MOST_TOKENS = 8, MOST_D = 10 };

static float hostile_number(struct test_random *random) {
    static const float numbers[] = {0.0f,     -0.0f,        1e30f,  -1e30f,  1e-40f,
                                    -1e-40f,  FLT_TRUE_MIN, 1.0f,   -1.0f,   FLT_MAX,
                                    -FLT_MAX, 1e15f,        -1e15f, FLT_MIN, 1e-30f};
    return numbers[test_random_below(random, sizeof numbers / sizeof *numbers)];
}

static void expect_finite(const struct attention_trace *trace) {
    const int all_layers = attention_trace_config(trace)->layers;
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        const int layers = attention_tensor_is_per_layer(id) ? all_layers : 1;
        for (int layer = 0; layer < layers; layer++) {
            const struct attention_tensor tensor =
                attention_trace_tensor(trace, (enum attention_tensor_id)id, layer);
            for (size_t i = 0; i < test_tensor_count(&tensor); i++) {
                const bool is_masked = id == ATTENTION_TENSOR_SCORES && tensor.data[i] == -INFINITY;
                if (!isfinite(tensor.data[i]) && !is_masked)
                    fail_msg("%s has %g", attention_tensor_name(id), (double)tensor.data[i]);
            }
        }
    }
}

/* A text and a context of the kind that the round is for. */
static void text_spoil(float *text, size_t count, struct test_random *random, int round) {
    for (size_t i = 0; text && i < count; i++) {
        if (round % 3 == 0) text[i] *= round % 2 ? 1e-39f : 1e8f;
        if (test_random_one_in(random, 12)) text[i] = hostile_number(random);
        if (round % 7 == 0) text[i] = 0.0f;
    }
}

static void case_spoil(struct test_case *c, struct test_random *random, int round) {
    const size_t d = (size_t)c->model.weights.config.d_model;
    text_spoil(c->embedding, c->input.n * d, random, round);
    text_spoil(c->context, c->input.m * d, random, round);
    text_spoil(c->values, c->input.m * d, random, round + 1);
    if (round % 4 == 0) { /* somewhere in the queries of the first layer */
        float *q = test_model_writable(&c->model, c->model.layers[0].q_weight);
        q[test_random_below(random, d)] = hostile_number(random);
    }
    for (size_t i = 0; i < c->options.edit_count && round % 5 == 0; i++)
        c->edits[i].value = hostile_number(random);
    if (round % 2) c->options.temperature = fabsf(hostile_number(random));
}

/* Whatever the numbers: a finished pass holds no NaN and no ∞, and a refused one says why, in a
 * sentence that says what to do, and leaves the last one as it was. */
static void test_hostile_numbers(void **state) {
    (void)state;
    struct test_random random = {1};
    struct attention_trace *trace = attention_trace_new(NULL);
    size_t finished[4] = {0}, refused[4] = {0};
    for (int round = 0; round < 4 * CASES; round++) {
        struct test_case c;
        test_case_any(&c, &random, MOST_D, MOST_TOKENS);
        test_case_pass(&c, trace);
        const uint64_t before = test_trace_hash(trace);
        case_spoil(&c, &random, round);
        struct attention_error error;
        const enum attention_status status =
            attention_pass(trace, &c.model.weights, &c.options, &c.input, &error);
        if (status == ATTENTION_OK) {
            finished[c.model.weights.config.similarity]++;
            expect_finite(trace);
        } else {
            refused[c.model.weights.config.similarity]++;
            assert_int_equal(status, ATTENTION_INVALID);
            assert_non_null(strchr(error.text, ';'));
            assert_true(strlen(error.text) < sizeof error.text - 1);
            assert_true(test_trace_hash(trace) == before);
        }
        test_case_free(&c);
    }
    for (int similarity = 0; similarity < 4; similarity++) {
        print_message("F %d: %zu finished, %zu refused\n", similarity, finished[similarity],
                      refused[similarity]);
        assert_true(finished[similarity] > CASES / 10 && refused[similarity] > CASES / 10);
    }
    attention_trace_free(trace);
}

/* Texts of zeros and texts of the smallest numbers are ordinary texts. */
static void test_zeros_and_denormals_are_never_refused(void **state) {
    (void)state;
    struct test_random random = {2};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        test_case_any(&c, &random, MOST_D, MOST_TOKENS);
        const size_t d = (size_t)c.model.weights.config.d_model;
        const float factor = round % 2 ? 0.0f : round % 4 ? 1e-39f : FLT_TRUE_MIN;
        for (size_t i = 0; i < c.input.n * d; i++)
            c.embedding[i] *= factor;
        for (size_t i = 0; c.context && i < c.input.m * d; i++)
            c.context[i] *= factor;
        for (size_t i = 0; c.values && i < c.input.m * d; i++)
            c.values[i] *= factor;
        test_case_pass(&c, trace);
        expect_finite(trace);
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* Without positions and biases, q and k of a text that is a power of two larger are that much
 * larger, to the last bit, so their directions, and the cosine, must not move, however large or
 * small the numbers; and the zero vector has the cosine 0. */
static void test_cosine_of_any_size(void **state) {
    (void)state;
    static const float sizes[] = {0x1p-100f, 0x1p-70f, 0x1p-50f, 0x1p60f, 0x1p100f};
    struct test_random random = {3};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct attention_config config = test_config_any(&random, MOST_D);
        struct test_case c;
        float before[4 * MOST_TOKENS * MOST_TOKENS];
        config.layers = 1;
        config.d_ff = 0;
        config.norm = ATTENTION_NORM_NONE;
        config.position = ATTENTION_POSITION_NONE;
        config.similarity = ATTENTION_SIMILARITY_COSINE;
        test_case_make(&c, &config, &random, MOST_TOKENS);
        c.model.layers[0].q_bias = c.model.layers[0].k_bias = NULL;
        const size_t d = (size_t)config.d_model, zero = test_random_below(&random, MOST_TOKENS);
        for (size_t i = 0; i < d; i++)
            c.embedding[zero * d + i] = 0.0f;
        test_case_pass(&c, trace);
        struct attention_tensor f = attention_trace_tensor(trace, ATTENTION_TENSOR_SIMILARITY, 0);
        memcpy(before, f.data, test_tensor_count(&f) * sizeof *before);
        for (size_t i = 0; i < MOST_TOKENS * d; i++)
            c.embedding[i] *= sizes[round % 5];
        test_case_pass(&c, trace);
        f = attention_trace_tensor(trace, ATTENTION_TENSOR_SIMILARITY, 0);
        for (size_t i = 0; i < test_tensor_count(&f); i++) {
            assert_true(f.data[i] == before[i]);
            const bool is_zero = i % f.shape[2] == zero || i / f.shape[2] % f.shape[1] == zero;
            if (is_zero) assert_true(f.data[i] == 0.0f);
            assert_true(fabsf(f.data[i]) <= 1.0f + 1e-6f);
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* Weights stay shares whatever the scores: here ±1e30 of every F that can reach them, put there. */
static void test_huge_scores(void **state) {
    (void)state;
    struct test_random random = {4};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        test_case_any(&c, &random, MOST_D, MOST_TOKENS);
        const size_t places = test_case_editable(&c, ATTENTION_TENSOR_SCORES);
        c.options.edits = c.edits;
        c.options.edit_count = TEST_MOST_EDITS;
        for (size_t i = 0; i < TEST_MOST_EDITS; i++) {
            c.edits[i] =
                (struct attention_edit){.tensor = ATTENTION_TENSOR_SCORES,
                                        .index = test_random_below(&random, places),
                                        .value = round % 9 ? hostile_number(&random) : -INFINITY};
        }
        test_case_pass(&c, trace);
        expect_finite(trace);
        const size_t m = test_case_keys(&c);
        const struct attention_tensor a =
            attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, 0);
        for (size_t row = 0; row < test_tensor_count(&a); row += m) {
            double sum = 0.0;
            for (size_t j = 0; j < m; j++)
                sum += (double)a.data[row + j];
            assert_true(sum == 0.0 || fabs(sum - 1.0) <= 5e-7);
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* The other parts of the library, on their own. */
static void test_hostile_parts(void **state) {
    (void)state;
    struct test_random random = {5};
    for (int round = 0; round < 4 * CASES; round++) {
        float x[80], out[80], mean, variance;
        const size_t d = 1 + test_random_below(&random, 80);
        for (size_t i = 0; i < d; i++)
            x[i] = round % 2 ? hostile_number(&random) : test_random_float(&random, -1e18f, 1e18f);
        attention_layer_norm(x, d, NULL, NULL, out, &mean, &variance);
        for (size_t i = 0; i < d && isfinite(mean) && isfinite(variance); i++)
            assert_true(isfinite(out[i]));
        assert_true(isfinite(attention_gelu(x[0])));
        assert_true(attention_relu(x[0]) == fmaxf(x[0], 0.0f));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_numbers),
        cmocka_unit_test(test_zeros_and_denormals_are_never_refused),
        cmocka_unit_test(test_cosine_of_any_size),
        cmocka_unit_test(test_huge_scores),
        cmocka_unit_test(test_hostile_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

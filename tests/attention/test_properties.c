/* What holds for every softmax and every pass, on random cases. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

enum { CASES = 1000, MOST_TOKENS = 8 };

static size_t row_make(struct test_random *random, float *row, size_t most, float size) {
    const size_t m = 1 + test_random_below(random, most);
    for (size_t j = 0; j < m; j++)
        row[j] = test_random_float(random, -size, size);
    return m;
}

static void test_rows_sum_to_one(void **state) {
    (void)state;
    struct test_random random = {1};
    for (int round = 0; round < CASES; round++) {
        float row[300], weights[300];
        const size_t m = row_make(&random, row, 300, round % 2 ? 1.0f : 1e4f);
        attention_softmax(row, m, weights);
        double sum = 0.0;
        for (size_t j = 0; j < m; j++) {
            assert_true(weights[j] >= 0.0f && weights[j] <= 1.0f);
            sum += (double)weights[j];
        }
        assert_true(fabs(sum - 1.0) <= 5e-7);
    }
}

/* Whole numbers over 256 take a whole shift without rounding, so not one bit may change. */
static void test_softmax_ignores_a_shift(void **state) {
    (void)state;
    struct test_random random = {2};
    for (int round = 0; round < CASES; round++) {
        float row[100], shifted[100], weights[100], weights_shifted[100];
        const size_t m = row_make(&random, row, 100, 8.0f);
        const float shift = (float)test_random_below(&random, 2001) - 1000.0f;
        for (size_t j = 0; j < m; j++) {
            row[j] = (float)(int)(row[j] * 256.0f) / 256.0f;
            shifted[j] = row[j] + shift;
        }
        attention_softmax(row, m, weights);
        attention_softmax(shifted, m, weights_shifted);
        assert_memory_equal(weights, weights_shifted, m * sizeof *weights);
    }
}

static void test_larger_score_never_smaller_weight(void **state) {
    (void)state;
    struct test_random random = {3};
    for (int round = 0; round < CASES; round++) {
        float row[40], weights[40];
        const size_t m = row_make(&random, row, 40, 20.0f);
        if (m > 1) row[0] = nextafterf(row[1], INFINITY);
        attention_softmax(row, m, weights);
        for (size_t a = 0; a < m; a++) {
            for (size_t b = 0; b < m; b++) {
                if (row[a] > row[b]) assert_true(weights[a] >= weights[b]);
            }
        }
    }
}

static void test_masked_weights_are_zero(void **state) {
    (void)state;
    struct test_random random = {4};
    for (int round = 0; round < CASES; round++) {
        float row[80], weights[80], maximum, total;
        const size_t m = row_make(&random, row, 80, 5.0f);
        const bool is_all_masked = round % 5 == 0;
        for (size_t j = 0; j < m; j++) {
            if (is_all_masked || test_random_below(&random, 2)) row[j] = -INFINITY;
        }
        attention_softmax(row, m, weights);
        for (size_t j = 0; j < m; j++) {
            if (row[j] == -INFINITY) assert_true(weights[j] == 0.0f);
        }
        attention_softmax_exponentials(row, m, weights, &maximum, &total);
        if (is_all_masked) assert_true(maximum == -INFINITY && total == 0.0f);
    }
}

/* A random model with everything a pass over up to MOST_TOKENS tokens needs. */
struct subject {
    struct test_model model;
    struct attention_options options;
    struct attention_trace *trace;
    float *embedding;
    uint8_t allowed[MOST_TOKENS * MOST_TOKENS];
    size_t n, d;
};

static void subject_make(struct subject *s, struct test_random *random) {
    struct attention_config config = test_config_any(random, 10);
    config.layers = 1 + (int)test_random_below(random, 2);
    memset(s, 0, sizeof *s);
    test_model_make(&s->model, &config, random);
    s->n = 1 + test_random_below(random, MOST_TOKENS);
    s->d = (size_t)config.d_model;
    s->embedding = test_embedding_make(random, MOST_TOKENS, s->d);
    s->trace = attention_trace_new(NULL);
    assert_non_null(s->trace);
}

static void subject_free(struct subject *s) {
    attention_trace_free(s->trace);
    free(s->embedding);
    test_model_free(&s->model);
}

static void subject_pass(struct subject *s) {
    struct attention_error error;
    const enum attention_status status =
        attention_pass(s->trace, &s->model.weights, &s->options, s->embedding, s->n, &error);
    if (status != ATTENTION_OK) fail_msg("%s", error.text);
}

static struct attention_tensor subject_tensor(const struct subject *s, enum attention_tensor_id id,
                                              int layer) {
    return attention_trace_tensor(s->trace, id, layer);
}

/* Under the causal mask the words after a query change none of its bits. */
static void test_causal_rows_ignore_later_tokens(void **state) {
    (void)state;
    struct test_random random = {5};
    for (int round = 0; round < CASES; round++) {
        struct subject s;
        subject_make(&s, &random);
        s.options.mask = ATTENTION_MASK_CAUSAL;
        subject_pass(&s);
        const int last = s.model.weights.config.layers - 1;
        const size_t kept = s.n, count = kept * s.d;
        struct attention_tensor output = subject_tensor(&s, ATTENTION_TENSOR_OUTPUT, last);
        float before[MOST_TOKENS * 10];
        memcpy(before, output.data, count * sizeof *before);
        for (size_t i = count; i < MOST_TOKENS * s.d; i++)
            s.embedding[i] *= -3.0f;
        s.n = MOST_TOKENS;
        subject_pass(&s);
        output = subject_tensor(&s, ATTENTION_TENSOR_OUTPUT, last);
        assert_memory_equal(output.data, before, count * sizeof *before);
        subject_free(&s);
    }
}

/* Without positions and masks, shuffled words give the shuffled rows. */
static void test_permutation(void **state) {
    (void)state;
    struct test_random random = {6};
    for (int round = 0; round < CASES; round++) {
        struct subject s;
        subject_make(&s, &random);
        s.model.weights.config.position = ATTENTION_POSITION_NONE;
        subject_pass(&s);
        const int last = s.model.weights.config.layers - 1;
        float before[MOST_TOKENS * 10], shuffled[MOST_TOKENS * 10], scale = 0.0f;
        size_t order[MOST_TOKENS];
        memcpy(before, subject_tensor(&s, ATTENTION_TENSOR_OUTPUT, last).data,
               s.n * s.d * sizeof *before);
        for (size_t i = 0; i < s.n; i++) {
            const size_t other = test_random_below(&random, i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        for (size_t i = 0; i < s.n; i++) {
            memcpy(shuffled + i * s.d, s.embedding + order[i] * s.d, s.d * sizeof *shuffled);
        }
        memcpy(s.embedding, shuffled, s.n * s.d * sizeof *shuffled);
        subject_pass(&s);
        const float *after = subject_tensor(&s, ATTENTION_TENSOR_OUTPUT, last).data;
        for (size_t i = 0; i < s.n * s.d; i++)
            scale = fmaxf(scale, fabsf(before[i]));
        for (size_t i = 0; i < s.n * s.d; i++) {
            const float expected = before[order[i / s.d] * s.d + i % s.d];
            assert_true(fabsf(after[i] - expected) <= 2e-5f * scale);
        }
        subject_free(&s);
    }
}

/* A weighted mean lies between the smallest and the largest of what it is made of. */
static void test_head_output_lies_among_the_values(void **state) {
    (void)state;
    struct test_random random = {7};
    for (int round = 0; round < CASES; round++) {
        struct subject s;
        subject_make(&s, &random);
        subject_pass(&s);
        const struct attention_tensor v = subject_tensor(&s, ATTENTION_TENSOR_V, 0);
        const struct attention_tensor o = subject_tensor(&s, ATTENTION_TENSOR_HEAD_OUTPUT, 0);
        for (size_t at = 0; at < test_tensor_count(&o); at++) {
            const size_t head = at / (s.n * o.shape[2]), column = at % o.shape[2];
            float low = INFINITY, high = -INFINITY;
            for (size_t j = 0; j < s.n; j++) {
                const float value = v.data[(head * s.n + j) * o.shape[2] + column];
                low = fminf(low, value);
                high = fmaxf(high, value);
            }
            const float slack = 1e-6f * fmaxf(fabsf(low), fabsf(high));
            assert_true(o.data[at] >= low - slack && o.data[at] <= high + slack);
        }
        subject_free(&s);
    }
}

/* A query that may look nowhere gets weights 0 and an output of 0, and the others are as they
 * should be. */
static void test_fully_masked_rows_are_zero(void **state) {
    (void)state;
    struct test_random random = {8};
    for (int round = 0; round < CASES; round++) {
        struct subject s;
        subject_make(&s, &random);
        const size_t blind = test_random_below(&random, s.n);
        for (size_t i = 0; i < s.n * s.n; i++) {
            s.allowed[i] =
                i / s.n != blind && (i % s.n == i / s.n || test_random_below(&random, 2));
        }
        s.options.mask = ATTENTION_MASK_CUSTOM;
        s.options.allowed = s.allowed;
        s.options.has_temperature = round % 4 == 0; /* τ = 0 obeys the mask as well */
        subject_pass(&s);
        const struct attention_tensor weights = subject_tensor(&s, ATTENTION_TENSOR_WEIGHTS, 0);
        const struct attention_tensor scores = subject_tensor(&s, ATTENTION_TENSOR_SCORES, 0);
        const struct attention_tensor o = subject_tensor(&s, ATTENTION_TENSOR_HEAD_OUTPUT, 0);
        for (size_t i = 0; i < test_tensor_count(&weights); i++) {
            const bool is_allowed = s.allowed[i % (s.n * s.n)] != 0;
            assert_true((scores.data[i] == -INFINITY) == !is_allowed);
            if (!is_allowed) assert_true(weights.data[i] == 0.0f);
        }
        for (size_t i = 0; i < test_tensor_count(&o); i++) {
            if (i / o.shape[2] % s.n == blind) assert_true(o.data[i] == 0.0f);
        }
        subject_free(&s);
    }
}

/* One token looks at itself with all its weight. */
static void test_one_token(void **state) {
    (void)state;
    struct test_random random = {9};
    for (int round = 0; round < CASES; round++) {
        struct subject s;
        subject_make(&s, &random);
        s.n = 1;
        s.options.mask = round % 2 ? ATTENTION_MASK_CAUSAL : ATTENTION_MASK_NONE;
        subject_pass(&s);
        const struct attention_tensor weights = subject_tensor(&s, ATTENTION_TENSOR_WEIGHTS, 0);
        for (size_t i = 0; i < test_tensor_count(&weights); i++) {
            assert_true(weights.data[i] == 1.0f);
        }
        const struct attention_tensor v = subject_tensor(&s, ATTENTION_TENSOR_V, 0);
        const struct attention_tensor o = subject_tensor(&s, ATTENTION_TENSOR_HEAD_OUTPUT, 0);
        for (size_t i = 0; i < test_tensor_count(&v); i++)
            assert_true(o.data[i] == v.data[i]);
        subject_free(&s);
    }
}

/* τ = 0: the largest share equally, also when they are several, and nothing is divided. */
static void test_temperature_zero(void **state) {
    (void)state;
    struct test_random random = {10};
    for (int round = 0; round < CASES; round++) {
        struct subject s;
        subject_make(&s, &random);
        s.n = 2 + test_random_below(&random, MOST_TOKENS - 1);
        s.model.weights.config.position = ATTENTION_POSITION_NONE;
        s.options.has_temperature = true;
        s.options.is_scale_off = round % 2 == 0;
        memcpy(s.embedding, s.embedding + s.d, s.d * sizeof *s.embedding); /* words 1 and 2 alike */
        subject_pass(&s);
        assert_true(attention_trace_divisor(s.trace) == 0.0f);
        const struct attention_tensor weights = subject_tensor(&s, ATTENTION_TENSOR_WEIGHTS, 0);
        const struct attention_tensor scores = subject_tensor(&s, ATTENTION_TENSOR_SCORES, 0);
        const struct attention_tensor f = subject_tensor(&s, ATTENTION_TENSOR_SIMILARITY, 0);
        assert_memory_equal(scores.data, f.data, test_tensor_count(&f) * sizeof *f.data);
        for (size_t row = 0; row < test_tensor_count(&f); row += s.n) {
            float largest = -INFINITY;
            size_t count = 0;
            for (size_t j = 0; j < s.n; j++)
                largest = fmaxf(largest, f.data[row + j]);
            for (size_t j = 0; j < s.n; j++)
                count += f.data[row + j] == largest;
            for (size_t j = 0; j < s.n; j++) {
                const float share = f.data[row + j] == largest ? 1.0f / (float)count : 0.0f;
                assert_true(weights.data[row + j] == share);
            }
            assert_true(weights.data[row] == weights.data[row + 1]);
        }
        subject_free(&s);
    }
}

/* The scores are the similarity over √d_k · τ, with one rounding for the quotient. */
static void test_scores_are_similarity_over_divisor(void **state) {
    (void)state;
    struct test_random random = {11};
    for (int round = 0; round < CASES; round++) {
        struct subject s;
        subject_make(&s, &random);
        s.options.is_scale_off = round % 2 == 0;
        s.options.has_temperature = round % 4 < 2;
        s.options.temperature = test_random_float(&random, 0.01f, 10.0f);
        subject_pass(&s);
        float divisor = s.options.has_temperature ? s.options.temperature : 1.0f;
        if (!s.options.is_scale_off) divisor *= sqrtf((float)s.model.weights.config.d_k);
        assert_true(attention_trace_divisor(s.trace) == divisor);
        const struct attention_tensor f = subject_tensor(&s, ATTENTION_TENSOR_SIMILARITY, 0);
        const struct attention_tensor scores = subject_tensor(&s, ATTENTION_TENSOR_SCORES, 0);
        for (size_t i = 0; i < test_tensor_count(&f); i++) {
            assert_true(scores.data[i] == f.data[i] / divisor);
        }
        subject_free(&s);
    }
}

static float hostile_number(struct test_random *random) {
    static const float numbers[] = {0.0f,     -0.0f,        1e30f,  -1e30f,  1e-40f,
                                    -1e-40f,  FLT_TRUE_MIN, 1.0f,   -1.0f,   FLT_MAX,
                                    -FLT_MAX, 1e15f,        -1e15f, FLT_MIN, 1e-30f};
    return numbers[test_random_below(random, sizeof numbers / sizeof *numbers)];
}

static void expect_finite(const struct subject *s) {
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        for (int layer = 0; layer < s->model.weights.config.layers; layer++) {
            const struct attention_tensor tensor =
                subject_tensor(s, (enum attention_tensor_id)id, layer);
            for (size_t i = 0; i < test_tensor_count(&tensor); i++) {
                const bool may_be_masked = id == ATTENTION_TENSOR_SCORES;
                assert_true(isfinite(tensor.data[i]) ||
                            (may_be_masked && tensor.data[i] == -INFINITY));
            }
        }
    }
}

/* Whatever the numbers: a finished pass holds no NaN and no ∞, and a refused one says why, in a
 * sentence that says what to do, and leaves the last one as it was. */
static void test_hostile_numbers(void **state) {
    (void)state;
    struct test_random random = {12};
    size_t finished = 0, refused = 0;
    for (int round = 0; round < 3 * CASES; round++) {
        struct subject s;
        subject_make(&s, &random);
        subject_pass(&s);
        const uint64_t before = test_trace_hash(s.trace);
        const size_t changes = test_random_below(&random, 8);
        for (size_t i = 0; i < changes; i++) {
            s.embedding[test_random_below(&random, s.n * s.d)] = hostile_number(&random);
        }
        if (round % 3 == 0) {
            for (size_t i = 0; i < s.n * s.d; i++)
                s.embedding[i] *= round % 2 ? 1e-39f : 1e8f;
        }
        if (round % 4 == 0) { /* in q of the first layer */
            s.model.memory[64 * s.d + test_random_below(&random, s.d)] = hostile_number(&random);
        }
        if (round % 5 == 0) s.options.mask = ATTENTION_MASK_CAUSAL;
        s.options.has_temperature = round % 2;
        s.options.temperature = fabsf(hostile_number(&random));
        struct attention_error error;
        const enum attention_status status =
            attention_pass(s.trace, &s.model.weights, &s.options, s.embedding, s.n, &error);
        if (status == ATTENTION_OK) {
            finished++;
            expect_finite(&s);
        } else {
            refused++;
            assert_int_equal(status, ATTENTION_INVALID);
            assert_non_null(strchr(error.text, ';'));
            assert_true(strlen(error.text) < sizeof error.text - 1);
            assert_true(test_trace_hash(s.trace) == before);
        }
        subject_free(&s);
    }
    print_message("%zu finished, %zu refused\n", finished, refused);
    assert_true(finished > CASES / 4 && refused > CASES / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_sum_to_one),
        cmocka_unit_test(test_softmax_ignores_a_shift),
        cmocka_unit_test(test_larger_score_never_smaller_weight),
        cmocka_unit_test(test_masked_weights_are_zero),
        cmocka_unit_test(test_causal_rows_ignore_later_tokens),
        cmocka_unit_test(test_permutation),
        cmocka_unit_test(test_head_output_lies_among_the_values),
        cmocka_unit_test(test_fully_masked_rows_are_zero),
        cmocka_unit_test(test_one_token),
        cmocka_unit_test(test_temperature_zero),
        cmocka_unit_test(test_scores_are_similarity_over_divisor),
        cmocka_unit_test(test_hostile_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What holds for every pass, on random models of every kind. Masks, heads, edits and hostile
 * numbers have files of their own. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

enum { CASES = 1000, MOST_TOKENS = 8, MOST_D = 10 };

/* A random case without edits and without positions, one or two layers. */
static void case_make(struct test_case *c, struct test_random *random, bool has_context) {
    struct attention_config config = test_config_any(random, MOST_D);
    config.layers = 1 + (int)test_random_below(random, 2);
    config.position = ATTENTION_POSITION_NONE;
    test_case_make(c, &config, random, 1 + test_random_below(random, MOST_TOKENS));
    if (has_context) {
        const bool has_values = test_random_one_in(random, 2);
        test_case_add_context(c, random, 1 + test_random_below(random, MOST_TOKENS), has_values);
    }
    if (test_random_one_in(random, 4)) test_case_add_heads_off(c, random);
    c->options.is_scale_off = test_random_one_in(random, 3);
}

static struct attention_tensor last_output(const struct attention_trace *trace) {
    return attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT,
                                  attention_trace_config(trace)->layers - 1);
}

static float *copy(const struct attention_tensor *tensor) {
    const size_t bytes = test_tensor_count(tensor) * sizeof *tensor->data;
    float *numbers = malloc(bytes);
    if (!numbers) abort();
    return memcpy(numbers, tensor->data, bytes);
}

static void order_make(struct test_random *random, size_t *order, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const size_t other = test_random_below(random, i + 1);
        order[i] = order[other];
        order[other] = i;
    }
}

/* Row i becomes what row order[i] was. */
static void rows_shuffle(float *rows, const size_t *order, size_t count, size_t width) {
    float before[MOST_TOKENS * MOST_D];
    if (!rows) return;
    memcpy(before, rows, count * width * sizeof *before);
    for (size_t i = 0; i < count; i++)
        memcpy(rows + i * width, before + order[i] * width, width * sizeof *before);
}

static float scale_of(const float *numbers, size_t count) {
    float scale = 0.0f;
    for (size_t i = 0; i < count; i++)
        scale = fmaxf(scale, fabsf(numbers[i]));
    return scale;
}

/* The weights of a query that may see anything sum to 1 (as close as test_softmax.c says); of one
 * that may not, they are 0. */
static void test_rows_sum_to_one(void **state) {
    (void)state;
    struct test_random random = {1};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        test_case_any(&c, &random, MOST_D, 3 * MOST_TOKENS);
        test_case_pass(&c, trace);
        const size_t m = test_case_keys(&c);
        for (int layer = 0; layer < c.model.weights.config.layers; layer++) {
            const struct attention_tensor weights =
                attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, layer);
            const struct attention_tensor scores =
                attention_trace_tensor(trace, ATTENTION_TENSOR_SCORES, layer);
            for (size_t row = 0; row < test_tensor_count(&weights); row += m) {
                double sum = 0.0;
                bool sees = false;
                for (size_t j = 0; j < m; j++) {
                    sum += (double)weights.data[row + j];
                    sees |= scores.data[row + j] != -INFINITY;
                }
                assert_true(sees ? fabs(sum - 1.0) <= 5e-7 : sum == 0.0);
            }
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* Equal keys, equal weights: 1 over the number that may be seen, to the last bit, with every F. */
static void test_equal_keys_share_equally(void **state) {
    (void)state;
    struct test_random random = {2};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        case_make(&c, &random, true);
        const size_t n = c.input.n, m = c.input.m, d = (size_t)c.model.weights.config.d_model;
        for (size_t j = 1; j < m; j++)
            memcpy(c.context + j * d, c.context, d * sizeof *c.context);
        test_case_add_mask(&c, &random, (enum attention_mask)test_random_below(&random, 5));
        c.options.has_temperature = round % 3 == 0;
        c.options.temperature = round % 2 ? 0.7f : 0.0f;
        test_case_pass(&c, trace);
        const struct attention_tensor weights =
            attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, 0);
        const struct attention_tensor scores =
            attention_trace_tensor(trace, ATTENTION_TENSOR_SCORES, 0);
        for (size_t row = 0; row < test_tensor_count(&weights) / m; row++) {
            size_t seen = 0;
            for (size_t j = 0; j < m; j++)
                seen += scores.data[row * m + j] != -INFINITY;
            for (size_t j = 0; j < m; j++) {
                const bool is_seen = scores.data[row * m + j] != -INFINITY;
                assert_true(weights.data[row * m + j] == (is_seen ? 1.0f / (float)seen : 0.0f));
            }
        }
        assert_true(weights.shape[1] == n);
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* Keys and values in another order, and the mask's columns with them: the scores move to the last
 * bit; sums over keys are made in another order, which is all that may differ. */
static void test_order_of_keys_and_values(void **state) {
    (void)state;
    struct test_random random = {3};
    struct attention_trace *trace = attention_trace_new(NULL);
    double worst = 0.0;
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        size_t order[MOST_TOKENS];
        case_make(&c, &random, true);
        const size_t n = c.input.n, m = c.input.m, d = (size_t)c.model.weights.config.d_model;
        test_case_add_mask(&c, &random, round % 2 ? ATTENTION_MASK_CUSTOM : ATTENTION_MASK_NONE);
        test_case_pass(&c, trace);
        struct attention_tensor scores = attention_trace_tensor(trace, ATTENTION_TENSOR_SCORES, 0);
        struct attention_tensor output = last_output(trace);
        float *scores_before = copy(&scores), *output_before = copy(&output);
        order_make(&random, order, m);
        rows_shuffle(c.context, order, m, d);
        rows_shuffle(c.values, order, m, d);
        for (size_t i = 0; i < n && c.allowed; i++) {
            uint8_t row[MOST_TOKENS];
            memcpy(row, c.allowed + i * m, m);
            for (size_t j = 0; j < m; j++)
                c.allowed[i * m + j] = row[order[j]];
        }
        test_case_pass(&c, trace);
        scores = attention_trace_tensor(trace, ATTENTION_TENSOR_SCORES, 0);
        output = last_output(trace);
        for (size_t at = 0; at < test_tensor_count(&scores); at++)
            assert_true(scores.data[at] == scores_before[at / m * m + order[at % m]]);
        const float scale = scale_of(output_before, n * d);
        for (size_t i = 0; i < n * d; i++) {
            const float difference = fabsf(output.data[i] - output_before[i]);
            if (difference > 0.0f) worst = fmax(worst, (double)difference / (double)scale);
        }
        free(scores_before);
        free(output_before);
        test_case_free(&c);
    }
    print_message("another order changes the output by at most %.2g of its scale\n", worst);
    assert_true(worst <= 2e-5);
    attention_trace_free(trace);
}

/* Without positions and masks, shuffled words give the shuffled rows: to rounding in
 * self-attention, where the keys are shuffled too; to the last bit with a context, where they are
 * not. */
static void test_order_of_words(void **state) {
    (void)state;
    struct test_random random = {4};
    struct attention_trace *trace = attention_trace_new(NULL);
    double worst = 0.0;
    for (int round = 0; round < 2 * CASES; round++) {
        struct test_case c;
        size_t order[MOST_TOKENS];
        const bool has_context = round % 2;
        case_make(&c, &random, has_context);
        const size_t n = c.input.n, d = (size_t)c.model.weights.config.d_model;
        test_case_pass(&c, trace);
        struct attention_tensor output = last_output(trace);
        float *before = copy(&output);
        order_make(&random, order, n);
        rows_shuffle(c.embedding, order, n, d);
        test_case_pass(&c, trace);
        output = last_output(trace);
        const float scale = scale_of(before, n * d);
        for (size_t i = 0; i < n * d; i++) {
            const float difference = fabsf(output.data[i] - before[order[i / d] * d + i % d]);
            if (has_context) assert_true(difference == 0.0f);
            if (difference > 0.0f) worst = fmax(worst, (double)difference / (double)scale);
        }
        free(before);
        test_case_free(&c);
    }
    print_message("shuffled words are off by at most %.2g of the scale\n", worst);
    assert_true(worst <= 2e-5);
    attention_trace_free(trace);
}

/* A weighted mean lies between the smallest and the largest of what it is made of; rounding may
 * carry it over by 1e-6 of them: weights that sum to 1 + 5e-7, and m more roundings of 6e-8. */
static void test_head_output_lies_among_the_values(void **state) {
    (void)state;
    struct test_random random = {5};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        case_make(&c, &random, test_random_one_in(&random, 2));
        test_case_pass(&c, trace);
        const size_t n = c.input.n, m = test_case_keys(&c);
        const struct attention_tensor v = attention_trace_tensor(trace, ATTENTION_TENSOR_V, 0);
        const struct attention_tensor o =
            attention_trace_tensor(trace, ATTENTION_TENSOR_HEAD_OUTPUT, 0);
        for (size_t at = 0; at < test_tensor_count(&o); at++) {
            const size_t head = at / (n * o.shape[2]), column = at % o.shape[2];
            if (attention_trace_is_head_off(trace, 0, (int)head)) continue;
            float low = INFINITY, high = -INFINITY;
            for (size_t j = 0; j < m; j++) {
                const float value = v.data[(head * m + j) * o.shape[2] + column];
                low = fminf(low, value);
                high = fmaxf(high, value);
            }
            const float slack = 1e-6f * fmaxf(fabsf(low), fabsf(high));
            assert_true(o.data[at] >= low - slack && o.data[at] <= high + slack);
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* One token looks at itself with all its weight, so it gets its own value, to the last bit. */
static void test_one_token(void **state) {
    (void)state;
    struct test_random random = {6};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct attention_config config = test_config_any(&random, MOST_D);
        struct test_case c;
        test_case_make(&c, &config, &random, 1);
        if (round % 3 == 0) test_case_add_context(&c, &random, 1, round % 2);
        test_case_add_mask(&c, &random, round % 2 ? ATTENTION_MASK_CAUSAL : ATTENTION_MASK_WINDOW);
        test_case_pass(&c, trace);
        for (int layer = 0; layer < config.layers; layer++) {
            const struct attention_tensor weights =
                attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, layer);
            for (size_t i = 0; i < test_tensor_count(&weights); i++)
                assert_true(weights.data[i] == 1.0f);
            const struct attention_tensor v =
                attention_trace_tensor(trace, ATTENTION_TENSOR_V, layer);
            const struct attention_tensor o =
                attention_trace_tensor(trace, ATTENTION_TENSOR_HEAD_OUTPUT, layer);
            for (size_t i = 0; i < test_tensor_count(&v); i++)
                assert_true(o.data[i] == v.data[i]);
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* τ = 0: the largest share equally, also when they are several, and nothing is divided. */
static void test_temperature_zero(void **state) {
    (void)state;
    struct test_random random = {7};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        case_make(&c, &random, test_random_one_in(&random, 3));
        const size_t m = test_case_keys(&c), d = (size_t)c.model.weights.config.d_model;
        float *read = c.context ? c.context : c.embedding;
        if (m > 1) memcpy(read, read + d, d * sizeof *read); /* words 1 and 2 alike */
        c.options.has_temperature = true;
        test_case_pass(&c, trace);
        assert_true(attention_trace_divisor(trace) == 0.0f);
        const struct attention_tensor weights =
            attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, 0);
        const struct attention_tensor scores =
            attention_trace_tensor(trace, ATTENTION_TENSOR_SCORES, 0);
        const struct attention_tensor f =
            attention_trace_tensor(trace, ATTENTION_TENSOR_SIMILARITY, 0);
        assert_memory_equal(scores.data, f.data, test_tensor_count(&f) * sizeof *f.data);
        for (size_t row = 0; row < test_tensor_count(&f); row += m) {
            float largest = -INFINITY;
            size_t count = 0;
            for (size_t j = 0; j < m; j++)
                largest = fmaxf(largest, f.data[row + j]);
            for (size_t j = 0; j < m; j++)
                count += f.data[row + j] == largest;
            for (size_t j = 0; j < m; j++) {
                const float share = f.data[row + j] == largest ? 1.0f / (float)count : 0.0f;
                assert_true(weights.data[row + j] == share);
            }
            if (m > 1) assert_true(weights.data[row] == weights.data[row + 1]);
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* The scores are the similarity over √d_k · τ, with one rounding for the quotient. */
static void test_scores_are_similarity_over_divisor(void **state) {
    (void)state;
    struct test_random random = {8};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        case_make(&c, &random, test_random_one_in(&random, 3));
        c.options.has_temperature = round % 4 < 2;
        c.options.temperature = test_random_float(&random, 0.01f, 10.0f);
        test_case_pass(&c, trace);
        float divisor = c.options.has_temperature ? c.options.temperature : 1.0f;
        if (!c.options.is_scale_off) divisor *= sqrtf((float)c.model.weights.config.d_k);
        assert_true(attention_trace_divisor(trace) == divisor);
        const struct attention_tensor f =
            attention_trace_tensor(trace, ATTENTION_TENSOR_SIMILARITY, 0);
        const struct attention_tensor scores =
            attention_trace_tensor(trace, ATTENTION_TENSOR_SCORES, 0);
        for (size_t i = 0; i < test_tensor_count(&f); i++)
            assert_true(scores.data[i] == f.data[i] / divisor);
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_sum_to_one),
        cmocka_unit_test(test_equal_keys_share_equally),
        cmocka_unit_test(test_order_of_keys_and_values),
        cmocka_unit_test(test_order_of_words),
        cmocka_unit_test(test_head_output_lies_among_the_values),
        cmocka_unit_test(test_one_token),
        cmocka_unit_test(test_temperature_zero),
        cmocka_unit_test(test_scores_are_similarity_over_divisor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

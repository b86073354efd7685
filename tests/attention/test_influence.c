/* The exact influence of attention against central differences of support_attending.h. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attention/attention_compare.h"
#include "support_allocator.h"
#include "support_attending.h"
#include "support_influence.h"
#include "support_model.h"

enum { MOST_TOKENS = TEST_ATTENDING_MOST_TOKENS, MOST_D = 9 };

/* The rows of a tensor in double; NULL when there is none. The caller frees. */
static double *rows_of(struct attention_tensor tensor) {
    const size_t count = test_tensor_count(&tensor);
    if (count == 0) return NULL;
    double *rows = malloc(count * sizeof *rows);
    if (!rows) abort();
    for (size_t i = 0; i < count; i++)
        rows[i] = (double)tensor.data[i];
    return rows;
}

static void case_expect(const char *name, const struct test_case *c,
                        const struct attention_trace *trace, int layer) {
    const struct attention_config *config = &c->model.weights.config;
    const size_t n = attention_trace_tokens(trace), m = attention_trace_keys(trace);
    const size_t d = (size_t)config->d_model;
    double *own = rows_of(config->norm == ATTENTION_NORM_PRE
                              ? attention_trace_tensor(trace, ATTENTION_TENSOR_NORM1, layer)
                              : attention_trace_layer_input(trace, layer));
    double *keys = rows_of(attention_trace_tensor(trace, ATTENTION_TENSOR_CONTEXT_X, 0));
    double *values = rows_of(attention_trace_tensor(trace, ATTENTION_TENSOR_VALUES_X, 0));
    const struct test_attending at = {.c = c,
                                      .trace = trace,
                                      .layer = layer,
                                      .n = n,
                                      .m = m,
                                      .query_rows = keys ? own : NULL,
                                      .value_rows = values};
    float got[MOST_TOKENS * MOST_TOKENS];
    double want[MOST_TOKENS * MOST_TOKENS];
    struct attention_error error = {""};
    memset(got, 0xff, sizeof got); /* NaN: all of it must be written */
    test_differences(test_attend, &at, keys ? keys : own, m, d, n, d, want);
    if (attention_influence(trace, &c->model.weights, layer, NULL, got, &error) != ATTENTION_OK)
        fail_msg("%s: %s", name, error.text);
    test_influence_expect(name, got, want, n * m, 1e-4);
    free(own);
    free(keys);
    free(values);
}

static struct attention_trace *trace_of(const struct test_case *c) {
    struct attention_trace *trace = attention_trace_new(NULL);
    assert_non_null(trace);
    test_case_pass(c, trace);
    return trace;
}

/* All F × masks × norms × {self, context, values of their own}, all layers, twice; temperatures,
 * scale, heads off and edits of scores at random. */
static void test_every_kind_is_what_differences_say(void **state) {
    (void)state;
    struct test_random random = {2025};
    for (size_t kind = 0; kind < 2 * 4 * 5 * 3 * 3; kind++) {
        struct attention_config config = test_config_any(&random, MOST_D);
        config.similarity = (enum attention_similarity)(kind % 4);
        config.norm = (enum attention_norm)(kind / 4 % 3);
        if (config.similarity == ATTENTION_SIMILARITY_COSINE && config.d_k < 4) config.d_k += 4;
        struct test_case c;
        test_case_make(&c, &config, &random, 1 + test_random_below(&random, MOST_TOKENS));
        const size_t sources = kind / 12 % 3;
        if (sources > 0) {
            const size_t m = 1 + test_random_below(&random, MOST_TOKENS);
            test_case_add_context(&c, &random, m, sources == 2);
        }
        test_case_add_mask(&c, &random, (enum attention_mask)(kind / 36 % 5));
        if (test_random_one_in(&random, 3)) test_case_add_heads_off(&c, &random);
        if (test_random_one_in(&random, 3)) test_case_add_edits(&c, &random, 6);
        static const float temperatures[] = {0.0f, 0.3f, 1.0f, 4.0f};
        c.options.is_scale_off = test_random_one_in(&random, 3);
        c.options.has_temperature = test_random_one_in(&random, 2);
        c.options.temperature = temperatures[test_random_below(&random, 4)];
        struct attention_trace *trace = trace_of(&c);
        char name[64];
        for (int layer = 0; layer < config.layers; layer++) {
            snprintf(name, sizeof name, "kind %zu, layer %d", kind, layer);
            case_expect(name, &c, trace, layer);
        }
        attention_trace_free(trace);
        test_case_free(&c);
    }
}

static struct attention_config config_of(enum attention_similarity similarity) {
    return (struct attention_config){.d_model = 8,
                                     .layers = 1,
                                     .heads = 2,
                                     .d_k = 4,
                                     .d_v = 3,
                                     .norm = ATTENTION_NORM_NONE,
                                     .similarity = similarity};
}

/* A score is edited to the very number that it has: the pass is the same, bit for bit, but that
 * number no longer moves. */
static void test_an_edited_score_is_a_constant(void **state) {
    (void)state;
    struct test_random random = {77};
    const struct attention_config config = config_of(ATTENTION_SIMILARITY_DOT);
    struct test_case c;
    test_case_make(&c, &config, &random, 4);
    struct attention_trace *trace = trace_of(&c);
    float free_influence[16], fixed[16];
    struct attention_error error;
    assert_int_equal(attention_influence(trace, &c.model.weights, 0, NULL, free_influence, &error),
                     ATTENTION_OK);
    c.edits[0] = (struct attention_edit){
        .tensor = ATTENTION_TENSOR_SCORES,
        .index = 1 * 4 + 2,
        .value = attention_trace_tensor(trace, ATTENTION_TENSOR_SCORES, 0).data[1 * 4 + 2]};
    c.options.edits = c.edits;
    c.options.edit_count = 1;
    const uint64_t before = test_trace_hash(trace);
    test_case_pass(&c, trace);
    assert_true(test_trace_hash(trace) == before);
    assert_int_equal(attention_influence(trace, &c.model.weights, 0, NULL, fixed, &error),
                     ATTENTION_OK);
    for (size_t at = 0; at < 16; at++) { /* (1, 2) through its key, (1, 1) through the query */
        const bool is_other = at == 1 * 4 + 2 || at == 1 * 4 + 1;
        if ((fixed[at] != free_influence[at]) != is_other) fail_msg("number %zu", at);
    }
    case_expect("edited", &c, trace, 0);
    attention_trace_free(trace);
    test_case_free(&c);
}

/* One token: its weight is 1 whatever happens, so what is left is ‖Σ_h W_O W_V‖. */
static void test_one_token(void **state) {
    (void)state;
    struct test_random random = {5};
    for (int similarity = 0; similarity < 4; similarity++) {
        const struct attention_config config = config_of((enum attention_similarity)similarity);
        struct test_case c;
        test_case_make(&c, &config, &random, 1);
        struct attention_trace *trace = trace_of(&c);
        const float *o = c.model.layers[0].o_weight, *v = c.model.layers[0].v_weight;
        double square = 0.0;
        for (size_t r = 0; r < 8; r++) {
            for (size_t col = 0; col < 8; col++) {
                double sum = 0.0;
                for (size_t k = 0; k < 6; k++)
                    sum += (double)o[r * 6 + k] * (double)v[k * 8 + col];
                square += sum * sum;
            }
        }
        float got = NAN;
        assert_int_equal(attention_influence(trace, &c.model.weights, 0, NULL, &got, NULL),
                         ATTENTION_OK);
        assert_true(fabs((double)got - sqrt(square)) <= 1e-6);
        attention_trace_free(trace);
        test_case_free(&c);
    }
}

/* Runs the pass; where that fits float32, the influence is finite and not negative, or refused with
 * a sentence. */
static void expect_finite_or_refused(const struct test_case *c, size_t *finite, size_t *refused) {
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_error error = {""};
    float got[MOST_TOKENS * MOST_TOKENS];
    memset(got, 0xff, sizeof got);
    if (attention_pass(trace, &c->model.weights, &c->options, &c->input, NULL) != ATTENTION_OK) {
        attention_trace_free(trace);
        return;
    }
    if (attention_influence(trace, &c->model.weights, 0, NULL, got, &error) == ATTENTION_OK) {
        (*finite)++;
        for (size_t i = 0; i < c->input.n * test_case_keys(c); i++)
            if (!(got[i] >= 0.0f && got[i] <= FLT_MAX)) fail_msg("%g", (double)got[i]);
    } else {
        (*refused)++;
        assert_non_null(strstr(error.text, "is beyond what float32 can hold; use smaller"));
    }
    attention_trace_free(trace);
}

/* Embeddings, weights and temperatures at the ends of float32. */
static void test_the_ends_of_float32(void **state) {
    (void)state;
    struct test_random random = {99};
    static const float sizes[] = {0.0f,  FLT_TRUE_MIN, 1e-40f, 1e-30f, 1e-19f, 1e10f,
                                  1e19f, 1e25f,        1e30f,  1e37f,  1e38f};
    const size_t kinds = sizeof sizes / sizeof *sizes;
    size_t finite = 0, refused = 0;
    for (int round = 0; round < 2000; round++) {
        struct test_case c;
        test_case_any(&c, &random, MOST_D, MOST_TOKENS);
        const size_t d = (size_t)c.model.weights.config.d_model;
        const float *const spoilt[] = {c.model.layers[0].o_weight, c.model.layers[0].v_weight,
                                       c.model.layers[0].k_weight};
        for (size_t i = 0; i < 3; i++) {
            float *numbers = test_model_writable(&c.model, spoilt[i]);
            numbers[test_random_below(&random, d)] *= sizes[test_random_below(&random, kinds)];
        }
        const float size = sizes[test_random_below(&random, kinds)];
        for (size_t i = 0; i < c.input.n * d && round % 2; i++)
            c.embedding[i] *= size;
        if (round % 3 == 0) {
            c.options.has_temperature = true;
            c.options.temperature = test_random_one_in(&random, 2) ? FLT_TRUE_MIN : 1e-30f;
        }
        expect_finite_or_refused(&c, &finite, &refused);
        test_case_free(&c);
    }
    assert_true(finite > 300);
}

/* Tiny rows through huge weights: the pass fits float32, its slope does not. */
static void test_influence_beyond_float32_is_refused(void **state) {
    (void)state;
    struct test_random random = {98};
    size_t finite = 0, refused = 0;
    for (int similarity = 0; similarity < 4; similarity++) {
        const struct attention_config config = config_of((enum attention_similarity)similarity);
        struct test_case c;
        test_case_make(&c, &config, &random, 3);
        c.model.layers[0].v_bias = NULL;
        for (size_t i = 0; i < 6 * 8; i++) {
            test_model_writable(&c.model, c.model.layers[0].o_weight)[i] *= 1e20f;
            test_model_writable(&c.model, c.model.layers[0].v_weight)[i] *= 1e20f;
        }
        for (size_t i = 0; i < 3 * 8; i++)
            c.embedding[i] *= 1e-30f;
        expect_finite_or_refused(&c, &finite, &refused);
        test_case_free(&c);
    }
    assert_int_equal(finite, 0);
    assert_int_equal(refused, 4);
}

/* A query that is the zero vector has the cosine 0 with every key, and no slope. */
static void test_zero_vectors_under_the_cosine(void **state) {
    (void)state;
    struct test_random random = {31};
    const struct attention_config config = config_of(ATTENTION_SIMILARITY_COSINE);
    struct test_case c;
    test_case_make(&c, &config, &random, 3);
    c.model.layers[0].q_bias = c.model.layers[0].k_bias = NULL;
    memset(c.embedding, 0, 8 * sizeof *c.embedding);
    struct attention_trace *trace = trace_of(&c);
    float got[9];
    double square = 0.0;
    assert_int_equal(attention_influence(trace, &c.model.weights, 0, NULL, got, NULL),
                     ATTENTION_OK);
    const float *o = c.model.layers[0].o_weight, *v = c.model.layers[0].v_weight;
    for (size_t r = 0; r < 8; r++) {
        for (size_t col = 0; col < 8; col++) {
            double sum = 0.0;
            for (size_t k = 0; k < 6; k++)
                sum += (double)o[r * 6 + k] * (double)v[k * 8 + col];
            square += sum * sum;
        }
    }
    for (size_t j = 0; j < 3; j++) /* a third of each value, and nothing through the scores */
        assert_true(fabs((double)got[j] - sqrt(square) / 3.0) <= 1e-6);
    for (size_t i = 3; i < 9; i++)
        assert_true(got[i] > 0.0f && got[i] < 100.0f);
    attention_trace_free(trace);
    test_case_free(&c);
}

static void test_nothing_to_measure_is_refused(void **state) {
    (void)state;
    struct test_random random = {3};
    const struct attention_config config = config_of(ATTENTION_SIMILARITY_DOT);
    struct test_case c;
    test_case_make(&c, &config, &random, 2);
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_error error;
    float got[4];
    assert_int_equal(attention_influence(trace, &c.model.weights, 0, NULL, got, &error),
                     ATTENTION_INVALID);
    assert_string_equal(error.text, "there is no pass yet whose influence could be measured; run "
                                    "one first");
    test_case_pass(&c, trace);
    assert_int_equal(attention_influence(trace, &c.model.weights, 1, NULL, got, &error),
                     ATTENTION_INVALID);
    assert_string_equal(error.text, "there is no layer 2; choose one from 1 to 1");
    assert_int_equal(attention_influence(trace, &c.model.weights, -1, NULL, got, &error),
                     ATTENTION_INVALID);
    attention_trace_free(trace);
    test_case_free(&c);
}

static void test_every_allocation_fails_in_turn(void **state) {
    (void)state;
    struct test_random random = {8};
    for (int similarity = 0; similarity < 4; similarity++) {
        const struct attention_config config = config_of((enum attention_similarity)similarity);
        struct test_case c;
        test_case_make(&c, &config, &random, 3);
        struct attention_trace *trace = trace_of(&c);
        float got[9];
        size_t fail_at = 0;
        for (;; fail_at++) {
            struct test_counter counter = {.fail_at = fail_at};
            const struct attention_allocator allocator = test_counter_allocator(&counter);
            struct attention_error error = {""};
            const enum attention_status status =
                attention_influence(trace, &c.model.weights, 0, &allocator, got, &error);
            assert_int_equal(counter.alive, 0);
            if (status == ATTENTION_OK) break;
            assert_int_equal(status, ATTENTION_NO_MEMORY);
            assert_non_null(strstr(error.text, "there is no memory for the influence"));
        }
        assert_int_equal(fail_at, 1); /* one block */
        attention_trace_free(trace);
        test_case_free(&c);
    }
}

/* The same bits with every compiler and on every machine. */
static void test_bits_are_the_same_everywhere(void **state) {
    (void)state;
    static const uint64_t golden[] = {0x08e4ff09e6e63d88, 0x2ab97211b8918b9c, 0x6d1826d20a93842c,
                                      0xc7e98f1c8aea793f};
    struct test_random random = {2017};
    for (int similarity = 0; similarity < 4; similarity++) {
        const struct attention_config config = config_of((enum attention_similarity)similarity);
        struct test_case c;
        test_case_make(&c, &config, &random, 6);
        struct attention_trace *trace = trace_of(&c);
        float got[36];
        assert_int_equal(attention_influence(trace, &c.model.weights, 0, NULL, got, NULL),
                         ATTENTION_OK);
        const uint64_t hash = test_numbers_hash(got, 36);
        if (hash != golden[similarity])
            fail_msg("F %d: 0x%016llx", similarity, (unsigned long long)hash);
        attention_trace_free(trace);
        test_case_free(&c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_is_what_differences_say),
        cmocka_unit_test(test_an_edited_score_is_a_constant),
        cmocka_unit_test(test_one_token),
        cmocka_unit_test(test_the_ends_of_float32),
        cmocka_unit_test(test_influence_beyond_float32_is_refused),
        cmocka_unit_test(test_zero_vectors_under_the_cosine),
        cmocka_unit_test(test_nothing_to_measure_is_refused),
        cmocka_unit_test(test_every_allocation_fails_in_turn),
        cmocka_unit_test(test_bits_are_the_same_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

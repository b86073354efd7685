/* The two faults that a reader may switch on: against the same mathematics in double, explained
 * number by number, the same bits with every kernel and any number of threads, and wrong in the way
 * they are meant to be. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attention/attention_compare.h"
#include "support_explain.h"
#include "support_model.h"
#include "support_oracle.h"

enum { MODELS = 200, OPERATIONS = ATTENTION_OPERATION_MASKED_AFTER + 1 };
static const enum attention_fault faults[] = {ATTENTION_FAULT_SOFTMAX_OVER_QUERIES,
                                              ATTENTION_FAULT_MASK_AFTER_SOFTMAX};

static void make(struct test_case *c, struct test_random *random, int model) {
    test_case_any(c, random, 20, model % 8 == 0 ? 70 : 12);
    c->options.fault = faults[model % 2];
}

/* Every tensor of every layer within 2e-5 of its scale. */
static void compare(const struct attention_trace *trace, const struct oracle *oracle, int model) {
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        int layers = attention_tensor_is_per_layer(id) ? attention_trace_config(trace)->layers : 1;
        for (int layer = 0; layer < layers; layer++) {
            const struct attention_tensor got =
                attention_trace_tensor(trace, (enum attention_tensor_id)id, layer);
            const double *wanted = oracle->numbers[id][layer];
            assert_int_equal(got.data != NULL, wanted != NULL);
            double scale = 0, error = 0;
            for (size_t i = 0; wanted && i < test_tensor_count(&got); i++) {
                if (isinf(wanted[i]) || isinf(got.data[i])) {
                    if ((double)got.data[i] != wanted[i])
                        fail_msg("model %d: %s", model, attention_tensor_name(id));
                    continue;
                }
                scale = fmax(scale, fabs(wanted[i]));
                error = fmax(error, fabs((double)got.data[i] - wanted[i]));
            }
            if (!(error <= 2e-5 * scale))
                fail_msg("model %d: %s of layer %d is off by %g of its scale", model,
                         attention_tensor_name(id), layer, error / scale);
        }
    }
}

static void test_against_double(void **state) {
    (void)state;
    struct test_random random = {4711};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int model = 0; model < MODELS; model++) {
        struct test_case c;
        struct oracle oracle;
        make(&c, &random, model);
        test_case_pass(&c, trace);
        assert_int_equal(attention_trace_fault(trace), c.options.fault);
        oracle_run(&oracle, &c.model.weights, &c.options, &c.input);
        compare(trace, &oracle, model);
        oracle_free(&oracle);
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

static void test_explained(void **state) {
    (void)state;
    struct test_random random = {4712};
    struct attention_trace *trace = attention_trace_new(NULL);
    bool is_met[OPERATIONS] = {false};
    for (int model = 0; model < MODELS / 2; model++) {
        struct test_case c;
        test_case_any(&c, &random, 12, 9);
        c.options.fault = faults[model % 2];
        if (model % 5 == 0) {
            c.options.has_temperature = true;
            c.options.temperature = 0;
        }
        test_case_pass(&c, trace);
        test_explain_all(&c, trace, is_met);
        test_case_free(&c);
    }
    assert_true(is_met[ATTENTION_OPERATION_SOFTMAX] && is_met[ATTENTION_OPERATION_LARGEST]);
    assert_true(is_met[ATTENTION_OPERATION_MASKED_AFTER]);
    assert_true(is_met[ATTENTION_OPERATION_NOTHING_ALLOWED]);
    attention_trace_free(trace);
}

static void test_same_bits(void **state) {
    (void)state;
    static const enum attention_kernels_choice kernels[] = {
        ATTENTION_KERNELS_BEST, ATTENTION_KERNELS_SSE2, ATTENTION_KERNELS_AVX2,
        ATTENTION_KERNELS_AVX512};
    struct test_random random = {4713};
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_pool *pool = attention_pool_new(3, NULL);
    int passes = 0;
    for (int model = 0; model < 40; model++) {
        struct test_case c;
        make(&c, &random, model);
        c.options.kernels = ATTENTION_KERNELS_PLAIN;
        test_case_pass(&c, trace);
        const uint64_t hash = test_trace_hash(trace);
        for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
            c.options.kernels = kernels[k];
            c.options.pool = k % 2 ? pool : NULL;
            if (attention_pass(trace, &c.model.weights, &c.options, &c.input, NULL) != ATTENTION_OK)
                continue; /* this processor lacks them */
            assert_true(test_trace_hash(trace) == hash);
            passes++;
        }
        test_case_free(&c);
    }
    assert_true(passes >= 40);
    attention_pool_free(pool);
    attention_trace_free(trace);
}

static double sum_of(const float *numbers, size_t count, size_t step) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)numbers[i * step];
    return sum;
}

/* Which sums are 1, and which are not. */
static void test_wrong_as_meant(void **state) {
    (void)state;
    const struct attention_config config = {
        .d_model = 8, .layers = 1, .heads = 2, .d_k = 4, .d_v = 4};
    struct test_random random = {4714};
    struct attention_trace *trace = attention_trace_new(NULL);
    struct test_case c;
    const size_t n = 7;
    test_case_make(&c, &config, &random, n);
    test_case_add_mask(&c, &random, ATTENTION_MASK_CAUSAL);
    c.options.fault = ATTENTION_FAULT_SOFTMAX_OVER_QUERIES;
    test_case_pass(&c, trace);
    const float *a = attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, 0).data;
    for (size_t j = 0; j < n; j++)
        assert_true(fabs(sum_of(a + j, n, n) - 1) < 1e-6);
    assert_true(fabs(sum_of(a, n, 1) - 1) > 1e-3); /* the first row sees one key */
    c.options.fault = ATTENTION_FAULT_MASK_AFTER_SOFTMAX;
    test_case_pass(&c, trace);
    a = attention_trace_tensor(trace, ATTENTION_TENSOR_WEIGHTS, 0).data;
    const float *z = attention_trace_tensor(trace, ATTENTION_TENSOR_SCORES, 0).data;
    for (size_t i = 0; i < n; i++) {
        double sum = sum_of(a + i * n, n, 1);
        assert_true(i + 1 == n ? fabs(sum - 1) < 1e-6 : sum < 1 && sum > 0);
        for (size_t j = 0; j < n; j++) {
            assert_true(isfinite(z[i * n + j]));
            assert_true((a[i * n + j] == 0.0f) == (j > i));
        }
    }
    test_case_free(&c);
    attention_trace_free(trace);
}

static void test_refused(void **state) {
    (void)state;
    struct test_random random = {4715};
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_error error = {""};
    struct test_case c;
    float *influence = calloc(64 * 64, sizeof *influence);
    make(&c, &random, 1);
    test_case_pass(&c, trace);
    assert_int_equal(attention_influence(trace, &c.model.weights, 0, NULL, influence, &error),
                     ATTENTION_INVALID);
    assert_non_null(strstr(error.text, "switch it off"));
    c.options.fault = (enum attention_fault)3;
    assert_int_equal(attention_pass(trace, &c.model.weights, &c.options, &c.input, &error),
                     ATTENTION_INVALID);
    assert_non_null(strstr(error.text, "fault"));
    free(influence);
    test_case_free(&c);
    attention_trace_free(trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_double), cmocka_unit_test(test_explained),
        cmocka_unit_test(test_same_bits),      cmocka_unit_test(test_wrong_as_meant),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

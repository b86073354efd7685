/* Random models of every shape against the same mathematics in double: at most 2e-5 of each
 * tensor's scale. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support_model.h"
#include "support_oracle.h"

enum { MODELS = 150 };
static const double TOLERANCE = 2e-5;

static double error_of(const struct attention_tensor *got, const double *expected) {
    const size_t count = test_tensor_count(got);
    double scale = 0.0, error = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (isinf(expected[i])) {
            assert_true(isinf(got->data[i]) && got->data[i] < 0);
            continue;
        }
        scale = fmax(scale, fabs(expected[i]));
        error = fmax(error, fabs((double)got->data[i] - expected[i]));
    }
    return error == 0.0 ? 0.0 : error / scale;
}

static double compare_all(const struct attention_trace *trace, const struct oracle *oracle) {
    double worst = 0.0;
    for (int i = 0; i < ATTENTION_TENSOR_COUNT; i++) {
        const enum attention_tensor_id id = (enum attention_tensor_id)i;
        const int layers =
            attention_tensor_is_per_layer(id) ? attention_trace_config(trace)->layers : 1;
        for (int layer = 0; layer < layers; layer++) {
            const struct attention_tensor got = attention_trace_tensor(trace, id, layer);
            const double *expected = oracle->tensors[i][layer];
            if ((got.data != NULL) != (expected != NULL)) {
                fail_msg("%s is %s", attention_tensor_name(id), got.data ? "there" : "absent");
            }
            if (!expected) continue;
            const double error = error_of(&got, expected);
            if (!(error <= TOLERANCE)) {
                fail_msg("%s of layer %d is off by %g", attention_tensor_name(id), layer, error);
            }
            worst = fmax(worst, error);
        }
    }
    return worst;
}

static struct attention_options options_any(struct test_random *random, uint8_t *allowed,
                                            size_t n) {
    struct attention_options options = {0};
    options.mask = (enum attention_mask)test_random_below(random, 3);
    options.is_scale_off = test_random_below(random, 3) == 0;
    options.has_temperature = test_random_below(random, 2) == 0;
    options.temperature = test_random_float(random, 0.5f, 3.0f);
    for (size_t i = 0; i < n * n; i++)
        allowed[i] = (uint8_t)test_random_below(random, 2);
    if (options.mask == ATTENTION_MASK_CUSTOM) options.allowed = allowed;
    return options;
}

static void test_random_models(void **state) {
    (void)state;
    struct test_random random = {2024};
    struct attention_trace *trace = attention_trace_new(NULL);
    double worst = 0.0;
    for (int round = 0; round < MODELS; round++) {
        const struct attention_config config = test_config_any(&random, 24);
        const size_t n = 1 + test_random_below(&random, round % 10 == 0 ? 64 : 16);
        struct test_model model;
        test_model_make(&model, &config, &random);
        float *embedding = test_embedding_make(&random, n, (size_t)config.d_model);
        uint8_t allowed[64 * 64];
        const struct attention_options options = options_any(&random, allowed, n);
        struct attention_error error;
        struct oracle oracle;
        assert_int_equal(attention_pass(trace, &model.weights, &options, embedding, n, &error),
                         ATTENTION_OK);
        oracle_run(&oracle, &model.weights, &options, embedding, n);
        worst = fmax(worst, compare_all(trace, &oracle));
        oracle_free(&oracle);
        free(embedding);
        test_model_free(&model);
    }
    print_message("largest error of any tensor: %.2g of its scale\n", worst);
    attention_trace_free(trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_models)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

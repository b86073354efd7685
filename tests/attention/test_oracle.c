/* Random models of every kind against the same mathematics in double: at most 2e-5 of each tensor's
 * scale, its largest magnitude. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support_model.h"
#include "support_oracle.h"

enum { MODELS = 400, LONG_EVERY = 8, SHORT_TOKENS = 12, LONG_TOKENS = 64 };
static const double TOLERANCE = 2e-5;

static double error_of(const struct attention_tensor *got, const double *expected) {
    const size_t count = test_tensor_count(got);
    double scale = 0.0, error = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (isinf(expected[i])) {
            assert_true(isinf(got->data[i]) && got->data[i] < 0);
            continue;
        }
        assert_true(isfinite(got->data[i]));
        scale = fmax(scale, fabs(expected[i]));
        error = fmax(error, fabs((double)got->data[i] - expected[i]));
    }
    return error == 0.0 ? 0.0 : error / scale;
}

/* Every tensor of every layer; worst[id] becomes the largest error of each. */
static void compare_all(const struct attention_trace *trace, const struct oracle *oracle, int model,
                        double worst[ATTENTION_TENSOR_COUNT]) {
    const int all_layers = attention_trace_config(trace)->layers;
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        const int layers = attention_tensor_is_per_layer(id) ? all_layers : 1;
        for (int layer = 0; layer < layers; layer++) {
            const struct attention_tensor got =
                attention_trace_tensor(trace, (enum attention_tensor_id)id, layer);
            const double *expected = oracle->numbers[id][layer];
            if ((got.data != NULL) != (expected != NULL)) {
                fail_msg("model %d: %s is %s", model, attention_tensor_name(id),
                         got.data ? "there" : "absent");
            }
            if (!expected) continue;
            const double error = error_of(&got, expected);
            if (!(error <= TOLERANCE)) {
                fail_msg("model %d: %s of layer %d is off by %g of its scale", model,
                         attention_tensor_name(id), layer, error);
            }
            worst[id] = fmax(worst[id], error);
        }
    }
}

static void check(const struct test_case *c, struct attention_trace *trace, int model,
                  double worst[ATTENTION_TENSOR_COUNT]) {
    struct oracle oracle;
    test_case_pass(c, trace);
    assert_int_equal(attention_trace_tokens(trace), c->input.n);
    assert_int_equal(attention_trace_keys(trace), test_case_keys(c));
    oracle_run(&oracle, &c->model.weights, &c->options, &c->input);
    compare_all(trace, &oracle, model, worst);
    oracle_free(&oracle);
}

static void print_worst(const double worst[ATTENTION_TENSOR_COUNT]) {
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        print_message("%-20s off by at most %.2g of its scale\n", attention_tensor_name(id),
                      worst[id]);
    }
}

/* How many of the models had what: the random models have to reach everything. */
struct seen {
    int similarity[4], mask[5], norm[3], position[3], context, values, edited, heads_off, layers[5];
};

static void see(struct seen *seen, const struct test_case *c) {
    const struct attention_config *config = &c->model.weights.config;
    seen->similarity[config->similarity]++;
    seen->mask[c->options.mask]++;
    seen->norm[config->norm]++;
    seen->position[config->position]++;
    seen->layers[config->layers]++;
    seen->context += c->input.context != NULL;
    seen->values += c->input.values != NULL;
    seen->edited += c->options.edit_count > 0;
    seen->heads_off += c->options.heads_off != NULL;
}

static void expect_seen_all(const struct seen *seen) {
    enum { FEW = MODELS / 20 };
    for (int i = 0; i < 4; i++)
        assert_true(seen->similarity[i] >= FEW && seen->layers[i + 1] >= FEW);
    for (int i = 0; i < 5; i++)
        assert_true(seen->mask[i] >= FEW);
    for (int i = 0; i < 3; i++)
        assert_true(seen->norm[i] >= FEW && seen->position[i] >= FEW);
    assert_true(seen->context >= FEW && seen->values >= FEW);
    assert_true(seen->edited >= FEW && seen->heads_off >= FEW);
}

static void test_random_models(void **state) {
    (void)state;
    struct test_random random = {2024};
    struct attention_trace *trace = attention_trace_new(NULL);
    double worst[ATTENTION_TENSOR_COUNT] = {0};
    struct seen seen = {0};
    for (int model = 0; model < MODELS; model++) {
        struct test_case c;
        test_case_any(&c, &random, 24, model % LONG_EVERY == 0 ? LONG_TOKENS : SHORT_TOKENS);
        check(&c, trace, model, worst);
        see(&seen, &c);
        test_case_free(&c);
    }
    print_worst(worst);
    expect_seen_all(&seen);
    attention_trace_free(trace);
}

/* Temperature 0 asks which score is the largest, and near a tie rounding decides. With small whole
 * numbers everywhere q, k and their products are exact in both, ties included. */
static void test_temperature_zero(void **state) {
    (void)state;
    struct test_random random = {2025};
    struct attention_trace *trace = attention_trace_new(NULL);
    double worst[ATTENTION_TENSOR_COUNT] = {0};
    for (int model = 0; model < MODELS / 2; model++) {
        struct attention_config config = test_config_any(&random, 12);
        config.layers = 1;
        config.similarity = model % 2 ? ATTENTION_SIMILARITY_GENERAL : ATTENTION_SIMILARITY_DOT;
        config.position = ATTENTION_POSITION_NONE;
        if (config.norm == ATTENTION_NORM_PRE) config.norm = ATTENTION_NORM_POST;
        struct test_case c;
        test_case_make(&c, &config, &random, 1 + test_random_below(&random, SHORT_TOKENS));
        const struct attention_layer_weights *w = &c.model.layers[0];
        const float *end = w->v_weight; /* q, k and their biases stand before it */
        for (float *number = c.model.memory; number < end; number++)
            *number = (float)((int)test_random_below(&random, 5) - 2);
        for (size_t i = 0;
             w->general_weight && i < test_case_editable(&c, ATTENTION_WEIGHT_GENERAL); i++) {
            test_model_writable(&c.model, w->general_weight)[i] =
                (float)((int)test_random_below(&random, 3) - 1);
        }
        for (size_t i = 0; i < c.input.n * (size_t)config.d_model; i++)
            c.embedding[i] = (float)((int)test_random_below(&random, 3) - 1);
        test_case_add_mask(&c, &random, (enum attention_mask)test_random_below(&random, 5));
        c.options.has_temperature = true;
        check(&c, trace, model, worst);
        assert_true(worst[ATTENTION_TENSOR_SIMILARITY] == 0.0);
        assert_true(worst[ATTENTION_TENSOR_SCORES] == 0.0);
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_models),
        cmocka_unit_test(test_temperature_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The same bits on every machine, with every compiler and at every level of optimisation: hashes of
 * all tensors of a few models. A change of the order of any addition shows here. If a hash has to
 * change, it has to be the same one for gcc and clang, optimised and not. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support_model.h"

static const struct {
    struct attention_config config;
    struct attention_options options;
    size_t n;
    uint64_t hash;
} passes[] = {
    {{.d_model = 33,
      .layers = 2,
      .heads = 3,
      .d_k = 7,
      .d_v = 5,
      .d_ff = 70,
      .position = ATTENTION_POSITION_SINUSOIDAL,
      .activation = ATTENTION_ACTIVATION_GELU},
     {.mask = ATTENTION_MASK_CAUSAL},
     67,
     0xa7747a2f290c29d8u},
    {{.d_model = 48,
      .layers = 1,
      .heads = 6,
      .d_k = 8,
      .d_v = 8,
      .norm = ATTENTION_NORM_NONE,
      .position = ATTENTION_POSITION_SINUSOIDAL},
     {.has_temperature = true, .temperature = 0.7f},
     130,
     0x06832e5e93d86877u},
    {{.d_model = 150,
      .layers = 3,
      .heads = 2,
      .d_k = 129,
      .d_v = 20,
      .d_ff = 40,
      .norm = ATTENTION_NORM_PRE,
      .position = ATTENTION_POSITION_LEARNED,
      .position_rows = 20},
     {.is_scale_off = true},
     17,
     0xefc453133cb5fc29u},
    {{.d_model = 4,
      .layers = 4,
      .heads = 1,
      .d_k = 2,
      .d_v = 2,
      .d_ff = 3,
      .is_residual_off = true,
      .activation = ATTENTION_ACTIVATION_GELU},
     {.has_temperature = true},
     1,
     0xeaa7acfc784189ddu},
};

static uint64_t pass_hash(size_t index) {
    struct test_random random = {index + 1};
    struct test_model model;
    test_model_make(&model, &passes[index].config, &random);
    float *embedding =
        test_embedding_make(&random, passes[index].n, (size_t)passes[index].config.d_model);
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_error error;
    const enum attention_status status = attention_pass(
        trace, &model.weights, &passes[index].options, embedding, passes[index].n, &error);
    if (status != ATTENTION_OK) fail_msg("%s", error.text);
    const uint64_t hash = test_trace_hash(trace);
    attention_trace_free(trace);
    free(embedding);
    test_model_free(&model);
    return hash;
}

static void test_hashes(void **state) {
    (void)state;
    size_t different = 0;
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        const uint64_t hash = pass_hash(i);
        if (hash == passes[i].hash) continue;
        print_message("pass %zu: 0x%016" PRIx64 "\n", i, hash);
        different++;
    }
    assert_int_equal(different, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hashes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

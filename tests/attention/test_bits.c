/* The same bits on every machine, with every compiler, at every level of optimisation, with every
 * build of the kernels and with any number of threads: hashes of all tensors of a few models, and
 * random models against the plain loops. A change of the order of any addition shows here. If a
 * hash has to change, it has to be the same one for gcc and clang, optimised and not. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

/* Some are larger than the blocks that kernels and threads work in, with edges that fill none. */
static const struct golden {
    struct attention_config config;
    struct attention_options options; /* its mask gets a random size or random permissions */
    size_t n, m;                      /* m: of the context; 0 for self-attention */
    bool has_values, has_heads_off;
    size_t edits;
    uint64_t hash;
} goldens[] = {
    {.config = {.d_model = 33,
                .layers = 2,
                .heads = 3,
                .d_k = 7,
                .d_v = 5,
                .d_ff = 70,
                .position = ATTENTION_POSITION_SINUSOIDAL,
                .activation = ATTENTION_ACTIVATION_GELU},
     .options = {.mask = ATTENTION_MASK_CAUSAL},
     .n = 67,
     .hash = 0xa057bb14909f2d06u},
    {.config = {.d_model = 48,
                .layers = 1,
                .heads = 6,
                .d_k = 8,
                .d_v = 8,
                .norm = ATTENTION_NORM_NONE,
                .position = ATTENTION_POSITION_SINUSOIDAL},
     .options = {.has_temperature = true, .temperature = 0.7f},
     .n = 130,
     .hash = 0xa80d99b99ce5a5dbu},
    {.config = {.d_model = 150,
                .layers = 3,
                .heads = 2,
                .d_k = 129,
                .d_v = 20,
                .d_ff = 40,
                .norm = ATTENTION_NORM_PRE,
                .position = ATTENTION_POSITION_LEARNED,
                .position_rows = 20},
     .options = {.is_scale_off = true},
     .n = 17,
     .hash = 0xfb82e930e23955fcu},
    {.config = {.d_model = 4,
                .layers = 4,
                .heads = 1,
                .d_k = 2,
                .d_v = 2,
                .d_ff = 3,
                .is_residual_off = true,
                .activation = ATTENTION_ACTIVATION_GELU},
     .options = {.has_temperature = true}, /* τ = 0 */
     .n = 1,
     .hash = 0x074960e74e955429u},
    {.config = {.d_model = 40,
                .layers = 2,
                .heads = 4,
                .d_k = 10,
                .d_v = 10,
                .d_ff = 90,
                .similarity = ATTENTION_SIMILARITY_COSINE,
                .norm = ATTENTION_NORM_PRE,
                .position = ATTENTION_POSITION_SINUSOIDAL,
                .position_base = 100.0},
     .options = {.mask = ATTENTION_MASK_WINDOW},
     .n = 70,
     .hash = 0xff8f84e7556cdb6cu},
    {.config = {.d_model = 36,
                .layers = 2,
                .heads = 3,
                .d_k = 13,
                .d_v = 9,
                .similarity = ATTENTION_SIMILARITY_GENERAL,
                .position = ATTENTION_POSITION_LEARNED,
                .position_rows = 99},
     .options = {.mask = ATTENTION_MASK_PADDING, .is_scale_off = true},
     .n = 65,
     .hash = 0xe2c9f8c7aa93595bu},
    {.config = {.d_model = 30,
                .layers = 2,
                .heads = 2,
                .d_k = 11,
                .d_v = 6,
                .d_ff = 33,
                .similarity = ATTENTION_SIMILARITY_ADDITIVE,
                .d_a = 21,
                .norm = ATTENTION_NORM_NONE,
                .activation = ATTENTION_ACTIVATION_GELU},
     .options = {.mask = ATTENTION_MASK_CUSTOM},
     .n = 40,
     .hash = 0x7004e1bb9bfe5d0bu},
    {.config = {.d_model = 64,
                .layers = 2,
                .heads = 8,
                .d_k = 8,
                .d_v = 8,
                .d_ff = 256,
                .position = ATTENTION_POSITION_SINUSOIDAL},
     .n = 33,
     .m = 129,
     .hash = 0xea01fcf0947b5632u},
    {.config = {.d_model = 20,
                .layers = 3,
                .heads = 2,
                .d_k = 6,
                .d_v = 17,
                .d_ff = 50,
                .similarity = ATTENTION_SIMILARITY_ADDITIVE,
                .norm = ATTENTION_NORM_PRE,
                .position = ATTENTION_POSITION_LEARNED,
                .position_rows = 30},
     .options = {.mask = ATTENTION_MASK_CAUSAL},
     .n = 30,
     .m = 19,
     .has_values = true,
     .hash = 0x7f11041d454c475cu},
    {.config = {.d_model = 24,
                .layers = 2,
                .heads = 5,
                .d_k = 4,
                .d_v = 3,
                .d_ff = 31,
                .similarity = ATTENTION_SIMILARITY_COSINE,
                .is_residual_off = true},
     .options = {.mask = ATTENTION_MASK_CUSTOM, .has_temperature = true, .temperature = 0.25f},
     .n = 9,
     .m = 70,
     .has_heads_off = true,
     .hash = 0x149a50335658b459u},
    {.config = {.d_model = 16,
                .layers = 4,
                .heads = 2,
                .d_k = 8,
                .d_v = 8,
                .d_ff = 64,
                .similarity = ATTENTION_SIMILARITY_GENERAL,
                .norm = ATTENTION_NORM_PRE,
                .activation = ATTENTION_ACTIVATION_GELU,
                .position = ATTENTION_POSITION_SINUSOIDAL},
     .options = {.mask = ATTENTION_MASK_WINDOW},
     .n = 64,
     .edits = TEST_MOST_EDITS,
     .hash = 0xd16e96c5f5c1d3c5u},
    {.config = {.d_model = 80,
                .layers = 1,
                .heads = 1,
                .d_k = 72,
                .d_v = 40,
                .d_ff = 70,
                .position = ATTENTION_POSITION_SINUSOIDAL},
     .options = {.mask = ATTENTION_MASK_PADDING},
     .n = 300,
     .hash = 0xc2340b88b79cc62cu},
    {.config = {.d_model = 20,
                .layers = 1,
                .heads = 2,
                .d_k = 6,
                .d_v = 5,
                .d_ff = 40,
                .norm = ATTENTION_NORM_PRE,
                .activation = ATTENTION_ACTIVATION_GELU},
     .options = {.mask = ATTENTION_MASK_CAUSAL},
     .n = 520,
     .hash = 0xf601bef20c897066u},
    {.config = {.d_model = 12,
                .layers = 2,
                .heads = 4,
                .d_k = 3,
                .d_v = 3,
                .d_ff = 48,
                .norm = ATTENTION_NORM_NONE},
     .options = {.has_temperature = true}, /* τ = 0 */
     .n = 50,
     .m = 50,
     .has_values = true,
     .has_heads_off = true,
     .edits = TEST_MOST_EDITS,
     .hash = 0xeeb0524f2ea4f8ceu},
};
enum { GOLDENS = sizeof goldens / sizeof *goldens, RANDOM_MODELS = 120 };

static const enum attention_kernels_choice choices[] = {
    ATTENTION_KERNELS_PLAIN, ATTENTION_KERNELS_SSE2, ATTENTION_KERNELS_AVX2,
    ATTENTION_KERNELS_AVX512};

static void golden_make(struct test_case *c, size_t index) {
    const struct golden *golden = &goldens[index];
    struct test_random random = {index + 1};
    test_case_make(c, &golden->config, &random, golden->n);
    c->options = golden->options;
    if (golden->m > 0) test_case_add_context(c, &random, golden->m, golden->has_values);
    test_case_add_mask(c, &random, golden->options.mask);
    if (golden->has_heads_off) test_case_add_heads_off(c, &random);
    test_case_add_edits(c, &random, golden->edits);
}

static void test_golden_hashes(void **state) {
    struct attention_pool *const *pools = *state;
    size_t different = 0;
    for (size_t i = 0; i < GOLDENS; i++) {
        struct test_case c;
        golden_make(&c, i);
        for (size_t run = 0; run < 2 * sizeof choices / sizeof *choices; run++) {
            c.options.kernels = choices[run / 2];
            c.options.pool = pools[run % 2];
            if (!attention_kernels_exist(c.options.kernels)) continue;
            struct attention_trace *trace = attention_trace_new(NULL);
            test_case_pass(&c, trace);
            const uint64_t hash = test_trace_hash(trace);
            attention_trace_free(trace);
            if (hash == goldens[i].hash) continue;
            print_message("model %zu, %s, %zu threads: 0x%016" PRIx64 "\n", i,
                          attention_kernels_name(c.options.kernels), run % 2 + 1, hash);
            different++;
        }
        test_case_free(&c);
    }
    assert_int_equal(different, 0);
}

/* Any model, with every build of the kernels and both numbers of threads, as with the plain loops.
 */
static void test_random_models(void **state) {
    struct attention_pool *const *pools = *state;
    struct test_random random = {99};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int model = 0; model < RANDOM_MODELS; model++) {
        struct test_case c;
        test_case_any(&c, &random, model % 8 ? 30 : 140, model % 8 ? 64 : 20);
        c.options.kernels = ATTENTION_KERNELS_PLAIN;
        test_case_pass(&c, trace);
        const uint64_t plain = test_trace_hash(trace);
        for (size_t run = 0; run < 2 * sizeof choices / sizeof *choices; run++) {
            c.options.kernels = choices[run / 2];
            c.options.pool = pools[run % 2];
            if (!attention_kernels_exist(c.options.kernels)) continue;
            test_case_pass(&c, trace);
            if (test_trace_hash(trace) != plain) {
                fail_msg("model %d differs with %s and %zu threads", model,
                         attention_kernels_name(c.options.kernels), run % 2 + 1);
            }
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* A kernel that this processor or build lacks is refused, and said so; the plain loops are
 * everywhere. */
static void test_kernels_that_are_not_there(void **state) {
    (void)state;
    struct test_case c;
    struct attention_error error;
    golden_make(&c, 3);
    struct attention_trace *trace = attention_trace_new(NULL);
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const bool exists = attention_kernels_exist(choices[i]);
        print_message("%s %s\n", attention_kernels_name(choices[i]),
                      exists ? "is here" : "is not here");
        c.options.kernels = choices[i];
        assert_int_equal(attention_pass(trace, &c.model.weights, &c.options, &c.input, &error),
                         exists ? ATTENTION_OK : ATTENTION_INVALID);
    }
    print_message("%s is the best of them\n", attention_kernels_name(ATTENTION_KERNELS_BEST));
    assert_true(attention_kernels_exist(ATTENTION_KERNELS_PLAIN));
    assert_true(attention_kernels_exist(ATTENTION_KERNELS_BEST));
    c.options.kernels = (enum attention_kernels_choice)17;
    assert_false(attention_kernels_exist(c.options.kernels));
    assert_int_equal(attention_pass(trace, &c.model.weights, &c.options, &c.input, &error),
                     ATTENTION_INVALID);
    assert_non_null(strstr(error.text, "kernels"));
    attention_trace_free(trace);
    test_case_free(&c);
}

int main(void) {
    struct attention_pool *pools[2] = {NULL, attention_pool_new(2, NULL)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_kernels_that_are_not_there, pools),
        cmocka_unit_test_prestate(test_golden_hashes, pools),
        cmocka_unit_test_prestate(test_random_models, pools),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    attention_pool_free(pools[1]);
    return failed;
}

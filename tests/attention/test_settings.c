/* What is refused and in which words; which tensors a model has; names; no foreign symbols. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

static struct attention_config config_plain(void) {
    return (struct attention_config){.d_model = 4, .layers = 1, .heads = 2, .d_k = 2, .d_v = 2};
}

static void expect_refused(struct attention_config config, const char *name) {
    struct attention_error error;
    assert_int_equal(attention_config_check(&config, &error), ATTENTION_INVALID);
    assert_non_null(strstr(error.text, name));
    assert_non_null(strstr(error.text, "; set it to"));
    size_t bytes;
    assert_int_equal(attention_pass_bytes(&config, 3, &bytes, NULL), ATTENTION_INVALID);
}

static void test_config_is_checked(void **state) {
    (void)state;
    struct attention_config config = config_plain();
    assert_int_equal(attention_config_check(&config, NULL), ATTENTION_OK);
    struct {
        const char *name;
        int *field;
        int too_small, too_large;
    } fields[] = {{"d_model", &config.d_model, 0, ATTENTION_MAX_D + 1},
                  {"layers", &config.layers, 0, ATTENTION_MAX_LAYERS + 1},
                  {"heads", &config.heads, -1, ATTENTION_MAX_HEADS + 1},
                  {"d_k", &config.d_k, 0, ATTENTION_MAX_D + 1},
                  {"d_v", &config.d_v, 0, ATTENTION_MAX_D + 1},
                  {"d_ff", &config.d_ff, -1, 65537}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const int good = *fields[i].field;
        *fields[i].field = fields[i].too_small;
        expect_refused(config, fields[i].name);
        *fields[i].field = fields[i].too_large;
        expect_refused(config, fields[i].name);
        *fields[i].field = good;
    }
    config.position_base = NAN;
    expect_refused(config, "position_base");
    config.position_base = 0.5;
    expect_refused(config, "position_base");
    config.position_base = 0.0;
    config.position = ATTENTION_POSITION_LEARNED;
    expect_refused(config, "position_rows");
}

/* One refused pass: the status, a word of the sentence, and the pass before still there. */
static void test_passes_are_refused(void **state) {
    (void)state;
    struct test_random random = {3};
    struct attention_config config = config_plain();
    config.position = ATTENTION_POSITION_LEARNED;
    config.position_rows = 5;
    struct test_model model;
    test_model_make(&model, &config, &random);
    float *embedding = test_embedding_make(&random, 6, 4);
    struct attention_trace *trace = attention_trace_new(NULL);
    assert_int_equal(attention_pass(trace, &model.weights, NULL, embedding, 5, NULL), ATTENTION_OK);
    const uint64_t before = test_trace_hash(trace);

    const struct {
        struct attention_options options;
        size_t n;
        float third; /* the embedding's number in row 1, column 3 */
        const char *word;
    } cases[] = {
        {{0}, 0, 0.0f, "0 tokens"},
        {{0}, (size_t)ATTENTION_MAX_TOKENS + 1, 0.0f, "tokens"},
        {{0}, 6, 0.0f, "5 positions"},
        {{0}, 3, NAN, "token 1 has a number that is not finite (column 3)"},
        {{0}, 3, INFINITY, "not finite"},
        {{0}, 3, 3e38f, "layer 1: "},
        {{.has_temperature = true, .temperature = -1.0f}, 3, 0.0f, "temperature"},
        {{.has_temperature = true, .temperature = NAN}, 3, 0.0f, "temperature"},
        {{.has_temperature = true, .temperature = INFINITY}, 3, 0.0f, "temperature"},
        {{.has_temperature = true, .temperature = 3e38f}, 3, 0.0f, "smaller number"},
        {{.has_temperature = true, .temperature = 1e-44f}, 3, 1.0f, "larger temperature"},
        {{.mask = (enum attention_mask)9}, 3, 0.0f, "mask"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct attention_error error;
        embedding[2] = cases[i].third;
        assert_int_equal(
            attention_pass(trace, &model.weights, &cases[i].options, embedding, cases[i].n, &error),
            ATTENTION_INVALID);
        if (!strstr(error.text, cases[i].word)) fail_msg("%zu: %s", i, error.text);
        assert_non_null(strchr(error.text, ';'));
        assert_true(test_trace_hash(trace) == before);
    }
    attention_trace_free(trace);
    free(embedding);
    test_model_free(&model);
}

/* A layer of 2 × 2 matrices over two equal tokens; q and k are 0, so that all that is looked at is
 * even. */
static void expect_overflow(struct attention_layer_weights w, enum attention_norm norm,
                            float number, enum attention_tensor_id id) {
    static const float zero[4] = {0}, one[4] = {1, 0, 0, 1};
    if (!w.q_weight) w.q_weight = zero;
    if (!w.k_weight) w.k_weight = zero;
    if (!w.v_weight) w.v_weight = one;
    if (!w.o_weight) w.o_weight = one;
    if (!w.up_weight) w.up_weight = one;
    if (!w.down_weight) w.down_weight = one;
    const struct attention_weights weights = {
        .config =
            {.d_model = 2, .layers = 1, .heads = 1, .d_k = 2, .d_v = 2, .d_ff = 2, .norm = norm},
        .layers = &w};
    const float embedding[4] = {number, 0, number, 0};
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_error error;
    char start[64];
    snprintf(start, sizeof start, "layer 1: %s has numbers", attention_tensor_name(id));
    assert_int_equal(attention_pass(trace, &weights, NULL, embedding, 2, &error),
                     ATTENTION_INVALID);
    if (strncmp(error.text, start, strlen(start)) != 0) fail_msg("%s: %s", start, error.text);
    assert_int_equal(attention_trace_tokens(trace), 0);
    attention_trace_free(trace);
}

/* Where float32 ends, the sentence names the first tensor that does not fit. */
static void test_overflow_is_named(void **state) {
    (void)state;
    static const float huge[4] = {3e38f, 0, 0, 0}, below[4] = {-3e38f, 0, 0, 0};
    static const float large[4] = {1e20f, 0, 0, 0}, nan[4] = {NAN, 0, 0, 0};
    const enum attention_norm none = ATTENTION_NORM_NONE;
    struct attention_layer_weights w = {.q_weight = huge};
    expect_overflow(w, none, 4.0f, ATTENTION_TENSOR_Q);
    w = (struct attention_layer_weights){.k_weight = nan};
    expect_overflow(w, none, 4.0f, ATTENTION_TENSOR_K);
    w = (struct attention_layer_weights){.v_weight = huge};
    expect_overflow(w, none, 4.0f, ATTENTION_TENSOR_V);
    w = (struct attention_layer_weights){.q_weight = large, .k_weight = large};
    expect_overflow(w, none, 4.0f, ATTENTION_TENSOR_SIMILARITY);
    w = (struct attention_layer_weights){.o_weight = huge};
    expect_overflow(w, none, 4.0f, ATTENTION_TENSOR_ATTENTION_OUTPUT);
    w = (struct attention_layer_weights){.up_weight = below}; /* before ReLU makes it 0 */
    expect_overflow(w, none, 4.0f, ATTENTION_TENSOR_FFN_HIDDEN);
    w = (struct attention_layer_weights){.down_weight = huge};
    expect_overflow(w, none, 4.0f, ATTENTION_TENSOR_FFN_OUTPUT);
    w = (struct attention_layer_weights){0};
    expect_overflow(w, none, 3e38f, ATTENTION_TENSOR_RESIDUAL1);
    expect_overflow(w, none, 1.5e38f, ATTENTION_TENSOR_RESIDUAL2);
    expect_overflow(w, ATTENTION_NORM_POST, 1e30f, ATTENTION_TENSOR_NORM1);
    expect_overflow(w, ATTENTION_NORM_PRE, 1e30f, ATTENTION_TENSOR_NORM1);
}

static bool has_tensor(const struct attention_trace *trace, enum attention_tensor_id id) {
    const struct attention_tensor tensor = attention_trace_tensor(trace, id, 0);
    assert_true((tensor.data != NULL) == (tensor.dims > 0));
    if (!tensor.data) assert_true(tensor.shape[0] + tensor.shape[1] + tensor.shape[2] == 0);
    return tensor.data != NULL;
}

static void expect_same(const struct attention_trace *trace, enum attention_tensor_id a,
                        enum attention_tensor_id b) {
    const struct attention_tensor left = attention_trace_tensor(trace, a, 0);
    const struct attention_tensor right = attention_trace_tensor(trace, b, 0);
    assert_memory_equal(left.data, right.data, test_tensor_count(&left) * sizeof(float));
}

/* Every wiring: which tensors there are and which one the layer's output is. */
static void test_wiring(void **state) {
    (void)state;
    struct test_random random = {4};
    for (int bits = 0; bits < 3 * 2 * 2 * 2; bits++) {
        struct attention_config config = config_plain();
        config.norm = (enum attention_norm)(bits % 3);
        config.is_residual_off = bits / 3 % 2;
        config.d_ff = bits / 6 % 2 ? 5 : 0;
        config.position = bits / 12 ? ATTENTION_POSITION_SINUSOIDAL : ATTENTION_POSITION_NONE;
        struct test_model model;
        test_model_make(&model, &config, &random);
        float *embedding = test_embedding_make(&random, 3, 4);
        struct attention_trace *trace = attention_trace_new(NULL);
        assert_null(attention_trace_config(trace));
        assert_false(has_tensor(trace, ATTENTION_TENSOR_X));
        assert_int_equal(attention_pass(trace, &model.weights, NULL, embedding, 3, NULL),
                         ATTENTION_OK);

        const bool has_norm = config.norm != ATTENTION_NORM_NONE, has_ffn = config.d_ff > 0;
        const bool has_residual = !config.is_residual_off;
        assert_true(has_tensor(trace, ATTENTION_TENSOR_POSITION) == (bits >= 12));
        assert_true(has_tensor(trace, ATTENTION_TENSOR_RESIDUAL1) == has_residual);
        assert_true(has_tensor(trace, ATTENTION_TENSOR_NORM1) == has_norm);
        assert_true(has_tensor(trace, ATTENTION_TENSOR_FFN_HIDDEN) == has_ffn);
        assert_true(has_tensor(trace, ATTENTION_TENSOR_FFN_OUTPUT) == has_ffn);
        assert_true(has_tensor(trace, ATTENTION_TENSOR_RESIDUAL2) == (has_ffn && has_residual));
        assert_true(has_tensor(trace, ATTENTION_TENSOR_NORM2) == (has_ffn && has_norm));

        enum attention_tensor_id last =
            has_ffn ? ATTENTION_TENSOR_FFN_OUTPUT : ATTENTION_TENSOR_ATTENTION_OUTPUT;
        if (has_residual) last = has_ffn ? ATTENTION_TENSOR_RESIDUAL2 : ATTENTION_TENSOR_RESIDUAL1;
        if (config.norm == ATTENTION_NORM_POST) {
            last = has_ffn ? ATTENTION_TENSOR_NORM2 : ATTENTION_TENSOR_NORM1;
        }
        expect_same(trace, last, ATTENTION_TENSOR_OUTPUT);
        attention_trace_free(trace);
        free(embedding);
        test_model_free(&model);
    }
}

static void test_shapes_and_names(void **state) {
    (void)state;
    struct test_random random = {5};
    const struct attention_config config = {
        .d_model = 10, .layers = 3, .heads = 2, .d_k = 3, .d_v = 4, .d_ff = 7};
    struct test_model model;
    test_model_make(&model, &config, &random);
    float *embedding = test_embedding_make(&random, 5, 10);
    struct attention_trace *trace = attention_trace_new(NULL);
    assert_int_equal(attention_pass(trace, &model.weights, NULL, embedding, 5, NULL), ATTENTION_OK);
    assert_int_equal(attention_trace_tokens(trace), 5);
    assert_int_equal(attention_trace_config(trace)->d_ff, 7);
    for (int i = 0; i < ATTENTION_TENSOR_COUNT; i++) {
        const enum attention_tensor_id id = (enum attention_tensor_id)i;
        const struct attention_tensor tensor = attention_trace_tensor(trace, id, 0);
        const char *letters = attention_tensor_letters(id);
        assert_true(strlen(attention_tensor_name(id)) > 0);
        assert_true(strlen(attention_tensor_meaning(id)) > 0);
        if (!tensor.data) continue;
        assert_int_equal(tensor.dims, strlen(letters));
        assert_int_equal((size_t)tensor.data % 64, 0);
        for (int axis = 0; axis < tensor.dims; axis++) {
            static const char all[] = "nmhkvcdf";
            static const size_t sizes[] = {5, 5, 2, 3, 4, 8, 10, 7};
            assert_int_equal(tensor.shape[axis], sizes[strchr(all, letters[axis]) - all]);
        }
    }
    assert_string_equal(attention_tensor_name(ATTENTION_TENSOR_HEAD_OUTPUT), "head_output");
    assert_false(attention_tensor_is_per_layer(ATTENTION_TENSOR_X));
    assert_true(attention_tensor_is_per_layer(ATTENTION_TENSOR_Q));
    assert_ptr_equal(attention_trace_layer_input(trace, 0).data,
                     attention_trace_tensor(trace, ATTENTION_TENSOR_X, 0).data);
    assert_ptr_equal(attention_trace_layer_input(trace, 2).data,
                     attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, 1).data);
    attention_trace_free(trace);
    free(embedding);
    test_model_free(&model);
}

/* attention_dot is the sum that the pass makes, to the last bit. */
static void test_dot_is_the_sum_of_the_pass(void **state) {
    (void)state;
    struct test_random random = {6};
    const struct attention_config config = {
        .d_model = 200, .layers = 1, .heads = 2, .d_k = 150, .d_v = 3};
    struct test_model model;
    test_model_make(&model, &config, &random);
    float *embedding = test_embedding_make(&random, 19, 200);
    struct attention_trace *trace = attention_trace_new(NULL);
    assert_int_equal(attention_pass(trace, &model.weights, NULL, embedding, 19, NULL),
                     ATTENTION_OK);
    const float *q = attention_trace_tensor(trace, ATTENTION_TENSOR_Q, 0).data;
    const float *k = attention_trace_tensor(trace, ATTENTION_TENSOR_K, 0).data;
    const float *s = attention_trace_tensor(trace, ATTENTION_TENSOR_SIMILARITY, 0).data;
    for (size_t cell = 0; cell < 2 * 19 * 19; cell++) {
        const size_t head = cell / (19 * 19), i = cell / 19 % 19, j = cell % 19;
        assert_true(s[cell] ==
                    attention_dot(q + (head * 19 + i) * 150, k + (head * 19 + j) * 150, 150));
    }
    const struct attention_layer_weights *w = &model.layers[0];
    for (size_t column = 0; column < 150; column++) {
        const float sum = attention_dot(embedding, w->q_weight + column * 200, 200);
        assert_true(q[column] == (w->q_bias ? sum + w->q_bias[column] : sum));
    }
    attention_trace_free(trace);
    free(embedding);
    test_model_free(&model);
}

/* The library calls neither the mathematics library nor standard input and output, and ends no
 * program. */
static void test_no_foreign_symbols(void **state) {
    (void)state;
    static const char *const allowed[] = {"attention_",
                                          "malloc",
                                          "free",
                                          "aligned_alloc",
                                          "madvise", /* attention_memory.c, huge pages */
                                          "thrd_",   /* attention_pool.c */
                                          "mtx_",
                                          "cnd_",
                                          "__cpu_model", /* which processor this is */
                                          "memcpy",
                                          "memset",
                                          "memmove",
                                          "strlen",
                                          "__asan",
                                          "__ubsan",
                                          "__assert_fail",
                                          "__gcov",
                                          "__stack_chk_fail",
                                          "_GLOBAL_OFFSET_TABLE_"};
    FILE *pipe = popen("nm -u " HEADWAY_BINARY_DIR "/libattention.a 2>/dev/null", "r");
    char line[512], name[256];
    size_t seen = 0;
    while (pipe && fgets(line, sizeof line, pipe)) {
        if (sscanf(line, " U %255s", name) != 1) continue;
        seen++;
        bool is_allowed = false;
        for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
            is_allowed |= strncmp(name, allowed[i], strlen(allowed[i])) == 0;
        }
        if (!is_allowed) fail_msg("library attention needs %s", name);
    }
    if (pipe) pclose(pipe);
    if (seen == 0) skip(); /* no nm on this machine */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_is_checked),
        cmocka_unit_test(test_passes_are_refused),
        cmocka_unit_test(test_overflow_is_named),
        cmocka_unit_test(test_wiring),
        cmocka_unit_test(test_shapes_and_names),
        cmocka_unit_test(test_dot_is_the_sum_of_the_pass),
        cmocka_unit_test(test_no_foreign_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is refused, and in which words: every refusal is one sentence that names the thing and says
 * what to do, and leaves the pass before as it was. */
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
    static const float some[1] = {0};
    const struct attention_input input = {.embedding = some, .n = 3};
    size_t bytes = 7;
    assert_int_equal(attention_pass_bytes(&config, NULL, &input, &bytes, NULL), ATTENTION_INVALID);
    assert_int_equal(bytes, 0);
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
                  {"d_ff", &config.d_ff, -1, 65537},
                  {"d_a", &config.d_a, -1, ATTENTION_MAX_D + 1}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const int good = *fields[i].field;
        *fields[i].field = fields[i].too_small;
        expect_refused(config, fields[i].name);
        *fields[i].field = fields[i].too_large;
        expect_refused(config, fields[i].name);
        *fields[i].field = good;
    }
    config.similarity = (enum attention_similarity)4;
    expect_refused(config, "similarity");
    config.similarity = ATTENTION_SIMILARITY_ADDITIVE;
    config.position = (enum attention_position)3;
    expect_refused(config, "position");
    config.position = ATTENTION_POSITION_NONE;
    config.norm = (enum attention_norm)3;
    expect_refused(config, "norm");
    config.norm = ATTENTION_NORM_PRE;
    config.activation = (enum attention_activation)2;
    expect_refused(config, "activation");
    config.activation = ATTENTION_ACTIVATION_GELU;
    assert_int_equal(attention_config_check(&config, NULL), ATTENTION_OK);
    config.position_base = NAN;
    expect_refused(config, "position_base");
    config.position_base = 0.5;
    expect_refused(config, "position_base");
    config.position_base = 2e9;
    expect_refused(config, "position_base");
    config.position_base = 0.0;
    config.position = ATTENTION_POSITION_LEARNED;
    expect_refused(config, "position_rows");
    config.position_rows = ATTENTION_MAX_TOKENS + 1;
    expect_refused(config, "position_rows");
}

/* The sentence: it holds the word, and what to do comes after a semicolon. */
static void expect_sentence(const struct attention_error *error, const char *word) {
    const size_t length = strlen(error->text);
    const char *advice = strchr(error->text, ';');
    if (!strstr(error->text, word)) fail_msg("no \"%s\" in: %s", word, error->text);
    if (!advice || strlen(advice) < 8) fail_msg("not a word on what to do in: %s", error->text);
    if (length >= sizeof error->text - 1) fail_msg("cut: %s", error->text);
    if (strchr(error->text, '\n') || error->text[length - 1] == ' ') fail_msg("%s", error->text);
}

/* A model with learned positions for 5 tokens, and what passes over it get. */
struct bench {
    struct test_model model;
    struct attention_trace *trace;
    float *text, *context, *values; /* [6, 4] */
    uint64_t before;
};

static void bench_make(struct bench *bench) {
    struct test_random random = {3};
    struct attention_config config = config_plain();
    config.position = ATTENTION_POSITION_LEARNED;
    config.position_rows = 5;
    test_model_make(&bench->model, &config, &random);
    bench->text = test_embedding_make(&random, 6, 4);
    bench->context = test_embedding_make(&random, 6, 4);
    bench->values = test_embedding_make(&random, 6, 4);
    bench->trace = attention_trace_new(NULL);
    const struct attention_input input = {.embedding = bench->text, .n = 5};
    assert_int_equal(attention_pass(bench->trace, &bench->model.weights, NULL, &input, NULL),
                     ATTENTION_OK);
    bench->before = test_trace_hash(bench->trace);
}

static void bench_free(struct bench *bench) {
    attention_trace_free(bench->trace);
    free(bench->text);
    free(bench->context);
    free(bench->values);
    test_model_free(&bench->model);
}

/* Refused by the pass, and by the foretelling of its bytes when that could know. */
static void expect_pass_refused(struct bench *bench, const struct attention_options *options,
                                const struct attention_input *input, const char *word,
                                bool is_known_before) {
    struct attention_error error, early = {""};
    size_t bytes = 7;
    const enum attention_status status =
        attention_pass(bench->trace, &bench->model.weights, options, input, &error);
    if (status != ATTENTION_INVALID) fail_msg("status %d instead of: %s", (int)status, word);
    expect_sentence(&error, word);
    assert_true(test_trace_hash(bench->trace) == bench->before);
    assert_int_equal(attention_pass(bench->trace, &bench->model.weights, options, input, NULL),
                     ATTENTION_INVALID);
    const enum attention_status foretold =
        attention_pass_bytes(&bench->model.weights.config, options, input, &bytes, &early);
    assert_int_equal(foretold, is_known_before ? ATTENTION_INVALID : ATTENTION_OK);
    assert_true((bytes == 0) == is_known_before);
    if (is_known_before) assert_string_equal(early.text, error.text);
}

static void test_options_are_checked(void **state) {
    (void)state;
    struct bench bench;
    bench_make(&bench);
    const struct {
        struct attention_options options;
        const char *word;
    } cases[] = {
        {{.has_temperature = true, .temperature = -1.0f}, "temperature"},
        {{.has_temperature = true, .temperature = NAN}, "temperature"},
        {{.has_temperature = true, .temperature = INFINITY}, "temperature"},
        {{.has_temperature = true, .temperature = 3e38f}, "set it to a smaller number"},
        {{.mask = (enum attention_mask)9}, "mask"},
        {{.mask = (enum attention_mask) - 1}, "mask"},
        {{.mask = ATTENTION_MASK_CUSTOM}, "no cells"},
        {{.mask = ATTENTION_MASK_PADDING, .mask_size = 4}, "4 keys and there are 3"},
        {{.kernels = (enum attention_kernels_choice)9}, "kernels"},
        {{.kernels = (enum attention_kernels_choice) - 1}, "kernels"},
    };
    const struct attention_input input = {.embedding = bench.text, .n = 3};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_pass_refused(&bench, &cases[i].options, &input, cases[i].word, true);
    const struct attention_options largest_padding = {.mask = ATTENTION_MASK_PADDING,
                                                      .mask_size = 3};
    assert_int_equal(
        attention_pass(bench.trace, &bench.model.weights, &largest_padding, &input, NULL),
        ATTENTION_OK);
    bench_free(&bench);
}

static void test_inputs_are_checked(void **state) {
    (void)state;
    struct bench bench;
    bench_make(&bench);
    const float *text = bench.text, *context = bench.context, *values = bench.values;
    const struct {
        struct attention_input input;
        const char *word;
    } lengths[] = {
        {{text, 0, NULL, 0, NULL}, "the text has 0 tokens"},
        {{text, 6, NULL, 0, NULL}, "the text has 6 tokens, more than the model has positions for"},
        {{text, (size_t)ATTENTION_MAX_TOKENS + 1, NULL, 0, NULL}, "1048577 tokens"},
        {{text, 3, context, 0, NULL}, "the context has 0 tokens"},
        {{text, 3, context, 6, NULL}, "the context has 6 tokens"},
        {{text, 3, NULL, 3, values}, "need a context"},
    };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        expect_pass_refused(&bench, NULL, &lengths[i].input, lengths[i].word, true);
    const struct {
        float *at;
        float value;
        const char *word;
    } numbers[] = {
        {&bench.text[2], NAN,
         "the embedding of token 1 has a number that is not finite (column 3)"},
        {&bench.text[2], INFINITY, "the embedding of token 1 has"},
        {&bench.text[11], -INFINITY, "token 3 has a number that is not finite (column 4)"},
        {&bench.context[4], NAN, "context token 2 has a number that is not finite (column 1)"},
        {&bench.values[9], INFINITY, "values' token 3 has a number that is not finite (column 2)"},
        {&bench.text[2], 3e38f, "layer 1: q has"},
        {&bench.context[2], 3e38f, "layer 1: k has"},
        {&bench.values[2], 3e38f, "layer 1: v has"},
    };
    const struct attention_input all = {text, 3, context, 3, values};
    const struct attention_layer_weights *layer = &bench.model.layers[0];
    float *end = test_model_writable(&bench.model, layer->o_weight);
    for (float *w = test_model_writable(&bench.model, layer->q_weight); w < end; w++)
        *w *= 64.0f; /* so that 3e38 leaves float32 in q, k and v */
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const float good = *numbers[i].at;
        *numbers[i].at = numbers[i].value;
        expect_pass_refused(&bench, NULL, &all, numbers[i].word, false);
        *numbers[i].at = good;
    }
    const struct attention_options fine = {.has_temperature = true, .temperature = 1e-44f};
    expect_pass_refused(&bench, &fine, &all, "larger temperature", false);
    bench_free(&bench);
}

static void test_edits_are_checked(void **state) {
    (void)state;
    struct bench bench;
    bench_make(&bench);
    const int scores = ATTENTION_TENSOR_SCORES, q = ATTENTION_WEIGHT_Q;
    const struct {
        struct attention_edit edit;
        const char *word;
    } cases[] = {
        {{-1, 0, 0, 1.0f}, "edit 2: "},
        {{ATTENTION_QUANTITY_COUNT, 0, 0, 1.0f}, "edit 2: "},
        {{ATTENTION_TENSOR_Q, 0, 0, 1.0f}, "edit 2 (q): "}, /* computed */
        {{ATTENTION_TENSOR_X, 0, 0, 1.0f}, "edit 2 (x): "},
        {{ATTENTION_TENSOR_WEIGHTS, 0, 0, 1.0f}, "edit 2 (weights): "},
        {{ATTENTION_TENSOR_CONTEXT_EMBEDDING, 0, 0, 1.0f}, "edit 2 (context.embedding): "},
        {{ATTENTION_TENSOR_VALUES_POSITION, 0, 0, 1.0f}, "edit 2 (values.position): "},
        {{ATTENTION_WEIGHT_GENERAL, 0, 0, 1.0f}, "edit 2 (attention.general.weight): "},
        {{ATTENTION_WEIGHT_ADDITIVE_W, 0, 0, 1.0f}, "edit 2 (attention.additive.w): "},
        {{ATTENTION_WEIGHT_UP_BIAS, 0, 0, 1.0f}, "edit 2 (ffn.up.bias): "}, /* no network */
        {{ATTENTION_WEIGHT_NORM2, 0, 0, 1.0f}, "edit 2 (norm2.weight): "},  /* likewise */
        {{q, 1, 0, 1.0f}, "no such layer"},
        {{q, -1, 0, 1.0f}, "no such layer"},
        {{scores, 1, 0, 1.0f}, "no such layer"},
        {{q, 0, 16, 1.0f}, "outside"},
        {{scores, 0, 18, 1.0f}, "outside"},
        {{ATTENTION_TENSOR_EMBEDDING, 0, 12, 1.0f}, "outside"},
        {{ATTENTION_WEIGHT_POSITION, 0, 20, 1.0f}, "outside"},
        {{ATTENTION_WEIGHT_Q_BIAS, 0, SIZE_MAX, 1.0f}, "outside"},
        {{q, 0, 0, NAN}, "not finite"},
        {{q, 0, 0, -INFINITY}, "not finite"},
        {{ATTENTION_TENSOR_EMBEDDING, 0, 0, INFINITY}, "not finite"},
        {{scores, 0, 0, INFINITY}, "not finite"},
        {{scores, 0, 0, NAN}, "not finite"},
    };
    const struct attention_input input = {.embedding = bench.text, .n = 3};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct attention_edit edits[] = {{q, 0, 15, 1.0f}, cases[i].edit};
        const struct attention_options options = {.edits = edits, .edit_count = 2};
        expect_pass_refused(&bench, &options, &input, cases[i].word, true);
    }
    const struct attention_edit overflow = {.tensor = ATTENTION_WEIGHT_O_BIAS, .value = 3e38f};
    const struct attention_edit twice[] = {overflow, {ATTENTION_TENSOR_EMBEDDING, 0, 0, 3e38f}};
    const struct attention_options options = {.edits = twice, .edit_count = 2};
    expect_pass_refused(&bench, &options, &input, "use smaller ", false);
    const struct attention_edit sum[] = {{ATTENTION_TENSOR_EMBEDDING, 0, 1, 3e38f},
                                         {ATTENTION_TENSOR_POSITION, 0, 1, 3e38f}};
    const struct attention_options overflowing = {.edits = sum, .edit_count = 2};
    expect_pass_refused(&bench, &overflowing, &input, "x has numbers", false);
    bench_free(&bench);
}

/* Additive whose hidden units are not as many as a key's numbers has no default for its matrices.
 */
static void test_additive_needs_its_matrices(void **state) {
    (void)state;
    struct bench bench;
    bench_make(&bench);
    bench.model.weights.config.similarity = ATTENTION_SIMILARITY_ADDITIVE;
    bench.model.weights.config.d_a = 3;
    const struct attention_input input = {.embedding = bench.text, .n = 3};
    expect_pass_refused(&bench, NULL, &input, "set d_a to d_k", false);
    bench.model.weights.config.d_a = 2;
    assert_int_equal(attention_pass(bench.trace, &bench.model.weights, NULL, &input, NULL),
                     ATTENTION_OK);
    bench_free(&bench);
}

/* A layer of 2 × 2 matrices over two equal tokens; q and k are 0, so that all that is looked at is
 * even. */
static void expect_overflow_of(enum attention_similarity similarity,
                               struct attention_layer_weights w, enum attention_norm norm,
                               float number, enum attention_tensor_id id) {
    static const float zero[4] = {0}, one[4] = {1, 0, 0, 1};
    if (!w.q_weight) w.q_weight = zero;
    if (!w.k_weight) w.k_weight = zero;
    if (!w.v_weight) w.v_weight = one;
    if (!w.o_weight) w.o_weight = one;
    if (!w.up_weight) w.up_weight = one;
    if (!w.down_weight) w.down_weight = one;
    const struct attention_weights weights = {.config = {.d_model = 2,
                                                         .layers = 1,
                                                         .heads = 1,
                                                         .d_k = 2,
                                                         .d_v = 2,
                                                         .d_ff = 2,
                                                         .similarity = similarity,
                                                         .norm = norm},
                                              .layers = &w};
    const float embedding[4] = {number, 0, number, 0};
    struct attention_trace *trace = attention_trace_new(NULL);
    struct attention_error error;
    char start[64];
    snprintf(start, sizeof start, "layer 1: %s has numbers", attention_tensor_name((int)id));
    const struct attention_input input = {.embedding = embedding, .n = 2};
    assert_int_equal(attention_pass(trace, &weights, NULL, &input, &error), ATTENTION_INVALID);
    if (strncmp(error.text, start, strlen(start)) != 0) fail_msg("%s: %s", start, error.text);
    assert_int_equal(attention_trace_tokens(trace), 0);
    attention_trace_free(trace);
}

static void expect_overflow(struct attention_layer_weights w, enum attention_norm norm,
                            float number, enum attention_tensor_id id) {
    expect_overflow_of(ATTENTION_SIMILARITY_DOT, w, norm, number, id);
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
    const enum attention_similarity general = ATTENTION_SIMILARITY_GENERAL;
    const enum attention_similarity additive = ATTENTION_SIMILARITY_ADDITIVE;
    w = (struct attention_layer_weights){.q_weight = large, .general_weight = large};
    expect_overflow_of(general, w, none, 4.0f, ATTENTION_TENSOR_SIMILARITY_QUERY);
    w = (struct attention_layer_weights){.q_weight = large, .k_weight = large};
    expect_overflow_of(general, w, none, 4.0f, ATTENTION_TENSOR_SIMILARITY);
    w = (struct attention_layer_weights){.q_weight = large, .additive_q_weight = large};
    expect_overflow_of(additive, w, none, 4.0f, ATTENTION_TENSOR_SIMILARITY_QUERY);
    w = (struct attention_layer_weights){.k_weight = large, .additive_k_weight = large};
    expect_overflow_of(additive, w, none, 4.0f, ATTENTION_TENSOR_SIMILARITY_KEY);
    static const float both[2] = {3e38f, 3e38f};
    static const float turned[4] = {1, 0, 1, 0};
    w = (struct attention_layer_weights){.q_weight = turned, .additive_w = both};
    expect_overflow_of(additive, w, none, 4.0f, ATTENTION_TENSOR_SIMILARITY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_is_checked),
        cmocka_unit_test(test_options_are_checked),
        cmocka_unit_test(test_inputs_are_checked),
        cmocka_unit_test(test_edits_are_checked),
        cmocka_unit_test(test_additive_needs_its_matrices),
        cmocka_unit_test(test_overflow_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

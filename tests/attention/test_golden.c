/* tests/fixtures/attention.json: worked examples from public tutorials, recomputed in double by
 * others. Every tensor has to agree to 1e-6 of its largest magnitude. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "attention/attention.h"
#include "support_fixture.h"

/* One pass of the attention alone: one layer, no norm, no residual, no network. W_O is 0. */
struct bare {
    struct attention_config config;
    struct attention_options options;
    struct attention_layer_weights layer;
    float q[FIXTURE_MOST], k[FIXTURE_MOST], v[FIXTURE_MOST], o[FIXTURE_MOST],
        embedding[FIXTURE_MOST], context[FIXTURE_MOST];
    struct attention_input input;
};

static struct attention_trace *bare_run(struct bare *bare) {
    struct attention_error error;
    bare->config.layers = 1;
    bare->config.norm = ATTENTION_NORM_NONE;
    bare->config.is_residual_off = true;
    bare->layer.q_weight = bare->q;
    bare->layer.k_weight = bare->k;
    bare->layer.v_weight = bare->v;
    bare->layer.o_weight = bare->o;
    const struct attention_weights weights = {.config = bare->config, .layers = &bare->layer};
    struct attention_trace *trace = attention_trace_new(NULL);
    const enum attention_status status =
        attention_pass(trace, &weights, &bare->options, &bare->input, &error);
    if (status != ATTENTION_OK) fail_msg("%s", error.text);
    return trace;
}

static const float *data_of(const struct attention_trace *trace, enum attention_tensor_id id) {
    return attention_trace_tensor(trace, id, 0).data;
}

static void set_scale(struct bare *bare, const json_t *record) {
    const json_t *json = json_object_get(record, "scale");
    const double scale = json ? json_number_value(json) : 1.0;
    bare->options.is_scale_off = scale == 1.0;
    if (scale != 1.0) assert_true(fabs(scale - 1.0 / sqrt(bare->config.d_k)) < 1e-12);
}

/* Queries from a text whose rows are [q_i | 0 | 0], keys and values from a context of [0 | k_j |
 * v_j]; the weights pick the parts out. `heads` blocks lie one behind the other in the file. */
static void bare_from_qkv(struct bare *bare, const json_t *record, size_t heads) {
    const struct fixture_numbers q = fixture_numbers_get(record, "Q"),
                                 k = fixture_numbers_get(record, "K");
    const struct fixture_numbers v = fixture_numbers_get(record, "V");
    const size_t d_k = k.columns, d_v = v.columns, d = heads * (2 * d_k + d_v);
    const size_t n = q.count / d_k / heads, m = k.count / d_k / heads;
    memset(bare, 0, sizeof *bare);
    bare->input = (struct attention_input){
        .embedding = bare->embedding, .n = n, .context = bare->context, .m = m};
    bare->config.d_model = (int)d;
    bare->config.heads = (int)heads;
    bare->config.d_k = (int)d_k;
    bare->config.d_v = (int)d_v;
    for (size_t row = 0; row < heads * d_k; row++) {
        const size_t head = row / d_k, c = row % d_k, column = heads * d_k + row;
        bare->q[row * d + row] = 1.0f;
        bare->k[row * d + column] = 1.0f;
        for (size_t i = 0; i < n; i++)
            bare->embedding[i * d + row] = (float)q.at[(head * n + i) * d_k + c];
        for (size_t j = 0; j < m; j++)
            bare->context[j * d + column] = (float)k.at[(head * m + j) * d_k + c];
    }
    for (size_t row = 0; row < heads * d_v; row++) {
        const size_t head = row / d_v, c = row % d_v, column = 2 * heads * d_k + row;
        bare->v[row * d + column] = 1.0f;
        for (size_t j = 0; j < m; j++)
            bare->context[j * d + column] = (float)v.at[(head * m + j) * d_v + c];
    }
}

static void bare_from_x(struct bare *bare, const json_t *record) {
    const struct fixture_numbers x = fixture_numbers_get(record, "X");
    memset(bare, 0, sizeof *bare);
    fixture_to_float(&x, bare->embedding);
    fixture_transpose(record, "WQ", bare->q);
    fixture_transpose(record, "WK", bare->k);
    fixture_transpose(record, "WV", bare->v);
    bare->input = (struct attention_input){.embedding = bare->embedding, .n = x.count / x.columns};
    bare->config.d_model = (int)x.columns;
    bare->config.heads = 1;
    bare->config.d_k = (int)fixture_numbers_get(record, "WK").columns;
    bare->config.d_v = (int)fixture_numbers_get(record, "WV").columns;
}

static void check_weighing(const json_t *record, const struct attention_trace *trace,
                           const char *scores, const char *weights, const char *output) {
    const size_t m = attention_trace_keys(trace);
    const size_t d_v = (size_t)attention_trace_config(trace)->d_v;
    if (scores) fixture_expect(record, scores, data_of(trace, ATTENTION_TENSOR_SIMILARITY), m);
    fixture_expect(record, weights, data_of(trace, ATTENTION_TENSOR_WEIGHTS), m);
    fixture_expect(record, output, data_of(trace, ATTENTION_TENSOR_HEAD_OUTPUT), d_v);
}

static void check_x(const json_t *record) {
    struct bare bare;
    bare_from_x(&bare, record);
    set_scale(&bare, record);
    if (strcmp(json_string_value(json_object_get(record, "mask")), "causal") == 0) {
        bare.options.mask = ATTENTION_MASK_CAUSAL;
    }
    struct attention_trace *trace = bare_run(&bare);
    fixture_expect(record, "Q", data_of(trace, ATTENTION_TENSOR_Q), (size_t)bare.config.d_k);
    fixture_expect(record, "K", data_of(trace, ATTENTION_TENSOR_K), (size_t)bare.config.d_k);
    fixture_expect(record, "V", data_of(trace, ATTENTION_TENSOR_V), (size_t)bare.config.d_v);
    check_weighing(record, trace, "scores", "weights", "output");
    attention_trace_free(trace);
}

static void check_lookup(const json_t *record) {
    struct bare bare;
    bare_from_qkv(&bare, record, 1);
    set_scale(&bare, record);
    struct attention_trace *trace = bare_run(&bare);
    check_weighing(record, trace, NULL, "weights", "output");
    attention_trace_free(trace);
}

/* F with scaling off. general and additive without weights of their own are what their records say:
 * W = I, and W_q = W_k = I, w = 1. */
static void check_similarity(const json_t *record, enum attention_similarity similarity) {
    struct bare bare;
    bare_from_qkv(&bare, record, 1);
    bare.config.similarity = similarity;
    bare.options.is_scale_off = true;
    struct attention_trace *trace = bare_run(&bare);
    check_weighing(record, trace, "scores", "weights", "output");
    attention_trace_free(trace);
}

static void check_dot(const json_t *record) {
    check_similarity(record, ATTENTION_SIMILARITY_DOT);
    check_similarity(record, ATTENTION_SIMILARITY_GENERAL);
}

static void check_cosine(const json_t *record) {
    check_similarity(record, ATTENTION_SIMILARITY_COSINE);
}

static void check_additive(const json_t *record) {
    check_similarity(record, ATTENTION_SIMILARITY_ADDITIVE);
}

static void check_scaled_dot(const json_t *record) {
    struct bare bare;
    bare_from_qkv(&bare, record, 1);
    struct attention_trace *trace = bare_run(&bare);
    fixture_expect(record, "scores", data_of(trace, ATTENTION_TENSOR_SCORES), bare.input.m);
    check_weighing(record, trace, NULL, "weights", "output");
    attention_trace_free(trace);
}

static void check_calvin(const json_t *record) {
    struct bare bare;
    bare_from_qkv(&bare, record, 1);
    struct attention_trace *trace = bare_run(&bare);
    check_weighing(record, trace, "scores", "weights_scaled", "output_scaled");
    attention_trace_free(trace);
    bare.options.is_scale_off = true;
    trace = bare_run(&bare);
    check_weighing(record, trace, "scores", "weights_softmax", "output_softmax");
    attention_trace_free(trace);
}

static void check_masked(const json_t *record) {
    struct bare bare;
    uint8_t allowed[4];
    const struct fixture_numbers mask = fixture_numbers_get(record, "mask_allowed");
    bare_from_qkv(&bare, record, 2);
    assert_int_equal(mask.count, bare.input.n * bare.input.m);
    assert_in_range(mask.count, 1, sizeof allowed);
    for (size_t i = 0; i < mask.count; i++)
        allowed[i] = mask.at[i] != 0.0;
    bare.options.mask = ATTENTION_MASK_CUSTOM;
    bare.options.allowed = allowed;
    struct attention_trace *trace = bare_run(&bare);
    check_weighing(record, trace, NULL, "weights", "output");
    for (size_t j = 0; j < bare.input.m; j++) { /* exactly 0 */
        assert_true(data_of(trace, ATTENTION_TENSOR_WEIGHTS)[j] == 0.0f);
        assert_true(data_of(trace, ATTENTION_TENSOR_HEAD_OUTPUT)[j] == 0.0f);
    }
    attention_trace_free(trace);
}

static void check_alammar(const json_t *record) {
    const struct fixture_numbers scores = fixture_numbers_get(record, "scores");
    float row[2], weights[2];
    for (size_t j = 0; j < 2; j++)
        row[j] = (float)scores.at[j] / 8.0f;
    attention_softmax(row, 2, weights);
    fixture_expect(record, "weights", weights, 2);
}

static void check_softmax(const json_t *record) {
    static const char *const inputs[] = {"x", "x_large"}, *const outputs[] = {"y", "y_large"};
    for (size_t pair = 0; pair < 2; pair++) {
        const struct fixture_numbers x = fixture_numbers_get(record, inputs[pair]);
        float row[FIXTURE_MOST], weights[FIXTURE_MOST];
        fixture_to_float(&x, row);
        for (size_t i = 0; i < x.count; i += x.columns) {
            attention_softmax(row + i, x.columns, weights + i);
        }
        fixture_expect(record, outputs[pair], weights, x.columns);
    }
}

static void check_sinusoids(const json_t *record) {
    const struct fixture_numbers wanted = fixture_numbers_get(record, "output");
    float out[FIXTURE_MOST];
    attention_sinusoids(wanted.count / wanted.columns, wanted.columns,
                        json_number_value(json_object_get(record, "base")), out);
    fixture_expect(record, "output", out, wanted.columns);
}

static void check_layer_norm(const json_t *record) {
    const struct fixture_numbers x = fixture_numbers_get(record, "x");
    float row[FIXTURE_MOST], out[FIXTURE_MOST], mean, variance;
    fixture_to_float(&x, row);
    attention_layer_norm(row, x.count, NULL, NULL, out, &mean, &variance);
    fixture_expect(record, "torch_eps1e5", out, x.columns);
    assert_true(mean == 2.5f && variance == 1.25f);
}

static void check_gelu(const json_t *record) {
    const struct fixture_numbers x = fixture_numbers_get(record, "x");
    float out[FIXTURE_MOST];
    for (size_t i = 0; i < x.count; i++)
        out[i] = attention_gelu((float)x.at[i]);
    fixture_expect(record, "erf", out, x.columns);
}

/* A whole post-norm encoder layer, every intermediate. q, k and v are [n, h·d_k] in the file. */
static void check_encoder_block(const json_t *record) {
    enum { N = 3, D = 4, HEADS = 2, D_K = 2, D_FF = 8 };
    static const float ones[D] = {1, 1, 1, 1}, no_bias[D] = {0};
    float wq[D * D], wk[D * D], wv[D * D], wo[D * D], up[D * D_FF], down[D * D_FF];
    float b1[D_FF], b2[D], x[N * D], wide[N * D];
    const struct fixture_numbers numbers_x = fixture_numbers_get(record, "X"),
                                 numbers_b1 = fixture_numbers_get(record, "b1");
    const struct fixture_numbers numbers_b2 = fixture_numbers_get(record, "b2");
    fixture_to_float(&numbers_x, x);
    fixture_to_float(&numbers_b1, b1);
    fixture_to_float(&numbers_b2, b2);
    fixture_transpose(record, "Wq", wq);
    fixture_transpose(record, "Wk", wk);
    fixture_transpose(record, "Wv", wv);
    fixture_transpose(record, "Wo", wo);
    fixture_transpose(record, "W1", up);
    fixture_transpose(record, "W2", down);
    const struct attention_layer_weights layer = {.q_weight = wq,
                                                  .k_weight = wk,
                                                  .v_weight = wv,
                                                  .o_weight = wo,
                                                  .norm1_weight = ones,
                                                  .norm1_bias = no_bias,
                                                  .norm2_weight = ones,
                                                  .norm2_bias = no_bias,
                                                  .up_weight = up,
                                                  .up_bias = b1,
                                                  .down_weight = down,
                                                  .down_bias = b2};
    const struct attention_weights weights = {.config = {.d_model = D,
                                                         .layers = 1,
                                                         .heads = HEADS,
                                                         .d_k = D_K,
                                                         .d_v = D_K,
                                                         .d_ff = D_FF,
                                                         .position = ATTENTION_POSITION_SINUSOIDAL},
                                              .layers = &layer};
    struct attention_error error;
    struct attention_trace *trace = attention_trace_new(NULL);
    const struct attention_input input = {.embedding = x, .n = N};
    assert_int_equal(attention_pass(trace, &weights, NULL, &input, &error), ATTENTION_OK);

    static const struct {
        const char *key;
        enum attention_tensor_id id;
        size_t columns;
    } rows[] = {{"X", ATTENTION_TENSOR_EMBEDDING, D},
                {"PE", ATTENTION_TENSOR_POSITION, D},
                {"X_plus_PE", ATTENTION_TENSOR_X, D},
                {"scaled_scores", ATTENTION_TENSOR_SCORES, N},
                {"weights", ATTENTION_TENSOR_WEIGHTS, N},
                {"concat", ATTENTION_TENSOR_CONCAT, D},
                {"attn_out", ATTENTION_TENSOR_ATTENTION_OUTPUT, D},
                {"residual1", ATTENTION_TENSOR_RESIDUAL1, D},
                {"norm1", ATTENTION_TENSOR_NORM1, D},
                {"ffn_hidden", ATTENTION_TENSOR_FFN_HIDDEN, D_FF},
                {"ffn_out", ATTENTION_TENSOR_FFN_OUTPUT, D},
                {"residual2", ATTENTION_TENSOR_RESIDUAL2, D},
                {"output", ATTENTION_TENSOR_NORM2, D},
                {"output", ATTENTION_TENSOR_OUTPUT, D}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fixture_expect(record, rows[i].key, data_of(trace, rows[i].id), rows[i].columns);
    }
    static const char *const keys[] = {"Q", "K", "V"};
    for (int part = 0; part < 3; part++) {
        const float *split = data_of(trace, (enum attention_tensor_id)(ATTENTION_TENSOR_Q + part));
        for (size_t i = 0; i < N * D; i++) {
            const size_t head = i % D / D_K;
            wide[i] = split[(head * N + i / D) * D_K + i % D_K];
        }
        fixture_expect(record, keys[part], wide, D);
    }
    attention_trace_free(trace);
}

static const struct {
    const char *id;
    void (*check)(const json_t *record);
} checks[] = {
    {"karim_unscaled", check_x},
    {"karim_scaled_sqrt3", check_x},
    {"karim_causal_scaled", check_x},
    {"raschka_simple", check_x},
    {"raschka_qkv", check_x},
    {"alammar_scores", check_alammar},
    {"tf_lookup", check_lookup},
    {"calvin_handout", check_calvin},
    {"pe_vaswani_d4", check_sinusoids},
    {"pe_vaswani_d8", check_sinusoids},
    {"softmax_onnx", check_softmax},
    {"layernorm_variants", check_layer_norm},
    {"gelu", check_gelu},
    {"onnx_fullymasked_seed4", check_masked},
    {"house_encoder_block", check_encoder_block},
    {"similarity_F_dot", check_dot},
    {"similarity_F_scaled_dot", check_scaled_dot},
    {"similarity_F_cosine", check_cosine},
    {"similarity_F_additive_tanh_sum", check_additive},
};

static void test_every_record(void **state) {
    (void)state;
    const size_t count = sizeof checks / sizeof *checks;
    json_error_t error;
    json_t *records =
        json_load_file(HEADWAY_SOURCE_DIR "/tests/fixtures/attention.json", 0, &error);
    if (!records) fail_msg("attention.json: %s", error.text);
    assert_int_equal(json_array_size(records), count);
    for (size_t i = 0; i < count; i++) {
        const json_t *record = json_array_get(records, i);
        assert_string_equal(json_string_value(json_object_get(record, "id")), checks[i].id);
        checks[i].check(record);
    }
    json_decref(records);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_record)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

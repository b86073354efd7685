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

enum { MOST = 1024 };
static const double TOLERANCE = 1e-6;

/* An array of any depth, flattened; its innermost length is its number of columns. */
struct numbers {
    double at[MOST];
    size_t count, columns;
};

static void flatten(const json_t *json, struct numbers *numbers) {
    size_t index;
    json_t *item;
    if (json_is_array(json)) {
        numbers->columns = json_array_size(json);
        json_array_foreach(json, index, item) {
            const size_t columns = json_array_size(json);
            flatten(item, numbers);
            if (!json_is_array(item)) numbers->columns = columns;
        }
        return;
    }
    assert_true(numbers->count < MOST);
    numbers->at[numbers->count++] =
        json_is_boolean(json) ? json_is_true(json) : json_number_value(json);
}

static struct numbers numbers_get(const json_t *record, const char *key) {
    struct numbers numbers = {.count = 0};
    const json_t *json = json_object_get(record, key);
    if (!json) fail_msg("%s has no %s", json_string_value(json_object_get(record, "id")), key);
    flatten(json, &numbers);
    return numbers;
}

/* `got` against record[key]. Rows of `got` are `stride` numbers apart, of which the first columns
 * count. */
static void expect(const json_t *record, const char *key, const float *got, size_t stride) {
    const struct numbers wanted = numbers_get(record, key);
    double scale = 0.0, error = 0.0;
    for (size_t i = 0; i < wanted.count; i++) {
        const double value = got[i / wanted.columns * stride + i % wanted.columns];
        scale = fmax(scale, fabs(wanted.at[i]));
        error = fmax(error, fabs(value - wanted.at[i]));
    }
    if (!(error <= TOLERANCE * scale)) {
        fail_msg("%s: %s is off by %g of its scale",
                 json_string_value(json_object_get(record, "id")), key, error / scale);
    }
}

static void to_float(const struct numbers *numbers, float *out) {
    for (size_t i = 0; i < numbers->count; i++)
        out[i] = (float)numbers->at[i];
}

/* in × out, as in the file, to out × in. */
static void transpose(const json_t *record, const char *key, float *out) {
    const struct numbers numbers = numbers_get(record, key);
    const size_t columns = numbers.columns, rows = numbers.count / columns;
    for (size_t i = 0; i < numbers.count; i++) {
        out[i % columns * rows + i / columns] = (float)numbers.at[i];
    }
}

/* One pass of the attention alone: one layer, no norm, no residual, no network. W_O is 0. */
struct bare {
    struct attention_config config;
    struct attention_options options;
    struct attention_layer_weights layer;
    float q[MOST], k[MOST], v[MOST], o[MOST], embedding[MOST];
    size_t n;
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
        attention_pass(trace, &weights, &bare->options, bare->embedding, bare->n, &error);
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

/* Row i of the embedding is [q_i | k_i | v_i], the weights pick the parts out. Fewer queries than
 * keys: the rest of the queries are 0. `heads` blocks lie one behind the other in the file. */
static void bare_from_qkv(struct bare *bare, const json_t *record, size_t heads) {
    const struct numbers q = numbers_get(record, "Q"), k = numbers_get(record, "K");
    const struct numbers v = numbers_get(record, "V");
    const size_t d_k = k.columns, d_v = v.columns, d = heads * (2 * d_k + d_v);
    const size_t queries = q.count / d_k / heads;
    memset(bare, 0, sizeof *bare);
    bare->n = k.count / d_k / heads;
    bare->config.d_model = (int)d;
    bare->config.heads = (int)heads;
    bare->config.d_k = (int)d_k;
    bare->config.d_v = (int)d_v;
    for (size_t head = 0; head < heads; head++) {
        for (size_t c = 0; c < d_k; c++) {
            const size_t row = head * d_k + c;
            bare->q[row * d + row] = 1.0f;
            bare->k[row * d + heads * d_k + row] = 1.0f;
            for (size_t i = 0; i < bare->n; i++) {
                float *x = bare->embedding + i * d + row;
                if (i < queries) x[0] = (float)q.at[(head * queries + i) * d_k + c];
                x[heads * d_k] = (float)k.at[(head * bare->n + i) * d_k + c];
            }
        }
        for (size_t c = 0; c < d_v; c++) {
            const size_t row = head * d_v + c, column = 2 * heads * d_k + row;
            bare->v[row * d + column] = 1.0f;
            for (size_t i = 0; i < bare->n; i++) {
                bare->embedding[i * d + column] = (float)v.at[(head * bare->n + i) * d_v + c];
            }
        }
    }
}

static void bare_from_x(struct bare *bare, const json_t *record) {
    const struct numbers x = numbers_get(record, "X");
    memset(bare, 0, sizeof *bare);
    to_float(&x, bare->embedding);
    transpose(record, "WQ", bare->q);
    transpose(record, "WK", bare->k);
    transpose(record, "WV", bare->v);
    bare->n = x.count / x.columns;
    bare->config.d_model = (int)x.columns;
    bare->config.heads = 1;
    bare->config.d_k = (int)numbers_get(record, "WK").columns;
    bare->config.d_v = (int)numbers_get(record, "WV").columns;
}

static void check_weighing(const json_t *record, const struct attention_trace *trace,
                           const char *scores, const char *weights, const char *output) {
    const size_t n = attention_trace_tokens(trace);
    const size_t d_v = (size_t)attention_trace_config(trace)->d_v;
    if (scores) expect(record, scores, data_of(trace, ATTENTION_TENSOR_SIMILARITY), n);
    expect(record, weights, data_of(trace, ATTENTION_TENSOR_WEIGHTS), n);
    expect(record, output, data_of(trace, ATTENTION_TENSOR_HEAD_OUTPUT), d_v);
}

static void check_x(const json_t *record) {
    struct bare bare;
    bare_from_x(&bare, record);
    set_scale(&bare, record);
    if (strcmp(json_string_value(json_object_get(record, "mask")), "causal") == 0) {
        bare.options.mask = ATTENTION_MASK_CAUSAL;
    }
    struct attention_trace *trace = bare_run(&bare);
    expect(record, "Q", data_of(trace, ATTENTION_TENSOR_Q), (size_t)bare.config.d_k);
    expect(record, "K", data_of(trace, ATTENTION_TENSOR_K), (size_t)bare.config.d_k);
    expect(record, "V", data_of(trace, ATTENTION_TENSOR_V), (size_t)bare.config.d_v);
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

static void check_dot(const json_t *record) {
    struct bare bare;
    bare_from_qkv(&bare, record, 1);
    bare.options.is_scale_off = true;
    struct attention_trace *trace = bare_run(&bare);
    check_weighing(record, trace, "scores", "weights", "output");
    attention_trace_free(trace);
}

static void check_scaled_dot(const json_t *record) {
    struct bare bare;
    bare_from_qkv(&bare, record, 1);
    struct attention_trace *trace = bare_run(&bare);
    expect(record, "scores", data_of(trace, ATTENTION_TENSOR_SCORES), bare.n);
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
    const struct numbers mask = numbers_get(record, "mask_allowed");
    bare_from_qkv(&bare, record, 2);
    assert_int_equal(mask.count, bare.n * bare.n);
    for (size_t i = 0; i < mask.count; i++)
        allowed[i] = mask.at[i] != 0.0;
    bare.options.mask = ATTENTION_MASK_CUSTOM;
    bare.options.allowed = allowed;
    struct attention_trace *trace = bare_run(&bare);
    check_weighing(record, trace, NULL, "weights", "output");
    for (size_t j = 0; j < bare.n; j++) { /* exactly 0 */
        assert_true(data_of(trace, ATTENTION_TENSOR_WEIGHTS)[j] == 0.0f);
        assert_true(data_of(trace, ATTENTION_TENSOR_HEAD_OUTPUT)[j] == 0.0f);
    }
    attention_trace_free(trace);
}

static void check_alammar(const json_t *record) {
    const struct numbers scores = numbers_get(record, "scores");
    float row[2], weights[2];
    for (size_t j = 0; j < 2; j++)
        row[j] = (float)scores.at[j] / 8.0f;
    attention_softmax(row, 2, weights);
    expect(record, "weights", weights, 2);
}

static void check_softmax(const json_t *record) {
    static const char *const inputs[] = {"x", "x_large"}, *const outputs[] = {"y", "y_large"};
    for (size_t pair = 0; pair < 2; pair++) {
        const struct numbers x = numbers_get(record, inputs[pair]);
        float row[MOST], weights[MOST];
        to_float(&x, row);
        for (size_t i = 0; i < x.count; i += x.columns) {
            attention_softmax(row + i, x.columns, weights + i);
        }
        expect(record, outputs[pair], weights, x.columns);
    }
}

static void check_sinusoids(const json_t *record) {
    const struct numbers wanted = numbers_get(record, "output");
    float out[MOST];
    attention_sinusoids(wanted.count / wanted.columns, wanted.columns,
                        json_number_value(json_object_get(record, "base")), out);
    expect(record, "output", out, wanted.columns);
}

static void check_layer_norm(const json_t *record) {
    const struct numbers x = numbers_get(record, "x");
    float row[MOST], out[MOST], mean, variance;
    to_float(&x, row);
    attention_layer_norm(row, x.count, NULL, NULL, out, &mean, &variance);
    expect(record, "torch_eps1e5", out, x.columns);
    assert_true(mean == 2.5f && variance == 1.25f);
}

static void check_gelu(const json_t *record) {
    const struct numbers x = numbers_get(record, "x");
    float out[MOST];
    for (size_t i = 0; i < x.count; i++)
        out[i] = attention_gelu((float)x.at[i]);
    expect(record, "erf", out, x.columns);
}

/* A whole post-norm encoder layer, every intermediate. q, k and v are [n, h·d_k] in the file. */
static void check_encoder_block(const json_t *record) {
    enum { N = 3, D = 4, HEADS = 2, D_K = 2, D_FF = 8 };
    static const float ones[D] = {1, 1, 1, 1}, no_bias[D] = {0};
    float wq[D * D], wk[D * D], wv[D * D], wo[D * D], up[D * D_FF], down[D * D_FF];
    float b1[D_FF], b2[D], x[N * D], wide[N * D];
    const struct numbers numbers_x = numbers_get(record, "X"),
                         numbers_b1 = numbers_get(record, "b1");
    const struct numbers numbers_b2 = numbers_get(record, "b2");
    to_float(&numbers_x, x);
    to_float(&numbers_b1, b1);
    to_float(&numbers_b2, b2);
    transpose(record, "Wq", wq);
    transpose(record, "Wk", wk);
    transpose(record, "Wv", wv);
    transpose(record, "Wo", wo);
    transpose(record, "W1", up);
    transpose(record, "W2", down);
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
    assert_int_equal(attention_pass(trace, &weights, NULL, x, N, &error), ATTENTION_OK);

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
        expect(record, rows[i].key, data_of(trace, rows[i].id), rows[i].columns);
    }
    static const char *const keys[] = {"Q", "K", "V"};
    for (int part = 0; part < 3; part++) {
        const float *split = data_of(trace, (enum attention_tensor_id)(ATTENTION_TENSOR_Q + part));
        for (size_t i = 0; i < N * D; i++) {
            const size_t head = i % D / D_K;
            wide[i] = split[(head * N + i / D) * D_K + i % D_K];
        }
        expect(record, keys[part], wide, D);
    }
    attention_trace_free(trace);
}

static void check_nothing(const json_t *record) {
    (void)record;
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
    {"similarity_F_cosine", check_nothing},            /* the only F here is the dot product */
    {"similarity_F_additive_tanh_sum", check_nothing}, /* likewise */
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

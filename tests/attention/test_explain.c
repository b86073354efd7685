/* The arithmetic of every number of every kind of pass, done again bit for bit; where it leads back
 * to; and the difference between two passes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_allocator.h"
#include "support_explain.h"

enum { MODELS = 120, OPERATIONS = ATTENTION_OPERATION_SINUSOID + 1 };

static void test_every_number(void **state) {
    (void)state;
    struct test_random random = {77};
    struct attention_trace *trace = attention_trace_new(NULL);
    bool is_met[OPERATIONS] = {false};
    size_t numbers = 0;
    for (int round = 0; round < MODELS; round++) {
        struct test_case c;
        test_case_any(&c, &random, 12, round % 20 == 0 ? 40 : 9);
        if (round % 6 == 0) {
            c.options.has_temperature = true;
            c.options.temperature = 0.0f;
        }
        test_case_pass(&c, trace);
        numbers += test_explain_all(&c, trace, is_met);
        test_case_free(&c);
    }
    for (int i = 0; i < OPERATIONS; i++) {
        if (!is_met[i]) fail_msg("operation %d was never met", i);
    }
    print_message("%zu numbers\n", numbers);
    attention_trace_free(trace);
}

/* Every F with its own weights and without, more keys than the tree has lanes, in two layers. */
static void test_every_similarity(void **state) {
    (void)state;
    struct test_random random = {5};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int kind = 0; kind < 8; kind++) {
        const struct attention_config config = {.d_model = 6,
                                                .layers = 2,
                                                .heads = 2,
                                                .d_k = 5,
                                                .d_v = 3,
                                                .d_a = kind >= 4 ? 0 : 4,
                                                .d_ff = 4,
                                                .similarity = (enum attention_similarity)(kind % 4),
                                                .norm = ATTENTION_NORM_PRE};
        bool is_met[OPERATIONS] = {false};
        struct test_case c;
        test_case_make(&c, &config, &random, 3);
        test_case_add_context(&c, &random, 150, kind % 2 == 1);
        test_case_add_mask(&c, &random, ATTENTION_MASK_WINDOW);
        for (int layer = 0; kind >= 4 && layer < config.layers; layer++) {
            c.model.layers[layer].general_weight = NULL;
            c.model.layers[layer].additive_q_weight = c.model.layers[layer].additive_k_weight =
                NULL;
            c.model.layers[layer].additive_w = NULL;
        }
        test_case_pass(&c, trace);
        test_explain_all(&c, trace, is_met);
        assert_true(is_met[ATTENTION_OPERATION_UNIT] == (kind % 4 == 1));
        assert_true(is_met[ATTENTION_OPERATION_TANH] == (kind % 4 == 3));
        const bool is_default = kind == 6 || kind == 7;
        if (is_default) { /* the identity moves the numbers */
            struct attention_arithmetic m =
                test_explain(&c, trace, ATTENTION_TENSOR_SIMILARITY_QUERY, 1, 7);
            assert_int_equal(m.operation, ATTENTION_OPERATION_COPY);
            assert_true(m.a.tensor == ATTENTION_TENSOR_Q && m.a.layer == 1 && m.a.index == 7);
            attention_arithmetic_free(&m);
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* Which tensor feeds which, written down once more: a table a row of which is a kind of model. */
struct feeds {
    enum attention_norm norm;
    bool is_residual_off;
    int d_ff;
    int q, norm1, hidden, residual2, norm2, output; /* −1: the model has no such part */
};

static int source_of(const struct attention_trace *trace, enum attention_tensor_id id, int which) {
    enum attention_tensor_id sources[2];
    const int count = attention_trace_sources(trace, id, sources);
    return which < count ? (int)sources[which] : -1;
}

static void test_wiring(void **state) {
    (void)state;
    enum {
        X = ATTENTION_TENSOR_X,
        Y = ATTENTION_TENSOR_ATTENTION_OUTPUT,
        R1 = ATTENTION_TENSOR_RESIDUAL1,
        N1 = ATTENTION_TENSOR_NORM1,
        F = ATTENTION_TENSOR_FFN_OUTPUT,
        R2 = ATTENTION_TENSOR_RESIDUAL2,
        N2 = ATTENTION_TENSOR_NORM2
    };
    static const struct feeds all[] = {
        {ATTENTION_NORM_POST, false, 4, X, R1, N1, N1, R2, N2},
        {ATTENTION_NORM_POST, true, 4, X, Y, N1, -1, F, N2},
        {ATTENTION_NORM_POST, false, 0, X, R1, -1, -1, -1, N1},
        {ATTENTION_NORM_POST, true, 0, X, Y, -1, -1, -1, N1},
        {ATTENTION_NORM_PRE, false, 4, N1, X, N2, R1, R1, R2},
        {ATTENTION_NORM_PRE, true, 4, N1, X, N2, -1, Y, F},
        {ATTENTION_NORM_PRE, false, 0, N1, X, -1, -1, -1, R1},
        {ATTENTION_NORM_PRE, true, 0, N1, X, -1, -1, -1, Y},
        {ATTENTION_NORM_NONE, false, 4, X, -1, R1, R1, -1, R2},
        {ATTENTION_NORM_NONE, true, 4, X, -1, Y, -1, -1, F},
        {ATTENTION_NORM_NONE, false, 0, X, -1, -1, -1, -1, R1},
        {ATTENTION_NORM_NONE, true, 0, X, -1, -1, -1, -1, Y},
    };
    struct test_random random = {8};
    struct attention_trace *trace = attention_trace_new(NULL);
    enum attention_tensor_id none[2];
    assert_int_equal(attention_trace_sources(trace, ATTENTION_TENSOR_X, none), 0);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct feeds *f = &all[i];
        const struct attention_config config = {.d_model = 5,
                                                .layers = 2,
                                                .heads = 1,
                                                .d_k = 4,
                                                .d_v = 3,
                                                .d_ff = f->d_ff,
                                                .norm = f->norm,
                                                .is_residual_off = f->is_residual_off};
        struct test_case c;
        test_case_make(&c, &config, &random, 3);
        test_case_pass(&c, trace);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_Q, 0), f->q);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_K, 0), f->q);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_V, 0), f->q);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_RESIDUAL1, 0),
                         f->is_residual_off ? -1 : X);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_NORM1, 0), f->norm1);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_FFN_HIDDEN, 0), f->hidden);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_RESIDUAL2, 0), f->residual2);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_NORM2, 0), f->norm2);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_OUTPUT, 0), f->output);
        assert_int_equal(source_of(trace, ATTENTION_TENSOR_EMBEDDING, 0), -1);
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

/* A later layer reads the output of the one before; keys and values read their own texts. */
static void test_addresses(void **state) {
    (void)state;
    const struct attention_config config = {.d_model = 6,
                                            .layers = 3,
                                            .heads = 2,
                                            .d_k = 4,
                                            .d_v = 3,
                                            .norm = ATTENTION_NORM_PRE,
                                            .position = ATTENTION_POSITION_LEARNED,
                                            .position_rows = TEST_POSITION_ROWS};
    struct test_random random = {9};
    struct attention_trace *trace = attention_trace_new(NULL);
    struct test_case c;
    test_case_make(&c, &config, &random, 4);
    test_case_add_context(&c, &random, 7, true);
    test_case_pass(&c, trace);
    static const struct {
        int id, layer, from, from_layer;
        size_t index, from_index;
    } all[] = {
        {ATTENTION_TENSOR_NORM1, 0, ATTENTION_TENSOR_X, 0, 8, 6},
        {ATTENTION_TENSOR_NORM1, 2, ATTENTION_TENSOR_OUTPUT, 1, 8, 6},
        {ATTENTION_TENSOR_RESIDUAL1, 1, ATTENTION_TENSOR_OUTPUT, 0, 8, 8},
        {ATTENTION_TENSOR_Q, 1, ATTENTION_TENSOR_NORM1, 1, 16 + 4 * 3 + 1, 18},
        {ATTENTION_TENSOR_K, 2, ATTENTION_TENSOR_CONTEXT_X, 0, 28 + 4 * 5 + 1, 30},
        {ATTENTION_TENSOR_V, 2, ATTENTION_TENSOR_VALUES_X, 0, 21 + 3 * 6 + 1, 36},
        {ATTENTION_TENSOR_CONTEXT_X, 0, ATTENTION_TENSOR_CONTEXT_EMBEDDING, 0, 11, 11},
        {ATTENTION_TENSOR_ATTENTION_OUTPUT, 1, ATTENTION_TENSOR_CONCAT, 1, 13, 12},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct attention_arithmetic m =
            test_explain(&c, trace, all[i].id, all[i].layer, all[i].index);
        assert_true(m.count > 0);
        assert_int_equal(m.terms[0].a.tensor, all[i].from);
        assert_int_equal(m.terms[0].a.layer, all[i].from_layer);
        assert_int_equal(m.terms[0].a.index, all[i].from_index);
        attention_arithmetic_free(&m);
    }
    struct attention_arithmetic m =
        test_explain(&c, trace, ATTENTION_TENSOR_VALUES_POSITION, 9, 20);
    assert_int_equal(m.operation, ATTENTION_OPERATION_COPY);
    assert_true(m.a.tensor == ATTENTION_WEIGHT_POSITION && m.a.index == 20 && m.a.layer == 0);
    attention_arithmetic_free(&m);
    test_case_free(&c);
    attention_trace_free(trace);
}

/* a · ‖v‖ is what attention_trace_value_weighted gives. */
static void test_value_norm(void **state) {
    (void)state;
    struct test_random random = {10};
    struct attention_trace *trace = attention_trace_new(NULL);
    const struct attention_config config = {
        .d_model = 8, .layers = 1, .heads = 2, .d_k = 4, .d_v = 5};
    struct test_case c;
    test_case_make(&c, &config, &random, 6);
    test_case_pass(&c, trace);
    float weighted[36];
    for (int head = 0; head < 2; head++) {
        attention_trace_value_weighted(trace, 0, head, weighted);
        for (size_t i = 0; i < 36; i++) {
            struct attention_arithmetic m =
                test_explain(&c, trace, ATTENTION_TENSOR_WEIGHTS, 0, (size_t)head * 36 + i);
            assert_true(test_is_same_bits(m.result.value * m.value_norm, weighted[i]));
            assert_true(m.value_norm > 0.0f);
            attention_arithmetic_free(&m);
        }
    }
    test_case_free(&c);
    attention_trace_free(trace);
}

/* −0, numbers near the ends of float32, zero vectors: the bits hold there, too. */
static void test_extreme_numbers(void **state) {
    (void)state;
    static const float sizes[] = {-0.0f, 1e-44f, 1e-30f, 1e12f, 1e18f};
    struct test_random random = {11};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (int similarity = 0; similarity < 4; similarity++) {
            const struct attention_config config = {.d_model = 6,
                                                    .layers = 1,
                                                    .heads = 2,
                                                    .d_k = 4,
                                                    .d_v = 3,
                                                    .similarity =
                                                        (enum attention_similarity)similarity,
                                                    .position = ATTENTION_POSITION_LEARNED,
                                                    .position_rows = 8,
                                                    .norm = ATTENTION_NORM_NONE};
            bool is_met[OPERATIONS] = {false};
            struct test_case c;
            test_case_make(&c, &config, &random, 5);
            for (size_t i = 0; i < 30; i++)
                c.embedding[i] = i < 6 ? -0.0f : c.embedding[i] * sizes[s];
            float *position = test_model_writable(&c.model, c.model.weights.position_weight);
            for (size_t i = 0; i < 30; i++)
                position[i] = i < 6 ? -0.0f : position[i] * sizes[s];
            test_case_pass(&c, trace);
            test_explain_all(&c, trace, is_met);
            test_case_free(&c);
        }
    }
    attention_trace_free(trace);
}

/* A pass of one layer that allows nothing in row 0, and one whose temperature is 0. */
static void test_nothing_allowed(void **state) {
    (void)state;
    struct test_random random = {12};
    struct attention_trace *trace = attention_trace_new(NULL);
    const struct attention_config config = {
        .d_model = 6, .layers = 1, .heads = 1, .d_k = 4, .d_v = 3};
    struct test_case c;
    test_case_make(&c, &config, &random, 3);
    const uint8_t allowed[9] = {0, 0, 0, 1, 0, 1, 1, 1, 1};
    c.options.mask = ATTENTION_MASK_CUSTOM;
    c.options.allowed = allowed;
    for (int is_cold = 0; is_cold < 2; is_cold++) {
        bool is_met[OPERATIONS] = {false};
        c.options.has_temperature = is_cold == 1;
        c.options.temperature = 0.0f;
        test_case_pass(&c, trace);
        test_explain_all(&c, trace, is_met);
        assert_true(is_met[ATTENTION_OPERATION_NOTHING_ALLOWED]);
        assert_true(is_met[ATTENTION_OPERATION_LARGEST] == (is_cold == 1));
        assert_true(is_met[ATTENTION_OPERATION_SOFTMAX] == (is_cold == 0));
        struct attention_arithmetic m = test_explain(&c, trace, ATTENTION_TENSOR_SCORES, 0, 3);
        assert_int_equal(m.operation, ATTENTION_OPERATION_QUOTIENT);
        assert_true(is_cold ? m.b.value == 0.0f && m.a.value == m.result.value : m.b.value == 2.0f);
        attention_arithmetic_free(&m);
    }
    c.options.allowed = NULL;
    test_case_free(&c);
    attention_trace_free(trace);
}

static void expect_refused(const struct attention_trace *trace, const struct test_case *c, int id,
                           int layer, size_t index, const char *sentence) {
    struct attention_arithmetic m;
    const struct attention_arithmetic zero = {0};
    struct attention_error error = {"old"};
    memset(&m, 0xff, sizeof m);
    assert_int_equal(
        attention_explain(trace, &c->model.weights, id, layer, index, NULL, &m, &error),
        ATTENTION_INVALID);
    assert_memory_equal(&m, &zero, sizeof m);
    if (sentence) assert_string_equal(error.text, sentence);
    attention_arithmetic_free(&m);
    assert_int_equal(attention_explain(trace, &c->model.weights, id, layer, index, NULL, &m, NULL),
                     ATTENTION_INVALID);
}

static void test_what_is_not_there(void **state) {
    (void)state;
    struct test_random random = {13};
    struct attention_trace *trace = attention_trace_new(NULL);
    const struct attention_config config = {
        .d_model = 6, .layers = 2, .heads = 2, .d_k = 4, .d_v = 3, .norm = ATTENTION_NORM_NONE};
    struct test_case c;
    test_case_make(&c, &config, &random, 3);
    c.model.layers[0].q_bias = NULL;
    expect_refused(trace, &c, ATTENTION_TENSOR_X, 0, 0, NULL); /* no pass yet */
    test_case_pass(&c, trace);
    expect_refused(trace, &c, ATTENTION_TENSOR_WEIGHTS, 1, 18,
                   "weights of layer 2 has no number 19 in this pass; ask for one that "
                   "attention_trace_tensor or attention_trace_weight shows");
    expect_refused(trace, &c, ATTENTION_TENSOR_WEIGHTS, 2, 0, NULL);
    expect_refused(trace, &c, ATTENTION_TENSOR_WEIGHTS, -1, 0, NULL);
    expect_refused(trace, &c, ATTENTION_TENSOR_NORM1, 0, 0, NULL);
    expect_refused(trace, &c, ATTENTION_TENSOR_CONTEXT_X, 0, 0, NULL);
    expect_refused(trace, &c, ATTENTION_WEIGHT_UP, 0, 0, NULL);
    expect_refused(trace, &c, ATTENTION_WEIGHT_Q_BIAS, 0, 0, NULL);
    expect_refused(trace, &c, ATTENTION_QUANTITY_COUNT, 0, 0, NULL);
    expect_refused(trace, &c, -1, 0, 0,
                   "there is no tensor or weight number -1; ask for one that "
                   "attention_trace_tensor or attention_trace_weight shows");
    struct attention_arithmetic m = test_explain(&c, trace, ATTENTION_TENSOR_X, 40, 17);
    attention_arithmetic_free(&m); /* the layer does not matter there */
    test_case_free(&c);
    attention_trace_free(trace);
}

static void check_memory(const struct test_case *c, const struct attention_trace *trace, int id) {
    struct test_counter counter = {.fail_at = SIZE_MAX};
    const struct attention_allocator allocator = test_counter_allocator(&counter);
    struct attention_arithmetic m;
    struct attention_error error = {""};
    assert_int_equal(attention_explain(trace, &c->model.weights, id, 0, 0, &allocator, &m, &error),
                     ATTENTION_OK);
    assert_true(counter.asked == (m.count > 0) && counter.alive == counter.asked);
    attention_arithmetic_free(&m);
    attention_arithmetic_free(&m);
    assert_int_equal(counter.alive, 0);
    if (counter.asked == 0) return;
    counter.fail_at = counter.asked;
    assert_int_equal(attention_explain(trace, &c->model.weights, id, 0, 0, &allocator, &m, &error),
                     ATTENTION_NO_MEMORY);
    const struct attention_arithmetic zero = {0};
    assert_memory_equal(&m, &zero, sizeof m);
    assert_true(error.text[0] != '\0' && counter.alive == 0);
}

static void test_memory(void **state) {
    (void)state;
    struct test_random random = {14};
    struct attention_trace *trace = attention_trace_new(NULL);
    for (int similarity = 0; similarity < 4; similarity++) {
        const struct attention_config config = {.d_model = 6,
                                                .layers = 1,
                                                .heads = 2,
                                                .d_k = 4,
                                                .d_v = 3,
                                                .d_ff = 5,
                                                .similarity = (enum attention_similarity)similarity,
                                                .position = ATTENTION_POSITION_SINUSOIDAL};
        struct test_case c;
        test_case_make(&c, &config, &random, 3);
        test_case_add_context(&c, &random, 4, true);
        test_case_pass(&c, trace);
        for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
            if (attention_trace_tensor(trace, (enum attention_tensor_id)id, 0).data)
                check_memory(&c, trace, id);
        }
        test_case_free(&c);
    }
    attention_trace_free(trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_number),    cmocka_unit_test(test_every_similarity),
        cmocka_unit_test(test_wiring),          cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_value_norm),      cmocka_unit_test(test_extreme_numbers),
        cmocka_unit_test(test_nothing_allowed), cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which tensors a model has, their shapes and names, the sums they are made of, and no foreign
 * symbols. */
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
        struct test_case c;
        test_case_make(&c, &config, &random, 3);
        struct attention_trace *trace = attention_trace_new(NULL);
        assert_null(attention_trace_config(trace));
        assert_false(has_tensor(trace, ATTENTION_TENSOR_X));
        test_case_pass(&c, trace);

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
        test_case_free(&c);
    }
}

/* What F and the texts bring with them. */
static void test_tensors_of_f_and_texts(void **state) {
    (void)state;
    struct test_random random = {5};
    for (int bits = 0; bits < 4 * 3; bits++) {
        struct attention_config config = config_plain();
        config.similarity = (enum attention_similarity)(bits % 4);
        config.position = ATTENTION_POSITION_SINUSOIDAL;
        struct test_case c;
        test_case_make(&c, &config, &random, 3);
        const bool has_context = bits / 4 > 0, has_values = bits / 4 > 1;
        if (has_context) test_case_add_context(&c, &random, 5, has_values);
        struct attention_trace *trace = attention_trace_new(NULL);
        assert_int_equal(attention_trace_keys(trace), 0);
        test_case_pass(&c, trace);
        assert_int_equal(attention_trace_tokens(trace), 3);
        assert_int_equal(attention_trace_keys(trace), has_context ? 5 : 3);
        for (int i = 0; i < 3; i++) {
            const int context = ATTENTION_TENSOR_CONTEXT_EMBEDDING + i;
            const int values = ATTENTION_TENSOR_VALUES_EMBEDDING + i;
            assert_true(has_tensor(trace, (enum attention_tensor_id)context) == has_context);
            assert_true(has_tensor(trace, (enum attention_tensor_id)values) == has_values);
        }
        assert_true(has_tensor(trace, ATTENTION_TENSOR_SIMILARITY_QUERY) ==
                    (config.similarity != ATTENTION_SIMILARITY_DOT));
        assert_true(has_tensor(trace, ATTENTION_TENSOR_SIMILARITY_KEY) ==
                    (config.similarity == ATTENTION_SIMILARITY_COSINE ||
                     config.similarity == ATTENTION_SIMILARITY_ADDITIVE));
        attention_trace_free(trace);
        test_case_free(&c);
    }
}

static size_t size_of_letter(char letter) {
    static const char all[] = "nmhkvcdfapN";
    static const size_t sizes[] = {5, 6, 2, 3, 4, 8, 10, 7, 9, 6, 11};
    const char *found = strchr(all, letter);
    assert_non_null(found);
    return sizes[found - all];
}

static void expect_shape(const struct attention_tensor *tensor, int id) {
    const char *letters = attention_tensor_letters(id);
    assert_int_equal(tensor->dims, strlen(letters));
    for (int axis = 0; axis < 3; axis++) {
        const size_t size = axis < tensor->dims ? size_of_letter(letters[axis]) : 0;
        assert_int_equal(tensor->shape[axis], size);
    }
}

/* Names, letters and shapes of all tensors and weights, each present at once. */
static void test_shapes_and_names(void **state) {
    (void)state;
    struct test_random random = {6};
    const struct attention_config config = {.d_model = 10,
                                            .layers = 3,
                                            .heads = 2,
                                            .d_k = 3,
                                            .d_v = 4,
                                            .d_ff = 7,
                                            .similarity = ATTENTION_SIMILARITY_ADDITIVE,
                                            .d_a = 9,
                                            .position = ATTENTION_POSITION_LEARNED,
                                            .position_rows = 11};
    struct test_case c;
    test_case_make(&c, &config, &random, 5);
    test_case_add_context(&c, &random, 6, true);
    struct attention_trace *trace = attention_trace_new(NULL);
    test_case_pass(&c, trace);
    assert_int_equal(attention_trace_config(trace)->d_ff, 7);
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        const int layer = attention_tensor_is_per_layer(id) ? 2 : 0;
        const struct attention_tensor tensor =
            attention_trace_tensor(trace, (enum attention_tensor_id)id, layer);
        assert_true(strlen(attention_tensor_meaning(id)) > 0);
        assert_non_null(tensor.data);
        assert_int_equal((size_t)tensor.data % 64, 0);
        expect_shape(&tensor, id);
    }
    for (int id = ATTENTION_WEIGHT_POSITION; id < ATTENTION_QUANTITY_COUNT; id++) {
        const struct attention_tensor weight =
            attention_trace_weight(trace, &c.model.weights, (enum attention_weight_id)id, 2);
        assert_true(attention_tensor_is_per_layer(id) == (id != ATTENTION_WEIGHT_POSITION));
        assert_string_equal(attention_tensor_meaning(id), attention_tensor_name(id));
        assert_true((weight.data != NULL) == (weight.dims > 0));
        if (weight.data) expect_shape(&weight, id);
    }
    for (int id = 0; id < ATTENTION_QUANTITY_COUNT; id++) { /* of the shape alone, without a pass */
        struct attention_tensor planned = {.data = c.embedding};
        planned.dims = attention_tensor_shape(&config, 5, 6, id, planned.shape);
        expect_shape(&planned, id);
        for (int other = 0; other < id; other++)
            assert_string_not_equal(attention_tensor_name(id), attention_tensor_name(other));
    }
    assert_string_equal(attention_tensor_name(ATTENTION_TENSOR_HEAD_OUTPUT), "head_output");
    assert_string_equal(attention_tensor_name(ATTENTION_WEIGHT_Q), "attention.q.weight");
    assert_string_equal(attention_tensor_name(ATTENTION_WEIGHT_POSITION), "position.weight");
    assert_false(attention_tensor_is_per_layer(ATTENTION_TENSOR_X));
    assert_ptr_equal(attention_trace_weight(trace, &c.model.weights, ATTENTION_WEIGHT_Q, 1).data,
                     c.model.layers[1].q_weight);
    assert_ptr_equal(attention_trace_layer_input(trace, 0).data,
                     attention_trace_tensor(trace, ATTENTION_TENSOR_X, 0).data);
    assert_ptr_equal(attention_trace_layer_input(trace, 2).data,
                     attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, 1).data);
    attention_trace_free(trace);
    test_case_free(&c);
}

/* attention_dot is the sum that the pass makes, to the last bit. */
static void test_dot_is_the_sum_of_the_pass(void **state) {
    (void)state;
    struct test_random random = {7};
    const struct attention_config config = {
        .d_model = 200, .layers = 1, .heads = 2, .d_k = 150, .d_v = 3};
    struct test_case c;
    test_case_make(&c, &config, &random, 19);
    struct attention_trace *trace = attention_trace_new(NULL);
    test_case_pass(&c, trace);
    const float *q = attention_trace_tensor(trace, ATTENTION_TENSOR_Q, 0).data;
    const float *k = attention_trace_tensor(trace, ATTENTION_TENSOR_K, 0).data;
    const float *s = attention_trace_tensor(trace, ATTENTION_TENSOR_SIMILARITY, 0).data;
    for (size_t cell = 0; cell < 2 * 19 * 19; cell++) {
        const size_t head = cell / (19 * 19), i = cell / 19 % 19, j = cell % 19;
        assert_true(s[cell] ==
                    attention_dot(q + (head * 19 + i) * 150, k + (head * 19 + j) * 150, 150));
    }
    const struct attention_layer_weights *w = &c.model.layers[0];
    for (size_t column = 0; column < 150; column++) {
        const float sum = attention_dot(c.embedding, w->q_weight + column * 200, 200);
        assert_true(q[column] == (w->q_bias ? sum + w->q_bias[column] : sum));
    }
    attention_trace_free(trace);
    test_case_free(&c);
}

/* Memory is asked for in one place, which gives it to those who brought no allocator: whatever
 * counts an allocator's blocks counts all. (tests/house/symbols.sh looks for all other foreign
 * symbols.) */
static void test_memory_is_asked_for_in_one_place(void **state) {
    (void)state;
    static const char *const names[] = {"malloc", "calloc", "realloc", "aligned_alloc"};
    FILE *pipe = popen("nm -A -u " HEADWAY_BINARY_DIR "/libattention.a 2>/dev/null", "r");
    char line[512], place[256], name[256];
    size_t seen = 0;
    while (pipe && fgets(line, sizeof line, pipe)) {
        if (sscanf(line, "%255s U %255s", place, name) != 2) continue;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (strcmp(name, names[i]) != 0) continue;
            seen++;
            if (!strstr(place, "attention_memory.c")) fail_msg("%s calls %s", place, name);
        }
    }
    if (pipe) pclose(pipe);
    if (seen == 0) skip(); /* no nm on this machine */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wiring),
        cmocka_unit_test(test_tensors_of_f_and_texts),
        cmocka_unit_test(test_shapes_and_names),
        cmocka_unit_test(test_dot_is_the_sum_of_the_pass),
        cmocka_unit_test(test_memory_is_asked_for_in_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

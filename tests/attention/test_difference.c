/* Two passes, tensor by tensor, against a plain loop. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_explain.h"

/* One plain loop; ∞ − ∞ is left out by hand. */
static void expect_difference(const struct attention_trace *now,
                              const struct attention_trace *before, enum attention_tensor_id id,
                              int layer) {
    const struct attention_tensor a = attention_trace_tensor(now, id, layer);
    const struct attention_tensor b = attention_trace_tensor(before, id, layer);
    const size_t count = test_tensor_count(&a);
    float *out = malloc((count ? count : 1) * sizeof *out);
    assert_non_null(out);
    const struct attention_difference got = attention_trace_difference(now, before, id, layer, out);
    assert_true(got.is_comparable == (count > 0) && got.count == count);
    size_t changed = 0, largest_index = 0;
    float largest = 0.0f;
    for (size_t i = 0; i < count; i++) {
        float expected = a.data[i] - b.data[i];
        if (isinf(a.data[i]) && isinf(b.data[i])) expected = 0.0f;
        assert_true(out[i] == expected);
        changed += a.data[i] != b.data[i];
        if (isfinite(expected) && fabsf(expected) > largest) {
            largest = fabsf(expected);
            largest_index = i;
        }
    }
    assert_int_equal(got.changed, changed);
    assert_true(got.largest == largest && got.largest_index == largest_index);
    const struct attention_difference alone =
        attention_trace_difference(now, before, id, layer, NULL);
    assert_true(alone.changed == changed && alone.largest == largest);
    free(out);
}

static void test_differences(void **state) {
    (void)state;
    struct test_random random = {15};
    struct attention_trace *now = attention_trace_new(NULL), *before = attention_trace_new(NULL);
    for (int round = 0; round < 40; round++) {
        struct test_case c;
        test_case_any(&c, &random, 10, 8);
        c.options.edit_count = 0;
        test_case_pass(&c, before);
        test_case_add_edits(&c, &random, TEST_MOST_EDITS);
        test_case_pass(&c, now);
        for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
            const int layers =
                attention_tensor_is_per_layer(id) ? c.model.weights.config.layers : 1;
            for (int layer = 0; layer < layers; layer++)
                expect_difference(now, before, (enum attention_tensor_id)id, layer);
        }
        test_case_free(&c);
    }
    attention_trace_free(now);
    attention_trace_free(before);
}

static void test_difference_of_masks(void **state) {
    (void)state;
    struct test_random random = {16};
    struct attention_trace *now = attention_trace_new(NULL), *before = attention_trace_new(NULL);
    const struct attention_config config = {
        .d_model = 6, .layers = 1, .heads = 1, .d_k = 4, .d_v = 3};
    struct test_case c;
    test_case_make(&c, &config, &random, 2);
    const uint8_t first[4] = {1, 0, 1, 0}, second[4] = {0, 0, 1, 1};
    c.options.mask = ATTENTION_MASK_CUSTOM;
    c.options.allowed = first;
    test_case_pass(&c, before);
    c.options.allowed = second;
    test_case_pass(&c, now);
    float out[4];
    const struct attention_difference scores =
        attention_trace_difference(now, before, ATTENTION_TENSOR_SCORES, 0, out);
    assert_true(out[0] == -INFINITY && out[1] == 0.0f && out[2] == 0.0f && out[3] == INFINITY);
    assert_true(scores.is_comparable && scores.count == 4 && scores.changed == 2);
    assert_true(scores.largest == 0.0f && scores.largest_index == 0);
    c.options.allowed = NULL;
    test_case_free(&c);
    attention_trace_free(now);
    attention_trace_free(before);
}

static bool is_nothing(const struct attention_difference *difference) {
    return !difference->is_comparable && difference->count == 0 && difference->changed == 0 &&
           difference->largest == 0.0f && difference->largest_index == 0;
}

static void test_what_cannot_be_compared(void **state) {
    (void)state;
    struct test_random random = {17};
    struct attention_trace *now = attention_trace_new(NULL), *before = attention_trace_new(NULL);
    const struct attention_config config = {
        .d_model = 6, .layers = 2, .heads = 1, .d_k = 4, .d_v = 3, .norm = ATTENTION_NORM_NONE};
    struct attention_config smaller = config;
    smaller.layers = 1;
    struct test_case c, other;
    float out = 7.0f;
    test_case_make(&c, &config, &random, 3);
    test_case_make(&other, &smaller, &random, 4);
    test_case_pass(&c, now);
    struct attention_difference d =
        attention_trace_difference(now, before, ATTENTION_TENSOR_X, 0, &out); /* an empty trace */
    assert_true(is_nothing(&d));
    test_case_pass(&other, before);
    d = attention_trace_difference(now, before, ATTENTION_TENSOR_X, 0, &out); /* another length */
    assert_true(is_nothing(&d));
    d = attention_trace_difference(now, before, ATTENTION_TENSOR_Q, 1, &out); /* no such layer */
    assert_true(is_nothing(&d));
    d = attention_trace_difference(now, now, ATTENTION_TENSOR_NORM1, 0, &out); /* no norm */
    assert_true(is_nothing(&d) && out == 7.0f);
    d = attention_trace_difference(now, now, ATTENTION_TENSOR_Q, 1, NULL);
    assert_true(d.is_comparable && d.count == 12 && d.changed == 0);
    test_case_free(&c);
    test_case_free(&other);
    attention_trace_free(now);
    attention_trace_free(before);
}
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_difference_of_masks),
        cmocka_unit_test(test_what_cannot_be_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

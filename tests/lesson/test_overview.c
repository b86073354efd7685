/* Heads at a glance: what the textbook's heads are called is what they do; pooled images keep their
 * peaks; what a head adds is what goes when it is switched off. */
#include "lesson/overview.h"
#include "lesson/steps.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct study study;
static struct document wanted;

static int start(void **state) {
    (void)state;
    if (!study_init(&study, NULL) || !document_init(&wanted, NULL)) return -1;
    return study_set(&study, &wanted, NULL) ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    document_free(&wanted);
    study_free(&study);
    return 0;
}

static void set(void) {
    struct file_error error = {{0}};
    if (!study_set(&study, &wanted, &error)) fail_msg("%s", error.text);
}

/* Another pass, another summary; the same one for as long as the pass is the same. */
static void summaries_follow_the_pass(void **state) {
    (void)state;
    struct head_summary before, again, flatter, back;
    assert_true(head_summary_of(&study, 0, 3, &before));
    wanted.head = 3;
    wanted.view = VIEW_MODEL;
    set();
    assert_true(head_summary_of(&study, 0, 3, &again));
    assert_memory_equal(&before, &again, sizeof before);
    wanted.what_if.temperature = 10;
    set();
    assert_true(head_summary_of(&study, 0, 3, &flatter));
    assert_true(flatter.entropy_bits > before.entropy_bits + 0.5f);
    wanted.what_if.temperature = 1;
    set();
    assert_true(head_summary_of(&study, 0, 3, &back));
    assert_memory_equal(&before, &back, sizeof before);
}

static void patterns_are_what_heads_are_called(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum head_pattern pattern;
    } named[] = {{"head.previous", PATTERN_PREVIOUS},
                 {"head.next", PATTERN_NEXT},
                 {"head.first", PATTERN_FIRST},
                 {"head.itself", PATTERN_ITSELF}};
    size_t found = 0;
    for (int head = 0; head < study.model.weights.config.heads; head++) {
        struct head_summary s;
        assert_true(head_summary_of(&study, 0, head, &s));
        for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
            if (strcmp(model_head_name(&study.model, 0, head), named[i].name) != 0) continue;
            assert_int_equal(s.pattern, named[i].pattern);
            assert_true(s.weight > 0.5f && s.weight <= 1);
            found++;
        }
    }
    assert_int_equal(found, 4);
    struct head_summary none;
    assert_false(head_summary_of(&study, 0, 6, &none));
    assert_false(head_summary_of(&study, 1, 0, &none));
}

/* τ = 0 takes the largest alone: 0 bits; a huge τ shares equally: log₂ 8 = 3. */
static void entropy_is_in_bits(void **state) {
    (void)state;
    struct head_summary s;
    wanted.what_if.temperature = 1e6f;
    set();
    assert_true(head_summary_of(&study, 0, 1, &s));
    assert_true(fabsf(s.entropy_bits - 3) < 1e-3f);
    assert_int_equal(s.pattern, PATTERN_SPREAD);
    wanted.what_if.temperature = 0;
    set();
    assert_true(head_summary_of(&study, 0, 5, &s));
    assert_true(s.entropy_bits < 1e-6f && s.pattern == PATTERN_ITSELF && s.weight == 1);
}

static void peaks_stay(void **state) {
    (void)state;
    char text[1024] = "";
    size_t rows, columns;
    const float *small = overview_head(&study, 0, 0, &rows, &columns);
    assert_true(rows == 8 && columns == 8);
    assert_ptr_equal(small, study_head_matrix(&study, ATTENTION_TENSOR_WEIGHTS, 0));
    for (int i = 0; i < 150; i++)
        strcat(text, i % 7 ? "w " : "the ");
    assert_true(document_set_text(&wanted, text, strlen(text)));
    set();
    for (int head = 0; head < 6; head++) {
        const float *pooled = overview_head(&study, 0, head, &rows, &columns);
        const float *a = study_head_matrix(&study, ATTENTION_TENSOR_WEIGHTS, head);
        assert_non_null(pooled);
        assert_true(rows == OVERVIEW_SIDE && columns == OVERVIEW_SIDE);
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < columns; c++) {
                float most = 0;
                for (size_t i = 0; i < 150; i++)
                    for (size_t j = 0; j < 150; j++)
                        if (i * rows / 150 == r && j * columns / 150 == c)
                            most = fmaxf(most, a[i * 150 + j]);
                assert_true(pooled[r * columns + c] == most);
            }
    }
    wanted.what_if.mask = MASK_CAUSAL; /* another pass, other images */
    set();
    const float *masked = overview_head(&study, 0, 4, &rows, &columns);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = r + 1; c < columns; c++)
            assert_true(masked[r * columns + c] == 0);
}

/* Switching a head off changes the attention output by its share and by nothing else. */
static void a_head_that_is_off_is_missed(void **state) {
    (void)state;
    for (int head = 0; head < 6; head++) {
        float before = 0, after = 0;
        assert_true(head_share_largest(&study, 0, head, true, &before));
        struct attention_tensor y = study_tensor(&study, ATTENTION_TENSOR_ATTENTION_OUTPUT);
        size_t count = y.shape[0] * y.shape[1];
        float *was = malloc(count * sizeof *was), most = 0;
        assert_non_null(was);
        memcpy(was, y.data, count * sizeof *was);
        what_if_set_head(&wanted.what_if, 0, head, false);
        set();
        assert_true(head_share_largest(&study, 0, head, true, &after));
        y = study_tensor(&study, ATTENTION_TENSOR_ATTENTION_OUTPUT);
        for (size_t i = 0; i < count; i++)
            most = fmaxf(most, fabsf(y.data[i] - was[i]));
        assert_true(before > 0 && before == after);
        assert_true(fabsf(most - before) < 1e-5f);
        what_if_set_head(&wanted.what_if, 0, head, true);
        set();
        free(was);
    }
    float none;
    assert_false(head_share_largest(&study, 0, 6, false, &none));
    assert_false(head_share_largest(&study, -1, 0, false, &none));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(summaries_follow_the_pass, start, stop),
        cmocka_unit_test_setup_teardown(patterns_are_what_heads_are_called, start, stop),
        cmocka_unit_test_setup_teardown(entropy_is_in_bits, start, stop),
        cmocka_unit_test_setup_teardown(peaks_stay, start, stop),
        cmocka_unit_test_setup_teardown(a_head_that_is_off_is_missed, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

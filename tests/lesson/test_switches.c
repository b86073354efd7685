/* test_switches.c: the switches and dials of a what-if, and what it did against the pass without
 * it. */
#include "lesson/switches.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct study study;
    struct document wanted;
};

static void start(struct fixture *f) {
    struct file_error error = {0};
    *f = (struct fixture){0};
    assert_true(study_init(&f->study, &error) && document_init(&f->wanted, &error));
    assert_true(study_set(&f->study, &f->wanted, &error));
}

static void set(struct fixture *f) {
    struct file_error error = {0};
    if (!study_set(&f->study, &f->wanted, &error)) fail_msg("%s", error.text);
}

static void end(struct fixture *f) {
    document_free(&f->wanted);
    study_free(&f->study);
}

/* Every choice can be chosen, is then the one that holds, and the model's own leaves nothing
 * behind. */
static void test_every_choice(void **state) {
    (void)state;
    struct fixture f;
    start(&f);
    for (int which = 0; which < SWITCH_COUNT; which++) {
        struct switch_state first = switch_of(&f.study, (enum switch_id)which);
        assert_in_range(first.count, 2, SWITCH_MAX_CHOICES);
        assert_int_equal(first.chosen, first.own);
        for (int i = 0; i < first.count; i++) {
            int choice = (first.own + 1 + i) % first.count; /* the own one last */
            switch_choose(&f.study, &f.wanted.what_if, (enum switch_id)which, choice);
            set(&f);
            struct switch_state now = switch_of(&f.study, (enum switch_id)which);
            assert_int_equal(now.chosen, choice);
            assert_int_equal(now.own, first.own);
            assert_int_equal(switches_are_changed(&f.study), choice != first.own);
        }
        f.wanted.what_if.mask_size = 0;
        assert_true(what_if_is_plain(&f.wanted.what_if));
        switch_choose(&f.study, &f.wanted.what_if, (enum switch_id)which, first.count);
        switch_choose(&f.study, &f.wanted.what_if, (enum switch_id)which, -1);
        assert_true(what_if_is_plain(&f.wanted.what_if));
    }
    end(&f);
}

static void test_dials(void **state) {
    (void)state;
    struct fixture f;
    start(&f);
    struct dial_state dial = dial_of(&f.study, DIAL_TEMPERATURE);
    assert_int_equal(dial.place, dial.own);
    assert_false(dial.is_changed);
    float before = -1;
    for (int place = 0; place < dial.places; place++) {
        dial_turn(&f.study, &f.wanted.what_if, DIAL_TEMPERATURE, place);
        set(&f);
        struct dial_state now = dial_of(&f.study, DIAL_TEMPERATURE);
        assert_int_equal(now.place, place);
        assert_true(now.value > before);
        assert_int_equal(now.is_changed, place != dial.own);
        before = now.value;
    }
    assert_true(before == 10);
    dial_turn(&f.study, &f.wanted.what_if, DIAL_TEMPERATURE, -5);
    assert_true(f.wanted.what_if.temperature == 0);
    f.wanted.what_if.temperature = 1.3f; /* between two places: the nearest */
    set(&f);
    assert_true(dial_of(&f.study, DIAL_TEMPERATURE).value == 1.3f);
    assert_int_equal(dial_of(&f.study, DIAL_TEMPERATURE).place, dial.own + 1);
    f.wanted.what_if.temperature =
        1e30f; /* beyond the last place, where a float sees no distance */
    set(&f);
    assert_int_equal(dial_of(&f.study, DIAL_TEMPERATURE).place, dial.places - 1);
    f.wanted.what_if.temperature = 1.3f;
    assert_int_equal(dial_of(&f.study, DIAL_MASK_SIZE).places, 0);
    f.wanted.what_if.mask = MASK_PADDING;
    assert_true(what_if_set_context(&f.wanted.what_if, "a b c"));
    set(&f);
    assert_int_equal(dial_of(&f.study, DIAL_MASK_SIZE).places, 4); /* of 3 keys, 0 … 3 */
    f.wanted.what_if.mask = MASK_WINDOW;
    set(&f);
    assert_int_equal(dial_of(&f.study, DIAL_MASK_SIZE).places, 8); /* of 8 queries, 0 … 7 */
    end(&f);
}

/* The baseline is made when there is something to compare, kept, and let go. */
static void test_the_baseline_follows(void **state) {
    (void)state;
    struct fixture f;
    start(&f);
    assert_null(f.study.baseline.trace);
    assert_false(study_baseline_effect(&f.study).is_there);
    f.wanted.what_if.scaling = SCALING_OFF;
    set(&f);
    const float *made =
        attention_trace_tensor(f.study.baseline.trace, ATTENTION_TENSOR_WEIGHTS, 0).data;
    assert_non_null(made);
    f.wanted.what_if.residual = RESIDUAL_OFF;
    f.wanted.query = 2;
    set(&f); /* the same text: the same baseline, not computed again */
    assert_ptr_equal(
        made, attention_trace_tensor(f.study.baseline.trace, ATTENTION_TENSOR_WEIGHTS, 0).data);
    assert_true(document_set_text(&f.wanted, "one two three", 13));
    set(&f);
    assert_int_equal(attention_trace_tokens(f.study.baseline.trace), 3);
    assert_true(study_baseline_effect(&f.study).is_there);
    assert_true(document_set_model(&f.wanted, "by-hand"));
    set(&f);
    assert_int_equal(attention_trace_config(f.study.baseline.trace)->d_model, 4);
    assert_true(document_set_text(&f.wanted, "", 0));
    set(&f);
    assert_false(study_baseline_effect(&f.study).is_there);
    what_if_free(&f.wanted.what_if);
    what_if_init(&f.wanted.what_if);
    set(&f);
    assert_null(f.study.baseline.trace);
    end(&f);
}

/* What is said is what the numbers say: the largest difference, by plain loops over a pass of its
 * own. */
static void test_the_effect_is_the_difference(void **state) {
    (void)state;
    struct fixture f, plain;
    start(&f);
    start(&plain);
    f.wanted.what_if.temperature = 0.5f;
    set(&f);
    struct baseline_effect effect = study_baseline_effect(&f.study);
    struct attention_tensor a = study_tensor(&f.study, ATTENTION_TENSOR_WEIGHTS),
                            b = study_tensor(&plain.study, ATTENTION_TENSOR_WEIGHTS);
    float largest = 0;
    size_t count = a.shape[0] * a.shape[1] * a.shape[2], changed = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmaxf(largest, fabsf(a.data[i] - b.data[i]));
        changed += a.data[i] != b.data[i];
    }
    assert_true(effect.weights.is_comparable && effect.output.is_comparable);
    assert_true(largest > 0 && effect.weights.largest == largest);
    assert_int_equal(effect.weights.changed, changed);
    assert_int_equal(effect.rows, 8);
    assert_int_equal(effect.rows_other, 0); /* a temperature moves no maximum */
    end(&f);
    end(&plain);
}

/* Shuffled words without positions only change places: compared word by word, weights stay as they
 * were. */
static void test_shuffled_words_keep_their_numbers(void **state) {
    (void)state;
    struct fixture f;
    start(&f);
    f.wanted.what_if.position = POSITION_OFF;
    set(&f);
    struct baseline_effect off = study_baseline_effect(&f.study);
    f.wanted.what_if.shuffle_seed = 3;
    set(&f);
    struct baseline_effect both = study_baseline_effect(&f.study);
    assert_true(both.is_by_word && !off.is_by_word);
    assert_true(off.weights.largest > 0.01f);
    assert_true(fabsf(both.weights.largest - off.weights.largest) < 1e-5f);
    assert_true(fabsf(both.output.largest - off.output.largest) < 1e-4f);
    f.wanted.what_if.position = POSITION_MODEL;
    set(&f); /* the words know their new places */
    assert_true(study_baseline_effect(&f.study).output.largest > 0.01f);
    end(&f);
}

/* A context of as many words by chance is still another text. */
static void test_a_context_has_other_keys(void **state) {
    (void)state;
    struct fixture f;
    start(&f);
    assert_true(what_if_set_context(&f.wanted.what_if, "a b c d e f g h"));
    set(&f);
    struct baseline_effect effect = study_baseline_effect(&f.study);
    assert_true(effect.is_there && effect.has_other_keys);
    assert_false(effect.weights.is_comparable);
    assert_true(effect.output.is_comparable && effect.output.largest > 0);
    assert_int_equal(effect.rows, 0);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_choice),
        cmocka_unit_test(test_dials),
        cmocka_unit_test(test_the_baseline_follows),
        cmocka_unit_test(test_the_effect_is_the_difference),
        cmocka_unit_test(test_shuffled_words_keep_their_numbers),
        cmocka_unit_test(test_a_context_has_other_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

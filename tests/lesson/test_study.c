/* Studies: what is computed when, what is clamped, and that a failure changes nothing. */
#include "lesson/steps.h"
#include "support_model.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct support_model model, scaled_off, characters;
    struct study study;
    struct document wanted;
};

static int make_models(void **state) {
    static struct fixture fixture;
    fixture.model = (struct support_model){.layers = 2,
                                           .heads = 2,
                                           .d = 4,
                                           .d_k = 2,
                                           .d_v = 3,
                                           .d_ff = 5,
                                           .norm = "post",
                                           .mask = "causal",
                                           .tokenizer = "words"};
    fixture.scaled_off = (struct support_model){.layers = 1,
                                                .heads = 1,
                                                .d = 3,
                                                .d_k = 2,
                                                .d_v = 2,
                                                .norm = "none",
                                                .mask = "none",
                                                .tokenizer = "words",
                                                .is_scale_off = true};
    fixture.characters = fixture.scaled_off;
    fixture.characters.tokenizer = "characters";
    support_model_make(&fixture.model);
    support_model_make(&fixture.scaled_off);
    support_model_make(&fixture.characters);
    *state = &fixture;
    return 0;
}

static int remove_models(void **state) {
    struct fixture *fixture = *state;
    support_model_remove(&fixture->model);
    support_model_remove(&fixture->scaled_off);
    support_model_remove(&fixture->characters);
    return 0;
}

static void set(struct fixture *fixture) {
    struct file_error error = {{0}};
    if (!study_set(&fixture->study, &fixture->wanted, &error)) fail_msg("%s", error.text);
}

static void want_text(struct fixture *fixture, const char *text) {
    assert_true(document_set_text(&fixture->wanted, text, strlen(text)));
}

/* The wanted document as the study made it. */
static void follow(struct fixture *fixture) {
    assert_true(document_copy(&fixture->wanted, &fixture->study.document));
}

/* A study of "a b c a" with the two-layer model, and `wanted` its document. */
static int start(void **state) {
    struct fixture *fixture = *state;
    if (!study_init(&fixture->study, NULL) || !document_init(&fixture->wanted, NULL)) return -1;
    assert_true(document_set_model(&fixture->wanted, fixture->model.folder));
    want_text(fixture, "a b c a");
    set(fixture);
    follow(fixture);
    return 0;
}

static int stop(void **state) {
    struct fixture *fixture = *state;
    study_free(&fixture->study);
    study_free(&fixture->study);
    document_free(&fixture->wanted);
    return 0;
}

static const float *weights(const struct fixture *fixture) {
    return study_head_matrix(&fixture->study, ATTENTION_TENSOR_WEIGHTS, 0);
}

static void test_not_yet_computed(void **state) {
    (void)state;
    struct study study;
    assert_true(study_init(&study, NULL));
    assert_int_equal(study_tokens(&study), 0);
    assert_null(study_tensor(&study, ATTENTION_TENSOR_X).data);
    assert_string_equal(study_token(&study, 0), "");
    assert_int_equal(steps_beats(&study, STEP_SOFTMAX), 1);
    assert_true(study_set(&study, &study.document, NULL)); /* its own document will do */
    assert_int_equal(study_tokens(&study), 8);
    assert_string_equal(study_token(&study, 1), "cat");
    study_free(&study);
    struct study zero = {0};
    study_free(&zero);
    assert_null(study_tensor(&zero, ATTENTION_TENSOR_X).data);
}

static void test_shapes(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    struct attention_tensor v = study_tensor(study, ATTENTION_TENSOR_V);
    assert_int_equal(v.dims, 3);
    assert_ptr_equal(study_head_matrix(study, ATTENTION_TENSOR_V, 0), v.data);
    assert_ptr_equal(study_head_matrix(study, ATTENTION_TENSOR_V, 1), v.data + 4 * 3);
    assert_null(study_head_matrix(study, ATTENTION_TENSOR_V, 2));
    assert_null(study_head_matrix(study, ATTENTION_TENSOR_V, -1));
    assert_null(study_head_matrix(study, ATTENTION_TENSOR_X, 0));
    const float *first = study_tensor(study, ATTENTION_TENSOR_OUTPUT).data;
    fixture->wanted.layer = 1;
    set(fixture);
    assert_ptr_not_equal(study_tensor(study, ATTENTION_TENSOR_OUTPUT).data, first);
}

/* Same text, model and settings: the trace stays where it is. */
static void test_computes_only_what_changed(void **state) {
    struct fixture *fixture = *state;
    const float *before = weights(fixture);
    const void *model = fixture->study.model.weights.layers;
    const char *name = study_token(&fixture->study, 0);
    fixture->wanted.query = 3;
    fixture->wanted.head = 1;
    fixture->wanted.step = STEP_SUM;
    fixture->wanted.theme = THEME_DARK;
    fixture->wanted.what_if.mask = MASK_CAUSAL; /* as the model says */
    fixture->wanted.what_if.scaling = SCALING_ON;
    set(fixture);
    assert_ptr_equal(weights(fixture), before);
    assert_ptr_equal(fixture->study.model.weights.layers, model);
    fixture->wanted.what_if.mask = MASK_NONE;
    set(fixture);
    assert_ptr_not_equal(weights(fixture), before);
    assert_ptr_equal(fixture->study.model.weights.layers, model);
    assert_ptr_equal(study_token(&fixture->study, 0), name);
    want_text(fixture, "b b");
    set(fixture);
    assert_int_equal(study_tokens(&fixture->study), 2);
    assert_ptr_equal(fixture->study.model.weights.layers, model);
}

static void test_settings_reach_the_pass(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    assert_true(study_is_masked(study));
    assert_true(study_is_scaled(study));
    assert_float_equal(weights(fixture)[1], 0, 0);
    assert_float_equal(attention_trace_divisor(study->trace), sqrtf(2), 1e-6);
    fixture->wanted.what_if.mask = MASK_NONE;
    set(fixture);
    assert_false(study_is_masked(study));
    assert_true(weights(fixture)[1] > 0);
    fixture->wanted.what_if.scaling = SCALING_OFF;
    set(fixture);
    assert_false(study_is_scaled(study));
    assert_float_equal(attention_trace_divisor(study->trace), 1, 0);
    /* A setting changed alone uses the old embeddings: the numbers are those of a fresh study. */
    struct study fresh;
    assert_true(study_init(&fresh, NULL));
    assert_true(study_set(&fresh, &fixture->wanted, NULL));
    assert_memory_equal(study_tensor(study, ATTENTION_TENSOR_WEIGHTS).data,
                        study_tensor(&fresh, ATTENTION_TENSOR_WEIGHTS).data,
                        sizeof(float) * 2 * 4 * 4);
    study_free(&fresh);
    assert_true(document_set_model(&fixture->wanted, fixture->scaled_off.folder));
    fixture->wanted.what_if.mask = MASK_MODEL;
    fixture->wanted.what_if.scaling = SCALING_MODEL;
    set(fixture);
    assert_false(study_is_masked(study));
    assert_false(study_is_scaled(study));
    fixture->wanted.what_if.scaling = SCALING_ON;
    fixture->wanted.what_if.mask = MASK_CAUSAL;
    set(fixture);
    assert_true(study_is_scaled(study));
    assert_float_equal(weights(fixture)[1], 0, 0);
}

/* What a failure must not touch. */
struct snapshot {
    struct document document;
    const void *layers, *tokens, *names;
    const float *weights;
    float copy[2 * 4 * 4];
};

static void take(const struct fixture *fixture, struct snapshot *out) {
    const struct study *study = &fixture->study;
    *out = (struct snapshot){.layers = study->model.weights.layers,
                             .tokens = study->tokens.tokens,
                             .names = study->token_names,
                             .weights = weights(fixture)};
    assert_true(document_copy(&out->document, &study->document));
    memcpy(out->copy, study_tensor(study, ATTENTION_TENSOR_WEIGHTS).data, sizeof out->copy);
}

static void check_fails(struct fixture *fixture, const char *says) {
    struct snapshot before, after;
    struct file_error error = {{0}};
    take(fixture, &before);
    assert_false(study_set(&fixture->study, &fixture->wanted, &error));
    if (strstr(error.text, says) == NULL) fail_msg("\"%s\" does not say %s", error.text, says);
    take(fixture, &after);
    assert_true(document_equal(&before.document, &after.document));
    assert_ptr_equal(before.layers, after.layers);
    assert_ptr_equal(before.tokens, after.tokens);
    assert_ptr_equal(before.names, after.names);
    assert_ptr_equal(before.weights, after.weights);
    assert_memory_equal(before.copy, after.copy, sizeof before.copy);
    document_free(&before.document);
    document_free(&after.document);
    follow(fixture);
}

static void test_failure_keeps_the_study(void **state) {
    struct fixture *fixture = *state;
    assert_true(document_set_model(&fixture->wanted, "/tmp/headway-no-such-model"));
    fixture->wanted.query = 2;
    check_fails(fixture, "headway-no-such-model");
    fixture->study.memory_limit_bytes = 64; /* a pass takes more */
    want_text(fixture, "b c");
    check_fails(fixture, "");
    fixture->wanted.what_if.mask = MASK_NONE;
    check_fails(fixture, "");
    assert_true(document_set_model(&fixture->wanted, fixture->scaled_off.folder));
    check_fails(fixture, "");
    fixture->wanted.query = 2; /* needs no pass */
    set(fixture);
    assert_int_equal(fixture->study.document.query, 2);
    fixture->study.memory_limit_bytes = 0;
    want_text(fixture, "b c");
    set(fixture);
    assert_int_equal(study_tokens(&fixture->study), 2);
}

static void test_first_failure(void **state) {
    struct fixture *fixture = *state;
    struct study study;
    assert_true(study_init(&study, NULL));
    assert_true(document_set_model(&fixture->wanted, "/tmp/headway-no-such-model"));
    assert_false(study_set(&study, &fixture->wanted, NULL));
    assert_string_equal(study.document.model, "textbook");
    assert_true(study_set(&study, &study.document, NULL));
    assert_int_equal(study_tokens(&study), 8);
    study_free(&study);
}

static void test_clamps(void **state) {
    struct fixture *fixture = *state;
    struct document *is = &fixture->study.document, *wanted = &fixture->wanted;
    wanted->layer = wanted->head = wanted->query = wanted->key = 1000;
    wanted->step = STEP_FEEDFORWARD;
    wanted->beat = BEAT_LAST;
    wanted->cell = (struct document_cell){.source = 3, .head = 9, .row = -1, .column = -7};
    set(fixture);
    assert_int_equal(is->layer, 1);
    assert_int_equal(is->head, 1);
    assert_int_equal(is->query, 3);
    assert_int_equal(is->key, 3);
    assert_int_equal(is->beat, 5);
    assert_int_equal(is->cell.source, 3);
    assert_int_equal(is->cell.head, 1);
    assert_int_equal(is->cell.row, 0);
    assert_int_equal(is->cell.column, 0);
    wanted->layer = wanted->head = wanted->query = wanted->key = wanted->beat = -5;
    wanted->cell.source = -9;
    set(fixture);
    assert_int_equal(is->layer, 0);
    assert_int_equal(is->head, 0);
    assert_int_equal(is->query, 0);
    assert_int_equal(is->key, 0);
    assert_int_equal(is->beat, 0);
    assert_int_equal(is->cell.source, -1);
}

/* Tokens and embedding exist in the first layer only. */
static void test_layer_of_first_steps(void **state) {
    struct fixture *fixture = *state;
    struct document *is = &fixture->study.document;
    assert_int_equal(is->step, STEP_TOKENS);
    fixture->wanted.layer = 1; /* who asks for the layer gets it */
    set(fixture);
    assert_int_equal(is->layer, 1);
    assert_int_equal(is->step, STEP_PROJECTION);
    follow(fixture);
    fixture->wanted.step = STEP_EMBEDDING; /* who asks for the step gets it */
    set(fixture);
    assert_int_equal(is->layer, 0);
    assert_int_equal(is->step, STEP_EMBEDDING);
    struct study fresh;
    assert_true(study_init(&fresh, NULL));
    assert_true(study_set(&fresh, &fixture->wanted, NULL));
    assert_int_equal(fresh.document.layer, 0);
    study_free(&fresh);
}

static void test_cell_goes_with_its_matrix(void **state) {
    struct fixture *fixture = *state;
    struct document *is = &fixture->study.document;
    fixture->wanted.cell = (struct document_cell){.source = 3, .row = 1, .column = 2};
    set(fixture);
    want_text(fixture, "c c c c"); /* as many tokens */
    set(fixture);
    assert_int_equal(is->cell.source, 3);
    want_text(fixture, "c c c");
    set(fixture);
    assert_int_equal(is->cell.source, -1);
    set(fixture); /* now it is chosen anew */
    assert_int_equal(is->cell.source, 3);
    assert_true(document_set_model(&fixture->wanted, "by-hand"));
    set(fixture);
    assert_int_equal(is->cell.source, -1);
}

static void answer_all(struct fixture *fixture) {
    follow(fixture);
    fixture->wanted.answers[PREDICT_SIMILARITY] = 2;
    fixture->wanted.answers[PREDICT_SOFTMAX] = 0;
    fixture->wanted.answers[PREDICT_SUM] = PREDICT_SKIPPED;
    set(fixture);
    assert_int_equal(fixture->study.document.answers[PREDICT_SIMILARITY], 2);
    assert_int_equal(fixture->study.document.answers[PREDICT_SUM], PREDICT_SKIPPED);
}

static void expect_no_answers(struct fixture *fixture) {
    set(fixture);
    for (int i = 0; i < PREDICT_COUNT; i++)
        assert_int_equal(fixture->study.document.answers[i], PREDICT_NONE);
}

static void test_answers_belong_to_a_question(void **state) {
    struct fixture *fixture = *state;
    struct document *is = &fixture->study.document;
    answer_all(fixture);
    fixture->wanted.step = STEP_SUM;
    fixture->wanted.key = 2;
    fixture->wanted.theme = THEME_DARK;
    set(fixture);
    assert_int_equal(is->answers[PREDICT_SIMILARITY], 2);
    fixture->wanted.query = 2;
    expect_no_answers(fixture);
    answer_all(fixture);
    fixture->wanted.head = 1;
    expect_no_answers(fixture);
    answer_all(fixture);
    fixture->wanted.layer = 1;
    expect_no_answers(fixture);
    answer_all(fixture);
    want_text(fixture, "a b c b");
    expect_no_answers(fixture);
    answer_all(fixture);
    assert_true(document_set_model(&fixture->wanted, "by-hand"));
    expect_no_answers(fixture);
}

/* A session or an earlier document keeps the answers that were saved in it. */
static void test_own_answers_stay(void **state) {
    struct fixture *fixture = *state;
    answer_all(fixture);
    struct study fresh;
    assert_true(study_init(&fresh, NULL));
    assert_true(study_set(&fresh, &fixture->wanted, NULL));
    assert_int_equal(fresh.document.answers[PREDICT_SIMILARITY], 2);
    study_free(&fresh);
    struct document earlier = {0};
    assert_true(document_copy(&earlier, &fixture->study.document));
    fixture->wanted.query = 1;
    expect_no_answers(fixture);
    assert_true(study_set(&fixture->study, &earlier, NULL));
    assert_true(document_equal(&fixture->study.document, &earlier));
    document_free(&earlier);
    follow(fixture);
    fixture->wanted.answers[PREDICT_SUM] = 4; /* there is no fifth key */
    set(fixture);
    assert_int_equal(fixture->study.document.answers[PREDICT_SUM], PREDICT_NONE);
}

static void test_empty_text(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    fixture->wanted.query = 3;
    fixture->wanted.step = STEP_SOFTMAX;
    want_text(fixture, " \t\n");
    set(fixture);
    assert_int_equal(study_tokens(study), 0);
    assert_int_equal(attention_trace_tokens(study->trace), 0);
    assert_null(weights(fixture));
    assert_int_equal(study->document.query, 0);
    assert_int_equal(study->document.step, STEP_SOFTMAX);
    fixture->wanted.what_if.mask = MASK_NONE; /* nothing to run */
    set(fixture);
    want_text(fixture, "a");
    set(fixture);
    assert_int_equal(study_tokens(study), 1);
    assert_float_equal(weights(fixture)[0], 1, 1e-6);
}

static void test_reload(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    float before = weights(fixture)[4];
    assert_true(study_reload(study, NULL));
    assert_int_equal(study_tokens(study), 4);
    assert_float_equal(weights(fixture)[4], before, 0);
    struct snapshot first, second;
    take(fixture, &first);
    struct support_model other = fixture->model;
    support_model_remove(&fixture->model);
    assert_false(study_reload(study, NULL));
    take(fixture, &second);
    assert_ptr_equal(first.layers, second.layers);
    assert_ptr_equal(first.weights, second.weights);
    document_free(&first.document);
    document_free(&second.document);
    support_model_make(&fixture->model); /* elsewhere: the study follows by name */
    assert_string_not_equal(other.folder, fixture->model.folder);
    assert_true(document_set_model(&fixture->wanted, fixture->model.folder));
    set(fixture);
    assert_float_equal(weights(fixture)[4], before, 0);
}

static void test_printable_names(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    assert_true(document_set_model(&fixture->wanted, fixture->characters.folder));
    want_text(fixture, "a b\tc\u202E");
    set(fixture);
    assert_string_equal(study_token(study, 0), "a");
    assert_string_equal(study_token(study, 1), "␣");
    assert_string_equal(study_token(study, 3), "␉");
    assert_string_equal(study_token(study, (int)study_tokens(study)), "");
    assert_string_equal(study_token(study, -1), "");
    for (int i = 0; i < (int)study_tokens(study); i++)
        assert_null(strstr(study_token(study, i), "\u202E"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_yet_computed),
        TEST(test_shapes),
        TEST(test_computes_only_what_changed),
        TEST(test_settings_reach_the_pass),
        TEST(test_failure_keeps_the_study),
        TEST(test_first_failure),
        TEST(test_clamps),
        TEST(test_layer_of_first_steps),
        TEST(test_cell_goes_with_its_matrix),
        TEST(test_answers_belong_to_a_question),
        TEST(test_own_answers_stay),
        TEST(test_empty_text),
        TEST(test_reload),
        TEST(test_printable_names),
    };
    return cmocka_run_group_tests(tests, make_models, remove_models);
}

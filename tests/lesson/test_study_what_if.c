/* What a reader changes about the attention, on its way into the pass. */
#include "lesson/selection.h"
#include "lesson/steps.h"
#include "support_model.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct support_model folder;
static struct study study;
static struct document wanted;

static int make_model(void **state) {
    (void)state;
    folder = (struct support_model){.layers = 2,
                                    .heads = 2,
                                    .d = 4,
                                    .d_k = 2,
                                    .d_v = 3,
                                    .d_ff = 5,
                                    .norm = "post",
                                    .mask = "causal",
                                    .tokenizer = "words"};
    support_model_make(&folder);
    return 0;
}

static int remove_model(void **state) {
    (void)state;
    support_model_remove(&folder);
    return 0;
}

static void set(void) {
    struct file_error error = {{0}};
    if (!study_set(&study, &wanted, &error)) fail_msg("%s", error.text);
}

static int start(void **state) {
    (void)state;
    if (!study_init(&study, NULL) || !document_init(&wanted, NULL) ||
        !document_set_model(&wanted, folder.folder) || !document_set_text(&wanted, "a b c a", 7))
        return -1;
    set();
    return document_copy(&wanted, &study.document) ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    study_free(&study);
    study_free(&study);
    document_free(&wanted);
    return 0;
}

static const struct attention_config *config(void) {
    return attention_trace_config(study.trace);
}

static const float *tensor(enum attention_tensor_id id) {
    return study_tensor(&study, id).data;
}

/* The document means the same to a study that computes everything anew. */
static void check_as_fresh(void) {
    struct study fresh;
    assert_true(study_init(&fresh, NULL) && study_set(&fresh, &study.document, NULL));
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        struct attention_tensor mine = study_tensor(&study, (enum attention_tensor_id)id);
        struct attention_tensor other = study_tensor(&fresh, (enum attention_tensor_id)id);
        size_t count = 1;
        assert_int_equal(mine.data != NULL, other.data != NULL);
        if (mine.data == NULL) continue;
        for (int i = 0; i < mine.dims; i++) {
            assert_int_equal(mine.shape[i], other.shape[i]);
            count *= mine.shape[i];
        }
        assert_memory_equal(mine.data, other.data, count * sizeof(float));
    }
    assert_int_equal(fresh.edits_left_out, study.edits_left_out);
    study_free(&fresh);
}

static void test_switches_reach_the_configuration(void **state) {
    (void)state;
    struct what_if *what_if = &wanted.what_if;
    assert_int_equal(config()->norm, ATTENTION_NORM_POST);
    what_if->norm = NORM_PRE;
    what_if->residual = RESIDUAL_OFF;
    what_if->activation = ACTIVATION_GELU;
    what_if->position = POSITION_ON;
    what_if->similarity = SIMILARITY_COSINE;
    set();
    assert_int_equal(config()->norm, ATTENTION_NORM_PRE);
    assert_true(config()->is_residual_off);
    assert_int_equal(config()->activation, ATTENTION_ACTIVATION_GELU);
    assert_int_equal(config()->position, ATTENTION_POSITION_SINUSOIDAL);
    assert_int_equal(config()->similarity, ATTENTION_SIMILARITY_COSINE);
    assert_int_equal(study.model.weights.config.norm, ATTENTION_NORM_PRE); /* who reads the model */
    assert_int_equal(study.own_config.norm, ATTENTION_NORM_POST);
    check_as_fresh();
    what_if->norm = NORM_NONE;
    what_if->similarity = SIMILARITY_ADDITIVE;
    what_if->position = POSITION_OFF;
    what_if->activation = ACTIVATION_RELU;
    what_if->residual = RESIDUAL_ON;
    set();
    assert_int_equal(config()->norm, ATTENTION_NORM_NONE);
    assert_null(tensor(ATTENTION_TENSOR_NORM1));
    assert_int_equal(config()->position, ATTENTION_POSITION_NONE);
    assert_int_equal(config()->activation, ATTENTION_ACTIVATION_RELU);
    assert_false(config()->is_residual_off);
    check_as_fresh();
    what_if->similarity = SIMILARITY_GENERAL;
    set();
    assert_int_equal(config()->similarity, ATTENTION_SIMILARITY_GENERAL);
    what_if_free(what_if);
    set();
    assert_int_equal(config()->norm, ATTENTION_NORM_POST); /* the model's own is back */
    assert_int_equal(config()->similarity, ATTENTION_SIMILARITY_DOT);
    check_as_fresh();
    assert_true(document_set_model(&wanted, "by-hand"));
    what_if->position = POSITION_OFF;
    set();
    assert_int_equal(config()->position, ATTENTION_POSITION_NONE);
    assert_null(tensor(ATTENTION_TENSOR_POSITION));
    assert_int_not_equal(study.own_config.position, ATTENTION_POSITION_NONE);
}

static void test_temperature_and_masks(void **state) {
    (void)state;
    struct what_if *what_if = &wanted.what_if;
    what_if->temperature = 2;
    set();
    assert_float_equal(attention_trace_divisor(study.trace), 2 * sqrtf(2), 1e-6);
    assert_int_equal(study_mask(&study), MASK_CAUSAL);
    what_if->temperature = 0;
    set();
    assert_true(attention_trace_divisor(study.trace) == 0);
    what_if->mask = MASK_WINDOW;
    what_if->mask_size = 1;
    set();
    const float *a = tensor(ATTENTION_TENSOR_WEIGHTS);
    assert_true(a[2] == 0 && a[3] == 0 && a[2 * 4] == 0);
    what_if->mask = MASK_PADDING;
    what_if->temperature = 1;
    set();
    a = tensor(ATTENTION_TENSOR_WEIGHTS);
    for (int i = 0; i < 4; i++)
        assert_true(a[4 * i + 3] == 0 && a[4 * i + 2] > 0);
    assert_true(study_is_masked(&study));
    what_if->mask_size = 5; /* more than there are: all of them */
    set();
    a = tensor(ATTENTION_TENSOR_WEIGHTS);
    for (int i = 0; i < 16; i++)
        assert_true(a[i] == 0);
    assert_int_equal(study.document.what_if.mask_size, 5);
    what_if->mask = MASK_MODEL;
    what_if->mask_size = 0;
    set();
    assert_true(study_paint(&study, &wanted, 0, 3, true)); /* from the model's causal mask */
    assert_true(study_paint(&study, &wanted, 3, 0, false));
    set();
    a = tensor(ATTENTION_TENSOR_WEIGHTS);
    assert_true(a[1] == 0 && a[2] == 0 && a[3] > 0 && a[3 * 4] == 0 && a[3 * 4 + 1] > 0);
    assert_true(study_paint(&study, &wanted, 4, 0, false) &&
                study_paint(&study, &wanted, 0, -1, 0));
    assert_int_equal(wanted.what_if.painted.rows, 4);
    check_as_fresh();
}

static void test_heads_off(void **state) {
    (void)state;
    what_if_set_head(&wanted.what_if, 1, 1, false);
    what_if_set_head(&wanted.what_if, 5, 0, false); /* a layer that this model does not have */
    what_if_set_head(&wanted.what_if, 0, 7, false); /* and a head */
    set();
    assert_true(attention_trace_is_head_off(study.trace, 1, 1));
    assert_false(attention_trace_is_head_off(study.trace, 1, 0) ||
                 attention_trace_is_head_off(study.trace, 0, 1));
    check_as_fresh();
}

static void test_context(void **state) {
    (void)state;
    assert_false(study_has_context(&study));
    assert_int_equal(study_keys(&study), 4);
    assert_string_equal(study_key_token(&study, 1), "b");
    assert_true(what_if_set_context(&wanted.what_if, "c a b a c b"));
    wanted.key = 5;
    set();
    assert_true(study_has_context(&study));
    assert_int_equal(study_tokens(&study), 4);
    assert_int_equal(study_keys(&study), 6);
    assert_int_equal(study.document.key, 5); /* clamped to the keys, not to the queries */
    assert_string_equal(study_token(&study, 0), "a");
    assert_string_equal(study_key_token(&study, 0), "c");
    assert_string_equal(study_value_token(&study, 2), "b");
    assert_string_equal(study_key_token(&study, 6), "");
    assert_int_equal(study_tensor(&study, ATTENTION_TENSOR_WEIGHTS).shape[2], 6);
    check_as_fresh();
    assert_true(what_if_set_values(&wanted.what_if, "b b b b b a"));
    set();
    assert_string_equal(study_key_token(&study, 0), "c");
    assert_string_equal(study_value_token(&study, 5), "a");
    assert_non_null(tensor(ATTENTION_TENSOR_VALUES_X));
    check_as_fresh();
    assert_true(what_if_set_context(&wanted.what_if, "c a")); /* fewer keys than queries */
    assert_true(what_if_set_values(&wanted.what_if, NULL));
    set();
    assert_int_equal(study.document.key, 1);
    check_as_fresh();
    assert_true(what_if_set_context(&wanted.what_if, NULL));
    set();
    assert_false(study_has_context(&study));
    assert_null(tensor(ATTENTION_TENSOR_CONTEXT_X));
    check_as_fresh();
}

static void check_fails(const char *says) {
    struct file_error error = {{0}};
    struct document before = {0};
    const float *weights = tensor(ATTENTION_TENSOR_WEIGHTS);
    const void *rows = study.rows, *context = study.context.rows, *values = study.values.rows;
    assert_true(document_copy(&before, &study.document));
    assert_false(study_set(&study, &wanted, &error));
    if (strstr(error.text, says) == NULL) fail_msg("\"%s\" does not say %s", error.text, says);
    assert_true(document_equal(&before, &study.document));
    assert_ptr_equal(weights, tensor(ATTENTION_TENSOR_WEIGHTS));
    assert_ptr_equal(rows, study.rows);
    assert_ptr_equal(context, study.context.rows);
    assert_ptr_equal(values, study.values.rows);
    document_free(&before);
    assert_true(document_copy(&wanted, &study.document));
}

static void test_failures_keep_the_study(void **state) {
    (void)state;
    assert_true(what_if_set_context(&wanted.what_if, "c a b"));
    set();
    assert_true(what_if_set_context(&wanted.what_if, " \n"));
    check_fails("context: there are no words");
    assert_true(what_if_set_values(&wanted.what_if, "a b"));
    check_fails("values: there are 2 tokens, and the context has 3");
    assert_true(what_if_set_values(&wanted.what_if, "a"));
    check_fails("values: there is 1 token, and the context has 3");
    assert_true(what_if_set_context(&wanted.what_if, NULL));
    assert_true(what_if_set_values(&wanted.what_if, "a"));
    check_fails("values: they need a context");
    wanted.what_if.temperature = -1;
    check_fails("temperature");
    study.memory_limit_bytes = 64;
    wanted.what_if.norm = NORM_PRE;
    assert_true(what_if_set_context(&wanted.what_if, "b"));
    wanted.what_if.shuffle_seed = 3;
    check_fails("limit");
    assert_int_equal(study.model.weights.config.norm, ATTENTION_NORM_POST);
    study.memory_limit_bytes = 0;
}

/* 1 … 8 with seed 1, worked out beside the program with Python's integers. */
static void test_shuffle(void **state) {
    (void)state;
    assert_true(document_set_model(&wanted, "by-hand"));
    assert_true(document_set_text(&wanted, "1 2 3 4 5 6 7 8", 15));
    set();
    float rows[8][4];
    memcpy(rows, tensor(ATTENTION_TENSOR_EMBEDDING), sizeof rows);
    wanted.what_if.shuffle_seed = 1;
    set();
    static const int order[8] = {4, 3, 2, 7, 5, 6, 0, 1};
    for (int i = 0; i < 8; i++) {
        char word[2] = {(char)('1' + order[i]), 0};
        assert_string_equal(study_token(&study, i), word);
        assert_int_equal(study.document.text[study.tokens.tokens[i].start], word[0]);
        assert_memory_equal(tensor(ATTENTION_TENSOR_EMBEDDING) + 4 * i, rows[order[i]],
                            4 * sizeof(float));
    }
    assert_string_equal(study.document.text, "1 2 3 4 5 6 7 8");
    check_as_fresh();
    wanted.what_if.shuffle_seed = 0;
    set();
    assert_memory_equal(tensor(ATTENTION_TENSOR_EMBEDDING), rows, sizeof rows);
    assert_true(document_set_text(&wanted, "", 0));
    wanted.what_if.shuffle_seed = 5;
    set(); /* nothing to draw */
    assert_true(document_set_text(&wanted, "a", 1));
    set();
    assert_string_equal(study_token(&study, 0), "a");
}

static void add_edit(int id, int layer, size_t index, float value) {
    struct attention_edit edit = {id, layer, index, value};
    assert_true(what_if_edit(&wanted.what_if, &edit));
}

static void test_edits(void **state) {
    (void)state;
    float before = tensor(ATTENTION_TENSOR_EMBEDDING)[0];
    add_edit(ATTENTION_TENSOR_EMBEDDING, 0, 0, 9);
    add_edit(ATTENTION_WEIGHT_Q, 1, 15, 3);
    add_edit(ATTENTION_WEIGHT_Q_BIAS, 0, 3, 1); /* the model has none: it was zero */
    add_edit(ATTENTION_TENSOR_SCORES, 0, 31, -INFINITY);
    set();
    assert_int_equal(study.edits_left_out, 0);
    assert_true(tensor(ATTENTION_TENSOR_EMBEDDING)[0] == 9);
    assert_true(attention_trace_is_edited(study.trace, ATTENTION_WEIGHT_Q, 1, 15));
    assert_true(tensor(ATTENTION_TENSOR_WEIGHTS)[31] == 0);
    check_as_fresh();
    add_edit(ATTENTION_TENSOR_EMBEDDING, 0, 13, 1);
    set();
    assert_int_equal(study.edits_left_out, 0);
    assert_true(document_set_text(&wanted, "a b", 3)); /* 2 · 4 numbers, 2 · 2 · 2 scores */
    set();
    assert_int_equal(study.edits_left_out, 2);
    assert_int_equal(study.document.what_if.edit_count, 5); /* the document keeps them */
    wanted.query = 1;
    set(); /* nothing to compute */
    assert_int_equal(study.edits_left_out, 2);
    assert_true(tensor(ATTENTION_TENSOR_EMBEDDING)[0] == 9);
    assert_true(document_set_text(&wanted, "a b c a", 7));
    set();
    assert_int_equal(study.edits_left_out, 0);
    /* Taken back, the numbers are those of the model. */
    assert_true(what_if_unedit(&wanted.what_if, ATTENTION_TENSOR_EMBEDDING, 0, 0));
    set();
    assert_true(tensor(ATTENTION_TENSOR_EMBEDDING)[0] == before);
    check_as_fresh();
    assert_true(document_set_text(&wanted, "", 0));
    set();
    assert_int_equal(study.edits_left_out, 4); /* there is no pass */
}

static void test_edit_places(void **state) {
    (void)state;
    size_t shape[3];
    assert_int_equal(study_shape(&study, ATTENTION_WEIGHT_Q, shape), 2);
    assert_true(shape[0] == 4 && shape[1] == 4);
    assert_int_equal(study_shape(&study, ATTENTION_WEIGHT_ADDITIVE_Q, shape), 3);
    assert_true(shape[0] == 2 && shape[1] == 2 && shape[2] == 2);
    assert_true(what_if_set_context(&wanted.what_if, "c a b a c b"));
    set();
    assert_int_equal(study_shape(&study, ATTENTION_TENSOR_SCORES, shape), 3);
    assert_true(shape[0] == 2 && shape[1] == 4 && shape[2] == 6);
    struct attention_edit edit = {ATTENTION_TENSOR_SCORES, 1, 47, 0};
    assert_true(study_edit_fits(&study, &edit));
    edit.index = 48;
    assert_false(study_edit_fits(&study, &edit));
    edit = (struct attention_edit){ATTENTION_WEIGHT_Q, 2, 0, 0};
    assert_false(study_edit_fits(&study, &edit));
    edit = (struct attention_edit){ATTENTION_TENSOR_VALUES_EMBEDDING, 0, 0, 0};
    assert_false(study_edit_fits(&study, &edit));
    /* All shapes agree with those of the pass. */
    wanted.what_if.similarity = SIMILARITY_ADDITIVE;
    set();
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        struct attention_tensor made = study_tensor(&study, (enum attention_tensor_id)id);
        if (made.data == NULL) continue;
        assert_int_equal(study_shape(&study, id, shape), made.dims);
        assert_memory_equal(shape, made.shape, (size_t)made.dims * sizeof shape[0]);
    }
}

static void test_computes_only_what_changed(void **state) {
    (void)state;
    add_edit(ATTENTION_WEIGHT_Q, 1, 15, 3);
    assert_true(what_if_set_context(&wanted.what_if, "c a b"));
    assert_true(what_if_set_values(&wanted.what_if, "a a a"));
    set();
    const float *weights = tensor(ATTENTION_TENSOR_WEIGHTS);
    const void *rows = study.rows, *context = study.context.rows, *values = study.values.rows;
    wanted.what_if.similarity = SIMILARITY_DOT; /* as the model says */
    wanted.what_if.norm = NORM_POST;
    wanted.what_if.residual = RESIDUAL_ON;
    wanted.what_if.activation = ACTIVATION_RELU;
    wanted.what_if.position = POSITION_OFF;
    wanted.what_if.mask_size = 7; /* of a mask that is not chosen */
    wanted.query = 2;
    set();
    assert_ptr_equal(weights, tensor(ATTENTION_TENSOR_WEIGHTS));
    wanted.what_if.similarity = SIMILARITY_COSINE;
    set();
    assert_ptr_not_equal(weights, tensor(ATTENTION_TENSOR_WEIGHTS));
    assert_ptr_equal(rows, study.rows); /* the texts were not read again */
    assert_ptr_equal(context, study.context.rows);
    assert_ptr_equal(values, study.values.rows);
    assert_true(what_if_set_values(&wanted.what_if, "b b b"));
    set();
    assert_ptr_equal(context, study.context.rows);
    assert_string_equal(study_value_token(&study, 0), "b");
    check_as_fresh();
}

static void test_answers_go_with_their_keys(void **state) {
    (void)state;
    wanted.answers[PREDICT_SUM] = 3;
    set();
    assert_int_equal(study.document.answers[PREDICT_SUM], 3);
    assert_true(document_copy(&wanted, &study.document));
    assert_true(what_if_set_context(&wanted.what_if, "c a b b a c"));
    set();
    assert_int_equal(study.document.answers[PREDICT_SUM], PREDICT_NONE);
    wanted.answers[PREDICT_SUM] = 5; /* a key that only the context has */
    set();
    assert_int_equal(study.document.answers[PREDICT_SUM], 5);
}

/* Steps, predictions and selections count keys where they mean keys. */
static void test_columns_are_keys(void **state) {
    (void)state;
    assert_true(what_if_set_context(&wanted.what_if, "c a b a c b"));
    wanted.stride = STRIDE_CELL;
    wanted.is_predict_off = true;
    set();
    assert_int_equal(steps_beats(&study, STEP_SIMILARITY), 4 * 6);
    assert_int_equal(steps_beats(&study, STEP_SOFTMAX), 6 + 1 + 6 + 1);
    assert_int_equal(steps_beats(&study, STEP_SUM), 4 * 3);
    assert_int_equal(steps_beats(&study, STEP_PROJECTION), 6 * 3); /* K and V have 6 rows */
    for (int step = 0; step < STEP_COUNT; step++) {
        wanted.is_predict_off = false;
        wanted.step = (enum step)step;
        wanted.beat = BEAT_LAST;
        wanted.key = 5;
        wanted.query = 3;
        set();
        struct document_cell cell = selection_of(&study);
        if (step == STEP_SIMILARITY) assert_int_equal(cell.column, 5);
        assert_false(steps_is_question_open(&study));
        struct prediction_result result;
        if (steps_prediction((enum step)step) < 0) continue;
        wanted.answers[steps_prediction((enum step)step)] = 5;
        set();
        assert_true(steps_prediction_result(&study, &result));
        assert_int_equal(result.chosen, 5);
        assert_true(result.best >= 0 && result.best < 6);
    }
    struct prediction_result result;
    wanted.what_if.mask = MASK_NONE;
    wanted.step = STEP_SOFTMAX;
    wanted.query = 2;
    set();
    assert_true(steps_prediction_result(&study, &result));
    const float *row = tensor(ATTENTION_TENSOR_WEIGHTS) + 2 * 6;
    for (int j = 0; j < 6; j++)
        assert_true(row[j] <= row[result.best]);
    assert_true(result.best_value == row[result.best]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_switches_reach_the_configuration),
        TEST(test_temperature_and_masks),
        TEST(test_heads_off),
        TEST(test_context),
        TEST(test_failures_keep_the_study),
        TEST(test_shuffle),
        TEST(test_edits),
        TEST(test_edit_places),
        TEST(test_computes_only_what_changed),
        TEST(test_answers_go_with_their_keys),
        TEST(test_columns_are_keys),
    };
    return cmocka_run_group_tests(tests, make_model, remove_model);
}

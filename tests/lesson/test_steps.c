/* The timeline: Next and Back, what beats show, and the predictions. */
#include "lesson/steps.h"
#include "support_model.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FOLDERS = 3, PHASES = 6 };

struct fixture {
    struct support_model folders[FOLDERS];
    struct study study;
};

static int set_up(void **state) {
    static struct fixture fixture;
    const struct support_model folders[FOLDERS] = {
        {.layers = 2,
         .heads = 2,
         .d = 4,
         .d_k = 2,
         .d_v = 3,
         .d_ff = 5,
         .norm = "post",
         .mask = "none",
         .tokenizer = "words"},
        {.layers = 3,
         .heads = 1,
         .d = 3,
         .d_k = 3,
         .d_v = 2,
         .d_ff = 4,
         .norm = "pre",
         .mask = "causal",
         .tokenizer = "words"},
        {.layers = 1,
         .heads = 1,
         .d = 2,
         .d_k = 2,
         .d_v = 2,
         .norm = "none",
         .mask = "none",
         .tokenizer = "words",
         .is_residual_off = true,
         .is_scale_off = true},
    };
    memcpy(fixture.folders, folders, sizeof folders);
    for (int i = 0; i < FOLDERS; i++)
        support_model_make(&fixture.folders[i]);
    *state = &fixture;
    return study_init(&fixture.study, NULL) ? 0 : -1;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    study_free(&fixture->study);
    for (int i = 0; i < FOLDERS; i++)
        support_model_remove(&fixture->folders[i]);
    return 0;
}

static void set(struct study *study, const struct document *wanted) {
    struct file_error error = {{0}};
    if (!study_set(study, wanted, &error)) fail_msg("%s", error.text);
}

/* A fresh default document with this text and model, set. */
static void start(struct study *study, const char *model, const char *text,
                  struct document *document) {
    assert_true(document_init(document, NULL));
    assert_true(document_set_model(document, model));
    assert_true(document_set_text(document, text, strlen(text)));
    set(study, document);
    assert_true(document_copy(document, &study->document));
}

static size_t columns_of(const struct study *study) {
    const struct attention_config *config = &study->model.weights.config;
    switch (study->document.step) {
    case STEP_PROJECTION:
        return (size_t)(config->d_k > config->d_v ? config->d_k : config->d_v);
    case STEP_SIMILARITY:
    case STEP_SCALE:
    case STEP_SOFTMAX:
        return study_tokens(study);
    case STEP_SUM:
        return (size_t)config->d_v;
    default:
        return (size_t)config->d_model;
    }
}

/* How many elements of each phase are shown; all[phase] is set where it is every one. */
static size_t shown(const struct study *study, const struct reveal *reveal, int phase) {
    size_t count = 0, rows = study_tokens(study), columns = columns_of(study);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++)
            count += reveal_shows(reveal, phase, i, j, columns);
    }
    return count;
}

/* Whatever was shown before stays shown, and each beat shows more. */
static void check_grows(const struct study *study, const struct reveal *before) {
    struct reveal now = steps_reveal(study);
    size_t columns = columns_of(study), more = 0, rows = study_tokens(study);
    for (int phase = 0; phase < PHASES; phase++) {
        for (size_t i = 0; i < rows; i++) {
            for (size_t j = 0; j < columns; j++) {
                bool was = reveal_shows(before, phase, i, j, columns);
                bool is = reveal_shows(&now, phase, i, j, columns);
                assert_true(is || !was);
                more += is && !was;
            }
        }
    }
    /* One column, row or token leaves a beat with nothing new. */
    if (rows > 1 && columns > 1) assert_true(more > 0);
}

struct place {
    int layer, beat;
    enum step step;
};

static void check_place(const struct study *study, const struct document *base,
                        const struct place *place) {
    struct document expected = *base; /* borrows the strings */
    expected.layer = place->layer;
    expected.step = place->step;
    expected.beat = place->beat;
    assert_true(document_equal(&study->document, &expected));
}

/* From the start to the end and back, comparing every document on the way. Returns the number of
 * beats. */
static size_t walk(struct study *study, const struct document *base) {
    size_t count = 0, capacity = 1 << 16, beats = 0;
    struct place *places = malloc(capacity * sizeof *places);
    assert_non_null(places);
    struct document document = {0};
    assert_true(document_copy(&document, base));
    steps_go(study, &document, STEP_TOKENS, 0);
    set(study, &document);
    assert_false(steps_back_beat(study, &document));
    bool moves = true;
    for (; moves; moves = steps_next_beat(study, &document)) {
        struct reveal before = steps_reveal(study);
        bool is_same_step = document.step == study->document.step && document.beat > 0;
        set(study, &document);
        assert_true(count < capacity);
        places[count++] = (struct place){document.layer, document.beat, document.step};
        check_place(study, base, &places[count - 1]);
        if (is_same_step) check_grows(study, &before);
        if (document.beat == 0) beats += (size_t)steps_beats(study, document.step);
    }
    assert_int_equal(count, beats);
    assert_int_equal(document.step, STEP_FEEDFORWARD);
    assert_int_equal(document.layer, study->model.weights.config.layers - 1);
    assert_int_equal(document.beat, steps_beats(study, STEP_FEEDFORWARD) - 1);
    for (size_t i = count; i-- > 0;) {
        set(study, &document);
        check_place(study, base, &places[i]);
        assert_true(steps_back_beat(study, &document) == (i > 0));
    }
    document_free(&document);
    free(places);
    return count;
}

static void walk_every_way(struct study *study, const char *model, const char *text,
                           bool with_cells) {
    struct document document;
    start(study, model, text, &document);
    document.query = study_tokens(study) > 1 ? 1 : 0;
    for (int stride = 0; stride < STRIDE_COUNT; stride++) {
        for (int off = 0; off < 2; off++) {
            for (int mask = 0; mask < MASK_COUNT; mask++) {
                if (stride == STRIDE_CELL && !with_cells) continue;
                document.stride = (enum stride)stride;
                document.is_predict_off = off == 1;
                document.what_if.mask = (enum mask_choice)mask;
                assert_true(walk(study, &document) >= STEP_COUNT);
            }
        }
    }
    document_free(&document);
}

static void test_there_and_back(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    static const char *const texts[] = {"", "a", "a b", "c a b a"};
    for (int i = 0; i < FOLDERS; i++) {
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            walk_every_way(study, fixture->folders[i].folder, texts[j], true);
    }
    walk_every_way(study, "by-hand", "the cat, 猫", true);
    walk_every_way(study, "by-hand", "", true);
    walk_every_way(study, "textbook", DOCUMENT_DEFAULT_TEXT, false);
    walk_every_way(study, "textbook", "a", true);
    walk_every_way(study, "textbook", "猫 坐在 mat.", false);
}

static void expect_beats(const struct study *study, const int expected[STEP_COUNT]) {
    for (int i = 0; i < STEP_COUNT; i++) {
        if (steps_beats(study, (enum step)i) != expected[i])
            fail_msg("%s: %d beats, not %d", step_id((enum step)i),
                     steps_beats(study, (enum step)i), expected[i]);
    }
}

static void test_beats(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    struct document document;
    start(study, fixture->folders[0].folder, "a b c", &document); /* n 3, d 4, d_k 2, d_v 3 */
    static const struct {
        enum stride stride;
        enum mask_choice mask;
        bool is_predict_off;
        int beats[STEP_COUNT];
    } cases[] = {
        {STRIDE_ROW, MASK_NONE, false, {1, 3, 3, 3, 3, 5, 3, 4, 6}},
        {STRIDE_ROW, MASK_CAUSAL, true, {1, 3, 3, 3, 4, 5, 3, 4, 6}},
        {STRIDE_MATRIX, MASK_NONE, false, {1, 1, 1, 2, 1, 2, 2, 2, 6}},
        {STRIDE_MATRIX, MASK_CAUSAL, true, {1, 1, 1, 1, 2, 1, 1, 2, 6}},
        {STRIDE_CELL, MASK_NONE, false, {1, 12, 9, 9, 9, 8, 9, 13, 6}},
        {STRIDE_CELL, MASK_CAUSAL, true, {1, 12, 9, 9, 10, 8, 9, 13, 6}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        document.stride = cases[i].stride;
        document.what_if.mask = cases[i].mask;
        document.is_predict_off = cases[i].is_predict_off;
        set(study, &document);
        expect_beats(study, cases[i].beats);
    }
    document_free(&document);
    start(study, fixture->folders[2].folder, "a b c", &document);
    assert_int_equal(steps_beats(study, STEP_FEEDFORWARD), 1);
    document_free(&document);
    start(study, "textbook", " \n", &document);
    const int ones[STEP_COUNT] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    expect_beats(study, ones);
    document_free(&document);
}

/* 1,024 tokens, cell by cell: the counts fit an int, and the last beat is where it should be. */
static void test_many_beats(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    char text[2 * 1024 + 1];
    for (size_t i = 0; i < 1024; i++)
        memcpy(text + 2 * i, "a ", 2);
    text[2 * 1024] = '\0';
    struct document document;
    start(study, fixture->folders[2].folder, text, &document);
    document.stride = STRIDE_CELL;
    document.step = STEP_SIMILARITY;
    document.beat = BEAT_LAST;
    set(study, &document);
    assert_int_equal(study_tokens(study), 1024);
    assert_int_equal(study->document.beat, 1024 * 1024 - 1);
    struct reveal reveal = steps_reveal(study);
    assert_true(reveal_shows(&reveal, 0, 1023, 1023, 1024));
    assert_false(reveal_shows(&reveal, 1, 0, 0, 1024));
    document_free(&document);
}

static void go(struct study *study, enum step step, int beat) {
    struct document document = {0};
    assert_true(document_copy(&document, &study->document));
    steps_go(study, &document, step, beat);
    set(study, &document);
    document_free(&document);
}

static void test_reveal_of_rows(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    struct document document;
    start(study, fixture->folders[0].folder, "a b c", &document);
    document.query = 1;
    document.what_if.mask = MASK_CAUSAL;
    set(study, &document);
    static const struct {
        enum step step;
        int beat, phase;
        size_t shown;
        bool is_in_focus;
    } cases[] = {
        {STEP_TOKENS, 0, 0, 12, true},      {STEP_EMBEDDING, 0, 0, 1, true},
        {STEP_EMBEDDING, 1, 0, 4, true},    {STEP_EMBEDDING, 2, 0, 12, true},
        {STEP_SIMILARITY, 0, 0, 1, true},   {STEP_SIMILARITY, 1, 0, 3, true},
        {STEP_SCALE, 2, 0, 9, true},        {STEP_SCALE, 2, 1, 0, false},
        {STEP_SCALE, 3, 1, 9, true},        {STEP_SOFTMAX, 0, 0, 1, true},
        {STEP_SOFTMAX, 1, 0, 3, true},      {STEP_SOFTMAX, 1, 1, 0, false},
        {STEP_SOFTMAX, 2, 0, 9, true},      {STEP_SOFTMAX, 2, 1, 3, true},
        {STEP_SOFTMAX, 3, 2, 3, true},      {STEP_SOFTMAX, 4, 2, 9, true},
        {STEP_HEADS, 0, 0, 12, true},       {STEP_HEADS, 0, 1, 0, false},
        {STEP_HEADS, 1, 1, 1, true},        {STEP_HEADS, 3, 1, 12, true},
        {STEP_FEEDFORWARD, 2, 2, 12, true}, {STEP_FEEDFORWARD, 2, 3, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        go(study, cases[i].step, cases[i].beat);
        struct reveal reveal = steps_reveal(study);
        assert_int_equal(shown(study, &reveal, cases[i].phase), cases[i].shown);
        assert_int_equal(reveal_shows(&reveal, cases[i].phase, 1, 0, columns_of(study)),
                         cases[i].is_in_focus);
    }
    document_free(&document);
}

static void test_steps_and_go(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    struct document document;
    start(study, fixture->folders[0].folder, "a b c", &document);
    document.layer = 1;
    steps_go(study, &document, STEP_FEEDFORWARD, BEAT_LAST);
    assert_int_equal(document.layer, 1);
    assert_int_equal(document.beat, 5);
    assert_false(steps_next_step(study, &document));
    assert_false(steps_next_beat(study, &document));
    steps_go(study, &document, STEP_PROJECTION, -4);
    assert_int_equal(document.beat, 0);
    assert_true(steps_back_step(study, &document));
    assert_int_equal(document.layer, 0);
    assert_int_equal(document.step, STEP_FEEDFORWARD);
    assert_int_equal(document.beat, 0);
    assert_true(steps_next_step(study, &document));
    assert_int_equal(document.layer, 1);
    assert_int_equal(document.step, STEP_PROJECTION);
    steps_go(study, &document, STEP_EMBEDDING, 1);
    assert_int_equal(document.layer, 0);
    assert_int_equal(document.beat, 1);
    assert_true(steps_back_step(study, &document));
    assert_false(steps_back_step(study, &document));
    int steps = 0;
    while (steps_next_step(study, &document))
        steps++;
    assert_int_equal(steps, 9 + 7 - 1);
    document_free(&document);
}

static void test_stages(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    struct document document;
    enum attention_tensor_id stages[6];
    start(study, fixture->folders[0].folder, "a", &document);
    assert_int_equal(steps_feedforward_stages(study, stages), 6);
    assert_int_equal(stages[0], ATTENTION_TENSOR_RESIDUAL1);
    assert_int_equal(stages[1], ATTENTION_TENSOR_NORM1);
    assert_int_equal(stages[5], ATTENTION_TENSOR_NORM2);
    document_free(&document);
    start(study, fixture->folders[1].folder, "a", &document);
    assert_int_equal(steps_feedforward_stages(study, stages), 5);
    assert_int_equal(stages[1], ATTENTION_TENSOR_NORM2);
    assert_int_equal(stages[4], ATTENTION_TENSOR_RESIDUAL2);
    document_free(&document);
    start(study, fixture->folders[2].folder, "a", &document);
    assert_int_equal(steps_feedforward_stages(study, stages), 0);
    document_free(&document);
}

/* Open from the first beat of a question's step until the focus row is there. */
static void test_question_open(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    struct document document;
    start(study, fixture->folders[0].folder, "a b c", &document);
    for (int stride = 0; stride < STRIDE_COUNT; stride++) {
        document.stride = (enum stride)stride;
        document.query = 1;
        set(study, &document);
        for (int step = 0; step < STEP_COUNT; step++) {
            bool was_open = steps_prediction((enum step)step) >= 0;
            for (int beat = 0; beat < steps_beats(study, (enum step)step); beat++) {
                go(study, (enum step)step, beat);
                bool is_open = steps_is_question_open(study);
                if (beat == 0) assert_int_equal(is_open, was_open);
                assert_true(was_open || !is_open); /* once closed it stays closed */
                was_open = is_open;
            }
            assert_false(was_open);
        }
    }
    document.stride = STRIDE_ROW; /* at which beats of which step, exactly */
    set(study, &document);
    const int open_beats[STEP_COUNT] = {[STEP_SIMILARITY] = 1, [STEP_SOFTMAX] = 1, [STEP_SUM] = 1};
    for (int step = 0; step < STEP_COUNT; step++) {
        for (int beat = 0; beat < steps_beats(study, (enum step)step); beat++) {
            go(study, (enum step)step, beat);
            assert_int_equal(steps_is_question_open(study), beat < open_beats[step]);
        }
    }
    go(study, STEP_SOFTMAX, 0);
    assert_true(steps_is_question_open(study));
    assert_true(document_copy(&document, &study->document));
    document.answers[PREDICT_SOFTMAX] = 2; /* an answer may still be changed */
    set(study, &document);
    assert_true(steps_is_question_open(study));
    document.answers[PREDICT_SOFTMAX] = PREDICT_SKIPPED;
    set(study, &document);
    assert_false(steps_is_question_open(study));
    document.answers[PREDICT_SOFTMAX] = PREDICT_NONE;
    document.is_predict_off = true;
    set(study, &document);
    assert_false(steps_is_question_open(study));
    document.is_predict_off = false;
    assert_true(document_set_text(&document, "a", 1));
    set(study, &document);
    assert_false(steps_is_question_open(study));
    document_free(&document);
}

static float distance(const struct study *study, size_t query, size_t key) {
    size_t d_v = (size_t)study->model.weights.config.d_v;
    int head = study->document.head;
    const float *o = study_head_matrix(study, ATTENTION_TENSOR_HEAD_OUTPUT, head) + query * d_v;
    const float *v = study_head_matrix(study, ATTENTION_TENSOR_V, head) + key * d_v;
    float total = 0;
    for (size_t i = 0; i < d_v; i++)
        total += (o[i] - v[i]) * (o[i] - v[i]);
    return sqrtf(total);
}

/* The larger the better: of similarity and weights the number, of `sum` the distance turned round.
 */
static float merit(const struct study *study, enum step step, size_t query, size_t key) {
    size_t n = study_tokens(study);
    if (step == STEP_SUM) return -distance(study, query, key);
    return study_head_matrix(
        study, step == STEP_SIMILARITY ? ATTENTION_TENSOR_SIMILARITY : ATTENTION_TENSOR_WEIGHTS,
        study->document.head)[query * n + key];
}

static void check_prediction(struct study *study, enum step step) {
    size_t n = study_tokens(study), query = (size_t)study->document.query;
    bool is_narrowed = step == STEP_SUM && study_is_masked(study);
    size_t allowed = is_narrowed ? query + 1 : n;
    struct prediction_result result;
    assert_true(steps_prediction_result(study, &result));
    assert_in_range(result.best, 0, allowed - 1);
    int better = 0;
    for (size_t j = 0; j < allowed; j++) {
        assert_true(merit(study, step, query, j) <=
                    merit(study, step, query, (size_t)result.best) + 1e-5f);
        better +=
            merit(study, step, query, j) > merit(study, step, query, (size_t)result.chosen) + 1e-5f;
    }
    assert_int_equal(result.chosen, study->document.answers[steps_prediction(step)]);
    if ((size_t)result.chosen >= allowed)
        assert_int_equal(result.rank, (int)allowed + 1);
    else
        assert_in_range(result.rank, better + 1, n);
    float value = merit(study, step, query, (size_t)result.chosen);
    assert_float_equal(result.chosen_value, step == STEP_SUM ? -value : value, 1e-5f);
}

static void test_predictions(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    const enum step asked[] = {STEP_SIMILARITY, STEP_SOFTMAX, STEP_SUM};
    struct document document;
    for (int masked = 0; masked < 2; masked++) {
        start(study, "textbook", DOCUMENT_DEFAULT_TEXT, &document);
        document.what_if.mask = masked ? MASK_CAUSAL : MASK_NONE;
        for (document.head = 0; document.head < study->model.weights.config.heads;
             document.head++) {
            for (int i = 0; i < PREDICT_COUNT; i++) {
                document.step = asked[i];
                for (document.query = 0; document.query < 8; document.query += 5) {
                    set(study, &document);
                    for (int key = 0; key < 8; key += 2) {
                        document.answers[i] = key;
                        set(study, &document);
                        check_prediction(study, asked[i]);
                    }
                }
            }
        }
        document_free(&document);
    }
}

static void test_prediction_ties_and_none(void **state) {
    struct fixture *fixture = *state;
    struct study *study = &fixture->study;
    struct document document;
    start(study, fixture->folders[0].folder, "a a b a", &document); /* no position: a is a */
    document.query = 2;
    for (document.step = STEP_SIMILARITY; document.step <= STEP_SUM; document.step++) {
        int prediction = steps_prediction(document.step);
        if (prediction < 0) continue;
        int ranks[4];
        for (int key = 0; key < 4; key++) {
            document.answers[prediction] = key;
            set(study, &document);
            struct prediction_result result;
            assert_true(steps_prediction_result(study, &result));
            ranks[key] = result.rank;
        }
        assert_int_equal(ranks[0], ranks[1]);
        assert_int_equal(ranks[0], ranks[3]);
        assert_true((ranks[0] == 1 && ranks[2] == 4) || (ranks[0] == 2 && ranks[2] == 1));
    }
    struct prediction_result result;
    document.step = STEP_SIMILARITY;
    document.answers[PREDICT_SIMILARITY] = PREDICT_SKIPPED;
    set(study, &document);
    assert_true(steps_prediction_result(study, &result));
    assert_int_equal(result.chosen, -1);
    assert_int_equal(result.rank, 0);
    document.step = STEP_SCALE;
    set(study, &document);
    assert_false(steps_prediction_result(study, &result));
    document.step = STEP_SUM;
    assert_true(document_set_text(&document, "", 0));
    set(study, &document);
    assert_false(steps_prediction_result(study, &result));
    document_free(&document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beats),          cmocka_unit_test(test_many_beats),
        cmocka_unit_test(test_reveal_of_rows), cmocka_unit_test(test_steps_and_go),
        cmocka_unit_test(test_stages),         cmocka_unit_test(test_question_open),
        cmocka_unit_test(test_predictions),    cmocka_unit_test(test_prediction_ties_and_none),
        cmocka_unit_test(test_there_and_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

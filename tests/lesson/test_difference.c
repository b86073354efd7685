/* now − before, number by number: against the library's own difference of two passes, of every
 * tensor, in every kind of model and whatever is switched; words in another order, other words,
 * weights, masks. */
#include "lesson/cell_address.h"
#include "lesson/difference.h"
#include "lesson/overview.h"
#include "support_model.h"
#include "support_studies.h"

#include "attention/attention_explain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t compared, changed, absent;

static bool is_same(float a, float b) {
    return memcmp(&a, &b, sizeof a) == 0 || a == b; /* 0 and −0 are the same change */
}

/* One matrix against the library's difference of the whole tensor. */
static void check_matrix(const struct study *study, int tensor, int head,
                         const struct attention_difference *whole, const float *out) {
    size_t floats = difference_scratch_floats(study, tensor);
    float *scratch = malloc((floats + 1) * sizeof *scratch);
    assert_non_null(scratch);
    struct cell_matrix now = cell_matrix_of(study, tensor, head, NULL);
    struct difference_matrix m = difference_matrix_of(study, tensor, head, scratch);
    assert_int_equal(m.state, whole->is_comparable ? DIFFERENCE_THERE : DIFFERENCE_ONLY_NOW);
    assert_int_equal(m.rows, now.rows);
    assert_int_equal(m.columns, now.columns);
    size_t first = cell_source_is_per_head(tensor) ? (size_t)head * m.rows * m.columns : 0;
    for (size_t i = 0; i < m.rows * m.columns; i++) {
        struct document_cell cell = {tensor, head, (int)(i / m.columns), (int)(i % m.columns)};
        struct difference_cell d;
        assert_true(difference_cell_of(study, &cell, &d));
        assert_int_equal(d.state, m.state);
        absent += m.state != DIFFERENCE_THERE;
        if (m.state != DIFFERENCE_THERE) continue;
        float step = difference_between(now.values[i], m.values[i]);
        if (!is_same(step, out[first + i])) {
            fail_msg("%s [%zu]: %g is %g in the trace", attention_tensor_name(tensor), i,
                     (double)step, (double)out[first + i]);
        }
        bool is_quotient = cell_is_before_mask(study, &cell);
        assert_true(is_quotient || is_same(d.difference, step));
        assert_true(is_quotient ||
                    (is_same(d.now, now.values[i]) && is_same(d.before, m.values[i])));
        compared++;
        changed += step != 0;
    }
    free(scratch);
}

static void check_tensors(const struct study *study) {
    for (int tensor = 0; tensor < ATTENTION_TENSOR_COUNT; tensor++) {
        struct cell_matrix now = cell_matrix_of(study, tensor, 0, NULL);
        bool is_input = tensor == ATTENTION_TENSOR_X && study->document.layer > 0;
        if (!now.values || is_input) continue;
        int heads = cell_source_is_per_head(tensor) ? study->model.weights.config.heads : 1;
        float *out = calloc(now.rows * now.columns * (size_t)heads, sizeof *out);
        struct attention_difference whole = attention_trace_difference(
            study->trace, study->baseline.trace, (enum attention_tensor_id)tensor,
            study->document.layer, out);
        for (int head = 0; head < heads; head++)
            check_matrix(study, tensor, head, &whole, out);
        free(out);
    }
}

static void switch_one(struct what_if *w, int which) {
    const struct attention_edit edits[] = {{ATTENTION_WEIGHT_Q, 0, 1, 0.75f},
                                           {ATTENTION_TENSOR_EMBEDDING, 0, 2, -3},
                                           {ATTENTION_TENSOR_SCORES, 0, 0, -INFINITY}};
    switch (which) {
    case 0:
        w->mask = MASK_CAUSAL;
        break;
    case 1:
        w->mask = MASK_NONE;
        break;
    case 2:
        w->similarity = SIMILARITY_COSINE;
        break;
    case 3:
        w->similarity = SIMILARITY_ADDITIVE;
        break;
    case 4:
        w->temperature = 0;
        break;
    case 5:
        w->scaling = SCALING_OFF;
        break;
    case 6:
        w->position = POSITION_OFF;
        break;
    case 7:
        w->position = POSITION_ON;
        break;
    case 8:
        w->norm = NORM_PRE;
        break;
    case 9:
        w->norm = NORM_NONE;
        break;
    case 10:
        w->residual = RESIDUAL_OFF;
        break;
    case 11:
        w->activation = ACTIVATION_GELU;
        break;
    case 12:
        w->fault = FAULT_MASK_AFTER_SOFTMAX;
        w->mask = MASK_CAUSAL;
        break;
    case 13:
        w->fault = FAULT_SOFTMAX_OVER_QUERIES;
        break;
    case 14:
        what_if_set_head(w, 0, 0, false);
        break;
    default:
        assert_true(what_if_edit(w, &edits[which - 15]));
    }
}
enum { SWITCHES = 18 };

static int next_switch;

static void check_study(struct study *given) {
    struct study study = {0};
    struct file_error error = {0};
    struct document wanted = {0};
    assert_true(study_init(&study, &error) && document_copy(&wanted, &given->document));
    what_if_free(&wanted.what_if);
    what_if_init(&wanted.what_if);
    wanted.step = STEP_SOFTMAX;
    wanted.beat = BEAT_LAST;
    assert_true(study_set(&study, &wanted, &error));
    assert_int_equal(difference_state_of(&study), DIFFERENCE_PLAIN);
    for (int i = 0; i < 3; i++) {
        what_if_free(&wanted.what_if);
        what_if_init(&wanted.what_if);
        switch_one(&wanted.what_if, next_switch++ % SWITCHES);
        assert_true(study_set(&study, &wanted, &error));
        assert_int_equal(difference_state_of(&study), DIFFERENCE_THERE);
        check_tensors(&study);
    }
    document_free(&wanted);
    study_free(&study);
}

static void test_every_tensor_as_the_trace_has_it(void **state) {
    (void)state;
    support_studies_each(check_study);
    print_message("%zu numbers, %zu changed, %zu without a before\n", compared, changed, absent);
    assert_true(compared > 50000 && changed > 10000 && absent > 100);
    assert_true(next_switch >= SWITCHES);
}

struct bench {
    struct study study;
    struct document d;
};

static void bench_open(struct bench *b) {
    struct file_error error = {0};
    *b = (struct bench){0};
    assert_true(study_init(&b->study, &error) && document_init(&b->d, &error));
}

static void bench_set(struct bench *b) {
    struct file_error error = {0};
    if (!study_set(&b->study, &b->d, &error)) fail_msg("%s", error.text);
}

static void bench_close(struct bench *b) {
    document_free(&b->d);
    study_free(&b->study);
}

static struct difference_cell cell_at(const struct bench *b, int source, int row, int column) {
    struct difference_cell d;
    struct document_cell cell = {source, 0, row, column};
    assert_true(difference_cell_of(&b->study, &cell, &d));
    return d;
}

/* "It is so": two words the other way round have the other way's numbers; each is compared with
 * itself. */
static void test_words_in_another_order(void **state) {
    (void)state;
    struct bench b;
    bench_open(&b);
    b.d.what_if.shuffle_seed = 1; /* 5 4 3 8 6 7 1 2 */
    b.d.what_if.position = POSITION_OFF;
    bench_set(&b);
    assert_true(difference_is_by_word(&b.study));
    struct study plain = {0};
    struct file_error error = {0};
    struct document d = {0};
    assert_true(study_init(&plain, &error) && document_init(&d, &error));
    assert_true(study_set(&plain, &d, &error));
    static const int order[] = {4, 3, 2, 7, 5, 6, 0, 1};
    static const int sources[] = {ATTENTION_TENSOR_EMBEDDING,
                                  ATTENTION_TENSOR_Q,
                                  ATTENTION_TENSOR_SIMILARITY,
                                  ATTENTION_TENSOR_WEIGHTS,
                                  ATTENTION_TENSOR_OUTPUT,
                                  CELL_EXPONENTIALS,
                                  CELL_ROW_TOTAL};
    for (size_t s = 0; s < sizeof sources / sizeof *sources; s++) {
        int source = sources[s];
        size_t floats = difference_scratch_floats(&b.study, source);
        float scratch[4096], own[4096];
        assert_true(floats > 0 && floats <= 4096);
        struct difference_matrix m = difference_matrix_of(&b.study, source, 0, scratch);
        struct cell_matrix was = cell_matrix_of(&plain, source, 0, own);
        assert_int_equal(m.state, DIFFERENCE_THERE);
        for (int r = 0; r < 8; r++) {
            for (int c = 0; c < (int)m.columns; c++) {
                int column = cell_columns_are_keys(source) ? order[c] : c;
                float before = was.values[(size_t)order[r] * was.columns + (size_t)column];
                assert_true(m.values[(size_t)r * m.columns + (size_t)c] == before);
                assert_true(cell_at(&b, source, r, c).before == before);
            }
        }
    }
    for (int c = 0; c < 16; c++)
        assert_true(cell_at(&b, ATTENTION_TENSOR_EMBEDDING, 3, c).difference == 0);
    document_free(&d);
    study_free(&plain);
    bench_close(&b);
}

/* Keys of a context are other words, also where there are as many of them. */
static void test_other_words(void **state) {
    (void)state;
    struct bench b;
    bench_open(&b);
    assert_true(what_if_set_context(&b.d.what_if, "a b c d e f g h"));
    bench_set(&b);
    static const int others[] = {ATTENTION_TENSOR_K,          ATTENTION_TENSOR_V,
                                 ATTENTION_TENSOR_SIMILARITY, ATTENTION_TENSOR_SCORES,
                                 ATTENTION_TENSOR_WEIGHTS,    CELL_EXPONENTIALS,
                                 ATTENTION_TENSOR_CONTEXT_X};
    float scratch[4096];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(difference_matrix_of(&b.study, others[i], 0, scratch).state,
                         DIFFERENCE_OTHER_WORDS);
        assert_int_equal(cell_at(&b, others[i], 0, 0).state, DIFFERENCE_OTHER_WORDS);
    }
    assert_int_equal(cell_at(&b, ATTENTION_TENSOR_Q, 1, 1).state, DIFFERENCE_THERE);
    assert_true(what_if_set_context(&b.d.what_if, "a b c d e f g h i j"));
    b.d.what_if.shuffle_seed = 2; /* more keys than words that could have changed places */
    bench_set(&b);
    assert_int_equal(cell_at(&b, ATTENTION_TENSOR_K, 9, 0).state, DIFFERENCE_OTHER_WORDS);
    assert_int_equal(cell_at(&b, ATTENTION_TENSOR_WEIGHTS, 7, 9).state, DIFFERENCE_OTHER_WORDS);
    assert_true(cell_at(&b, ATTENTION_TENSOR_HEAD_OUTPUT, 1, 1).difference != 0);
    size_t rows, columns;
    float range;
    assert_null(overview_difference(&b.study, 0, 0, &rows, &columns, &range));
    bench_close(&b);
}

/* An edited weight against the model's; the others are the same. */
static void test_weights(void **state) {
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_set(&b);
    struct cell_matrix own = cell_matrix_of(&b.study, CELL_W_V, 1, NULL);
    float before = own.values[own.columns + 2];
    struct attention_edit edit = {ATTENTION_WEIGHT_V, 0, (own.rows + 1) * own.columns + 2,
                                  before + 0.5f};
    assert_true(what_if_edit(&b.d.what_if, &edit));
    bench_set(&b);
    struct document_cell cell = {CELL_W_V, 1, 1, 2};
    struct difference_cell d;
    assert_true(difference_cell_of(&b.study, &cell, &d));
    assert_true(d.before == before && d.now == before + 0.5f && d.difference == 0.5f);
    cell.column = 3;
    assert_true(difference_cell_of(&b.study, &cell, &d) && d.difference == 0);
    cell = (struct document_cell){CELL_TOKEN, 0, 0, 0};
    assert_false(difference_cell_of(&b.study, &cell, &d));
    bench_close(&b);
}

/* Masked now, before, in both; in `scale` the mask comes with its beat. */
static void test_masks(void **state) {
    (void)state;
    struct bench b;
    bench_open(&b);
    b.d.step = STEP_SCALE;
    b.d.beat = BEAT_LAST;
    b.d.what_if.mask = MASK_CAUSAL;
    bench_set(&b);
    struct difference_cell d = cell_at(&b, ATTENTION_TENSOR_SCORES, 0, 3);
    assert_true(d.is_masked && !d.was_masked && d.difference == -INFINITY && isfinite(d.before));
    d = cell_at(&b, ATTENTION_TENSOR_SCORES, 3, 0);
    assert_true(!d.is_masked && d.difference == 0);
    b.d.step = STEP_SOFTMAX;
    bench_set(&b);
    d = cell_at(&b, ATTENTION_TENSOR_WEIGHTS, 0, 3);
    assert_true(d.is_masked && d.now == 0 && d.difference == -d.before && d.before > 0);
    b.d.step = STEP_SCALE;
    b.d.beat = 0; /* divided, not yet masked */
    b.d.stride = STRIDE_MATRIX;
    bench_set(&b);
    d = cell_at(&b, ATTENTION_TENSOR_SCORES, 0, 3);
    assert_true(isfinite(d.now) && d.difference == 0);
    bench_close(&b);
}

/* A model whose own mask is causal: what it hides and the change shows is +∞; what both hide is a
 * quotient in both until the beat of the mask, and nothing has changed about it then. */
static void test_masks_of_the_model(void **state) {
    (void)state;
    struct bench b;
    struct support_model model = {.layers = 1,
                                  .heads = 1,
                                  .d = 4,
                                  .d_k = 4,
                                  .d_v = 4,
                                  .norm = "none",
                                  .mask = "causal",
                                  .tokenizer = "words"};
    support_model_make(&model);
    bench_open(&b);
    assert_true(document_set_model(&b.d, model.folder));
    assert_true(document_set_text(&b.d, "a b c", strlen("a b c")));
    b.d.what_if.mask = MASK_NONE;
    b.d.step = STEP_SCALE;
    b.d.beat = BEAT_LAST;
    bench_set(&b);
    struct difference_cell d = cell_at(&b, ATTENTION_TENSOR_SCORES, 0, 2);
    assert_true(!d.is_masked && d.was_masked && d.difference == INFINITY && isfinite(d.now));
    b.d.what_if.mask = MASK_MODEL;
    b.d.what_if.temperature = 2;
    bench_set(&b);
    d = cell_at(&b, ATTENTION_TENSOR_SCORES, 0, 2);
    assert_true(d.is_masked && d.was_masked && d.difference == 0 && isinf(d.now));
    b.d.stride = STRIDE_MATRIX;
    b.d.beat = 0;
    bench_set(&b);
    d = cell_at(&b, ATTENTION_TENSOR_SCORES, 0, 2);
    float s = study_head_matrix(&b.study, ATTENTION_TENSOR_SIMILARITY, 0)[2];
    assert_true(d.now == s / 4 && d.before == s / 2 && d.difference == d.now - d.before);
    bench_close(&b);
    support_model_remove(&model);
}

/* The pass before shares the limit of the pass that is shown; where it has no room that is said,
 * and made good when it has. */
static void test_memory_is_shared(void **state) {
    (void)state;
    struct bench b;
    bench_open(&b);
    b.d.what_if.mask = MASK_CAUSAL;
    bench_set(&b);
    size_t one = 0;
    const struct attention_input input = {.embedding = b.study.rows, .n = study_tokens(&b.study)};
    assert_int_equal(attention_pass_bytes(&b.study.own_config, NULL, &input, &one, NULL),
                     ATTENTION_OK);
    static const enum difference_state states[] = {DIFFERENCE_NO_MEMORY, DIFFERENCE_THERE,
                                                   DIFFERENCE_NO_MEMORY};
    const size_t limits[] = {2 * one - 1, 2 * one, one};
    for (int i = 0; i < 3; i++) {
        b.study.memory_limit_bytes = limits[i];
        b.d.what_if.mask = MASK_MODEL;
        bench_set(&b);
        assert_int_equal(difference_state_of(&b.study), DIFFERENCE_PLAIN);
        b.d.what_if.mask = MASK_CAUSAL;
        bench_set(&b);
        assert_int_equal(difference_state_of(&b.study), states[i]);
        assert_int_equal(cell_at(&b, ATTENTION_TENSOR_WEIGHTS, 1, 0).state, states[i]);
    }
    bench_close(&b);
}

/* Small images of the model: as they are up to 64 tokens, beyond the largest change of each. */
static void test_images(void **state) {
    (void)state;
    struct bench b;
    bench_open(&b);
    b.d.what_if.mask = MASK_CAUSAL;
    size_t rows, columns;
    float range = 0, largest = 0;
    for (int tokens = 8; tokens <= 150; tokens += 142) {
        char text[400] = "";
        for (int i = 0; i < tokens; i++)
            strcat(text, i % 3 ? "a " : "b ");
        assert_true(document_set_text(&b.d, text, strlen(text)));
        bench_set(&b);
        largest = 0;
        for (int head = 0; head < 6; head++) {
            const float *image = overview_difference(&b.study, 0, head, &rows, &columns, &range);
            struct difference_matrix m = difference_weights_of(&b.study, 0, head, NULL);
            const float *now = study_head_matrix(&b.study, ATTENTION_TENSOR_WEIGHTS, head);
            assert_non_null(image);
            float own = 0, seen = 0;
            for (size_t i = 0; i < m.rows * m.columns; i++)
                own = fmaxf(own, fabsf(now[i] - m.values[i]));
            for (size_t i = 0; i < rows * columns; i++)
                seen = fmaxf(seen, fabsf(image[i]));
            assert_true(own == seen);
            assert_true(rows == (tokens < 64 ? (size_t)tokens : 64));
            largest = fmaxf(largest, own);
        }
        assert_true(range == largest && range > 0);
    }
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_tensor_as_the_trace_has_it),
        cmocka_unit_test(test_words_in_another_order),
        cmocka_unit_test(test_other_words),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_masks_of_the_model),
        cmocka_unit_test(test_memory_is_shared),
        cmocka_unit_test(test_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Strokes over the cells of the mask, and what a painted mask is called. */
#include "lesson/painting.h"
#include "support_model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct study study;
static struct document wanted;

static void set(void) {
    struct file_error error = {{0}};
    if (!study_set(&study, &wanted, &error)) fail_msg("%s", error.text);
    document_free(&wanted);
    assert_true(document_copy(&wanted, &study.document));
}

static void open_study(const char *model, const char *text, const char *context) {
    struct file_error error = {{0}};
    assert_true(study_init(&study, &error) && document_init(&wanted, &error));
    assert_true(document_set_model(&wanted, model));
    assert_true(document_set_text(&wanted, text, strlen(text)));
    assert_true(what_if_set_context(&wanted.what_if, context));
    set();
}

static void close_study(void) {
    document_free(&wanted);
    study_free(&study);
}

/* The cells of a line are connected, and go from one end to the other. */
static void test_lines(void **state) {
    (void)state;
    open_study("by-hand", "a b c d e f g h i j", "a b c d e f g");
    for (int row = -3; row < 13; row++)
        for (int column = -3; column < 10; column++) {
            what_if_free(&wanted.what_if);
            assert_true(what_if_copy(&wanted.what_if, &study.document.what_if));
            assert_true(painting_stroke(&study, &wanted, (struct painting_place){4, 3},
                                        (struct painting_place){row, column}, false));
            const uint8_t *cells = wanted.what_if.painted.allowed;
            int count = 0, apart = 0;
            for (int i = 0; i < 70; i++) {
                if (cells[i]) continue;
                count++;
                int touching = 0;
                for (int k = 0; k < 70; k++)
                    touching +=
                        k != i && !cells[k] && abs(k / 7 - i / 7) <= 1 && abs(k % 7 - i % 7) <= 1;
                apart += touching == 0;
            }
            int steps = abs(row - 4) > abs(column - 3) ? abs(row - 4) : abs(column - 3);
            bool is_in = row >= 0 && row < 10 && column >= 0 && column < 7;
            assert_true(!cells[4 * 7 + 3]);
            if (is_in) assert_true(!cells[row * 7 + column]);
            if (is_in) assert_int_equal(count, steps + 1);
            assert_true(count <= steps + 1 && (count == 1 || apart == 0));
        }
    close_study();
}

static void paint_all(size_t n, size_t m, const struct what_if *mask) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            assert_true(
                study_paint(&study, &wanted, (int)i, (int)j, what_if_allows(mask, i, j, m)));
}

/* Every mask with a name, painted: it gets the name back, or that of another which is the same
 * here; the cells stay. */
static void settle_each(const char *model, const char *text, const char *context) {
    open_study(model, text, context);
    size_t n = study_tokens(&study), m = study_keys(&study);
    for (int choice = MASK_NONE; choice < MASK_PAINTED; choice++)
        for (int size = 0; size <= (int)m; size++) {
            struct what_if mask = {.mask = (enum mask_choice)choice, .mask_size = size};
            paint_all(n, m, &mask);
            assert_int_equal(wanted.what_if.mask, MASK_PAINTED);
            painting_settle(&study, &wanted);
            assert_int_not_equal(wanted.what_if.mask, MASK_PAINTED);
            assert_null(wanted.what_if.painted.allowed);
            set();
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < m; j++)
                    assert_int_equal(painting_allows(&study, (int)i, (int)j),
                                     what_if_allows(&mask, i, j, m));
        }
    struct what_if own = {.mask =
                              study.model.mask == ATTENTION_MASK_CAUSAL ? MASK_CAUSAL : MASK_NONE};
    paint_all(n, m, &own);
    painting_settle(&study, &wanted);
    assert_true(wanted.what_if.mask == MASK_MODEL);
    close_study();
}

static void test_names(void **state) {
    (void)state;
    struct support_model causal = {.layers = 1,
                                   .heads = 1,
                                   .d = 4,
                                   .d_k = 2,
                                   .d_v = 3,
                                   .norm = "post",
                                   .mask = "causal",
                                   .tokenizer = "words"};
    support_model_make(&causal);
    settle_each("textbook", "the cat sat on the mat", NULL);
    settle_each("textbook", "the cat sat", "ein Hund schlief auf der Matte");
    settle_each("textbook", "the", NULL);
    settle_each(causal.folder, "the cat sat on it", NULL);
    support_model_remove(&causal);
}

/* One cell more or less has no name. */
static void test_no_name(void **state) {
    (void)state;
    open_study("textbook", "the cat sat on the mat", NULL);
    assert_true(study_paint(&study, &wanted, 3, 3, false));
    painting_settle(&study, &wanted);
    assert_int_equal(wanted.what_if.mask, MASK_PAINTED);
    set();
    assert_false(painting_allows(&study, 3, 3));
    assert_true(painting_allows(&study, -1, 3) && painting_allows(&study, 3, 6));
    close_study();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The keys of the course figure: the largest weights in the order of the sentence, the rest summed,
 * so that a row is always whole. */
#include "lesson/diagram.h"
#include "support_studies.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const float *row_of(const struct study *study) {
    return study_head_matrix(study, ATTENTION_TENSOR_WEIGHTS, study->document.head) +
           (size_t)study->document.query * study_keys(study);
}

static void check_row(const struct study *study, size_t columns, int always) {
    size_t m = study_keys(study);
    int *keys = calloc(m, sizeof *keys);
    assert_non_null(keys);
    struct diagram_keys d = diagram_keys_of(study, columns, always, keys);
    const float *weights = row_of(study);
    double all = (double)d.rest_weight, wanted = 0, least = INFINITY;
    assert_int_equal(d.count + d.rest, m);
    assert_true(d.count >= 1);
    assert_true(d.count + (d.rest > 0) <= (columns > 2 ? columns : 2));
    assert_true(m > columns || d.rest == 0);
    bool has_always = always < 0;
    bool *is_shown = calloc(m, sizeof *is_shown);
    assert_non_null(is_shown);
    for (size_t i = 0; i < d.count; i++) {
        assert_in_range(keys[i], 0, m - 1);
        assert_true(i == 0 || keys[i] > keys[i - 1]);
        has_always |= keys[i] == always;
        is_shown[keys[i]] = true;
        all += (double)weights[keys[i]];
        if (keys[i] != always) least = fmin(least, (double)weights[keys[i]]);
    }
    assert_true(has_always);
    for (size_t j = 0; j < m; j++) {
        wanted += (double)weights[j];
        assert_true(is_shown[j] || (double)weights[j] <= least); /* nothing larger is left out */
    }
    assert_true(fabs(all - wanted) < 1e-6);
    assert_true(fabs(wanted - 1) < 1e-5 || wanted == 0); /* a wholly masked row is all 0 */
    free(is_shown);
    free(keys);
}

static void check_study(struct study *study) {
    size_t m = study_keys(study);
    for (study->document.head = 0; study->document.head < study->model.weights.config.heads;
         study->document.head++)
        for (study->document.query = 0; (size_t)study->document.query < study_tokens(study);
             study->document.query++)
            for (size_t columns = 0; columns < m + 3; columns++)
                for (int always = -1; always < (int)m; always += 2)
                    check_row(study, columns, always);
    study->document.head = study->document.query = 0;
}

static void weights_always_add_up(void **state) {
    (void)state;
    support_studies_each(check_study);
}

static void cross_attention_too(void **state) {
    (void)state;
    struct study study = {0};
    struct document wanted = {0};
    assert_true(study_init(&study, NULL) && document_init(&wanted, NULL));
    assert_true(what_if_set_context(&wanted.what_if, "ein Hund schlief tief und fest"));
    assert_true(study_set(&study, &wanted, NULL));
    assert_int_equal(study_keys(&study), 6);
    check_study(&study);
    document_free(&wanted);
    study_free(&study);
}

static void no_text_has_no_keys(void **state) {
    (void)state;
    struct study study = {0};
    struct document wanted = {0};
    int none[1];
    assert_true(study_init(&study, NULL) && document_init(&wanted, NULL));
    assert_true(document_set_text(&wanted, "", 0) && study_set(&study, &wanted, NULL));
    assert_int_equal(diagram_keys_of(&study, 5, 0, none).count, 0);
    document_free(&wanted);
    study_free(&study);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_always_add_up),
        cmocka_unit_test(cross_attention_too),
        cmocka_unit_test(no_text_has_no_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

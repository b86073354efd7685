/* The two faults in the window: marked as wrong, with sums that say so, and taken back. */
#include "app/support_app.h"

#include "lesson/switches.h"
#include "ui/ui.h"

#include <stdio.h>

static void choose(struct rig *rig, enum switch_id which, int choice) {
    assert_true(app_dispatch(
        &rig->app, (struct ui_action){UI_COMMAND_CHANGE_CHOICE, (int32_t)which, choice, 0}));
}

/* What Σ says at the end of a row. */
static const char *total_of(struct rig *rig, const char *word) {
    char name[64];
    snprintf(name, sizeof name, "Σ %s", word);
    app_refresh(&rig->app);
    const struct semantics *list = &rig->app.semantics;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->nodes[i].name, name) == 0) return list->nodes[i].value;
    return "";
}

/* Both are marked as wrong on the stage, and the sums that are not 1 say so. */
static void test_faults_are_marked(void **state) {
    (void)state;
    static const struct {
        const char *mark, *wrong_row, *right_row;
    } rows[] = {
        {"Wrong on purpose: the softmax runs down the columns.", "The", "because"},
        {"Wrong on purpose: the mask comes after the softmax.", "The", "tired"},
    };
    struct rig *rig = rig_start();
    choose(rig, SWITCH_MASK, 1);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_SOFTMAX, BEAT_LAST, 1});
    assert_string_equal(total_of(rig, "The"), "1.00");
    for (size_t i = 0; i < 2; i++) {
        choose(rig, SWITCH_FAULT, 1 + (int)i);
        app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_SOFTMAX, BEAT_LAST, 1});
        app_refresh(&rig->app);
        const struct semantic_node *mark =
            semantics_by_id(&rig->app.semantics, ui_id("fault", 0, 0));
        assert_non_null(mark);
        assert_string_equal(mark->name, rows[i].mark);
        assert_string_equal(total_of(rig, rows[i].wrong_row), "0.50 ≠ 1");
        assert_string_equal(total_of(rig, rows[i].right_row), "1.00");
    }
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(rig->app.study.document.what_if.fault, FAULT_NONE);
    app_refresh(&rig->app);
    assert_null(semantics_by_id(&rig->app.semantics, ui_id("fault", 0, 0)));
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_are_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Undo and redo: everything, 200 deep, within its memory. */
#include "app/support_app.h"

#include "lesson/switches.h"

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static void undo(struct rig *rig) {
    rig_key(rig, 'z', INPUT_CTRL);
}

static void redo(struct rig *rig) {
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
}

static void dispatch(struct rig *rig, enum ui_command command, int32_t a, int32_t b, int32_t c) {
    app_dispatch(&rig->app, (struct ui_action){command, a, b, c});
}

/* 205 changes: the last 200 can be taken back and done again, each to the very document. */
static void test_two_hundred_deep(void **state) {
    (void)state;
    enum { CHANGES = 205, DEPTH = 200 };
    struct rig *rig = rig_start();
    struct document *documents = calloc(CHANGES + 1, sizeof *documents);
    assert_true(document_copy(&documents[0], now(rig)));
    for (int i = 1; i <= CHANGES; i++) {
        dispatch(rig, UI_COMMAND_CHANGE_DIAL, DIAL_TEMPERATURE, 11 + i % 2, 0);
        assert_true(document_copy(&documents[i], now(rig)));
        assert_false(document_equal(&documents[i], &documents[i - 1]));
    }
    for (int i = CHANGES - 1; i >= CHANGES - DEPTH; i--) {
        undo(rig);
        assert_true(document_equal(now(rig), &documents[i]));
    }
    undo(rig); /* there is no more */
    assert_true(document_equal(now(rig), &documents[CHANGES - DEPTH]));
    for (int i = CHANGES - DEPTH + 1; i <= CHANGES; i++) {
        redo(rig);
        assert_true(document_equal(now(rig), &documents[i]));
    }
    for (int i = 0; i <= CHANGES; i++)
        document_free(&documents[i]);
    free(documents);
    rig_end(rig);
}

/* One of each kind of change, all taken back and done again. */
static void test_every_kind_of_change(void **state) {
    (void)state;
    static const struct ui_action changes[] = {
        {UI_COMMAND_TEXT_EXAMPLE, 1, 0, 0},
        {UI_COMMAND_MODEL_SET, 1, 0, 0},
        {UI_COMMAND_MASK_NEXT, 0, 0, 0},
        {UI_COMMAND_MASK_PAINT, 0, 0, 0},
        {UI_COMMAND_SCALING_TOGGLE, 0, 0, 0},
        {UI_COMMAND_CHANGE_CHOICE, SWITCH_SIMILARITY, 1, 0},
        {UI_COMMAND_CHANGE_DIAL, DIAL_TEMPERATURE, 3, 0},
        {UI_COMMAND_CHANGE_HEAD, 0, 0, 0},
        {UI_COMMAND_PREDICT_ANSWER, 1, 0, 0},
        {UI_COMMAND_CHANGE_RESET, 0, 0, 0},
    };
    enum { COUNT = sizeof changes / sizeof *changes };
    struct document documents[COUNT + 1] = {0};
    struct rig *rig = rig_start();
    dispatch(rig, UI_COMMAND_STEP_GO, STEP_SIMILARITY, 0, 0);
    assert_true(document_copy(&documents[0], now(rig)));
    for (int i = 0; i < COUNT; i++) {
        if (!app_dispatch(&rig->app, changes[i]))
            fail_msg("%s did nothing", ui_command_id(changes[i].command));
        assert_true(document_copy(&documents[i + 1], now(rig)));
    }
    for (int i = COUNT; i-- > 0;) {
        undo(rig);
        if (!document_equal(now(rig), &documents[i]))
            fail_msg("%s was not taken back", ui_command_id(changes[i].command));
    }
    for (int i = 1; i <= COUNT; i++) {
        redo(rig);
        assert_true(document_equal(now(rig), &documents[i]));
    }
    for (int i = 0; i <= COUNT; i++)
        document_free(&documents[i]);
    rig_end(rig);
}

static void test_a_drag_is_one_step(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    dispatch(rig, UI_COMMAND_PANEL_SET, PANEL_WHAT_IF, 0, 0);
    app_refresh(&rig->app);
    const struct semantic_node *slider = rig_named(rig, "Temperature τ");
    assert_int_equal(slider->role, ROLE_SLIDER);
    struct rect r = slider->rect;
    struct input input = {
        .kind = INPUT_POINTER_DOWN, .x = r.x + r.w * 0.2f, .y = r.y + r.h / 2, .clicks = 1};
    app_input(&rig->app, &input);
    input.kind = INPUT_POINTER_MOVE;
    for (int i = 0; i < 40; i++) {
        input.x = r.x + r.w * (0.2f + 0.015f * (float)i);
        app_input(&rig->app, &input);
    }
    input.kind = INPUT_POINTER_UP;
    app_input(&rig->app, &input);
    assert_true(now(rig)->what_if.temperature != 1.0f);
    undo(rig);
    assert_true(now(rig)->what_if.temperature == 1.0f);
    redo(rig);
    assert_true(now(rig)->what_if.temperature != 1.0f);
    rig_end(rig);
}

/* Documents as large as they come: fewer are kept, and never more memory than is allowed. */
static void test_memory_is_bounded(void **state) {
    (void)state;
    struct app_history history = {0};
    struct document document = {0};
    assert_true(document_init(&document, NULL));
    assert_true(what_if_paint(&document.what_if, 1024, 1024, 1000, 1000, false));
    assert_true(document_bytes(&document) > 1024 * 1024);
    for (int i = 0; i < 300; i++) {
        document.query = i;
        assert_true(app_history_push(&history, &document));
        size_t bytes = 0;
        for (size_t j = 0; j < history.count; j++)
            bytes += document_bytes(&history.documents[j]);
        assert_int_equal(bytes, history.bytes);
        assert_true(bytes <= APP_MAX_UNDO_BYTES);
        assert_int_equal(history.documents[history.count - 1].query, i);
    }
    assert_true(history.count > 50 && history.count < 64);
    app_history_clear(&history);
    assert_int_equal(history.bytes, 0);
    document_free(&document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_hundred_deep),
        cmocka_unit_test(test_every_kind_of_change),
        cmocka_unit_test(test_a_drag_is_one_step),
        cmocka_unit_test(test_memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

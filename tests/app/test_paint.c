/* The mask painted with the pointer: strokes over scores and weights, what undo and Esc make of
 * them, and what a painted mask is called in the end. */
#include "app/support_panel.h"

#include "app/drag.h"
#include "lesson/painting.h"
#include "lesson/steps.h"
#include "ui/ui.h"
#include "views/stage.h"

#include <math.h>
#include <stdio.h>

enum { S = ATTENTION_TENSOR_SIMILARITY, Z = ATTENTION_TENSOR_SCORES, A = ATTENTION_TENSOR_WEIGHTS };

static void go(struct rig *rig, int step) {
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, step, BEAT_LAST, 1});
    rig_settle(rig);
}

static struct rig *paint_start(int step) {
    struct rig *rig = rig_start();
    go(rig, step);
    rig_key(rig, 'x', INPUT_SHIFT);
    assert_true(rig->app.presence.is_painting);
    return rig;
}

static bool is_allowed(const struct rig *rig, int query, int key) {
    return painting_allows(&rig->app.study, query, key);
}

static int hidden(const struct rig *rig) {
    int count = 0;
    for (int i = 0; i < (int)study_tokens(&rig->app.study); i++)
        for (int j = 0; j < (int)study_keys(&rig->app.study); j++)
            count += !is_allowed(rig, i, j);
    return count;
}

static void press(struct rig *rig, int source, int row, int column) {
    rig_pointer_cell(rig, INPUT_POINTER_DOWN, source, row, column);
}

static void drag(struct rig *rig, int source, int row, int column) {
    rig_pointer_cell(rig, INPUT_POINTER_MOVE, source, row, column);
}

static void release(struct rig *rig, int source, int row, int column) {
    rig_pointer_cell(rig, INPUT_POINTER_UP, source, row, column);
}

static char *session_of(const struct rig *rig) {
    json_t *json = document_to_json(panel_document(rig));
    char *text = json_dumps(json, JSON_SORT_KEYS);
    json_decref(json);
    assert_non_null(text);
    return text;
}

/* A stroke: each cell that the pointer meets becomes what the first became, in the same frame. */
static void test_a_stroke(void **state) {
    (void)state;
    static const struct {
        int step, source;
    } places[] = {{STEP_SIMILARITY, S}, {STEP_SCALE, Z}, {STEP_SOFTMAX, A}, {STEP_SUM, A}};
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        struct rig *rig = paint_start(places[p].step);
        int source = places[p].source;
        struct document_cell selected = panel_document(rig)->cell;
        size_t undo = rig->app.undo.count;
        char *before = session_of(rig);
        press(rig, source, 2, 1);
        assert_false(is_allowed(rig, 2, 1)); /* with the press */
        const float *a = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, 0);
        assert_true(a[2 * 8 + 1] == 0);
        drag(rig, source, 2, 2);
        drag(rig, source, 2, 2);
        drag(rig, source, 3, 2);
        assert_int_equal(hidden(rig), 3);
        assert_int_equal(rig->app.undo.count, undo);
        release(rig, source, 3, 2);
        assert_false(drag_is_on(&rig->app));
        drag(rig, source, 6, 6); /* the button is up */
        assert_int_equal(hidden(rig), 3);
        assert_int_equal(rig->app.undo.count, undo + 1);
        assert_memory_equal(&selected, &panel_document(rig)->cell, sizeof selected);
        /* A stroke that begins on a hidden cell shows again. */
        press(rig, source, 3, 2);
        drag(rig, source, 2, 2);
        drag(rig, source, 0, 2);
        release(rig, source, 0, 2);
        assert_int_equal(hidden(rig), 1);
        assert_int_equal(rig->app.undo.count, undo + 2);
        rig_key(rig, 'z', INPUT_CTRL);
        assert_int_equal(hidden(rig), 3);
        rig_key(rig, 'z', INPUT_CTRL);
        char *after = session_of(rig);
        assert_string_equal(before, after);
        rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
        rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
        assert_int_equal(hidden(rig), 1);
        free(before);
        free(after);
        rig_end(rig);
    }
}

/* Two events far apart: the cells between are painted, each touching the next; out of the matrix
 * and in again. */
static void test_fast_strokes_have_no_holes(void **state) {
    (void)state;
    struct rig *rig = paint_start(STEP_SCALE);
    for (int to = -3; to <= 11; to++) {
        for (int column = -4; column <= 12; column += 2) {
            press(rig, Z, 1, 0);
            drag(rig, Z, to, column);
            int row = 1, col = 0, steps = 0;
            int wanted = abs(to - 1) > abs(column) ? abs(to - 1) : abs(column);
            bool is_in = true;
            while (is_in && steps < wanted) { /* to the end, or out of the matrix */
                bool has_next = false;
                for (int dr = -1; dr <= 1 && !has_next; dr++)
                    for (int dc = -1; dc <= 1 && !has_next; dc++) {
                        int r = row + dr, c = col + dc;
                        int left = abs(to - r) > abs(column - c) ? abs(to - r) : abs(column - c);
                        if (left != wanted - steps - 1) continue;
                        is_in = r >= 0 && r < 8 && c >= 0 && c < 8;
                        has_next = !is_in || !is_allowed(rig, r, c);
                        if (!has_next) continue;
                        row = r;
                        col = c;
                    }
                if (!has_next)
                    fail_msg("a hole after %d, %d on the way to %d, %d", row, col, to, column);
                steps++;
            }
            rig_key(rig, KEY_ESCAPE, 0);
            release(rig, Z, to, column);
            assert_int_equal(hidden(rig), 0);
        }
    }
    /* Straight through the matrix and past it on both sides. */
    press(rig, Z, 4, 0);
    drag(rig, Z, 4, 30);
    drag(rig, Z, 4, -30);
    release(rig, Z, 4, -30);
    for (int j = 0; j < 8; j++)
        assert_false(is_allowed(rig, 4, j));
    assert_int_equal(hidden(rig), 8);
    const float *a = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, 0);
    for (int j = 0; j < 8; j++) /* masked out: zeros */
        assert_true(a[4 * 8 + j] == 0);
    rig_end(rig);
}

static void test_esc_takes_the_stroke_back(void **state) {
    (void)state;
    struct rig *rig = paint_start(STEP_SOFTMAX);
    press(rig, A, 0, 3);
    release(rig, A, 0, 3);
    rig_key(rig, 'z', INPUT_CTRL);
    rig->app.is_unsaved = false;
    size_t undo = rig->app.undo.count, redo = rig->app.redo.count;
    assert_int_equal(redo, 1);
    char *before = session_of(rig);
    press(rig, A, 0, 0);
    drag(rig, A, 7, 7);
    assert_int_equal(hidden(rig), 8);
    rig_key(rig, KEY_ESCAPE, 0);
    char *after = session_of(rig);
    assert_string_equal(before, after);
    assert_true(rig->app.presence.is_painting && !drag_is_on(&rig->app) && !rig->app.is_unsaved);
    assert_int_equal(app_pointer(&rig->app), POINTER_PAINT);
    drag(rig, A, 7, 0); /* the button is still down: nothing of it is left */
    release(rig, A, 7, 0);
    assert_int_equal(hidden(rig), 0);
    assert_int_equal(rig->app.undo.count, undo);
    assert_int_equal(rig->app.redo.count, redo); /* what was undone can still be done again */
    rig_key(rig, KEY_ESCAPE, 0);
    assert_false(rig->app.presence.is_painting);
    assert_int_equal(app_pointer(&rig->app), POINTER_ARROW);
    press(rig, A, 0, 3); /* and now it selects */
    release(rig, A, 0, 3);
    assert_int_equal(hidden(rig), 0);
    assert_int_equal(panel_document(rig)->cell.column, 3);
    free(before);
    free(after);
    rig_end(rig);
}

/* Another key, a resize and another press end the stroke as it is. */
static void test_what_ends_a_stroke(void **state) {
    (void)state;
    struct rig *rig = paint_start(STEP_SCALE);
    size_t undo = rig->app.undo.count;
    press(rig, Z, 0, 1);
    rig_key(rig, 'z', INPUT_CTRL); /* the stroke, as one step */
    assert_int_equal(hidden(rig), 0);
    drag(rig, Z, 0, 5);
    assert_int_equal(hidden(rig), 0);
    assert_int_equal(rig->app.undo.count, undo);
    press(rig, Z, 0, 1);
    struct input resize = {.kind = INPUT_RESIZE, .width = 1280, .height = 800};
    app_input(&rig->app, &resize);
    assert_int_equal(rig->app.undo.count, undo + 1);
    assert_int_equal(hidden(rig), 1);
    rig_key(rig, KEY_ESCAPE, 0); /* leaves the mode, not the stroke */
    assert_int_equal(panel_document(rig)->width, 1280);
    assert_int_equal(hidden(rig), 1);
    rig_end(rig);
}

static void paint_if(struct rig *rig, bool (*is_hidden)(int, int)) {
    int n = (int)study_tokens(&rig->app.study), m = (int)study_keys(&rig->app.study);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            if (is_allowed(rig, i, j) == is_hidden(i, j)) {
                press(rig, Z, i, j);
                release(rig, Z, i, j);
            }
}

static bool no_key(int i, int j) {
    return i < 0 || j < 0;
}
static bool later(int i, int j) {
    return j > i;
}
static bool far(int i, int j) {
    return abs(i - j) > 2;
}
static bool last(int i, int j) {
    return i >= 0 && j >= 5;
}

/* Painted to be one of the masks with a name, it is that one; as the model says, nothing is
 * changed. */
static void test_a_mask_with_a_name(void **state) {
    (void)state;
    struct rig *rig = paint_start(STEP_SCALE);
    rig_key(rig, 'w', 0);
    paint_if(rig, far);
    assert_int_equal(panel_changes(rig)->mask, MASK_WINDOW);
    assert_int_equal(panel_changes(rig)->mask_size, 2);
    paint_if(rig, later);
    assert_int_equal(panel_changes(rig)->mask, MASK_CAUSAL);
    assert_true(panel_find(rig, "Mask: causal")->is_selected);
    paint_if(rig, last);
    assert_int_equal(panel_changes(rig)->mask, MASK_PADDING);
    assert_int_equal(panel_changes(rig)->mask_size, 3);
    press(rig, Z, 0, 0);
    release(rig, Z, 0, 0);
    assert_int_equal(panel_changes(rig)->mask, MASK_PAINTED);
    assert_true(panel_find(rig, "Mask: painted")->is_selected);
    paint_if(rig, no_key);
    assert_int_equal(panel_changes(rig)->mask, MASK_MODEL);
    assert_true(what_if_is_plain(panel_changes(rig)));
    assert_null(panel_changes(rig)->painted.allowed);
    /* X twice, likewise. */
    rig_key(rig, 'x', INPUT_SHIFT);
    rig_key(rig, 'x', 0);
    assert_int_equal(panel_changes(rig)->mask, MASK_PAINTED);
    rig_key(rig, 'x', 0);
    assert_true(what_if_is_plain(panel_changes(rig)));
    rig_end(rig);
}

/* What was painted for a longer text stays painted, whatever the shorter one shows. */
static void test_a_longer_mask_stays(void **state) {
    (void)state;
    struct rig *rig = paint_start(STEP_SCALE);
    press(rig, Z, 7, 6);
    release(rig, Z, 7, 6);
    struct document wanted = {0};
    assert_true(document_copy(&wanted, panel_document(rig)));
    assert_true(document_set_text(&wanted, "one two", 7));
    assert_true(app_change(&rig->app, &wanted, true));
    for (int i = 0; i < 2; i++) {
        press(rig, Z, 0, 1);
        release(rig, Z, 0, 1);
    }
    assert_int_equal(panel_changes(rig)->mask, MASK_PAINTED);
    assert_int_equal(panel_changes(rig)->painted.rows, 8);
    assert_int_equal(panel_changes(rig)->painted.allowed[7 * 8 + 6], 0);
    rig_end(rig);
}

static void set_text(struct rig *rig, const char *text, const char *context) {
    struct document wanted = {0};
    assert_true(document_copy(&wanted, panel_document(rig)));
    assert_true(document_set_text(&wanted, text, strlen(text)));
    assert_true(what_if_set_context(&wanted.what_if, context));
    assert_true(app_change(&rig->app, &wanted, false));
    rig_settle(rig);
}

/* 64 tokens, n × m cells, presentation mode, and any head of view `heads`. */
static void test_everywhere(void **state) {
    (void)state;
    char text[4096] = "";
    for (int i = 0; i < 64; i++)
        strcat(text, i % 2 ? "a " : "cat ");
    struct rig *rig = paint_start(STEP_SOFTMAX);
    set_text(rig, text, NULL);
    press(rig, A, 60, 2);
    drag(rig, A, 60, 63);
    release(rig, A, 60, 63);
    assert_int_equal(hidden(rig), 62);
    set_text(rig, "The cat sat down", "Ein Hund schlief");
    rig_key(rig, KEY_F5, 0);
    assert_true(panel_document(rig)->is_presentation);
    press(rig, A, 3, 0);
    drag(rig, A, 3, 5);
    release(rig, A, 3, 5);
    assert_int_equal(hidden(rig), 3);
    rig_key(rig, KEY_F5, 0);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_VIEW_SET, VIEW_HEADS, 0, 0});
    rig_settle(rig);
    const struct semantic_node *tile = NULL; /* of the second head */
    for (size_t i = 0; i < rig->app.semantics.count; i++) {
        const struct semantic_node *node = &rig->app.semantics.nodes[i];
        if (stage_is_paintable(node) && cell_from_grid(node->grid.id, 0, 0).head == 1) tile = node;
    }
    assert_non_null(tile);
    struct rect from = semantics_cell_rect(tile, 0, 0), to = semantics_cell_rect(tile, 2, 0);
    int head = panel_document(rig)->head;
    rig_pointer(rig, INPUT_POINTER_DOWN, from.x + 1, from.y + 1, 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, to.x + 1, to.y + 1, 0);
    rig_pointer(rig, INPUT_POINTER_UP, to.x + 1, to.y + 1, 0);
    assert_int_equal(hidden(rig), 6);
    assert_int_equal(panel_document(rig)->head, head);
    rig_end(rig);
}

/* An open question lies over the row that it asks about; painting goes through it. A menu does not
 * let it through. */
static void test_questions_and_menus(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '4', 0);
    rig_settle(rig);
    assert_true(steps_is_question_open(&rig->app.study));
    rig_key(rig, 'x', INPUT_SHIFT);
    int query = panel_document(rig)->query;
    press(rig, S, query, 2);
    release(rig, S, query, 2);
    assert_false(is_allowed(rig, query, 2));
    assert_true(steps_is_question_open(&rig->app.study));
    rig_key(rig, '?', 0);
    press(rig, S, query, 3);
    release(rig, S, query, 3);
    assert_true(is_allowed(rig, query, 3));
    rig_end(rig);
}

/* What a press does now is said; where nothing can be painted there is a way to where it can. */
static void test_the_note(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, 'w', 0);
    panel_click(rig, "Paint the mask with the pointer");
    assert_true(rig->app.presence.is_painting);
    assert_int_equal(panel_document(rig)->step, STEP_TOKENS);
    assert_non_null(
        semantics_named(&rig->app.semantics, "Painting the mask: no cells of it are here."));
    rig_click_named(rig, "Go to the mask");
    rig_settle(rig);
    assert_int_equal(panel_document(rig)->step, STEP_SCALE);
    assert_true(rig->app.presence.is_painting);
    assert_non_null(semantics_named(&rig->app.semantics,
                                    "Painting the mask: press a cell and drag. Esc ends."));
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_VIEW_SET, VIEW_LINES, 0, 0});
    rig_settle(rig);
    rig_click_named(rig, "Go to the mask");
    assert_int_equal(panel_document(rig)->view, VIEW_MATRICES);
    assert_int_equal(panel_document(rig)->step, STEP_SCALE);
    rig_settle(rig);
    rig_click_named(rig, "Done");
    assert_false(rig->app.presence.is_painting);
    assert_null(semantics_by_id(&rig->app.semantics, ui_id("painting", 0, 0)));
    rig_end(rig);
}

/* The cell cursor with Shift carries a cell's state along. */
static void test_along_with_the_cursor(void **state) {
    (void)state;
    struct rig *rig = paint_start(STEP_SOFTMAX);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_CELL_SELECT, cell_grid_id(A, 0), 3, 2});
    rig_key(rig, KEY_ENTER, 0);
    assert_true(rig->app.presence.is_cursor_active);
    rig_key(rig, 'x', 0);
    rig_key(rig, KEY_RIGHT, INPUT_SHIFT);
    rig_key(rig, KEY_RIGHT, INPUT_SHIFT);
    rig_key(rig, KEY_DOWN, INPUT_SHIFT);
    assert_int_equal(panel_document(rig)->step, STEP_SOFTMAX);
    assert_false(is_allowed(rig, 3, 2) || is_allowed(rig, 3, 3) || is_allowed(rig, 3, 4) ||
                 is_allowed(rig, 4, 4));
    rig_key(rig, KEY_DOWN, 0);
    assert_int_equal(hidden(rig), 4);
    rig_key(rig, KEY_UP, INPUT_SHIFT); /* from an allowed cell */
    assert_int_equal(hidden(rig), 3);
    rig_end(rig);
}

/* Strokes by lot: undo goes back bit for bit, redo forward again. */
static void test_strokes_by_lot(void **state) {
    (void)state;
    enum { STROKES = 60 };
    struct rig *rig = paint_start(STEP_SUM);
    char *seen[STROKES + 1];
    uint32_t seed = 7;
    size_t undo = rig->app.undo.count;
    int made = 0;
    seen[0] = session_of(rig);
    for (int i = 0; i < STROKES; i++) {
        int moves = 1 + (int)((seed = seed * 1664525u + 1013904223u) >> 29);
        for (int k = 0; k <= moves; k++) {
            seed = seed * 1664525u + 1013904223u;
            int row = (int)(seed >> 8) % 8, column = (int)(seed >> 16) % 8;
            rig_pointer_cell(rig, k ? INPUT_POINTER_MOVE : INPUT_POINTER_DOWN, A, row, column);
        }
        release(rig, A, 0, 0);
        char *after = session_of(rig);
        assert_string_not_equal(after, seen[made]); /* the first cell always changes */
        seen[++made] = after;
        assert_int_equal(rig->app.undo.count, undo + (size_t)made);
    }
    for (int i = made; i-- > 0;) {
        rig_key(rig, 'z', INPUT_CTRL);
        char *back = session_of(rig);
        assert_string_equal(back, seen[i]);
        free(back);
    }
    for (int i = 1; i <= made; i++)
        rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    char *again = session_of(rig);
    assert_string_equal(again, seen[made]);
    free(again);
    for (int i = 0; i <= made; i++)
        free(seen[i]);
    rig_end(rig);
}

/* Sliders are dragged by the same hand: Esc takes the drag back, the whole is one step. */
static void test_sliders(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, 'w', 0);
    struct rect r = panel_find(rig, "Temperature τ")->rect;
    float y = r.y + r.h / 2;
    size_t undo = rig->app.undo.count;
    rig_pointer(rig, INPUT_POINTER_DOWN, r.x + r.w * 0.6f, y, 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, r.x + r.w * 0.8f, y, 0);
    assert_true(panel_changes(rig)->temperature > 1);
    rig_key(rig, KEY_ESCAPE, 0);
    assert_true(panel_changes(rig)->temperature == 1);
    rig_pointer(rig, INPUT_POINTER_MOVE, r.x + r.w * 0.9f, y, 0);
    rig_pointer(rig, INPUT_POINTER_UP, r.x + r.w * 0.9f, y, 0);
    assert_true(panel_changes(rig)->temperature == 1 && rig->app.undo.count == undo);
    rig_pointer(rig, INPUT_POINTER_DOWN, r.x + r.w * 0.6f, y, 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, r.x + r.w * 0.8f, y, 0);
    rig_pointer(rig, INPUT_POINTER_MOVE, r.x + r.w * 0.9f, y, 0);
    rig_pointer(rig, INPUT_POINTER_UP, r.x + r.w * 0.9f, y, 0);
    assert_int_equal(rig->app.undo.count, undo + 1);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(panel_changes(rig)->temperature == 1);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stroke),
        cmocka_unit_test(test_fast_strokes_have_no_holes),
        cmocka_unit_test(test_esc_takes_the_stroke_back),
        cmocka_unit_test(test_what_ends_a_stroke),
        cmocka_unit_test(test_a_mask_with_a_name),
        cmocka_unit_test(test_a_longer_mask_stays),
        cmocka_unit_test(test_everywhere),
        cmocka_unit_test(test_questions_and_menus),
        cmocka_unit_test(test_the_note),
        cmocka_unit_test(test_along_with_the_cursor),
        cmocka_unit_test(test_strokes_by_lot),
        cmocka_unit_test(test_sliders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The app without its window, used as a person would: by names, keys and the pointer. */
#include "app/support_app.h"

#include "files/safetensors.h"
#include "lesson/selection.h"

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static void edit(struct rig *rig, const char *text) {
    rig_key(rig, '/', 0);
    assert_true(app_wants_text_input(&rig->app));
    rig_type(rig, text);
}

static void test_typing_moves_every_picture(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    edit(rig, "Dogs bark");
    assert_string_equal(now(rig)->text, "Dogs bark");
    assert_int_equal(study_tokens(&rig->app.study), 2);
    rig_type(rig, " loudly 你");
    assert_int_equal(study_tokens(&rig->app.study), 4);
    assert_true(app_caret_rect(&rig->app).h > 0);
    rig_key(rig, KEY_BACKSPACE, 0);
    assert_int_equal(study_tokens(&rig->app.study), 3);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_string_equal(now(rig)->text, "Dogs bark loudly 你");
    rig_key(rig, KEY_ENTER, 0);
    assert_false(app_wants_text_input(&rig->app));
    /* The whole edit is one step of the document's undo. */
    rig_key(rig, 'z', INPUT_CTRL);
    assert_string_equal(now(rig)->text, DOCUMENT_DEFAULT_TEXT);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    assert_string_equal(now(rig)->text, "Dogs bark loudly 你");
    rig_end(rig);
}

static void test_the_editor_has_its_keys(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    edit(rig, "a b c");
    int step = (int)now(rig)->step;
    rig_key(rig, KEY_LEFT, 0);
    rig_key(rig, '5', 0);
    rig_key(rig, '.', 0);
    rig_key(rig, ' ', 0);
    rig_key(rig, KEY_HOME, 0);
    assert_int_equal(now(rig)->step, step);
    assert_false(rig->app.presence.is_blank);
    rig_key(rig, KEY_END, INPUT_SHIFT);
    rig_key(rig, 'c', INPUT_CTRL);
    assert_string_equal(rig->window.clipboard, "a b c");
    rig_key(rig, 'x', INPUT_CTRL);
    assert_string_equal(now(rig)->text, "");
    rig_key(rig, 'v', INPUT_CTRL);
    rig_key(rig, 'v', INPUT_CTRL);
    assert_string_equal(now(rig)->text, "a b ca b c");
    /* A presenter remote works all the same; letters do not. */
    rig_key(rig, KEY_PAGE_DOWN, 0);
    assert_int_not_equal(now(rig)->step, step);
    assert_true(app_wants_text_input(&rig->app));
    rig_key(rig, KEY_ESCAPE, 0);
    assert_false(app_wants_text_input(&rig->app));
    assert_false(rig->app.is_quitting);
    rig_end(rig);
}

static void test_composition(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    edit(rig, "x");
    char composed[] = "ni";
    struct input input = {.kind = INPUT_COMPOSITION, .text = composed, .caret = 2};
    app_input(&rig->app, &input);
    app_refresh(&rig->app);
    assert_string_equal(rig->app.presence.composition, "ni");
    rig_key(rig, KEY_BACKSPACE, 0); /* the input method's */
    assert_string_equal(now(rig)->text, "x");
    rig_type(rig, "你");
    assert_null(rig->app.presence.composition);
    assert_string_equal(now(rig)->text, "x你");
    rig_end(rig);
}

static void test_paste_over_the_limit_is_cut_and_said(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '/', 0);
    size_t bytes = 80000;
    char *text = malloc(bytes + 1);
    memset(text, 'a', bytes);
    text[bytes] = 0;
    app_edit_text(&rig->app, text, false);
    free(text);
    assert_int_equal(strlen(now(rig)->text), 64 * 1024);
    assert_non_null(rig->app.presence.message);
    assert_non_null(app_picture(&rig->app, 1));
    rig_end(rig);
}

/* Every place from the first beat to the last, then back: the same documents. */
static void test_back_is_the_inverse_of_next(void **state) {
    (void)state;
    enum { MAX_BEATS = 400 };
    struct rig *rig = rig_start();
    struct document *places = calloc(MAX_BEATS, sizeof *places);
    int count = 0;
    rig_key(rig, KEY_HOME, 0);
    do {
        assert_true(count < MAX_BEATS);
        assert_true(document_copy(&places[count++], now(rig)));
        rig_key(rig, KEY_RIGHT, 0);
    } while (!document_equal(&places[count - 1], now(rig)));
    assert_true(count > 20);
    assert_int_equal(now(rig)->step, STEP_FEEDFORWARD);
    for (int i = count - 1; i >= 0; i--) {
        assert_true(document_equal(&places[i], now(rig)));
        rig_key(rig, KEY_LEFT, 0);
    }
    for (int i = 0; i < count; i++)
        document_free(&places[i]);
    free(places);
    rig_end(rig);
}

static void test_steps_by_name_and_number(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "Softmax");
    assert_int_equal(now(rig)->step, STEP_SOFTMAX);
    rig_key(rig, '8', 0);
    assert_int_equal(now(rig)->step, STEP_HEADS);
    rig_click_named(rig, "Next");
    assert_int_equal(now(rig)->beat, 1);
    rig_key(rig, 'v', 0);
    assert_int_equal(now(rig)->view, VIEW_DIAGRAM);
    rig_key(rig, 'v', 0);
    assert_int_equal(now(rig)->view, VIEW_LINES);
    rig_click_named(rig, "Heads");
    assert_int_equal(now(rig)->view, VIEW_HEADS);
    rig_click_named(rig, "Matrices");
    assert_int_equal(now(rig)->view, VIEW_MATRICES);
    rig_key(rig, ']', 0);
    rig_click_named(rig, "H3");
    assert_int_equal(now(rig)->head, 2);
    rig_end(rig);
}

static void test_chips_and_rows_choose_the_query(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "tired");
    assert_string_equal(study_token(&rig->app.study, now(rig)->query), "tired");
    rig_key(rig, KEY_UP, 0);
    assert_string_equal(study_token(&rig->app.study, now(rig)->query), "was");
    rig_key(rig, '6', 0);
    rig_key(rig, KEY_END, 0);
    rig_click_named(rig, "Softmax");
    struct ui_action last = {UI_COMMAND_STEP_GO, STEP_SOFTMAX, BEAT_LAST, 1};
    app_dispatch(&rig->app, last);
    const struct semantic_node *grid = rig_grid(rig, ATTENTION_TENSOR_WEIGHTS);
    assert_non_null(grid);
    struct rect cell = semantics_cell_rect(grid, 2, 1);
    rig_click(rig, cell.x + cell.w / 2, cell.y + cell.h / 2, 1);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_WEIGHTS);
    assert_int_equal(now(rig)->cell.row, 2);
    assert_int_equal(now(rig)->cell.column, 1);
    assert_int_equal(now(rig)->query, 2);
    assert_int_equal(now(rig)->key, 1);
    rig_key(rig, 'c', INPUT_CTRL);
    float value = 0, copied = strtof(rig->window.clipboard, NULL);
    assert_true(cell_value(&rig->app.study, &now(rig)->cell, &value));
    assert_true(copied == value);
    rig_end(rig);
}

/* The chip of a token in the field. */
static struct rect chip_of(struct rig *rig, const char *token) {
    app_refresh(&rig->app);
    const struct semantics *list = &rig->app.semantics;
    struct rect field = semantics_by_id(list, NODE_FIELD)->rect;
    for (size_t i = 0; i < list->count; i++)
        if (list->nodes[i].role == ROLE_TOKEN && strcmp(list->nodes[i].name, token) == 0 &&
            rect_overlap(list->nodes[i].rect, field))
            return list->nodes[i].rect;
    fail_msg("no chip says “%s”", token);
    return rect_make(0, 0, 0, 0);
}

static void test_double_click_edits(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct rect chip = chip_of(rig, "sat");
    rig_click(rig, chip.x + chip.w / 2, chip.y + chip.h / 2, 1);
    assert_false(rig->app.presence.is_editing);
    rig_click(rig, chip.x + chip.w / 2, chip.y + chip.h / 2, 2);
    assert_true(rig->app.presence.is_editing);
    size_t from, to;
    editor_selection(&rig->app.editor, &from, &to);
    assert_int_equal(to - from, 3);
    assert_memory_equal(rig->app.editor.text + from, "sat", 3);
    rig_type(rig, "slept");
    assert_non_null(strstr(now(rig)->text, "slept"));
    /* A click between letters puts the caret there. */
    chip = chip_of(rig, "slept");
    rig_click(rig, chip.x + 1, chip.y + chip.h / 2, 1);
    assert_memory_equal(rig->app.editor.text + rig->app.editor.caret, "slept", 5);
    rig_click(rig, chip.x + chip.w - 1, chip.y + chip.h / 2, 1);
    assert_int_equal(rig->app.editor.text[rig->app.editor.caret - 1], 't');
    rig_end(rig);
}

static void test_cursor_walks_through_matrices(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct ui_action last = {UI_COMMAND_STEP_GO, STEP_SIMILARITY, BEAT_LAST, 1};
    app_dispatch(&rig->app, last);
    rig_key(rig, KEY_ENTER, 0);
    assert_true(rig->app.presence.is_cursor_active);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_SIMILARITY);
    int row = now(rig)->cell.row;
    int n = (int)study_tokens(&rig->app.study);
    for (int i = 0; i < n; i++)
        rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(now(rig)->cell.column, n - 1);
    for (int i = 0; i < n; i++)
        rig_key(rig, KEY_LEFT, 0);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_Q);
    assert_int_equal(now(rig)->cell.row, row);
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_SIMILARITY);
    for (int i = 0; i <= row; i++) {
        if (i <= row) assert_int_equal(now(rig)->cell.row, row - i);
        rig_key(rig, KEY_UP, 0);
    }
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_K);
    assert_int_equal(now(rig)->cell.row, 0); /* key 0: Kᵀ stands with keys across */
    int beat = now(rig)->beat;
    rig_key(rig, KEY_ESCAPE, 0);
    assert_false(rig->app.presence.is_cursor_active);
    rig_key(rig, KEY_LEFT, 0);
    assert_int_equal(now(rig)->beat, beat - 1);
    rig_end(rig);
}

static void test_a_question_takes_an_answer(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '4', 0);
    assert_true(steps_is_question_open(&rig->app.study));
    const struct semantic_node *grid = rig_grid(rig, ATTENTION_TENSOR_SIMILARITY);
    assert_non_null(grid);
    size_t query = (size_t)now(rig)->query;
    struct rect cell = semantics_cell_rect(grid, query, 3);
    rig_click(rig, cell.x + cell.w / 2, cell.y + cell.h / 2, 1);
    assert_int_equal(now(rig)->answers[PREDICT_SIMILARITY], 3);
    rig_key(rig, KEY_RIGHT, 0);
    rig_key(rig, KEY_RIGHT, 0);
    struct prediction_result result;
    assert_true(steps_prediction_result(&rig->app.study, &result));
    assert_int_equal(result.chosen, 3);
    rig_key(rig, '6', 0);
    rig_click_named(rig, "Skip the question");
    assert_int_equal(now(rig)->answers[PREDICT_SOFTMAX], PREDICT_SKIPPED);
    rig_end(rig);
}

static void test_look_is_switched_live(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_click_named(rig, "中文 / English");
    assert_int_equal(now(rig)->language, LANGUAGE_ZH);
    rig_key(rig, ' ', 0); /* the stage still has the keys */
    assert_int_equal(now(rig)->language, LANGUAGE_ZH);
    assert_int_equal(now(rig)->step, STEP_EMBEDDING);
    rig_key(rig, 'l', 0);
    assert_int_equal(now(rig)->language, LANGUAGE_EN);
    rig_key(rig, '?', INPUT_SHIFT);
    assert_true(rig->app.presence.is_keys_open);
    rig_key(rig, KEY_ESCAPE, 0);
    assert_false(rig->app.presence.is_keys_open);
    rig_key(rig, KEY_F5, 0);
    assert_true(now(rig)->is_presentation && rig->window.is_fullscreen);
    rig_key(rig, '.', 0);
    assert_true(rig->app.presence.is_blank);
    rig_key(rig, '.', 0);
    rig_key(rig, KEY_ESCAPE, 0);
    assert_false(now(rig)->is_presentation || rig->window.is_fullscreen);
    for (int i = 0; i < 5; i++)
        rig_key(rig, KEY_ESCAPE, 0);
    assert_false(rig->app.is_quitting);
    rig_key(rig, 'q', INPUT_CTRL);
    assert_true(rig->app.is_quitting);
    rig_end(rig);
}

static void test_a_bad_file_says_so_and_changes_nothing(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct document before = {0};
    assert_true(document_copy(&before, now(rig)));
    char missing[] = "/nowhere/at/all";
    struct input drop = {.kind = INPUT_DROP, .text = missing};
    app_input(&rig->app, &drop);
    assert_true(rig->app.presence.is_message_error);
    assert_true(document_equal(&before, now(rig)));
    struct input folder = {.kind = INPUT_DROP, .text = rig->folder};
    app_input(&rig->app, &folder);
    assert_true(rig->app.presence.is_message_error);
    assert_true(document_equal(&before, now(rig)));
    document_free(&before);
    rig_end(rig);
}

/* A folder with a model of two words, d = 2, one head, no [UNK]. */
static void make_small_model(const char *folder) {
    static const float numbers[] = {1, 0, 0, 1};
    static const char *const names[] = {
        "embedding.weight", "layers.0.attention.q.weight", "layers.0.attention.k.weight",
        "layers.0.attention.v.weight", "layers.0.attention.o.weight"};
    static const char config[] = "{\"model_type\": \"headway\", \"d_model\": 2, \"layers\": 1, "
                                 "\"heads\": 1, \"norm\": \"none\","
                                 " \"tokenizer\": \"words\", \"vocab\": [\"a\", \"b\"]}";
    struct safetensors_source sources[5];
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    char path[256];
    for (int i = 0; i < 5; i++)
        sources[i] = (struct safetensors_source){names[i], 2, {2, 2}, numbers};
    assert_true(file_join(path, sizeof path, folder, "config.json"));
    assert_true(file_write_whole(path, config, strlen(config), FILE_WRITE_NEW, &error));
    assert_true(file_join(path, sizeof path, folder, "model.safetensors"));
    assert_true(safetensors_build(sources, 5, NULL, &bytes, &error));
    assert_true(file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_NEW, &error));
    file_bytes_free(&bytes);
}

static void test_a_text_the_model_cannot_take(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    char folder[128];
    folder_make(folder, sizeof folder);
    make_small_model(folder);
    edit(rig, "a b");
    rig_key(rig, KEY_ENTER, 0);
    struct input drop = {.kind = INPUT_DROP, .text = folder};
    app_input(&rig->app, &drop);
    assert_string_equal(now(rig)->model, folder);
    edit(rig, "a b c");
    /* The picture and the document stay, the editor keeps what was typed, the field says why. */
    assert_string_equal(now(rig)->text, "a b");
    assert_string_equal(rig->app.editor.text, "a b c");
    assert_string_equal(rig->app.presence.edited_text, "a b c");
    assert_true(rig->app.presence.is_message_error);
    assert_non_null(strstr(rig->app.presence.message, "c"));
    rig_key(rig, KEY_PAGE_DOWN, 0); /* the sentence is still wrong */
    assert_true(rig->app.presence.is_message_error);
    rig_click_named(rig, "Softmax"); /* leaves the field: the last good sentence stands */
    assert_string_equal(now(rig)->text, "a b");
    assert_null(rig->app.presence.message);
    rig_key(rig, '/', 0);
    rig_key(rig, KEY_END, 0);
    rig_type(rig, " c");
    rig_key(rig, KEY_BACKSPACE, 0);
    assert_string_equal(now(rig)->text, "a b ");
    assert_null(rig->app.presence.message);
    assert_null(rig->app.presence.edited_text);
    rig_end(rig);
    folder_remove(folder);
}

static void test_tab_reaches_everything_and_enter_presses(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    bool has_next = false;
    uint32_t first = 0;
    for (int i = 0; i < 200; i++) {
        rig_key(rig, KEY_TAB, 0);
        if (i == 0) first = rig->app.presence.focus_id;
        const struct semantic_node *node =
            semantics_by_id(&rig->app.semantics, rig->app.presence.focus_id);
        assert_non_null(node);
        assert_true(rig->app.presence.is_focus_visible);
        has_next = has_next || node->action.command == UI_COMMAND_BEAT_NEXT;
        if (node->action.command == UI_COMMAND_STEP_GO && node->action.a == STEP_SUM) break;
    }
    assert_true(has_next && first);
    rig_key(rig, ' ', 0);
    assert_int_equal(now(rig)->step, STEP_SUM);
    rig_key(rig, KEY_TAB, INPUT_SHIFT);
    rig_key(rig, KEY_ENTER, 0);
    assert_int_equal(now(rig)->step, STEP_SOFTMAX);
    rig_end(rig);
}

static void test_motion_ends_and_idle_is_idle(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    assert_true(app_next_wake_ms(&rig->app, rig->now_ms) < 0);
    struct input right = {.kind = INPUT_KEY, .key = '4'};
    app_input(&rig->app, &right);
    uint64_t first = draw_list_hash(app_picture(&rig->app, 1000));
    assert_true(app_next_wake_ms(&rig->app, 1000) >= 0);
    uint64_t middle = draw_list_hash(app_picture(&rig->app, 1300));
    uint64_t end = draw_list_hash(app_picture(&rig->app, 2000));
    assert_true(first != middle && middle != end);
    assert_true(end == draw_list_hash(&rig->app.list));
    assert_true(app_next_wake_ms(&rig->app, 2000) < 0);
    assert_true(end == draw_list_hash(app_picture(&rig->app, 99999)));
    /* A key in the middle ends the motion and does its own work. */
    right.key = '5';
    app_input(&rig->app, &right);
    app_picture(&rig->app, 3000);
    app_picture(&rig->app, 3100);
    right.key = 't';
    app_input(&rig->app, &right);
    assert_true(app_picture(&rig->app, 3110) == &rig->app.list);
    assert_int_equal(now(rig)->theme, THEME_DARK);
    rig->app.settings.is_motion_reduced = true;
    right.key = '6';
    app_input(&rig->app, &right);
    assert_true(app_picture(&rig->app, 4000) == &rig->app.list);
    rig_end(rig);
}

static void test_play_advances(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    rig_key(rig, '4', 0);
    rig_settle(rig);
    double start = rig->now_ms;
    int beat = now(rig)->beat;
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_PLAY, 0, 0, 0});
    app_picture(&rig->app, start);
    double wake = app_next_wake_ms(&rig->app, start);
    assert_true(wake > 7900 && wake <= 8000);
    app_picture(&rig->app, start + 7900);
    assert_int_equal(now(rig)->beat, beat);
    app_picture(&rig->app, start + 8001);
    assert_int_equal(now(rig)->beat, beat + 1);
    rig_key(rig, KEY_END, 0);
    app_picture(&rig->app, start + 9000);
    app_picture(&rig->app, start + 90000);
    assert_false(rig->app.presence.is_playing);
    rig_end(rig);
}

static void test_sizes_and_sentences_of_all_kinds(void **state) {
    (void)state;
    static const char *const sentences[] = {
        "", "one", "😀👩‍👩‍👧 e\u0301", "שלום עולם", "我爱北京", " \t ", "a\u202Eb"};
    static const int sizes[][2] = {{320, 240}, {1024, 700}, {16384, 240}, {1, 1}, {3840, 2160}};
    struct rig *rig = rig_start();
    for (size_t s = 0; s < sizeof sentences / sizeof *sentences; s++) {
        rig_key(rig, '/', 0);
        rig_key(rig, KEY_BACKSPACE, 0);
        if (*sentences[s]) rig_type(rig, sentences[s]);
        rig_key(rig, KEY_ENTER, 0);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct input size = {.kind = INPUT_RESIZE, .width = sizes[i][0], .height = sizes[i][1]};
            app_input(&rig->app, &size);
            for (int step = '1'; step <= '9'; step++)
                rig_key(rig, step, 0);
            for (float x = 3; x < 1400; x += 331)
                rig_click(rig, x, x / 2, 1);
            rig_key(rig, KEY_ESCAPE, 0);
            rig_key(rig, KEY_ESCAPE, 0);
        }
    }
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typing_moves_every_picture),
        cmocka_unit_test(test_the_editor_has_its_keys),
        cmocka_unit_test(test_composition),
        cmocka_unit_test(test_paste_over_the_limit_is_cut_and_said),
        cmocka_unit_test(test_back_is_the_inverse_of_next),
        cmocka_unit_test(test_steps_by_name_and_number),
        cmocka_unit_test(test_chips_and_rows_choose_the_query),
        cmocka_unit_test(test_double_click_edits),
        cmocka_unit_test(test_cursor_walks_through_matrices),
        cmocka_unit_test(test_a_question_takes_an_answer),
        cmocka_unit_test(test_look_is_switched_live),
        cmocka_unit_test(test_a_bad_file_says_so_and_changes_nothing),
        cmocka_unit_test(test_a_text_the_model_cannot_take),
        cmocka_unit_test(test_tab_reaches_everything_and_enter_presses),
        cmocka_unit_test(test_motion_ends_and_idle_is_idle),
        cmocka_unit_test(test_play_advances),
        cmocka_unit_test(test_sizes_and_sentences_of_all_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

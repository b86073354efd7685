/* The editing of a sentence: clusters, words, limits, and that undo returns exactly. */
#include "ui/editor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static void assert_text(const struct editor *editor, const char *text) {
    assert_string_equal(editor->text, text);
    assert_int_equal(editor->bytes, strlen(text));
}

static struct editor start(const char *text) {
    struct editor editor;
    assert_true(editor_init(&editor, text, 64));
    return editor;
}

static void type(struct editor *editor, const char *text) {
    assert_int_equal(editor_insert(editor, text, strlen(text), true), EDITOR_DONE);
}

static void test_typing_joins_into_one_undo(void **state) {
    (void)state;
    struct editor editor = start("cat");
    type(&editor, " s");
    type(&editor, "at");
    assert_text(&editor, "cat sat");
    assert_int_equal(editor.edit_count, 1);
    editor_move(&editor, EDITOR_MOVE_START, false);
    type(&editor, "A ");
    assert_int_equal(editor.edit_count, 2);
    assert_true(editor_undo(&editor));
    assert_text(&editor, "cat sat");
    assert_true(editor_undo(&editor));
    assert_text(&editor, "cat");
    assert_false(editor_undo(&editor));
    assert_true(editor_redo(&editor));
    assert_true(editor_redo(&editor));
    assert_false(editor_redo(&editor));
    assert_text(&editor, "A cat sat");
    editor_free(&editor);
    editor_free(&editor);
}

static void test_clusters_stay_whole(void **state) {
    (void)state;
    /* e + combining acute, a family of three, a flag, Han. */
    struct editor editor =
        start("e\u0301\U0001F468\u200D\U0001F469\u200D\U0001F467\U0001F1E8\U0001F1F3你");
    int clusters = 0;
    while (editor.bytes) {
        assert_int_equal(editor_delete(&editor, EDITOR_MOVE_BACK), EDITOR_DONE);
        clusters++;
    }
    assert_int_equal(clusters, 4);
    assert_int_equal(editor.edit_count, 1);
    assert_true(editor_undo(&editor));
    assert_int_equal(editor.bytes, 3 + 18 + 8 + 3);
    /* A mark typed behind a letter: the caret stands behind both. */
    editor_select_all(&editor);
    type(&editor, "e");
    type(&editor, "\u0301");
    assert_int_equal(editor.caret, 3);
    editor_move(&editor, EDITOR_MOVE_BACK, false);
    assert_int_equal(editor.caret, 0);
    editor_free(&editor);
}

static void test_words(void **state) {
    (void)state;
    struct editor editor = start("The cat's mat, now");
    editor_move(&editor, EDITOR_MOVE_WORD_BACK, false);
    assert_int_equal(editor.caret, 15);
    editor_move(&editor, EDITOR_MOVE_WORD_BACK, false);
    assert_int_equal(editor.caret, 13); /* the comma */
    editor_move(&editor, EDITOR_MOVE_WORD_BACK, false);
    editor_move(&editor, EDITOR_MOVE_WORD_BACK, false);
    assert_int_equal(editor.caret, 4);
    editor_move(&editor, EDITOR_MOVE_WORD_FORWARD, true);
    size_t from, to;
    editor_selection(&editor, &from, &to);
    assert_int_equal(from, 4);
    assert_int_equal(to, 9);
    assert_int_equal(editor_delete(&editor, EDITOR_MOVE_BACK), EDITOR_DONE);
    assert_text(&editor, "The  mat, now");
    editor_select_word(&editor, 6);
    editor_selection(&editor, &from, &to);
    assert_int_equal(from, 5);
    assert_int_equal(to, 8);
    editor_move(&editor, EDITOR_MOVE_END, false);
    assert_int_equal(editor_delete(&editor, EDITOR_MOVE_WORD_BACK), EDITOR_DONE);
    assert_text(&editor, "The  mat, ");
    editor_free(&editor);
}

static void test_lines_limits_and_bad_bytes(void **state) {
    (void)state;
    struct editor editor = start("");
    assert_int_equal(editor_insert(&editor, "a\r\nb\nc\td\xff\xc3", 10, false), EDITOR_DONE);
    assert_text(&editor, "a b c d\uFFFD\uFFFD");
    char *many = malloc(300);
    for (int i = 0; i < 100; i++)
        memcpy(many + 3 * i, "你", 3);
    editor_select_all(&editor);
    assert_int_equal(editor_insert(&editor, many, 300, false), EDITOR_CUT);
    assert_int_equal(editor.bytes, 63); /* 21 whole characters in 64 bytes */
    assert_int_equal(editor_insert(&editor, "xy", 2, true), EDITOR_CUT);
    assert_int_equal(editor.bytes, 64);
    assert_int_equal(editor_insert(&editor, "z", 1, true), EDITOR_CUT);
    assert_int_equal(editor.bytes, 64);
    free(many);
    editor_free(&editor);
}

static void test_composition_is_apart(void **state) {
    (void)state;
    struct editor editor = start("ab");
    assert_true(editor_compose(&editor, "ni", 2));
    assert_string_equal(editor.composition, "ni");
    assert_text(&editor, "ab");
    assert_true(editor_compose(&editor, "", 0));
    assert_null(editor.composition);
    type(&editor, "你");
    assert_text(&editor, "ab你");
    editor_free(&editor);
}

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void edit_randomly(struct editor *editor, uint32_t *seed) {
    static const char *const pieces[] = {"a",      "word ",          "\u0301", "你好", "\U0001F1E8",
                                         "\u200D", "\U0001F468",     ", ",     "\n",   "\xf0\x9f",
                                         "שלום",   "long long text", "\xe4",   "'"};
    uint32_t choice = next_random(seed) % 12;
    enum editor_move move = (enum editor_move)(next_random(seed) % 6);
    const char *piece = pieces[next_random(seed) % (sizeof pieces / sizeof *pieces)];
    if (choice < 5) (void)editor_insert(editor, piece, strlen(piece), choice < 4);
    if (choice == 5 || choice == 6) (void)editor_delete(editor, move);
    if (choice == 7 || choice == 8) editor_move(editor, move, next_random(seed) % 2);
    if (choice == 9) editor_place(editor, next_random(seed) % 70, next_random(seed) % 2);
    if (choice == 10) (void)editor_undo(editor);
    if (choice == 11) (void)editor_redo(editor);
}

static bool is_utf8(const struct editor *editor) {
    for (size_t i = 0; i < editor->bytes;) {
        utf8proc_int32_t code_point;
        utf8proc_ssize_t used =
            utf8proc_iterate((const utf8proc_uint8_t *)editor->text + i,
                             (utf8proc_ssize_t)(editor->bytes - i), &code_point);
        if (used <= 0) return false;
        i += (size_t)used;
    }
    return true;
}

static void test_random_edits_stay_valid_and_undo_exactly(void **state) {
    (void)state;
    for (uint32_t round = 1; round <= 60; round++) {
        uint32_t seed = round;
        struct editor editor = start("start 你\u0301");
        for (int i = 0; i < 120; i++) {
            edit_randomly(&editor, &seed);
            assert_true(is_utf8(&editor));
            assert_true(editor.bytes <= 64 && editor.caret <= editor.bytes);
            assert_true(editor.anchor <= editor.bytes && editor.text[editor.bytes] == 0);
            assert_null(strchr(editor.text, '\n'));
            /* Offsets never fall inside a code point. */
            assert_true(((unsigned char)editor.text[editor.caret] & 0xC0) != 0x80);
            assert_true(((unsigned char)editor.text[editor.anchor] & 0xC0) != 0x80);
        }
        while (editor_redo(&editor)) {}
        char *last = malloc(editor.bytes + 1);
        memcpy(last, editor.text, editor.bytes + 1);
        assert_true(editor.edit_count < EDITOR_MAX_EDITS);
        while (editor_undo(&editor)) {}
        assert_text(&editor, "start 你\u0301");
        while (editor_redo(&editor)) {}
        assert_text(&editor, last);
        free(last);
        editor_free(&editor);
    }
}

static void test_history_is_bounded(void **state) {
    (void)state;
    struct editor editor = start("");
    for (int i = 0; i < EDITOR_MAX_EDITS + 50; i++) {
        editor_select_all(&editor);
        assert_int_equal(editor_insert(&editor, i % 2 ? "odd" : "even", i % 2 ? 3 : 4, false),
                         EDITOR_DONE);
    }
    int undone = 0;
    while (editor_undo(&editor))
        undone++;
    assert_int_equal(undone, EDITOR_MAX_EDITS);
    assert_text(&editor, "odd");
    editor_free(&editor);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typing_joins_into_one_undo),
        cmocka_unit_test(test_clusters_stay_whole),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_lines_limits_and_bad_bytes),
        cmocka_unit_test(test_composition_is_apart),
        cmocka_unit_test(test_random_edits_stay_valid_and_undo_exactly),
        cmocka_unit_test(test_history_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

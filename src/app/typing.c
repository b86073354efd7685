/* typing.c: the keys of a line of text. */
#include "app/typing.h"

#include <stdlib.h>
#include <string.h>

static enum typing typing_of(enum editor_result result) {
    return result == EDITOR_NO_MEMORY ? TYPING_NO_MEMORY
           : result == EDITOR_CUT     ? TYPING_CUT
                                      : TYPING_CHANGED;
}

enum editor_result typing_result(enum typing typing) {
    return typing == TYPING_NO_MEMORY ? EDITOR_NO_MEMORY
           : typing == TYPING_CUT     ? EDITOR_CUT
                                      : EDITOR_DONE;
}

static bool copy_selection(const struct editor *editor, const struct app_host *host) {
    size_t start, end;
    editor_selection(editor, &start, &end);
    if (start == end || !host->set_clipboard) return false;
    char *part = strndup(editor->text + start, end - start);
    bool is_done = part && host->set_clipboard(host->context, part);
    free(part);
    return is_done;
}

static enum typing paste(struct editor *editor, const struct app_host *host) {
    char *text = host->get_clipboard ? host->get_clipboard(host->context) : NULL;
    if (!text) return TYPING_TAKEN;
    editor_compose(editor, NULL, 0);
    enum typing typing = typing_of(editor_insert(editor, text, strlen(text), false));
    free(text);
    return typing;
}

static enum typing ctrl_key(struct editor *editor, const struct app_host *host,
                            const struct input *input) {
    bool is_redo = input->key == 'y' || (input->modifiers & INPUT_SHIFT) != 0;
    switch (input->key) {
    case 'a':
        editor_select_all(editor);
        return TYPING_TAKEN;
    case 'c':
        copy_selection(editor, host);
        return TYPING_TAKEN;
    case 'x':
        if (!copy_selection(editor, host)) return TYPING_TAKEN;
        return typing_of(editor_delete(editor, EDITOR_MOVE_BACK));
    case 'v':
        return paste(editor, host);
    case 'z':
    case 'y':
        return (is_redo ? editor_redo(editor) : editor_undo(editor)) ? TYPING_CHANGED
                                                                     : TYPING_TAKEN;
    default:
        return TYPING_OTHER;
    }
}

/* Which way a key moves; false: the key does not move the caret. */
static bool move_of(const struct input *input, enum editor_move *move) {
    bool is_word = input->modifiers & INPUT_CTRL;
    switch (input->key) {
    case KEY_LEFT:
    case KEY_BACKSPACE:
        *move = is_word ? EDITOR_MOVE_WORD_BACK : EDITOR_MOVE_BACK;
        return true;
    case KEY_RIGHT:
    case KEY_DELETE:
        *move = is_word ? EDITOR_MOVE_WORD_FORWARD : EDITOR_MOVE_FORWARD;
        return true;
    case KEY_HOME:
        *move = EDITOR_MOVE_START;
        return true;
    case KEY_END:
        *move = EDITOR_MOVE_END;
        return true;
    default:
        return false;
    }
}

enum typing typing_key(struct editor *editor, const struct app_host *host,
                       const struct input *input) {
    enum editor_move move;
    if (move_of(input, &move)) {
        if (input->key == KEY_BACKSPACE || input->key == KEY_DELETE)
            return typing_of(editor_delete(editor, move));
        editor_move(editor, move, input->modifiers & INPUT_SHIFT);
        return TYPING_TAKEN;
    }
    if (input->modifiers & INPUT_CTRL) return ctrl_key(editor, host, input);
    bool is_character = !(input->modifiers & INPUT_ALT) && input->key >= ' ' && input->key < 127;
    return is_character ? TYPING_TAKEN : TYPING_OTHER;
}

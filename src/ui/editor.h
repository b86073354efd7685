/* editor.h: one line of text being edited: caret, selection, undo, composition. Pure: no window, no
 * clock.
 *
 * The text is always valid UTF-8 with a NUL behind it; caret and anchor are byte offsets at
 * grapheme boundaries. Line breaks and tabs become spaces. What does not fit the limit is cut. A
 * failed allocation leaves text and history as they were. */
#ifndef UI_EDITOR_H
#define UI_EDITOR_H
#include <stdbool.h>
#include <stddef.h>

enum { EDITOR_MAX_EDITS = 200 };

enum editor_move {
    EDITOR_MOVE_BACK, /* one grapheme cluster towards the start */
    EDITOR_MOVE_FORWARD,
    EDITOR_MOVE_WORD_BACK,
    EDITOR_MOVE_WORD_FORWARD,
    EDITOR_MOVE_START,
    EDITOR_MOVE_END
};

enum editor_result {
    EDITOR_DONE,     /* the text is what was asked for (perhaps unchanged) */
    EDITOR_CUT,      /* part of what was inserted did not fit the limit */
    EDITOR_NO_MEMORY /* nothing changed */
};

/* One replacement: `removed` stood at `start`, `inserted` stands there now. */
struct editor_edit {
    size_t start;
    char *removed, *inserted;
    size_t removed_bytes, inserted_bytes;
    size_t caret_before, anchor_before;
    int run; /* private: edits of one run of typing join */
};

struct editor {
    char *text;
    size_t bytes, limit_bytes;
    size_t caret, anchor;
    char *composition; /* text being composed at the caret, kept apart; NULL: none */
    int composition_caret;
    struct editor_edit edits[EDITOR_MAX_EDITS];
    size_t edit_count; /* edits kept */
    size_t edit_done;  /* of those, how many are done (the rest can be redone) */
    bool is_run_open;  /* the next typed piece may join the last edit */
};

/* Starts with a copy of text (valid UTF-8), caret at its end, all of it kept even beyond the limit.
 */
bool editor_init(struct editor *editor, const char *text, size_t limit_bytes);
void editor_free(struct editor *editor); /* safe on zeros and twice */

/* In place of the selection. Invalid UTF-8 becomes U+FFFD. is_typed: joins the run of typing before
 * it. */
enum editor_result editor_insert(struct editor *editor, const char *text, size_t bytes,
                                 bool is_typed);
/* Removes the selection, or from the caret to where `move` leads. */
enum editor_result editor_delete(struct editor *editor, enum editor_move move);
/* Without extending, a move by one cluster from a selection goes to its end on that side. */
void editor_move(struct editor *editor, enum editor_move move, bool is_extending);
void editor_place(struct editor *editor, size_t byte,
                  bool is_extending); /* nearest boundary before */
void editor_select_all(struct editor *editor);
void editor_select_word(struct editor *editor, size_t byte);
void editor_selection(const struct editor *editor, size_t *start, size_t *end);

bool editor_undo(struct editor *editor); /* false: nothing to undo, or no memory */
bool editor_redo(struct editor *editor);

/* Text being composed; empty or NULL ends it. */
bool editor_compose(struct editor *editor, const char *text, int caret);
#endif

#include "editor.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { RUN_NONE, RUN_TYPING, RUN_DELETING };
enum letter_class { CLASS_SPACE, CLASS_WORD, CLASS_MARK };

static char *copy_bytes(const char *from, size_t bytes) {
    char *copy = malloc(bytes + 1);
    if (copy) {
        if (bytes) memcpy(copy, from, bytes);
        copy[bytes] = 0;
    }
    return copy;
}

static void edit_free(struct editor_edit *edit) {
    free(edit->removed);
    free(edit->inserted);
    *edit = (struct editor_edit){0};
}

bool editor_init(struct editor *editor, const char *text, size_t limit_bytes) {
    *editor = (struct editor){.limit_bytes = limit_bytes};
    editor->bytes = strlen(text);
    editor->text = copy_bytes(text, editor->bytes);
    if (!editor->text) {
        editor->bytes = 0;
        return false;
    }
    editor->caret = editor->anchor = editor->bytes;
    return true;
}

void editor_free(struct editor *editor) {
    for (size_t i = 0; i < editor->edit_count; i++)
        edit_free(&editor->edits[i]);
    free(editor->text);
    free(editor->composition);
    *editor = (struct editor){0};
}

/* Walking grapheme clusters always begins at the start of the text: flags and emoji sequences
 * depend on what stands before them. 64 KiB take about a millisecond. */
struct cluster_walk {
    const char *text;
    size_t bytes;
    size_t start, end; /* the cluster just read */
    utf8proc_int32_t first, next;
    size_t next_bytes;
    utf8proc_int32_t state;
};

static void read_next(struct cluster_walk *walk) {
    walk->next_bytes = 0;
    if (walk->end == walk->bytes) return;
    utf8proc_ssize_t used =
        utf8proc_iterate((const utf8proc_uint8_t *)walk->text + walk->end,
                         (utf8proc_ssize_t)(walk->bytes - walk->end), &walk->next);
    if (used <= 0) {
        walk->next = 0xFFFD;
        used = 1;
    }
    walk->next_bytes = (size_t)used;
}

static void walk_begin(struct cluster_walk *walk, const char *text, size_t bytes) {
    *walk = (struct cluster_walk){.text = text, .bytes = bytes};
    read_next(walk);
}

/* The next cluster: [start, end) beginning with code point `first`; false at the end of the text.
 */
static bool walk_cluster(struct cluster_walk *walk) {
    if (!walk->next_bytes) return false;
    walk->start = walk->end;
    walk->first = walk->next;
    for (;;) {
        utf8proc_int32_t last = walk->next;
        walk->end += walk->next_bytes;
        read_next(walk);
        if (!walk->next_bytes || utf8proc_grapheme_break_stateful(last, walk->next, &walk->state))
            return true;
    }
}

static enum letter_class class_of(utf8proc_int32_t code_point) {
    switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
        return CLASS_SPACE;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return CLASS_WORD;
    default:
        return code_point == '\'' || code_point == 0x2019 ? CLASS_WORD : CLASS_MARK;
    }
}

static size_t boundary_before(const struct editor *editor, size_t byte) {
    struct cluster_walk walk;
    walk_begin(&walk, editor->text, editor->bytes);
    size_t found = 0;
    while (walk_cluster(&walk) && walk.start < byte)
        found = walk.start;
    return found;
}

static size_t boundary_after(const struct editor *editor, size_t byte) {
    struct cluster_walk walk;
    walk_begin(&walk, editor->text, editor->bytes);
    while (walk_cluster(&walk))
        if (walk.end > byte) return walk.end;
    return editor->bytes;
}

static size_t boundary_at(const struct editor *editor, size_t byte) {
    return byte >= editor->bytes ? editor->bytes : boundary_before(editor, byte + 1);
}

static size_t word_before(const struct editor *editor, size_t byte) {
    struct cluster_walk walk;
    walk_begin(&walk, editor->text, editor->bytes);
    size_t found = 0;
    enum letter_class last = CLASS_SPACE;
    while (walk_cluster(&walk) && walk.start < byte) {
        enum letter_class now = class_of(walk.first);
        if (now != CLASS_SPACE && now != last) found = walk.start;
        last = now;
    }
    return found;
}

static size_t word_after(const struct editor *editor, size_t byte) {
    struct cluster_walk walk;
    walk_begin(&walk, editor->text, editor->bytes);
    enum letter_class last = CLASS_SPACE;
    while (walk_cluster(&walk)) {
        enum letter_class now = class_of(walk.first);
        if (walk.start > byte && last != CLASS_SPACE && now != last) return walk.start;
        last = now;
    }
    return editor->bytes;
}

static size_t target_of(const struct editor *editor, enum editor_move move) {
    switch (move) {
    case EDITOR_MOVE_BACK:
        return boundary_before(editor, editor->caret);
    case EDITOR_MOVE_FORWARD:
        return boundary_after(editor, editor->caret);
    case EDITOR_MOVE_WORD_BACK:
        return word_before(editor, editor->caret);
    case EDITOR_MOVE_WORD_FORWARD:
        return word_after(editor, editor->caret);
    case EDITOR_MOVE_START:
        return 0;
    case EDITOR_MOVE_END:
        return editor->bytes;
    }
    return editor->caret;
}

void editor_selection(const struct editor *editor, size_t *start, size_t *end) {
    bool is_forward = editor->anchor < editor->caret;
    *start = is_forward ? editor->anchor : editor->caret;
    *end = is_forward ? editor->caret : editor->anchor;
}

void editor_move(struct editor *editor, enum editor_move move, bool is_extending) {
    size_t start, end;
    editor_selection(editor, &start, &end);
    if (!is_extending && start != end && move == EDITOR_MOVE_BACK)
        editor->caret = start;
    else if (!is_extending && start != end && move == EDITOR_MOVE_FORWARD)
        editor->caret = end;
    else
        editor->caret = target_of(editor, move);
    if (!is_extending) editor->anchor = editor->caret;
    editor->is_run_open = false;
}

void editor_place(struct editor *editor, size_t byte, bool is_extending) {
    editor->caret = boundary_at(editor, byte);
    if (!is_extending) editor->anchor = editor->caret;
    editor->is_run_open = false;
}

void editor_select_all(struct editor *editor) {
    editor->anchor = 0;
    editor->caret = editor->bytes;
    editor->is_run_open = false;
}

void editor_select_word(struct editor *editor, size_t byte) {
    size_t at = boundary_at(editor, byte);
    editor->anchor = word_before(editor, at < editor->bytes ? boundary_after(editor, at) : at);
    editor->caret = word_after(editor, editor->anchor);
    editor->is_run_open = false;
}

/* A clean copy of `text` in at most `room` bytes: valid UTF-8, one line. Never more than three
 * times as long as the source (each bad byte becomes U+FFFD). */
static char *clean_copy(const char *text, size_t bytes, size_t room, size_t *out_bytes,
                        bool *is_cut) {
    if (bytes > (size_t)-1 / 3 - 1) bytes = 0;
    char *out = malloc(bytes * 3 + 1);
    if (!out) return NULL;
    size_t used = 0;
    for (size_t i = 0; i < bytes;) {
        utf8proc_int32_t code_point = 0;
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
                                                 (utf8proc_ssize_t)(bytes - i), &code_point);
        if (step <= 0 || code_point == 0) {
            code_point = step <= 0 ? 0xFFFD : 0x2400;
            step = 1;
        }
        if (code_point == '\r' && i + 1 < bytes && text[i + 1] == '\n') step = 2;
        if (code_point == '\r' || code_point == '\n' || code_point == '\t' || code_point == 0x85 ||
            code_point == 0x0B || code_point == 0x0C || code_point == 0x2028 ||
            code_point == 0x2029)
            code_point = ' ';
        utf8proc_uint8_t encoded[4];
        size_t length = (size_t)utf8proc_encode_char(code_point, encoded);
        if (used + length > room) {
            *is_cut = true;
            break;
        }
        memcpy(out + used, encoded, length);
        used += length;
        i += (size_t)step;
    }
    out[used] = 0;
    *out_bytes = used;
    return out;
}

/* Puts `text` in place of [start, end): the only function that changes the text. */
static bool splice(struct editor *editor, size_t start, size_t end, const char *text,
                   size_t bytes) {
    size_t total = editor->bytes - (end - start) + bytes;
    char *joined = malloc(total + 1);
    if (!joined) return false;
    memcpy(joined, editor->text, start);
    if (bytes) memcpy(joined + start, text, bytes);
    memcpy(joined + start + bytes, editor->text + end, editor->bytes - end);
    joined[total] = 0;
    free(editor->text);
    editor->text = joined;
    editor->bytes = total;
    return true;
}

/* Appends a piece typed right behind the last edit to that edit. */
static bool join_typing(struct editor *editor, size_t start, const char *text, size_t bytes) {
    struct editor_edit *edit = &editor->edits[editor->edit_done - 1];
    char *inserted = malloc(edit->inserted_bytes + bytes + 1);
    if (!inserted) return false;
    memcpy(inserted, edit->inserted, edit->inserted_bytes);
    memcpy(inserted + edit->inserted_bytes, text, bytes);
    inserted[edit->inserted_bytes + bytes] = 0;
    if (!splice(editor, start, start, text, bytes)) {
        free(inserted);
        return false;
    }
    free(edit->inserted);
    edit->inserted = inserted;
    edit->inserted_bytes += bytes;
    return true;
}

/* Joins a deletion that touches the last one on either side. */
static bool join_deleting(struct editor *editor, size_t start, size_t end) {
    struct editor_edit *edit = &editor->edits[editor->edit_done - 1];
    size_t bytes = end - start;
    char *removed = malloc(edit->removed_bytes + bytes + 1);
    if (!removed) return false;
    bool is_before = end == edit->start && start != edit->start;
    memcpy(removed + (is_before ? 0 : edit->removed_bytes), editor->text + start, bytes);
    memcpy(removed + (is_before ? bytes : 0), edit->removed, edit->removed_bytes);
    removed[edit->removed_bytes + bytes] = 0;
    if (!splice(editor, start, end, "", 0)) {
        free(removed);
        return false;
    }
    free(edit->removed);
    edit->removed = removed;
    edit->removed_bytes += bytes;
    if (is_before) edit->start = start;
    return true;
}

static bool can_join(const struct editor *editor, size_t start, size_t end, size_t bytes, int run) {
    if (!editor->is_run_open || editor->edit_done == 0 || editor->edit_done != editor->edit_count)
        return false;
    const struct editor_edit *edit = &editor->edits[editor->edit_done - 1];
    if (edit->run != run) return false;
    if (run == RUN_TYPING)
        return start == end && bytes > 0 && start == edit->start + edit->inserted_bytes;
    return run == RUN_DELETING && (end == edit->start || start == edit->start);
}

static bool push_edit(struct editor *editor, size_t start, size_t end, const char *text,
                      size_t bytes, int run) {
    struct editor_edit edit = {.start = start,
                               .removed = copy_bytes(editor->text + start, end - start),
                               .inserted = copy_bytes(text, bytes),
                               .removed_bytes = end - start,
                               .inserted_bytes = bytes,
                               .caret_before = editor->caret,
                               .anchor_before = editor->anchor,
                               .run = run};
    if (!edit.removed || !edit.inserted || !splice(editor, start, end, text, bytes)) {
        edit_free(&edit);
        return false;
    }
    while (editor->edit_count > editor->edit_done)
        edit_free(&editor->edits[--editor->edit_count]);
    if (editor->edit_count == EDITOR_MAX_EDITS) {
        edit_free(&editor->edits[0]);
        memmove(editor->edits, editor->edits + 1, sizeof edit * (EDITOR_MAX_EDITS - 1));
        editor->edit_count--;
    }
    editor->edits[editor->edit_count++] = edit;
    editor->edit_done = editor->edit_count;
    return true;
}

static bool replace(struct editor *editor, size_t start, size_t end, const char *text, size_t bytes,
                    int run) {
    bool is_done = false;
    if (!can_join(editor, start, end, bytes, run))
        is_done = push_edit(editor, start, end, text, bytes, run);
    else if (run == RUN_TYPING)
        is_done = join_typing(editor, start, text, bytes);
    else
        is_done = join_deleting(editor, start, end);
    if (!is_done) return false;
    editor->caret = editor->anchor = boundary_at(editor, start + bytes);
    /* A combining mark joins the cluster before it: the caret stays behind the whole cluster. */
    if (editor->caret < start + bytes)
        editor->caret = editor->anchor = boundary_after(editor, editor->caret);
    editor->is_run_open = run != RUN_NONE;
    return true;
}

enum editor_result editor_insert(struct editor *editor, const char *text, size_t bytes,
                                 bool is_typed) {
    size_t start, end, clean_bytes = 0;
    editor_selection(editor, &start, &end);
    size_t kept = editor->bytes - (end - start);
    size_t room = kept < editor->limit_bytes ? editor->limit_bytes - kept : 0;
    bool is_cut = false;
    char *clean = clean_copy(text, bytes, room, &clean_bytes, &is_cut);
    if (!clean) return EDITOR_NO_MEMORY;
    bool is_done = true;
    if (clean_bytes || start != end)
        is_done = replace(editor, start, end, clean, clean_bytes, is_typed ? RUN_TYPING : RUN_NONE);
    free(clean);
    if (!is_done) return EDITOR_NO_MEMORY;
    return is_cut ? EDITOR_CUT : EDITOR_DONE;
}

enum editor_result editor_delete(struct editor *editor, enum editor_move move) {
    size_t start, end;
    editor_selection(editor, &start, &end);
    bool has_selection = start != end;
    if (!has_selection) {
        size_t target = target_of(editor, move);
        start = target < editor->caret ? target : editor->caret;
        end = target < editor->caret ? editor->caret : target;
        if (start == end) return EDITOR_DONE;
    }
    bool is_run = !has_selection && (move == EDITOR_MOVE_BACK || move == EDITOR_MOVE_FORWARD);
    return replace(editor, start, end, "", 0, is_run ? RUN_DELETING : RUN_NONE) ? EDITOR_DONE
                                                                                : EDITOR_NO_MEMORY;
}

bool editor_undo(struct editor *editor) {
    if (editor->edit_done == 0) return false;
    const struct editor_edit *edit = &editor->edits[editor->edit_done - 1];
    if (!splice(editor, edit->start, edit->start + edit->inserted_bytes, edit->removed,
                edit->removed_bytes))
        return false;
    editor->edit_done--;
    editor->caret = edit->caret_before;
    editor->anchor = edit->anchor_before;
    editor->is_run_open = false;
    return true;
}

bool editor_redo(struct editor *editor) {
    if (editor->edit_done == editor->edit_count) return false;
    const struct editor_edit *edit = &editor->edits[editor->edit_done];
    if (!splice(editor, edit->start, edit->start + edit->removed_bytes, edit->inserted,
                edit->inserted_bytes))
        return false;
    editor->edit_done++;
    editor->caret = editor->anchor = boundary_at(editor, edit->start + edit->inserted_bytes);
    editor->is_run_open = false;
    return true;
}

bool editor_compose(struct editor *editor, const char *text, int caret) {
    char *copy = NULL;
    if (text && *text) {
        bool is_cut = false;
        size_t bytes = 0;
        copy = clean_copy(text, strlen(text), (size_t)-1, &bytes, &is_cut);
        if (!copy) return false;
    }
    free(editor->composition);
    editor->composition = copy;
    editor->composition_caret = copy ? caret : 0;
    return true;
}

/* app.h: the running program without its window: document, what was computed from it, the sentence
 * being edited, undo, and the last picture. A window (loop.c) or a test feeds it inputs and asks
 * for pictures; nothing here knows the time except through app_picture, and nothing here prints.
 *
 * One thread. Strings handed in are copied. */
#ifndef APP_APP_H
#define APP_APP_H
#include "app/settings.h"
#include "draw/input.h"
#include "lesson/cell.h"
#include "render/cairo/picture_cairo.h"
#include "ui/editor.h"
#include "views/picture.h"

struct session_copy; /* session.h */

enum { APP_MAX_UNDO = 200, APP_MAX_MODELS = 16, APP_MAX_KEY_ROWS = 96 };

/* What only a window can do. Any function may be NULL: then nothing happens. */
struct app_host {
    void *context;
    void (*set_title)(void *context, const char *title);
    void (*set_fullscreen)(void *context, bool is_fullscreen);
    bool (*set_clipboard)(void *context, const char *text);
    char *(*get_clipboard)(void *context); /* malloc'd, or NULL */
};

struct app_options {
    const char *resource_folder;     /* holds assets/ */
    const char *settings_folder;     /* NULL: nothing is kept */
    const char *pictures_folder;     /* NULL: the settings folder */
    const char *documents_folder;    /* where sessions are saved and looked for; NULL: the current one */
    const char *state_folder;        /* recent files, the copy in case of a crash; NULL: neither is kept */
    bool should_restore;             /* takes up what a crash left, in place of the document */
    const struct settings *settings; /* NULL: defaults */
    const struct document *document; /* NULL: the default, with the settings' look */
    bool is_model_optional;    /* when the document's model cannot be loaded, textbook serves */
    const char *message;       /* said at the start; NULL: none */
    struct fonts *fonts;       /* NULL: the app opens and closes its own */
    size_t memory_limit_bytes; /* of a pass; 0: none */
    int threads;               /* of a long pass; 0: one */
    struct app_host host;
};

/* How the picture moves from `from` to the picture of the document. */
struct app_motion {
    struct draw_list from, shown; /* shown: the picture between */
    double length_ms;             /* 0: at rest */
    double start_ms;              /* −1: with the next picture */
    bool is_pending; /* `from` is still to be taken: the picture shown before the change */
};

/* A chain of documents; the oldest go when there are too many, or when together they are larger than
 * APP_MAX_UNDO_BYTES: only painted masks and texts of full length can be. The newest always stays. */
#define APP_MAX_UNDO_BYTES ((size_t)64 << 20)
struct app_history {
    struct document documents[APP_MAX_UNDO];
    size_t count, bytes;
};

/* A row of the finder: what is drawn, and what choosing it means. */
struct finder_entry {
    char *words, *more; /* owned, as is path */
    char *path;         /* of a file; NULL: none */
    bool is_folder;
    struct ui_action action;
    int score, order; /* higher scores first, then the order in which they came */
};

struct app_finder {
    struct editor editor;
    struct finder_entry *entries;
    struct finder_row *rows;
    int count, capacity;
    bool is_replacing; /* the next Enter replaces a file */
    bool has_note, is_note_error;
    char note[512];
};

struct app {
    struct app_host host;
    struct study study;
    struct catalogue catalogue;
    struct fonts *fonts;
    bool owns_fonts;
    struct text_measurer measurer;
    struct cairo_renderer *cairo; /* for exports; opened when first used */
    struct export_job *job;       /* what is being saved; NULL: nothing */
    struct settings settings;
    struct document start_look; /* scalars only: what differs from it was chosen here and is kept */
    char *settings_folder, *pictures_folder, *documents_folder, *state_folder;
    char *session_path; /* the file of this document; NULL: none yet */
    bool is_unsaved;    /* it has been changed since */
    struct session_copy *copy; /* in case of a crash; NULL: none is kept */
    double copy_due_ms;        /* when it is to be written; −1: counted from the next picture; 0: not */
    struct app_finder finder;
    json_t *terms; /* other words for the same thing: lists of strings */

    struct picture_presence presence;
    char message[1024];
    bool is_message_from_text;  /* goes when the text is right again */
    uint32_t focus_before_menu; /* goes back there when the menu closes */
    bool was_focus_visible;
    struct editor editor;
    struct document before_edit; /* undo returns here after an edit of the sentence */
    bool has_text_error;         /* the editor's text is not the document's */
    struct attention_edit edited_number; /* the number being edited, as it stood */
    bool returns_to_cursor;      /* the cell cursor goes on when its field is left */
    char field_error[512];       /* why, where the text stands in the panel */
    bool is_dragging;            /* the pointer selects text in the field */
    uint32_t dragged_slider;     /* node that the pointer moves; 0: none */
    bool is_drag_undoable;       /* the next change by it is the first of the drag */
    struct app_history undo, redo;

    char *model_specs[APP_MAX_MODELS]; /* what document.model may be set to from the menu */
    char *model_words[APP_MAX_MODELS];
    const char *model_names[APP_MAX_MODELS + 1];
    int model_count;
    char key_text[APP_MAX_KEY_ROWS][32]; /* rows of the keys overlay */
    const char *key_rows[2 * APP_MAX_KEY_ROWS + 1];

    struct draw_list list; /* the picture of the document */
    struct semantics semantics;
    bool has_picture, needs_picture;
    struct app_motion motion;
    float density;
    double play_due_ms;    /* −1: with the next picture */
    double message_due_ms; /* when a notice goes; −1: counted from the next picture; 0: it stays */
    bool is_quitting;
};

/* On failure everything is freed and error holds one sentence. */
bool app_init(struct app *app, const struct app_options *options, struct file_error *error);
void app_free(struct app *app); /* safe on zeros and twice */

void app_input(struct app *app, const struct input *input);
/* false: the command does nothing here (already at the end, nothing selected, …). */
bool app_dispatch(struct app *app, struct ui_action action);

/* The picture at this moment: moves, plays, redraws what changed. NULL: no memory. Valid until the
 * next call here. */
const struct draw_list *app_picture(struct app *app, double now_ms);
/* Milliseconds until app_picture must be called again without an input; −1: not before an input. */
double app_next_wake_ms(const struct app *app, double now_ms);
bool app_wants_text_input(const struct app *app);
struct rect app_caret_rect(const struct app *app); /* pixels; empty: no caret */

/* For the files that make up the app. */

/* Makes *wanted the document (freed here in any case). A failure is said in the message.
 * is_undoable: the document before goes to the undo chain. */
bool app_change(struct app *app, struct document *wanted, bool is_undoable);
bool app_copy_document(struct app *app,
                       struct document *out); /* a copy to change; false: no memory, said */
/* Opens what was dropped or named: text file, session, picture with a document, model folder, mask file. */
bool app_open(struct app *app, const char *path);
void app_say(struct app *app, bool is_error, const char *key, const char *const *names,
             const char *const *values); /* catalogue key "message.…" */
void app_say_text(struct app *app, bool is_error, const char *text); /* a sentence in English, shown in the language of the screen */
void app_silence(struct app *app);
const char *app_words(const struct app *app, const char *key);
void app_show_title(struct app *app);
void app_finish_motion(struct app *app);
void app_refresh(
    struct app *app); /* list and semantics as the document is now; call before reading them */
bool app_history_push(struct app_history *history, const struct document *document);
void app_history_pop(struct app_history *history); /* the newest; there must be one */
void app_history_clear(struct app_history *history);
void app_document_from_settings(struct document *document, const struct settings *settings);
void app_list_models(struct app *app);
int app_add_model(struct app *app, const char *spec); /* index; −1: no memory */
void app_keep_settings(struct app *app); /* copies the look into the settings and writes them */

/* Menus and the keys overlay: at most one is open. */
bool app_has_menu(const struct app *app);
void app_menu_close(struct app *app); /* the keyboard goes back to where it was */
/* What a click or Enter on a node does; false: nothing. */
bool app_press_node(struct app *app, const struct semantic_node *node);

/* The panel that is a sheet here: opened by a button of the top bar. */
bool app_has_panel_sheet(struct app *app);
/* Scrolls the panel so that the node with the keyboard is in view. */
void app_show_focus(struct app *app);

/* The text fields: the sentence, and the context and values of the panel. */
bool app_edit_begin(struct app *app, enum edit_field field);
void app_edit_end(struct app *app);
bool app_edit_key(struct app *app, const struct input *input); /* true: the editor took it */
void app_edit_text(struct app *app, const char *text, bool is_typed);
void app_edit_compose(struct app *app, const char *text, int caret);
void app_edit_point(struct app *app, const struct input *input); /* pointer down in the field */
void app_edit_drag(struct app *app, float x);
/* The number in its field (edit_number.c): begins and ends as the texts do, but becomes the document's with Enter. */
bool app_number_begin(struct app *app); /* the editor gets its text; false: none can be edited, or no memory */
bool app_number_commit(struct app *app); /* one step of undo; false: it cannot be taken, and field_error says why */
bool app_number_is_there(const struct app *app); /* its cell is still the one that is selected */
void app_edit_sync(struct app *app); /* presence follows the editor */
#endif

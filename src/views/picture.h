/* picture.h: document → picture: a function without side effects. Everything that reaches the screen, a PNG or a test
 * comes from here. */
#ifndef VIEWS_PICTURE_H
#define VIEWS_PICTURE_H
#include "draw/list.h"
#include "export_choices.h"
#include "lesson/catalogue.h"
#include "lesson/study.h"
#include "ui/semantics.h"
#include "worksheet.h"

enum picture_part {
    PICTURE_WINDOW, /* the whole window */
    PICTURE_STAGE,  /* the view alone, with its title */
    PICTURE_HEAD,   /* one head's heatmap as a figure: title, axis names, token labels, colour bar */
    PICTURE_SHEET,  /* contact sheet: every head of the layer, small, with its name */
    PICTURE_MODEL_SHEET, /* the same of every layer */
    PICTURE_WORKSHEET /* a page to print: the step's matrices with blanks, or its answer key */
};

/* The texts that can be typed. */
enum edit_field { EDIT_SENTENCE, EDIT_CONTEXT, EDIT_VALUES, EDIT_NUMBER, EDIT_COUNT }; /* the last: of the selected cell */
const char *field_text(const struct document *document, enum edit_field field); /* the document's; "" for none, and for a number */
const struct token_list *field_tokens(const struct study *study, enum edit_field field);

/* A sheet with a line to type in and a list to choose from: files to open, where to save, commands. */
enum finder_kind { FINDER_NONE, FINDER_OPEN, FINDER_SAVE, FINDER_NUMBERS, FINDER_MODEL, FINDER_COMMANDS, FINDER_COUNT };
struct finder_row {
    const char *words, *more; /* printable; more stands at the right, "": nothing */
};
struct picture_finder {
    enum finder_kind kind;    /* NONE: closed */
    const char *text;         /* what is typed */
    size_t caret, anchor;     /* bytes in it */
    const char *composition;  /* as below */
    int composition_caret;
    const struct finder_row *rows;
    int count, chosen;        /* chosen −1: none */
    const char *note;         /* a sentence under the line, or NULL */
    bool is_note_error;
};

/* What is going on at this moment in the window and is no part of the document. Zeroed for a picture in a file. */
struct picture_presence {
    bool has_pointer;
    float pointer_x, pointer_y;
    uint32_t focus_id;        /* node with the keyboard; 0: the stage */
    bool is_focus_visible;    /* draw the ring */
    bool is_editing;
    enum edit_field edited_field; /* which text, while one is edited */
    size_t caret, anchor;     /* bytes in it; they differ while there is a selection */
    const char *edited_text;  /* what stands in the field while the document cannot take it; NULL: the document's text */
    const char *field_error;  /* why a text or number of the panel cannot be taken: a sentence under its field; NULL: it can */
    const char *waiting_text[EDIT_COUNT]; /* of context and values: typed, and waiting until both have equally many tokens; NULL: none */
    const char *waiting_note[EDIT_COUNT]; /* the sentence under such a field */
    bool is_field_waiting;    /* field_error says what the edited field waits for */
    const char *composition;  /* text being composed at the caret, or NULL */
    int composition_caret;    /* code points, −1: at its end */
    const char *message;      /* a sentence under the field, or NULL */
    bool is_message_error;
    bool is_keys_open, is_model_menu_open, is_export_menu_open, is_panel_open, is_blank, is_playing, is_cursor_active;
    bool is_painting; /* a press on a cell of scores or weights paints the mask */
    bool has_stage_scroll; /* the reader scrolled the lines; else they follow the query */
    float rail_scroll, panel_scroll, stage_scroll, menu_scroll; /* logical pixels */
    const char *const *model_names; /* for the menu, NULL-terminated; NULL: none */
    int model_selected;
    const char *const *key_rows;    /* for the keys overlay: key text, command id, …, NULL; NULL: none */
    struct picture_finder finder;
    struct export_choices exporting; /* chosen in the export menu */
};

struct picture_request {
    const struct study *study;
    const struct catalogue *catalogue;
    const struct text_measurer *measurer;
    enum picture_part part;
    float density;  /* device pixels per logical pixel, 1 … 4 (window: the display's) */
    const struct picture_presence *presence; /* NULL: none */
    bool is_figure; /* of other parts than the window: without the title, for a text that has its own */
    struct worksheet_request worksheet; /* of PICTURE_WORKSHEET */
    bool has_grey_scale; /* scores, too, in the map of the weights: still one shade, one number, when printed in grey */
};

/* How many pages it takes: 1, or those of the worksheet, which request->worksheet.page counts. False with *error: there is no
 * such worksheet. */
bool picture_pages(const struct picture_request *request, int *pages, struct file_error *error);
/* Size in device pixels: the document's width × height × density; of a worksheet the paper's, at 96 pixels an inch × density.
 * False only when there is no memory, or where picture_pages fails. semantics may be NULL. */
bool picture_draw(const struct picture_request *request, struct draw_list *list, struct semantics *semantics);
/* Where the caret stands in the last drawn field, for input methods: found among the semantics under this id. */
enum {
    NODE_CARET = 1,
    NODE_FIELD = 2, /* the sentence; the other texts follow: NODE_FIELD + edit_field */
    NODE_CONTEXT = NODE_FIELD + EDIT_CONTEXT,
    NODE_VALUES = NODE_FIELD + EDIT_VALUES,
    NODE_NUMBER = NODE_FIELD + EDIT_NUMBER,
    NODE_STAGE = 8,
    NODE_NUMBER_HANDLE = 9, /* beside the number: dragged to a side, it changes it */
    NODE_FINDER = 7,    /* the line of the finder */
    NODE_PANEL_ROWS = 6, /* what scrolls in the panel: scroll_y is where it is, scroll_height how high all of it is */
    NODE_MENU_ROWS = 5   /* the same in the export menu */
};
#endif

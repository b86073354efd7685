/* document.h: everything that decides a picture. The same document gives the same picture, today and tomorrow, in the window
 * and in a file. Undo keeps earlier documents; the command line sets the fields; pictures carry it as JSON.
 *
 * Indices count from 0 here and from 1 for people (command line, screen). */
#ifndef LESSON_DOCUMENT_H
#define LESSON_DOCUMENT_H
#include "files/files.h"
#include "what_if.h"
#include <jansson.h>
#include <stdint.h>

enum step { /* X(NAME, id) */
#define DOCUMENT_STEPS(X)                                                                          \
    X(TOKENS, "tokens")                                                                            \
    X(EMBEDDING, "embedding")                                                                      \
    X(PROJECTION, "projection")                                                                    \
    X(SIMILARITY, "similarity")                                                                    \
    X(SCALE, "scale")                                                                              \
    X(SOFTMAX, "softmax")                                                                          \
    X(SUM, "sum")                                                                                  \
    X(HEADS, "heads")                                                                              \
    X(FEEDFORWARD, "feedforward")
#define X(NAME, id) STEP_##NAME,
    DOCUMENT_STEPS(X)
#undef X
        STEP_COUNT
};
enum view { VIEW_MATRICES, VIEW_DIAGRAM, VIEW_LINES, VIEW_HEADS, VIEW_MODEL, VIEW_COMPARE, VIEW_COUNT }; /* "matrices", "diagram", "lines", "heads", "model", "compare" */
enum compare_shows { COMPARE_REACH, COMPARE_INFLUENCE, COMPARE_COUNT }; /* "reach", "influence" */
enum panel { PANEL_EXPLAIN, PANEL_WHAT_IF, PANEL_COUNT };      /* "explain", "what-if": the right panel */
enum stride { STRIDE_ROW, STRIDE_CELL, STRIDE_MATRIX, STRIDE_COUNT }; /* "row", "cell", "matrix" */
enum theme_choice { THEME_LIGHT, THEME_DARK, THEME_CONTRAST, THEME_COUNT };
enum language { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGE_COUNT };
enum map_choice { MAP_THEME, MAP_BLUES, MAP_EMBER, MAP_CIVIDIS, MAP_VIRIDIS, MAP_MAGMA, MAP_GREYS, MAP_COUNT };
enum prediction { PREDICT_SIMILARITY, PREDICT_SOFTMAX, PREDICT_SUM, PREDICT_COUNT };
enum { PREDICT_NONE = -1, PREDICT_SKIPPED = -2 };
enum { COMPARISON_MAX_STEPS = 1024, COMPARISON_MAX_KERNEL = 15 };
enum { LINES_MAX_THRESHOLD = 50 };
enum { BEAT_LAST = INT32_MAX }; /* "last": study_clamp makes it the real number */

/* A number on the screen: which matrix (lesson/cell.h), row and column. source −1: none selected. */
struct document_cell {
    int source, head;
    int row, column;
};

struct document {
    char *text;  /* UTF-8, valid, owned */
    char *model; /* "textbook", "by-hand" or a folder; owned */
    int layer, head, query, key;
    enum step step;
    int beat;
    enum view view;
    enum panel panel;
    enum stride stride;
    struct document_cell cell;
    bool shows_all_terms;
    uint64_t lines_heads; /* view `lines`: bit h: head h is drawn beside the one in focus */
    int lines_threshold;  /* weights below so many percent are left out: 0 … LINES_MAX_THRESHOLD */
    int compare_steps;  /* steps of the RNN, layers of the others: 0 … COMPARISON_MAX_STEPS, in a study at most its tokens */
    int compare_kernel; /* width of the convolution, 1 … COMPARISON_MAX_KERNEL */
    enum compare_shows compare_shows;
    struct what_if what_if; /* what the reader changed about the attention */
    bool shows_difference;  /* the matrices show now − before, before being the model as it says */
    bool is_predict_off;
    int answers[PREDICT_COUNT]; /* key chosen, PREDICT_NONE or PREDICT_SKIPPED */
    enum theme_choice theme;
    enum map_choice map;
    enum language language;
    int width, height;   /* logical pixels of the whole picture, 320 × 240 … 16384 */
    int scale_percent;   /* 75 … 300 */
    bool is_presentation;
    json_t *unknown; /* what a newer Headway wrote and this one does not know: kept for saving, never changed, shared by
                        copies; NULL: nothing. No part of equality. */
};

#define DOCUMENT_DEFAULT_TEXT "The cat sat because the cat was tired"

bool document_init(struct document *document, struct file_error *error); /* the default document */
void document_free(struct document *document);                          /* safe on zeros and twice */
bool document_copy(struct document *to, const struct document *from);   /* false: no memory, *to unchanged */
size_t document_bytes(const struct document *document); /* the memory that it holds, itself included */
bool document_equal(const struct document *a, const struct document *b);
bool document_set_text(struct document *document, const char *text, size_t bytes); /* cut to the limits elsewhere */
bool document_set_model(struct document *document, const char *model);

/* Names as in files and on the command line; −1 when unknown. `id` NULL-safe. */
const char *step_id(enum step step);
int step_from_id(const char *id);
const char *view_id(enum view view);
int view_from_id(const char *id);
bool view_follows_beats(enum view view); /* shows a step beat by beat, with its words; the others show what comes of it */
bool view_shows_differences(enum view view); /* now − before; lines and diagram draw weights as widths, which have no sign */
const char *compare_shows_id(enum compare_shows shows);
int compare_shows_from_id(const char *id);
const char *panel_id(enum panel panel);
int panel_from_id(const char *id);
const char *stride_id(enum stride stride);
int stride_from_id(const char *id);
const char *theme_id(enum theme_choice theme);
int theme_from_id(const char *id);
const char *language_id(enum language language);
int language_from_id(const char *id);
const char *map_id(enum map_choice map);
int map_from_id(const char *id);

/* {"headway": 1, "text": …}: every field, ids for enumerations, counts from 1. Unknown keys, of the document and of its
 * what_if, are kept and written again; wrong types and ranges are errors that name the key, and so is a newer format. */
json_t *document_to_json(const struct document *document);
bool document_from_json(const json_t *json, struct document *out, struct file_error *error);
#endif

/* list.h: the draw list: what a picture is, before anything is rendered.
 *
 * Fixed-size records in painting order, in device pixels. Renderers (GL, cairo, later SVG) replay it;
 * tests read it. A list owns its text and its matrix colours, so it needs nothing else to be drawn.
 * Recording never fails in the middle: when memory runs out a sticky flag is set and later records are
 * dropped; ask draw_list_ok once per picture. */
#ifndef DRAW_LIST_H
#define DRAW_LIST_H
#include "colour.h"
#include "geometry.h"
#include "text.h"

enum draw_kind {
    DRAW_RECTANGLE, /* filled, with corner radius */
    DRAW_FRAME,     /* outline of `thickness` inside rect, with corner radius; dash > 0: dashed */
    DRAW_LINE,      /* from (rect.x, rect.y) to (rect.x + rect.w, rect.y + rect.h); w, h may be negative; round ends */
    DRAW_TEXT,      /* one run: one face, one direction */
    DRAW_MATRIX,    /* rows × columns cells filling rect, each one colour, no gaps */
    DRAW_HATCH      /* diagonal lines over rect: a masked region */
};

struct draw_command {
    uint8_t kind;
    uint32_t key;       /* 0, or the identity for moving between two lists (draw_key) */
    struct rect rect;   /* TEXT: x, baseline y, width, size in pixels as h */
    struct rect clip;   /* what may be painted; already cut to all enclosing clips */
    struct colour colour;
    float radius;       /* RECTANGLE, FRAME */
    float thickness;    /* FRAME, LINE; HATCH: distance of its lines */
    float dash;         /* FRAME: length of dash and gap; 0: solid */
    float angle;        /* TEXT: radians, clockwise about (x, baseline y) */
    uint32_t data;      /* TEXT: offset into text; MATRIX: offset into cells */
    uint32_t count;     /* TEXT: bytes; MATRIX: rows */
    uint32_t columns;   /* MATRIX */
    uint16_t face;      /* TEXT */
    uint8_t style;      /* TEXT: the text_style asked for */
    bool is_right_to_left;
    bool is_decoration; /* TEXT that need not be read (outside the contrast and size rules) */
};

struct draw_list {
    struct draw_command *commands;
    size_t count, capacity;
    char *text;
    size_t text_bytes, text_capacity;
    struct colour *cells;
    size_t cell_count, cell_capacity;
    float width, height;       /* pixels of the whole picture */
    struct colour background;  /* painted first, everywhere */
    struct rect clip_stack[16];
    size_t clip_depth;
    uint32_t key_base;         /* mixed into keys; see draw_key_scope */
    bool failed;
};

/* Starts an empty picture; memory of the last one is reused. A zeroed list is a valid list. */
void draw_list_begin(struct draw_list *list, float width, float height, struct colour background);
void draw_list_free(struct draw_list *list); /* safe on zeros and twice */
bool draw_list_ok(const struct draw_list *list);
/* Copies; false when there is no memory. */
bool draw_list_copy(struct draw_list *to, const struct draw_list *from);
/* The same hash for the same picture (FNV-1a over all that is painted). */
uint64_t draw_list_hash(const struct draw_list *list);

void draw_clip_push(struct draw_list *list, struct rect clip); /* cut to the clip below it */
void draw_clip_pop(struct draw_list *list);
struct rect draw_clip(const struct draw_list *list);

/* Each returns the record just made, for the rarer fields, or a scratch record when memory ran out. */
struct draw_command *draw_rectangle(struct draw_list *list, struct rect r, float radius, struct colour c);
struct draw_command *draw_frame(struct draw_list *list, struct rect r, float radius, float thickness, struct colour c);
struct draw_command *draw_line(struct draw_list *list, float x0, float y0, float x1, float y1, float thickness, struct colour c);
struct draw_command *draw_hatch(struct draw_list *list, struct rect r, float distance, struct colour c);
/* cells: rows × columns, copied. */
struct draw_command *draw_matrix(struct draw_list *list, struct rect r, const struct colour *cells, size_t rows, size_t columns);
/* Splits the text into runs and records each, from x on the baseline y. angle turns the whole about (x, y).
 * Returns the width. Control and bidi-override characters are shown as their visible stand-ins. */
float draw_text(struct draw_list *list, const struct text_measurer *m, enum text_style style, float size_px,
                float x, float y, float angle, struct colour c, const char *text, size_t bytes);

/* Identity of a record across pictures: the records made until draw_key_end get keys from (what, a, b) and
 * their order. Records made outside have key 0 and are not moved, only exchanged. */
void draw_key(struct draw_list *list, uint32_t what, uint32_t a, uint32_t b);
void draw_key_end(struct draw_list *list);

/* The picture between two: records with the same key and kind are moved and recoloured, others fade. t in 0 … 1;
 * 0 gives `from` and 1 gives `to` exactly. */
bool draw_list_interpolate(struct draw_list *out, const struct draw_list *from, const struct draw_list *to, float t);

/* Makes control, bidi-control and line-breaking characters visible (U+2400 pictures, ⟨U+202E⟩ as ␣-like stand-ins):
 * writes at most out_bytes − 1 bytes and a NUL, returns the bytes written. */
size_t text_printable(char *out, size_t out_bytes, const char *text, size_t bytes);
#endif

/* list.h: the draw list: what a picture is, before anything is rendered.
 *
 * Fixed-size records in painting order, in device pixels. Renderers (GL, cairo, SVG) replay it;
 * tests read it. A list owns its text and its matrix colours, so it needs nothing else to be drawn.
 * Recording never fails in the middle: when memory runs out a sticky flag is set and later records are
 * dropped; ask draw_list_ok once per picture. */
#ifndef DRAW_LIST_H
#define DRAW_LIST_H
#include "colour.h"
#include "geometry.h"
#include "text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum draw_kind {
    DRAW_RECTANGLE, /* filled, with corner radius */
    DRAW_FRAME,     /* outline of `thickness` inside rect, with corner radius; dash > 0: dashed */
    DRAW_LINE,      /* from (rect.x, rect.y) to (rect.x + rect.w, rect.y + rect.h); w, h may be negative; round ends */
    DRAW_TEXT,      /* one run: one face, one direction */
    DRAW_MATRIX,    /* rows × columns cells filling rect, each one colour, no gaps */
    DRAW_HATCH,     /* diagonal lines over rect: a masked region */
    DRAW_CURVE      /* a ribbon between the ends of a LINE that leaves and arrives level, or upright: an S */
};

/* What every renderer paints, so that they agree pixel for pixel. (x, y) is a pixel's whole coordinate
 * from the top left of the picture; its centre is (x + ½, y + ½).
 *   RECTANGLE  its area, antialiased: exact where the edges are whole pixels and the radius 0.
 *   FRAME      the rounded rectangle less the one inset by `thickness` (inner radius: radius − thickness,
 *              at least 0). Dashed: only pixels for which draw_dash_covers(x, y, dash).
 *   LINE       all points within thickness/2 of the segment, antialiased.
 *   CURVE      all points within thickness/2 of the cubic draw_curve_at, round ends, antialiased.
 *   TEXT       angle 0: the pen starts at (x, y) rounded to whole pixels, draw_whole(x), draw_whole(y).
 *              Glyphs inside a run keep their fractions. Turned runs start exactly at (x, y).
 *   MATRIX     rect snapped by rect_snap; pixel x of column draw_cell_at(x − left, width, columns).
 *   HATCH      rect snapped; pixels for which draw_hatch_covers(x, y, thickness).
 * Clips are whole pixels. Colours have straight alpha and are blended in sRGB: top·a + bottom·(1 − a). */
static inline int draw_whole(float position) {
    int whole = (int)(position + 0.5f);
    return (float)whole > position + 0.5f ? whole - 1 : whole;
}
/* Which of `count` cells the pixel lies in, `pixel` in 0 … size − 1 counted from the rect's edge. */
static inline size_t draw_cell_at(size_t pixel, size_t size, size_t count) {
    return (2 * pixel + 1) * count / (2 * size);
}
static inline int draw_hatch_period(float distance) {
    return distance < 2.0f ? 2 : draw_whole(distance < 65536.0f ? distance : 65536.0f);
}
static inline int draw_hatch_width(int period) {
    int width = period / 6 + (period % 6 >= 3 ? 1 : 0);
    return width < 1 ? 1 : width;
}
/* Lines run from lower left to upper right: (x + y) mod period < width. */
static inline bool draw_hatch_covers(int x, int y, float distance) {
    int period = draw_hatch_period(distance);
    return ((x + y) % period + period) % period < draw_hatch_width(period);
}
static inline int draw_dash_step(float dash) {
    return dash < 1.0f ? 1 : draw_whole(dash < 65536.0f ? dash : 65536.0f);
}
/* floor((x + y) / step) is even, step = dash in whole pixels, at least 1. */
static inline bool draw_dash_covers(int x, int y, float dash) {
    int step = draw_dash_step(dash);
    return ((x + y) % (2 * step) + 2 * step) % (2 * step) < step;
}

/* How far along and how far across the cubic with control points at half way has come at t in 0 … 1:
 * a level curve is at (x + along·w, y + across·h), an upright one at (x + across·w, y + along·h). */
static inline float draw_curve_along(float t) {
    return t * (1.5f - 1.5f * t + t * t);
}
static inline float draw_curve_across(float t) {
    return t * t * (3.0f - 2.0f * t);
}

struct draw_command {
    uint8_t kind;
    uint32_t key;       /* 0, or the identity for moving between two lists (draw_key) */
    struct rect rect;   /* TEXT: x, baseline y, width, size in pixels as h */
    struct rect clip;   /* what may be painted; already cut to all enclosing clips */
    struct colour colour;
    float radius;       /* RECTANGLE, FRAME */
    float thickness;    /* FRAME, LINE, CURVE; HATCH: distance of its lines */
    float dash;         /* FRAME: length of dash and gap; 0: solid */
    float angle;        /* TEXT: radians, clockwise about (x, baseline y) */
    uint32_t data;      /* TEXT: offset into text; MATRIX: offset into cells */
    uint32_t count;     /* TEXT: bytes; MATRIX: rows */
    uint32_t columns;   /* MATRIX */
    uint16_t face;      /* TEXT */
    uint8_t style;      /* TEXT: the text_style asked for */
    bool is_right_to_left;
    bool is_upright;    /* CURVE: leaves and arrives along y, else along x */
    bool is_decoration; /* TEXT that need not be read (outside the contrast and size rules) */
};
/* The point of a CURVE at t in 0 … 1. */
void draw_curve_at(const struct draw_command *curve, float t, float *x, float *y);

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
    uint32_t key_base;         /* key of the records being made; see draw_key */
    bool failed;
    struct draw_command scratch; /* what recorders return for a record that was not kept */
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

/* Each returns the record just made, for the rarer fields, until the next one is made; or a scratch record when
 * memory ran out, or when it could not be seen: no finite numbers, or without key and outside its clip. */
struct draw_command *draw_rectangle(struct draw_list *list, struct rect r, float radius, struct colour c);
struct draw_command *draw_frame(struct draw_list *list, struct rect r, float radius, float thickness, struct colour c);
struct draw_command *draw_line(struct draw_list *list, float x0, float y0, float x1, float y1, float thickness, struct colour c);
/* Thickness at most the curve's tightest bend (draw_curve_bend), so that it never folds over itself: the recorder does not cut it. */
struct draw_command *draw_curve(struct draw_list *list, float x0, float y0, float x1, float y1, bool is_upright, float thickness, struct colour c);
float draw_curve_bend(float w, float h, bool is_upright); /* the smallest radius of such a curve, pixels */
struct draw_command *draw_hatch(struct draw_list *list, struct rect r, float distance, struct colour c);
/* cells: rows × columns, copied. */
struct draw_command *draw_matrix(struct draw_list *list, struct rect r, const struct colour *cells, size_t rows, size_t columns);
/* Splits the text into runs and records each, from x on the baseline y. angle turns the whole about (x, y).
 * Returns the width. Control and bidi-override characters are shown as their visible stand-ins. */
float draw_text(struct draw_list *list, const struct text_measurer *m, enum text_style style, float size_px,
                float x, float y, float angle, struct colour c, const char *text, size_t bytes);

/* Identity of a record across pictures: the records made until draw_key_end get a key from (what, a, b); of those
 * with one key and kind the first matches the first, the second the second. Scopes do not nest. Records made outside have key 0 and are not moved, only exchanged. */
void draw_key(struct draw_list *list, uint32_t what, uint32_t a, uint32_t b);
void draw_key_end(struct draw_list *list);

/* The picture between two: records with the same key and kind are moved and recoloured, others fade; text that
 * changes goes before the new one comes. Records without key that are the same in both stay. t in 0 … 1; 0 gives `from`
 * and 1 gives `to` exactly. `out` is another list than `from` and `to`. */
bool draw_list_interpolate(struct draw_list *out, const struct draw_list *from, const struct draw_list *to, float t);

/* Makes control, bidi-control, line-breaking and other invisible format characters visible: U+2400 pictures for
 * controls, short names for the others (‹RLO›, ‹ZWSP›, ‹U+2061›), U+FFFD for bytes that are no UTF-8. Joiners and
 * variation selectors inside emoji and joining scripts stay. Writes at most out_bytes − 1 bytes (whole characters)
 * and a NUL, returns the bytes written; out_bytes of 5·bytes + 1 is always enough. */
size_t text_printable(char *out, size_t out_bytes, const char *text, size_t bytes);
#endif

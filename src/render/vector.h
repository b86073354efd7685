/* vector.h: what pictures without pixels, SVG and PDF, have in common: the page, and the geometry of what list.h defines
 * pixel by pixel. */
#ifndef RENDER_VECTOR_H
#define RENDER_VECTOR_H
#include "draw/list.h"

/* A page shows `area` of a draw list. */
struct vector_page {
    struct rect area;      /* pixels of the list */
    double width_pt;       /* of the page, in points (1/72 inch); the height follows */
    double width_mm;       /* the same where it was asked for in millimetres; 0: it was not */
    bool has_background;   /* false: what lies under the page shines through */
    bool is_text_outlined; /* glyphs as shapes, not as text */
};
double vector_page_height(const struct vector_page *page); /* points */
struct vector_page vector_page_of(const struct draw_list *list, float density); /* all of it; 96 logical pixels an inch */

/* One line of a hatch inside r, as a polygon; returns how many points, at most 6; 0: it lies beside r. `index` counts from
 * `first` to `last` of vector_hatch. */
struct vector_hatch {
    struct rect r; /* snapped, inside its clip */
    int period, width, first, last;
};
struct vector_hatch vector_hatch_of(const struct draw_command *command);
size_t vector_hatch_line(const struct vector_hatch *hatch, int index, double points[6][2]);

/* Where the dashes of a frame stand: both halves of its middle line, from the middle of the upper left corner round to that of
 * the lower right one, begin so many pixels into the pattern of `step` on, `step` off. */
double vector_dash_offset(const struct draw_command *frame, int step);

/* Is something of the record outside its clip, or might be? Rectangles, matrices and hatches are cut by geometry. */
bool vector_needs_clip(const struct draw_command *command, struct rect area);
/* How many times to repeat each cell of an image: readers that smooth images then blur only the borders of cells. */
size_t vector_image_scale(size_t rows, size_t columns);
/* Pixels of a matrix as an image of so many per cell, 0xAARRGGBB, straight alpha, rows packed; NULL: no memory. Freed with free. */
uint32_t *vector_image(const struct colour *cells, size_t rows, size_t columns, size_t scale);
bool vector_is_opaque(const struct colour *cells, size_t count);
#endif

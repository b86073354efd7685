/* canvas.h: the image being painted, and what is painted pixel by pixel, without cairo. Private to render/cairo. */
#ifndef RENDER_CAIRO_CANVAS_H
#define RENDER_CAIRO_CANVAS_H
#include "draw/list.h"
#include <cairo.h>

struct canvas {
    uint32_t *pixels; /* rows top … bottom − 1 of width, 0x??RRGGBB; the surface's own memory */
    int width;
    int top, bottom; /* rows of the picture that are painted, bottom exclusive */
    cairo_surface_t *surface;
    cairo_t *cairo;
    struct rect clip; /* what cairo clips to at the moment */
};

/* Whole pixels, right and bottom exclusive. */
struct box {
    int left, top, right, bottom;
};
/* What of the snapped rect lies inside the snapped clip and these rows. */
struct box canvas_box(const struct canvas *canvas, struct rect r, struct rect clip);

void canvas_fill(struct canvas *canvas, struct box box, struct colour c);
void canvas_hatch(struct canvas *canvas, const struct draw_command *command);
/* False: no memory. */
bool canvas_matrix(struct canvas *canvas, const struct draw_command *command, const struct colour *cells);
#endif

/* shapes.h: what images and PDF draw alike with cairo. Private to render/cairo. */
#ifndef RENDER_CAIRO_SHAPES_H
#define RENDER_CAIRO_SHAPES_H
#include "draw/list.h"
#include <cairo.h>

void shape_colour(cairo_t *cairo, struct colour c);
/* Adds the outline of a rounded rectangle to the path. */
void shape_rounded(cairo_t *cairo, struct rect r, float radius);
void shape_line(cairo_t *cairo, const struct draw_command *c);
void shape_curve(cairo_t *cairo, const struct draw_command *c);
#endif

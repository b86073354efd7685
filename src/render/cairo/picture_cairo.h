/* picture_cairo.h: replays a draw list with cairo into an image: no display, no GPU, the same bytes every time. */
#ifndef RENDER_PICTURE_CAIRO_H
#define RENDER_PICTURE_CAIRO_H
#include "draw/list.h"
#include "render/fonts.h"
#include <stdint.h>

struct cairo_renderer; /* keeps opened faces between pictures */
struct cairo_renderer *cairo_renderer_new(struct fonts *fonts);
void cairo_renderer_free(struct cairo_renderer *renderer);
struct fonts *cairo_renderer_fonts(const struct cairo_renderer *renderer);
/* *pixels: 0x00RRGGBB, rows packed (stride = width·4 bytes), malloc'd. Size: the list's, rounded. false: no memory. */
bool cairo_renderer_draw(struct cairo_renderer *renderer, const struct draw_list *list, uint32_t **pixels,
                         int *width, int *height);
/* The size in pixels of its picture; cairo's images reach to 32,767: false beyond. */
bool cairo_renderer_size(const struct draw_list *list, int *width, int *height);
/* Rows top … top + rows − 1 of that picture alone, the same pixels as in the whole one, into pixels [rows, width]. */
bool cairo_renderer_draw_band(struct cairo_renderer *renderer, const struct draw_list *list, int top, int rows,
                              uint32_t *pixels);
#endif

/* glyphs.h: text runs with cairo: shaped by HarfBuzz, painted as outlines. Private to render/cairo. */
#ifndef RENDER_CAIRO_GLYPHS_H
#define RENDER_CAIRO_GLYPHS_H
#include "canvas.h"
#include "render/fonts.h"
#include "render/shaping.h"

/* cairo's view of the faces of one font set: files opened once more, since cairo changes their size as it likes. */
struct cairo_faces {
    struct fonts *fonts;
    FT_Library library;
    cairo_font_face_t **faces; /* by face number; NULL: not opened yet */
    size_t count, capacity;
    cairo_font_options_t *options;
    struct shaped_run shaped;
};
bool cairo_faces_open(struct cairo_faces *faces, struct fonts *fonts);
void cairo_faces_close(struct cairo_faces *faces);
/* False: no memory, or the face's file is gone. */
bool canvas_text(struct canvas *canvas, struct cairo_faces *faces, const struct draw_command *command,
                 const char *text);
#endif

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
cairo_font_face_t *cairo_faces_get(struct cairo_faces *faces, uint16_t number); /* NULL: no memory, or its file is gone */

/* A run as it stands: `stretch` fits it to its measured width; it is a rounding error, or that of a size between two pictures,
 * so that only the places of the glyphs have to follow. */
struct placed_text {
    float size, stretch;
};
bool text_is_drawable(const struct draw_command *command);
/* Shapes the run into faces->shaped and moves the origin of `cairo` to its pen; the caller saves and restores. False: no memory,
 * or the face's file is gone. */
bool text_place(cairo_t *cairo, struct cairo_faces *faces, const struct draw_command *command, const char *text,
                struct placed_text *placed);
cairo_glyph_t text_glyph(const struct shaped_glyph *glyph, const struct placed_text *placed);
/* Fills the outlines of the placed run. */
void text_outlines(cairo_t *cairo, struct cairo_faces *faces, uint16_t face, const struct placed_text *placed);
/* False: no memory, or the face's file is gone. */
bool canvas_text(struct canvas *canvas, struct cairo_faces *faces, const struct draw_command *command,
                 const char *text);
#endif

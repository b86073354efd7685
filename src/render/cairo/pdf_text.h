/* pdf_text.h: runs of text in a PDF. Private to render/cairo. */
#ifndef RENDER_CAIRO_PDF_TEXT_H
#define RENDER_CAIRO_PDF_TEXT_H
#include "glyphs.h"

/* Memory for one run, kept for the next. */
struct pdf_run {
    cairo_glyph_t *glyphs;
    cairo_text_cluster_t *clusters;
    size_t glyph_room, cluster_room;
};
void pdf_run_free(struct pdf_run *run);
/* As text that can be searched and copied, or as outlines. False: no memory, or the face's file is gone. */
bool pdf_text(cairo_t *cairo, struct cairo_faces *faces, struct pdf_run *run, const struct draw_command *command,
              const char *text, bool is_outlined);
#endif

/* pdf.h: draw lists as the pages of a PDF, through cairo: text as text with embedded subsets of its fonts, heatmaps as images
 * that no reader needs to smooth, the document as the file's subject. The same lists give the same bytes: no time stamps. */
#ifndef RENDER_CAIRO_PDF_H
#define RENDER_CAIRO_PDF_H
#include "picture_cairo.h"
#include "render/vector.h"

struct pdf; /* being written */
/* document: JSON, ASCII; NULL: none. NULL: no memory. The renderer outlives it. */
struct pdf *pdf_new(struct cairo_renderer *renderer, const char *document);
/* False: no memory; then only pdf_free helps. */
bool pdf_page(struct pdf *pdf, const struct draw_list *list, const struct vector_page *page);
/* Ends the file; *data malloc'd, with a NUL behind it. False: no memory. */
bool pdf_finish(struct pdf *pdf, uint8_t **data, size_t *bytes);
void pdf_free(struct pdf *pdf); /* safe on NULL */
#endif

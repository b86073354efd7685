/* picture_svg.h: a draw list as SVG: real text in the families of the fonts, each run with its measured width, so that nothing
 * moves where another font serves; small matrices as shapes, large ones as images; the document in <metadata>. The same list
 * gives the same bytes. */
#ifndef RENDER_PICTURE_SVG_H
#define RENDER_PICTURE_SVG_H
#include "render/fonts.h"
#include "render/vector.h"

/* The metadata stands as the text of this element, in this namespace: files/svg_document.h finds it there. */
#define SVG_DOCUMENT_ELEMENT "headway:document"
#define SVG_DOCUMENT_NAMESPACE "urn:headway:document"

/* Matrices of up to so many cells are shapes, while the picture has not more than so many of them in all: about 40 bytes each. */
enum { SVG_MAX_MATRIX_CELLS = 4096, SVG_MAX_PICTURE_CELLS = 24576 };

struct svg_options {
    struct vector_page page;
    const char *document; /* JSON, ASCII; NULL: none */
    /* 0x??RRGGBB as the file of an image, malloc'd; false: no memory. Handed in by app, since only `files` knows the format. */
    bool (*encode_png)(const uint32_t *pixels, size_t width, size_t height, uint8_t **data, size_t *bytes);
};
/* *text: NUL-terminated, malloc'd. False: no memory. */
bool svg_picture(struct fonts *fonts, const struct draw_list *list, const struct svg_options *options,
                 char **text, size_t *bytes);
#endif

/* renderer.h: what images and PDF share of a renderer. Private to render/cairo. */
#ifndef RENDER_CAIRO_RENDERER_H
#define RENDER_CAIRO_RENDERER_H
#include "glyphs.h"
#include "picture_cairo.h"

struct cairo_renderer {
    struct cairo_faces faces;
};
#endif

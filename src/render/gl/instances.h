/* instances.h: turns draw commands into the records that the scene program draws, one quad each. No
 * GL here.
 *
 * Whole rectangles are cut to their clip here, so that only turned shapes are tested per pixel;
 * large frames and rounded rectangles are cut into parts, so that the plain inside costs little or
 * nothing. */
#ifndef RENDER_GL_INSTANCES_H
#define RENDER_GL_INSTANCES_H
#include "draw/list.h"
#include "render/gl/atlas.h"

enum gl_kind {                 /* each is drawn by a program of its own */
               GL_KIND_SOLID,  /* opaque: drawn without blending */
               GL_KIND_TINTED, /* the same, translucent */
               GL_KIND_ROUNDED,
               GL_KIND_FRAME,
               GL_KIND_LINE,
               GL_KIND_TEXT,
               GL_KIND_TURNED_TEXT,
               GL_KIND_MATRIX,
               GL_KIND_HATCH,
               GL_KIND_CURVE,
               GL_KIND_COUNT
};

/* A CURVE is a strip along it, as fine as this, one instance all the same; its box is where it lies. */
enum { GL_CURVE_PIECES = 32 };

struct gl_instance { /* what the graphics card is given: see scene.vert */
    float box[4];    /* the quad: x, y, width, height in the shape's own frame */
    float turn[4];   /* origin x, y, cosine, sine of the frame */
    float clip[4];   /* left, top, right, bottom, whole pixels */
    float shape[4];  /* x, y, width, height in the frame */
    float form[4];   /* radius, thickness, –, – */
    int32_t data[3]; /* TEXT: texel x, y; MATRIX: first cell, rows, columns;
                        FRAME: dash in pixels or 0; HATCH: period, width of its lines;
                        CURVE: 1 upright, 0 level */
    uint32_t kind;   /* for picture_gl.c alone */
    struct colour colour;
};

struct gl_instances {
    struct gl_instance *items;
    size_t count, capacity;
    bool failed; /* no memory: later ones are dropped */
};

void gl_instances_free(struct gl_instances *instances);
/* Everything but text. */
void gl_instances_add(struct gl_instances *instances, const struct draw_list *list,
                      const struct draw_command *command);
/* false: wholly outside its clip, as far as the recorded width tells. */
bool gl_text_is_visible(const struct draw_command *command);
void gl_instances_add_text(struct gl_instances *instances, const struct draw_command *command,
                           const struct glyph_run *run, const struct glyph_piece *pieces);
#endif

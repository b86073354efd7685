/* parts.h: what an SVG picture is made of, one function for each kind of record. Private to render/svg. */
#ifndef RENDER_SVG_PARTS_H
#define RENDER_SVG_PARTS_H
#include "output.h"
#include "picture_svg.h"
#include "render/shaping.h"

struct svg_state {
    struct output out;
    struct fonts *fonts;
    const struct draw_list *list;
    const struct svg_options *options;
    struct shaped_run shaped;
    size_t matrices, cells; /* so far: for ids, and against SVG_MAX_PICTURE_CELLS */
    struct rect *clips;     /* met so far; the id of one is its place from 1 */
    size_t clip_count, clip_room;
    size_t open_clip; /* id of the group that is open; 0: none */
};

void svg_text(struct svg_state *state, const struct draw_command *c);
void svg_matrix(struct svg_state *state, const struct draw_command *c);
#endif

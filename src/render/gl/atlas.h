/* atlas.h: one R8 texture that keeps shaped runs of text, rendered once each.
 *
 * A run is kept with a border of one empty pixel and cut into pieces of at most GLYPH_PIECE_MAX
 * pixels a side, so that a run longer than the texture is drawn as well. Every piece stands in the
 * texture with an apron of one pixel that repeats its neighbours, so that linear filtering shows no
 * seams. */
#ifndef RENDER_GL_ATLAS_H
#define RENDER_GL_ATLAS_H
#include "draw/list.h"
#include "render/fonts.h"
#include <stdint.h>

enum { GLYPH_PIECE_MAX = 1020, GLYPH_ATLAS_START_SIZE = 2048, GLYPH_ATLAS_MAX_SHELVES = 1024 };

struct glyph_piece {
    int x, y, width, height; /* in the bordered bitmap of its run */
    int atlas_x, atlas_y;    /* where its own pixels (not the apron) begin in the texture */
};

struct glyph_run {
    size_t first_piece, piece_count; /* none: a run without ink */
    int origin_x, origin_y;          /* pen start and baseline in the bordered bitmap */
    int width, height;               /* of the bordered bitmap */
};

struct glyph_entry { /* a place of the hash table; bytes 0: free (an empty run is never kept) */
    uint64_t hash;
    size_t text, bytes; /* in `text` of the atlas */
    float size_px;
    uint16_t face;
    bool is_right_to_left;
    struct glyph_run run;
};

struct glyph_shelf {
    int y, height, used; /* used: pixels from the left */
};

struct glyph_atlas {
    uint32_t texture;
    int size, max_size;
    struct glyph_shelf shelves[GLYPH_ATLAS_MAX_SHELVES];
    size_t shelf_count;
    struct glyph_entry *entries; /* open addressing, a power of two */
    size_t entry_count, entry_capacity;
    struct glyph_piece *pieces;
    size_t piece_count, piece_capacity;
    char *text; /* the strings of all keys, one after the other */
    size_t text_bytes, text_capacity;
};

enum glyph_result {
    GLYPH_FOUND,
    GLYPH_FULL,   /* no room: draw what is pending, then glyph_atlas_restart */
    GLYPH_MISSING /* the run cannot be rendered, or there is no memory */
};

void glyph_atlas_init(struct glyph_atlas *atlas, int size, int max_size);
void glyph_atlas_free(struct glyph_atlas *atlas); /* safe on zeros and twice */
/* The run of a TEXT command, rendered and put into the texture when it is not there yet. The
 * pointer stays good until the next call. */
enum glyph_result glyph_atlas_find(struct glyph_atlas *atlas, struct fonts *fonts,
                                   const struct draw_command *command, const char *text,
                                   const struct glyph_run **run);
/* Forgets every run; should_grow: with a texture of twice the size, where that is allowed. */
void glyph_atlas_restart(struct glyph_atlas *atlas, bool should_grow);
#endif

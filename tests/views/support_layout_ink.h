/* support_layout_ink.h: what a draw list paints where: the boxes of its texts, what lies under a point. */
#ifndef TESTS_SUPPORT_LAYOUT_INK_H
#define TESTS_SUPPORT_LAYOUT_INK_H
#include "support_layout.h"

/* A text as a box in the direction it runs: from capital height down to the baseline, and to the
 * descenders where it has some, so that ordinary leading is no overlap. */
struct text_box {
    size_t at;    /* its command */
    float x, y;   /* middle */
    float ux, uy; /* along the text; up is (uy, −ux) */
    float half_w, half_h;
    struct rect bounds;
    bool is_covered;
};

/* Commands by the tiles that they touch, in painting order. */
enum { TILE = 48, MAX_TILES = 4096 };
struct tiles {
    float side;
    size_t columns, rows;
    uint32_t *first; /* columns·rows + 1 */
    uint32_t *commands;
};

struct rules {
    struct layout_room *room;
    const struct draw_list *list;
    struct text_box *boxes;
    size_t count;
    struct tiles tiles;
    float unit;
};
enum { CURVE_PIECES = 40 };

struct rect ink_outline(const struct draw_command *c);
struct text_box ink_box(const struct rules *rules, size_t at);
void ink_point(const struct text_box *b, float u, float v, float *x, float *y);
bool ink_is_inside(const struct text_box *b, struct rect r, float slack);
float ink_depth(const struct text_box *a, const struct text_box *b);
struct text_box ink_box_of_rect(struct rect r);
void ink_tile_range(const struct tiles *t, struct rect r, size_t range[4]);
void ink_tiles_make(struct rules *rules);
struct draw_command ink_curve_piece(const struct draw_command *c, int piece);
struct colour ink_colour_under(const struct rules *rules, size_t end, float x, float y);

/* For the files of the rules. */
#define RECT_FORMAT "(%.1f %.1f %.1f×%.1f)"
#define RECT_OF(r)  (double)(r).x, (double)(r).y, (double)(r).w, (double)(r).h
const char *rules_words(const struct rules *rules, const struct text_box *b, char out[48]);
/* Does what this record paints scroll, along its lines or down, or both? */
bool rules_scroll(const struct rules *rules, const struct draw_command *c, bool *is_sideways, bool *is_both);
void rules_check_boxes(struct rules *rules);
#endif

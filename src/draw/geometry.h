/* geometry.h: rectangles in device pixels, x to the right, y down, and cutting them. */
#ifndef DRAW_GEOMETRY_H
#define DRAW_GEOMETRY_H
#include <stdbool.h>

struct rect {
    float x, y, w, h;
};

static inline struct rect rect_make(float x, float y, float w, float h) {
    return (struct rect){x, y, w, h};
}
static inline float rect_right(struct rect r) {
    return r.x + r.w;
}
static inline float rect_bottom(struct rect r) {
    return r.y + r.h;
}
static inline bool rect_contains(struct rect r, float x, float y) {
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}
/* The common part; width and height are never negative. */
struct rect rect_intersect(struct rect a, struct rect b);
bool rect_overlap(struct rect a, struct rect b);
struct rect rect_inset(struct rect r, float dx, float dy);
struct rect rect_snap(struct rect r); /* edges to whole pixels */

/* Layout by cutting: take a strip off one side, *r keeps the rest. A cut wider than *r takes it all. */
struct rect rect_cut_left(struct rect *r, float w);
struct rect rect_cut_right(struct rect *r, float w);
struct rect rect_cut_top(struct rect *r, float h);
struct rect rect_cut_bottom(struct rect *r, float h);
#endif

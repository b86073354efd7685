#include "geometry.h"
#include <math.h>

static float smaller(float a, float b) {
    return a < b ? a : b;
}
static float larger(float a, float b) {
    return a > b ? a : b;
}

struct rect rect_intersect(struct rect a, struct rect b) {
    float x = larger(a.x, b.x), y = larger(a.y, b.y);
    float right = smaller(rect_right(a), rect_right(b));
    float bottom = smaller(rect_bottom(a), rect_bottom(b));
    return rect_make(x, y, larger(right - x, 0.0f), larger(bottom - y, 0.0f));
}

bool rect_overlap(struct rect a, struct rect b) {
    return a.w > 0 && a.h > 0 && b.w > 0 && b.h > 0 && a.x < rect_right(b) && b.x < rect_right(a) &&
           a.y < rect_bottom(b) && b.y < rect_bottom(a);
}

/* An inset larger than half the rectangle leaves an empty one at its middle. */
struct rect rect_inset(struct rect r, float dx, float dy) {
    dx = smaller(dx, r.w / 2);
    dy = smaller(dy, r.h / 2);
    return rect_make(r.x + dx, r.y + dy, r.w - 2 * dx, r.h - 2 * dy);
}

struct rect rect_snap(struct rect r) {
    float x = floorf(r.x + 0.5f), y = floorf(r.y + 0.5f);
    float right = floorf(rect_right(r) + 0.5f), bottom = floorf(rect_bottom(r) + 0.5f);
    return rect_make(x, y, larger(right - x, 0.0f), larger(bottom - y, 0.0f));
}

/* A strip between nothing and all there is. */
static float strip(float wanted, float available) {
    return larger(smaller(wanted, available), 0.0f);
}

struct rect rect_cut_left(struct rect *r, float w) {
    w = strip(w, r->w);
    struct rect cut = rect_make(r->x, r->y, w, r->h);
    r->x += w;
    r->w -= w;
    return cut;
}

struct rect rect_cut_right(struct rect *r, float w) {
    w = strip(w, r->w);
    r->w -= w;
    return rect_make(r->x + r->w, r->y, w, r->h);
}

struct rect rect_cut_top(struct rect *r, float h) {
    h = strip(h, r->h);
    struct rect cut = rect_make(r->x, r->y, r->w, h);
    r->y += h;
    r->h -= h;
    return cut;
}

struct rect rect_cut_bottom(struct rect *r, float h) {
    h = strip(h, r->h);
    r->h -= h;
    return rect_make(r->x, r->y + r->h, r->w, h);
}

#include "bounds.h"
#include <math.h>

/* Above the baseline as far as accents reach, below it as far as descenders do, in ems. */
static const float ABOVE = 0.98f, BELOW = 0.27f;

static struct rect around_points(const float (*points)[2], size_t count) {
    float left = points[0][0], right = left, top = points[0][1], bottom = top;
    for (size_t i = 1; i < count; i++) {
        left = fminf(left, points[i][0]);
        right = fmaxf(right, points[i][0]);
        top = fminf(top, points[i][1]);
        bottom = fmaxf(bottom, points[i][1]);
    }
    return rect_make(left, top, right - left, bottom - top);
}

static struct rect text_bounds(const struct draw_command *c) {
    float along[2] = {-0.05f * c->rect.h, c->rect.w + 0.05f * c->rect.h};
    float across[2] = {-ABOVE * c->rect.h, BELOW * c->rect.h};
    float cosine = cosf(c->angle), sine = sinf(c->angle), corners[4][2];
    for (size_t i = 0; i < 4; i++) {
        float x = along[i % 2], y = across[i / 2];
        corners[i][0] = c->rect.x + x * cosine - y * sine;
        corners[i][1] = c->rect.y + x * sine + y * cosine;
    }
    return around_points((const float(*)[2])corners, 4);
}

struct rect draw_command_bounds(const struct draw_command *c) {
    switch ((enum draw_kind)c->kind) {
    case DRAW_LINE:
    case DRAW_CURVE: { /* an S between two ends stays within their box */
        const float ends[2][2] = {{c->rect.x, c->rect.y},
                                  {c->rect.x + c->rect.w, c->rect.y + c->rect.h}};
        float reach = c->thickness / 2;
        return rect_inset(around_points(ends, 2), -reach, -reach);
    }
    case DRAW_TEXT:
        return text_bounds(c);
    case DRAW_MATRIX:
    case DRAW_HATCH:
        return rect_snap(c->rect);
    case DRAW_RECTANGLE:
    case DRAW_FRAME:
        break;
    }
    return c->rect;
}

static bool is_background(const struct draw_list *list, const struct draw_command *c) {
    struct colour b = list->background;
    return c->kind == DRAW_RECTANGLE && c->colour.r == b.r && c->colour.g == b.g &&
           c->colour.b == b.b;
}

static bool can_be_seen(const struct draw_list *list, const struct draw_command *c) {
    return c->colour.a > 0 && !is_background(list, c) &&
           rect_overlap(draw_command_bounds(c), c->clip);
}

struct rect draw_list_bounds(const struct draw_list *list) {
    float left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (size_t i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        if (!can_be_seen(list, c)) continue;
        struct rect r = rect_intersect(draw_command_bounds(c), c->clip);
        left = fminf(left, floorf(r.x));
        top = fminf(top, floorf(r.y));
        right = fmaxf(right, ceilf(rect_right(r)));
        bottom = fmaxf(bottom, ceilf(rect_bottom(r)));
    }
    if (!(right > left && bottom > top)) return rect_make(0, 0, 0, 0);
    return rect_intersect(rect_make(left, top, right - left, bottom - top),
                          rect_make(0, 0, list->width, list->height));
}

float draw_list_smallest_type(const struct draw_list *list) {
    float smallest = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        if (c->kind != DRAW_TEXT || c->is_decoration || !can_be_seen(list, c)) continue;
        if (smallest <= 0 || c->rect.h < smallest) smallest = c->rect.h;
    }
    return smallest;
}

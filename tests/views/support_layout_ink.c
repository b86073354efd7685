/* support_layout_ink.c: where the ink of a draw list is. */
#include "support_layout_ink.h"

#include "ui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct rect ink_outline(const struct draw_command *c) {
    struct rect r = c->rect;
    if (c->kind == DRAW_LINE || c->kind == DRAW_CURVE) {
        float reach = c->thickness / 2;
        r = rect_make(fminf(r.x, r.x + r.w) - reach, fminf(r.y, r.y + r.h) - reach,
                      fabsf(r.w) + 2 * reach, fabsf(r.h) + 2 * reach);
    }
    return r;
}

/* ---- boxes ---- */

static uint32_t code_point_at(const char *text, size_t bytes, size_t *at) {
    const unsigned char *s = (const unsigned char *)text + *at;
    size_t length = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? s[0] : s[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length && *at + i < bytes; i++) {
        code = code << 6 | (s[i] & 0x3Fu);
    }
    *at += length;
    return code;
}

/* How far a text reaches above and below its baseline, in parts of its size. */
static void reach_of(const struct rules *rules, const struct draw_command *c, float *up,
                     float *down) {
    const char *text = rules->list->text + c->data;
    struct text_metrics m = rules->room->measurer.metrics(rules->room->measurer.context,
                                                          (enum text_style)c->style, c->rect.h);
    *up = 0;
    *down = 0;
    for (size_t at = 0; at < c->count;) {
        uint32_t code = code_point_at(text, c->count, &at);
        float above = m.cap_height, below = 0;
        if (code == ' ') {
            continue;
        }
        if (code < 0x80) {
            below = strchr("gjpqyQ,;()[]{}|/_", (int)code) ? 0.2f * c->rect.h : 0;
        } else if (code >= 0x2E80) { /* wide characters fill their square */
            above = 0.84f * c->rect.h;
            below = 0.1f * c->rect.h;
        } else if (code >= 0x590 && code < 0x1000) {
            below = 0.2f * c->rect.h;
        }
        *up = fmaxf(*up, above);
        *down = fmaxf(*down, below);
    }
}

struct text_box ink_box(const struct rules *rules, size_t at) {
    const struct draw_command *c = &rules->list->commands[at];
    float up, down;
    reach_of(rules, c, &up, &down);
    struct text_box b = {.at = at, .ux = cosf(c->angle), .uy = sinf(c->angle)};
    b.half_w = c->rect.w / 2;
    b.half_h = (up + down) / 2;
    float rise = (up - down) / 2;
    b.x = c->rect.x + b.ux * b.half_w + b.uy * rise;
    b.y = c->rect.y + b.uy * b.half_w - b.ux * rise;
    float w = fabsf(b.ux) * b.half_w + fabsf(b.uy) * b.half_h,
          h = fabsf(b.uy) * b.half_w + fabsf(b.ux) * b.half_h;
    b.bounds = rect_make(b.x - w, b.y - h, 2 * w, 2 * h);
    return b;
}

/* A point of the box; u, v in −1 … 1 along it and up. */
void ink_point(const struct text_box *b, float u, float v, float *x, float *y) {
    *x = b->x + b->ux * b->half_w * u + b->uy * b->half_h * v;
    *y = b->y + b->uy * b->half_w * u - b->ux * b->half_h * v;
}

bool ink_is_inside(const struct text_box *b, struct rect r, float slack) {
    for (int corner = 0; corner < 4; corner++) {
        float x, y;
        ink_point(b, corner & 1 ? 1.0f : -1.0f, corner & 2 ? 1.0f : -1.0f, &x, &y);
        if (x < r.x - slack || y < r.y - slack || x > rect_right(r) + slack ||
            y > rect_bottom(r) + slack) {
            return false;
        }
    }
    return true;
}

/* How deep two boxes lie in each other, in pixels; ≤ 0: apart (separating axes). */
float ink_depth(const struct text_box *a, const struct text_box *b) {
    const float axes[4][2] = {{a->ux, a->uy}, {a->uy, -a->ux}, {b->ux, b->uy}, {b->uy, -b->ux}};
    float least = INFINITY;
    for (int i = 0; i < 4; i++) {
        const float *n = axes[i];
        float reach = 0;
        const struct text_box *boxes[2] = {a, b};
        for (int k = 0; k < 2; k++) {
            const struct text_box *t = boxes[k];
            reach += t->half_w * fabsf(t->ux * n[0] + t->uy * n[1]) +
                     t->half_h * fabsf(t->uy * n[0] - t->ux * n[1]);
        }
        float apart = fabsf((a->x - b->x) * n[0] + (a->y - b->y) * n[1]);
        least = fminf(least, reach - apart);
    }
    return least;
}

struct text_box ink_box_of_rect(struct rect r) {
    return (struct text_box){.x = r.x + r.w / 2,
                             .y = r.y + r.h / 2,
                             .ux = 1,
                             .half_w = r.w / 2,
                             .half_h = r.h / 2,
                             .bounds = r};
}

/* ---- tiles ---- */

void ink_tile_range(const struct tiles *t, struct rect r, size_t range[4]) {
    const float edges[4] = {r.x, rect_right(r), r.y, rect_bottom(r)};
    for (int i = 0; i < 4; i++) {
        float most = (float)(i < 2 ? t->columns : t->rows) - 1;
        range[i] = (size_t)fminf(most, fmaxf(0, floorf(edges[i] / t->side)));
    }
}

void ink_tiles_make(struct rules *rules) {
    struct tiles *t = &rules->tiles;
    const struct draw_list *list = rules->list;
    t->side = TILE;
    while (ceilf(list->width / t->side) * ceilf(list->height / t->side) > MAX_TILES) {
        t->side *= 1.25f;
    }
    t->columns = (size_t)ceilf(list->width / t->side);
    t->rows = (size_t)ceilf(list->height / t->side);
    t->first = calloc(t->columns * t->rows + 2, sizeof *t->first);
    assert_non_null(t->first);
    for (int pass = 0; pass < 2; pass++) { /* count, then fill */
        for (size_t i = 0; i < list->count; i++) {
            const struct draw_command *c = &list->commands[i];
            struct rect r = rect_intersect(ink_outline(c), c->clip);
            size_t range[4];
            if (c->kind == DRAW_TEXT || r.w <= 0 || r.h <= 0) {
                continue;
            }
            ink_tile_range(t, r, range);
            for (size_t row = range[2]; row <= range[3]; row++) {
                for (size_t column = range[0]; column <= range[1]; column++) {
                    uint32_t *slot = &t->first[row * t->columns + column + 1];
                    if (pass) {
                        t->commands[slot[0]++] = (uint32_t)i;
                    } else {
                        slot[1]++;
                    }
                }
            }
        }
        if (pass == 0) {
            for (size_t i = 2; i < t->columns * t->rows + 2; i++) {
                t->first[i] += t->first[i - 1];
            }
            size_t all = t->first[t->columns * t->rows + 1];
            t->commands = malloc((all ? all : 1) * sizeof *t->commands);
            assert_non_null(t->commands);
        }
    }
}

/* ---- what lies under a point ---- */

static bool is_in_rounded(struct rect r, float radius, float x, float y) {
    if (!rect_contains(r, x, y)) {
        return false;
    }
    radius = fminf(radius, fminf(r.w, r.h) / 2);
    float dx = fmaxf(0, fmaxf(r.x + radius - x, x - (rect_right(r) - radius))),
          dy = fmaxf(0, fmaxf(r.y + radius - y, y - (rect_bottom(r) - radius)));
    return dx * dx + dy * dy <= radius * radius;
}

static bool is_on_line(const struct draw_command *c, float x, float y) {
    float length = c->rect.w * c->rect.w + c->rect.h * c->rect.h;
    float t = length > 0 ? ((x - c->rect.x) * c->rect.w + (y - c->rect.y) * c->rect.h) / length : 0;
    t = fminf(1, fmaxf(0, t));
    return hypotf(x - c->rect.x - t * c->rect.w, y - c->rect.y - t * c->rect.h) <= c->thickness / 2;
}

struct draw_command ink_curve_piece(const struct draw_command *c, int piece) {
    float x0, y0, x1, y1;
    draw_curve_at(c, (float)piece / CURVE_PIECES, &x0, &y0);
    draw_curve_at(c, (float)(piece + 1) / CURVE_PIECES, &x1, &y1);
    return (struct draw_command){
        .kind = DRAW_LINE, .rect = rect_make(x0, y0, x1 - x0, y1 - y0), .thickness = c->thickness};
}

static bool is_on_curve(const struct draw_command *c, float x, float y) {
    for (int i = 0; i < CURVE_PIECES; i++) {
        struct draw_command piece = ink_curve_piece(c, i);
        if (is_on_line(&piece, x, y)) {
            return true;
        }
    }
    return false;
}

/* The colour that the command paints at a point; false: none. */
static bool paints(const struct draw_list *list, const struct draw_command *c, float x, float y,
                   struct colour *colour) {
    struct rect r = c->rect;
    if (!rect_contains(c->clip, x, y)) {
        return false;
    }
    *colour = c->colour;
    switch ((enum draw_kind)c->kind) {
    case DRAW_RECTANGLE:
        return is_in_rounded(r, c->radius, x, y);
    case DRAW_FRAME:
        return is_in_rounded(r, c->radius, x, y) &&
               !is_in_rounded(rect_inset(r, c->thickness, c->thickness),
                              fmaxf(0, c->radius - c->thickness), x, y) &&
               (c->dash <= 0 || draw_dash_covers((int)x, (int)y, c->dash));
    case DRAW_LINE:
        return is_on_line(c, x, y);
    case DRAW_CURVE:
        return rect_contains(ink_outline(c), x, y) && is_on_curve(c, x, y);
    case DRAW_HATCH:
        return rect_contains(rect_snap(r), x, y) && draw_hatch_covers((int)x, (int)y, c->thickness);
    case DRAW_MATRIX: {
        struct rect s = rect_snap(r);
        if (!rect_contains(s, x, y)) {
            return false;
        }
        size_t column = draw_cell_at((size_t)(x - s.x), (size_t)s.w, c->columns),
               row = draw_cell_at((size_t)(y - s.y), (size_t)s.h, c->count);
        *colour = list->cells[c->data + row * c->columns + column];
        return true;
    }
    case DRAW_TEXT:
        return false;
    }
    return false;
}

/* What is painted at a point by the commands before `end`. */
struct colour ink_colour_under(const struct rules *rules, size_t end, float x, float y) {
    enum { MOST_LAYERS = 32 };
    const struct tiles *t = &rules->tiles;
    struct colour layers[MOST_LAYERS], below = rules->list->background;
    size_t count = 0, range[4];
    ink_tile_range(t, rect_make(x, y, 0, 0), range);
    size_t tile = range[2] * t->columns + range[0];
    for (size_t i = t->first[tile + 1]; i-- > t->first[tile];) {
        struct colour colour;
        if (t->commands[i] >= end ||
            !paints(rules->list, &rules->list->commands[t->commands[i]], x, y, &colour)) {
            continue;
        }
        if (colour.a == 255) {
            below = colour;
            break;
        }
        if (count < MOST_LAYERS) {
            layers[count++] = colour;
        }
    }
    while (count > 0) {
        below = colour_over(layers[--count], below);
    }
    return below;
}

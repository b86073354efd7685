/* support_layout_rules.c: what every picture keeps, read off its draw list. */
#include "support_layout.h"

#include "ui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

static struct rect outline(const struct draw_command *c) {
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

static struct text_box box_of(const struct rules *rules, size_t at) {
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
static void point_of(const struct text_box *b, float u, float v, float *x, float *y) {
    *x = b->x + b->ux * b->half_w * u + b->uy * b->half_h * v;
    *y = b->y + b->uy * b->half_w * u - b->ux * b->half_h * v;
}

static bool is_inside(const struct text_box *b, struct rect r, float slack) {
    for (int corner = 0; corner < 4; corner++) {
        float x, y;
        point_of(b, corner & 1 ? 1.0f : -1.0f, corner & 2 ? 1.0f : -1.0f, &x, &y);
        if (x < r.x - slack || y < r.y - slack || x > rect_right(r) + slack ||
            y > rect_bottom(r) + slack) {
            return false;
        }
    }
    return true;
}

/* How deep two boxes lie in each other, in pixels; ≤ 0: apart (separating axes). */
static float depth(const struct text_box *a, const struct text_box *b) {
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

static struct text_box box_of_rect(struct rect r) {
    return (struct text_box){.x = r.x + r.w / 2,
                             .y = r.y + r.h / 2,
                             .ux = 1,
                             .half_w = r.w / 2,
                             .half_h = r.h / 2,
                             .bounds = r};
}

/* ---- tiles ---- */

static void tile_range(const struct tiles *t, struct rect r, size_t range[4]) {
    const float edges[4] = {r.x, rect_right(r), r.y, rect_bottom(r)};
    for (int i = 0; i < 4; i++) {
        float most = (float)(i < 2 ? t->columns : t->rows) - 1;
        range[i] = (size_t)fminf(most, fmaxf(0, floorf(edges[i] / t->side)));
    }
}

static void tiles_make(struct rules *rules) {
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
            struct rect r = rect_intersect(outline(c), c->clip);
            size_t range[4];
            if (c->kind == DRAW_TEXT || r.w <= 0 || r.h <= 0) {
                continue;
            }
            tile_range(t, r, range);
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

enum { CURVE_PIECES = 40 };

static struct draw_command curve_piece(const struct draw_command *c, int piece) {
    float x0, y0, x1, y1;
    draw_curve_at(c, (float)piece / CURVE_PIECES, &x0, &y0);
    draw_curve_at(c, (float)(piece + 1) / CURVE_PIECES, &x1, &y1);
    return (struct draw_command){
        .kind = DRAW_LINE, .rect = rect_make(x0, y0, x1 - x0, y1 - y0), .thickness = c->thickness};
}

static bool is_on_curve(const struct draw_command *c, float x, float y) {
    for (int i = 0; i < CURVE_PIECES; i++) {
        struct draw_command piece = curve_piece(c, i);
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
        return rect_contains(outline(c), x, y) && is_on_curve(c, x, y);
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
static struct colour colour_under(const struct rules *rules, size_t end, float x, float y) {
    enum { MOST_LAYERS = 32 };
    const struct tiles *t = &rules->tiles;
    struct colour layers[MOST_LAYERS], below = rules->list->background;
    size_t count = 0, range[4];
    tile_range(t, rect_make(x, y, 0, 0), range);
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

/* ---- the rules ---- */

static const char *words_of(const struct rules *rules, const struct text_box *b, char out[48]) {
    const struct draw_command *c = &rules->list->commands[b->at];
    size_t bytes = c->count < 40 ? c->count : 40;
    while (bytes > 0 && bytes < c->count && (rules->list->text[c->data + bytes] & 0xC0) == 0x80) {
        bytes--;
    }
    memcpy(out, rules->list->text + c->data, bytes);
    out[bytes] = '\0';
    return out;
}

#define RECT_FORMAT "(%.1f %.1f %.1f×%.1f)"
#define RECT_OF(r)  (double)(r).x, (double)(r).y, (double)(r).w, (double)(r).h

static bool is_opaque(const struct draw_command *c) {
    return c->kind == DRAW_MATRIX || (c->kind == DRAW_RECTANGLE && c->colour.a == 255);
}

/* Menus, messages and sheets lie over the page on purpose: the fill or frame of a block that
 * swallows clicks; a tooltip, while there is a pointer. */
static bool is_overlay(const struct rules *rules, const struct draw_command *c) {
    const struct semantics *s = &rules->room->semantics;
    const struct theme *t = theme_of((enum theme_kind)rules->room->study.document.theme);
    struct rect seen = rect_intersect(c->rect, c->clip);
    float slack = 2 * rules->unit;
    for (size_t i = 0; i < s->count; i++) {
        struct rect r = s->nodes[i].rect;
        if (s->nodes[i].role == ROLE_BLOCK && fabsf(seen.x - r.x) <= slack &&
            fabsf(seen.y - r.y) <= slack && fabsf(rect_right(seen) - rect_right(r)) <= slack &&
            fabsf(rect_bottom(seen) - rect_bottom(r)) <= slack) {
            return true;
        }
    }
    return rules->room->presence.has_pointer && c->kind == DRAW_RECTANGLE &&
           memcmp(&c->colour, &t->ink, sizeof t->ink) == 0;
}

/* Has something between the two commands already hidden this part? */
static bool is_hidden(const struct rules *rules, size_t below, size_t above, struct rect shared) {
    struct text_box part = box_of_rect(shared);
    for (size_t i = below + 1; i < above; i++) {
        const struct draw_command *c = &rules->list->commands[i];
        if (is_opaque(c) && is_inside(&part, rect_intersect(c->rect, c->clip), 0)) {
            return true;
        }
    }
    return false;
}

static struct rect
corners_cut(const struct draw_command *c) { /* the part that no round corner takes away */
    float r =
        c->kind == DRAW_RECTANGLE ? fminf(c->radius, fminf(c->rect.w, c->rect.h) / 2) * 0.3f : 0;
    return rect_intersect(rect_inset(c->rect, r, r), c->clip);
}

/* Rule 1, what is painted over a text, and rule 5. */
static void check_covers(struct rules *rules, struct text_box *b) {
    const struct tiles *t = &rules->tiles;
    const struct draw_command *text = &rules->list->commands[b->at];
    size_t range[4];
    char words[48];
    tile_range(t, b->bounds, range);
    for (size_t tile_row = range[2]; tile_row <= range[3] && !b->is_covered; tile_row++) {
        for (size_t column = range[0]; column <= range[1] && !b->is_covered; column++) {
            size_t tile = tile_row * t->columns + column;
            for (size_t i = t->first[tile]; i < t->first[tile + 1]; i++) {
                const struct draw_command *c = &rules->list->commands[t->commands[i]];
                if (t->commands[i] > b->at && is_opaque(c) && is_inside(b, corners_cut(c), 0)) {
                    b->is_covered = true;
                    break;
                }
            }
        }
    }
    if (b->is_covered) {
        return;
    }
    for (size_t tile_row = range[2]; tile_row <= range[3]; tile_row++) {
        for (size_t column = range[0]; column <= range[1]; column++) {
            size_t tile = tile_row * t->columns + column;
            for (size_t i = t->first[tile]; i < t->first[tile + 1]; i++) {
                const struct draw_command *c = &rules->list->commands[t->commands[i]];
                if (t->commands[i] < b->at) {
                    continue;
                }
                struct rect seen = rect_intersect(outline(c), c->clip);
                struct rect sides[CURVE_PIECES] = {seen};
                int count = 1;
                if (c->kind == DRAW_FRAME) {
                    float thick = c->thickness;
                    sides[0] = rect_make(c->rect.x, c->rect.y, c->rect.w, thick);
                    sides[1] = rect_make(c->rect.x, rect_bottom(c->rect) - thick, c->rect.w, thick);
                    sides[2] = rect_make(c->rect.x, c->rect.y, thick, c->rect.h);
                    sides[3] = rect_make(rect_right(c->rect) - thick, c->rect.y, thick, c->rect.h);
                    count = 4;
                }
                for (int piece = 0; c->kind == DRAW_CURVE && piece < CURVE_PIECES; piece++) {
                    struct draw_command line = curve_piece(c, piece);
                    sides[piece] = outline(&line);
                    count = CURVE_PIECES;
                }
                for (int side = 0; side < count; side++) {
                    struct text_box cover = box_of_rect(
                        rect_intersect(rect_intersect(sides[side], c->clip), text->clip));
                    if (cover.half_w <= 0 || cover.half_h <= 0 ||
                        depth(b, &cover) <= 0.6f * rules->unit || is_overlay(rules, c) ||
                        is_hidden(rules, b->at, t->commands[i],
                                  rect_intersect(cover.bounds, b->bounds))) {
                        continue;
                    }
                    layout_fault(rules->room, "'%s' " RECT_FORMAT " is %s by " RECT_FORMAT,
                                 words_of(rules, b, words), RECT_OF(b->bounds),
                                 c->kind == DRAW_FRAME || c->kind == DRAW_LINE ||
                                         c->kind == DRAW_CURVE
                                     ? "struck through"
                                     : "half covered",
                                 RECT_OF(c->rect));
                    return;
                }
            }
        }
    }
}

/* Rule 1. Runs that follow each other on one baseline may touch. */
static void check_pair(struct rules *rules, const struct text_box *a, const struct text_box *b) {
    const struct text_box *below = a->at < b->at ? a : b, *above = a->at < b->at ? b : a;
    float allowed = above->at == below->at + 1 ? 1.0f : 0.5f;
    char one[48], two[48];
    if (depth(a, b) <= allowed) {
        return;
    }
    struct rect seen = rect_intersect(rules->list->commands[below->at].clip,
                                      rules->list->commands[above->at].clip);
    struct rect shared = rect_intersect(rect_intersect(a->bounds, b->bounds), seen);
    if (shared.w <= 0 || shared.h <= 0 || is_hidden(rules, below->at, above->at, shared)) {
        return;
    }
    layout_fault(rules->room, "'%s' " RECT_FORMAT " overlaps '%s' " RECT_FORMAT " by %.1f",
                 words_of(rules, below, one), RECT_OF(below->bounds), words_of(rules, above, two),
                 RECT_OF(above->bounds), (double)depth(a, b));
}

static int by_left(const void *a, const void *b) {
    const struct text_box *one = a, *two = b;
    if (one->bounds.x < two->bounds.x) {
        return -1;
    }
    return one->bounds.x > two->bounds.x ? 1 : one->at < two->at ? -1 : 1;
}

static void check_overlaps(struct rules *rules) {
    for (size_t i = 0; i < rules->count; i++) {
        const struct text_box *a = &rules->boxes[i];
        for (size_t j = i + 1; j < rules->count && rules->boxes[j].bounds.x < rect_right(a->bounds);
             j++) {
            const struct text_box *b = &rules->boxes[j];
            if (b->bounds.y < rect_bottom(a->bounds) && a->bounds.y < rect_bottom(b->bounds)) {
                check_pair(rules, a, b);
            }
        }
    }
}

/* What scrolls, and so may be cut by its own clip: the lines of chips, the rail of heads, and the
 * rows of the panel. */
static bool is_scrolling(const struct rules *rules, const struct draw_command *c, bool *is_sideways,
                         bool *is_both) {
    const struct semantics *s = &rules->room->semantics;
    enum { FIELDS = 3, SCROLLING = 6 };
    const struct semantic_node *nodes[SCROLLING] = {
        semantics_by_id(s, NODE_FIELD),      semantics_by_id(s, NODE_CONTEXT),
        semantics_by_id(s, NODE_VALUES),     semantics_by_id(s, ui_id("rail", 0, 0)),
        semantics_by_id(s, NODE_PANEL_ROWS), semantics_by_id(s, ui_id("lines", 0, 0))};
    for (int i = 0; i < SCROLLING; i++) {
        if (nodes[i] && c->clip.x >= nodes[i]->rect.x - 1 && c->clip.y >= nodes[i]->rect.y - 1 &&
            rect_right(c->clip) <= rect_right(nodes[i]->rect) + 1 &&
            rect_bottom(c->clip) <= rect_bottom(nodes[i]->rect) + 1) {
            *is_sideways = i < FIELDS;
            *is_both = i == 1 || i == 2; /* a field among rows that scroll */
            return true;
        }
    }
    return false;
}

/* Rule 2. */
static void check_clips(struct rules *rules) {
    const struct draw_list *list = rules->list;
    struct rect window = rect_make(0, 0, list->width, list->height);
    char words[48];
    for (size_t i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        struct rect r = outline(c), allowed = window;
        bool is_sideways, is_both;
        if (c->kind == DRAW_TEXT) {
            continue;
        }
        if (is_scrolling(rules, c, &is_sideways, &is_both)) {
            if (is_both) {
                continue;
            }
            allowed = is_sideways ? rect_make(-INFINITY, 0, INFINITY, list->height)
                                  : rect_make(0, -INFINITY, list->width, INFINITY);
            if ((is_sideways && r.y >= 0 && rect_bottom(r) <= list->height) ||
                (!is_sideways && r.x >= 0 && rect_right(r) <= list->width)) {
                continue;
            }
        }
        if (r.x < allowed.x - 0.5f || r.y < allowed.y - 0.5f ||
            rect_right(r) > rect_right(allowed) + 0.5f ||
            rect_bottom(r) > rect_bottom(allowed) + 0.5f) {
            layout_fault(rules->room, "command %zu of kind %d " RECT_FORMAT " leaves the window", i,
                         (int)c->kind, RECT_OF(r));
        }
    }
    for (size_t i = 0; i < rules->count; i++) {
        const struct text_box *b = &rules->boxes[i];
        const struct draw_command *c = &list->commands[b->at];
        struct rect clip = c->clip;
        bool is_sideways, is_both;
        if (b->is_covered) {
            continue;
        }
        if (is_scrolling(rules, c, &is_sideways, &is_both)) {
            if (is_both) {
                continue;
            }
            if (is_sideways) {
                clip = rect_make(-1e6f, clip.y, 2e6f, clip.h);
            } else {
                clip = rect_make(clip.x, -1e6f, clip.w, 2e6f);
            }
        }
        if (!is_inside(b, clip, 0.75f)) {
            layout_fault(rules->room, "'%s' " RECT_FORMAT " leaves its clip " RECT_FORMAT,
                         words_of(rules, b, words), RECT_OF(b->bounds), RECT_OF(c->clip));
        }
    }
}

/* *is_under_sheet: part of the panel where it lies over a matrix, or a number half under it. */
static bool is_in_cells(const struct rules *rules, const struct text_box *b, bool *is_under_sheet) {
    const struct semantics *s = &rules->room->semantics;
    bool is_in = false;
    *is_under_sheet = false;
    if (rules->list->commands[b->at].style != TEXT_MONO) {
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        bool is_here = rect_contains(s->nodes[i].rect, b->x, b->y);
        if (is_here && s->nodes[i].has_grid) {
            is_in = true;
        } else if (is_here && s->nodes[i].role == ROLE_BLOCK) {
            *is_under_sheet = true;
        }
    }
    return is_in;
}

/* A lowered or raised part of a formula stands beside larger letters whose line it leaves. */
static bool is_index(const struct rules *rules, const struct text_box *b) {
    const struct draw_command *c = &rules->list->commands[b->at];
    for (size_t i = b->at > 12 ? b->at - 12 : 0; i < rules->list->count && i < b->at + 13; i++) {
        const struct draw_command *o = &rules->list->commands[i];
        float shift = fabsf(o->rect.y - c->rect.y);
        if (o->kind == DRAW_TEXT && o->rect.h > 1.25f * c->rect.h && shift > 0 &&
            shift < 0.75f * o->rect.h && c->rect.x < rect_right(o->rect) + 3 * o->rect.h &&
            o->rect.x < rect_right(c->rect) + 3 * o->rect.h) {
            return true;
        }
    }
    return false;
}

/* Rule 3. */
static void check_size(struct rules *rules, const struct text_box *b) {
    const struct draw_command *c = &rules->list->commands[b->at];
    const struct document *d = &rules->room->study.document;
    float least = 13 * rules->unit;
    char words[48];
    if (d->is_presentation && rules->room->part == PICTURE_WINDOW) {
        least = 0.015f * rules->list->height;
    } else if (c->rect.h < least - 0.01f) {
        bool is_under_sheet, is_cell = is_in_cells(rules, b, &is_under_sheet);
        if ((!is_cell || is_under_sheet) && is_index(rules, b)) {
            least = 0.7f * 13 * rules->unit;
        } else if (is_cell) {
            least = 11 * rules->unit;
        }
    }
    if (c->rect.h < least - 0.01f) {
        layout_fault(rules->room, "'%s' " RECT_FORMAT " is %.1f px high, least is %.1f",
                     words_of(rules, b, words), RECT_OF(b->bounds), (double)c->rect.h,
                     (double)least);
    }
}

/* Rule 4. */
static void check_contrast(struct rules *rules, const struct text_box *b) {
    static const float along[] = {-0.96f, -0.5f, 0, 0.5f, 0.96f}, across[] = {-0.8f, 0, 0.8f};
    const struct draw_command *c = &rules->list->commands[b->at];
    float least = rules->room->study.document.theme == THEME_CONTRAST ? 7.0f : 4.5f;
    char words[48];
    for (size_t u = 0; u < 5; u++) {
        for (size_t v = 0; v < 3; v++) {
            float x, y;
            point_of(b, along[u], across[v], &x, &y);
            if (!rect_contains(c->clip, x, y)) {
                continue;
            }
            struct colour under = colour_under(rules, b->at, floorf(x) + 0.5f, floorf(y) + 0.5f);
            struct colour ink = colour_over(c->colour, under);
            if (colour_contrast(ink, under) < least) {
                layout_fault(rules->room,
                             "'%s' " RECT_FORMAT " #%02X%02X%02X on #%02X%02X%02X: %.2f:1",
                             words_of(rules, b, words), RECT_OF(b->bounds), ink.r, ink.g, ink.b,
                             under.r, under.g, under.b, (double)colour_contrast(ink, under));
                return;
            }
        }
    }
}

/* Device pixels per logical pixel: the scale, as far as 320 × 240 logical pixels stay. */
static float unit_of(const struct layout_room *room) {
    const struct document *d = &room->study.document;
    float most = fminf((float)d->width / 320, (float)d->height / 240);
    return room->density * fminf((float)d->scale_percent / 100.0f, most);
}

void layout_check(struct layout_room *room) {
    struct rules rules = {.room = room, .list = &room->list, .unit = unit_of(room)};
    rules.boxes = malloc((room->list.count + 1) * sizeof *rules.boxes);
    assert_non_null(rules.boxes);
    tiles_make(&rules);
    for (size_t i = 0; i < room->list.count; i++) {
        struct text_box b = {0};
        if (room->list.commands[i].kind == DRAW_TEXT) {
            b = box_of(&rules, i);
            b.is_covered = b.half_h <= 0 || b.half_w <= 0 ||
                           !rect_overlap(b.bounds, room->list.commands[i].clip);
        }
        if (room->list.commands[i].kind == DRAW_TEXT && !b.is_covered) {
            check_covers(&rules, &b);
        }
        if (room->list.commands[i].kind == DRAW_TEXT && !b.is_covered) {
            rules.boxes[rules.count++] = b;
        }
    }
    qsort(rules.boxes, rules.count, sizeof *rules.boxes, by_left);
    check_overlaps(&rules);
    check_clips(&rules);
    for (size_t i = 0; i < rules.count; i++) {
        if (!room->list.commands[rules.boxes[i].at].is_decoration) {
            check_size(&rules, &rules.boxes[i]);
            check_contrast(&rules, &rules.boxes[i]);
        }
    }
    free(rules.boxes);
    free(rules.tiles.first);
    free(rules.tiles.commands);
}

/* support_layout_rules.c: what every picture keeps, read off its draw list. */
#include "support_layout_ink.h"

#include "ui/ui.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- the rules ---- */

const char *rules_words(const struct rules *rules, const struct text_box *b, char out[48]) {
    const struct draw_command *c = &rules->list->commands[b->at];
    size_t bytes = c->count < 40 ? c->count : 40;
    while (bytes > 0 && bytes < c->count && (rules->list->text[c->data + bytes] & 0xC0) == 0x80) {
        bytes--;
    }
    memcpy(out, rules->list->text + c->data, bytes);
    out[bytes] = '\0';
    return out;
}

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
    struct text_box part = ink_box_of_rect(shared);
    for (size_t i = below + 1; i < above; i++) {
        const struct draw_command *c = &rules->list->commands[i];
        if (is_opaque(c) && ink_is_inside(&part, rect_intersect(c->rect, c->clip), 0)) {
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
    ink_tile_range(t, b->bounds, range);
    for (size_t tile_row = range[2]; tile_row <= range[3] && !b->is_covered; tile_row++) {
        for (size_t column = range[0]; column <= range[1] && !b->is_covered; column++) {
            size_t tile = tile_row * t->columns + column;
            for (size_t i = t->first[tile]; i < t->first[tile + 1]; i++) {
                const struct draw_command *c = &rules->list->commands[t->commands[i]];
                if (t->commands[i] > b->at && is_opaque(c) && ink_is_inside(b, corners_cut(c), 0)) {
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
                struct rect seen = rect_intersect(ink_outline(c), c->clip);
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
                    struct draw_command line = ink_curve_piece(c, piece);
                    sides[piece] = ink_outline(&line);
                    count = CURVE_PIECES;
                }
                for (int side = 0; side < count; side++) {
                    struct text_box cover = ink_box_of_rect(
                        rect_intersect(rect_intersect(sides[side], c->clip), text->clip));
                    if (cover.half_w <= 0 || cover.half_h <= 0 ||
                        ink_depth(b, &cover) <= 0.6f * rules->unit || is_overlay(rules, c) ||
                        is_hidden(rules, b->at, t->commands[i],
                                  rect_intersect(cover.bounds, b->bounds))) {
                        continue;
                    }
                    layout_fault(rules->room, "'%s' " RECT_FORMAT " is %s by " RECT_FORMAT,
                                 rules_words(rules, b, words), RECT_OF(b->bounds),
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
    if (ink_depth(a, b) <= allowed) {
        return;
    }
    struct rect seen = rect_intersect(rules->list->commands[below->at].clip,
                                      rules->list->commands[above->at].clip);
    struct rect shared = rect_intersect(rect_intersect(a->bounds, b->bounds), seen);
    if (shared.w <= 0 || shared.h <= 0 || is_hidden(rules, below->at, above->at, shared)) {
        return;
    }
    layout_fault(rules->room, "'%s' " RECT_FORMAT " overlaps '%s' " RECT_FORMAT " by %.1f",
                 rules_words(rules, below, one), RECT_OF(below->bounds), rules_words(rules, above, two),
                 RECT_OF(above->bounds), (double)ink_depth(a, b));
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
 * rows of the panel and of the export menu. */
bool rules_scroll(const struct rules *rules, const struct draw_command *c, bool *is_sideways,
                  bool *is_both) {
    const struct semantics *s = &rules->room->semantics;
    enum { FIELDS = 3, SCROLLING = 7 };
    const struct semantic_node *nodes[SCROLLING] = {
        semantics_by_id(s, NODE_FIELD),      semantics_by_id(s, NODE_CONTEXT),
        semantics_by_id(s, NODE_VALUES),     semantics_by_id(s, ui_id("rail", 0, 0)),
        semantics_by_id(s, NODE_PANEL_ROWS), semantics_by_id(s, ui_id("lines", 0, 0)),
        semantics_by_id(s, NODE_MENU_ROWS)};
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
        struct rect r = ink_outline(c), allowed = window;
        bool is_sideways, is_both;
        if (c->kind == DRAW_TEXT) {
            continue;
        }
        if (rules_scroll(rules, c, &is_sideways, &is_both)) {
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
        if (rules_scroll(rules, c, &is_sideways, &is_both)) {
            if (is_both) {
                continue;
            }
            if (is_sideways) {
                clip = rect_make(-1e6f, clip.y, 2e6f, clip.h);
            } else {
                clip = rect_make(clip.x, -1e6f, clip.w, 2e6f);
            }
        }
        if (!ink_is_inside(b, clip, 0.75f)) {
            layout_fault(rules->room, "'%s' " RECT_FORMAT " leaves its clip " RECT_FORMAT,
                         rules_words(rules, b, words), RECT_OF(b->bounds), RECT_OF(c->clip));
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

/* The number in the corner of a blank box. */
static bool is_in_blank(const struct rules *rules, const struct text_box *b) {
    const struct semantics *s = &rules->room->semantics;
    for (size_t i = 0; i < s->count; i++) {
        if (rect_contains(s->nodes[i].rect, b->x, b->y) &&
            s->nodes[i].id == ui_id("blank", atoi(s->nodes[i].name) - 1, 0)) {
            return true;
        }
    }
    return false;
}

/* On paper 8 points; 6 for what is raised or lowered and in the corner of a box. */
static float least_on_paper(const struct rules *rules, const struct text_box *b) {
    float size = rules->list->commands[b->at].rect.h, least = 8 * rules->unit;
    return size < least - 0.01f && (is_in_blank(rules, b) || is_index(rules, b)) ? 6 * rules->unit
                                                                                  : least;
}

/* Rule 3. */
static void check_size(struct rules *rules, const struct text_box *b) {
    const struct draw_command *c = &rules->list->commands[b->at];
    const struct document *d = &rules->room->study.document;
    float least = 13 * rules->unit;
    char words[48];
    if (rules->room->part == PICTURE_WORKSHEET) {
        least = least_on_paper(rules, b);
    } else if (d->is_presentation && rules->room->part == PICTURE_WINDOW) {
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
                     rules_words(rules, b, words), RECT_OF(b->bounds), (double)c->rect.h,
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
            ink_point(b, along[u], across[v], &x, &y);
            if (!rect_contains(c->clip, x, y)) {
                continue;
            }
            struct colour under =
                ink_colour_under(rules, b->at, floorf(x) + 0.5f, floorf(y) + 0.5f);
            struct colour ink = colour_over(c->colour, under);
            if (colour_contrast(ink, under) < least) {
                layout_fault(rules->room,
                             "'%s' " RECT_FORMAT " #%02X%02X%02X on #%02X%02X%02X: %.2f:1",
                             rules_words(rules, b, words), RECT_OF(b->bounds), ink.r, ink.g, ink.b,
                             under.r, under.g, under.b, (double)colour_contrast(ink, under));
                return;
            }
        }
    }
}

/* Device pixels per logical pixel: the scale, as far as 320 × 240 logical pixels stay; on paper per point. */
static float unit_of(const struct layout_room *room) {
    const struct document *d = &room->study.document;
    float most = fminf((float)d->width / 320, (float)d->height / 240);
    if (room->part == PICTURE_WORKSHEET) {
        return room->density * 96 / 72;
    }
    return room->density * fminf((float)d->scale_percent / 100.0f, most);
}

void layout_check(struct layout_room *room) {
    struct rules rules = {.room = room, .list = &room->list, .unit = unit_of(room)};
    rules.boxes = malloc((room->list.count + 1) * sizeof *rules.boxes);
    assert_non_null(rules.boxes);
    ink_tiles_make(&rules);
    for (size_t i = 0; i < room->list.count; i++) {
        struct text_box b = {0};
        if (room->list.commands[i].kind == DRAW_TEXT) {
            b = ink_box(&rules, i);
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
    rules_check_boxes(&rules);
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

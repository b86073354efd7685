/* support_layout_boxes.c: rule 6: what is written in a box stays inside it. */
#include "support_layout_ink.h"

#include "ui/ui.h"

#include <math.h>

static bool is_box(const struct semantic_node *node) {
    switch (node->role) {
    case ROLE_BUTTON:
    case ROLE_TAB:
    case ROLE_MENU_ITEM:
    case ROLE_CARD:
    case ROLE_CHOICE:
    case ROLE_SWITCH:
        return node->rect.w > 0 && node->rect.h > 0;
    default:
        return node->id == ui_id("formula", 0, 0) && node->rect.h > 0;
    }
}

/* Something that lies over the box, recorded after it: what is written there is not the box's. */
static bool is_under_block(const struct semantics *s, size_t box, float x, float y) {
    for (size_t i = box + 1; i < s->count; i++) {
        if (s->nodes[i].role == ROLE_BLOCK && rect_contains(s->nodes[i].rect, x, y)) {
            return true;
        }
    }
    return false;
}

/* Does something painted later, a sheet or a menu, hide the text where it begins? */
static bool is_hidden_at(const struct rules *rules, size_t at, float x, float y) {
    for (size_t i = at + 1; i < rules->list->count; i++) {
        const struct draw_command *c = &rules->list->commands[i];
        if (c->kind == DRAW_RECTANGLE && c->colour.a == 255 && rect_contains(c->rect, x, y) &&
            rect_contains(c->clip, x, y)) {
            return true;
        }
    }
    return false;
}

/* Scrolled out of view in part: there the clip ends it, not the box. */
static struct rect opened(const struct rules *rules, const struct text_box *b, struct rect r) {
    bool is_sideways = false, is_both = false;
    if (!rules_scroll(rules, &rules->list->commands[b->at], &is_sideways, &is_both)) {
        return r;
    }
    if (is_both || is_sideways) {
        r = rect_make(r.x - 1e5f, r.y, r.w + 2e5f, r.h);
    }
    return is_sideways && !is_both ? r : rect_make(r.x, r.y - 1e5f, r.w, r.h + 2e5f);
}

void rules_check_boxes(struct rules *rules) {
    const struct semantics *s = &rules->room->semantics;
    char words[48];
    if (rules->room->presence.has_pointer) {
        return; /* a tooltip lies over boxes and is none */
    }
    for (size_t i = 0; i < s->count; i++) {
        const struct semantic_node *node = &s->nodes[i];
        for (size_t k = 0; is_box(node) && k < rules->count; k++) {
            const struct text_box *b = &rules->boxes[k];
            float start_x = b->x - b->ux * b->half_w * 0.9f, start_y = b->y - b->uy * b->half_w * 0.9f;
            if (!rect_contains(node->rect, start_x, start_y) ||
                !rect_contains(rules->list->commands[b->at].clip, start_x, start_y) ||
                is_under_block(s, i, start_x, start_y)) {
                continue;
            }
            if (!ink_is_inside(b, opened(rules, b, node->rect), 1) &&
                !is_hidden_at(rules, b->at, start_x, start_y)) {
                layout_fault(rules->room, "'%s' " RECT_FORMAT " runs out of '%s' " RECT_FORMAT,
                             rules_words(rules, b, words), RECT_OF(b->bounds), node->name,
                             RECT_OF(node->rect));
            }
        }
    }
}

/* support_semantics.c: the checks of support_semantics.h. */
#include "support_semantics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_control(const struct semantic_node *node) {
    return node->is_focusable || node->role == ROLE_BUTTON || node->role == ROLE_TAB ||
           node->role == ROLE_STEP || node->role == ROLE_MENU_ITEM || node->role == ROLE_FIELD ||
           node->role == ROLE_CHOICE || node->role == ROLE_GROUP || node->role == ROLE_SLIDER ||
           node->role == ROLE_SWITCH;
}

static bool is_seen(const struct semantic_node *node) {
    return node->rect.w > 0 && node->rect.h > 0;
}

static void check_names_and_places(struct layout_room *room) {
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        if ((is_control(node) || node->has_grid || node->role == ROLE_HEADING) && !node->name[0]) {
            layout_fault(room, "node %zu of role %d has no name", i, (int)node->role);
        }
        if (is_seen(node) && (node->rect.x < -1 || node->rect.y < -1 ||
                              rect_right(node->rect) > room->list.width + 1 ||
                              rect_bottom(node->rect) > room->list.height + 1)) {
            layout_fault(room, "'%s' (%.0f %.0f %.0f×%.0f) leaves the window", node->name,
                         (double)node->rect.x, (double)node->rect.y, (double)node->rect.w,
                         (double)node->rect.h);
        }
        if (node->role == ROLE_BUTTON && is_seen(node) && node->action.command == UI_COMMAND_NONE &&
            !node->is_disabled) {
            layout_fault(room, "button '%s' does nothing", node->name);
        }
        for (size_t j = 0; node->is_focusable && j < i; j++) {
            if (room->semantics.nodes[j].is_focusable && room->semantics.nodes[j].id == node->id) {
                layout_fault(room, "'%s' and '%s' have one id", room->semantics.nodes[j].name,
                             node->name);
            }
        }
    }
}

/* A button is what a click in its middle meets, unless a sheet lies over it. */
static void check_clicks(struct layout_room *room) {
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        bool is_pressed = node->role == ROLE_BUTTON || node->role == ROLE_TAB ||
                          node->role == ROLE_STEP || node->role == ROLE_MENU_ITEM ||
                          node->role == ROLE_CHOICE || node->role == ROLE_SLIDER ||
                          node->role == ROLE_SWITCH;
        const struct semantic_node *met = semantics_at(
            &room->semantics, node->rect.x + node->rect.w / 2, node->rect.y + node->rect.h / 2);
        bool is_below = false;
        for (size_t j = i + 1; j < room->semantics.count; j++) {
            is_below = is_below || (room->semantics.nodes[j].role == ROLE_BLOCK &&
                                    rect_overlap(room->semantics.nodes[j].rect, node->rect));
        }
        if (is_pressed && !node->is_disabled && is_seen(node) && !is_below && met != node) {
            layout_fault(room, "a click on '%s' meets '%s'", node->name,
                         met ? met->name : "nothing");
        }
    }
}

static void check_tab_order(struct layout_room *room, int direction) {
    size_t focusable = 0, visited = 0;
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        focusable +=
            node->is_focusable && !node->is_disabled && (is_seen(node) || node->scroll_height > 0);
    }
    bool *is_visited = calloc(room->semantics.count + 1, sizeof *is_visited);
    assert_non_null(is_visited);
    uint32_t id = 0;
    for (size_t step = 0; step < focusable; step++) {
        id = semantics_focus_step(&room->semantics, id, direction);
        const struct semantic_node *node = semantics_by_id(&room->semantics, id);
        size_t at = node ? (size_t)(node - room->semantics.nodes) : room->semantics.count;
        visited += node && !is_visited[at];
        is_visited[at] = true;
    }
    free(is_visited);
    if (visited != focusable) {
        layout_fault(room, "Tab (%d) meets %zu of %zu controls", direction, visited, focusable);
    }
}

static void check_grids(struct layout_room *room) {
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        if (!node->has_grid || !is_seen(node)) {
            continue;
        }
        for (size_t r = 0; r < node->grid.rows; r++) {
            for (size_t c = 0; c < node->grid.columns; c++) {
                size_t at_row = node->grid.first_row + r, at_column = node->grid.first_column + c;
                struct rect cell = semantics_cell_rect(node, at_row, at_column);
                size_t row = SIZE_MAX, column = SIZE_MAX;
                bool is_found = semantics_cell_at(node, cell.x + cell.w / 2, cell.y + cell.h / 2,
                                                  &row, &column);
                if (!is_found || row != at_row || column != at_column ||
                    !semantics_has_cell(node, (int)row, (int)column)) {
                    layout_fault(room, "cell %zu, %zu of '%s' is found at %zu, %zu", r, c,
                                 node->name, row, column);
                    return;
                }
            }
        }
        size_t row, column;
        if (semantics_cell_at(node, node->rect.x - 1, node->rect.y, &row, &column) ||
            semantics_cell_at(node, rect_right(node->rect), node->rect.y, &row, &column)) {
            layout_fault(room, "'%s' has cells outside itself", node->name);
        }
    }
}

/* Where the text holds a catalogue key ("step.sum.title"), a name that was not filled in
 * ("{query}"), or an emphasis tag. */
const char *semantics_raw_part(const struct layout_room *room, const char *text, size_t bytes) {
    const json_t *words = room->catalogue.languages[LANGUAGE_EN];
    char piece[128];
    for (size_t at = 0; at < bytes; at++) {
        bool is_index = at > 0 && (text[at - 1] == '_' || text[at - 1] == '^'); /* of a formula */
        if ((text[at] == '{' && !is_index && memchr(text + at, '}', bytes - at)) ||
            (text[at] == '<' && at + 2 < bytes && (text[at + 2] == '>' || text[at + 1] == '/'))) {
            return text + at;
        }
        if (text[at] != '.') {
            continue;
        }
        size_t start = at;
        while (start > 0 &&
               ((text[start - 1] >= 'a' && text[start - 1] <= 'z') || text[start - 1] == '_')) {
            start--;
        }
        size_t prefix = at - start + 1;
        const char *key;
        const json_t *value;
        if (prefix < 2 || prefix >= sizeof piece || at + 1 >= bytes || text[at + 1] < 'a' ||
            text[at + 1] > 'z') {
            continue;
        }
        json_object_foreach((json_t *)words, key, value) {
            if (strncmp(key, text + start, prefix) == 0) {
                return text + start;
            }
        }
    }
    return NULL;
}

static void check_words(struct layout_room *room) {
    for (size_t i = 0; i < room->list.count; i++) {
        const struct draw_command *c = &room->list.commands[i];
        if (c->kind == DRAW_TEXT && semantics_raw_part(room, room->list.text + c->data, c->count)) {
            layout_fault(room, "'%.*s' is no word", (int)c->count, room->list.text + c->data);
        }
    }
    for (size_t i = 0; i < room->semantics.count; i++) {
        const struct semantic_node *node = &room->semantics.nodes[i];
        const char *texts[] = {node->name, node->value, node->tooltip};
        for (int t = 0; t < 3; t++) {
            if (semantics_raw_part(room, texts[t], strlen(texts[t]))) {
                layout_fault(room, "node '%s' says '%s'", node->name, texts[t]);
            }
        }
    }
}

void semantics_check(struct layout_room *room) {
    check_names_and_places(room);
    check_clicks(room);
    check_tab_order(room, 1);
    check_tab_order(room, -1);
    check_grids(room);
    check_words(room);
}

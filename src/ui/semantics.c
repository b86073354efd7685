/* semantics.c: the list of what stands where. */
#include "semantics.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16384, FIRST_NODES = 128 };

void semantics_keep(struct semantics *list, void *memory, void (*release)(void *memory)) {
    if (list->memory) {
        list->release(list->memory);
    }
    list->memory = memory;
    list->release = release;
}

void semantics_begin(struct semantics *list) {
    semantics_keep(list, NULL, NULL);
    list->count = 0;
    for (size_t b = 1; b < list->block_count; b++) {
        free(list->blocks[b]);
    }
    list->block_count = list->block_count ? 1 : 0;
    list->block_used = 0;
    list->failed = false;
    /* The kept first block may be an oversized one of the last picture; its size is only known
     * while full. */
    if (list->block_count && list->block_capacity != BLOCK_BYTES) {
        free(list->blocks[0]);
        list->block_count = 0;
    }
}

void semantics_free(struct semantics *list) {
    semantics_keep(list, NULL, NULL);
    for (size_t b = 0; b < list->block_count; b++) {
        free(list->blocks[b]);
    }
    free(list->blocks);
    free(list->nodes);
    *list = (struct semantics){0};
}

/* Strings live in blocks that never move, so that nodes may point at them. */
static char *string_room(struct semantics *list, size_t bytes) {
    if (list->block_count == 0 || list->block_capacity - list->block_used < bytes) {
        size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        char **blocks = realloc(list->blocks, (list->block_count + 1) * sizeof *blocks);
        if (!blocks) {
            return NULL;
        }
        list->blocks = blocks;
        char *block = malloc(capacity);
        if (!block) {
            return NULL;
        }
        blocks[list->block_count++] = block;
        list->block_used = 0;
        list->block_capacity = capacity;
    }
    char *room = list->blocks[list->block_count - 1] + list->block_used;
    list->block_used += bytes;
    return room;
}

const char *semantics_string(struct semantics *list, const char *text) {
    size_t bytes = text ? strlen(text) + 1 : 0;
    if (bytes <= 1) {
        return "";
    }
    char *copy = string_room(list, bytes);
    if (!copy) {
        list->failed = true;
        return "";
    }
    return memcpy(copy, text, bytes);
}

struct semantic_node *semantics_add(struct semantics *list, enum semantic_role role, uint32_t id,
                                    struct rect rect, const char *name, const char *value) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : FIRST_NODES;
        struct semantic_node *nodes = realloc(list->nodes, capacity * sizeof *nodes);
        if (!nodes) {
            list->failed = true;
            return &list->scratch;
        }
        list->nodes = nodes;
        list->capacity = capacity;
    }
    struct semantic_node *node = &list->nodes[list->count++];
    *node = (struct semantic_node){.id = id, .rect = rect, .role = role, .tooltip = ""};
    node->name = semantics_string(list, name);
    node->value = semantics_string(list, value);
    return node;
}

void semantics_widen(struct semantics *list, uint32_t id, struct rect rect) {
    for (size_t i = list->count; i-- > 0;) {
        if (list->nodes[i].id == id) {
            list->nodes[i].rect = rect;
            return;
        }
    }
}

const struct semantic_node *semantics_at(const struct semantics *list, float x, float y) {
    for (size_t i = list->count; i-- > 0;) {
        const struct semantic_node *node = &list->nodes[i];
        bool answers = node->action.command != UI_COMMAND_NONE || node->tooltip[0] ||
                       node->has_grid || node->role == ROLE_BLOCK;
        if (answers && rect_contains(node->rect, x, y)) {
            return node;
        }
    }
    return NULL;
}

const struct semantic_node *semantics_named(const struct semantics *list, const char *name) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->nodes[i].name, name) == 0) {
            return &list->nodes[i];
        }
    }
    return NULL;
}

const struct semantic_node *semantics_by_id(const struct semantics *list, uint32_t id) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->nodes[i].id == id) {
            return &list->nodes[i];
        }
    }
    return NULL;
}

uint32_t semantics_focus_step(const struct semantics *list, uint32_t id, int direction) {
    uint32_t first = 0, last = 0, before = 0, after = 0;
    bool is_passed = false;
    for (size_t i = 0; i < list->count; i++) {
        const struct semantic_node *node = &list->nodes[i];
        bool is_away = node->rect.w <= 0 || node->rect.h <= 0;
        if (!node->is_focusable || node->is_disabled || (is_away && node->scroll_height <= 0)) {
            continue;
        }
        first = first ? first : node->id;
        if (node->id == id) {
            is_passed = true;
        } else if (!is_passed) {
            before = node->id;
        } else if (!after) {
            after = node->id;
        }
        last = node->id;
    }
    if (!is_passed) {
        return direction < 0 ? last : first;
    }
    if (direction < 0) {
        return before ? before : last;
    }
    return after ? after : first;
}

int semantics_place_at(const struct semantic_node *slider, float x) {
    float inset = slider->rect.h / 2, room = slider->rect.w - 2 * inset;
    float part = room > 0 ? (x - slider->rect.x - inset) / room : 0;
    int last = slider->places - 1, place = (int)(part * (float)last + 0.5f);
    return part <= 0 || last < 1 ? 0 : place < last ? place : last;
}

bool semantics_cell_at(const struct semantic_node *node, float x, float y, size_t *row,
                       size_t *column) {
    if (!node->has_grid || !rect_contains(node->rect, x, y) || node->grid.rows == 0) {
        return false;
    }
    float r = (y - node->rect.y) / node->rect.h * (float)node->grid.rows;
    float c = (x - node->rect.x) / node->rect.w * (float)node->grid.columns;
    const struct semantic_grid *grid = &node->grid;
    *row = grid->first_row + ((size_t)r < grid->rows ? (size_t)r : grid->rows - 1);
    *column = grid->first_column + ((size_t)c < grid->columns ? (size_t)c : grid->columns - 1);
    return true;
}

struct rect semantics_cell_rect(const struct semantic_node *node, size_t row, size_t column) {
    float w = node->rect.w / (float)node->grid.columns, h = node->rect.h / (float)node->grid.rows;
    float x = (float)(column - node->grid.first_column), y = (float)(row - node->grid.first_row);
    return rect_make(node->rect.x + x * w, node->rect.y + y * h, w, h);
}

bool semantics_has_cell(const struct semantic_node *node, int row, int column) {
    const struct semantic_grid *grid = &node->grid;
    return node->has_grid && row >= 0 && column >= 0 && (size_t)row >= grid->first_row &&
           (size_t)row - grid->first_row < grid->rows && (size_t)column >= grid->first_column &&
           (size_t)column - grid->first_column < grid->columns;
}

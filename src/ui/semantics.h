/* semantics.h: what stands where, by name: recorded beside the draw list while a picture is made. Hit testing, Tab order,
 * tooltips, tests ("click the control named Softmax") and `headway describe` read it. */
#ifndef UI_SEMANTICS_H
#define UI_SEMANTICS_H
#include "command.h"
#include "draw/geometry.h"
#include <stdbool.h>
#include <stddef.h>

enum semantic_role {
    ROLE_BUTTON, ROLE_TAB, ROLE_STEP, ROLE_TOKEN, ROLE_HEAD, ROLE_FIELD, ROLE_TEXT, ROLE_HEADING,
    ROLE_GRID, ROLE_MENU_ITEM, ROLE_MESSAGE, ROLE_CARD, ROLE_COLOUR_BAR,
    ROLE_GROUP,  /* choices of which one holds: has the keyboard for all of them; value: the one chosen */
    ROLE_CHOICE, /* one of them, for the pointer */
    ROLE_SLIDER, /* a value along a line of `places` */
    ROLE_SWITCH, /* on (is_selected) or off */
    ROLE_BLOCK   /* swallows clicks */
};

/* A matrix of numbers on the stage: one node, its cells by arithmetic. */
struct semantic_grid {
    int32_t id;                   /* what CELL_SELECT gets as a (lesson's tensor id and head, see lesson/cell.h) */
    size_t rows, columns;
    size_t first_row, first_column; /* of the matrix, where only a part of it stands here */
    const float *values;          /* element (r, c) at values[r·row_stride + c·column_stride]; NULL: not revealed */
    size_t row_stride, column_stride;
    const char *const *row_names; /* NULL: numbers from 1 */
    const char *const *column_names;
    const bool *is_hidden;        /* rows × columns, NULL: all shown */
    bool is_difference;           /* values are now − before; all hidden where there is nothing to compare with */
};

struct semantic_node {
    uint32_t id;               /* the same control has the same id in every picture */
    struct rect rect;          /* pixels; empty when off screen */
    enum semantic_role role;
    const char *name, *value;  /* UTF-8, owned by the list; value may be "" */
    struct ui_action action;   /* what a click or Enter does; UI_COMMAND_NONE: nothing */
    const char *tooltip;       /* "" : none */
    struct ui_action less, more; /* what the arrow keys do while it has the keyboard; NONE: what they always do */
    int places;                  /* SLIDER: how many; a click between gives `action` with b = the place, from 0 */
    float scroll_y, scroll_height; /* in a part that scrolls: where its row stands there, logical pixels from the top of
                                      all of it, whether in view or not; height 0: it does not scroll */
    float scroll_room;           /* of the part that scrolls itself: how much of it is in view, logical pixels */
    bool is_focusable, is_selected, is_disabled;
    bool has_grid;
    struct semantic_grid grid;
};

struct semantics {
    struct semantic_node *nodes;
    size_t count, capacity;
    struct semantic_node scratch; /* what recording gets when there is no memory */
    char **blocks; size_t block_count, block_used, block_capacity; /* string storage */
    void *memory; /* what the nodes point into besides strings; see semantics_keep */
    void (*release)(void *memory);
    bool failed;
};
void semantics_begin(struct semantics *list);
void semantics_free(struct semantics *list); /* safe on zeros and twice */
/* Strings are copied. Returns the node, or a scratch one when memory ran out. */
struct semantic_node *semantics_add(struct semantics *list, enum semantic_role role, uint32_t id, struct rect rect,
                                    const char *name, const char *value);
/* Lets the last node of this id answer in a larger rectangle. */
void semantics_widen(struct semantics *list, uint32_t id, struct rect rect);
const char *semantics_string(struct semantics *list, const char *text); /* a copy owned by the list */
/* The list takes over memory that its nodes point into (values of grids) and releases it with the next picture. */
void semantics_keep(struct semantics *list, void *memory, void (*release)(void *memory));
/* The topmost (last) node with an action, tooltip or block under the point, or NULL. */
const struct semantic_node *semantics_at(const struct semantics *list, float x, float y);
const struct semantic_node *semantics_named(const struct semantics *list, const char *name); /* first, or NULL */
const struct semantic_node *semantics_by_id(const struct semantics *list, uint32_t id);
/* The focusable node after (or before) id, in recording order, round and round; 0 starts at the first. */
uint32_t semantics_focus_step(const struct semantics *list, uint32_t id, int direction);
/* The place of a slider nearest to x, 0 … places − 1. */
int semantics_place_at(const struct semantic_node *slider, float x);
/* The cell of a grid node under the point, and where a cell stands: row and column of the matrix, not of the part. */
bool semantics_cell_at(const struct semantic_node *grid, float x, float y, size_t *row, size_t *column);
bool semantics_has_cell(const struct semantic_node *grid, int row, int column);
struct rect semantics_cell_rect(const struct semantic_node *grid, size_t row, size_t column);
#endif

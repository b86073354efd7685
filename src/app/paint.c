/* paint.c: the mask painted with the pointer: the mode, and a stroke. What a cell of the stage is
 * to it says views/stage.h. */
#include "app/actions.h"
#include "app/drag.h"

#include "lesson/painting.h"
#include "views/stage.h"

#include <math.h>

/* To the whole scaled and masked scores, where nothing of what the stage shows can be painted. */
static void go_to_mask(struct app *app) {
    const struct document *now = &app->study.document;
    bool has_cells = now->step >= STEP_SIMILARITY && now->step <= STEP_SUM;
    app_dispatch(app, (struct ui_action){UI_COMMAND_VIEW_SET, VIEW_MATRICES, 0, 0});
    if (!has_cells)
        app_dispatch(app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_SCALE, BEAT_LAST, 1});
}

/* On and off; a = 1: on, and to where there is something to paint. */
bool paint_mode(struct app *app, struct ui_action action) {
    struct picture_presence *presence = &app->presence;
    if (action.a == 1) go_to_mask(app);
    presence->is_painting = action.a == 1 || !presence->is_painting;
    presence->is_blank = false;
    app->needs_picture = true;
    return true;
}

/* The place under the pointer, also beyond the ends of the matrix. */
static struct painting_place place_at(const struct semantic_node *node, float x, float y) {
    const struct semantic_grid *grid = &node->grid;
    float row = floorf((y - node->rect.y) / node->rect.h * (float)grid->rows);
    float column = floorf((x - node->rect.x) / node->rect.w * (float)grid->columns);
    return (struct painting_place){(int)row + (int)grid->first_row,
                                   (int)column + (int)grid->first_column};
}

/* Paints from the last place of the stroke to `to`, and goes on from there. */
static void paint_to(struct app *app, struct painting_place to) {
    struct app_drag *drag = &app->drag;
    struct painting_place from = {drag->row, drag->column};
    struct document wanted;
    drag->row = to.query;
    drag->column = to.key;
    if (!app_copy_document(app, &wanted)) return;
    if (painting_stroke(&app->study, &wanted, from, to, drag->is_allowed)) {
        app_change(app, &wanted, false);
        return;
    }
    document_free(&wanted);
    app_say(app, true, "message.no_memory", NULL, NULL);
}

bool paint_press(struct app *app, const struct input *input) {
    if (!app->presence.is_painting || app_has_menu(app)) return false;
    const struct semantic_node *node = stage_paintable_at(&app->semantics, input->x, input->y);
    if (!node) return false;
    struct painting_place place = place_at(node, input->x, input->y);
    int32_t grid_id = node->grid.id;
    if (!drag_begin(app, DRAG_PAINT)) return true;
    struct app_drag *drag = &app->drag;
    drag->grid_id = grid_id;
    drag->row = place.query;
    drag->column = place.key;
    drag->is_allowed = !painting_allows(&app->study, place.query, place.key);
    paint_to(app, place);
    return true;
}

void paint_move(struct app *app, const struct input *input) {
    app_refresh(app);
    for (size_t i = 0; i < app->semantics.count; i++) {
        const struct semantic_node *node = &app->semantics.nodes[i];
        if (!stage_is_paintable(node) || node->grid.id != app->drag.grid_id) continue;
        struct painting_place to = place_at(node, input->x, input->y);
        if (to.query != app->drag.row || to.key != app->drag.column) paint_to(app, to);
        return;
    }
}

/* With the cell cursor, Shift and an arrow carry the state of the cell along. */
bool paint_key(struct app *app, const struct input *input) {
    static const struct {
        int key;
        enum ui_command command;
    } arrows[] = {{KEY_LEFT, UI_COMMAND_CURSOR_LEFT},
                  {KEY_RIGHT, UI_COMMAND_CURSOR_RIGHT},
                  {KEY_UP, UI_COMMAND_CURSOR_UP},
                  {KEY_DOWN, UI_COMMAND_CURSOR_DOWN}};
    const struct document *now = &app->study.document;
    if (!app->presence.is_painting || !app->presence.is_cursor_active || app->presence.is_editing ||
        input->modifiers != INPUT_SHIFT)
        return false;
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++) {
        if (arrows[i].key != input->key) continue;
        struct document_cell from = now->cell;
        bool is_allowed = painting_allows(&app->study, from.row, from.column);
        app_dispatch(app, (struct ui_action){arrows[i].command, 0, 0, 0});
        bool is_along = cell_is_of_mask(from.source) && now->cell.source == from.source &&
                        painting_allows(&app->study, now->cell.row, now->cell.column) != is_allowed;
        if (is_along) app_dispatch(app, (struct ui_action){UI_COMMAND_MASK_PAINT, 0, 0, 0});
        return true;
    }
    return false;
}

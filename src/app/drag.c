/* drag.c: one drag from press to release, and undo for the whole of it. */
#include "app/drag.h"

#include "lesson/painting.h"
#include "views/stage.h"

bool drag_is_on(const struct app *app) {
    return app->drag.kind != DRAG_NONE;
}

bool drag_begin(struct app *app, enum drag_kind kind) {
    drag_end(app);
    struct app_drag *drag = &app->drag;
    if (!app_copy_document(app, &drag->before)) return false;
    drag->kind = kind;
    drag->was_unsaved = app->is_unsaved;
    return true;
}

static void forget(struct app *app) {
    document_free(&app->drag.before);
    app->drag = (struct app_drag){0};
    app->needs_picture = true;
}

/* A stroke that leaves a mask with a name leaves that mask. */
static void settle(struct app *app) {
    struct document wanted;
    if (document_equal(&app->drag.before, &app->study.document)) return;
    if (!app_copy_document(app, &wanted)) return;
    painting_settle(&app->study, &wanted);
    app_change(app, &wanted, false);
}

void drag_end(struct app *app) {
    struct app_drag *drag = &app->drag;
    if (drag->kind == DRAG_NONE) return;
    if (drag->kind == DRAG_PAINT) settle(app);
    if (!document_equal(&drag->before, &app->study.document)) {
        app_history_push(&app->undo, &drag->before);
        app_history_clear(&app->redo);
    }
    forget(app);
}

void drag_cancel(struct app *app) {
    struct app_drag *drag = &app->drag;
    struct document wanted = drag->before;
    bool was_unsaved = drag->was_unsaved;
    if (drag->kind == DRAG_NONE) return;
    drag->before = (struct document){0};
    app_change(app, &wanted, false);
    app->is_unsaved = was_unsaved;
    app_show_title(app);
    forget(app);
}

bool drag_takes(struct app *app, const struct input *input) {
    if (!drag_is_on(app)) return false;
    switch (input->kind) {
    case INPUT_POINTER_MOVE:
    case INPUT_POINTER_UP:
    case INPUT_POINTER_LEAVE: /* the button is still down */
    case INPUT_EXPOSE:
    case INPUT_CONTEXT_LOST:
    case INPUT_NONE:
        return false;
    case INPUT_KEY:
        if (input->key != KEY_ESCAPE || input->modifiers) break;
        app_finish_motion(app);
        drag_cancel(app);
        return true;
    default:
        break;
    }
    drag_end(app);
    return false;
}

static void slider_move(struct app *app, float x) {
    app_refresh(app);
    const struct semantic_node *node = semantics_by_id(&app->semantics, app->drag.slider);
    if (!node || node->role != ROLE_SLIDER) return;
    struct ui_action action = node->action;
    action.b = semantics_place_at(node, x);
    action.c = 1; /* part of the drag */
    if (action.b != node->action.b) app_dispatch(app, action);
}

void drag_slider_begin(struct app *app, const struct semantic_node *slider, float x) {
    uint32_t id = slider->id;
    if (!drag_begin(app, DRAG_SLIDER)) return;
    app->drag.slider = id;
    slider_move(app, x);
}

void drag_move(struct app *app, const struct input *input) {
    switch (app->drag.kind) {
    case DRAG_SLIDER:
        slider_move(app, input->x);
        break;
    case DRAG_PAINT:
        paint_move(app, input);
        break;
    case DRAG_NUMBER:
        scrub_move(app, input);
        break;
    default:
        break;
    }
}

static enum pointer_shape pointer_at(const struct app *app, float x, float y) {
    const struct semantic_node *top = semantics_at(&app->semantics, x, y);
    if (app->presence.is_painting && !app_has_menu(app) &&
        stage_paintable_at(&app->semantics, x, y))
        return POINTER_PAINT;
    size_t row, column;
    bool is_number = top && top->id == NODE_NUMBER_HANDLE;
    if (top && top->has_grid && semantics_cell_at(top, x, y, &row, &column)) {
        struct document_cell cell = cell_from_grid(top->grid.id, (int)row, (int)column);
        is_number = number_is_chosen(app, &cell);
    }
    if (is_number) return POINTER_SCRUB;
    return top && top->role == ROLE_FIELD ? POINTER_TEXT : POINTER_ARROW;
}

enum pointer_shape app_pointer(const struct app *app) {
    const struct picture_presence *presence = &app->presence;
    if (app->drag.kind == DRAG_PAINT) return POINTER_PAINT;
    if (app->drag.kind == DRAG_NUMBER) return POINTER_SCRUB;
    if (drag_is_on(app) || !presence->has_pointer || presence->is_blank) return POINTER_ARROW;
    return pointer_at(app, presence->pointer_x, presence->pointer_y);
}

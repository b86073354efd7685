/* input.c: from what happened at the window to a command. */
#include "app/actions.h"
#include "app/drag.h"
#include "app/export.h"
#include "app/finder.h"

#include <stdlib.h>
#include <string.h>

bool app_press_node(struct app *app, const struct semantic_node *node) {
    if (node->is_disabled || node->action.command == UI_COMMAND_NONE) return false;
    return app_dispatch(app, node->action);
}

/* What an arrow key does to the control with the keyboard: one less or one more, to the ends with
 * Home and End; NONE where it holds no value. */
struct ui_action input_turned(const struct semantic_node *node, int key) {
    struct ui_action none = {UI_COMMAND_NONE, 0, 0, 0}, end = node->action;
    switch (key) {
    case KEY_LEFT:
    case KEY_DOWN:
        return node->less;
    case KEY_RIGHT:
    case KEY_UP:
        return node->more;
    case KEY_HOME:
    case KEY_END:
        if (node->role != ROLE_SLIDER) return none;
        end.b = key == KEY_HOME ? 0 : node->places - 1;
        return end;
    default:
        return none;
    }
}

/* With a control focused, Enter and Space press it, and the arrows turn it. */
static bool focused_key(struct app *app, const struct input *input) {
    bool is_press = (input->key == KEY_ENTER || input->key == ' ') && !input->modifiers;
    if (input->modifiers || app->presence.focus_id == 0 || app->presence.focus_id == NODE_STAGE)
        return false;
    app_refresh(app);
    const struct semantic_node *node = semantics_by_id(&app->semantics, app->presence.focus_id);
    if (!node || node->has_grid) return false;
    if (is_press) {
        app_press_node(app, node);
        return true;
    }
    struct ui_action action = input_turned(node, input->key);
    if (action.command == UI_COMMAND_NONE) return false;
    app_dispatch(app, action);
    return true;
}

/* In the overview of the model the arrows go from head to head and layer to layer, Enter opens one.
 */
static bool model_key(struct app *app, const struct input *input) {
    const struct document *document = &app->study.document;
    if (document->view != VIEW_MODEL || input->modifiers || app->presence.is_editing ||
        study_tokens(&app->study) == 0)
        return false;
    struct ui_action action = {UI_COMMAND_NONE, 0, 0, 0};
    switch (input->key) {
    case KEY_LEFT:
        action.command = UI_COMMAND_HEAD_BACK;
        break;
    case KEY_RIGHT:
        action.command = UI_COMMAND_HEAD_NEXT;
        break;
    case KEY_UP:
        action.command = UI_COMMAND_LAYER_BACK;
        break;
    case KEY_DOWN:
        action.command = UI_COMMAND_LAYER_NEXT;
        break;
    case KEY_ENTER:
        action = (struct ui_action){UI_COMMAND_HEAD_OPEN, document->layer, document->head, 0};
        break;
    default:
        return false;
    }
    app_dispatch(app, action);
    return true;
}

static void key(struct app *app, const struct input *input) {
    app_finish_motion(app);
    app->needs_picture = true;
    if (finder_is_open(app)) {
        finder_key(app, input);
        return;
    }
    if (app_has_menu(app)) {
        menu_key(app, input);
        return;
    }
    if (app_edit_key(app, input)) return;
    if (!app->presence.is_editing && !app->presence.is_cursor_active && focused_key(app, input))
        return;
    if (model_key(app, input) || paint_key(app, input)) return;
    struct ui_action action = actions_for_key(app, input);
    if (action.command != UI_COMMAND_NONE) app_dispatch(app, action);
}

/* A click beside an open menu closes it, and the click is used up. */
static bool click_closes_menu(struct app *app, const struct semantic_node *node) {
    struct picture_presence *presence = &app->presence;
    if (!app_has_menu(app)) return false;
    bool is_inside = node && (node->role == ROLE_MENU_ITEM || node->role == ROLE_BLOCK);
    enum ui_command command = node ? node->action.command : UI_COMMAND_NONE;
    bool is_own = command == UI_COMMAND_MODEL_MENU || command == UI_COMMAND_EXPORT_MENU ||
                  command == UI_COMMAND_EXPORT_SET || command == UI_COMMAND_EXPORT ||
                  command == UI_COMMAND_KEYS || command == UI_COMMAND_CANCEL ||
                  command == UI_COMMAND_FINDER_CHOOSE || command == UI_COMMAND_SESSION_SAVE ||
                  command == UI_COMMAND_SESSION_SAVE_AS || command == UI_COMMAND_MODEL_SAVE ||
                  command == UI_COMMAND_MODEL_SET;
    if (is_own || (is_inside && !presence->is_keys_open)) return false;
    app_menu_close(app);
    presence->focus_id = 0;
    presence->is_focus_visible = false;
    return true;
}

/* The text field under the pointer; false: none. A sheet over it hides it. */
static bool field_at(const struct app *app, float x, float y, enum edit_field *field) {
    const struct semantic_node *top = semantics_at(&app->semantics, x, y);
    for (int i = 0; i < EDIT_COUNT; i++) {
        const struct semantic_node *node =
            semantics_by_id(&app->semantics, NODE_FIELD + (uint32_t)i);
        bool is_under = node && rect_contains(node->rect, x, y);
        bool is_clear = top && top->action.command == UI_COMMAND_CHANGE_TEXT;
        if (!is_under || is_clear || (top && top->role == ROLE_BLOCK)) continue;
        *field = (enum edit_field)i;
        return true;
    }
    return false;
}

static bool click_field(struct app *app, const struct input *input) {
    enum edit_field field;
    if (!field_at(app, input->x, input->y, &field)) return false;
    if (app->presence.is_editing && app->presence.edited_field == field) {
        app_edit_point(app, input);
        return true;
    }
    const struct semantic_node *node = semantics_at(&app->semantics, input->x, input->y);
    bool is_chip = node && node->action.command == UI_COMMAND_QUERY_SET;
    if (is_chip && input->clicks < 2) return false;
    if (!app_edit_begin(app, field)) return true;
    if (field == EDIT_NUMBER) {
        editor_select_all(&app->editor);
        scrub_hold(app, input); /* further on, it is a drag */
        return true;
    }
    struct input place = *input;
    place.clicks = is_chip ? 2 : 1;
    app_edit_point(app, &place);
    return true;
}

/* Chooses the cell. One that is chosen already can be dragged to another number; with Alt any. */
static void press_cell(struct app *app, const struct input *input, struct ui_action select) {
    struct document_cell cell = cell_from_grid(select.a, select.b, select.c);
    bool is_held = (input->modifiers & INPUT_ALT) || number_is_chosen(app, &cell);
    app_dispatch(app, select);
    if (is_held && number_is_chosen(app, &cell)) scrub_hold(app, input);
}

static void press(struct app *app, const struct input *input) {
    app_finish_motion(app);
    if (app->presence.is_blank) {
        app->presence.is_blank = false;
        app->needs_picture = true;
        return;
    }
    app_refresh(app);
    const struct semantic_node *node = semantics_at(&app->semantics, input->x, input->y);
    if (click_closes_menu(app, node) || (!app_has_menu(app) && click_field(app, input))) return;
    app_edit_end(app);
    if (paint_press(app, input) || scrub_press(app, input, node)) return;
    /* Space goes on meaning Next after a click on a button; in a menu the keyboard stays there. */
    bool had_menu = app_has_menu(app);
    app->presence.is_focus_visible = false;
    app->presence.focus_id = had_menu && node && node->is_focusable ? node->id : 0;
    app->needs_picture = true;
    if (!node) return;
    if (node->role == ROLE_SLIDER) {
        drag_slider_begin(app, node, input->x);
        return;
    }
    size_t row, column;
    bool is_cell = node->has_grid && (node->action.command == UI_COMMAND_NONE ||
                                      node->action.command == UI_COMMAND_CELL_SELECT);
    if (!is_cell)
        app_press_node(app, node);
    else if (semantics_cell_at(node, input->x, input->y, &row, &column))
        press_cell(app, input, (struct ui_action){UI_COMMAND_CELL_SELECT, node->grid.id,
                                                  (int32_t)row, (int32_t)column});
    if (app_has_menu(app) != had_menu) app->presence.is_focus_visible = false;
    if (had_menu && !app_has_menu(app)) app->presence.focus_id = 0;
}

static void move(struct app *app, const struct input *input) {
    struct picture_presence *presence = &app->presence;
    bool is_same =
        presence->has_pointer && presence->pointer_x == input->x && presence->pointer_y == input->y;
    if (is_same) return;
    presence->has_pointer = true;
    presence->pointer_x = input->x;
    presence->pointer_y = input->y;
    app->needs_picture = true;
    app_edit_drag(app, input->x);
    drag_move(app, input);
}

static bool is_over_rail(const struct app *app, float x, float y) {
    for (size_t i = 0; i < app->semantics.count; i++) {
        const struct semantic_node *node = &app->semantics.nodes[i];
        if (node->action.command == UI_COMMAND_RAIL_SCROLL && rect_contains(node->rect, x, y))
            return true;
    }
    return false;
}

/* The lines scroll; the diagram goes from key to key: each comes into the figure when it has the
 * focus. */
static void wheel_stage(struct app *app, int32_t by) {
    const struct picture_presence *presence = &app->presence;
    const struct semantic_node *stage = semantics_by_id(&app->semantics, NODE_STAGE);
    const struct semantic_node *top =
        semantics_at(&app->semantics, presence->pointer_x, presence->pointer_y);
    bool is_here = stage && rect_contains(stage->rect, presence->pointer_x, presence->pointer_y) &&
                   !(top && top->role == ROLE_BLOCK);
    enum view view = app->study.document.view;
    if (is_here && (view == VIEW_LINES || view == VIEW_MODEL))
        app_dispatch(app, (struct ui_action){UI_COMMAND_STAGE_SCROLL, by, 0, 0});
    if (is_here && app->study.document.view == VIEW_DIAGRAM)
        app_dispatch(
            app, (struct ui_action){by > 0 ? UI_COMMAND_KEY_NEXT : UI_COMMAND_KEY_BACK, 0, 0, 0});
}

static void wheel(struct app *app, const struct input *input) {
    enum { NOTCH_PX = 60 };
    if (input->modifiers & INPUT_CTRL) {
        enum ui_command command = input->wheel_y > 0 ? UI_COMMAND_SCALE_UP : UI_COMMAND_SCALE_DOWN;
        if (input->wheel_y != 0) app_dispatch(app, (struct ui_action){command, 0, 0, 0});
        return;
    }
    app_refresh(app);
    const struct picture_presence *presence = &app->presence;
    if (finder_is_open(app) && input->wheel_y != 0) finder_step(app, input->wheel_y > 0 ? -1 : 1);
    bool is_export = presence->is_export_menu_open;
    if (input->wheel_y == 0 || !presence->has_pointer || (app_has_menu(app) && !is_export)) return;
    float x = presence->pointer_x, y = presence->pointer_y;
    const struct semantic_node *panel = semantics_by_id(&app->semantics, NODE_PANEL_ROWS);
    int32_t by = (int32_t)(-input->wheel_y * NOTCH_PX);
    if (is_export || (panel && rect_contains(panel->rect, x, y)))
        app_dispatch(app, (struct ui_action){UI_COMMAND_PANEL_SCROLL, by, 0, 0});
    else if (is_over_rail(app, x, y))
        app_dispatch(app, (struct ui_action){UI_COMMAND_RAIL_SCROLL, by, 0, 0});
    else
        wheel_stage(app, by);
}

static int clamp(float value, int low, int high) {
    return value < (float)low ? low : value > (float)high ? high : (int)value;
}

static void resize(struct app *app, const struct input *input) {
    struct document wanted;
    if (input->width <= 0 || input->height <= 0 || !app_copy_document(app, &wanted)) return;
    wanted.width = clamp((float)input->width / app->density + 0.5f, 320, 16384);
    wanted.height = clamp((float)input->height / app->density + 0.5f, 240, 16384);
    app_change(app, &wanted, false);
}

/* While pictures are being saved nothing may change them: Esc stops that, everything else waits. */
static bool is_held_up(struct app *app, const struct input *input) {
    if (!export_is_running(app)) return false;
    if (input->kind == INPUT_KEY && input->key == KEY_ESCAPE) export_cancel(app);
    return input->kind == INPUT_KEY || input->kind == INPUT_TEXT ||
           input->kind == INPUT_COMPOSITION || input->kind == INPUT_POINTER_DOWN ||
           input->kind == INPUT_WHEEL || input->kind == INPUT_DROP;
}

void app_input(struct app *app, const struct input *input) {
    if (is_held_up(app, input) || drag_takes(app, input)) return;
    switch (input->kind) {
    case INPUT_QUIT:
        app_dispatch(app, (struct ui_action){UI_COMMAND_QUIT, 0, 0, 0});
        break;
    case INPUT_KEY:
        key(app, input);
        break;
    case INPUT_TEXT:
        app_finish_motion(app);
        if (finder_is_open(app) && input->text)
            finder_type(app, input->text);
        else
            app_edit_text(app, input->text, true);
        break;
    case INPUT_COMPOSITION:
        if (finder_is_open(app))
            finder_compose(app, input->text, input->caret);
        else
            app_edit_compose(app, input->text, input->caret);
        break;
    case INPUT_POINTER_MOVE:
        move(app, input);
        break;
    case INPUT_POINTER_DOWN:
        move(app, input);
        press(app, input);
        break;
    case INPUT_POINTER_UP:
        app->is_dragging = false;
        drag_end(app);
        break;
    case INPUT_POINTER_LEAVE:
        app->presence.has_pointer = false;
        app->needs_picture = true;
        break;
    case INPUT_WHEEL:
        wheel(app, input);
        break;
    case INPUT_DROP:
        if (input->text) app_open(app, input->text);
        break;
    case INPUT_RESIZE:
        resize(app, input);
        break;
    default: /* the window's own business */
        break;
    }
}

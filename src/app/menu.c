/* menu.c: the keyboard inside what lies over the window: the menus and the overlay of keys. While
 * one is open nothing behind it answers. */
#include "app/actions.h"

#include "app/finder.h"
#include "ui/ui.h"

static bool is_open(const struct picture_presence *presence) {
    return presence->is_model_menu_open || presence->is_export_menu_open ||
           presence->is_keys_open || presence->finder.kind != FINDER_NONE;
}

bool app_has_menu(const struct app *app) {
    return is_open(&app->presence);
}

/* The place of the sheet among the nodes: what belongs to it comes after. False: none is drawn. */
static bool find_sheet(const struct app *app, size_t *place) {
    uint32_t sheet = ui_id("sheet", 0, 0);
    for (size_t i = app->semantics.count; i-- > 0;) {
        if (app->semantics.nodes[i].id != sheet) continue;
        *place = i;
        return true;
    }
    return false;
}

static bool can_focus(const struct semantic_node *node) {
    bool is_away = node->rect.w <= 0 || node->rect.h <= 0;
    return node->is_focusable && !node->is_disabled && (!is_away || node->scroll_height > 0);
}

/* The node with the keyboard, when it stands in the sheet; NULL: none does. */
static const struct semantic_node *focused_node(const struct app *app) {
    size_t sheet;
    if (!app->presence.focus_id || !find_sheet(app, &sheet)) return NULL;
    for (size_t i = sheet + 1; i < app->semantics.count; i++)
        if (app->semantics.nodes[i].id == app->presence.focus_id) return &app->semantics.nodes[i];
    return NULL;
}

bool menu_focus_step(struct app *app, int direction) {
    size_t sheet;
    app_refresh(app);
    if (!find_sheet(app, &sheet)) return false;
    const struct semantic_node *from = focused_node(app), *nodes = app->semantics.nodes;
    size_t room = app->semantics.count - sheet - 1; /* nodes of the sheet, walked round and round */
    size_t at = from ? (size_t)(from - nodes) - sheet - 1 : direction < 0 ? 0 : room - 1;
    for (size_t i = 0; i < room; i++) {
        at = (at + (direction < 0 ? room - 1 : 1)) % room;
        if (!can_focus(&nodes[sheet + 1 + at])) continue;
        app->presence.focus_id = nodes[sheet + 1 + at].id;
        app->presence.is_focus_visible = true;
        app->needs_picture = true;
        app_show_focus(app);
        return true;
    }
    return false;
}

bool menu_toggle(struct app *app, bool *menu) {
    struct picture_presence *presence = &app->presence;
    bool was_open = *menu;
    app_edit_end(app);
    app_menu_close(app);
    if (was_open) return true;
    app->focus_before_menu = presence->focus_id;
    app->was_focus_visible = presence->is_focus_visible;
    presence->is_blank = false;
    presence->focus_id = 0;
    *menu = true;
    app->needs_picture = true;
    app_refresh(app);
    size_t sheet;
    if (!find_sheet(app, &sheet)) { /* no room for it in this picture */
        app_menu_close(app);
        return false;
    }
    menu_focus_step(app, 1);
    return true;
}

void app_menu_close(struct app *app) {
    struct picture_presence *presence = &app->presence;
    if (!is_open(presence)) return;
    if (finder_is_open(app)) {
        finder_close(app);
        return;
    }
    presence->is_model_menu_open = presence->is_export_menu_open = presence->is_keys_open = false;
    presence->focus_id = app->focus_before_menu;
    presence->is_focus_visible = app->was_focus_visible;
    app->needs_picture = true;
}

/* Commands whose keys go on working over a menu. */
static bool is_allowed(const struct picture_presence *presence, enum ui_command command) {
    switch (command) {
    case UI_COMMAND_EXPORT:
    case UI_COMMAND_PALETTE:
    case UI_COMMAND_SESSION_OPEN:
    case UI_COMMAND_SESSION_SAVE:
    case UI_COMMAND_SESSION_SAVE_AS:
    case UI_COMMAND_QUIT:
    case UI_COMMAND_PRESENTATION:
    case UI_COMMAND_CANCEL:
        return true;
    case UI_COMMAND_EXPORT_MENU:
        return presence->is_export_menu_open;
    case UI_COMMAND_MODEL_MENU:
        return presence->is_model_menu_open;
    case UI_COMMAND_KEYS:
        return presence->is_keys_open;
    default:
        return false;
    }
}

static bool press_focused(struct app *app) {
    app_refresh(app);
    const struct semantic_node *node = focused_node(app);
    return node && app_press_node(app, node);
}

/* Up and down go from row to row. Left and right, Home and End change what the row holds: in the
 * export menu. */
static void arrow(struct app *app, int key) {
    app_refresh(app);
    if (key == KEY_UP || key == KEY_DOWN) {
        menu_focus_step(app, key == KEY_UP ? -1 : 1);
        return;
    }
    const struct semantic_node *node = focused_node(app);
    struct ui_action action =
        node ? input_turned(node, key) : (struct ui_action){UI_COMMAND_NONE, 0, 0, 0};
    if (action.command != UI_COMMAND_NONE) app_dispatch(app, action);
}

void menu_key(struct app *app, const struct input *input) {
    if (input->key == KEY_TAB && !(input->modifiers & ~(unsigned)INPUT_SHIFT)) {
        menu_focus_step(app, input->modifiers & INPUT_SHIFT ? -1 : 1);
        return;
    }
    if (!input->modifiers) {
        switch (input->key) {
        case KEY_UP:
        case KEY_DOWN:
        case KEY_LEFT:
        case KEY_RIGHT:
        case KEY_HOME:
        case KEY_END:
            arrow(app, input->key);
            return;
        case KEY_ENTER:
        case ' ':
            press_focused(app);
            return;
        default:
            break;
        }
    }
    struct ui_action action = actions_for_key(app, input);
    if (action.command == UI_COMMAND_CURSOR_LEAVE) action.command = UI_COMMAND_CANCEL;
    if (is_allowed(&app->presence, action.command)) app_dispatch(app, action);
}

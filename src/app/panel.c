/* panel.c: the right panel: explanation or what-if, open or closed where it is a sheet, and how far
 * it is scrolled. */
#include "app/actions.h"

#include "ui/ui.h"

#include <math.h>

/* Where there is no room for the panel beside the stage, the top bar has a button for it; in
 * presentation mode there is neither. */
bool app_has_panel_sheet(struct app *app) {
    app_refresh(app);
    return app->study.document.is_presentation ||
           semantics_by_id(&app->semantics, ui_id("panel", 0, 0)) != NULL;
}

bool panel_toggle(struct app *app, struct ui_action action) {
    (void)action;
    app->presence.is_panel_open = !app->presence.is_panel_open;
    app->needs_picture = true;
    return true;
}

bool panel_set(struct app *app, struct ui_action action) {
    struct document wanted;
    if (action.a < 0 || action.a >= PANEL_COUNT || !app_copy_document(app, &wanted)) return false;
    if (app->presence.is_editing && app->presence.edited_field != EDIT_SENTENCE) app_edit_end(app);
    wanted.panel = (enum panel)action.a;
    app->presence.panel_scroll = 0;
    return app_change(app, &wanted, false);
}

/* The what-if, opened where it is a sheet; from there back to the explanation, and the sheet closes
 * again. */
bool panel_next(struct app *app, struct ui_action action) {
    (void)action;
    struct picture_presence *presence = &app->presence;
    bool is_sheet = app_has_panel_sheet(app), is_seen = !is_sheet || presence->is_panel_open;
    bool is_what_if = app->study.document.panel == PANEL_WHAT_IF;
    enum panel wanted = is_seen && is_what_if ? PANEL_EXPLAIN : PANEL_WHAT_IF;
    presence->is_blank = false;
    if (is_sheet) presence->is_panel_open = wanted == PANEL_WHAT_IF;
    app->needs_picture = true;
    bool is_other = panel_set(app, (struct ui_action){UI_COMMAND_PANEL_SET, (int32_t)wanted, 0, 0});
    return is_other || is_sheet;
}

/* What scrolls: the rows of the panel, or of the export menu while that lies over it. NULL: neither. */
static const struct semantic_node *find_rows(const struct app *app) {
    return semantics_by_id(&app->semantics, app->presence.is_export_menu_open ? NODE_MENU_ROWS
                                                                              : NODE_PANEL_ROWS);
}

/* To `y` logical pixels from the top, as far as there is something to scroll. */
static bool scroll_to(struct app *app, const struct semantic_node *rows, float y) {
    float room = rows->scroll_room, most = fmaxf(0, rows->scroll_height - room);
    float wanted = fmaxf(0, fminf(most, y));
    float *scroll = rows->id == NODE_MENU_ROWS ? &app->presence.menu_scroll
                                               : &app->presence.panel_scroll;
    if (wanted == *scroll) return false;
    *scroll = wanted;
    app->needs_picture = true;
    return true;
}

bool panel_scroll(struct app *app, struct ui_action action) {
    app_refresh(app);
    const struct semantic_node *rows = find_rows(app);
    return rows && scroll_to(app, rows, rows->scroll_y + (float)action.a);
}

void app_show_focus(struct app *app) {
    app_refresh(app);
    const struct semantic_node *rows = find_rows(app);
    const struct semantic_node *node = semantics_by_id(&app->semantics, app->presence.focus_id);
    if (!rows || !node || node == rows || node->scroll_height <= 0) return;
    float top = node->scroll_y, bottom = top + node->scroll_height;
    if (top < rows->scroll_y)
        scroll_to(app, rows, top);
    else if (bottom > rows->scroll_y + rows->scroll_room)
        scroll_to(app, rows, bottom - rows->scroll_room);
}

/* look.c: commands for how it looks, what is open, and what leaves the program. */
#include "app/actions.h"


#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool change_look(struct app *app, struct document *wanted) {
    bool is_done = app_change(app, wanted, false);
    app_keep_settings(app);
    return is_done;
}

bool look_theme(struct app *app, struct ui_action action) {
    struct document wanted;
    bool is_next = action.command == UI_COMMAND_THEME_NEXT;
    int theme = is_next ? ((int)app->study.document.theme + 1) % THEME_COUNT : action.a;
    if (theme < 0 || theme >= THEME_COUNT || !app_copy_document(app, &wanted)) return false;
    wanted.theme = (enum theme_choice)theme;
    return change_look(app, &wanted);
}

bool look_map(struct app *app, struct ui_action action) {
    struct document wanted;
    if (action.a < 0 || action.a >= MAP_COUNT || !app_copy_document(app, &wanted)) return false;
    wanted.map = (enum map_choice)action.a;
    return app_change(app, &wanted, false);
}

bool look_language(struct app *app, struct ui_action action) {
    struct document wanted;
    bool is_next = action.command == UI_COMMAND_LANGUAGE_NEXT;
    int language = is_next ? ((int)app->study.document.language + 1) % LANGUAGE_COUNT : action.a;
    if (language < 0 || language >= LANGUAGE_COUNT || !app_copy_document(app, &wanted))
        return false;
    wanted.language = (enum language)language;
    return change_look(app, &wanted);
}

bool look_scale(struct app *app, struct ui_action action) {
    static const int steps[] = {75, 90, 100, 110, 125, 150, 175, 200, 250, 300};
    const int count = sizeof steps / sizeof *steps;
    struct document wanted;
    if (!app_copy_document(app, &wanted)) return false;
    int now = wanted.scale_percent, next = now;
    for (int i = 0; i < count && action.command == UI_COMMAND_SCALE_UP && next == now; i++)
        if (steps[i] > now) next = steps[i];
    for (int i = count; i-- > 0 && action.command == UI_COMMAND_SCALE_DOWN && next == now;)
        if (steps[i] < now) next = steps[i];
    wanted.scale_percent = action.command == UI_COMMAND_SCALE_RESET ? 100 : next;
    return change_look(app, &wanted);
}

bool look_presentation(struct app *app, struct ui_action action) {
    (void)action;
    struct document wanted;
    if (!app_copy_document(app, &wanted)) return false;
    wanted.is_presentation = !wanted.is_presentation;
    bool is_presentation = wanted.is_presentation;
    app->presence.is_blank = false;
    app_menu_close(app);
    bool is_done = app_change(app, &wanted, false);
    if (app->host.set_fullscreen) app->host.set_fullscreen(app->host.context, is_presentation);
    return is_done;
}

static bool toggle(struct app *app, bool *is_open) {
    *is_open = !*is_open;
    app->needs_picture = true;
    return true;
}

bool look_blank(struct app *app, struct ui_action action) {
    (void)action;
    return toggle(app, &app->presence.is_blank);
}

bool look_keys(struct app *app, struct ui_action action) {
    (void)action;
    return menu_toggle(app, &app->presence.is_keys_open);
}

bool look_model_menu(struct app *app, struct ui_action action) {
    (void)action;
    app_list_models(app);
    return menu_toggle(app, &app->presence.is_model_menu_open);
}

/* Which heads the rail shows, and how much of the first and the last. Heads on the stage do not
 * count. */
struct rail_sight {
    int first, last; /* −1: none */
    struct rect first_rect, last_rect;
};

static struct rail_sight rail_look(struct app *app) {
    struct rail_sight sight = {.first = -1, .last = -1};
    struct rect rail = {0};
    app_refresh(app);
    for (size_t i = 0; i < app->semantics.count; i++) {
        const struct semantic_node *node = &app->semantics.nodes[i];
        if (node->action.command == UI_COMMAND_RAIL_SCROLL) rail = node->rect;
        if (node->role != ROLE_HEAD || node->rect.h <= 0 || !rect_overlap(node->rect, rail))
            continue;
        if (sight.first < 0) {
            sight.first = node->action.a;
            sight.first_rect = node->rect;
        }
        sight.last = node->action.a;
        sight.last_rect = node->rect;
    }
    return sight;
}

static bool is_same_sight(const struct rail_sight *a, const struct rail_sight *b) {
    return a->first == b->first && a->last == b->last && a->first_rect.y == b->first_rect.y &&
           a->first_rect.h == b->first_rect.h && a->last_rect.y == b->last_rect.y &&
           a->last_rect.h == b->last_rect.h;
}

/* a: logical pixels, down when positive. Down goes on, a notch at a time, while that moves
 * anything: where the rail ends is the view's business. */
bool look_rail(struct app *app, struct ui_action action) {
    enum { NOTCH = 60 };
    float *scroll = &app->presence.rail_scroll, before = *scroll;
    if (action.a < 0) {
        *scroll = fmaxf(0, before + (float)action.a);
        app->needs_picture = true;
        return *scroll != before;
    }
    struct rail_sight sight = rail_look(app);
    for (int left = action.a; left > 0 && sight.first >= 0; left -= NOTCH) {
        float last = *scroll;
        *scroll += (float)(left < NOTCH ? left : NOTCH);
        app->needs_picture = true;
        struct rail_sight next = rail_look(app);
        if (is_same_sight(&sight, &next)) {
            *scroll = last;
            app->needs_picture = true;
            break;
        }
        sight = next;
    }
    return *scroll != before;
}

bool look_text(struct app *app, struct ui_action action) {
    if (action.command == UI_COMMAND_TEXT_LEAVE) {
        app_edit_end(app);
        return true;
    }
    if (action.a < 0 || action.a >= EDIT_COUNT) return false;
    app_menu_close(app);
    app->presence.is_blank = false;
    bool is_done = app_edit_begin(app, (enum edit_field)action.a);
    if (is_done) editor_select_all(&app->editor);
    return is_done;
}

bool look_message_close(struct app *app, struct ui_action action) {
    (void)action;
    app_silence(app);
    return true;
}

bool look_focus(struct app *app, struct ui_action action) {
    struct picture_presence *presence = &app->presence;
    uint32_t from = presence->focus_id;
    int direction = action.command == UI_COMMAND_FOCUS_BACK ? -1 : 1;
    if (app_has_menu(app)) return menu_focus_step(app, direction);
    if (presence->is_editing) {
        app_edit_end(app);
        from = NODE_FIELD + (uint32_t)presence->edited_field;
    }
    app_refresh(app);
    presence->focus_id = semantics_focus_step(&app->semantics, from, direction);
    presence->is_focus_visible = true;
    presence->is_cursor_active = false;
    app->needs_picture = true;
    app_show_focus(app);
    return presence->focus_id != 0;
}

static bool deselect(struct app *app) {
    struct document wanted;
    if (app->study.document.cell.source < 0 || !app_copy_document(app, &wanted)) return false;
    wanted.cell.source = -1;
    return app_change(app, &wanted, false);
}

/* Closes one thing at a time, the topmost first. Nothing left to close: nothing happens. */
bool look_cancel(struct app *app, struct ui_action action) {
    struct picture_presence *presence = &app->presence;
    app->needs_picture = true;
    if (presence->is_blank) return !(presence->is_blank = false);
    if (app_has_menu(app)) {
        app_menu_close(app);
        return true;
    }
    if (presence->is_editing)
        return look_text(app, (struct ui_action){UI_COMMAND_TEXT_LEAVE, 0, 0, 0});
    if (presence->is_cursor_active) return cursor_leave(app, action);
    if (presence->is_painting) return !(presence->is_painting = false);
    if (app->study.document.is_presentation) return look_presentation(app, action);
    if (presence->is_playing) return !(presence->is_playing = false);
    if (presence->is_panel_open) return !(presence->is_panel_open = false);
    if (presence->focus_id) {
        presence->focus_id = 0;
        presence->is_focus_visible = false;
        return true;
    }
    if (presence->message) {
        app_silence(app);
        return true;
    }
    return deselect(app);
}

bool look_quit(struct app *app, struct ui_action action) {
    (void)action;
    app_edit_end(app);
    app->is_quitting = true;
    return true;
}

/* edit_number.c: the number of the selected cell, edited in the panel. */
#include "app/actions.h"

#include "lesson/cell_edit.h"
#include "lesson/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_TEXT_BYTES = 48 };

bool app_number_begin(struct app *app) {
    struct document_cell cell;
    char text[NUMBER_BYTES];
    if (!cell_edit_selected(&app->study, &cell, &app->edited_number)) return false;
    number_write(text, sizeof text, app->edited_number.value);
    if (editor_init(&app->editor, text, NUMBER_TEXT_BYTES)) {
        app->returns_to_cursor = app->presence.is_cursor_active;
        return true;
    }
    app_say(app, true, "message.no_memory", NULL, NULL);
    return false;
}

bool app_number_is_there(const struct app *app) {
    struct document_cell cell;
    struct attention_edit now;
    const struct attention_edit *edited = &app->edited_number;
    return cell_edit_selected(&app->study, &cell, &now) && now.tensor == edited->tensor &&
           now.layer == edited->layer && now.index == edited->index;
}

static bool refuse(struct app *app, const char *key) {
    static const char *const names[] = {"text", "most", NULL};
    char most[16];
    snprintf(most, sizeof most, "%d", (int)WHAT_IF_MAX_EDITS);
    const char *const values[] = {app->editor.text, most, NULL};
    catalogue_fill(app->field_error, sizeof app->field_error, app_words(app, key), names, values);
    app->has_text_error = true;
    return false;
}

bool app_number_commit(struct app *app) {
    struct attention_edit edit = app->edited_number;
    struct document wanted;
    char before[NUMBER_BYTES];
    app->needs_picture = true;
    app->has_text_error = false;
    number_write(before, sizeof before, edit.value);
    if (strcmp(before, app->editor.text) == 0 || !app_number_is_there(app)) return true;
    if (!number_read(app->editor.text, &edit.value)) return refuse(app, "field.number.wrong");
    if (isinf(edit.value) && edit.tensor != ATTENTION_TENSOR_SCORES)
        return refuse(app, "field.number.infinite");
    if (edit.value == app->edited_number.value) return true;
    if (!app_copy_document(app, &wanted)) return false;
    if (!cell_edit_put(&app->study, &wanted.what_if, &edit)) {
        document_free(&wanted);
        return refuse(app, "field.number.full");
    }
    if (app_change(app, &wanted, true)) return true;
    snprintf(app->field_error, sizeof app->field_error, "%.500s",
             app->presence.message ? app->message : "");
    app_silence(app);
    app->has_text_error = true;
    return false;
}

/* The explanation, opened where it is a sheet: the field stands there. */
static void show_panel(struct app *app) {
    if (app->study.document.panel != PANEL_EXPLAIN)
        app_dispatch(app, (struct ui_action){UI_COMMAND_PANEL_SET, PANEL_EXPLAIN, 0, 0});
    if (app_has_panel_sheet(app)) app->presence.is_panel_open = true;
    app->needs_picture = true;
    app_refresh(app);
}

bool number_edit(struct app *app, struct ui_action action) {
    (void)action;
    struct document_cell cell;
    struct attention_edit edit;
    if (!cell_edit_selected(&app->study, &cell, &edit)) return false;
    show_panel(app);
    if (!semantics_by_id(&app->semantics, NODE_NUMBER)) return false; /* no room for it */
    return app_dispatch(app, (struct ui_action){UI_COMMAND_TEXT_EDIT, EDIT_NUMBER, 0, 0});
}

bool number_reset(struct app *app, struct ui_action action) {
    (void)action;
    struct document_cell cell;
    struct attention_edit edit;
    struct document wanted;
    app_edit_end(app);
    if (!cell_edit_selected(&app->study, &cell, &edit) || !cell_is_edited(&app->study, &cell) ||
        !app_copy_document(app, &wanted))
        return false;
    what_if_unedit(&wanted.what_if, edit.tensor, edit.layer, edit.index);
    return app_change(app, &wanted, true);
}

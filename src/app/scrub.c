/* scrub.c: the chosen number changed without typing: by dragging its handle, its field or its cell
 * to a side, and by steps from the keyboard. */
#include "app/actions.h"
#include "app/drag.h"

#include "lesson/cell_edit.h"
#include "lesson/nudge.h"

#include <math.h>
#include <stdio.h>

enum { MEANT_PX = 4, STEP_PX = 6 }; /* logical: before a drag begins; for one step */

bool number_is_chosen(const struct app *app, const struct document_cell *cell) {
    struct document_cell chosen;
    struct attention_edit edit;
    return cell_edit_selected(&app->study, &chosen, &edit) && chosen.source == cell->source &&
           chosen.head == cell->head && chosen.row == cell->row && chosen.column == cell->column;
}

static bool refuse(struct app *app) {
    static const char *const names[] = {"most", NULL};
    char most[16];
    const char *const values[] = {most, NULL};
    snprintf(most, sizeof most, "%d", (int)WHAT_IF_MAX_EDITS);
    app_say(app, true, "field.number.full", names, values);
    return false;
}

/* Makes `wanted` the document, with the edit in it; `wanted` is freed in any case. */
static bool take(struct app *app, struct document *wanted, const struct attention_edit *edit,
                 bool is_undoable) {
    if (cell_edit_put(&app->study, &wanted->what_if, edit))
        return app_change(app, wanted, is_undoable);
    document_free(wanted);
    return refuse(app);
}

void scrub_hold(struct app *app, const struct input *input) {
    struct document_cell cell;
    struct attention_edit edit;
    if (!cell_edit_selected(&app->study, &cell, &edit) || !drag_begin(app, DRAG_NUMBER)) return;
    struct app_drag *drag = &app->drag;
    drag->number = edit;
    drag->from_x = input->x;
    drag->from_y = input->y;
    drag->exponent = nudge_exponent(&app->study, &cell);
    drag->modifiers = input->modifiers & (INPUT_SHIFT | INPUT_CTRL);
}

bool scrub_press(struct app *app, const struct input *input, const struct semantic_node *node) {
    if (!node || node->id != NODE_NUMBER_HANDLE) return false;
    scrub_hold(app, input);
    return true;
}

/* With Shift a tenth of a step, with Ctrl ten. What the keys change on the way begins where the
 * number is then. */
static int fine_exponent(struct app_drag *drag, const struct input *input, float now) {
    unsigned modifiers = input->modifiers & (INPUT_SHIFT | INPUT_CTRL);
    if (modifiers != drag->modifiers && drag->has_moved) {
        drag->number.value = now;
        drag->from_x = input->x;
        drag->from_y = input->y;
    }
    drag->modifiers = modifiers;
    return drag->exponent + (modifiers & INPUT_SHIFT ? -1 : modifiers & INPUT_CTRL ? 1 : 0);
}

/* To the right and up: more. */
void scrub_move(struct app *app, const struct input *input) {
    struct app_drag *drag = &app->drag;
    struct document_cell cell;
    struct attention_edit now, edit;
    struct document wanted = {0};
    float unit = app->density * (float)app->study.document.scale_percent / 100;
    float way = (input->x - drag->from_x - (input->y - drag->from_y)) / fmaxf(unit, 0.1f);
    if (!drag->has_moved && fabsf(way) < MEANT_PX) return;
    if (!drag->has_moved) app_edit_drop(app); /* the press had opened the field */
    if (!cell_edit_selected(&app->study, &cell, &now)) return;
    int exponent = fine_exponent(drag, input, now.value);
    way = (input->x - drag->from_x - (input->y - drag->from_y)) / fmaxf(unit, 0.1f);
    drag->has_moved = true;
    edit = drag->number;
    edit.value = nudge_value(drag->number.value, exponent, lroundf(way / STEP_PX));
    if (lroundf(way / STEP_PX) == 0) edit.value = drag->number.value;
    if (edit.value == now.value) return;
    if (document_copy(&wanted, &app->study.document))
        take(app, &wanted, &edit, false);
    else
        app_say(app, true, "message.no_memory", NULL, NULL);
}

/* One step: steps of the same number that follow each other are undone together. a: −1 for a tenth
 * of it. */
bool number_nudge(struct app *app, struct ui_action action) {
    struct document_cell cell;
    struct attention_edit edit;
    struct document wanted;
    const struct app_nudge *last = &app->nudge;
    app_edit_end(app);
    if (!cell_edit_selected(&app->study, &cell, &edit)) return false;
    bool goes_on = last->pushes == app->undo.pushes && app->redo.count == 0 &&
                   last->edit.tensor == edit.tensor && last->edit.layer == edit.layer &&
                   last->edit.index == edit.index && last->edit.value == edit.value;
    int exponent = nudge_exponent(&app->study, &cell) + (action.a < 0 ? -1 : 0);
    edit.value =
        nudge_value(edit.value, exponent, action.command == UI_COMMAND_NUMBER_MORE ? 1 : -1);
    if (!app_copy_document(app, &wanted) || !take(app, &wanted, &edit, !goes_on)) return false;
    app->nudge = (struct app_nudge){edit, app->undo.pushes};
    return true;
}

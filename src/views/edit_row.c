/* edit_row.c: under the arithmetic, the selected number in a field to type in, with a handle to
 * drag; when it has been edited, what stood there and the way back. */
#include "chrome.h"

#include "lesson/cell_edit.h"

#include <math.h>

/* "was −0.37 · take back". */
struct way_back {
    const char *was, *told; /* drawn, and said */
    struct ui_button back;
    float was_width, width; /* of all */
};

/* False: the number is the pass's own. */
static bool way_back_of(struct page *page, const struct document_cell *cell, struct way_back *way) {
    struct ui *ui = &page->ui;
    float before = 0;
    if (!cell_is_edited(page->study, cell) || !cell_unedited_value(page->study, cell, &before)) {
        return false;
    }
    const char *names[] = {"value", NULL};
    const char *values[] = {page_number(page, before, NUMBER_PLAIN), NULL};
    way->was = page_filled(page, "number.was", names, values);
    way->told = page_filled(page, "number.edited", names, values);
    way->back = (struct ui_button){.id = ui_id("take back", 0, 0),
                                   .label = page_words(page, "button.take_back"),
                                   .kind = UI_BUTTON_BARE,
                                   .action = {UI_COMMAND_NUMBER_RESET, 0, 0, 0},
                                   .size = 13};
    way->was_width = ui_text_width(ui, TEXT_WORDS, 13, way->was) + ui_px(ui, 2);
    way->width = ui_px(ui, 8) + way->was_width + ui_button_width(ui, &way->back);
    return true;
}

static void draw_way_back(struct page *page, struct rect r, const struct way_back *way) {
    struct ui *ui = &page->ui;
    rect_cut_left(&r, ui_px(ui, 8));
    struct rect words = rect_cut_left(&r, fminf(r.w, way->was_width));
    ui_text_in(ui, words, UI_LEFT, TEXT_WORDS, 13, ui->theme->ink, way->was);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("number was", 0, 0), words, way->told, "");
    ui_button(ui, rect_cut_left(&r, fminf(r.w, ui_button_width(ui, &way->back))), &way->back);
}

/* Dragged to a side it changes the number; the arrow keys go a step. */
static void draw_handle(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    bool is_hovered = ui_is_hovered(ui, r);
    draw_rectangle(ui->list, r, ui_px(ui, 10), is_hovered ? t->chip : t->background);
    draw_frame(ui->list, r, ui_px(ui, 10), ui_px(ui, 1.5f), is_hovered ? t->secondary : t->line);
    ui_text_in(ui, r, UI_CENTRE, TEXT_WORDS_MEDIUM, 15, t->ink, "\u2194");
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_BUTTON, NODE_NUMBER_HANDLE,
                      rect_intersect(r, draw_clip(ui->list)), page_words(page, "number.drag"), "");
    node->action = (struct ui_action){UI_COMMAND_NUMBER_EDIT, 0, 0, 0};
    node->less = (struct ui_action){UI_COMMAND_NUMBER_LESS, 0, 0, 0};
    node->more = (struct ui_action){UI_COMMAND_NUMBER_MORE, 0, 0, 0};
    node->tooltip = semantics_string(ui->semantics, page_words(page, "number.drag.how"));
    node->is_focusable = true;
    ui_focus_ring(ui, node->id, r, ui_px(ui, 10));
}

/* What can be done with it, where that fits. */
static void draw_hint(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const char *words = page_words(page, "number.hint");
    rect_cut_left(&r, ui_px(ui, 10));
    if (ui_text_width(ui, TEXT_WORDS, 13, words) <= r.w) {
        ui_text_in(ui, r, UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary, words);
    }
}

float panel_number(struct page *page, float x, float y, float width, bool is_measuring) {
    struct ui *ui = &page->ui;
    const struct picture_presence *p = page->presence;
    struct document_cell cell;
    struct attention_edit edit;
    if (!cell_edit_selected(page->study, &cell, &edit)) {
        return 0;
    }
    bool is_typed = p->is_editing && p->edited_field == EDIT_NUMBER;
    const char *error = is_typed ? p->field_error : NULL;
    struct ui_paragraph why = {error, 13, 1.35f, ui->theme->error, TEXT_WORDS_MEDIUM, 4};
    float line = ui_px(ui, 34), gap = ui_px(ui, 4);
    float side = width - ui_px(ui, 132) - gap - ui_px(ui, 28); /* what the field and handle leave */
    struct way_back way = {0};
    bool has_way = way_back_of(page, &cell, &way), is_below = has_way && way.width > side;
    float height = line + (is_below ? line : 0);
    float more = error ? gap + ui_paragraph(ui, &why, 0, 0, width, true) : 0;
    if (is_measuring) {
        return height + more;
    }
    struct rect row = rect_make(x, y, width, line);
    field_draw(page, rect_cut_left(&row, fminf(width, ui_px(ui, 132))), EDIT_NUMBER);
    rect_cut_left(&row, gap);
    draw_handle(page, rect_cut_left(&row, ui_px(ui, 28)));
    if (has_way) {
        draw_way_back(page, is_below ? rect_make(x - ui_px(ui, 8), y + line, width, line) : row,
                      &way);
    } else {
        draw_hint(page, row);
    }
    if (error) {
        ui_paragraph(ui, &why, x, y + height + gap, width, false);
        semantics_add(ui->semantics, ROLE_MESSAGE, ui_id("field error", EDIT_NUMBER, 0),
                      rect_make(x, y + height, width, more), error, "");
    }
    return height + more;
}

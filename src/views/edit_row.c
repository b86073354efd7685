/* edit_row.c: under the arithmetic, the selected number in a field to type in; when it has been
 * edited, what stood there and the way back. */
#include "chrome.h"

#include "lesson/cell_edit.h"

#include <math.h>

/* "was −0.37 · take back" in what is left of the row. */
static void draw_way_back(struct page *page, struct rect r, const struct document_cell *cell) {
    struct ui *ui = &page->ui;
    float before = 0;
    struct ui_button back = {.id = ui_id("take back", 0, 0),
                             .label = page_words(page, "button.take_back"),
                             .kind = UI_BUTTON_BARE,
                             .action = {UI_COMMAND_NUMBER_RESET, 0, 0, 0},
                             .size = 13};
    if (!cell_unedited_value(page->study, cell, &before)) {
        return;
    }
    const char *names[] = {"value", NULL};
    const char *values[] = {page_number(page, before, NUMBER_PLAIN), NULL};
    const char *was = page_filled(page, "number.was", names, values);
    rect_cut_left(&r, ui_px(ui, 8));
    struct rect words =
        rect_cut_left(&r, fminf(r.w, ui_text_width(ui, TEXT_WORDS, 13, was) + ui_px(ui, 2)));
    ui_text_in(ui, words, UI_LEFT, TEXT_WORDS, 13, ui->theme->ink, was);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("number was", 0, 0), words,
                  page_filled(page, "number.edited", names, values), "");
    ui_button(ui, rect_cut_left(&r, fminf(r.w, ui_button_width(ui, &back))), &back);
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
    float height = ui_px(ui, 34), gap = ui_px(ui, 4);
    float more = error ? gap + ui_paragraph(ui, &why, 0, 0, width, true) : 0;
    if (is_measuring) {
        return height + more;
    }
    struct rect row = rect_make(x, y, width, height);
    field_draw(page, rect_cut_left(&row, fminf(width, ui_px(ui, 132))), EDIT_NUMBER);
    if (cell_is_edited(page->study, &cell)) {
        draw_way_back(page, row, &cell);
    }
    if (error) {
        ui_paragraph(ui, &why, x, y + height + gap, width, false);
        semantics_add(ui->semantics, ROLE_MESSAGE, ui_id("field error", EDIT_NUMBER, 0),
                      rect_make(x, y + height, width, more), error, "");
    }
    return height + more;
}

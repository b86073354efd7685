/* painting.c: the mask while it is painted: which cells of the stage are its, what is hidden at
 * every beat, the cell under the pointer, and a note that says what a press does now. */
#include "stage.h"

#include "lesson/painting.h"

#include <math.h>

static const float least_px = 3; /* of a cell that a hand can meet */

bool stage_is_paintable(const struct semantic_node *node) {
    const struct semantic_grid *grid = &node->grid;
    if (!node->has_grid || grid->rows * grid->columns < 2) {
        return false; /* a number of the diagram or of the lines, which is no cell among others */
    }
    struct document_cell cell = cell_from_grid(grid->id, 0, 0);
    return cell_is_of_mask(cell.source) && node->rect.w >= least_px * (float)grid->columns &&
           node->rect.h >= least_px * (float)grid->rows;
}

const struct semantic_node *stage_paintable_at(const struct semantics *list, float x, float y) {
    for (size_t i = list->count; i-- > 0;) {
        const struct semantic_node *node = &list->nodes[i];
        if (!rect_contains(node->rect, x, y)) {
            continue;
        }
        if (stage_is_paintable(node)) {
            return node;
        }
        bool is_answer = node->action.command == UI_COMMAND_PREDICT_ANSWER;
        if (node->role == ROLE_BLOCK || (node->action.command != UI_COMMAND_NONE && !is_answer)) {
            return NULL;
        }
    }
    return NULL;
}

void painting_bar(struct page *page, struct grid *grid) {
    struct document_cell first = cell_from_grid(grid->id, 0, 0);
    size_t count = grid->rows * grid->columns;
    if (!page->presence->is_painting || grid->is_difference || !cell_is_of_mask(first.source)) {
        return;
    }
    uint8_t *states = page_memory(page, count, 1);
    for (size_t i = 0; states && i < count; i++) {
        size_t r = i / grid->columns, c = i % grid->columns;
        enum grid_state state = grid->states ? (enum grid_state)grid->states[i] : grid->state;
        bool is_barred = state != GRID_MASKED && state != GRID_NO_WEIGHT &&
                         !painting_allows(page->study, (int)(r + grid->first_row),
                                          (int)(c + grid->first_column));
        states[i] = (uint8_t)(is_barred ? GRID_BARRED : state);
    }
    grid->states = states ? states : grid->states;
}

void painting_point(struct page *page, const struct semantic_node *node) {
    struct ui *ui = &page->ui;
    size_t row, column;
    if (!page->presence->is_painting || !ui->has_pointer || !stage_is_paintable(node) ||
        !semantics_cell_at(node, ui->pointer_x, ui->pointer_y, &row, &column)) {
        return;
    }
    struct rect cell = rect_snap(semantics_cell_rect(node, row, column));
    float out = ui_px(ui, 1);
    draw_frame(ui->list, rect_inset(cell, -2 * out, -2 * out), ui_px(ui, 5), out,
               ui->theme->surface);
    draw_frame(ui->list, rect_inset(cell, -out, -out), ui_px(ui, 4), 2 * out, ui->theme->ink);
}

static bool is_anything_paintable(const struct semantics *list) {
    for (size_t i = 0; i < list->count; i++) {
        if (stage_is_paintable(&list->nodes[i])) {
            return true;
        }
    }
    return false;
}

void painting_note_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    bool is_here = is_anything_paintable(ui->semantics);
    const char *words = page_words(page, is_here ? "painting.note" : "painting.nowhere");
    struct ui_button end = {.id = ui_id("painting end", 0, 0),
                            .label = page_words(page, "painting.end"),
                            .kind = UI_BUTTON_BARE,
                            .action = {UI_COMMAND_MASK_PAINT_MODE, 0, 0, 0},
                            .size = 14},
                     go = {.id = ui_id("painting go", 0, 0),
                           .label = page_words(page, "painting.go"),
                           .kind = UI_BUTTON_BARE,
                           .action = {UI_COMMAND_MASK_PAINT_MODE, 1, 0, 0},
                           .size = 14};
    draw_rectangle(ui->list, r, ui_px(ui, 8), ui->theme->hint);
    struct rect inner = rect_inset(r, ui_px(ui, 10), ui_px(ui, 2));
    ui_button(ui, rect_cut_right(&inner, fminf(inner.w, ui_button_width(ui, &end))), &end);
    float wanted = ui_button_width(ui, &go);
    if (!is_here && inner.w >= wanted) {
        ui_button(ui, rect_cut_right(&inner, wanted), &go);
    }
    ui_text_in(ui, inner, UI_LEFT, TEXT_WORDS_MEDIUM, 14, ui->theme->ink, words);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("painting", 0, 0), inner, words, "")->tooltip =
        semantics_string(ui->semantics, words);
}

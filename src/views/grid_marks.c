/* grid_marks.c: what the reader changed, on the cells: corners of edited numbers, dots where a
 * number is another than before. */
#include "grid_parts.h"

#include "lesson/cell_edit.h"

#include <math.h>

/* The place in the grid of edit `i`; false: of another matrix, or of another part of it. */
static bool edit_place(const struct page *page, const struct grid *grid, size_t i, size_t *r,
                       size_t *c, struct document_cell *cell) {
    const struct attention_edit *edit = &page->document->what_if.edits[i];
    int row, column;
    *cell = cell_at_address(page->study, edit->tensor, edit->layer, edit->index);
    if (cell->source < 0 || !cell_in_grid(grid->id, cell, &row, &column) ||
        !cell_is_edited(page->study, cell)) {
        return false;
    }
    *r = (size_t)row - grid->first_row;
    *c = (size_t)column - grid->first_column;
    return *r < grid->rows && *c < grid->columns && grid_state_at(grid, *r, *c) != GRID_HIDDEN;
}

/* A corner in the colour of hints, framed in ink: this number was put there by the reader. */
static void mark_edits(struct page *page, const struct grid *grid) {
    struct ui *ui = &page->ui;
    struct document_cell edited;
    size_t r, c;
    for (size_t i = 0; i < page->document->what_if.edit_count; i++) {
        if (!edit_place(page, grid, i, &r, &c, &edited)) {
            continue;
        }
        struct rect cell = grid_cell_rect(grid, r, c);
        float size = ui_type(ui, grid_number_size(page, grid, cell.w, cell.h));
        float room = floorf((cell.h - size) / 2); /* above the number, which is not covered */
        float side = fminf(ui_px(ui, 10), fminf(cell.w, cell.h) / 2.5f);
        float least =
            size > 0 ? fminf(ui_px(ui, 5), 2 * room) : ui_px(ui, 5); /* nor is one above */
        side = fmaxf(least, size > 0 ? fminf(side, room) : side);
        float top = cell.y - (size > 0 ? fmaxf(0, side - room) : 0);
        struct rect corner = rect_snap(rect_make(rect_right(cell) - side, top, side, side));
        draw_rectangle(ui->list, corner, 0, ui->theme->ink);
        draw_rectangle(ui->list, rect_inset(corner, ui_px(ui, 1), ui_px(ui, 1)), 0,
                       ui->theme->hint);
    }
}

/* "edited: [it, 3] [cat, 1]"; "" where none of its numbers is. */
static const char *edited_words(struct page *page, const struct grid *grid) {
    const char *places = "";
    struct document_cell edited;
    size_t r, c;
    for (size_t i = 0; i < page->document->what_if.edit_count; i++) {
        if (!edit_place(page, grid, i, &r, &c, &edited)) {
            continue;
        }
        const char *row = grid->row_names ? grid->row_names[r]
                                          : page_format(page, "%zu", grid->first_row + r + 1);
        const char *column = grid->column_names
                                 ? grid->column_names[c]
                                 : page_format(page, "%zu", grid->first_column + c + 1);
        float value = 0;
        cell_value(page->study, &edited, &value);
        const char *number = page_number(page, value, NUMBER_PLAIN);
        places = page_format(page, "%s%s[%s, %s] = %s", places, *places ? " · " : "", row, column,
                             number);
    }
    const char *names[] = {"places", NULL}, *values[] = {places, NULL};
    return *places ? page_filled(page, "number.places", names, values) : "";
}

bool grid_is_changed(const struct grid *grid, size_t r, size_t c) {
    if (grid_state_at(grid, r, c) == GRID_HIDDEN) {
        return false;
    }
    float now = grid_value_at(grid, r, c);
    return grid->is_difference
               ? now != 0
               : grid->before &&
                     now != grid->before[r * grid->row_stride + c * grid->column_stride];
}

size_t grid_count_changed(const struct grid *grid, size_t *shown) {
    size_t changed = 0;
    *shown = 0;
    for (size_t r = 0; (grid->before || grid->is_difference) && r < grid->rows; r++) {
        for (size_t c = 0; c < grid->columns; c++) {
            changed += grid_is_changed(grid, r, c);
            *shown += grid_state_at(grid, r, c) != GRID_HIDDEN;
        }
    }
    return changed;
}

/* A dot at the upper left of a number that is another than before: above it, where it has room.
 * Where all of them are, the title says so and the cells stay calm. */
static void mark_changes(struct page *page, const struct grid *grid) {
    struct ui *ui = &page->ui;
    size_t count, changed = grid->is_difference ? 0 : grid_count_changed(grid, &count);
    if (changed == 0 || changed == count || !grid_has_single_cells(page, grid)) {
        return;
    }
    float wide = grid->rect.w / (float)grid->columns, high = grid->rect.h / (float)grid->rows;
    float size = ui_type(ui, grid_number_size(page, grid, wide, high));
    float room = size > 0 ? floorf((high - size) / 2) : high; /* above the number */
    float least = size > 0 ? fminf(ui_px(ui, 3), fmaxf(2, room + 1)) : ui_px(ui, 3);
    float side = fmaxf(least, fminf(ui_px(ui, 5), room - ui_px(ui, 2)));
    float in = fmaxf(1, fminf(ui_px(ui, 4), (room - side) / 2 + 1));
    for (size_t r = 0; r < grid->rows; r++) {
        for (size_t c = 0; c < grid->columns; c++) {
            if (grid_is_changed(grid, r, c)) {
                struct rect cell = grid_cell_rect(grid, r, c);
                struct rect dot = rect_snap(rect_make(cell.x + in, cell.y + in, side, side));
                draw_rectangle(ui->list, dot, side / 2, grid_ink(page, grid, r, c));
            }
        }
    }
}

void grid_mark(struct page *page, const struct grid *grid) {
    mark_edits(page, grid);
    mark_changes(page, grid);
}

const char *grid_marked_words(struct page *page, const struct grid *grid) {
    const char *edited = edited_words(page, grid);
    size_t count, changed = grid_count_changed(grid, &count);
    if (changed == 0) {
        return edited;
    }
    const char *names[] = {"changed", "count", NULL};
    const char *values[] = {page_format(page, "%zu", changed), page_format(page, "%zu", count),
                            NULL};
    const char *words = page_filled(page, "difference.changed", names, values);
    return edited[0] ? page_format(page, "%s · %s", edited, words) : words;
}

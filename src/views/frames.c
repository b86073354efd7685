/* frames.c: framing what the explained number is made of, in the colours of its operands. */
#include "grid.h"

#include <math.h>

/* Rows first … last and columns first … last of the grid as it stands. */
static void frame_cells(struct page *page, const struct grid *grid, int row, int column,
                        struct colour c) {
    bool has_row = row >= 0, has_column = column >= 0;
    row -= has_row ? (int)grid->first_row : 0;
    column -= has_column ? (int)grid->first_column : 0;
    if ((has_row && row < 0) || (has_column && column < 0) || row >= (int)grid->rows ||
        column >= (int)grid->columns) {
        return; /* outside the part that stands here */
    }
    float w = grid->rect.w / (float)grid->columns, h = grid->rect.h / (float)grid->rows;
    struct rect r = grid->rect;
    if (row >= 0) {
        r.y += (float)row * h;
        r.h = h;
    }
    if (column >= 0) {
        r.x += (float)column * w;
        r.w = w;
    }
    float small = row >= 0 ? h : w,
          thickness = ui_px(&page->ui, small >= 14 * page->ui.unit ? 3 : 1.5f);
    float out = ui_px(&page->ui, small >= 14 * page->ui.unit ? 2 : 1);
    r = rect_inset(rect_snap(r), -out, -out);
    float least = ui_px(&page->ui, 13); /* a ring around a tiny cell stays a ring */
    if (row >= 0 && column >= 0) {
        r = rect_inset(r, fminf(0, floorf((r.w - least) / 2)), fminf(0, floorf((r.h - least) / 2)));
    }
    draw_key(page->ui.list, grid->slot + 0x1000, row >= 0, column >= 0);
    draw_frame(page->ui.list, r, ui_px(&page->ui, 6), thickness, c);
    draw_key_end(page->ui.list);
}

void grid_frame_operands(struct page *page, const struct grid *grid) {
    struct document_cell own;
    int row, column;
    cell_from_grid_id(grid->id, &own);
    if (grid->absence) {
        return; /* a sentence stands there */
    }
    for (int o = 0; page->has_arithmetic && o < page->arithmetic.operand_count; o++) {
        const struct arithmetic_operand *operand = &page->arithmetic.operands[o];
        if (operand->source == own.source && operand->head == own.head) {
            struct document_cell strip = {operand->source, operand->head, operand->row,
                                          operand->column};
            cell_in_grid(grid->id, &strip, &row, &column);
            frame_cells(page, grid, row, column, grid_role_colour(page->ui.theme, operand->role));
        }
    }
    if (page->selection.source >= 0 && cell_in_grid(grid->id, &page->selection, &row, &column)) {
        frame_cells(page, grid, row, column, page->ui.theme->ink);
    }
}

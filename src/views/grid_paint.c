/* grid_paint.c: the cells of a matrix: their colours, hatches and numbers, or one image of them. */
#include "grid_parts.h"

#include <math.h>

static const float dimming = 0.55f;
static const float unchanged_depth = 0.16f; /* of grey */
static const float masked_depth = 0.5f;     /* of the map: became masked, or came to be seen */

struct colour grid_role_colour(const struct theme *t, enum cell_role role) {
    switch (role) {
    case CELL_ROLE_QUERY:
        return t->fill[ROLE_QUERY];
    case CELL_ROLE_KEY:
        return t->fill[ROLE_KEY];
    case CELL_ROLE_VALUE:
        return t->fill[ROLE_VALUE];
    case CELL_ROLE_OUTPUT:
        return t->fill[ROLE_OUTPUT];
    default:
        return t->secondary;
    }
}

struct colour grid_fill(const struct page *page, struct colour fill) {
    float least = page->ui.theme->least_contrast;
    if (colour_text_contrast(fill) >= least) {
        return fill;
    }
    struct colour ink = colour_text_on(fill);
    struct colour away = ink.r ? COLOUR_HEX(0x000000) : COLOUR_HEX(0xFFFFFF), made = away;
    float too_little = 0, enough = 1;
    for (int i = 0; i < 8; i++) {
        float t = (too_little + enough) / 2;
        struct colour mixed = colour_mix(fill, away, t);
        if (colour_contrast(ink, mixed) >= least) {
            enough = t;
            made = mixed;
        } else {
            too_little = t;
        }
    }
    return made;
}

static bool is_difference(enum grid_state state) {
    return state == GRID_DIFFERENCE || state == GRID_DIFFERENCE_MASKED;
}

/* Lies under a hatch: a masked cell, or one that was masked in one of two passes. */
static bool is_hatched(enum grid_state state) {
    return grid_is_masked(state) || state == GRID_DIFFERENCE_MASKED;
}

/* What has not changed at all is grey, however small the changes beside it are. */
static struct colour difference_colour(const struct page *page, const struct grid *grid, float v) {
    const struct theme *t = page->ui.theme;
    float depth = isinf(v) ? (v < 0 ? -masked_depth : masked_depth) : v / grid->range;
    return v == 0 ? colour_mix(t->surface, t->secondary, unchanged_depth)
                  : colour_map_at(page->ui.scores_map, depth);
}

static struct colour cell_colour(const struct page *page, const struct grid *grid, size_t r,
                                 size_t c) {
    const struct theme *t = page->ui.theme;
    enum grid_state state = grid_state_at(grid, r, c);
    if (state == GRID_HIDDEN || grid_is_masked(state)) {
        return t->surface;
    }
    float v = grid_value_at(grid, r, c);
    struct colour colour;
    if (is_difference(state)) {
        colour = difference_colour(page, grid, v);
    } else if (state == GRID_SCORE) {
        colour = colour_map_at(page->ui.scores_map, v / grid->range);
    } else if (state == GRID_SCALED) {
        colour = colour_map_at(page->ui.scores_map, v / grid->scaled_range);
    } else if (state == GRID_WEIGHT || state == GRID_SHARE) {
        colour = colour_map_at(page->ui.weights_map, state == GRID_SHARE ? v / grid->range : v);
    } else if (state == GRID_MET || state == GRID_MET_NOW) {
        colour = colour_mix(t->surface, t->ink, state == GRID_MET ? 0.16f : 0.72f);
    } else {
        float depth = fminf(1, fabsf(v) / grid->range);
        colour =
            v >= 0 ? colour_mix(t->surface, grid_role_colour(t, grid->role), depth * 0.78f + 0.05f)
                   : colour_mix(t->surface, t->negative, depth * 0.9f + 0.05f);
    }
    bool is_dimmed = (grid->focus_row >= 0 && (size_t)grid->focus_row != r) ||
                     (grid->focus_column >= 0 && (size_t)grid->focus_column != c);
    return grid_fill(page, is_dimmed ? colour_mix(colour, t->background, dimming) : colour);
}

struct colour grid_ink(const struct page *page, const struct grid *grid, size_t r, size_t c) {
    bool is_masked = grid_is_masked(grid_state_at(grid, r, c));
    return is_masked ? page->ui.theme->ink : colour_text_on(cell_colour(page, grid, r, c));
}

static void draw_cell_number(struct page *page, const struct grid *grid, size_t r, size_t c,
                             struct rect cell, struct colour fill, float size) {
    char text[NUMBER_BYTES];
    grid_write(grid, r, c, text);
    if (!text[0]) {
        return;
    }
    enum grid_state state = grid_state_at(grid, r, c);
    struct colour ink = grid_is_masked(state) ? page->ui.theme->ink : colour_text_on(fill);
    struct colour quiet = page->ui.theme->secondary; /* what is next to nothing stands back */
    bool is_same = grid->is_difference && grid_value_at(grid, r, c) == 0;
    bool is_small = !is_hatched(state) && (is_same || text[0] == '<' || text[0] == '>');
    ink = is_small && colour_contrast(quiet, fill) >= page->ui.theme->least_contrast ? quiet : ink;
    float width = ui_text_width(&page->ui, TEXT_MONO, size, text);
    ui_text(&page->ui, TEXT_MONO, size, cell.x + (cell.w - width) / 2,
            ui_baseline_in(&page->ui, cell, TEXT_MONO, size), ink, text);
}

/* Lines of a hatch, on which −∞ and 0 are still read. */
static struct colour hatch_colour(const struct theme *t) {
    return colour_contrast(t->ink, t->line) >= t->least_contrast
               ? t->line
               : colour_mix(t->surface, t->line, 0.5f);
}

/* … on the fill of a cell: towards the ink of its number only as far as that stays readable. */
static struct colour hatch_on(const struct page *page, enum grid_state state, struct colour fill) {
    const struct theme *t = page->ui.theme;
    struct colour ink = colour_text_on(fill);
    struct colour towards = colour_mix(fill, ink, 0.22f);
    if (grid_is_masked(state)) {
        return hatch_colour(t);
    }
    return colour_contrast(ink, towards) >= t->least_contrast
               ? towards
               : colour_mix(fill, ink.r ? COLOUR_HEX(0x000000) : COLOUR_HEX(0xFFFFFF), 0.4f);
}

static void draw_single_cells(struct page *page, const struct grid *grid, float cell_w,
                              float cell_h) {
    struct ui *ui = &page->ui;
    float size = grid_number_size(page, grid, cell_w, cell_h);
    float gap = fminf(cell_w, cell_h) >= 14 * ui->unit ? ui_px(ui, 1) : 0;
    float radius = fminf(ui_px(ui, 3.5f), fminf(cell_w, cell_h) / 5);
    for (size_t r = 0; r < grid->rows; r++) {
        for (size_t c = 0; c < grid->columns; c++) {
            struct rect cell = rect_inset(grid_cell_rect(grid, r, c), gap, gap);
            enum grid_state state = grid_state_at(grid, r, c);
            struct colour fill = cell_colour(page, grid, r, c);
            draw_key(ui->list, grid->slot, (uint32_t)r, (uint32_t)c);
            draw_rectangle(ui->list, cell, gap > 0 ? radius : 0, fill);
            if (state == GRID_HIDDEN && gap > 0) {
                draw_frame(ui->list, cell, radius, ui_px(ui, 1), ui->theme->line)->dash =
                    ui_px(ui, 3);
            } else if (is_hatched(state)) {
                draw_hatch(ui->list, cell, ui_px(ui, 6), hatch_on(page, state, fill));
            }
            if (size > 0) {
                draw_cell_number(page, grid, r, c, cell, fill, size);
            }
            draw_key_end(ui->list);
        }
    }
}

struct block {
    size_t r0, r1, c0, c1; /* of cells, the ends not included */
};

/* The cell of largest magnitude that is not masked, the first of equal ones; the block's first cell
 * where all are. */
static void largest_in(const struct grid *grid, const struct block *b, size_t *row,
                       size_t *column) {
    float best = -1;
    *row = b->r0;
    *column = b->c0;
    if ((b->r1 - b->r0 == 1 && b->c1 - b->c0 == 1) ||
        (!grid->states && grid_is_masked(grid->state))) {
        return;
    }
    for (size_t y = b->r0; y < b->r1; y++) {
        const float *values = grid->values ? grid->values + y * grid->row_stride : NULL;
        for (size_t x = b->c0; x < b->c1; x++) {
            float magnitude = values ? fabsf(values[x * grid->column_stride]) : 0;
            if (magnitude > best && !(grid->states && grid_is_masked(grid_state_at(grid, y, x)))) {
                best = magnitude;
                *row = y;
                *column = x;
            }
        }
    }
}

/* An image of many cells takes its colours from a table of its map: within one level of 255 of what
 * colour_map_at has. A page of 144 heads asks for half a million. */
enum { SHADES = 4096, LEAST_FOR_SHADES = 1024 };
struct shades {
    const struct colour
        *fills; /* SHADES + 1 of them, from the lowest to 1; NULL: every cell for itself */
    float lowest, per_value; /* of the map; what a value is multiplied by */
};

static struct shades shades_of(struct page *page, const struct grid *grid, size_t count) {
    bool is_weight = grid->state == GRID_WEIGHT || grid->state == GRID_SHARE;
    bool is_score = grid->state == GRID_SCORE || grid->state == GRID_SCALED;
    bool is_plain = !grid->states && grid->values && grid->focus_row < 0 && grid->focus_column < 0;
    if (!is_plain || !(is_weight || is_score) || count < LEAST_FOR_SHADES) {
        return (struct shades){0};
    }
    enum colour_map map = is_weight ? page->ui.weights_map : page->ui.scores_map;
    float lowest = colour_map_lowest(map);
    const struct colour **kept = &page->map_fills[is_weight ? 0 : 1];
    struct colour *fills = *kept ? NULL : page_memory(page, SHADES + 1, sizeof *fills);
    for (int i = 0; fills && i <= SHADES; i++) {
        float t = lowest + (1 - lowest) * (float)i / SHADES;
        fills[i] = grid_fill(page, colour_map_at(map, t));
    }
    *kept = fills ? fills : *kept;
    float reach = grid->state == GRID_WEIGHT   ? 1
                  : grid->state == GRID_SCALED ? grid->scaled_range
                                               : grid->range;
    return (struct shades){*kept, lowest, 1 / reach};
}

static struct colour shade_at(const struct shades *shades, float value) {
    float unit = (value * shades->per_value - shades->lowest) / (1 - shades->lowest);
    float place = unit > 0 ? fminf(unit, 1) : unit <= 0 ? 0 : 0.5f; /* the last: no number */
    return shades->fills[(int)(place * SHADES + 0.5f)];
}

/* One image: every pixel shows the cell of largest magnitude below it, so that peaks stay visible.
 */
void grid_paint_image(struct page *page, const struct grid *grid) {
    size_t rows = (size_t)fminf((float)grid->rows, fmaxf(1, grid->rect.h));
    size_t columns = (size_t)fminf((float)grid->columns, fmaxf(1, grid->rect.w));
    struct colour *cells = page_memory(page, rows * columns, sizeof *cells);
    if (!cells) {
        return;
    }
    struct shades shades = shades_of(page, grid, rows * columns);
    for (size_t r = 0; r < rows; r++) {
        struct block block = {r * grid->rows / rows, (r + 1) * grid->rows / rows, 0, 0};
        for (size_t c = 0; c < columns; c++, block.c0 = block.c1) {
            size_t row, column;
            block.c1 = (c + 1) * grid->columns / columns;
            largest_in(grid, &block, &row, &column);
            cells[r * columns + c] = shades.fills
                                         ? shade_at(&shades, grid_value_at(grid, row, column))
                                         : cell_colour(page, grid, row, column);
        }
    }
    draw_key(page->ui.list, grid->slot, 0, 0);
    draw_matrix(page->ui.list, rect_snap(grid->rect), cells, rows, columns);
    draw_key_end(page->ui.list);
}

/* Hatching over the runs of masked cells of each row of an image. */
static void hatch_image(struct page *page, const struct grid *grid) {
    for (size_t r = 0; grid->states && r < grid->rows; r++) {
        for (size_t c = 0; c < grid->columns;) {
            size_t end = c;
            while (end < grid->columns && is_hatched(grid_state_at(grid, r, end))) {
                end++;
            }
            if (end > c) {
                struct rect first = grid_cell_rect(grid, r, c),
                            last = grid_cell_rect(grid, r, end - 1);
                if (first.h >= 1) {
                    draw_hatch(page->ui.list,
                               rect_make(first.x, first.y, rect_right(last) - first.x, first.h),
                               ui_px(&page->ui, 6), hatch_colour(page->ui.theme));
                }
            }
            c = end > c ? end : c + 1;
        }
    }
}

void grid_paint(struct page *page, const struct grid *grid) {
    if (grid_has_single_cells(page, grid)) {
        draw_single_cells(page, grid, grid->rect.w / (float)grid->columns,
                          grid->rect.h / (float)grid->rows);
    } else {
        grid_paint_image(page, grid);
        hatch_image(page, grid);
    }
}

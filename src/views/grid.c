/* grid.c: painting matrices. */
#include "grid.h"

#include "lesson/cell_edit.h"

#include <math.h>
#include <string.h>

enum { MAX_SINGLE_CELLS = 5000 }; /* above it a matrix is one image */
static const float dimming = 0.55f;

static float value_at(const struct grid *grid, size_t r, size_t c) {
    return grid->values[r * grid->row_stride + c * grid->column_stride];
}

static enum grid_state state_at(const struct grid *grid, size_t r, size_t c) {
    return grid->states ? (enum grid_state)grid->states[r * grid->columns + c] : grid->state;
}

float grid_range(const float *values, size_t count) {
    float largest = 0;
    for (size_t i = 0; i < count; i++) {
        float magnitude = fabsf(values[i]);
        if (isfinite(magnitude) && magnitude > largest) {
            largest = magnitude;
        }
    }
    return largest > 0 ? largest : 1;
}

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

static bool is_masked(enum grid_state state) {
    return state == GRID_MASKED || state == GRID_NO_WEIGHT || state == GRID_NEVER;
}

static struct colour cell_colour(const struct page *page, const struct grid *grid, size_t r,
                                 size_t c) {
    const struct theme *t = page->ui.theme;
    enum grid_state state = state_at(grid, r, c);
    if (state == GRID_HIDDEN || is_masked(state)) {
        return t->surface;
    }
    float v = value_at(grid, r, c);
    struct colour colour;
    if (state == GRID_SCORE) {
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

static size_t code_points(const char *text) {
    size_t count = 0;
    for (; *text; text++) {
        count += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return count;
}

static enum number_style style_of(enum grid_state state) {
    return state == GRID_WEIGHT ? NUMBER_WEIGHT : NUMBER_PLAIN;
}

size_t grid_longest(const float *values, size_t count, enum number_style style) {
    size_t longest = 1;
    char text[NUMBER_BYTES];
    for (size_t i = 0; i < count && i < MAX_SINGLE_CELLS; i++) {
        number_format(text, sizeof text, values[i], style);
        size_t length = code_points(text);
        longest = length > longest ? length : longest;
    }
    return longest;
}

float grid_number_width(const struct page *page, size_t characters, float size) {
    return ceilf(0.6f * (float)characters * ui_type(&page->ui, size)) + ui_px(&page->ui, 6);
}

static float least_number_size(const struct page *page) {
    return page->is_presentation ? 8 : 11; /* 1.5 % of the height; a comfortable desk size */
}

bool grid_share_width(const struct page *page, float width, const struct grid_share *first,
                      const struct grid_share *second, float *first_cell, float *second_cell) {
    float a = (float)first->columns, b = (float)second->columns;
    for (float size = 14.5f; size >= least_number_size(page); size -= 0.5f) {
        float a_need = grid_number_width(page, first->characters, size);
        float b_need = grid_number_width(page, second->characters, size);
        float spare = width - a_need * a - b_need * b;
        if (spare >= 0) {
            *first_cell = fminf(a_need + floorf(spare / (a + b)), fmaxf(first->most, a_need));
            *second_cell =
                fminf(floorf((width - *first_cell * a) / b), fmaxf(second->most, b_need));
            return true;
        }
    }
    float least = 10 * page->ui.unit; /* cells of the first without numbers */
    for (float size = 14.5f; size >= least_number_size(page); size -= 0.5f) {
        float b_need = grid_number_width(page, second->characters, size);
        if (width - b_need * b >= least * a) {
            *second_cell = b_need;
            *first_cell = fminf(floorf((width - b_need * b) / a), first->most);
            return true;
        }
    }
    return false;
}

/* The type size at which every number of the matrix fits its cell, or 0. JetBrains Mono advances
 * 0.6 em. */
static float number_size(const struct page *page, const struct grid *grid, float cell_w,
                         float cell_h) {
    if (grid->number_size <= 0 || grid->rows * grid->columns > MAX_SINGLE_CELLS) {
        return 0;
    }
    size_t longest = 1;
    char text[NUMBER_BYTES];
    for (size_t r = 0; r < grid->rows; r++) {
        for (size_t c = 0; c < grid->columns; c++) {
            enum grid_state state = state_at(grid, r, c);
            if (state != GRID_HIDDEN && !is_masked(state)) {
                number_format(text, sizeof text, value_at(grid, r, c), style_of(state));
                size_t length = code_points(text);
                longest = length > longest ? length : longest;
            }
        }
    }
    float unit = page->ui.unit * page->ui.text_scale;
    float fits_width = (cell_w - ui_px(&page->ui, 6)) / (0.6f * (float)longest) / unit;
    float fits_height = fmaxf(cell_h / 2.3f, fminf(cell_h / 1.32f, 13.5f * unit)) /
                        unit; /* larger only where there is air */
    float size = fminf(grid->number_size, fminf(fits_width, fits_height));
    float least = least_number_size(page);
    return size >= least ? size : 0;
}

static void draw_cell_number(struct page *page, const struct grid *grid, size_t r, size_t c,
                             struct rect cell, struct colour fill, float size) {
    enum grid_state state = state_at(grid, r, c);
    char text[NUMBER_BYTES];
    struct colour ink = colour_text_on(fill);
    if (state == GRID_HIDDEN || state == GRID_NEVER) {
        return;
    }
    if (state == GRID_MASKED) {
        memcpy(text, "\u2212\u221e", sizeof "\u2212\u221e");
        ink = page->ui.theme->ink;
    } else if (state == GRID_NO_WEIGHT) {
        memcpy(text, "0", sizeof "0");
        ink = page->ui.theme->ink;
    } else {
        number_format(text, sizeof text, value_at(grid, r, c), style_of(state));
        struct colour quiet = page->ui.theme->secondary; /* what is next to nothing stands back */
        bool is_small = text[0] == '<' || text[0] == '>';
        ink = is_small && colour_contrast(quiet, fill) >= 4.5f ? quiet : ink;
    }
    float width = ui_text_width(&page->ui, TEXT_MONO, size, text);
    ui_text(&page->ui, TEXT_MONO, size, cell.x + (cell.w - width) / 2,
            ui_baseline_in(&page->ui, cell, TEXT_MONO, size), ink, text);
}

static struct rect cell_rect(const struct grid *grid, size_t r, size_t c) {
    float w = grid->rect.w / (float)grid->columns, h = grid->rect.h / (float)grid->rows;
    float x = roundf(grid->rect.x + (float)c * w), y = roundf(grid->rect.y + (float)r * h);
    return rect_make(x, y, roundf(grid->rect.x + (float)(c + 1) * w) - x,
                     roundf(grid->rect.y + (float)(r + 1) * h) - y);
}

/* Lines of a hatch, on which −∞ and 0 are still read. */
static struct colour hatch_colour(const struct theme *t) {
    return colour_contrast(t->ink, t->line) >= t->least_contrast
               ? t->line
               : colour_mix(t->surface, t->line, 0.5f);
}

static void draw_single_cells(struct page *page, const struct grid *grid, float cell_w,
                              float cell_h) {
    struct ui *ui = &page->ui;
    float size = number_size(page, grid, cell_w, cell_h);
    float gap = fminf(cell_w, cell_h) >= 14 * ui->unit ? ui_px(ui, 1) : 0;
    float radius = fminf(ui_px(ui, 3.5f), fminf(cell_w, cell_h) / 5);
    for (size_t r = 0; r < grid->rows; r++) {
        for (size_t c = 0; c < grid->columns; c++) {
            struct rect cell = rect_inset(cell_rect(grid, r, c), gap, gap);
            enum grid_state state = state_at(grid, r, c);
            struct colour fill = cell_colour(page, grid, r, c);
            draw_key(ui->list, grid->slot, (uint32_t)r, (uint32_t)c);
            draw_rectangle(ui->list, cell, gap > 0 ? radius : 0, fill);
            if (state == GRID_HIDDEN && gap > 0) {
                draw_frame(ui->list, cell, radius, ui_px(ui, 1), ui->theme->line)->dash =
                    ui_px(ui, 3);
            } else if (is_masked(state)) {
                draw_hatch(ui->list, cell, ui_px(ui, 6), hatch_colour(ui->theme));
            }
            if (size > 0) {
                draw_cell_number(page, grid, r, c, cell, fill, size);
            }
            draw_key_end(ui->list);
        }
    }
}

/* One image: every pixel shows the cell of largest magnitude below it, so that peaks stay visible.
 */
static void draw_image(struct page *page, const struct grid *grid) {
    size_t rows = (size_t)fminf((float)grid->rows, fmaxf(1, grid->rect.h));
    size_t columns = (size_t)fminf((float)grid->columns, fmaxf(1, grid->rect.w));
    struct colour *cells = page_memory(page, rows * columns, sizeof *cells);
    if (!cells) {
        return;
    }
    for (size_t r = 0; r < rows; r++) {
        size_t r0 = r * grid->rows / rows, r1 = (r + 1) * grid->rows / rows;
        for (size_t c = 0, c0 = 0, c1; c < columns; c++, c0 = c1) {
            c1 = (c + 1) * grid->columns / columns;
            size_t best_r = r0, best_c = c0;
            float best = -1;
            for (size_t y = r0; y < r1; y++) {
                for (size_t x = c0; x < c1; x++) {
                    float magnitude = grid->values ? fabsf(value_at(grid, y, x)) : 0;
                    if (!is_masked(state_at(grid, y, x)) && magnitude > best) {
                        best = magnitude;
                        best_r = y;
                        best_c = x;
                    }
                }
            }
            cells[r * columns + c] = cell_colour(page, grid, best_r, best_c);
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
            while (end < grid->columns && is_masked(state_at(grid, r, end))) {
                end++;
            }
            if (end > c) {
                struct rect first = cell_rect(grid, r, c), last = cell_rect(grid, r, end - 1);
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

/* The place in the grid of edit `i`; false: of another matrix, or of another part of it. */
static bool edit_place(const struct page *page, const struct grid *grid, size_t i, size_t *r,
                       size_t *c) {
    const struct attention_edit *edit = &page->document->what_if.edits[i];
    struct document_cell cell =
        cell_at_address(page->study, edit->tensor, edit->layer, edit->index);
    int row, column;
    if (cell.source < 0 || !cell_in_grid(grid->id, &cell, &row, &column) ||
        !cell_is_edited(page->study, &cell)) {
        return false;
    }
    *r = (size_t)row - grid->first_row;
    *c = (size_t)column - grid->first_column;
    return *r < grid->rows && *c < grid->columns && state_at(grid, *r, *c) != GRID_HIDDEN;
}

/* A corner in the colour of hints, framed in ink: this number was put there by the reader. */
static void mark_edits(struct page *page, const struct grid *grid) {
    struct ui *ui = &page->ui;
    size_t r, c;
    for (size_t i = 0; i < page->document->what_if.edit_count; i++) {
        if (!edit_place(page, grid, i, &r, &c)) {
            continue;
        }
        struct rect cell = cell_rect(grid, r, c);
        float size = ui_type(ui, number_size(page, grid, cell.w, cell.h));
        float room = floorf((cell.h - size) / 2); /* above the number, which is not covered */
        float side = fminf(ui_px(ui, 10), fminf(cell.w, cell.h) / 2.5f);
        side = fmaxf(ui_px(ui, 5), size > 0 ? fminf(side, room) : side);
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
    size_t r, c;
    for (size_t i = 0; i < page->document->what_if.edit_count; i++) {
        if (!edit_place(page, grid, i, &r, &c)) {
            continue;
        }
        const char *row = grid->row_names ? grid->row_names[r]
                                          : page_format(page, "%zu", grid->first_row + r + 1);
        const char *column = grid->column_names
                                 ? grid->column_names[c]
                                 : page_format(page, "%zu", grid->first_column + c + 1);
        const char *number = page_number(page, value_at(grid, r, c), NUMBER_PLAIN);
        places = page_format(page, "%s%s[%s, %s] = %s", places, *places ? " · " : "", row, column,
                             number);
    }
    const char *names[] = {"places", NULL}, *values[] = {places, NULL};
    return *places ? page_filled(page, "number.places", names, values) : "";
}

void grid_node(struct page *page, const struct grid *grid) {
    struct semantic_node *node = semantics_add(
        page->ui.semantics, ROLE_GRID,
        ui_id("grid", grid->id, (int32_t)(grid->first_row * 4096 + grid->first_column)),
        rect_intersect(grid->rect, draw_clip(page->ui.list)), grid->name, edited_words(page, grid));
    node->has_grid = true;
    node->action = (struct ui_action){UI_COMMAND_CELL_SELECT, grid->id, 0, 0};
    node->grid = (struct semantic_grid){.id = grid->id,
                                        .rows = grid->rows,
                                        .columns = grid->columns,
                                        .first_row = grid->first_row,
                                        .first_column = grid->first_column,
                                        .values = grid->values,
                                        .row_stride = grid->row_stride,
                                        .column_stride = grid->column_stride,
                                        .row_names = grid->row_names,
                                        .column_names = grid->column_names};
    if (grid->states) {
        bool *hidden = page_memory(page, grid->rows * grid->columns, sizeof *hidden);
        for (size_t i = 0; hidden && i < grid->rows * grid->columns; i++) {
            hidden[i] = grid->states[i] == GRID_HIDDEN;
        }
        node->grid.is_hidden = hidden;
    }
}

void grid_draw(struct page *page, const struct grid *grid) {
    if (grid->rows == 0 || grid->columns == 0) {
        return;
    }
    float cell_w = grid->rect.w / (float)grid->columns, cell_h = grid->rect.h / (float)grid->rows;
    float least = 9 * page->ui.unit;
    if (cell_w >= least && cell_h >= least && grid->rows * grid->columns <= MAX_SINGLE_CELLS) {
        draw_single_cells(page, grid, cell_w, cell_h);
    } else {
        draw_image(page, grid);
        hatch_image(page, grid);
    }
    mark_edits(page, grid);
    grid_node(page, grid);
}

void grid_thumbnail(struct page *page, const struct grid *grid) {
    if (grid->rows && grid->columns) {
        draw_image(page, grid);
    }
}

struct grid grid_of(struct page *page, int source, int head, bool is_transposed) {
    size_t floats = cell_scratch_floats(page->study, source);
    float *scratch = floats ? page_memory(page, floats, sizeof *scratch) : NULL;
    struct cell_matrix m = cell_matrix_of(page->study, source, head, scratch);
    struct grid grid = {.slot = (uint32_t)source + 1,
                        .id = is_transposed ? cell_grid_id_transposed(source, head)
                                            : cell_grid_id(source, head),
                        .rows = is_transposed ? m.columns : m.rows,
                        .columns = is_transposed ? m.rows : m.columns,
                        .values = m.values,
                        .row_stride = is_transposed ? 1 : m.columns,
                        .column_stride = is_transposed ? m.columns : 1,
                        .role = cell_role_of(source),
                        .focus_row = -1,
                        .focus_column = -1,
                        .number_size = 14.5f,
                        .name = cell_symbol(source)};
    if (!m.values) {
        grid.rows = grid.columns = 0;
        return grid;
    }
    grid.state = grid.role == CELL_ROLE_SCORE    ? GRID_SCORE
                 : grid.role == CELL_ROLE_WEIGHT ? GRID_WEIGHT
                                                 : GRID_TINT;
    grid.range = grid.scaled_range = grid_range(m.values, m.rows * m.columns);
    return grid;
}

void grid_reveal(struct page *page, struct grid *grid, int phase) {
    size_t columns = grid->columns;
    if (page->document->step ==
        STEP_PROJECTION) { /* Q, K and V are made side by side, cell for cell */
        const struct attention_config *config = &page->study->model.weights.config;
        columns = (size_t)(config->d_k > config->d_v ? config->d_k : config->d_v);
    }
    uint8_t *states = page_memory(page, grid->rows * grid->columns, 1);
    for (size_t i = 0; states && i < grid->rows * grid->columns; i++) {
        bool is_shown =
            reveal_shows(&page->reveal, phase, i / grid->columns, i % grid->columns, columns);
        states[i] = (uint8_t)(is_shown ? grid->state : GRID_HIDDEN);
    }
    grid->states = states;
}

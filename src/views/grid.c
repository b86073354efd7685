/* grid.c: matrices of the stage: where their cells stand, how large their numbers are, what they
 * are made from. */
#include "grid_parts.h"
#include "stage.h"

#include <math.h>
#include <string.h>

bool grid_is_masked(enum grid_state state) {
    return state == GRID_MASKED || state == GRID_NO_WEIGHT || state == GRID_NEVER ||
           state == GRID_BARRED;
}

struct rect grid_cell_rect(const struct grid *grid, size_t r, size_t c) {
    float w = grid->rect.w / (float)grid->columns, h = grid->rect.h / (float)grid->rows;
    float x = roundf(grid->rect.x + (float)c * w), y = roundf(grid->rect.y + (float)r * h);
    return rect_make(x, y, roundf(grid->rect.x + (float)(c + 1) * w) - x,
                     roundf(grid->rect.y + (float)(r + 1) * h) - y);
}

bool grid_has_single_cells(const struct page *page, const struct grid *grid) {
    float least = 9 * page->ui.unit;
    return grid->rect.w / (float)grid->columns >= least &&
           grid->rect.h / (float)grid->rows >= least &&
           grid->rows * grid->columns <= GRID_MAX_SINGLE_CELLS;
}

float grid_reach(const float *values, size_t count) {
    float largest = 0;
    for (size_t i = 0; i < count; i++) {
        float magnitude = fabsf(values[i]);
        if (isfinite(magnitude) && magnitude > largest) {
            largest = magnitude;
        }
    }
    return largest;
}

float grid_range(const float *values, size_t count) {
    float reach = grid_reach(values, count);
    return reach > 0 ? reach : 1;
}

static size_t code_points(const char *text) {
    size_t count = 0;
    for (; *text; text++) {
        count += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return count;
}

static enum number_style style_of(const struct grid *grid, enum grid_state state) {
    bool is_difference = state == GRID_DIFFERENCE || state == GRID_DIFFERENCE_MASKED;
    return state == GRID_WEIGHT || (is_difference && grid->role == CELL_ROLE_WEIGHT) ? NUMBER_WEIGHT
                                                                                     : NUMBER_PLAIN;
}

void grid_write(const struct grid *grid, size_t r, size_t c, char out[NUMBER_BYTES]) {
    enum grid_state state = grid_state_at(grid, r, c);
    float v = grid_value_at(grid, r, c);
    if (state == GRID_HIDDEN || state == GRID_NEVER || state == GRID_BARRED) {
        out[0] = '\0';
    } else if (state == GRID_NO_WEIGHT) {
        memcpy(out, "0", sizeof "0");
    } else if (isinf(v) && v > 0) { /* of a difference: not masked any more */
        memcpy(out, "+\u221e", sizeof "+\u221e");
    } else {
        number_format(out, NUMBER_BYTES, v, style_of(grid, state));
    }
}

size_t grid_longest(const float *values, size_t count, enum number_style style) {
    size_t longest = 1;
    char text[NUMBER_BYTES];
    for (size_t i = 0; i < count && i < GRID_MAX_SINGLE_CELLS; i++) {
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

/* JetBrains Mono advances 0.6 em. */
float grid_number_size(const struct page *page, const struct grid *grid, float cell_w,
                       float cell_h) {
    if (grid->number_size <= 0 || grid->rows * grid->columns > GRID_MAX_SINGLE_CELLS) {
        return 0;
    }
    size_t longest = 1;
    char text[NUMBER_BYTES];
    for (size_t r = 0; r < grid->rows; r++) {
        for (size_t c = 0; c < grid->columns; c++) {
            if (!grid_is_masked(grid_state_at(grid, r, c))) {
                grid_write(grid, r, c, text);
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

static struct semantic_node *add_node(struct page *page, const struct grid *grid) {
    const char *said = grid->absence ? grid->absence : grid_marked_words(page, grid);
    struct semantic_node *node = semantics_add(
        page->ui.semantics, ROLE_GRID,
        ui_id("grid", grid->id, (int32_t)(grid->first_row * 4096 + grid->first_column)),
        rect_intersect(grid->rect, draw_clip(page->ui.list)), grid_name(page, grid), said);
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
                                        .column_names = grid->column_names,
                                        .is_difference = grid->is_difference || grid->absence};
    if (grid->states || grid->absence) {
        bool *hidden = page_memory(page, grid->rows * grid->columns, sizeof *hidden);
        for (size_t i = 0; hidden && i < grid->rows * grid->columns; i++) {
            hidden[i] = grid->absence || grid->states[i] == GRID_HIDDEN;
        }
        node->grid.is_hidden = hidden;
    }
    return node;
}

void grid_node(struct page *page, const struct grid *grid) {
    add_node(page, grid);
}

void grid_draw(struct page *page, const struct grid *grid) {
    if (grid->rows == 0 || grid->columns == 0) {
        return;
    }
    if (grid->absence) {
        grid_absence_draw(page, grid);
    } else {
        struct grid shown = *grid;
        painting_bar(page, &shown);
        grid_paint(page, &shown);
        grid_mark(page, grid);
    }
    painting_point(page, add_node(page, grid));
}

void grid_thumbnail(struct page *page, const struct grid *grid) {
    if (grid->rows && grid->columns && !grid->absence) {
        grid_paint_image(page, grid);
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
    grid_compare(page, &grid, source, head);
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

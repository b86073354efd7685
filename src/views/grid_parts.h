/* grid_parts.h: what painting, marking and comparing a grid share. */
#ifndef VIEWS_GRID_PARTS_H
#define VIEWS_GRID_PARTS_H
#include "grid.h"

enum { GRID_MAX_SINGLE_CELLS = 5000 }; /* above it a matrix is one image */

static inline float grid_value_at(const struct grid *grid, size_t r, size_t c) {
    return grid->values[r * grid->row_stride + c * grid->column_stride];
}
static inline enum grid_state grid_state_at(const struct grid *grid, size_t r, size_t c) {
    return grid->states ? (enum grid_state)grid->states[r * grid->columns + c] : grid->state;
}
struct rect grid_cell_rect(const struct grid *grid, size_t r, size_t c); /* device pixels */
bool grid_has_single_cells(const struct page *page, const struct grid *grid); /* each cell is drawn by itself */
/* A key that is hidden, or a pair of words that never met: hatched, never a colour of the scale. */
bool grid_is_masked(enum grid_state state);
/* What stands in a cell; "" where nothing does. */
void grid_write(const struct grid *grid, size_t r, size_t c, char out[NUMBER_BYTES]);
/* The type size (logical) at which every number of the matrix fits its cell, or 0. */
float grid_number_size(const struct page *page, const struct grid *grid, float cell_w, float cell_h);

/* Of what stands on the cell. */
struct colour grid_ink(const struct page *page, const struct grid *grid, size_t r, size_t c);

void grid_paint(struct page *page, const struct grid *grid);       /* cells or an image */
void grid_paint_image(struct page *page, const struct grid *grid); /* whatever the size of its cells */
/* Is the number another than before? Of a difference: is it not 0? */
bool grid_is_changed(const struct grid *grid, size_t r, size_t c);
size_t grid_count_changed(const struct grid *grid, size_t *shown); /* of the cells shown; 0 without a before */
/* Corners of what the reader put there, and dots where a number is another than before. */
void grid_mark(struct page *page, const struct grid *grid);
/* For those who do not see the marks; "" where there are none. */
const char *grid_marked_words(struct page *page, const struct grid *grid);
#endif

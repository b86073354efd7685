/* grid_difference.c: "now − before" as the numbers of a grid, and how that is said. */
#include "grid_parts.h"

#include "lesson/difference.h"

#include <math.h>

static const char *absence_words(struct page *page, enum difference_state state) {
    const char *key = state == DIFFERENCE_OTHER_WORDS ? "difference.other_words"
                      : state == DIFFERENCE_ONLY_NOW  ? "difference.only_now"
                                                      : "effect.no_memory";
    return page_words(page, key);
}

const float *grid_before(struct page *page, int source, int head, const char **absence) {
    if (page->before != DIFFERENCE_THERE) {
        return NULL;
    }
    size_t floats = difference_scratch_floats(page->study, source);
    float *scratch = floats ? page_memory(page, floats, sizeof *scratch) : NULL;
    struct difference_matrix m = difference_matrix_of(page->study, source, head, scratch);
    if (!m.values && page->shows_difference) {
        *absence = absence_words(page, m.state);
    }
    return m.values;
}

static void subtract(struct page *page, struct grid *grid, size_t count) {
    float *values = page_memory(page, count, sizeof *values);
    for (size_t i = 0; values && i < count; i++) {
        values[i] = difference_between(grid->values[i], grid->before[i]);
    }
    grid->values = values ? values : grid->values;
    grid->is_difference = values != NULL;
    grid->state = GRID_DIFFERENCE;
    grid->range = grid->scaled_range = grid_reach(grid->values, count);
}

void grid_compare(struct page *page, struct grid *grid, int source, int head) {
    grid->before = grid_before(page, source, head, &grid->absence);
    if (page->shows_difference && grid->before) {
        subtract(page, grid, grid->rows * grid->columns);
    }
}

void grid_take_row(struct grid *grid, size_t row) {
    grid->values += row * grid->row_stride;
    grid->before = grid->before ? grid->before + row * grid->row_stride : NULL;
    grid->first_row = row;
    grid->rows = 1;
}

const char *grid_name(struct page *page, const struct grid *grid) {
    if (!grid->is_difference && !grid->absence) {
        return grid->name;
    }
    const char *names[] = {"name", NULL}, *values[] = {grid->name, NULL};
    return page_filled(page, "difference.name", names, values);
}

/* Where the cells would be: a dashed frame with the sentence, as far as there is room for it. */
void grid_absence_draw(struct page *page, const struct grid *grid) {
    struct ui *ui = &page->ui;
    struct rect r = rect_snap(grid->rect);
    draw_frame(ui->list, r, ui_px(ui, 4), ui_px(ui, 1), ui->theme->faint)->dash = ui_px(ui, 4);
    struct rect inner = rect_inset(r, ui_px(ui, 8), ui_px(ui, 6));
    float line = roundf(ui_type(ui, 13) * 1.35f);
    struct ui_paragraph words = {grid->absence,        13,         1.35f,
                                 ui->theme->secondary, TEXT_WORDS, (int)(inner.h / line)};
    if (inner.w >= ui_px(ui, 70) && words.max_lines > 0) {
        ui_paragraph(ui, &words, inner.x, inner.y, inner.w, false);
    }
}

/* "12 of 64 changed", "± 0.42", "unchanged"; "" where there is nothing to say. Of masks alone the
 * reach says nothing. */
static const char *extent_words(struct page *page, const struct grid *grid) {
    size_t shown, changed = grid_count_changed(grid, &shown);
    const char *names[] = {"changed", "count", NULL};
    if (grid->is_difference && changed == 0) {
        return page_words(page, "difference.unchanged");
    }
    if (grid->is_difference && grid->range > 0) {
        return page_format(page, "± %s", page_number(page, grid->range, NUMBER_PLAIN));
    }
    const char *values[] = {page_format(page, "%zu", changed), page_format(page, "%zu", shown),
                            NULL};
    return changed ? page_filled(page, "difference.changed", names, values) : "";
}

const char *grid_words(struct page *page, const struct grid *grid, const char *shape, float room) {
    const struct ui *ui = &page->ui;
    const char *extent = extent_words(page, grid);
    const char *whole = !extent[0]  ? shape
                        : !shape[0] ? extent
                                    : page_format(page, "%s · %s", shape, extent);
    const char *choices[] = {whole, extent[0] && grid->is_difference ? extent : shape, ""};
    int chosen = 0;
    while (chosen < 2 && ui_text_width(ui, TEXT_WORDS, 14, choices[chosen]) > room) {
        chosen++;
    }
    return choices[chosen];
}

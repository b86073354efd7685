/* compare_tile.c: one of the three networks: its name, its matrix, what its colours mean. */
#include "compare.h"

#include "stage.h"

#include <math.h>

enum { SLOT_COMPARE = 6000 };

static int source_of(enum compared compared) {
    return CELL_RNN + (int)compared;
}

size_t compare_row(const struct page *page) {
    return page->selection.source >= 0 ? (size_t)page->selection.row
                                       : (size_t)page->document->query;
}

size_t compare_column(const struct page *page, const struct comparing *comparing,
                      enum compared compared) {
    const struct document_cell *cell = &page->selection;
    size_t columns = comparison_columns(comparing->it, compared);
    bool is_own =
        cell->source >= 0 && (!comparing->it->is_cross ||
                              (cell->source == CELL_ATTENTION) == (compared == COMPARED_ATTENTION));
    size_t column = is_own ? (size_t)cell->column : (size_t)page->document->key;
    return column < columns ? column : columns - 1;
}

const char *compare_column_word(struct page *page, const struct comparing *comparing,
                                enum compared compared, size_t column) {
    return comparing->it->is_cross && compared == COMPARED_ATTENTION
               ? page_key_word(page, (int)column)
               : page_word(page, (int)column);
}

const char *compare_name(struct page *page, enum compared compared) {
    bool is_cross = compared == COMPARED_ATTENTION && study_has_context(page->study);
    return page_words(page, is_cross ? "compare.cross"
                                     : page_format(page, "compare.%s", compared_id(compared)));
}

const char *compare_count(struct page *page, enum compared compared, size_t count) {
    const char *names[] = {"count", NULL}, *values[] = {page_format(page, "%zu", count), NULL};
    if (count == SIZE_MAX) {
        return page_words(page, "compare.never");
    }
    const char *key = compared != COMPARED_RNN ? (count == 1 ? "compare.layer" : "compare.layers")
                      : count == 1             ? "compare.step"
                                               : "compare.steps.count";
    return page_filled(page, key, names, values);
}

/* The words under the columns: those that this network reads. */
static struct labels column_labels(struct page *page, const struct comparing *comparing,
                                   enum compared compared) {
    int focus = (int)compare_column(page, comparing, compared);
    uint32_t slot = SLOT_COMPARE + 100 + (uint32_t)compared;
    struct labels labels = compared == COMPARED_ATTENTION
                               ? labels_keys(page, focus, UI_COMMAND_NONE, slot)
                               : labels_tokens(page, focus, ROLE_KEY, UI_COMMAND_NONE, slot);
    labels.size = 13;
    return labels;
}

static struct labels row_labels(struct page *page) {
    struct labels rows = labels_tokens(page, (int)compare_row(page), ROLE_QUERY,
                                       UI_COMMAND_QUERY_SET, SLOT_COMPARE + 200);
    rows.size = 14;
    return rows;
}

/* The largest cells in r beside and above what the tile has already. */
static void fit_cells(struct page *page, const struct comparing *comparing, struct compare_tile *t,
                      struct rect r) {
    const struct ui *ui = &page->ui;
    size_t n = comparing->it->n;
    float most = ui_px(ui, 56), gap = ui_px(ui, t->row_width > 0 ? 20 : 10);
    float width = (r.w - t->row_width - t->overhang) / COMPARED_COUNT - gap;
    t->cell_h = fminf(stage_cell(r.h - t->title - t->sub - t->labels - t->path, n, most),
                      stage_cell(width, n, most));
    for (int which = 0; which < COMPARED_COUNT; which++) {
        size_t columns = comparison_columns(comparing->it, (enum compared)which);
        t->cell_w[which] = fminf(stage_cell(width, columns, most), roundf(t->cell_h * 1.6f));
    }
}

/* Room for the words under the columns of all three. */
static void fit_labels(struct page *page, const struct comparing *comparing,
                       struct compare_tile *t) {
    for (int which = 0; which < COMPARED_COUNT; which++) {
        struct labels labels = column_labels(page, comparing, (enum compared)which);
        t->labels = fmaxf(t->labels, labels_column_height(page, &labels, t->cell_w[which]));
        t->overhang = fmaxf(t->overhang, labels_below_overhang(page, &labels, t->cell_w[which]) -
                                             ui_px(&page->ui, 14));
    }
}

static float row_label_width(struct page *page) {
    const struct ui *ui = &page->ui;
    struct labels rows = row_labels(page);
    float width = ui_px(ui, 6) + stage_label_width(page, &rows, ui_px(ui, 92), "compare.axis.row");
    return fmaxf(width, ceilf(ui_text_width(ui, TEXT_WORDS_MEDIUM, 13,
                                            page_words(page, "compare.axis.column"))));
}

struct compare_tile compare_tile_fit(struct page *page, const struct comparing *comparing,
                                     struct rect r) {
    const struct ui *ui = &page->ui;
    struct compare_tile t = {.title = ui_px(ui, 26)};
    t.row_width = r.w >= ui_px(ui, 520) ? row_label_width(page) : 0;
    t.sub = r.h >= ui_px(ui, 130) ? ui_px(ui, 24) : 0;
    float room = r.h - t.title - t.sub, rows = (float)comparing->it->n;
    if (room >= ui_px(ui, 190)) { /* the path gets what is left, too */
        t.path = fminf(ui_px(ui, 150), fmaxf(ui_px(ui, 66), roundf(room * 0.26f)));
    }
    fit_cells(page, comparing, &t, r);
    for (int pass = 0; pass < 3 && room >= ui_px(ui, 120); pass++) { /* smaller cells turn them */
        fit_labels(page, comparing, &t);
        fit_cells(page, comparing, &t, r);
    }
    if (t.cell_h * rows < fmaxf(ui_px(ui, 60), 0.3f * room)) { /* words that cost too much */
        t.labels = t.overhang = 0;
        fit_cells(page, comparing, &t, r);
    }
    if (t.cell_h * rows < ui_px(ui, 60) && t.path > 0) {
        t.path = 0;
        fit_cells(page, comparing, &t, r);
    }
    float left = r.h - t.title - t.sub - t.labels - t.path - t.cell_h * rows;
    t.path += t.path > 0 ? fminf(ui_px(ui, 70), fmaxf(0, floorf(left))) : 0;
    return t;
}

/* Which cells are filled by now. */
static struct grid reach_grid(struct page *page, const struct comparing *comparing,
                              enum compared compared, struct grid grid) {
    const float *first = comparing->it->first[compared];
    size_t count = grid.rows * grid.columns;
    uint8_t *states = page_memory(page, count, 1);
    for (size_t at = 0; states && at < count; at++) {
        float now = (float)comparing->steps;
        enum grid_state state = isinf(first[at])   ? GRID_NEVER
                                : first[at] > now  ? GRID_HIDDEN
                                : first[at] == now ? GRID_MET_NOW
                                                   : GRID_MET;
        states[at] = (uint8_t)state;
    }
    grid.values = first;
    grid.states = states;
    return grid;
}

static struct grid grid_of_network(struct page *page, const struct comparing *comparing,
                                   enum compared compared) {
    size_t n = comparing->it->n, columns = comparison_columns(comparing->it, compared);
    struct grid grid = {.slot = SLOT_COMPARE + (uint32_t)compared,
                        .id = cell_grid_id(source_of(compared), 0),
                        .rows = n,
                        .columns = columns,
                        .row_stride = columns,
                        .column_stride = 1,
                        .state = GRID_SHARE,
                        .focus_row = -1,
                        .focus_column = -1,
                        .range = 1,
                        .number_size = 13.5f};
    grid.row_names = (const char *const *)page->study->token_names;
    if (!comparing->is_influence) {
        return reach_grid(page, comparing, compared, grid);
    }
    grid.values = comparing->it->influence[compared];
    grid.range = grid_range(grid.values, n * columns);
    return grid;
}

/* How many pairs have met: of those that ever can. */
static const char *met_words(struct page *page, const struct comparing *comparing,
                             enum compared compared) {
    const float *first = comparing->it->first[compared];
    size_t met = 0, ever = 0;
    size_t count = comparing->it->n * comparison_columns(comparing->it, compared);
    for (size_t at = 0; at < count; at++) {
        met += first[at] <= (float)comparing->steps;
        ever += isfinite(first[at]) != 0;
    }
    const char *names[] = {"met", "ever", "all", NULL};
    const char *values[] = {page_format(page, "%zu", met), page_format(page, "%zu", ever),
                            page_format(page, "%zu", count), NULL};
    return page_filled(page, "compare.met", names, values);
}

/* "0 ▭▭▭▭ 2.36 ‖∂y/∂x‖": the network's own scale. */
static void draw_scale(struct page *page, const struct grid *grid, enum compared compared,
                       struct rect r) {
    enum { STEPS = 64 };
    struct ui *ui = &page->ui;
    struct colour cells[STEPS];
    const char *most = page_number(page, grid->range, NUMBER_PLAIN);
    const char *name = page_words(page, "compare.scale");
    struct rect rest = r;
    float gap = ui_px(ui, 6), digit = ceilf(ui_text_width(ui, TEXT_MONO, 13, "0"));
    float number = ceilf(ui_text_width(ui, TEXT_MONO, 13, most)) + 1;
    float words = ceilf(ui_text_width(ui, TEXT_WORDS, 13, name)) + gap;
    float room = rest.w - digit - number - 2 * gap;
    bool has_words = room - words >= ui_px(ui, 36); /* else they are heard only */
    float bar_w = fminf(ui_px(ui, 90), has_words ? room - words : room);
    if (bar_w < ui_px(ui, 16)) {
        return;
    }
    ui_text_in(ui, rect_cut_left(&rest, digit + gap), UI_LEFT, TEXT_MONO, 13, ui->theme->secondary,
               "0");
    struct rect bar = rect_cut_left(&rest, bar_w);
    bar = rect_snap(rect_make(bar.x, bar.y + (bar.h - ui_px(ui, 12)) / 2, bar.w, ui_px(ui, 12)));
    for (int i = 0; i < STEPS; i++) {
        cells[i] = grid_fill(page, colour_map_at(ui->weights_map, ((float)i + 0.5f) / STEPS));
    }
    draw_matrix(ui->list, bar, cells, 1, STEPS);
    draw_frame(ui->list, bar, 0, ui_px(ui, 1), ui->theme->secondary);
    rect_cut_left(&rest, gap);
    ui_text_in(ui, rect_cut_left(&rest, number + gap), UI_LEFT, TEXT_MONO, 13, ui->theme->secondary,
               most);
    if (has_words) {
        ui_text_in(ui, rest, UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary, name);
    }
    semantics_add(ui->semantics, ROLE_COLOUR_BAR, ui_id("compare scale", (int32_t)compared, 0), r,
                  page_format(page, "%s, %s", compare_name(page, compared), name),
                  page_format(page, "0 … %s", most));
}

/* The row of the word in focus, its cell with the other word, and where a cell is selected. */
static void frame_pair(struct page *page, const struct comparing *comparing, enum compared compared,
                       const struct grid *grid) {
    struct ui *ui = &page->ui;
    float w = grid->rect.w / (float)grid->columns, h = grid->rect.h / (float)grid->rows;
    struct rect row = grid->rect;
    row.y += h * (float)compare_row(page);
    row.h = h;
    float out = ui_px(ui, 1);
    draw_key(ui->list, grid->slot + 0x2000, 0, 0);
    draw_frame(ui->list, rect_inset(rect_snap(row), -out, -out), ui_px(ui, 3), ui_px(ui, 2),
               ui->theme->fill[ROLE_QUERY]);
    draw_key_end(ui->list);
    if (page->selection.source == source_of(compared)) {
        grid_frame_operands(page, grid);
        return;
    }
    struct rect cell = row;
    cell.x += w * (float)compare_column(page, comparing, compared);
    cell.w = w;
    struct rect ring = rect_inset(rect_snap(cell), -out, -out);
    float least = ui_px(ui, 9); /* a ring around a tiny cell stays a ring */
    ring = rect_inset(ring, fminf(0, floorf((ring.w - least) / 2)),
                      fminf(0, floorf((ring.h - least) / 2)));
    draw_key(ui->list, grid->slot + 0x2000, 1, 0);
    draw_frame(ui->list, ring, ui_px(ui, 4), ui_px(ui, 2), ui->theme->fill[ROLE_KEY]);
    draw_key_end(ui->list);
}

static void draw_title(struct page *page, const struct comparing *comparing, enum compared compared,
                       struct rect r) {
    struct ui *ui = &page->ui;
    const char *name = compare_name(page, compared);
    bool is_untrained = compared != COMPARED_ATTENTION;
    const char *about = is_untrained              ? page_words(page, "compare.untrained")
                        : comparing->is_influence ? page_words(page, "compare.of_layer")
                                                  : "";
    float width = ui_text_in(ui, r, UI_LEFT, TEXT_WORDS_BOLD, 17, ui->theme->ink, name);
    struct rect rest = r;
    rect_cut_left(&rest, width + ui_px(ui, 8));
    if (rest.w >= ui_text_width(ui, TEXT_WORDS, 13, about)) {
        ui_text_in(ui, rest, UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary, about);
    }
    semantics_add(ui->semantics, ROLE_HEADING, ui_id("compare title", (int32_t)compared, 0), r,
                  name, about);
}

void compare_tile_draw(struct page *page, const struct comparing *comparing,
                       const struct compare_tile *t, enum compared compared, struct rect r) {
    struct ui *ui = &page->ui;
    struct grid grid = grid_of_network(page, comparing, compared);
    struct labels labels = column_labels(page, comparing, compared);
    float gap = ui_px(ui, t->row_width > 0 ? 12 : 4), side = t->cell_w[compared];
    struct rect inner = rect_make(r.x + gap, r.y, r.w - gap - ui_px(ui, 6), r.h);
    draw_title(page, comparing, compared, rect_cut_top(&inner, t->title));
    struct rect sub = rect_cut_top(&inner, t->sub);
    if (t->sub > 0 && comparing->is_influence) {
        draw_scale(page, &grid, compared, sub);
    } else if (t->sub > 0) {
        const char *met = met_words(page, comparing, compared);
        ui_text_in(ui, sub, UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary, met);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id("compare met", (int32_t)compared, 0), sub,
                      page_format(page, "%s: %s", compare_name(page, compared), met), "");
    }
    grid.rect = rect_make(inner.x, inner.y + ui_px(ui, 2), side * (float)grid.columns,
                          t->cell_h * (float)grid.rows);
    grid.name = page_format(page, "%s: %s", compare_name(page, compared),
                            page_words(page, comparing->is_influence ? "compare.influence.name"
                                                                     : "compare.reach.name"));
    grid.column_names = labels.texts;
    grid_draw(page, &grid);
    frame_pair(page, comparing, compared, &grid);
    if (t->row_width > 0 && compared == COMPARED_RNN) {
        struct labels rows = row_labels(page);
        labels_rows(page, &rows, grid.rect, ui_px(ui, 10), t->row_width - ui_px(ui, 6));
    }
    struct rect under = grid.rect;
    if (t->path > 0) {
        struct rect path = rect_make(grid.rect.x, rect_bottom(grid.rect), grid.rect.w, t->path);
        compare_path_draw(page, comparing, compared, path, inner.w);
        under.h += t->path;
    }
    if (t->labels > 0) {
        labels_columns_below(page, &labels, under);
    }
}

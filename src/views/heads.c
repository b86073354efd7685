/* heads.c: every head of the layer as a heatmap on one colour scale; and one head alone as a
 * figure. */
#include "stage.h"
#include "ui/control.h"

#include <math.h>

enum { SLOT_HEAD = 2000 };

struct grid heads_grid(struct page *page, int head, bool *is_weight, float *range) {
    enum step step = page->document->step;
    *is_weight = step != STEP_SIMILARITY && step != STEP_SCALE;
    if (step < STEP_SIMILARITY || step > STEP_SOFTMAX) {
        struct grid weights = weights_grid(page, head);
        *is_weight = !page->shows_difference;
        *range = weights.is_difference ? weights.range : *range;
        return weights;
    }
    struct reveal beat =
        page->reveal; /* an overview shows the whole of every head, whatever the beat */
    page->reveal =
        (struct reveal){step == STEP_SOFTMAX                                 ? PHASE_SOFTMAX_DIVIDE
                        : step == STEP_SCALE && study_is_masked_before(page->study) ? PHASE_SCALE_MASK
                                                                             : 0,
                        REVEAL_ALL, 0, 0, false};
    struct scores_now now = scores_at_beat(page, head);
    page->reveal = beat;
    *range = step == STEP_SIMILARITY ? now.range : now.scaled_range;
    *is_weight = *is_weight && !page->shows_difference;
    if (!now.values) {
        return (struct grid){0};
    }
    return scores_grid(page, head, &now);
}

const char *heads_bar_words(struct page *page) {
    enum step step = page->document->step;
    return page_words(page, page->shows_difference    ? "bar.difference"
                            : step == STEP_SIMILARITY ? "bar.score"
                            : step == STEP_SCALE      ? "bar.scaled"
                                                      : "bar.weight");
}

struct tile {
    float cell, width, height, title, labels;
    int columns, rows;
};

/* The largest cell that the tile has room for. */
static float tile_cell(struct page *page, const struct tile *t, float side) {
    const struct ui *ui = &page->ui;
    float high = (t->height - t->title - t->labels - ui_px(ui, 18)) / (float)page_n(page);
    float cell = fmaxf(0, fminf(fminf(side / (float)page_m(page), high), ui_px(ui, 64)));
    return cell >= 4 ? floorf(cell) : cell;
}

/* The number of columns that gives the largest cells. */
static struct tile best_tile(struct page *page, struct rect r, int heads,
                             const struct labels *labels) {
    struct ui *ui = &page->ui;
    size_t n = page_n(page), m = page_m(page);
    struct tile best = {0};
    for (int columns = 1; columns <= heads; columns++) {
        struct tile t = {
            .columns = columns, .rows = (heads + columns - 1) / columns, .title = ui_px(ui, 30)};
        t.width = floorf(r.w / (float)columns);
        t.height = floorf(r.h / (float)t.rows);
        float side = t.width - ui_px(ui, 34);
        t.cell = side / (float)m;
        for (int pass = 0; pass < 3; pass++) { /* smaller cells turn the labels upright */
            t.labels = fmaxf(t.labels, labels_column_height(page, labels, t.cell));
            t.cell = tile_cell(page, &t, side);
        }
        struct tile bare = t; /* without labels, where they would cost too much of the maps */
        bare.labels = 0;
        bare.cell = tile_cell(page, &bare, side);
        if (bare.cell * 0.7f > t.cell || t.height < t.labels + t.title + (float)n * 6 * ui->unit) {
            t = bare;
        }
        if (t.cell > best.cell) {
            best = t;
        }
    }
    return best;
}

static void draw_tile(struct page *page, struct rect r, const struct tile *t, int head,
                      const struct grid *grid_in, struct labels labels) {
    struct ui *ui = &page->ui;
    struct grid grid = *grid_in;
    float side = t->cell * (float)page_m(page), high = t->cell * (float)page_n(page);
    struct rect top = rect_cut_top(&r, t->title);
    bool is_focus = head == page->document->head;
    float x = r.x + ui_px(ui, 12);
    const char *name = page_format(page, "H%d", head + 1), *words = page_head_name(page, head);
    bool is_off = page_is_head_off(page, head);
    struct rect place = rect_make(x, top.y, r.w - ui_px(ui, 20), top.h);
    float w = (is_off ? ui_text_struck(ui, place, UI_LEFT, TEXT_WORDS_BOLD, 17, ui->theme->ink,
                                       ui->theme->background, name)
                      : ui_text_in(ui, place, UI_LEFT, TEXT_WORDS_BOLD, 17, ui->theme->ink, name)) +
              ui_px(ui, is_off ? 12 : 8);
    const char *change = head_change_number(page, page->document->layer, head);
    change = page->shows_difference ? "" : change; /* another Δ */
    if (is_off) {
        words = page_format(page, "%s · %s", page_words(page, "word.off"), words);
    }
    struct semantic_node *node = semantics_add(
        ui->semantics, ROLE_HEAD, ui_id("head tile", head, 0), rect_make(r.x, top.y, r.w, top.h),
        name, change[0] ? page_format(page, "%s · %s", words, change) : words);
    node->action = (struct ui_action){UI_COMMAND_HEAD_SET, head, 0, 0};
    node->is_focusable = true;
    node->is_selected = is_focus;
    ui_focus_ring(ui, node->id, rect_make(x, top.y, side, top.h), ui_px(ui, 4));
    struct rect button = rect_make(x, top.y, side, top.h);
    float taken = side >= ui_px(ui, 76) ? head_switch_draw(page, button, head, false) : 0;
    float number = ceilf(ui_text_width(ui, TEXT_MONO, 13, change)) + ui_px(ui, 6);
    if (change[0] && w + number + taken <= side) {
        ui_text_in(ui, rect_make(x, top.y, side - taken - ui_px(ui, 2), top.h), UI_RIGHT, TEXT_MONO,
                   13, is_off ? ui->theme->ink : ui->theme->secondary, change);
        taken += number;
    }
    ui_text_in(
        ui,
        rect_make(
            x + w, top.y,
            fmaxf(0, fmaxf(taken > 0 ? side - taken - ui_px(ui, 4) : r.w - ui_px(ui, 16), 0) - w),
            top.h),
        UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary, words);
    grid.slot = SLOT_HEAD + (uint32_t)head;
    grid.rect = rect_make(x, rect_bottom(top) + ui_px(ui, 4), side, high);
    grid.number_size = 12;
    grid.name = page_format(page, "%s %s", name, words);
    grid.row_names = (const char *const *)page->study->token_names;
    grid.column_names = labels.texts;
    grid_draw(page, &grid);
    grid_frame_operands(page, &grid);
    if (!grid.absence) { /* the focus word's row in every head: compared on the same word */
        float row = (float)page->document->query;
        struct rect band =
            rect_snap(rect_make(grid.rect.x, grid.rect.y + row * t->cell, side, t->cell));
        draw_frame(ui->list, rect_inset(band, -ui_px(ui, 1), -ui_px(ui, 1)), ui_px(ui, 3),
                   ui_px(ui, 2), ui->theme->fill[ROLE_QUERY]);
    }
    if (is_off && !is_focus) { /* its numbers stay, but nothing comes of them */
        draw_frame(ui->list, rect_inset(grid.rect, -ui_px(ui, 4), -ui_px(ui, 4)), ui_px(ui, 5),
                   ui_px(ui, 2), ui->theme->secondary)
            ->dash = ui_px(ui, 4);
    }
    if (is_focus) {
        draw_frame(ui->list, rect_inset(grid.rect, -ui_px(ui, 7), -ui_px(ui, 7)), ui_px(ui, 8),
                   ui_px(ui, 3), ui->theme->ink);
    }
    if (t->labels > 0) { /* under the map, reading down to the right */
        labels.slot = SLOT_HEAD + 500 + (uint32_t)head;
        labels_columns_below(page, &labels, grid.rect);
    }
}

void heads_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    int heads = page->study->model.weights.config.heads;
    bool is_weight = true, has_bar = r.w >= ui_px(ui, 520) && r.h >= ui_px(ui, 240);
    float bar = has_bar ? colour_bar_width(page) + ui_px(ui, 12) : 0;
    struct rect right = rect_cut_right(&r, bar), top = rect_cut_top(&r, ui_px(ui, 26));
    struct labels labels = labels_keys(page, -1, UI_COMMAND_NONE, SLOT_HEAD);
    labels.size = 13;
    struct labels rows = labels_tokens(page, page->document->query, ROLE_QUERY,
                                       UI_COMMAND_QUERY_SET, SLOT_HEAD + 400);
    rows.size = 14;
    float row_width =
        r.w >= ui_px(ui, 560) ? stage_label_width(page, &rows, ui_px(ui, 92), "axis.query") : 0;
    rect_cut_left(&r, row_width);
    struct tile t = best_tile(page, r, heads, &labels);
    struct grid *grids = page_memory(page, (size_t)heads, sizeof *grids);
    float range = 0;
    for (int k = 0; grids && k < heads; k++) {
        float own = 1;
        grids[k] = heads_grid(page, k, &is_weight, &own);
        range = fmaxf(range, own);
    }
    if (!grids || t.cell <= 0) {
        return;
    }
    ui_text_in(
        ui, rect_make(top.x + ui_px(ui, 12), top.y, top.w, top.h), UI_LEFT, TEXT_WORDS_MEDIUM, 13,
        ui->theme->secondary,
        page_format(page, "%s   %s", page_words(page, "axis.query"), page_words(page, "axis.key")));
    const char *changed = layer_change_words(page);
    if (!changed[0] && !page->shows_difference &&
        head_change_number(page, page->document->layer, 0)[0]) {
        changed = page_words(page, "head.delta");
    }
    if (changed[0] && top.w >= ui_px(ui, 300)) {
        struct rect place = rect_make(top.x + ui_px(ui, 150), top.y, top.w - ui_px(ui, 150), top.h);
        ui_text_in(ui, place, UI_RIGHT, TEXT_WORDS_MEDIUM, 13, ui->theme->ink, changed);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id("heads changed", 0, 0), place, changed, "");
    }
    for (int k = 0; k < heads; k++) {
        grids[k].range = grids[k].scaled_range = range; /* one scale for all of them */
        struct rect place = rect_make(r.x + (float)(k % t.columns) * t.width,
                                      r.y + (float)(k / t.columns) * t.height, t.width, t.height);
        draw_tile(page, place, &t, k, &grids[k], labels);
        if (row_width > 0 && k % t.columns == 0) { /* the words of the rows, once a line */
            float high = t.cell * (float)page_n(page);
            rows.slot += 1;
            labels_rows(
                page, &rows,
                rect_make(place.x + ui_px(ui, 12), place.y + t.title + ui_px(ui, 4), high, high),
                ui_px(ui, 10), row_width);
        }
    }
    if (has_bar && !grids[0].absence && range > 0) {
        struct rect place =
            rect_make(right.x + ui_px(ui, 12), right.y + ui_px(ui, 30), right.w - ui_px(ui, 12),
                      fminf(right.h - ui_px(ui, 60), ui_px(ui, 320)));
        colour_bar(page, place, !is_weight, range, heads_bar_words(page));
    }
}

void head_figure_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    int head = page->document->head;
    size_t n = page_n(page), m = page_m(page);
    bool is_weight;
    float range = 1;
    if (n == 0) {
        return;
    }
    struct grid grid = heads_grid(page, head, &is_weight, &range);
    r = rect_inset(r, ui_px(ui, 24), ui_px(ui, 18));
    const char *name = page_format(page, "%s · H%d %s", page_layer(page, page->document->layer),
                                   head + 1, page_head_name(page, head)),
               *title = name;
    if (page->shows_difference) {
        const char *names[] = {"name", NULL}, *values[] = {title, NULL};
        title = page_filled(page, "difference.name", names, values);
    }
    if (!page->is_figure) {
        struct rect top = rect_cut_top(&r, ui_px(ui, 48)), beside = top;
        rect_cut_left(&beside, ui_text_in(ui, top, UI_LEFT, TEXT_WORDS_BOLD, 19, ui->theme->ink,
                                          title) +
                                   ui_px(ui, 20));
        stage_fault_draw(page, beside);
        semantics_add(ui->semantics, ROLE_HEADING, ui_id("figure", 0, 0), top, title, "");
    }
    struct rect right = rect_cut_right(&r, colour_bar_width(page) + ui_px(ui, 16));
    struct labels rows = labels_tokens(page, -1, ROLE_QUERY, UI_COMMAND_NONE, SLOT_HEAD);
    struct labels columns = labels_keys(page, -1, UI_COMMAND_NONE, SLOT_HEAD);
    float gap = ui_px(ui, 12),
          label_width =
              fmaxf(labels_row_width(page, &rows, ui_px(ui, 116)),
                    ui_text_width(ui, TEXT_WORDS_MEDIUM, 13, page_words(page, "axis.query")));
    float cell = stage_cell(r.w - label_width - gap, m, ui_px(ui, 96)), height = 0;
    for (int pass = 0; pass < 3; pass++) { /* smaller cells turn the labels upright */
        height = fmaxf(height, labels_column_height(page, &columns, cell) + ui_px(ui, 4));
        cell = fminf(cell, stage_cell(r.h - height, n, ui_px(ui, 96)));
    }
    float used = label_width + gap + cell * (float)m, used_h = height + cell * (float)n;
    float y = roundf(r.y + height + fmaxf(0, (r.h - used_h) * 0.4f));
    grid.rect = rect_make(roundf(r.x + fmaxf(0, (r.w - used) / 2) + label_width + gap), y,
                          cell * (float)m, cell * (float)n);
    grid.slot = SLOT_HEAD;
    grid.number_size = 18;
    grid.name = name;
    grid.row_names = rows.texts;
    grid.column_names = columns.texts;
    labels_rows(page, &rows, grid.rect, gap, label_width);
    labels_columns(page, &columns, grid.rect, height);
    stage_axis_titles(page, grid.rect.x - gap, grid.rect.y - ui_px(ui, 6), grid.rect.x - gap,
                      grid.rect.y - ui_px(ui, 24));
    grid_draw(page, &grid);
    struct rect bar = rect_make(rect_right(grid.rect) + ui_px(ui, 20), grid.rect.y, right.w,
                                fminf(grid.rect.h, ui_px(ui, 320)));
    if (!grid.absence && range > 0) {
        colour_bar(page, bar, !is_weight, range, heads_bar_words(page));
    } else if (!grid.absence) { /* masks alone: no scale, but what it is */
        ui_text_in(ui, rect_cut_top(&bar, ui_px(ui, 24)), UI_LEFT, TEXT_WORDS, 13,
                   ui->theme->secondary, heads_bar_words(page));
    }
}

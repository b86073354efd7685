/* diagram_parts.c: the connections of the course figure, its query and stages, and its numbers. */
#include "chrome.h"
#include "diagram.h"

#include <math.h>
#include <string.h>

enum { SLOT_DIAGRAM = 5000 };

/* The step from which a part of the figure has been made. */
static bool has_come(const struct page *page, enum step step) {
    return page->document->step >= step;
}

static struct colour quiet(const struct page *page, struct colour c, bool is_there) {
    return is_there ? c : page->ui.theme->line;
}

/* From the query to each comparison. */
static void draw_asking(struct page *page, const struct diagram *d) {
    struct ui *ui = &page->ui;
    struct rect f = d->bands[BAND_F];
    bool is_there = has_come(page, STEP_SIMILARITY);
    struct colour c = quiet(page, ui->theme->fill[ROLE_QUERY], is_there);
    c.a = is_there ? 130 : 255;
    float x = rect_right(d->gutter) - ui_px(ui, 4), y = f.y + f.h;
    for (size_t j = 0; j < d->columns; j++) {
        float to_x = diagram_middle(d, j), to_y = f.y + f.h / 2;
        float half = fminf(ui_px(ui, 46), d->column / 2 - ui_px(ui, 6));
        draw_key(ui->list, SLOT_DIAGRAM, (uint32_t)j, 0);
        draw_curve(ui->list, x, y, to_x - half + ui_px(ui, 2), to_y, false, ui_px(ui, 2), c);
        draw_key_end(ui->list);
    }
}

static void draw_upright(struct page *page, float x, float from, float to, float thickness,
                         struct colour c) {
    if (to - from >= 2) {
        float left = roundf(x - thickness / 2);
        draw_rectangle(page->ui.list, rect_make(left, from, fmaxf(1, roundf(thickness)), to - from),
                       0, c);
    }
}

static void draw_column_lines(struct page *page, const struct diagram *d, size_t j, float weight) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    const struct rect *b = d->bands;
    float x = diagram_middle(d, j), thin = ui_px(ui, 2);
    struct colour key = t->fill[ROLE_KEY], value = t->fill[ROLE_VALUE];
    key.a = 150;
    value.a = 190;
    bool is_weighed = has_come(page, STEP_SOFTMAX), is_poured = has_come(page, STEP_SUM);
    float poured = is_weighed ? diagram_ribbon(page, weight, 11) : thin;
    draw_key(ui->list, SLOT_DIAGRAM + 1, (uint32_t)j, 0);
    draw_upright(page, x, rect_bottom(b[BAND_KEYS]), b[BAND_F].y, thin, key);
    draw_upright(page, x, rect_bottom(b[BAND_F]), b[BAND_SCORE].y, thin, t->faint);
    draw_upright(page, x, rect_bottom(b[BAND_SCALED]), b[BAND_SOFTMAX].y, thin, t->faint);
    draw_upright(page, x, rect_bottom(b[BAND_SOFTMAX]), b[BAND_WEIGHT].y, thin, t->faint);
    draw_upright(page, x, rect_bottom(b[BAND_WEIGHT]), b[BAND_VALUES].y + ui_px(ui, 6), poured,
                 quiet(page, value, is_weighed));
    float from = rect_bottom(b[BAND_VALUES]), to = b[BAND_OUTPUT].y - ui_px(ui, 3),
          middle = b[BAND_KEYS].x + b[BAND_KEYS].w / 2, end = middle + (x - middle) * 0.02f;
    value.a = 165;
    float most = 1.8f * draw_curve_bend(end - x, to - from, true);
    draw_curve(ui->list, x, from, end, to, true, fminf(is_poured ? poured : thin, fmaxf(1, most)),
               quiet(page, value, is_poured));
    draw_key_end(ui->list);
}

void diagram_ribbons_draw(struct page *page, const struct diagram *d, const float *weights) {
    if (d->is_tight) {
        return;
    }
    draw_asking(page, d);
    for (size_t j = 0; j < d->columns; j++) {
        bool is_rest = j >= d->keys.count;
        draw_column_lines(page, d, j, is_rest ? d->keys.rest_weight : weights[d->keys.keys[j]]);
    }
}

/* A stage's number in a disc, lit while the walk is there, and its name. */
static void draw_stage(struct page *page, const struct diagram *d, int stage, float y) {
    static const char *const keys[3] = {"diagram.similarity", "diagram.weights", "diagram.sum"};
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    enum step step = page->document->step;
    bool is_on = stage == 0   ? step == STEP_SIMILARITY
                 : stage == 1 ? step == STEP_SCALE || step == STEP_SOFTMAX
                              : step == STEP_SUM;
    float side = ui_px(ui, 28);
    struct rect disc = rect_make(d->gutter.x, roundf(y - side / 2), side, side);
    draw_key(ui->list, SLOT_DIAGRAM + 2, (uint32_t)stage, 0);
    draw_rectangle(ui->list, disc, side / 2, is_on ? t->ink : t->chip);
    const char *number = page_format(page, "%d", stage + 1), *name = page_words(page, keys[stage]);
    ui_text_in(ui, disc, UI_CENTRE, TEXT_WORDS_BOLD, 14, is_on ? t->surface : t->secondary, number);
    draw_key_end(ui->list);
    struct rect place = rect_make(rect_right(disc) + ui_px(ui, 8), disc.y,
                                  d->gutter.w - side - ui_px(ui, 12), side);
    ui_text_in(ui, place, UI_LEFT, is_on ? TEXT_WORDS_SEMIBOLD : TEXT_WORDS, 14,
               is_on ? t->ink : t->secondary, name);
    struct rect whole = rect_make(disc.x, disc.y, d->gutter.w, side);
    struct semantic_node *node = semantics_add(
        ui->semantics, ROLE_TEXT, ui_id("diagram stage", stage, 0), whole,
        page_format(page, "%s %s", number, name), is_on ? page_words(page, "diagram.now") : "");
    static const enum step steps[3] = {STEP_SIMILARITY, STEP_SOFTMAX, STEP_SUM};
    node->is_selected = is_on;
    node->action = (struct ui_action){UI_COMMAND_STEP_GO, (int32_t)steps[stage], 0, 0};
}

/* Names of bands, flush right beside the columns. */
static void draw_name(struct page *page, const struct diagram *d, enum diagram_band band,
                      const char *name) {
    struct ui *ui = &page->ui;
    struct rect r = d->bands[band], place = d->gutter;
    float left = d->bands[BAND_KEYS].x - ui_px(ui, d->has_stages ? 16 : 6);
    place.x += d->has_stages ? ui_px(ui, 66) : 0;
    place.w = left - place.x;
    place.y = r.y;
    place.h = r.h;
    if (r.h > 0) {
        ui_text_in(ui, place, UI_RIGHT, TEXT_WORDS, 14, ui->theme->secondary, name);
    }
}

static void draw_query(struct page *page, const struct diagram *d) {
    struct ui *ui = &page->ui;
    struct rect f = d->bands[BAND_F], keys = d->bands[BAND_KEYS];
    const char *word = page_word(page, page->document->query),
               *name = page_words(page, "diagram.query");
    float left = d->has_stages ? ui_px(ui, 36) : 0;
    float high = fminf(ui_px(ui, 44), fmaxf(f.h, ui_px(ui, 22)));
    struct rect box = rect_make(d->gutter.x + left, roundf(f.y + f.h - high / 2),
                                d->gutter.w - left - ui_px(ui, 4), high);
    if (d->is_tight) {
        box = rect_make(d->gutter.x, keys.y, d->gutter.w - ui_px(ui, 6), keys.h - ui_px(ui, 1));
    }
    struct colour fill = ui->theme->fill[ROLE_QUERY];
    draw_rectangle(ui->list, box, ui_px(ui, 9), grid_fill(page, fill));
    ui_text_in(ui, rect_inset(box, ui_px(ui, 5), 0), UI_CENTRE, TEXT_WORDS_BOLD,
               d->is_tight ? 14 : 17, colour_text_on(grid_fill(page, fill)), word);
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_BUTTON, ui_id("diagram query", 0, 0), box,
                      page_format(page, "%s %s", name, word), "");
    node->action = (struct ui_action){UI_COMMAND_QUERY_NEXT, 0, 0, 0};
    node->tooltip = semantics_string(ui->semantics, page_format(page, "%s %s", name, word));
    float above = box.y - rect_bottom(keys), stage = d->has_stages ? ui_px(ui, 24) : 0;
    if (!d->is_tight && above >= ui_px(ui, 22) + stage) {
        ui_text_in(ui, rect_make(box.x, box.y - ui_px(ui, 22), box.w, ui_px(ui, 20)), UI_LEFT,
                   TEXT_WORDS, 14, ui->theme->secondary, name);
    }
}

void diagram_gutter_draw(struct page *page, const struct diagram *d, float row_total) {
    struct ui *ui = &page->ui;
    const struct rect *b = d->bands;
    draw_query(page, d);
    if (d->has_stages) {
        float middles[3] = {rect_bottom(b[BAND_KEYS]) + ui_px(ui, 10),
                            b[BAND_SOFTMAX].y + b[BAND_SOFTMAX].h / 2,
                            b[BAND_OUTPUT].y + b[BAND_OUTPUT].h / 2};
        for (int stage = 0; stage < 3; stage++) {
            draw_stage(page, d, stage, middles[stage]);
        }
    }
    if (!d->has_stages) {
        if (!d->has_names) {
            bool is_scaled = d->is_tight && has_come(page, STEP_SCALE);
            draw_name(page, d, BAND_SCORE, is_scaled ? "z" : "s");
            draw_name(page, d, BAND_SCALED, "z");
            draw_name(page, d, BAND_WEIGHT, "a");
        }
        draw_name(page, d, BAND_VALUES, "V");
        draw_name(page, d, BAND_OUTPUT, "o");
        return;
    }
    draw_name(page, d, BAND_KEYS, page_words(page, "diagram.keys"));
    draw_name(page, d, BAND_VALUES, page_words(page, "diagram.values"));
    bool is_shared = page->reveal.phase == PHASE_SOFTMAX_DIVIDE &&
                     page->reveal.extent != REVEAL_NOTHING && page->reveal.extent != REVEAL_CELLS;
    if (page->document->step > STEP_SOFTMAX ||
        (page->document->step == STEP_SOFTMAX && is_shared)) {
        struct rect place =
            rect_make(d->gutter.x, b[BAND_WEIGHT].y, b[BAND_KEYS].x - ui_px(ui, 16) - d->gutter.x,
                      b[BAND_WEIGHT].h);
        const char *sum = page_format(page, "Σ = %.2f", (double)row_total);
        bool is_whole = fabsf(row_total - 1) < 0.005f || row_total == 0;
        ui_text_in(ui, place, UI_RIGHT, is_whole ? TEXT_MONO : TEXT_MONO_BOLD, 15,
                   is_whole ? ui->theme->ink : ui->theme->error, sum);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id("diagram total", 0, 0), place, "Σ a",
                      page_number(page, row_total, NUMBER_PLAIN));
    }
}

/* A column's place for a number that is not there yet. */
static void draw_waiting(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    float w = fminf(r.w, ui_px(ui, 64)), h = fminf(r.h, ui_px(ui, 24));
    struct rect place = rect_snap(rect_make(r.x + (r.w - w) / 2, r.y + (r.h - h) / 2, w, h));
    draw_frame(ui->list, place, ui_px(ui, 5), ui_px(ui, 1), ui->theme->line)->dash = ui_px(ui, 3);
}

void diagram_number_draw(struct page *page, const struct diagram *d, struct rect r,
                         const struct diagram_number *number) {
    struct ui *ui = &page->ui;
    struct document_cell cell = {number->source, page->document->head, number->row, number->column};
    float *value = page_memory(page, 1, sizeof *value);
    uint8_t *state = page_memory(page, 1, 1);
    if (!value || !state || !cell_value(page->study, &cell, value)) {
        return;
    }
    bool is_shown = selection_is_shown(page->study, &cell);
    *state = is_shown ? GRID_TINT : GRID_HIDDEN;
    struct grid grid = {.slot = SLOT_DIAGRAM + 100 + (uint32_t)number->source,
                        .id = cell_grid_id(number->source, page->document->head),
                        .rows = 1,
                        .columns = 1,
                        .first_row = (size_t)number->row,
                        .first_column = (size_t)number->column,
                        .values = value,
                        .row_stride = 1,
                        .column_stride = 1,
                        .states = state,
                        .rect = rect_inset(r, ui_px(ui, 2), 0),
                        .focus_row = -1,
                        .focus_column = -1};
    grid.name =
        page_format(page, "%s %s", cell_symbol(number->source),
                    cell_columns_are_keys(number->source) ? page_key_word(page, number->column)
                                                          : page_word(page, number->row));
    grid_node(page, &grid);
    draw_key(ui->list, grid.slot, (uint32_t)number->column, 0);
    if (!is_shown) {
        draw_waiting(page, grid.rect);
    } else {
        bool is_masked = isinf(*value) && *value < 0;
        const char *text = is_masked ? "−∞" : page_number(page, *value, number->style);
        enum text_style style = number->is_bold ? TEXT_MONO_BOLD : TEXT_MONO;
        float width = ui_text_width(ui, style, number->size, text), size = number->size;
        float room = grid.rect.w - ui_px(ui, 10); /* inside the frame of the chosen one */
        const char *name = d->has_names ? page_format(page, "%s = ", number->name) : "";
        float before = formula_draw(page, name, size, 0, 0, true);
        for (; size > 13 && before + width > room; size -= 0.5f) {
            width = ui_text_width(ui, style, size - 0.5f, text);
            before = formula_draw(page, name, size - 0.5f, 0, 0, true);
        }
        bool is_readable = /* its raised letter, too */
            !strchr(name, '^') || (size >= 15 && grid.rect.h >= ui_px(ui, 34));
        before = before + width > room || !is_readable ? 0 : before;
        float x = floorf(grid.rect.x + (grid.rect.w - before - width) / 2),
              baseline = ui_baseline_in(ui, grid.rect, TEXT_MONO, size);
        if (before > 0) {
            formula_draw(page, name, size, x, baseline, false);
        }
        ui_text(ui, style, size, x + before, baseline, ui->theme->ink, text);
    }
    draw_key_end(ui->list);
    if (page->selection.source == number->source && page->selection.row == number->row &&
        page->selection.column == number->column) {
        draw_key(ui->list, SLOT_DIAGRAM + 3, 0, 0);
        draw_frame(ui->list, rect_snap(grid.rect), ui_px(ui, 6), ui_px(ui, 2), ui->theme->ink);
        draw_key_end(ui->list);
    }
}

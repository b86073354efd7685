/* largest.c: why scores are divided by √d_k: the mean largest weight of a softmax by d_k, with and
 * without, as a small chart with its numbers. */
#include "chrome.h"

#include "lesson/comparison.h"

#include <math.h>

struct chart {
    const struct largest_weight *weights;
    size_t count;
    float name, column, bars, line; /* device pixels */
};

static struct chart chart_of(struct page *page, float width) {
    struct ui *ui = &page->ui;
    struct chart chart = {.bars = ui_px(ui, 54), .line = ui_px(ui, 20)};
    const char *keys[] = {"largest.unscaled", "largest.scaled"};
    chart.weights = comparison_largest_weights(page->study, &chart.count);
    if (!chart.weights) {
        page->ui.list->failed = true;
        return chart;
    }
    for (int i = 0; i < 2; i++) {
        chart.name =
            fmaxf(chart.name, ceilf(ui_text_width(ui, TEXT_WORDS, 13, page_words(page, keys[i]))));
    }
    chart.name += ui_px(ui, 7 + 6);
    chart.column = floorf((width - chart.name) / (float)chart.count);
    return chart;
}

/* Two bars on the ground line y: as they are, and scaled. */
static void draw_bars(struct page *page, const struct chart *chart, size_t i, float x, float y) {
    struct ui *ui = &page->ui;
    const double heights[2] = {chart->weights[i].unscaled, chart->weights[i].scaled};
    float bar = floorf(chart->column * 0.3f);
    for (int which = 0; which < 2; which++) {
        float height = roundf((float)heights[which] * chart->bars);
        struct rect r = rect_make(x + chart->column / 2 + ((float)which - 1) * (bar + 1),
                                  y - height, bar, height);
        draw_rectangle(ui->list, rect_snap(r), 0,
                       which == 0 ? ui->theme->secondary : ui->theme->ink);
    }
}

/* The numbers of one d_k; the model's own in bold on a chip. */
static void draw_column(struct page *page, const struct chart *chart, size_t i, float x, float y) {
    struct ui *ui = &page->ui;
    const struct largest_weight *at = &chart->weights[i];
    bool is_own = at->d_k == (size_t)page->study->model.weights.config.d_k;
    const char *texts[3] = {page_format(page, "%zu", at->d_k),
                            page_number(page, (float)at->unscaled, NUMBER_WEIGHT),
                            page_number(page, (float)at->scaled, NUMBER_WEIGHT)};
    struct rect all = rect_make(x, y - chart->bars, chart->column, chart->bars + 3 * chart->line);
    if (is_own) {
        draw_rectangle(ui->list, all, ui_px(ui, 4), ui->theme->chip);
    }
    draw_bars(page, chart, i, x, y);
    for (int row = 0; row < 3; row++) {
        struct rect place = rect_make(x, y + (float)row * chart->line, chart->column, chart->line);
        ui_text_in(ui, place, UI_CENTRE, is_own ? TEXT_MONO_BOLD : TEXT_MONO, 13, ui->theme->ink,
                   texts[row]);
    }
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("largest", (int32_t)i, 0), all,
                  page_format(page, "dₖ = %s", texts[0]),
                  page_format(page, "%s %s, %s %s", page_words(page, "largest.unscaled"), texts[1],
                              page_words(page, "largest.scaled"), texts[2]));
}

float panel_largest(struct page *page, float x, float y, float width) {
    struct ui *ui = &page->ui;
    struct chart chart = chart_of(page, width);
    struct ui_paragraph title = {
        page_words(page, "largest.title"), 13, 1.35f, ui->theme->secondary, TEXT_WORDS, 0};
    float above = ui_paragraph(ui, &title, 0, 0, width, true) + ui_px(ui, 6);
    float height = above + chart.bars + 3 * chart.line;
    if (!chart.weights || chart.column < ui_type(ui, 13) * 0.6f * 3 + ui_px(ui, 4)) {
        return 0;
    }
    if (y < 0) {
        return height;
    }
    ui_paragraph(ui, &title, x, y, width, false);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("largest title", 0, 0),
                  rect_make(x, y, width, above), title.text, "");
    float ground = y + above + chart.bars;
    for (size_t i = 0; i < chart.count; i++) {
        draw_column(page, &chart, i, x + chart.name + (float)i * chart.column, ground);
    }
    draw_rectangle(ui->list, rect_make(x + chart.name, ground, width - chart.name, ui_px(ui, 1)), 0,
                   ui->theme->secondary);
    const char *names[3] = {"dₖ", page_words(page, "largest.unscaled"),
                            page_words(page, "largest.scaled")};
    for (int row = 0; row < 3; row++) {
        struct rect place = rect_make(x, ground + (float)row * chart.line, chart.name, chart.line);
        if (row > 0) { /* the colour of its bars */
            struct rect mark =
                rect_make(place.x, place.y + ui_px(ui, 6), ui_px(ui, 3), place.h - ui_px(ui, 12));
            draw_rectangle(ui->list, mark, 0, row == 1 ? ui->theme->secondary : ui->theme->ink);
        }
        rect_cut_left(&place, ui_px(ui, 7));
        ui_text_in(ui, place, UI_LEFT, row ? TEXT_WORDS : TEXT_MONO, 13, ui->theme->ink,
                   names[row]);
    }
    return height;
}

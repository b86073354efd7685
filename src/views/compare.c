/* compare.c: RNN, CNN and attention on the same words: controls, the three of them, the costs. */
#include "compare.h"

#include "stage.h"
#include "ui/control.h"

#include <math.h>

bool comparing_of(struct page *page, struct comparing *out) {
    const struct document *d = page->document;
    *out = (struct comparing){.why = "",
                              .steps = (size_t)d->compare_steps,
                              .is_influence = d->compare_shows == COMPARE_INFLUENCE};
    out->it = out->is_influence ? comparison_with_influence(page->study, &out->why)
                                : comparison_of(page->study);
    if (!out->it) {
        page->ui.list->failed = true;
    }
    return out->it != NULL;
}

/* One of the two views of the three networks. */
static void draw_choice(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const char *labels[COMPARE_COUNT] = {page_words(page, "compare.reach"),
                                         page_words(page, "compare.influence")};
    struct ui_choice choice = {.id = ui_id("compare shows", 0, 0),
                               .name = page_words(page, "compare.shows"),
                               .value = labels[page->document->compare_shows],
                               .labels = labels,
                               .count = COMPARE_COUNT,
                               .chosen = (int)page->document->compare_shows,
                               .own = -1,
                               .action = {UI_COMMAND_COMPARE_SHOWS, 0, 0, 0}};
    ui_choice_draw(ui, &choice, r.x, r.y, r.w);
}

static float choice_width(struct page *page) {
    const char *labels[COMPARE_COUNT] = {page_words(page, "compare.reach"),
                                         page_words(page, "compare.influence")};
    struct ui_choice choice = {.labels = labels, .count = COMPARE_COUNT};
    return ui_choice_width(&page->ui, &choice);
}

/* Its name before it, where that leaves enough of the line. */
static void draw_slider(struct page *page, struct rect r, const char *key, int places, int place,
                        int value, enum ui_command command) {
    struct ui *ui = &page->ui;
    const char *name = page_words(page, key);
    float width = ceilf(ui_text_width(ui, TEXT_WORDS_MEDIUM, 14, name));
    struct ui_slider slider = {.id = ui_id(key, 0, 0),
                               .name = name,
                               .value = page_format(page, "%d", value),
                               .less = page_format(page, "%s −", name),
                               .more = page_format(page, "%s +", name),
                               .places = places,
                               .place = place,
                               .own = -1,
                               .action = {command, 0, 0, 0}};
    slider.value_width =
        ceilf(ui_text_width(ui, TEXT_MONO, 14, page_format(page, "%d", places))) + ui_px(ui, 4);
    if (r.w - width >= ui_px(ui, 130)) {
        struct rect label = rect_cut_left(&r, width + ui_px(ui, 10));
        ui_text_in(ui, label, UI_LEFT, TEXT_WORDS_MEDIUM, 14, ui->theme->ink, name);
    }
    ui_slider_draw(ui, &slider, r);
}

static void draw_steps(struct page *page, struct rect r) {
    int last = (int)comparison_last_step(page->study), now = page->document->compare_steps;
    draw_slider(page, r, "compare.steps", last + 1, now, now, UI_COMMAND_COMPARE_STEPS);
}

static void draw_kernel(struct page *page, struct rect r) {
    int kernel = page->document->compare_kernel;
    draw_slider(page, r, "compare.kernel", COMPARISON_MAX_KERNEL, kernel - 1, kernel,
                UI_COMMAND_COMPARE_KERNEL);
}

/* On one line, on two, or the steps alone. */
static void draw_controls(struct page *page, struct rect *r) {
    struct ui *ui = &page->ui;
    float height = ui_slider_height(ui), gap = ui_px(ui, 24), choice = choice_width(page);
    bool is_tiny = r->h < ui_px(ui, 220) || r->w < choice + ui_px(ui, 8);
    struct rect line = rect_cut_top(r, height);
    if (is_tiny) {
        draw_steps(page, line);
    } else if (r->w >= choice + 2 * gap + ui_px(ui, 480)) {
        draw_choice(page, rect_cut_left(&line, choice));
        rect_cut_left(&line, gap);
        struct rect kernel = rect_cut_right(&line, roundf((line.w - gap) * 0.46f));
        rect_cut_right(&line, gap);
        draw_steps(page, line);
        draw_kernel(page, kernel);
    } else {
        draw_choice(page, rect_cut_left(&line, choice));
        rect_cut_left(&line, ui_px(ui, 12));
        if (line.w >= ui_px(ui, 150)) {
            draw_kernel(page, line);
        }
        rect_cut_top(r, ui_px(ui, 6));
        draw_steps(page, rect_cut_top(r, height));
    }
    rect_cut_top(r, ui_px(ui, is_tiny ? 4 : 10));
}

/* A figure says what the controls are set to. */
static void draw_settings(struct page *page, struct rect *r) {
    struct ui *ui = &page->ui;
    const struct document *d = page->document;
    ui_text_in(ui, rect_cut_top(r, ui_px(ui, 24)), UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary,
               page_format(page, "%s = %d   %s = %d", page_words(page, "compare.steps"),
                           d->compare_steps, page_words(page, "compare.kernel"),
                           d->compare_kernel));
    rect_cut_top(r, ui_px(ui, 4));
}

/* Instead of the numbers: why there are none. */
static void draw_why(struct page *page, const struct comparing *comparing, struct rect r) {
    struct ui *ui = &page->ui;
    const char *names[] = {"n", "d", NULL};
    const char *values[] = {page_format(page, "%zu", comparing->it->n),
                            page_format(page, "%zu", comparing->it->d), NULL};
    struct ui_paragraph words = {comparison_is_too_much(page->study)
                                     ? page_filled(page, "compare.too_much", names, values)
                                     : comparing->why,
                                 15.5f,
                                 1.48f,
                                 ui->theme->ink,
                                 TEXT_WORDS,
                                 0};
    float width = fminf(r.w, ui_px(ui, 520));
    words.max_lines = (int)fmaxf(1, floorf(r.h / (ui_type(ui, words.size) * words.line_height)));
    r = rect_make(roundf(r.x + (r.w - width) / 2), r.y, width, r.h);
    ui_paragraph(ui, &words, r.x, r.y, r.w, false);
    semantics_add(ui->semantics, ROLE_MESSAGE, ui_id("compare why", 0, 0), r, words.text, "");
}

static void draw_three(struct page *page, const struct comparing *comparing, struct rect r) {
    struct ui *ui = &page->ui;
    struct compare_tile tile = compare_tile_fit(page, comparing, r);
    struct rect left = rect_cut_left(&r, tile.row_width);
    rect_cut_right(&r, tile.overhang);
    if (tile.row_width > 0) {
        struct rect columns = rect_cut_top(&left, tile.title), rows = rect_cut_top(&left, tile.sub);
        ui_text_in(ui, columns, UI_RIGHT, TEXT_WORDS_MEDIUM, 13, ui->theme->text[ROLE_KEY],
                   page_words(page, "compare.axis.column"));
        if (tile.sub > 0) {
            ui_text_in(ui, rows, UI_RIGHT, TEXT_WORDS_MEDIUM, 13, ui->theme->text[ROLE_QUERY],
                       page_words(page, "compare.axis.row"));
        }
    }
    for (int which = 0; which < COMPARED_COUNT; which++) {
        float x = roundf(r.x + r.w * (float)which / COMPARED_COUNT);
        float end = roundf(r.x + r.w * (float)(which + 1) / COMPARED_COUNT);
        compare_tile_draw(page, comparing, &tile, (enum compared)which,
                          rect_make(x, r.y, end - x, r.h));
    }
}

void compare_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    struct comparing comparing;
    if (!comparing_of(page, &comparing)) {
        return;
    }
    if (page->is_figure) {
        draw_settings(page, &r);
    } else {
        draw_controls(page, &r);
    }
    float costs = compare_costs_height(page);
    bool has_costs = r.h >= costs + ui_px(ui, 230); /* the matrices come first */
    if (has_costs && r.w >= ui_px(ui, 480)) {
        compare_costs_draw(page, &comparing, rect_cut_bottom(&r, costs));
        rect_cut_bottom(&r, ui_px(ui, 8));
    }
    if (comparing.is_influence && !comparing.it->influence[COMPARED_RNN]) {
        draw_why(page, &comparing, r);
    } else {
        draw_three(page, &comparing, r);
    }
}

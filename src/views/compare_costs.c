/* compare_costs.c: what one layer of each network costs (Vaswani et al. 2017, table 1), with the
 * numbers of this sentence. */
#include "compare.h"

#include <math.h>

enum { COSTS = 4, LINES = COMPARED_COUNT + 1 };
static const float line_height = 24;

static const char *const cost_keys[COSTS] = {"cost.operations", "cost.steps", "cost.path",
                                             "cost.cells"};

float compare_costs_height(const struct page *page) {
    return LINES * ui_px(&page->ui, line_height) + ui_px(&page->ui, 8);
}

/* As in the paper: an order where the number beside it is counted exactly, and differs from it. */
static const char *order_of(const struct comparing *comparing, enum compared compared, int cost) {
    static const char *const orders[COMPARED_COUNT][COSTS] = {
        {"O(nd²)", "n", "n", "0"}, {"O(knd²)", "1", "O(n/k)", "0"}, {"O(n²d)", "1", "1", "n²"}};
    bool is_cross = compared == COMPARED_ATTENTION && comparing->it->is_cross;
    return is_cross && cost == 0   ? "O(nmd)"
           : is_cross && cost == 3 ? "n·m"
                                   : orders[compared][cost];
}

static const char *number_of(struct page *page, const struct comparing *comparing,
                             enum compared compared, int cost) {
    const struct attention_cost *c = &comparing->it->cost[compared];
    const double each[COSTS] = {c->operations, c->sequential_steps, c->longest_path,
                                c->memory_cells};
    if (isinf(each[cost])) {
        return page_words(page, "compare.never");
    }
    return each[cost] < 1e7 ? page_format(page, "%.0f", each[cost])
                            : page_number(page, (float)each[cost], NUMBER_PLAIN);
}

/* "n = 8, d = 16, k = 3"; closer together where there is less room */
static const char *sizes(struct page *page, const struct comparing *comparing, bool is_close) {
    const struct comparison *c = comparing->it;
    if (is_close) {
        const char *m = c->is_cross ? page_format(page, " m=%zu", c->m) : "";
        return page_format(page, "n=%zu%s d=%zu k=%zu", c->n, m, c->d, c->kernel);
    }
    return c->is_cross ? page_format(page, "n = %zu, m = %zu, d = %zu, k = %zu", c->n, c->m, c->d,
                                     c->kernel)
                       : page_format(page, "n = %zu, d = %zu, k = %zu", c->n, c->d, c->kernel);
}

/* The number on the right, its order on the left where there is room for both. */
static void draw_cost(struct page *page, const struct comparing *comparing, enum compared compared,
                      int cost, struct rect r) {
    struct ui *ui = &page->ui;
    const char *number = number_of(page, comparing, compared, cost);
    const char *order = order_of(comparing, compared, cost);
    float width = ui_text_in(ui, r, UI_RIGHT, TEXT_MONO, 14, ui->theme->ink, number);
    struct rect left = r;
    left.w -= width + ui_px(ui, 8);
    if (ui_text_width(ui, TEXT_MONO, 13, order) <= left.w) {
        ui_text_in(ui, left, UI_LEFT, TEXT_MONO, 13, ui->theme->secondary, order);
    }
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("cost", (int32_t)compared, cost), r,
                  page_format(page, "%s, %s: %s", compare_name(page, compared),
                              page_words(page, cost_keys[cost]), order),
                  number);
}

void compare_costs_draw(struct page *page, const struct comparing *comparing, struct rect r) {
    struct ui *ui = &page->ui;
    float line = ui_px(ui, line_height), name = 0;
    draw_rectangle(ui->list, rect_make(r.x, r.y, r.w, ui_px(ui, 1)), 0, ui->theme->line);
    rect_cut_top(&r, ui_px(ui, 6));
    const char *about = sizes(page, comparing, false);
    if (ui_text_width(ui, TEXT_MONO, 13, about) > r.w * 0.27f) {
        about = sizes(page, comparing, true);
    }
    name = ui_text_width(ui, TEXT_MONO, 13, about);
    for (int which = 0; which < COMPARED_COUNT; which++) {
        name = fmaxf(name, ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 14,
                                         compare_name(page, (enum compared)which)));
    }
    name = fminf(ceilf(name), r.w * 0.27f);
    float gap = ui_px(ui, r.w >= ui_px(ui, 800) ? 28 : 14);
    float column = floorf((r.w - name) / COSTS) - gap;
    for (int row = 0; row < LINES; row++) {
        float y = r.y + (float)row * line;
        struct rect first = rect_make(r.x, y, name, line);
        if (row == 0) {
            ui_text_in(ui, first, UI_LEFT, TEXT_MONO, 13, ui->theme->secondary, about);
            semantics_add(ui->semantics, ROLE_TEXT, ui_id("cost sizes", 0, 0), first,
                          page_words(page, "cost.title"), about);
        } else {
            ui_text_in(ui, first, UI_LEFT, TEXT_WORDS_SEMIBOLD, 14, ui->theme->ink,
                       compare_name(page, (enum compared)(row - 1)));
        }
        for (int cost = 0; cost < COSTS; cost++) {
            float x = r.x + name + gap + (float)cost * (column + gap);
            struct rect place = rect_make(x, y, column, line);
            if (row == 0) {
                ui_text_in(ui, place, UI_RIGHT, TEXT_WORDS, 13, ui->theme->secondary,
                           page_words(page, cost_keys[cost]));
            } else {
                draw_cost(page, comparing, (enum compared)(row - 1), cost, place);
            }
        }
    }
}

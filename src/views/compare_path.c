/* compare_path.c: the way of a word's information through a network, a hop a line. */
#include "compare.h"

#include <math.h>

enum { MOST_LEVELS = 12 }; /* with dots; of more, the line alone */

struct way {
    struct page *page;
    const struct comparing *comparing;
    enum compared compared;
    size_t row, column, columns, hops, done;
    size_t *places;
    struct rect r; /* of the dots: places from left to right, levels from the bottom up */
    float pitch, radius;
};

/* On whole pixels, but for a long way, which would wobble. */
static float whole(const struct way *way, float at) {
    return way->hops > MOST_LEVELS && way->hops != SIZE_MAX ? at : roundf(at);
}

static float place_x(const struct way *way, size_t place) {
    return whole(way, way->r.x + ((float)place + 0.5f) * way->pitch);
}

/* Without a hop, the word stands at the bottom. */
static float level_y(const struct way *way, size_t level, size_t levels) {
    float share = levels > 0 ? (float)level / (float)levels : 0;
    return whole(way, rect_bottom(way->r) - way->radius - share * (way->r.h - 2 * way->radius));
}

static void draw_dot(const struct way *way, float x, float y, float radius, struct colour c) {
    struct rect dot = rect_make(x - radius, y - radius, 2 * radius, 2 * radius);
    draw_rectangle(way->page->ui.list, dot, radius, c);
}

/* Is anything of the column's word at this place after so many hops? */
static bool is_there(const struct way *way, size_t place, size_t level) {
    if (way->compared == COMPARED_RNN || way->comparing->it->is_cross) {
        return way->hops != SIZE_MAX && way->places[level] == place;
    }
    return comparison_reaches(way->comparing->it, way->compared, place, way->column, level);
}

/* All places on every level: those that have heard of the word are darker. */
static void draw_places(const struct way *way, size_t levels) {
    const struct theme *t = way->page->ui.theme;
    size_t queries = way->comparing->it->n;
    for (size_t level = 0; level <= levels; level++) {
        bool is_input = level == 0;
        size_t count = is_input ? way->columns
                       : way->comparing->it->is_cross && way->compared == COMPARED_ATTENTION
                           ? 0
                           : queries;
        for (size_t place = 0; place < count; place++) {
            bool is_heard = is_there(way, place, level);
            draw_dot(way, place_x(way, place), level_y(way, level, levels),
                     fmaxf(1, floorf(way->radius * (is_heard ? 0.7f : 0.5f))),
                     is_heard ? t->secondary : t->line);
        }
    }
}

static void draw_hops(const struct way *way) {
    struct ui *ui = &way->page->ui;
    bool is_cross = way->comparing->it->is_cross && way->compared == COMPARED_ATTENTION;
    for (size_t hop = 0; hop < way->hops; hop++) {
        bool is_done = hop < way->done;
        float x0 = place_x(way, way->places[hop]), y0 = level_y(way, hop, way->hops);
        float x1 = place_x(way, way->places[hop + 1]), y1 = level_y(way, hop + 1, way->hops);
        if (is_cross) { /* the row's word has no place among the columns: it stands in the middle */
            x1 = roundf(way->r.x + way->r.w / 2);
        }
        draw_key(ui->list, 0x6100 + (uint32_t)way->compared, (uint32_t)hop, 0);
        draw_line(ui->list, x0, y0, x1, y1, ui_px(ui, is_done ? 3 : 1.5f),
                  is_done ? ui->theme->ink : ui->theme->faint);
        draw_key_end(ui->list);
    }
}

static void draw_ends(const struct way *way) {
    const struct ui *ui = &way->page->ui;
    bool is_cross = way->comparing->it->is_cross && way->compared == COMPARED_ATTENTION;
    float radius = fmaxf(2, way->radius);
    draw_dot(way, place_x(way, way->column), level_y(way, 0, 1), radius, ui->theme->fill[ROLE_KEY]);
    float x = is_cross ? roundf(way->r.x + way->r.w / 2) : place_x(way, way->row);
    float y = way->hops == 0 ? level_y(way, 0, 1) : level_y(way, 1, 1);
    if (way->hops != 0) {
        draw_dot(way, x, y, radius, ui->theme->fill[ROLE_QUERY]);
    }
    if (way->hops == SIZE_MAX || way->done < way->hops) { /* not come there: a ring */
        draw_dot(way, x, y, radius - ui_px(ui, 2), ui->theme->background);
    }
}

/* "cat₂ → cat₆: 5 steps" */
static void draw_caption(const struct way *way, struct rect r) {
    struct page *page = way->page;
    struct ui *ui = &page->ui;
    const char *length = compare_count(page, way->compared, way->hops);
    const char *from = compare_column_word(page, way->comparing, way->compared, way->column);
    const char *words = page_format(page, "%s → %s: ", from, page_word(page, (int)way->row));
    float bold = ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 13, length);
    struct rect left = r;
    left.w = fmaxf(0, r.w - bold);
    float width = ui_text_width(ui, TEXT_WORDS, 13, words) <= left.w
                      ? ui_text_in(ui, left, UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary, words)
                      : 0; /* the length alone */
    rect_cut_left(&r, width > 0 ? width + ui_px(ui, 2) : 0);
    ui_text_in(ui, r, UI_LEFT, TEXT_WORDS_SEMIBOLD, 13, ui->theme->ink, length);
}

void compare_path_draw(struct page *page, const struct comparing *comparing, enum compared compared,
                       struct rect r, float width) {
    struct ui *ui = &page->ui;
    struct way way = {.page = page,
                      .comparing = comparing,
                      .compared = compared,
                      .row = compare_row(page),
                      .column = compare_column(page, comparing, compared),
                      .columns = comparison_columns(comparing->it, compared)};
    way.places = page_memory(page, comparing->it->n + 1, sizeof *way.places);
    if (!way.places) {
        return;
    }
    way.hops = comparison_path(comparing->it, compared, way.row, way.column, way.places);
    way.done = way.hops == SIZE_MAX
                   ? 0
                   : comparison_path_done(compared, way.column, way.hops, comparing->steps);
    struct rect all = r, caption = rect_cut_top(&r, ui_px(ui, 24));
    caption.w = width;
    way.r = rect_inset(r, 0, ui_px(ui, 3));
    way.pitch = r.w / (float)way.columns;
    way.radius = fminf(ui_px(ui, 6), fmaxf(ui_px(ui, 3), floorf(way.pitch * 0.25f)));
    bool has_dots = way.pitch >= 7 * ui->unit;
    if (has_dots) {
        draw_places(&way, way.hops != SIZE_MAX && way.hops <= MOST_LEVELS ? way.hops : 0);
    }
    if (way.hops != SIZE_MAX) {
        draw_hops(&way);
    }
    draw_ends(&way);
    draw_caption(&way, caption);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("compare path", (int32_t)compared, 0), all,
                  page_format(page, "%s: %s → %s", compare_name(page, compared),
                              compare_column_word(page, comparing, compared, way.column),
                              page_word(page, (int)way.row)),
                  compare_count(page, compared, way.hops));
}

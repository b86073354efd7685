/* contact_sheet.c: one page with every head of the layer, or of the model, small and with its name.
 */
#include "stage.h"

#include <math.h>

enum { SLOT_SHEET = 4000 };

/* Where the heads stand: a row for each layer of a model, else as many rows as give the largest
 * maps. */
struct sheet {
    int first_layer, layers, heads, columns, rows;
    float tile_w, tile_h, words; /* words: of the lines under each map */
    float map_w, map_h;
};

static struct sheet sheet_of(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const struct attention_config *config = &page->study->model.weights.config;
    bool is_model = page->part == PICTURE_MODEL_SHEET && config->layers > 1;
    float n = (float)page_n(page), m = (float)page_m(page), gap = ui_px(ui, 14);
    struct sheet best = {0};
    int count = config->heads;
    for (int columns = is_model ? count : 1; columns <= count; columns++) {
        struct sheet s = {.first_layer = is_model ? 0 : page->document->layer,
                          .layers = is_model ? config->layers : 1,
                          .heads = count,
                          .columns = columns,
                          .words = ui_px(ui, 38)};
        s.rows = is_model ? s.layers : (count + columns - 1) / columns;
        s.tile_w = floorf(r.w / (float)columns);
        s.tile_h = floorf(r.h / (float)s.rows);
        float cell = fminf((s.tile_w - gap) / m, (s.tile_h - s.words - gap) / n);
        if (cell * fmaxf(n, m) >= 8) { /* whole pixels where a cell has one */
            cell = cell >= 1 ? floorf(cell) : cell;
            s.map_w = cell * m;
            s.map_h = cell * n;
        }
        if (s.map_w > best.map_w || best.columns == 0) {
            best = s;
        }
    }
    return best;
}

/* The same page at another layer, with memory of its own: hundreds of large maps need not all be
 * there at once. Ended by page_scratch_free(other.scratch). */
static struct page page_at(const struct page *page, struct study *study, int layer) {
    struct page other = *page;
    *study = *page->study; /* shallow */
    study->document.layer = layer;
    other.study = study;
    other.document = &study->document;
    other.scratch = NULL;
    return other;
}

static void draw_words(struct page *page, const struct sheet *s, struct rect r, int layer,
                       int head) {
    struct ui *ui = &page->ui;
    const char *name = s->layers > 1 ? page_format(page, "L%d H%d", layer + 1, head + 1)
                                     : page_format(page, "H%d", head + 1);
    const char *words =
        page_is_head_off(page, head) ? page_words(page, "word.off") : page_head_name(page, head);
    struct rect line = rect_cut_top(&r, s->words / 2);
    ui_text_in(ui, line, UI_LEFT, TEXT_WORDS_SEMIBOLD, 13, ui->theme->ink, name);
    ui_text_in(ui, rect_cut_top(&r, s->words / 2), UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary,
               words);
    semantics_add(ui->semantics, ROLE_HEAD, ui_id("sheet head", layer, head), r, name, words);
}

/* One scale for all of them. */
static float largest_range(const struct page *page, const struct sheet *s, bool *is_weight) {
    float range = 0;
    for (int i = 0; i < s->layers * s->heads; i++) {
        struct study study;
        struct page at = page_at(page, &study, s->first_layer + i / s->heads);
        float own = 1;
        struct grid grid = heads_grid(&at, i % s->heads, is_weight, &own);
        range = grid.absence ? range : fmaxf(range, own);
        page_scratch_free(at.scratch);
        if (*is_weight) { /* all go from 0 to 1 */
            break;
        }
    }
    return range;
}

static void draw_map(struct page *page, const struct sheet *s, struct rect r, int layer, int head,
                     float range) {
    struct ui *ui = &page->ui;
    struct study study;
    struct page at = page_at(page, &study, layer);
    bool is_weight;
    float own;
    struct grid grid = heads_grid(&at, head, &is_weight, &own);
    grid.slot = SLOT_SHEET + (uint32_t)(layer * s->heads + head);
    grid.rect = rect_make(r.x, r.y, s->map_w, s->map_h);
    grid.range = grid.scaled_range = range;
    grid_thumbnail(&at, &grid);
    page_scratch_free(at.scratch);
    draw_frame(ui->list, rect_inset(rect_snap(grid.rect), -ui_px(ui, 1), -ui_px(ui, 1)), 0,
               ui_px(ui, 1), ui->theme->line);
    struct rect words = rect_make(r.x, r.y + s->map_h + ui_px(ui, 3), r.w - ui_px(ui, 8), s->words);
    draw_words(page, s, words, layer, head);
}

static void draw_maps(struct page *page, const struct sheet *s, struct rect r, float range) {
    for (int i = 0; i < s->layers * s->heads; i++) {
        int layer = i / s->heads, head = i % s->heads;
        int column = s->layers > 1 ? head : head % s->columns;
        int row = s->layers > 1 ? layer : head / s->columns;
        struct rect place = rect_make(r.x + (float)column * s->tile_w, r.y + (float)row * s->tile_h,
                                      s->tile_w, s->tile_h);
        draw_map(page, s, place, s->first_layer + layer, head, range);
    }
}

/* What the maps are of, in a sentence where they cannot be. */
static const char *sheet_words(struct page *page) {
    struct grid first = weights_grid(page, 0);
    return first.absence ? first.absence : page_words(page, "difference.strip");
}

void contact_sheet_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    if (page_n(page) == 0) {
        return;
    }
    r = rect_inset(r, ui_px(ui, 24), ui_px(ui, 18));
    if (!page->is_figure) {
        struct rect top = rect_cut_top(&r, ui_px(ui, 48));
        const char *title = page_words(page, "sheet.title");
        if (page->part == PICTURE_SHEET) {
            title = page_format(page, "%s · %s", page_layer(page, page->document->layer), title);
        }
        ui_text_in(ui, top, UI_LEFT, TEXT_WORDS_BOLD, 19, ui->theme->ink, title);
        semantics_add(ui->semantics, ROLE_HEADING, ui_id("contact sheet", 0, 0), top, title, "");
    }
    struct rect line = rect_cut_top(&r, ui_px(ui, 26));
    const char *axes =
        page_format(page, "%s   %s", page_words(page, "axis.query"), page_words(page, "axis.key"));
    ui_text_in(ui, line, UI_LEFT, TEXT_WORDS_MEDIUM, 13, ui->theme->secondary,
               page->shows_difference ? page_format(page, "%s   %s", axes, sheet_words(page)) : axes);
    bool has_bar = r.w >= ui_px(ui, 400) && r.h >= ui_px(ui, 160), is_weight = true;
    struct rect right = rect_cut_right(&r, has_bar ? colour_bar_width(page) + ui_px(ui, 12) : 0);
    struct sheet sheet = sheet_of(page, r);
    if (sheet.map_w <= 0) {
        return;
    }
    float range = largest_range(page, &sheet, &is_weight);
    draw_maps(page, &sheet, r, range);
    if (has_bar && range > 0) {
        struct rect place = rect_make(right.x + ui_px(ui, 12), right.y, right.w - ui_px(ui, 12),
                                      fminf(right.h, ui_px(ui, 320)));
        colour_bar(page, place, !is_weight, range, heads_bar_words(page));
    }
}

/* diagram_layout.c: where the parts of the course figure stand. Bands shrink from what they would
 * like to the least that can be read; below that the figure is a table of numbers. */
#include "diagram.h"

#include <math.h>

/* Logical pixels: the gap above a band and its height, as it would like them and at the least. */
static const struct {
    float gap, height, least_gap, least_height;
} wants[BAND_COUNT] = {
    [BAND_KEYS] = {0, 46, 0, 24},     [BAND_F] = {34, 42, 4, 22},
    [BAND_SCORE] = {14, 26, 2, 20},   [BAND_SCALED] = {2, 24, 0, 20},
    [BAND_SOFTMAX] = {20, 42, 4, 24}, [BAND_WEIGHT] = {14, 44, 3, 22},
    [BAND_VALUES] = {30, 96, 6, 50},  [BAND_OUTPUT] = {64, 54, 10, 26},
};
static const float tight[BAND_COUNT] = {20, 0, 18, 0, 0, 18, 20, 22}; /* without gaps: 98 */

static float all_of(bool is_least) {
    float all = 0;
    for (int b = 0; b < BAND_COUNT; b++) {
        all +=
            is_least ? wants[b].least_gap + wants[b].least_height : wants[b].gap + wants[b].height;
    }
    return all;
}

static float between(float least, float most, float t) {
    return least + (most - least) * t;
}

/* Heights as far as the room goes; what is left over goes into the gaps, then around the whole. */
static void place_bands(struct page *page, struct diagram *d, struct rect r) {
    struct ui *ui = &page->ui;
    float room = r.h / ui->unit, least = all_of(true), all = all_of(false);
    float t = fminf(1, (room - least) / (all - least));
    float gaps = 0;
    for (int b = 0; b < BAND_COUNT; b++) {
        gaps += wants[b].gap;
    }
    float stretch = fminf(1.7f, 1 + fmaxf(0, room - all) / gaps);
    float spare = fmaxf(0, room - all - (stretch - 1) * gaps);
    float y = d->is_tight ? 0 : spare * 0.4f;
    for (int b = 0; b < BAND_COUNT; b++) {
        float gap = d->is_tight ? 0 : between(wants[b].least_gap, wants[b].gap, t) * stretch;
        float height = d->is_tight ? tight[b] + fmaxf(0, room - 98) / 5 * (tight[b] > 0 ? 0.4f : 0)
                                   : between(wants[b].least_height, wants[b].height, t);
        y += gap;
        float top = roundf(r.y + y * ui->unit);
        d->bands[b] = rect_make(r.x, top, r.w, roundf(r.y + (y + height) * ui->unit) - top);
        y += height;
    }
}

struct diagram diagram_lay_out(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    if (r.h >= all_of(false) * ui->unit) {
        rect_cut_top(&r, ui_px(ui, 8));
    }
    struct diagram d = {.is_tight = r.h < all_of(true) * ui->unit};
    float wide = r.w / ui->unit;
    d.has_stages = !d.is_tight && wide >= 620;
    float gutter = ui_px(ui, d.has_stages ? 172 : wide >= 420 ? 92 : 62);
    d.gutter = rect_cut_left(&r, gutter);
    float least = ui_px(ui, wide >= 760 ? 112 : wide >= 420 ? 88 : 62);
    size_t m = page_m(page), columns = (size_t)fmaxf(1, floorf(r.w / least));
    int *keys = page_memory(page, m + 1, sizeof *keys);
    if (!keys) {
        return d;
    }
    const struct document_cell *cell = &page->selection;
    bool is_of_key = cell->source >= 0 && cell_columns_are_keys(cell->source);
    int always = is_of_key                            ? cell->column
                 : cell->source == ATTENTION_TENSOR_V ? cell->row
                                                      : page->document->key;
    d.keys = diagram_keys_of(page->study, columns, always, keys);
    d.columns = d.keys.count + (d.keys.rest > 0);
    d.column = floorf(fminf(r.w / (float)(d.columns ? d.columns : 1), ui_px(ui, 174)));
    float used = d.column * (float)d.columns;
    d.has_names = d.column >= 9.6f * 0.6f * ui_type(ui, 13) + ui_px(ui, 8);
    r.x = roundf(r.x + fminf((r.w - used) / 2, ui_px(ui, 60)));
    r.w = used;
    place_bands(page, &d, r);
    return d;
}

float diagram_middle(const struct diagram *d, size_t column) {
    return d->bands[BAND_KEYS].x + ((float)column + 0.5f) * d->column;
}

float diagram_ribbon(const struct page *page, float weight, float most) {
    return ui_px(&page->ui, 1) + fminf(1, fmaxf(0, weight)) * ui_px(&page->ui, most);
}

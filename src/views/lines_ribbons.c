/* lines_ribbons.c: the ribbons, and the controls that choose them. */
#include "lines.h"
#include "ui/control.h"

#include <math.h>

enum { SLOT_RIBBONS = 6000 };
static const float widest = 13, least_weight = 0.002f; /* below it nothing can be seen */

bool lines_has_several(uint64_t heads) {
    return (heads & (heads - 1)) != 0;
}

static float channel(float hue, float high, float low) {
    float t = hue - floorf(hue);
    float rise = t < 1.0f / 6 ? 6 * t : t < 0.5f ? 1 : t < 2.0f / 3 ? 6 * (2.0f / 3 - t) : 0;
    return low + (high - low) * rise;
}

/* Hues by the golden angle, so that neighbours and any first few are far apart. */
static struct colour hue_colour(const struct theme *t, int head) {
    float lightness = t->is_dark ? 0.68f : t->least_contrast > 5 ? 0.3f : 0.42f, saturation = 0.62f;
    float high = lightness + saturation * fminf(lightness, 1 - lightness),
          low = 2 * lightness - high;
    float hue = 0.58f + (float)head * 0.381966f;
    return (struct colour){(uint8_t)(255 * channel(hue + 1.0f / 3, high, low) + 0.5f),
                           (uint8_t)(255 * channel(hue, high, low) + 0.5f),
                           (uint8_t)(255 * channel(hue - 1.0f / 3, high, low) + 0.5f), 255};
}

struct colour lines_head_colour(const struct page *page, uint64_t heads, int head) {
    const struct theme *t = page->ui.theme;
    return lines_has_several(heads) ? hue_colour(t, head) : t->fill[ROLE_QUERY];
}

/* ---- controls ---- */

static void draw_chip(struct page *page, struct rect r, uint64_t heads, int head) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    bool is_on = (heads >> head & 1) != 0, is_focus = head == page->document->head;
    const char *label = page_format(page, "H%d", head + 1), *words = page_head_name(page, head);
    draw_rectangle(ui->list, r, ui_px(ui, 7), ui_is_hovered(ui, r) ? t->chip : t->surface);
    draw_frame(ui->list, r, ui_px(ui, 7), ui_px(ui, is_focus ? 2 : 1), is_focus ? t->ink : t->line);
    struct rect inner = rect_inset(r, ui_px(ui, 6), 0);
    struct rect swatch = rect_cut_left(&inner, ui_px(ui, 14));
    swatch = rect_snap(
        rect_make(swatch.x, r.y + (r.h - ui_px(ui, 10)) / 2, ui_px(ui, 10), ui_px(ui, 10)));
    if (is_on) {
        draw_rectangle(ui->list, swatch, ui_px(ui, 3), lines_head_colour(page, heads, head));
    } else {
        draw_frame(ui->list, swatch, ui_px(ui, 3), ui_px(ui, 1), t->secondary);
    }
    ui_text_in(ui, inner, UI_LEFT, is_focus ? TEXT_WORDS_BOLD : TEXT_WORDS_MEDIUM, 13,
               is_on ? t->ink : t->secondary, label);
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_SWITCH, ui_id("lines head", head, 0),
                      rect_intersect(r, draw_clip(ui->list)),
                      page_format(page, "%s %s", page_words(page, "lines.head"), label),
                      page_words(page, is_on ? "word.on" : "word.off"));
    node->action = is_focus ? (struct ui_action){UI_COMMAND_HEAD_SET, head, 0, 0}
                            : (struct ui_action){UI_COMMAND_LINES_HEAD, head, !is_on, 0};
    node->is_selected = is_on;
    node->is_focusable = true;
    node->tooltip = semantics_string(ui->semantics, words[0] ? words : label);
    ui_focus_ring(ui, node->id, r, ui_px(ui, 7));
}

/* As many lines as there is room for; returns the height used. */
static float draw_chips(struct page *page, struct rect r, uint64_t heads, float most_height) {
    struct ui *ui = &page->ui;
    int count = page->study->model.weights.config.heads;
    float width = ceilf(ui_text_width(ui, TEXT_WORDS_BOLD, 13, page_format(page, "H%d", count))) +
                  ui_px(ui, 28);
    float height = ui_px(ui, 28), gap = ui_px(ui, 5);
    int across = (int)fmaxf(1, floorf((r.w + gap) / (width + gap)));
    int lines = (count + across - 1) / across,
        most = (int)fmaxf(1, floorf((most_height + gap) / (height + gap)));
    lines = lines < most ? lines : most;
    for (int head = 0; head < count && head < lines * across; head++) {
        draw_chip(page,
                  rect_make(r.x + (float)(head % across) * (width + gap),
                            r.y + (float)(head / across) * (height + gap), width, height),
                  heads, head);
    }
    return (float)lines * (height + gap) - gap;
}

static void draw_threshold(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    int percent = page->document->lines_threshold;
    const char *name = page_words(page, "lines.threshold");
    if (page->is_figure) { /* what it is set to, and nothing to set it with */
        ui_text_in(ui, r, UI_RIGHT, TEXT_WORDS, 13, ui->theme->secondary,
                   page_format(page, "%s %d %%", name, percent));
        return;
    }
    float width = ceilf(ui_text_width(ui, TEXT_WORDS_MEDIUM, 14, name)) + ui_px(ui, 10);
    struct ui_slider slider = {.id = ui_id("lines.threshold", 0, 0),
                               .name = name,
                               .value = page_format(page, "%d %%", percent),
                               .less = page_format(page, "%s −", name),
                               .more = page_format(page, "%s +", name),
                               .places = LINES_MAX_THRESHOLD + 1,
                               .place = percent,
                               .own = -1,
                               .action = {UI_COMMAND_LINES_THRESHOLD, 0, 0, 0}};
    slider.value_width = ceilf(ui_text_width(ui, TEXT_MONO, 14, "00 %")) + ui_px(ui, 4);
    if (r.w - width >= ui_px(ui, 150)) {
        ui_text_in(ui, rect_cut_left(&r, width), UI_LEFT, TEXT_WORDS_MEDIUM, 14, ui->theme->ink,
                   name);
    }
    ui_slider_draw(ui, &slider, r);
}

void lines_controls_draw(struct page *page, struct rect *r, uint64_t heads) {
    struct ui *ui = &page->ui;
    float slider = ui_slider_height(ui);
    if (r->h < ui_px(ui, 200)) {
        return; /* the words have all the room */
    }
    if (r->w >= ui_px(ui, 560)) {
        struct rect line = *r;
        draw_threshold(
            page, rect_make(rect_right(line) - ui_px(ui, 290), line.y, ui_px(ui, 290), slider));
        line.w -= ui_px(ui, 310);
        float used = draw_chips(page, line, heads, r->h * 0.2f);
        rect_cut_top(r, fmaxf(used, slider) + ui_px(ui, 10));
        return;
    }
    rect_cut_top(r, draw_chips(page, *r, heads, ui_px(ui, 28)) + ui_px(ui, 6));
    if (r->w >= ui_px(ui, 150)) {
        draw_threshold(page, rect_cut_top(r, slider));
        rect_cut_top(r, ui_px(ui, 6));
    }
}

/* ---- ribbons ---- */

static float middle_of(const struct lines *l, size_t row) {
    return l->area.y + ((float)row + 0.5f) * l->row - l->scroll;
}

static bool is_in_view(const struct lines *l, float y) {
    return y > l->area.y - l->row && y < rect_bottom(l->area) + l->row;
}

static bool is_lit(const struct page *page, const struct lines *l, size_t i, size_t j) {
    return l->query >= 0 ? (int)i == l->query
           : l->key >= 0 ? (int)j == l->key
                         : (int)i == page->document->query;
}

static void draw_ribbon(struct page *page, const struct lines *l, int head, size_t i, size_t j,
                        float weight, bool is_on) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    bool is_several = lines_has_several(l->heads);
    float from = middle_of(l, i), to = middle_of(l, j);
    struct colour c = is_on || is_several ? lines_head_colour(page, l->heads, head) : t->faint;
    c.a = (uint8_t)(is_on                   ? is_several ? 190 : 217
                    : is_several            ? 36
                    : t->least_contrast > 5 ? 70
                                            : 46);
    float most = fminf(ui_px(ui, widest), l->row * 0.75f);
    float thickness = fminf(ui->unit + weight * most,
                            1.8f * draw_curve_bend(l->right - l->left, to - from, false));
    draw_key(ui->list, SLOT_RIBBONS + (uint32_t)head, (uint32_t)i, (uint32_t)j);
    draw_curve(ui->list, l->left, from, l->right, to, false, fmaxf(thickness, fminf(1, ui->unit)),
               c);
    draw_key_end(ui->list);
}

static void draw_head(struct page *page, const struct lines *l, int head, bool is_on) {
    const float *weights = study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, head);
    float least = fmaxf(least_weight, (float)page->document->lines_threshold / 100);
    bool is_alone = l->query >= 0 || l->key >= 0; /* what the pointer is on, and nothing else */
    for (size_t i = 0; weights && i < l->n && (is_on || !is_alone); i++) {
        bool has_row = is_in_view(l, middle_of(l, i));
        for (size_t j = 0; j < l->m; j++) {
            float weight = weights[i * l->m + j];
            if (weight < least || is_lit(page, l, i, j) != is_on ||
                !(has_row || is_in_view(l, middle_of(l, j)))) {
                continue;
            }
            draw_ribbon(page, l, head, i, j, weight, is_on);
        }
    }
}

/* Quiet ones first, then what is in focus; the head in focus on top. */
void lines_ribbons_draw(struct page *page, const struct lines *l) {
    int heads = page->study->model.weights.config.heads, focus = page->document->head;
    for (int is_on = 0; is_on < 2; is_on++) {
        for (int head = 0; head < heads; head++) {
            if ((l->heads >> head & 1) != 0 && head != focus) {
                draw_head(page, l, head, is_on);
            }
        }
        draw_head(page, l, focus, is_on);
    }
}

/* model.c: every head of every layer as a small image, on one scale; layers down, heads across. Where
 * there are few layers, the heads of each stand on several lines, so that the stage is filled. What the head in focus, or the one under the pointer, does stands in words below. */
#include "lesson/overview.h"
#include "stage.h"
#include "ui/control.h"

#include <math.h>

enum { SLOT_MODEL = 7000 };
static const float least_tile = 24, most_tile = 300; /* logical */

struct tiles {
    struct rect area; /* of the images; scrolls */
    float tile_w, tile_h, image_w, image_h, label, scroll;
    float caption;     /* height of the name above each image; 0: one row of names above all */
    int layers, heads;
    int lines, across; /* lines of a layer, images on each */
    int layer, head; /* that the pointer is on; −1: none */
};

/* The side of a tile where the heads of each layer stand on so many lines. */
static float side_of(const struct page *page, const struct tiles *t, struct rect r, int lines) {
    const struct ui *ui = &page->ui;
    float caption = lines > 1 ? t->caption : 0;
    float wide = (r.w - t->label) / (float)((t->heads + lines - 1) / lines);
    float high = r.h / (float)(t->layers * lines) - caption;
    return fminf(ui_px(ui, most_tile), fminf(wide, high));
}

/* One line for each layer, unless more make the images larger by a quarter. */
static void choose_lines(const struct page *page, struct tiles *t, struct rect r) {
    float best = side_of(page, t, r, 1) * 1.25f;
    t->lines = 1;
    for (int lines = 2; lines <= t->heads; lines++) {
        float side = side_of(page, t, r, lines);
        if (side > best) {
            best = side;
            t->lines = lines;
        }
    }
    t->across = (t->heads + t->lines - 1) / t->lines;
    t->caption = t->lines > 1 ? t->caption : 0;
}

/* `names`: the height of a row of names above all, which it takes where there is one. */
static struct tiles lay_out(struct page *page, struct rect r, float names) {
    struct ui *ui = &page->ui;
    const struct attention_config *config = &page->study->model.weights.config;
    struct tiles t = {.layers = config->layers, .heads = config->heads, .layer = -1, .head = -1};
    t.label = ceilf(ui_text_width(ui, TEXT_WORDS_MEDIUM, 13, "L00")) + ui_px(ui, 10);
    t.caption = ui_px(ui, 24);
    choose_lines(page, &t, r);
    rect_cut_top(&r, t.lines > 1 ? 0 : names);
    float wide = (r.w - t.label) / (float)t.across,
          high = r.h / (float)(t.layers * t.lines) - t.caption;
    float side =
        fminf(ui_px(ui, most_tile), fminf(wide, fmaxf(high, fminf(wide, ui_px(ui, least_tile)))));
    float gap = fmaxf(1, fminf(ui_px(ui, 8), side * 0.14f));
    side = fmaxf(2, floorf(side));
    t.tile_w = t.tile_h = side;
    float longer = fmaxf((float)page_n(page), (float)page_m(page)),
          inner = fmaxf(1, floorf(side - gap));
    t.image_w = fmaxf(1, roundf(inner * (float)page_m(page) / longer));
    t.image_h = fmaxf(1, roundf(inner * (float)page_n(page) / longer));
    t.tile_h = fmaxf(2, floorf(fminf(side, t.image_h + gap))) + t.caption;
    float all = t.tile_h * (float)(t.layers * t.lines),
          seen = fmaxf(t.tile_h, floorf(r.h / t.tile_h) * t.tile_h);
    float used = t.label + t.tile_w * (float)t.across;
    t.area = rect_make(roundf(r.x + fmaxf(0, (r.w - used) / 2)), r.y, fminf(used, r.w),
                       fminf(fminf(seen, all), r.h));
    float most = fmaxf(0, all - t.area.h);
    float on = ((float)page->document->layer + 0.5f) * t.tile_h * (float)t.lines - t.area.h / 2;
    float scroll = page->presence->has_stage_scroll ? page->presence->stage_scroll * ui->unit : on;
    t.scroll = roundf(fminf(most, fmaxf(0, scroll)) / t.tile_h) * t.tile_h;
    struct semantic_node *node = semantics_add(ui->semantics, ROLE_TEXT, ui_id("lines", 0, 0),
                                               t.area, page_words(page, "view.model"), "");
    node->action = (struct ui_action){UI_COMMAND_STAGE_SCROLL, 0, 0, 0};
    node->scroll_y = t.scroll / ui->unit;
    node->scroll_room = t.area.h / ui->unit;
    node->scroll_height = all / ui->unit;
    return t;
}

static struct rect tile_rect(const struct tiles *t, int layer, int head) {
    int line = layer * t->lines + head / t->across;
    return rect_make(t->area.x + t->label + (float)(head % t->across) * t->tile_w,
                     t->area.y + (float)line * t->tile_h - t->scroll, t->tile_w, t->tile_h);
}

static struct rect image_rect(const struct tiles *t, int layer, int head) {
    struct rect r = tile_rect(t, layer, head);
    rect_cut_top(&r, t->caption);
    return rect_snap(rect_make(r.x + (r.w - t->image_w) / 2, r.y + (r.h - t->image_h) / 2,
                               t->image_w, t->image_h));
}

/* "H3 · next word"; "H3" where the model gives it no name. */
static const char *name_in_layer(struct page *page, int layer, int head) {
    const char *words = model_head_name(&page->study->model, layer, head);
    if (!words) {
        return page_format(page, "H%d", head + 1);
    }
    bool is_key = catalogue_has(page->catalogue, page->document->language, words);
    return page_format(page, "H%d · %s", head + 1, is_key ? page_words(page, words) : words);
}

static const char *name_of(struct page *page, int layer, int head) {
    return page_format(page, "L%d %s", layer + 1, name_in_layer(page, layer, head));
}

/* "mean entropy 0.40 bit · looks at: previous word (0.93)" */
static const char *summary_of(struct page *page, int layer, int head) {
    struct head_summary s;
    if (!head_summary_of(page->study, layer, head, &s)) {
        return "";
    }
    const char *pattern =
        page_words(page, page_format(page, "model.pattern.%s", head_pattern_id(s.pattern)));
    const char *names[] = {"entropy", "pattern", "weight", NULL};
    const char *values[] = {page_number(page, s.entropy_bits, NUMBER_PLAIN), pattern,
                            page_number(page, s.weight, NUMBER_PLAIN), NULL};
    return page_filled(page, "model.summary", names, values);
}

static void draw_tile(struct page *page, struct tiles *t, int layer, int head) {
    struct ui *ui = &page->ui;
    struct rect image = image_rect(t, layer, head);
    bool is_focus = layer == page->document->layer && head == page->document->head;
    bool is_off = attention_trace_is_head_off(page->study->trace, layer, head);
    struct grid grid = overview_grid(page, layer, head);
    if (grid.rows == 0) {
        return;
    }
    grid.rect = image;
    grid.slot = SLOT_MODEL + (uint32_t)(layer * 64 + head);
    grid_thumbnail(page, &grid);
    if (is_off) {
        draw_hatch(ui->list, image, ui_px(ui, 6), ui->theme->secondary);
    }
    float out = fmaxf(1, fminf(ui_px(ui, 3), (t->tile_w - t->image_w) / 2));
    draw_key(ui->list, SLOT_MODEL + 6400, (uint32_t)(is_focus ? 0 : 1 + layer * 64 + head), 0);
    draw_frame(ui->list, rect_inset(image, -(is_focus ? out : 1), -(is_focus ? out : 1)),
               ui_px(ui, is_focus ? 3 : 0), is_focus ? fmaxf(out - 1, 1) : 1,
               is_focus ? ui->theme->ink : ui->theme->line);
    draw_key_end(ui->list);
    struct rect seen = rect_intersect(image, draw_clip(ui->list));
    if (ui_is_hovered(ui, image)) {
        t->layer = layer;
        t->head = head;
    }
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_HEAD, ui_id("model head", layer, head), seen,
                      name_of(page, layer, head), is_off ? page_words(page, "word.off") : "");
    node->action = (struct ui_action){UI_COMMAND_HEAD_OPEN, layer, head, 0};
    node->is_selected = is_focus;
    if (ui_is_hovered(ui, image)) {
        node->tooltip =
            semantics_string(ui->semantics, page_format(page, "%s\n%s", name_of(page, layer, head),
                                                        summary_of(page, layer, head)));
    }
}

/* The matrix of the head in focus, for those who do not see it: a click opens the head. */
static void record_focus(struct page *page, const struct tiles *t) {
    struct grid grid = grid_of(page, ATTENTION_TENSOR_WEIGHTS, page->document->head, false);
    struct semantics *list = page->ui.semantics;
    struct rect r = rect_intersect(image_rect(t, page->document->layer, page->document->head),
                                   draw_clip(page->ui.list));
    grid.name = name_of(page, page->document->layer, page->document->head);
    struct semantic_node *node =
        semantics_add(list, ROLE_GRID, ui_id("model grid", 0, 0), r, grid_name(page, &grid), "");
    node->has_grid = true;
    node->action =
        (struct ui_action){UI_COMMAND_HEAD_OPEN, page->document->layer, page->document->head, 0};
    node->grid = (struct semantic_grid){.id = grid.id,
                                        .rows = grid.rows,
                                        .columns = grid.columns,
                                        .values = grid.values,
                                        .row_stride = grid.row_stride,
                                        .column_stride = grid.column_stride,
                                        .is_difference = grid.is_difference,
                                        .row_names = (const char *const *)page->study->token_names,
                                        .column_names = page_key_names(page)};
    bool is_hovered = t->layer == page->document->layer && t->head == page->document->head;
    if (is_hovered) {
        node->tooltip =
            semantics_string(list, page_format(page, "%s\n%s", name_of(page, t->layer, t->head),
                                               summary_of(page, t->layer, t->head)));
    }
}

/* Every how many-th name stands, so that they do not touch. */
static int every(float pitch, float needed) {
    return pitch >= needed ? 1 : (int)ceilf(needed / fmaxf(pitch, 1));
}

/* "H3 · next word" above an image. */
static void draw_caption_above(struct page *page, const struct tiles *t, int layer, int head) {
    struct ui *ui = &page->ui;
    bool is_on = layer == page->document->layer && head == page->document->head;
    struct rect place = tile_rect(t, layer, head);
    place = rect_inset(rect_cut_top(&place, t->caption), (t->tile_w - t->image_w) / 2, 0);
    ui_text_in(ui, place, UI_LEFT, is_on ? TEXT_WORDS_BOLD : TEXT_WORDS_MEDIUM, 13,
               is_on ? ui->theme->ink : ui->theme->secondary, name_in_layer(page, layer, head));
}

static void draw_heads_above(struct page *page, const struct tiles *t, struct rect top) {
    struct ui *ui = &page->ui;
    int step =
        every(t->tile_w,
              ceilf(ui_text_width(ui, TEXT_WORDS_BOLD, 13, page_format(page, "H%d", t->heads))) +
                  ui_px(ui, 4));
    for (int head = 0; head < t->heads; head += step) {
        bool is_on = head == page->document->head;
        struct rect place = rect_make(t->area.x + t->label + (float)head * t->tile_w, top.y,
                                      t->tile_w * (float)step, top.h);
        ui_text_in(
            ui, place, step > 1 ? UI_LEFT : UI_CENTRE, is_on ? TEXT_WORDS_BOLD : TEXT_WORDS_MEDIUM,
            13, is_on ? ui->theme->ink : ui->theme->secondary, page_format(page, "H%d", head + 1));
    }
}

static void draw_layers(struct page *page, const struct tiles *t) {
    struct ui *ui = &page->ui;
    float pitch = t->tile_h * (float)t->lines;
    int step = every(pitch, ui_type(ui, 13) * 1.3f);
    draw_clip_push(ui->list, t->area);
    for (int layer = 0; layer < t->layers; layer += step) {
        bool is_on = layer == page->document->layer;
        struct rect place = rect_make(t->area.x, t->area.y + (float)layer * pitch - t->scroll,
                                      t->label - ui_px(ui, 8), t->tile_h);
        rect_cut_top(&place, t->caption);
        place.h = fmaxf(place.h, ui_type(ui, 13) * 1.3f);
        if (place.y >= t->area.y - 1 && rect_bottom(place) <= rect_bottom(t->area) + 1) {
            ui_text_in(ui, place, UI_RIGHT, is_on ? TEXT_WORDS_BOLD : TEXT_WORDS_MEDIUM, 13,
                       is_on ? ui->theme->ink : ui->theme->secondary,
                       page_format(page, "L%d", layer + 1));
        }
    }
    draw_clip_pop(ui->list);
}

/* What is said of one head: name, switch, summary, what it adds to the output. */
static void draw_caption(struct page *page, const struct tiles *t, struct rect r) {
    struct ui *ui = &page->ui;
    bool is_pointed = t->layer >= 0;
    int layer = is_pointed ? t->layer : page->document->layer,
        head = is_pointed ? t->head : page->document->head;
    struct rect line = rect_cut_top(&r, ui_px(ui, 30));
    if (layer == page->document->layer) {
        float used = head_switch_draw(page, rect_cut_right(&line, fminf(line.w, ui_px(ui, 110))),
                                      head, true);
        (void)used;
        rect_cut_right(&line, ui_px(ui, 8));
    }
    const char *name = name_of(page, layer, head), *summary = summary_of(page, layer, head);
    ui_text_in(ui, line, UI_LEFT, TEXT_WORDS_BOLD, 16, ui->theme->ink, name);
    const char *change = head_change_words(page, layer, head, false);
    struct ui_paragraph words = {change[0] ? page_format(page, "%s · %s", summary, change)
                                           : summary,
                                 14,
                                 1.35f,
                                 ui->theme->secondary,
                                 TEXT_WORDS,
                                 2};
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("model summary", 0, 0), r, name, words.text);
    if (r.h >= ui_px(ui, 20)) {
        words.max_lines = r.h >= ui_px(ui, 40) ? 2 : 1;
        ui_paragraph(ui, &words, r.x, r.y, r.w, false);
    }
}

void model_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    bool has_bar = r.w >= ui_px(ui, 420) && r.h >= ui_px(ui, 240);
    float bar = has_bar ? colour_bar_width(page) + ui_px(ui, 12) : 0;
    struct rect caption = rect_cut_bottom(&r, ui_px(ui, r.h >= ui_px(ui, 200) ? 76 : 30));
    struct rect right = rect_cut_right(&r, bar), top = r;
    top.h = ui_px(ui, 22);
    rect_cut_bottom(&r, ui_px(ui, 6));
    struct tiles t = lay_out(page, r, top.h);
    if (t.lines == 1) {
        draw_heads_above(page, &t, top);
    }
    draw_layers(page, &t);
    struct grid scale = overview_grid(page, page->document->layer, page->document->head);
    draw_clip_push(ui->list, t.area);
    for (int layer = 0; layer < t.layers; layer++) {
        for (int head = 0; head < t.heads; head++) {
            struct rect image = image_rect(&t, layer, head);
            if (rect_overlap(image, t.area)) {
                draw_tile(page, &t, layer, head);
                if (t.lines > 1 && scale.rows > 0) {
                    draw_caption_above(page, &t, layer, head);
                }
            }
        }
    }
    record_focus(page, &t);
    draw_clip_pop(ui->list);
    draw_caption(page, &t, caption);
    if (scale.rows == 0) { /* a context: why, in the place of the images */
        struct grid first = grid_of(page, ATTENTION_TENSOR_WEIGHTS, page->document->head, false);
        first.rect = t.area;
        rect_cut_left(&first.rect, t.label);
        if (first.absence) {
            grid_absence_draw(page, &first);
        }
    } else if (has_bar) {
        struct rect place =
            rect_make(right.x + ui_px(ui, 12), right.y + ui_px(ui, 30), right.w - ui_px(ui, 12),
                      fminf(right.h - ui_px(ui, 60), ui_px(ui, 320)));
        colour_bar(page, place, page->shows_difference, scale.range,
                   page_words(page, page->shows_difference ? "bar.difference" : "bar.weight"));
    }
}

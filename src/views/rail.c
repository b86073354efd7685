/* rail.c: the heads of the layer as live thumbnails; above them the layers, when there is more than
 * one. */
#include "chrome.h"

#include "lesson/overview.h"
#include "stage.h"
#include "ui/control.h"

#include <math.h>

static void draw_layers(struct page *page, struct rect *r) {
    struct ui *ui = &page->ui;
    int layers = page->study->model.weights.config.layers, layer = page->document->layer;
    struct rect title = rect_cut_top(r, ui_px(ui, 22));
    const char *words = page_layer(page, layer);
    if (page->shows_difference) {
        words = page_format(page, "%s \u00B7 \u0394A", words);
    }
    ui_text_in(ui, title, UI_LEFT, TEXT_WORDS_SEMIBOLD, 13, ui->theme->secondary, words);
    if (layers > 1) {
        struct rect row = rect_cut_top(r, ui_px(ui, 34));
        struct ui_button back = {.id = ui_id("layer back", 0, 0),
                                 .label = "‹",
                                 .name = page_words(page, "command.layer.back"),
                                 .action = {UI_COMMAND_LAYER_BACK, 0, 0, 0},
                                 .is_disabled = layer == 0};
        struct ui_button next = {.id = ui_id("layer next", 0, 0),
                                 .label = "›",
                                 .name = page_words(page, "command.layer.next"),
                                 .action = {UI_COMMAND_LAYER_NEXT, 0, 0, 0},
                                 .is_disabled = layer + 1 == layers};
        ui_button(ui, rect_cut_left(&row, ui_px(ui, 34)), &back);
        ui_button(ui, rect_cut_right(&row, ui_px(ui, 34)), &next);
        ui_text_in(ui, row, UI_CENTRE, TEXT_MONO, 13, ui->theme->ink,
                   page_format(page, "%d/%d", layer + 1, layers));
    }
    rect_cut_top(r, ui_px(ui, 6));
}

/* The weights of a head; how they have changed, where the stage shows that. Of long texts the
 * images that are kept: a rail of 12 heads of 512 words would look at three million weights. */
static struct grid thumbnail_of(struct page *page, int head) {
    enum difference_state before = page->before;
    if (page->shows_difference || page_n(page) > OVERVIEW_SIDE || page_m(page) > OVERVIEW_SIDE) {
        return overview_grid(page, page->document->layer, head);
    }
    page->before = DIFFERENCE_PLAIN; /* no marks are drawn here */
    struct grid grid = weights_grid(page, head);
    page->before = before;
    return grid;
}

static void draw_thumbnail(struct page *page, struct rect r, int head, float side) {
    struct ui *ui = &page->ui;
    bool is_on = head == page->document->head;
    uint32_t id = ui_id("head", head, 0);
    if (is_on || ui_is_hovered(ui, r)) {
        draw_rectangle(ui->list, r, ui_px(ui, 9), is_on ? ui->theme->surface : ui->theme->chip);
    }
    if (is_on) {
        draw_frame(ui->list, r, ui_px(ui, 9), ui_px(ui, 2), ui->theme->ink);
    }
    struct rect inner = rect_inset(r, ui_px(ui, 7), ui_px(ui, 6));
    struct grid grid = thumbnail_of(page, head);
    grid.slot = 3000 + (uint32_t)head;
    float longer = fmaxf((float)page_n(page), (float)page_m(page)); /* rows and columns to scale */
    grid.rect = rect_make(inner.x, inner.y, fmaxf(1, roundf(side * (float)page_m(page) / longer)),
                          fmaxf(1, roundf(side * (float)page_n(page) / longer)));
    grid_thumbnail(page, &grid);
    draw_frame(ui->list, rect_inset(rect_snap(grid.rect), -ui_px(ui, 1), -ui_px(ui, 1)), 0,
               ui_px(ui, 1), ui->theme->line);
    bool is_off = page_is_head_off(page, head);
    if (is_off) {
        draw_hatch(ui->list, rect_snap(grid.rect), ui_px(ui, 6), ui->theme->secondary);
    }
    float side_room = inner.w;
    rect_cut_top(&inner, side + ui_px(ui, 3));
    const char *name = page_format(page, "H%d", head + 1), *words = page_head_name(page, head);
    struct rect line = rect_cut_top(&inner, ui_px(ui, 18));
    if (is_off) {
        struct colour fill = is_on ? ui->theme->surface : ui->theme->background;
        const char *off = page_words(page, "word.off");
        float used =
            ui_text_struck(ui, line, UI_LEFT, TEXT_WORDS_SEMIBOLD, 13, ui->theme->ink, fill, name);
        rect_cut_left(&line, used + ui_px(ui, 10));
        ui_text_in(ui, line, UI_LEFT, TEXT_WORDS_MEDIUM, 13, ui->theme->ink, off);
    } else {
        ui_text_in(ui, line, UI_LEFT, TEXT_WORDS_SEMIBOLD, 13, ui->theme->ink, name);
    }
    if (words[0] && inner.h >= ui_px(ui, 15)) {
        ui_text_in(ui, inner, UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary, words);
    }
    struct semantic_node *node = semantics_add(
        ui->semantics, ROLE_HEAD, id, rect_intersect(r, draw_clip(ui->list)), name,
        is_off ? page_format(page, "%s %s", page_words(page, "word.off"), words) : words);
    node->action = (struct ui_action){UI_COMMAND_HEAD_SET, head, 0, 0};
    node->is_focusable = node->rect.h > 0;
    node->is_selected = is_on;
    if (ui_text_width(ui, TEXT_WORDS, 13, words) > side_room) {
        node->tooltip = semantics_string(ui->semantics, page_format(page, "%s · %s", name, words));
    }
    ui_focus_ring(ui, id, r, ui_px(ui, 9));
}

void rail_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    int heads = page->study->model.weights.config.heads;
    draw_rectangle(ui->list, rect_make(rect_right(r) - ui_px(ui, 1), r.y, ui_px(ui, 1), r.h), 0,
                   ui->theme->line);
    struct semantic_node *rail = semantics_add(ui->semantics, ROLE_TEXT, ui_id("rail", 0, 0), r,
                                               page_words(page, "rail"), "");
    rail->action = (struct ui_action){UI_COMMAND_RAIL_SCROLL, 0, 0, 0};
    struct rect inner = rect_inset(r, ui_px(ui, 8), ui_px(ui, 12));
    draw_clip_push(ui->list, r);
    draw_layers(page, &inner);
    draw_clip_push(ui->list, rect_make(r.x, inner.y - ui_px(ui, 4), r.w,
                                       rect_bottom(r) - inner.y + ui_px(ui, 4)));
    bool is_named = page_head_name(page, 0)[0] != '\0';
    float words = ui_px(ui, is_named ? 42 : 24), gap = ui_px(ui, 4);
    float side = floorf(fminf(ui_px(ui, 80), inner.h / (float)heads - words - gap - ui_px(ui, 14)));
    side = fmaxf(side, ui_px(ui, 44));
    float pitch = side + words + ui_px(ui, 14) + gap, all = pitch * (float)heads - gap;
    float most = fmaxf(0, all - inner.h),
          scroll = fminf(most, fmaxf(0, page->presence->rail_scroll * ui->unit));
    float on = (float)page->document->head *
               pitch; /* the chosen head is in view until the reader scrolls */
    scroll = scroll > 0                            ? scroll
             : on < scroll                         ? on
             : on + pitch - gap > scroll + inner.h ? on + pitch - gap - inner.h
                                                   : scroll;
    scroll = roundf(fminf(most, fmaxf(0, scroll)));
    for (int head = 0; head < heads && page_n(page) > 0; head++) {
        struct rect place = rect_make(inner.x, roundf(inner.y + (float)head * pitch - scroll),
                                      inner.w, pitch - gap);
        if (rect_overlap(place, draw_clip(ui->list))) {
            draw_thumbnail(page, place, head, side);
        }
    }
    draw_clip_pop(ui->list);
    draw_clip_pop(ui->list);
}

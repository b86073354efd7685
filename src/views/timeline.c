/* timeline.c: Back, Next, Play, and the nine steps as a line: done, current, to come. */
#include "chrome.h"

#include <math.h>

static float draw_buttons(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    bool is_small = r.w < ui_px(ui, 600);
    float height = fminf(ui_px(ui, 46), r.h - ui_px(ui, 12)), x = r.x,
          y = roundf(r.y + (r.h - height) / 2);
    struct ui_button back = {.id = ui_id("back", 0, 0),
                             .label = "‹",
                             .name = page_words(page, "command.beat.back"),
                             .tooltip = page_words(page, "command.beat.back"),
                             .action = {UI_COMMAND_BEAT_BACK, 0, 0, 0},
                             .size = 18,
                             .is_disabled = steps_is_at_start(page->study)};
    struct ui_button next = {.id = ui_id("next", 0, 0),
                             .label = page_words(page, "button.next"),
                             .tooltip = page_words(page, "command.beat.next"),
                             .kind = UI_BUTTON_PRIMARY,
                             .action = {UI_COMMAND_BEAT_NEXT, 0, 0, 0},
                             .is_disabled = steps_is_at_end(page->study)};
    struct ui_button play = {
        .id = ui_id("play", 0, 0),
        .label = page->presence->is_playing ? "❚❚" : "▶",
        .name = page_words(page, "command.play"),
        .tooltip = page_words(page, page->presence->is_playing ? "button.pause" : "command.play"),
        .action = {UI_COMMAND_PLAY, 0, 0, 0},
        .size = 14};
    ui_button(ui, rect_make(x, y, ui_px(ui, is_small ? 34 : 46), height), &back);
    x += ui_px(ui, is_small ? 40 : 60);
    float width = fmaxf(ui_button_width(ui, &next), ui_px(ui, 66));
    ui_button(ui, rect_make(x, y, width, height), &next);
    x += width + ui_px(ui, is_small ? 6 : 14);
    if (!is_small) {
        ui_button(ui, rect_make(x, y, ui_px(ui, 46), height), &play);
        x += ui_px(ui, 46 + 14);
    }
    return x;
}

static void draw_dot(struct page *page, int step, float middle, float y, float side) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    int now = (int)page->document->step;
    struct rect dot = rect_make(roundf(middle - side / 2), y, side, side);
    struct colour fill = step == now ? t->ink : step < now ? t->secondary : t->chip;
    struct colour ink = step == now || step < now ? t->surface : t->ink;
    if (step == now) {
        float ring = ui_px(ui, 4);
        draw_rectangle(ui->list, rect_inset(dot, -ring, -ring), side / 2 + ring, t->chip);
    }
    draw_rectangle(ui->list, dot, side / 2, fill);
    ui_text_in(ui, dot, UI_CENTRE, TEXT_WORDS_SEMIBOLD, 13, ink, page_format(page, "%d", step + 1));
}

void timeline_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    draw_rectangle(ui->list, r, 0, t->surface);
    draw_rectangle(ui->list, rect_make(r.x, r.y, r.w, ui_px(ui, 1)), 0, t->line);
    struct rect inner = rect_inset(r, ui_px(ui, r.w < ui_px(ui, 500) ? 8 : 20), 0);
    float left = draw_buttons(page, inner);
    struct rect line = rect_make(left, r.y, rect_right(inner) - left, r.h);
    float pitch = line.w / STEP_COUNT, side = ui_px(ui, 26);
    float widest = 0;
    for (int s = 0; s < STEP_COUNT; s++) {
        const char *words =
            page_words(page, page_format(page, "step.%s.short", step_id((enum step)s)));
        widest = fmaxf(widest, ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 13, words));
    }
    bool has_words = widest + ui_px(ui, 6) <= pitch && r.h >= ui_px(ui, 64);
    bool has_name = r.h >= ui_px(ui, 58); /* of the present step alone, where not all fit */
    if (pitch < side + ui_px(ui, 4)) {
        const char *where = page_format(page, "%d/%d", (int)page->document->step + 1, STEP_COUNT);
        ui_text_in(ui, line, UI_CENTRE, TEXT_MONO, 13, t->ink, where);
        return;
    }
    float y = roundf(r.y + (r.h - side) / 2 - (has_words || has_name ? ui_px(ui, 12) : 0));
    for (int s = 1; s < STEP_COUNT; s++) {
        struct colour c = s <= (int)page->document->step ? t->secondary : t->line;
        float x0 = line.x + ((float)s - 0.5f) * pitch + side / 2,
              x1 = line.x + ((float)s + 0.5f) * pitch - side / 2;
        draw_rectangle(ui->list, rect_snap(rect_make(x0, y + side / 2 - 1, x1 - x0, ui_px(ui, 2))),
                       0, c);
    }
    for (int s = 0; s < STEP_COUNT; s++) {
        bool is_on = s == (int)page->document->step;
        struct rect place = rect_make(line.x + (float)s * pitch, r.y, pitch, r.h);
        const char *words =
            page_words(page, page_format(page, "step.%s.short", step_id((enum step)s)));
        draw_dot(page, s, place.x + pitch / 2, y, side);
        if (has_words || (is_on && has_name)) {
            float width = has_words ? pitch : ceilf(widest) + 2, middle = place.x + pitch / 2;
            float x = fmaxf(line.x, fminf(middle - width / 2, rect_right(line) - width));
            struct rect under = rect_make(x, y + side + ui_px(ui, 5), width, ui_px(ui, 20));
            ui_text_in(ui, under, UI_CENTRE, is_on ? TEXT_WORDS_SEMIBOLD : TEXT_WORDS, 13,
                       is_on ? t->ink : t->secondary, words);
        }
        struct semantic_node *node = semantics_add(ui->semantics, ROLE_STEP, ui_id("step", s, 0),
                                                   place, words, page_format(page, "%d", s + 1));
        node->action = (struct ui_action){UI_COMMAND_STEP_GO, s, 0, 0};
        node->is_focusable = true;
        node->is_selected = is_on;
        node->tooltip = has_words ? "" : semantics_string(ui->semantics, words);
        ui_focus_ring(ui, node->id, rect_inset(place, ui_px(ui, 4), ui_px(ui, 6)), ui_px(ui, 8));
    }
}

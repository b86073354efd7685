/* head_switch.c: a head on or off, and what that does to the output of its layer. */
#include "lesson/overview.h"
#include "stage.h"
#include "ui/control.h"

float head_switch_draw(struct page *page, struct rect r, int head, bool has_words) {
    struct ui *ui = &page->ui;
    bool is_off = page_is_head_off(page, head);
    const char *names[] = {"head", NULL}, *values[] = {page_format(page, "H%d", head + 1), NULL};
    const char *name =
        page_filled(page, is_off ? "head.switch_on" : "head.switch_off", names, values);
    struct ui_button button = {.id = ui_id("stage head switch", head, 0),
                               .label = has_words
                                            ? page_words(page, is_off ? "head.on" : "head.off")
                                        : is_off ? "+"
                                                 : "×",
                               .name = name,
                               .tooltip = name,
                               .kind = has_words ? UI_BUTTON_PLAIN : UI_BUTTON_BARE,
                               .action = {UI_COMMAND_CHANGE_HEAD, head, is_off, 0},
                               .size = 14};
    float width = ui_button_width(ui, &button);
    if (width > r.w) {
        return 0;
    }
    ui_button(ui, rect_make(rect_right(r) - width, r.y + ui_px(ui, 1), width, r.h - ui_px(ui, 2)),
              &button);
    return width;
}

const char *head_change_words(struct page *page, int layer, int head, bool is_quick) {
    float largest = 0;
    if (!head_share_largest(page->study, layer, head, is_quick, &largest)) {
        return "";
    }
    bool is_off = attention_trace_is_head_off(page->study->trace, layer, head);
    const char *names[] = {"value", NULL},
               *values[] = {page_number(page, largest, NUMBER_PLAIN), NULL};
    return page_filled(page, is_off ? "head.was" : "head.would", names, values);
}

const char *head_change_number(struct page *page, int layer, int head) {
    float largest = 0;
    return head_share_largest(page->study, layer, head, true, &largest)
               ? page_format(page, "Δ %s", page_number(page, largest, NUMBER_PLAIN))
               : "";
}

const char *layer_change_words(struct page *page) {
    bool is_any_off = false;
    for (int head = 0; head < page->study->model.weights.config.heads; head++) {
        is_any_off = is_any_off || page_is_head_off(page, head);
    }
    struct baseline_effect effect = study_baseline_effect(page->study);
    if (!is_any_off || !effect.is_there || !effect.output.is_comparable) {
        return "";
    }
    const char *names[] = {"value", NULL},
               *values[] = {page_number(page, effect.output.largest, NUMBER_PLAIN), NULL};
    return page_filled(page, "head.layer_changed", names, values);
}

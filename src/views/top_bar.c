/* top_bar.c: mark and name, the sentence, the model, export, language; and the message under them.
 */
#include "chrome.h"

#include <math.h>

static float draw_mark(struct page *page, struct rect r) {
    const struct theme *t = page->ui.theme;
    const struct colour colours[4] = {t->fill[ROLE_QUERY], t->line, t->fill[ROLE_KEY],
                                      t->fill[ROLE_VALUE]};
    float side = ui_px(&page->ui, 11), gap = ui_px(&page->ui, 2), size = 2 * side + gap;
    float y = roundf(r.y + (r.h - size) / 2);
    for (int i = 0; i < 4; i++) {
        draw_rectangle(page->ui.list,
                       rect_make(r.x + (float)(i % 2) * (side + gap),
                                 y + (float)(i / 2) * (side + gap), side, side),
                       ui_px(&page->ui, 2.5f), colours[i]);
    }
    return size;
}

/* A button at the right end of *r. */
static void button_right(struct page *page, struct rect *r, const struct ui_button *button,
                         float height) {
    float width = ui_button_width(&page->ui, button);
    struct rect place = rect_cut_right(r, width);
    place.y = roundf(place.y + (place.h - height) / 2);
    place.h = height;
    ui_button(&page->ui, place, button);
    rect_cut_right(r, ui_px(&page->ui, 12));
}

static const char *model_name(struct page *page) {
    const struct model *model = &page->study->model;
    const char *key = page_format(page, "model.%s", model->id ? model->id : "");
    return catalogue_has(page->catalogue, page->document->language, key) ? page_words(page, key)
           : model->name                                                 ? model->name
                                                                         : "";
}

void top_bar_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    float room = r.w / ui->unit;
    draw_rectangle(ui->list, r, 0, ui->theme->surface);
    draw_rectangle(ui->list, rect_make(r.x, rect_bottom(r) - ui_px(ui, 1), r.w, ui_px(ui, 1)), 0,
                   ui->theme->line);
    struct rect inner = rect_inset(r, ui_px(ui, room < 500 ? 8 : 20), 0);
    float height = fminf(ui_px(ui, 38), r.h - ui_px(ui, 10));
    if (room >= 480) {
        float mark = draw_mark(page, inner);
        rect_cut_left(&inner, mark + ui_px(ui, 9));
    }
    if (room >= 1100 || (room >= 760 && room < 900)) { /* between them the model needs the room */
        float width = ui_text_width(ui, TEXT_WORDS_BOLD, 17, "Headway");
        ui_text_in(ui, rect_cut_left(&inner, ceilf(width)), UI_LEFT, TEXT_WORDS_BOLD, 17,
                   ui->theme->ink, "Headway");
        rect_cut_left(&inner, ui_px(ui, 16));
    }
    if (room >= 560) {
        struct ui_button language = {.id = ui_id("language", 0, 0),
                                     .label = page_words(page, "button.language"),
                                     .name = page_words(page, "command.language.next"),
                                     .tooltip = page_words(page, "command.language.next"),
                                     .action = {UI_COMMAND_LANGUAGE_NEXT, 0, 0, 0},
                                     .size = 14};
        struct ui_button export_button = {.id = ui_id("export", 0, 0),
                                          .label = page_words(page, "button.export"),
                                          .tooltip = page_words(page, "command.export.menu"),
                                          .action = {UI_COMMAND_EXPORT_MENU, 0, 0, 0},
                                          .size = 14,
                                          .is_selected = page->presence->is_export_menu_open};
        struct ui_button file = {.id = ui_id("file", 0, 0),
                                 .label = page_words(page, "button.file"),
                                 .tooltip = page_words(page, "command.session.open"),
                                 .action = {UI_COMMAND_SESSION_OPEN, 0, 0, 0},
                                 .size = 14,
                                 .is_selected = page->presence->finder.kind == FINDER_OPEN};
        button_right(page, &inner, &language, height);
        button_right(page, &inner, &export_button, height);
        if (room >= 700) {
            button_right(page, &inner, &file, height);
        }
    }
    if (room >= 900) {
        const struct attention_config *c = &page->study->model.weights.config;
        const char *names[] = {"layers", "heads", NULL},
                   *values[] = {page_format(page, "%d", c->layers),
                                page_format(page, "%d", c->heads), NULL};
        const char *size =
            page_filled(page, c->layers == 1 ? "model.size1" : "model.size", names, values);
        char name[128];
        ui_text_fit(ui, TEXT_WORDS_MEDIUM, 14, model_name(page), ui_px(ui, 160), name, sizeof name);
        struct ui_button model = {.id = ui_id("model", 0, 0),
                                  .label = room >= 1180
                                               ? page_format(page, "%s  ·  %s  ▾", name, size)
                                               : page_format(page, "%s  ▾", name),
                                  .name = model_name(page),
                                  .tooltip = page_words(page, "command.model.menu"),
                                  .action = {UI_COMMAND_MODEL_MENU, 0, 0, 0},
                                  .size = 14,
                                  .is_selected = page->presence->is_model_menu_open};
        button_right(page, &inner, &model, height);
    }
    if (room < 1000) {
        struct ui_button panel = {.id = ui_id("panel", 0, 0),
                                  .label = "i",
                                  .name = page_words(page, "command.panel.toggle"),
                                  .tooltip = page_words(page, "command.panel.toggle"),
                                  .action = {UI_COMMAND_PANEL_TOGGLE, 0, 0, 0},
                                  .size = 14,
                                  .is_selected = page->presence->is_panel_open};
        button_right(page, &inner, &panel, height);
    }
    float field = fminf(ui_px(ui, 42), r.h - ui_px(ui, 8));
    inner.y = roundf(inner.y + (inner.h - field) / 2);
    inner.h = field;
    field_draw(page, inner, EDIT_SENTENCE);
}

void message_draw(struct page *page, struct rect under) {
    struct ui *ui = &page->ui;
    const char *text = page->presence->message;
    if (!text || !text[0]) {
        return;
    }
    float width = fminf(under.w, ui_px(ui, 760)), padding = ui_px(ui, 12);
    struct ui_paragraph words = {text,
                                 14,
                                 1.4f,
                                 page->presence->is_message_error ? ui->theme->error
                                                                  : ui->theme->ink,
                                 TEXT_WORDS_MEDIUM,
                                 4};
    float close = ui_px(ui, 30);
    float height =
        ui_paragraph(ui, &words, 0, 0, width - 2 * padding - close, true) + ui_px(ui, 16);
    struct rect r = rect_make(under.x, under.y, width, height);
    draw_rectangle(ui->list, r, ui_px(ui, 9), ui->theme->surface);
    draw_frame(ui->list, r, ui_px(ui, 9), ui_px(ui, 1.5f),
               page->presence->is_message_error ? ui->theme->error : ui->theme->line);
    ui_paragraph(ui, &words, r.x + padding, r.y + ui_px(ui, 8), width - 2 * padding - close, false);
    semantics_add(ui->semantics, ROLE_BLOCK, ui_id("message block", 0, 0), r, "", "");
    semantics_add(ui->semantics, ROLE_MESSAGE, ui_id("message", 0, 0), r, text, "");
    struct ui_button button = {.id = ui_id("message close", 0, 0),
                               .label = "×",
                               .name = page_words(page, "command.message.close"),
                               .kind = UI_BUTTON_BARE,
                               .action = {UI_COMMAND_MESSAGE_CLOSE, 0, 0, 0}};
    ui_button(
        ui,
        rect_make(rect_right(r) - close - ui_px(ui, 4), r.y + ui_px(ui, 4), close, ui_px(ui, 28)),
        &button);
}

/* menus.c: what opens over the window: the sheet, the list of models, the keys. */
#include "chrome.h"

#include <math.h>

void sheet_draw(struct page *page, struct rect r, const char *name) {
    struct ui *ui = &page->ui;
    draw_rectangle(ui->list, rect_inset(r, -ui_px(ui, 1), -ui_px(ui, 1)), ui_px(ui, 12),
                   ui->theme->line);
    draw_rectangle(ui->list, r, ui_px(ui, 11), ui->theme->surface);
    semantics_add(ui->semantics, ROLE_BLOCK, ui_id("sheet", 0, 0), r, name, "");
}

static void draw_item(struct page *page, struct rect r, const char *words, const char *more,
                      struct ui_action action, bool is_on, uint32_t id) {
    struct ui *ui = &page->ui;
    if (is_on || ui_is_hovered(ui, r)) {
        draw_rectangle(ui->list, r, ui_px(ui, 7), ui->theme->chip);
    }
    struct rect inner = rect_inset(r, ui_px(ui, 12), 0);
    float w = ui_text_in(ui, inner, UI_LEFT, is_on ? TEXT_WORDS_SEMIBOLD : TEXT_WORDS_MEDIUM, 15,
                         ui->theme->ink, words);
    rect_cut_left(&inner, w + ui_px(ui, 12));
    ui_text_in(ui, inner, UI_RIGHT, TEXT_WORDS, 13, ui->theme->secondary, more);
    struct semantic_node *node = semantics_add(ui->semantics, ROLE_MENU_ITEM, id,
                                               rect_intersect(r, draw_clip(ui->list)), words, more);
    node->action = action;
    node->is_focusable = true;
    node->is_selected = is_on;
    ui_focus_ring(ui, id, r, ui_px(ui, 7));
}

struct rect sheet_hang(struct page *page, struct rect window, float width, float height) {
    struct ui *ui = &page->ui;
    float w = fminf(ui_px(ui, width), window.w - ui_px(ui, 16)),
          top = fminf(ui_px(ui, 60), window.h / 4);
    float h = fminf(ui_px(ui, height), window.h - top - ui_px(ui, 8));
    return rect_make(roundf(rect_right(window) - w - ui_px(ui, 12)), roundf(window.y + top), w, h);
}

static void draw_models(struct page *page, struct rect window) {
    struct ui *ui = &page->ui;
    const char *const *names = page->presence->model_names;
    int count = 0;
    while (names && names[count]) {
        count++;
    }
    struct rect r = sheet_hang(page, window, 360, 72 + 44 * (float)count);
    sheet_draw(page, r, page_words(page, "command.model.menu"));
    struct rect inner = rect_inset(r, ui_px(ui, 10), ui_px(ui, 10));
    draw_clip_push(ui->list, r);
    int fit = (int)((inner.h + ui_px(ui, 4)) / ui_px(ui, 44)),
        chosen = page->presence->model_selected;
    int first = chosen >= fit ? chosen - fit + 1 : 0; /* the chosen one is always among them */
    for (int m = first; m < count && m < first + fit; m++) {
        const char *key = page_format(page, "model.%s", names[m]),
                   *about = page_format(page, "model.%s.about", names[m]);
        bool is_known = catalogue_has(page->catalogue, page->document->language, key);
        draw_item(page, rect_cut_top(&inner, ui_px(ui, 40)),
                  is_known ? page_words(page, key) : names[m],
                  is_known ? page_words(page, about) : "",
                  (struct ui_action){UI_COMMAND_MODEL_SET, m, 0, 0},
                  m == page->presence->model_selected, ui_id("model item", m, 0));
        rect_cut_top(&inner, ui_px(ui, 4));
    }
    struct ui_paragraph hint = {page_words(page, "model.hint"), 13,         1.35f,
                                ui->theme->secondary,           TEXT_WORDS, 3};
    float width = inner.w - ui_px(ui, 24);
    if (ui_paragraph(ui, &hint, 0, 0, width, true) + ui_px(ui, 2) <= inner.h) {
        ui_paragraph(ui, &hint, inner.x + ui_px(ui, 12), inner.y + ui_px(ui, 2), width, false);
    }
    draw_clip_pop(ui->list);
}

void menus_draw(struct page *page, struct rect window) {
    if (page->presence->is_model_menu_open) {
        draw_models(page, window);
    }
    if (page->presence->is_export_menu_open) {
        export_menu_draw(page, window);
    }
}

static int key_row_count(const struct page *page) {
    int count = 0;
    for (const char *const *row = page->presence->key_rows; row && row[0] && row[1]; row += 2) {
        count++;
    }
    return count;
}

void keys_overlay_draw(struct page *page, struct rect window) {
    struct ui *ui = &page->ui;
    int count = key_row_count(page);
    struct rect r = rect_inset(window, fmaxf(ui_px(ui, 6), (window.w - ui_px(ui, 1080)) / 2),
                               fmaxf(ui_px(ui, 6), (window.h - ui_px(ui, 760)) / 2));
    r = rect_snap(r);
    draw_rectangle(ui->list, window, 0, colour_fade(ui->theme->background, 0.92f));
    semantics_add(ui->semantics, ROLE_BLOCK, ui_id("keys block", 0, 0), window, "", "")->action =
        (struct ui_action){UI_COMMAND_KEYS, 0, 0, 0};
    sheet_draw(page, r, page_words(page, "command.keys"));
    struct rect inner = rect_inset(r, ui_px(ui, 16), ui_px(ui, 12)),
                top = rect_cut_top(&inner, ui_px(ui, 36));
    ui_text_in(ui, top, UI_LEFT, TEXT_WORDS_BOLD, 22, ui->theme->ink,
               page_words(page, "command.keys"));
    rect_cut_top(&inner, ui_px(ui, 6));
    float most = ui_px(ui, 380);
    int columns = (int)fmaxf(1, fminf(3, floorf(inner.w / most)));
    int needed = (count + columns - 1) / columns; /* closer together where they are many */
    float line = fmaxf(ui_px(ui, 20), fminf(ui_px(ui, 26), inner.h / fmaxf(1, (float)needed)));
    int lines = (int)fmaxf(1, inner.h / line);
    float width = inner.w / (float)columns;
    draw_clip_push(ui->list, r);
    for (int i = 0; i < count && i < lines * columns; i++) {
        const char *const *row = page->presence->key_rows + 2 * i;
        struct rect place =
            rect_make(roundf(inner.x + (float)(i / lines) * width),
                      inner.y + (float)(i % lines) * line, width - ui_px(ui, 18), line);
        struct rect key = rect_cut_left(&place, fminf(ui_px(ui, 190), width * 0.5f));
        const char *words = page_words(page, page_format(page, "command.%s", row[1]));
        rect_cut_right(&key, ui_px(ui, 8));
        ui_text_in(ui, key, UI_LEFT, TEXT_MONO, 13, ui->theme->ink, row[0]);
        ui_text_in(ui, place, UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary, words);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id("key", i, 0), place, row[0], words);
    }
    draw_clip_pop(ui->list);
}

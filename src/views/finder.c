/* finder.c: the sheet to find something in: a line to type in, a sentence under it, and a list. */
#include "chrome.h"

#include <math.h>
#include <string.h>

enum { MOST_ROWS = 10 };

static const float type_size = 16, line_height = 44, row_height = 36, margin = 10;

/* A part of the typed text as it is drawn: control characters made visible. */
static const char *part_of(struct page *page, const char *text, size_t bytes) {
    size_t room = 10 * bytes + 1; /* the longest stand-in of a character */
    char *part = page_memory(page, room, 1);
    if (!part) {
        return "";
    }
    text_printable(part, room, text, bytes);
    return part;
}

static float width_of(struct page *page, const char *text, size_t bytes) {
    return ui_text_width(&page->ui, TEXT_WORDS_MEDIUM, type_size, part_of(page, text, bytes));
}

static void draw_caret(struct page *page, struct rect r, float x) {
    struct ui *ui = &page->ui;
    const char *composed = page->presence->finder.composition;
    float middle = roundf(r.y + r.h / 2), half = ui_px(ui, 12);
    if (composed && composed[0]) {
        float width = ui_text_width(ui, TEXT_WORDS_MEDIUM, type_size, composed);
        ui_text(ui, TEXT_WORDS_MEDIUM, type_size, roundf(x),
                ui_baseline_in(ui, r, TEXT_WORDS_MEDIUM, type_size), ui->theme->ink, composed);
        draw_rectangle(ui->list, rect_make(roundf(x), middle + half, width, ui_px(ui, 2)), 0,
                       ui->theme->fill[ROLE_QUERY]);
        x += width;
    }
    struct rect caret = rect_make(roundf(x), middle - half, ui_px(ui, 2), 2 * half);
    draw_rectangle(ui->list, caret, 0, ui->theme->ink);
    semantics_add(ui->semantics, ROLE_TEXT, NODE_CARET, rect_intersect(caret, draw_clip(ui->list)),
                  page_words(page, "field.caret"), "");
}

static size_t next_character(const char *text, size_t at) {
    do {
        at++;
    } while (((unsigned char)text[at] & 0xC0) == 0x80);
    return at;
}

/* A part of the text that begins at x: the whole characters of it that stand inside r. */
static void draw_part(struct page *page, struct rect r, const char *text, size_t bytes, float x,
                      float baseline) {
    size_t from = 0, to = 0;
    while (from < bytes && x + width_of(page, text, from) < r.x) {
        from = next_character(text, from);
    }
    for (to = bytes; to > from && x + width_of(page, text, to) > rect_right(r);) {
        do {
            to--;
        } while (((unsigned char)text[to] & 0xC0) == 0x80);
    }
    if (to > from) {
        ui_text(&page->ui, TEXT_WORDS_MEDIUM, type_size, ceilf(x + width_of(page, text, from)),
                baseline, page->ui.theme->ink, part_of(page, text + from, to - from));
    }
}

/* The typed text scrolls so that the caret is in view; what is being composed parts it there. */
static void draw_typed(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const struct picture_finder *f = &page->presence->finder;
    size_t from = f->caret < f->anchor ? f->caret : f->anchor,
           to = f->caret < f->anchor ? f->anchor : f->caret;
    float caret = width_of(page, f->text, f->caret);
    bool is_composing = f->composition && f->composition[0];
    float composed =
        is_composing ? ui_text_width(ui, TEXT_WORDS_MEDIUM, type_size, f->composition) : 0;
    float scroll = fmaxf(0, caret + composed + ui_px(ui, 4) - r.w), x = r.x - scroll;
    float baseline = ui_baseline_in(ui, r, TEXT_WORDS_MEDIUM, type_size);
    if (from != to) {
        float x0 = x + width_of(page, f->text, from), x1 = x + width_of(page, f->text, to);
        struct rect selected = rect_make(x0, r.y + ui_px(ui, 6), x1 - x0, r.h - ui_px(ui, 12));
        draw_rectangle(ui->list, rect_snap(rect_intersect(selected, r)), ui_px(ui, 3),
                       colour_mix(ui->theme->background, ui->theme->fill[ROLE_QUERY], 0.3f));
    }
    draw_part(page, r, f->text, f->caret, x, baseline);
    draw_part(page, r, f->text + f->caret, strlen(f->text + f->caret), x + caret + composed,
              baseline);
    draw_caret(page, r, ceilf(x + caret) + ui_px(ui, 1));
}

static void draw_field(struct page *page, struct rect r, const char *name) {
    struct ui *ui = &page->ui;
    const struct picture_finder *f = &page->presence->finder;
    draw_rectangle(ui->list, r, ui_px(ui, 10), ui->theme->background);
    draw_frame(ui->list, r, ui_px(ui, 10), ui_px(ui, 2), ui->theme->fill[ROLE_QUERY]);
    semantics_add(ui->semantics, ROLE_FIELD, NODE_FINDER, r, name,
                  part_of(page, f->text, strlen(f->text)));
    struct rect inner = rect_inset(r, ui_px(ui, 12), 0);
    draw_clip_push(ui->list, inner);
    draw_typed(page, inner);
    draw_clip_pop(ui->list);
}

static void draw_row(struct page *page, struct rect r, int index) {
    struct ui *ui = &page->ui;
    const struct finder_row *row = &page->presence->finder.rows[index];
    bool is_chosen = index == page->presence->finder.chosen;
    if (is_chosen || ui_is_hovered(ui, r)) {
        draw_rectangle(ui->list, r, ui_px(ui, 7), ui->theme->chip);
    }
    struct rect inner = rect_inset(r, ui_px(ui, 12), 0);
    struct rect right = inner;
    float wanted = ui_text_width(ui, TEXT_WORDS_MEDIUM, 15, row->words) + ui_px(ui, 16);
    rect_cut_left(&right, fminf(wanted, inner.w * 0.7f));
    inner.w -= row->more[0]
                   ? fminf(right.w, ui_text_width(ui, TEXT_WORDS, 13, row->more) + ui_px(ui, 12))
                   : 0;
    ui_text_in(ui, inner, UI_LEFT, is_chosen ? TEXT_WORDS_SEMIBOLD : TEXT_WORDS_MEDIUM, 15,
               ui->theme->ink, row->words);
    ui_text_in(ui, right, UI_RIGHT, TEXT_WORDS, 13, ui->theme->secondary, row->more);
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_MENU_ITEM, ui_id("finder row", index, 0),
                      rect_intersect(r, draw_clip(ui->list)), row->words, row->more);
    node->action = (struct ui_action){UI_COMMAND_FINDER_CHOOSE, index, 0, 0};
    node->is_selected = is_chosen;
}

/* What can be done with the session besides opening another. */
static void draw_buttons(struct page *page, struct rect r) {
    static const struct {
        enum ui_command command;
        const char *label;
    } buttons[] = {{UI_COMMAND_SESSION_SAVE, "button.save"},
                   {UI_COMMAND_SESSION_SAVE_AS, "button.save_as"},
                   {UI_COMMAND_MODEL_SAVE, "button.save_model"}};
    struct ui *ui = &page->ui;
    for (int i = 0; i < 3; i++) {
        struct ui_button button = {.id = ui_id("finder button", i, 0),
                                   .label = page_words(page, buttons[i].label),
                                   .action = {buttons[i].command, 0, 0, 0},
                                   .size = 14};
        ui_button(ui, rect_cut_left(&r, fminf(r.w, ui_button_width(ui, &button))), &button);
        rect_cut_left(&r, ui_px(ui, 8));
    }
}

void finder_draw(struct page *page, struct rect window) {
    static const char *const names[FINDER_COUNT] = {
        "", "finder.open", "finder.save", "finder.numbers", "finder.model_save", "finder.commands"};
    struct ui *ui = &page->ui;
    const struct picture_finder *f = &page->presence->finder;
    const char *name = page_words(page, names[f->kind]);
    bool has_buttons = f->kind == FINDER_OPEN;
    float w = fminf(ui_px(ui, 640), window.w - ui_px(ui, 16)), pad = ui_px(ui, margin);
    struct ui_paragraph note = {f->note ? f->note : "",
                                13,
                                1.35f,
                                f->is_note_error ? ui->theme->error : ui->theme->secondary,
                                TEXT_WORDS_MEDIUM,
                                3};
    float said = f->note ? ui_paragraph(ui, &note, 0, 0, w - 4 * pad, true) + ui_px(ui, 8) : 0;
    float title = ui_px(ui, 28), foot = has_buttons ? ui_px(ui, 44) : 0;
    float top = fminf(ui_px(ui, 72), window.h / 12);
    float fixed = 2 * pad + title + ui_px(ui, line_height) + ui_px(ui, 6) + said + foot;
    float room = window.h - top - ui_px(ui, 8) - fixed;
    int fit = (int)fmaxf(1, fminf(MOST_ROWS, floorf(room / ui_px(ui, row_height))));
    int shown = f->count < fit ? f->count : fit;
    int first = f->chosen >= fit ? f->chosen - fit + 1 : 0; /* the chosen one is among them */
    struct rect r = rect_snap(rect_make(
        window.x + (window.w - w) / 2, window.y + top, w,
        fminf(window.h - top - ui_px(ui, 4), fixed + (float)shown * ui_px(ui, row_height))));
    draw_rectangle(ui->list, window, 0, colour_fade(ui->theme->background, 0.6f));
    semantics_add(ui->semantics, ROLE_BLOCK, ui_id("finder block", 0, 0), window, "", "")->action =
        (struct ui_action){UI_COMMAND_CANCEL, 0, 0, 0};
    sheet_draw(page, r, name);
    draw_clip_push(ui->list, r);
    struct rect inner = rect_inset(r, pad, pad), heading = rect_cut_top(&inner, title);
    ui_text_in(ui, rect_inset(heading, ui_px(ui, 2), 0), UI_LEFT, TEXT_WORDS_SEMIBOLD, 14,
               ui->theme->secondary, name);
    draw_field(page, rect_cut_top(&inner, ui_px(ui, line_height)), name);
    rect_cut_top(&inner, ui_px(ui, 6));
    if (f->note) {
        struct rect under = rect_cut_top(&inner, said);
        ui_paragraph(ui, &note, under.x + pad, under.y + ui_px(ui, 2), under.w - 2 * pad, false);
        semantics_add(ui->semantics, ROLE_MESSAGE, ui_id("finder note", 0, 0), under, f->note, "");
    }
    for (int i = first; i < first + shown; i++) {
        draw_row(page, rect_cut_top(&inner, ui_px(ui, row_height)), i);
    }
    if (has_buttons) {
        rect_cut_top(&inner, ui_px(ui, 8));
        draw_buttons(page, rect_cut_top(&inner, ui_px(ui, 34)));
    }
    draw_clip_pop(ui->list);
}

/* step_tokens.c: the sentence cut into tokens, each with its place and its id. */
#include "stage.h"

#include <math.h>
#include <string.h>

static const char *token_caption(struct page *page, size_t i) {
    static const char *const rules[] = {"rule.word", "rule.punctuation", "rule.han", "rule.emoji",
                                        "rule.character"};
    const struct token *token = &page->study->tokens.tokens[i];
    if (token->is_unknown) {
        return page_format(page, "%s", page_words(page, "rule.unknown"));
    }
    if (token->id >= 0) {
        return page_format(page, "id %d", (int)token->id);
    }
    return page_words(page, rules[token->rule]);
}

struct card {
    float width, height, gap;
};

static float card_width(struct page *page, size_t i, const struct card *card) {
    const struct ui *ui = &page->ui;
    float name = ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 22, study_token(page->study, (int)i));
    float caption = ui_text_width(ui, TEXT_WORDS, 13, token_caption(page, i));
    return fminf(card->width, fmaxf(ui_px(ui, 72), ceilf(fmaxf(name, caption)) + ui_px(ui, 28)));
}

static void draw_card(struct page *page, size_t i, struct rect r) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    bool is_focus = (int)i == page->document->query;
    struct colour fill = is_focus ? t->fill[ROLE_QUERY] : t->surface;
    struct colour ink = is_focus ? colour_text_on(fill) : t->ink;
    struct colour quiet = is_focus ? ink : t->secondary;
    draw_key(ui->list, 800, (uint32_t)i, 0);
    draw_rectangle(ui->list, r, ui_px(ui, 9), fill);
    if (!is_focus) {
        draw_frame(ui->list, r, ui_px(ui, 9), ui_px(ui, 1.5f), t->line);
    }
    struct rect inner = rect_inset(r, ui_px(ui, 8), ui_px(ui, 8));
    if (r.h >= ui_px(ui, 80)) {
        ui_text_in(ui, rect_cut_top(&inner, ui_px(ui, 20)), UI_CENTRE, TEXT_MONO, 13, quiet,
                   page_format(page, "%zu", i + 1));
        ui_text_in(ui, rect_cut_bottom(&inner, ui_px(ui, 20)), UI_CENTRE, TEXT_WORDS, 13, quiet,
                   token_caption(page, i));
    }
    ui_text_in(ui, inner, UI_CENTRE, TEXT_WORDS_SEMIBOLD, 22, ink,
               study_token(page->study, (int)i));
    draw_key_end(ui->list);
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_TOKEN, ui_id("token card", (int32_t)i, 0),
                      rect_intersect(r, draw_clip(ui->list)), study_token(page->study, (int)i),
                      token_caption(page, i));
    node->action = (struct ui_action){UI_COMMAND_QUERY_SET, (int32_t)i, 0, 0};
    node->is_selected = is_focus;
    if (ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 22, node->name) > inner.w) {
        node->tooltip = node->name;
    }
}

/* Lays out cards from `first` in lines of the width; returns how many fit the height. Draws unless
 * is_measuring. */
static size_t flow(struct page *page, struct rect r, const struct card *card, size_t first,
                   bool is_measuring) {
    size_t i = first, n = page_n(page);
    float x = r.x, y = r.y;
    for (; i < n; i++) {
        float width = card_width(page, i, card);
        if (x > r.x && x + width > rect_right(r)) {
            x = r.x;
            y += card->height + card->gap;
        }
        if (y + card->height > rect_bottom(r)) {
            break;
        }
        if (!is_measuring) {
            draw_card(page, i, rect_make(roundf(x), roundf(y), roundf(width), card->height));
        }
        x += width + card->gap;
    }
    return i - first;
}

/* The text as it was typed, spaces visible. Returns the height used. */
static float draw_text_as_typed(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const char *text = page->study->document.text;
    size_t bytes = strlen(text), used = 0, most = 600;
    char *shown = page_memory(page, 3 * (bytes < most ? bytes : most) + 8, 1);
    for (size_t i = 0; shown && i < bytes && i < most; i++) {
        if (text[i] == ' ') {
            memcpy(shown + used, "\u2423", 3);
            used += 3;
        } else {
            shown[used++] = text[i];
        }
    }
    if (!shown) {
        return 0;
    }
    if (bytes > most) {
        memcpy(shown + used, "\u2026", 3);
    }
    char printable[4096];
    text_printable(printable, sizeof printable, shown, strlen(shown));
    struct ui_paragraph p = {printable, 19, 1.5f, ui->theme->ink, TEXT_MONO, 3};
    return ui_paragraph(ui, &p, r.x, r.y, r.w, false);
}

static float draw_caption(struct page *page, struct rect r, const char *words) {
    struct ui *ui = &page->ui;
    ui_text_in(ui, rect_make(r.x, r.y, r.w, ui_px(ui, 22)), UI_LEFT, TEXT_WORDS_MEDIUM, 14,
               ui->theme->secondary, words);
    return ui_px(ui, 28);
}

void step_tokens_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    size_t n = page_n(page);
    bool is_tight = r.h < ui_px(ui, 340);
    float card_height = r.h < ui_px(ui, 150) ? 40
                        : is_tight           ? 84
                                             : 104; /* the lowest: name alone */
    struct card card = {fminf(ui_px(ui, 220), r.w), ui_px(ui, card_height), ui_px(ui, 10)};
    const char *names[] = {"count", NULL}, *values[] = {page_format(page, "%zu", n), NULL};
    const char *title = page_filled(page, "tokens.title", names, values);
    struct rect bottom = rect_cut_bottom(&r, ui_px(ui, is_tight ? 24 : 34));
    if (!is_tight) {
        rect_cut_top(&r, fmaxf(0, roundf(r.h * 0.08f)));
        rect_cut_top(&r, draw_caption(page, r, page_words(page, "tokens.text")));
        rect_cut_top(&r, draw_text_as_typed(page, r) + ui_px(ui, 22));
    }
    rect_cut_top(&r, draw_caption(page, r, title));
    semantics_add(ui->semantics, ROLE_HEADING, ui_id("tokens", 0, 0), r, title, "");
    size_t first = 0, shown = flow(page, r, &card, 0, true);
    while (shown > 0 && (size_t)page->document->query >= first + shown && first + shown < n) {
        first += shown; /* pages of cards; the one with the focus token */
        shown = flow(page, r, &card, first, true);
    }
    flow(page, r, &card, first, false);
    if (shown < n) {
        const char *more_names[] = {"first", "last", "count", NULL};
        const char *more_values[] = {page_format(page, "%zu", first + 1),
                                     page_format(page, "%zu", first + shown),
                                     page_format(page, "%zu", n), NULL};
        ui_text_in(ui, bottom, UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary,
                   page_filled(page, "tokens.more", more_names, more_values));
    }
}

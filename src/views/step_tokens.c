/* step_tokens.c: the sentence cut into tokens, each with its place and its id. */
#include "stage.h"

#include <math.h>
#include <string.h>

/* One of the texts: the sentence, or where keys and values come from. */
struct part {
    enum edit_field field;
    size_t count;
    const char *const *names;
};

static struct part part_of(struct page *page, enum edit_field field) {
    return (struct part){field, field_tokens(page->study, field)->count,
                         field == EDIT_CONTEXT  ? page_key_names(page)
                         : field == EDIT_VALUES ? page_value_names(page)
                                                : (const char *const *)page->study->token_names};
}

static const char *token_caption(struct page *page, const struct part *part, size_t i) {
    static const char *const rules[] = {"rule.word", "rule.punctuation", "rule.han", "rule.emoji",
                                        "rule.character"};
    const struct token *token = &field_tokens(page->study, part->field)->tokens[i];
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

static float card_width(struct page *page, const struct part *part, size_t i,
                        const struct card *card) {
    const struct ui *ui = &page->ui;
    float name = ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 22, part->names[i]);
    float caption = ui_text_width(ui, TEXT_WORDS, 13, token_caption(page, part, i));
    return fminf(card->width, fmaxf(ui_px(ui, 72), ceilf(fmaxf(name, caption)) + ui_px(ui, 28)));
}

static void draw_card(struct page *page, const struct part *part, size_t i, struct rect r) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    bool is_sentence = part->field == EDIT_SENTENCE;
    bool is_focus = is_sentence && (int)i == page->document->query;
    struct colour fill = is_focus ? t->fill[ROLE_QUERY] : t->surface;
    struct colour ink = is_focus ? colour_text_on(fill) : t->ink;
    struct colour quiet = is_focus ? ink : t->secondary;
    draw_key(ui->list, 800, (uint32_t)i, (uint32_t)part->field);
    draw_rectangle(ui->list, r, ui_px(ui, 9), fill);
    if (!is_focus) {
        draw_frame(ui->list, r, ui_px(ui, 9), ui_px(ui, 1.5f), t->line);
    }
    struct rect inner = rect_inset(r, ui_px(ui, 8), ui_px(ui, 8));
    if (r.h >= ui_px(ui, 80)) {
        ui_text_in(ui, rect_cut_top(&inner, ui_px(ui, 20)), UI_CENTRE, TEXT_MONO, 13, quiet,
                   page_format(page, "%zu", i + 1));
        ui_text_in(ui, rect_cut_bottom(&inner, ui_px(ui, 20)), UI_CENTRE, TEXT_WORDS, 13, quiet,
                   token_caption(page, part, i));
    }
    ui_text_in(ui, inner, UI_CENTRE, TEXT_WORDS_SEMIBOLD, 22, ink, part->names[i]);
    draw_key_end(ui->list);
    struct semantic_node *node = semantics_add(
        ui->semantics, ROLE_TOKEN, ui_id("token card", (int32_t)i, (int32_t)part->field),
        rect_intersect(r, draw_clip(ui->list)), part->names[i], token_caption(page, part, i));
    if (is_sentence) {
        node->action = (struct ui_action){UI_COMMAND_QUERY_SET, (int32_t)i, 0, 0};
    }
    node->is_selected = is_focus;
    if (ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 22, node->name) > inner.w) {
        node->tooltip = node->name;
    }
}

/* Lays out cards from `first` in lines of the width; returns how many fit the height. Draws unless
 * is_measuring. */
static size_t flow(struct page *page, const struct part *part, struct rect r,
                   const struct card *card, size_t first, bool is_measuring) {
    size_t i = first, n = part->count;
    float x = r.x, y = r.y;
    for (; i < n; i++) {
        float width = card_width(page, part, i, card);
        if (x > r.x && x + width > rect_right(r)) {
            x = r.x;
            y += card->height + card->gap;
        }
        if (y + card->height > rect_bottom(r)) {
            break;
        }
        if (!is_measuring) {
            draw_card(page, part, i, rect_make(roundf(x), roundf(y), roundf(width), card->height));
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

/* The cards of one text under its title, and a line where not all of them fit. */
static void draw_part(struct page *page, enum edit_field field, struct rect r, float card_height) {
    static const char *const titles[EDIT_COUNT] = {"tokens.title", "tokens.context",
                                                   "tokens.values"};
    struct ui *ui = &page->ui;
    struct part part = part_of(page, field);
    size_t n = part.count;
    struct card card = {fminf(ui_px(ui, 220), r.w), card_height, ui_px(ui, 10)};
    const char *names[] = {"count", NULL}, *values[] = {page_format(page, "%zu", n), NULL};
    const char *title = page_filled(page, titles[field], names, values);
    struct rect bottom = rect_cut_bottom(&r, ui_px(ui, 24));
    rect_cut_top(&r, draw_caption(page, r, title));
    semantics_add(ui->semantics, ROLE_HEADING, ui_id("tokens", (int32_t)field, 0), r, title, "");
    size_t first = 0, shown = flow(page, &part, r, &card, 0, true);
    size_t wanted =
        field == EDIT_SENTENCE ? (size_t)page->document->query : (size_t)page->document->key;
    while (shown > 0 && wanted >= first + shown && first + shown < n) {
        first += shown; /* pages of cards; the one with the focus token */
        shown = flow(page, &part, r, &card, first, true);
    }
    flow(page, &part, r, &card, first, false);
    if (shown < n) {
        const char *more_names[] = {"first", "last", "count", NULL};
        const char *more_values[] = {page_format(page, "%zu", first + 1),
                                     page_format(page, "%zu", first + shown),
                                     page_format(page, "%zu", n), NULL};
        ui_text_in(ui, bottom, UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary,
                   page_filled(page, "tokens.more", more_names, more_values));
    }
}

/* How high the cards of `part` stand in lines of the width, all of them. */
static float part_height(struct page *page, enum edit_field field, float width, float card_height) {
    struct part part = part_of(page, field);
    struct card card = {fminf(ui_px(&page->ui, 220), width), card_height, ui_px(&page->ui, 10)};
    float x = 0, height = card_height;
    for (size_t i = 0; i < part.count; i++) {
        float w = card_width(page, &part, i, &card);
        if (x > 0 && x + w > width) {
            x = 0;
            height += card_height + card.gap;
        }
        x += w + card.gap;
    }
    return height + ui_px(&page->ui, 28 + 24);
}

void step_tokens_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    enum edit_field fields[EDIT_COUNT] = {EDIT_SENTENCE};
    int count = 1;
    bool is_tight = r.h < ui_px(ui, 340);
    if (study_has_context(page->study)) {
        fields[count++] = EDIT_CONTEXT;
    }
    if (page->study->values.tokens.count > 0) {
        fields[count++] = EDIT_VALUES;
    }
    if (!is_tight && count == 1) {
        rect_cut_top(&r, fmaxf(0, roundf(r.h * 0.08f)));
        rect_cut_top(&r, draw_caption(page, r, page_words(page, "tokens.text")));
        rect_cut_top(&r, draw_text_as_typed(page, r) + ui_px(ui, 22));
    }
    if (!is_tight && count > 1) {
        rect_cut_top(&r, ui_px(ui, 16));
    }
    float share = r.h / (float)count; /* the lowest cards: name alone */
    float card_height = ui_px(ui, share < ui_px(ui, 150) ? 40 : is_tight || count > 1 ? 84 : 104);
    for (int i = 0; i < count; i++) {
        float height = i + 1 == count ? r.h
                                      : fminf(r.h / (float)(count - i),
                                              part_height(page, fields[i], r.w, card_height));
        draw_part(page, fields[i], rect_cut_top(&r, height), card_height);
    }
}

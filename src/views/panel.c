/* panel.c: the right panel: title, where we are, the formula, two sentences, the arithmetic of the
 * selected number, a card. */
#include "chrome.h"

#include "lesson/switches.h"

#include <math.h>
#include <string.h>

float panel_formula(struct page *page, float x, float y, float width, float bottom) {
    struct ui *ui = &page->ui;
    const char *formula = words_for_beat(page, "formula");
    float size = 18, padding = ui_px(ui, 16);
    float natural = formula_draw(page, formula, size, 0, 0, true);
    if (natural > width - 2 * padding) {
        size = fmaxf(13, size * (width - 2 * padding) / natural);
    }
    struct rect box = rect_make(x, y, width, ui_px(ui, 52));
    if (rect_bottom(box) > bottom) {
        return 0;
    }
    draw_rectangle(ui->list, box, ui_px(ui, 10), ui->theme->background);
    draw_clip_push(ui->list, box);
    formula_draw(page, formula, size, x + padding, ui_baseline_in(ui, box, TEXT_MONO, size), false);
    draw_clip_pop(ui->list);
    char plain[256];
    ui_plain_text(plain, sizeof plain, formula);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("formula", 0, 0), box, plain, "");
    return box.h;
}

/* Running text at the top of what is left of the panel, and the gap below it; as many lines as
 * there is room for. */
static void put_words(struct page *page, struct rect *rest, const char *id, const char *text,
                      struct ui_paragraph look, enum semantic_role role, float gap) {
    struct ui *ui = &page->ui;
    float line = roundf(ui_type(ui, look.size) * look.line_height), height = 0;
    look.text = text;
    look.max_lines = (int)(rest->h / line);
    if (look.max_lines > 0) {
        height = ui_paragraph(ui, &look, rest->x, rest->y, rest->w, false);
    }
    char plain[1024];
    ui_plain_text(plain, sizeof plain, text);
    semantics_add(ui->semantics, role, ui_id(id, 0, 0),
                  rect_make(rest->x, rest->y, rest->w, height), plain, "");
    rect_cut_top(rest, height > 0 ? height + ui_px(ui, gap) : 0);
}

/* Which rule cut the focus token here, and whether the model knows it. */
static const char *token_words(struct page *page) {
    static const char *const rules[] = {"token.word", "token.punctuation", "token.han",
                                        "token.emoji", "token.character"};
    const struct token *token = &page->study->tokens.tokens[page->document->query];
    const char *names[] = {"query", "place", "id", "bytes", NULL};
    const char *values[] = {page_token(page, page->document->query, UI_MARK_QUERY),
                            page_format(page, "%d", page->document->query + 1),
                            page_format(page, "%d", (int)token->id),
                            page_format(page, "%u", token->bytes), NULL};
    const char *rule = page_filled(page, rules[token->rule], names, values);
    const char *known = page_filled(page,
                                    token->is_unknown ? "token.unknown"
                                    : token->id >= 0  ? "token.known"
                                                      : "token.no_vocabulary",
                                    names, values);
    return page_format(page, "%s %s", rule, known);
}

/* Explanation and what-if; the second carries a dot while anything is not as the model says. */
static void draw_tabs(struct page *page, struct rect r) {
    static const char *const keys[PANEL_COUNT] = {"panel.explain", "panel.what_if"};
    struct ui *ui = &page->ui;
    bool is_changed = switches_are_changed(page->study);
    for (int p = 0; p < PANEL_COUNT; p++) {
        bool has_dot = p == PANEL_WHAT_IF && is_changed;
        struct ui_button tab = {
            .id = ui_id("panel tab", p, 0),
            .label = has_dot ? page_format(page, "%s \u25CF", page_words(page, keys[p]))
                             : page_words(page, keys[p]),
            .name = page_words(page, keys[p]),
            .tooltip = p == PANEL_WHAT_IF ? page_words(page, "panel.what_if.about") : NULL,
            .kind = UI_BUTTON_BARE,
            .action = {UI_COMMAND_PANEL_SET, p, 0, 0},
            .size = 14,
            .is_selected = (int)page->document->panel == p};
        struct rect place = rect_cut_left(&r, fminf(r.w, ui_button_width(ui, &tab)));
        struct semantic_node *node = ui_button(ui, place, &tab);
        node->role = ROLE_TAB;
        if (has_dot) {
            node->value = semantics_string(ui->semantics, page_words(page, "panel.changed"));
        }
        rect_cut_left(&r, ui_px(ui, 4));
    }
}

/* Under the text of view `compare`: the selected pair, what else is to be said, and the card where
 * there is room. Returns where it ends, as put_arithmetic does. */
static float put_comparison(struct page *page, struct rect rest) {
    struct ui *ui = &page->ui;
    const struct ui_paragraph note = {NULL, 14, 1.42f, ui->theme->ink, TEXT_WORDS, 0};
    float used = panel_compare(page, rest.x, rest.y, rest.w, rect_bottom(rest));
    const char *words;
    rect_cut_top(&rest, used > 0 ? used + ui_px(ui, 12) : 0);
    for (int which = 0; (words = words_compare_note(page, which)) != NULL; which++) {
        put_words(page, &rest, page_format(page, "panel note %d", which), words, note, ROLE_TEXT,
                  8);
    }
    return rest.y + panel_card(page, rest.x, rest.y, rest.w, rect_bottom(rest));
}

/* Under the text: the arithmetic of the number, at step `scale` the chart of the largest weights,
 * and the card. */
static float put_arithmetic(struct page *page, struct rect rest) {
    struct ui *ui = &page->ui;
    float card = panel_card(page, rest.x, -1, rest.w, 0); /* its height: the card fits if it can */
    float spare = rest.h - (card > 0 ? card + ui_px(ui, 14) : 0);
    /* A question keeps its place; a hint gives way to a sum that would lose its end. */
    bool has_room = spare >= ui_px(ui, panel_has_question(page) ? 90 : 250);
    float field = panel_number(page, rest.x, rest.y, rest.w, true); /* keeps its room */
    float under = field > 0 ? field + ui_px(ui, 10) : 0;
    float used = panel_arithmetic(page, rest.x, rest.y, rest.w,
                                  rest.y + (has_room ? spare : rest.h) - under);
    rect_cut_top(&rest, used > 0 ? used + ui_px(ui, field > 0 ? 10 : 14) : 0);
    if (field > 0 && field <= rest.h) {
        panel_number(page, rest.x, rest.y, rest.w, false);
        rect_cut_top(&rest, fminf(rest.h, field + ui_px(ui, 14)));
    }
    bool is_scale = page->document->step == STEP_SCALE && view_follows_beats(page->document->view);
    float chart = is_scale ? panel_largest(page, rest.x, -1, rest.w) : 0;
    if (chart > 0 && chart <= rest.h) {
        panel_largest(page, rest.x, rest.y, rest.w);
        rect_cut_top(&rest, chart + ui_px(ui, 14));
    }
    return rest.y + panel_card(page, rest.x, rest.y, rest.w, rect_bottom(rest));
}

/* From the title to the card; `room`: how much of it is in view at a time. Returns where it ends. */
static float draw_explanation(struct page *page, struct rect rest, float room) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    bool is_asked = page->document->cell.source >= 0; /* a number was clicked: it goes first */
    bool is_tiny = room < ui_px(ui, 250);
    float gap = room < ui_px(ui, 500) ? 8 : 14, beyond = rest.h - room;
    const struct ui_paragraph heading = {NULL, 22, 1.48f, t->ink, TEXT_WORDS_BOLD, 0},
                              small = {NULL, 13, 1.48f, t->secondary, TEXT_WORDS, 0},
                              body = {NULL, 15.5f, 1.48f, t->ink, TEXT_WORDS, 0};
    const char *place =
        !view_follows_beats(page->document->view) ? words_for_beat(page, "where") : words_where(page);
    put_words(page, &rest, "panel title", words_for_beat(page, "title"), heading, ROLE_HEADING, 0);
    put_words(page, &rest, "panel where", place, small, ROLE_TEXT, gap);
    if (page_n(page) == 0) {
        put_words(page, &rest, "panel text", page_words(page, "empty.panel"), body, ROLE_TEXT, 0);
        return rest.y;
    }
    if (!(is_tiny && is_asked)) {
        float formula = panel_formula(page, rest.x, rest.y, rest.w, rect_bottom(rest));
        rect_cut_top(&rest, formula > 0 ? formula + ui_px(ui, gap) : 0);
    }
    struct rect words = rest; /* the clicked number's arithmetic keeps its room */
    float field = panel_number(page, rest.x, rest.y, rest.w, true);
    words.h = fmaxf(0, rest.h - (is_asked ? beyond + ui_px(ui, 130) + field : 0));
    float before = words.y;
    put_words(page, &words, "panel text", words_for_beat(page, "text"), body, ROLE_TEXT, gap);
    if (page->document->step == STEP_TOKENS && page->document->view == VIEW_MATRICES) {
        put_words(page, &words, "panel token", token_words(page), body, ROLE_TEXT, 14);
    }
    rect_cut_top(&rest, words.y - before);
    return page->document->view == VIEW_COMPARE ? put_comparison(page, rest)
                                                : put_arithmetic(page, rest);
}

/* Where there is more to read than a small window has room for: the notes of `compare`, the chart
 * of step `scale`. Elsewhere what is said gives way to what is asked. */
static bool is_long(const struct page *page) {
    const struct document *d = page->document;
    return page_n(page) > 0 && (d->view == VIEW_COMPARE ||
                                (d->step == STEP_SCALE && view_follows_beats(d->view)));
}

void panel_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    semantics_add(ui->semantics, ROLE_BLOCK, ui_id("panel block", 0, 0), r, "", "");
    draw_rectangle(ui->list, r, 0, t->surface);
    draw_rectangle(ui->list, rect_make(r.x, r.y, ui_px(ui, 1), r.h), 0, t->line);
    draw_clip_push(ui->list, r);
    bool is_low = r.h < ui_px(ui, 560);
    float side = ui_px(ui, r.w < ui_px(ui, 320) ? 8 : 16);
    struct rect tabs = rect_cut_top(&r, ui_px(ui, is_low ? 36 : 46));
    tabs = rect_inset(tabs, side, 0);
    rect_cut_top(&tabs, ui_px(ui, is_low ? 4 : 12));
    draw_tabs(page, tabs);
    struct rect rest =
        rect_inset(r, ui_px(ui, r.w < ui_px(ui, 320) ? 16 : 24), ui_px(ui, is_low ? 8 : 14));
    if (page->document->panel == PANEL_WHAT_IF) {
        what_if_draw(page, r);
    } else if (is_long(page)) {
        scrolled_draw(page, r, rest, page_words(page, "panel.explain"), draw_explanation);
    } else {
        draw_explanation(page, rest, rest.h);
    }
    draw_clip_pop(ui->list);
}

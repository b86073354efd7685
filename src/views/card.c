/* card.c: the card at the foot of the panel: PREDICT before the numbers show, what came of it
 * after, else TRY or FIND. */
#include "chrome.h"

#include <math.h>

static const char *const prediction_ids[PREDICT_COUNT] = {"similarity", "softmax", "sum"};

struct card {
    const char *title, *text;
    bool has_choices, has_skip;
};

/* The weighted sum is guessed among the values, everything else among the keys. */
static const char *answer_word(struct page *page, int answer, bool is_value) {
    return is_value ? page_value_word(page, answer) : page_key_word(page, answer);
}

static const char *answer_token(struct page *page, int answer, bool is_value) {
    return page_format(page, UI_MARK_KEY "%s" UI_MARK_END, answer_word(page, answer, is_value));
}

/* Is there a row of weights that does not add up to 1: every key masked, or a fault? */
static bool has_wrong_row(struct page *page) {
    size_t n = page_n(page), m = page_m(page);
    const float *a =
        n ? study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, page->document->head) : NULL;
    for (size_t i = 0; a && i < n; i++) {
        float sum = 0;
        for (size_t j = 0; j < m; j++) {
            sum += a[i * m + j];
        }
        if (number_shown(sum) != 1) {
            return true;
        }
    }
    return false;
}

/* The card's words; title NULL: no card. */
static struct card card_of(struct page *page) {
    const struct document *d = page->document;
    int which = steps_prediction(d->step);
    struct prediction_result result;
    const char *names[] = {"query", "chosen", "best", "rank", "count", "value", "best_value", NULL};
    const char *values[8] = {page_token(page, d->query, UI_MARK_QUERY), "", "", "",
                             page_format(page, "%zu", page_m(page)),    "", "", NULL};
    if (!view_follows_beats(d->view)) {
        bool is_find = d->view != VIEW_COMPARE;
        return (struct card){
            page_words(page, is_find ? "card.find" : "card.try"),
            page_filled(page, page_format(page, "view.%s.card", view_id(d->view)), names, values),
            false, false};
    }
    bool are_values = which == PREDICT_SUM;
    bool is_waiting = which == PREDICT_SOFTMAX && d->answers[which] >= 0 &&
                      page->reveal.phase != PHASE_SOFTMAX_DIVIDE; /* answered, not yet shown */
    if (which >= 0 && (steps_is_question_open(page->study) || is_waiting)) {
        int answer = d->answers[which];
        values[1] = answer >= 0 ? answer_token(page, answer, are_values) : "";
        const char *key = page_format(page, answer >= 0 ? "predict.%s.chosen" : "predict.%s",
                                      prediction_ids[which]);
        return (struct card){page_words(page, "card.predict"),
                             page_filled(page, key, names, values), !is_waiting, answer < 0};
    }
    if (which >= 0 && d->answers[which] >= 0 && steps_prediction_result(page->study, &result) &&
        result.chosen >= 0) {
        values[1] = answer_token(page, result.chosen, are_values);
        values[2] = answer_token(page, result.best, are_values);
        values[3] = page_format(page, "%d", result.rank);
        values[5] = page_number(page, result.chosen_value, NUMBER_PLAIN);
        values[6] = page_number(page, result.best_value, NUMBER_PLAIN);
        /* What looks the same on the screen counts the same. */
        bool is_right = result.rank == 1 ||
                        number_shown(result.chosen_value) == number_shown(result.best_value);
        const char *key = page_format(page, is_right ? "predict.%s.right" : "predict.%s.other",
                                      prediction_ids[which]);
        return (struct card){page_words(page, "card.predict"),
                             page_filled(page, key, names, values), false, false};
    }
    const char *key = page_format(page, "step.%s.card", step_id(d->step));
    const char *own = page_format(page, "%s.context", key);
    if (study_has_context(page->study) && catalogue_has(page->catalogue, d->language, own)) {
        key = own;
    }
    if (d->step == STEP_SOFTMAX && has_wrong_row(page)) {
        key = "step.softmax.card.wrong";
    }
    if (!catalogue_has(page->catalogue, d->language, key)) {
        return (struct card){0};
    }
    return (struct card){page_words(page, "card.try"), page_filled(page, key, names, values), false,
                         false};
}

/* The words to choose from, as small chips; the stage's columns take the same answers, so that long
 * sentences need no room here. */
static float draw_choices(struct page *page, float x, float y, float width, bool is_measuring) {
    struct ui *ui = &page->ui;
    enum { MOST_CHIPS = 16 };
    size_t n = page_m(page);
    int which = steps_prediction(page->document->step);
    float left = x, height = ui_px(ui, 28), gap = ui_px(ui, 5), top = y;
    if (n > MOST_CHIPS) {
        return 0;
    }
    int answer = page->document->answers[which];
    for (size_t j = 0; j < n; j++) {
        char name[64];
        const char *word = answer_word(page, (int)j, which == PREDICT_SUM);
        ui_text_fit(ui, TEXT_WORDS_MEDIUM, 14, word, width - ui_px(ui, 20), name, sizeof name);
        struct ui_button chip = {
            .id = ui_id("choice", (int32_t)j, 0),
            .label = page_format(page, "%s", name),
            .kind = (int)j == answer ? UI_BUTTON_PRIMARY : UI_BUTTON_PLAIN,
            .name = page_format(page, "%s %s", page_words(page, "card.predict"), word),
            .action = {UI_COMMAND_PREDICT_ANSWER, (int32_t)j, 0, 0},
            .size = 14,
            .is_selected = (int)j == answer};
        float w = fminf(ui_button_width(ui, &chip) - ui_px(ui, 8), width);
        if (left > x && left + w > x + width) {
            left = x;
            top += height + gap;
        }
        if (!is_measuring) {
            ui_button(ui, rect_make(roundf(left), roundf(top), w, height), &chip);
        }
        left += w + gap;
    }
    return top + height - y;
}

const char *card_question(struct page *page) {
    struct card card = card_of(page);
    return card.title && card.has_choices ? card.text : NULL;
}

bool panel_has_question(struct page *page) {
    return card_question(page) != NULL;
}

/* y < 0: only measures. */
float panel_card(struct page *page, float x, float y, float width, float bottom) {
    struct ui *ui = &page->ui;
    struct card card = card_of(page);
    if (!card.title || page_n(page) == 0) {
        return 0;
    }
    bool is_measuring = y < 0;
    float padding = ui_px(ui, 15), inner = width - 2 * padding, line = ui_px(ui, 20);
    struct ui_paragraph text = {card.text, 14.5f, 1.42f, ui->theme->ink, TEXT_WORDS, 0};
    float text_height = ui_paragraph(ui, &text, 0, 0, inner, true);
    float choices = card.has_choices ? draw_choices(page, 0, 0, inner, true) : 0;
    float skip = card.has_skip ? ui_px(ui, 34) : 0;
    float height = ui_px(ui, 12) + line + text_height + (choices > 0 ? choices + ui_px(ui, 8) : 0) +
                   skip + ui_px(ui, 12);
    if (is_measuring || y + height > bottom + ui_px(ui, 12)) {
        return height;
    }
    struct rect box = rect_make(x, y, width, height);
    draw_rectangle(ui->list, box, ui_px(ui, 10), ui->theme->hint);
    ui_text_in(ui, rect_make(x + padding, y + ui_px(ui, 10), inner, line), UI_LEFT, TEXT_WORDS_BOLD,
               13, ui->theme->ink, card.title);
    y += ui_px(ui, 12) + line;
    y += ui_paragraph(ui, &text, x + padding, y, inner, false);
    char plain[1024];
    ui_plain_text(plain, sizeof plain, card.text);
    semantics_add(ui->semantics, ROLE_CARD, ui_id("card", 0, 0), box, card.title, plain);
    if (choices > 0) {
        y += ui_px(ui, 8) + draw_choices(page, x + padding, y + ui_px(ui, 8), inner, false);
    }
    if (card.has_skip) {
        struct ui_button button = {.id = ui_id("skip", 0, 0),
                                   .label = page_words(page, "button.skip"),
                                   .name = page_words(page, "command.predict.skip"),
                                   .kind = UI_BUTTON_BARE,
                                   .action = {UI_COMMAND_PREDICT_SKIP, 0, 0, 0},
                                   .size = 13};
        struct ui_button off = {.id = ui_id("predict off", 0, 0),
                                .label = page_words(page, "button.predict_off"),
                                .name = page_words(page, "command.predict.toggle"),
                                .kind = UI_BUTTON_BARE,
                                .action = {UI_COMMAND_PREDICT_TOGGLE, 0, 0, 0},
                                .size = 13};
        float w = ui_button_width(ui, &button), off_w = ui_button_width(ui, &off);
        ui_button(ui, rect_make(x + padding - ui_px(ui, 8), y + ui_px(ui, 6), w, ui_px(ui, 28)),
                  &button);
        if (w + off_w <= inner + ui_px(ui, 8)) {
            ui_button(ui, rect_make(x + padding + w, y + ui_px(ui, 6), off_w, ui_px(ui, 28)), &off);
        }
    }
    return height;
}

/* compare_words.c: what the panel says about the comparison, and about the pair of words that is
 * selected in it. */
#include "arithmetic_lines.h"
#include "compare.h"

#include <math.h>
#include <string.h>

/* Whose formula stands there: that of the network where a number was selected. */
static const char *formula_part(const struct page *page) {
    static const char *const parts[COMPARED_COUNT] = {"formula.rnn", "formula.cnn",
                                                      "formula.attention"};
    int source = page->selection.source;
    if (page->document->compare_shows == COMPARE_INFLUENCE) {
        return "formula.influence";
    }
    return parts[cell_is_compared(source) ? source - CELL_RNN : COMPARED_ATTENTION];
}

static const char *text_part(const struct page *page) {
    if (page->document->compare_shows == COMPARE_INFLUENCE) {
        return "text.influence";
    }
    return page_n(page) && study_has_context(page->study) ? "text.cross"
           : page_n(page) && study_is_masked(page->study) ? "text.masked"
                                                          : "text";
}

const char *words_of_comparison(struct page *page, const char *part) {
    const struct document *d = page->document;
    int kernel = d->compare_kernel;
    const char *names[] = {"t", "last", "layer", "kernel", NULL};
    const char *values[] = {page_format(page, "%d", d->compare_steps),
                            page_format(page, "%zu", comparison_last_step(page->study)),
                            page_format(page, "%d", d->layer + 1), page_format(page, "%d", kernel),
                            NULL};
    const char *key = strcmp(part, "formula") == 0 ? formula_part(page)
                      : strcmp(part, "text") == 0  ? text_part(page)
                                                   : part;
    return page_filled(page, page_format(page, "view.compare.%s", key), names, values);
}

/* What tells the attention of the order of its words. */
static const char *order_key(const struct page *page) {
    bool has_position = study_tensor(page->study, ATTENTION_TENSOR_POSITION).data != NULL;
    return has_position                     ? "compare.note.position"
           : study_is_masked(page->study)   ? "compare.note.mask"
           : study_has_context(page->study) ? "compare.note.context"
                                            : "compare.note.no_position";
}

const char *words_compare_note(struct page *page, int which) {
    const struct attention_config *c = &page->study->model.weights.config;
    size_t n = page_n(page), m = page_m(page);
    bool is_cross = study_has_context(page->study);
    const char *names[] = {"cells", "heads", "n", "m", "hidden", NULL};
    const char *values[] = {
        page_format(page, "%zu", n * m),
        page_format(page, "%d", c->heads),
        page_format(page, "%zu", n),
        page_format(page, "%zu", m),
        page_format(page, "%d",
                    c->d_model < COMPARISON_MAX_HIDDEN ? c->d_model : COMPARISON_MAX_HIDDEN),
        NULL};
    const char *keys[5];
    int count = 0;
    if (is_cross) {
        keys[count++] = "compare.note.cross";
    }
    keys[count++] = is_cross ? "compare.note.cells.cross" : "compare.note.cells";
    keys[count++] = order_key(page);
    keys[count++] = "compare.note.untrained";
    if (c->d_model > COMPARISON_MAX_HIDDEN) {
        keys[count++] = "compare.note.hidden";
    }
    return which < count ? page_filled(page, keys[which], names, values) : NULL;
}

/* What stands beside a network's name: how much, or after how long. */
static const char *answer_of(struct page *page, const struct comparing *comparing,
                             enum compared compared) {
    size_t row = compare_row(page), column = compare_column(page, comparing, compared);
    size_t at = row * comparison_columns(comparing->it, compared) + column;
    float first = comparing->it->first[compared][at];
    if (comparing->is_influence) {
        const float *influence = comparing->it->influence[compared];
        return influence ? page_number(page, influence[at], NUMBER_PLAIN) : "";
    }
    const char *after = compare_count(page, compared, isinf(first) ? SIZE_MAX : (size_t)first);
    size_t hops = comparison_path(comparing->it, compared, row, column, NULL);
    if (isinf(first) || hops == (size_t)first) {
        return after;
    }
    const char *names[] = {"after", "path", NULL};
    const char *values[] = {after, page_format(page, "%zu", hops), NULL};
    return page_filled(page, "compare.after", names, values); /* counted from the first word */
}

float panel_compare(struct page *page, float x, float y, float width, float bottom) {
    struct ui *ui = &page->ui;
    struct comparing comparing;
    struct lines l = {page, x, y, width, roundf(ui_type(ui, 14) * 1.6f), bottom, NULL};
    if (page->selection.source < 0 || y + 4 * l.line_px > bottom ||
        !comparing_of(page, &comparing)) {
        return 0;
    }
    enum compared chosen = (enum compared)(page->selection.source - CELL_RNN);
    size_t column = compare_column(page, &comparing, chosen);
    const char *names[] = {"query", "key", NULL};
    const char *values[] = {page_token(page, (int)compare_row(page), UI_MARK_QUERY),
                            page_format(page, UI_MARK_KEY "%s" UI_MARK_END,
                                        compare_column_word(page, &comparing, chosen, column)),
                            NULL};
    lines_put_sentence(&l, page_filled(page,
                                       comparing.is_influence ? "compare.readout.influence"
                                                              : "compare.readout.reach",
                                       names, values));
    for (int which = 0; which < COMPARED_COUNT; which++) {
        bool is_of_context = which == COMPARED_ATTENTION && comparing.it->is_cross;
        if (comparing.it->is_cross && is_of_context != (chosen == COMPARED_ATTENTION)) {
            continue; /* another text's word */
        }
        lines_put(&l, compare_name(page, (enum compared)which),
                  answer_of(page, &comparing, (enum compared)which), which == (int)chosen);
    }
    draw_rectangle(ui->list, rect_make(x, y, ui_px(ui, 3), l.y - y), 0, ui->theme->line);
    return l.y - y;
}

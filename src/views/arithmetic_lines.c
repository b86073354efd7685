/* arithmetic_lines.c: the arithmetic of the selected number, term by term, as it is written by
 * hand: operands in their colours on the left, each product on the right, the result below. Numbers
 * add up as displayed, or "≈" says that rounding shows. */
#include "arithmetic_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_TERMS = 7 };

static const float type_size = 14;

static const char *mark_of(enum cell_role role) {
    switch (role) {
    case CELL_ROLE_QUERY:
        return UI_MARK_QUERY;
    case CELL_ROLE_KEY:
        return UI_MARK_KEY;
    case CELL_ROLE_VALUE:
        return UI_MARK_VALUE;
    case CELL_ROLE_OUTPUT:
        return UI_MARK_OUTPUT;
    default:
        return UI_MARK_END;
    }
}

/* One line: `left` with marks, `right` against the right edge; also for the reader of the semantic
 * list. */
void lines_put(struct lines *l, const char *left, const char *right, bool is_bold) {
    struct ui *ui = &l->page->ui;
    if (l->y + l->line_px > l->bottom) {
        return;
    }
    char plain[256];
    float right_width = right[0] ? ui_text_width(ui, TEXT_MONO, type_size, right) : 0;
    struct ui_paragraph p = {
        left, type_size, 1.6f, ui->theme->ink, is_bold ? TEXT_MONO_BOLD : TEXT_MONO, 1};
    float indent = ui_px(ui, 13);
    ui_paragraph(ui, &p, l->x + indent, l->y,
                 l->width - indent - right_width - (right_width > 0 ? ui_px(ui, 6) : 0), false);
    struct rect line = rect_make(l->x + indent, l->y, l->width - indent, l->line_px);
    if (right[0]) {
        ui_text_in(ui, line, UI_RIGHT, TEXT_MONO, type_size, ui->theme->secondary, right);
    }
    ui_plain_text(plain, sizeof plain, left);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("arithmetic", (int32_t)l->y, 0), line, plain,
                  right);
    l->y += l->line_px;
}

static const char *operand(struct page *page, float value, enum cell_role role) {
    return page_format(page, "%s%s" UI_MARK_END, mark_of(role),
                       page_number(page, value, NUMBER_TERM));
}

bool lines_is_same(double sum, float result) {
    return fabs(sum - number_shown(result)) < 0.0005;
}

static enum cell_role role_of_term(const struct document_cell *cell) {
    return cell->source >= 0 ? cell_role_of(cell->source) : CELL_ROLE_PLAIN;
}

/* Rounded as it is displayed, away from zero. */
static double rounded(double value) {
    return floor(fabs(value) * 100 + 0.5) / 100 * (value < 0 ? -1 : 1);
}

bool lines_is_quotient(float a, float b, float result) {
    return b != 0 && lines_is_same(rounded(number_shown(a) / number_shown(b)), result);
}

/* The token of term t: a weighted value's is of the values' text, others are of the keys'. */
static const char *term_word(struct page *page, const struct arithmetic *m, int token) {
    return m->are_terms_queries                             ? page_word(page, token)
           : m->cell.source == ATTENTION_TENSOR_HEAD_OUTPUT ? page_value_word(page, token)
                                                            : page_key_word(page, token);
}

/* "a + b", or "a − b" for a negative b. */
static const char *sum_words(struct page *page, const char *a, float b, enum cell_role role) {
    return page_format(page, "%s %s %s", a, b < 0 ? "−" : "+", operand(page, fabsf(b), role));
}

/* w × tanh(a + b); with the sum inside done where that is too long, and w left out where there is
 * none. */
static const char *tanh_words(const struct lines *l, const struct arithmetic_term *term,
                              const char *plus, float room) {
    struct page *page = l->page;
    const char *a = operand(page, term->a, role_of_term(&term->a_cell));
    const char *w = term->w_cell.source >= 0 || term->w != 1
                        ? page_format(page, "%s × ", page_number(page, term->w, NUMBER_TERM))
                        : "";
    const char *sum = sum_words(page, a, term->b, role_of_term(&term->b_cell));
    const char *words = page_format(page, "%s%stanh(%s)", plus, w, sum);
    char plain[256];
    ui_plain_text(plain, sizeof plain, words);
    if (ui_text_width(&page->ui, TEXT_MONO, type_size, plain) <= room) {
        return words;
    }
    return page_format(page, "%s%stanh(%s)", plus, w,
                       page_number(page, term->a + term->b, NUMBER_TERM));
}

/* e^(z − max) of one key beside its name, where there is room for it. */
static const char *exponential_words(const struct lines *l, const struct arithmetic *m,
                                     const struct arithmetic_term *term, const char *plus,
                                     float room) {
    struct page *page = l->page;
    const char *name = term_word(page, m, term->token);
    const char *alone = page_format(page, "%s%s", plus, name);
    const char *max = page_number(page, fabsf(m->maximum), NUMBER_TERM);
    const char *words =
        page_format(page, "%s e^(%s %s %s)", alone, page_number(page, term->a, NUMBER_TERM),
                    m->maximum < 0 ? "+" : "−", max);
    if (m->form == ARITHMETIC_LARGEST ||
        ui_text_width(&page->ui, TEXT_MONO, type_size, words) > room) {
        return alone;
    }
    return words;
}

/* One line of a sum: what is done on the left, what comes of it on the right. */
static void put_term(struct lines *l, const struct arithmetic *m, size_t t, bool is_first) {
    struct page *page = l->page;
    const struct arithmetic_term *term = &m->terms[t];
    const char *plus = is_first ? "\u00a0\u00a0" : "+\u00a0";
    const char *a = operand(page, term->a, role_of_term(&term->a_cell));
    const char *right = page_number(page, term->product, NUMBER_TERM), *left;
    const struct ui *ui = &page->ui;
    float room = l->width - ui_px(ui, 19) - ui_text_width(ui, TEXT_MONO, type_size, right);
    bool is_exact = true;
    switch (m->form) {
    case ARITHMETIC_SUM:
        left = page_format(page, "%s%s", plus,
                           term->token >= 0           ? term_word(page, m, term->token)
                           : term->a_cell.source >= 0 ? cell_symbol(term->a_cell.source)
                                                      : "");
        break;
    case ARITHMETIC_SOFTMAX:
    case ARITHMETIC_LARGEST:
    case ARITHMETIC_MASKED_AFTER:
        left = exponential_words(l, m, term, plus, room);
        break;
    case ARITHMETIC_TANH:
        left = tanh_words(l, term, plus, room);
        break;
    case ARITHMETIC_UNIT:
        left = page_format(page, "%s(%s)²", plus, a);
        break;
    default: {
        const char *b = operand(page, term->b, role_of_term(&term->b_cell));
        const char *name =
            term->token >= 0 ? page_format(page, " %s", term_word(page, m, term->token)) : "";
        left = page_format(page, "%s%s × %s%s", plus, a, b, name);
        is_exact =
            lines_is_same(rounded(number_shown(term->a) * number_shown(term->b)), term->product);
    }
    }
    lines_put(l, left, page_format(page, "%s%s", is_exact ? "" : "≈ ", right), false);
}

/* "+ 10 smaller" with what they add up to, or another line of words; a click shows all terms or
 * few. */
static void put_rest(struct lines *l, size_t count, const char *key, const char *right) {
    struct page *page = l->page;
    const char *names[] = {"count", NULL}, *values[] = {page_format(page, "%zu", count), NULL};
    float y = l->y;
    lines_put(l, page_filled(page, key, names, values), right, false);
    if (l->y > y) {
        struct semantic_node *node = semantics_add(
            page->ui.semantics, ROLE_BUTTON, ui_id("terms", 0, 0),
            rect_make(l->x, y, l->width, l->line_px), page_words(page, "command.terms.toggle"), "");
        node->action = (struct ui_action){UI_COMMAND_TERMS_TOGGLE, 0, 0, 0};
        node->is_focusable = true;
        ui_focus_ring(&page->ui, node->id, node->rect, ui_px(&page->ui, 4));
    }
}

static size_t lines_left(const struct lines *l) {
    return l->y < l->bottom ? (size_t)((l->bottom - l->y) / l->line_px) : 0;
}

/* The bias, where there is one; returns it as displayed. */
static double put_bias(struct lines *l, const struct arithmetic *m) {
    if (!m->has_bias) {
        return 0;
    }
    const char *bias = page_number(l->page, m->bias, NUMBER_TERM);
    lines_put(l, page_format(l->page, "+ %s  %s", bias, page_words(l->page, "arithmetic.bias")), "",
              false);
    return number_shown(m->bias);
}

/* Which terms are written: all when they fit; else the largest, and none that shows as next to
 * nothing. Returns how many. */
static size_t choose_terms(struct page *page, const struct arithmetic *m, size_t room,
                           bool *is_chosen) {
    bool shows_all = page->document->shows_all_terms;
    size_t *order = page_memory(page, m->count ? m->count : 1, sizeof *order);
    size_t most = shows_all || room < FEW_TERMS ? room : FEW_TERMS, chosen = 0, small = 0;
    if (!order) {
        return 0;
    }
    for (size_t t = 0; t < m->count; t++) {
        small += fabsf(m->terms[t].product) < 0.005f;
    }
    bool drops_small = !shows_all && small >= 2 && m->count > 4;
    if (m->count <= most + 1 && m->count <= room + 1 && !drops_small) {
        memset(is_chosen, true, m->count);
        return m->count;
    }
    arithmetic_order(m, order);
    for (size_t t = 0; t < m->count && chosen < most; t++) {
        bool is_small = fabsf(m->terms[order[t]].product) < 0.005f;
        if (chosen == 0 || !drops_small || !is_small) {
            is_chosen[order[t]] = true;
            chosen++;
        }
    }
    return chosen;
}

double lines_put_terms(struct lines *l, const struct arithmetic *m, size_t below) {
    struct page *page = l->page;
    below += 1u + m->has_bias; /* the rest */
    size_t room = lines_left(l) > below ? lines_left(l) - below : 1;
    bool *is_chosen = page_memory(page, m->count ? m->count : 1, sizeof *is_chosen),
         is_first = true;
    double sum = 0, rest = 0;
    if (!is_chosen) {
        return 0;
    }
    size_t chosen = choose_terms(page, m, room, is_chosen);
    for (size_t t = 0; t < m->count; t++) {
        if (is_chosen[t]) {
            put_term(l, m, t, is_first);
            sum += number_shown(m->terms[t].product);
            is_first = false;
        } else {
            rest += m->terms[t].product;
        }
    }
    if (chosen < m->count) {
        put_rest(l, m->count - chosen, "arithmetic.smaller",
                 page_number(page, (float)rest, NUMBER_TERM));
        sum += number_shown((float)rest);
    } else if (page->document->shows_all_terms && m->count > 4) {
        put_rest(l, m->count, "arithmetic.fewer", "");
    }
    return sum + put_bias(l, m);
}

void lines_put_result(struct lines *l, const struct arithmetic *m, bool is_exact) {
    struct page *page = l->page;
    const char *words = page->is_selection_shown
                            ? page_format(page, "%s %s%s" UI_MARK_END, is_exact ? "=" : "≈",
                                          mark_of(cell_role_of(m->cell.source)),
                                          page_number(page, m->result, NUMBER_TERM))
                            : "= ?";
    lines_put(l, words, "", true);
}

/* Where not all heads have room, the first ones stand and what the others add up to. */
double lines_put_shares(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    double sum = 0, rest = 0;
    size_t heads = m->share_count, below = m->has_bias ? 3 : 2; /* all products, bias, result */
    size_t room = lines_left(l) > below ? lines_left(l) - below : 1;
    size_t shown = heads <= room ? heads : room;
    for (size_t k = shown; k < heads; k++) {
        rest += (double)m->shares[k];
    }
    for (size_t k = 0; k < shown; k++) {
        const char *name = page_is_head_off(page, (int)k) ? page_words(page, "arithmetic.off")
                                                          : page_head_name(page, (int)k);
        lines_put(l,
                  page_format(page, "%s" UI_MARK_OUTPUT "O%zu" UI_MARK_END "·Wₒ  %s",
                              k ? "+\u00a0" : "\u00a0\u00a0", k + 1, name),
                  page_number(page, m->shares[k], NUMBER_TERM), false);
        sum += number_shown(m->shares[k]);
    }
    if (shown < heads) {
        put_rest(l, heads - shown, "arithmetic.heads",
                 page_number(page, (float)rest, NUMBER_TERM));
        sum += number_shown((float)rest);
    }
    sum += put_bias(l, m);
    if (shown == heads) {
        put_rest(l, m->count, "arithmetic.all", "");
    }
    return sum;
}

void lines_put_sentence(struct lines *l, const char *text) {
    struct ui *ui = &l->page->ui;
    struct ui_paragraph p = {text, type_size, 1.6f, ui->theme->ink, TEXT_WORDS, 0};
    float indent = ui_px(ui, 13), width = l->width - indent;
    float height = ui_paragraph(ui, &p, l->x + indent, l->y, width, true);
    if (l->y + height > l->bottom) {
        return;
    }
    ui_paragraph(ui, &p, l->x + indent, l->y, width, false);
    char plain[256];
    ui_plain_text(plain, sizeof plain, text);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("arithmetic", (int32_t)l->y, 0),
                  rect_make(l->x + indent, l->y, width, height), plain, "");
    l->y += height;
}

/* A word of the title; a mark in quotes, so that it is not read as the title's own. */
static const char *title_word(struct page *page, enum cell_tokens tokens, int index) {
    const struct study *study = page->study;
    const struct token_list *list = &study->tokens;
    const char *word = tokens == CELL_TOKENS_VALUES ? page_value_word(page, index)
                       : tokens == CELL_TOKENS_KEYS ? page_key_word(page, index)
                                                    : page_word(page, index);
    if (tokens == CELL_TOKENS_VALUES && study->values.tokens.count > 0) {
        list = &study->values.tokens;
    } else if (tokens != CELL_TOKENS_QUERIES && study_has_context(study)) {
        list = &study->context.tokens;
    }
    bool is_mark = list->tokens[index].rule == TOKEN_RULE_PUNCTUATION;
    return is_mark ? page_format(page, "“%s”", word) : word;
}

/* "S [cat, mat]": which number this is, from the matrix's letter and the words of its row and
 * column. */
static const char *cell_title(struct page *page, const struct document_cell *cell) {
    enum cell_tokens tokens = cell_row_tokens(cell->source);
    const char *row = tokens != CELL_TOKENS_NONE ? title_word(page, tokens, cell->row)
                                                 : page_format(page, "%d", cell->row + 1);
    const char *column = cell_columns_are_keys(cell->source)
                             ? title_word(page, CELL_TOKENS_KEYS, cell->column)
                             : page_format(page, "%d", cell->column + 1);
    if (cell->source == CELL_ROW_TOTAL) {
        return page_format(page, "Σ [%s]", row);
    }
    if (cell_is_weight(cell->source) &&
        cell_matrix_of(page->study, cell->source, cell->head, NULL).rows == 1) { /* a vector */
        return page_format(page, "%s [%s]", cell_symbol(cell->source), column);
    }
    return page_format(page, "%s [%s, %s]", cell_symbol(cell->source), row, column);
}

float panel_arithmetic(struct page *page, float x, float y, float width, float bottom) {
    struct ui *ui = &page->ui;
    struct lines l = {page, x, y, width, roundf(ui_type(ui, type_size) * 1.6f), bottom};
    if (!page->has_arithmetic || y + 2 * l.line_px > bottom) {
        return 0;
    }
    const char *title = cell_title(page, &page->arithmetic.cell);
    lines_put(&l, title, "", true);
    lines_put_form(&l, &page->arithmetic);
    draw_rectangle(ui->list, rect_make(x, y, ui_px(ui, 3), l.y - y), 0, ui->theme->line);
    return l.y - y;
}

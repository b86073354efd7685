/* arithmetic_lines.c: the arithmetic of the selected number, term by term, as it is written by
 * hand: operands in their colours on the left, each product on the right, the result below. Numbers
 * add up as displayed, or "≈" says that rounding shows. */
#include "chrome.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_TERMS = 7, MOST_HEADS = 64 };

struct lines {
    struct page *page;
    float x, y, width, line_px, bottom;
    bool is_measuring, is_cut;
};

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
static void put_line(struct lines *l, const char *left, const char *right, bool is_bold) {
    struct ui *ui = &l->page->ui;
    if (l->y + l->line_px > l->bottom) {
        l->is_cut = true;
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
                       page_number(page, value, NUMBER_PLAIN));
}

static bool is_same_shown(double sum, float result) {
    return fabs(sum - number_shown(result)) < 0.0005;
}

static enum cell_role role_of_term(const struct document_cell *cell) {
    return cell->source >= 0 ? cell_role_of(cell->source) : CELL_ROLE_PLAIN;
}

/* a × b on the left, the product on the right; a plain number where there is nothing to multiply.
 */
static void put_term(struct lines *l, const struct arithmetic *m, size_t t, bool is_first) {
    struct page *page = l->page;
    const struct arithmetic_term *term = &m->terms[t];
    const char *plus = is_first ? "\u00a0\u00a0" : "+\u00a0";
    const char *a = operand(page, term->a, role_of_term(&term->a_cell));
    const char *right = page_number(page, term->product, NUMBER_PLAIN);
    if (m->form == ARITHMETIC_SUM || m->form == ARITHMETIC_SOFTMAX) {
        const char *name = term->token >= 0           ? page_word(page, term->token)
                           : term->a_cell.source >= 0 ? cell_symbol(term->a_cell.source)
                                                      : "";
        put_line(l, page_format(page, "%s%s", plus, name), page_number(page, term->a, NUMBER_PLAIN),
                 false);
        return;
    }
    double shown = number_shown(term->a) * number_shown(term->b);
    bool is_exact =
        is_same_shown(floor(fabs(shown) * 100 + 0.5) / 100 * (shown < 0 ? -1 : 1), term->product);
    const char *name =
        term->token >= 0 ? page_format(page, " %s", page_word(page, term->token)) : "";
    put_line(l,
             page_format(page, "%s%s × %s%s", plus, a,
                         operand(page, term->b, role_of_term(&term->b_cell)), name),
             page_format(page, "%s%s", is_exact ? "" : "≈ ", right), false);
}

/* "+ 10 smaller" with what they add up to, or another line of words; a click shows all terms or
 * few. */
static void put_rest(struct lines *l, size_t count, const char *key, const char *right) {
    struct page *page = l->page;
    const char *names[] = {"count", NULL}, *values[] = {page_format(page, "%zu", count), NULL};
    float y = l->y;
    put_line(l, page_filled(page, key, names, values), right, false);
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
    const char *bias = page_number(l->page, m->bias, NUMBER_PLAIN);
    put_line(l, page_format(l->page, "+ %s  %s", bias, page_words(l->page, "arithmetic.bias")), "",
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

/* The terms in the order of the pass, then the count and the sum of those left out. Returns the sum
 * as displayed. */
static double put_terms(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    bool has_line_more = m->form == ARITHMETIC_ACTIVATION || m->form == ARITHMETIC_SOFTMAX;
    size_t below = 2u + m->has_bias + has_line_more; /* the rest, the result, and these */
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
                 page_number(page, (float)rest, NUMBER_PLAIN));
        sum += number_shown((float)rest);
    } else if (page->document->shows_all_terms && m->count > 4) {
        put_rest(l, m->count, "arithmetic.fewer", "");
    }
    return sum + put_bias(l, m);
}

static const char *result_words(struct page *page, bool is_exact, float result,
                                enum cell_role role) {
    if (!page->is_selection_shown) {
        return "= ?";
    }
    return page_format(page, "%s %s%s" UI_MARK_END, is_exact ? "=" : "≈", mark_of(role),
                       page_number(page, result, NUMBER_PLAIN));
}

/* Each head's share of one number of the output: its products added up. Where not all have room,
 * the first ones and what the others add up to. */
static double put_shares(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    double shares[MOST_HEADS] = {0}, sum = 0;
    int heads = 0;
    for (size_t t = 0; t < m->count; t++) {
        int head = m->terms[t].head;
        if (head >= 0 && head < MOST_HEADS) {
            shares[head] += m->terms[t].product;
            heads = head + 1 > heads ? head + 1 : heads;
        }
    }
    int room = (int)lines_left(l) - (m->has_bias ? 3 : 2); /* below: all products, bias, result */
    int shown = heads <= room ? heads : room > 0 ? room : 1;
    double rest = 0;
    for (int k = shown; k < heads; k++) {
        rest += shares[k];
    }
    for (int k = 0; k < shown; k++) {
        const char *name = page_head_name(page, k);
        put_line(l,
                 page_format(page, "%s" UI_MARK_OUTPUT "O%d" UI_MARK_END "·Wₒ  %s",
                             k ? "+\u00a0" : "\u00a0\u00a0", k + 1, name),
                 page_number(page, (float)shares[k], NUMBER_PLAIN), false);
        sum += number_shown((float)shares[k]);
    }
    if (shown < heads) {
        put_rest(l, (size_t)(heads - shown), "arithmetic.heads",
                 page_number(page, (float)rest, NUMBER_PLAIN));
        sum += number_shown((float)rest);
    }
    sum += put_bias(l, m);
    if (shown == heads) {
        put_rest(l, m->count, "arithmetic.all", "");
    }
    return sum;
}

static void put_softmax(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    put_line(l, page_format(page, "max z = %s", page_number(page, m->maximum, NUMBER_PLAIN)), "",
             false);
    double total = put_terms(l, m);
    put_line(l,
             page_format(page, "Σ %s %s", is_same_shown(total, m->b) ? "=" : "≈",
                         page_number(page, m->b, NUMBER_PLAIN)),
             "", false);
    bool is_exact =
        m->b > 0 &&
        is_same_shown(floor(number_shown(m->a) / number_shown(m->b) * 100 + 0.5) / 100, m->result);
    const char *result =
        page->is_selection_shown ? page_number(page, m->result, NUMBER_PLAIN) : "?";
    put_line(l,
             page_format(page, "%s / %s %s %s", page_number(page, m->a, NUMBER_PLAIN),
                         page_number(page, m->b, NUMBER_PLAIN), is_exact ? "=" : "≈", result),
             "", true);
}

static void put_norm(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    put_line(l,
             page_format(page, "%s = %s", page_words(page, "arithmetic.mean"),
                         page_number(page, m->mean, NUMBER_PLAIN)),
             "", false);
    put_line(l,
             page_format(page, "%s = %s", page_words(page, "arithmetic.variance"),
                         page_number(page, m->variance, NUMBER_PLAIN)),
             "", false);
    put_line(l,
             page_format(page, "(%s − %s) / √%s", page_number(page, m->a, NUMBER_PLAIN),
                         page_number(page, m->mean, NUMBER_PLAIN),
                         page_number(page, m->variance + 1e-5f, NUMBER_PLAIN)),
             "", false);
    if (m->has_gain) {
        put_line(l,
                 page_format(page, "× %s + %s", page_number(page, m->gain, NUMBER_PLAIN),
                             page_number(page, m->shift, NUMBER_PLAIN)),
                 "", false);
    }
    put_line(l, result_words(page, false, m->result, CELL_ROLE_PLAIN), "", true);
}

static void put_quotient(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    bool is_exact = m->b != 0 &&
                    is_same_shown(floor(fabs(number_shown(m->a) / number_shown(m->b)) * 100 + 0.5) /
                                      100 * (m->result < 0 ? -1 : 1),
                                  m->result);
    put_line(l,
             page_format(page, "%s / %s", page_number(page, m->a, NUMBER_PLAIN),
                         page_number(page, m->b, NUMBER_PLAIN)),
             "", false);
    put_line(l, result_words(page, is_exact, m->result, CELL_ROLE_PLAIN), "", true);
}

static void put_products(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    bool is_output =
        m->cell.source == ATTENTION_TENSOR_ATTENTION_OUTPUT && !page->document->shows_all_terms;
    double sum = is_output ? put_shares(l, m) : put_terms(l, m);
    if (m->form == ARITHMETIC_ACTIVATION) {
        const char *name = page->study->model.weights.config.activation == ATTENTION_ACTIVATION_GELU
                               ? "GELU"
                               : "ReLU";
        put_line(l,
                 page_format(page, "%s %s", is_same_shown(sum, m->before) ? "=" : "≈",
                             page_number(page, m->before, NUMBER_PLAIN)),
                 "", false);
        put_line(l,
                 page_format(page, "%s(%s) = %s", name, page_number(page, m->before, NUMBER_PLAIN),
                             page->is_selection_shown ? page_number(page, m->result, NUMBER_PLAIN)
                                                      : "?"),
                 "", true);
        return;
    }
    put_line(
        l,
        result_words(page, is_same_shown(sum, m->result), m->result, cell_role_of(m->cell.source)),
        "", true);
}

/* "8.99 − 26.63", or the difference alone where rounding would make it vanish. */
static const char *exponent_words(struct page *page, const struct arithmetic *m) {
    bool vanishes = m->a != m->b && number_shown(m->a) == number_shown(m->b);
    if (vanishes) {
        return page_format(page, "\u2212%.4f", (double)(m->b - m->a));
    }
    return page_format(page, "%s − %s", page_number(page, m->a, NUMBER_PLAIN),
                       page_number(page, m->b, NUMBER_PLAIN));
}

static void put_form(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    switch (m->form) {
    case ARITHMETIC_SUM: {
        double sum = put_terms(l, m);
        put_line(l,
                 result_words(page, is_same_shown(sum, m->result), m->result,
                              cell_role_of(m->cell.source)),
                 "", true);
        break;
    }
    case ARITHMETIC_PRODUCTS:
    case ARITHMETIC_ACTIVATION:
        put_products(l, m);
        break;
    case ARITHMETIC_QUOTIENT:
        put_quotient(l, m);
        break;
    case ARITHMETIC_MASKED:
        put_line(l, page_words(page, "arithmetic.masked"), "", false);
        break;
    case ARITHMETIC_EXPONENTIAL:
        put_line(l, page_format(page, "e^(z − max) = e^(%s)", exponent_words(page, m)), "", false);
        put_line(l, result_words(page, false, m->result, CELL_ROLE_PLAIN), "", true);
        break;
    case ARITHMETIC_SOFTMAX:
        put_softmax(l, m);
        break;
    case ARITHMETIC_NORM:
        put_norm(l, m);
        break;
    case ARITHMETIC_COPY:
        put_line(l, page_words(page, "arithmetic.copy"), "", false);
        put_line(l, result_words(page, true, m->result, cell_role_of(m->cell.source)), "", true);
        break;
    default:
        put_line(l,
                 page_words(page, m->cell.source >= CELL_W_Q && m->cell.source <= CELL_W_O
                                      ? "arithmetic.weight"
                                      : "arithmetic.given"),
                 "", false);
        put_line(l, result_words(page, true, m->result, cell_role_of(m->cell.source)), "", true);
    }
}

/* A word of the title; a mark in quotes, so that it is not read as the title's own. */
static const char *title_word(struct page *page, int index) {
    bool is_mark = page->study->tokens.tokens[index].rule == TOKEN_RULE_PUNCTUATION;
    return is_mark ? page_format(page, "“%s”", page_word(page, index)) : page_word(page, index);
}

/* "S [cat, mat]": which number this is, from the matrix's letter and the words of its row and
 * column. */
static const char *cell_title(struct page *page, const struct document_cell *cell) {
    const char *row = cell_rows_are_tokens(cell->source) ? title_word(page, cell->row)
                                                         : page_format(page, "%d", cell->row + 1);
    const char *column = cell_columns_are_keys(cell->source)
                             ? title_word(page, cell->column)
                             : page_format(page, "%d", cell->column + 1);
    if (cell->source == CELL_ROW_TOTAL) {
        return page_format(page, "Σ [%s]", row);
    }
    return page_format(page, "%s [%s, %s]", cell_symbol(cell->source), row, column);
}

float panel_arithmetic(struct page *page, float x, float y, float width, float bottom) {
    struct ui *ui = &page->ui;
    struct lines l = {page,   x,     y,    width, roundf(ui_type(ui, type_size) * 1.6f),
                      bottom, false, false};
    if (!page->has_arithmetic || y + 2 * l.line_px > bottom) {
        return 0;
    }
    const char *title = cell_title(page, &page->arithmetic.cell);
    put_line(&l, title, "", true);
    put_form(&l, &page->arithmetic);
    draw_rectangle(ui->list, rect_make(x, y, ui_px(ui, 3), l.y - y), 0, ui->theme->line);
    return l.y - y;
}

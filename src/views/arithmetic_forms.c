/* arithmetic_forms.c: each form of arithmetic as it is written by hand: the operands and what is
 * done to them, line by line, the result at the end. */
#include "arithmetic_lines.h"

#include <math.h>

static const char *plain(struct page *page, float value) {
    return page_number(page, value, NUMBER_TERM);
}

/* "a − b", or "a + |b|". */
static const char *minus(struct page *page, float a, float b) {
    return page_format(page, "%s %s %s", plain(page, a), b < 0 ? "+" : "−", plain(page, fabsf(b)));
}

/* A sentence that says why, and the result. */
static void put_reason(struct lines *l, const struct arithmetic *m, const char *key) {
    lines_put_sentence(l, page_words(l->page, key));
    lines_put_result(l, m, true);
}

/* Beside a weight: a large one on a tiny value does nothing. */
static void put_value_norm(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    if (!page->is_selection_shown || !m->has_value_norm || l->list) {
        return;
    }
    float weighted = m->result * m->value_norm;
    double shown = number_shown(m->result) * number_shown(m->value_norm);
    bool is_exact = lines_is_same(floor(shown * 100 + 0.5) / 100, weighted);
    lines_put(l,
              page_format(page, "a·‖" UI_MARK_VALUE "v" UI_MARK_END "‖ = %s × %s %s %s",
                          plain(page, m->result), plain(page, m->value_norm), is_exact ? "=" : "≈",
                          plain(page, weighted)),
              "", false);
}

/* Each key's exponential (or, with τ = 0, a 1 for each of the largest), their sum, the share of
 * one. */
static void put_softmax(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    lines_put(l, page_format(page, "max z = %s", plain(page, m->maximum)), "", false);
    double total = lines_put_terms(l, m, 3); /* Σ, the weight, a·‖v‖ */
    lines_put(
        l, page_format(page, "Σ %s %s", lines_is_same(total, m->b) ? "=" : "≈", plain(page, m->b)),
        "", false);
    bool is_exact = lines_is_quotient(m->a, m->b, m->result);
    lines_put(l,
              page_format(page, "%s / %s %s %s", plain(page, m->a), plain(page, m->b),
                          is_exact ? "=" : "≈",
                          page->is_selection_shown ? plain(page, m->result) : "?"),
              "", true);
    put_value_norm(l, m);
}

/* The share that it would have been, and what became of it. */
static void put_masked_after(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    lines_put(l, page_format(page, "max z = %s", plain(page, m->maximum)), "", false);
    double total = lines_put_terms(l, m, 4);
    lines_put(
        l, page_format(page, "Σ %s %s", lines_is_same(total, m->b) ? "=" : "≈", plain(page, m->b)),
        "", false);
    lines_put(l,
              page_format(page, "%s / %s ≈ %s → 0", plain(page, m->a), plain(page, m->b),
                          plain(page, m->a / m->b)),
              "", true);
    lines_put_sentence(l, page_words(page, "arithmetic.masked_after"));
}

static void put_largest(struct lines *l, const struct arithmetic *m) {
    if (m->cell.source == CELL_EXPONENTIALS) {
        lines_put(l, page_format(l->page, "max z = %s", plain(l->page, m->b)), "", false);
        put_reason(l, m, "arithmetic.largest");
    } else {
        put_softmax(l, m);
    }
}

static void put_norm(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    lines_put(
        l, page_format(page, "%s = %s", page_words(page, "arithmetic.mean"), plain(page, m->mean)),
        "", false);
    lines_put(l,
              page_format(page, "%s = %s", page_words(page, "arithmetic.variance"),
                          plain(page, m->variance)),
              "", false);
    lines_put(l,
              page_format(page, "(%s) / √%s", minus(page, m->a, m->mean),
                          plain(page, m->variance + 1e-5f)),
              "", false);
    if (m->has_gain || m->has_shift) {
        lines_put(l, page_format(page, "× %s + %s", plain(page, m->gain), plain(page, m->shift)),
                  "", false);
    }
    lines_put_result(l, m, false);
}

static void put_quotient(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    lines_put(l, page_format(page, "%s / %s", plain(page, m->a), plain(page, m->b)), "", false);
    lines_put_result(l, m, lines_is_quotient(m->a, m->b, m->result));
}

/* The row's squares, their root, and the number divided by it. */
static void put_unit(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    bool is_query = m->cell.source == ATTENTION_TENSOR_SIMILARITY_QUERY;
    double squares = lines_put_terms(l, m, 3);
    lines_put(l,
              page_format(page, "‖%s%s" UI_MARK_END "‖ %s √%s %s %s",
                          is_query ? UI_MARK_QUERY : UI_MARK_KEY, is_query ? "q" : "k", "=",
                          plain(page, (float)squares), "≈", plain(page, m->b)),
              "", false);
    put_quotient(l, m);
}

static void put_products(struct lines *l, const struct arithmetic *m) {
    bool is_in_shares = m->share_count > 0 && !l->page->document->shows_all_terms && !l->list;
    double sum = is_in_shares ? lines_put_shares(l, m) : lines_put_terms(l, m, 1);
    lines_put_result(l, m, lines_is_same(sum, m->result));
}

static void put_activation(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    double sum = lines_put_terms(l, m, 2);
    lines_put(l,
              page_format(page, "%s %s", lines_is_same(sum, m->before) ? "=" : "≈",
                          plain(page, m->before)),
              "", false);
    lines_put(l,
              page_format(page, "%s(%s) = %s", m->is_gelu ? "GELU" : "ReLU", plain(page, m->before),
                          page->is_selection_shown ? plain(page, m->result) : "?"),
              "", true);
}

/* "8.99 − 26.63", or the difference alone where rounding would make it vanish. */
static void put_exponential(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    bool vanishes = m->a != m->b && number_shown(m->a) == number_shown(m->b);
    const char *exponent =
        vanishes ? page_format(page, "\u2212%.4f", (double)(m->b - m->a)) : minus(page, m->a, m->b);
    lines_put(l, page_format(page, "e^(z − max) = e^(%s)", exponent), "", false);
    lines_put_result(l, m, false);
}

static void put_sinusoid(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    const char *wave = m->is_cosine_wave ? "cos" : "sin";
    lines_put(l,
              page_format(page, "%s(%zu / %s) = %s(%s)", wave, m->position,
                          plain(page, (float)m->period), wave, plain(page, m->a)),
              "", false);
    lines_put_result(l, m, false);
}

static void put_masked(struct lines *l, const struct arithmetic *m) {
    (void)m;
    lines_put_sentence(l, page_words(l->page, "arithmetic.masked"));
}

void lines_put_form(struct lines *l, const struct arithmetic *m) {
    switch (m->form) {
    case ARITHMETIC_SUM:
    case ARITHMETIC_PRODUCTS:
    case ARITHMETIC_TANH:
        put_products(l, m);
        break;
    case ARITHMETIC_ACTIVATION:
        put_activation(l, m);
        break;
    case ARITHMETIC_UNIT:
        put_unit(l, m);
        break;
    case ARITHMETIC_QUOTIENT:
        put_quotient(l, m);
        break;
    case ARITHMETIC_UNDIVIDED:
        put_reason(l, m, "arithmetic.undivided");
        break;
    case ARITHMETIC_MASKED:
        put_masked(l, m);
        break;
    case ARITHMETIC_EXPONENTIAL:
        put_exponential(l, m);
        break;
    case ARITHMETIC_SOFTMAX:
        put_softmax(l, m);
        break;
    case ARITHMETIC_LARGEST:
        put_largest(l, m);
        break;
    case ARITHMETIC_MASKED_AFTER:
        put_masked_after(l, m);
        break;
    case ARITHMETIC_NOTHING_ALLOWED:
        put_reason(l, m, "arithmetic.nothing_allowed");
        break;
    case ARITHMETIC_HEAD_OFF:
        put_reason(l, m, "arithmetic.head_off");
        break;
    case ARITHMETIC_NORM:
        put_norm(l, m);
        break;
    case ARITHMETIC_SINUSOID:
        put_sinusoid(l, m);
        break;
    case ARITHMETIC_COPY:
        put_reason(l, m, "arithmetic.copy");
        break;
    case ARITHMETIC_EDITED:
        put_reason(l, m, "arithmetic.edited");
        break;
    default:
        put_reason(l, m, cell_is_weight(m->cell.source) ? "arithmetic.weight" : "arithmetic.given");
    }
}

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
    if (!page->is_selection_shown || !m->has_value_norm) {
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
    bool is_in_shares = m->share_count > 0 && !l->page->document->shows_all_terms;
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

/* What it does: which numbers it meets, and what they make together. */
static void put_acting(struct lines *l, const struct document_cell *cell) {
    struct page *page = l->page;
    int result = cell_weight_result(cell->source), inputs[2] = {result};
    bool is_unit = cell->source == CELL_W_ADDITIVE, is_general = cell->source == CELL_W_GENERAL;
    bool is_row = !is_unit && cell_matrix_of(page->study, cell->source, cell->head, NULL).rows == 1;
    bool is_gain = cell->source == CELL_NORM1_WEIGHT || cell->source == CELL_NORM2_WEIGHT;
    cell_inputs(page->study, result, inputs);
    int in = is_general ? cell->row : cell->column;
    int out = is_row || is_unit || is_general ? cell->column : cell->row;
    const char *names[] = {"in", "input", "out", "result", NULL};
    const char *values[] = {page_format(page, "%d", in + 1), cell_symbol(inputs[0]),
                            page_format(page, "%d", out + 1), cell_symbol(result), NULL};
    lines_put_sentence(l, page_filled(page,
                                      is_unit   ? "weight.unit"
                                      : is_gain ? "weight.gain"
                                      : is_row  ? "weight.bias"
                                                : "weight.product",
                                      names, values));
}

/* "[0,2,1]": a place in each dimension of the tensor, from 0, as --edit takes it. */
static const char *place_words(struct page *page, int tensor, size_t index) {
    size_t shape[3];
    const char *words = "";
    for (int i = study_shape(page->study, tensor, shape) - 1; i >= 0; i--) {
        words = page_format(page, "%zu%s%s", index % shape[i], *words ? "," : "", words);
        index /= shape[i];
    }
    return page_format(page, "[%s]", words);
}

/* Where it stands in the model, and what it does. */
static void put_weight(struct lines *l, const struct arithmetic *m) {
    struct page *page = l->page;
    char name[WHAT_IF_NAME_BYTES];
    int tensor = 0, layer = 0;
    size_t index = 0;
    cell_address(page->study, &m->cell, &tensor, &layer, &index);
    what_if_quantity_name(tensor, layer, name);
    lines_put_sentence(l, page_words(page, "arithmetic.weight"));
    const char *place = place_words(page, tensor, index),
               *whole = page_format(page, "%s%s", name, place);
    float room = l->width - ui_px(&page->ui, 13);
    bool is_long = ui_text_width(&page->ui, TEXT_WORDS, 14, whole) > room;
    lines_put_sentence(l, is_long ? page_format(page, "%s %s", name, place) : whole);
    put_acting(l, &m->cell);
    lines_put_result(l, m, true);
}

static void put_given(struct lines *l, const struct arithmetic *m) {
    if (cell_is_weight(m->cell.source)) {
        put_weight(l, m);
    } else {
        put_reason(l, m, "arithmetic.given");
    }
}

static void put_edited(struct lines *l, const struct arithmetic *m) {
    if (cell_is_weight(m->cell.source)) {
        lines_put_sentence(l, page_words(l->page, "arithmetic.edited"));
        put_weight(l, m);
    } else {
        put_reason(l, m, "arithmetic.edited");
    }
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
        put_edited(l, m);
        break;
    default:
        put_given(l, m);
    }
}

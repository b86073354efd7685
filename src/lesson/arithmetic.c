/* arithmetic.c: what the library says about a number, in the terms of the stage. The mathematics is
 * the library's alone; here are the cells of its operands, and the strips that are framed. */
#include "arithmetic.h"

#include "attention/attention_explain.h"
#include "cell_address.h"

#include <math.h>
#include <stdlib.h>

static const struct document_cell no_cell = {-1, 0, 0, 0};

static struct document_cell cell_of(const struct study *study, const struct attention_operand *o) {
    return cell_at_address(study, o->tensor, o->layer, o->index);
}

static void add_operand(struct arithmetic *out, int source, int head, int row, int column) {
    if (out->operand_count < ARITHMETIC_MOST_OPERANDS) {
        out->operands[out->operand_count++] =
            (struct arithmetic_operand){source, head, row, column, cell_role_of(source)};
    }
}

/* The strip from the first to the last operand: a row where they stand side by side, a column where
 * one stands below the other, one cell where it is alone. */
static void add_strip(struct arithmetic *out, const struct document_cell *first,
                      const struct document_cell *last) {
    bool is_row = first->row == last->row && first->column != last->column;
    bool is_column = first->column == last->column && first->row != last->row;
    if (first->source >= 0) {
        add_operand(out, first->source, first->head, is_column ? -1 : first->row,
                    is_row ? -1 : first->column);
    }
}

/* A gain or a bias: one cell, where there is one. */
static void add_number(const struct study *study, struct arithmetic *out,
                       const struct attention_operand *operand) {
    struct document_cell cell = cell_of(study, operand);
    if (cell.source >= 0) {
        add_operand(out, cell.source, cell.head, cell.row, cell.column);
    }
}

/* What F made of a query or key is not on the stage; the query or key is, and is framed as well. */
static void add_origin(struct arithmetic *out, const struct document_cell *first) {
    if (first->source == ATTENTION_TENSOR_SIMILARITY_QUERY) {
        add_operand(out, ATTENTION_TENSOR_Q, first->head, first->row, -1);
    } else if (first->source == ATTENTION_TENSOR_SIMILARITY_KEY) {
        add_operand(out, ATTENTION_TENSOR_K, first->head, first->row, -1);
    }
}

static bool reserve_terms(struct arithmetic *out, size_t count) {
    out->terms = calloc(count ? count : 1, sizeof *out->terms);
    return out->terms != NULL;
}

/* Are the terms one for each key? */
static bool are_terms_keys(const struct arithmetic *out) {
    return out->cell.source == ATTENTION_TENSOR_HEAD_OUTPUT ||
           out->cell.source == ATTENTION_TENSOR_WEIGHTS || out->cell.source == CELL_ROW_TOTAL;
}

static bool take_terms(const struct study *study, const struct attention_arithmetic *m,
                       struct arithmetic *out) {
    bool has_heads = m->operation == ATTENTION_OPERATION_GROUPED;
    if (!reserve_terms(out, m->count)) {
        return false;
    }
    for (size_t t = 0; t < m->count; t++) {
        const struct attention_term *term = &m->terms[t];
        out->terms[t] = (struct arithmetic_term){term->a.value,
                                                 term->b.value,
                                                 term->w.value,
                                                 term->value,
                                                 cell_of(study, &term->a),
                                                 cell_of(study, &term->b),
                                                 cell_of(study, &term->w),
                                                 are_terms_keys(out) ? (int)t : -1,
                                                 has_heads ? term->group : -1};
    }
    out->count = m->count;
    return true;
}

static bool take_shares(const struct attention_arithmetic *m, struct arithmetic *out) {
    out->shares = calloc(m->group_count, sizeof *out->shares);
    for (size_t head = 0; out->shares && head < m->group_count; head++) {
        out->shares[head] = m->group_sums[head];
    }
    out->share_count = out->shares ? m->group_count : 0;
    return out->shares != NULL;
}

/* Summands are framed one by one, the operands of other sums as rows and columns. */
static void frame_terms(struct arithmetic *out) {
    if (out->form == ARITHMETIC_SUM && out->cell.source != CELL_ROW_TOTAL) {
        for (size_t t = 0; t < out->count; t++) {
            const struct document_cell *cell = &out->terms[t].a_cell;
            add_operand(out, cell->source, cell->head, cell->row, cell->column);
        }
        return;
    }
    if (out->count == 0) {
        return;
    }
    const struct arithmetic_term *first = &out->terms[0], *last = &out->terms[out->count - 1];
    bool is_squared = out->form == ARITHMETIC_UNIT; /* both operands are the same row */
    add_strip(out, &first->a_cell, &last->a_cell);
    if (!is_squared) {
        add_strip(out, &first->b_cell, &last->b_cell);
    }
    add_strip(out, &first->w_cell, &last->w_cell);
    add_origin(out, &first->a_cell);
    add_origin(out, &first->b_cell);
}

static enum arithmetic_form form_of(const struct attention_arithmetic *m) {
    static const enum arithmetic_form forms[] = {
        [ATTENTION_OPERATION_GIVEN] = ARITHMETIC_GIVEN,
        [ATTENTION_OPERATION_COPY] = ARITHMETIC_COPY,
        [ATTENTION_OPERATION_SUM] = ARITHMETIC_SUM,
        [ATTENTION_OPERATION_PRODUCTS] = ARITHMETIC_PRODUCTS,
        [ATTENTION_OPERATION_GROUPED] = ARITHMETIC_PRODUCTS,
        [ATTENTION_OPERATION_ACTIVATION] = ARITHMETIC_ACTIVATION,
        [ATTENTION_OPERATION_TANH] = ARITHMETIC_TANH,
        [ATTENTION_OPERATION_UNIT] = ARITHMETIC_UNIT,
        [ATTENTION_OPERATION_QUOTIENT] = ARITHMETIC_QUOTIENT,
        [ATTENTION_OPERATION_MASKED] = ARITHMETIC_MASKED,
        [ATTENTION_OPERATION_SOFTMAX] = ARITHMETIC_SOFTMAX,
        [ATTENTION_OPERATION_LARGEST] = ARITHMETIC_LARGEST,
        [ATTENTION_OPERATION_NOTHING_ALLOWED] = ARITHMETIC_NOTHING_ALLOWED,
        [ATTENTION_OPERATION_MASKED_AFTER] = ARITHMETIC_MASKED_AFTER,
        [ATTENTION_OPERATION_NORM] = ARITHMETIC_NORM,
        [ATTENTION_OPERATION_HEAD_OFF] = ARITHMETIC_HEAD_OFF,
        [ATTENTION_OPERATION_SINUSOID] = ARITHMETIC_SINUSOID,
    };
    return m->is_edited ? ARITHMETIC_EDITED : forms[m->operation];
}

/* The numbers beside the terms. */
static void take_numbers(const struct attention_arithmetic *m, struct arithmetic *out) {
    bool is_norm = m->operation == ATTENTION_OPERATION_NORM;
    bool is_weight = out->cell.source == ATTENTION_TENSOR_WEIGHTS;
    out->a = m->a.value;
    out->b = m->b.value;
    if (is_weight) { /* numerator and denominator */
        out->a = m->b.value;
        out->b = m->total;
    }
    out->has_bias = m->has_bias && !is_norm;
    out->bias = out->has_bias ? m->bias.value : 0;
    out->has_shift = m->has_bias && is_norm;
    out->shift = out->has_shift ? m->bias.value : 0;
    out->has_gain = m->has_gain;
    out->gain = m->gain.value;
    out->before = m->before;
    out->maximum = m->maximum;
    out->mean = m->mean;
    out->variance = m->variance;
    out->is_gelu = m->is_gelu;
    out->are_terms_queries = is_weight && m->is_over_queries;
    out->has_value_norm = is_weight && isfinite(m->value_norm);
    out->value_norm = m->value_norm;
    out->is_cosine_wave = m->is_cosine_wave;
    out->position = m->position;
    out->period = m->period;
}

static bool take(const struct study *study, const struct attention_arithmetic *m,
                 struct arithmetic *out) {
    out->form = form_of(m);
    if (out->form == ARITHMETIC_MASKED && cell_is_before_mask(study, &out->cell)) {
        out->form = ARITHMETIC_QUOTIENT; /* the mask has not come yet */
    }
    if (out->form == ARITHMETIC_QUOTIENT && m->b.value == 0) {
        out->form = ARITHMETIC_UNDIVIDED;
    }
    take_numbers(m, out);
    if (!take_terms(study, m, out) || (m->group_count > 0 && !take_shares(m, out))) {
        return false;
    }
    frame_terms(out);
    if (out->form != ARITHMETIC_EDITED) {
        add_number(study, out, &m->gain);
        add_number(study, out, &m->bias);
    }
    struct document_cell a = cell_of(study, &m->a);
    if (out->form == ARITHMETIC_COPY && a.source < 0) {
        out->form =
            ARITHMETIC_GIVEN; /* a learned position: the model's, from no matrix of the stage */
    }
    if (out->form == ARITHMETIC_SOFTMAX || out->form == ARITHMETIC_LARGEST ||
        out->form == ARITHMETIC_MASKED_AFTER) {
        bool is_column = out->are_terms_queries;
        add_operand(out, CELL_EXPONENTIALS, out->cell.head, is_column ? -1 : out->cell.row,
                    is_column ? out->cell.column : -1);
    } else if (out->count == 0 && out->form != ARITHMETIC_MASKED && a.source >= 0) {
        add_operand(out, a.source, a.head, a.row, a.column);
    }
    return true;
}

/* e^(z − max) and the total of a row are on the way to the weights, and explained with them. */
static bool take_exponential(const struct study *study, const struct attention_arithmetic *m,
                             struct arithmetic *out) {
    const struct document_cell *cell = &out->cell;
    if (cell->source == CELL_ROW_TOTAL) {
        if (!reserve_terms(out, m->count)) {
            return false;
        }
        for (size_t j = 0; j < m->count; j++) {
            struct document_cell e = {CELL_EXPONENTIALS, cell->head, cell->row, (int)j};
            float value = m->terms[j].value;
            out->terms[j] =
                (struct arithmetic_term){value, 1, 1, value, e, no_cell, no_cell, (int)j, -1};
        }
        out->form = ARITHMETIC_SUM;
        out->count = m->count;
        out->b = m->total;
        add_operand(out, CELL_EXPONENTIALS, cell->head, cell->row, -1);
    } else {
        bool is_after = m->operation == ATTENTION_OPERATION_MASKED_AFTER; /* but not yet here */
        bool is_power = attention_trace_divisor(study->trace) != 0 &&
                        (is_after || m->operation == ATTENTION_OPERATION_SOFTMAX);
        out->form = is_power   ? ARITHMETIC_EXPONENTIAL
                    : is_after ? ARITHMETIC_LARGEST
                               : form_of(m);
        out->a = m->a.value;
        out->b = m->maximum;
        add_operand(out, ATTENTION_TENSOR_SCORES, cell->head, cell->row, cell->column);
    }
    out->maximum = m->maximum;
    return true;
}

static bool explain(const struct study *study, const struct document_cell *cell,
                    struct attention_arithmetic *m) {
    int tensor, layer;
    size_t index;
    return cell_address(study, cell, &tensor, &layer, &index) &&
           attention_explain(study->trace, &study->model.weights, tensor, layer, index, NULL, m,
                             NULL) == ATTENTION_OK;
}

bool arithmetic_of(const struct study *study, const struct document_cell *cell,
                   struct arithmetic *out) {
    *out = (struct arithmetic){.cell = *cell};
    if (!cell_value(study, cell, &out->result)) {
        *out = (struct arithmetic){0};
        return false;
    }
    if (cell->source == ATTENTION_TENSOR_X && study->document.layer > 0) {
        out->form = ARITHMETIC_COPY; /* what the layer before put out */
        out->a = out->result;
        add_operand(out, ATTENTION_TENSOR_X, 0, cell->row, cell->column);
        return true;
    }
    bool is_on_the_way = cell->source == CELL_EXPONENTIALS || cell->source == CELL_ROW_TOTAL;
    struct document_cell explained = *cell;
    if (is_on_the_way) {
        explained.source = ATTENTION_TENSOR_WEIGHTS;
    }
    struct attention_arithmetic m;
    bool is_done = explain(study, &explained, &m);
    if (is_done) {
        is_done = is_on_the_way ? take_exponential(study, &m, out) : take(study, &m, out);
        attention_arithmetic_free(&m);
    }
    if (!is_done) {
        arithmetic_free(out);
    }
    return is_done;
}

void arithmetic_free(struct arithmetic *arithmetic) {
    free(arithmetic->terms);
    free(arithmetic->shares);
    *arithmetic = (struct arithmetic){0};
}

void arithmetic_order(const struct arithmetic *arithmetic, size_t *order) {
    /* Insertion sort keeps equal terms in the order of the pass; rows are at most d or m long. */
    for (size_t i = 0; i < arithmetic->count; i++) {
        size_t at = i;
        float magnitude = fabsf(arithmetic->terms[i].product);
        while (at > 0 && fabsf(arithmetic->terms[order[at - 1]].product) < magnitude) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

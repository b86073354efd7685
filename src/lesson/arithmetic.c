/* arithmetic.c: redoing one number of the pass with its operands in hand. */
#include "arithmetic.h"

#include "wiring.h"

#include <math.h>
#include <stdlib.h>

static const struct document_cell no_cell = {-1, 0, 0, 0};

static struct document_cell cell_at(int source, int head, size_t row, size_t column) {
    return (struct document_cell){source, head, (int)row, (int)column};
}

static void add_operand(struct arithmetic *out, int source, int head, int row, int column) {
    out->operands[out->operand_count++] =
        (struct arithmetic_operand){source, head, row, column, cell_role_of(source)};
}

static bool reserve_terms(struct arithmetic *out, size_t count) {
    out->terms = calloc(count ? count : 1, sizeof *out->terms);
    return out->terms != NULL;
}

static void add_term(struct arithmetic *out, float a, struct document_cell a_cell, float b,
                     struct document_cell b_cell, int token, int head) {
    out->terms[out->count++] = (struct arithmetic_term){a, b, a * b, a_cell, b_cell, token, head};
}

static float value_at(const struct study *study, int source, int head, int row, int column) {
    struct cell_matrix m = cell_matrix_of(study, source, head, NULL);
    return m.values[(size_t)row * m.columns + (size_t)column];
}

/* Row `row` of a times row `b_row` of b: every matrix product of the pass has this form. */
struct product {
    int a_source, a_head, b_source, b_head, b_row;
    bool b_is_column;  /* b is read down column b_row instead (A · V) */
    const float *bias; /* of this output, or NULL */
    size_t head_width; /* > 0: term t belongs to head t / head_width */
    bool tokens;       /* term t belongs to key t */
};

static bool products(const struct study *study, const struct product *p, struct arithmetic *out) {
    int row = out->cell.row;
    struct cell_matrix a = cell_matrix_of(study, p->a_source, p->a_head, NULL);
    struct cell_matrix b = cell_matrix_of(study, p->b_source, p->b_head, NULL);
    if (!a.values || !b.values || !reserve_terms(out, a.columns)) {
        return false;
    }
    for (size_t t = 0; t < a.columns; t++) {
        size_t b_row = p->b_is_column ? t : (size_t)p->b_row;
        size_t b_column = p->b_is_column ? (size_t)p->b_row : t;
        add_term(out, a.values[(size_t)row * a.columns + t],
                 cell_at(p->a_source, p->a_head, (size_t)row, t),
                 b.values[b_row * b.columns + b_column],
                 cell_at(p->b_source, p->b_head, b_row, b_column), p->tokens ? (int)t : -1,
                 p->head_width ? (int)(t / p->head_width) : -1);
    }
    if (p->bias) {
        out->has_bias = true;
        out->bias = *p->bias;
    }
    out->form = ARITHMETIC_PRODUCTS;
    add_operand(out, p->a_source, p->a_head, row, -1);
    add_operand(out, p->b_source, p->b_head, p->b_is_column ? -1 : p->b_row,
                p->b_is_column ? p->b_row : -1);
    return true;
}

static bool projection(const struct study *study, int weights, const float *bias, size_t width,
                       struct arithmetic *out) {
    int head = out->cell.head;
    const float *own = bias ? bias + (size_t)head * width + (size_t)out->cell.column : NULL;
    struct product p = {wiring_projection_input(&study->model.weights.config),
                        0,
                        weights,
                        head,
                        out->cell.column,
                        false,
                        own,
                        0,
                        false};
    return products(study, &p, out);
}

/* The network's two matrices are not on the stage as grids of their own, so their terms are made
 * here. */
static bool network_layer(const struct study *study, int input, const float *weight,
                          const float *bias, struct arithmetic *out) {
    struct cell_matrix x = cell_matrix_of(study, input, 0, NULL);
    size_t row = (size_t)out->cell.row, unit = (size_t)out->cell.column;
    if (!x.values || !reserve_terms(out, x.columns)) {
        return false;
    }
    out->before = 0;
    for (size_t t = 0; t < x.columns; t++) {
        add_term(out, x.values[row * x.columns + t], cell_at(input, 0, row, t),
                 weight[unit * x.columns + t], no_cell, -1, -1);
        out->before += out->terms[t].product;
    }
    if (bias) {
        out->has_bias = true;
        out->bias = bias[unit];
        out->before += out->bias;
    }
    add_operand(out, input, 0, out->cell.row, -1);
    return true;
}

static bool sum_of(const struct study *study, const int *summands, int count,
                   struct arithmetic *out) {
    if (!reserve_terms(out, (size_t)count)) {
        return false;
    }
    for (int s = 0; s < count; s++) {
        struct document_cell at = out->cell;
        at.source = summands[s];
        at.head = 0;
        add_term(out, value_at(study, at.source, 0, at.row, at.column), at, 1.0f, no_cell, -1, -1);
        add_operand(out, at.source, 0, at.row, at.column);
    }
    out->form = ARITHMETIC_SUM;
    return true;
}

static bool copy_of(struct arithmetic *out, int source, int head, int column) {
    out->form = ARITHMETIC_COPY;
    out->a = out->result;
    add_operand(out, source, head, out->cell.row, column);
    return true;
}

static bool score(const struct study *study, struct arithmetic *out) {
    if (isinf(out->result) && out->result < 0) {
        out->form = ARITHMETIC_MASKED;
        return true;
    }
    out->form = ARITHMETIC_QUOTIENT;
    out->a = value_at(study, ATTENTION_TENSOR_SIMILARITY, out->cell.head, out->cell.row,
                      out->cell.column);
    out->b = attention_trace_divisor(study->trace);
    add_operand(out, ATTENTION_TENSOR_SIMILARITY, out->cell.head, out->cell.row, out->cell.column);
    return true;
}

/* e^(z − max), its total over the row, and the weight: all from one row of scores. */
static bool softmax_part(const struct study *study, struct arithmetic *out) {
    int head = out->cell.head, row = out->cell.row, column = out->cell.column;
    struct cell_matrix z = cell_matrix_of(study, ATTENTION_TENSOR_SCORES, head, NULL);
    float *exponentials = malloc(z.columns * sizeof *exponentials);
    if (!exponentials || !reserve_terms(out, z.columns)) {
        free(exponentials);
        return false;
    }
    const float *scores = z.values + (size_t)row * z.columns;
    float total;
    attention_softmax_exponentials(scores, z.columns, exponentials, &out->maximum, &total);
    if (out->cell.source == CELL_EXPONENTIALS) {
        out->form = ARITHMETIC_EXPONENTIAL;
        out->a = scores[column];
        out->b = out->maximum;
        add_operand(out, ATTENTION_TENSOR_SCORES, head, row, column);
    } else {
        for (size_t j = 0; j < z.columns; j++) {
            add_term(out, exponentials[j], cell_at(CELL_EXPONENTIALS, head, (size_t)row, j), 1.0f,
                     no_cell, (int)j, -1);
        }
        out->form = out->cell.source == CELL_ROW_TOTAL ? ARITHMETIC_SUM : ARITHMETIC_SOFTMAX;
        out->a = out->form == ARITHMETIC_SOFTMAX ? exponentials[column] : 0;
        out->b = total;
        add_operand(out, CELL_EXPONENTIALS, head, row, -1);
    }
    free(exponentials);
    return true;
}

static bool norm(const struct study *study, const float *gain, const float *shift,
                 struct arithmetic *out) {
    int input =
        wiring_norm_input(&study->model.weights.config, (enum attention_tensor_id)out->cell.source);
    struct cell_matrix x = cell_matrix_of(study, input, 0, NULL);
    float *normed = x.values ? malloc(x.columns * sizeof *normed) : NULL;
    if (!normed) {
        return false;
    }
    attention_layer_norm(x.values + (size_t)out->cell.row * x.columns, x.columns, gain, shift,
                         normed, &out->mean, &out->variance);
    free(normed);
    out->form = ARITHMETIC_NORM;
    out->a = x.values[(size_t)out->cell.row * x.columns + (size_t)out->cell.column];
    out->has_gain = gain != NULL;
    out->gain = gain ? gain[out->cell.column] : 1.0f;
    out->shift = shift ? shift[out->cell.column] : 0.0f;
    add_operand(out, input, 0, out->cell.row, -1);
    return true;
}

static bool layer_part(const struct study *study, struct arithmetic *out) {
    const struct attention_config *config = &study->model.weights.config;
    const struct attention_layer_weights *w = &study->model.weights.layers[study->document.layer];
    int summands[2];
    switch (out->cell.source) {
    case ATTENTION_TENSOR_RESIDUAL1:
    case ATTENTION_TENSOR_RESIDUAL2:
        wiring_residual(config, (enum attention_tensor_id)out->cell.source, summands);
        return sum_of(study, summands, 2, out);
    case ATTENTION_TENSOR_NORM1:
        return norm(study, w->norm1_weight, w->norm1_bias, out);
    case ATTENTION_TENSOR_NORM2:
        return norm(study, w->norm2_weight, w->norm2_bias, out);
    case ATTENTION_TENSOR_FFN_HIDDEN:
        out->form = ARITHMETIC_ACTIVATION;
        return network_layer(study, wiring_ffn_input(config), w->up_weight, w->up_bias, out);
    case ATTENTION_TENSOR_FFN_OUTPUT:
        out->form = ARITHMETIC_PRODUCTS;
        return network_layer(study, ATTENTION_TENSOR_FFN_HIDDEN, w->down_weight, w->down_bias, out);
    default:
        return copy_of(out, wiring_output(config), 0, out->cell.column);
    }
}

static bool attention_part(const struct study *study, struct arithmetic *out) {
    const struct attention_config *config = &study->model.weights.config;
    const struct attention_layer_weights *w = &study->model.weights.layers[study->document.layer];
    int head = out->cell.head, column = out->cell.column;
    size_t d_k = (size_t)config->d_k, d_v = (size_t)config->d_v;
    switch (out->cell.source) {
    case ATTENTION_TENSOR_Q:
        return projection(study, CELL_W_Q, w->q_bias, d_k, out);
    case ATTENTION_TENSOR_K:
        return projection(study, CELL_W_K, w->k_bias, d_k, out);
    case ATTENTION_TENSOR_V:
        return projection(study, CELL_W_V, w->v_bias, d_v, out);
    case ATTENTION_TENSOR_SIMILARITY:
        return products(study,
                        &(struct product){ATTENTION_TENSOR_Q, head, ATTENTION_TENSOR_K, head,
                                          column, false, NULL, 0, false},
                        out);
    case ATTENTION_TENSOR_SCORES:
        return score(study, out);
    case ATTENTION_TENSOR_WEIGHTS:
    case CELL_EXPONENTIALS:
    case CELL_ROW_TOTAL:
        return softmax_part(study, out);
    case ATTENTION_TENSOR_HEAD_OUTPUT:
        return products(study,
                        &(struct product){ATTENTION_TENSOR_WEIGHTS, head, ATTENTION_TENSOR_V, head,
                                          column, true, NULL, 0, true},
                        out);
    case ATTENTION_TENSOR_CONCAT:
        return copy_of(out, ATTENTION_TENSOR_HEAD_OUTPUT, column / config->d_v,
                       column % config->d_v);
    default:
        return products(study,
                        &(struct product){ATTENTION_TENSOR_CONCAT, 0, CELL_W_O, 0, column, false,
                                          w->o_bias ? w->o_bias + column : NULL, d_v, false},
                        out);
    }
}

static bool input_part(const struct study *study, struct arithmetic *out) {
    static const int both[2] = {ATTENTION_TENSOR_EMBEDDING, ATTENTION_TENSOR_POSITION};
    if (out->cell.source == ATTENTION_TENSOR_X) {
        if (study->document.layer > 0) {
            return copy_of(out, ATTENTION_TENSOR_X, 0, out->cell.column);
        }
        bool has_position = study_tensor(study, ATTENTION_TENSOR_POSITION).data != NULL;
        return sum_of(study, both, has_position ? 2 : 1, out);
    }
    out->form = ARITHMETIC_GIVEN;
    return true;
}

bool arithmetic_of(const struct study *study, const struct document_cell *cell,
                   struct arithmetic *out) {
    *out = (struct arithmetic){0};
    out->cell = *cell;
    if (!cell_value(study, cell, &out->result)) {
        return false;
    }
    bool is_done;
    if (cell->source <= ATTENTION_TENSOR_X ||
        (cell->source >= CELL_W_Q && cell->source <= CELL_W_O)) {
        is_done = input_part(study, out);
    } else if (cell->source >= ATTENTION_TENSOR_RESIDUAL1 &&
               cell->source <= ATTENTION_TENSOR_OUTPUT) {
        is_done = layer_part(study, out);
    } else {
        is_done = attention_part(study, out);
    }
    if (!is_done) {
        arithmetic_free(out);
    }
    return is_done;
}

void arithmetic_free(struct arithmetic *arithmetic) {
    free(arithmetic->terms);
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

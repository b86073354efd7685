/* The arithmetic of every number of every kind of model, done again: the operands stand where their
 * addresses say, and give the number that the pass stored. */
#include "lesson/arithmetic.h"
#include "lesson/steps.h"
#include "support_cells.h"
#include "support_studies.h"
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool forms_met[ARITHMETIC_FORM_COUNT];

static float value_of(const struct study *study, int source, int head, int row, int column) {
    return cells_value(study, &(struct document_cell){source, head, row, column});
}

static bool is_at(const struct document_cell *cell, int source, int head, int row, int column) {
    return cell->source == source && cell->head == head && cell->row == row &&
           cell->column == column;
}

/* What holds for every form: products are products, addresses hold the operands, frames lie around
 * them. */
static void check_operands(const struct study *study, const struct arithmetic *m) {
    const struct document_cell *cell = &m->cell;
    CELLS_REQUIRE(study, cell,
                  m->operand_count >= 0 && m->operand_count <= ARITHMETIC_MOST_OPERANDS);
    CELLS_REQUIRE(study, cell,
                  m->result == value_of(study, cell->source, cell->head, cell->row, cell->column));
    for (int i = 0; i < m->operand_count; i++) {
        const struct arithmetic_operand *o = &m->operands[i];
        struct document_cell first = {o->source, o->head, o->row < 0 ? 0 : o->row,
                                      o->column < 0 ? 0 : o->column};
        CELLS_REQUIRE(study, cell, cell_exists(study, &first));
        CELLS_REQUIRE(study, cell, o->role == cell_role_of(o->source));
    }
    for (size_t t = 0; t < m->count; t++) {
        const struct arithmetic_term *term = &m->terms[t];
        const struct document_cell *both[2] = {&term->a_cell, &term->b_cell};
        const float values[2] = {term->a, term->b};
        if (m->form == ARITHMETIC_SOFTMAX)
            CELLS_REQUIRE(study, cell, term->b == 1 && term->product >= 0 && term->product <= 1);
        else
            CELLS_REQUIRE(study, cell, term->product == term->a * term->b);
        CELLS_REQUIRE(study, cell, term->w == 1 && term->w_cell.source == -1);
        for (int i = 0; i < 2; i++) {
            if (both[i]->source < 0) continue;
            CELLS_REQUIRE(study, cell,
                          value_of(study, both[i]->source, both[i]->head, both[i]->row,
                                   both[i]->column) == values[i]);
            CELLS_REQUIRE(study, cell, cells_is_framed(m, both[i]));
        }
    }
}

/* Added in index order in float32, each head on its own and then the heads, the bias last: bit for
 * bit what the pass does. */
static float added_up(const struct arithmetic *m) {
    float sum = 0, share = 0;
    for (size_t t = 0; t < m->count; t++) {
        bool is_last = t + 1 == m->count || m->terms[t + 1].head != m->terms[t].head;
        share += m->terms[t].product;
        if (m->terms[t].head < 0 || is_last) {
            sum = m->terms[t].head < 0 ? share : sum + share;
            share = m->terms[t].head < 0 ? share : 0;
        }
    }
    return m->has_bias ? sum + m->bias : sum;
}

/* The number of a bias, gain or shift over the cell is framed as one cell, where there is one. */
static void check_vector(const struct study *study, const struct arithmetic *m, int source,
                         bool is_there) {
    bool is_framed = false;
    for (int i = 0; i < m->operand_count; i++) {
        const struct arithmetic_operand *o = &m->operands[i];
        int head = cell_source_is_per_head(source) ? m->cell.head : 0;
        is_framed |= o->source == source && o->head == head && o->row == 0 &&
                     o->column == m->cell.column && o->role == cell_role_of(source);
    }
    CELLS_REQUIRE(study, &m->cell, is_framed == is_there);
}

/* result = Σ a·b (+ bias), a along the row of `a_source`; b given by its address for term t. */
struct expected {
    int a_source, a_head, b_source, b_head;
    bool b_is_column; /* b is column `column` of b_source, else its row `column` */
    size_t count;
    const float *bias;
};

static void check_products(const struct study *study, const struct arithmetic *m,
                           const struct expected *e) {
    const struct document_cell *cell = &m->cell;
    CELLS_REQUIRE(study, cell, m->form == ARITHMETIC_PRODUCTS && m->count == e->count);
    CELLS_REQUIRE(study, cell, m->has_bias == (e->bias != NULL));
    CELLS_REQUIRE(study, cell, !e->bias || m->bias == *e->bias);
    CELLS_REQUIRE(study, cell, added_up(m) == m->result);
    if (cell_is_weight(e->b_source))
        check_vector(study, m,
                     e->b_source == CELL_W_O ? CELL_B_O : CELL_B_Q + e->b_source - CELL_W_Q,
                     e->bias != NULL);
    for (int t = 0; t < (int)m->count; t++) {
        const struct arithmetic_term *term = &m->terms[t];
        int row = e->b_is_column ? t : cell->column, column = e->b_is_column ? cell->column : t;
        CELLS_REQUIRE(study, cell, is_at(&term->a_cell, e->a_source, e->a_head, cell->row, t));
        CELLS_REQUIRE(study, cell, is_at(&term->b_cell, e->b_source, e->b_head, row, column));
        CELLS_REQUIRE(study, cell,
                      term->token == (cell->source == ATTENTION_TENSOR_HEAD_OUTPUT ? t : -1));
        int d_v = study->model.weights.config.d_v;
        bool is_mixed = cell->source == ATTENTION_TENSOR_ATTENTION_OUTPUT;
        CELLS_REQUIRE(study, cell, term->head == (is_mixed ? t / d_v : -1));
    }
}

/* The sum of each head's products is O^h · W_O; with the bias they give the output. */
static void check_shares(const struct study *study, const struct arithmetic *m) {
    const struct attention_config *c = &study->model.weights.config;
    double sum = m->has_bias ? (double)m->bias : 0, size = fabs(sum);
    CELLS_REQUIRE(study, &m->cell, m->share_count == (size_t)c->heads);
    for (int head = 0; head < c->heads; head++) {
        double share = (double)m->shares[head], direct = 0;
        for (int i = 0; i < c->d_v; i++) {
            double product =
                (double)value_of(study, ATTENTION_TENSOR_HEAD_OUTPUT, head, m->cell.row, i) *
                (double)value_of(study, CELL_W_O, 0, m->cell.column, head * c->d_v + i);
            direct += product;
            size += fabs(product);
        }
        CELLS_REQUIRE(study, &m->cell, fabs(share - direct) <= 1e-6 * (size + 1e-30));
        sum += share;
    }
    CELLS_REQUIRE(study, &m->cell, fabs(sum - (double)m->result) <= 1e-6 * (size + 1e-30));
}

static void check_given(const struct study *study, const struct arithmetic *m) {
    CELLS_REQUIRE(study, &m->cell,
                  m->form == ARITHMETIC_GIVEN && m->count == 0 && m->operand_count == 0);
}

static void check_position(const struct study *study, const struct arithmetic *m) {
    const struct attention_config *c = &study->model.weights.config;
    if (c->position == ATTENTION_POSITION_LEARNED) {
        check_given(study, m);
        return;
    }
    double power = (double)(m->cell.column / 2 * 2) / c->d_model;
    double base = c->position_base > 0 ? c->position_base : 10000;
    double angle = m->cell.row / pow(base, power);
    bool is_cosine_wave = m->cell.column % 2 == 1;
    CELLS_REQUIRE(study, &m->cell, m->form == ARITHMETIC_SINUSOID && m->operand_count == 0);
    CELLS_REQUIRE(study, &m->cell, (int)m->position == m->cell.row);
    CELLS_REQUIRE(study, &m->cell, m->is_cosine_wave == is_cosine_wave);
    CELLS_REQUIRE(study, &m->cell, fabs((double)m->a - angle) <= 1e-6 * angle);
    CELLS_REQUIRE(study, &m->cell,
                  fabs((double)m->result - (is_cosine_wave ? cos(angle) : sin(angle))) <= 1e-6);
}

static void check_sum(const struct study *study, const struct arithmetic *m, int first,
                      int second) {
    const struct document_cell *cell = &m->cell;
    CELLS_REQUIRE(study, cell, m->form == ARITHMETIC_SUM && m->count == 2);
    CELLS_REQUIRE(study, cell, is_at(&m->terms[0].a_cell, first, 0, cell->row, cell->column));
    CELLS_REQUIRE(study, cell, is_at(&m->terms[1].a_cell, second, 0, cell->row, cell->column));
    CELLS_REQUIRE(study, cell, m->terms[0].b == 1 && added_up(m) == m->result);
}

static void check_copy(const struct study *study, const struct arithmetic *m, int source, int head,
                       int column) {
    CELLS_REQUIRE(study, &m->cell,
                  m->form == ARITHMETIC_COPY && m->count == 0 && m->operand_count == 1);
    const struct arithmetic_operand *o = &m->operands[0];
    CELLS_REQUIRE(study, &m->cell,
                  o->source == source && o->head == head && o->row == m->cell.row &&
                      o->column == column);
    CELLS_REQUIRE(study, &m->cell, value_of(study, source, head, o->row, column) == m->result);
    CELLS_REQUIRE(study, &m->cell, m->a == m->result);
}

static void check_score(const struct study *study, const struct arithmetic *m) {
    const struct document_cell *cell = &m->cell;
    if (study_is_masked(study) && cell->column > cell->row) {
        CELLS_REQUIRE(study, cell, m->form == ARITHMETIC_MASKED && m->result == -INFINITY);
        return;
    }
    double root = sqrt((double)study->model.weights.config.d_k);
    CELLS_REQUIRE(study, cell, m->form == ARITHMETIC_QUOTIENT && m->a / m->b == m->result);
    CELLS_REQUIRE(
        study, cell,
        m->a == value_of(study, ATTENTION_TENSOR_SIMILARITY, cell->head, cell->row, cell->column));
    CELLS_REQUIRE(study, cell, m->b == (study_is_scaled(study) ? (float)root : 1.0f));
    CELLS_REQUIRE(study, cell, m->operand_count == 1 && m->operands[0].column == cell->column);
}

static double row_maximum(const struct study *study, const struct document_cell *cell) {
    double maximum = -INFINITY;
    for (int j = 0; j < (int)study_tokens(study); j++)
        maximum = fmax(maximum,
                       (double)value_of(study, ATTENTION_TENSOR_SCORES, cell->head, cell->row, j));
    return maximum;
}

/* ‖v‖ of the key's value. */
static void check_value_norm(const struct study *study, const struct arithmetic *m) {
    double squares = 0;
    for (int i = 0; i < study->model.weights.config.d_v; i++)
        squares +=
            pow((double)value_of(study, ATTENTION_TENSOR_V, m->cell.head, m->cell.column, i), 2);
    CELLS_REQUIRE(study, &m->cell, m->has_value_norm);
    CELLS_REQUIRE(study, &m->cell,
                  fabs((double)m->value_norm - sqrt(squares)) <= 1e-6 * sqrt(squares));
}

static void check_softmax(const struct study *study, const struct arithmetic *m) {
    const struct document_cell *cell = &m->cell;
    CELLS_REQUIRE(study, cell, (double)m->maximum == row_maximum(study, cell));
    if (cell->source == CELL_EXPONENTIALS) {
        float z = value_of(study, ATTENTION_TENSOR_SCORES, cell->head, cell->row, cell->column);
        CELLS_REQUIRE(study, cell,
                      m->form == ARITHMETIC_EXPONENTIAL && m->a == z && m->b == m->maximum);
        double power = exp((double)m->a - (double)m->b);
        CELLS_REQUIRE(study, cell, fabs((double)m->result - power) <= 1e-6 * power);
        CELLS_REQUIRE(study, cell, isfinite(z) || m->result == 0);
        return;
    }
    bool is_total = cell->source == CELL_ROW_TOTAL;
    CELLS_REQUIRE(study, cell, m->form == (is_total ? ARITHMETIC_SUM : ARITHMETIC_SOFTMAX));
    CELLS_REQUIRE(study, cell, m->count == study_tokens(study));
    double total = 0;
    for (int j = 0; j < (int)m->count; j++) {
        const struct arithmetic_term *term = &m->terms[j];
        int source = is_total ? (int)CELL_EXPONENTIALS : (int)ATTENTION_TENSOR_SCORES;
        CELLS_REQUIRE(study, cell, is_at(&term->a_cell, source, cell->head, cell->row, j));
        CELLS_REQUIRE(study, cell,
                      term->product ==
                          value_of(study, CELL_EXPONENTIALS, cell->head, cell->row, j));
        CELLS_REQUIRE(study, cell, term->token == j && term->b == 1);
        total += (double)term->product;
    }
    /* The pass adds exponentials through a tree: equal to rounding. */
    CELLS_REQUIRE(study, cell, fabs((double)m->b - total) <= 1e-6 * total);
    CELLS_REQUIRE(study, cell, m->b == value_of(study, CELL_ROW_TOTAL, cell->head, cell->row, 0));
    if (is_total) {
        CELLS_REQUIRE(study, cell, m->result == m->b);
    } else {
        CELLS_REQUIRE(study, cell,
                      m->a == m->terms[cell->column].product && m->a / m->b == m->result);
        check_value_norm(study, m);
    }
}

static void check_norm(const struct study *study, const struct arithmetic *m, int input,
                       const float *gain, const float *shift) {
    const struct document_cell *cell = &m->cell;
    int d = study->model.weights.config.d_model;
    double mean = 0, variance = 0;
    for (int i = 0; i < d; i++)
        mean += (double)value_of(study, input, 0, cell->row, i) / d;
    for (int i = 0; i < d; i++)
        variance += pow((double)value_of(study, input, 0, cell->row, i) - mean, 2) / d;
    CELLS_REQUIRE(study, cell,
                  m->form == ARITHMETIC_NORM &&
                      m->operand_count == 1 + (gain != NULL) + (shift != NULL));
    bool is_first = cell->source == ATTENTION_TENSOR_NORM1;
    check_vector(study, m, is_first ? CELL_NORM1_WEIGHT : CELL_NORM2_WEIGHT, gain != NULL);
    check_vector(study, m, is_first ? CELL_NORM1_BIAS : CELL_NORM2_BIAS, shift != NULL);
    CELLS_REQUIRE(study, cell,
                  m->operands[0].source == input && m->operands[0].row == cell->row &&
                      m->operands[0].column == -1);
    CELLS_REQUIRE(study, cell, m->a == value_of(study, input, 0, cell->row, cell->column));
    CELLS_REQUIRE(study, cell,
                  fabs((double)m->mean - mean) <= 1e-6 * (fabs(mean) + sqrt(variance)));
    CELLS_REQUIRE(study, cell, fabs((double)m->variance - variance) <= 2e-6 * variance + 1e-12);
    CELLS_REQUIRE(study, cell, m->has_gain == (gain != NULL));
    CELLS_REQUIRE(study, cell, m->gain == (gain ? gain[cell->column] : 1));
    CELLS_REQUIRE(study, cell, m->shift == (shift ? shift[cell->column] : 0));
    float again = (m->a - m->mean) / sqrtf(m->variance + 1e-5f) * m->gain + m->shift;
    CELLS_REQUIRE(study, cell, again == m->result);
}

/* One layer of the network. */
static void check_network(const struct study *study, const struct arithmetic *m, int input,
                          const float *weight, const float *bias, size_t count) {
    const struct document_cell *cell = &m->cell;
    bool is_up = cell->source == ATTENTION_TENSOR_FFN_HIDDEN;
    check_vector(study, m, is_up ? CELL_B_UP : CELL_B_DOWN, bias != NULL);
    CELLS_REQUIRE(study, cell, m->count == count && m->has_bias == (bias != NULL));
    CELLS_REQUIRE(study, cell, !bias || m->bias == bias[cell->column]);
    for (size_t t = 0; t < count; t++) {
        CELLS_REQUIRE(study, cell, is_at(&m->terms[t].a_cell, input, 0, cell->row, (int)t));
        CELLS_REQUIRE(
            study, cell,
            is_at(&m->terms[t].b_cell, is_up ? CELL_W_UP : CELL_W_DOWN, 0, cell->column, (int)t));
        CELLS_REQUIRE(study, cell, m->terms[t].b == weight[(size_t)cell->column * count + t]);
    }
    if (cell->source == ATTENTION_TENSOR_FFN_OUTPUT) {
        CELLS_REQUIRE(study, cell, m->form == ARITHMETIC_PRODUCTS && m->result == added_up(m));
        return;
    }
    CELLS_REQUIRE(study, cell, m->before == added_up(m));
    double x = (double)m->before;
    bool is_gelu = study->model.weights.config.activation == ATTENTION_ACTIVATION_GELU;
    double active = is_gelu ? x * 0.5 * erfc(-x / sqrt(2)) : fmax(x, 0);
    CELLS_REQUIRE(study, cell, m->form == ARITHMETIC_ACTIVATION && m->is_gelu == is_gelu);
    CELLS_REQUIRE(study, cell, fabs((double)m->result - active) <= 2e-6 * fabs(active));
    CELLS_REQUIRE(study, cell, is_gelu || m->result == (float)active);
}

/* Who feeds whom, written down once more and plainly, against the tensors that the trace has. */
struct fed {
    int projection, norm1, norm2, network, residual2, output;
};

static struct fed wiring_of(const struct study *study) {
    const struct attention_config *c = &study->model.weights.config;
    int joined1 =
        c->is_residual_off ? ATTENTION_TENSOR_ATTENTION_OUTPUT : ATTENTION_TENSOR_RESIDUAL1;
    int joined2 = c->d_ff == 0         ? joined1
                  : c->is_residual_off ? ATTENTION_TENSOR_FFN_OUTPUT
                                       : ATTENTION_TENSOR_RESIDUAL2;
    if (c->norm == ATTENTION_NORM_PRE)
        return (struct fed){ATTENTION_TENSOR_NORM1,
                            ATTENTION_TENSOR_X,
                            joined1,
                            ATTENTION_TENSOR_NORM2,
                            joined1,
                            joined2};
    if (c->norm == ATTENTION_NORM_NONE)
        return (struct fed){ATTENTION_TENSOR_X, -1, -1, joined1, joined1, joined2};
    return (struct fed){ATTENTION_TENSOR_X,
                        joined1,
                        joined2,
                        ATTENTION_TENSOR_NORM1,
                        ATTENTION_TENSOR_NORM1,
                        c->d_ff ? ATTENTION_TENSOR_NORM2 : ATTENTION_TENSOR_NORM1};
}

static const float *bias_at(const float *bias, int head, int width, int column) {
    return bias ? bias + head * width + column : NULL;
}

static void check_layer_part(const struct study *study, const struct arithmetic *m) {
    const struct attention_config *c = &study->model.weights.config;
    const struct attention_layer_weights *w = &study->model.weights.layers[study->document.layer];
    const struct fed fed = wiring_of(study);
    switch (m->cell.source) {
    case ATTENTION_TENSOR_RESIDUAL1:
        check_sum(study, m, ATTENTION_TENSOR_X, ATTENTION_TENSOR_ATTENTION_OUTPUT);
        break;
    case ATTENTION_TENSOR_RESIDUAL2:
        check_sum(study, m, fed.residual2, ATTENTION_TENSOR_FFN_OUTPUT);
        break;
    case ATTENTION_TENSOR_NORM1:
        check_norm(study, m, fed.norm1, w->norm1_weight, w->norm1_bias);
        break;
    case ATTENTION_TENSOR_NORM2:
        check_norm(study, m, fed.norm2, w->norm2_weight, w->norm2_bias);
        break;
    case ATTENTION_TENSOR_FFN_HIDDEN:
        check_network(study, m, fed.network, w->up_weight, w->up_bias, (size_t)c->d_model);
        break;
    case ATTENTION_TENSOR_FFN_OUTPUT:
        check_network(study, m, ATTENTION_TENSOR_FFN_HIDDEN, w->down_weight, w->down_bias,
                      (size_t)c->d_ff);
        break;
    default:
        assert_int_equal(m->cell.source, ATTENTION_TENSOR_OUTPUT);
        check_copy(study, m, fed.output, 0, m->cell.column);
    }
}

static void check_attention_part(const struct study *study, const struct arithmetic *m) {
    const struct attention_config *c = &study->model.weights.config;
    const struct attention_layer_weights *w = &study->model.weights.layers[study->document.layer];
    int x = wiring_of(study).projection, head = m->cell.head, column = m->cell.column;
    size_t d = (size_t)c->d_model;
    struct expected e;
    switch (m->cell.source) {
    case ATTENTION_TENSOR_Q:
        e = (struct expected){
            x, 0, CELL_W_Q, head, false, d, bias_at(w->q_bias, head, c->d_k, column)};
        break;
    case ATTENTION_TENSOR_K:
        e = (struct expected){
            x, 0, CELL_W_K, head, false, d, bias_at(w->k_bias, head, c->d_k, column)};
        break;
    case ATTENTION_TENSOR_V:
        e = (struct expected){
            x, 0, CELL_W_V, head, false, d, bias_at(w->v_bias, head, c->d_v, column)};
        break;
    case ATTENTION_TENSOR_SIMILARITY:
        e = (struct expected){ATTENTION_TENSOR_Q, head, ATTENTION_TENSOR_K, head, false,
                              (size_t)c->d_k,     NULL};
        break;
    case ATTENTION_TENSOR_HEAD_OUTPUT:
        e = (struct expected){ATTENTION_TENSOR_WEIGHTS, head, ATTENTION_TENSOR_V, head, true,
                              study_tokens(study),      NULL};
        break;
    default:
        assert_int_equal(m->cell.source, ATTENTION_TENSOR_ATTENTION_OUTPUT);
        e = (struct expected){ATTENTION_TENSOR_CONCAT,
                              0,
                              CELL_W_O,
                              0,
                              false,
                              (size_t)c->heads * (size_t)c->d_v,
                              bias_at(w->o_bias, 0, 0, column)};
        check_shares(study, m);
    }
    check_products(study, m, &e);
}

static void check_arithmetic(const struct study *study, const struct arithmetic *m) {
    int source = m->cell.source, d_v = study->model.weights.config.d_v;
    bool has_position = study_tensor(study, ATTENTION_TENSOR_POSITION).data != NULL;
    check_operands(study, m);
    if (source == ATTENTION_TENSOR_X && study->document.layer > 0)
        check_copy(study, m, ATTENTION_TENSOR_X, 0, m->cell.column);
    else if (source == ATTENTION_TENSOR_X && has_position)
        check_sum(study, m, ATTENTION_TENSOR_EMBEDDING, ATTENTION_TENSOR_POSITION);
    else if (source == ATTENTION_TENSOR_X)
        check_copy(study, m, ATTENTION_TENSOR_EMBEDDING, 0, m->cell.column);
    else if (source == ATTENTION_TENSOR_POSITION)
        check_position(study, m);
    else if (source < ATTENTION_TENSOR_X || cell_is_weight(source))
        check_given(study, m);
    else if (source == ATTENTION_TENSOR_SCORES)
        check_score(study, m);
    else if (source == ATTENTION_TENSOR_WEIGHTS || source == CELL_EXPONENTIALS ||
             source == CELL_ROW_TOTAL)
        check_softmax(study, m);
    else if (source == ATTENTION_TENSOR_CONCAT)
        check_copy(study, m, ATTENTION_TENSOR_HEAD_OUTPUT, m->cell.column / d_v,
                   m->cell.column % d_v);
    else if (source >= ATTENTION_TENSOR_RESIDUAL1 && source <= ATTENTION_TENSOR_OUTPUT)
        check_layer_part(study, m);
    else
        check_attention_part(study, m);
}

static void check_source(const struct study *study, int source) {
    int heads = cell_source_is_per_head(source) ? study->model.weights.config.heads : 1;
    struct document_cell cell = {source, 0, 0, 0};
    for (cell.head = 0; cell.head < heads; cell.head++)
        for (cell.row = 0; cell.column = 0, cell_exists(study, &cell); cell.row++)
            for (; cell_exists(study, &cell); cell.column++) {
                struct arithmetic m;
                bool is_there = arithmetic_of(study, &cell, &m);
                CELLS_REQUIRE(study, &cell, is_there);
                check_arithmetic(study, &m);
                forms_met[m.form] = true;
                arithmetic_free(&m);
            }
}

static void check_study(struct study *study) {
    for (int source = 0; source < CELL_SOURCE_COUNT; source++)
        if (source != CELL_TOKEN) check_source(study, source);
}

static void every_number_can_be_done_again(void **state) {
    (void)state;
    memset(forms_met, 0, sizeof forms_met);
    support_studies_each(check_study);
    const enum arithmetic_form forms[] = {
        ARITHMETIC_GIVEN, ARITHMETIC_SUM,      ARITHMETIC_PRODUCTS, ARITHMETIC_ACTIVATION,
        ARITHMETIC_COPY,  ARITHMETIC_QUOTIENT, ARITHMETIC_MASKED,   ARITHMETIC_EXPONENTIAL,
        ARITHMETIC_NORM,  ARITHMETIC_SOFTMAX,  ARITHMETIC_SINUSOID};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (!forms_met[forms[i]]) fail_msg("form %d was never met", (int)forms[i]);
}

/* In `scale`, before the beat of the mask, a masked cell is a quotient; from then on the mask is
 * the reason. */
static void check_masked(struct study *study) {
    struct document *d = &study->document;
    if (!study_is_masked(study) || study_tokens(study) < 2) return;
    const struct document_cell later = {ATTENTION_TENSOR_SCORES, 0, 0, 1};
    struct arithmetic m;
    d->step = STEP_SCALE;
    d->beat = 0;
    assert_true(arithmetic_of(study, &later, &m));
    CELLS_REQUIRE(study, &later, m.form == ARITHMETIC_QUOTIENT && m.a / m.b == m.result);
    arithmetic_free(&m);
    d->beat = steps_beats(study, STEP_SCALE) - 1;
    assert_true(arithmetic_of(study, &later, &m));
    CELLS_REQUIRE(study, &later, m.form == ARITHMETIC_MASKED && m.result == -INFINITY);
    arithmetic_free(&m);
}

static void the_mask_explains_itself_when_it_has_come(void **state) {
    (void)state;
    support_studies_each(check_masked);
}

static void terms_are_ordered_by_size(void **state) {
    (void)state;
    struct arithmetic_term terms[] = {{.product = 1}, {.product = -3}, {.product = 0},
                                      {.product = 3}, {.product = -1}, {.product = -7}};
    const struct arithmetic m = {.terms = terms, .count = 6};
    const size_t expected[] = {5, 1, 3, 0, 4, 2}; /* equal ones as the pass has them */
    size_t order[6];
    arithmetic_order(&m, order);
    assert_memory_equal(order, expected, sizeof order);
    arithmetic_order(&(struct arithmetic){0}, order); /* nothing to order */
}

static void what_does_not_exist_has_no_arithmetic(void **state) {
    (void)state;
    struct study study;
    struct document wanted;
    assert_true(study_init(&study, NULL) && document_init(&wanted, NULL));
    assert_true(study_set(&study, &wanted, NULL));
    int n = (int)study_tokens(&study);
    const struct document_cell cells[] = {{-1, 0, 0, 0},
                                          {CELL_SOURCE_COUNT, 0, 0, 0},
                                          {CELL_TOKEN, 0, 0, 0},
                                          {ATTENTION_TENSOR_Q, 64, 0, 0},
                                          {ATTENTION_TENSOR_SIMILARITY, 0, n, 0},
                                          {CELL_EXPONENTIALS, 0, 0, n},
                                          {CELL_W_O, 0, INT_MAX, 0},
                                          {ATTENTION_TENSOR_X, 0, 0, -1}};
    const struct arithmetic zero = {0};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        struct arithmetic m;
        memset(&m, 0xff, sizeof m);
        assert_false(arithmetic_of(&study, &cells[i], &m));
        assert_true(m.terms == NULL && m.count == 0 && m.operand_count == 0);
        arithmetic_free(&m);
        arithmetic_free(&m);
        assert_memory_equal(&m, &zero, sizeof zero);
    }
    document_free(&wanted);
    study_free(&study);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_can_be_done_again),
        cmocka_unit_test(the_mask_explains_itself_when_it_has_come),
        cmocka_unit_test(terms_are_ordered_by_size),
        cmocka_unit_test(what_does_not_exist_has_no_arithmetic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

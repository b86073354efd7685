/* The arithmetic of every number when a reader has changed something: each F, temperatures, masks
 * that allow nothing, numbers replaced, heads off, other texts for keys and values. */
#include "lesson/arithmetic.h"
#include "support_cells.h"
#include "support_studies.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_operand(const struct study *study, const struct arithmetic *m,
                          const struct document_cell *at, float value) {
    if (at->source < 0) return;
    CELLS_REQUIRE(study, &m->cell, cells_value(study, at) == value);
    CELLS_REQUIRE(study, &m->cell, cells_is_framed(m, at));
}

static double products_of(const struct arithmetic *m) {
    double sum = m->has_bias ? (double)m->bias : 0;
    for (size_t t = 0; t < m->count; t++)
        sum += (double)m->terms[t].product;
    return sum;
}

static double norm_of(const struct arithmetic *m) {
    double normal = ((double)m->a - (double)m->mean) / sqrt((double)m->variance + 1e-5);
    return normal * (double)m->gain + (double)m->shift;
}

/* The result, from the parts that the form names. */
static double redo(const struct study *study, const struct arithmetic *m) {
    switch (m->form) {
    case ARITHMETIC_SUM:
    case ARITHMETIC_PRODUCTS:
    case ARITHMETIC_TANH:
        return products_of(m);
    case ARITHMETIC_ACTIVATION:
        CELLS_REQUIRE(study, &m->cell, fabs(products_of(m) - (double)m->before) < 1e-4);
        return m->is_gelu ? (double)attention_gelu(m->before) : fmax((double)m->before, 0);
    case ARITHMETIC_UNIT:
        CELLS_REQUIRE(study, &m->cell,
                      fabs(sqrt(products_of(m)) - (double)m->b) <= 1e-5 * (double)m->b);
        return m->b == 0 ? 0 : (double)m->a / (double)m->b;
    case ARITHMETIC_SOFTMAX:
        CELLS_REQUIRE(study, &m->cell, fabs(products_of(m) - (double)m->b) <= 1e-5 * (double)m->b);
        return (double)m->a / (double)m->b;
    case ARITHMETIC_LARGEST:
        if (m->cell.source == CELL_EXPONENTIALS) return m->a == m->b ? 1 : 0;
        CELLS_REQUIRE(study, &m->cell, products_of(m) == (double)m->b);
        return (double)m->a / (double)m->b;
    case ARITHMETIC_QUOTIENT:
        return (double)m->a / (double)m->b;
    case ARITHMETIC_UNDIVIDED:
    case ARITHMETIC_COPY:
        return (double)m->a;
    case ARITHMETIC_EXPONENTIAL:
        return exp((double)(m->a - m->b));
    case ARITHMETIC_NORM:
        return norm_of(m);
    case ARITHMETIC_SINUSOID:
        return m->is_cosine_wave ? cos((double)m->position / m->period)
                                 : sin((double)m->position / m->period);
    case ARITHMETIC_MASKED:
        return -INFINITY;
    case ARITHMETIC_MASKED_AFTER:
        CELLS_REQUIRE(study, &m->cell, fabs(products_of(m) - (double)m->b) <= 1e-5 * (double)m->b);
        return 0;
    case ARITHMETIC_HEAD_OFF:
    case ARITHMETIC_NOTHING_ALLOWED:
        return 0;
    default:
        return (double)m->result;
    }
}

static void check(const struct study *study, const struct arithmetic *m) {
    double size = fabs((double)m->result);
    for (size_t t = 0; t < m->count; t++) {
        const struct arithmetic_term *term = &m->terms[t];
        check_operand(study, m, &term->a_cell, term->a);
        check_operand(study, m, &term->b_cell, term->b);
        check_operand(study, m, &term->w_cell, term->w);
        if (m->form == ARITHMETIC_TANH) {
            double unit = (double)term->w * tanh((double)(term->a + term->b));
            CELLS_REQUIRE(study, &m->cell, fabs((double)term->product - unit) <= 1e-6);
        }
        size += fabs((double)term->product);
    }
    double again = redo(study, m);
    CELLS_REQUIRE(study, &m->cell,
                  again == (double)m->result || fabs(again - (double)m->result) <= 2e-5 * size);
    CELLS_REQUIRE(study, &m->cell, m->result == cells_value(study, &m->cell));
}

/* A change of the document, and what must be met because of it: `form` among the cells of `source`.
 */
struct change {
    const char *name;
    void (*make)(struct what_if *what_if);
    int source;
    enum arithmetic_form form;
};

static void edit(struct what_if *what_if, int tensor, size_t index, float value) {
    assert_true(what_if_edit(what_if, &(struct attention_edit){tensor, 0, index, value}));
}

static void make_cosine(struct what_if *w) {
    w->similarity = SIMILARITY_COSINE;
}

static void make_general(struct what_if *w) {
    w->similarity = SIMILARITY_GENERAL;
}

static void make_general_edited(struct what_if *w) {
    w->similarity = SIMILARITY_GENERAL;
    edit(w, ATTENTION_WEIGHT_GENERAL, 1, 0.75f);
}

static void make_additive(struct what_if *w) {
    w->similarity = SIMILARITY_ADDITIVE;
}

static void make_additive_edited(struct what_if *w) {
    w->similarity = SIMILARITY_ADDITIVE;
    edit(w, ATTENTION_WEIGHT_ADDITIVE_Q, 0, 0.5f);
    edit(w, ATTENTION_WEIGHT_ADDITIVE_K, 1, -0.5f);
    edit(w, ATTENTION_WEIGHT_ADDITIVE_W, 0, 3.0f);
}

static void make_cold(struct what_if *w) {
    w->temperature = 0;
}

static void make_warm(struct what_if *w) {
    w->temperature = 2.5f;
    w->norm = NORM_PRE;
    w->position = POSITION_ON;
}

static void paint_row(struct what_if *w) {
    for (size_t j = 0; j < 4; j++)
        assert_true(what_if_paint(w, 4, 4, 1, j, false));
    w->mask = MASK_PAINTED;
}

static void make_nothing_allowed(struct what_if *w) {
    paint_row(w);
}

static void make_nothing_allowed_cold(struct what_if *w) {
    paint_row(w);
    w->temperature = 0;
}

static void make_padding(struct what_if *w) {
    w->mask = MASK_PADDING;
    w->mask_size = 2;
}

static void make_head_off(struct what_if *w) {
    what_if_set_head(w, 0, 0, false);
}

static void make_context(struct what_if *w) {
    assert_true(what_if_set_context(w, "a dog and a cat sat"));
    w->norm = NORM_PRE;
}

static void make_values(struct what_if *w) {
    assert_true(what_if_set_context(w, "one two"));
    assert_true(what_if_set_values(w, "three four"));
    w->residual = RESIDUAL_OFF;
}

static void make_edits(struct what_if *w) {
    edit(w, ATTENTION_TENSOR_EMBEDDING, 2, 1.5f);
    edit(w, ATTENTION_TENSOR_SCORES, 1, 4.0f);
    edit(w, ATTENTION_TENSOR_SCORES, 2, -INFINITY);
    edit(w, ATTENTION_WEIGHT_Q, 1, 2.0f);
    edit(w, ATTENTION_WEIGHT_O, 0, -2.0f);
}

static void make_wrong_axis(struct what_if *w) {
    w->fault = FAULT_SOFTMAX_OVER_QUERIES;
    w->mask = MASK_CAUSAL;
}

static void make_wrong_axis_cold(struct what_if *w) {
    make_wrong_axis(w);
    w->temperature = 0;
}

static void make_mask_late(struct what_if *w) {
    w->fault = FAULT_MASK_AFTER_SOFTMAX;
    w->mask = MASK_CAUSAL;
}

static void make_mask_late_cold(struct what_if *w) {
    make_mask_late(w);
    w->temperature = 0;
}

static const struct change changes[] = {
    {"softmax over queries", make_wrong_axis, ATTENTION_TENSOR_WEIGHTS, ARITHMETIC_SOFTMAX},
    {"softmax over queries", make_wrong_axis, CELL_EXPONENTIALS, ARITHMETIC_EXPONENTIAL},
    {"softmax over queries", make_wrong_axis, ATTENTION_TENSOR_SCORES, ARITHMETIC_MASKED},
    {"softmax over queries, τ = 0", make_wrong_axis_cold, ATTENTION_TENSOR_WEIGHTS,
     ARITHMETIC_LARGEST},
    {"softmax over queries, τ = 0", make_wrong_axis_cold, CELL_EXPONENTIALS, ARITHMETIC_LARGEST},
    {"mask after softmax", make_mask_late, ATTENTION_TENSOR_WEIGHTS, ARITHMETIC_MASKED_AFTER},
    {"mask after softmax", make_mask_late, ATTENTION_TENSOR_SCORES, ARITHMETIC_QUOTIENT},
    {"mask after softmax", make_mask_late, CELL_EXPONENTIALS, ARITHMETIC_EXPONENTIAL},
    {"mask after softmax, τ = 0", make_mask_late_cold, CELL_EXPONENTIALS, ARITHMETIC_LARGEST},
    {"cosine", make_cosine, ATTENTION_TENSOR_SIMILARITY_KEY, ARITHMETIC_UNIT},
    {"cosine", make_cosine, ATTENTION_TENSOR_SIMILARITY, ARITHMETIC_PRODUCTS},
    {"general", make_general, ATTENTION_TENSOR_SIMILARITY_QUERY, ARITHMETIC_COPY},
    {"general, W edited", make_general_edited, ATTENTION_TENSOR_SIMILARITY_QUERY,
     ARITHMETIC_PRODUCTS},
    {"general, W edited", make_general_edited, CELL_W_GENERAL, ARITHMETIC_EDITED},
    {"additive", make_additive, ATTENTION_TENSOR_SIMILARITY, ARITHMETIC_TANH},
    {"additive, edited", make_additive_edited, ATTENTION_TENSOR_SIMILARITY, ARITHMETIC_TANH},
    {"additive, edited", make_additive_edited, CELL_W_ADDITIVE, ARITHMETIC_EDITED},
    {"additive, edited", make_additive_edited, CELL_W_ADDITIVE_K, ARITHMETIC_GIVEN},
    {"τ = 0", make_cold, ATTENTION_TENSOR_WEIGHTS, ARITHMETIC_LARGEST},
    {"τ = 0", make_cold, ATTENTION_TENSOR_SCORES, ARITHMETIC_UNDIVIDED},
    {"τ = 0", make_cold, CELL_EXPONENTIALS, ARITHMETIC_LARGEST},
    {"τ = 0", make_cold, CELL_ROW_TOTAL, ARITHMETIC_SUM},
    {"τ = 2.5", make_warm, ATTENTION_TENSOR_SCORES, ARITHMETIC_QUOTIENT},
    {"nothing allowed", make_nothing_allowed, ATTENTION_TENSOR_WEIGHTS, ARITHMETIC_NOTHING_ALLOWED},
    {"nothing allowed", make_nothing_allowed, CELL_EXPONENTIALS, ARITHMETIC_NOTHING_ALLOWED},
    {"nothing allowed, τ = 0", make_nothing_allowed_cold, ATTENTION_TENSOR_WEIGHTS,
     ARITHMETIC_NOTHING_ALLOWED},
    {"padding", make_padding, ATTENTION_TENSOR_SCORES, ARITHMETIC_MASKED},
    {"head off", make_head_off, ATTENTION_TENSOR_HEAD_OUTPUT, ARITHMETIC_HEAD_OFF},
    {"context", make_context, ATTENTION_TENSOR_K, ARITHMETIC_PRODUCTS},
    {"context and values", make_values, ATTENTION_TENSOR_VALUES_X, ARITHMETIC_SUM},
    {"edits", make_edits, ATTENTION_TENSOR_EMBEDDING, ARITHMETIC_EDITED},
    {"edits", make_edits, ATTENTION_TENSOR_SCORES, ARITHMETIC_EDITED},
    {"edits", make_edits, CELL_W_Q, ARITHMETIC_EDITED},
    {"edits", make_edits, CELL_W_O, ARITHMETIC_EDITED},
};

/* All cells of the layer; whether `wanted` is met. */
static bool check_layer(const struct study *study, const struct change *wanted) {
    bool is_met = false;
    for (int source = 0; source < CELL_SOURCE_COUNT; source++) {
        int heads = cell_source_is_per_head(source) ? study->model.weights.config.heads : 1;
        struct document_cell cell = {source, 0, 0, 0};
        for (cell.head = 0; source != CELL_TOKEN && cell.head < heads; cell.head++)
            for (cell.row = 0; cell.column = 0, cell_exists(study, &cell); cell.row++)
                for (; cell_exists(study, &cell); cell.column++) {
                    struct arithmetic m;
                    bool is_there = arithmetic_of(study, &cell, &m);
                    CELLS_REQUIRE(study, &cell, is_there);
                    check(study, &m);
                    is_met |= source == wanted->source && m.form == wanted->form;
                    arithmetic_free(&m);
                }
    }
    return is_met;
}

static void study_make(struct study *study, const char *model, const struct change *change) {
    struct document wanted;
    struct file_error error = {{0}};
    assert_true(study_init(study, NULL) && document_init(&wanted, NULL));
    assert_true(document_set_model(&wanted, model));
    assert_true(document_set_text(&wanted, "the cat the dog", 15));
    change->make(&wanted.what_if);
    if (!study_set(study, &wanted, &error)) fail_msg("%s: %s", change->name, error.text);
    assert_int_equal(study->edits_left_out, 0);
    document_free(&wanted);
}

static void every_change_explains_itself(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        for (int model = 0; model_builtin_ids[model]; model++) {
            struct study study;
            study_make(&study, model_builtin_ids[model], &changes[i]);
            if (!check_layer(&study, &changes[i]))
                fail_msg("%s: form %d is never met in %s", changes[i].name, (int)changes[i].form,
                         cell_symbol(changes[i].source));
            study_free(&study);
        }
}

/* Keys have rows and columns of their own, and names from their own text. */
static void keys_of_a_context_are_the_columns(void **state) {
    (void)state;
    struct study study;
    const struct change change = {"context", make_context, 0, ARITHMETIC_GIVEN};
    study_make(&study, "textbook", &change);
    assert_true(study_tokens(&study) == 4 && study_keys(&study) == 6);
    const struct document_cell last_key = {ATTENTION_TENSOR_K, 0, 5, 0};
    const struct document_cell last_weight = {ATTENTION_TENSOR_WEIGHTS, 0, 3, 5};
    const struct document_cell last_e = {CELL_EXPONENTIALS, 0, 3, 5},
                               no_e = {CELL_EXPONENTIALS, 0, 3, 6};
    assert_true(cell_exists(&study, &last_key) && cell_exists(&study, &last_weight));
    assert_true(cell_exists(&study, &last_e) && !cell_exists(&study, &no_e));
    assert_int_equal(cell_scratch_floats(&study, CELL_EXPONENTIALS), 24);
    assert_int_equal(cell_scratch_floats(&study, CELL_ROW_TOTAL), 10);
    float room[24];
    struct cell_matrix e = cell_matrix_of(&study, CELL_EXPONENTIALS, 0, room);
    assert_true(e.rows == 4 && e.columns == 6);
    for (int i = 0; i < 24; i++) {
        const struct document_cell cell = {CELL_EXPONENTIALS, 0, i / 6, i % 6};
        assert_true(room[i] == cells_value(&study, &cell));
    }
    struct arithmetic m;
    assert_true(arithmetic_of(&study, &last_key, &m)); /* of context.x, not of X */
    assert_int_equal(m.terms[0].a_cell.source, ATTENTION_TENSOR_CONTEXT_X);
    assert_int_equal(m.terms[0].a_cell.row, 5);
    arithmetic_free(&m);
    study_free(&study);
}

/* What F makes of queries and keys is framed, and so are they. */
static void queries_and_keys_are_framed_under_every_similarity(void **state) {
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        struct study study;
        struct arithmetic m;
        const struct document_cell cell = {ATTENTION_TENSOR_SIMILARITY, 0, 2, 1};
        const struct document_cell q = {ATTENTION_TENSOR_Q, 0, 2, 0},
                                   k = {ATTENTION_TENSOR_K, 0, 1, 0};
        study_make(&study, "textbook", &changes[i]);
        assert_true(arithmetic_of(&study, &cell, &m));
        CELLS_REQUIRE(&study, &cell, cells_is_framed(&m, &q) && cells_is_framed(&m, &k));
        arithmetic_free(&m);
        study_free(&study);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_explains_itself),
        cmocka_unit_test(keys_of_a_context_are_the_columns),
        cmocka_unit_test(queries_and_keys_are_framed_under_every_similarity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

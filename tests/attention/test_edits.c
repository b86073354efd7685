/* What-ifs: a pass with edits is, bit for bit, a pass over numbers that were really replaced. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

enum { CASES = 1000, MOST_TOKENS = 8, MOST_D = 10 };

/* Any case, but no edits. */
static void case_make(struct test_case *c, struct test_random *random) {
    test_case_any(c, random, MOST_D, MOST_TOKENS);
    c->options.edits = NULL;
    c->options.edit_count = 0;
}

static void expect_same(const struct attention_trace *a, const struct attention_trace *b,
                        int first_id, int last_id) {
    const int all_layers = attention_trace_config(a)->layers;
    for (int id = first_id; id <= last_id; id++) {
        const int layers = attention_tensor_is_per_layer(id) ? all_layers : 1;
        for (int layer = 0; layer < layers; layer++) {
            if (test_tensor_is_same(a, b, (enum attention_tensor_id)id, layer)) continue;
            fail_msg("%s of layer %d differs", attention_tensor_name(id), layer);
        }
    }
}

static bool is_weight(int id) {
    return id >= ATTENTION_WEIGHT_POSITION;
}

static const float **member_of(struct test_model *model, int id, int layer) {
    if (id == ATTENTION_WEIGHT_POSITION) return &model->weights.position_weight;
    switch (id) {
#define X(NAME, member, file, shape)                                                               \
    case ATTENTION_WEIGHT_##NAME:                                                                  \
        return &model->layers[layer].member;
        ATTENTION_LAYER_WEIGHTS(X)
#undef X
    default:
        fail_msg("%d is no weight", id);
        return NULL;
    }
}

/* What an absent weight stands for: zeros, ones or the identity. */
static float default_at(const struct attention_config *config, int id, size_t index) {
    const size_t d_k = (size_t)config->d_k;
    switch (id) {
    case ATTENTION_WEIGHT_NORM1:
    case ATTENTION_WEIGHT_NORM2:
    case ATTENTION_WEIGHT_ADDITIVE_W:
        return 1.0f;
    case ATTENTION_WEIGHT_GENERAL:
    case ATTENTION_WEIGHT_ADDITIVE_Q:
    case ATTENTION_WEIGHT_ADDITIVE_K:
        return index % (d_k * d_k) / d_k == index % d_k ? 1.0f : 0.0f;
    default:
        return 0.0f;
    }
}

/* Puts value where the model keeps the number, in *made when it has no such weight yet. */
static void number_replace(struct test_case *c, const struct attention_edit *edit, float **made) {
    const float **member = member_of(&c->model, edit->tensor, edit->layer);
    float *numbers = *made ? *made : test_model_writable(&c->model, *member);
    if (!numbers) {
        const size_t count = test_case_editable(c, edit->tensor);
        numbers = *made = malloc(count * sizeof *numbers);
        if (!numbers) abort();
        for (size_t i = 0; i < count; i++)
            numbers[i] = default_at(&c->model.weights.config, edit->tensor, i);
        *member = numbers;
    }
    numbers[edit->index] = edit->value;
}

/* Up to 4 numbers of one weight, often one that the model does not have; the same place twice too.
 */
static void weight_edits_make(struct test_case *c, struct test_random *random) {
    struct attention_edit edit = {
        .layer = (int)test_random_below(random, (size_t)c->model.weights.config.layers)};
    size_t places;
    do {
        edit.tensor =
            ATTENTION_WEIGHT_POSITION +
            (int)test_random_below(random, ATTENTION_QUANTITY_COUNT - ATTENTION_WEIGHT_POSITION);
        places = test_case_editable(c, edit.tensor);
        if (places == 0) continue;
        const bool is_absent = *member_of(&c->model, edit.tensor, edit.layer) == NULL;
        if (!is_absent && test_random_one_in(random, 2)) places = 0; /* more of the absent ones */
    } while (places == 0);
    c->options.edits = c->edits;
    c->options.edit_count = 1 + test_random_below(random, 4);
    for (size_t i = 0; i < c->options.edit_count; i++) {
        edit.index = i == 3 ? c->edits[0].index : test_random_below(random, places);
        edit.value = test_random_float(random, -1.0f, 1.0f);
        c->edits[i] = edit;
    }
}

static void test_edited_weights(void **state) {
    (void)state;
    struct test_random random = {1};
    struct attention_trace *edited = attention_trace_new(NULL);
    struct attention_trace *replaced = attention_trace_new(NULL);
    size_t of_absent[ATTENTION_QUANTITY_COUNT] = {0}, of_present[ATTENTION_QUANTITY_COUNT] = {0};
    for (int round = 0; round < 3 * CASES / 2; round++) {
        struct test_case c;
        float *made = NULL;
        case_make(&c, &random);
        weight_edits_make(&c, &random);
        test_case_pass(&c, edited);
        const struct attention_edit *first = &c.edits[0];
        const struct attention_tensor used = attention_trace_weight(
            edited, &c.model.weights, (enum attention_weight_id)first->tensor, first->layer);
        for (size_t i = 0; i < c.options.edit_count; i++)
            number_replace(&c, &c.edits[i], &made);
        (made ? of_absent : of_present)[first->tensor]++;
        const size_t count = test_case_editable(&c, first->tensor);
        assert_int_equal(test_tensor_count(&used), count);
        assert_memory_equal(used.data, *member_of(&c.model, first->tensor, first->layer),
                            count * sizeof *used.data);
        assert_true(attention_trace_is_edited(edited, first->tensor, first->layer, first->index));
        c.options.edit_count = 0;
        test_case_pass(&c, replaced);
        expect_same(edited, replaced, 0, ATTENTION_TENSOR_COUNT - 1);
        assert_false(
            attention_trace_is_edited(replaced, first->tensor, first->layer, first->index));
        free(made);
        test_case_free(&c);
    }
    for (int id = ATTENTION_WEIGHT_POSITION; id < ATTENTION_QUANTITY_COUNT; id++)
        assert_true(of_present[id] > 0 || of_absent[id] > 0);
    assert_true(of_absent[ATTENTION_WEIGHT_GENERAL] > 0 && of_absent[ATTENTION_WEIGHT_NORM1] > 0);
    assert_true(of_absent[ATTENTION_WEIGHT_ADDITIVE_K] > 0 &&
                of_absent[ATTENTION_WEIGHT_Q_BIAS] > 0);
    attention_trace_free(edited);
    attention_trace_free(replaced);
}

static float *text_of(struct test_case *c, int id) {
    if (id <= ATTENTION_TENSOR_X) return c->embedding;
    return id <= ATTENTION_TENSOR_CONTEXT_X ? c->context : c->values;
}

/* An edited embedding is another embedding. An edited position is another x: the rest of the pass
 * is that of a model without positions over the sums. */
static void test_edited_inputs(void **state) {
    (void)state;
    static const int ids[] = {ATTENTION_TENSOR_EMBEDDING,         ATTENTION_TENSOR_POSITION,
                              ATTENTION_TENSOR_CONTEXT_EMBEDDING, ATTENTION_TENSOR_CONTEXT_POSITION,
                              ATTENTION_TENSOR_VALUES_EMBEDDING,  ATTENTION_TENSOR_VALUES_POSITION};
    struct test_random random = {2};
    struct attention_trace *edited = attention_trace_new(NULL);
    struct attention_trace *replaced = attention_trace_new(NULL);
    size_t done[6] = {0};
    for (int round = 0; round < 2 * CASES; round++) {
        struct test_case c;
        case_make(&c, &random);
        const int id = ids[round % 6];
        const size_t places = test_case_editable(&c, id),
                     d = (size_t)c.model.weights.config.d_model;
        if (places > 0) {
            done[round % 6]++;
            c.edits[0] = (struct attention_edit){.tensor = id,
                                                 .layer = 77, /* ignored here */
                                                 .index = test_random_below(&random, places),
                                                 .value = test_random_float(&random, -2.0f, 2.0f)};
            c.options.edits = c.edits;
            c.options.edit_count = 1;
            test_case_pass(&c, edited);
            assert_true(attention_trace_is_edited(edited, id, 0, c.edits[0].index));
            const bool is_position = (id - ATTENTION_TENSOR_EMBEDDING) % 3 == 1;
            c.options.edit_count = 0;
            if (is_position) { /* the sums of the texts as they are, but for this one number */
                test_case_pass(&c, replaced);
                const float e = text_of(&c, id)[c.edits[0].index];
                for (int x = ATTENTION_TENSOR_X; x <= ATTENTION_TENSOR_VALUES_X; x += 3) {
                    const struct attention_tensor sums =
                        attention_trace_tensor(replaced, (enum attention_tensor_id)x, 0);
                    if (sums.data)
                        memcpy(text_of(&c, x), sums.data, sums.shape[0] * d * sizeof(float));
                }
                text_of(&c, id)[c.edits[0].index] = e + c.edits[0].value;
                c.model.weights.config.position = ATTENTION_POSITION_NONE;
            } else {
                text_of(&c, id)[c.edits[0].index] = c.edits[0].value;
            }
            test_case_pass(&c, replaced);
            expect_same(edited, replaced, is_position ? ATTENTION_TENSOR_Q : 0,
                        ATTENTION_TENSOR_COUNT - 1);
        }
        test_case_free(&c);
    }
    for (int i = 0; i < 6; i++)
        assert_true(done[i] >= 20);
    attention_trace_free(edited);
    attention_trace_free(replaced);
}

/* A finite score in one cell: that cell of the scores, that row of the weights, which is the
 * softmax of the edited row, and that row of the outputs move; nothing else of this layer, and
 * nothing before it. */
static void test_edited_score_moves_its_row(void **state) {
    (void)state;
    struct test_random random = {3};
    struct attention_trace *edited = attention_trace_new(NULL);
    struct attention_trace *before = attention_trace_new(NULL);
    size_t unmasked = 0;
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        float row[MOST_TOKENS];
        case_make(&c, &random);
        c.options.heads_off = NULL;
        test_case_pass(&c, before);
        const size_t m = test_case_keys(&c),
                     places = test_case_editable(&c, ATTENTION_TENSOR_SCORES);
        const struct attention_edit edit = {
            .tensor = ATTENTION_TENSOR_SCORES,
            .layer = (int)test_random_below(&random, (size_t)c.model.weights.config.layers),
            .index = test_random_below(&random, places),
            .value = test_random_float(&random, -5.0f, 5.0f)};
        const int layer = edit.layer;
        c.options.edits = &edit;
        c.options.edit_count = 1;
        test_case_pass(&c, edited);
        const struct attention_tensor s =
            attention_trace_tensor(edited, ATTENTION_TENSOR_SCORES, layer);
        const struct attention_tensor s0 =
            attention_trace_tensor(before, ATTENTION_TENSOR_SCORES, layer);
        const struct attention_tensor a =
            attention_trace_tensor(edited, ATTENTION_TENSOR_WEIGHTS, layer);
        const struct attention_tensor a0 =
            attention_trace_tensor(before, ATTENTION_TENSOR_WEIGHTS, layer);
        const size_t start = edit.index / m * m;
        unmasked += s0.data[edit.index] == -INFINITY;
        for (size_t i = 0; i < places; i++)
            assert_true(s.data[i] == (i == edit.index ? edit.value : s0.data[i]));
        attention_softmax(s.data + start, m, row);
        assert_memory_equal(a.data + start, row, m * sizeof *row);
        for (size_t i = 0; i < places; i++) {
            if (i < start || i >= start + m) assert_true(a.data[i] == a0.data[i]);
        }
        for (int id = 0; id < ATTENTION_TENSOR_SCORES; id++)
            assert_true(test_tensor_is_same(edited, before, (enum attention_tensor_id)id,
                                            attention_tensor_is_per_layer(id) ? layer : 0));
        if (layer > 0)
            assert_true(test_tensor_is_same(edited, before, ATTENTION_TENSOR_OUTPUT, layer - 1));
        const struct attention_tensor o =
            attention_trace_tensor(edited, ATTENTION_TENSOR_HEAD_OUTPUT, layer);
        const float *o0 = attention_trace_tensor(before, ATTENTION_TENSOR_HEAD_OUTPUT, layer).data;
        for (size_t i = 0; i < test_tensor_count(&o); i++) {
            if (i / o.shape[2] != start / m) assert_true(o.data[i] == o0[i]);
        }
        test_case_free(&c);
    }
    assert_true(unmasked > CASES / 10);
    attention_trace_free(edited);
    attention_trace_free(before);
}

/* −∞ in the same cell of every head and layer is a mask that forbids this key to this query. */
static void test_score_of_minus_infinity_is_a_mask(void **state) {
    (void)state;
    struct test_random random = {4};
    struct attention_trace *edited = attention_trace_new(NULL);
    struct attention_trace *masked = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        struct attention_edit edits[16];
        case_make(&c, &random);
        test_case_add_mask(&c, &random, ATTENTION_MASK_CUSTOM);
        const struct attention_config *config = &c.model.weights.config;
        const size_t pairs = c.input.n * test_case_keys(&c);
        const size_t pair = test_random_below(&random, pairs);
        for (int place = 0; place < config->layers * config->heads; place++) {
            const size_t head = (size_t)(place % config->heads);
            edits[place] = (struct attention_edit){.tensor = ATTENTION_TENSOR_SCORES,
                                                   .layer = place / config->heads,
                                                   .index = head * pairs + pair,
                                                   .value = -INFINITY};
        }
        c.options.edits = edits;
        c.options.edit_count = (size_t)(config->layers * config->heads);
        test_case_pass(&c, edited);
        c.options.edit_count = 0;
        c.allowed[pair] = 0;
        test_case_pass(&c, masked);
        expect_same(edited, masked, 0, ATTENTION_TENSOR_COUNT - 1);
        test_case_free(&c);
    }
    attention_trace_free(edited);
    attention_trace_free(masked);
}

/* No edits, and edits that put what is there already, change no bit. */
static void test_edits_of_nothing(void **state) {
    (void)state;
    struct test_random random = {5};
    struct attention_trace *edited = attention_trace_new(NULL);
    struct attention_trace *before = attention_trace_new(NULL);
    for (int round = 0; round < CASES; round++) {
        struct test_case c;
        case_make(&c, &random);
        test_case_pass(&c, before);
        c.options.edits = c.edits; /* an empty list that has an address */
        test_case_pass(&c, edited);
        expect_same(edited, before, 0, ATTENTION_TENSOR_COUNT - 1);
        test_case_add_edits(&c, &random, 1 + test_random_below(&random, TEST_MOST_EDITS));
        for (size_t i = 0; i < c.options.edit_count; i++) {
            struct attention_edit *edit = &c.edits[i];
            if (!is_weight(edit->tensor)) {
                const struct attention_tensor tensor = attention_trace_tensor(
                    before, (enum attention_tensor_id)edit->tensor, edit->layer);
                edit->value = tensor.data[edit->index];
                continue;
            }
            const float *given = *member_of(&c.model, edit->tensor, edit->layer);
            edit->value = given ? given[edit->index]
                                : default_at(&c.model.weights.config, edit->tensor, edit->index);
        }
        test_case_pass(&c, edited);
        expect_same(edited, before, 0, ATTENTION_TENSOR_COUNT - 1);
        test_case_free(&c);
    }
    attention_trace_free(edited);
    attention_trace_free(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edited_weights),
        cmocka_unit_test(test_edited_inputs),
        cmocka_unit_test(test_edited_score_moves_its_row),
        cmocka_unit_test(test_score_of_minus_infinity_is_a_mask),
        cmocka_unit_test(test_edits_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

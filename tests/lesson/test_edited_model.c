/* The model that a document's changes make: written as a folder and opened with the same texts, it
 * gives the same pass, bit for bit, without those changes. */
#include "lesson/edited_model.h"
#include "models/folder.h"
#include "support_studies.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64], folder[96];
static uint32_t seed = 11;
static size_t checked, kinds[ATTENTION_QUANTITY_COUNT];

static int lot(int below) {
    seed = seed * 1664525u + 1013904223u;
    return (int)((seed >> 8) % (uint32_t)below);
}

static float lot_value(void) {
    return ((float)lot(4001) - 2000) / 1000;
}

static void folder_clear(void) {
    char path[128];
    snprintf(path, sizeof path, "%s/config.json", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    unlink(path);
    rmdir(folder);
}

static int set_up(void **state) {
    (void)state;
    snprintf(root, sizeof root, "/tmp/headway-edited-XXXXXX");
    assert_non_null(mkdtemp(root));
    snprintf(folder, sizeof folder, "%s/new model", root);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    folder_clear();
    return rmdir(root);
}

static void expect_equal(struct study *a, struct study *b, const char *what) {
    int layers = a->model.weights.config.layers;
    assert_int_equal(b->model.weights.config.layers, layers);
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++)
        for (int layer = 0; layer < (attention_tensor_is_per_layer(id) ? layers : 1); layer++) {
            struct attention_tensor x =
                attention_trace_tensor(a->trace, (enum attention_tensor_id)id, layer);
            struct attention_tensor y =
                attention_trace_tensor(b->trace, (enum attention_tensor_id)id, layer);
            size_t count = x.data ? 1 : 0;
            assert_int_equal(x.dims, y.dims);
            for (int i = 0; i < x.dims; i++) {
                assert_int_equal(x.shape[i], y.shape[i]);
                count *= x.shape[i];
            }
            if (count && memcmp(x.data, y.data, count * sizeof(float)) != 0)
                fail_msg("%s: %s of layer %d differs", what, attention_tensor_name(id), layer);
        }
    assert_true(attention_trace_divisor(a->trace) == attention_trace_divisor(b->trace));
    assert_int_equal(b->edits_left_out, a->edits_left_out);
}

/* An edit of a number that the pass has; of a word's embedding, everywhere it stands. */
static void edit_some(const struct study *study, struct what_if *what_if, int id) {
    const struct attention_config *config = &study->model.weights.config;
    size_t shape[3], count = 1, d = (size_t)config->d_model;
    int dims = study_shape(study, id, shape);
    for (int i = 0; i < dims; i++)
        count *= shape[i];
    struct attention_edit edit = {.tensor = id, .layer = lot(config->layers), .value = lot_value()};
    if (count == 0) return;
    edit.index = (size_t)lot((int)count);
    if (!study_edit_fits(study, &edit)) return;
    bool is_text = id == ATTENTION_TENSOR_EMBEDDING || id == ATTENTION_TENSOR_CONTEXT_EMBEDDING ||
                   id == ATTENTION_TENSOR_VALUES_EMBEDDING;
    bool is_place = id == ATTENTION_TENSOR_POSITION || id == ATTENTION_TENSOR_CONTEXT_POSITION ||
                    id == ATTENTION_TENSOR_VALUES_POSITION;
    kinds[id]++;
    if (!is_text && !is_place) {
        assert_true(what_if_edit(what_if, &edit));
        return;
    }
    const struct {
        const struct token_list *tokens;
        const char *text;
        int rows, places;
    } texts[] = {{&study->tokens, study->document.text, ATTENTION_TENSOR_EMBEDDING,
                  ATTENTION_TENSOR_POSITION},
                 {&study->context.tokens, study->document.what_if.context,
                  ATTENTION_TENSOR_CONTEXT_EMBEDDING, ATTENTION_TENSOR_CONTEXT_POSITION},
                 {&study->values.tokens, study->document.what_if.values,
                  ATTENTION_TENSOR_VALUES_EMBEDDING, ATTENTION_TENSOR_VALUES_POSITION}};
    int from = 0;
    while (texts[from].rows != id && texts[from].places != id)
        from++;
    size_t place = edit.index / d;
    const struct token *word = &texts[from].tokens->tokens[place];
    for (int t = 0; t < 3; t++)
        for (size_t i = 0; i < texts[t].tokens->count; i++) {
            const struct token *other = &texts[t].tokens->tokens[i];
            bool is_same = is_place ? i == place
                                    : other->bytes == word->bytes &&
                                          memcmp(texts[t].text + other->start,
                                                 texts[from].text + word->start, word->bytes) == 0;
            struct attention_edit one = edit;
            one.tensor = is_place ? texts[t].places : texts[t].rows;
            one.index = i * d + edit.index % d;
            if (is_same) assert_true(what_if_edit(what_if, &one));
        }
}

static void switch_some(const struct study *study, struct what_if *what_if) {
    if (lot(2)) what_if->similarity = (enum similarity_choice)lot(SIMILARITY_COUNT);
    if (lot(3) == 0) what_if->scaling = (enum scaling_choice)lot(SCALING_COUNT);
    if (lot(3) == 0) what_if->position = (enum position_choice)lot(POSITION_COUNT);
    if (lot(3) == 0) what_if->residual = (enum residual_choice)lot(RESIDUAL_COUNT);
    if (lot(3) == 0) what_if->norm = (enum norm_choice)lot(NORM_COUNT);
    if (lot(3) == 0) what_if->activation = (enum activation_choice)lot(ACTIVATION_COUNT);
    if (lot(3) == 0) what_if->mask = (enum mask_choice)lot(MASK_PAINTED);
    what_if->mask_size = 1;
    if (lot(5) == 0) what_if->temperature = 0.5f;
    if (lot(6) == 0) what_if_set_head(what_if, 0, 0, false);
    if (lot(3) == 0) what_if->shuffle_seed = 1 + (uint32_t)lot(9);
    if (lot(8) == 0) what_if->fault = (enum fault_choice)lot(FAULT_COUNT);
    if (lot(2)) assert_true(what_if_set_context(what_if, "b c of a b"));
    if (what_if->context && lot(2)) assert_true(what_if_set_values(what_if, "a a b der c"));
    (void)study;
}

/* As it is, as a folder, and that folder changed again. */
static void check_rounds(struct study *from) {
    struct study changed = {0}, again = {0};
    struct document wanted = {0};
    struct file_error error = {{0}};
    assert_true(study_init(&changed, &error) && study_init(&again, &error));
    assert_true(document_copy(&wanted, &from->document));
    switch_some(from, &wanted.what_if);
    if (!study_set(&changed, &wanted, &error)) { /* positions for fewer tokens, …: another day */
        document_free(&wanted);
        study_free(&changed);
        study_free(&again);
        return;
    }
    for (int i = 0; i < 24; i++) {
        int id = lot(3) ? ATTENTION_WEIGHT_POSITION +
                              lot(ATTENTION_QUANTITY_COUNT - ATTENTION_WEIGHT_POSITION)
                        : lot(ATTENTION_TENSOR_COUNT);
        if (what_if_is_editable(id)) edit_some(&changed, &wanted.what_if, id);
    }
    assert_true(study_set(&changed, &wanted, &error));
    struct edited_model edited;
    if (!edited_model_make(&changed, &edited, &error)) fail_msg("%s", error.text);
    if (!model_folder_write(&edited.model, folder, &error)) fail_msg("%s", error.text);
    assert_true(document_set_model(&wanted, folder));
    assert_true(what_if_copy(&wanted.what_if, &edited.rest));
    for (size_t i = 0; i < wanted.what_if.edit_count; i++)
        if (wanted.what_if.edits[i].tensor != ATTENTION_TENSOR_SCORES)
            fail_msg("%s: an edit of %s stays", support_studies_name(&changed),
                     attention_tensor_name(wanted.what_if.edits[i].tensor));
    if (!study_set(&again, &wanted, &error)) fail_msg("%s", error.text);
    expect_equal(&changed, &again, support_studies_name(&changed));
    edited_model_free(&edited);
    checked++;
    document_free(&wanted);
    study_free(&changed);
    study_free(&again);
    folder_clear();
}

static void check(struct study *study) {
    if (study->document.layer == 0) check_rounds(study);
}

static void test_same_bits(void **state) {
    (void)state;
    for (int round = 0; round < 3; round++)
        support_studies_each(check);
    assert_true(checked > 150);
    for (int id = 0; id < ATTENTION_QUANTITY_COUNT; id++)
        if (what_if_is_editable(id) && kinds[id] == 0)
            fail_msg("no %s was edited", attention_tensor_name(id));
}

static void start(struct study *study, struct document *wanted, const char *model,
                  const char *text) {
    struct file_error error = {{0}};
    *wanted = (struct document){0};
    assert_true(study_init(study, &error) && document_init(wanted, &error));
    assert_true(document_set_model(wanted, model) && document_set_text(wanted, text, strlen(text)));
    if (!study_set(study, wanted, &error)) fail_msg("%s", error.text);
}

static void edit(struct study *study, struct document *wanted, int tensor, size_t index,
                 float value) {
    struct file_error error = {{0}};
    const struct attention_edit one = {.tensor = tensor, .index = index, .value = value};
    assert_true(what_if_edit(&wanted->what_if, &one));
    if (!study_set(study, wanted, &error)) fail_msg("%s", error.text);
}

/* A word, or a place, edited in two ways has no row in a model. */
static void test_two_ways(void **state) {
    (void)state;
    struct study study;
    struct document wanted;
    struct file_error error = {{0}};
    struct edited_model edited;
    start(&study, &wanted, "by-hand", "the cat sat on the mat");
    edit(&study, &wanted, ATTENTION_TENSOR_EMBEDDING, 0, 3); /* the first "the" alone */
    assert_false(edited_model_make(&study, &edited, &error));
    assert_non_null(strstr(error.text, "“the”"));
    assert_null(edited.memory);
    edit(&study, &wanted, ATTENTION_TENSOR_EMBEDDING, 16, 3); /* and the second */
    assert_true(edited_model_make(&study, &edited, &error));
    assert_int_equal(edited.model.vocab_count, 6); /* [UNK] the cat sat on mat */
    assert_string_equal(edited.model.vocab[0], "[UNK]");
    assert_string_equal(edited.model.vocab[1], "the");
    assert_true(edited.model.embedding_table[4] == 3 && edited.model.embedding_table[0] == 0);
    edited_model_free(&edited);
    edited_model_free(&edited);
    assert_true(what_if_set_context(&wanted.what_if, "ein Hund"));
    assert_true(study_set(&study, &wanted, &error));
    edit(&study, &wanted, ATTENTION_TENSOR_CONTEXT_POSITION, 4, 9);
    assert_false(edited_model_make(&study, &edited, &error));
    assert_non_null(strstr(error.text, "place 2"));
    assert_true(document_set_text(&wanted, "", 0));
    assert_true(study_set(&study, &wanted, &error));
    assert_false(edited_model_make(&study, &edited, &error));
    assert_non_null(strstr(error.text, "empty"));
    document_free(&wanted);
    study_free(&study);
}

/* What no model can say stays, and is named. */
static void test_what_stays(void **state) {
    (void)state;
    struct study study;
    struct document wanted;
    struct file_error error = {{0}};
    struct edited_model edited;
    start(&study, &wanted, "textbook", "the cat sat");
    wanted.what_if.temperature = 2;
    wanted.what_if.mask = MASK_WINDOW;
    wanted.what_if.mask_size = 1;
    wanted.what_if.norm = NORM_PRE;
    wanted.what_if.fault = FAULT_MASK_AFTER_SOFTMAX;
    what_if_set_head(&wanted.what_if, 0, 2, false);
    edit(&study, &wanted, ATTENTION_TENSOR_SCORES, 1, -INFINITY);
    edit(&study, &wanted, ATTENTION_WEIGHT_Q, 1, 0.25f);
    edit(&study, &wanted, ATTENTION_TENSOR_EMBEDDING, 16 * 16, 1); /* of a longer text */
    assert_true(edited_model_make(&study, &edited, &error));
    assert_int_equal(edited.rest_bits, (1u << EDITED_MODEL_REST_COUNT) - 1);
    assert_int_equal(edited.rest.edit_count, 2);
    assert_true(edited.rest.norm == NORM_MODEL && edited.rest.mask == MASK_WINDOW);
    assert_int_equal(edited.model.weights.config.norm, ATTENTION_NORM_PRE);
    assert_int_equal(edited.model.mask, ATTENTION_MASK_NONE);
    assert_int_equal(edited.model.weights.config.position, ATTENTION_POSITION_SINUSOIDAL);
    assert_null(edited.model.name);
    edited_model_free(&edited);
    /* Edited sinusoids become learned positions, for every length of text. */
    edit(&study, &wanted, ATTENTION_TENSOR_POSITION, 17, 0.5f);
    assert_true(edited_model_make(&study, &edited, &error));
    assert_int_equal(edited.model.weights.config.position, ATTENTION_POSITION_LEARNED);
    assert_int_equal(edited.model.weights.config.position_rows, TEXT_MAX_TOKENS);
    assert_true(edited.model.weights.position_weight[17] == 0.5f);
    edited_model_free(&edited);
    wanted.what_if.mask = MASK_CAUSAL;
    assert_true(study_set(&study, &wanted, &error) && edited_model_make(&study, &edited, &error));
    assert_int_equal(edited.model.mask, ATTENTION_MASK_CAUSAL);
    assert_int_equal(edited.rest.mask, MASK_MODEL);
    edited_model_free(&edited);
    document_free(&wanted);
    study_free(&study);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_two_ways),
        cmocka_unit_test(test_what_stays),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* The what-if panel without its window, used as a person would: by names, keys and the pointer. */
#include "app/support_panel.h"

#include "app/describe.h"
#include "lesson/number.h"
#include "ui/ui.h"

#include <math.h>
#include <stdio.h>

/* Largest |difference| of a tensor of the first layer between the rig's pass and `plain`'s. */
static float largest_difference(const struct rig *rig, const struct study *plain, int tensor) {
    struct attention_tensor a = study_tensor(&rig->app.study, (enum attention_tensor_id)tensor),
                            b = study_tensor(plain, (enum attention_tensor_id)tensor);
    size_t count = 1;
    float largest = 0;
    for (int i = 0; i < a.dims; i++)
        count *= a.shape[i];
    for (size_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(a.data[i] - b.data[i]));
    return largest;
}

static void expect_number(struct rig *rig, const char *name, float value) {
    char wanted[64], number[NUMBER_BYTES];
    number_format(number, sizeof number, value, NUMBER_PLAIN);
    snprintf(wanted, sizeof wanted, "up to %s", number);
    assert_string_equal(panel_value(rig, name), wanted);
}

/* Every choice of every switch: what the document says, what the pass did, what the panel says it
 * did. */
static void test_every_choice_by_name(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int expected, own; /* of `field` */
        size_t field;
    } rows[] = {
#define FIELD(name) offsetof(struct what_if, name)
        {"Similarity F: cosine", SIMILARITY_COSINE, SIMILARITY_MODEL, FIELD(similarity)},
        {"Similarity F: general", SIMILARITY_GENERAL, SIMILARITY_MODEL, FIELD(similarity)},
        {"Similarity F: additive", SIMILARITY_ADDITIVE, SIMILARITY_MODEL, FIELD(similarity)},
        {"Similarity F: dot", SIMILARITY_MODEL, SIMILARITY_MODEL, FIELD(similarity)},
        {"Scaling ÷√dₖ: off", SCALING_OFF, SCALING_MODEL, FIELD(scaling)},
        {"Scaling ÷√dₖ: on", SCALING_MODEL, SCALING_MODEL, FIELD(scaling)},
        {"Mask: causal", MASK_CAUSAL, MASK_MODEL, FIELD(mask)},
        {"Mask: padding", MASK_PADDING, MASK_MODEL, FIELD(mask)},
        {"Mask: window", MASK_WINDOW, MASK_MODEL, FIELD(mask)},
        {"Mask: none", MASK_MODEL, MASK_MODEL, FIELD(mask)},
        {"Position: off", POSITION_OFF, POSITION_MODEL, FIELD(position)},
        {"Position: on", POSITION_MODEL, POSITION_MODEL, FIELD(position)},
        {"Residual: off", RESIDUAL_OFF, RESIDUAL_MODEL, FIELD(residual)},
        {"Residual: on", RESIDUAL_MODEL, RESIDUAL_MODEL, FIELD(residual)},
        {"Norm: none", NORM_NONE, NORM_MODEL, FIELD(norm)},
        {"Norm: pre", NORM_PRE, NORM_MODEL, FIELD(norm)},
        {"Norm: post", NORM_MODEL, NORM_MODEL, FIELD(norm)},
        {"Find the fault: softmax axis", FAULT_SOFTMAX_OVER_QUERIES, FAULT_NONE, FIELD(fault)},
        {"Find the fault: none", FAULT_NONE, FAULT_NONE, FIELD(fault)},
        {"Activation: GELU", ACTIVATION_GELU, ACTIVATION_MODEL, FIELD(activation)},
        {"Activation: ReLU", ACTIVATION_MODEL, ACTIVATION_MODEL, FIELD(activation)},
#undef FIELD
    };
    struct rig *rig = panel_start();
    struct study plain = {0};
    struct file_error error = {0};
    assert_true(study_init(&plain, &error) && study_set(&plain, panel_document(rig), &error));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        panel_click(rig, rows[i].name);
        int value;
        memcpy(&value, (const char *)panel_changes(rig) + rows[i].field, sizeof value);
        if (value != rows[i].expected) fail_msg("%s: %d", rows[i].name, value);
        bool is_plain = what_if_is_plain(panel_changes(rig));
        assert_int_equal(is_plain, rows[i].expected == rows[i].own);
        const struct semantic_node *node = panel_find(rig, rows[i].name);
        assert_true(node->is_selected);
        assert_string_equal(panel_value(rig, "What if"), is_plain ? "" : "changed");
        if (is_plain) continue;
        float output = largest_difference(rig, &plain, ATTENTION_TENSOR_OUTPUT);
        float weights = largest_difference(rig, &plain, ATTENTION_TENSOR_WEIGHTS);
        /* A model without a W of its own has the identity there: general is dot. */
        assert_int_equal(output > 0, rows[i].expected != SIMILARITY_GENERAL || rows[i].field > 0);
        if (output > 0)
            expect_number(rig, "Output of the layer", output);
        else
            assert_string_equal(panel_value(rig, "Output of the layer"), "the same");
        if (weights > 0)
            expect_number(rig, "Weights", weights);
        else
            assert_string_equal(panel_value(rig, "Weights"), "the same");
    }
    study_free(&plain);
    rig_end(rig);
}

static void test_rows_that_choose_another_key(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    rig_key(rig, 'v', 0);
    panel_click(rig, "Mask: window");
    struct study plain = {0};
    struct file_error error = {0};
    struct document document = {0};
    assert_true(document_copy(&document, panel_document(rig)));
    what_if_free(&document.what_if);
    what_if_init(&document.what_if);
    assert_true(study_init(&plain, &error) && study_set(&plain, &document, &error));
    size_t n = study_tokens(&plain), other = 0;
    for (int head = 0; head < 6; head++) {
        app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_HEAD_SET, head, 0, 0});
        const float *a = study_head_matrix(&plain, ATTENTION_TENSOR_WEIGHTS, head),
                    *b = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, head);
        size_t changed = 0;
        for (size_t i = 0; i < n; i++) {
            size_t was = 0, is = 0;
            for (size_t j = 1; j < n; j++) {
                was = a[i * n + j] > a[i * n + was] ? j : was;
                is = b[i * n + j] > b[i * n + is] ? j : is;
            }
            changed += was != is;
        }
        char name[64], wanted[64];
        snprintf(name, sizeof name, "H%d: another key chosen", head + 1);
        snprintf(wanted, sizeof wanted, "%zu of %zu rows", changed, n);
        assert_string_equal(panel_value(rig, name), wanted);
        other += changed;
    }
    assert_true(other > 0); /* the window of one word hides what the first head looks for */
    document_free(&document);
    study_free(&plain);
    rig_end(rig);
}

static void test_heads_off(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Head 2");
    assert_true(what_if_is_head_off(panel_changes(rig), 0, 1));
    assert_true(attention_trace_is_head_off(rig->app.study.trace, 0, 1));
    const float *o = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_HEAD_OUTPUT, 1);
    assert_true(o[0] == 0 && o[7] == 0);
    assert_string_equal(panel_value(rig, "Head 2"), "off");
    assert_non_null(strstr(panel_value(rig, "H2"), "off")); /* the rail */
    panel_click(rig, "Head 5");
    panel_click(rig, "Head 2");
    assert_false(what_if_is_head_off(panel_changes(rig), 0, 1));
    assert_true(what_if_is_head_off(panel_changes(rig), 0, 4));
    panel_click(rig, "Back to before");
    assert_true(what_if_is_plain(panel_changes(rig)));
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(what_if_is_head_off(panel_changes(rig), 0, 4));
    rig_end(rig);
}

static void test_words_are_shuffled_and_come_back(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Word order: shuffled");
    uint32_t first = panel_changes(rig)->shuffle_seed;
    assert_string_equal(study_token(&rig->app.study, panel_document(rig)->query), "cat");
    assert_int_equal(rig->app.study.tokens.tokens[panel_document(rig)->query].start,
                     24); /* the second one */
    assert_int_not_equal(first, 0);
    panel_click(rig, "Word order: shuffled");
    assert_int_not_equal(panel_changes(rig)->shuffle_seed, first);
    panel_click(rig, "Position: off");
    /* Without positions the words only change places: each keeps its own output. */
    struct baseline_effect effect = study_baseline_effect(&rig->app.study);
    assert_true(effect.is_there && effect.is_by_word && effect.output.is_comparable);
    panel_click(rig, "Position: on");
    struct baseline_effect with = study_baseline_effect(&rig->app.study);
    assert_true(with.output.largest > 0.01f);
    /* The field shows the sentence as it was typed, each chip with its own place in the pass. */
    float x = 0;
    const struct study *study = &rig->app.study;
    for (size_t place = 0; place < study_tokens(&rig->app.study); place++) {
        size_t token = 0;
        for (size_t i = 0; i < study_tokens(&rig->app.study); i++) {
            size_t rank = 0;
            for (size_t k = 0; k < study_tokens(&rig->app.study); k++)
                rank += study->tokens.tokens[k].start < study->tokens.tokens[i].start;
            token = rank == place ? i : token;
        }
        const struct semantic_node *chip = NULL;
        for (size_t i = 0; i < rig->app.semantics.count; i++) {
            const struct semantic_node *node = &rig->app.semantics.nodes[i];
            bool is_chip =
                node->role == ROLE_TOKEN && node->rect.y < 64 && node->action.a == (int)token;
            chip = is_chip ? node : chip;
        }
        assert_non_null(chip);
        assert_true(chip->rect.x > x);
        assert_string_equal(chip->name, study_token(&rig->app.study, (int)token));
        x = chip->rect.x;
    }
    panel_click(rig, "Word order: as typed");
    assert_true(what_if_is_plain(panel_changes(rig)));
    assert_string_equal(study_token(&rig->app.study, 0), "The");
    rig_end(rig);
}

static void test_a_context_is_typed(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Context");
    assert_true(app_wants_text_input(&rig->app));
    rig_type(rig, "Ein Hund");
    assert_string_equal(panel_changes(rig)->context, "Ein Hund");
    assert_int_equal(study_keys(&rig->app.study), 2);
    assert_string_equal(panel_document(rig)->text, DOCUMENT_DEFAULT_TEXT);
    assert_true(app_caret_rect(&rig->app).h > 0);
    const struct semantic_node *field = semantics_by_id(&rig->app.semantics, NODE_CONTEXT);
    assert_true(field->rect.h > 30); /* still in view, though what it did takes room now */
    rig_type(rig, " schlief");
    rig_key(rig, KEY_BACKSPACE, 0);
    rig_type(rig, "f");
    char composed[] = "ni";
    struct input input = {.kind = INPUT_COMPOSITION, .text = composed, .caret = 2};
    app_input(&rig->app, &input);
    app_refresh(&rig->app);
    assert_string_equal(rig->app.presence.composition, "ni");
    rig_type(rig, "你");
    assert_string_equal(panel_changes(rig)->context, "Ein Hund schlief你");
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, KEY_LEFT, INPUT_CTRL | INPUT_SHIFT);
    rig_key(rig, 'x', INPUT_CTRL);
    assert_string_equal(panel_changes(rig)->context, "Ein Hund ");
    rig_key(rig, 'v', INPUT_CTRL);
    rig_key(rig, KEY_ENTER, 0);
    assert_false(app_wants_text_input(&rig->app));
    assert_null(semantics_named(&rig->app.semantics, "Weights")); /* not comparable: not said */
    rig_end(rig);
}

static void test_context_and_values(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Context");
    rig_type(rig, "Ein Hund schlief");
    rig_key(rig, KEY_ENTER, 0);
    size_t undo = rig->app.undo.count;
    /* Another number of words is refused under the field, and the last good values stay. */
    panel_click(rig, "Values");
    rig_type(rig, "one dog");
    app_refresh(&rig->app);
    assert_null(panel_changes(rig)->values);
    assert_null(rig->app.presence.message);
    assert_non_null(rig->app.presence.field_error);
    assert_non_null(strstr(rig->app.presence.field_error, "2 tokens"));
    const struct semantic_node *why =
        semantics_by_id(&rig->app.semantics, ui_id("field error", EDIT_VALUES, 0));
    assert_non_null(why);
    assert_string_equal(why->name, rig->app.presence.field_error);
    assert_string_equal(rig->app.presence.edited_text, "one dog");
    rig_type(rig, " slept");
    app_refresh(&rig->app);
    assert_string_equal(panel_changes(rig)->values, "one dog slept");
    assert_null(rig->app.presence.field_error);
    rig_type(rig, " well");
    rig_key(rig, KEY_ENTER, 0); /* does not throw away what was typed */
    app_refresh(&rig->app);
    assert_non_null(rig->app.presence.field_error);
    assert_string_equal(rig->app.presence.edited_text, "one dog slept well");
    panel_click(rig, "Mask: causal"); /* leaves the field: what was typed waits there */
    assert_string_equal(panel_changes(rig)->values, "one dog slept");
    assert_null(rig->app.presence.field_error);
    assert_string_equal(rig->app.presence.waiting_text[EDIT_VALUES], "one dog slept well");
    panel_click(rig, "Values");
    rig_key(rig, KEY_ESCAPE, 0); /* as the document says */
    assert_null(rig->app.presence.waiting_text[EDIT_VALUES]);
    assert_string_equal(study_value_token(&rig->app.study, 1), "dog");
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_null(panel_changes(rig)->values);
    assert_int_equal(rig->app.undo.count, undo);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    panel_click(rig, "Values: Clear");
    assert_null(panel_changes(rig)->values);
    panel_click(rig, "Context: Clear");
    assert_null(panel_changes(rig)->context);
    assert_int_equal(study_keys(&rig->app.study), study_tokens(&rig->app.study));
    rig_end(rig);
}

static void retype(struct rig *rig, const char *text) {
    rig_key(rig, 'a', INPUT_CTRL);
    rig_type(rig, text);
    app_refresh(&rig->app);
}

/* Both texts get another number of words, one after the other: the first waits for the second, the
 * picture stays, then both are taken at once. */
static void test_texts_that_wait(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Context");
    rig_type(rig, "Ein Hund schlief");
    rig_key(rig, KEY_ENTER, 0);
    panel_click(rig, "Values");
    rig_type(rig, "one dog slept");
    rig_key(rig, KEY_ENTER, 0);
    size_t undo = rig->app.undo.count;
    panel_click(rig, "Context");
    retype(rig, "Ein Hund schlief tief und fest");
    assert_non_null(strstr(rig->app.presence.field_error, "6 tokens here, 3 in the other text"));
    assert_true(rig->app.presence.is_field_waiting);
    assert_int_equal(study_keys(&rig->app.study), 3);
    panel_click(rig, "Values"); /* by the pointer, Tab or any other way */
    assert_string_equal(rig->app.presence.waiting_text[EDIT_CONTEXT],
                        "Ein Hund schlief tief und fest");
    const struct semantic_node *note =
        semantics_by_id(&rig->app.semantics, ui_id("field error", EDIT_CONTEXT, 0));
    assert_non_null(note);
    assert_non_null(strstr(note->name, "6 tokens here"));
    assert_string_equal(semantics_by_id(&rig->app.semantics, NODE_CONTEXT)->value,
                        "Ein Hund schlief tief und fest");
    retype(rig, "one dog slept deep");
    assert_non_null(
        strstr(rig->app.presence.field_error, "4 tokens here, 6 in the other text: 2 more"));
    rig_type(rig, " and");
    rig_type(rig, " well");
    assert_null(rig->app.presence.field_error);
    assert_string_equal(panel_changes(rig)->context, "Ein Hund schlief tief und fest");
    assert_string_equal(panel_changes(rig)->values, "one dog slept deep and well");
    assert_int_equal(study_keys(&rig->app.study), 6);
    rig_key(rig, KEY_ENTER, 0);
    assert_null(rig->app.presence.waiting_text[EDIT_CONTEXT]);
    assert_int_equal(rig->app.undo.count, undo + 1);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_string_equal(panel_changes(rig)->context, "Ein Hund schlief");
    assert_string_equal(panel_changes(rig)->values, "one dog slept");
    /* What waits goes with Esc, with Clear, and when the document gets other texts. */
    panel_click(rig, "Values");
    retype(rig, "one");
    rig_key(rig, KEY_TAB, 0);
    app_refresh(&rig->app);
    assert_string_equal(rig->app.presence.waiting_text[EDIT_VALUES], "one");
    rig_key(rig, 'z', INPUT_CTRL); /* the values go, and what waited with them */
    app_refresh(&rig->app);
    assert_null(rig->app.presence.waiting_text[EDIT_VALUES]);
    assert_null(panel_changes(rig)->values);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    panel_click(rig, "Context");
    retype(rig, "Ein");
    panel_click(rig, "Norm: pre");
    assert_non_null(rig->app.presence.waiting_text[EDIT_CONTEXT]);
    panel_click(rig, "Values: Clear"); /* nothing to wait for any more */
    assert_null(panel_changes(rig)->values);
    assert_string_equal(panel_changes(rig)->context, "Ein");
    assert_null(rig->app.presence.waiting_text[EDIT_CONTEXT]);
    rig_end(rig);
}

/* A click a little beside the field, on its name or under it, means the field: letters are text,
 * not commands. */
static void test_a_click_beside_the_field(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_find(rig, "Context");
    struct rect row = semantics_by_id(&rig->app.semantics, NODE_CONTEXT)->rect;
    assert_true(row.h >= 60 && row.w >= 280);
    const float points[][2] = {{4, 4}, {40, 12}, {row.w - 4, row.h - 3}, {row.w / 2, 22}};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        panel_find(rig, "Context");
        row = semantics_by_id(&rig->app.semantics, NODE_CONTEXT)->rect;
        rig_click(rig, row.x + points[i][0], row.y + points[i][1], 1);
        if (!rig->app.presence.is_editing) fail_msg("point %zu opens no field", i);
        assert_int_equal(rig->app.presence.edited_field, EDIT_CONTEXT);
        rig_type(rig, "t");
        rig_key(rig, KEY_ENTER, 0);
        assert_int_equal(panel_document(rig)->theme, THEME_LIGHT);
        panel_click(rig, "Context: Clear"); /* and yet this button is itself */
        assert_null(panel_changes(rig)->context);
    }
    rig_end(rig);
}

/* With a context: the question is about its words, the cursor walks n × m cells, a key is chosen.
 */
static void test_cross_attention_everywhere(void **state) {
    (void)state;
    struct rig *rig = panel_start();
    panel_click(rig, "Context");
    rig_type(rig, "Ein Hund schlief");
    rig_key(rig, KEY_ENTER, 0);
    rig_key(rig, 'w', 0);
    assert_int_equal(panel_document(rig)->panel, PANEL_EXPLAIN);
    rig_key(rig, '4', 0);
    rig_click_named(rig, "PREDICT Hund");
    assert_int_equal(panel_document(rig)->answers[PREDICT_SIMILARITY], 1);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_SIMILARITY, BEAT_LAST, 1});
    const struct semantic_node *grid = rig_grid(rig, ATTENTION_TENSOR_SIMILARITY);
    assert_int_equal(grid->grid.columns, 3);
    assert_int_equal(grid->grid.rows, 8);
    struct rect cell = semantics_cell_rect(grid, 7, 2);
    rig_click(rig, cell.x + cell.w / 2, cell.y + cell.h / 2, 1);
    assert_int_equal(panel_document(rig)->key, 2);
    assert_int_equal(panel_document(rig)->query, 7);
    rig_key(rig, KEY_ENTER, 0);
    rig_key(rig, KEY_UP, 0);
    assert_int_equal(panel_document(rig)->cell.row, 6);
    for (int i = 0; i < 7; i++)
        rig_key(rig, KEY_UP, 0);
    assert_int_equal(panel_document(rig)->cell.source, ATTENTION_TENSOR_K);
    assert_int_equal(panel_document(rig)->cell.row, 2);
    struct export_tools tools = {&rig->app.catalogue, &rig->app.measurer, NULL};
    struct file_bytes text = {0};
    struct file_error error = {0};
    assert_true(describe_build(&tools, &rig->app.study, &text, &error));
    char *words = strndup((const char *)text.data, text.size);
    assert_non_null(strstr(words, "Context: Ein Hund schlief"));
    assert_non_null(strstr(words, "Hund"));
    free(words);
    file_bytes_free(&text);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_choice_by_name),
        cmocka_unit_test(test_rows_that_choose_another_key),
        cmocka_unit_test(test_heads_off),
        cmocka_unit_test(test_words_are_shuffled_and_come_back),
        cmocka_unit_test(test_a_context_is_typed),
        cmocka_unit_test(test_context_and_values),
        cmocka_unit_test(test_texts_that_wait),
        cmocka_unit_test(test_a_click_beside_the_field),
        cmocka_unit_test(test_cross_attention_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

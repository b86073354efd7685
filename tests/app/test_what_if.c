/* The what-if panel without its window, used as a person would: by names, keys and the pointer. */
#include "app/support_app.h"

#include "app/describe.h"
#include "lesson/number.h"
#include "lesson/switches.h"
#include "ui/ui.h"

#include <math.h>
#include <stdio.h>

static const struct document *now(const struct rig *rig) {
    return &rig->app.study.document;
}

static const struct what_if *changes(const struct rig *rig) {
    return &now(rig)->what_if;
}

static struct rig *start(void) {
    struct rig *rig = rig_start();
    rig_key(rig, 'w', 0);
    assert_int_equal(now(rig)->panel, PANEL_WHAT_IF);
    return rig;
}

static void scroll_to(struct rig *rig, float y) {
    rig->app.presence.panel_scroll = y;
    rig->app.needs_picture = true;
    app_refresh(&rig->app);
}

/* The node of this name that can be clicked, wherever the panel must be scrolled to. */
static const struct semantic_node *find(struct rig *rig, const char *name) {
    for (float y = 0; y < 1200; y += 60) {
        scroll_to(rig, y);
        const struct semantics *list = &rig->app.semantics;
        for (size_t i = 0; i < list->count; i++) {
            const struct semantic_node *node = &list->nodes[i];
            bool can_click = node->rect.w > 4 && node->rect.h > 16 &&
                             node->action.command != UI_COMMAND_NONE &&
                             semantics_at(list, node->rect.x + node->rect.w / 2,
                                          node->rect.y + node->rect.h / 2) == node;
            if (strcmp(node->name, name) == 0 && can_click) return node;
        }
    }
    fail_msg("nothing named “%s” can be clicked", name);
    return NULL;
}

static void click(struct rig *rig, const char *name) {
    struct rect r = find(rig, name)->rect;
    rig_click(rig, r.x + r.w / 2, r.y + r.h / 2, 1);
}

/* The text of a node of the picture. */
static const char *value_of(struct rig *rig, const char *name) {
    app_refresh(&rig->app);
    const struct semantic_node *node = semantics_named(&rig->app.semantics, name);
    if (!node) fail_msg("nothing is named “%s”", name);
    return node->value;
}

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
    assert_string_equal(value_of(rig, name), wanted);
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
    struct rig *rig = start();
    struct study plain = {0};
    struct file_error error = {0};
    assert_true(study_init(&plain, &error) && study_set(&plain, now(rig), &error));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        click(rig, rows[i].name);
        int value;
        memcpy(&value, (const char *)changes(rig) + rows[i].field, sizeof value);
        if (value != rows[i].expected) fail_msg("%s: %d", rows[i].name, value);
        bool is_plain = what_if_is_plain(changes(rig));
        assert_int_equal(is_plain, rows[i].expected == rows[i].own);
        const struct semantic_node *node = find(rig, rows[i].name);
        assert_true(node->is_selected);
        assert_string_equal(value_of(rig, "What if"), is_plain ? "" : "changed");
        if (is_plain) continue;
        float output = largest_difference(rig, &plain, ATTENTION_TENSOR_OUTPUT);
        float weights = largest_difference(rig, &plain, ATTENTION_TENSOR_WEIGHTS);
        /* A model without a W of its own has the identity there: general is dot. */
        assert_int_equal(output > 0, rows[i].expected != SIMILARITY_GENERAL || rows[i].field > 0);
        if (output > 0)
            expect_number(rig, "Output of the layer", output);
        else
            assert_string_equal(value_of(rig, "Output of the layer"), "the same");
        if (weights > 0)
            expect_number(rig, "Weights", weights);
        else
            assert_string_equal(value_of(rig, "Weights"), "the same");
    }
    study_free(&plain);
    rig_end(rig);
}

static void test_rows_that_choose_another_key(void **state) {
    (void)state;
    struct rig *rig = start();
    rig_key(rig, 'v', 0);
    click(rig, "Mask: window");
    struct study plain = {0};
    struct file_error error = {0};
    struct document document = {0};
    assert_true(document_copy(&document, now(rig)));
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
        assert_string_equal(value_of(rig, name), wanted);
        other += changed;
    }
    assert_true(other > 0); /* the window of one word hides what the first head looks for */
    document_free(&document);
    study_free(&plain);
    rig_end(rig);
}

static void test_heads_off(void **state) {
    (void)state;
    struct rig *rig = start();
    click(rig, "Head 2");
    assert_true(what_if_is_head_off(changes(rig), 0, 1));
    assert_true(attention_trace_is_head_off(rig->app.study.trace, 0, 1));
    const float *o = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_HEAD_OUTPUT, 1);
    assert_true(o[0] == 0 && o[7] == 0);
    assert_string_equal(value_of(rig, "Head 2"), "off");
    assert_non_null(strstr(value_of(rig, "H2"), "off")); /* the rail */
    click(rig, "Head 5");
    click(rig, "Head 2");
    assert_false(what_if_is_head_off(changes(rig), 0, 1));
    assert_true(what_if_is_head_off(changes(rig), 0, 4));
    click(rig, "Back to before");
    assert_true(what_if_is_plain(changes(rig)));
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(what_if_is_head_off(changes(rig), 0, 4));
    rig_end(rig);
}

static void point(struct rig *rig, enum input_kind kind, float x, float y) {
    struct input input = {.kind = kind, .x = x, .y = y, .clicks = 1};
    app_input(&rig->app, &input);
    assert_non_null(app_picture(&rig->app, rig->now_ms));
}

/* From one end to the other and half way back: one step of undo. */
static void test_a_drag_is_one_step_of_undo(void **state) {
    (void)state;
    struct rig *rig = start();
    click(rig, "Scaling ÷√dₖ: off");
    struct rect r = find(rig, "Temperature τ")->rect;
    float y = r.y + r.h / 2;
    size_t undo = rig->app.undo.count;
    point(rig, INPUT_POINTER_DOWN, r.x + r.w / 2, y);
    for (float x = r.x + r.w / 2; x < r.x + r.w + 40; x += 3)
        point(rig, INPUT_POINTER_MOVE, x, y + 30);
    assert_true(changes(rig)->temperature == 10);
    assert_true(attention_trace_divisor(rig->app.study.trace) == 10);
    for (float x = r.x + r.w; x > r.x - 40; x -= 3)
        point(rig, INPUT_POINTER_MOVE, x, y);
    assert_true(changes(rig)->temperature == 0);
    point(rig, INPUT_POINTER_UP, r.x, y);
    point(rig, INPUT_POINTER_MOVE, r.x + r.w, y);
    assert_true(changes(rig)->temperature == 0);
    assert_int_equal(rig->app.undo.count, undo + 1);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_true(changes(rig)->temperature == 1);
    assert_int_equal(changes(rig)->scaling, SCALING_OFF);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(changes(rig)->scaling, SCALING_MODEL);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    assert_true(changes(rig)->temperature == 0);
    rig_end(rig);
}

static void test_steppers(void **state) {
    (void)state;
    struct rig *rig = start();
    click(rig, "Temperature τ −");
    assert_true(changes(rig)->temperature == 0.9f);
    click(rig, "Temperature τ +");
    click(rig, "Temperature τ +");
    assert_true(changes(rig)->temperature == 1.25f);
    assert_string_equal(value_of(rig, "Temperature τ"), "1.25");
    click(rig, "Mask: padding");
    assert_int_equal(changes(rig)->mask_size, 1);
    for (int i = 0; i < 7; i++)
        click(rig, "Padding: keys at the end +");
    assert_int_equal(changes(rig)->mask_size, 8); /* all of them: nothing is left to see */
    assert_true(find(rig, "Padding: keys at the end −") != NULL);
    app_refresh(&rig->app);
    assert_true(semantics_named(&rig->app.semantics, "Padding: keys at the end +")->is_disabled);
    click(rig, "Mask: window");
    assert_int_equal(changes(rig)->mask_size, 8);
    rig_end(rig);
}

static void test_words_are_shuffled_and_come_back(void **state) {
    (void)state;
    struct rig *rig = start();
    click(rig, "Word order: shuffled");
    uint32_t first = changes(rig)->shuffle_seed;
    assert_string_equal(study_token(&rig->app.study, now(rig)->query), "cat");
    assert_int_equal(rig->app.study.tokens.tokens[now(rig)->query].start, 24); /* the second one */
    assert_int_not_equal(first, 0);
    click(rig, "Word order: shuffled");
    assert_int_not_equal(changes(rig)->shuffle_seed, first);
    click(rig, "Position: off");
    /* Without positions the words only change places: each keeps its own output. */
    struct baseline_effect effect = study_baseline_effect(&rig->app.study);
    assert_true(effect.is_there && effect.is_by_word && effect.output.is_comparable);
    click(rig, "Position: on");
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
    click(rig, "Word order: as typed");
    assert_true(what_if_is_plain(changes(rig)));
    assert_string_equal(study_token(&rig->app.study, 0), "The");
    rig_end(rig);
}

static void test_a_context_is_typed(void **state) {
    (void)state;
    struct rig *rig = start();
    click(rig, "Context");
    assert_true(app_wants_text_input(&rig->app));
    rig_type(rig, "Ein Hund");
    assert_string_equal(changes(rig)->context, "Ein Hund");
    assert_int_equal(study_keys(&rig->app.study), 2);
    assert_string_equal(now(rig)->text, DOCUMENT_DEFAULT_TEXT);
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
    assert_string_equal(changes(rig)->context, "Ein Hund schlief你");
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, KEY_LEFT, INPUT_CTRL | INPUT_SHIFT);
    rig_key(rig, 'x', INPUT_CTRL);
    assert_string_equal(changes(rig)->context, "Ein Hund ");
    rig_key(rig, 'v', INPUT_CTRL);
    rig_key(rig, KEY_ENTER, 0);
    assert_false(app_wants_text_input(&rig->app));
    assert_null(semantics_named(&rig->app.semantics, "Weights")); /* not comparable: not said */
    rig_end(rig);
}

static void test_context_and_values(void **state) {
    (void)state;
    struct rig *rig = start();
    click(rig, "Context");
    rig_type(rig, "Ein Hund schlief");
    rig_key(rig, KEY_ENTER, 0);
    size_t undo = rig->app.undo.count;
    /* Another number of words is refused under the field, and the last good values stay. */
    click(rig, "Values");
    rig_type(rig, "one dog");
    app_refresh(&rig->app);
    assert_null(changes(rig)->values);
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
    assert_string_equal(changes(rig)->values, "one dog slept");
    assert_null(rig->app.presence.field_error);
    rig_type(rig, " well");
    app_refresh(&rig->app);
    assert_non_null(rig->app.presence.field_error);
    click(rig, "Mask: causal"); /* leaves the field */
    assert_string_equal(changes(rig)->values, "one dog slept");
    assert_null(rig->app.presence.field_error);
    assert_string_equal(study_value_token(&rig->app.study, 1), "dog");
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_null(changes(rig)->values);
    assert_int_equal(rig->app.undo.count, undo);
    rig_key(rig, 'z', INPUT_CTRL | INPUT_SHIFT);
    click(rig, "Values: Clear");
    assert_null(changes(rig)->values);
    click(rig, "Context: Clear");
    assert_null(changes(rig)->context);
    assert_int_equal(study_keys(&rig->app.study), study_tokens(&rig->app.study));
    rig_end(rig);
}

/* With a context: the question is about its words, the cursor walks n × m cells, a key is chosen.
 */
static void test_cross_attention_everywhere(void **state) {
    (void)state;
    struct rig *rig = start();
    click(rig, "Context");
    rig_type(rig, "Ein Hund schlief");
    rig_key(rig, KEY_ENTER, 0);
    rig_key(rig, 'w', 0);
    assert_int_equal(now(rig)->panel, PANEL_EXPLAIN);
    rig_key(rig, '4', 0);
    rig_click_named(rig, "PREDICT Hund");
    assert_int_equal(now(rig)->answers[PREDICT_SIMILARITY], 1);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_SIMILARITY, BEAT_LAST, 1});
    const struct semantic_node *grid = rig_grid(rig, ATTENTION_TENSOR_SIMILARITY);
    assert_int_equal(grid->grid.columns, 3);
    assert_int_equal(grid->grid.rows, 8);
    struct rect cell = semantics_cell_rect(grid, 7, 2);
    rig_click(rig, cell.x + cell.w / 2, cell.y + cell.h / 2, 1);
    assert_int_equal(now(rig)->key, 2);
    assert_int_equal(now(rig)->query, 7);
    rig_key(rig, KEY_ENTER, 0);
    rig_key(rig, KEY_UP, 0);
    assert_int_equal(now(rig)->cell.row, 6);
    for (int i = 0; i < 7; i++)
        rig_key(rig, KEY_UP, 0);
    assert_int_equal(now(rig)->cell.source, ATTENTION_TENSOR_K);
    assert_int_equal(now(rig)->cell.row, 2);
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

/* The focus goes to the control of this name by Tab alone. */
static void tab_to(struct rig *rig, const char *name) {
    for (int i = 0; i < 200; i++) {
        rig_key(rig, KEY_TAB, 0);
        const struct semantic_node *node =
            semantics_by_id(&rig->app.semantics, rig->app.presence.focus_id);
        assert_non_null(node);
        if (strcmp(node->name, name) != 0) continue;
        assert_true(node->rect.h > 10); /* it has come into view */
        return;
    }
    fail_msg("Tab never meets “%s”", name);
}

static void test_the_keyboard_alone(void **state) {
    (void)state;
    struct rig *rig = start();
    struct input size = {.kind = INPUT_RESIZE, .width = 1024, .height = 700};
    app_input(&rig->app, &size);
    int step = (int)now(rig)->step;
    tab_to(rig, "Similarity F");
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_equal(changes(rig)->similarity, SIMILARITY_COSINE);
    rig_key(rig, KEY_DOWN, 0);
    assert_int_equal(changes(rig)->similarity, SIMILARITY_MODEL);
    rig_key(rig, ' ', 0);
    assert_int_equal(changes(rig)->similarity, SIMILARITY_COSINE);
    tab_to(rig, "Temperature τ");
    rig_key(rig, KEY_RIGHT, 0);
    rig_key(rig, KEY_UP, 0);
    assert_true(changes(rig)->temperature == 1.5f);
    rig_key(rig, KEY_HOME, 0);
    assert_true(changes(rig)->temperature == 0);
    rig_key(rig, KEY_LEFT, 0);
    assert_true(changes(rig)->temperature == 0);
    rig_key(rig, KEY_END, 0);
    assert_true(changes(rig)->temperature == 10);
    tab_to(rig, "Norm");
    rig_key(rig, KEY_LEFT, 0);
    assert_int_equal(changes(rig)->norm, NORM_NONE);
    tab_to(rig, "Head 6");
    rig_key(rig, KEY_ENTER, 0);
    assert_true(what_if_is_head_off(changes(rig), 0, 5));
    tab_to(rig, "Context");
    rig_key(rig, KEY_ENTER, 0);
    rig_type(rig, "two words");
    rig_key(rig, KEY_TAB, 0);
    assert_string_equal(changes(rig)->context, "two words");
    tab_to(rig, "Back to before");
    rig_key(rig, KEY_ENTER, 0);
    assert_true(what_if_is_plain(changes(rig)));
    assert_int_equal(now(rig)->step, step); /* no arrow went to the timeline */
    rig_key(rig, KEY_ESCAPE, 0);
    rig_key(rig, KEY_RIGHT, 0);
    assert_int_not_equal((int)now(rig)->step, step);
    rig_key(rig, 'm', 0);
    assert_int_equal(changes(rig)->mask, MASK_CAUSAL);
    rig_key(rig, 'm', 0);
    assert_int_equal(changes(rig)->mask, MASK_MODEL);
    rig_key(rig, 'd', 0);
    rig_key(rig, 'w', INPUT_SHIFT);
    assert_true(what_if_is_plain(changes(rig)));
    rig_end(rig);
}

static void test_the_sheet_and_presentation(void **state) {
    (void)state;
    struct rig *rig = rig_start();
    struct input size = {.kind = INPUT_RESIZE, .width = 800, .height = 600};
    app_input(&rig->app, &size);
    rig_key(rig, 'w', 0);
    assert_true(rig->app.presence.is_panel_open);
    click(rig, "Scaling ÷√dₖ: off");
    assert_int_equal(changes(rig)->scaling, SCALING_OFF);
    rig_key(rig, 'w', 0);
    assert_false(rig->app.presence.is_panel_open);
    size = (struct input){.kind = INPUT_RESIZE, .width = 640, .height = 300};
    app_input(&rig->app, &size); /* so low that what it did is the last of the rows */
    rig_key(rig, 'w', 0);
    click(rig, "Back to before");
    assert_true(what_if_is_plain(changes(rig)));
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, 'w', 0);
    size = (struct input){.kind = INPUT_RESIZE, .width = 800, .height = 600};
    app_input(&rig->app, &size);
    rig_key(rig, KEY_F5, 0);
    rig_key(rig, 'w', 0);
    assert_true(rig->app.presence.is_panel_open);
    click(rig, "Scaling ÷√dₖ: on");
    assert_int_equal(changes(rig)->scaling, SCALING_MODEL);
    rig_key(rig, 'w', 0);
    assert_false(rig->app.presence.is_panel_open);
    rig_key(rig, KEY_ESCAPE, 0);
    assert_false(now(rig)->is_presentation);
    rig_end(rig);
}

static void test_a_mask_is_painted(void **state) {
    (void)state;
    struct rig *rig = start();
    rig_key(rig, 'm', 0);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_STEP_GO, STEP_SOFTMAX, BEAT_LAST, 1});
    const struct semantic_node *grid = rig_grid(rig, ATTENTION_TENSOR_WEIGHTS);
    struct rect cell = semantics_cell_rect(grid, 4, 1);
    rig_click(rig, cell.x + cell.w / 2, cell.y + cell.h / 2, 1);
    rig_key(rig, 'x', 0); /* from the causal mask on */
    assert_int_equal(changes(rig)->mask, MASK_PAINTED);
    const float *a = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, 0);
    assert_true(a[4 * 8 + 1] == 0 && a[4 * 8 + 2] > 0 && a[4 * 8 + 5] == 0);
    assert_true(find(rig, "Mask: painted")->is_selected);
    rig_key(rig, 'x', 0);
    a = study_head_matrix(&rig->app.study, ATTENTION_TENSOR_WEIGHTS, 0);
    assert_true(a[4 * 8 + 1] > 0 && a[4 * 8 + 5] == 0);
    rig_key(rig, 'z', INPUT_CTRL);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(changes(rig)->mask, MASK_CAUSAL);
    rig_end(rig);
}

static void test_the_wheel_scrolls_the_page(void **state) {
    (void)state;
    struct rig *rig = start();
    struct input size = {.kind = INPUT_RESIZE, .width = 1024, .height = 700};
    app_input(&rig->app, &size);
    scroll_to(rig, 0);
    const struct semantic_node *rows = semantics_by_id(&rig->app.semantics, NODE_PANEL_ROWS);
    float x = rows->rect.x + 20, y = rows->rect.y + 20,
          most = rows->scroll_height - rows->scroll_room;
    point(rig, INPUT_POINTER_MOVE, x, y);
    struct input wheel = {.kind = INPUT_WHEEL, .wheel_y = -1};
    for (int i = 0; i < 30; i++)
        app_input(&rig->app, &wheel);
    app_refresh(&rig->app);
    assert_true(most > 0 && fabsf(rig->app.presence.panel_scroll - most) < 1.5f);
    wheel.wheel_y = 1;
    app_input(&rig->app, &wheel);
    assert_true(rig->app.presence.panel_scroll < most - 30);
    for (int i = 0; i < 30; i++)
        app_input(&rig->app, &wheel);
    assert_true(rig->app.presence.panel_scroll == 0);
    rig_end(rig);
}

/* A picture of the document shows the same page; undo leaves the page where it is. */
static void test_the_page_is_part_of_the_document(void **state) {
    (void)state;
    struct rig *rig = start();
    click(rig, "Mask: causal");
    json_t *json = document_to_json(now(rig));
    struct document read = {0};
    struct file_error error = {0};
    assert_string_equal(json_string_value(json_object_get(json, "panel")), "what-if");
    assert_true(document_from_json(json, &read, &error));
    assert_true(document_equal(&read, now(rig)));
    json_object_set_new(json, "panel", json_string("elsewhere"));
    struct document bad = {0};
    assert_false(document_from_json(json, &bad, &error));
    json_decref(json);
    document_free(&read);
    rig_key(rig, 'w', 0);
    rig_key(rig, 'z', INPUT_CTRL);
    assert_int_equal(now(rig)->panel, PANEL_EXPLAIN);
    assert_int_equal(changes(rig)->mask, MASK_MODEL);
    rig_end(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_choice_by_name),
        cmocka_unit_test(test_rows_that_choose_another_key),
        cmocka_unit_test(test_heads_off),
        cmocka_unit_test(test_a_drag_is_one_step_of_undo),
        cmocka_unit_test(test_steppers),
        cmocka_unit_test(test_words_are_shuffled_and_come_back),
        cmocka_unit_test(test_a_context_is_typed),
        cmocka_unit_test(test_context_and_values),
        cmocka_unit_test(test_cross_attention_everywhere),
        cmocka_unit_test(test_the_keyboard_alone),
        cmocka_unit_test(test_the_sheet_and_presentation),
        cmocka_unit_test(test_a_mask_is_painted),
        cmocka_unit_test(test_the_wheel_scrolls_the_page),
        cmocka_unit_test(test_the_page_is_part_of_the_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a reader changes about the attention: copies, comparison, painting, edits, names, JSON. */
#include "files/json.h"
#include "files/memory.h"
#include "lesson/cell.h"
#include "lesson/cell_name.h"
#include "lesson/document.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct what_if a, b;

static int start(void **state) {
    (void)state;
    what_if_init(&a);
    what_if_init(&b);
    return 0;
}

static int stop(void **state) {
    (void)state;
    what_if_free(&a);
    what_if_free(&b);
    what_if_free(&b);
    return 0;
}

static struct attention_edit edit(int tensor, int layer, size_t index, float value) {
    return (struct attention_edit){tensor, layer, index, value};
}

static void add_edit(struct what_if *to, int tensor, int layer, size_t index, float value) {
    struct attention_edit one = edit(tensor, layer, index, value);
    assert_true(what_if_edit(to, &one));
}

/* Everything changed, each in its own way. */
static void change_all(struct what_if *to) {
    to->similarity = SIMILARITY_ADDITIVE;
    to->scaling = SCALING_OFF;
    to->temperature = 0.1f; /* has no short decimal form in float */
    to->mask_size = 1024;
    to->position = POSITION_OFF;
    to->residual = RESIDUAL_ON;
    to->norm = NORM_PRE;
    to->activation = ACTIVATION_GELU;
    to->fault = FAULT_MASK_AFTER_SOFTMAX;
    to->shuffle_seed = UINT32_MAX;
    what_if_set_head(to, 0, 63, false);
    what_if_set_head(to, 95, 0, false);
    assert_true(what_if_paint(to, 2, 3, 1, 2, false));
    assert_true(what_if_set_context(to, "der \"Hund\"\\ \n\xE6\xB3\xA8"));
    assert_true(what_if_set_values(to, "the dog"));
    add_edit(to, ATTENTION_WEIGHT_Q, 3, 7, -0.3f);
    add_edit(to, ATTENTION_TENSOR_SCORES, 1, 2, -INFINITY);
    add_edit(to, ATTENTION_TENSOR_CONTEXT_EMBEDDING, 0, 4096, 1e-40f);
}

static void test_plain(void **state) {
    (void)state;
    assert_true(what_if_is_plain(&a) && what_if_equal(&a, &b));
    assert_true(a.temperature == 1.0f);
    a.mask_size = 3; /* remembered, and acts on nothing */
    assert_true(what_if_is_plain(&a));
    a.mask = MASK_WINDOW;
    assert_false(what_if_is_plain(&a));
    json_t *json = what_if_to_json(&b);
    assert_int_equal(json_object_size(json), 0);
    json_decref(json);
}

/* Each field counts: b with one field of the changed a differs from a plain one. */
static void test_equal_sees_every_field(void **state) {
    (void)state;
    struct what_if plain;
    what_if_init(&plain);
    change_all(&a);
#define ONE(field)                                                                                 \
    do {                                                                                           \
        struct what_if one = plain;                                                                \
        one.field = a.field;                                                                       \
        assert_false(what_if_equal(&plain, &one));                                                 \
        assert_false(what_if_equal(&one, &plain));                                                 \
        one = a;                                                                                   \
        one.field = plain.field;                                                                   \
        assert_false(what_if_equal(&a, &one));                                                     \
    } while (0)
    ONE(similarity);
    ONE(scaling);
    ONE(temperature);
    ONE(mask);
    ONE(mask_size);
    ONE(painted);
    ONE(position);
    ONE(residual);
    ONE(norm);
    ONE(activation);
    ONE(fault);
    ONE(shuffle_seed);
    ONE(heads_off[0]);
    ONE(heads_off[95]);
    ONE(context);
    ONE(values);
    ONE(edit_count);
#undef ONE
    assert_true(what_if_copy(&b, &a));
    assert_true(what_if_equal(&a, &b));
    assert_ptr_not_equal(a.edits, b.edits);
    assert_ptr_not_equal(a.painted.allowed, b.painted.allowed);
    b.painted.allowed[0] ^= 1;
    assert_false(what_if_equal(&a, &b));
    b.painted.allowed[0] ^= 1;
    for (size_t i = 0; i < a.edit_count; i++) {
        struct attention_edit was = b.edits[i];
        b.edits[i].index++;
        assert_false(what_if_equal(&a, &b));
        b.edits[i] = was;
        b.edits[i].value = 5;
        assert_false(what_if_equal(&a, &b));
        b.edits[i] = was;
        b.edits[i].tensor++;
        assert_false(what_if_equal(&a, &b));
        b.edits[i] = was;
        b.edits[i].layer++;
        assert_false(what_if_equal(&a, &b));
        b.edits[i] = was;
    }
    assert_true(what_if_equal(&a, &b));
    assert_true(what_if_copy(&b, &b));
}

static bool fail_now(size_t bytes) {
    (void)bytes;
    return false;
}

static void test_copy_without_memory(void **state) {
    (void)state;
    change_all(&a);
    assert_true(what_if_set_context(&b, "stays"));
    file_allocation_hook = fail_now;
    bool is_copied = what_if_copy(&b, &a);
    bool is_edited = what_if_edit(&b, &a.edits[0]);
    bool is_painted = what_if_paint(&b, 2, 2, 0, 0, false);
    file_allocation_hook = NULL;
    assert_false(is_copied || is_edited || is_painted);
    assert_string_equal(b.context, "stays");
    assert_true(b.mask == MASK_MODEL && b.edit_count == 0 && b.painted.allowed == NULL);
}

static void test_texts(void **state) {
    (void)state;
    assert_true(what_if_set_context(&a, "one\xFF"));
    assert_string_equal(a.context, "one\xEF\xBF\xBD");
    assert_true(what_if_set_values(&a, "two"));
    assert_true(what_if_set_context(&a, ""));
    assert_null(a.context);
    assert_null(a.values); /* they go with the context */
    assert_true(what_if_set_context(&a, NULL) && what_if_set_values(&a, NULL));
    assert_true(what_if_is_plain(&a));
}

static void test_heads(void **state) {
    (void)state;
    what_if_set_head(&a, 2, 63, false);
    assert_true(what_if_is_head_off(&a, 2, 63));
    assert_false(what_if_is_head_off(&a, 2, 62) || what_if_is_head_off(&a, 1, 63));
    assert_false(what_if_is_head_off(&a, 96, 0) || what_if_is_head_off(&a, 0, 64) ||
                 what_if_is_head_off(&a, -1, 0) || what_if_is_head_off(&a, 0, -1));
    what_if_set_head(&a, 2, 63, true);
    assert_true(what_if_is_plain(&a));
}

static void test_edits(void **state) {
    (void)state;
    add_edit(&a, ATTENTION_WEIGHT_Q, 1, 7, 1);
    add_edit(&a, ATTENTION_WEIGHT_Q, 0, 7, 2);
    add_edit(&a, ATTENTION_TENSOR_EMBEDDING, 5, 7, 3); /* not per layer: the layer is nothing */
    add_edit(&a, ATTENTION_TENSOR_EMBEDDING, 9, 7, 4);
    add_edit(&a, ATTENTION_WEIGHT_Q, 1, 7, 5);
    assert_int_equal(a.edit_count, 3);
    assert_true(a.edits[0].value == 5 && a.edits[1].value == 2 && a.edits[2].value == 4);
    assert_false(what_if_unedit(&a, ATTENTION_WEIGHT_Q, 2, 7));
    assert_false(what_if_unedit(&a, ATTENTION_WEIGHT_K, 1, 7));
    assert_true(what_if_unedit(&a, ATTENTION_WEIGHT_Q, 1, 7));
    assert_int_equal(a.edit_count, 2);
    assert_true(a.edits[0].value == 2 && a.edits[1].value == 4);
    assert_true(what_if_unedit(&a, ATTENTION_TENSOR_EMBEDDING, 3, 7));
    assert_true(what_if_unedit(&a, ATTENTION_WEIGHT_Q, 0, 7));
    assert_true(what_if_is_plain(&a));
    for (size_t i = 0; i < WHAT_IF_MAX_EDITS; i++)
        add_edit(&a, ATTENTION_WEIGHT_Q, 0, i, 1);
    struct attention_edit more = edit(ATTENTION_WEIGHT_Q, 1, 0, 1);
    assert_false(what_if_edit(&a, &more));
    more.layer = 0;
    assert_true(what_if_edit(&a, &more)); /* it is there already */
}

static void check_allows(const char *const rows[], size_t n, size_t m) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            if (what_if_allows(&a, i, j, m) != (rows[i][j] == '1'))
                fail_msg("%s: row %zu, column %zu", mask_id(a.mask), i, j);
}

static void test_masks(void **state) {
    (void)state;
    check_allows((const char *const[]){"1111", "1111"}, 2, 4);
    a.mask = MASK_CAUSAL;
    check_allows((const char *const[]){"100", "110", "111", "111"}, 4, 3);
    a.mask_size = 1;
    a.mask = MASK_WINDOW;
    check_allows((const char *const[]){"1100", "1110", "0111"}, 3, 4);
    a.mask = MASK_PADDING;
    check_allows((const char *const[]){"1110", "1110"}, 2, 4);
    a.mask_size = 0;
    check_allows((const char *const[]){"1111", "1111"}, 2, 4);
}

static void test_painting(void **state) {
    (void)state;
    a.mask = MASK_CAUSAL;
    assert_true(what_if_paint(&a, 3, 3, 0, 2, true)); /* starts from the causal mask */
    assert_int_equal(a.mask, MASK_PAINTED);
    check_allows((const char *const[]){"101", "110", "111"}, 3, 3);
    assert_true(what_if_paint(&a, 3, 3, 1, 0, false));
    check_allows((const char *const[]){"101", "010", "111"}, 3, 3);
    check_allows((const char *const[]){"1011", "0101", "1111", "1111"}, 4, 4); /* beyond: allowed */
    assert_true(what_if_paint(&a, 2, 2, 0, 0, false)); /* a shorter text leaves the rest there */
    check_allows((const char *const[]){"001", "010", "111"}, 3, 3);
    assert_true(what_if_paint(&a, 4, 5, 3, 4, false));
    check_allows((const char *const[]){"00111", "01011", "11111", "11110"}, 4, 5);
    a.mask = MASK_NONE;
    assert_true(what_if_paint(&a, 2, 2, 1, 1, false)); /* begins anew */
    check_allows((const char *const[]){"111", "101", "111"}, 3, 3);
}

static void test_names(void **state) {
    (void)state;
#define EACH(thing, type, COUNT)                                                                   \
    for (int i = 0; i < COUNT; i++)                                                                \
        assert_int_equal(thing##_from_id(thing##_id((type)i)), i);                                 \
    assert_int_equal(thing##_from_id("nothing"), -1);                                              \
    assert_int_equal(thing##_from_id(NULL), -1);                                                   \
    assert_string_equal(thing##_id((type)0), "model")
    EACH(similarity, enum similarity_choice, SIMILARITY_COUNT);
    EACH(mask, enum mask_choice, MASK_COUNT);
    EACH(scaling, enum scaling_choice, SCALING_COUNT);
    EACH(position, enum position_choice, POSITION_COUNT);
    EACH(residual, enum residual_choice, RESIDUAL_COUNT);
    EACH(norm, enum norm_choice, NORM_COUNT);
    EACH(activation, enum activation_choice, ACTIVATION_COUNT);
#undef EACH
    for (int i = 0; i < FAULT_COUNT; i++)
        assert_int_equal(fault_from_id(fault_id((enum fault_choice)i)), i);
    assert_string_equal(fault_id(FAULT_NONE), "none");
    assert_string_equal(similarity_id(SIMILARITY_GENERAL), "general");
    assert_string_equal(mask_id(MASK_PAINTED), "painted");
    assert_string_equal(norm_id(NORM_NONE), "none");
}

static void test_quantities(void **state) {
    (void)state;
    int tensor, layer, editable = 0;
    for (int id = 0; id < ATTENTION_QUANTITY_COUNT; id++) {
        char name[WHAT_IF_NAME_BYTES];
        what_if_quantity_name(id, 95, name);
        bool is_found = what_if_quantity_from_name(name, &tensor, &layer);
        assert_int_equal(is_found, what_if_is_editable(id));
        editable += is_found;
        if (!is_found) continue;
        assert_int_equal(tensor, id);
        assert_int_equal(layer, attention_tensor_is_per_layer(id) ? 95 : 0);
    }
    assert_int_equal(editable, 7 + ATTENTION_QUANTITY_COUNT - ATTENTION_TENSOR_COUNT);
    assert_true(what_if_quantity_from_name("layers.0.attention.q.weight", &tensor, &layer));
    assert_int_equal(tensor, ATTENTION_WEIGHT_Q);
    static const char *const wrong[] = {"",
                                        "weights",
                                        "attention.q.weight",
                                        "layers.embedding",
                                        "layers.0.embedding",
                                        "layers.0.weights",
                                        "layers.0.x",
                                        "x",
                                        "layers.96.attention.q.weight",
                                        "layers.00.attention.q.weight",
                                        "layers.-1.attention.q.weight",
                                        "layers.+1.attention.q.weight",
                                        "layers.1attention.q.weight",
                                        "layers..attention.q.weight",
                                        "layers.0.attention.q.weights",
                                        "layers.99999999999.attention.q.weight"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (what_if_quantity_from_name(wrong[i], &tensor, &layer)) fail_msg("took %s", wrong[i]);
}

static json_t *parse(const char *text) {
    struct file_error error = {{0}};
    json_t *json = file_json_parse("test", text, strlen(text), &error);
    if (json == NULL) fail_msg("%s", error.text);
    return json;
}

static void test_round_trip(void **state) {
    (void)state;
    for (int mask = 0; mask < MASK_COUNT; mask++) {
        struct file_error error = {{0}};
        change_all(&a);
        a.mask = (enum mask_choice)mask;
        json_t *json = what_if_to_json(&a);
        assert_non_null(json);
        char *text = json_dumps(json, 0);
        json_t *back = parse(text);
        if (!what_if_from_json(back, &b, &error)) fail_msg("%s\n%s", error.text, text);
        if (!what_if_equal(&a, &b)) fail_msg("%s", text);
        json_decref(json);
        json_decref(back);
        free(text);
        stop(NULL);
    }
}

/* As people read it: names and counts, and nothing that is as the model says. */
static void test_form(void **state) {
    (void)state;
    a.mask = MASK_WINDOW;
    a.mask_size = 2;
    what_if_set_head(&a, 1, 0, false);
    what_if_set_head(&a, 1, 2, false);
    add_edit(&a, ATTENTION_WEIGHT_Q, 0, 11, 0.5f);
    add_edit(&a, ATTENTION_TENSOR_SCORES, 1, 2, -INFINITY);
    json_t *json = what_if_to_json(&a);
    json_t *wanted = parse(
        "{\"mask\": \"window\", \"mask_size\": 2, \"heads_off\": [{\"layer\": 2, \"heads\": "
        "[1, 3]}], \"edits\": [{\"tensor\": \"layers.0.attention.q.weight\", \"index\": 11, "
        "\"value\": 0.5}, {\"tensor\": \"layers.1.scores\", \"index\": 2, \"value\": null}]}");
    assert_true(json_equal(json, wanted));
    json_decref(json);
    json_decref(wanted);
}

static void test_damaged(void **state) {
    (void)state;
    static const struct {
        const char *json, *names;
    } cases[] = {
        {"[]", "what_if"},
        {"{\"similarity\": \"dots\"}", "similarity"},
        {"{\"similarity\": 1}", "similarity"},
        {"{\"norm\": true}", "norm"},
        {"{\"temperature\": -1}", "temperature"},
        {"{\"temperature\": 1e39}", "temperature"},
        {"{\"temperature\": \"1\"}", "temperature"},
        {"{\"mask_size\": 1025}", "mask_size"},
        {"{\"mask_size\": -1}", "mask_size"},
        {"{\"shuffle\": 4294967296}", "shuffle"},
        {"{\"shuffle\": 1.5}", "shuffle"},
        {"{\"painted\": []}", "painted"},
        {"{\"painted\": [\"\"]}", "painted"},
        {"{\"painted\": [\"10\", \"1\"]}", "painted"},
        {"{\"painted\": [\"12\"]}", "painted"},
        {"{\"painted\": [\"10\", 1]}", "painted"},
        {"{\"painted\": {}}", "painted"},
        {"{\"heads_off\": {}}", "heads_off"},
        {"{\"heads_off\": [{\"layer\": 0, \"heads\": [1]}]}", "heads_off"},
        {"{\"heads_off\": [{\"layer\": 97, \"heads\": [1]}]}", "heads_off"},
        {"{\"heads_off\": [{\"layer\": 1, \"heads\": [65]}]}", "heads_off"},
        {"{\"heads_off\": [{\"layer\": 1, \"heads\": [0]}]}", "heads_off"},
        {"{\"heads_off\": [{\"layer\": 1}]}", "heads_off"},
        {"{\"context\": 5}", "context"},
        {"{\"values\": []}", "values"},
        {"{\"edits\": {}}", "edits"},
        {"{\"edits\": [{}]}", "edit 1"},
        {"{\"edits\": [{\"tensor\": \"layers.0.weights\", \"index\": 0, \"value\": 1}]}", "edit 1"},
        {"{\"edits\": [{\"tensor\": \"embedding\", \"index\": -1, \"value\": 1}]}", "edit 1"},
        {"{\"edits\": [{\"tensor\": \"embedding\", \"index\": 0, \"value\": null}]}", "edit 1"},
        {"{\"edits\": [{\"tensor\": \"embedding\", \"index\": 0, \"value\": 1e39}]}", "edit 1"},
        {"{\"edits\": [{\"tensor\": \"embedding\", \"index\": 0, \"value\": 1}, "
         "{\"tensor\": \"embedding\", \"index\": 0.5, \"value\": 1}]}",
         "edit 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file_error error = {{0}};
        json_t *json = parse(cases[i].json);
        a.mask_size = 77;
        if (what_if_from_json(json, &a, &error)) fail_msg("accepted: %s", cases[i].json);
        if (strstr(error.text, cases[i].names) == NULL)
            fail_msg("%s does not name %s", error.text, cases[i].names);
        assert_int_equal(a.mask_size, 77);
        json_decref(json);
    }
}

static struct document read_document(const char *text) {
    struct document document = {0};
    struct file_error error = {{0}};
    json_t *json = parse(text);
    if (!document_from_json(json, &document, &error)) fail_msg("%s", error.text);
    json_decref(json);
    return document;
}

/* Documents of 0.1.0: mask and scaling beside the other settings, cells by number. */
static void test_old_documents(void **state) {
    (void)state;
    struct document document = read_document(
        "{\"headway\": 1, \"mask\": \"causal\", \"scaling\": \"off\", \"cell\": {\"source\": 8, "
        "\"head\": 1, \"row\": 2, \"column\": 3}}");
    assert_int_equal(document.what_if.mask, MASK_CAUSAL);
    assert_int_equal(document.what_if.scaling, SCALING_OFF);
    assert_true(document.what_if.temperature == 1.0f);
    assert_int_equal(document.cell.source, ATTENTION_TENSOR_WEIGHTS);
    document_free(&document);
    document = read_document("{\"headway\": 1, \"mask\": \"causal\", \"what_if\": {\"mask\": "
                             "\"none\"}, \"cell\": {\"source\": \"W_O\"}}");
    assert_int_equal(document.what_if.mask, MASK_NONE);
    assert_int_equal(document.cell.source, CELL_W_O);
    document_free(&document);
}

static void test_cell_names(void **state) {
    (void)state;
    for (int source = 0; source < CELL_SOURCE_COUNT; source++)
        assert_int_equal(cell_source_from_id(cell_source_id(source)), source);
    assert_null(cell_source_id(-1));
    assert_null(cell_source_id(CELL_SOURCE_COUNT));
    assert_int_equal(cell_source_from_id("W_X"), -1);
    assert_int_equal(cell_source_from_id(NULL), -1);
    static const char *const old[] = {
        "embedding",  "position", "x",          "q",           "k",         "v",
        "similarity", "scores",   "weights",    "head_output", "concat",    "attention_output",
        "residual1",  "norm1",    "ffn_hidden", "ffn_output",  "residual2", "norm2",
        "output",     "W_Q",      "W_K",        "W_V",         "W_O",       "exponentials",
        "row_total",  "token"};
    for (int i = 0; i < 26; i++)
        assert_string_equal(cell_source_id(cell_source_from_number(i)), old[i]);
    assert_int_equal(cell_source_from_number(26), -1);
    assert_int_equal(cell_source_from_number(-1), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_plain),      TEST(test_equal_sees_every_field),
        TEST(test_texts),      TEST(test_copy_without_memory),
        TEST(test_heads),      TEST(test_edits),
        TEST(test_masks),      TEST(test_painting),
        TEST(test_names),      TEST(test_quantities),
        TEST(test_round_trip), TEST(test_form),
        TEST(test_damaged),    TEST(test_old_documents),
        TEST(test_cell_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Documents: copies, comparison, names, and JSON there and back. */
#include "files/json.h"
#include "files/memory.h"
#include "lesson/cell.h"
#include "lesson/document.h"
#include "models/tokens.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_default(void **state) {
    (void)state;
    struct document document;
    assert_true(document_init(&document, NULL));
    assert_string_equal(document.text, DOCUMENT_DEFAULT_TEXT);
    assert_string_equal(document.model, "textbook");
    assert_int_equal(document.step, STEP_TOKENS);
    assert_int_equal(document.cell.source, -1);
    for (int i = 0; i < PREDICT_COUNT; i++)
        assert_int_equal(document.answers[i], PREDICT_NONE);
    document_free(&document);
    document_free(&document);
    struct document zero = {0};
    document_free(&zero);
}

static void test_names(void **state) {
    (void)state;
    for (int i = 0; i < STEP_COUNT; i++)
        assert_int_equal(step_from_id(step_id((enum step)i)), i);
    for (int i = 0; i < VIEW_COUNT; i++)
        assert_int_equal(view_from_id(view_id((enum view)i)), i);
    for (int i = 0; i < STRIDE_COUNT; i++)
        assert_int_equal(stride_from_id(stride_id((enum stride)i)), i);
    for (int i = 0; i < THEME_COUNT; i++)
        assert_int_equal(theme_from_id(theme_id((enum theme_choice)i)), i);
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        assert_int_equal(language_from_id(language_id((enum language)i)), i);
    for (int i = 0; i < MASK_COUNT; i++)
        assert_int_equal(mask_from_id(mask_id((enum mask_choice)i)), i);
    for (int i = 0; i < SCALING_COUNT; i++)
        assert_int_equal(scaling_from_id(scaling_id((enum scaling_choice)i)), i);
    for (int i = 0; i < MAP_COUNT; i++)
        assert_int_equal(map_from_id(map_id((enum map_choice)i)), i);
    assert_string_equal(step_id(STEP_FEEDFORWARD), "feedforward");
    assert_string_equal(stride_id(STRIDE_CELL), "cell");
    assert_string_equal(map_id(MAP_GREYS), "greys");
    assert_int_equal(step_from_id("Tokens"), -1);
    assert_int_equal(step_from_id(NULL), -1);
    assert_string_equal(step_id((enum step)99), "");
}

static uint32_t random_state = 1;
static int pick(int least, int most) /* both included */
{
    random_state = random_state * 1664525u + 1013904223u;
    int64_t span = (int64_t)most - least + 1;
    return (int)(least + (int64_t)(random_state >> 1) % span);
}

static void randomize(struct document *document) {
    static const char *const texts[] = {"", "a", "Ein \"Wort\"\\ \n\t\x01",
                                        "注意力 🙂 مرحبا", "\xEF\xBB\xBF"};
    static const char *const models[] = {"textbook", "by-hand", "/home/ü/a \"model\""};
    const char *text = texts[pick(0, 4)];
    assert_true(document_set_text(document, text, strlen(text)));
    assert_true(document_set_model(document, models[pick(0, 2)]));
    document->layer = pick(0, 95);
    document->head = pick(0, 63);
    document->query = pick(0, 1023);
    document->key = pick(0, 1023);
    document->step = (enum step)pick(0, STEP_COUNT - 1);
    document->beat = pick(0, 3) == 0 ? BEAT_LAST : pick(0, INT32_MAX - 1);
    document->view = (enum view)pick(0, VIEW_COUNT - 1);
    document->lines_heads = (uint64_t)pick(0, INT32_MAX) << pick(0, 32);
    document->lines_threshold = pick(0, LINES_MAX_THRESHOLD);
    document->compare_steps = pick(0, COMPARISON_MAX_STEPS);
    document->compare_kernel = pick(1, COMPARISON_MAX_KERNEL);
    document->compare_shows = (enum compare_shows)pick(0, COMPARE_COUNT - 1);
    document->stride = (enum stride)pick(0, STRIDE_COUNT - 1);
    document->cell =
        (struct document_cell){pick(-1, CELL_SOURCE_COUNT - 1), pick(0, 63), pick(0, 1023), pick(0, 4095)};
    document->shows_all_terms = pick(0, 1) == 1;
    document->what_if.scaling = (enum scaling_choice)pick(0, SCALING_COUNT - 1);
    document->what_if.similarity = (enum similarity_choice)pick(0, SIMILARITY_COUNT - 1);
    document->what_if.temperature = (float)pick(0, 1000) / 7.0f;
    document->what_if.shuffle_seed = (uint32_t)pick(0, INT32_MAX);
    document->what_if.heads_off[pick(0, 95)] ^= (uint64_t)1 << pick(0, 63);
    assert_true(what_if_set_context(&document->what_if, texts[pick(0, 4)]));
    assert_true(what_if_paint(&document->what_if, 9, 9, (size_t)pick(0, 8), (size_t)pick(0, 8),
                              pick(0, 1) == 1));
    document->what_if.mask = (enum mask_choice)pick(0, MASK_COUNT - 1);
    document->is_predict_off = pick(0, 1) == 1;
    document->shows_difference = pick(0, 1) == 1;
    for (int i = 0; i < PREDICT_COUNT; i++)
        document->answers[i] = pick(-2, pick(0, 1) == 1 ? 1023 : 1);
    document->theme = (enum theme_choice)pick(0, THEME_COUNT - 1);
    document->map = (enum map_choice)pick(0, MAP_COUNT - 1);
    document->language = (enum language)pick(0, LANGUAGE_COUNT - 1);
    document->width = pick(320, 16384);
    document->height = pick(240, 16384);
    document->scale_percent = pick(75, 300);
    document->is_presentation = pick(0, 1) == 1;
}

static void test_round_trip(void **state) {
    (void)state;
    struct document document;
    assert_true(document_init(&document, NULL));
    for (int i = 0; i < 500; i++) {
        randomize(&document);
        json_t *json = document_to_json(&document);
        assert_non_null(json);
        char *bytes = json_dumps(json, JSON_SORT_KEYS);
        json_t *parsed = file_json_parse("test", bytes, strlen(bytes), NULL);
        assert_non_null(parsed);
        struct document back;
        struct file_error error = {{0}};
        if (!document_from_json(parsed, &back, &error)) fail_msg("%s\n%s", error.text, bytes);
        assert_true(document_equal(&document, &back));
        json_t *again = document_to_json(&back);
        assert_true(json_equal(json, again));
        json_decref(json);
        json_decref(parsed);
        json_decref(again);
        free(bytes);
        document_free(&back);
    }
    document_free(&document);
}

static void test_counts_from_one(void **state) {
    (void)state;
    struct document document;
    assert_true(document_init(&document, NULL));
    document.layer = 0;
    document.query = 4;
    document.beat = BEAT_LAST;
    document.answers[PREDICT_SUM] = 2;
    document.answers[PREDICT_SOFTMAX] = PREDICT_SKIPPED;
    json_t *json = document_to_json(&document);
    assert_int_equal(json_integer_value(json_object_get(json, "layer")), 1);
    assert_int_equal(json_integer_value(json_object_get(json, "query")), 5);
    assert_string_equal(json_string_value(json_object_get(json, "beat")), "last");
    json_t *answers = json_object_get(json, "answers");
    assert_int_equal(json_integer_value(json_object_get(answers, "sum")), 3);
    assert_string_equal(json_string_value(json_object_get(answers, "softmax")), "skipped");
    assert_true(json_is_null(json_object_get(answers, "similarity")));
    json_decref(json);
    document_free(&document);
}

/* Each field counts in the comparison: flip one, the documents differ; flip it back, they agree. */
static void test_equal_sees_every_field(void **state) {
    (void)state;
    struct document a, b = {0};
    assert_true(document_init(&a, NULL));
    a.cell = (struct document_cell){.source = 3};
    assert_true(document_copy(&b, &a));
    assert_true(document_equal(&a, &b));
    int *const integers[] = {&b.layer,       &b.head,        &b.query,        &b.key,
                             &b.beat,        &b.cell.source, &b.cell.head,    &b.cell.row,
                             &b.cell.column, &b.answers[0],  &b.answers[1],   &b.answers[2],
                             &b.width,       &b.height,      &b.scale_percent};
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
        ++*integers[i];
        assert_false(document_equal(&a, &b));
        --*integers[i];
        assert_true(document_equal(&a, &b));
    }
    bool *const booleans[] = {&b.shows_all_terms, &b.is_predict_off, &b.is_presentation,
                                &b.shows_difference};
    for (size_t i = 0; i < sizeof booleans / sizeof booleans[0]; i++) {
        *booleans[i] = !*booleans[i];
        assert_false(document_equal(&a, &b));
        *booleans[i] = !*booleans[i];
    }
#define FLIP(field, other)                                                                         \
    do {                                                                                           \
        b.field = other;                                                                           \
        assert_false(document_equal(&a, &b));                                                      \
        b.field = a.field;                                                                         \
    } while (0)
    FLIP(step, STEP_SUM);
    FLIP(view, VIEW_HEADS);
    FLIP(lines_heads, 5);
    FLIP(lines_threshold, 9);
    FLIP(compare_steps, 2);
    FLIP(compare_kernel, 4);
    FLIP(compare_shows, COMPARE_INFLUENCE);
    FLIP(stride, STRIDE_CELL);
    FLIP(what_if.mask, MASK_CAUSAL);
    FLIP(what_if.scaling, SCALING_OFF);
    FLIP(theme, THEME_DARK);
    FLIP(map, MAP_MAGMA);
    FLIP(language, LANGUAGE_ZH);
#undef FLIP
    assert_true(document_equal(&a, &b));
    assert_true(what_if_set_context(&b.what_if, "x"));
    assert_false(document_equal(&a, &b));
    assert_true(document_copy(&b, &a));
    assert_true(document_set_text(&b, "x", 1));
    assert_false(document_equal(&a, &b));
    assert_true(document_copy(&b, &a));
    assert_true(document_set_model(&b, "by-hand"));
    assert_false(document_equal(&a, &b));
    assert_true(document_copy(&b, &b));
    a.cell = (struct document_cell){.source = -1, .row = 1};
    assert_true(document_copy(&b, &a));
    b.cell.row = 2;
    assert_true(document_equal(&a, &b)); /* nothing selected is nothing selected */
    document_free(&a);
    document_free(&b);
}

static void test_text_is_made_valid(void **state) {
    (void)state;
    struct document document;
    assert_true(document_init(&document, NULL));
    assert_true(document_set_text(&document,
                                  "a\xFF"
                                  "b",
                                  3));
    assert_string_equal(document.text, "a\xEF\xBF\xBD"
                                       "b");
    assert_true(document_set_text(&document, document.text, strlen(document.text)));
    assert_string_equal(document.text, "a\xEF\xBF\xBD"
                                       "b");
    document_free(&document);
}

static void test_damaged(void **state) {
    (void)state;
    static const struct {
        const char *json, *names;
    } cases[] = {
        {"[]", "headway"},
        {"{}", "headway"},
        {"{\"headway\": \"1\"}", "headway"},
        {"{\"headway\": 0}", "headway"},
        {"{\"headway\": 2}", "newer"},
        {"{\"headway\": 1, \"text\": 5}", "text"},
        {"{\"headway\": 1, \"text\": null}", "text"},
        {"{\"headway\": 1, \"model\": \"\"}", "model"},
        {"{\"headway\": 1, \"layer\": 0}", "layer"},
        {"{\"headway\": 1, \"layer\": 1.0}", "layer"},
        {"{\"headway\": 1, \"layer\": 97}", "\"layer\" is 97, not a whole number from 1 to 96"},
        {"{\"headway\": 1, \"head\": -9223372036854775808}", "head"},
        {"{\"headway\": 1, \"query\": 1025}", "query"},
        {"{\"headway\": 1, \"key\": \"1\"}", "key"},
        {"{\"headway\": 1, \"step\": \"Similarity\"}", "step"},
        {"{\"headway\": 1, \"step\": 3}", "step"},
        {"{\"headway\": 1, \"beat\": 0}", "beat"},
        {"{\"headway\": 1, \"beat\": \"first\"}", "beat"},
        {"{\"headway\": 1, \"beat\": 4294967297}", "beat"},
        {"{\"headway\": 1, \"view\": \"\"}", "view"},
        {"{\"headway\": 1, \"stride\": true}", "stride"},
        {"{\"headway\": 1, \"cell\": 1}", "cell"},
        {"{\"headway\": 1, \"cell\": {\"source\": -2}}", "source"},
        {"{\"headway\": 1, \"cell\": {\"source\": 1, \"row\": 0}}", "row"},
        {"{\"headway\": 1, \"all_terms\": 1}", "all_terms"},
        {"{\"headway\": 1, \"mask\": \"triangle\"}", "mask"},
        {"{\"headway\": 1, \"scaling\": false}", "scaling"},
        {"{\"headway\": 1, \"predict\": \"yes\"}", "predict"},
        {"{\"headway\": 1, \"difference\": 1}", "difference"},
        {"{\"headway\": 1, \"answers\": []}", "answers"},
        {"{\"headway\": 1, \"answers\": {\"sum\": 0}}",
         "\"sum\" is 0, not a whole number from 1 to"},
        {"{\"headway\": 1, \"answers\": {\"softmax\": \"no\"}}", "softmax"},
        {"{\"headway\": 1, \"theme\": \"sepia\"}", "theme"},
        {"{\"headway\": 1, \"colormap\": \"jet\"}", "colormap"},
        {"{\"headway\": 1, \"language\": \"de\"}", "language"},
        {"{\"headway\": 1, \"width\": 319}", "\"width\" is 319, not a whole number from 320 to"},
        {"{\"headway\": 1, \"height\": 16385}", "height"},
        {"{\"headway\": 1, \"scale_percent\": 74}", "scale_percent"},
        {"{\"headway\": 1, \"presentation\": null}", "presentation"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *json = file_json_parse("test", cases[i].json, strlen(cases[i].json), NULL);
        assert_non_null(json);
        struct document untouched = {.width = 77};
        struct file_error error = {{0}};
        if (document_from_json(json, &untouched, &error)) fail_msg("accepted: %s", cases[i].json);
        if (strstr(error.text, cases[i].names) == NULL)
            fail_msg("%s does not name %s", error.text, cases[i].names);
        assert_int_equal(untouched.width, 77);
        assert_null(untouched.text);
        json_decref(json);
    }
}

static void test_long_text_is_refused(void **state) {
    (void)state;
    size_t bytes = TEXT_MAX_BYTES + 1;
    char *text = malloc(bytes);
    assert_non_null(text);
    memset(text, 'a', bytes);
    struct document document;
    struct file_error error = {{0}};
    json_t *json = json_pack("{s:i, s:s%}", "headway", 1, "text", text, bytes);
    assert_false(document_from_json(json, &document, &error));
    assert_non_null(strstr(error.text, "text"));
    json_decref(json);
    json = json_pack("{s:i, s:s%}", "headway", 1, "text", text, bytes - 1);
    assert_true(document_from_json(json, &document, &error));
    json_decref(json);
    document_free(&document);
    free(text);
}

static void test_unknown_and_absent_keys(void **state) {
    (void)state;
    const char *bytes = "{\"headway\": 1, \"later\": {\"x\": []}, \"theme\": \"dark\"}";
    json_t *json = file_json_parse("test", bytes, strlen(bytes), NULL);
    struct document document, plain;
    assert_true(document_from_json(json, &document, NULL));
    assert_true(document_init(&plain, NULL));
    assert_int_equal(document.theme, THEME_DARK);
    plain.theme = THEME_DARK;
    assert_true(document_equal(&document, &plain));
    json_decref(json);
    document_free(&document);
    document_free(&plain);
}

/* What a newer Headway wrote is there again after saving, wherever it stood; copies keep it. */
static void test_newer_fields_are_kept(void **state) {
    (void)state;
    const char *bytes = "{\"headway\": 1, \"text\": \"a b\", \"later\": {\"x\": [1, null]}, \"width\": 800, "
                        "\"what_if\": {\"scaling\": \"off\", \"gate\": 0.5, \"mask\": \"causal\"}}";
    json_t *json = file_json_parse("test", bytes, strlen(bytes), NULL);
    struct document document = {0}, copy = {0};
    assert_true(document_from_json(json, &document, NULL));
    assert_true(document_copy(&copy, &document));
    document_free(&document);
    copy.what_if.mask = MASK_NONE;
    copy.what_if.scaling = SCALING_MODEL;
    json_t *again = document_to_json(&copy);
    assert_true(json_equal(json_object_get(again, "later"), json_object_get(json, "later")));
    json_t *what_if = json_object_get(again, "what_if");
    assert_true(json_real_value(json_object_get(what_if, "gate")) == 0.5);
    /* What is known follows the document, not the file that was read. */
    assert_null(json_object_get(what_if, "scaling"));
    assert_string_equal(json_string_value(json_object_get(what_if, "mask")), "none");
    assert_int_equal(json_integer_value(json_object_get(again, "width")), 800);
    json_decref(again);
    json_decref(json);
    document_free(&copy);
    document_free(&copy);
}

static void test_old_and_plain_documents_have_nothing_unknown(void **state) {
    (void)state;
    const char *bytes = "{\"headway\": 1, \"mask\": \"causal\", \"scaling\": \"off\"}";
    json_t *json = file_json_parse("test", bytes, strlen(bytes), NULL);
    struct document document = {0};
    assert_true(document_from_json(json, &document, NULL));
    assert_null(document.unknown);
    json_decref(json);
    json = document_to_json(&document);
    assert_null(json_object_get(json, "mask"));
    document_free(&document);
    assert_true(document_from_json(json, &document, NULL));
    assert_null(document.unknown);
    json_decref(json);
    document_free(&document);
}

static size_t allocations, failing_at;
static bool is_allowed(size_t bytes) {
    (void)bytes;
    return allocations++ != failing_at;
}

/* The nth allocation fails, for every n, until all goes well; the old document stays. */
static void test_every_allocation_may_fail(void **state) {
    (void)state;
    const char *bytes = "{\"headway\": 1, \"text\": \"a b\", \"model\": \"by-hand\", \"layer\": 2}";
    json_t *json = file_json_parse("test", bytes, strlen(bytes), NULL);
    bool is_done = false;
    for (failing_at = 0; !is_done; failing_at++) {
        struct document read = {.width = 77}, kept = {0};
        struct file_error error = {{0}};
        assert_true(document_init(&kept, NULL));
        allocations = 0;
        file_allocation_hook = is_allowed;
        bool is_read = document_from_json(json, &read, &error);
        bool is_copied = is_read && document_copy(&kept, &read);
        file_allocation_hook = NULL;
        is_done = allocations <= failing_at;
        if (!is_read) {
            assert_non_null(strstr(error.text, "memory"));
            assert_true(read.width == 77 && !read.text && !read.model);
        }
        if (!is_copied) assert_string_equal(kept.text, DOCUMENT_DEFAULT_TEXT);
        /* only making a repaired text fit may do without its memory */
        if (is_done) assert_true(is_copied && document_equal(&kept, &read));
        document_free(&read);
        document_free(&kept);
        assert_true(failing_at < 100);
    }
    assert_true(failing_at > 6);
    json_decref(json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_counts_from_one),
        cmocka_unit_test(test_equal_sees_every_field),
        cmocka_unit_test(test_text_is_made_valid),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_long_text_is_refused),
        cmocka_unit_test(test_unknown_and_absent_keys),
        cmocka_unit_test(test_newer_fields_are_kept),
        cmocka_unit_test(test_old_and_plain_documents_have_nothing_unknown),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

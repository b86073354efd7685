/* The command line as data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/open.h"
#include "app/options.h"

#include <string.h>

enum { MAX_WORDS = 48 };

/* Words separated by '|'. */
static bool parse(const char *line, struct options *out, struct file_error *error) {
    static char copy[512];
    char *words[MAX_WORDS] = {"headway"};
    int count = 1;
    strncpy(copy, line, sizeof copy - 1);
    for (char *word = strtok(copy, "|"); word; word = strtok(NULL, "|"))
        words[count++] = word;
    *error = (struct file_error){0};
    return options_parse(count, words, out, error);
}

static void test_document_fields(void **state) {
    (void)state;
    struct options options;
    struct file_error error;
    struct document document = {0};
    struct text_loss loss = {0};
    assert_true(parse("render|-o|x.png|--text|one two|--layer=2|--head|3|--query|4|--key|5|--step|"
                      "softmax|--beat|2|--view|heads|--mask|causal|--scale|off|--stride|cell",
                      &options, &error));
    assert_int_equal(options.verb, VERB_RENDER);
    assert_string_equal(options.output, "x.png");
    assert_true(document_init(&document, &error));
    assert_true(options_apply(&options, &document, &loss, &error));
    assert_string_equal(document.text, "one two");
    assert_int_equal(document.layer, 1);
    assert_int_equal(document.head, 2);
    assert_int_equal(document.query, 3);
    assert_int_equal(document.key, 4);
    assert_int_equal(document.step, STEP_SOFTMAX);
    assert_int_equal(document.beat, 1);
    assert_int_equal(document.view, VIEW_HEADS);
    assert_int_equal(document.what_if.mask, MASK_CAUSAL);
    assert_int_equal(document.what_if.scaling, SCALING_OFF);
    assert_int_equal(document.stride, STRIDE_CELL);
    document_free(&document);
}

static void test_look_and_pictures(void **state) {
    (void)state;
    struct options options;
    struct file_error error;
    struct document document = {0};
    struct text_loss loss = {0};
    assert_true(parse("render|--output=-|--theme|dark|--colormap|magma|--lang|zh|--size|800x600|"
                      "--ui-scale|1.5|--density|3|--part|stage|--predict|off|--presentation|"
                      "--memory|512M|--beat|last",
                      &options, &error));
    assert_int_equal(options.density, 3);
    assert_int_equal(options.part, PICTURE_STAGE);
    assert_true(options_memory(&options) == (size_t)512 << 20);
    assert_true(options_has_size(&options));
    assert_true(document_init(&document, &error));
    assert_true(options_apply(&options, &document, &loss, &error));
    assert_int_equal(document.theme, THEME_DARK);
    assert_int_equal(document.map, MAP_MAGMA);
    assert_int_equal(document.language, LANGUAGE_ZH);
    assert_int_equal(document.width, 800);
    assert_int_equal(document.height, 600);
    assert_int_equal(document.scale_percent, 150);
    assert_true(document.is_predict_off && document.is_presentation);
    assert_int_equal(document.beat, BEAT_LAST);
    document_free(&document);
}

static void test_files_and_dashes(void **state) {
    (void)state;
    struct options options;
    struct file_error error;
    assert_true(parse("a.txt|--theme|dark", &options, &error));
    assert_int_equal(options.verb, VERB_WINDOW);
    assert_string_equal(options.file, "a.txt");
    assert_true(parse("--theme|dark|-", &options, &error));
    assert_string_equal(options.file, "-");
    assert_true(parse("--|--text", &options, &error));
    assert_string_equal(options.file, "--text");
    assert_true(parse("render|--help", &options, &error));
    assert_int_equal(options.verb, VERB_HELP);
}

static void test_wrong_usage_is_one_line_that_helps(void **state) {
    (void)state;
    static const char *const wrong[] = {"--nonsense",
                                        "--step|sofmax",
                                        "--beat|0",
                                        "--head|-1",
                                        "--size|800",
                                        "--size|800x600x3",
                                        "--size|10x10",
                                        "--density|5",
                                        "--ui-scale|9",
                                        "--ui-scale|x",
                                        "--theme",
                                        "--lang|de",
                                        "--memory|0",
                                        "--memory|12Q",
                                        "--json=yes",
                                        "--query|1x",
                                        "--presentation=on",
                                        "render",
                                        "trace|--text|a",
                                        "describe|-o|x",
                                        "render|-o|x.png|--head|all",
                                        "--memory|99999999999999999999",
                                        "a.txt|b.txt",
                                        "a.txt|--|-",
                                        "render|-o|a.png|-o|b.png",
                                        "trace|-o|a.json|--output=b.json",
                                        "--model|"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct options options;
        struct file_error error;
        if (parse(wrong[i], &options, &error)) fail_msg("%s was taken", wrong[i]);
        assert_true(strlen(error.text) > 10);
        assert_non_null(strchr(error.text, ':'));
        assert_non_null(strchr(error.text, ';'));
        assert_null(strchr(error.text, '\n'));
    }
}

static void assert_check(int layer, int beat, size_t tokens, const char *words, const char *said) {
    struct options options;
    struct file_error error;
    struct document wanted = {.layer = layer, .beat = beat}, got = {0};
    assert_true(parse(words, &options, &error));
    const struct option_extent extent = {tokens, tokens, 1, 1};
    assert_false(options_check(&options, &wanted, &got, &extent, &error));
    if (!strstr(error.text, said)) fail_msg("%s", error.text);
}

static void test_one_is_no_plural(void **state) {
    (void)state;
    assert_check(1, 0, 4, "--layer|2", "there is 1 layer;");
    assert_check(0, 1, 4, "--beat|2", "has 1 beat here;");
}

static void test_help_names_every_option(void **state) {
    (void)state;
    static const char *const names[] = {
        "--text",   "--text-file",    "--model",   "--layer",    "--head",   "--query",
        "--key",    "--step",         "--beat",    "--view",     "--mask",   "--scale",
        "--stride", "--theme",        "--lang",    "--colormap", "--size",   "--ui-scale",
        "--part",   "--presentation", "--density", "--predict",  "--memory", "--output"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(options_help(), names[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document_fields),
        cmocka_unit_test(test_look_and_pictures),
        cmocka_unit_test(test_files_and_dashes),
        cmocka_unit_test(test_wrong_usage_is_one_line_that_helps),
        cmocka_unit_test(test_one_is_no_plural),
        cmocka_unit_test(test_help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

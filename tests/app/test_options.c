/* The command line as data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/open.h"
#include "app/options.h"

#include <stdio.h>
#include <string.h>

enum { MAX_WORDS = 64 };

/* Words separated by '|'. */
static bool parse(const char *line, struct options *out, struct file_error *error) {
    static char copy[1024];
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

static void test_changes_to_the_attention(void **state) {
    (void)state;
    struct options options;
    struct file_error error;
    struct document document = {0};
    struct text_loss loss = {0};
    assert_true(
        parse("describe|--heads-off|2,3|--layer|2|--context|a b\xFF|--values|c d|--similarity|"
              "cosine|--temperature|0.5|--mask|window:2|--position|off|--shuffle|7|--norm|pre|"
              "--residual|off|--activation=gelu|--edit|layers.0.attention.q.weight[2,3]=0.5|"
              "--edit=layers.1.scores[0,1,2]=-inf",
              &options, &error));
    assert_true(document_init(&document, &error));
    assert_true(options_apply(&options, &document, &loss, &error));
    const struct what_if *what_if = &document.what_if;
    assert_string_equal(what_if->context, "a b\xEF\xBF\xBD");
    assert_int_equal(loss.context_replaced, 1);
    assert_string_equal(what_if->values, "c d");
    assert_int_equal(what_if->similarity, SIMILARITY_COSINE);
    assert_true(what_if->temperature == 0.5f);
    assert_int_equal(what_if->mask, MASK_WINDOW);
    assert_int_equal(what_if->mask_size, 2);
    assert_int_equal(what_if->position, POSITION_OFF);
    assert_int_equal(what_if->shuffle_seed, 7);
    assert_int_equal(what_if->norm, NORM_PRE);
    assert_int_equal(what_if->residual, RESIDUAL_OFF);
    assert_int_equal(what_if->activation, ACTIVATION_GELU);
    assert_true(what_if->heads_off[1] == 6);  /* of the layer, wherever that is named */
    assert_int_equal(what_if->edit_count, 0); /* comes when the shapes are known */
    document_free(&document);
    assert_true(
        parse("describe|--mask|padding:1024|--shuffle|4294967295|--temperature|0|--heads-off|64",
              &options, &error));
    assert_true(parse("describe|--heads-off|2|--heads-off|none", &options, &error));
    assert_true(document_init(&document, &error));
    assert_true(options_apply(&options, &document, &loss, &error));
    assert_true(document.what_if.heads_off[0] == 0);
    document_free(&document);
    assert_true(parse("compare|--steps|0|--kernel|15|--shows|influence|--json", &options, &error));
    assert_int_equal(options.verb, VERB_COMPARE);
    assert_true(options.is_json && document_init(&document, &error));
    assert_true(options_apply(&options, &document, &loss, &error));
    assert_true(document.compare_steps == 0 && document.compare_kernel == 15);
    assert_int_equal(document.compare_shows, COMPARE_INFLUENCE);
    document_free(&document);
    assert_true(parse("describe|--view|lines|--lines-heads|1,3|--threshold|50", &options, &error));
    assert_true(document_init(&document, &error));
    assert_true(options_apply(&options, &document, &loss, &error));
    assert_true(document.view == VIEW_LINES && document.lines_heads == 5);
    assert_int_equal(document.lines_threshold, 50);
    document_free(&document);
    static const char *const wrong[] = {"0", "1,", ",1", "65", "1,all", "1;2", "", "-1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char line[64];
        snprintf(line, sizeof line, "describe|--lines-heads=%s", wrong[i]);
        assert_false(parse(line, &options, &error));
    }
    assert_true(parse("describe|--lines-heads|all", &options, &error));
    assert_false(parse("describe|--threshold|51", &options, &error));
    assert_true(parse("trace|-o|x.json|--with|influence,shares", &options, &error));
    assert_int_equal(options.extras, 5);
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
                                        "--similarity|dots",
                                        "--temperature|-1",
                                        "--temperature|1e39",
                                        "--temperature|nan",
                                        "--temperature|0.5x",
                                        "--mask|",
                                        "--mask|window",
                                        "--mask|window:",
                                        "--mask|window:-1",
                                        "--mask|window:1025",
                                        "--mask|padding:x",
                                        "--position|yes",
                                        "--shuffle|-1",
                                        "--shuffle|4294967296",
                                        "--norm|layer",
                                        "--residual|none",
                                        "--activation|tanh",
                                        "--heads-off|0",
                                        "--heads-off|65",
                                        "--heads-off|1,",
                                        "--heads-off|1;2",
                                        "--heads-off| 1",
                                        "--values|a",
                                        "--session|",
                                        "--edit|q[1]=2",
                                        "--edit|layers.0.weights[0,0,0]=1",
                                        "--edit|layers.0.attention.q.weight=1",
                                        "--edit|layers.0.attention.q.weight[1]1",
                                        "--edit|layers.0.attention.q.weight[]=1",
                                        "--edit|layers.0.attention.q.weight[1,2,3,4]=1",
                                        "--edit|layers.0.attention.q.weight[-1,2]=1",
                                        "--edit|layers.0.attention.q.weight[1,2]=inf",
                                        "--edit|layers.0.attention.q.weight[1,2]=-inf",
                                        "--edit|layers.0.attention.q.weight[1,2]=",
                                        "--edit|layers.0.attention.q.weight[1,99999999999]=1",
                                        "describe|--shows|all",
                                        "compare|--kernel|16",
                                        "compare|--kernel|0",
                                        "compare|--steps|1025",
                                        "describe|--with|shares",
                                        "trace|-o|x.json|--with|share",
                                        "trace|-o|x.json|--with|shares,",
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
        "--text",    "--text-file",    "--model",      "--layer",       "--head",     "--query",
        "--key",     "--step",         "--beat",       "--view",        "--mask",     "--scale",
        "--stride",  "--theme",        "--lang",       "--colormap",    "--size",     "--ui-scale",
        "--part",    "--presentation", "--density",    "--predict",     "--memory",   "--output",
        "--context", "--values",       "--similarity", "--temperature", "--position", "--shuffle",
        "--norm",    "--residual",     "--activation", "--heads-off",   "--edit",     "--session",
        "--with",    "--steps",        "--kernel",     "--shows", "window:W",      "padding:N",  "compare"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(options_help(), names[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document_fields),
        cmocka_unit_test(test_changes_to_the_attention),
        cmocka_unit_test(test_look_and_pictures),
        cmocka_unit_test(test_files_and_dashes),
        cmocka_unit_test(test_wrong_usage_is_one_line_that_helps),
        cmocka_unit_test(test_one_is_no_plural),
        cmocka_unit_test(test_help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What the command line changes about the attention, seen in the traces that the program writes. */
#include "app/support_app.h"
#include "app/support_program.h"

#include "files/json.h"

#include <math.h>
#include <stdio.h>

static char folder[128];

static struct run *headway(const char *words) {
    return program_run(folder, words);
}

static int start(void **state) {
    (void)state;
    folder_make(folder, sizeof folder);
    return 0;
}

static int stop(void **state) {
    (void)state;
    folder_remove(folder);
    return 0;
}

/* The trace with these options. */
static json_t *trace(const char *options) {
    char line[2048];
    struct file_error error = {0};
    snprintf(line, sizeof line, "trace -o t.json %s", options);
    struct run *run = headway(line);
    if (run->status != 0 || run->err[0]) fail_msg("%s: %s", options, run->err);
    struct file_bytes bytes = program_bytes(folder, "t.json");
    json_t *json = file_json_parse("t.json", bytes.data, bytes.size, &error);
    if (!json) fail_msg("%s", error.text);
    file_bytes_free(&bytes);
    return json;
}

static json_t *tensor(const json_t *trace, const char *name) {
    return json_object_get(json_object_get(trace, "tensors"), name);
}

static double number(const json_t *trace, const char *name, size_t index) {
    return json_number_value(json_array_get(json_object_get(tensor(trace, name), "data"), index));
}

static void check_shape(const json_t *trace, const char *name, const char *shape) {
    char *made = json_dumps(json_object_get(tensor(trace, name), "shape"), JSON_ENCODE_ANY);
    if (!made || strcmp(made, shape) != 0) fail_msg("%s is %s", name, made ? made : "not there");
    free(made);
}

static const char *said(const json_t *trace, const char *key) {
    return json_string_value(json_object_get(json_object_get(trace, "metadata"), key));
}

static void test_context_and_values(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    json_t *made = trace("--text 'a b c' --context 'x y' --values 'p q' --similarity additive");
    assert_string_equal(said(made, "tokens"), "[\"a\", \"b\", \"c\"]");
    assert_string_equal(said(made, "context_tokens"), "[\"x\", \"y\"]");
    assert_string_equal(said(made, "values_tokens"), "[\"p\", \"q\"]");
    check_shape(made, "context.x", "[2, 16]");
    check_shape(made, "values.embedding", "[2, 16]");
    check_shape(made, "layers.0.q", "[6, 3, 8]");
    check_shape(made, "layers.0.k", "[6, 2, 8]");
    check_shape(made, "layers.0.similarity_query", "[6, 3, 8]");
    check_shape(made, "layers.0.similarity_key", "[6, 2, 8]");
    check_shape(made, "layers.0.weights", "[6, 3, 2]");
    json_decref(made);
    made = trace("--text 'a b'");
    assert_null(said(made, "context_tokens"));
    assert_null(tensor(made, "context.x"));
    assert_null(tensor(made, "layers.0.similarity_query"));
    json_decref(made);
    program_complains(headway("describe --values a"), 2);
    program_complains(headway("describe --context 'a b' --values c"), 1);
    program_complains(headway("describe --context ' '"), 1);
}

/* Each switch does its own thing to the numbers, by hand on the by-hand model. */
static void test_switches(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    json_t *plain = trace("--model by-hand --text 'a b c'");
    json_t *made = trace("--model by-hand --text 'a b c' --temperature 2 --similarity cosine");
    double largest = 0;
    for (size_t i = 0; i < 9; i++)
        largest = fmax(largest, fabs(number(made, "layers.0.similarity", i)));
    assert_true(largest > 0 && largest <= 1.000001);
    assert_true(fabs(number(made, "layers.0.scores", 0) * 4 -
                     number(made, "layers.0.similarity", 0)) < 1e-6); /* √4 · 2 */
    json_decref(made);
    made = trace("--model by-hand --text 'a b c' --position off");
    assert_null(tensor(made, "position"));
    assert_non_null(tensor(plain, "position"));
    assert_true(number(made, "x", 4) == number(plain, "embedding", 4));
    json_decref(made);
    made = trace("--model by-hand --text 'a b c' --heads-off 2 --residual off --norm none");
    for (size_t i = 0; i < 12; i++)
        if (i % 4 >= 2) assert_true(number(made, "layers.0.concat", i) == 0);
    double second_head = 0;
    for (size_t i = 0; i < 12; i++)
        if (i % 4 >= 2) second_head += fabs(number(plain, "layers.0.concat", i));
    assert_true(second_head > 0);
    assert_null(tensor(made, "layers.0.residual1"));
    assert_null(tensor(made, "layers.0.norm1"));
    json_decref(made);
    made = trace("--model by-hand --text 'a b c' --shuffle 7");
    assert_string_equal(said(made, "tokens"), "[\"b\", \"c\", \"a\"]");
    for (size_t i = 0; i < 12; i++)
        assert_true(number(made, "embedding", i) == number(plain, "embedding", (i + 4) % 12));
    json_decref(made);
    json_decref(plain);
    program_complains(headway("describe --model by-hand --heads-off 3"), 2);
    program_complains(headway("describe --text 'a b' --mask padding:3"), 2);
}

static void check_weights(const char *options, const char *allowed) {
    json_t *made = trace(options);
    for (size_t i = 0; i < strlen(allowed); i++)
        if ((number(made, "layers.0.weights", i) > 0) != (allowed[i] == '1'))
            fail_msg("%s: weight %zu is %g", options, i, number(made, "layers.0.weights", i));
    json_decref(made);
}

static void test_masks(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    check_weights("--text 'a b c' --mask causal", "100110111");
    check_weights("--text 'a b c' --mask window:0", "100010001");
    check_weights("--text 'a b c' --mask padding:1", "110110110");
    program_write(folder, "packed.txt", "101\n010\n111\n");
    check_weights("--text 'a b c' --mask packed.txt", "101010111");
    program_write(folder, "spaced.txt", "1, 0,1\r\n0\t1.0 0\r\n 1 1 1\r\n\r\n");
    check_weights("--text 'a b c' --mask spaced.txt", "101010111");
    program_write(folder, "none", "01\n"); /* a file of that name is no mask */
    check_weights("--text 'a b' --mask none", "1111");
    check_weights("--text 'a' --context 'x y' --mask ./none", "01");
    check_weights("--text 'a' --context 'x y' --mask - <none", "01");
    static const struct {
        const char *text, *says;
    } wrong[] = {{"101\n01\n111\n", "line 2 has 2 numbers and the first has 3"},
                 {"101\n012\n111\n", "line 2: number 1 is neither 0 nor 1"},
                 {"1 0 1\n0 1 x\n", "line 2: number 3"},
                 {"101\n\n111\n", "line 2 is empty"},
                 {"\n", "the file is empty"},
                 {"", "the file is empty"},
                 {"101\n010\n", "2 lines of 3 numbers, and there are 3 queries and 3 keys"},
                 {"1011\n0100\n1111\n", "give 3 lines of 3"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        program_write(folder, "wrong.txt", wrong[i].text);
        struct run *run = headway("describe --text 'a b c' --mask wrong.txt");
        program_complains(run, 1);
        if (!strstr(run->err, wrong[i].says)) fail_msg("%s", run->err);
    }
    struct run *run = headway("describe --mask causl");
    program_complains(run, 1);
    assert_non_null(strstr(run->err, "no mask and no file"));
}

static void test_edits(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    json_t *made = trace("--model by-hand --text 'a b' --edit 'embedding[1,2]=7.5' "
                         "--edit 'layers.0.scores[1,0,1]=-inf' --edit 'embedding[1,2]=8.5'");
    assert_true(number(made, "embedding", 6) == 8.5);
    assert_true(number(made, "layers.0.weights", 4 + 1) == 0);
    assert_true(number(made, "layers.0.weights", 4) == 1);
    json_decref(made);
    program_complains(headway("describe --text a --edit 'embedding[1,0]=1'"), 2);
    program_complains(headway("describe --text a --edit 'embedding[1]=1'"), 2);
    struct run *run = headway("describe --text a --edit 'embedding.weight[1,0]=1'");
    program_complains(run, 2);
    assert_non_null(strstr(run->err, "embedding[0,1]=2"));
    program_complains(headway("describe --text a --edit 'layers.7.scores[0,0,0]=1'"), 2);
    program_complains(headway("describe --text a --edit 'context.embedding[0,0]=1'"), 2);
}

static void test_sessions(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    program_write(
        folder, "s.json",
        "{\"headway\": 1, \"text\": \"a b c\", \"model\": \"by-hand\", \"step\": \"sum\", "
        "\"what_if\": {\"temperature\": 2, \"context\": \"x y\", \"edits\": [{\"tensor\": "
        "\"embedding\", \"index\": 1, \"value\": 9}]}}");
    static const char *const ways[] = {"--session s.json", "s.json"};
    for (size_t i = 0; i < 2; i++) {
        json_t *made = trace(ways[i]);
        assert_string_equal(said(made, "tokens"), "[\"a\", \"b\", \"c\"]");
        assert_string_equal(said(made, "context_tokens"), "[\"x\", \"y\"]");
        assert_true(number(made, "embedding", 1) == 9);
        json_decref(made);
    }
    json_t *made = trace("--text 'd e' --session s.json --values 'p q'"); /* options change it */
    assert_string_equal(said(made, "tokens"), "[\"d\", \"e\"]");
    assert_string_equal(said(made, "values_tokens"), "[\"p\", \"q\"]");
    json_decref(made);
    assert_non_null(strstr(headway("describe --session s.json")->out, "# Weighted sum"));
    made = trace("--session s.json --edit none --edit 'embedding[0,0]=4'"); /* or take it back */
    assert_true(number(made, "embedding", 0) == 4);
    assert_true(number(made, "embedding", 1) != 9);
    json_decref(made);
    /* A picture of the session is one, too. */
    assert_int_equal(headway("render -o s.png --session s.json --size 400x300")->status, 0);
    made = trace("--session s.png");
    assert_true(number(made, "embedding", 1) == 9);
    json_decref(made);
    program_write(folder, "s.json",
                  "{\"headway\": 1, \"what_if\": {\"edits\": [{\"tensor\": "
                  "\"embedding\", \"index\": 999, \"value\": 9}]}}");
    struct run *run = headway("describe --text a s.json");
    assert_int_equal(run->status, 0);
    assert_non_null(strstr(run->err, "1 edited number"));
    program_write(folder, "s.json", "{\"headway\": 1, \"what_if\": {\"norm\": 5}}");
    run = headway("describe --session s.json");
    program_complains(run, 1);
    assert_non_null(strstr(run->err, "s.json: \"norm\""));
    program_complains(headway("describe --session missing.json"), 1);
    program_write(folder, "t.txt", "{a sentence with braces}");
    assert_int_equal(headway("describe t.txt")->status, 0);
    program_complains(headway("describe --session t.txt"), 1);
}

/* The shares of the heads add up to attention_output; a_ij ‖v_j‖ is what it says. */
static void test_more_tensors(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    json_t *made = trace("--text 'a b c' --context 'x y' --with shares,value-weighted,influence");
    check_shape(made, "layers.0.head_share", "[6, 3, 16]");
    check_shape(made, "layers.0.value_weighted", "[6, 3, 2]");
    check_shape(made, "layers.0.influence", "[3, 2]");
    for (size_t i = 0; i < 48; i++) {
        double sum = 0;
        for (size_t head = 0; head < 6; head++)
            sum += number(made, "layers.0.head_share", head * 48 + i);
        assert_true(fabs(sum - number(made, "layers.0.attention_output", i)) < 1e-5);
    }
    for (size_t i = 0; i < 6 * 3 * 2; i++) {
        double square = 0;
        size_t head = i / 6, key = i % 2;
        for (size_t c = 0; c < 8; c++)
            square += pow(number(made, "layers.0.v", (head * 2 + key) * 8 + c), 2);
        assert_true(fabs(number(made, "layers.0.weights", i) * sqrt(square) -
                         number(made, "layers.0.value_weighted", i)) < 1e-5);
    }
    json_decref(made);
    made = trace("--text 'a b c' --with shares");
    assert_null(tensor(made, "layers.0.influence"));
    json_decref(made);
}

/* Every tensor's difference to the pass as the model says. */
static void test_differences(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    json_t *plain = trace("--text 'a b c'");
    json_t *made = trace("--text 'a b c' --mask causal --with difference");
    static const char *const names[] = {"layers.0.weights", "layers.0.head_output",
                                        "layers.0.output"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        char difference[64];
        double largest = 0;
        snprintf(difference, sizeof difference, "difference.%s", names[k]);
        for (size_t i = 0; i < 48; i++) {
            double wanted = number(made, names[k], i) - number(plain, names[k], i);
            largest = fmax(largest, fabs(wanted));
            assert_true(fabs(number(made, difference, i) - wanted) < 1e-5);
        }
        assert_true(largest > 0.01);
    }
    check_shape(made, "difference.layers.0.scores", "[6, 3, 3]");
    json_decref(made);
    made = trace("--text 'a b c' --context 'x y' --with difference");
    assert_non_null(tensor(made, "difference.layers.0.output"));
    assert_null(tensor(made, "difference.layers.0.weights")); /* of other keys */
    json_decref(made);
    json_decref(plain);
    program_complains(headway("trace --with difference -o /dev/null.json"), 1);
}

static json_t *square(const json_t *json, const char *what, const char *compared) {
    return json_object_get(json_object_get(json, what), compared);
}

static void check_square(const json_t *json, const char *what, const char *compared,
                         const char *wanted) {
    char *made = json_dumps(square(json, what, compared), JSON_ENCODE_ANY | JSON_COMPACT);
    if (!made || strcmp(made, wanted) != 0) fail_msg("%s %s: %s", what, compared, made);
    free(made);
}

static void test_compare(void **state) {
    (void)state;
    if (!file_exists(PROGRAM)) skip();
    struct file_error error = {0};
    struct run *run =
        headway("compare --text 'a b c d' --mask window:1 --steps 2 --kernel 2 --json");
    assert_int_equal(run->status, 0);
    json_t *json = file_json_parse("out", run->out, strlen(run->out), &error);
    if (!json) fail_msg("%s", error.text);
    check_square(json, "reach", "rnn", "[[1,0,0,0],[1,1,0,0],[0,0,0,0],[0,0,0,0]]");
    check_square(json, "reach", "cnn", "[[1,1,1,0],[0,1,1,1],[0,0,1,1],[0,0,0,1]]");
    check_square(json, "reach", "attention", "[[1,1,1,0],[1,1,1,1],[1,1,1,1],[0,1,1,1]]");
    json_t *cost = square(json, "cost", "attention");
    assert_true(json_number_value(json_object_get(cost, "operations")) == 2 * 4 * 4 * 16);
    assert_true(json_is_null(json_object_get(square(json, "cost", "cnn"), "longest_path")));
    json_t *influence = square(json, "influence", "attention");
    assert_true(json_number_value(json_array_get(json_array_get(influence, 0), 2)) == 0);
    assert_true(json_number_value(json_array_get(json_array_get(influence, 0), 1)) > 0);
    json_decref(json);
    run = headway("compare --text 'a b c' --steps 0");
    assert_int_equal(run->status, 0);
    assert_non_null(strstr(run->out, "Self-attention: after 0 steps"));
    assert_non_null(strstr(run->out, "longest path"));
    program_complains(headway("compare --text ''"), 1);
    run = headway("compare --context 'x y' --text 'a b c' --steps 1 --json");
    json = file_json_parse("out", run->out, strlen(run->out), &error);
    check_square(json, "reach", "rnn", "[[1,0,0],[0,0,0],[0,0,0]]");
    check_square(json, "reach", "attention", "[[1,1],[1,1],[1,1]]");
    assert_int_equal(json_array_size(json_object_get(json, "context_tokens")), 2);
    assert_true(json_number_value(json_object_get(square(json, "cost", "attention"),
                                                  "operations")) == 2 * 3 * 2 * 16);
    json_t *largest = json_array_get(json_object_get(json, "largest_weight"), 2);
    assert_int_equal(json_integer_value(json_object_get(largest, "d_k")), 8);
    assert_true(json_number_value(json_object_get(largest, "unscaled")) > 0.6);
    assert_true(json_number_value(json_object_get(largest, "scaled")) < 0.4);
    json_decref(json);
    run = headway("compare --text 'a b c'");
    assert_non_null(strstr(run->out, "the mean largest of 8 weights, by d_k (here 8)"));
    run = headway("compare --lang zh --text 'a b c' --context 'x y'");
    assert_int_equal(run->status, 0);
    assert_non_null(strstr(run->out, "## 一层的代价"));
    assert_non_null(strstr(run->out, "交叉注意力: ‖∂y/∂x‖"));
    program_complains(headway("compare -o x"), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_context_and_values),
        cmocka_unit_test(test_switches),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_more_tensors),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_compare),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

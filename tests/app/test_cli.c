/* The program itself, as the command line runs it. Needs the built headway beside the tests. */
#define _GNU_SOURCE /* memmem */
#include "app/support_app.h"
#include "app/support_program.h"

#include "files/json.h"
#include "files/png_file.h"
#include "files/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[128];

static struct run *headway(const char *words) {
    return program_run(folder, words);
}

static struct file_bytes bytes_of(const char *name) {
    return program_bytes(folder, name);
}

static void need_program(void) {
    if (!file_exists(PROGRAM)) skip();
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

static void test_render_makes_the_same_bytes(void **state) {
    (void)state;
    need_program();
    const char *const lines[] = {"--step softmax --query 2", "--view heads --theme dark --lang zh",
                                 "--part stage --density 2 --step sum",
                                 "--size 640x480 --text '我爱北京 😀 naïve'"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char line[256];
        snprintf(line, sizeof line, "render -o a.png %s", lines[i]);
        struct run *run = headway(line);
        assert_int_equal(run->status, 0);
        assert_string_equal(run->err, "");
        snprintf(line, sizeof line, "render -o b.png %s", lines[i]);
        assert_int_equal(headway(line)->status, 0);
        struct file_bytes a = bytes_of("a.png"), b = bytes_of("b.png");
        assert_true(a.size > 1000 && a.size == b.size);
        assert_memory_equal(a.data, b.data, a.size);
        file_bytes_free(&a);
        file_bytes_free(&b);
    }
}

static void test_a_picture_carries_its_document(void **state) {
    (void)state;
    need_program();
    assert_int_equal(headway("render -o a.png --text 'one two' --step sum --size 700x500")->status,
                     0);
    struct file_bytes bytes = bytes_of("a.png");
    struct file_error error = {0};
    char *text = NULL;
    uint32_t *pixels = NULL;
    size_t width = 0, height = 0;
    assert_true(png_file_decode(bytes.data, bytes.size, &pixels, &width, &height, "headway", &text,
                                &error));
    assert_int_equal(width, 700);
    assert_int_equal(height, 500);
    assert_non_null(strstr(text, "one two"));
    free(text);
    free(pixels);
    file_bytes_free(&bytes);
    /* Rendering the picture's document gives the picture again. */
    assert_int_equal(headway("render -o b.png a.png")->status, 0);
    struct file_bytes a = bytes_of("a.png"), b = bytes_of("b.png");
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    file_bytes_free(&a);
    file_bytes_free(&b);
}

static void test_each_head_has_its_file(void **state) {
    (void)state;
    need_program();
    assert_int_equal(headway("render -o 'l{layer}-h{head}.png' --head all --size 400x400")->status,
                     0);
    struct file_bytes first = bytes_of("l1-h1.png"), second = bytes_of("l1-h2.png");
    assert_true(first.size != second.size || memcmp(first.data, second.data, first.size) != 0);
    file_bytes_free(&first);
    file_bytes_free(&second);
}

static void test_traces(void **state) {
    (void)state;
    need_program();
    assert_int_equal(headway("trace -o t.safetensors --text 'a b c a' --mask causal")->status, 0);
    assert_int_equal(headway("trace -o t.json --text 'a b c a' --mask causal")->status, 0);
    struct file_bytes bytes = bytes_of("t.json");
    struct file_error error = {0};
    json_t *json = file_json_parse("t.json", bytes.data, bytes.size, &error);
    if (!json) fail_msg("%s", error.text);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(json, "metadata"), "tokens")),
        "[\"a\", \"b\", \"c\", \"a\"]");
    json_t *tensors = json_object_get(json, "tensors");
    json_t *weights = json_object_get(json_object_get(tensors, "layers.0.weights"), "data");
    json_t *scores = json_object_get(json_object_get(tensors, "layers.0.scores"), "data");
    assert_true(json_array_size(weights) >= 16);
    double sum = 0;
    for (size_t i = 12; i < 16; i++)
        sum += json_number_value(json_array_get(weights, i));
    assert_true(fabs(sum - 1) < 1e-5);
    assert_true(json_is_null(json_array_get(scores, 1)));
    assert_true(json_number_value(json_array_get(weights, 1)) == 0);
    json_t *shape = json_object_get(json_object_get(tensors, "layers.0.q"), "shape");
    assert_int_equal(json_array_size(shape), 3);
    assert_int_equal(json_integer_value(json_array_get(shape, 1)), 4);
    assert_non_null(json_object_get(tensors, "layers.0.output"));
    json_decref(json);
    file_bytes_free(&bytes);
    struct file_bytes binary = bytes_of("t.safetensors");
    assert_non_null(memmem(binary.data, binary.size, "layers.0.weights", 16));
    file_bytes_free(&binary);
}

/* Both formats hold the same numbers: nine digits give every float back. */
static void test_both_formats_agree(void **state) {
    (void)state;
    need_program();
    assert_int_equal(headway("trace -o u.safetensors --model by-hand --text 'a b a'")->status, 0);
    assert_int_equal(headway("trace -o u.json --model by-hand --text 'a b a'")->status, 0);
    struct file_bytes text = bytes_of("u.json");
    struct file_error error = {0};
    struct safetensors file = {0};
    char path[256];
    assert_true(file_join(path, sizeof path, folder, "u.safetensors"));
    assert_true(safetensors_read(path, (size_t)16 << 20, &file, &error));
    json_t *json = file_json_parse("u.json", text.data, text.size, &error);
    json_t *tensors = json_object_get(json, "tensors");
    assert_int_equal(json_object_size(tensors), file.count);
    for (size_t i = 0; i < file.count; i++) {
        const struct safetensors_entry *entry = &file.entries[i];
        json_t *data = json_object_get(json_object_get(tensors, entry->name), "data");
        assert_int_equal(json_array_size(data), entry->count);
        for (size_t j = 0; j < entry->count; j++)
            assert_true((float)json_number_value(json_array_get(data, j)) == entry->data[j]);
    }
    json_decref(json);
    safetensors_free(&file);
    file_bytes_free(&text);
}

static void test_describe(void **state) {
    (void)state;
    need_program();
    struct run *run = headway("describe --text 'one two' --step softmax");
    assert_int_equal(run->status, 0);
    assert_non_null(strstr(run->out, "# Softmax"));
    assert_non_null(strstr(run->out, "one two"));
    assert_non_null(strstr(run->out, "A: weights"));
    assert_null(strstr(run->out, "describe."));
    run = headway("describe --text 'one two' --step softmax --lang zh --beat 1");
    assert_int_equal(run->status, 0);
    assert_non_null(strstr(run->out, "·")); /* not come to yet */
    assert_non_null(strstr(run->out, "句子"));
    /* The text does not say what the card asks; afterwards it names a word of the values. */
    run = headway("describe --step sum --beat 1");
    assert_true(strstr(run->out, "PREDICT") && !strstr(run->out, "comes from"));
    run = headway("describe --step sum --context 'a b' --values 'c d'");
    assert_true(strstr(run->out, "comes from c") || strstr(run->out, "comes from d"));
}

static void test_lists_and_versions(void **state) {
    (void)state;
    need_program();
    assert_string_equal(headway("views")->out,
                        "matrices\ndiagram\nlines\nheads\nmodel\ncompare\n");
    assert_string_equal(headway("views --json")->out,
                        "[\"matrices\", \"diagram\", \"lines\", \"heads\", \"model\", "
                        "\"compare\"]\n");
    assert_non_null(strstr(headway("models")->out, "textbook\n"));
    assert_non_null(strstr(headway("steps")->out, "tokens\nembedding\n"));
    struct run *run = headway("--version");
    assert_int_equal(run->status, 0);
    static const char *const libraries[] = {"headway ",  "SDL ",      "SDL_ttf ", "cairo ",
                                            "FreeType ", "HarfBuzz ", "FriBidi ", "fontconfig ",
                                            "libpng ",   "libwebp ",  "giflib ",  "jansson ",
                                            "utf8proc "};
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        assert_non_null(strstr(run->out, libraries[i]));
    /* The program and the library that it is made of are of one version. */
    assert_memory_equal(run->out,
                        "headway " ATTENTION_VERSION "\nattention " ATTENTION_VERSION "\n",
                        strlen("headway " ATTENTION_VERSION "\nattention " ATTENTION_VERSION "\n"));
    assert_non_null(strstr(headway("--help")->out, "headway render"));
}

static void test_wrong_usage(void **state) {
    (void)state;
    need_program();
    program_complains(headway("--nonsense"), 2);
    program_complains(headway("render -o x.png --step sofmax"), 2);
    program_complains(headway("render -o x.jpeg"), 2);
    program_complains(headway("trace -o x.txt"), 2);
    program_complains(headway("render -o x.png --head 99"), 2);
    program_complains(headway("render -o x.png --query 99"), 2);
    program_complains(headway("describe --text a --beat 99"), 2);
    program_complains(headway("render -o x.png -o y.png"), 2);
    program_complains(headway("describe a.txt b.txt"), 2);
}

static void test_what_cannot_be_done(void **state) {
    (void)state;
    need_program();
    program_complains(headway("render -o x.png --model /nowhere"), 1);
    program_complains(headway("render -o nowhere/x.png"), 1);
    program_complains(headway("describe --text-file missing.txt"), 1);
    program_complains(headway("trace -o x.json --text ''"), 1);
    program_complains(headway("trace -o x.json --memory 1K"), 1);
    program_complains(headway("--text a"), 1); /* no display */
    char path[256];
    assert_true(file_join(path, sizeof path, folder, "x.json"));
    assert_false(file_exists(path));
}

static void test_bad_bytes_are_repaired_and_said(void **state) {
    (void)state;
    need_program();
    struct run *run = headway("describe --text \"$(printf 'one \\377 two')\"");
    assert_int_equal(run->status, 0);
    assert_non_null(strstr(run->err, "UTF-8"));
    assert_non_null(strstr(run->out, "one \uFFFD two"));
    run = headway("describe --text-file - </dev/null");
    assert_int_equal(run->status, 0);
}

static void test_a_long_text_is_cut_and_said(void **state) {
    (void)state;
    need_program();
    static const char *const lines[] = {"describe --text-file long.txt", "describe long.txt",
                                        "describe --text-file - <long.txt",
                                        "describe --text-file /dev/stdin <long.txt"};
    enum { BYTES = 2000000 }; /* “é” in every second place: the cut falls inside one */
    char path[256], *text = malloc(BYTES);
    struct file_error error = {0};
    assert_non_null(text);
    text[0] = 'x';
    for (size_t i = 1; i + 1 < BYTES; i += 2)
        memcpy(text + i, "é", 2);
    text[BYTES - 1] = 'x';
    assert_true(file_join(path, sizeof path, folder, "long.txt"));
    assert_true(file_write_whole(path, text, BYTES, FILE_WRITE_REPLACE, &error));
    free(text);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct run *run = headway(lines[i]);
        program_complains(run, 0);
        assert_non_null(strstr(run->err, "1934465 bytes beyond 65536 were left out"));
    }
}

static void test_a_mark_at_the_start_is_no_word(void **state) {
    (void)state;
    need_program();
    char path[256];
    struct file_error error = {0};
    assert_true(file_join(path, sizeof path, folder, "marked.txt"));
    assert_true(file_write_whole(path, "\xEF\xBB\xBFone two\r\n", 12, FILE_WRITE_REPLACE, &error));
    assert_int_equal(headway("describe marked.txt")->status, 0);
    struct run *run = headway("describe --text-file marked.txt");
    assert_int_equal(run->status, 0);
    assert_null(strstr(run->out, "\xEF\xBB\xBF"));
    assert_non_null(strstr(run->out, "one two"));
}

/* Named in place of its folder, a file of a model is neither a sentence nor a session. */
static void test_a_file_of_a_model_is_no_text(void **state) {
    (void)state;
    need_program();
    static const char *const names[] = {"config.json", "model.safetensors"};
    char path[256], line[64];
    struct file_error error = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_true(file_join(path, sizeof path, folder, names[i]));
        assert_true(file_write_whole(path, "{}", 2, FILE_WRITE_REPLACE, &error));
        snprintf(line, sizeof line, "describe %s", names[i]);
        struct run *run = headway(line);
        program_complains(run, 1);
        assert_non_null(strstr(run->err, "open the folder"));
    }
}

static void test_a_damaged_picture_is_named(void **state) {
    (void)state;
    need_program();
    assert_int_equal(headway("render -o cut.png --size 400x300")->status, 0);
    struct file_bytes bytes = bytes_of("cut.png");
    char path[256];
    struct file_error error = {0};
    assert_true(file_join(path, sizeof path, folder, "cut.png"));
    assert_true(file_write_whole(path, bytes.data, bytes.size / 2, FILE_WRITE_REPLACE, &error));
    file_bytes_free(&bytes);
    struct run *run = headway("describe cut.png");
    program_complains(run, 1);
    assert_non_null(strstr(run->err, "cut.png: "));
}

static void test_a_file_is_replaced_whole(void **state) {
    (void)state;
    need_program();
    assert_int_equal(headway("trace -o t.json --text 'a b'")->status, 0);
    struct file_bytes before = bytes_of("t.json");
    program_complains(headway("trace -o t.json --text 'a b c' --memory 1K"), 1);
    struct file_bytes after = bytes_of("t.json");
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, before.size);
    file_bytes_free(&before);
    file_bytes_free(&after);
    assert_int_equal(headway("trace -o t.json --text 'a b c'")->status, 0);
    after = bytes_of("t.json");
    assert_non_null(strstr((const char *)after.data, "\\\"c\\\""));
    file_bytes_free(&after);
}

static void test_missing_assets(void **state) {
    (void)state;
    need_program();
    char line[1024];
    snprintf(line, sizeof line,
             "cd '%s' && HEADWAY_ASSETS='%s' '%s' render -o x.png >out.txt 2>err.txt", folder,
             folder, PROGRAM);
    struct run run = {.status = WEXITSTATUS(system(line))};
    program_read(folder, "err.txt", run.err, sizeof run.err);
    program_complains(&run, 1);
    assert_non_null(strstr(run.err, "HEADWAY_ASSETS"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_render_makes_the_same_bytes),
        cmocka_unit_test(test_a_picture_carries_its_document),
        cmocka_unit_test(test_each_head_has_its_file),
        cmocka_unit_test(test_traces),
        cmocka_unit_test(test_both_formats_agree),
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_lists_and_versions),
        cmocka_unit_test(test_wrong_usage),
        cmocka_unit_test(test_what_cannot_be_done),
        cmocka_unit_test(test_bad_bytes_are_repaired_and_said),
        cmocka_unit_test(test_a_long_text_is_cut_and_said),
        cmocka_unit_test(test_a_mark_at_the_start_is_no_word),
        cmocka_unit_test(test_a_file_of_a_model_is_no_text),
        cmocka_unit_test(test_a_damaged_picture_is_named),
        cmocka_unit_test(test_a_file_is_replaced_whole),
        cmocka_unit_test(test_missing_assets),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

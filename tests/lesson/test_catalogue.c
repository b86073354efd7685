/* The catalogue of strings, and the filling of {places}. */
#include "lesson/catalogue.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_BYTES = 256 };

struct languages {
    char folder[PATH_BYTES];
};

static void put(const struct languages *languages, const char *name, const char *json) {
    char path[PATH_BYTES];
    assert_true(file_join(path, sizeof path, languages->folder, name));
    if (json == NULL)
        unlink(path);
    else
        assert_true(file_write_whole(path, json, strlen(json), FILE_WRITE_REPLACE, NULL));
}

static int make_folder(void **state) {
    static struct languages languages;
    snprintf(languages.folder, sizeof languages.folder, "/tmp/headway-words-XXXXXX");
    *state = &languages;
    return mkdtemp(languages.folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state) {
    const struct languages *languages = *state;
    put(languages, "en.json", NULL);
    put(languages, "zh.json", NULL);
    put(languages, "sentences-zh.json", NULL);
    return rmdir(languages->folder);
}

static void test_get(void **state) {
    const struct languages *languages = *state;
    put(languages, "en.json", "{\"a\": \"one\", \"b\": \"two\"}");
    put(languages, "zh.json", "{\"b\": \"二\", \"a\": \"一\"}");
    put(languages, "sentences-zh.json", "{\"no {1}\": \"没有{1}\"}");
    struct catalogue catalogue;
    assert_true(catalogue_load(languages->folder, &catalogue, NULL));
    assert_string_equal(catalogue_get(&catalogue, LANGUAGE_EN, "a"), "one");
    assert_string_equal(catalogue_get(&catalogue, LANGUAGE_ZH, "b"), "二");
    assert_true(catalogue_has(&catalogue, LANGUAGE_ZH, "a"));
    assert_false(catalogue_has(&catalogue, LANGUAGE_ZH, "c"));
    assert_string_equal(catalogue_get(&catalogue, LANGUAGE_ZH, "c"), "c");
    char sentence[32];
    catalogue_sentence(&catalogue, LANGUAGE_ZH, "no way", sentence, sizeof sentence);
    assert_string_equal(sentence, "没有way");
    catalogue_sentence(&catalogue, LANGUAGE_EN, "no way", sentence, sizeof sentence);
    assert_string_equal(sentence, "no way");
    json_object_del(catalogue.languages[LANGUAGE_ZH], "a");
    assert_string_equal(catalogue_get(&catalogue, LANGUAGE_ZH, "a"), "one");
    catalogue_free(&catalogue);
    catalogue_free(&catalogue);
    assert_string_equal(catalogue_get(&catalogue, LANGUAGE_EN, "a"), "a");
}

static void test_damaged(void **state) {
    const struct languages *languages = *state;
    static const struct {
        const char *en, *zh, *names;
    } cases[] = {
        {"{\"a\": \"1\"}", NULL, "zh.json"},
        {NULL, "{\"a\": \"1\"}", "en.json"},
        {"{\"a\": \"1\"}", "{}", "zh.json lacks \"a\""},
        {"{}", "{\"a\": \"1\"}", "en.json lacks \"a\""},
        {"{\"a\": \"1\"}", "{\"a\": 1}", "\"a\" is not a string"},
        {"[]", "{}", "en.json"},
        {"{\"a\": ", "{}", "en.json"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put(languages, "en.json", cases[i].en);
        put(languages, "zh.json", cases[i].zh);
        struct catalogue catalogue = {.languages = {NULL}};
        struct file_error error = {{0}};
        assert_false(catalogue_load(languages->folder, &catalogue, &error));
        if (strstr(error.text, cases[i].names) == NULL)
            fail_msg("%s does not name %s", error.text, cases[i].names);
        assert_null(catalogue.languages[0]);
    }
}

static void test_fill(void **state) {
    (void)state;
    const char *const names[] = {"query", "key", "q", NULL};
    const char *const values[] = {"它", "{query}", "", NULL};
    static const struct {
        const char *pattern, *filled;
    } cases[] = {
        {"", ""},
        {"no places", "no places"},
        {"{query} → {key}", "它 → {query}"},
        {"{query}{query}", "它它"},
        {"[{q}]", "[]"},
        {"{other} {que} {queryx}", "{other} {que} {queryx}"},
        {"{query", "{query"},
        {"{{query}}", "{它}"},
        {"{} } {", "{} } {"},
    };
    char out[64];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        catalogue_fill(out, sizeof out, cases[i].pattern, names, values);
        assert_string_equal(out, cases[i].filled);
    }
    catalogue_fill(out, sizeof out, "{query}", NULL, NULL);
    assert_string_equal(out, "{query}");
}

static void test_fill_cuts_between_characters(void **state) {
    (void)state;
    const char *const names[] = {"query", NULL};
    const char *const values[] = {"它它", NULL};
    char out[16];
    static const struct {
        size_t bytes;
        const char *filled;
    } cases[] = {{1, ""},    {2, "a"},     {3, "a"},      {4, "a"},      {5, "a它"},
                 {7, "a它"}, {8, "a它它"}, {9, "a它它b"}, {16, "a它它b"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(out, 'x', sizeof out);
        catalogue_fill(out, cases[i].bytes, "a{query}b", names, values);
        assert_string_equal(out, cases[i].filled);
        if (cases[i].bytes < sizeof out) assert_int_equal(out[cases[i].bytes], 'x');
    }
    out[0] = 'x';
    catalogue_fill(out, 0, "a", names, values);
    assert_int_equal(out[0], 'x');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_fill_cuts_between_characters),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* JSON inside its limits: depth, size, duplicate keys; written the same way every time. */
#include "files/json.h"
#include "support_files.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct file_error error;

static json_t *parse(const char *text) {
    error.text[0] = '\0';
    return file_json_parse("x.json", text, strlen(text), &error);
}

/* `levels` of the bracket pair around `middle`. */
static char *nested(size_t levels, const char *middle) {
    size_t length = strlen(middle);
    char *text = malloc(2 * levels + length + 1);
    memset(text, '[', levels);
    memcpy(text + levels, middle, length);
    memset(text + levels + length, ']', levels);
    text[2 * levels + length] = '\0';
    return text;
}

static void good_json_is_read(void **state) {
    (void)state;
    json_t *value = parse("{\"a\": [1, 2.5, \"\\u4e2d\\\"[[[\"], \"b\": null}");
    assert_non_null(value);
    assert_string_equal(json_string_value(json_array_get(json_object_get(value, "a"), 2)),
                        "\xE4\xB8\xAD\"[[[");
    json_decref(value);
}

static void bad_json_is_refused_with_its_place(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "{",
        "[1,]",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1} x",
        "nul",
        "[01]",
        "\"text\"",
        "[\"\xff\"]",
        "[\"\\u0000\"]",
        "[\"\n\"]",
        "{a:1}",
        "[1e999]",
        "[99999999999999999999]",
        "[\"\\ud800\"]",
        "\xEF\xBB\xBF{}",
        "[NaN]",
        "// x\n{}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *value = parse(bad[i]);
        if (value) fail_msg("accepted: %s", bad[i]);
        test_error_names(&error, "x.json");
        test_error_names(&error, "line ");
    }
}

static void depth_has_a_limit(void **state) {
    (void)state;
    char *text = nested(FILE_JSON_MAX_DEPTH, "\"[[[[{{{{\\\"[[[[\"");
    json_t *value = parse(text);
    assert_non_null(value); /* brackets in strings do not count */
    json_decref(value);
    free(text);
    text = nested(FILE_JSON_MAX_DEPTH + 1, "");
    assert_null(parse(text));
    test_error_names(&error, "32 levels");
    free(text);
    text = nested(1000000, "");
    assert_null(parse(text));
    free(text);
}

static void size_has_a_limit(void **state) {
    (void)state;
    size_t size = FILE_JSON_MAX_BYTES + 1;
    char *text = malloc(size);
    memset(text, ' ', size);
    memcpy(text, "[]", 2);
    json_t *value = file_json_parse("x.json", text, size - 1, &error);
    assert_non_null(value);
    json_decref(value);
    assert_null(file_json_parse("x.json", text, size, &error));
    test_error_names(&error, "16 MiB");
    free(text);
}

static void every_beginning_of_a_text_is_refused(void **state) {
    (void)state;
    const char *text = "{\"a\": [1, -2.5e3, \"x\\\\\\u00e9\", true], \"b\": {\"c\": null}}";
    for (size_t size = 0; size < strlen(text); size++)
        assert_null(file_json_parse("x.json", text, size, &error));
    assert_null(file_json_parse("x.json", "{}\0", 3, &error)); /* a NUL ends nothing */
    assert_null(file_json_parse("x.json", "{\"a\0\": 1}", 9, &error));
}

static void written_json_is_sorted_and_whole(void **state) {
    (void)state;
    char folder[200], path[300];
    test_folder_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/a.json", folder);
    json_t *value = json_pack("{s:i, s:[f, s], s:b}", "z", 1, "a", 0.1, "\xE4\xB8\xAD", "m", 1);
    assert_true(file_json_write(path, value, FILE_WRITE_NEW, &error));
    test_file_holds(path, "{\n  \"a\": [\n    0.10000000000000001,\n    \"\xE4\xB8\xAD\"\n  ],\n"
                          "  \"m\": true,\n  \"z\": 1\n}\n");
    json_t *again = file_json_read(path, &error);
    assert_true(json_equal(value, again));
    json_decref(again);
    assert_false(file_json_write(path, value, FILE_WRITE_NEW, &error));
    assert_false(file_json_write("/dev/null/x", value, FILE_WRITE_REPLACE, &error));
    test_error_names(&error, "/dev/null/x");
    json_decref(value);
    assert_null(file_json_read(folder, &error));
    test_folder_remove(folder);
}

/* Forty bytes at most, no character in two; an ellipsis says that more follows. */
static void values_are_shown_short(void **state) {
    (void)state;
    static const struct {
        const char *json, *shown;
    } rows[] = {
        {"[4097]", "4097"},
        {"[null]", "null"},
        {"[[1,  {\"a\": true}]]", "[1,{\"a\":true}]"},
        {"[\"0123456789012345678901234567890123456\"]",
         "\"0123456789012345678901234567890123456\""},
        {"[\"01234567890123456789012345678901234567\"]",
         "\"01234567890123456789012345678901234567\""},
        {"[\"012345678901234567890123456789012345678\"]",
         "\"012345678901234567890123456789012345678…"},
        {"[\"01234567890123456789012345678901234567\xE4\xB8\xAD\"]",
         "\"01234567890123456789012345678901234567…"},
        {"[\"0123456789012345678901234567890123456\xF0\x9F\x98\x80\"]",
         "\"0123456789012345678901234567890123456…"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char shown[FILE_JSON_SHOWN_BYTES];
        json_t *value = parse(rows[i].json);
        assert_non_null(value);
        memset(shown, 'x', sizeof shown);
        file_json_show(json_array_get(value, 0), shown);
        assert_string_equal(shown, rows[i].shown);
        json_decref(value);
    }
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    bool was_refused = true;
    for (size_t nth = 0; was_refused; nth++) {
        test_memory_fail_at(nth);
        json_t *value = parse("{\"a\": [1, \"text\"], \"b\": {\"c\": 2.5}}");
        was_refused = test_memory_restore();
        assert_int_equal(value == NULL, was_refused);
        if (was_refused) test_error_names(&error, "x.json");
        json_decref(value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_json_is_read),
        cmocka_unit_test(bad_json_is_refused_with_its_place),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(size_has_a_limit),
        cmocka_unit_test(every_beginning_of_a_text_is_refused),
        cmocka_unit_test(written_json_is_sorted_and_whole),
        cmocka_unit_test(values_are_shown_short),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("files.json", tests, NULL, NULL);
}

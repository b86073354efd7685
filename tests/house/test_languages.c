/* test_languages.c: the catalogues of all languages have the same keys, no empty text, and the same
 * placeholders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "files/json.h"

#include <stdio.h>
#include <string.h>

static json_t *catalogue_load(const char *language) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/assets/languages/%s.json", HEADWAY_SOURCE_DIR, language);
    struct file_error error = {0};
    json_t *catalogue = file_json_read(path, &error);
    if (!catalogue) fail_msg("%s cannot be read", path);
    return catalogue;
}

/* Advances to the next placeholder `{name}` at or after `text`; its length with braces, 0 at the
 * end. */
static size_t placeholder_next(const char **text) {
    const char *open = strchr(*text, '{');
    const char *close = open ? strchr(open, '}') : NULL;
    if (!close) return 0;
    *text = open;
    return (size_t)(close - open) + 1;
}

static size_t placeholder_count(const char *text, const char *name, size_t length) {
    size_t count = 0;
    for (size_t found; (found = placeholder_next(&text)) > 0; text += found)
        count += found == length && memcmp(text, name, length) == 0;
    return count;
}

/* Every placeholder of `text` is as often in `other`. */
static bool placeholders_are_in(const char *text, const char *other) {
    const char *whole = text;
    for (size_t length; (length = placeholder_next(&text)) > 0; text += length)
        if (placeholder_count(whole, text, length) != placeholder_count(other, text, length))
            return false;
    return true;
}

/* Faults of `other` measured against `value`, one printed line each; path names the place. */
static size_t faults_count(const char *path, const json_t *value, const json_t *other) {
    if (!other || json_typeof(value) != json_typeof(other)) {
        print_error("%s: missing or of another kind in the other language\n", path);
        return 1;
    }
    size_t faults = 0;
    char place[512];
    if (json_is_object(value)) {
        const char *key;
        json_t *item;
        json_object_foreach((json_t *)(uintptr_t)value, key, item) {
            (void)snprintf(place, sizeof place, "%s/%s", path, key);
            faults += faults_count(place, item, json_object_get(other, key));
        }
    } else if (json_is_array(value)) {
        if (json_array_size(value) != json_array_size(other)) {
            print_error("%s: lists of different lengths\n", path);
            return 1;
        }
        for (size_t i = 0; i < json_array_size(value); i++) {
            (void)snprintf(place, sizeof place, "%s/%zu", path, i);
            faults += faults_count(place, json_array_get(value, i), json_array_get(other, i));
        }
    } else if (json_is_string(value)) {
        const char *text = json_string_value(value);
        const char *translated = json_string_value(other);
        if (!*text || !*translated) {
            print_error("%s: empty\n", path);
            faults++;
        }
        if (!placeholders_are_in(text, translated) || !placeholders_are_in(translated, text)) {
            print_error("%s: different placeholders: \"%s\", \"%s\"\n", path, text, translated);
            faults++;
        }
    }
    return faults;
}

static void languages_have_the_same_keys(void **state) {
    (void)state;
    json_t *english = catalogue_load("en");
    json_t *chinese = catalogue_load("zh");
    assert_true(json_object_size(english) > 0);
    size_t faults = faults_count("en", english, chinese) + faults_count("zh", chinese, english);
    json_decref(english);
    json_decref(chinese);
    assert_int_equal(faults, 0);
}

static void planted_faults_are_found(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"{\"a\": \"x\", \"b\": \"y\"}", "{\"a\": \"x\"}"},
        {"{\"a\": \"{n} of {m}\"}", "{\"a\": \"{n} of {k}\"}"},
        {"{\"a\": \"{n}\"}", "{\"a\": \"{n}{n}\"}"},
        {"{\"a\": \"x\"}", "{\"a\": \"\"}"},
        {"{\"a\": {\"b\": \"x\"}}", "{\"a\": {\"c\": \"x\"}}"},
        {"{\"a\": [\"x\", \"y\"]}", "{\"a\": [\"x\"]}"},
        {"{\"a\": \"x\"}", "{\"a\": 1}"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        json_t *one = json_loads(pairs[i][0], 0, NULL);
        json_t *two = json_loads(pairs[i][1], 0, NULL);
        assert_non_null(one);
        assert_non_null(two);
        assert_true(faults_count("one", one, two) + faults_count("two", two, one) > 0);
        assert_int_equal(faults_count("one", one, one), 0);
        json_decref(one);
        json_decref(two);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(languages_have_the_same_keys),
        cmocka_unit_test(planted_faults_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

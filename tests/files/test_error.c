/* Errors are one sentence that can be shown; UTF-8 is repaired as the Unicode Standard recommends.
 */
#include "files/utf8.h"
#include "support_files.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_error_is_always_false(void **state) {
    (void)state;
    struct file_error error;
    assert_false(file_error_set(&error, "%s: %d.", "x", 3));
    assert_string_equal(error.text, "x: 3.");
    assert_false(file_error_set(NULL, "nobody asks"));
}

static void an_error_may_quote_itself(void **state) {
    (void)state;
    struct file_error error;
    file_error_set(&error, "first.");
    file_error_set(&error, "again: %s", error.text);
    assert_string_equal(error.text, "again: first.");
}

static void long_errors_end_between_code_points(void **state) {
    (void)state;
    struct file_error error;
    char text[1200];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = 0; i < 300; i++)
            memcpy(text + shift + 3 * i, "\xE4\xB8\xAD", 4);
        file_error_set(&error, "%s", text);
        size_t length = strlen(error.text);
        assert_true(length >= sizeof error.text - 4);
        assert_true(utf8_is_valid(error.text, length));
        assert_null(strchr(error.text, '?'));
    }
}

static void names_cannot_steer_the_terminal(void **state) {
    (void)state;
    struct file_error error;
    file_error_set(&error, "%s",
                   "a\x1b[2Jb\nc\xE2\x80\xAE"
                   "d\xFF"
                   "e\xC2\x9B"
                   "f");
    assert_string_equal(error.text, "a?[2Jb?c?d?e?f");
}

struct repair {
    const char *bad;
    size_t size;
    const char *good;
    size_t replaced;
};
#define R "\xEF\xBF\xBD"
#define ROW(bad, good, replaced)                                                                   \
    { bad, sizeof(bad) - 1, good, replaced }

static void broken_utf8_is_repaired(void **state) {
    (void)state;
    static const struct repair rows[] = {
        ROW("", "", 0),
        ROW("plain", "plain", 0),
        ROW("\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80", "\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80", 0),
        ROW("\xEF\xBF\xBD", R, 0), /* already there, not replaced */
        ROW("a\0b",
            "a\xE2\x90\x80"
            "b",
            1),
        ROW("\x80", R, 1),
        ROW("\xC3", R, 1),
        ROW("\xC3(", R "(", 1),
        ROW("\xC0\xAF", R R, 2),             /* overlong */
        ROW("\xE0\x9F\xBF", R R R, 3),       /* overlong */
        ROW("\xED\xA0\x80", R R R, 3),       /* surrogate */
        ROW("\xF4\x90\x80\x80", R R R R, 4), /* beyond U+10FFFF */
        ROW("\xF5\x80", R R, 2),
        ROW("\xE4\xB8", R, 1), /* one piece, one sign */
        ROW("\xF0\x9F\x98", R, 1),
        ROW("\xF0\x9F\x98z", R "z", 1),
        /* Unicode 15, table 3-11. */
        ROW("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", R R R R "A", 4),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t replaced = 99;
        char *text = file_utf8_repair((const uint8_t *)rows[i].bad, rows[i].size, &replaced);
        assert_string_equal(text, rows[i].good);
        assert_int_equal(replaced, rows[i].replaced);
        assert_true(utf8_is_valid(text, strlen(text)));
        free(text);
    }
}

static void every_pair_of_bytes_becomes_valid(void **state) {
    (void)state;
    for (unsigned pair = 0; pair < 65536; pair++) {
        const uint8_t bytes[2] = {(uint8_t)(pair >> 8), (uint8_t)pair};
        char *text = file_utf8_repair(bytes, 2, NULL);
        assert_true(utf8_is_valid(text, strlen(text)));
        free(text);
    }
}

static void repair_without_memory(void **state) {
    (void)state;
    size_t replaced;
    test_memory_fail_at(0);
    assert_null(file_utf8_repair((const uint8_t *)"a", 1, &replaced));
    assert_true(test_memory_restore());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_always_false),
        cmocka_unit_test(an_error_may_quote_itself),
        cmocka_unit_test(long_errors_end_between_code_points),
        cmocka_unit_test(names_cannot_steer_the_terminal),
        cmocka_unit_test(broken_utf8_is_repaired),
        cmocka_unit_test(every_pair_of_bytes_becomes_valid),
        cmocka_unit_test(repair_without_memory),
    };
    return cmocka_run_group_tests_name("files.error", tests, NULL, NULL);
}

/* What is shown instead of characters that would be obeyed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/list.h"
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static void assert_shown(const char *text, const char *expected) {
    char out[256];
    size_t bytes = text_printable(out, sizeof out, text, strlen(text));
    assert_string_equal(out, expected);
    assert_int_equal(bytes, strlen(expected));
}

static void controls_get_pictures(void **state) {
    (void)state;
    assert_shown("a\tb\nc\r", "a␉b␊c␍");
    assert_shown("\x01\x1F\x7F", "␁␟␡");
    assert_shown("\xC2\x85", "‹85›");
    char out[16];
    assert_int_equal(text_printable(out, sizeof out, "a\0b", 3), 5);
    assert_string_equal(out, "a␀b");
}

static void bidi_and_invisible_ones_get_names(void **state) {
    (void)state;
    assert_shown("a\u202Eb\u202C", "a‹RLO›b‹PDF›");
    assert_shown("\u2066x\u2069\u200E\u200F", "‹LRI›x‹PDI›‹LRM›‹RLM›");
    assert_shown("a\u2028b\u2029", "a‹LS›b‹PS›");
    assert_shown("so\u00ADft\u200Bzero\uFEFF", "so‹SHY›ft‹ZWSP›zero‹BOM›");
    assert_shown("f\u2061x", "f‹U+2061›x");
    assert_shown("a\u200Db\uFE0F", "a‹ZWJ›b‹U+FE0F›");
    assert_shown("\U000E0041", "‹U+E0041›");
}

static void what_belongs_to_a_script_stays(void **state) {
    (void)state;
    const char *kept[] = {"👩\u200D👩\u200D👧",
                          "❤\uFE0F",
                          "👍🏽",
                          "1\uFE0F⃣",
                          "می\u200Cخواهم",
                          "क\u094D\u200Dष",
                          "e\u0301",
                          "注意力",
                          "مرحبا",
                          "\u0600\u0661",
                          "🏴\U000E0067\U000E0062\U000E007F"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_shown(kept[i], kept[i]);
}

static void wrong_bytes_are_replaced(void **state) {
    (void)state;
    assert_shown("a\xFF"
                 "b",
                 "a\uFFFDb");
    assert_shown("\xE4\xBD", "\uFFFD\uFFFD");
    assert_shown("\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"); /* a surrogate */
}

static void output_is_cut_at_whole_characters(void **state) {
    (void)state;
    char out[6];
    assert_int_equal(text_printable(out, sizeof out, "ab注意", 8), 5);
    assert_string_equal(out, "ab注");
    assert_int_equal(text_printable(out, 1, "ab", 2), 0);
    assert_string_equal(out, "");
    assert_int_equal(text_printable(out, 0, "ab", 2), 0);
}

/* Five times the bytes are always enough, the result is valid and printable itself. */
static void any_bytes_become_printable(void **state) {
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 4000; round++) {
        char text[24], once[sizeof text * 5 + 1], twice[sizeof once * 5 + 1];
        size_t bytes = 0;
        while (bytes < 20) {
            seed = seed * 1664525u + 1013904223u;
            uint32_t code = round % 2 ? 0x2000 + (seed >> 20) % 0x70 : (seed >> 11) % 0x110000;
            if (round % 5 == 0)
                text[bytes++] = (char)(seed >> 24);
            else if (utf8proc_codepoint_valid((utf8proc_int32_t)code))
                bytes += (size_t)utf8proc_encode_char((utf8proc_int32_t)code,
                                                      (utf8proc_uint8_t *)text + bytes);
        }
        size_t first = text_printable(once, sizeof once, text, bytes);
        size_t second = text_printable(twice, sizeof twice, once, first);
        assert_int_equal(first, second);
        assert_memory_equal(once, twice, first);
        assert_true(first < 5 * bytes + 1);
        utf8proc_int32_t code;
        for (size_t at = 0; at < first;) {
            utf8proc_ssize_t read = utf8proc_iterate((utf8proc_uint8_t *)once + at,
                                                     (utf8proc_ssize_t)(first - at), &code);
            assert_true(read > 0);
            at += (size_t)read;
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_get_pictures),
        cmocka_unit_test(bidi_and_invisible_ones_get_names),
        cmocka_unit_test(what_belongs_to_a_script_stays),
        cmocka_unit_test(wrong_bytes_are_replaced),
        cmocka_unit_test(output_is_cut_at_whole_characters),
        cmocka_unit_test(any_bytes_become_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tokens as people see them. */
#include "lesson/token_name.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_stand_ins(void **state) {
    (void)state;
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"", ""},
        {"cat", "cat"},
        {"猫", "猫"},
        {" ", "␣"},
        {"\u00A0", "␣"},
        {"\u3000", "␣"},
        {"\t", "␉"},
        {"\r\n", "␍␊"},
        {"\x1B[31m", "␛[31m"},
        {"\x7F", "␡"},
        {"\xC2\x85", "‹U+0085›"},
        {"a\u202Eb", "a‹RLO›b"},
        {"\u2067", "‹RLI›"},
        {"\u200B", "‹ZWSP›"},
        {"\uFEFF", "‹BOM›"},
        {"\u206A", "‹U+206A›"},
        {"\u200D", "‹ZWJ›"},
        {"👩\u200D🔬", "👩\u200D🔬"}, /* one picture: the joiner stays */
        {"می\u200Cخواهم", "می\u200Cخواهم"},
        {"e\u0301", "e\u0301"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *name = token_name_make(cases[i].text, strlen(cases[i].text));
        assert_string_equal(name, cases[i].name);
        free(name);
    }
}

/* The longest stand-ins fill no more than was allocated (the sanitizer watches), and NUL does not
 * end a name. */
static void test_longest(void **state) {
    (void)state;
    char text[2000];
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "\xC2\x80", 2);
    char *name = token_name_make(text, sizeof text);
    assert_int_equal(strlen(name), sizeof text / 2 * strlen("‹U+0080›"));
    free(name);
    name = token_name_make("a\0b", 3);
    assert_string_equal(name, "a␀b");
    free(name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stand_ins),
        cmocka_unit_test(test_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

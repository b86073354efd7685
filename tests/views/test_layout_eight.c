/* test_layout_eight.c: the default sentence: every step, view, theme, language and desk size keeps
 * the rules of support_layout.h. */
#include "support_layout.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_every_picture(void **state) {
    (void)state;
    layout_product(SENTENCE_EIGHT);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_picture)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

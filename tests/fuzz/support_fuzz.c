#include "support_fuzz.h"
#include "files/utf8.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The order of keys in an object must not depend on chance: the same input, the same path. */
int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count;
    (void)arguments;
    json_object_seed(1);
    return 0;
}

_Noreturn void fuzz_check_failed(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

void fuzz_check_error(const struct file_error *error, const char *part) {
    size_t length = strlen(error->text);
    CHECK(length > 0 && length < sizeof error->text);
    CHECK(utf8_is_valid(error->text, length));
    for (size_t i = 0; i < length; i++)
        CHECK((uint8_t)error->text[i] >= 0x20 && error->text[i] != 0x7F);
    CHECK(strstr(error->text, part) != NULL);
}

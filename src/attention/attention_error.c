#include "attention_error.h"

#include <string.h>

void attention_error_clear(struct attention_error *error) {
    if (error) memset(error, 0, sizeof *error);
}

void attention_error_add(struct attention_error *error, const char *text) {
    if (!error) return;
    const size_t used = strlen(error->text), room = sizeof error->text - 1 - used;
    const size_t wanted = strlen(text), length = wanted < room ? wanted : room;
    memcpy(error->text + used, text, length);
    error->text[used + length] = '\0';
}

void attention_error_add_number(struct attention_error *error, size_t number) {
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    attention_error_add(error, digits + at);
}

void attention_error_add_int(struct attention_error *error, int number) {
    if (number < 0) attention_error_add(error, "-");
    attention_error_add_number(error, number < 0 ? (size_t)0 - (size_t)number : (size_t)number);
}

void attention_error_add_bytes(struct attention_error *error, size_t bytes) {
    static const char *const units[] = {" bytes", " KiB", " MiB", " GiB"};
    size_t unit = 0;
    while (unit < 3 && bytes >= 10 * 1024) {
        bytes = bytes / 1024 + (bytes % 1024 > 0);
        unit++;
    }
    attention_error_add_number(error, bytes);
    attention_error_add(error, units[unit]);
}

/* number.h: how a number is written on the screen, in pictures and in `describe`: the same everywhere. */
#ifndef LESSON_NUMBER_H
#define LESSON_NUMBER_H
#include <stdbool.h>
#include <stddef.h>

enum number_style {
    NUMBER_PLAIN,  /* two decimals, true minus sign, whole numbers whole, from 1,000 three significant digits, <.01 for small */
    NUMBER_WEIGHT, /* of a weight in a cell: the leading zero is left out: .77; 1 stays 1 */
    NUMBER_TERM    /* in a sum that is written down: as PLAIN, but small ones by two digits: 0.0016, 3.2e−7 */
};
enum { NUMBER_BYTES = 24 };
/* Writes UTF-8 and a NUL; returns the bytes. −∞ is "−∞". What does not fit is cut between characters; NUMBER_BYTES
 * hold every number. */
size_t number_format(char *out, size_t out_bytes, float value, enum number_style style);
/* The value that the written form stands for (2.004 → 2.00; `<.01` → 0). */
double number_shown(float value);
/* The shortest decimal that reads back as the same float, with a true minus sign: what stands in a field to type in. */
size_t number_write(char *out, size_t out_bytes, float value);
/* What a person types: 0.5, .5, 1/2, −3 (either minus), 1e-3, −∞ or -inf; spaces around it. False: no number, or one that is
 * not a float (too large, NaN, +∞). */
bool number_read(const char *text, float *out);
#endif

/* utf8.h: one step through bytes that claim to be UTF-8. */
#ifndef FILES_UTF8_H
#define FILES_UTF8_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the code point at data[0]; size >= 1. Returns the bytes taken (1–4). When the bytes are
 * not valid, *is_valid is false, *code is U+FFFD and the bytes taken are the longest piece of a
 * code point that was well formed so far, or one byte (Unicode 15, section 3.9, "maximal subpart").
 */
size_t utf8_decode(const uint8_t *data, size_t size, uint32_t *code, bool *is_valid);
/* At most four bytes into out; returns how many. code: at most U+10FFFF and no surrogate. */
size_t utf8_encode(uint32_t code, char *out);
bool utf8_is_valid(const void *data, size_t size);
#endif

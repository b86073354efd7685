/* token_name.c: visible stand-ins for characters that would hide, or turn the text around them. */
#include "lesson/token_name.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* The most that one byte of text can grow to: a C1 control is 2 bytes, ‹U+0085› is 12. */
enum { GROWTH = 6, STAND_IN_BYTES = 24 };

static const struct {
    utf8proc_int32_t code;
    const char *name;
} named[] = {
    {0x00AD, "SHY"}, {0x061C, "ALM"}, {0x180E, "MVS"}, {0x200B, "ZWSP"}, {0x200E, "LRM"},
    {0x200F, "RLM"}, {0x2028, "LS"},  {0x2029, "PS"},  {0x202A, "LRE"},  {0x202B, "RLE"},
    {0x202C, "PDF"}, {0x202D, "LRO"}, {0x202E, "RLO"}, {0x2060, "WJ"},   {0x2066, "LRI"},
    {0x2067, "RLI"}, {0x2068, "FSI"}, {0x2069, "PDI"}, {0xFEFF, "BOM"},
};
enum { CODE_ZWNJ = 0x200C, CODE_ZWJ = 0x200D };

/* Writes the stand-in of `code` and returns true, or returns false when it shows itself. */
static bool stand_in(utf8proc_int32_t code, bool is_alone, char out[STAND_IN_BYTES]) {
    if (code < 0x20 || code == 0x7F) {
        utf8proc_int32_t picture = code == 0x7F ? 0x2421 : 0x2400 + code;
        utf8proc_ssize_t bytes = utf8proc_encode_char(picture, (utf8proc_uint8_t *)out);
        out[bytes] = '\0';
        return true;
    }
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (named[i].code == code) {
            snprintf(out, STAND_IN_BYTES, "‹%s›", named[i].name);
            return true;
        }
    }
    if (is_alone && (code == CODE_ZWNJ || code == CODE_ZWJ)) {
        snprintf(out, STAND_IN_BYTES, "‹%s›", code == CODE_ZWJ ? "ZWJ" : "ZWNJ");
        return true;
    }
    if ((code >= 0x80 && code < 0xA0) || (code >= 0x2061 && code <= 0x206F)) {
        snprintf(out, STAND_IN_BYTES, "‹U+%04X›", (unsigned)code);
        return true;
    }
    if (utf8proc_category(code) == UTF8PROC_CATEGORY_ZS) {
        snprintf(out, STAND_IN_BYTES, "␣");
        return true;
    }
    return false;
}

char *token_name_make(const char *text, size_t bytes) {
    if (bytes > SIZE_MAX / GROWTH - 1) return NULL;
    char *name = malloc(bytes * GROWTH + 1);
    if (name == NULL) return NULL;
    size_t length = 0;
    for (size_t at = 0; at < bytes;) {
        utf8proc_int32_t code = 0xFFFD;
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                                 (utf8proc_ssize_t)(bytes - at), &code);
        size_t taken = step > 0 ? (size_t)step : 1;
        char instead[STAND_IN_BYTES];
        const char *piece = text + at;
        size_t piece_bytes = taken;
        if (step <= 0) {
            piece = "\uFFFD";
            piece_bytes = strlen(piece);
        } else if (stand_in(code, taken == bytes, instead)) {
            piece = instead;
            piece_bytes = strlen(instead);
        }
        memcpy(name + length, piece, piece_bytes);
        length += piece_bytes;
        at += taken;
    }
    name[length] = '\0';
    char *fitted = realloc(name, length + 1);
    return fitted != NULL ? fitted : name;
}

/* printable.c: characters that would be obeyed instead of seen get a visible stand-in. */
#include "list.h"
#include "split.h"
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

static const struct {
    int32_t code;
    const char *name;
} named[] = {
    {0x00AD, "SHY"},  {0x034F, "CGJ"}, {0x061C, "ALM"}, {0x180E, "MVS"}, {0x200B, "ZWSP"},
    {0x200C, "ZWNJ"}, {0x200D, "ZWJ"}, {0x200E, "LRM"}, {0x200F, "RLM"}, {0x2028, "LS"},
    {0x2029, "PS"},   {0x202A, "LRE"}, {0x202B, "RLE"}, {0x202C, "PDF"}, {0x202D, "LRO"},
    {0x202E, "RLO"},  {0x2060, "WJ"},  {0x2066, "LRI"}, {0x2067, "RLI"}, {0x2068, "FSI"},
    {0x2069, "PDI"},  {0xFEFF, "BOM"},
};

static bool is_variation_selector(int32_t code) {
    return (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xE0100 && code <= 0xE01EF);
}

/* Format characters that have a picture of their own (Arabic number signs, Syriac mark, Kaithi
 * signs). */
static bool is_visible_format(int32_t code) {
    return (code >= 0x0600 && code <= 0x0605) || code == 0x06DD || code == 0x070F ||
           (code >= 0x0890 && code <= 0x0891) || code == 0x08E2 || code == 0x110BD ||
           code == 0x110CD;
}

static bool is_emoji_part(int32_t code) {
    int boundclass = utf8proc_get_property(code)->boundclass;
    return boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC || code == 0xFE0F ||
           (code >= 0x1F3FB && code <= 0x1F3FF) || (code >= 0xE0020 && code <= 0xE007F) ||
           (code >= 0x1F1E6 && code <= 0x1F1FF);
}

static bool is_symbol_or_ideograph(int32_t code) {
    utf8proc_category_t category = utf8proc_category(code);
    return category == UTF8PROC_CATEGORY_SO || category == UTF8PROC_CATEGORY_SM ||
           category == UTF8PROC_CATEGORY_PO || (code >= '0' && code <= '9') ||
           (category == UTF8PROC_CATEGORY_LO && code >= 0x2E80);
}

/* Joiners and selectors mean something inside emoji and in scripts whose letters join. */
static bool belongs_to_previous(int32_t code, int32_t previous) {
    if (code == 0x200C || code == 0x200D) {
        utf8proc_category_t category = utf8proc_category(previous);
        bool is_letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
        return is_emoji_part(previous) || (previous >= 0x0590 && previous != 0x034F && is_letter &&
                                           !is_variation_selector(previous));
    }
    if (is_variation_selector(code))
        return is_symbol_or_ideograph(previous) || is_emoji_part(previous);
    return code >= 0xE0020 && code <= 0xE007F && is_emoji_part(previous); /* tags of a flag */
}

/* Must not be handed on as it is. */
static bool is_invisible(int32_t code) {
    utf8proc_category_t category = utf8proc_category(code);
    if (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL ||
        category == UTF8PROC_CATEGORY_ZP)
        return true;
    if (category == UTF8PROC_CATEGORY_CF) return !is_visible_format(code);
    return code == 0x034F || code == 0x3164 || code == 0xFFA0 || is_variation_selector(code) ||
           (code >= 0xE0000 && code <= 0xE0FFF);
}

/* At most 13 bytes and a NUL; returns the bytes. */
static size_t write_stand_in(char *out, int32_t code) {
    if (code < 0x20 || code == 0x7F)
        return (size_t)utf8proc_encode_char(code == 0x7F ? 0x2421 : 0x2400 + code,
                                            (utf8proc_uint8_t *)out);
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (named[i].code == code) return (size_t)snprintf(out, 16, "‹%s›", named[i].name);
    return (size_t)snprintf(out, 16, code < 0x100 ? "‹%02X›" : "‹U+%04X›", (unsigned)code);
}

/* One character of the text: its stand-in in `out` or itself. Returns the bytes read, *written
 * those in `out`. */
static size_t next_printable(const char *text, size_t bytes, int32_t *previous, char *out,
                             size_t *written) {
    int32_t code;
    utf8proc_ssize_t read =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)bytes, &code);
    if (read <= 0) {
        memcpy(out, "\xEF\xBF\xBD", 3);
        *written = 3;
        *previous = 0xFFFD;
        return 1;
    }
    if (is_invisible(code) && !belongs_to_previous(code, *previous)) {
        *written = write_stand_in(out, code);
        *previous = 0x203A;
    } else {
        memcpy(out, text, (size_t)read);
        *written = (size_t)read;
        *previous = code;
    }
    return (size_t)read;
}

static bool is_plain_ascii(char c) {
    return c >= 0x20 && c < 0x7F;
}

bool text_is_printable(const char *text, size_t bytes) {
    int32_t previous = 0;
    char out[16];
    for (size_t at = 0; at < bytes;) {
        if (is_plain_ascii(text[at])) {
            previous = text[at++];
            continue;
        }
        size_t written, read = next_printable(text + at, bytes - at, &previous, out, &written);
        if (written != read || memcmp(out, text + at, read) != 0) return false;
        at += read;
    }
    return true;
}

size_t text_printable(char *out, size_t out_bytes, const char *text, size_t bytes) {
    if (out_bytes == 0) return 0;
    size_t used = 0;
    int32_t previous = 0;
    for (size_t at = 0; at < bytes;) {
        char piece[16];
        size_t written, read = next_printable(text + at, bytes - at, &previous, piece, &written);
        if (written > out_bytes - 1 - used) break;
        memcpy(out + used, piece, written);
        used += written;
        at += read;
    }
    out[used] = '\0';
    return used;
}

#include "output.h"
#include "draw/memory.h"
#include <math.h>
#include <string.h>

void output_bytes(struct output *out, const char *text, size_t bytes) {
    if (out->failed || bytes == 0) return;
    if (bytes > SIZE_MAX - 1 - out->bytes ||
        !memory_grow((void **)&out->text, &out->room, out->bytes + bytes + 1, 1)) {
        out->failed = true;
        return;
    }
    memcpy(out->text + out->bytes, text, bytes);
    out->bytes += bytes;
    out->text[out->bytes] = '\0';
}

void output_text(struct output *out, const char *text) {
    output_bytes(out, text, strlen(text));
}

void output_integer(struct output *out, long long value) {
    char digits[24];
    size_t at = sizeof digits;
    unsigned long long rest =
        value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value;
    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) digits[--at] = '-';
    output_bytes(out, digits + at, sizeof digits - at);
}

/* Rounded to so many decimals, at most 9; zeros at the end are left out. */
static void write_rounded(struct output *out, double value, int decimals) {
    char digits[9];
    long long unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    if (!isfinite(value) || fabs(value) > 1e9) value = 0;
    long long parts = llround(value * (double)unit);
    if (parts < 0) output_text(out, "-");
    if (parts < 0) parts = -parts;
    output_integer(out, parts / unit);
    long long rest = parts % unit;
    size_t length = (size_t)decimals;
    for (size_t i = length; i-- > 0; rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    while (length && digits[length - 1] == '0')
        length--;
    if (length) output_text(out, ".");
    output_bytes(out, digits, length);
}

void output_number(struct output *out, double value) {
    write_rounded(out, value, 3);
}

void output_exact(struct output *out, double value) {
    write_rounded(out, value, 9);
}

/* Bytes of the character at `at` that XML does not allow although it is valid UTF-8: controls other
 * than tab and line ends, U+FFFE and U+FFFF. 0: it may stay. */
static size_t forbidden_bytes(const unsigned char *at, size_t bytes) {
    if (*at < 0x20) return *at == '\t' || *at == '\n' || *at == '\r' ? 0 : 1;
    return bytes >= 3 && at[0] == 0xEF && at[1] == 0xBF && at[2] >= 0xBE ? 3 : 0;
}

void output_escaped(struct output *out, const char *text, size_t bytes) {
    size_t kept = 0; /* up to here it is written */
    for (size_t i = 0; i < bytes;) {
        const char *instead = text[i] == '&'   ? "&amp;"
                              : text[i] == '<' ? "&lt;"
                              : text[i] == '>' ? "&gt;"
                              : text[i] == '"' ? "&quot;"
                                               : NULL;
        size_t forbidden = forbidden_bytes((const unsigned char *)text + i, bytes - i);
        if (forbidden) instead = "\xEF\xBF\xBD";
        if (!instead) {
            i++;
            continue;
        }
        output_bytes(out, text + kept, i - kept);
        output_text(out, instead);
        i += forbidden ? forbidden : 1;
        kept = i;
    }
    output_bytes(out, text + kept, bytes - kept);
}

void output_base64(struct output *out, const uint8_t *data, size_t bytes) {
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes && !out->failed; i += 3) {
        size_t here = bytes - i < 3 ? bytes - i : 3;
        uint32_t word = (uint32_t)data[i] << 16;
        if (here > 1) word |= (uint32_t)data[i + 1] << 8;
        if (here > 2) word |= data[i + 2];
        char four[4] = {signs[word >> 18], signs[word >> 12 & 63],
                        here > 1 ? signs[word >> 6 & 63] : '=', here > 2 ? signs[word & 63] : '='};
        output_bytes(out, four, 4);
    }
}

void output_attribute(struct output *out, const char *name, double value) {
    output_text(out, " ");
    output_text(out, name);
    output_text(out, "=\"");
    output_number(out, value);
    output_text(out, "\"");
}

void output_colour(struct output *out, const char *name, struct colour c) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t channels[] = {c.r, c.g, c.b};
    char hex[7] = "#";
    for (size_t i = 0; i < 3; i++) {
        hex[1 + 2 * i] = digits[channels[i] >> 4];
        hex[2 + 2 * i] = digits[channels[i] & 15];
    }
    output_text(out, " ");
    output_text(out, name);
    output_text(out, "=\"");
    output_bytes(out, hex, sizeof hex);
    output_text(out, "\"");
    if (c.a == 255) return;
    output_text(out, " ");
    output_text(out, name);
    output_text(out, "-opacity=\"");
    output_number(out, c.a / 255.0);
    output_text(out, "\"");
}

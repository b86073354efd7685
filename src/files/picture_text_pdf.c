#include "files/error.h"
#include "files/memory.h"
#include "files/picture_text.h"
#include "files/utf8.h"
#include <stdlib.h>
#include <string.h>

bool picture_text_is_pdf(const struct file_bytes *bytes) {
    return bytes->size >= 5 && memcmp(bytes->data, "%PDF-", 5) == 0;
}

static bool is_white(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0;
}

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The bytes of a string object "<48656C6C6F>"; at: behind its <. −1: it does not end, or is none.
 */
static long read_hex(const uint8_t *at, const uint8_t *end, uint8_t *out) {
    long used = 0;
    int half = -1;
    for (; at < end && *at != '>'; at++) {
        int digit = hex_digit(*at);
        if (digit < 0 && is_white(*at)) continue;
        if (digit < 0) return -1;
        if (half >= 0) out[used++] = (uint8_t)(half << 4 | digit);
        half = half >= 0 ? -1 : digit;
    }
    if (at == end) return -1;
    if (half >= 0) out[used++] = (uint8_t)(half << 4);
    return used;
}

/* What a backslash and the bytes behind it stand for: a byte, or −1 for nothing. *at: behind the
 * backslash, then behind it all. */
static int read_escape(const uint8_t **at, const uint8_t *end) {
    static const char signs[] = "nrtbf", meant[] = "\n\r\t\b\f";
    uint8_t c = *(*at)++;
    const char *known = c ? strchr(signs, c) : NULL;
    if (known) return meant[known - signs];
    if (c == '\r' || c == '\n') {
        if (c == '\r' && *at < end && **at == '\n') (*at)++;
        return -1;
    }
    if (c < '0' || c > '7') return c;
    int value = c - '0';
    for (int i = 0; i < 2 && *at < end && **at >= '0' && **at <= '7'; i++)
        value = value * 8 + (*(*at)++ - '0');
    return value & 255;
}

/* The same of "(Hello)"; at: behind its parenthesis. */
static long read_literal(const uint8_t *at, const uint8_t *end, uint8_t *out) {
    long used = 0;
    for (int depth = 1; at < end;) {
        int c = *at++;
        if (c == '(') depth++;
        if (c == ')' && --depth == 0) return used;
        if (c == '\\') {
            if (at == end) return -1;
            c = read_escape(&at, end);
        }
        if (c >= 0) out[used++] = (uint8_t)c;
    }
    return -1;
}

/* UTF-16, big end first, into UTF-8: at most three bytes for two. −1: half a pair. */
static long from_utf16(const uint8_t *data, size_t bytes, char *out) {
    char *start = out;
    for (size_t i = 0; i + 1 < bytes; i += 2) {
        uint32_t unit = (uint32_t)data[i] << 8 | data[i + 1];
        if (unit >= 0xDC00 && unit < 0xE000) return -1;
        if (unit >= 0xD800 && unit < 0xDC00) {
            if (i + 3 >= bytes) return -1;
            uint32_t low = (uint32_t)data[i + 2] << 8 | data[i + 3];
            if (low < 0xDC00 || low >= 0xE000) return -1;
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        }
        out += utf8_encode(unit, out);
    }
    return (long)(out - start);
}

/* The string object at `at` as UTF-8, malloc'd; NULL: there is none, or no memory (*no_memory). */
static char *read_string(const uint8_t *at, const uint8_t *end, bool *no_memory) {
    while (at < end && is_white(*at))
        at++;
    if (at == end || (*at != '(' && *at != '<')) return NULL;
    size_t most = (size_t)(end - at);
    uint8_t *raw = file_allocate(most, 1);
    char *text = raw ? file_allocate(most / 2 * 3 + 4, 1) : NULL;
    *no_memory = !text;
    long used = !text        ? -1
                : *at == '(' ? read_literal(at + 1, end, raw)
                             : read_hex(at + 1, end, raw);
    bool is_wide = used >= 2 && raw[0] == 0xFE && raw[1] == 0xFF;
    if (is_wide) {
        used = from_utf16(raw + 2, (size_t)used - 2, text);
    } else if (used >= 0) {
        memcpy(text, raw, (size_t)used);
    }
    free(raw);
    if (used < 0 || memchr(text, 0, (size_t)used) || !utf8_is_valid(text, (size_t)used)) {
        free(text);
        return NULL;
    }
    text[used] = '\0';
    return text;
}

static const uint8_t *find_name(const uint8_t *from, const uint8_t *end) {
    static const char name[] = "/Subject";
    const size_t length = sizeof name - 1;
    for (const uint8_t *at = from; at && (size_t)(end - at) >= length; at++) {
        at = memchr(at, '/', (size_t)(end - at));
        if (!at || (size_t)(end - at) < length) return NULL;
        if (memcmp(at, name, length) == 0) return at + length;
    }
    return NULL;
}

bool picture_text_of_pdf(const struct file_bytes *bytes, char **text, struct file_error *error) {
    enum { MOST_TRIES = 64 }; /* a file made to keep us busy has more */
    const uint8_t *end = bytes->data + bytes->size, *at = find_name(bytes->data, end);
    *text = NULL;
    for (int i = 0; at && i < MOST_TRIES; at = find_name(at, end), i++) {
        bool no_memory = false;
        char *found = read_string(at, end, &no_memory);
        if (no_memory) return file_error_memory(error, "PDF");
        if (found && found[0] == '{' && strstr(found, "\"headway\"")) {
            *text = found;
            return true;
        }
        free(found);
    }
    return true;
}

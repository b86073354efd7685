/* UTF-8: decoding one code point, repairing a text. */
#include "files/utf8.h"
#include "files/files.h"
#include "files/memory.h"
#include <string.h>

/* Table 3-7 of the Unicode Standard: what may follow a first byte. */
struct sequence {
    size_t bytes;
    uint8_t second_low, second_high;
    uint32_t first_bits;
};

static struct sequence sequence_of(uint8_t first) {
    if (first < 0x80) return (struct sequence){1, 0, 0, first};
    if (first < 0xC2) return (struct sequence){0, 0, 0, 0};
    if (first < 0xE0) return (struct sequence){2, 0x80, 0xBF, first & 0x1Fu};
    if (first < 0xF0) {
        uint8_t low = first == 0xE0 ? 0xA0 : 0x80;
        uint8_t high = first == 0xED ? 0x9F : 0xBF;
        return (struct sequence){3, low, high, first & 0x0Fu};
    }
    if (first < 0xF5) {
        uint8_t low = first == 0xF0 ? 0x90 : 0x80;
        uint8_t high = first == 0xF4 ? 0x8F : 0xBF;
        return (struct sequence){4, low, high, first & 0x07u};
    }
    return (struct sequence){0, 0, 0, 0};
}

size_t utf8_decode(const uint8_t *data, size_t size, uint32_t *code, bool *is_valid) {
    struct sequence sequence = sequence_of(data[0]);
    uint32_t value = sequence.first_bits;
    size_t taken = 1;
    *is_valid = false;
    *code = 0xFFFD;
    if (sequence.bytes == 0) return 1;
    for (; taken < sequence.bytes; taken++) {
        uint8_t low = taken == 1 ? sequence.second_low : 0x80;
        uint8_t high = taken == 1 ? sequence.second_high : 0xBF;
        if (taken == size || data[taken] < low || data[taken] > high) return taken;
        value = value << 6 | (data[taken] & 0x3Fu);
    }
    *is_valid = true;
    *code = value;
    return taken;
}

size_t utf8_encode(uint32_t code, char *out) {
    size_t bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t first[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    for (size_t i = bytes; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(first[bytes] | code);
    return bytes;
}

bool utf8_is_valid(const void *data, size_t size) {
    const uint8_t *bytes = data;
    bool is_valid = true;
    uint32_t code;
    for (size_t at = 0; at < size && is_valid;) {
        at += utf8_decode(bytes + at, size - at, &code, &is_valid);
    }
    return is_valid;
}

char *file_utf8_repair(const uint8_t *data, size_t size, size_t *replaced) {
    /* A bad byte becomes three at most. */
    if (replaced) *replaced = 0;
    if (size > (SIZE_MAX - 1) / 3) return NULL;
    char *text = file_allocate(size * 3 + 1, 1);
    if (!text) return NULL;
    size_t written = 0;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        bool is_valid;
        size_t taken = utf8_decode(data + at, size - at, &code, &is_valid);
        if (is_valid && code != 0) {
            memcpy(text + written, data + at, taken);
            written += taken;
        } else {
            memcpy(text + written, is_valid ? "\xE2\x90\x80" : "\xEF\xBF\xBD", 3);
            written += 3;
            if (replaced) ++*replaced;
        }
        at += taken;
    }
    char *fitted = file_reallocate(text, written + 1, 1);
    return fitted ? fitted : text;
}

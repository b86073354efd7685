/* The document inside a picture. The bytes as an SVG, a PDF, a PNG, whichever they begin like; as a
 * PNG's iTXt chunk, with sums that are right; and as a text put into each of the three, which has to
 * come back. What the SVG gives, and the chunk, is read a second time by plainer means. */
#include "files/picture_text.h"
#include "files/png_file.h"
#include "files/utf8.h"
#include "support_fuzz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
    uint8_t *at;
    size_t size, capacity;
};

static void put(struct bytes *to, const void *data, size_t size) {
    if (to->size + size > to->capacity) {
        to->capacity = 2 * (to->size + size) + 64;
        to->at = realloc(to->at, to->capacity);
        CHECK(to->at != NULL);
    }
    if (size) memcpy(to->at + to->size, data, size);
    to->size += size;
}

static void put_text(struct bytes *to, const char *text) {
    put(to, text, strlen(text));
}

/* A block of exactly the size, so that a read behind its end is seen. */
static struct file_bytes exact(struct bytes *from) {
    struct file_bytes made = {malloc(from->size ? from->size : 1), from->size};
    CHECK(made.data != NULL);
    if (from->size) memcpy(made.data, from->at, from->size);
    free(from->at);
    *from = (struct bytes){0};
    return made;
}

enum kind { KIND_SVG, KIND_PDF, KIND_PNG };

/* As open.c reads it; NULL: there is none, or it was refused (*is_refused). */
static char *text_of(enum kind kind, const struct file_bytes *file, bool *is_refused) {
    static const char *const names[] = {"SVG", "PDF", "PNG"};
    struct file_error error = {""};
    char *text = NULL;
    bool is_done =
        kind == KIND_SVG   ? picture_text_of_svg(file, &text, &error)
        : kind == KIND_PDF ? picture_text_of_pdf(file, &text, &error)
                           : png_file_decode(file->data, file->size, NULL, NULL, NULL, "headway",
                                             &text, &error);
    *is_refused = !is_done;
    if (!is_done) {
        CHECK(text == NULL);
        fuzz_check_error(&error, names[kind]);
    } else {
        CHECK(!text || utf8_is_valid(text, strlen(text)));
    }
    return text;
}

/* ---- SVG, a second time ---- */

static const uint8_t *after(const uint8_t *from, const uint8_t *end, const char *what) {
    size_t length = strlen(what);
    for (; from && (size_t)(end - from) >= length; from++)
        if (memcmp(from, what, length) == 0) return from + length;
    return NULL;
}

/* One character reference behind its &; −1: there is none. */
static long reference(const uint8_t **at, const uint8_t *end) {
    static const char *const names[] = {"amp;", "lt;", "gt;", "quot;", "apos;"};
    for (int i = 0; i < 5; i++)
        if ((size_t)(end - *at) >= strlen(names[i]) &&
            memcmp(*at, names[i], strlen(names[i])) == 0) {
            *at += strlen(names[i]);
            return "&<>\"'"[i];
        }
    if (*at == end || *(*at)++ != '#') return -1;
    const uint8_t *start = *at;
    int base = *at < end && **at == 'x' ? 16 : 10;
    *at += base == 16;
    const uint8_t *first = *at;
    unsigned long code = 0;
    for (; *at < end && **at != ';'; (*at)++) {
        uint8_t c = **at;
        int digit = c >= '0' && c <= '9'                 ? c - '0'
                    : base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : base == 16 && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                         : -1;
        if (digit < 0 || *at - start >= 8) return -1; /* no code point is written longer */
        code = code * (unsigned)base + (unsigned)digit;
    }
    if (*at == end || *at == first) return -1;
    (*at)++;
    bool is_code = code > 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    return is_code ? (long)code : -1;
}

static void check_svg(const struct file_bytes *file, const char *text, bool is_refused) {
    const uint8_t *end = file->data + file->size;
    const uint8_t *tag = after(file->data, end, "<headway:document");
    if (!tag) {
        CHECK(!text && !is_refused);
        return;
    }
    const uint8_t *from = after(tag, end, ">"), *to = after(from, end, "</headway:document");
    struct bytes expected = {0};
    bool is_good = from && to;
    to = is_good ? to - strlen("</headway:document") : NULL;
    while (is_good && from < to) {
        char code_bytes[4];
        uint8_t c = *from++;
        long code = c == '&' ? reference(&from, to) : c;
        is_good = c != '<' && code > 0;
        if (c == '&' && is_good)
            put(&expected, code_bytes, utf8_encode((uint32_t)code, code_bytes));
        else
            put(&expected, &c, 1);
    }
    is_good = is_good && utf8_is_valid(expected.at ? (void *)expected.at : "", expected.size);
    CHECK(is_refused == !is_good);
    CHECK(!is_good || (strlen(text) == expected.size &&
                       (!expected.size || memcmp(text, expected.at, expected.size) == 0)));
    free(expected.at);
}

/* ---- a PNG whose sums are right ---- */

static void put_number(struct bytes *to, uint32_t number) {
    uint8_t four[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                       (uint8_t)number};
    put(to, four, 4);
}

/* PNG 1.2, section 3.2: length, name, data, CRC-32 of name and data. */
static void put_chunk(struct bytes *to, const char *name, const void *data, size_t size) {
    put_number(to, (uint32_t)size);
    size_t from = to->size;
    put(to, name, 4);
    put(to, data, size);
    uint32_t sum = 0xFFFFFFFFu;
    for (size_t i = from; i < to->size; i++) {
        sum ^= to->at[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum & 1 ? sum >> 1 ^ 0xEDB88320u : sum >> 1;
    }
    put_number(to, ~sum);
}

/* One grey pixel, and the bytes as its international text. */
static struct file_bytes png_with_chunk(const uint8_t *data, size_t size) {
    static const uint8_t header[] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0};
    static const uint8_t pixel[] = {0x78, 0x9C, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01};
    struct bytes png = {0};
    put_text(&png, "\x89PNG\r\n\x1A\n");
    put_chunk(&png, "IHDR", header, sizeof header);
    put_chunk(&png, "iTXt", data, size);
    put_chunk(&png, "IDAT", pixel, sizeof pixel);
    put_chunk(&png, "IEND", NULL, 0);
    return exact(&png);
}

/* "headway", not compressed, any language and translation: the rest is the text. */
static void check_chunk(const uint8_t *data, size_t size, const char *text, bool is_refused) {
    static const char start[] = "headway\0\0"; /* and the method, which says nothing then */
    const size_t head = sizeof start;
    if (size < head || memcmp(data, start, sizeof start - 1) != 0 || data[head - 1] != 0) return;
    const uint8_t *end = data + size, *at = data + head;
    for (int field = 0; field < 2 && at; field++) {
        at = memchr(at, 0, (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    if (!at) return;
    size_t length = 0;
    while (at + length < end && at[length])
        length++;
    bool is_good = utf8_is_valid(at, length);
    CHECK(is_refused == !is_good);
    CHECK(!is_good || (text && strlen(text) == length && memcmp(text, at, length) == 0));
}

/* ---- there and back ---- */

static struct file_bytes into_svg(const char *text) {
    struct bytes svg = {0};
    put_text(&svg, "<svg><metadata><headway:document>");
    for (; *text; text++) {
        char number[16];
        bool is_plain = !strchr("&<>\"'", *text);
        snprintf(number, sizeof number, *text == '\'' ? "&#x%x;" : "&#%d;", *text);
        put(&svg, is_plain ? text : number, is_plain ? 1 : strlen(number));
    }
    put_text(&svg, "</headway:document></metadata></svg>");
    return exact(&svg);
}

/* As cairo writes it: in parentheses where every byte is ASCII, else UTF-16 in hexadecimal digits. */
static struct file_bytes into_pdf(const char *text) {
    struct bytes pdf = {0};
    bool is_ascii = true;
    for (const char *c = text; *c; c++)
        is_ascii = is_ascii && (unsigned char)*c < 0x80;
    put_text(&pdf, "%PDF-1.5\n<< /Subject ");
    put_text(&pdf, is_ascii ? "(" : "<FEFF");
    for (size_t at = 0, bytes = strlen(text); at < bytes;) {
        char written[16];
        uint32_t code;
        bool is_valid;
        at += utf8_decode((const uint8_t *)text + at, bytes - at, &code, &is_valid);
        if (is_ascii && strchr("()\\\r", (int)code))
            snprintf(written, sizeof written, "\\%03o", code);
        else if (is_ascii)
            snprintf(written, sizeof written, "%c", (char)code);
        else if (code < 0x10000)
            snprintf(written, sizeof written, "%04X", code);
        else
            snprintf(written, sizeof written, "%04x %04X", 0xD800 + ((code - 0x10000) >> 10),
                     0xDC00 + ((code - 0x10000) & 0x3FF));
        put_text(&pdf, written);
    }
    put_text(&pdf, is_ascii ? ")" : ">");
    return exact(&pdf);
}

static void check_back(enum kind kind, struct file_bytes file, const char *text) {
    bool is_refused;
    char *back = text_of(kind, &file, &is_refused);
    CHECK(!is_refused && back && strcmp(back, text) == 0);
    free(back);
    file_bytes_free(&file);
}

static void check_there_and_back(const uint8_t *data, size_t size) {
    struct bytes document = {0};
    struct file_bytes png = {0};
    struct file_error error = {""};
    const uint32_t pixel = 0x123456;
    if (!utf8_is_valid(data, size) || memchr(data, 0, size)) return;
    put_text(&document, "{\"headway\":");
    put(&document, data, size);
    put(&document, "", 1);
    const char *text = (const char *)document.at;
    check_back(KIND_SVG, into_svg(text), text);
    check_back(KIND_PDF, into_pdf(text), text);
    CHECK(png_file_encode((const uint8_t *)&pixel, 1, 1, 4, "headway", text, &png, &error));
    check_back(KIND_PNG, png, text);
    free(document.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct file_bytes file = {malloc(size ? size : 1), size};
    bool is_refused;
    CHECK(file.data != NULL);
    if (size) memcpy(file.data, data, size);
    bool is_pdf = picture_text_is_pdf(&file), is_svg = picture_text_is_svg(&file);
    CHECK(!(is_pdf && is_svg));
    char *text = text_of(KIND_SVG, &file, &is_refused);
    check_svg(&file, text, is_refused);
    free(text);
    text = text_of(KIND_PDF, &file, &is_refused);
    CHECK(!is_refused && (!text || (text[0] == '{' && strstr(text, "\"headway\""))));
    free(text);
    free(text_of(KIND_PNG, &file, &is_refused));
    file_bytes_free(&file);
    file = png_with_chunk(data, size);
    text = text_of(KIND_PNG, &file, &is_refused);
    check_chunk(data, size, text, is_refused);
    free(text);
    file_bytes_free(&file);
    check_there_and_back(data, size);
    return 0;
}

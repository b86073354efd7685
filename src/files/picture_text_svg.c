#include "files/error.h"
#include "files/memory.h"
#include "files/picture_text.h"
#include "files/utf8.h"
#include <stdlib.h>
#include <string.h>

#define ELEMENT "headway:document"

static const char *find(const char *from, const char *end, const char *what) {
    size_t length = strlen(what);
    for (const char *at = from; (size_t)(end - at) >= length; at++) {
        at = memchr(at, what[0], (size_t)(end - at));
        if (!at || (size_t)(end - at) < length) return NULL;
        if (memcmp(at, what, length) == 0) return at;
    }
    return NULL;
}

static bool begins(const char *at, const char *end, const char *what) {
    size_t length = strlen(what);
    return (size_t)(end - at) >= length && memcmp(at, what, length) == 0;
}

bool picture_text_is_svg(const struct file_bytes *bytes) {
    const char *at = (const char *)bytes->data, *end = at + bytes->size;
    if (!at) return false;
    if (begins(at, end, "\xEF\xBB\xBF")) at += 3;
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    if (begins(at, end, "<svg")) return true;
    bool is_xml =
        begins(at, end, "<?xml") || begins(at, end, "<!--") || begins(at, end, "<!DOCTYPE svg");
    return is_xml && find(at, end, "<svg");
}

/* The code point of "&#65;", "&#x41;" or a named entity without its & and ;. −1: none. */
static long entity_code(const char *name, size_t bytes) {
    static const struct {
        const char *name;
        char sign;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == bytes && memcmp(known[i].name, name, bytes) == 0)
            return known[i].sign;
    if (bytes < 2 || bytes > 9 || name[0] != '#') return -1;
    bool is_hex = name[1] == 'x';
    size_t count = bytes - (is_hex ? 2 : 1);
    char digits[16] = "";
    memcpy(digits, name + (is_hex ? 2 : 1), count);
    /* strtol takes white space, signs and a second 0x. */
    const char *allowed = is_hex ? "0123456789abcdefABCDEF" : "0123456789";
    if (count == 0 || strspn(digits, allowed) != count) return -1;
    long code = strtol(digits, NULL, is_hex ? 16 : 10);
    bool is_possible = code > 0 && code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF);
    return is_possible ? code : -1;
}

/* Character data from `at` to `end` into out, which has as much room; the bytes written, or −1
 * where it is damaged. No entity is shorter than what it stands for. */
static long unescape(const char *at, const char *end, char *out) {
    char *start = out;
    while (at < end) {
        if (*at == '<' || *at == '\0') return -1;
        if (*at != '&') {
            *out++ = *at++;
            continue;
        }
        const char *semicolon = memchr(at, ';', (size_t)(end - at));
        if (!semicolon) return -1;
        long code = entity_code(at + 1, (size_t)(semicolon - at) - 1);
        if (code < 0) return -1;
        out += utf8_encode((uint32_t)code, out);
        at = semicolon + 1;
    }
    return (long)(out - start);
}

bool picture_text_of_svg(const struct file_bytes *bytes, char **text, struct file_error *error) {
    return picture_text_of_xml(bytes, "SVG", text, error);
}

bool picture_text_of_xml(const struct file_bytes *bytes, const char *kind, char **text,
                         struct file_error *error) {
    const char *data = (const char *)bytes->data, *end = data + bytes->size;
    *text = NULL;
    const char *tag = find(data, end, "<" ELEMENT);
    if (!tag) return true;
    const char *from = memchr(tag, '>', (size_t)(end - tag));
    const char *to = from ? find(from, end, "</" ELEMENT) : NULL;
    if (!to)
        return file_error_set(error, "the document in the %s is cut off; get the whole file", kind);
    from++;
    char *out = file_allocate((size_t)(to - from) + 1, 1);
    if (!out) return file_error_memory(error, kind);
    long used = unescape(from, to, out);
    if (used < 0 || !utf8_is_valid(out, (size_t)used)) {
        free(out);
        return file_error_set(error, "the document in the %s is damaged; get the file again", kind);
    }
    out[used] = '\0';
    *text = out;
    return true;
}

#include "files/error.h"
#include "files/memory.h"
#include "files/picture_text.h"
#include "files/png_limits.h"
#include "files/utf8.h"
#include <stdlib.h>
#include <string.h>

enum { EXTENSION = 0x21, COMMENT = 0xFE, IMAGE = 0x2C, END = 0x3B };

bool picture_text_is_gif(const struct file_bytes *bytes) {
    return bytes->size >= 6 &&
           (memcmp(bytes->data, "GIF87a", 6) == 0 || memcmp(bytes->data, "GIF89a", 6) == 0);
}

/* Blocks of up to 255 bytes, each after its size, and a size of 0: their bytes into `out` (NULL:
 * only counted). Returns what comes after; NULL: it is cut off. */
static const uint8_t *read_blocks(const uint8_t *at, const uint8_t *end, uint8_t *out,
                                  size_t *bytes) {
    *bytes = 0;
    while (at < end && *at) {
        size_t size = *at++;
        if ((size_t)(end - at) < size) return NULL;
        if (out) memcpy(out + *bytes, at, size);
        *bytes += size;
        at += size;
    }
    return at < end ? at + 1 : NULL;
}

/* A comment that is a document: an object with the key that every document has. */
static bool take_comment(const uint8_t *at, const uint8_t *end, size_t bytes, char **text,
                         struct file_error *error) {
    if (bytes > PNG_FILE_MAX_TEXT_BYTES) return true;
    char *comment = file_allocate(bytes + 1, 1);
    if (!comment) return file_error_memory(error, "GIF");
    read_blocks(at, end, (uint8_t *)comment, &bytes);
    bool is_ours = comment[0] == '{' && utf8_is_valid(comment, bytes) &&
                   !memchr(comment, 0, bytes) && strstr(comment, "\"headway\"");
    if (is_ours)
        *text = comment;
    else
        free(comment);
    return true;
}

/* The bytes of a colour table, by the flags before it. */
static size_t table_bytes(uint8_t flags) {
    return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* To the blocks of an image: its frame, its colours, the size of a code. NULL: cut off. */
static const uint8_t *skip_image_head(const uint8_t *at, const uint8_t *end) {
    if (end - at < 9) return NULL;
    size_t size = 9 + table_bytes(at[8]) + 1;
    return (size_t)(end - at) < size ? NULL : at + size;
}

bool picture_text_of_gif(const struct file_bytes *bytes, char **text, struct file_error *error) {
    const uint8_t *at = bytes->data, *end = at + bytes->size;
    *text = NULL;
    size_t head = bytes->size >= 13 ? 13 + table_bytes(at[10]) : SIZE_MAX;
    at = head <= bytes->size ? at + head : NULL;
    while (at && at < end && *at != END) {
        uint8_t kind = *at++, label = 0;
        if (kind == EXTENSION && at < end) label = *at++;
        if (kind == IMAGE) at = skip_image_head(at, end);
        const uint8_t *blocks = at;
        size_t size = 0;
        at = at && (kind == EXTENSION || kind == IMAGE) ? read_blocks(at, end, NULL, &size) : NULL;
        if (!at || kind != EXTENSION || label != COMMENT) continue;
        if (!take_comment(blocks, end, size, text, error)) return false;
        if (*text) return true;
    }
    if (at && at < end) return true;
    return file_error_set(error, "the GIF is cut off or damaged; get the whole file");
}

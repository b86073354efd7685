#include "files/error.h"
#include "files/picture_text.h"
#include "files/png_limits.h"
#include <string.h>

static uint32_t little_endian(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool picture_text_is_webp(const struct file_bytes *bytes) {
    return bytes->size >= 12 && memcmp(bytes->data, "RIFF", 4) == 0 &&
           memcmp(bytes->data + 8, "WEBP", 4) == 0;
}

/* RIFF: after twelve bytes, chunks of a name, a size and as many bytes, filled up to an even
 * number. */
bool picture_text_of_webp(const struct file_bytes *bytes, char **text, struct file_error *error) {
    *text = NULL;
    size_t said = (size_t)little_endian(bytes->data + 4) + 8;
    bool is_whole = said >= 12 && said <= bytes->size;
    const uint8_t *at = bytes->data + 12, *end = bytes->data + (is_whole ? said : bytes->size);
    while (is_whole && at < end) {
        is_whole = end - at >= 8;
        size_t size = is_whole ? little_endian(at + 4) : 0;
        if (!is_whole || size > (size_t)(end - at) - 8) break;
        if (memcmp(at, "XMP ", 4) == 0 && size <= PNG_FILE_MAX_TEXT_BYTES) {
            struct file_bytes packet = {(uint8_t *)(uintptr_t)(at + 8), size}; /* only read */
            return picture_text_of_xml(&packet, "WebP", text, error);
        }
        size += size & 1;
        if (size > (size_t)(end - at) - 8) break;
        at += 8 + size;
    }
    if (is_whole && at == end) return true;
    return file_error_set(error, "the WebP is cut off or damaged; get the whole file");
}

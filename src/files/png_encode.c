/* Writing PNG: RGB, 8 bit, filter UP, compression level 3 (measured: smaller and faster than
 * libpng's own choice on pictures of a user interface), no time stamp, so that the same picture is
 * the same file. */
#include "files/error.h"
#include "files/memory.h"
#include "files/png_file.h"
#include "files/png_limits.h"
#include "files/utf8.h"
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct encoding {
    struct file_bytes bytes;
    size_t capacity;
    uint8_t *row;         /* [width, 3] */
    char *keyword, *text; /* copies: libpng takes them unconst */
    struct file_error *error;
    jmp_buf failed;
};

static void fail(png_structp png, png_const_charp why) {
    struct encoding *encoding = png_get_error_ptr(png);
    file_error_set(encoding->error, "cannot make the PNG: %.200s; try a smaller picture.", why);
    longjmp(encoding->failed, 1);
}

static void ignore(png_structp png, png_const_charp why) {
    (void)png;
    (void)why;
}

static void append(png_structp png, png_bytep data, size_t size) {
    struct encoding *encoding = png_get_io_ptr(png);
    struct file_bytes *bytes = &encoding->bytes;
    if (size > SIZE_MAX / 4 - bytes->size) png_error(png, "it is too large");
    size_t needed = bytes->size + size + 1;
    if (needed > encoding->capacity) {
        size_t capacity = needed + needed / 2 + 65536;
        uint8_t *grown = file_reallocate(bytes->data, capacity, 1);
        if (!grown) png_error(png, "there is not enough memory");
        bytes->data = grown;
        encoding->capacity = capacity;
    }
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    bytes->data[bytes->size] = 0;
}

static void flush(png_structp png) {
    (void)png;
}

static void write_text(png_structp png, png_infop header, struct encoding *encoding) {
    png_text chunk = {.compression = PNG_ITXT_COMPRESSION_NONE,
                      .key = encoding->keyword,
                      .text = encoding->text,
                      .itxt_length = strlen(encoding->text),
                      .lang = NULL,
                      .lang_key = NULL};
    png_set_text(png, header, &chunk, 1);
}

static void write_rows(png_structp png, const uint8_t *pixels, size_t width, size_t height,
                       size_t stride_bytes, uint8_t *row) {
    for (size_t y = 0; y < height; y++) {
        const uint8_t *from = pixels + y * stride_bytes;
        for (size_t x = 0; x < width; x++) {
            uint32_t pixel;
            memcpy(&pixel, from + 4 * x, sizeof pixel);
            row[3 * x] = (uint8_t)(pixel >> 16);
            row[3 * x + 1] = (uint8_t)(pixel >> 8);
            row[3 * x + 2] = (uint8_t)pixel;
        }
        png_write_row(png, row);
    }
}

/* Everything that libpng may leave by a jump; what must be released is in `encoding`. */
static bool encode(png_structp png, png_infop header, struct encoding *encoding,
                   const uint8_t *pixels, size_t width, size_t height, size_t stride_bytes) {
    if (setjmp(encoding->failed)) return false;
    png_set_write_fn(png, encoding, append, flush);
    png_set_compression_level(png, 3);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_set_IHDR(png, header, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (encoding->keyword) write_text(png, header, encoding);
    png_write_info(png, header);
    write_rows(png, pixels, width, height, stride_bytes, encoding->row);
    png_write_end(png, header);
    return true;
}

static bool check(size_t width, size_t height, size_t stride_bytes, const char *keyword,
                  const char *text, struct file_error *error) {
    if (width < 1 || height < 1 || width > PNG_FILE_MAX_SIDE || height > PNG_FILE_MAX_SIDE ||
        width > PNG_FILE_MAX_PIXELS / height)
        return file_error_set(error,
                              "a PNG of %zu × %zu pixels cannot be made; use 1 to %d a side and at "
                              "most %zu megapixels.",
                              width, height, PNG_FILE_MAX_SIDE, PNG_FILE_MAX_PIXELS >> 20);
    if (stride_bytes < width * 4)
        return file_error_set(
            error,
            "the picture's rows of %zu bytes are shorter than %zu pixels; use 4 bytes a pixel.",
            stride_bytes, width);
    if (!keyword || !text) return true;
    size_t key_bytes = strlen(keyword);
    if (key_bytes < 1 || key_bytes > 79)
        return file_error_set(error, "the PNG keyword has %zu bytes; use 1 to 79.", key_bytes);
    if (strlen(text) > PNG_FILE_MAX_TEXT_BYTES)
        return file_error_set(error,
                              "the text for the PNG is larger than %zu MiB; use a shorter one.",
                              PNG_FILE_MAX_TEXT_BYTES >> 20);
    if (!utf8_is_valid(text, strlen(text)))
        return file_error_set(error, "the text for the PNG is not valid UTF-8; repair it first.");
    return true;
}

bool png_file_encode(const uint8_t *pixels, size_t width, size_t height, size_t stride_bytes,
                     const char *keyword, const char *text, struct file_bytes *out,
                     struct file_error *error) {
    *out = (struct file_bytes){0};
    if (!check(width, height, stride_bytes, keyword, text, error)) return false;
    struct encoding encoding = {.error = error, .row = file_allocate(width, 3)};
    bool has_text = keyword && text, is_encoded = false;
    if (has_text) {
        encoding.keyword = file_copy_text(keyword, strlen(keyword));
        encoding.text = file_copy_text(text, strlen(text));
    }
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &encoding, fail, ignore);
    png_infop header = png ? png_create_info_struct(png) : NULL;
    if (!header || !encoding.row || (has_text && (!encoding.keyword || !encoding.text))) {
        file_error_memory(error, "PNG");
    } else {
        is_encoded = encode(png, header, &encoding, pixels, width, height, stride_bytes);
    }
    png_destroy_write_struct(&png, &header);
    free(encoding.row);
    free(encoding.keyword);
    free(encoding.text);
    if (is_encoded) {
        *out = encoding.bytes;
    } else {
        file_bytes_free(&encoding.bytes);
    }
    return is_encoded;
}

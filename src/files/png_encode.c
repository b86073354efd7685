/* Writing PNG: RGB, 8 bit, filter UP, compression level 3 (measured: smaller and faster than
 * libpng's own choice on pictures of a user interface), no time stamp, so that the same picture is
 * the same file. */
#include "files/error.h"
#include "files/memory.h"
#include "files/png_file.h"
#include "files/png_limits.h"
#include "files/utf8.h"
#include <assert.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct png_encoder {
    png_structp png;
    png_infop header;
    size_t width, height, row_at;
    struct file_bytes bytes;
    size_t capacity;
    uint8_t *row;         /* [width, 3] */
    char *keyword, *text; /* copies: libpng takes them unconst */
    struct file_error *error;
    jmp_buf failed;
};

static void fail(png_structp png, png_const_charp why) {
    struct png_encoder *encoding = png_get_error_ptr(png);
    file_error_set(encoding->error, "cannot make the PNG: %.200s; try a smaller picture.", why);
    longjmp(encoding->failed, 1);
}

static void ignore(png_structp png, png_const_charp why) {
    (void)png;
    (void)why;
}

static void append(png_structp png, png_bytep data, size_t size) {
    struct png_encoder *encoding = png_get_io_ptr(png);
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

static void write_text(png_structp png, png_infop header, struct png_encoder *encoding) {
    png_text chunk = {.compression = PNG_ITXT_COMPRESSION_NONE,
                      .key = encoding->keyword,
                      .text = encoding->text,
                      .itxt_length = strlen(encoding->text),
                      .lang = NULL,
                      .lang_key = NULL};
    png_set_text(png, header, &chunk, 1);
}

static void write_rows(struct png_encoder *encoding, const uint8_t *pixels, size_t rows,
                       size_t stride_bytes) {
    uint8_t *row = encoding->row;
    for (size_t y = 0; y < rows; y++) {
        const uint8_t *from = pixels + y * stride_bytes;
        for (size_t x = 0; x < encoding->width; x++) {
            uint32_t pixel;
            memcpy(&pixel, from + 4 * x, sizeof pixel);
            row[3 * x] = (uint8_t)(pixel >> 16);
            row[3 * x + 1] = (uint8_t)(pixel >> 8);
            row[3 * x + 2] = (uint8_t)pixel;
        }
        png_write_row(encoding->png, row);
        encoding->row_at++;
    }
}

/* What follows, libpng may leave by a jump; what must be released is in `encoding`. */

static bool begin(struct png_encoder *encoding) {
    png_structp png = encoding->png;
    if (setjmp(encoding->failed)) return false;
    png_set_write_fn(png, encoding, append, flush);
    png_set_compression_level(png, 3);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_set_IHDR(png, encoding->header, (png_uint_32)encoding->width, (png_uint_32)encoding->height,
                 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (encoding->keyword) write_text(png, encoding->header, encoding);
    png_write_info(png, encoding->header);
    return true;
}

bool png_encoder_rows(struct png_encoder *encoding, const uint8_t *pixels, size_t rows,
                      size_t stride_bytes, struct file_error *error) {
    encoding->error = error;
    if (stride_bytes < encoding->width * 4)
        return file_error_set(
            error,
            "the picture's rows of %zu bytes are shorter than %zu pixels; use 4 bytes a pixel.",
            stride_bytes, encoding->width);
    assert(rows <= encoding->height - encoding->row_at);
    if (setjmp(encoding->failed)) return false;
    write_rows(encoding, pixels, rows, stride_bytes);
    return true;
}

bool png_encoder_finish(struct png_encoder *encoding, struct file_bytes *out,
                        struct file_error *error) {
    encoding->error = error;
    *out = (struct file_bytes){0};
    assert(encoding->row_at == encoding->height);
    if (setjmp(encoding->failed)) return false;
    png_write_end(encoding->png, encoding->header);
    *out = encoding->bytes;
    encoding->bytes = (struct file_bytes){0};
    return true;
}

static bool check(size_t width, size_t height, const char *keyword, const char *text,
                  struct file_error *error) {
    if (width < 1 || height < 1 || width > PNG_FILE_MAX_SIDE || height > PNG_FILE_MAX_SIDE ||
        width > PNG_FILE_MAX_PIXELS / height)
        return file_error_set(error,
                              "a PNG of %zu × %zu pixels cannot be made; use 1 to %d a side and at "
                              "most %zu megapixels.",
                              width, height, PNG_FILE_MAX_SIDE, PNG_FILE_MAX_PIXELS >> 20);
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

void png_encoder_free(struct png_encoder *encoding) {
    if (!encoding) return;
    png_destroy_write_struct(&encoding->png, &encoding->header);
    free(encoding->row);
    free(encoding->keyword);
    free(encoding->text);
    file_bytes_free(&encoding->bytes);
    free(encoding);
}

struct png_encoder *png_encoder_new(size_t width, size_t height, const char *keyword,
                                    const char *text, struct file_error *error) {
    if (!check(width, height, keyword, text, error)) return NULL;
    bool has_text = keyword && text;
    struct png_encoder *encoding = file_allocate(1, sizeof *encoding);
    if (!encoding) {
        file_error_memory(error, "PNG");
        return NULL;
    }
    *encoding = (struct png_encoder){
        .width = width, .height = height, .error = error, .row = file_allocate(width, 3)};
    if (has_text) {
        encoding->keyword = file_copy_text(keyword, strlen(keyword));
        encoding->text = file_copy_text(text, strlen(text));
    }
    encoding->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, encoding, fail, ignore);
    encoding->header = encoding->png ? png_create_info_struct(encoding->png) : NULL;
    bool is_ready =
        encoding->header && encoding->row && (!has_text || (encoding->keyword && encoding->text));
    if (!is_ready) file_error_memory(error, "PNG");
    if (is_ready && begin(encoding)) return encoding;
    png_encoder_free(encoding);
    return NULL;
}

bool png_file_encode(const uint8_t *pixels, size_t width, size_t height, size_t stride_bytes,
                     const char *keyword, const char *text, struct file_bytes *out,
                     struct file_error *error) {
    *out = (struct file_bytes){0};
    struct png_encoder *encoder = png_encoder_new(width, height, keyword, text, error);
    bool is_done = encoder && png_encoder_rows(encoder, pixels, height, stride_bytes, error) &&
                   png_encoder_finish(encoder, out, error);
    png_encoder_free(encoder);
    return is_done;
}

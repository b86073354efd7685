/* Reading PNG: any kind becomes RGB, 8 bit; the whole file is checked, its text is handed out. */
#include "files/error.h"
#include "files/memory.h"
#include "files/png_file.h"
#include "files/png_limits.h"
#include "files/utf8.h"
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct decoding {
    const uint8_t *data;
    size_t size, at;
    size_t width, height;
    uint32_t *pixels; /* [height, width]; NULL when nobody wants them */
    uint8_t *row;     /* one row, [width, 4], then */
    bool wants_pixels;
    struct file_error *error;
    jmp_buf failed;
};

static void fail(png_structp png, png_const_charp why) {
    struct decoding *decoding = png_get_error_ptr(png);
    file_error_set(
        decoding->error,
        "this is not a usable PNG (%.200s); open another file or export the picture again.", why);
    longjmp(decoding->failed, 1);
}

static void ignore(png_structp png, png_const_charp why) {
    (void)png;
    (void)why;
}

static void take(png_structp png, png_bytep to, size_t size) {
    struct decoding *decoding = png_get_io_ptr(png);
    if (size > decoding->size - decoding->at) png_error(png, "it ends too early");
    memcpy(to, decoding->data + decoding->at, size);
    decoding->at += size;
}

static void set_limits(png_structp png, struct decoding *decoding) {
    png_set_read_fn(png, decoding, take);
    png_set_user_limits(png, PNG_FILE_MAX_SIDE, PNG_FILE_MAX_SIDE);
    png_set_chunk_malloc_max(png, PNG_FILE_MAX_TEXT_BYTES + 1024);
    png_set_chunk_cache_max(png, 256);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
}

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* libpng takes the memory for a whole text chunk before it reads the first byte of it, whatever the
 * limits say: a chunk that claims more than the file has is refused here. */
static void check_chunks(png_structp png, const struct decoding *decoding) {
    enum { SIGNATURE = 8, AROUND = 12 }; /* length, name and sum of a chunk */
    const size_t size = decoding->size;
    if (size < SIGNATURE + AROUND || png_sig_cmp(decoding->data, 0, SIGNATURE) != 0) return;
    for (size_t at = SIGNATURE; at <= size - AROUND;) {
        const uint8_t *chunk = decoding->data + at;
        size_t length = big_endian(chunk);
        if (length > size - AROUND - at) png_error(png, "it ends too early");
        if (memcmp(chunk + 4, "IEND", 4) == 0) return; /* what follows is no part of it */
        at += AROUND + length;
    }
}

/* Deflate makes at most 1,032 bytes of one: a small file that claims a large picture is refused
 * before memory is taken for it. */
static void check_size(png_structp png, png_infop header, const struct decoding *decoding) {
    size_t row_bytes = png_get_rowbytes(png, header);
    if (decoding->width > PNG_FILE_MAX_PIXELS / decoding->height) png_error(png, "it is too large");
    if (row_bytes * decoding->height / 1100 > decoding->size) png_error(png, "it ends too early");
}

/* Whatever the file holds, libpng hands out rows of R, G, B, 255. Transparency is dropped. */
static int set_output(png_structp png, png_infop header) {
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    png_set_filler(png, 255, PNG_FILLER_AFTER);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, header);
    return passes;
}

static void pack_row(uint8_t *row, size_t width) {
    for (size_t x = 0; x < width; x++) {
        const uint8_t *bytes = row + 4 * x;
        uint32_t pixel = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
        memcpy(row + 4 * x, &pixel, sizeof pixel);
    }
}

/* Everything that libpng may leave by a jump; what must be released is in `decoding`. */
static bool decode(png_structp png, png_infop header, struct decoding *decoding) {
    if (setjmp(decoding->failed)) return false;
    set_limits(png, decoding);
    check_chunks(png, decoding);
    png_read_info(png, header);
    decoding->width = png_get_image_width(png, header);
    decoding->height = png_get_image_height(png, header);
    check_size(png, header, decoding);
    int passes = set_output(png, header);
    if (png_get_rowbytes(png, header) != decoding->width * 4) png_error(png, "its kind is unknown");
    if (decoding->wants_pixels)
        decoding->pixels = file_allocate(decoding->width * decoding->height, 4);
    decoding->row = file_allocate(decoding->width, 4);
    if (!decoding->row || (decoding->wants_pixels && !decoding->pixels))
        png_error(png, "there is not enough memory for it");
    for (int pass = 0; pass < passes; pass++) {
        for (size_t y = 0; y < decoding->height; y++) {
            uint8_t *to = decoding->pixels ? (uint8_t *)(decoding->pixels + y * decoding->width)
                                           : decoding->row;
            png_read_row(png, to, NULL);
        }
    }
    png_read_end(png, header);
    for (size_t y = 0; y < decoding->height && decoding->pixels; y++)
        pack_row((uint8_t *)(decoding->pixels + y * decoding->width), decoding->width);
    return true;
}

/* *text is a copy of the first international text under the keyword, or NULL when there is none. */
static bool find_text(png_structp png, png_infop header, const char *keyword, char **text,
                      struct file_error *error) {
    png_textp chunks = NULL;
    int count = 0;
    png_get_text(png, header, &chunks, &count);
    for (int i = 0; i < count; i++) {
        if (chunks[i].compression < PNG_ITXT_COMPRESSION_NONE || !chunks[i].text ||
            strcmp(chunks[i].key, keyword) != 0)
            continue;
        size_t bytes = strlen(chunks[i].text);
        if (!utf8_is_valid(chunks[i].text, bytes))
            return file_error_set(error,
                                  "the text inside this PNG is damaged; export the picture again.");
        *text = file_copy_text(chunks[i].text, bytes);
        return *text || file_error_memory(error, "PNG");
    }
    return true;
}

bool png_file_decode(const void *data, size_t size, uint32_t **pixels, size_t *width,
                     size_t *height, const char *keyword, char **text, struct file_error *error) {
    if (pixels) *pixels = NULL;
    if (text) *text = NULL;
    if (width) *width = 0;
    if (height) *height = 0;
    struct decoding decoding = {
        .data = data, .size = size, .wants_pixels = pixels != NULL, .error = error};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoding, fail, ignore);
    png_infop header = png ? png_create_info_struct(png) : NULL;
    bool is_decoded = false;
    if (!header) {
        file_error_memory(error, "PNG");
    } else {
        is_decoded = decode(png, header, &decoding) &&
                     (!text || !keyword || find_text(png, header, keyword, text, error));
    }
    png_destroy_read_struct(&png, &header, NULL);
    free(decoding.row);
    if (!is_decoded) {
        free(decoding.pixels);
        return false;
    }
    if (pixels) *pixels = decoding.pixels;
    if (width) *width = decoding.width;
    if (height) *height = decoding.height;
    return true;
}

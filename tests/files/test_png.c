/* PNG: the same picture is the same file; the text travels with it; bad files are refused. */
#include "files/memory.h"
#include "files/png_file.h"
#include "support_files.h"
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

enum { WIDTH = 7, HEIGHT = 5, STRIDE_PIXELS = 9 };
static uint32_t picture[HEIGHT][STRIDE_PIXELS];
static struct file_error error;
static const char text[] = "{\"text\": \"the cat \xE7\x8C\xAB\"}";

static int paint(void **state) {
    (void)state;
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < STRIDE_PIXELS; x++)
            picture[y][x] =
                0xAB000000u | (x * 36) << 16 | (y * 50) << 8 | (x * y); /* top: ignored */
    return 0;
}

static struct file_bytes encode(const char *keyword, const char *what) {
    struct file_bytes bytes;
    if (!png_file_encode((const uint8_t *)picture, WIDTH, HEIGHT, sizeof picture[0], keyword, what,
                         &bytes, &error))
        fail_msg("%s", error.text);
    return bytes;
}

static bool decode_text(const struct file_bytes *bytes, char **out) {
    uint8_t *copy = malloc(bytes->size ? bytes->size : 1);
    memcpy(copy, bytes->data, bytes->size);
    bool is_read = png_file_decode(copy, bytes->size, NULL, NULL, NULL, "headway", out, &error);
    free(copy);
    return is_read;
}

static void a_picture_comes_back_with_its_text(void **state) {
    (void)state;
    struct file_bytes bytes = encode("headway", text);
    uint32_t *pixels;
    size_t width, height;
    char *found;
    assert_true(png_file_decode(bytes.data, bytes.size, &pixels, &width, &height, "headway", &found,
                                &error));
    assert_int_equal(width, WIDTH);
    assert_int_equal(height, HEIGHT);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            assert_int_equal(pixels[y * WIDTH + x], picture[y][x] & 0xFFFFFF);
    assert_string_equal(found, text);
    free(pixels);
    free(found);
    assert_true(png_file_decode(bytes.data, bytes.size, NULL, NULL, NULL, "other", &found, &error));
    assert_null(found);
    assert_true(png_file_decode(bytes.data, bytes.size, NULL, NULL, NULL, NULL, NULL, NULL));
    file_bytes_free(&bytes);
    bytes = encode(NULL, NULL);
    assert_true(decode_text(&bytes, &found));
    assert_null(found);
    file_bytes_free(&bytes);
}

/* Chunks: IHDR, iTXt, IDAT, IEND and no other: no time, no software, no gamma. */
static void the_file_is_plain_and_always_the_same(void **state) {
    (void)state;
    struct file_bytes bytes = encode("headway", text), again = encode("headway", text);
    assert_int_equal(bytes.size, again.size);
    assert_memory_equal(bytes.data, again.data, bytes.size);
    static const char *const names[] = {"IHDR", "iTXt", "IDAT", "IEND"};
    size_t at = 8;
    for (size_t i = 0; i < 4; i++) {
        assert_true(at + 12 <= bytes.size);
        assert_memory_equal(bytes.data + at + 4, names[i], 4);
        at += 12 + ((size_t)bytes.data[at + 2] << 8) + bytes.data[at + 3];
    }
    assert_int_equal(at, bytes.size);
    assert_int_equal(bytes.data[24], 8); /* bits */
    assert_int_equal(bytes.data[25], 2); /* RGB */
    file_bytes_free(&bytes);
    file_bytes_free(&again);
}

static void every_cut_file_is_refused(void **state) {
    (void)state;
    struct file_bytes bytes = encode("headway", text);
    size_t whole = bytes.size;
    for (bytes.size = 0; bytes.size < whole; bytes.size++) {
        char *found;
        if (decode_text(&bytes, &found)) fail_msg("accepted %zu of %zu", bytes.size, whole);
        assert_null(found);
        test_error_names(&error, "PNG");
    }
    file_bytes_free(&bytes);
}

/* Every chunk carries a checksum, so that every flipped bit is seen. */
static void every_flipped_bit_is_refused(void **state) {
    (void)state;
    struct file_bytes bytes = encode("headway", text);
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        char *found;
        bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (decode_text(&bytes, &found)) fail_msg("accepted with bit %zu flipped", bit);
        bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    file_bytes_free(&bytes);
}

static uint32_t checksum(const uint8_t *data, size_t size) {
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    }
    return ~crc;
}

static void put32(uint8_t *to, uint32_t value) {
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Sizes that the file cannot hold are refused before memory is taken: the hook would see it. */
static size_t largest_bytes;
static bool watch(size_t bytes) {
    if (bytes > largest_bytes) largest_bytes = bytes;
    return true;
}

static void small_files_that_claim_large_pictures(void **state) {
    (void)state;
    static const uint32_t sides[][2] = {
        {0, 5},         {7, 0},          {32767, 32767}, {32768, 1}, {0x7FFFFFFF, 0x7FFFFFFF},
        {16384, 16384}, {0xFFFFFFFF, 1},
    };
    struct file_bytes bytes = encode(NULL, NULL);
    largest_bytes = 0;
    file_allocation_hook = watch;
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        uint32_t *pixels;
        put32(bytes.data + 16, sides[i][0]);
        put32(bytes.data + 20, sides[i][1]);
        put32(bytes.data + 29, checksum(bytes.data + 12, 17));
        assert_false(
            png_file_decode(bytes.data, bytes.size, &pixels, NULL, NULL, NULL, NULL, &error));
        assert_null(pixels);
        test_error_names(&error, "PNG");
    }
    file_allocation_hook = NULL;
    assert_true(largest_bytes < 1 << 20);
    file_bytes_free(&bytes);
}

/* A file as other programs write it: `rows` of `stride` bytes in the given kind. */
static struct file_bytes encode_kind(png_uint_32 format, const void *rows, size_t stride) {
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 2, .height = 2, .format = format};
    png_alloc_size_t size = 4096;
    struct file_bytes bytes = {malloc(size), 0};
    static const uint8_t colours[2][4] = {{10, 20, 30, 255}, {200, 100, 50, 255}};
    image.colormap_entries = 2;
    assert_true(
        png_image_write_to_memory(&image, bytes.data, &size, 0, rows, (png_int_32)stride, colours));
    bytes.size = size;
    return bytes;
}

static void other_kinds_are_read_as_rgb(void **state) {
    (void)state;
    static const uint8_t gray[] = {0, 255, 128, 7};
    static const uint8_t rgba[] = {1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 10, 11, 12, 255};
    static const uint8_t indices[] = {0, 1, 1, 0};
    static const struct {
        png_uint_32 format;
        const uint8_t *rows;
        size_t stride;
        uint32_t first, last;
    } kinds[] = {
        {PNG_FORMAT_GRAY, gray, 2, 0x000000, 0x070707},
        {PNG_FORMAT_RGBA, rgba, 8, 0x010203, 0x0A0B0C},
        {PNG_FORMAT_RGBA_COLORMAP, indices, 2, 0x0A141E, 0x0A141E},
    };
    for (size_t i = 0; i < 3; i++) {
        struct file_bytes bytes = encode_kind(kinds[i].format, kinds[i].rows, kinds[i].stride);
        uint32_t *pixels;
        if (!png_file_decode(bytes.data, bytes.size, &pixels, NULL, NULL, NULL, NULL, &error))
            fail_msg("%s", error.text);
        assert_int_equal(pixels[0], kinds[i].first);
        assert_int_equal(pixels[3], kinds[i].last);
        free(pixels);
        file_bytes_free(&bytes);
    }
}

static long most_kilobytes(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
}

/* A text chunk that claims a gigabyte is refused before memory is taken for it; what stands behind
 * the end of the picture is nobody's business. */
static void claims_take_no_memory(void **state) {
    (void)state;
    struct file_bytes bytes = encode("headway", text);
    char *found = NULL;
    uint8_t *longer = malloc(bytes.size + 64);
    assert_non_null(longer);
    memset(longer, 0x7F, bytes.size + 64);
    memcpy(longer, bytes.data, bytes.size);
    assert_true(png_file_decode(longer, bytes.size + 64, NULL, NULL, NULL, "headway", &found,
                                &error));
    assert_string_equal(found, text);
    free(found);
    free(longer);
    assert_memory_equal(bytes.data + 37, "iTXt", 4);
    bytes.data[33] = 0x3F;
    long before = most_kilobytes();
    assert_false(decode_text(&bytes, &found));
    test_error_names(&error, "ends too early");
    assert_true(most_kilobytes() - before < 200000);
    file_bytes_free(&bytes);
}

static void what_cannot_be_encoded_is_said(void **state) {
    (void)state;
    struct file_bytes bytes;
    const uint8_t *pixels = (const uint8_t *)picture;
    char long_keyword[90];
    memset(long_keyword, 'k', 80);
    long_keyword[80] = '\0';
    assert_false(png_file_encode(pixels, 0, 5, 100, NULL, NULL, &bytes, &error));
    test_error_names(&error, "0 × 5");
    assert_false(png_file_encode(pixels, 32768, 1, 1 << 20, NULL, NULL, &bytes, &error));
    assert_false(png_file_encode(pixels, 32767, 32767, 1 << 20, NULL, NULL, &bytes, &error));
    assert_false(png_file_encode(pixels, 7, 5, 27, NULL, NULL, &bytes, &error));
    assert_false(png_file_encode(pixels, 7, 5, 36, long_keyword, "x", &bytes, &error));
    assert_false(png_file_encode(pixels, 7, 5, 36, "", "x", &bytes, &error));
    assert_false(png_file_encode(pixels, 7, 5, 36, "headway", "\xFF", &bytes, &error));
    test_error_names(&error, "UTF-8");
    assert_null(bytes.data);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    bool was_refused = true;
    for (size_t nth = 0; was_refused; nth++) {
        struct file_bytes bytes;
        test_memory_fail_at(nth);
        bool is_encoded = png_file_encode((const uint8_t *)picture, WIDTH, HEIGHT,
                                          sizeof picture[0], "headway", text, &bytes, &error);
        was_refused = test_memory_restore();
        assert_int_equal(is_encoded, !was_refused);
        if (was_refused) test_error_names(&error, "memory");
        file_bytes_free(&bytes);
    }
    struct file_bytes whole = encode("headway", text);
    was_refused = true;
    for (size_t nth = 0; was_refused; nth++) {
        uint32_t *pixels;
        char *found;
        test_memory_fail_at(nth);
        bool is_read =
            png_file_decode(whole.data, whole.size, &pixels, NULL, NULL, "headway", &found, &error);
        was_refused = test_memory_restore();
        assert_int_equal(is_read, !was_refused);
        if (was_refused) test_error_names(&error, "memory");
        free(pixels);
        free(found);
    }
    file_bytes_free(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_take_no_memory), /* first: the most memory only grows */
        cmocka_unit_test(a_picture_comes_back_with_its_text),
        cmocka_unit_test(the_file_is_plain_and_always_the_same),
        cmocka_unit_test(every_cut_file_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(small_files_that_claim_large_pictures),
        cmocka_unit_test(other_kinds_are_read_as_rgb),
        cmocka_unit_test(what_cannot_be_encoded_is_said),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("files.png", tests, paint, NULL);
}

/* The text in WebP and GIF: found as it was put there, refused when damaged, absent where there is
 * none. */
#include "files/picture_text.h"
#include "support_files.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct file_error error;

enum kind { WEBP, GIF };

/* NULL: damaged, or of neither kind. "": it carries nothing. The bytes lie in memory of their own
 * size, so that reading past the end is seen. */
static const char *text_in(enum kind kind, const void *file, size_t size) {
    static char kept[4096];
    struct file_bytes bytes = {malloc(size ? size : 1), size};
    assert_non_null(bytes.data);
    memcpy(bytes.data, file, size);
    char *text = NULL;
    bool is_it = kind == WEBP ? picture_text_is_webp(&bytes) : picture_text_is_gif(&bytes);
    bool is_done = is_it && (kind == WEBP ? picture_text_of_webp(&bytes, &text, &error)
                                          : picture_text_of_gif(&bytes, &text, &error));
    snprintf(kept, sizeof kept, "%s", text ? text : "");
    free(text);
    file_bytes_free(&bytes);
    return is_done ? kept : NULL;
}

#define TEXT(kind, file) text_in(kind, file, sizeof(file) - 1)

/* RIFF, its size in one byte, WEBP, then chunks. */
#define WEBP_OF(size, chunks) "RIFF" size "\0\0\0WEBP" chunks
#define PACKET                "<x> <headway:document>{&quot;headway&quot;:1}</headway:document></x>" /* 68 bytes \
                                                                                                      */

static void test_webp(void **state) {
    (void)state;
    assert_int_equal(sizeof PACKET - 1, 68);
    assert_string_equal(TEXT(WEBP, WEBP_OF("\x50", "XMP \x44\0\0\0" PACKET)), "{\"headway\":1}");
    assert_string_equal(TEXT(WEBP, WEBP_OF("\x5c", "VP8X\x03\0\0\0abc\0XMP \x44\0\0\0" PACKET)),
                        "{\"headway\":1}"); /* an odd chunk is filled up */
    assert_string_equal(TEXT(WEBP, WEBP_OF("\x10", "VP8L\x03\0\0\0abc\0")), "");
    assert_string_equal(TEXT(WEBP, WEBP_OF("\x10", "XMP \x04\0\0\0<x/>")), ""); /* another's */
    assert_string_equal(TEXT(WEBP, WEBP_OF("\x04", "after it")), "");
    static const struct {
        const char *file;
        size_t size;
    } damaged[] = {
        {WEBP_OF("\x51", "XMP \x44\0\0\0" PACKET), 88},       /* says more than there is */
        {WEBP_OF("\x50", "XMP \x45\0\0\0" PACKET), 88},       /* the chunk does */
        {WEBP_OF("\x50", "XMP \xFF\xFF\xFF\xFF" PACKET), 88}, /* much more */
        {WEBP_OF("\x50", "JUNK\xFF\xFF\xFF\xFF" PACKET), 88},
        {WEBP_OF("\x03", "VP8L"), 16},                             /* less than its head */
        {WEBP_OF("\x0B", "VP8L\x03\0\0\0abc"), 23},                /* not filled up */
        {WEBP_OF("\x08", "VP8L"), 16},                             /* a chunk without a size */
        {WEBP_OF("\x18", "XMP \x0C\0\0\0<headway:doc"), 32},       /* no end: another's element */
        {WEBP_OF("\x1E", "XMP \x12\0\0\0<headway:document>"), 38}, /* no end */
    };
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        const char *found = text_in(WEBP, damaged[i].file, damaged[i].size);
        if (found && i != 7) fail_msg("WebP %zu gives “%s”", i, found);
        if (!found) assert_non_null(strstr(error.text, "WebP"));
    }
}

#define GIF_HEAD "GIF89a\1\0\1\0\0\0\0"
#define GIF_COMMENT                                                                                \
    "\x21\xFE\x07{\"headw\x06"                                                                     \
    "ay\":1}\0"
#define GIF_LOOP "\x21\xFF\x0BNETSCAPE2.0\3\1\0\0\0"
#define GIF_IMAGE                                                                                  \
    "\x2C\0\0\0\0\1\0\1\0\x80"                                                                     \
    "abcdef"                                                                                       \
    "\2\2\x44\1\0"

static void test_gif(void **state) {
    (void)state;
    assert_string_equal(TEXT(GIF, GIF_HEAD GIF_COMMENT GIF_IMAGE ";"), "{\"headway\":1}");
    assert_string_equal(TEXT(GIF, GIF_HEAD GIF_LOOP GIF_IMAGE GIF_COMMENT ";"),
                        "{\"headway\":1}"); /* blocks in any order */
    assert_string_equal(TEXT(GIF, "GIF87a\1\0\1\0\x80\0\0abcdef" GIF_COMMENT ";"),
                        "{\"headway\":1}"); /* behind a table of colours */
    assert_string_equal(TEXT(GIF, GIF_HEAD "\x21\xFE\x04made\0" GIF_COMMENT ";"),
                        "{\"headway\":1}"); /* the first that is ours */
    assert_string_equal(TEXT(GIF, GIF_HEAD GIF_LOOP GIF_IMAGE ";"), "");
    assert_string_equal(TEXT(GIF, GIF_HEAD "\x21\xFE\x09{\"k\":\"\xFF\"}\0;"), "");
    assert_string_equal(TEXT(GIF, GIF_HEAD "\x21\xFE\x0F{\"headway\":1\0}}\0;"), "");
    static const char *const cut[] = {"the head", "a table", "a block", "an image", "no end"};
    static const struct {
        const char *file;
        size_t size;
    } damaged[] = {
        {"GIF89a\1\0\1\0\0", 11},
        {"GIF89a\1\0\1\0\x80\0\0abc", 16},
        {GIF_HEAD "\x21\xFE\x09{}", 18},
        {GIF_HEAD "\x2C\0\0\0\0\1\0\1\0\x80"
                  "abc",
         26},
        {GIF_HEAD GIF_LOOP, 32},
    };
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        const char *found = text_in(GIF, damaged[i].file, damaged[i].size);
        if (found) fail_msg("a GIF that is cut in %s gives “%s”", cut[i], found);
        assert_non_null(strstr(error.text, "GIF"));
    }
    assert_null(TEXT(GIF, GIF_HEAD "\x21\xFE\0?")); /* a block of no kind */
}

/* Every beginning of a good file, and each with a byte changed: nothing is read beyond the end, and
 * what comes out is text. */
static void test_pieces_and_changes(void **state) {
    (void)state;
    static const char webp[] = WEBP_OF("\x5c", "VP8X\x03\0\0\0abc\0XMP \x44\0\0\0" PACKET);
    static const char gif[] = GIF_HEAD GIF_LOOP GIF_COMMENT GIF_IMAGE ";";
    for (int kind = WEBP; kind <= GIF; kind++) {
        const char *file = kind == WEBP ? webp : gif;
        size_t whole = kind == WEBP ? sizeof webp - 1 : sizeof gif - 1;
        for (size_t size = 0; size < whole; size++) {
            const char *found = text_in((enum kind)kind, file, size);
            if (kind == WEBP && found) fail_msg("%zu bytes of a WebP are enough", size);
        }
        for (size_t at = 0; at < whole; at++)
            for (int value = 0; value < 256; value += 5) {
                char changed[256];
                memcpy(changed, file, whole);
                changed[at] = (char)value;
                text_in((enum kind)kind, changed, whole);
            }
    }
}

static void test_no_memory(void **state) {
    (void)state;
    static const char webp[] = WEBP_OF("\x50", "XMP \x44\0\0\0" PACKET);
    static const char gif[] = GIF_HEAD GIF_COMMENT ";";
    for (size_t nth = 0;; nth++) {
        test_memory_fail_at(nth);
        bool both = text_in(WEBP, webp, sizeof webp - 1) && text_in(GIF, gif, sizeof gif - 1);
        bool was_refused = test_memory_restore();
        assert_true(both == !was_refused);
        if (!was_refused) break;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_webp),
        cmocka_unit_test(test_gif),
        cmocka_unit_test(test_pieces_and_changes),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

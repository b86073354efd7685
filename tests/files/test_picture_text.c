/* The text in SVG and PDF: found as it was put there, refused when damaged, absent where there is
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

/* A copy in memory of its own size, so that reading past the end is seen. */
static struct file_bytes bytes_of(const char *text, size_t size) {
    struct file_bytes bytes = {malloc(size ? size : 1), size};
    assert_non_null(bytes.data);
    memcpy(bytes.data, text, size);
    return bytes;
}

/* NULL: the file is damaged. "": it carries nothing. Else its text, in memory that lasts. */
static const char *text_in(bool is_pdf, const char *file, size_t size) {
    static char kept[4096];
    struct file_bytes bytes = bytes_of(file, size);
    char *text = NULL;
    bool is_done = is_pdf ? picture_text_of_pdf(&bytes, &text, &error)
                          : picture_text_of_svg(&bytes, &text, &error);
    snprintf(kept, sizeof kept, "%s", text ? text : "");
    free(text);
    file_bytes_free(&bytes);
    return is_done ? kept : NULL;
}

static const char *in_svg(const char *file) {
    return text_in(false, file, strlen(file));
}
static const char *in_pdf(const char *file) {
    return text_in(true, file, strlen(file));
}

static bool is_svg(const char *text) {
    struct file_bytes bytes = bytes_of(text, strlen(text));
    bool is = picture_text_is_svg(&bytes);
    file_bytes_free(&bytes);
    return is;
}

#define SVG(inside)                                                                                \
    "<?xml version=\"1.0\"?>\n<svg><metadata><headway:document xmlns:headway=\"u\">" inside        \
    "</headway:document></metadata></svg>"

static void test_svg_is_told_from_text(void **state) {
    (void)state;
    assert_true(is_svg("<svg/>"));
    assert_true(is_svg("\xEF\xBB\xBF  <svg xmlns=\"\"/>"));
    assert_true(is_svg("<?xml version=\"1.0\"?><!-- made by somebody --><svg/>"));
    assert_false(is_svg("<?xml version=\"1.0\"?><html/>"));
    assert_false(is_svg("what is <svg> ?"));
    assert_false(is_svg("<sv"));
    assert_false(is_svg(""));
}

static void test_svg(void **state) {
    (void)state;
    assert_string_equal(in_svg(SVG("{&quot;text&quot;:&quot;a &amp; b &lt;c&gt;&quot;}")),
                        "{\"text\":\"a & b <c>\"}");
    assert_string_equal(in_svg(SVG("{&#34;k&#x22;:&apos;&#xe9;&#x732B;&#128512;}")),
                        "{\"k\":'\xC3\xA9\xE7\x8C\xAB\xF0\x9F\x98\x80}");
    assert_string_equal(in_svg("<svg><text>headway:document</text></svg>"), "");
    static const char *const damaged[] = {
        "<svg><headway:document",
        "<svg><headway:document>{",
        SVG("{&quot}"),
        SVG("&nothing;"),
        SVG("&#xD800;"),
        SVG("&#0;"),
        SVG("&#-5;"),
        SVG("&#x110000;"),
        SVG("&#99999999999;"),
        SVG("{<b/>}"),
        SVG("\xFF"),
        SVG("&;"),
        SVG("&#;"),
        SVG("&#x;"),
        SVG("& "),
        SVG("&#\t65;"),
        SVG("&#x0x41;"),
        SVG("&# 65;"),
    };
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        if (in_svg(damaged[i])) fail_msg("“%s” is taken", damaged[i]);
}

static void test_pdf(void **state) {
    (void)state;
    assert_string_equal(
        in_pdf("%PDF-1.4 << /Subject ({\"headway\":1, \"k\":\"\\(a\\)\\\\ \\101\"}) >>"),
        "{\"headway\":1, \"k\":\"(a)\\ A\"}");
    assert_string_equal(in_pdf("/Subject({\"headway\":(nested)})"), "{\"headway\":(nested)}");
    assert_string_equal(in_pdf("/Subject <7B2268656164776179223a317D>"), "{\"headway\":1}");
    assert_string_equal(in_pdf("/Subject <FEFF 007B 0022 0068 0065 0061 0064 0077 0061 0079 0022"
                               " 003A D83D DE00 732B 007D>"),
                        "{\"headway\":\xF0\x9F\x98\x80\xE7\x8C\xAB}");
    /* The first that is ours. */
    assert_string_equal(in_pdf("/Subject (a paper) /SubjectX /Subject ({\"headway\":2})"),
                        "{\"headway\":2}");
    static const char *const without[] = {
        "%PDF-1.4 << /Title (x) >>",
        "/Subject",
        "/Subject ",
        "/Subject (",
        "/Subject (\\",
        "/Subject ({\"headway\":1}",
        "/Subject <7B22",
        "/Subject <7Bxx>",
        "/Subject 12 0 R",
        "/Subject <FEFFD83D>",
        "/Subject <FEFFDE00>",
        "/Subject <FF>",
        "/Subject ({\"other\":1})",
        "/Subject ([\"headway\"])",
        "/Subject ({\"headway\":\\0001})",
    };
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        const char *found = in_pdf(without[i]);
        if (!found || found[0]) fail_msg("“%s” gives “%s”", without[i], found ? found : "an error");
    }
}

/* Every beginning of a good file, and each with a byte changed: nothing is read beyond the end. */
static void test_pieces_and_changes(void **state) {
    (void)state;
    static const char svg[] = SVG("{&quot;headway&quot;:1,&#34;k&#x22;:&amp;}");
    static const char pdf[] = "/Subject ({\"headway\":\\(\\101}) /Subject <FEFF007BD83DDE00007D>";
    for (int is_pdf = 0; is_pdf < 2; is_pdf++) {
        const char *file = is_pdf ? pdf : svg;
        for (size_t size = 0; size <= strlen(file); size++)
            text_in(is_pdf, file, size);
        for (size_t at = 0; at < strlen(file); at++)
            for (int value = 0; value < 256; value += 15) {
                char changed[256];
                snprintf(changed, sizeof changed, "%s", file);
                changed[at] = (char)value;
                text_in(is_pdf, changed, strlen(file));
            }
    }
}

static void test_no_memory(void **state) {
    (void)state;
    for (size_t nth = 0;; nth++) {
        struct file_bytes svg = bytes_of(SVG("{}"), strlen(SVG("{}")));
        const char *pdf_text = "/Subject ({\"headway\":1})";
        struct file_bytes pdf = bytes_of(pdf_text, strlen(pdf_text));
        char *a = NULL, *b = NULL;
        test_memory_fail_at(nth);
        bool both = picture_text_of_svg(&svg, &a, &error) && picture_text_of_pdf(&pdf, &b, &error);
        bool was_refused = test_memory_restore();
        assert_true(both == !was_refused);
        free(a);
        free(b);
        file_bytes_free(&svg);
        file_bytes_free(&pdf);
        if (!was_refused) break;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_svg_is_told_from_text),
        cmocka_unit_test(test_svg),
        cmocka_unit_test(test_pdf),
        cmocka_unit_test(test_pieces_and_changes),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

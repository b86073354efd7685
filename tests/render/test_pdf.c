/* PDF: pages, text that can be found again, the same bytes every time. */
#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/memory.h"
#include "render/cairo/pdf.h"
#include <stdlib.h>
#include <string.h>

#define INK COLOUR_HEX(0x1C1E24)

static struct fonts *fonts;
static struct text_measurer measurer;
static struct cairo_renderer *renderer;

static int open_all(void **state) {
    (void)state;
    char error[256];
    fonts = fonts_open(error, sizeof error, NULL, 0);
    renderer = fonts ? cairo_renderer_new(fonts) : NULL;
    if (!renderer) return -1;
    measurer = fonts_measurer(fonts);
    return 0;
}
static int close_all(void **state) {
    (void)state;
    cairo_renderer_free(renderer);
    fonts_close(fonts);
    return 0;
}

static void draw_all(struct draw_list *list, const char *text) {
    struct colour cells[4] = {INK, COLOUR_HEX(0xFFFFFF), INK, colour_fade(INK, 0.5f)};
    draw_list_begin(list, 400, 300, COLOUR_HEX(0xF6F5F1));
    for (int style = 0; style < TEXT_STYLE_COUNT; style++)
        draw_text(list, &measurer, (enum text_style)style, 15, 20, (float)(40 + 20 * style), 0, INK,
                  text, strlen(text));
    draw_text(list, &measurer, TEXT_WORDS, 15, 200, 200, -0.6f, INK, text, strlen(text));
    draw_matrix(list, rect_make(200, 100, 60, 60), cells, 2, 2);
    draw_hatch(list, rect_make(200, 200, 60, 60), 6, INK);
    draw_frame(list, rect_make(300, 200, 60, 60), 4, 1, INK)->dash = 3;
    draw_clip_push(list, rect_make(300, 100, 20, 20));
    draw_line(list, 290, 90, 400, 200, 3, INK);
    draw_clip_pop(list);
    assert_true(draw_list_ok(list));
}

static uint8_t *pdf_of(const struct draw_list *list, int pages, bool is_outlined, size_t *bytes) {
    struct pdf *pdf = pdf_new(renderer, "{\"headway\":1}");
    uint8_t *data = NULL;
    assert_non_null(pdf);
    struct vector_page page = vector_page_of(list, 1);
    page.is_text_outlined = is_outlined;
    for (int i = 0; i < pages; i++)
        assert_true(pdf_page(pdf, list, &page));
    assert_true(pdf_finish(pdf, &data, bytes));
    pdf_free(pdf);
    return data;
}

static size_t count(const uint8_t *data, size_t bytes, const char *what) {
    size_t found = 0;
    for (const uint8_t *at = data;
         (at = memmem(at, bytes - (size_t)(at - data), what, strlen(what))); at++)
        found++;
    return found;
}

static void the_same_bytes_whatever_came_before(void **state) {
    (void)state;
    struct draw_list list = {0}, other = {0};
    size_t sizes[3];
    uint8_t *files[3];
    draw_all(&list, "Attention 注意力 QKᵀ/√dₖ");
    draw_all(&other, "something else: שלום");
    files[0] = pdf_of(&list, 1, false, &sizes[0]);
    free(pdf_of(&other, 2, true, &sizes[1]));
    uint32_t *pixels = NULL;
    int width, height;
    assert_true(cairo_renderer_draw(renderer, &other, &pixels, &width, &height));
    free(pixels);
    files[1] = pdf_of(&list, 1, false, &sizes[1]);
    struct cairo_renderer *kept = renderer;
    renderer = cairo_renderer_new(fonts);
    files[2] = pdf_of(&list, 1, false, &sizes[2]);
    cairo_renderer_free(renderer);
    renderer = kept;
    for (int i = 1; i < 3; i++) {
        assert_int_equal(sizes[i], sizes[0]);
        assert_memory_equal(files[i], files[0], sizes[0]);
    }
    for (int i = 0; i < 3; i++)
        free(files[i]);
    draw_list_free(&list);
    draw_list_free(&other);
}

static void what_is_in_the_file(void **state) {
    (void)state;
    struct draw_list list = {0};
    size_t bytes, outlined_bytes;
    draw_all(&list, "Attention 注意力");
    uint8_t *data = pdf_of(&list, 3, false, &bytes);
    uint8_t *outlined = pdf_of(&list, 1, true, &outlined_bytes);
    assert_memory_equal(data, "%PDF-1.4", 8);
    assert_int_equal(count(data, bytes, "/Type /Page") - count(data, bytes, "/Type /Pages"), 3);
    assert_int_equal(count(data, bytes, "20000101000000"), 1);
    assert_int_equal(count(data, bytes, "({\"headway\":1})"), 1);
    assert_true(count(data, bytes, "/FontFile") >=
                4); /* Inter's weights, JetBrains Mono, Chinese */
    assert_true(count(data, bytes, "/ToUnicode") >= 4);
    assert_int_equal(count(data, bytes, "/Interpolate true"), 0);
    assert_int_equal(count(outlined, outlined_bytes, "/FontFile"), 0);
    free(data);
    free(outlined);
    draw_list_free(&list);
}

/* Noncharacters have no place in a PDF's text: the glyphs are shown all the same. */
static void no_text_stops_it(void **state) {
    (void)state;
    struct draw_list list = {0};
    size_t bytes;
    draw_all(&list, "a\xEF\xBF\xBF\xEF\xB7\x90"
                    "b \xE0\xA4\x95\xE0\xA5\x8D\xE0\xA4\xB7 \xF0\x9F\x98\x80");
    free(pdf_of(&list, 1, false, &bytes));
    draw_all(&list, "");
    free(pdf_of(&list, 1, false, &bytes));
    draw_list_free(&list);
}

static size_t left;
static void *scarce(void *block, size_t bytes) {
    return left && left-- ? realloc(block, bytes) : NULL;
}

static void no_memory_is_survived(void **state) {
    (void)state;
    struct draw_list list = {0};
    draw_all(&list, "Attention");
    struct vector_page page = vector_page_of(&list, 1);
    size_t needed = 0;
    for (bool is_done = false; !is_done; needed++) {
        uint8_t *data = NULL;
        size_t bytes;
        left = needed;
        memory_resize = scarce;
        struct pdf *pdf = pdf_new(renderer, "{}");
        is_done = pdf && pdf_page(pdf, &list, &page) && pdf_finish(pdf, &data, &bytes);
        pdf_free(pdf);
        memory_resize = realloc;
        free(data);
    }
    assert_true(needed > 3);
    draw_list_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_whatever_came_before),
        cmocka_unit_test(what_is_in_the_file),
        cmocka_unit_test(no_text_stops_it),
        cmocka_unit_test(no_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

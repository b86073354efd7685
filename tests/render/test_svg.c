/* SVG: what is written for each record, the same bytes every time, nothing that breaks XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/memory.h"
#include "render/svg/picture_svg.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INK COLOUR_HEX(0x1C1E24)

static struct fonts *fonts;
static struct text_measurer measurer;

static int open_all(void **state) {
    (void)state;
    char error[256];
    fonts = fonts_open(error, sizeof error, NULL, 0);
    if (!fonts) return -1;
    measurer = fonts_measurer(fonts);
    return 0;
}
static int close_all(void **state) {
    (void)state;
    fonts_close(fonts);
    return 0;
}

/* Stands for the encoder of the room files. */
static bool encode(const uint32_t *pixels, size_t width, size_t height, uint8_t **data,
                   size_t *bytes) {
    char line[64];
    snprintf(line, sizeof line, "%zu×%zu:%06x", width, height, (unsigned)(pixels[0] & 0xFFFFFF));
    *data = (uint8_t *)strdup(line);
    *bytes = strlen(line);
    return *data;
}

static struct svg_options options_of(const struct draw_list *list) {
    return (struct svg_options){.page = vector_page_of(list, 1), .encode_png = encode};
}

static char *svg_with(const struct draw_list *list, const struct svg_options *options) {
    char *text = NULL;
    size_t bytes = 0;
    assert_true(draw_list_ok(list));
    assert_true(svg_picture(fonts, list, options, &text, &bytes));
    assert_int_equal(strlen(text), bytes);
    return text;
}

static char *svg_of(const struct draw_list *list) {
    struct svg_options options = options_of(list);
    return svg_with(list, &options);
}

static void assert_has(const char *text, const char *part) {
    if (!strstr(text, part)) fail_msg("“%s” is not in\n%s", part, text);
}
static void assert_has_not(const char *text, const char *part) {
    if (strstr(text, part)) fail_msg("“%s” is in\n%s", part, text);
}

static void begin(struct draw_list *list) {
    draw_list_begin(list, 400, 300, COLOUR_HEX(0xF6F5F1));
}

static float write(struct draw_list *list, enum text_style style, const char *text) {
    return draw_text(list, &measurer, style, 15, 20, 40, 0, INK, text, strlen(text));
}

static void shapes(void **state) {
    (void)state;
    struct draw_list list = {0};
    begin(&list);
    draw_rectangle(&list, rect_make(10, 20, 30.5f, 40), 4, colour_fade(INK, 0.5f));
    draw_frame(&list, rect_make(10, 20, 30, 40), 8, 2, INK);
    draw_frame(&list, rect_make(60, 20, 30, 40), 8, 1, INK)->dash = 3;
    draw_line(&list, 1, 2, 3.25f, 4, 1.5f, INK);
    draw_hatch(&list, rect_make(0, 0, 4, 2), 6, INK);
    char *text = svg_of(&list);
    assert_has(text, "width=\"400\" height=\"300\" viewBox=\"0 0 400 300\"");
    assert_has(
        text,
        "<rect id=\"background\" x=\"0\" y=\"0\" width=\"400\" height=\"300\" fill=\"#f6f5f1\"/>");
    assert_has(text,
               "<rect x=\"10\" y=\"20\" width=\"30.5\" height=\"40\" rx=\"4\" fill=\"#1c1e24\" "
               "fill-opacity=\"0.502\"/>");
    assert_has(text, "<rect x=\"11\" y=\"21\" width=\"28\" height=\"38\" rx=\"7\" fill=\"none\" "
                     "stroke=\"#1c1e24\" stroke-width=\"2\"/>");
    assert_has(text, "stroke-dasharray=\"3\"");
    assert_has(text, "<path d=\"M1 2L3.25 4\" stroke=\"#1c1e24\" stroke-width=\"1.5\" "
                     "stroke-linecap=\"round\"/>");
    assert_has(text, "<path d=\"M0 0.5L0 1.5L1.5 0L0.5 0Z\" fill=\"#1c1e24\"/>");
    assert_has_not(text, "clip");
    free(text);
    draw_list_free(&list);
}

static void text_names_family_and_width(void **state) {
    (void)state;
    struct draw_list list = {0};
    begin(&list);
    float width = write(&list, TEXT_WORDS_MEDIUM, "Attention");
    draw_text(&list, &measurer, TEXT_MONO, 12, 50, 60, -0.5f, INK, "0.25", 4);
    char *text = svg_of(&list), expected[64];
    snprintf(expected, sizeof expected, "textLength=\"%.0f", (double)(int)width);
    assert_has(text, "<text x=\"20\" y=\"40\" font-family=\"Inter,sans-serif\" font-size=\"15\" "
                     "font-weight=\"500\" fill=\"#1c1e24\"");
    assert_has(text, expected);
    assert_has(text, "lengthAdjust=\"spacingAndGlyphs\">Attention</text>");
    assert_has(text,
               "transform=\"rotate(-28.648 50 60)\" font-family=\"'JetBrains Mono',monospace\"");
    free(text);
    draw_list_free(&list);
}

static void words_cannot_break_out(void **state) {
    (void)state;
    struct draw_list list = {0};
    begin(&list);
    write(&list, TEXT_WORDS, "a<b> & \"c\" ]]> \xEF\xBF\xBF \x01");
    struct svg_options options = options_of(&list);
    options.document = "{\"text\":\"</metadata><script>\"}";
    char *text = svg_with(&list, &options);
    assert_has(text, ">a&lt;b&gt; &amp; &quot;c&quot; ]]&gt; ");
    assert_has(text, ">{&quot;text&quot;:&quot;&lt;/metadata&gt;&lt;script&gt;&quot;}"
                     "</headway:document></metadata>");
    assert_has_not(text, "<script>");
    assert_has_not(text, "\xEF\xBF\xBF");
    assert_has_not(text, "\x01");
    free(text);
    draw_list_free(&list);
}

static void right_to_left_ends_on_the_left(void **state) {
    (void)state;
    struct draw_list list = {0};
    begin(&list);
    write(&list, TEXT_WORDS, "שלום");
    char *text = svg_of(&list);
    assert_has(text, "<text x=\"20\" y=\"40\"");
    assert_has(text, "direction=\"rtl\" unicode-bidi=\"embed\" text-anchor=\"end\"");
    free(text);
    draw_list_free(&list);
}

static void outlines_need_no_font(void **state) {
    (void)state;
    struct draw_list list = {0};
    begin(&list);
    write(&list, TEXT_WORDS_BOLD, "注意 & attention");
    struct svg_options options = options_of(&list);
    options.page.is_text_outlined = true;
    char *text = svg_with(&list, &options);
    assert_has_not(text, "<text");
    assert_has_not(text, "font");
    assert_has(text, "<path aria-label=\"注意\" transform=\"translate(20 40)\"");
    assert_has(text, "aria-label=\" &amp; attention\"");
    assert_true(strlen(text) > 4000);
    free(text);
    draw_list_free(&list);
}

static void clips_only_where_something_sticks_out(void **state) {
    (void)state;
    struct draw_list list = {0};
    begin(&list);
    draw_clip_push(&list, rect_make(10, 10, 100, 100));
    draw_rectangle(&list, rect_make(20, 20, 20, 20), 4, INK);
    draw_rectangle(&list, rect_make(0, 20, 200, 20), 0, INK); /* cut by its own edges */
    draw_rectangle(&list, rect_make(0, 20, 200, 20), 4, INK);
    draw_line(&list, 0, 0, 200, 200, 2, INK);
    draw_clip_pop(&list);
    draw_rectangle(&list, rect_make(20, 20, 20, 20), 4, INK);
    draw_clip_push(&list, rect_make(10, 10, 100, 100));
    draw_line(&list, 0, 0, 200, 200, 2, INK);
    draw_clip_pop(&list);
    char *text = svg_of(&list);
    assert_has(text, "<rect x=\"10\" y=\"20\" width=\"100\" height=\"20\" fill");
    const char *first =
        strstr(text, "<clipPath id=\"clip-1\"><rect x=\"10\" y=\"10\" width=\"100\"");
    assert_non_null(first);
    assert_null(strstr(first + 1, "<clipPath")); /* the second time it is known */
    size_t groups = 0, ends = 0;
    for (const char *at = text; (at = strstr(at, "clip-path=\"url(#clip-1)\"")); at++)
        groups++;
    for (const char *at = text; (at = strstr(at, "</g>")); at++)
        ends++;
    assert_int_equal(groups, 2);
    assert_int_equal(ends, 2);
    free(text);
    draw_list_free(&list);
}

static void matrices_are_cells_up_to_a_size(void **state) {
    (void)state;
    static struct colour cells[65 * 65];
    struct draw_list list = {0};
    begin(&list);
    for (int i = 0; i < 65 * 65; i++)
        cells[i] = COLOUR_HEX(0x112233);
    cells[4] = COLOUR_HEX(0x445566);
    draw_matrix(&list, rect_make(10, 20, 31, 20), cells, 2, 3);
    draw_matrix(&list, rect_make(10, 50, 100, 100), cells, 65, 65);
    char *text = svg_of(&list);
    assert_has(text,
               "<g id=\"matrix-1\" shape-rendering=\"crispEdges\" transform=\"translate(10 20) "
               "scale(10.333333333 10)\">\n"
               "<path d=\"M0 0h3v1h-3zM0 1h1v1h-1zM2 1h1v1h-1z\" fill=\"#112233\"/>\n"
               "<path d=\"M1 1h1v1h-1z\" fill=\"#445566\"/>\n</g>");
    /* 520 × 520 pixels: eight a side for each cell. */
    assert_has(text, "<image id=\"matrix-2\" x=\"10\" y=\"50\" width=\"100\" height=\"100\" "
                     "preserveAspectRatio=\"none\" image-rendering=\"pixelated\" "
                     "xlink:href=\"data:image/png;base64,NTIww5c1MjA6MTEyMjMz\"/>");
    free(text);
    /* Of many small ones, only the first few hundred thousand bytes are shapes. */
    begin(&list);
    for (int i = 0; i < 8; i++)
        draw_matrix(&list, rect_make(10, 50, 100, 100), cells, 64, 64);
    text = svg_of(&list);
    size_t images = 0;
    for (const char *at = text; (at = strstr(at, "<image")); at++)
        images++;
    assert_int_equal(images, 2);
    free(text);
    draw_list_free(&list);
}

static void a_page_shows_a_part(void **state) {
    (void)state;
    struct draw_list list = {0};
    begin(&list);
    draw_rectangle(&list, rect_make(100, 100, 50, 50), 3, INK);
    struct svg_options options = options_of(&list);
    options.page.area = rect_make(90, 95, 84, 42);
    options.page.width_mm = 84;
    options.page.width_pt = 84 * 72 / 25.4;
    options.page.has_background = false;
    char *text = svg_with(&list, &options);
    assert_has(text, "width=\"84mm\" height=\"42mm\" viewBox=\"90 95 84 42\"");
    assert_has_not(text, "background");
    free(text);
    draw_list_free(&list);
}

/* Twice the same, also where numbers have commas. */
static void the_same_bytes(void **state) {
    (void)state;
    struct draw_list list = {0};
    begin(&list);
    write(&list, TEXT_WORDS, "one");
    draw_line(&list, 1.5f, 2.25f, 3.125f, 4, 1.5f, INK);
    char *first = svg_of(&list);
    setlocale(LC_ALL, "de_DE.UTF-8");
    char *second = svg_of(&list);
    setlocale(LC_ALL, "C");
    assert_string_equal(first, second);
    free(first);
    free(second);
    draw_list_free(&list);
}

static size_t left;
static void *scarce(void *block, size_t bytes) {
    return left && left-- ? realloc(block, bytes) : NULL;
}

static void no_memory_is_survived(void **state) {
    (void)state;
    struct draw_list list = {0};
    static struct colour cells[65 * 65];
    begin(&list);
    write(&list, TEXT_WORDS, "one");
    draw_matrix(&list, rect_make(10, 50, 100, 100), cells, 65, 65);
    draw_matrix(&list, rect_make(10, 50, 100, 100), cells, 8, 8);
    draw_clip_push(&list, rect_make(10, 10, 100, 100));
    draw_line(&list, 0, 0, 200, 200, 2, INK);
    draw_clip_pop(&list);
    struct svg_options options = options_of(&list);
    char *text = NULL;
    size_t bytes, needed = 0;
    for (bool is_done = false; !is_done; needed++) {
        left = needed;
        memory_resize = scarce;
        is_done = svg_picture(fonts, &list, &options, &text, &bytes);
        memory_resize = realloc;
    }
    assert_true(needed > 4);
    free(text);
    draw_list_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes),
        cmocka_unit_test(text_names_family_and_width),
        cmocka_unit_test(words_cannot_break_out),
        cmocka_unit_test(right_to_left_ends_on_the_left),
        cmocka_unit_test(outlines_need_no_font),
        cmocka_unit_test(clips_only_where_something_sticks_out),
        cmocka_unit_test(matrices_are_cells_up_to_a_size),
        cmocka_unit_test(a_page_shows_a_part),
        cmocka_unit_test(the_same_bytes),
        cmocka_unit_test(no_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

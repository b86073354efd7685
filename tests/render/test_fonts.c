/* The font set: which face and direction each part of a text gets, how wide it is, and what its
 * bitmap is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/faces.h"
#include "render/fonts.h"
#include "render/shaping.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fonts *fonts;
static struct text_measurer measurer;

static int open_fonts(void **state) {
    (void)state;
    char error[256], warning[512];
    fonts = fonts_open(error, sizeof error, warning, sizeof warning);
    if (!fonts) return -1;
    measurer = fonts_measurer(fonts);
    return 0;
}
static int close_fonts(void **state) {
    (void)state;
    fonts_close(fonts);
    return 0;
}

struct split {
    size_t count;
    struct text_run runs[TEXT_MAX_RUNS];
};
static struct split split(enum text_style style, float size, const char *text) {
    struct split s;
    s.count =
        measurer.split(measurer.context, style, size, text, strlen(text), s.runs, TEXT_MAX_RUNS);
    assert_true(s.count <= TEXT_MAX_RUNS);
    size_t bytes = 0;
    for (size_t i = 0; i < s.count; i++)
        bytes += s.runs[i].bytes;
    assert_int_equal(bytes, strlen(text)); /* nothing lost, nothing twice */
    return s;
}

static uint16_t face_of(enum text_style style, const char *text) {
    struct split s = split(style, 16, text);
    assert_int_equal(s.count, 1);
    return s.runs[0].face;
}

static void latin_is_one_run(void **state) {
    (void)state;
    struct split s = split(TEXT_WORDS, 16, "The cat sat on the mat, because it was tired.");
    assert_int_equal(s.count, 1);
    assert_false(s.runs[0].is_right_to_left);
    assert_true(s.runs[0].width > 200 && s.runs[0].width < 500);
    assert_int_equal(split(TEXT_WORDS, 16, "").count, 0);
    assert_int_not_equal(face_of(TEXT_WORDS, "a"), face_of(TEXT_MONO, "a"));
    assert_int_not_equal(face_of(TEXT_WORDS, "a"), face_of(TEXT_WORDS_BOLD, "a"));
}

static void chinese_and_english_alternate(void **state) {
    (void)state;
    struct split s = split(TEXT_WORDS, 16, "self注意力and机制");
    assert_int_equal(s.count, 4);
    assert_int_equal(s.runs[0].face, s.runs[2].face);
    assert_int_equal(s.runs[1].face, s.runs[3].face);
    assert_int_not_equal(s.runs[0].face, s.runs[1].face);
    assert_true(fabsf(s.runs[1].width - 48) < 1.0f); /* a character is one em */
}

static void right_to_left_comes_in_visual_order(void **state) {
    (void)state;
    struct split alone = split(TEXT_WORDS, 16, "مرحبا بالعالم");
    assert_int_equal(alone.count, 1); /* the space stays with its words */
    assert_true(alone.runs[0].is_right_to_left);

    struct split inside = split(TEXT_WORDS, 16, "say שלום now");
    assert_int_equal(inside.count, 3);
    assert_false(inside.runs[0].is_right_to_left);
    assert_true(inside.runs[1].is_right_to_left);

    struct split around = split(TEXT_WORDS, 16, "שלום abc"); /* the first strong letter decides */
    assert_true(around.count >= 2);
    assert_int_equal(around.runs[0].start, strlen("שלום "));
    assert_true(around.runs[around.count - 1].is_right_to_left);
}

/* Arabic letters join: shaped, the word is narrower than its letters apart. */
static void arabic_is_shaped(void **state) {
    (void)state;
    const char *letters[] = {"ع", "ا", "ل", "م"};
    float apart = 0;
    for (size_t i = 0; i < 4; i++)
        apart += split(TEXT_WORDS, 32, letters[i]).runs[0].width;
    float joined = split(TEXT_WORDS, 32, "عالم").runs[0].width;
    assert_true(joined < apart - 2);
}

static void clusters_are_never_torn(void **state) {
    (void)state;
    const char *texts[] = {"e\u0301", "👩‍👩‍👧", "👍🏽", "❤\uFE0F", "q\u0307\u0323"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(split(TEXT_WORDS, 16, texts[i]).count, 1);
    split(TEXT_MONO, 16, "a👩‍👩‍👧b\u0301c");
}

static void mathematics_falls_back(void **state) {
    (void)state;
    struct split s = split(TEXT_WORDS, 16, "QKᵀ");
    assert_int_equal(s.count, 2);
    assert_int_equal(s.runs[1].start, 2);
    const char *needed[] = {"ᵀ", "√", "Σ", "∞", "≈", "·", "×", "÷", "−", "ᵢ", "ⱼ", "ₖ", "‹", "⟨"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        for (int style = 0; style < TEXT_STYLE_COUNT; style++) {
            struct split one = split((enum text_style)style, 16, needed[i]);
            struct shaped_run run = {0};
            assert_true(
                fonts_shape(fonts, &run, one.runs[0].face, false, needed[i], strlen(needed[i])));
            assert_int_not_equal(run.glyphs[0].glyph, 0);
            shaped_run_free(&run);
        }
}

static void missing_characters_are_seen(void **state) {
    (void)state;
    const char *text = "\U0010FFFD"; /* private use: in no font */
    struct split s = split(TEXT_WORDS, 32, text);
    assert_int_equal(s.count, 1);
    assert_true(s.runs[0].width > 4);
    uint8_t *pixels;
    int width, height, x, y;
    assert_true(fonts_render_run(fonts, s.runs[0].face, 32, false, text, strlen(text), &pixels,
                                 &width, &height, &x, &y));
    unsigned long sum = 0;
    for (int i = 0; i < width * height; i++)
        sum += pixels[i];
    assert_true(sum > 255 * 10);
    free(pixels);
}

static float shaped_width(uint16_t face, bool is_right_to_left, const char *text, float size) {
    struct shaped_run run = {0};
    assert_true(fonts_shape(fonts, &run, face, is_right_to_left, text, strlen(text)));
    float width = run.advance * size;
    shaped_run_free(&run);
    return width;
}

static void widths_agree_with_the_shaper(void **state) {
    (void)state;
    const char *texts[] = {"The cat sat on the mat because it was tired and wanted to sleep a",
                           "AVAVTo",
                           "just jj Wj",
                           "0.12 −3.50 → 1",
                           "注意力机制",
                           "مرحبا بالعالم",
                           "fi ffl f"};
    const float sizes[] = {11, 13, 15, 15.25f, 22, 64};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
            for (int style = 0; style < TEXT_STYLE_COUNT; style++) {
                struct split s = split((enum text_style)style, sizes[k], texts[i]);
                if (s.count != 1) continue;
                const struct text_run *run = &s.runs[0];
                float shaped = shaped_width(run->face, run->is_right_to_left, texts[i], sizes[k]);
                assert_true(fabsf(run->width - shaped) < 1.1f);
                assert_true(fabsf(run->width - shaped) < 0.004f * sizes[k] + 0.05f);
            }
}

static void widths_grow_with_the_size(void **state) {
    (void)state;
    float one = split(TEXT_WORDS, 10, "Attention").runs[0].width;
    float two = split(TEXT_WORDS, 20, "Attention").runs[0].width;
    assert_true(fabsf(two - 2 * one) < 1e-3f);
    float between = split(TEXT_WORDS, 10.5f, "Attention").runs[0].width;
    assert_true(between > one && between < two);
    assert_true(split(TEXT_WORDS, NAN, "Attention").runs[0].width == 0);
}

static void digits_are_tabular(void **state) {
    (void)state;
    float digit = split(TEXT_MONO, 16, "0").runs[0].width;
    const char *others[] = {"1", "7", ".", "−", "W", "i"};
    for (size_t i = 0; i < 6; i++)
        assert_true(fabsf(split(TEXT_MONO, 16, others[i]).runs[0].width - digit) < 0.05f);
    assert_true(fabsf(split(TEXT_MONO, 16, "0123456789").runs[0].width - 10 * digit) < 0.3f);
}

/* The cache must give back what splitting gives, also past its size. */
static void cache_changes_nothing(void **state) {
    (void)state;
    struct split first = split(TEXT_WORDS, 16, "self注意力and机制");
    for (int i = 0; i < 6000; i++) {
        char text[32];
        snprintf(text, sizeof text, "%d.%d", i, i * 7);
        split(TEXT_MONO, 12, text);
    }
    struct split again = split(TEXT_WORDS, 16, "self注意力and机制");
    assert_int_equal(again.count, first.count);
    for (size_t i = 0; i < first.count; i++) {
        assert_true(again.runs[i].width == first.runs[i].width);
        assert_int_equal(again.runs[i].face, first.runs[i].face);
        assert_int_equal(again.runs[i].start, first.runs[i].start);
    }
}

static void counts_runs_past_the_room(void **state) {
    (void)state;
    const char *text = "a注b意c力d";
    struct text_run runs[2];
    assert_int_equal(measurer.split(measurer.context, TEXT_WORDS, 16, text, strlen(text), runs, 2),
                     7);
    size_t bytes = 60000;
    char *much = malloc(bytes);
    memset(much, 'W', bytes);
    assert_int_equal(measurer.split(measurer.context, TEXT_WORDS, 16, much, bytes, runs, 2), 1);
    assert_true(runs[0].width > 600000);
    free(much);
}

static void metrics_are_sensible(void **state) {
    (void)state;
    for (int style = 0; style < TEXT_STYLE_COUNT; style++) {
        struct text_metrics m = measurer.metrics(measurer.context, (enum text_style)style, 100);
        assert_true(m.cap_height > 60 && m.cap_height < 80);
        assert_true(m.ascent > m.cap_height && m.ascent < 130);
        assert_true(m.descent > 10 && m.descent < 50);
    }
}

/* A bitmap holds the whole run: nothing painted in its outermost rows and columns, ink where the
 * letters are. */
static void bitmaps_hold_the_run(void **state) {
    (void)state;
    const char *texts[] = {"jAVj", "Wf", "注意力", "مرحبا"};
    const float sizes[] = {9, 15.25f, 48};
    for (size_t i = 0; i < 8; i++)
        for (size_t k = 0; k < 3; k++) {
            enum text_style style = i < 4 ? TEXT_WORDS : TEXT_WORDS_BOLD;
            const char *text = texts[i % 4];
            struct text_run run = split(style, sizes[k], text).runs[0];
            uint8_t *pixels;
            int width, height, x, y;
            assert_true(fonts_render_run(fonts, run.face, sizes[k], run.is_right_to_left, text,
                                         strlen(text), &pixels, &width, &height, &x, &y));
            assert_true((float)width <= run.width + sizes[k] && (float)height <= 3 * sizes[k] + 4);
            assert_true(x >= 1 && y >= 1 && y < height);
            unsigned most = 0;
            for (int row = 0; row < height; row++)
                for (int column = 0; column < width; column++) {
                    uint8_t value = pixels[row * width + column];
                    if (row == 0 || column == 0 || row == height - 1 || column == width - 1)
                        assert_int_equal(value, 0);
                    if (value > most) most = value;
                }
            assert_true(most > 150);
            free(pixels);
        }
}

static const enum text_style bold_styles[] = {TEXT_WORDS_SEMIBOLD, TEXT_WORDS_BOLD, TEXT_MONO_BOLD};
enum { BOLD_STYLE_COUNT = sizeof bold_styles / sizeof bold_styles[0] };

/* The ink of the first run, its centre from the pen's start (x) and from the baseline (y). */
struct ink {
    double sum, centre_x, centre_y;
};
static struct ink ink_of(enum text_style style, float size, const char *text) {
    struct text_run run = split(style, size, text).runs[0];
    uint8_t *pixels;
    int width, height, x, y;
    assert_true(fonts_render_run(fonts, run.face, size, run.is_right_to_left, text, run.bytes,
                                 &pixels, &width, &height, &x, &y));
    struct ink ink = {0};
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++) {
            double value = pixels[row * width + column] / 255.0;
            ink.sum += value;
            ink.centre_x += value * (column + 0.5 - x);
            ink.centre_y += value * (row + 0.5 - y);
        }
    ink.centre_x /= ink.sum;
    ink.centre_y /= ink.sum;
    free(pixels);
    return ink;
}

/* Bold Chinese is another face of the same width with more ink, whether the font has a
 * bold weight or not. */
static void bold_chinese_is_bold(void **state) {
    (void)state;
    const char *texts[] = {"注意力机制", "相似性", "一", "量"};
    const float sizes[] = {13, 15.25f, 22, 64};
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++) {
            struct split regular = split(TEXT_WORDS, sizes[k], texts[i]);
            struct ink thin = ink_of(TEXT_WORDS, sizes[k], texts[i]);
            for (size_t s = 0; s < BOLD_STYLE_COUNT; s++) {
                struct split bold = split(bold_styles[s], sizes[k], texts[i]);
                struct ink thick = ink_of(bold_styles[s], sizes[k], texts[i]);
                assert_int_equal(bold.count, 1);
                assert_int_not_equal(bold.runs[0].face, regular.runs[0].face);
                assert_true(fabsf(bold.runs[0].width - regular.runs[0].width) < 1e-4f);
                assert_true(thick.sum > thin.sum * 1.1 && thick.sum < thin.sum * 2.0);
            }
            assert_true(ink_of(TEXT_WORDS_BOLD, sizes[k], texts[i]).sum >=
                        ink_of(TEXT_WORDS_SEMIBOLD, sizes[k], texts[i]).sum);
        }
    assert_int_equal(face_of(TEXT_WORDS, "注"), face_of(TEXT_WORDS_MEDIUM, "注"));
    assert_int_equal(face_of(TEXT_WORDS_BOLD, "注"), face_of(TEXT_MONO_BOLD, "意"));
}

/* Strokes grow on both sides alike: the middle of an even character stays where it is, to 1/200
 * em. A font's own bold weight may stand a little elsewhere. */
static void emboldened_ink_stays_in_the_middle(void **state) {
    (void)state;
    const char *texts[] = {"田", "一"};
    for (size_t i = 0; i < 2; i++)
        for (size_t s = 0; s < BOLD_STYLE_COUNT; s++) {
            const double size = 64;
            uint16_t face = face_of(bold_styles[s], texts[i]);
            double room = fonts_face_is_emboldened(fonts, face) ? size / 200 : size / 30;
            struct ink thin = ink_of(TEXT_WORDS, (float)size, texts[i]);
            struct ink thick = ink_of(bold_styles[s], (float)size, texts[i]);
            assert_true(fabs(thick.centre_x - thin.centre_x) < room);
            assert_true(fabs(thick.centre_y - thin.centre_y) < room);
        }
}

/* Emboldening is a last resort: what has a bold weight keeps the font's own outlines. */
static void fonts_with_a_bold_weight_are_not_emboldened(void **state) {
    (void)state;
    for (size_t s = 0; s < BOLD_STYLE_COUNT; s++) {
        assert_false(fonts_face_is_emboldened(fonts, face_of(bold_styles[s], "Attention 0.25")));
        uint16_t mathematics = face_of(bold_styles[s], "ᵀ");
        assert_false(fonts_face_is_emboldened(fonts, mathematics));
        assert_non_null(strstr(fonts_face_path(fonts, mathematics), "Bold"));
    }
    for (int style = 0; style < TEXT_STYLE_COUNT; style++)
        if (style == TEXT_WORDS || style == TEXT_WORDS_MEDIUM || style == TEXT_MONO)
            assert_false(fonts_face_is_emboldened(fonts, face_of((enum text_style)style, "注")));
}

static void unknown_faces_are_refused(void **state) {
    (void)state;
    uint8_t *pixels;
    int width, height, x, y;
    assert_false(
        fonts_render_run(fonts, 60000, 16, false, "a", 1, &pixels, &width, &height, &x, &y));
    assert_string_equal(fonts_face_path(fonts, 60000), "");
}

/* A configuration that knows only the given folder. */
static void use_only(const char *folder) {
    char path[512];
    snprintf(path, sizeof path, "%s/headway-fonts-%ld.conf", HEADWAY_BINARY_DIR, (long)getpid());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">"
            "<fontconfig><dir>%s</dir><cachedir>%s/font-cache</cachedir></fontconfig>",
            folder, HEADWAY_BINARY_DIR);
    fclose(file);
    setenv("FONTCONFIG_FILE", path, 1);
}

/* The folder of the face that has these characters. */
static void folder_of(const char *text, char folder[512]) {
    snprintf(folder, 512, "%s", fonts_face_path(fonts, face_of(TEXT_WORDS, text)));
    assert_non_null(strrchr(folder, '/'));
    *strrchr(folder, '/') = '\0';
}

/* With nothing but one family, a style that it has no weight for is emboldened; one that it has is
 * not. */
static void bold_weights_are_looked_for(void **state) {
    (void)state;
    static const char *const samples[] = {"注", "ᵀ"};
    for (size_t i = 0; i < 2; i++) {
        char folder[512], error[256] = "", path[512];
        folder_of(samples[i], folder);
        bool has_bold = !fonts_face_is_emboldened(fonts, face_of(TEXT_WORDS_BOLD, samples[i]));
        use_only(folder);
        struct fonts *few = fonts_open(error, sizeof error, NULL, 0);
        assert_non_null(few);
        struct text_measurer m = fonts_measurer(few);
        struct text_run run;
        assert_int_equal(m.split(m.context, TEXT_WORDS_BOLD, 16, "word", 4, &run, 1), 1);
        assert_int_equal(fonts_face_is_emboldened(few, run.face), !has_bold);
        assert_int_equal(m.split(m.context, TEXT_WORDS, 16, "word", 4, &run, 1), 1);
        assert_false(fonts_face_is_emboldened(few, run.face));
        fonts_close(few);
        unsetenv("FONTCONFIG_FILE");
        snprintf(path, sizeof path, "%s/headway-fonts-%ld.conf", HEADWAY_BINARY_DIR,
                 (long)getpid());
        remove(path);
    }
}

static void hidden_fonts_are_replaced_or_named(void **state) {
    (void)state;
    char error[256] = "", warning[512], path[512];
    snprintf(path, sizeof path, "%s/headway-fonts-%ld.conf", HEADWAY_BINARY_DIR, (long)getpid());
    char dejavu[512];
    struct fonts *all = fonts_open(error, sizeof error, warning, sizeof warning);
    assert_non_null(all);
    struct text_measurer m = fonts_measurer(all);
    struct text_run run;
    assert_int_equal(m.split(m.context, TEXT_WORDS, 16, "ᵀ", 3, &run, 1), 1);
    snprintf(dejavu, sizeof dejavu, "%s", fonts_face_path(all, run.face));
    assert_non_null(strrchr(dejavu, '/'));
    *strrchr(dejavu, '/') = '\0';
    fonts_close(all);

    use_only(dejavu);
    struct fonts *few = fonts_open(error, sizeof error, warning, sizeof warning);
    assert_non_null(few);
    assert_non_null(strstr(warning, "Inter"));
    assert_non_null(strstr(warning, "JetBrains Mono"));
    assert_non_null(strstr(warning, "fonts-inter"));
    m = fonts_measurer(few);
    assert_int_equal(m.split(m.context, TEXT_WORDS, 16, "word", 4, &run, 1), 1);
    assert_true(run.width > 20);
    assert_int_equal(m.split(m.context, TEXT_WORDS, 16, "注", 3, &run, 1),
                     1); /* drawn as missing */
    fonts_close(few);

    use_only("/nonexistent-font-folder");
    assert_null(fonts_open(error, sizeof error, warning, sizeof warning));
    assert_non_null(strstr(error, "install"));
    fonts_close(NULL);
    unsetenv("FONTCONFIG_FILE");
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latin_is_one_run),
        cmocka_unit_test(chinese_and_english_alternate),
        cmocka_unit_test(right_to_left_comes_in_visual_order),
        cmocka_unit_test(arabic_is_shaped),
        cmocka_unit_test(clusters_are_never_torn),
        cmocka_unit_test(mathematics_falls_back),
        cmocka_unit_test(missing_characters_are_seen),
        cmocka_unit_test(widths_agree_with_the_shaper),
        cmocka_unit_test(widths_grow_with_the_size),
        cmocka_unit_test(digits_are_tabular),
        cmocka_unit_test(cache_changes_nothing),
        cmocka_unit_test(counts_runs_past_the_room),
        cmocka_unit_test(metrics_are_sensible),
        cmocka_unit_test(bitmaps_hold_the_run),
        cmocka_unit_test(bold_chinese_is_bold),
        cmocka_unit_test(emboldened_ink_stays_in_the_middle),
        cmocka_unit_test(fonts_with_a_bold_weight_are_not_emboldened),
        cmocka_unit_test(bold_weights_are_looked_for),
        cmocka_unit_test(unknown_faces_are_refused),
        cmocka_unit_test(hidden_fonts_are_replaced_or_named),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}

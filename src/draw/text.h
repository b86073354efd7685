/* text.h: the measuring of text, declared here, implemented by `render`, handed in by `app`.
 *
 * A style is what a view asks for; a face is one font file that really has the characters. Splitting a
 * text gives runs of one face and one direction, in visual order, each with its width: measured once,
 * without hinting, so that window and paper break alike. */
#ifndef DRAW_TEXT_H
#define DRAW_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum text_style {
    TEXT_WORDS, /* Inter Regular */
    TEXT_WORDS_MEDIUM,
    TEXT_WORDS_SEMIBOLD,
    TEXT_WORDS_BOLD,
    TEXT_MONO, /* JetBrains Mono Regular */
    TEXT_MONO_BOLD,
    TEXT_STYLE_COUNT
};

struct text_run {
    uint32_t start, bytes; /* range in the text that was split */
    uint16_t face;         /* index into the font set; its meaning is render's */
    bool is_right_to_left;
    float width;           /* pixels */
};

struct text_metrics {
    float ascent, descent; /* pixels above and below the baseline, both positive */
    float cap_height;      /* pixels; for centring */
};

struct text_measurer {
    void *context;
    /* Splits UTF-8 text; fills at most `max` runs in visual order and returns how many there are.
     * Control and bidi-override characters have been made visible by the caller (text_printable). */
    size_t (*split)(void *context, enum text_style style, float size_px, const char *text,
                    size_t bytes, struct text_run *runs, size_t max);
    struct text_metrics (*metrics)(void *context, enum text_style style, float size_px);
};

enum { TEXT_MAX_RUNS = 32 };

float text_width(const struct text_measurer *m, enum text_style style, float size_px, const char *text,
                 size_t bytes);
#endif

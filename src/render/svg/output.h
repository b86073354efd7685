/* output.h: text that grows, with what XML needs. Private to render.
 *
 * When memory runs out a sticky flag is set and what comes after is dropped; ask once at the end. Numbers are written the same
 * way whatever the locale. */
#ifndef RENDER_SVG_OUTPUT_H
#define RENDER_SVG_OUTPUT_H
#include "draw/colour.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output {
    char *text;
    size_t bytes, room;
    bool failed;
};
void output_bytes(struct output *out, const char *text, size_t bytes);
void output_text(struct output *out, const char *text);
void output_integer(struct output *out, long long value);
void output_number(struct output *out, double value); /* at most three decimals, no trailing zeros */
void output_exact(struct output *out, double value);  /* at most nine */
/* As character data and inside double quotes: & < > " become entities, what XML 1.0 does not allow U+FFFD. */
void output_escaped(struct output *out, const char *text, size_t bytes);
void output_base64(struct output *out, const uint8_t *data, size_t bytes);
/* ` name="value"` */
void output_attribute(struct output *out, const char *name, double value);
/* ` name="#rrggbb"` and, where it shines through, ` name-opacity="…"`. */
void output_colour(struct output *out, const char *name, struct colour c);
#endif

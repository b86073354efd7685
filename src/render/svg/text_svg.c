/* text_svg.c: runs of text: as text, with the width that was measured, or as outlines. */
#include "parts.h"
#include <math.h>
#include <string.h>
#include FT_OUTLINE_H

static const struct {
    const char *weight, *generic;
} styles[TEXT_STYLE_COUNT] = {
    [TEXT_WORDS] = {NULL, "sans-serif"},
    [TEXT_WORDS_MEDIUM] = {"500", "sans-serif"},
    [TEXT_WORDS_SEMIBOLD] = {"600", "sans-serif"},
    [TEXT_WORDS_BOLD] = {"700", "sans-serif"},
    [TEXT_MONO] = {NULL, "monospace"},
    [TEXT_MONO_BOLD] = {"700", "monospace"},
};

static double degrees(float radians) {
    return (double)radians * 57.29577951308232087680;
}

/* "Inter, sans-serif"; names with spaces in single quotes. */
static void write_family(struct svg_state *state, const struct draw_command *c) {
    struct output *out = &state->out;
    const char *family = fonts_face_family(state->fonts, c->face, (enum text_style)c->style);
    output_text(out, " font-family=\"");
    if (family[0]) {
        const char *quote = strchr(family, ' ') && !strchr(family, '\'') ? "'" : "";
        output_text(out, quote);
        output_escaped(out, family, strlen(family));
        output_text(out, quote);
        output_text(out, ",");
    }
    output_text(out, styles[c->style].generic);
    output_text(out, "\"");
}

static void write_run(struct svg_state *state, const struct draw_command *c, const char *text) {
    struct output *out = &state->out;
    bool is_turned = c->angle != 0.0f;
    double x = is_turned ? (double)c->rect.x : draw_whole(c->rect.x);
    double y = is_turned ? (double)c->rect.y : draw_whole(c->rect.y);
    output_text(out, "<text");
    output_attribute(out, "x", x);
    output_attribute(out, "y", y);
    if (is_turned) {
        output_text(out, " transform=\"rotate(");
        output_number(out, degrees(c->angle));
        output_text(out, " ");
        output_number(out, x);
        output_text(out, " ");
        output_number(out, y);
        output_text(out, ")\"");
    }
    write_family(state, c);
    output_attribute(out, "font-size", (double)c->rect.h);
    if (styles[c->style].weight) {
        output_text(out, " font-weight=\"");
        output_text(out, styles[c->style].weight);
        output_text(out, "\"");
    }
    output_colour(out, "fill", c->colour);
    if (c->is_right_to_left) /* its end is on the left */
        output_text(out, " direction=\"rtl\" unicode-bidi=\"embed\" text-anchor=\"end\"");
    if (c->rect.w > 0) {
        output_attribute(out, "textLength", (double)c->rect.w);
        output_text(out, " lengthAdjust=\"spacingAndGlyphs\"");
    }
    output_text(out, ">");
    output_escaped(out, text, c->count);
    output_text(out, "</text>\n");
}

/* ---- outlines ---- */

struct tracer {
    struct output *out;
    double x, y; /* where the origin of the glyph stands */
};

static void write_point(const struct tracer *t, const FT_Vector *p) {
    output_number(t->out, t->x + (double)p->x / 64.0);
    output_text(t->out, " ");
    output_number(t->out, t->y - (double)p->y / 64.0);
}
static int trace_move(const FT_Vector *to, void *block) {
    const struct tracer *t = block;
    output_text(t->out, "M");
    write_point(t, to);
    return 0;
}
static int trace_line(const FT_Vector *to, void *block) {
    const struct tracer *t = block;
    output_text(t->out, "L");
    write_point(t, to);
    return 0;
}
static int trace_conic(const FT_Vector *control, const FT_Vector *to, void *block) {
    const struct tracer *t = block;
    output_text(t->out, "Q");
    write_point(t, control);
    output_text(t->out, " ");
    write_point(t, to);
    return 0;
}
static int trace_cubic(const FT_Vector *a, const FT_Vector *b, const FT_Vector *to, void *block) {
    const struct tracer *t = block;
    output_text(t->out, "C");
    write_point(t, a);
    output_text(t->out, " ");
    write_point(t, b);
    output_text(t->out, " ");
    write_point(t, to);
    return 0;
}

static void write_outlines(struct svg_state *state, const struct draw_command *c,
                           const char *text) {
    static const FT_Outline_Funcs functions = {.move_to = trace_move,
                                               .line_to = trace_line,
                                               .conic_to = trace_conic,
                                               .cubic_to = trace_cubic};
    struct output *out = &state->out;
    struct shaped_run *run = &state->shaped;
    if (!fonts_shape(state->fonts, run, c->face, c->is_right_to_left, text, c->count)) {
        out->failed = true;
        return;
    }
    float size = floorf(c->rect.h * 64.0f + 0.5f) / 64.0f, natural = run->advance * size;
    float stretch = natural > 0 && c->rect.w > 0 ? c->rect.w / natural : 1.0f;
    bool is_turned = c->angle != 0.0f;
    output_text(out, "<path aria-label=\"");
    output_escaped(out, text, c->count);
    output_text(out, "\" transform=\"translate(");
    output_number(out, is_turned ? (double)c->rect.x : draw_whole(c->rect.x));
    output_text(out, " ");
    output_number(out, is_turned ? (double)c->rect.y : draw_whole(c->rect.y));
    output_text(out, ")");
    if (is_turned) {
        output_text(out, " rotate(");
        output_number(out, degrees(c->angle));
        output_text(out, ")");
    }
    output_text(out, "\"");
    output_colour(out, "fill", c->colour);
    output_text(out, " d=\"");
    for (size_t i = 0; i < run->count && !out->failed; i++) {
        const struct shaped_glyph *glyph = &run->glyphs[i];
        FT_Outline *outline = fonts_outline(state->fonts, c->face, size, glyph->glyph);
        struct tracer tracer = {out, (double)(glyph->x * size * stretch),
                                (double)(glyph->y * size)};
        size_t before = out->bytes;
        if (outline) FT_Outline_Decompose(outline, &functions, &tracer);
        if (out->bytes > before) output_text(out, "Z");
    }
    output_text(out, "\"/>\n");
}

void svg_text(struct svg_state *state, const struct draw_command *c) {
    const char *text = state->list->text + c->data;
    if (!(c->rect.h > 0) || c->style >= TEXT_STYLE_COUNT) return;
    if (state->options->page.is_text_outlined)
        write_outlines(state, c, text);
    else
        write_run(state, c, text);
}

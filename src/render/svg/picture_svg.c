#include "picture_svg.h"
#include "draw/memory.h"
#include "parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- shapes ---- */

static void end_shape(struct output *out) {
    output_text(out, "/>\n");
}

static void place(struct output *out, double x, double y, double w, double h) {
    output_attribute(out, "x", x);
    output_attribute(out, "y", y);
    output_attribute(out, "width", w);
    output_attribute(out, "height", h);
}

static void rectangle(struct svg_state *state, const struct draw_command *c) {
    struct output *out = &state->out;
    struct rect r = c->rect;
    float radius = fminf(c->radius, fminf(r.w, r.h) / 2);
    if (radius <= 0) r = rect_intersect(r, rect_snap(c->clip));
    if (r.w <= 0 || r.h <= 0) return;
    output_text(out, "<rect");
    place(out, (double)r.x, (double)r.y, (double)r.w, (double)r.h);
    if (radius > 0) output_attribute(out, "rx", (double)radius);
    output_colour(out, "fill", c->colour);
    end_shape(out);
}

static void point(struct output *out, const char *sign, double x, double y) {
    output_text(out, sign);
    output_number(out, x);
    output_text(out, " ");
    output_number(out, y);
}

static void arc(struct output *out, double radius, int is_clockwise, double x, double y) {
    output_text(out, "A");
    output_number(out, radius);
    output_text(out, " ");
    output_number(out, radius);
    output_text(out, is_clockwise ? " 0 0 1 " : " 0 0 0 ");
    output_number(out, x);
    output_text(out, " ");
    output_number(out, y);
}

/* Both halves of a rounded rectangle from the middle of its upper left corner to that of the lower
 * right one. */
static void halves(struct output *out, double left, double top, double right, double bottom,
                   double radius) {
    double in = radius * (1 - 0.70710678118654752440);
    point(out, "M", left + in, top + in);
    if (radius > 0) arc(out, radius, 1, left + radius, top);
    point(out, "L", right - radius, top);
    if (radius > 0) arc(out, radius, 1, right, top + radius);
    point(out, "L", right, bottom - radius);
    if (radius > 0) arc(out, radius, 1, right - in, bottom - in);
    point(out, "M", left + in, top + in);
    if (radius > 0) arc(out, radius, 0, left, top + radius);
    point(out, "L", left, bottom - radius);
    if (radius > 0) arc(out, radius, 0, left + radius, bottom);
    point(out, "L", right - radius, bottom);
    if (radius > 0) arc(out, radius, 0, right - in, bottom - in);
}

static void dashed_frame(struct output *out, const struct draw_command *c, double radius) {
    double half = (double)c->thickness / 2;
    int step = draw_dash_step(c->dash);
    output_text(out, "<path d=\"");
    halves(out, (double)c->rect.x + half, (double)c->rect.y + half,
           (double)rect_right(c->rect) - half, (double)rect_bottom(c->rect) - half, radius);
    output_text(out, "\" fill=\"none\"");
    output_colour(out, "stroke", c->colour);
    output_attribute(out, "stroke-width", (double)c->thickness);
    output_attribute(out, "stroke-dasharray", step);
    output_attribute(out, "stroke-dashoffset", vector_dash_offset(c, step));
    end_shape(out);
}

/* A stroke along the middle line has the outer radius and an inner one of radius − thickness, as
 * wanted, save where the inner corner is sharp and the outer one is not: there the difference is
 * less than a pixel. */
static void frame(struct svg_state *state, const struct draw_command *c) {
    struct output *out = &state->out;
    float t = c->thickness;
    if (t <= 0) return;
    if (c->rect.w <= 2 * t || c->rect.h <= 2 * t) {
        rectangle(state, c);
        return;
    }
    double half = (double)t / 2;
    double most = (double)fminf(c->rect.w, c->rect.h) / 2 - half;
    double radius = fmax(0, fmin((double)c->radius - half, most));
    if (c->dash > 0) {
        dashed_frame(out, c, radius);
        return;
    }
    output_text(out, "<rect");
    place(out, (double)c->rect.x + half, (double)c->rect.y + half, (double)(c->rect.w - t),
          (double)(c->rect.h - t));
    if (radius > 0) output_attribute(out, "rx", radius);
    output_text(out, " fill=\"none\"");
    output_colour(out, "stroke", c->colour);
    output_attribute(out, "stroke-width", (double)t);
    end_shape(out);
}

static void end_stroke(struct svg_state *state, const struct draw_command *c) {
    struct output *out = &state->out;
    output_text(out, "\"");
    output_colour(out, "stroke", c->colour);
    output_attribute(out, "stroke-width", (double)c->thickness);
    output_text(out, " stroke-linecap=\"round\"");
    end_shape(out);
}

static void line(struct svg_state *state, const struct draw_command *c) {
    struct output *out = &state->out;
    if (c->thickness <= 0) return;
    output_text(out, "<path d=\"");
    point(out, "M", (double)c->rect.x, (double)c->rect.y);
    point(out, "L", (double)(c->rect.x + c->rect.w), (double)(c->rect.y + c->rect.h));
    end_stroke(state, c);
}

/* The cubic of draw_curve_at, with its handles. */
static void curve(struct svg_state *state, const struct draw_command *c) {
    struct output *out = &state->out;
    double x = (double)c->rect.x, y = (double)c->rect.y, w = (double)c->rect.w,
           h = (double)c->rect.h;
    if (c->thickness <= 0) return;
    output_text(out, "<path fill=\"none\" d=\"");
    point(out, "M", x, y);
    point(out, "C", c->is_upright ? x : x + w / 2, c->is_upright ? y + h / 2 : y);
    point(out, " ", c->is_upright ? x + w : x + w / 2, c->is_upright ? y + h / 2 : y + h);
    point(out, " ", x + w, y + h);
    end_stroke(state, c);
}

static void hatch(struct svg_state *state, const struct draw_command *c) {
    struct output *out = &state->out;
    struct vector_hatch lines = vector_hatch_of(c);
    bool is_begun = false;
    for (int i = lines.first; i <= lines.last; i++) {
        double points[6][2];
        size_t count = vector_hatch_line(&lines, i, points);
        if (count && !is_begun) output_text(out, "<path d=\"");
        is_begun = is_begun || count;
        for (size_t p = 0; p < count; p++)
            point(out, p ? "L" : "M", points[p][0], points[p][1]);
        if (count) output_text(out, "Z");
    }
    if (!is_begun) return;
    output_text(out, "\"");
    output_colour(out, "fill", c->colour);
    end_shape(out);
}

/* ---- clips ---- */

/* The id of the clip, told to the reader when it is met first; 0: no memory. */
static size_t clip_id(struct svg_state *state, struct rect clip) {
    for (size_t i = 0; i < state->clip_count; i++)
        if (memcmp(&state->clips[i], &clip, sizeof clip) == 0) return i + 1;
    if (!memory_grow((void **)&state->clips, &state->clip_room, state->clip_count + 1,
                     sizeof *state->clips)) {
        state->out.failed = true;
        return 0;
    }
    state->clips[state->clip_count++] = clip;
    struct output *out = &state->out;
    output_text(out, "<clipPath id=\"clip-");
    output_integer(out, (long long)state->clip_count);
    output_text(out, "\"><rect");
    place(out, (double)clip.x, (double)clip.y, (double)clip.w, (double)clip.h);
    output_text(out, "/></clipPath>\n");
    return state->clip_count;
}

static void use_clip(struct svg_state *state, const struct draw_command *c) {
    bool is_needed = vector_needs_clip(c, state->options->page.area);
    if (c->kind == DRAW_MATRIX || c->kind == DRAW_HATCH) {
        struct rect r = rect_snap(c->rect);
        is_needed = is_needed && c->kind == DRAW_MATRIX && r.w > 0 && r.h > 0;
    } else if (c->kind == DRAW_RECTANGLE && c->radius <= 0) {
        is_needed = false;
    }
    if (is_needed && state->open_clip &&
        memcmp(&state->clips[state->open_clip - 1], &c->clip, sizeof c->clip) == 0)
        return;
    if (state->open_clip) output_text(&state->out, "</g>\n");
    state->open_clip = is_needed ? clip_id(state, c->clip) : 0;
    if (!state->open_clip) return;
    output_text(&state->out, "<g clip-path=\"url(#clip-");
    output_integer(&state->out, (long long)state->open_clip);
    output_text(&state->out, ")\">\n");
}

static void command(struct svg_state *state, const struct draw_command *c) {
    if (c->colour.a == 0 || !rect_overlap(c->clip, state->options->page.area)) return;
    use_clip(state, c);
    switch ((enum draw_kind)c->kind) {
    case DRAW_RECTANGLE:
        rectangle(state, c);
        break;
    case DRAW_FRAME:
        frame(state, c);
        break;
    case DRAW_LINE:
        line(state, c);
        break;
    case DRAW_CURVE:
        curve(state, c);
        break;
    case DRAW_TEXT:
        svg_text(state, c);
        break;
    case DRAW_MATRIX:
        svg_matrix(state, c);
        break;
    case DRAW_HATCH:
        hatch(state, c);
        break;
    }
}

/* ---- the picture ---- */

static void begin(struct svg_state *state) {
    struct output *out = &state->out;
    const struct vector_page *page = &state->options->page;
    struct rect area = page->area;
    bool is_mm = page->width_mm > 0;
    double unit = is_mm ? page->width_mm / page->width_pt : 96.0 / 72.0;
    output_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                     "xmlns:xlink=\"http://www.w3.org/1999/xlink\" id=\"headway\"");
    output_text(out, " width=\"");
    output_number(out, page->width_pt * unit);
    output_text(out, is_mm ? "mm\" height=\"" : "\" height=\"");
    output_number(out, vector_page_height(page) * unit);
    output_text(out, is_mm ? "mm\" viewBox=\"" : "\" viewBox=\"");
    const float box[] = {area.x, area.y, area.w, area.h};
    for (size_t i = 0; i < 4; i++) {
        if (i) output_text(out, " ");
        output_number(out, (double)box[i]);
    }
    output_text(out, "\" xml:space=\"preserve\">\n");
    if (state->options->document) {
        output_text(out, "<metadata><" SVG_DOCUMENT_ELEMENT
                         " xmlns:headway=\"" SVG_DOCUMENT_NAMESPACE "\">");
        output_escaped(out, state->options->document, strlen(state->options->document));
        output_text(out, "</" SVG_DOCUMENT_ELEMENT "></metadata>\n");
    }
    if (!page->has_background) return;
    struct colour background = state->list->background;
    background.a = 255;
    output_text(out, "<rect id=\"background\"");
    place(out, (double)area.x, (double)area.y, (double)area.w, (double)area.h);
    output_colour(out, "fill", background);
    end_shape(out);
}

bool svg_picture(struct fonts *fonts, const struct draw_list *list,
                 const struct svg_options *options, char **text, size_t *bytes) {
    struct svg_state state = {.fonts = fonts, .list = list, .options = options};
    begin(&state);
    for (size_t i = 0; i < list->count && !state.out.failed; i++)
        command(&state, &list->commands[i]);
    if (state.open_clip) output_text(&state.out, "</g>\n");
    output_text(&state.out, "</svg>\n");
    free(state.clips);
    shaped_run_free(&state.shaped);
    if (state.out.failed) {
        free(state.out.text);
        return false;
    }
    *text = state.out.text;
    *bytes = state.out.bytes;
    return true;
}

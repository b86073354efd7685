#include "picture_cairo.h"
#include "canvas.h"
#include "draw/bounds.h"
#include "draw/memory.h"
#include "renderer.h"
#include "shapes.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cairo_renderer *cairo_renderer_new(struct fonts *fonts) {
    struct cairo_renderer *renderer = memory_resize(NULL, sizeof *renderer);
    if (!renderer) return NULL;
    if (cairo_faces_open(&renderer->faces, fonts)) return renderer;
    cairo_renderer_free(renderer);
    return NULL;
}

void cairo_renderer_free(struct cairo_renderer *renderer) {
    if (!renderer) return;
    cairo_faces_close(&renderer->faces);
    free(renderer);
}

struct fonts *cairo_renderer_fonts(const struct cairo_renderer *renderer) {
    return renderer->faces.fonts;
}

/* ---- shapes ---- */

static bool has_whole_edges(struct rect r) {
    return floorf(r.x) == r.x && floorf(r.y) == r.y && floorf(r.w) == r.w && floorf(r.h) == r.h;
}

static void paint_rectangle(struct canvas *canvas, const struct draw_command *c) {
    if (c->radius <= 0 && has_whole_edges(c->rect)) {
        canvas_fill(canvas, canvas_box(canvas, c->rect, c->clip), c->colour);
        return;
    }
    shape_colour(canvas->cairo, c->colour);
    shape_rounded(canvas->cairo, c->rect, c->radius);
    cairo_fill(canvas->cairo);
}

/* The dashes as a source: a square of one period, repeated over the picture from its top left. */
static cairo_surface_t *dashes_make(struct colour c, float dash) {
    int period = 2 * (dash < 1.0f ? 1 : draw_whole(fminf(dash, 4096.0f)));
    cairo_surface_t *square = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, period, period);
    if (cairo_surface_status(square) != CAIRO_STATUS_SUCCESS) return square;
    struct colour full =
        colour_over((struct colour){c.r, c.g, c.b, c.a}, COLOUR_HEX(0)); /* × alpha */
    uint32_t value = (uint32_t)c.a << 24 | (uint32_t)full.r << 16 | (uint32_t)full.g << 8 | full.b;
    unsigned char *rows = cairo_image_surface_get_data(square);
    int stride = cairo_image_surface_get_stride(square);
    cairo_surface_flush(square);
    for (int y = 0; y < period; y++)
        for (int x = 0; x < period; x++) {
            uint32_t pixel = draw_dash_covers(x, y, dash) ? value : 0;
            memcpy(rows + y * stride + x * 4, &pixel, 4);
        }
    cairo_surface_mark_dirty(square);
    return square;
}

static void set_dashes(cairo_t *cairo, struct colour c, float dash) {
    cairo_surface_t *square = dashes_make(c, dash);
    cairo_set_source_surface(cairo, square, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_REPEAT);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    cairo_surface_destroy(square);
}

static void paint_frame(struct canvas *canvas, const struct draw_command *c) {
    cairo_t *cairo = canvas->cairo;
    float t = c->thickness;
    if (t <= 0) return;
    struct rect inner =
        rect_make(c->rect.x + t, c->rect.y + t, c->rect.w - 2 * t, c->rect.h - 2 * t);
    if (c->dash > 0)
        set_dashes(cairo, c->colour, c->dash);
    else
        shape_colour(cairo, c->colour);
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_EVEN_ODD);
    shape_rounded(cairo, c->rect, c->radius);
    if (inner.w > 0 && inner.h > 0) shape_rounded(cairo, inner, c->radius - t);
    cairo_fill(cairo);
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_WINDING);
}

/* ---- the picture ---- */

static void set_clip(struct canvas *canvas, struct rect clip) {
    if (memcmp(&clip, &canvas->clip, sizeof clip) == 0) return;
    canvas->clip = clip;
    struct box box = canvas_box(canvas, clip, clip);
    cairo_reset_clip(canvas->cairo);
    cairo_rectangle(canvas->cairo, box.left, box.top, box.right - box.left, box.bottom - box.top);
    cairo_clip(canvas->cairo);
}

static bool paint_command(struct canvas *canvas, struct cairo_faces *faces,
                          const struct draw_list *list, const struct draw_command *c) {
    switch ((enum draw_kind)c->kind) {
    case DRAW_MATRIX:
        return canvas_matrix(canvas, c, list->cells + c->data);
    case DRAW_HATCH:
        canvas_hatch(canvas, c);
        return true;
    case DRAW_RECTANGLE:
        set_clip(canvas, c->clip);
        paint_rectangle(canvas, c);
        return true;
    case DRAW_FRAME:
        set_clip(canvas, c->clip);
        paint_frame(canvas, c);
        return true;
    case DRAW_LINE:
        set_clip(canvas, c->clip);
        shape_line(canvas->cairo, c);
        return true;
    case DRAW_CURVE:
        set_clip(canvas, c->clip);
        shape_curve(canvas->cairo, c);
        return true;
    case DRAW_TEXT:
        set_clip(canvas, c->clip);
        shape_colour(canvas->cairo, c->colour);
        return canvas_text(canvas, faces, c, list->text + c->data);
    }
    return true;
}

/* The surface holds the band alone; cairo's coordinates are those of the whole picture. */
static bool canvas_open(struct canvas *canvas, int width, int top, int rows, uint32_t *pixels) {
    *canvas = (struct canvas){.pixels = pixels, .width = width, .top = top, .bottom = top + rows};
    memset(pixels, 0, (size_t)width * (size_t)rows * sizeof *pixels);
    canvas->surface = cairo_image_surface_create_for_data(
        (unsigned char *)pixels, CAIRO_FORMAT_RGB24, width, rows, width * 4);
    cairo_surface_set_device_offset(canvas->surface, 0, -top);
    canvas->cairo = cairo_create(canvas->surface);
    canvas->clip = rect_make(0, (float)top, (float)width, (float)rows);
    return cairo_status(canvas->cairo) == CAIRO_STATUS_SUCCESS;
}

static bool canvas_close(struct canvas *canvas) {
    bool is_good = canvas->cairo && cairo_status(canvas->cairo) == CAIRO_STATUS_SUCCESS;
    if (canvas->cairo) cairo_destroy(canvas->cairo);
    if (canvas->surface) {
        cairo_surface_finish(canvas->surface);
        cairo_surface_destroy(canvas->surface);
    }
    return is_good;
}

bool cairo_renderer_size(const struct draw_list *list, int *width, int *height) {
    *width = *height = 0;
    if (!(list->width < 32767.0f && list->height < 32767.0f)) return false;
    *width = draw_whole(fmaxf(list->width, 1.0f));
    *height = draw_whole(fmaxf(list->height, 1.0f));
    return true;
}

static bool is_in_band(const struct draw_command *c, const struct rect *band) {
    return rect_overlap(c->clip, *band) && rect_overlap(draw_command_bounds(c), *band);
}

bool cairo_renderer_draw_band(struct cairo_renderer *renderer, const struct draw_list *list,
                              int top, int rows, uint32_t *pixels) {
    struct canvas canvas;
    int width, height;
    if (!cairo_renderer_size(list, &width, &height)) return false;
    bool is_good = canvas_open(&canvas, width, top, rows, pixels);
    struct rect band = rect_make(0, (float)top - 2, (float)width, (float)rows + 4);
    if (is_good) {
        struct colour background = list->background;
        background.a = 255;
        canvas_fill(&canvas, (struct box){0, top, width, top + rows}, background);
    }
    for (size_t i = 0; is_good && i < list->count; i++)
        if (rows == height || is_in_band(&list->commands[i], &band))
            is_good = paint_command(&canvas, &renderer->faces, list, &list->commands[i]);
    is_good = canvas_close(&canvas) && is_good;
    size_t count = (size_t)width * (size_t)rows;
    for (size_t i = 0; is_good && i < count; i++)
        pixels[i] &= 0x00FFFFFFu; /* cairo leaves the upper byte to itself */
    return is_good;
}

bool cairo_renderer_draw(struct cairo_renderer *renderer, const struct draw_list *list,
                         uint32_t **pixels, int *width, int *height) {
    if (!cairo_renderer_size(list, width, height)) return false;
    uint32_t *made = memory_resize(NULL, (size_t)*width * (size_t)*height * sizeof *made);
    if (made && cairo_renderer_draw_band(renderer, list, 0, *height, made)) {
        *pixels = made;
        return true;
    }
    free(made);
    return false;
}

#include "pdf.h"
#include "draw/memory.h"
#include "pdf_text.h"
#include "renderer.h"
#include "shapes.h"
#include <cairo-pdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pdf {
    struct cairo_faces *faces;
    uint8_t *data;
    size_t bytes, room;
    cairo_surface_t *surface;
    cairo_t *cairo;
    struct pdf_run run;
};

static cairo_status_t take_bytes(void *block, const unsigned char *data, unsigned length) {
    struct pdf *pdf = block;
    if (length > SIZE_MAX - 1 - pdf->bytes ||
        !memory_grow((void **)&pdf->data, &pdf->room, pdf->bytes + length + 1, 1))
        return CAIRO_STATUS_NO_MEMORY;
    if (length) memcpy(pdf->data + pdf->bytes, data, length);
    pdf->bytes += length;
    pdf->data[pdf->bytes] = 0;
    return CAIRO_STATUS_SUCCESS;
}

/* PDF 1.4: everything Headway needs, and readable by anything; later versions may hide the document
 * in compressed objects. */
struct pdf *pdf_new(struct cairo_renderer *renderer, const char *document) {
    struct pdf *pdf = memory_resize(NULL, sizeof *pdf);
    if (!pdf) return NULL;
    *pdf = (struct pdf){.faces = &renderer->faces};
    pdf->surface = cairo_pdf_surface_create_for_stream(take_bytes, pdf, 72, 72);
    cairo_pdf_surface_restrict_to_version(pdf->surface, CAIRO_PDF_VERSION_1_4);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   "2000-01-01T00:00:00Z");
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR, "Headway");
    if (document)
        cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_SUBJECT, document);
    pdf->cairo = cairo_create(pdf->surface);
    if (cairo_status(pdf->cairo) == CAIRO_STATUS_SUCCESS) return pdf;
    pdf_free(pdf);
    return NULL;
}

void pdf_free(struct pdf *pdf) {
    if (!pdf) return;
    if (pdf->cairo) cairo_destroy(pdf->cairo);
    if (pdf->surface) {
        cairo_surface_finish(pdf->surface);
        cairo_surface_destroy(pdf->surface);
    }
    pdf_run_free(&pdf->run);
    free(pdf->data);
    free(pdf);
}

/* ---- records ---- */

static void rectangle(cairo_t *cairo, const struct draw_command *c) {
    shape_colour(cairo, c->colour);
    shape_rounded(cairo, c->rect, c->radius);
    cairo_fill(cairo);
}

/* Both halves of the middle line, from the middle of the upper left corner on. */
static void half_frames(cairo_t *cairo, struct rect r, double radius) {
    const double quarter = 1.57079632679489661923, eighth = quarter / 2;
    double left = (double)r.x + radius, top = (double)r.y + radius;
    double right = (double)rect_right(r) - radius, bottom = (double)rect_bottom(r) - radius;
    cairo_new_sub_path(cairo);
    cairo_arc(cairo, left, top, radius, 2 * quarter + eighth, 3 * quarter);
    cairo_arc(cairo, right, top, radius, -quarter, 0);
    cairo_arc(cairo, right, bottom, radius, 0, eighth);
    cairo_new_sub_path(cairo);
    cairo_arc_negative(cairo, left, top, radius, 2 * quarter + eighth, 2 * quarter);
    cairo_arc_negative(cairo, left, bottom, radius, 2 * quarter, quarter);
    cairo_arc_negative(cairo, right, bottom, radius, quarter, eighth);
}

static void dashed_frame(cairo_t *cairo, const struct draw_command *c) {
    float half = c->thickness / 2;
    struct rect middle = rect_inset(c->rect, half, half);
    int step = draw_dash_step(c->dash);
    double dash = step;
    double radius = (double)fmaxf(0, fminf(c->radius - half, fminf(middle.w, middle.h) / 2));
    cairo_save(cairo);
    cairo_set_line_width(cairo, (double)c->thickness);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
    cairo_set_dash(cairo, &dash, 1, vector_dash_offset(c, step));
    half_frames(cairo, middle, radius);
    cairo_stroke(cairo);
    cairo_restore(cairo);
}

static void frame(cairo_t *cairo, const struct draw_command *c) {
    float t = c->thickness;
    if (t <= 0) return;
    struct rect inner =
        rect_make(c->rect.x + t, c->rect.y + t, c->rect.w - 2 * t, c->rect.h - 2 * t);
    bool is_open = inner.w > 0 && inner.h > 0;
    shape_colour(cairo, c->colour);
    if (c->dash > 0 && is_open) {
        dashed_frame(cairo, c);
        return;
    }
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_EVEN_ODD);
    shape_rounded(cairo, c->rect, c->radius);
    if (is_open) shape_rounded(cairo, inner, c->radius - t);
    cairo_fill(cairo);
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_WINDING);
}

static void hatch(cairo_t *cairo, const struct draw_command *c) {
    struct vector_hatch lines = vector_hatch_of(c);
    shape_colour(cairo, c->colour);
    for (int i = lines.first; i <= lines.last; i++) {
        double points[6][2];
        size_t count = vector_hatch_line(&lines, i, points);
        for (size_t p = 0; p < count; p++)
            (p ? cairo_line_to : cairo_move_to)(cairo, points[p][0], points[p][1]);
        if (count) cairo_close_path(cairo);
    }
    cairo_fill(cairo);
}

/* NEAREST: any other filter writes /Interpolate, and readers blur the cells. */
static bool matrix(cairo_t *cairo, const struct draw_command *c, const struct colour *cells) {
    struct rect r = rect_snap(c->rect);
    size_t rows = c->count, columns = c->columns;
    if (r.w <= 0 || r.h <= 0 || !rows || !columns) return true;
    size_t scale = vector_image_scale(rows, columns);
    int width = (int)(columns * scale), height = (int)(rows * scale);
    uint32_t *pixels = vector_image(cells, rows, columns, scale);
    if (!pixels) return false;
    bool is_opaque = vector_is_opaque(cells, rows * columns);
    for (size_t i = 0; !is_opaque && i < (size_t)width * (size_t)height; i++) {
        struct colour under = COLOUR_HEX(0), top = COLOUR_HEX(pixels[i]); /* × alpha */
        top.a = (uint8_t)(pixels[i] >> 24);
        struct colour product = colour_over(top, under);
        pixels[i] = (uint32_t)top.a << 24 | (uint32_t)product.r << 16 | (uint32_t)product.g << 8 |
                    product.b;
    }
    cairo_surface_t *image = cairo_image_surface_create_for_data(
        (unsigned char *)pixels, is_opaque ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32, width,
        height, width * 4);
    cairo_save(cairo);
    cairo_translate(cairo, (double)r.x, (double)r.y);
    cairo_scale(cairo, (double)r.w / width, (double)r.h / height);
    cairo_set_source_surface(cairo, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    cairo_rectangle(cairo, 0, 0, width, height);
    cairo_fill(cairo);
    cairo_restore(cairo); /* the page has taken a copy of the image */
    cairo_surface_finish(image);
    bool is_good = cairo_surface_status(image) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(image);
    free(pixels);
    return is_good;
}

static bool record(struct pdf *pdf, const struct draw_list *list, const struct draw_command *c,
                   const struct vector_page *page) {
    cairo_t *cairo = pdf->cairo;
    switch ((enum draw_kind)c->kind) {
    case DRAW_RECTANGLE:
        rectangle(cairo, c);
        return true;
    case DRAW_FRAME:
        frame(cairo, c);
        return true;
    case DRAW_LINE:
        shape_line(cairo, c);
        return true;
    case DRAW_CURVE:
        shape_curve(cairo, c);
        return true;
    case DRAW_HATCH:
        hatch(cairo, c);
        return true;
    case DRAW_MATRIX:
        return matrix(cairo, c, list->cells + c->data);
    case DRAW_TEXT:
        shape_colour(cairo, c->colour);
        return pdf_text(cairo, pdf->faces, &pdf->run, c, list->text + c->data,
                        page->is_text_outlined);
    }
    return true;
}

static bool clipped_record(struct pdf *pdf, const struct draw_list *list,
                           const struct draw_command *c, const struct vector_page *page) {
    if (c->colour.a == 0 || !rect_overlap(c->clip, page->area)) return true;
    if (!vector_needs_clip(c, page->area)) return record(pdf, list, c, page);
    struct rect clip = rect_snap(c->clip);
    cairo_save(pdf->cairo);
    cairo_rectangle(pdf->cairo, (double)clip.x, (double)clip.y, (double)clip.w, (double)clip.h);
    cairo_clip(pdf->cairo);
    bool is_done = record(pdf, list, c, page);
    cairo_restore(pdf->cairo);
    return is_done;
}

bool pdf_page(struct pdf *pdf, const struct draw_list *list, const struct vector_page *page) {
    cairo_t *cairo = pdf->cairo;
    if (!(page->area.w > 0 && page->area.h > 0 && page->width_pt > 0)) return false;
    double scale = page->width_pt / (double)page->area.w;
    cairo_pdf_surface_set_size(pdf->surface, page->width_pt, vector_page_height(page));
    cairo_save(cairo);
    cairo_scale(cairo, scale, scale);
    cairo_translate(cairo, -(double)page->area.x, -(double)page->area.y);
    struct rect area = page->area;
    cairo_rectangle(cairo, (double)area.x, (double)area.y, (double)area.w, (double)area.h);
    cairo_clip(cairo);
    if (page->has_background) {
        struct colour background = list->background;
        background.a = 255;
        shape_colour(cairo, background);
        cairo_paint(cairo);
    }
    bool is_done = true;
    for (size_t i = 0; is_done && i < list->count; i++)
        is_done = clipped_record(pdf, list, &list->commands[i], page);
    cairo_restore(cairo);
    cairo_show_page(cairo);
    return is_done && cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
}

bool pdf_finish(struct pdf *pdf, uint8_t **data, size_t *bytes) {
    cairo_surface_finish(pdf->surface);
    if (cairo_surface_status(pdf->surface) != CAIRO_STATUS_SUCCESS || !pdf->data) return false;
    *data = pdf->data;
    *bytes = pdf->bytes;
    pdf->data = NULL;
    return true;
}

/* export_picture.c: one picture as bytes: PNG, SVG, or a file of one page. */
#include "app/export_private.h"

#include "draw/bounds.h"
#include "files/json.h"
#include "files/png_file.h"
#include "render/svg/picture_svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LEAST_TYPE_PT = 6, POINTS_PER_MM = 72 / 25.4;
enum { MARGIN = 6, LEAST_WIDTH = 320, LEAST_HEIGHT = 240 }; /* logical pixels */

bool export_no_memory(struct file_error *error) {
    return file_error_set(error, "no memory is left for this picture; choose a smaller one");
}

/* ---- drawing ---- */

/* The study as the look wants it: a shallow copy. */
static struct study study_for(const struct study *study, const struct export_look *look) {
    struct study copy = *study;
    if (!look->is_paper) return copy;
    copy.document.theme = THEME_LIGHT;
    if (copy.document.map == MAP_THEME) copy.document.map = MAP_BLUES;
    return copy;
}

/* A page to print is drawn on a grid of 384 an inch, except as an image, which has the pixels asked
 * for. */
static int density_of(const struct export_look *look) {
    enum { PRINTED = 4 };
    bool is_printed = look->part == PICTURE_WORKSHEET && look->format != EXPORT_PNG;
    return is_printed ? PRINTED : look->density;
}

static struct picture_request request_of(const struct export_tools *tools,
                                         const struct study *study,
                                         const struct export_look *look) {
    return (struct picture_request){.study = study,
                                    .catalogue = tools->catalogue,
                                    .measurer = tools->measurer,
                                    .part = look->part,
                                    .density = (float)density_of(look),
                                    .is_figure = look->is_figure || look->is_paper,
                                    .has_grey_scale = look->is_paper,
                                    .worksheet = look->worksheet};
}

static bool draw_once(const struct export_tools *tools, const struct study *study,
                      const struct export_look *look, struct draw_list *list) {
    struct picture_request request = request_of(tools, study, look);
    return picture_draw(&request, list, NULL);
}

bool export_count_pages(const struct export_tools *tools, const struct study *study,
                        const struct export_look *look, int *pages, struct file_error *error) {
    struct picture_request request = request_of(tools, study, look);
    return picture_pages(&request, pages, error);
}

/* What of the picture is kept: a figure is cut to what is drawn, with a little air. */
static struct rect kept_area(const struct draw_list *list, const struct export_look *look) {
    struct rect all = rect_make(0, 0, list->width, list->height);
    if (!look->is_figure && !look->is_paper) return all;
    struct rect ink = draw_list_bounds(list);
    if (ink.w <= 0) return all;
    float air = (float)(MARGIN * look->density);
    return rect_intersect(rect_inset(ink, -air, -air), all);
}

/* Points of the smallest type on a page of this width. */
static double smallest_type_pt(const struct draw_list *list, struct rect area, double width_pt) {
    float smallest = draw_list_smallest_type(list);
    return smallest > 0 ? (double)smallest * width_pt / (double)area.w : LEAST_TYPE_PT;
}

/* On paper it is the window that gives way: the narrower the layout, the larger everything in it
 * becomes on a page of the same width. The first width at which the smallest type is large enough
 * serves. A figure is cut afterwards, so that it may be as high as it likes. */
static bool draw_at_width(const struct export_tools *tools, const struct study *study,
                          const struct export_look *look, struct draw_list *list, struct rect *area,
                          struct file_error *error) {
    const double slower = 1.04;
    struct study narrow = *study;
    double width_pt = look->width_mm * POINTS_PER_MM, best = 0;
    double width = study->document.width, height = study->document.height;
    bool is_cut = look->is_figure || look->is_paper;
    for (; width >= LEAST_WIDTH && (is_cut || height >= LEAST_HEIGHT);
         width /= slower, height /= slower) {
        narrow.document.width = (int)width;
        narrow.document.height = (int)fmax(height, is_cut ? fmax(LEAST_HEIGHT, width * 0.8) : 0);
        if (!draw_once(tools, &narrow, look, list)) return export_no_memory(error);
        *area = kept_area(list, look);
        double type = smallest_type_pt(list, *area, width_pt);
        if (type >= LEAST_TYPE_PT) return true;
        best = fmax(best, type);
    }
    if (best <= 0) best = 1;
    return file_error_set(
        error,
        "%g mm: the type would be as small as %.1f points, and 6 are the least to "
        "be read; make it at least %.0f mm wide, or show less",
        look->width_mm, best, ceil(look->width_mm * LEAST_TYPE_PT / best));
}

bool export_draw(const struct export_tools *tools, const struct study *study,
                 const struct export_look *look, struct draw_list *list, struct vector_page *page,
                 struct file_error *error) {
    struct study copy = study_for(study, look);
    struct rect area;
    if (look->width_mm > 0) {
        if (!draw_at_width(tools, &copy, look, list, &area, error)) return false;
    } else {
        if (!draw_once(tools, &copy, look, list)) return export_no_memory(error);
        area = kept_area(list, look);
    }
    *page = vector_page_of(list, (float)density_of(look));
    page->width_pt *= (double)area.w / (double)list->width;
    page->area = area;
    if (look->width_mm > 0) {
        page->width_mm = look->width_mm;
        page->width_pt = look->width_mm * POINTS_PER_MM;
    }
    if (look->part == PICTURE_WORKSHEET) {
        page->width_mm =
            worksheet_paper_width_mm(look->worksheet.paper, list->width > list->height);
        page->width_pt = page->width_mm * POINTS_PER_MM;
    }
    page->has_background = !look->is_figure && !look->is_paper;
    page->is_text_outlined = look->is_text_outlined;
    return true;
}

/* ---- as bytes ---- */

char *export_document(const struct study *study, bool is_ascii) {
    json_t *json = document_to_json(&study->document);
    size_t flags = JSON_COMPACT | JSON_SORT_KEYS | (is_ascii ? JSON_ENSURE_ASCII : 0);
    char *text = json ? json_dumps(json, flags) : NULL;
    json_decref(json);
    return text;
}

static bool as_png(const struct export_tools *tools, const struct study *study,
                   const struct export_look *look, struct file_bytes *out,
                   struct file_error *error) {
    struct export_bands *bands = export_bands_new(tools, study, look, error);
    bool is_done = bands != NULL;
    while (is_done && export_bands_percent(bands) < 100)
        is_done = export_bands_next(bands, error);
    is_done = is_done && export_bands_finish(bands, out, error);
    export_bands_free(bands);
    return is_done;
}

static bool encode_png(const uint32_t *pixels, size_t width, size_t height, uint8_t **data,
                       size_t *bytes) {
    struct file_bytes out = {0};
    if (!png_file_encode((const uint8_t *)pixels, width, height, width * sizeof *pixels, NULL, NULL,
                         &out, NULL))
        return false;
    *data = out.data;
    *bytes = out.size;
    return true;
}

static bool as_svg(const struct export_tools *tools, const struct draw_list *list,
                   const struct vector_page *page, const char *document, struct file_bytes *out,
                   struct file_error *error) {
    struct svg_options options = {*page, document, encode_png};
    char *text = NULL;
    size_t bytes = 0;
    if (!svg_picture(cairo_renderer_fonts(tools->cairo), list, &options, &text, &bytes))
        return export_no_memory(error);
    *out = (struct file_bytes){(uint8_t *)text, bytes};
    return true;
}

bool export_picture(const struct export_tools *tools, const struct study *study,
                    const struct export_look *look, struct file_bytes *out,
                    struct file_error *error) {
    if (look->format == EXPORT_PDF || export_is_animation(look->format)) {
        struct export_pages *pages = export_pages_new(tools, study, look, 1, error);
        bool is_done = pages && export_pages_add(pages, tools, study, look, error) &&
                       export_pages_finish(pages, out, error);
        export_pages_free(pages);
        return is_done;
    }
    if (look->format == EXPORT_PNG) return as_png(tools, study, look, out, error);
    struct draw_list list = {0};
    struct vector_page page;
    char *document = export_document(study, true);
    bool is_done =
        document ? export_draw(tools, study, look, &list, &page, error) : export_no_memory(error);
    is_done = is_done && as_svg(tools, &list, &page, document, out, error);
    draw_list_free(&list);
    free(document);
    return is_done;
}

bool export_png(const struct export_tools *tools, const struct study *study, enum picture_part part,
                int density, struct file_bytes *out, struct file_error *error) {
    struct export_look look = {.format = EXPORT_PNG, .part = part, .density = density};
    return export_picture(tools, study, &look, out, error);
}

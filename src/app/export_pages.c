/* export_pages.c: several pictures in one file: the pages of a PDF, or the frames of an animation.
 */
#include "app/export_private.h"

#include "render/animation/animation.h"
#include "render/cairo/pdf.h"

#include <math.h>
#include <stdlib.h>

/* Pixels of a frame, frames of an animation, and pixels of all of them together. */
static const size_t MOST_FRAME_PIXELS = (size_t)1 << 25, MOST_FRAMES = 4096;
static const double MOST_PIXELS = 16e9;

struct export_pages {
    struct pdf *pdf; /* one of the two */
    struct animation *animation;
    struct draw_list list; /* memory of one page, kept for the next */
};

/* ---- beginning ---- */

static bool check_frames(const struct export_look *look, int width, int height, size_t count,
                         struct file_error *error) {
    int most = look->format == EXPORT_GIF ? ANIMATION_GIF_MAX_SIDE : ANIMATION_WEBP_MAX_SIDE;
    size_t pixels = (size_t)width * (size_t)height;
    const char *kind = look->format == EXPORT_GIF ? "GIF" : "WebP";
    if (width > most || height > most)
        return file_error_set(error,
                              "%d × %d pixels: a %s is at most %d wide and high; choose a smaller "
                              "size or density",
                              width, height, kind, most);
    if (pixels > MOST_FRAME_PIXELS)
        return file_error_set(error,
                              "%d × %d pixels: that is too large for an animation, which has at "
                              "most %.0f million; choose a smaller size or density",
                              width, height, floor((double)MOST_FRAME_PIXELS / 1e6));
    if (count > MOST_FRAMES)
        return file_error_set(error,
                              "%zu beats are too many for an animation, which has at most %zu; "
                              "choose a larger stride, or one step",
                              count, MOST_FRAMES);
    if ((double)pixels * (double)count > MOST_PIXELS)
        return file_error_set(error,
                              "%zu beats of %d × %d pixels are too much for an animation; choose a "
                              "smaller size or density, a larger stride, or one step",
                              count, width, height);
    return true;
}

static struct animation *begin_animation(const struct study *first, const struct export_look *look,
                                         size_t count, const char *document,
                                         struct file_error *error) {
    int width = first->document.width * look->density,
        height = first->document.height * look->density;
    if (!check_frames(look, width, height, count, error)) return NULL;
    enum animation_kind kind = look->format == EXPORT_GIF ? ANIMATION_GIF : ANIMATION_WEBP;
    struct animation *animation = animation_new(kind, width, height, document);
    if (!animation) export_no_memory(error);
    return animation;
}

bool export_is_animation(enum export_format format) {
    return format == EXPORT_WEBP || format == EXPORT_GIF;
}

struct export_pages *export_pages_new(const struct export_tools *tools, const struct study *first,
                                      const struct export_look *look, size_t count,
                                      struct file_error *error) {
    struct export_pages *pages = calloc(1, sizeof *pages);
    char *document = pages ? export_document(first, true) : NULL;
    if (!document) {
        export_no_memory(error);
    } else if (export_is_animation(look->format)) {
        pages->animation = begin_animation(first, look, count, document, error);
    } else {
        pages->pdf = pdf_new(tools->cairo, document);
        if (!pages->pdf) export_no_memory(error);
    }
    free(document);
    if (pages && (pages->pdf || pages->animation)) return pages;
    free(pages);
    return NULL;
}

/* ---- one after another ---- */

static bool add_frame(struct export_pages *pages, const struct export_tools *tools,
                      const struct export_look *look) {
    uint32_t *pixels = NULL;
    int width = 0, height = 0;
    bool is_done = cairo_renderer_draw(tools->cairo, &pages->list, &pixels, &width, &height) &&
                   animation_add(pages->animation, pixels, (int)lround(look->seconds * 1000));
    free(pixels);
    return is_done;
}

bool export_pages_add(struct export_pages *pages, const struct export_tools *tools,
                      const struct study *study, const struct export_look *look,
                      struct file_error *error) {
    struct vector_page page;
    if (!export_draw(tools, study, look, &pages->list, &page, error)) return false;
    bool is_done =
        pages->pdf ? pdf_page(pages->pdf, &pages->list, &page) : add_frame(pages, tools, look);
    return is_done ? true : export_no_memory(error);
}

bool export_pages_finish(struct export_pages *pages, struct file_bytes *out,
                         struct file_error *error) {
    bool is_done = pages->pdf ? pdf_finish(pages->pdf, &out->data, &out->size)
                              : animation_finish(pages->animation, &out->data, &out->size);
    return is_done ? true : export_no_memory(error);
}

void export_pages_free(struct export_pages *pages) {
    if (!pages) return;
    pdf_free(pages->pdf);
    animation_free(pages->animation);
    draw_list_free(&pages->list);
    free(pages);
}

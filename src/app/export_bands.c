/* export_bands.c: a PNG made band by band: of large pictures no more than a band is ever in memory,
 * and between two of them something else can be done. */
#include "app/export_private.h"

#include "files/png_file.h"
#include "render/cairo/picture_cairo.h"

#include <stdlib.h>

enum { BAND_PIXELS = 1 << 21 }; /* some 30 ms of work */

struct export_bands {
    struct draw_list list;
    struct cairo_renderer *cairo;
    struct png_encoder *encoder;
    uint32_t *pixels;             /* [band, width] */
    int width, band;              /* of the whole picture; rows of a band */
    int left, top, columns, rows; /* what of it is kept */
    int done;                     /* rows */
};

/* What is kept of a picture of less than a pixel is the picture. */
static void set_area(struct export_bands *bands, struct rect area, int height) {
    bands->left = (int)area.x;
    bands->top = (int)area.y;
    bands->columns = (int)area.w;
    bands->rows = (int)area.h;
    bool is_inside = bands->columns > 0 && bands->rows > 0 &&
                     bands->left + bands->columns <= bands->width &&
                     bands->top + bands->rows <= height;
    if (is_inside) return;
    bands->left = bands->top = 0;
    bands->columns = bands->width;
    bands->rows = height;
}

struct export_bands *export_bands_new(const struct export_tools *tools, const struct study *study,
                                      const struct export_look *look, struct file_error *error) {
    struct vector_page page;
    int height = 0;
    struct export_bands *bands = calloc(1, sizeof *bands);
    if (!bands) {
        export_no_memory(error);
        return NULL;
    }
    bands->cairo = tools->cairo;
    char *document = export_document(study, false);
    bool is_done = document ? export_draw(tools, study, look, &bands->list, &page, error)
                            : export_no_memory(error);
    is_done = is_done && (cairo_renderer_size(&bands->list, &bands->width, &height) ||
                          export_no_memory(error));
    if (is_done) {
        set_area(bands, page.area, height);
        bands->band = BAND_PIXELS / bands->width;
        bands->band = bands->band < 1 ? 1 : bands->band < bands->rows ? bands->band : bands->rows;
        bands->pixels = malloc((size_t)bands->band * (size_t)bands->width * sizeof *bands->pixels);
        bands->encoder = bands->pixels
                             ? png_encoder_new((size_t)bands->columns, (size_t)bands->rows,
                                               "headway", document, error)
                             : NULL;
        is_done = bands->encoder || (!bands->pixels && export_no_memory(error));
    }
    free(document);
    if (is_done) return bands;
    export_bands_free(bands);
    return NULL;
}

bool export_bands_next(struct export_bands *bands, struct file_error *error) {
    int rest = bands->rows - bands->done, rows = rest < bands->band ? rest : bands->band;
    if (!cairo_renderer_draw_band(bands->cairo, &bands->list, bands->top + bands->done, rows,
                                  bands->pixels))
        return export_no_memory(error);
    bands->done += rows;
    return png_encoder_rows(bands->encoder, (const uint8_t *)(bands->pixels + bands->left),
                            (size_t)rows, (size_t)bands->width * sizeof *bands->pixels, error);
}

int export_bands_percent(const struct export_bands *bands) {
    return (int)((int64_t)bands->done * 100 / bands->rows);
}

bool export_bands_finish(struct export_bands *bands, struct file_bytes *out,
                         struct file_error *error) {
    return png_encoder_finish(bands->encoder, out, error);
}

void export_bands_free(struct export_bands *bands) {
    if (!bands) return;
    png_encoder_free(bands->encoder);
    draw_list_free(&bands->list);
    free(bands->pixels);
    free(bands);
}

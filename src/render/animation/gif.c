/* gif.c: animated GIF through giflib: each frame is the rectangle that changed, with the pixels
 * that did not left transparent, in colours of its own; the document is a comment. */
#include "encoder.h"

#include "palette.h"

#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

enum { CLEAR = PALETTE_MOST }; /* the index of transparent pixels */

struct gif {
    GifFileType *file;
    int width, height;
    char *document;
    struct palette palette;
    ColorMapObject *map; /* 256 colours, of the frame being written */
    GifPixelType *row;
    uint8_t *data; /* the file so far */
    size_t bytes, room;
};

static int gif_take(GifFileType *file, const GifByteType *data, int bytes) {
    struct gif *g = file->UserData;
    size_t needed = g->bytes + (size_t)bytes + 1;
    if (needed > g->room) {
        size_t room = needed + needed / 2 + 4096;
        uint8_t *more = realloc(g->data, room);
        if (!more) return 0;
        g->data = more;
        g->room = room;
    }
    memcpy(g->data + g->bytes, data, (size_t)bytes);
    g->bytes += (size_t)bytes;
    g->data[g->bytes] = 0;
    return bytes;
}

/* left, top, width, height of what differs; all of it in the first frame, one pixel where nothing
 * does. */
struct area {
    int x, y, w, h;
};

static struct area changed_area(const struct gif *g, const uint32_t *pixels,
                                const uint32_t *before) {
    if (!before) return (struct area){0, 0, g->width, g->height};
    int left = g->width, right = -1, top = g->height, bottom = -1;
    for (int y = 0; y < g->height; y++) {
        const uint32_t *a = pixels + (size_t)y * (size_t)g->width,
                       *b = before + (size_t)y * (size_t)g->width;
        if (memcmp(a, b, (size_t)g->width * sizeof *a) == 0) continue;
        int first = 0, last = g->width - 1;
        while (a[first] == b[first])
            first++;
        while (a[last] == b[last])
            last--;
        left = first < left ? first : left;
        right = last > right ? last : right;
        top = y < top ? y : top;
        bottom = y;
    }
    if (right < 0) return (struct area){0, 0, 1, 1};
    return (struct area){left, top, right - left + 1, bottom - top + 1};
}

static bool is_changed(const uint32_t *pixels, const uint32_t *before, size_t at) {
    return !before || pixels[at] != before[at];
}

static bool choose_colours(struct gif *g, const uint32_t *pixels, const uint32_t *before,
                           struct area area) {
    palette_begin(&g->palette);
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++) {
            size_t at = (size_t)y * (size_t)g->width + (size_t)x;
            bool is_flat = x > area.x && pixels[at] == pixels[at - 1];
            if (is_changed(pixels, before, at) && !palette_count(&g->palette, pixels[at], is_flat))
                return false;
        }
    if (!palette_make(&g->palette)) return false;
    memset(g->map->Colors, 0, 256 * sizeof *g->map->Colors);
    for (int i = 0; i < g->palette.made_count; i++) {
        uint32_t rgb = g->palette.made[i];
        g->map->Colors[i] = (GifColorType){(GifByteType)(rgb >> 16), (GifByteType)(rgb >> 8 & 255),
                                           (GifByteType)(rgb & 255)};
    }
    return true;
}

/* The screen, in the colours of the first frame; round and round; the document. */
static bool write_head(struct gif *g) {
    static const char netscape[] = "NETSCAPE2.0";
    static const GifByteType for_ever[] = {1, 0, 0};
    EGifSetGifVersion(g->file, true);
    return EGifPutScreenDesc(g->file, g->width, g->height, 8, 0, g->map) == GIF_OK &&
           EGifPutExtensionLeader(g->file, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
           EGifPutExtensionBlock(g->file, sizeof netscape - 1, netscape) == GIF_OK &&
           EGifPutExtensionBlock(g->file, sizeof for_ever, for_ever) == GIF_OK &&
           EGifPutExtensionTrailer(g->file) == GIF_OK &&
           (!g->document || EGifPutComment(g->file, g->document) == GIF_OK);
}

static bool write_rows(struct gif *g, const uint32_t *pixels, const uint32_t *before,
                       struct area area) {
    for (int y = area.y; y < area.y + area.h; y++) {
        for (int x = 0; x < area.w; x++) {
            size_t at = (size_t)y * (size_t)g->width + (size_t)(area.x + x);
            g->row[x] = is_changed(pixels, before, at)
                            ? (GifPixelType)palette_index(&g->palette, pixels[at])
                            : CLEAR;
        }
        if (EGifPutLine(g->file, g->row, area.w) != GIF_OK) return false;
    }
    return true;
}

/* Hundredths of a second, counted from the beginning: what is rounded away comes back. */
static int64_t hundredths(int64_t ms) {
    return (ms + 5) / 10;
}

static bool gif_frame(void *state, const uint32_t *pixels, const uint32_t *before, int64_t start_ms,
                      int64_t end_ms) {
    struct gif *g = state;
    struct area area = changed_area(g, pixels, before);
    if (!choose_colours(g, pixels, before, area) || (!before && !write_head(g))) return false;
    GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                    .DelayTime = (int)(hundredths(end_ms) - hundredths(start_ms)),
                                    .TransparentColor = before ? CLEAR : NO_TRANSPARENT_COLOR};
    GifByteType bytes[4];
    size_t count = EGifGCBToExtension(&control, bytes);
    return EGifPutExtension(g->file, GRAPHICS_EXT_FUNC_CODE, (int)count, bytes) == GIF_OK &&
           EGifPutImageDesc(g->file, area.x, area.y, area.w, area.h, false,
                            before ? g->map : NULL) == GIF_OK &&
           write_rows(g, pixels, before, area);
}

static bool gif_finish(void *state, int64_t end_ms, uint8_t **data, size_t *bytes) {
    struct gif *g = state;
    (void)end_ms;
    bool is_done = EGifCloseFile(g->file, NULL) == GIF_OK;
    g->file = NULL;
    if (!is_done) return false;
    *data = g->data;
    *bytes = g->bytes;
    g->data = NULL;
    return true;
}

static void gif_free(void *state) {
    struct gif *g = state;
    if (g->file) EGifCloseFile(g->file, NULL);
    GifFreeMapObject(g->map);
    palette_free(&g->palette);
    free(g->row);
    free(g->document);
    free(g->data);
    free(g);
}

struct encoder encoder_gif(int width, int height, const char *document) {
    struct encoder made = {NULL, gif_frame, gif_finish, gif_free};
    struct gif *g = calloc(1, sizeof *g);
    if (!g) return made;
    g->width = width;
    g->height = height;
    g->document = document ? strdup(document) : NULL;
    g->row = malloc((size_t)width);
    g->map = GifMakeMapObject(256, NULL);
    if (g->row && g->map && (g->document || !document)) g->file = EGifOpen(g, gif_take, NULL);
    if (g->file)
        made.state = g;
    else
        gif_free(g);
    return made;
}

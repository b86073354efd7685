/* support_animation.c: reading animated WebP and GIF, as any viewer does. */
#include "render/support_animation.h"

#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>
#include <webp/demux.h>

static bool add_frame(struct frames *f, const uint32_t *pixels, int ms) {
    size_t bytes = (size_t)f->width * (size_t)f->height * sizeof *pixels;
    f->pixels = realloc(f->pixels, (f->count + 1) * sizeof *f->pixels);
    f->ms = realloc(f->ms, (f->count + 1) * sizeof *f->ms);
    uint32_t *copy = malloc(bytes);
    memcpy(copy, pixels, bytes);
    f->pixels[f->count] = copy;
    f->ms[f->count++] = ms;
    return true;
}

static bool read_webp(const uint8_t *data, size_t bytes, struct frames *f) {
    WebPAnimDecoderOptions options;
    WebPAnimInfo info;
    WebPData all = {data, bytes};
    if (!WebPAnimDecoderOptionsInit(&options)) return false;
    options.color_mode = MODE_BGRA;
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&all, &options);
    if (!decoder || !WebPAnimDecoderGetInfo(decoder, &info)) return false;
    f->width = (int)info.canvas_width;
    f->height = (int)info.canvas_height;
    f->loops = (int)info.loop_count;
    int before = 0, now = 0;
    uint8_t *shown = NULL;
    size_t pixels = (size_t)f->width * (size_t)f->height;
    while (WebPAnimDecoderHasMoreFrames(decoder) && WebPAnimDecoderGetNext(decoder, &shown, &now)) {
        uint32_t *rgb = (uint32_t *)(void *)shown;
        add_frame(f, rgb, now - before);
        for (size_t i = 0; i < pixels; i++)
            f->pixels[f->count - 1][i] &= 0xFFFFFF;
        before = now;
    }
    bool is_whole = f->count == info.frame_count;
    WebPAnimDecoderDelete(decoder);
    return is_whole;
}

struct bytes_left {
    const uint8_t *at;
    size_t left;
};

static int give(GifFileType *file, GifByteType *to, int count) {
    struct bytes_left *bytes = file->UserData;
    int given = (size_t)count < bytes->left ? count : (int)bytes->left;
    memcpy(to, bytes->at, (size_t)given);
    bytes->at += given;
    bytes->left -= (size_t)given;
    return given;
}

/* The application's block behind NETSCAPE2.0: how many times. */
static int read_loops(const SavedImage *image) {
    for (int i = 0; i + 1 < image->ExtensionBlockCount; i++) {
        const ExtensionBlock *b = &image->ExtensionBlocks[i];
        if (b->Function == APPLICATION_EXT_FUNC_CODE && b->ByteCount == 11 &&
            memcmp(b->Bytes, "NETSCAPE2.0", 11) == 0 && b[1].ByteCount == 3)
            return b[1].Bytes[1] | b[1].Bytes[2] << 8;
    }
    return -1;
}

static bool paint(const GifFileType *gif, int at, uint32_t *canvas) {
    const SavedImage *image = &gif->SavedImages[at];
    const ColorMapObject *map =
        image->ImageDesc.ColorMap ? image->ImageDesc.ColorMap : gif->SColorMap;
    GraphicsControlBlock control = {.TransparentColor = NO_TRANSPARENT_COLOR};
    DGifSavedExtensionToGCB((GifFileType *)(uintptr_t)gif, at, &control);
    const GifImageDesc *d = &image->ImageDesc;
    if (d->Left + d->Width > gif->SWidth || d->Top + d->Height > gif->SHeight || !map) return false;
    for (int y = 0; y < d->Height; y++)
        for (int x = 0; x < d->Width; x++) {
            int index = image->RasterBits[y * d->Width + x];
            if (index == control.TransparentColor) continue;
            if (index >= map->ColorCount) return false;
            GifColorType c = map->Colors[index];
            canvas[(d->Top + y) * gif->SWidth + d->Left + x] =
                (uint32_t)c.Red << 16 | (uint32_t)c.Green << 8 | c.Blue;
        }
    return control.DisposalMode == DISPOSE_DO_NOT;
}

static bool read_gif(const uint8_t *data, size_t bytes, struct frames *f) {
    struct bytes_left left = {data, bytes};
    GifFileType *gif = DGifOpen(&left, give, NULL);
    if (!gif) return false;
    bool is_done = DGifSlurp(gif) == GIF_OK && gif->ImageCount > 0;
    f->width = gif->SWidth;
    f->height = gif->SHeight;
    uint32_t *canvas = calloc((size_t)f->width * (size_t)f->height, sizeof *canvas);
    if (is_done) f->loops = read_loops(&gif->SavedImages[0]);
    for (int i = 0; is_done && i < gif->ImageCount; i++) {
        GraphicsControlBlock control;
        is_done = DGifSavedExtensionToGCB(gif, i, &control) == GIF_OK && paint(gif, i, canvas);
        if (is_done) add_frame(f, canvas, control.DelayTime * 10);
    }
    free(canvas);
    DGifCloseFile(gif, NULL);
    return is_done;
}

bool frames_read(const uint8_t *data, size_t bytes, struct frames *out) {
    *out = (struct frames){0};
    if (bytes > 6 && memcmp(data, "GIF89a", 6) == 0) return read_gif(data, bytes, out);
    return bytes > 12 && memcmp(data, "RIFF", 4) == 0 && read_webp(data, bytes, out);
}

void frames_free(struct frames *f) {
    for (size_t i = 0; i < f->count; i++)
        free(f->pixels[i]);
    free(f->pixels);
    free(f->ms);
    *f = (struct frames){0};
}

const uint32_t *frames_at(const struct frames *f, long ms) {
    long end = 0;
    for (size_t i = 0; i < f->count; i++) {
        end += f->ms[i];
        if (ms < end) return f->pixels[i];
    }
    return NULL;
}

int frames_error(const uint32_t *a, const uint32_t *b, size_t pixels) {
    int most = 0;
    for (size_t i = 0; i < pixels; i++)
        for (int shift = 0; shift < 24; shift += 8) {
            int by = abs((int)(a[i] >> shift & 255) - (int)(b[i] >> shift & 255));
            most = by > most ? by : most;
        }
    return most;
}

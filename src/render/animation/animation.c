/* animation.c: which pictures become frames, and for how long. */
#include "animation.h"

#include "encoder.h"

#include <stdlib.h>
#include <string.h>

struct animation {
    struct encoder encoder;
    size_t pixels;          /* of a picture */
    uint32_t *held, *shown; /* the picture that may yet stand longer, and the frame before it */
    bool has_held, has_shown;
    int64_t start_ms, end_ms; /* of the held one */
};

struct animation *animation_new(enum animation_kind kind, int width, int height,
                                const char *document) {
    int most = kind == ANIMATION_GIF ? ANIMATION_GIF_MAX_SIDE : ANIMATION_WEBP_MAX_SIDE;
    struct animation *a = NULL;
    if (width >= 1 && height >= 1 && width <= most && height <= most) a = calloc(1, sizeof *a);
    if (!a) return NULL;
    a->pixels = (size_t)width * (size_t)height;
    if (a->pixels <= SIZE_MAX / sizeof *a->held) {
        a->held = malloc(a->pixels * sizeof *a->held);
        a->shown = malloc(a->pixels * sizeof *a->shown);
    }
    if (a->held && a->shown)
        a->encoder = kind == ANIMATION_GIF ? encoder_gif(width, height, document)
                                           : encoder_webp(width, height, document);
    if (a->encoder.state) return a;
    animation_free(a);
    return NULL;
}

/* The held picture becomes a frame. */
static bool show_held(struct animation *a) {
    if (!a->encoder.frame(a->encoder.state, a->held, a->has_shown ? a->shown : NULL, a->start_ms,
                          a->end_ms))
        return false;
    uint32_t *free_one = a->shown;
    a->shown = a->held;
    a->held = free_one;
    a->has_shown = true;
    a->has_held = false;
    a->start_ms = a->end_ms;
    return true;
}

static bool is_held(const struct animation *a, const uint32_t *pixels) {
    for (size_t i = 0; i < a->pixels; i++)
        if (a->held[i] != (pixels[i] | 0xFF000000u)) return false;
    return true;
}

bool animation_add(struct animation *a, const uint32_t *pixels, int ms) {
    bool is_longer = a->has_held && a->end_ms - a->start_ms + ms <= ANIMATION_MOST_MS;
    if (is_longer && is_held(a, pixels)) {
        a->end_ms += ms;
        return true;
    }
    if (a->has_held && !show_held(a)) return false;
    for (size_t i = 0; i < a->pixels; i++)
        a->held[i] = pixels[i] | 0xFF000000u;
    a->has_held = true;
    a->end_ms += ms;
    return true;
}

bool animation_finish(struct animation *a, uint8_t **data, size_t *bytes) {
    if (a->has_held && !show_held(a)) return false;
    return a->has_shown && a->encoder.finish(a->encoder.state, a->end_ms, data, bytes);
}

void animation_free(struct animation *a) {
    if (!a) return;
    if (a->encoder.state) a->encoder.free(a->encoder.state);
    free(a->held);
    free(a->shown);
    free(a);
}

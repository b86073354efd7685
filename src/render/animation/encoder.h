/* encoder.h: what animation.c asks of a format. Private to render/animation.
 *
 * All return false without memory; then only `free` helps. */
#ifndef RENDER_ANIMATION_ENCODER_H
#define RENDER_ANIMATION_ENCODER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct encoder {
    void *state; /* NULL: there was no memory for it */
    /* pixels: 0xFFRRGGBB; before: the frame before it, NULL for the first; from start_ms to end_ms. Frames follow without gaps. */
    bool (*frame)(void *state, const uint32_t *pixels, const uint32_t *before, int64_t start_ms, int64_t end_ms);
    bool (*finish)(void *state, int64_t end_ms, uint8_t **data, size_t *bytes);
    void (*free)(void *state);
};
struct encoder encoder_webp(int width, int height, const char *document);
struct encoder encoder_gif(int width, int height, const char *document);
#endif

/* animation.h: pictures of one size, one after another, as an animated WebP or GIF that goes round for ever. Pixels in, bytes out:
 * the same pictures give the same bytes. WebP keeps every pixel; GIF has 255 colours for what each frame changes, and keeps those
 * of areas exactly.
 *
 * A picture like the one before it only makes that one stand longer. Beside what the encoder keeps, two pictures are in memory. */
#ifndef RENDER_ANIMATION_H
#define RENDER_ANIMATION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum animation_kind { ANIMATION_WEBP, ANIMATION_GIF };
enum {
    ANIMATION_WEBP_MAX_SIDE = 16383, /* pixels; what the formats can say */
    ANIMATION_GIF_MAX_SIDE = 65535,
    ANIMATION_LEAST_MS = 20, /* of a picture */
    ANIMATION_MOST_MS = 600000
};

struct animation; /* being written */
/* width, height: of every picture, 1 … the kind's MAX_SIDE. document: JSON, ASCII, carried along; NULL: none. NULL: no memory. */
struct animation *animation_new(enum animation_kind kind, int width, int height, const char *document);
/* pixels: 0x00RRGGBB, rows packed, copied; stands for `ms`, LEAST_MS … MOST_MS. False: no memory; then only animation_free helps. */
bool animation_add(struct animation *animation, const uint32_t *pixels, int ms);
/* Ends the file, which has a picture at least; *data malloc'd, with a NUL behind it. False: no memory. */
bool animation_finish(struct animation *animation, uint8_t **data, size_t *bytes);
void animation_free(struct animation *animation); /* safe on NULL */
#endif

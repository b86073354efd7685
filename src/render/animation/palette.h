/* palette.h: the colours of a GIF's frame. Private to render/animation.
 *
 * Up to PALETTE_MOST different colours stay as they are. Of more, those of areas do, the largest first; the others, which come
 * from the edges of letters and curves, share what is left by cutting the space they fill at its widest. */
#ifndef RENDER_ANIMATION_PALETTE_H
#define RENDER_ANIMATION_PALETTE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PALETTE_MOST = 255, PALETTE_OF_AREAS = 191 };

struct palette_colour {
    uint32_t rgb;
    uint32_t count, flat; /* pixels; of them with the same colour on their left */
    uint8_t index;
};
struct palette {
    struct palette_colour *colours; /* in the order in which they came */
    size_t used, room;
    uint32_t *slots; /* 1 + place among the colours; 0: free */
    size_t slot_count;
    uint32_t made[PALETTE_MOST]; /* 0x00RRGGBB */
    int made_count;
};
void palette_begin(struct palette *palette); /* no colours; memory of the last is reused. A zeroed palette is valid */
void palette_free(struct palette *palette);
bool palette_count(struct palette *palette, uint32_t rgb, bool is_flat); /* false: no memory */
bool palette_make(struct palette *palette);                              /* false: no memory */
int palette_index(const struct palette *palette, uint32_t rgb); /* after palette_make, of a colour that was counted */
#endif

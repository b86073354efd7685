/* support_animation.h: animations taken apart by the decoders of libwebp and giflib. */
#ifndef TESTS_RENDER_SUPPORT_ANIMATION_H
#define TESTS_RENDER_SUPPORT_ANIMATION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frames {
    int width, height, loops; /* loops 0: for ever */
    size_t count;
    uint32_t **pixels; /* of each, 0x00RRGGBB: all of the picture as it stands then */
    int *ms;           /* how long it stands */
};
/* By the beginning of the bytes. False: damaged. */
bool frames_read(const uint8_t *data, size_t bytes, struct frames *out);
void frames_free(struct frames *frames); /* safe on zeros and twice */
/* The frame that stands at this time from the beginning; NULL: it is over. */
const uint32_t *frames_at(const struct frames *frames, long ms);
int frames_error(const uint32_t *a, const uint32_t *b,
                 size_t pixels); /* the largest difference of a channel */
#endif

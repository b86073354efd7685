/* colour.h: colours, contrast and the colour maps of the heatmaps. sRGB, 8 bit, straight alpha. */
#ifndef DRAW_COLOUR_H
#define DRAW_COLOUR_H
#include <stdbool.h>
#include <stdint.h>

struct colour {
    uint8_t r, g, b, a;
};

#define COLOUR_HEX(hex)                                                                            \
    ((struct colour){(uint8_t)(((hex) >> 16) & 255), (uint8_t)(((hex) >> 8) & 255),               \
                     (uint8_t)((hex)&255), 255})

struct colour colour_mix(struct colour a, struct colour b, float t); /* t = 0: a, 1: b */
struct colour colour_fade(struct colour c, float opacity);            /* alpha × opacity */
struct colour colour_over(struct colour top, struct colour bottom);   /* bottom opaque */
/* WCAG 2.1 relative luminance, 0 … 1, and contrast ratio, 1 … 21. */
float colour_luminance(struct colour c);
float colour_contrast(struct colour a, struct colour b);
struct colour colour_text_on(struct colour fill); /* pure black or white: at least 4.5:1 */
float colour_text_contrast(struct colour fill); /* of that text on it, 1 … 21 */

enum colour_map { /* sequential ones over 0 … 1, the diverging one over −1 … 1 */
    COLOUR_MAP_BLUES,       /* white → deep blue; for light themes */
    COLOUR_MAP_EMBER,       /* near black → light amber; for dark themes */
    COLOUR_MAP_CIVIDIS,
    COLOUR_MAP_VIRIDIS,
    COLOUR_MAP_MAGMA,
    COLOUR_MAP_GREYS,       /* contrast theme */
    COLOUR_MAP_DIVERGING,   /* orange – paper – blue */
    COLOUR_MAP_DIVERGING_DARK,
    COLOUR_MAP_BLUES_SIGNED, /* the sequential ones over −1 … 1: in grey, too, each shade is one number */
    COLOUR_MAP_EMBER_SIGNED,
    COLOUR_MAP_CIVIDIS_SIGNED,
    COLOUR_MAP_VIRIDIS_SIGNED,
    COLOUR_MAP_MAGMA_SIGNED,
    COLOUR_MAP_GREYS_SIGNED,
    COLOUR_MAP_COUNT
};
enum colour_map colour_map_signed(enum colour_map sequential); /* of a diverging map: itself */
struct colour colour_map_at(enum colour_map map, float t); /* clamps; NaN gives the middle */
float colour_map_lowest(enum colour_map map); /* the least t: 0, or of a diverging map −1 */
#endif

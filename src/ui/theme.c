/* theme.c: the tables. */
#include "theme.h"

#define HEX(value)                                                                                 \
    { ((value) >> 16) & 255, ((value) >> 8) & 255, (value)&255, 255 }

static const struct theme themes[] = {
    [THEME_KIND_LIGHT] = {.background = HEX(0xF6F5F1),
                          .surface = HEX(0xFFFFFF),
                          .ink = HEX(0x1C1E24),
                          .secondary = HEX(0x5F646E),
                          .faint = HEX(0x9A9EA6),
                          .line = HEX(0xE3E1DA),
                          .chip = HEX(0xF0EEE8),
                          .hint = HEX(0xFFF3D6),
                          .negative = HEX(0xB9B7B0),
                          .error = HEX(0xA61B1B),
                          .fill = {HEX(0x2563C9), HEX(0xC7610A), HEX(0x0F8A66), HEX(0x7C4BC4)},
                          .text = {HEX(0x1F55B0), HEX(0x9E4D06), HEX(0x0B6E51), HEX(0x6A3DB0)},
                          .weights = COLOUR_MAP_BLUES,
                          .scores = COLOUR_MAP_DIVERGING,
                          .least_contrast = 4.5f},
    [THEME_KIND_DARK] = {.background = HEX(0x14161B),
                         .surface = HEX(0x1D2027),
                         .ink = HEX(0xF2F3F5),
                         .secondary = HEX(0xA4A9B4),
                         .faint = HEX(0x6F7480),
                         .line = HEX(0x2E323B),
                         .chip = HEX(0x282C35),
                         .hint = HEX(0x3A3320),
                         .negative = HEX(0x5A5F6B),
                         .error = HEX(0xFF9B9B),
                         .fill = {HEX(0x7FAEFF), HEX(0xFFB066), HEX(0x5ED6AE), HEX(0xC4A1FF)},
                         .text = {HEX(0x7FAEFF), HEX(0xFFB066), HEX(0x5ED6AE), HEX(0xC4A1FF)},
                         .weights = COLOUR_MAP_EMBER,
                         .scores = COLOUR_MAP_DIVERGING_DARK,
                         .least_contrast = 4.5f,
                         .is_dark = true},
    [THEME_KIND_CONTRAST] = {.background = HEX(0xFFFFFF),
                             .surface = HEX(0xFFFFFF),
                             .ink = HEX(0x000000),
                             .secondary = HEX(0x2B2B2B),
                             .faint = HEX(0x595959),
                             .line = HEX(0x595959),
                             .chip = HEX(0xEDEDED),
                             .hint = HEX(0xFFF7CC),
                             .negative = HEX(0xB0B0B0),
                             .error = HEX(0x8A0000),
                             .fill = {HEX(0x00389C), HEX(0x7A3300), HEX(0x00513A), HEX(0x4B1E8C)},
                             .text = {HEX(0x00389C), HEX(0x7A3300), HEX(0x00513A), HEX(0x4B1E8C)},
                             .weights = COLOUR_MAP_GREYS,
                             .scores = COLOUR_MAP_DIVERGING,
                             .least_contrast = 7},
};

const struct theme *theme_of(enum theme_kind kind) {
    return &themes[kind];
}

#include "colour.h"
#include <math.h>
#include <stddef.h>

static float clamp_unit(float t) {
    return t < 0.0f ? 0.0f : t > 1.0f ? 1.0f : t;
}

static uint8_t mix_channel(uint8_t a, uint8_t b, float t) {
    return (uint8_t)((float)a + ((float)b - (float)a) * t + 0.5f);
}

struct colour colour_mix(struct colour a, struct colour b, float t) {
    t = clamp_unit(t);
    return (struct colour){mix_channel(a.r, b.r, t), mix_channel(a.g, b.g, t),
                           mix_channel(a.b, b.b, t), mix_channel(a.a, b.a, t)};
}

struct colour colour_fade(struct colour c, float opacity) {
    c.a = (uint8_t)((float)c.a * clamp_unit(opacity) + 0.5f);
    return c;
}

/* Rounded to nearest in whole numbers: (top·a + bottom·(255 − a)) / 255. */
static uint8_t over_channel(uint8_t top, uint8_t bottom, uint8_t alpha) {
    unsigned sum = (unsigned)top * alpha + (unsigned)bottom * (255u - alpha);
    return (uint8_t)((sum + 127u) / 255u);
}

struct colour colour_over(struct colour top, struct colour bottom) {
    return (struct colour){over_channel(top.r, bottom.r, top.a),
                           over_channel(top.g, bottom.g, top.a),
                           over_channel(top.b, bottom.b, top.a), 255};
}

static float linear_channel(uint8_t channel) {
    float c = (float)channel / 255.0f;
    return c <= 0.03928f ? c / 12.92f : powf((c + 0.055f) / 1.055f, 2.4f);
}

float colour_luminance(struct colour c) {
    return 0.2126f * linear_channel(c.r) + 0.7152f * linear_channel(c.g) +
           0.0722f * linear_channel(c.b);
}

float colour_contrast(struct colour a, struct colour b) {
    float la = colour_luminance(a), lb = colour_luminance(b);
    return la > lb ? (la + 0.05f) / (lb + 0.05f) : (lb + 0.05f) / (la + 0.05f);
}

/* At a luminance of 0.179 black and white have the same contrast, 4.58. */
struct colour colour_text_on(struct colour fill) {
    return colour_luminance(fill) > 0.179f ? COLOUR_HEX(0x000000) : COLOUR_HEX(0xFFFFFF);
}

/* Evenly spaced stops, lowest value first; between them sRGB channels are mixed. */
static const uint32_t blues[] = {0xF7F8FB, 0xD3E0F2, 0x94BADF, 0x4F8CC4, 0x2460A0, 0x12356B};
static const uint32_t ember[] = {0x1D2027, 0x2A3560, 0x4B4A9C, 0x8F5FC0, 0xE08AA8, 0xFFD9A0};
static const uint32_t greys[] = {0xFFFFFF, 0x000000};
static const uint32_t diverging[] = {0xB3470B, 0xE9A56B, 0xF7F5F1, 0x8DB6E4, 0x1F57B0};
static const uint32_t diverging_dark[] = {0xFFB066, 0x8A5A2C, 0x1D2027, 0x37588F, 0x8DB8FF};
/* Cividis: Nuñez, Anderton, Renslow 2018. Viridis, magma: van der Walt, Smith 2015. */
static const uint32_t cividis[] = {0x00204D, 0x00336F, 0x39486B, 0x575C6D, 0x707173,
                                   0x8A8779, 0xA69D75, 0xC4B56C, 0xE4CF5B, 0xFFEA46};
static const uint32_t viridis[] = {0x440154, 0x481A6C, 0x472F7D, 0x414487, 0x39568C, 0x31688E,
                                   0x2A788E, 0x23888E, 0x1F988B, 0x22A884, 0x35B779, 0x54C568,
                                   0x7AD151, 0xA5DB36, 0xD2E21B, 0xFDE725};
static const uint32_t magma[] = {0x000004, 0x180F3E, 0x451077, 0x721F81, 0x9F2F7F,
                                 0xCD4071, 0xF1605D, 0xFD9567, 0xFEC98D, 0xFCFDBF};

#define STOPS(list)                                                                                \
    { list, sizeof(list) / sizeof((list)[0]), 0.0f }
#define STOPS_ABOUT_ZERO(list)                                                                     \
    { list, sizeof(list) / sizeof((list)[0]), -1.0f }
static const struct {
    const uint32_t *stops;
    size_t count;
    float lowest; /* the value of the first stop; the last stop's is 1 */
} maps[COLOUR_MAP_COUNT] = {
    [COLOUR_MAP_BLUES] = STOPS(blues),
    [COLOUR_MAP_EMBER] = STOPS(ember),
    [COLOUR_MAP_CIVIDIS] = STOPS(cividis),
    [COLOUR_MAP_VIRIDIS] = STOPS(viridis),
    [COLOUR_MAP_MAGMA] = STOPS(magma),
    [COLOUR_MAP_GREYS] = STOPS(greys),
    [COLOUR_MAP_DIVERGING] = STOPS_ABOUT_ZERO(diverging),
    [COLOUR_MAP_DIVERGING_DARK] = STOPS_ABOUT_ZERO(diverging_dark),
    [COLOUR_MAP_BLUES_SIGNED] = STOPS_ABOUT_ZERO(blues),
    [COLOUR_MAP_EMBER_SIGNED] = STOPS_ABOUT_ZERO(ember),
    [COLOUR_MAP_CIVIDIS_SIGNED] = STOPS_ABOUT_ZERO(cividis),
    [COLOUR_MAP_VIRIDIS_SIGNED] = STOPS_ABOUT_ZERO(viridis),
    [COLOUR_MAP_MAGMA_SIGNED] = STOPS_ABOUT_ZERO(magma),
    [COLOUR_MAP_GREYS_SIGNED] = STOPS_ABOUT_ZERO(greys),
};

enum colour_map colour_map_signed(enum colour_map sequential) {
    for (size_t i = COLOUR_MAP_BLUES_SIGNED; i < COLOUR_MAP_COUNT; i++)
        if ((unsigned)sequential < COLOUR_MAP_COUNT && maps[i].stops == maps[sequential].stops)
            return (enum colour_map)i;
    return sequential;
}

struct colour colour_map_at(enum colour_map map, float t) {
    if ((unsigned)map >= COLOUR_MAP_COUNT) map = COLOUR_MAP_BLUES;
    float unit = (t - maps[map].lowest) / (1.0f - maps[map].lowest);
    float place = isnan(t) ? 0.5f : clamp_unit(unit);
    place *= (float)(maps[map].count - 1);
    size_t stop = (size_t)place;
    if (stop >= maps[map].count - 1) stop = maps[map].count - 2;
    return colour_mix(COLOUR_HEX(maps[map].stops[stop]), COLOUR_HEX(maps[map].stops[stop + 1]),
                      place - (float)stop);
}

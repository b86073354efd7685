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

/* c = channel / 255: c / 12.92 up to 0.03928, then ((c + 0.055) / 1.055)^2.4 (WCAG 2.1, relative
 * luminance). Written out: a picture of many heads asks for millions. */
/* clang-format off */
static const float linear_channel[256] = {
    0, 0.000303526991f, 0.000607053982f, 0.000910580973f, 0.00121410796f, 0.00151763496f,
    0.00182116195f, 0.00212468882f, 0.00242821593f, 0.00273174304f, 0.00303526991f, 0.00334653561f,
    0.00367650692f, 0.00402471703f, 0.00439144205f, 0.00477695325f, 0.00518151699f, 0.00560539169f,
    0.00604883255f, 0.00651209103f, 0.00699541019f, 0.00749903172f, 0.00802319217f, 0.00856812485f,
    0.00913405698f, 0.00972121768f, 0.010329823f, 0.0109600937f, 0.0116122449f, 0.012286487f,
    0.0129830306f, 0.0137020806f, 0.0144438436f, 0.0152085144f, 0.0159962922f, 0.0168073755f,
    0.0176419523f, 0.0185002182f, 0.0193823613f, 0.0202885624f, 0.0212190095f, 0.0221738834f,
    0.0231533647f, 0.0241576303f, 0.0251868572f, 0.0262412224f, 0.0273208916f, 0.0284260381f,
    0.0295568332f, 0.0307134409f, 0.0318960287f, 0.0331047624f, 0.0343398079f, 0.0356013142f,
    0.036889445f, 0.0382043645f, 0.0395462364f, 0.0409151986f, 0.0423114114f, 0.0437350273f,
    0.045186203f, 0.0466650836f, 0.048171822f, 0.0497065634f, 0.0512694679f, 0.0528606549f,
    0.0544802807f, 0.0561284944f, 0.0578054339f, 0.0595112406f, 0.061246071f, 0.0630100295f,
    0.0648032799f, 0.0666259527f, 0.068478182f, 0.0703601092f, 0.0722718611f, 0.0742135793f,
    0.0761853904f, 0.0781874284f, 0.0802198276f, 0.0822827145f, 0.0843762159f, 0.0865004659f,
    0.0886556059f, 0.0908417329f, 0.093058981f, 0.0953074843f, 0.0975873619f, 0.0998987406f,
    0.102241747f, 0.104616493f, 0.107023112f, 0.109461717f, 0.111932434f, 0.114435382f,
    0.116970673f, 0.119538434f, 0.122138798f, 0.124771841f, 0.127437696f, 0.13013649f, 0.132868335f,
    0.135633349f, 0.138431624f, 0.141263306f, 0.144128487f, 0.147027284f, 0.149959803f,
    0.152926162f, 0.155926466f, 0.158960864f, 0.1620294f, 0.165132225f, 0.168269396f, 0.171441093f,
    0.174647391f, 0.177888408f, 0.181164235f, 0.18447499f, 0.187820762f, 0.191201672f, 0.194617808f,
    0.198069304f, 0.201556236f, 0.205078706f, 0.20863685f, 0.212230727f, 0.215860531f, 0.219526231f,
    0.223227978f, 0.226965889f, 0.23074007f, 0.234550655f, 0.238397658f, 0.242281199f, 0.246201396f,
    0.25015837f, 0.254152179f, 0.258182913f, 0.262250721f, 0.266355664f, 0.270497859f, 0.274677366f,
    0.278894335f, 0.283148795f, 0.287440896f, 0.291770697f, 0.296138316f, 0.300543845f,
    0.304987371f, 0.309468955f, 0.313988745f, 0.318546832f, 0.323143244f, 0.327778131f,
    0.332451582f, 0.337163657f, 0.341914445f, 0.346704096f, 0.351532698f, 0.356400251f,
    0.361306876f, 0.366252691f, 0.371237785f, 0.376262218f, 0.381326109f, 0.386429518f,
    0.391572565f, 0.396755308f, 0.401977867f, 0.407240301f, 0.412542701f, 0.417885154f,
    0.423267752f, 0.428690553f, 0.434153706f, 0.439657241f, 0.445201248f, 0.450785846f,
    0.456411064f, 0.462077051f, 0.467783839f, 0.473531544f, 0.479320228f, 0.48514998f, 0.491020888f,
    0.496933043f, 0.502886593f, 0.50888145f, 0.514917791f, 0.520995677f, 0.527115226f, 0.533276498f,
    0.539479613f, 0.545724571f, 0.55201149f, 0.55834049f, 0.56471163f, 0.571124911f, 0.577580512f,
    0.584078491f, 0.590618908f, 0.597201884f, 0.603827417f, 0.610495627f, 0.617206633f,
    0.623960435f, 0.630757213f, 0.637596965f, 0.644479752f, 0.651405692f, 0.658374846f,
    0.665387332f, 0.672443211f, 0.679542542f, 0.686685443f, 0.693871915f, 0.701102018f,
    0.708375931f, 0.715693653f, 0.723055243f, 0.730460882f, 0.737910569f, 0.745404363f,
    0.752942324f, 0.760524631f, 0.768151283f, 0.775822341f, 0.783537924f, 0.791298032f,
    0.799102843f, 0.806952357f, 0.814846694f, 0.822785854f, 0.830769956f, 0.838799119f,
    0.846873283f, 0.854992688f, 0.863157272f, 0.871367216f, 0.87962234f, 0.887923181f, 0.896269381f,
    0.904661357f, 0.913098693f, 0.921582043f, 0.930110872f, 0.938685894f, 0.947306573f,
    0.955973506f, 0.964686275f, 0.973445475f, 0.982250571f, 0.991102219f, 1,
};
/* clang-format on */

float colour_luminance(struct colour c) {
    return 0.2126f * linear_channel[c.r] + 0.7152f * linear_channel[c.g] +
           0.0722f * linear_channel[c.b];
}

float colour_contrast(struct colour a, struct colour b) {
    float la = colour_luminance(a), lb = colour_luminance(b);
    return la > lb ? (la + 0.05f) / (lb + 0.05f) : (lb + 0.05f) / (la + 0.05f);
}

/* At a luminance of 0.179 black and white have the same contrast, 4.58. */
struct colour colour_text_on(struct colour fill) {
    return colour_luminance(fill) > 0.179f ? COLOUR_HEX(0x000000) : COLOUR_HEX(0xFFFFFF);
}

float colour_text_contrast(struct colour fill) {
    float under = colour_luminance(fill), white = colour_luminance(COLOUR_HEX(0xFFFFFF));
    return under > 0.179f ? (under + 0.05f) / 0.05f : (white + 0.05f) / (under + 0.05f);
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
    struct colour from = COLOUR_HEX(maps[map].stops[stop]),
                  to = COLOUR_HEX(maps[map].stops[stop + 1]);
    float t_between = place - (float)stop;
    return (struct colour){mix_channel(from.r, to.r, t_between),
                           mix_channel(from.g, to.g, t_between),
                           mix_channel(from.b, to.b, t_between), 255};
}

float colour_map_lowest(enum colour_map map) {
    return maps[(unsigned)map < COLOUR_MAP_COUNT ? map : COLOUR_MAP_BLUES].lowest;
}

/* outlines.c: glyph outlines for both renderers, emboldened where the font has no bold weight. */
#include "faces.h"
#include <math.h>
#include FT_OUTLINE_H

/* What emboldening adds to every stroke, in ems: about what lies between the weights of Chinese
 * fonts that have several. Less upwards than across, as there: many ideographs stack six or more
 * horizontal strokes, which would run together. */
static const struct {
    float across, upwards;
} thickening[FACE_WEIGHT_COUNT] = {
    [FACE_SEMIBOLD] = {0.030f, 0.018f},
    [FACE_BOLD] = {0.042f, 0.023f},
};

/* FreeType moves the point of a sharp corner out by at most this many times half the thickening:
 * 1 / cos 80°. */
static const float SHARPEST_CORNER = 5.8f;

float face_overhang(const struct face *face) {
    return thickening[face->emboldened].across / 2.0f * SHARPEST_CORNER;
}

/* FreeType lets the outline grow to the right and upwards: half of that is taken back, so that the
 * ink stays in the middle of its advance. */
static void outline_embolden(FT_Outline *outline, enum face_weight weight, float size_px) {
    FT_Pos across = lroundf(thickening[weight].across * size_px * 32.0f);
    FT_Pos upwards = lroundf(thickening[weight].upwards * size_px * 32.0f);
    if (FT_Outline_EmboldenXY(outline, 2 * across, 2 * upwards) != 0) return;
    FT_Outline_Translate(outline, -across, -upwards);
}

FT_Outline *face_outline(const struct face *face, float size_px, uint32_t glyph) {
    FT_Face ft = face->ft;
    if (!ft || FT_Set_Char_Size(ft, 0, (FT_F26Dot6)(size_px * 64.0f), 72, 72) != 0 ||
        FT_Load_Glyph(ft, glyph, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0 ||
        ft->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
        return NULL;
    FT_Outline *outline = &ft->glyph->outline;
    if (face->emboldened != FACE_REGULAR) outline_embolden(outline, face->emboldened, size_px);
    return outline;
}

/* faces.h: font files: found by fontconfig, opened when first needed. Private to render.
 *
 * A face is one file and index, as it is or emboldened: where a semibold or bold style meets a
 * family without such a weight, the outlines of a lighter face are thickened. That changes no
 * advance: an emboldened face shapes and measures as the plain one does. The number of a face stays
 * the same while the set lives. Positions that HarfBuzz gives are in font units; everything handed
 * on is in ems, so that one shaping serves every size. */
#ifndef RENDER_FACES_H
#define RENDER_FACES_H
#include "draw/text.h"
#include <SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include <hb.h>

enum { FACE_NONE = -1, FACE_UNKNOWN = -2, FACE_REFERENCE_PX = 512 };

/* What fallbacks tell apart: medium styles take the regular face. */
enum face_weight { FACE_REGULAR, FACE_SEMIBOLD, FACE_BOLD, FACE_WEIGHT_COUNT };

struct face {
    char *path;
    int index;                   /* as FreeType takes it: a named instance in the upper 16 bits */
    FcCharSet *characters;       /* what fontconfig says it has */
    enum face_weight emboldened; /* how far its outlines are thickened; FACE_REGULAR: not at all */
    bool is_bold;                /* semibold or more by itself */
    int bolder[FACE_WEIGHT_COUNT]; /* its bold sisters, or FACE_UNKNOWN (not looked for yet) */
    FT_Face ft;                    /* these three: NULL until opened */
    hb_font_t *hb;                 /* scaled to font units */
    TTF_Font *ttf;                 /* at FACE_REFERENCE_PX, without hinting: for measuring */
    int two_spaces_px;             /* width of two spaces in ttf */
    bool is_broken;                /* could not be opened: covers nothing */
};

struct face_set {
    FcConfig *config;
    FT_Library library;
    bool has_ttf;
    struct face *faces;
    size_t count, capacity;
    int styles[TEXT_STYLE_COUNT]; /* these: a face, FACE_NONE or FACE_UNKNOWN (not looked for yet)
                                   */
    int mathematics, ideographs;  /* regular */
    FcFontSet *others;            /* every other font, best first; NULL until needed */
};

/* False when not a single font can be opened. Safe to close after that. */
bool face_set_open(struct face_set *set);
void face_set_close(struct face_set *set);

/* The face of a style: the preferred one or what serves instead; FACE_NONE when nothing does. */
int face_of_style(struct face_set *set, enum text_style style);
/* The name of the family that was asked for. */
const char *face_wanted_family(enum text_style style);
/* The family of the face as its file names it. "" when unknown. */
const char *face_family(const struct face_set *set, int face);

/* The best face that has all these code points, else the best that has the first, else one whose
 * sign for missing characters can be seen. */
int face_for_cluster(struct face_set *set, enum text_style style, const uint32_t *code_points,
                     size_t count);
bool face_covers(struct face_set *set, int face, uint32_t code_point);
/* Opens FreeType, HarfBuzz and SDL2_ttf on it; false when it cannot be read. */
bool face_ready(struct face_set *set, int face);

/* What emboldening may at most add on each side of a glyph, in ems; 0 for a plain face. */
float face_overhang(const struct face *face);
/* The outline of the glyph, unhinted, 64ths of a pixel, y up, emboldened where the face is; it
 * belongs to FreeType until the next glyph of the face. NULL: none. size_px: in whole 64ths. */
FT_Outline *face_outline(const struct face *face, float size_px, uint32_t glyph);
#endif

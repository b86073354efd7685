#include "faces.h"
#include "draw/memory.h"
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *family;
    int weight;
} wanted[TEXT_STYLE_COUNT] = {
    [TEXT_WORDS] = {"Inter", FC_WEIGHT_REGULAR},
    [TEXT_WORDS_MEDIUM] = {"Inter", FC_WEIGHT_MEDIUM},
    [TEXT_WORDS_SEMIBOLD] = {"Inter", FC_WEIGHT_DEMIBOLD},
    [TEXT_WORDS_BOLD] = {"Inter", FC_WEIGHT_BOLD},
    [TEXT_MONO] = {"JetBrains Mono", FC_WEIGHT_REGULAR},
    [TEXT_MONO_BOLD] = {"JetBrains Mono", FC_WEIGHT_BOLD},
};
/* Where the wanted family is missing, in this order; at last whatever fontconfig holds nearest. */
static const char *const words_instead[] = {"DejaVu Sans", "Noto Sans", "Liberation Sans", NULL};
static const char *const mono_instead[] = {"DejaVu Sans Mono", "Noto Sans Mono", "Liberation Mono",
                                           NULL};
static const char *const ideograph_families[] = {"Noto Sans CJK SC",    "Source Han Sans SC",
                                                 "WenQuanYi Micro Hei", "Droid Sans Fallback",
                                                 "WenQuanYi Zen Hei",   NULL};

static enum face_weight weight_class(int weight) {
    if (weight < FC_WEIGHT_DEMIBOLD) return FACE_REGULAR;
    return weight < FC_WEIGHT_BOLD ? FACE_SEMIBOLD : FACE_BOLD;
}

const char *face_wanted_family(enum text_style style) {
    return wanted[style].family;
}

const char *face_family(const struct face_set *set, int face) {
    if (face < 0 || !set->faces[face].ft) return "";
    const char *family = set->faces[face].ft->family_name;
    return family ? family : "";
}

/* ---- opening ---- */

static void face_shut(struct face *face) {
    if (face->ttf) TTF_CloseFont(face->ttf);
    if (face->hb) hb_font_destroy(face->hb);
    if (face->ft) FT_Done_Face(face->ft);
    face->ttf = NULL;
    face->hb = NULL;
    face->ft = NULL;
}

static hb_font_t *shaper_open(const char *path, int index) {
    hb_blob_t *blob = hb_blob_create_from_file(path);
    hb_face_t *face = hb_face_create(blob, (unsigned)index & 0xFFFFu);
    hb_font_t *font = hb_font_create(face);
    if ((unsigned)index >> 16) hb_font_set_var_named_instance(font, ((unsigned)index >> 16) - 1);
    hb_face_destroy(face);
    hb_blob_destroy(blob);
    return font;
}

bool face_ready(struct face_set *set, int number) {
    if (number < 0 || (size_t)number >= set->count) return false;
    struct face *face = &set->faces[number];
    if (face->ttf) return true;
    if (face->is_broken) return false;
    face->is_broken = true;
    if (FT_New_Face(set->library, face->path, face->index, &face->ft) != 0) return false;
    face->hb = shaper_open(face->path, face->index);
    face->ttf = TTF_OpenFontIndex(face->path, FACE_REFERENCE_PX, face->index);
    if (!FT_IS_SCALABLE(face->ft) || !face->hb || !face->ttf) {
        face_shut(face);
        return false;
    }
    TTF_SetFontHinting(face->ttf, TTF_HINTING_NONE);
    if (TTF_SizeUTF8(face->ttf, "  ", &face->two_spaces_px, NULL) != 0) face->two_spaces_px = 0;
    face->is_broken = false;
    return true;
}

bool face_covers(struct face_set *set, int number, uint32_t code_point) {
    if (number < 0) return false;
    const struct face *face = &set->faces[number];
    if (face->is_broken || !FcCharSetHasChar(face->characters, code_point)) return false;
    return face_ready(set, number);
}

/* ---- finding ---- */

static bool is_usable(FcPattern *pattern) {
    FcBool is_outline = FcFalse, is_colour = FcFalse;
    FcPatternGetBool(pattern, FC_OUTLINE, 0, &is_outline);
    FcPatternGetBool(pattern, FC_COLOR, 0, &is_colour);
    return is_outline && !is_colour;
}

/* fontconfig's own rules may call a regular font bold and ask for emboldening. */
static bool is_bold(FcPattern *pattern) {
    int weight = FC_WEIGHT_REGULAR;
    FcBool needs_emboldening = FcFalse;
    FcPatternGetInteger(pattern, FC_WEIGHT, 0, &weight);
    FcPatternGetBool(pattern, FC_EMBOLDEN, 0, &needs_emboldening);
    return weight_class(weight) != FACE_REGULAR && !needs_emboldening;
}

/* Appends a closed face; FACE_NONE when memory runs out. */
static int face_append(struct face_set *set, const char *path, int index,
                       const FcCharSet *characters) {
    if (set->count > UINT16_MAX) return FACE_NONE;
    size_t bytes = strlen(path) + 1;
    char *copy = memory_resize(NULL, bytes);
    if (!copy ||
        !memory_grow((void **)&set->faces, &set->capacity, set->count + 1, sizeof *set->faces)) {
        free(copy);
        return FACE_NONE;
    }
    memcpy(copy, path, bytes);
    set->faces[set->count] = (struct face){.path = copy,
                                           .index = index,
                                           .characters = FcCharSetCopy((FcCharSet *)characters),
                                           .bolder = {FACE_UNKNOWN, FACE_UNKNOWN, FACE_UNKNOWN}};
    return (int)set->count++;
}

static int face_known(const struct face_set *set, const char *path, int index,
                      enum face_weight emboldened) {
    for (size_t i = 0; i < set->count; i++)
        if (set->faces[i].index == index && set->faces[i].emboldened == emboldened &&
            strcmp(set->faces[i].path, path) == 0)
            return (int)i;
    return FACE_NONE;
}

/* The face with thicker outlines, new or known; itself where it is bold already. */
static int face_embolden(struct face_set *set, int number, enum face_weight weight) {
    if (number < 0 || weight == FACE_REGULAR || set->faces[number].is_bold ||
        set->faces[number].emboldened == weight)
        return number;
    struct face plain = set->faces[number]; /* appending may move the array */
    int face = face_known(set, plain.path, plain.index, weight);
    if (face != FACE_NONE) return face;
    face = face_append(set, plain.path, plain.index, plain.characters);
    if (face != FACE_NONE) set->faces[face].emboldened = weight;
    return face;
}

/* The number of the face in the pattern, new or known; FACE_NONE when memory runs out. */
static int face_add(struct face_set *set, FcPattern *pattern) {
    FcChar8 *path;
    FcCharSet *characters;
    int index = 0;
    if (FcPatternGetString(pattern, FC_FILE, 0, &path) != FcResultMatch) return FACE_NONE;
    if (FcPatternGetCharSet(pattern, FC_CHARSET, 0, &characters) != FcResultMatch) return FACE_NONE;
    FcPatternGetInteger(pattern, FC_INDEX, 0, &index);
    int face = face_known(set, (const char *)path, index, FACE_REGULAR);
    if (face != FACE_NONE) return face;
    face = face_append(set, (const char *)path, index, characters);
    if (face != FACE_NONE) set->faces[face].is_bold = is_bold(pattern);
    return face;
}

static bool has_family(FcPattern *pattern, const char *family) {
    FcChar8 *name;
    for (int i = 0; FcPatternGetString(pattern, FC_FAMILY, i, &name) == FcResultMatch; i++)
        if (FcStrCmpIgnoreCase(name, (const FcChar8 *)family) == 0) return true;
    return false;
}

static FcPattern *request_make(struct face_set *set, const char *family, int weight) {
    FcPattern *request = FcPatternCreate();
    if (!request) return NULL;
    FcPatternAddString(request, FC_FAMILY, (const FcChar8 *)family);
    FcPatternAddInteger(request, FC_WEIGHT, weight);
    FcPatternAddInteger(request, FC_SLANT, FC_SLANT_ROMAN);
    FcPatternAddBool(request, FC_OUTLINE, FcTrue);
    FcPatternAddBool(request, FC_VARIABLE, FcFalse);
    FcConfigSubstitute(set->config, request, FcMatchPattern);
    FcDefaultSubstitute(request);
    return request;
}

/* The nearest font of the family, emboldened when a bold weight is asked for and it is lighter;
 * FACE_NONE when the family is not there (is_exact) or nothing can be used. */
static int face_find(struct face_set *set, const char *family, int weight, bool is_exact) {
    FcPattern *request = request_make(set, family, weight);
    if (!request) return FACE_NONE;
    FcResult result;
    FcPattern *found = FcFontMatch(set->config, request, &result);
    int face = FACE_NONE;
    if (found && is_usable(found) && (!is_exact || has_family(found, family)))
        face = face_embolden(set, face_add(set, found), weight_class(weight));
    if (found) FcPatternDestroy(found);
    FcPatternDestroy(request);
    return face_ready(set, face) ? face : FACE_NONE;
}

static int face_find_first(struct face_set *set, const char *const *families, int weight) {
    int face = FACE_NONE;
    for (size_t i = 0; families[i] && face == FACE_NONE; i++)
        face = face_find(set, families[i], weight, true);
    return face;
}

static void others_find(struct face_set *set) {
    FcPattern *request = request_make(set, "sans-serif", FC_WEIGHT_REGULAR);
    if (!request) return;
    FcResult result;
    set->others = FcFontSort(set->config, request, FcTrue, NULL, &result);
    FcPatternDestroy(request);
}

static bool pattern_has_all(FcPattern *pattern, const uint32_t *code_points, size_t count) {
    FcCharSet *characters;
    if (!is_usable(pattern) ||
        FcPatternGetCharSet(pattern, FC_CHARSET, 0, &characters) != FcResultMatch)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!FcCharSetHasChar(characters, code_points[i])) return false;
    return true;
}

static int face_among_others(struct face_set *set, const uint32_t *code_points, size_t count) {
    if (!set->others) others_find(set);
    for (int i = 0; set->others && i < set->others->nfont; i++) {
        if (!pattern_has_all(set->others->fonts[i], code_points, count)) continue;
        int face = face_add(set, set->others->fonts[i]);
        if (face_ready(set, face)) return face;
    }
    return FACE_NONE;
}

int face_of_style(struct face_set *set, enum text_style style) {
    int *face = &set->styles[style];
    if (*face != FACE_UNKNOWN) return *face;
    bool is_mono = style == TEXT_MONO || style == TEXT_MONO_BOLD;
    int weight = wanted[style].weight;
    *face = face_find(set, wanted[style].family, weight, true);
    if (*face == FACE_NONE)
        *face = face_find_first(set, is_mono ? mono_instead : words_instead, weight);
    if (*face == FACE_NONE)
        *face = face_find(set, is_mono ? "monospace" : "sans-serif", weight, false);
    if (*face == FACE_NONE) *face = face_among_others(set, NULL, 0);
    return *face;
}

/* ---- choosing ---- */

static bool covers_all(struct face_set *set, int face, const uint32_t *code_points, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!face_covers(set, face, code_points[i])) return false;
    return face >= 0;
}

static int face_of_mathematics(struct face_set *set) {
    if (set->mathematics == FACE_UNKNOWN)
        set->mathematics = face_find(set, "DejaVu Sans", FC_WEIGHT_REGULAR, true);
    return set->mathematics;
}

static int face_of_ideographs(struct face_set *set) {
    if (set->ideographs == FACE_UNKNOWN)
        set->ideographs = face_find_first(set, ideograph_families, FC_WEIGHT_REGULAR);
    return set->ideographs;
}

/* The regular face that serves where that of the style does not. */
static int fallback_with_all(struct face_set *set, const uint32_t *code_points, size_t count) {
    int face = face_of_mathematics(set);
    if (covers_all(set, face, code_points, count)) return face;
    bool may_be_ideograph = count && code_points[0] >= 0x1100;
    face = may_be_ideograph ? face_of_ideographs(set) : FACE_NONE;
    if (covers_all(set, face, code_points, count)) return face;
    return face_among_others(set, code_points, count);
}

/* The bold face of the same family where it has one with these code points, else the same face
 * emboldened. */
static int face_bolder(struct face_set *set, int regular, int weight, const uint32_t *code_points,
                       size_t count) {
    enum face_weight class = weight_class(weight);
    if (regular < 0 || class == FACE_REGULAR || set->faces[regular].is_bold) return regular;
    if (set->faces[regular].bolder[class] == FACE_UNKNOWN) {
        int found = face_find(set, face_family(set, regular), weight, true);
        set->faces[regular].bolder[class] = found; /* looking may have moved the array */
    }
    int sister = set->faces[regular].bolder[class];
    if (covers_all(set, sister, code_points, count)) return sister;
    int thickened = face_embolden(set, regular, class);
    return face_ready(set, thickened) ? thickened : regular;
}

static int face_with_all(struct face_set *set, enum text_style style, const uint32_t *code_points,
                         size_t count) {
    int face = face_of_style(set, style);
    if (covers_all(set, face, code_points, count)) return face;
    face = fallback_with_all(set, code_points, count);
    return face_bolder(set, face, wanted[style].weight, code_points, count);
}

static bool shows_missing(struct face_set *set, int face) {
    if (!face_ready(set, face)) return false;
    FT_Face ft = set->faces[face].ft;
    return FT_Load_Glyph(ft, 0, FT_LOAD_NO_SCALE) == 0 && ft->glyph->outline.n_points > 0;
}

int face_for_cluster(struct face_set *set, enum text_style style, const uint32_t *code_points,
                     size_t count) {
    int face = face_with_all(set, style, code_points, count);
    if (face == FACE_NONE && count > 1) face = face_with_all(set, style, code_points, 1);
    if (face != FACE_NONE) return face;
    face = face_of_mathematics(set);
    int own = face_of_style(set, style);
    return shows_missing(set, own) || !shows_missing(set, face) ? own : face;
}

/* ---- the set ---- */

bool face_set_open(struct face_set *set) {
    *set = (struct face_set){.ideographs = FACE_UNKNOWN, .mathematics = FACE_UNKNOWN};
    for (size_t i = 0; i < TEXT_STYLE_COUNT; i++)
        set->styles[i] = FACE_UNKNOWN;
    if (TTF_Init() != 0) return false;
    set->has_ttf = true;
    if (FT_Init_FreeType(&set->library) != 0) return false;
    set->config = FcInitLoadConfigAndFonts();
    if (!set->config) return false;
    return face_of_style(set, TEXT_WORDS) != FACE_NONE &&
           face_of_style(set, TEXT_MONO) != FACE_NONE;
}

void face_set_close(struct face_set *set) {
    for (size_t i = 0; i < set->count; i++) {
        face_shut(&set->faces[i]);
        FcCharSetDestroy(set->faces[i].characters);
        free(set->faces[i].path);
    }
    free(set->faces);
    if (set->others) FcFontSetDestroy(set->others);
    if (set->config) FcConfigDestroy(set->config);
    if (set->library) FT_Done_FreeType(set->library);
    if (set->has_ttf) TTF_Quit();
    *set = (struct face_set){0};
}

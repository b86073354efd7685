#include "fonts.h"
#include "draw/memory.h"
#include "shaping.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include FT_OUTLINE_H
#include FT_TRUETYPE_TABLES_H

/* Splits by (style, text), widths in ems: one entry serves every size. Thrown away when full. */
enum {
    CACHE_SLOTS = 8192,
    CACHE_MAX_ENTRIES = 4096,
    CACHE_MAX_TEXT = 1 << 20,
    CACHE_MAX_BYTES = 2048
};

struct cache_entry {
    uint64_t hash;
    uint32_t text, bytes; /* bytes 0: free */
    uint32_t runs, count;
    uint8_t style;
};

struct split_cache {
    struct cache_entry *slots; /* CACHE_SLOTS, NULL until first used */
    char *text;
    struct text_run *runs;
    size_t text_bytes, text_room, run_count, run_room, entries;
};

struct fonts {
    struct face_set set;
    struct splitter splitter;
    struct split_cache cache;
    struct shaped_run shaped;
    char *spaced; /* a run between two spaces, for measuring */
    size_t spaced_room;
};

/* Sizes count in 64ths of a pixel, as FreeType's do. */
static float size_rounded(float size_px) {
    return isfinite(size_px) && size_px > 0 ? floorf(size_px * 64.0f + 0.5f) / 64.0f : 0.0f;
}

/* ---- opening ---- */

static size_t warn_missing(struct fonts *fonts, enum text_style style, const char *package,
                           char *warning, size_t room) {
    const char *got = face_family(&fonts->set, face_of_style(&fonts->set, style));
    const char *want = face_wanted_family(style);
    if (strncmp(got, want, strlen(want)) == 0 || room < 64) return 0; /* no room for a sentence */
    int used = snprintf(warning, room,
                        "The font %s is not installed, so %s serves instead; install %s "
                        "for the intended look. ",
                        want, got, package);
    return used > 0 && (size_t)used < room ? (size_t)used : room - 1;
}

struct fonts *fonts_open(char *error, size_t error_bytes, char *warning, size_t warning_bytes) {
    if (warning && warning_bytes) warning[0] = '\0';
    struct fonts *fonts = memory_resize(NULL, sizeof *fonts);
    if (!fonts) {
        snprintf(error, error_bytes, "No memory for fonts; close other programs and try again.");
        return NULL;
    }
    memset(fonts, 0, sizeof *fonts);
    if (!face_set_open(&fonts->set)) {
        snprintf(
            error, error_bytes,
            "No font can be opened, so no text can be shown; install a TrueType font such as the "
            "package fonts-dejavu-core and try again.");
        fonts_close(fonts);
        return NULL;
    }
    if (warning) {
        size_t used = warn_missing(fonts, TEXT_WORDS, "fonts-inter", warning, warning_bytes);
        used += warn_missing(fonts, TEXT_MONO, "fonts-jetbrains-mono", warning + used,
                             warning_bytes - used);
        if (used && warning[used - 1] == ' ') warning[used - 1] = '\0';
    }
    return fonts;
}

void fonts_close(struct fonts *fonts) {
    if (!fonts) return;
    splitter_free(&fonts->splitter);
    shaped_run_free(&fonts->shaped);
    free(fonts->cache.slots);
    free(fonts->cache.text);
    free(fonts->cache.runs);
    free(fonts->spaced);
    face_set_close(&fonts->set);
    free(fonts);
}

size_t fonts_face_count(const struct fonts *fonts) {
    return fonts->set.count;
}

const char *fonts_face_path(const struct fonts *fonts, uint16_t face) {
    return face < fonts->set.count ? fonts->set.faces[face].path : "";
}

int fonts_face_index(const struct fonts *fonts, uint16_t face) {
    return face < fonts->set.count ? fonts->set.faces[face].index : 0;
}

/* Some files name the weight in the family ("Inter Medium"). */
const char *fonts_face_family(const struct fonts *fonts, uint16_t face, enum text_style style) {
    if (face >= fonts->set.count || (unsigned)style >= TEXT_STYLE_COUNT) return "";
    const char *family = face_family(&fonts->set, face), *wanted = face_wanted_family(style);
    size_t length = strlen(wanted);
    bool is_wanted = strncmp(family, wanted, length) == 0 &&
                     (family[length] == '\0' || family[length] == ' ');
    return is_wanted ? wanted : family;
}

bool fonts_shape(struct fonts *fonts, struct shaped_run *run, uint16_t face, bool is_right_to_left,
                 const char *text, size_t bytes) {
    return run_shape(&fonts->set, run, face, is_right_to_left, text, bytes);
}

bool fonts_face_is_emboldened(const struct fonts *fonts, uint16_t face) {
    return face < fonts->set.count && fonts->set.faces[face].emboldened != FACE_REGULAR;
}

FT_Outline *fonts_outline(struct fonts *fonts, uint16_t face, float size_px, uint32_t glyph) {
    if (!face_ready(&fonts->set, face)) return NULL;
    return face_outline(&fonts->set.faces[face], size_px, glyph);
}

/* ---- splitting ---- */

static uint64_t key_hash(enum text_style style, const char *text, size_t bytes) {
    uint64_t hash = (14695981039346656037u ^ (uint64_t)style) * 1099511628211u;
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ (uint8_t)text[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

/* The entry of the key, or the free one where it belongs. */
static struct cache_entry *cache_slot(struct split_cache *cache, uint64_t hash,
                                      enum text_style style, const char *text, size_t bytes) {
    for (size_t i = hash % CACHE_SLOTS;; i = (i + 1) % CACHE_SLOTS) {
        struct cache_entry *entry = &cache->slots[i];
        if (entry->bytes == 0) return entry;
        if (entry->hash == hash && entry->style == style && entry->bytes == bytes &&
            memcmp(cache->text + entry->text, text, bytes) == 0)
            return entry;
    }
}

/* Empties a full cache. False: no memory for one. */
static bool cache_ready(struct split_cache *cache, size_t bytes) {
    if (bytes > CACHE_MAX_BYTES) return false;
    size_t room = 0;
    bool is_new = !cache->slots;
    if (is_new && !memory_grow((void **)&cache->slots, &room, CACHE_SLOTS, sizeof *cache->slots))
        return false;
    if (is_new || cache->entries >= CACHE_MAX_ENTRIES ||
        cache->text_bytes + bytes > CACHE_MAX_TEXT) {
        memset(cache->slots, 0, CACHE_SLOTS * sizeof *cache->slots);
        cache->entries = cache->text_bytes = cache->run_count = 0;
    }
    return true;
}

static void cache_keep(struct split_cache *cache, struct cache_entry *entry, uint64_t hash,
                       enum text_style style, const char *text, size_t bytes,
                       const struct splitter *s) {
    if (!memory_grow((void **)&cache->text, &cache->text_room, cache->text_bytes + bytes, 1) ||
        !memory_grow((void **)&cache->runs, &cache->run_room, cache->run_count + s->count,
                     sizeof *cache->runs))
        return;
    memcpy(cache->text + cache->text_bytes, text, bytes);
    memcpy(cache->runs + cache->run_count, s->runs, s->count * sizeof *s->runs);
    *entry = (struct cache_entry){hash,
                                  (uint32_t)cache->text_bytes,
                                  (uint32_t)bytes,
                                  (uint32_t)cache->run_count,
                                  (uint32_t)s->count,
                                  (uint8_t)style};
    cache->text_bytes += bytes;
    cache->run_count += s->count;
    cache->entries++;
}

/* Splits and measures, widths in ems, into the splitter. */
static bool split_anew(struct fonts *fonts, enum text_style style, const char *text, size_t bytes) {
    if (!text_itemize(&fonts->set, &fonts->splitter, style, text, bytes) ||
        !memory_grow((void **)&fonts->spaced, &fonts->spaced_room, bytes + 3, 1))
        return false;
    for (size_t i = 0; i < fonts->splitter.count; i++) {
        struct text_run *run = &fonts->splitter.runs[i];
        fonts->spaced[0] = ' ';
        memcpy(fonts->spaced + 1, text + run->start, run->bytes);
        memcpy(fonts->spaced + 1 + run->bytes, " ", 2);
        run->width = run_measure(&fonts->set, run->face, run->is_right_to_left, fonts->spaced);
    }
    return true;
}

static size_t fonts_split(void *context, enum text_style style, float size_px, const char *text,
                          size_t bytes, struct text_run *runs, size_t max) {
    struct fonts *fonts = context;
    if (bytes == 0 || (unsigned)style >= TEXT_STYLE_COUNT) return 0;
    const struct text_run *found = NULL;
    size_t count = 0;
    struct cache_entry *entry = NULL;
    uint64_t hash = 0;
    if (cache_ready(&fonts->cache, bytes)) {
        hash = key_hash(style, text, bytes);
        entry = cache_slot(&fonts->cache, hash, style, text, bytes);
    }
    if (entry && entry->bytes) {
        found = fonts->cache.runs + entry->runs;
        count = entry->count;
    } else {
        if (!split_anew(fonts, style, text, bytes)) return 0;
        found = fonts->splitter.runs;
        count = fonts->splitter.count;
        if (entry) cache_keep(&fonts->cache, entry, hash, style, text, bytes, &fonts->splitter);
    }
    float size = size_rounded(size_px);
    for (size_t i = 0; i < count && i < max; i++) {
        runs[i] = found[i];
        runs[i].width *= size;
    }
    return count;
}

/* ---- metrics ---- */

/* Height of capitals in font units: as the font says, else that of an H. */
static float cap_units(FT_Face ft) {
    const TT_OS2 *table = FT_Get_Sfnt_Table(ft, FT_SFNT_OS2);
    if (table && table->version >= 2 && table->sCapHeight > 0) return (float)table->sCapHeight;
    if (FT_Load_Char(ft, 'H', FT_LOAD_NO_SCALE) == 0 && ft->glyph->metrics.horiBearingY > 0)
        return (float)ft->glyph->metrics.horiBearingY;
    return 0.7f * (float)ft->units_per_EM;
}

static struct text_metrics fonts_metrics(void *context, enum text_style style, float size_px) {
    struct fonts *fonts = context;
    int face = face_of_style(&fonts->set, style);
    if (!face_ready(&fonts->set, face))
        return (struct text_metrics){size_px, size_px / 4, size_px * 0.7f};
    FT_Face ft = fonts->set.faces[face].ft;
    float scale = size_rounded(size_px) / (float)ft->units_per_EM;
    return (struct text_metrics){(float)ft->ascender * scale, -(float)ft->descender * scale,
                                 cap_units(ft) * scale};
}

struct text_measurer fonts_measurer(struct fonts *fonts) {
    return (struct text_measurer){fonts, fonts_split, fonts_metrics};
}

/* ---- bitmaps ---- */

/* Pixels around the pen's start that the run may touch. */
struct extent {
    float left, top, right, bottom;
};

static struct extent run_extent(const struct face *face, const struct shaped_run *run,
                                float size_px) {
    struct extent all = {0, 0, 0, 0};
    hb_font_t *font = face->hb;
    float more = face_overhang(face);
    float em = (float)hb_face_get_upem(hb_font_get_face(font));
    for (size_t i = 0; i < run->count; i++) {
        hb_glyph_extents_t box;
        const struct shaped_glyph *glyph = &run->glyphs[i];
        if (!hb_font_get_glyph_extents(font, glyph->glyph, &box)) continue;
        float left = glyph->x + (float)box.x_bearing / em,
              top = glyph->y - (float)box.y_bearing / em;
        all.left = fminf(all.left, left - more);
        all.top = fminf(all.top, top - more);
        all.right = fmaxf(all.right, left + (float)box.width / em + more);
        all.bottom = fmaxf(all.bottom, top - (float)box.height / em + more);
    }
    return (struct extent){all.left * size_px, all.top * size_px, all.right * size_px,
                           all.bottom * size_px};
}

struct coverage {
    uint8_t *pixels;
    int width, height;
};

/* Where two glyphs meet in a pixel, the second covers its share of what the first left free. */
static void coverage_add(struct coverage *to, const FT_Bitmap *bitmap, int left, int top) {
    for (int y = 0; y < (int)bitmap->rows; y++) {
        int row = top + y;
        if (row < 0 || row >= to->height) continue;
        const uint8_t *from = bitmap->buffer + (ptrdiff_t)y * bitmap->pitch;
        uint8_t *out = to->pixels + (size_t)row * (size_t)to->width;
        for (int x = 0; x < (int)bitmap->width; x++) {
            int column = left + x;
            if (column < 0 || column >= to->width || !from[x]) continue;
            unsigned free_share = (255u - out[column]) * from[x];
            out[column] = (uint8_t)(out[column] + (free_share + 127u) / 255u);
        }
    }
}

/* Draws the glyph with its origin at (x, y) of the bitmap, fractions kept: SDL2_ttf would round
 * each to a pixel. */
static void glyph_add(const struct face *face, float size_px, uint32_t glyph, float x, float y,
                      struct coverage *to) {
    FT_Outline *outline = face_outline(face, size_px, glyph);
    if (!outline) return;
    float whole_x = floorf(x), whole_y = ceilf(y);
    FT_Outline_Translate(outline, lroundf((x - whole_x) * 64.0f), lroundf((whole_y - y) * 64.0f));
    FT_GlyphSlot slot = face->ft->glyph;
    if (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) != 0) return;
    coverage_add(to, &slot->bitmap, (int)whole_x + slot->bitmap_left,
                 (int)whole_y - slot->bitmap_top);
}

enum { BITMAP_MAX_SIDE = 1 << 20, BITMAP_MAX_PIXELS = 1 << 28 };

bool fonts_render_run(struct fonts *fonts, uint16_t number, float size_px, bool is_right_to_left,
                      const char *text, size_t bytes, uint8_t **pixels, int *width, int *height,
                      int *origin_x, int *origin_y) {
    float size = size_rounded(size_px);
    if (!run_shape(&fonts->set, &fonts->shaped, number, is_right_to_left, text, bytes))
        return false;
    const struct face *face = &fonts->set.faces[number];
    if (FT_Set_Char_Size(face->ft, 0, (FT_F26Dot6)(size * 64.0f), 72, 72) != 0) return false;

    struct extent extent = run_extent(face, &fonts->shaped, size);
    if (extent.right - extent.left > BITMAP_MAX_SIDE ||
        extent.bottom - extent.top > BITMAP_MAX_SIDE)
        return false;
    *origin_x = 1 - (int)floorf(extent.left);
    *origin_y = 1 - (int)floorf(extent.top);
    struct coverage to = {NULL, *origin_x + (int)ceilf(extent.right) + 1,
                          *origin_y + (int)ceilf(extent.bottom) + 1};
    size_t count = (size_t)to.width * (size_t)to.height;
    if (count > BITMAP_MAX_PIXELS || !(to.pixels = memory_resize(NULL, count))) return false;
    memset(to.pixels, 0, count);
    for (size_t i = 0; i < fonts->shaped.count; i++) {
        const struct shaped_glyph *glyph = &fonts->shaped.glyphs[i];
        glyph_add(face, size, glyph->glyph, (float)*origin_x + glyph->x * size,
                  (float)*origin_y + glyph->y * size, &to);
    }
    *pixels = to.pixels;
    *width = to.width;
    *height = to.height;
    return true;
}

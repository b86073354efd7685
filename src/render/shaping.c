#include "shaping.h"
#include "draw/memory.h"
#include <stdlib.h>
#include <string.h>

void shaped_run_free(struct shaped_run *run) {
    free(run->glyphs);
    *run = (struct shaped_run){0};
}

/* The script of the first character that has one. */
static hb_script_t script_of_text(const char *text, size_t bytes) {
    hb_unicode_funcs_t *unicode = hb_unicode_funcs_get_default();
    hb_buffer_t *buffer = hb_buffer_create();
    hb_buffer_add_utf8(buffer, text, (int)bytes, 0, (int)bytes);
    unsigned count;
    const hb_glyph_info_t *characters = hb_buffer_get_glyph_infos(buffer, &count);
    hb_script_t script = HB_SCRIPT_COMMON;
    for (unsigned i = 0; i < count && script == HB_SCRIPT_COMMON; i++) {
        hb_script_t own = hb_unicode_script(unicode, characters[i].codepoint);
        if (own != HB_SCRIPT_INHERITED && own != HB_SCRIPT_UNKNOWN) script = own;
    }
    hb_buffer_destroy(buffer);
    return script;
}

/* Language "und": nothing about the machine's own language may change a picture. */
static hb_buffer_t *buffer_shape(hb_font_t *font, bool is_right_to_left, const char *text,
                                 size_t bytes) {
    hb_buffer_t *buffer = hb_buffer_create();
    hb_buffer_add_utf8(buffer, text, (int)bytes, 0, (int)bytes);
    hb_buffer_set_direction(buffer, is_right_to_left ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
    hb_buffer_set_script(buffer, script_of_text(text, bytes));
    hb_buffer_set_language(buffer, hb_language_from_string("und", -1));
    hb_shape(font, buffer, NULL, 0);
    return buffer;
}

bool run_shape(struct face_set *set, struct shaped_run *run, int face, bool is_right_to_left,
               const char *text, size_t bytes) {
    run->count = 0;
    run->advance = 0;
    if (bytes > INT32_MAX || !face_ready(set, face)) return false;
    hb_font_t *font = set->faces[face].hb;
    hb_buffer_t *buffer = buffer_shape(font, is_right_to_left, text, bytes);
    unsigned count;
    const hb_glyph_info_t *glyphs = hb_buffer_get_glyph_infos(buffer, &count);
    const hb_glyph_position_t *positions = hb_buffer_get_glyph_positions(buffer, NULL);
    bool fits = hb_buffer_allocation_successful(buffer) &&
                memory_grow((void **)&run->glyphs, &run->capacity, count, sizeof *run->glyphs);
    float em = (float)hb_face_get_upem(hb_font_get_face(font));
    int64_t x = 0, y = 0;
    for (unsigned i = 0; fits && i < count; i++) {
        run->glyphs[i] =
            (struct shaped_glyph){glyphs[i].codepoint, glyphs[i].cluster,
                                  (float)(x + positions[i].x_offset) / em,
                                  -(float)(y + positions[i].y_offset) / em};
        x += positions[i].x_advance;
        y += positions[i].y_advance;
    }
    hb_buffer_destroy(buffer);
    if (!fits) return false;
    run->count = count;
    run->advance = (float)x / em;
    return true;
}

/* Past this many bytes the width at the reference size could leave SDL2_ttf's integers. */
enum { MEASURE_MAX_BYTES = 32768 };

float run_measure(struct face_set *set, int number, bool is_right_to_left,
                  const char *spaced_text) {
    if (!face_ready(set, number)) return 0.0f;
    const struct face *face = &set->faces[number];
    size_t bytes = strlen(spaced_text);
    if (bytes > MEASURE_MAX_BYTES) {
        struct shaped_run run = {0};
        run_shape(set, &run, number, is_right_to_left, spaced_text + 1, bytes - 2);
        float advance = run.advance;
        shaped_run_free(&run);
        return advance;
    }
    char script[5] = "";
    hb_tag_to_string(hb_script_to_iso15924_tag(script_of_text(spaced_text, bytes)), script);
    TTF_SetFontDirection(face->ttf, is_right_to_left ? TTF_DIRECTION_RTL : TTF_DIRECTION_LTR);
    TTF_SetFontScriptName(face->ttf, script);
    int width = 0;
    if (TTF_SizeUTF8(face->ttf, spaced_text, &width, NULL) != 0) return 0.0f;
    width -= face->two_spaces_px;
    return (float)(width > 0 ? width : 0) / FACE_REFERENCE_PX;
}

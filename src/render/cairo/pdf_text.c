#include "pdf_text.h"
#include "draw/memory.h"
#include <stdlib.h>
#include <utf8proc.h>

void pdf_run_free(struct pdf_run *run) {
    free(run->glyphs);
    free(run->clusters);
    *run = (struct pdf_run){0};
}

/* cairo refuses text with noncharacters (U+FFFF and its like). */
static bool is_text_accepted(const char *text, size_t bytes) {
    for (size_t at = 0; at < bytes;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t read = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                                 (utf8proc_ssize_t)(bytes - at), &code);
        if (read <= 0 || code == 0 || (code & 0xFFFE) == 0xFFFE ||
            (code >= 0xFDD0 && code <= 0xFDEF))
            return false;
        at += (size_t)read;
    }
    return true;
}

/* Which glyphs stand for which bytes, in the order of the text; 0: they are not in order. The
 * glyphs of a run from right to left stand the other way round. */
static size_t find_clusters(const struct shaped_run *shaped, bool is_right_to_left, size_t bytes,
                            cairo_text_cluster_t *clusters) {
    size_t count = 0;
    uint32_t before = 0;
    for (size_t i = 0; i < shaped->count; i++) {
        size_t at = is_right_to_left ? shaped->count - 1 - i : i;
        uint32_t start = shaped->glyphs[at].cluster;
        if (start < before || start >= bytes || (i == 0 && start != 0)) return 0;
        if (i > 0 && start > before) clusters[count - 1].num_bytes = (int)(start - before);
        if (i == 0 || start > before) clusters[count++] = (cairo_text_cluster_t){0, 0};
        clusters[count - 1].num_glyphs++;
        before = start;
    }
    if (count) clusters[count - 1].num_bytes = (int)(bytes - before);
    return count;
}

static bool show(cairo_t *cairo, const struct shaped_run *shaped, struct pdf_run *run,
                 const struct draw_command *command, const char *text,
                 const struct placed_text *placed) {
    if (!memory_grow((void **)&run->glyphs, &run->glyph_room, shaped->count, sizeof *run->glyphs) ||
        !memory_grow((void **)&run->clusters, &run->cluster_room, shaped->count,
                     sizeof *run->clusters))
        return false;
    for (size_t i = 0; i < shaped->count; i++)
        run->glyphs[i] = text_glyph(&shaped->glyphs[i], placed);
    size_t clusters =
        is_text_accepted(text, command->count)
            ? find_clusters(shaped, command->is_right_to_left, command->count, run->clusters)
            : 0;
    if (clusters)
        cairo_show_text_glyphs(cairo, text, (int)command->count, run->glyphs, (int)shaped->count,
                               run->clusters, (int)clusters,
                               command->is_right_to_left ? CAIRO_TEXT_CLUSTER_FLAG_BACKWARD : 0);
    else
        cairo_show_glyphs(cairo, run->glyphs, (int)shaped->count);
    return true;
}

/* An emboldened face has no file that could be embedded: its text is that of the plain one, and the
 * thicker outlines lie over it. Where the colour shines through that would show. */
bool pdf_text(cairo_t *cairo, struct cairo_faces *faces, struct pdf_run *run,
              const struct draw_command *command, const char *text, bool is_outlined) {
    struct placed_text placed;
    if (!text_is_drawable(command)) return true;
    bool is_emboldened = fonts_face_is_emboldened(faces->fonts, command->face);
    bool has_text = !is_outlined && (!is_emboldened || command->colour.a == 255);
    cairo_save(cairo);
    bool is_done = text_place(cairo, faces, command, text, &placed);
    if (is_done && faces->shaped.count) {
        if (has_text) is_done = show(cairo, &faces->shaped, run, command, text, &placed);
        if (!has_text || is_emboldened) text_outlines(cairo, faces, command->face, &placed);
    }
    cairo_restore(cairo);
    return is_done;
}

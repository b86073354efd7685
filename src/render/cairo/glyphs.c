#include "glyphs.h"
#include "draw/memory.h"
#include <cairo-ft.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include FT_MODULE_H
#include FT_OUTLINE_H
#include FT_SYSTEM_H

static const cairo_user_data_key_t face_key;

/* cairo keeps used faces for a while after they are given up. So every face holds its library, and
 * the library needs memory functions that outlast it. */
static void *freetype_allocate(FT_Memory memory, long bytes) {
    (void)memory;
    return malloc((size_t)bytes);
}
static void freetype_release(FT_Memory memory, void *block) {
    (void)memory;
    free(block);
}
static void *freetype_resize(FT_Memory memory, long before, long after, void *block) {
    (void)memory;
    (void)before;
    return realloc(block, (size_t)after);
}
static struct FT_MemoryRec_ freetype_memory = {NULL, freetype_allocate, freetype_release,
                                               freetype_resize};

bool cairo_faces_open(struct cairo_faces *faces, struct fonts *fonts) {
    *faces = (struct cairo_faces){.fonts = fonts, .options = cairo_font_options_create()};
    cairo_font_options_set_antialias(faces->options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(faces->options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(faces->options, CAIRO_HINT_METRICS_OFF);
    if (FT_New_Library(&freetype_memory, &faces->library) != 0) return false;
    FT_Add_Default_Modules(faces->library);
    return cairo_font_options_status(faces->options) == CAIRO_STATUS_SUCCESS;
}

static void face_done(void *block) {
    FT_Face face = block;
    FT_Library library = face->glyph->library;
    FT_Done_Face(face);
    FT_Done_Library(library);
}

void cairo_faces_close(struct cairo_faces *faces) {
    for (size_t i = 0; i < faces->count; i++)
        if (faces->faces[i]) cairo_font_face_destroy(faces->faces[i]);
    free(faces->faces);
    if (faces->options) cairo_font_options_destroy(faces->options);
    shaped_run_free(&faces->shaped);
    if (faces->library) FT_Done_Library(faces->library);
    *faces = (struct cairo_faces){0};
}

static cairo_font_face_t *face_open(struct cairo_faces *faces, uint16_t number) {
    FT_Face ft;
    const char *path = fonts_face_path(faces->fonts, number);
    if (FT_New_Face(faces->library, path, fonts_face_index(faces->fonts, number), &ft) != 0)
        return NULL;
    FT_Reference_Library(faces->library);
    cairo_font_face_t *face = cairo_ft_font_face_create_for_ft_face(ft, FT_LOAD_NO_HINTING);
    if (cairo_font_face_set_user_data(face, &face_key, ft, face_done) != CAIRO_STATUS_SUCCESS) {
        cairo_font_face_destroy(face);
        face_done(ft);
        return NULL;
    }
    return face;
}

cairo_font_face_t *cairo_faces_get(struct cairo_faces *faces, uint16_t number) {
    size_t known = faces->count, wanted = (size_t)number + 1;
    if (wanted > known) {
        if (!memory_grow((void **)&faces->faces, &faces->capacity, wanted, sizeof(void *)))
            return NULL;
        memset(faces->faces + known, 0, (wanted - known) * sizeof(void *));
        faces->count = wanted;
    }
    if (!faces->faces[number]) faces->faces[number] = face_open(faces, number);
    return faces->faces[number];
}

/* ---- outlines of emboldened faces, which cairo cannot make by itself ---- */

struct tracer {
    cairo_t *cairo;
    double x, y; /* where the origin of the glyph stands */
};

static double across(const struct tracer *tracer, const FT_Vector *point) {
    return tracer->x + (double)point->x / 64.0;
}
static double down(const struct tracer *tracer, const FT_Vector *point) {
    return tracer->y - (double)point->y / 64.0;
}

static int trace_move(const FT_Vector *to, void *block) {
    const struct tracer *t = block;
    cairo_close_path(t->cairo);
    cairo_move_to(t->cairo, across(t, to), down(t, to));
    return 0;
}
static int trace_line(const FT_Vector *to, void *block) {
    const struct tracer *t = block;
    cairo_line_to(t->cairo, across(t, to), down(t, to));
    return 0;
}
static int trace_cubic(const FT_Vector *a, const FT_Vector *b, const FT_Vector *to, void *block) {
    const struct tracer *t = block;
    cairo_curve_to(t->cairo, across(t, a), down(t, a), across(t, b), down(t, b), across(t, to),
                   down(t, to));
    return 0;
}
/* A quadratic curve is the cubic one whose handles reach two thirds of the way to its control. */
static int trace_conic(const FT_Vector *control, const FT_Vector *to, void *block) {
    const struct tracer *t = block;
    double from_x, from_y, x = across(t, control), y = down(t, control);
    double to_x = across(t, to), to_y = down(t, to);
    cairo_get_current_point(t->cairo, &from_x, &from_y);
    cairo_curve_to(t->cairo, (from_x + 2 * x) / 3, (from_y + 2 * y) / 3, (to_x + 2 * x) / 3,
                   (to_y + 2 * y) / 3, to_x, to_y);
    return 0;
}

static void outline_trace(cairo_t *cairo, const cairo_glyph_t *placed, FT_Outline *outline) {
    static const FT_Outline_Funcs functions = {.move_to = trace_move,
                                               .line_to = trace_line,
                                               .conic_to = trace_conic,
                                               .cubic_to = trace_cubic};
    struct tracer tracer = {cairo, placed->x, placed->y};
    FT_Outline_Decompose(outline, &functions, &tracer);
    cairo_close_path(cairo);
}

void text_outlines(cairo_t *cairo, struct cairo_faces *faces, uint16_t face,
                   const struct placed_text *placed) {
    bool is_emboldened = fonts_face_is_emboldened(faces->fonts, face);
    for (size_t i = 0; i < faces->shaped.count; i++) {
        const struct shaped_glyph *glyph = &faces->shaped.glyphs[i];
        const cairo_glyph_t at = text_glyph(glyph, placed);
        if (!is_emboldened) {
            cairo_glyph_path(cairo, &at, 1);
            continue;
        }
        FT_Outline *outline = fonts_outline(faces->fonts, face, placed->size, glyph->glyph);
        if (outline) outline_trace(cairo, &at, outline);
    }
    cairo_fill(cairo);
}

cairo_glyph_t text_glyph(const struct shaped_glyph *glyph, const struct placed_text *placed) {
    return (cairo_glyph_t){glyph->glyph, (double)(glyph->x * placed->size * placed->stretch),
                           (double)(glyph->y * placed->size)};
}

bool text_is_drawable(const struct draw_command *command) {
    const float reach = 1e6f;
    return command->rect.h > 0 && command->rect.h < reach && fabsf(command->rect.x) < reach &&
           fabsf(command->rect.y) < reach && command->colour.a > 0;
}

bool text_place(cairo_t *cairo, struct cairo_faces *faces, const struct draw_command *command,
                const char *text, struct placed_text *placed) {
    cairo_font_face_t *face = cairo_faces_get(faces, command->face);
    if (!face || !fonts_shape(faces->fonts, &faces->shaped, command->face,
                              command->is_right_to_left, text, command->count))
        return false;
    placed->size = floorf(command->rect.h * 64.0f + 0.5f) / 64.0f;
    float natural = faces->shaped.advance * placed->size;
    placed->stretch = natural > 0 && command->rect.w > 0 ? command->rect.w / natural : 1.0f;
    if (command->angle == 0.0f) {
        cairo_translate(cairo, draw_whole(command->rect.x), draw_whole(command->rect.y));
    } else {
        cairo_translate(cairo, (double)command->rect.x, (double)command->rect.y);
        cairo_rotate(cairo, (double)command->angle);
    }
    cairo_set_font_face(cairo, face);
    cairo_set_font_size(cairo, (double)placed->size);
    cairo_set_font_options(cairo, faces->options);
    return true;
}

/* Outlines, not cairo_show_glyphs: into an image cairo 1.16 sets each glyph on a whole pixel, which
 * spaces small text unevenly and makes turned text dance. */
bool canvas_text(struct canvas *canvas, struct cairo_faces *faces,
                 const struct draw_command *command, const char *text) {
    struct placed_text placed;
    if (!text_is_drawable(command)) return true;
    cairo_save(canvas->cairo);
    bool is_placed = text_place(canvas->cairo, faces, command, text, &placed);
    if (is_placed) text_outlines(canvas->cairo, faces, command->face, &placed);
    cairo_restore(canvas->cairo);
    return is_placed;
}

#include "render/gl/picture_gl.h"
#include "render/gl/atlas.h"
#include "render/gl/instances.h"
#include "render/gl/order.h"
#include "render/gl/program.h"
#include <cglm/cglm.h>
#include <epoxy/gl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELLS_PER_ROW = 2048, /* as in scene.frag */
    ATLAS_MAX_SIZE = 8192,
    UNIT_GLYPHS = 0,
    UNIT_CELLS = 1,
    UNIT_PICTURE = 2
};

struct scene_program {
    GLuint program; /* 0: not made yet */
    GLint projection_location;
    int width, height; /* of the picture its projection is for */
};

struct gl_renderer {
    struct fonts *fonts;
    int max_texture_size;
    char *shader_folder;
    struct scene_program
        scenes[GL_KIND_COUNT]; /* made when first needed: a frame pays for what it shows */
    GLuint present;
    GLint window_height_location;
    GLuint scene_array, instance_buffer, empty_array;
    GLuint picture, framebuffer; /* the object drawn into, and its texture */
    int width, height;
    GLuint cells; /* RGBA8, CELLS_PER_ROW wide, all matrices of the list one after the other */
    int cells_height;
    uint64_t cells_hash; /* of what the texture holds */
    size_t cell_count;
    struct glyph_atlas atlas;
    struct gl_instances pending;
    struct gl_order order;
    int restarts, restarts_before; /* of the atlas, in this frame and in the one before */
    bool is_abandoned;
};

/* ---- making and freeing ---- */

static void attribute_float(GLuint index, size_t offset) {
    glVertexAttribPointer(index, 4, GL_FLOAT, GL_FALSE, sizeof(struct gl_instance),
                          (const void *)offset);
}

/* Instance 0 of the next draw is number `first` of the buffer (OpenGL 3.3 has no base instance). */
static void attributes_point(size_t first) {
    size_t start = first * sizeof(struct gl_instance);
    attribute_float(0, start + offsetof(struct gl_instance, box));
    attribute_float(1, start + offsetof(struct gl_instance, turn));
    attribute_float(2, start + offsetof(struct gl_instance, clip));
    attribute_float(3, start + offsetof(struct gl_instance, shape));
    attribute_float(4, start + offsetof(struct gl_instance, form));
    glVertexAttribIPointer(5, 3, GL_INT, sizeof(struct gl_instance),
                           (const void *)(start + offsetof(struct gl_instance, data)));
    glVertexAttribPointer(6, 4, GL_UNSIGNED_BYTE, GL_TRUE, sizeof(struct gl_instance),
                          (const void *)(start + offsetof(struct gl_instance, colour)));
}

static void arrays_make(struct gl_renderer *r) {
    glGenVertexArrays(1, &r->scene_array);
    glGenVertexArrays(1, &r->empty_array);
    glGenBuffers(1, &r->instance_buffer);
    glBindVertexArray(r->scene_array);
    glBindBuffer(GL_ARRAY_BUFFER, r->instance_buffer);
    for (GLuint index = 0; index < 7; index++) {
        glEnableVertexAttribArray(index);
        glVertexAttribDivisor(index, 1);
    }
    attributes_point(0);
}

static bool present_make(struct gl_renderer *r, char *error, size_t error_bytes) {
    r->present = gl_program_load(r->shader_folder, "present", NULL, error, error_bytes);
    if (!r->present) return false;
    r->window_height_location = glGetUniformLocation(r->present, "window_height");
    glUseProgram(r->present);
    glUniform1i(glGetUniformLocation(r->present, "picture"), UNIT_PICTURE);
    return true;
}

static bool scene_make(struct gl_renderer *r, enum gl_kind kind, char *error, size_t error_bytes) {
    static const char *const definitions[GL_KIND_COUNT] = {
        [GL_KIND_SOLID] = "#define DRAWS_SOLID",
        [GL_KIND_TINTED] = "#define DRAWS_SOLID",
        [GL_KIND_ROUNDED] = "#define DRAWS_ROUNDED",
        [GL_KIND_FRAME] = "#define DRAWS_FRAME",
        [GL_KIND_LINE] = "#define DRAWS_LINE",
        [GL_KIND_TEXT] = "#define DRAWS_TEXT",
        [GL_KIND_TURNED_TEXT] = "#define DRAWS_TURNED_TEXT",
        [GL_KIND_MATRIX] = "#define DRAWS_MATRIX",
        [GL_KIND_HATCH] = "#define DRAWS_HATCH",
        [GL_KIND_CURVE] = "#define DRAWS_CURVE",
    };
    struct scene_program *scene = &r->scenes[kind];
    scene->program =
        gl_program_load(r->shader_folder, "scene", definitions[kind], error, error_bytes);
    if (!scene->program) return false;
    scene->projection_location = glGetUniformLocation(scene->program, "projection");
    glUseProgram(scene->program);
    glUniform1i(glGetUniformLocation(scene->program, "glyphs"), UNIT_GLYPHS);
    glUniform1i(glGetUniformLocation(scene->program, "cells"), UNIT_CELLS);
    return true;
}

/* The program of a kind in use, with the projection of this picture. */
static bool scene_use(struct gl_renderer *r, enum gl_kind kind, char *error, size_t error_bytes) {
    struct scene_program *scene = &r->scenes[kind];
    if (!scene->program && !scene_make(r, kind, error, error_bytes)) return false;
    glUseProgram(scene->program);
    if (scene->width == r->width && scene->height == r->height) return true;
    mat4 projection; /* y = 0 becomes row 0 of the object */
    glm_ortho(0.0f, (float)r->width, 0.0f, (float)r->height, -1.0f, 1.0f, projection);
    glUniformMatrix4fv(scene->projection_location, 1, GL_FALSE, &projection[0][0]);
    scene->width = r->width;
    scene->height = r->height;
    return true;
}

static GLuint texture_make_nearest(int unit) {
    GLuint texture = 0;
    glGenTextures(1, &texture);
    glActiveTexture(GL_TEXTURE0 + (GLenum)unit);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    return texture;
}

static void errors_forget(void) {
    for (int i = 0; i < 32 && glGetError() != GL_NO_ERROR; i++) {}
}

struct gl_renderer *gl_renderer_new(struct fonts *fonts, const char *shader_folder, char *error,
                                    size_t error_bytes) {
    if (epoxy_gl_version() < 33) {
        snprintf(error, error_bytes,
                 "OpenGL here is version %d.%d and 3.3 is needed; update the graphics driver.",
                 epoxy_gl_version() / 10, epoxy_gl_version() % 10);
        return NULL;
    }
    struct gl_renderer *r = calloc(1, sizeof *r);
    if (!r) {
        snprintf(error, error_bytes, "There is not enough memory to draw; close other programs.");
        return NULL;
    }
    errors_forget();
    r->fonts = fonts;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &r->max_texture_size);
    r->shader_folder = strdup(shader_folder);
    bool is_made = r->shader_folder && scene_make(r, GL_KIND_SOLID, error, error_bytes) &&
                   present_make(r, error, error_bytes);
    if (!r->shader_folder)
        snprintf(error, error_bytes, "There is not enough memory to draw; close other programs.");
    if (!is_made) {
        gl_renderer_free(r);
        return NULL;
    }
    arrays_make(r);
    r->picture = texture_make_nearest(UNIT_PICTURE);
    r->cells = texture_make_nearest(UNIT_CELLS);
    glGenFramebuffers(1, &r->framebuffer);
    int atlas_limit = r->max_texture_size < ATLAS_MAX_SIZE ? r->max_texture_size : ATLAS_MAX_SIZE;
    glyph_atlas_init(&r->atlas, GLYPH_ATLAS_START_SIZE, atlas_limit);
    return r;
}

void gl_renderer_abandon(struct gl_renderer *renderer) {
    if (!renderer) return;
    renderer->is_abandoned = true;
    renderer->atlas.texture = 0;
}

void gl_renderer_free(struct gl_renderer *renderer) {
    if (!renderer) return;
    glyph_atlas_free(&renderer->atlas);
    gl_instances_free(&renderer->pending);
    gl_order_free(&renderer->order);
    if (!renderer->is_abandoned) {
        GLuint textures[2] = {renderer->picture, renderer->cells};
        GLuint arrays[2] = {renderer->scene_array, renderer->empty_array};
        glDeleteFramebuffers(1, &renderer->framebuffer);
        glDeleteTextures(2, textures);
        glDeleteVertexArrays(2, arrays);
        glDeleteBuffers(1, &renderer->instance_buffer);
        for (int kind = 0; kind < GL_KIND_COUNT; kind++)
            glDeleteProgram(renderer->scenes[kind].program);
        glDeleteProgram(renderer->present);
    }
    free(renderer->shader_folder);
    free(renderer);
}

/* ---- one frame ---- */

/* The object in the list's size. */
static bool picture_resize(struct gl_renderer *r, const struct draw_list *list, char *error,
                           size_t error_bytes) {
    float limit = (float)r->max_texture_size;
    if (!(list->width <= limit && list->height <= limit)) {
        snprintf(error, error_bytes,
                 "A picture of %.0f × %.0f pixels is more than this graphics driver can hold (%d a "
                 "side); make the window smaller.",
                 (double)list->width, (double)list->height, r->max_texture_size);
        return false;
    }
    int width = list->width < 1 ? 1 : draw_whole(list->width);
    int height = list->height < 1 ? 1 : draw_whole(list->height);
    if (width == r->width && height == r->height) return true;
    glActiveTexture(GL_TEXTURE0 + UNIT_PICTURE);
    glBindTexture(GL_TEXTURE_2D, r->picture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    glBindFramebuffer(GL_FRAMEBUFFER, r->framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, r->picture, 0);
    r->width = r->height = 0;
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        snprintf(error, error_bytes,
                 "The graphics driver gave no memory for a picture of %d × %d pixels; make the "
                 "window smaller.",
                 width, height);
        return false;
    }
    r->width = width;
    r->height = height;
    return true;
}

static uint64_t cells_hash(const struct colour *cells, size_t count) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, &cells[i], sizeof word);
        hash = (hash ^ word) * 1099511628211u;
        hash ^= hash >> 29;
    }
    return hash;
}

/* The colours of all matrices, uploaded when they are not those of the last frame. */
static bool cells_upload(struct gl_renderer *r, const struct draw_list *list, char *error,
                         size_t error_bytes) {
    if (!list->cell_count) return true;
    uint64_t hash = cells_hash(list->cells, list->cell_count);
    if (r->cells_height && hash == r->cells_hash && list->cell_count == r->cell_count) return true;
    size_t full_rows = list->cell_count / CELLS_PER_ROW, rest = list->cell_count % CELLS_PER_ROW;
    size_t rows = full_rows + (rest > 0);
    if (rows > (size_t)r->max_texture_size) {
        snprintf(error, error_bytes,
                 "The matrices of this picture have %zu cells, more than this graphics driver can "
                 "hold; show fewer heads or a shorter text.",
                 list->cell_count);
        return false;
    }
    glActiveTexture(GL_TEXTURE0 + UNIT_CELLS);
    glBindTexture(GL_TEXTURE_2D, r->cells);
    if (rows > (size_t)r->cells_height) {
        int height = r->cells_height ? r->cells_height : 64;
        while ((size_t)height < rows)
            height *= 2;
        if (height > r->max_texture_size) height = r->max_texture_size;
        glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, CELLS_PER_ROW, height, 0, GL_RGBA,
                     GL_UNSIGNED_BYTE, NULL);
        r->cells_height = height;
    }
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    if (full_rows)
        glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, CELLS_PER_ROW, (GLsizei)full_rows, GL_RGBA,
                        GL_UNSIGNED_BYTE, list->cells);
    if (rest)
        glTexSubImage2D(GL_TEXTURE_2D, 0, 0, (GLint)full_rows, (GLsizei)rest, 1, GL_RGBA,
                        GL_UNSIGNED_BYTE, list->cells + full_rows * CELLS_PER_ROW);
    r->cells_hash = hash;
    r->cell_count = list->cell_count;
    return true;
}

static void frame_begin(struct gl_renderer *r, struct colour background) {
    glBindFramebuffer(GL_FRAMEBUFFER, r->framebuffer);
    glViewport(0, 0, r->width, r->height);
    glClearColor((float)background.r / 255.0f, (float)background.g / 255.0f,
                 (float)background.b / 255.0f, 1.0f);
    glClear(GL_COLOR_BUFFER_BIT);
    glActiveTexture(GL_TEXTURE0 + UNIT_CELLS);
    glBindTexture(GL_TEXTURE_2D, r->cells);
    glActiveTexture(GL_TEXTURE0 + UNIT_GLYPHS);
    glBindTexture(GL_TEXTURE_2D, r->atlas.texture);
    glBindVertexArray(r->scene_array);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
}

/* Shapes of these kinds are tested against their clip pixel by pixel; what lies outside all their
 * clips need not be looked at. */
static bool scissor_begin(const struct gl_instance *items, size_t count) {
    uint32_t kind = items[0].kind;
    if (kind != GL_KIND_LINE && kind != GL_KIND_CURVE && kind != GL_KIND_TURNED_TEXT) return false;
    float left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        left = fminf(left, items[i].clip[0]);
        top = fminf(top, items[i].clip[1]);
        right = fmaxf(right, items[i].clip[2]);
        bottom = fmaxf(bottom, items[i].clip[3]);
    }
    glEnable(GL_SCISSOR_TEST);
    glScissor((GLint)left, (GLint)top, (GLsizei)fmaxf(right - left, 0),
              (GLsizei)fmaxf(bottom - top, 0));
    return true;
}

/* Draws what is pending: one draw for each stretch of one kind. */
static bool frame_flush(struct gl_renderer *r, char *error, size_t error_bytes) {
    gl_order_sort(&r->order, &r->pending, r->width, r->height);
    const struct gl_instance *items = r->pending.items;
    size_t count = r->pending.count;
    r->pending.count = 0;
    if (!count) return true;
    glBindBuffer(GL_ARRAY_BUFFER, r->instance_buffer);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(count * sizeof *items), items, GL_STREAM_DRAW);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && items[end].kind == items[first].kind;)
            end++;
        if (!scene_use(r, items[first].kind, error, error_bytes)) return false;
        if (items[first].kind == GL_KIND_SOLID)
            glDisable(GL_BLEND);
        else
            glEnable(GL_BLEND);
        attributes_point(first);
        int corners = items[first].kind == GL_KIND_CURVE ? 2 * (GL_CURVE_PIECES + 3) : 4;
        bool is_cut = scissor_begin(&items[first], end - first);
        glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, corners, (GLsizei)(end - first));
        if (is_cut) glDisable(GL_SCISSOR_TEST);
    }
    return true;
}

/* A full atlas is started anew in the middle of the frame; with a larger one when that happens
 * twice in one frame or in two frames running: then what is shown does not fit. */
static bool add_text(struct gl_renderer *r, const struct draw_list *list,
                     const struct draw_command *command, char *error, size_t error_bytes) {
    if (!gl_text_is_visible(command)) return true;
    if (command->data > list->text_bytes || command->count > list->text_bytes - command->data)
        return true;
    const char *text = list->text + command->data;
    const struct glyph_run *run = NULL;
    enum glyph_result result = glyph_atlas_find(&r->atlas, r->fonts, command, text, &run);
    while (result == GLYPH_FULL) {
        bool was_empty = r->atlas.entry_count == 0,
             was_largest = r->atlas.size > r->atlas.max_size / 2;
        if (was_empty && was_largest) return true; /* larger than any texture */
        if (!frame_flush(r, error, error_bytes)) return false;
        glyph_atlas_restart(&r->atlas, was_empty || r->restarts + r->restarts_before > 0);
        r->restarts++;
        result = glyph_atlas_find(&r->atlas, r->fonts, command, text, &run);
    }
    if (result == GLYPH_FOUND) gl_instances_add_text(&r->pending, command, run, r->atlas.pieces);
    return true;
}

static bool frame_check(struct gl_renderer *r, char *error, size_t error_bytes) {
    if (r->pending.failed) {
        r->pending.failed = false;
        snprintf(error, error_bytes, "There is not enough memory to draw; close other programs.");
        return false;
    }
    GLenum code = glGetError();
    if (code == GL_NO_ERROR) return true;
    errors_forget();
    snprintf(
        error, error_bytes,
        code == GL_OUT_OF_MEMORY
            ? "The graphics driver has no memory left (OpenGL error 0x%04X); close other programs."
            : "The graphics driver refused to draw (OpenGL error 0x%04X); update it or start "
              "Headway again.",
        code);
    r->cells_height = 0; /* nothing is known about what the textures hold */
    r->width = r->height = 0;
    glyph_atlas_restart(&r->atlas, false);
    return false;
}

bool gl_renderer_draw(struct gl_renderer *renderer, const struct draw_list *list, char *error,
                      size_t error_bytes) {
    struct gl_renderer *r = renderer;
    if (!picture_resize(r, list, error, error_bytes)) return false;
    if (!cells_upload(r, list, error, error_bytes)) return false;
    frame_begin(r, list->background);
    r->restarts_before = r->restarts;
    r->restarts = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct draw_command *command = &list->commands[i];
        if (command->colour.a == 0 && command->kind != DRAW_MATRIX) continue;
        if (command->kind != DRAW_TEXT)
            gl_instances_add(&r->pending, list, command);
        else if (!add_text(r, list, command, error, error_bytes))
            return false;
    }
    return frame_flush(r, error, error_bytes) && frame_check(r, error, error_bytes);
}

void gl_renderer_present(struct gl_renderer *renderer, int width, int height) {
    struct gl_renderer *r = renderer;
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glViewport(0, 0, width, height);
    glDisable(GL_BLEND);
    glUseProgram(r->present);
    glUniform1i(r->window_height_location, height);
    glActiveTexture(GL_TEXTURE0 + UNIT_PICTURE);
    glBindTexture(GL_TEXTURE_2D, r->picture);
    glBindVertexArray(r->empty_array);
    glDrawArrays(GL_TRIANGLES, 0, 3);
}

bool gl_renderer_read(struct gl_renderer *renderer, uint32_t **pixels, int *width, int *height) {
    struct gl_renderer *r = renderer;
    if (!r->width || !r->height) return false;
    size_t count = (size_t)r->width * (size_t)r->height;
    uint32_t *read = malloc(count * sizeof *read);
    if (!read) return false;
    glBindFramebuffer(GL_FRAMEBUFFER, r->framebuffer);
    glPixelStorei(GL_PACK_ALIGNMENT, 4);
    glReadPixels(0, 0, r->width, r->height, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, read);
    for (size_t i = 0; i < count; i++)
        read[i] &= 0xFFFFFFu;
    *pixels = read;
    *width = r->width;
    *height = r->height;
    return true;
}

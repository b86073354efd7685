/* offscreen.h: an OpenGL context without a display, a renderer on it, and pictures to compare.
 * Included once per test program. */
#ifndef TESTS_RENDER_OFFSCREEN_H
#define TESTS_RENDER_OFFSCREEN_H
#include "render/gl/picture_gl.h"
#include <SDL.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Drivers stay loaded, so that the leak checker can tell their memory from ours. */
int dlclose(void *library);
int dlclose(void *library) {
    (void)library;
    return 0;
}

struct offscreen {
    SDL_Window *window;
    SDL_GLContext context;
    struct gl_renderer *renderer;
    struct fonts *fonts;
};

struct pixels {
    uint32_t *at;
    int width, height;
};

static inline uint32_t pixel_of(struct pixels pixels, int x, int y) {
    assert_true(x >= 0 && y >= 0 && x < pixels.width && y < pixels.height);
    return pixels.at[(size_t)y * (size_t)pixels.width + (size_t)x];
}

static inline uint32_t colour_word(struct colour c) {
    return (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
}

static inline int channel_distance(uint32_t a, uint32_t b) {
    int most = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int difference = abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
        if (difference > most) most = difference;
    }
    return most;
}

static inline void context_make(struct offscreen *gl) {
    gl->context = SDL_GL_CreateContext(gl->window);
    if (!gl->context) fail_msg("no OpenGL context: %s", SDL_GetError());
    char error[512] = "";
    gl->renderer = gl_renderer_new(gl->fonts, HEADWAY_SOURCE_DIR "/shaders", error, sizeof error);
    if (!gl->renderer) fail_msg("no renderer: %s", error);
}

static inline void offscreen_open(struct offscreen *gl, struct fonts *fonts) {
    SDL_SetHint(SDL_HINT_VIDEODRIVER, "offscreen");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) fail_msg("SDL does not start: %s", SDL_GetError());
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    *gl = (struct offscreen){.fonts = fonts};
    gl->window = SDL_CreateWindow("test", 0, 0, 256, 128, SDL_WINDOW_OPENGL);
    if (!gl->window) fail_msg("no window: %s", SDL_GetError());
    context_make(gl);
}

static inline void offscreen_close(struct offscreen *gl) {
    gl_renderer_free(gl->renderer);
    SDL_GL_DeleteContext(gl->context);
    SDL_DestroyWindow(gl->window);
    SDL_Quit();
    *gl = (struct offscreen){0};
}

/* Draws and reads back; free pixels.at. */
static inline struct pixels offscreen_draw(struct offscreen *gl, const struct draw_list *list) {
    char error[512] = "";
    struct pixels pixels = {0};
    if (!gl_renderer_draw(gl->renderer, list, error, sizeof error)) fail_msg("%s", error);
    assert_true(gl_renderer_read(gl->renderer, &pixels.at, &pixels.width, &pixels.height));
    return pixels;
}

/* A small generator: the same numbers everywhere. */
static inline uint32_t random_next(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static inline int random_below(uint32_t *state, int limit) {
    return (int)(random_next(state) % (uint32_t)limit);
}

static inline struct colour random_colour(uint32_t *state) {
    uint32_t word = random_next(state);
    return COLOUR_HEX(word & 0xFFFFFFu);
}
#endif

/* Frame times of the OpenGL renderer, printed. Run by hand: SDL_VIDEODRIVER=offscreen
 * LIBGL_ALWAYS_SOFTWARE=1 bench_frame [shader folder] */
#define _POSIX_C_SOURCE 200809L
#include "render/gl/picture_gl.h"
#include <SDL.h>
#include <epoxy/gl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FRAMES = 31 };

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A window like the app's: bars, chips, a rail of twelve heads, a matrix of 16 × 16 with its
 * numbers, a panel of text. */
static void page(struct draw_list *list, const struct text_measurer *m, int width, int height,
                 int shade) {
    struct colour ink = COLOUR_HEX(0x1C1E24), cells[64 * 64];
    for (int i = 0; i < 64 * 64; i++)
        cells[i] = colour_map_at(COLOUR_MAP_BLUES, (float)((i * 37 + shade) % 101) / 100.0f);
    draw_list_begin(list, (float)width, (float)height, COLOUR_HEX(0xF6F5F1));
    draw_rectangle(list, rect_make(0, 0, (float)width, 64), 0, COLOUR_HEX(0xFFFFFF));
    draw_rectangle(list, rect_make((float)width - 336, 64, 336, (float)height - 156), 0,
                   COLOUR_HEX(0xFFFFFF));
    for (int i = 0; i < 16; i++) {
        struct rect chip = rect_make(200 + (float)i * 56, 16, 48, 32);
        draw_rectangle(list, chip, 8, COLOUR_HEX(0xF0EEE8));
        draw_frame(list, chip, 8, 1, COLOUR_HEX(0xE3E1DA));
        draw_text(list, m, TEXT_WORDS, 15, chip.x + 8, 37, 0, ink, "token", 5);
    }
    for (int i = 0; i < 12; i++)
        draw_matrix(list, rect_make(16, 80 + (float)i * 50, 92, 46), cells + i * 16, 16, 16);
    float side = (float)(height - 240) / 16, left = 160, top = 110;
    draw_matrix(list, rect_make(left, top, side * 16, side * 16), cells, 16, 16);
    for (int i = 0; i < 256; i++) {
        char number[8];
        int bytes = snprintf(number, sizeof number, "0.%02d", (i * 37 + shade) % 101 % 100);
        draw_text(list, m, TEXT_MONO, 13, left + (float)(i % 16) * side + 3,
                  top + (float)(i / 16) * side + 18, 0, ink, number, (size_t)bytes);
    }
    draw_hatch(list, rect_make(left + side * 8, top, side * 8, side * 4), 8, COLOUR_HEX(0x9A9EA6));
    draw_frame(list, rect_make(left, top + side * 5, side * 16, side), 3, 2, COLOUR_HEX(0x2563C9));
    static const char words[] = "each word is compared with every other word";
    for (int i = 0; i < 20; i++)
        draw_text(list, m, TEXT_WORDS, 15, (float)width - 320, 100 + (float)i * 24, 0, ink, words,
                  sizeof words - 1);
}

static void measure(struct gl_renderer *renderer, const struct text_measurer *m, int width,
                    int height) {
    double times[FRAMES], first = 0;
    char error[256] = "";
    struct draw_list list = {0};
    for (int i = 0; i < FRAMES; i++) {
        page(&list, m, width, height, i * 13);
        glFinish();
        double start = now_ms();
        if (!gl_renderer_draw(renderer, &list, error, sizeof error)) printf("%s\n", error);
        gl_renderer_present(renderer, width, height);
        glFinish();
        times[i] = now_ms() - start;
        if (i == 0) first = times[0];
    }
    qsort(times, FRAMES, sizeof *times, by_size);
    printf("%4d x %4d, %zu records: first %.1f ms, then median %.2f ms, best %.2f ms\n", width,
           height, list.count, first, times[FRAMES / 2], times[0]);
    draw_list_free(&list);
}

int main(int count, char **arguments) {
    char error[512] = "";
    double start = now_ms();
    SDL_Init(SDL_INIT_VIDEO);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_Window *window = SDL_CreateWindow("bench", 0, 0, 1920, 1080, SDL_WINDOW_OPENGL);
    SDL_GLContext context = window ? SDL_GL_CreateContext(window) : NULL;
    if (!context) {
        printf("no OpenGL: %s\n", SDL_GetError());
        return 1;
    }
    double opened = now_ms();
    struct fonts *fonts = fonts_open(error, sizeof error, NULL, 0);
    double with_fonts = now_ms();
    const char *folder = count > 1 ? arguments[1] : HEADWAY_SOURCE_DIR "/shaders";
    struct gl_renderer *renderer =
        fonts ? gl_renderer_new(fonts, folder, error, sizeof error) : NULL;
    if (!renderer) {
        printf("%s\n", error);
        return 1;
    }
    printf("window and context %.1f ms, fonts %.1f ms, renderer %.1f ms (%s)\n", opened - start,
           with_fonts - opened, now_ms() - with_fonts, (const char *)glGetString(GL_RENDERER));
    struct text_measurer m = fonts_measurer(fonts);
    measure(renderer, &m, 1280, 720);
    measure(renderer, &m, 1920, 1080);
    gl_renderer_free(renderer);
    fonts_close(fonts);
    SDL_GL_DeleteContext(context);
    SDL_DestroyWindow(window);
    SDL_Quit();
    return 0;
}

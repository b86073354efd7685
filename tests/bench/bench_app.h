/* bench_app.h: the app with an OpenGL renderer inside one process, and the time from an input to its
 * finished frame: the app takes the input, makes the picture, OpenGL draws and presents it, glFinish
 * waits for the last pixel. */
#ifndef TESTS_BENCH_APP_H
#define TESTS_BENCH_APP_H
#include "app/app.h"
#include "app/resources.h"
#include "bench.h"
#include "render/gl/picture_gl.h"

#include <SDL.h>
#include <epoxy/gl.h>

struct bench_rig {
    struct app app;
    struct gl_renderer *gl;
    int width, height;
    double now_ms;
};

/* WORKED: the processor's time, of the renderer's threads too, whatever else the machine does. */
enum bench_part {
    BENCH_INPUT,
    BENCH_PICTURE,
    BENCH_DRAW,
    BENCH_ALL,
    BENCH_WORKED,
    BENCH_PART_COUNT
};

struct bench_times {
    double of[BENCH_PART_COUNT][BENCH_RUNS]; /* milliseconds; sorted by bench_times_print */
};

/* What is done in turn: there in even runs, back in odd ones. */
typedef void bench_input(struct bench_rig *rig, bool is_back, const void *what);

static inline void bench_draw(struct bench_rig *rig, const struct draw_list *list) {
    char error[256] = "";
    if (!list || !gl_renderer_draw(rig->gl, list, error, sizeof error))
        bench_fail("draw", list ? error : "no memory");
    gl_renderer_present(rig->gl, rig->width, rig->height);
    glFinish();
}

static inline void bench_measure(struct bench_rig *rig, bench_input *input, const void *what,
                                 struct bench_times *times) {
    bench_draw(rig, app_picture(&rig->app, rig->now_ms += 2000));
    for (int i = -4; i < BENCH_RUNS; i++) {
        double start = bench_now_ms(), worked = bench_worked_ms(1);
        input(rig, i & 1, what);
        double taken = bench_now_ms();
        const struct draw_list *list = app_picture(&rig->app, rig->now_ms += 1000);
        double made = bench_now_ms();
        bench_draw(rig, list);
        double drawn = bench_now_ms();
        if (i < 0) continue; /* the first ones meet new glyphs */
        times->of[BENCH_INPUT][i] = taken - start;
        times->of[BENCH_PICTURE][i] = made - taken;
        times->of[BENCH_DRAW][i] = drawn - made;
        times->of[BENCH_ALL][i] = drawn - start;
        times->of[BENCH_WORKED][i] = bench_worked_ms(1) - worked;
    }
}

static inline void bench_times_print(const struct bench_rig *rig, const char *name,
                                     struct bench_times *times) {
    double all = bench_median(times->of[BENCH_ALL], BENCH_RUNS);
    printf("%-22s %4d x %4d, %3zu tokens: %6.2f ms (best %5.2f, worst %6.2f; processor %6.2f; key "
           "%5.2f, picture %5.2f, drawing %5.2f; %zu records)\n",
           name, rig->width, rig->height, study_tokens(&rig->app.study), all,
           times->of[BENCH_ALL][0], times->of[BENCH_ALL][BENCH_RUNS - 1],
           bench_median(times->of[BENCH_WORKED], BENCH_RUNS),
           bench_median(times->of[BENCH_INPUT], BENCH_RUNS),
           bench_median(times->of[BENCH_PICTURE], BENCH_RUNS),
           bench_median(times->of[BENCH_DRAW], BENCH_RUNS), rig->app.list.count);
}

/* The app at rest with a sentence of so many words; model NULL: textbook. */
static inline struct bench_rig *bench_rig_open(const char *folder, int width, int height,
                                               int tokens, const char *model) {
    char text[BENCH_TEXT], why[512] = "", shaders[4096];
    struct file_error error = {0};
    struct document document = {0};
    struct settings settings;
    struct bench_rig *rig = calloc(1, sizeof *rig);
    if (!rig) bench_fail("app", "no memory");
    rig->width = width;
    rig->height = height;
    settings_default(&settings, LANGUAGE_EN);
    settings.is_motion_reduced = true; /* each is a whole new picture */
    bench_sentence(text, tokens);
    if (!document_init(&document, &error) || !document_set_text(&document, text, strlen(text)) ||
        (model && !document_set_model(&document, model)))
        bench_fail("document", error.text);
    document.width = width;
    document.height = height;
    struct app_options options = {
        .resource_folder = folder, .settings = &settings, .document = &document};
    if (!app_init(&rig->app, &options, &error)) bench_fail("app", error.text);
    document_free(&document);
    snprintf(shaders, sizeof shaders, "%s/shaders", folder);
    rig->gl = gl_renderer_new(rig->app.fonts, shaders, why, sizeof why);
    if (!rig->gl) bench_fail("OpenGL", why);
    return rig;
}

static inline void bench_rig_close(struct bench_rig *rig) {
    gl_renderer_free(rig->gl);
    app_free(&rig->app);
    free(rig);
}

struct bench_window {
    SDL_Window *window;
    SDL_GLContext context;
};

static inline struct bench_window bench_window_open(void) {
    struct bench_window opened;
    SDL_Init(SDL_INIT_VIDEO);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    opened.window = SDL_CreateWindow("bench", 0, 0, 1920, 1080, SDL_WINDOW_OPENGL);
    opened.context = opened.window ? SDL_GL_CreateContext(opened.window) : NULL;
    if (!opened.context) bench_fail("no OpenGL", SDL_GetError());
    return opened;
}

static inline void bench_window_close(struct bench_window *opened) {
    SDL_GL_DeleteContext(opened->context);
    SDL_DestroyWindow(opened->window);
    SDL_Quit();
}
#endif

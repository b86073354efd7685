/* bench_keys.c: from a key press to its finished frame, inside one process: the app takes the key,
 * makes the picture, OpenGL draws and presents it, glFinish waits for the last pixel. Printed with
 * the parts. Run by hand: SDL_VIDEODRIVER=offscreen LIBGL_ALWAYS_SOFTWARE=1 bench_keys */
#include "app/app.h"
#include "app/resources.h"
#include "bench.h"
#include "render/gl/picture_gl.h"

#include <SDL.h>
#include <epoxy/gl.h>

struct rig {
    struct app app;
    struct gl_renderer *gl;
    int width, height;
    double now_ms;
};

/* One kind of key, pressed there and back. */
struct press {
    const char *name;
    int there, back;
    unsigned modifiers;
    enum step step;
};

static void draw(struct rig *rig, const struct draw_list *list) {
    char error[256] = "";
    if (!list || !gl_renderer_draw(rig->gl, list, error, sizeof error))
        bench_fail("draw", list ? error : "no memory");
    gl_renderer_present(rig->gl, rig->width, rig->height);
    glFinish();
}

enum part { PART_INPUT, PART_PICTURE, PART_DRAW, PART_ALL, PART_COUNT };

static void measure(struct rig *rig, const struct press *press) {
    double times[PART_COUNT][BENCH_RUNS];
    struct input input = {.kind = INPUT_KEY, .modifiers = press->modifiers};
    struct input go = {.kind = INPUT_KEY, .key = '1' + (int)press->step};
    app_input(&rig->app, &go);
    draw(rig, app_picture(&rig->app, rig->now_ms += 2000));
    for (int i = -4; i < BENCH_RUNS; i++) {
        input.key = i & 1 ? press->back : press->there;
        double start = bench_now_ms();
        app_input(&rig->app, &input);
        double taken = bench_now_ms();
        const struct draw_list *list = app_picture(&rig->app, rig->now_ms += 1000);
        double made = bench_now_ms();
        draw(rig, list);
        double drawn = bench_now_ms();
        if (i < 0) continue; /* the first ones meet new glyphs */
        times[PART_INPUT][i] = taken - start;
        times[PART_PICTURE][i] = made - taken;
        times[PART_DRAW][i] = drawn - made;
        times[PART_ALL][i] = drawn - start;
    }
    double all = bench_median(times[PART_ALL], BENCH_RUNS);
    printf("%-22s %4d x %4d, %2zu tokens: %6.2f ms (key %5.2f, picture %5.2f, drawing %5.2f; "
           "best %5.2f, worst %5.2f; %zu records)\n",
           press->name, rig->width, rig->height, study_tokens(&rig->app.study), all,
           bench_median(times[PART_INPUT], BENCH_RUNS),
           bench_median(times[PART_PICTURE], BENCH_RUNS),
           bench_median(times[PART_DRAW], BENCH_RUNS), times[PART_ALL][0],
           times[PART_ALL][BENCH_RUNS - 1], rig->app.list.count);
}

static void start_app(struct rig *rig, const char *folder, int tokens, bool has_motion) {
    char text[BENCH_TEXT];
    struct file_error error = {0};
    struct document document = {0};
    struct settings settings;
    settings_default(&settings, LANGUAGE_EN);
    settings.is_motion_reduced = !has_motion;
    bench_sentence(text, tokens);
    if (!document_init(&document, &error) || !document_set_text(&document, text, strlen(text)))
        bench_fail("document", error.text);
    document.width = rig->width;
    document.height = rig->height;
    struct app_options options = {
        .resource_folder = folder, .settings = &settings, .document = &document};
    if (!app_init(&rig->app, &options, &error)) bench_fail("app", error.text);
    document_free(&document);
}

static void run(const char *folder, int width, int height, int tokens, bool has_motion) {
    static const struct press presses[] = {
        {"query, softmax", KEY_DOWN, KEY_UP, 0, STEP_SOFTMAX},
        {"head, softmax", ']', '[', 0, STEP_SOFTMAX},
        {"beat, similarity", KEY_RIGHT, KEY_LEFT, 0, STEP_SIMILARITY},
        {"step, projection", KEY_RIGHT, KEY_LEFT, INPUT_SHIFT, STEP_PROJECTION},
        {"step, similarity", KEY_RIGHT, KEY_LEFT, INPUT_SHIFT, STEP_SIMILARITY},
        {"step, sum", KEY_RIGHT, KEY_LEFT, INPUT_SHIFT, STEP_SUM},
        {"step, heads", KEY_RIGHT, KEY_LEFT, INPUT_SHIFT, STEP_HEADS},
        {"view, softmax", 'v', 'v', 0, STEP_SOFTMAX},
    };
    char error[512] = "", shaders[4096];
    struct rig *rig = calloc(1, sizeof *rig);
    if (!rig) bench_fail("app", "no memory");
    rig->width = width;
    rig->height = height;
    start_app(rig, folder, tokens, has_motion);
    snprintf(shaders, sizeof shaders, "%s/shaders", folder);
    rig->gl = gl_renderer_new(rig->app.fonts, shaders, error, sizeof error);
    if (!rig->gl) bench_fail("OpenGL", error);
    for (size_t i = 0; i < sizeof presses / sizeof *presses; i++)
        measure(rig, &presses[i]);
    gl_renderer_free(rig->gl);
    app_free(&rig->app);
    free(rig);
}

int main(void) {
    char folder[4000];
    struct file_error error = {0};
    if (!resources_find(folder, sizeof folder, &error)) bench_fail("resources", error.text);
    SDL_Init(SDL_INIT_VIDEO);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_Window *window = SDL_CreateWindow("bench", 0, 0, 1920, 1080, SDL_WINDOW_OPENGL);
    SDL_GLContext context = window ? SDL_GL_CreateContext(window) : NULL;
    if (!context) bench_fail("no OpenGL", SDL_GetError());
    static const int tokens[] = {16, 64};
    for (int i = 0; i < 2; i++) {
        run(folder, 1920, 1080, tokens[i], false);
        run(folder, 1280, 720, tokens[i], false);
    }
    SDL_GL_DeleteContext(context);
    SDL_DestroyWindow(window);
    SDL_Quit();
    return 0;
}

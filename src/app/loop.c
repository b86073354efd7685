#include "app/loop.h"

#include "app/app.h"
#include "app/open.h"
#include "app/resources.h"
#include "platform/paths.h"
#include "platform/window.h"
#include "render/gl/picture_gl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOTION_FRAME_MS = 8, IDLE_MS = 1000 };

struct loop {
    struct window *window;
    struct app *app;
    struct gl_renderer *gl; /* NULL: cairo draws into a plain surface */
    char shaders[PATH_BYTES];
    uint64_t shown_hash;
    bool has_shown, is_exposed;
    bool has_text_input;
    struct rect caret;
    double last_frame_ms, input_ms; /* input_ms: of the oldest input not yet shown; −1: none */
    double last_input_ms;
    struct loop_result *result;
};

enum language language_of_locale(void) {
    int language = language_from_id(locale_language());
    return language < 0 ? LANGUAGE_EN : (enum language)language;
}

/* ---- what the app asks of the window ---- */

static void host_title(void *context, const char *title) {
    struct loop *loop = context;
    if (loop->window) window_title_set(loop->window, title);
}

static void host_fullscreen(void *context, bool is_fullscreen) {
    struct loop *loop = context;
    if (loop->window) window_fullscreen_set(loop->window, is_fullscreen);
}

static bool host_set_clipboard(void *context, const char *text) {
    struct loop *loop = context;
    return loop->window && window_clipboard_set(loop->window, text);
}

static char *host_get_clipboard(void *context) {
    struct loop *loop = context;
    return loop->window ? window_clipboard_text(loop->window) : NULL;
}

/* ---- showing ---- */

static void say_software(struct loop *loop, const char *why) {
    static const char *const names[] = {"why", NULL};
    const char *const values[] = {why, NULL};
    app_say(loop->app, false, "message.no_gl", names, values);
}

/* From OpenGL to cairo, for the rest of the run. */
static bool use_software(struct loop *loop, const char *why) {
    char error[256];
    gl_renderer_free(loop->gl);
    loop->gl = NULL;
    if (window_has_gl(loop->window) && !window_surface_use(loop->window, error, sizeof error))
        return false;
    say_software(loop, why);
    loop->has_shown = false;
    return true;
}

static bool start_renderer(struct loop *loop) {
    char error[512] = "";
    if (!window_has_gl(loop->window)) {
        say_software(loop, window_gl_problem(loop->window));
        return true;
    }
    loop->gl = gl_renderer_new(loop->app->fonts, loop->shaders, error, sizeof error);
    return loop->gl || use_software(loop, error);
}

static bool restart_gl(struct loop *loop) {
    char error[256] = "";
    if (!loop->gl) return true;
    gl_renderer_abandon(loop->gl);
    gl_renderer_free(loop->gl);
    loop->gl = NULL;
    loop->has_shown = false;
    if (!window_gl_recreate(loop->window, error, sizeof error)) return use_software(loop, error);
    return start_renderer(loop);
}

static bool show_gl(struct loop *loop, const struct draw_list *list) {
    char error[256] = "";
    int width = 0, height = 0;
    if (!gl_renderer_draw(loop->gl, list, error, sizeof error)) return use_software(loop, error);
    window_size(loop->window, &width, &height);
    gl_renderer_present(loop->gl, width, height);
    window_swap(loop->window);
    return true;
}

static bool show_software(struct loop *loop, const struct draw_list *list) {
    char error[256];
    uint32_t *pixels = NULL;
    int width = 0, height = 0;
    struct app *app = loop->app;
    if (!app->cairo) app->cairo = cairo_renderer_new(app->fonts);
    if (!app->cairo || !cairo_renderer_draw(app->cairo, list, &pixels, &width, &height))
        return false;
    window_surface_show(loop->window, pixels, width, height, error, sizeof error);
    free(pixels);
    return true;
}

static void count_frame(struct loop *loop) {
    double now_ms = (double)platform_now_ms();
    struct loop_result *result = loop->result;
    if (result->frames++ == 0)
        result->first_ms = loop->last_input_ms = now_ms; /* the start counts as an input */
    if (loop->input_ms >= 0 && now_ms - loop->input_ms > result->slowest_input_ms)
        result->slowest_input_ms = now_ms - loop->input_ms;
    if (now_ms - loop->last_input_ms > IDLE_MS) result->idle_frames++;
    loop->input_ms = -1;
    loop->last_frame_ms = now_ms;
}

/* Draws when the picture is another than the one shown. */
static void show(struct loop *loop) {
    if (window_is_minimised(loop->window)) return;
    const struct draw_list *list = app_picture(loop->app, (double)platform_now_ms());
    if (!list) return;
    uint64_t hash = draw_list_hash(list);
    if (loop->has_shown && !loop->is_exposed && hash == loop->shown_hash) {
        loop->input_ms = -1;
        return;
    }
    bool is_shown = loop->gl ? show_gl(loop, list) : show_software(loop, list);
    if (!is_shown) return;
    loop->shown_hash = hash;
    loop->has_shown = true;
    loop->is_exposed = false;
    count_frame(loop);
}

static void follow_caret(struct loop *loop) {
    bool is_wanted = app_wants_text_input(loop->app);
    if (!is_wanted) {
        if (loop->has_text_input) window_text_input_stop(loop->window);
        loop->has_text_input = false;
        return;
    }
    struct rect caret = app_caret_rect(loop->app);
    bool is_same = caret.x == loop->caret.x && caret.y == loop->caret.y &&
                   caret.w == loop->caret.w && caret.h == loop->caret.h;
    if (loop->has_text_input && is_same) return;
    window_text_input_start(loop->window, caret);
    loop->caret = caret;
    loop->has_text_input = true;
}

/* ---- input ---- */

static void take_size(struct loop *loop) {
    struct input resize = {.kind = INPUT_RESIZE};
    window_size(loop->window, &resize.width, &resize.height);
    loop->app->density = window_scale(loop->window);
    loop->app->needs_picture = true;
    app_input(loop->app, &resize);
}

/* With HEADWAY_TEST set, Ctrl+F12 loses the GL context. */
static bool is_test_key(const struct input *input) {
    return input->kind == INPUT_KEY && input->key == KEY_F12 && (input->modifiers & INPUT_CTRL) &&
           getenv("HEADWAY_TEST");
}

static void take(struct loop *loop, const struct input *input) {
    loop->last_input_ms = (double)platform_now_ms();
    if (loop->input_ms < 0) loop->input_ms = loop->last_input_ms;
    if (is_test_key(input))
        window_context_lose(loop->window);
    else if (input->kind == INPUT_CONTEXT_LOST)
        restart_gl(loop);
    else if (input->kind == INPUT_RESIZE)
        take_size(loop);
    else
        app_input(loop->app, input);
    if (input->kind == INPUT_EXPOSE || input->kind == INPUT_RESIZE) loop->is_exposed = true;
}

/* A motion draws at most every MOTION_FRAME_MS, also where swaps return at once. */
static int timeout_ms(const struct loop *loop) {
    double now_ms = (double)platform_now_ms();
    double wake = app_next_wake_ms(loop->app, now_ms);
    if (window_is_minimised(loop->window)) return -1;
    if (wake < 0) return -1;
    double rest = MOTION_FRAME_MS - (now_ms - loop->last_frame_ms);
    if (wake < rest) wake = rest;
    return wake > 0 ? (int)(wake + 0.999) : 0;
}

static void run(struct loop *loop) {
    struct input input = {0};
    show(loop);
    follow_caret(loop);
    window_pointer_set(loop->window, app_pointer(loop->app));
    while (!loop->app->is_quitting) {
        bool has_input = window_wait(loop->window, timeout_ms(loop), &input);
        while (has_input && !loop->app->is_quitting) {
            take(loop, &input);
            input_free(&input);
            has_input = window_wait(loop->window, 0, &input);
        }
        if (has_input) input_free(&input);
        if (loop->app->is_quitting) break;
        show(loop);
        follow_caret(loop);
        window_pointer_set(loop->window, app_pointer(loop->app));
    }
}

/* ---- start and end ---- */

static bool make_document(const struct options *options, struct document *document,
                          const struct settings *settings, struct text_loss *loss,
                          struct file_error *error) {
    if (!document_init(document, error)) return false;
    app_document_from_settings(document, settings);
    return options_apply(options, document, loss, error);
}

static bool open_window(struct loop *loop, const struct options *options,
                        struct file_error *error) {
    char why[256] = "";
    const struct settings *settings = &loop->app->settings;
    const struct document *document = &loop->app->study.document;
    struct window_options wanted = {.title = "Headway",
                                    .is_fullscreen = document->is_presentation,
                                    .should_avoid_gl = getenv("HEADWAY_SOFTWARE") != NULL};
    if (settings->has_window) {
        wanted.place =
            (struct window_place){settings->window_x, settings->window_y, settings->window_width,
                                  settings->window_height, settings->is_window_maximised};
        wanted.has_position = true;
    }
    if (options_has_size(options)) {
        wanted.place.width = document->width;
        wanted.place.height = document->height;
        wanted.place.is_maximised = false;
    }
    loop->window = window_open(&wanted, why, sizeof why);
    return loop->window ? true : file_error_set(error, "window: %s", why);
}

static void keep_place(struct loop *loop) {
    struct settings *settings = &loop->app->settings;
    struct window_place place = window_place(loop->window);
    settings->has_window = place.width >= WINDOW_MIN_WIDTH && place.height >= WINDOW_MIN_HEIGHT;
    settings->window_x = place.x;
    settings->window_y = place.y;
    settings->window_width = place.width;
    settings->window_height = place.height;
    settings->is_window_maximised = place.is_maximised;
    app_keep_settings(loop->app);
}

/* The file named at the start counts as opened. */
static void note_file(struct app *app, const char *path) {
    enum open_kind kind;
    struct text_loss ignored;
    struct document read = {0};
    if (strcmp(path, "-") != 0 && document_init(&read, NULL) &&
        open_into_document(path, &read, &kind, &ignored, NULL))
        open_note(app, kind, path);
    document_free(&read);
}

static bool start_app(struct loop *loop, const struct options *options, struct file_error *error) {
    char resources[PATH_BYTES], config[PATH_BYTES] = "", pictures[PATH_BYTES] = "";
    char documents[PATH_BYTES] = "", state[PATH_BYTES] = "";
    struct document document = {0};
    struct settings settings;
    struct file_error damage = {0};
    struct text_loss loss = {0};
    if (!resources_find(resources, sizeof resources, error)) return false;
    if (!file_join(loop->shaders, sizeof loop->shaders, resources, "shaders"))
        return file_error_set(error, "%s: the folder's name is too long; use a shorter one",
                              resources);
    bool has_config = path_config(config, sizeof config);
    bool has_pictures = path_pictures(pictures, sizeof pictures);
    bool has_documents = path_documents(documents, sizeof documents);
    bool has_state = path_state(state, sizeof state);
    settings_default(&settings, language_of_locale());
    bool is_whole = !has_config || settings_read(&settings, config, &damage);
    bool is_done = make_document(options, &document, &settings, &loss, error);
    struct app_options app_options = {
        .resource_folder = resources,
        .settings_folder = has_config ? config : NULL,
        .pictures_folder = has_pictures ? pictures : NULL,
        .documents_folder = has_documents ? documents : NULL,
        .state_folder = has_state ? state : NULL,
        .should_restore = !options_has_content(options),
        .settings = &settings,
        .document = &document,
        .is_model_optional = strcmp(document.model ? document.model : "", settings.model) == 0,
        .message = is_whole ? NULL : damage.text,
        .memory_limit_bytes = options_memory(options),
        .threads = options_threads(),
        .host = {loop, host_title, host_fullscreen, host_set_clipboard, host_get_clipboard}};
    is_done = is_done && app_init(loop->app, &app_options, error);
    if (is_done) {
        struct study *study = &loop->app->study;
        struct option_extent extent = options_extent_of(study);
        bool is_usage = true;
        is_done = options_check(options, &document, &study->document, &extent, error) &&
                  options_finish(options, study, &is_usage, error);
        loop->result->is_usage = !is_done && is_usage;
        if (options->file) note_file(loop->app, options->file);
        if (!loop->app->presence.message) open_say_loss(loop->app, &loss);
    }
    document_free(&document);
    return is_done;
}

bool loop_run(const struct options *options, struct loop_result *result, struct file_error *error) {
    struct loop loop = {.result = result, .input_ms = -1, .app = calloc(1, sizeof *loop.app)};
    *result = (struct loop_result){0};
    if (!loop.app) return file_error_set(error, "no memory is left; close other programs");
    bool is_done = start_app(&loop, options, error) && open_window(&loop, options, error);
    if (is_done) {
        app_show_title(loop.app);
        take_size(&loop);
        is_done = start_renderer(&loop) ||
                  file_error_set(error, "window: nothing can be drawn; update the graphics driver");
    }
    if (is_done) {
        run(&loop);
        keep_place(&loop);
    }
    gl_renderer_free(loop.gl);
    app_free(loop.app);
    free(loop.app);
    window_close(loop.window);
    return is_done;
}

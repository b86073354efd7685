#include "platform/window_state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_WIDTH = 1440, DEFAULT_HEIGHT = 900, VISIBLE_MIN_PX = 64 };

/* ---- opening ---- */

static void hints_set(void) {
    SDL_SetHint(SDL_HINT_IME_SHOW_UI, "1");
    SDL_SetHint(SDL_HINT_IME_SUPPORT_EXTENDED_TEXT, "1");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    SDL_SetHint(SDL_HINT_APP_NAME, "Headway");
    SDL_setenv("SDL_VIDEO_X11_WMCLASS", "headway", 0);
    SDL_setenv("SDL_VIDEO_WAYLAND_WMCLASS", "headway", 0);
}

/* SDL takes a driver without a screen when it finds no other: then nobody would ever see the
 * window. */
static bool has_display(void) {
    const char *driver = SDL_GetCurrentVideoDriver(), *asked = SDL_getenv("SDL_VIDEODRIVER");
    if (!driver) return false;
    bool is_unseen = strcmp(driver, "offscreen") == 0 || strcmp(driver, "dummy") == 0 ||
                     strcmp(driver, "evdev") == 0;
    return !is_unseen || (asked && strstr(asked, driver));
}

static bool video_start(char *error, size_t error_bytes) {
    hints_set();
    /* Without its folder Wayland is not to be had, and its library would complain on standard
     * error. */
    if (!SDL_getenv("XDG_RUNTIME_DIR") && !SDL_getenv("WAYLAND_DISPLAY"))
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11,kmsdrm");
    if (SDL_Init(SDL_INIT_VIDEO) == 0 && has_display()) return true;
    SDL_Quit();
    snprintf(error, error_bytes,
             "There is no display to open a window on; start Headway in a desktop session, or make "
             "pictures with \"headway render -o picture.png\".");
    return false;
}

/* From `start`, as far as `length` fits between the edges; else at the first edge. */
static int moved_inside(int start, int length, int edge, int edges) {
    if (start + length > edge + edges) start = edge + edges - length;
    return start < edge ? edge : start;
}

/* Moves the place inside the display that shows enough of it; false: none does. */
static bool fit_to_display(struct window_place *place) {
    SDL_Rect wanted = {place->x, place->y, place->width, place->height};
    for (int i = 0; i < SDL_GetNumVideoDisplays(); i++) {
        SDL_Rect usable, common;
        if (SDL_GetDisplayUsableBounds(i, &usable) != 0) continue;
        if (!SDL_IntersectRect(&wanted, &usable, &common) || common.w < VISIBLE_MIN_PX ||
            common.h < VISIBLE_MIN_PX)
            continue;
        place->x = moved_inside(place->x, place->width, usable.x, usable.w);
        place->y = moved_inside(place->y, place->height, usable.y, usable.h);
        return true;
    }
    return false;
}

/* The place asked for, made sensible on the displays that are there. */
static struct window_place place_choose(const struct window_options *options) {
    struct window_place place = options->place;
    if (place.width <= 0 || place.height <= 0) {
        place.width = DEFAULT_WIDTH;
        place.height = DEFAULT_HEIGHT;
        SDL_Rect usable;
        const char *driver = SDL_GetCurrentVideoDriver();
        bool has_screen = strcmp(driver, "offscreen") != 0 && strcmp(driver, "dummy") != 0;
        if (has_screen && SDL_GetDisplayUsableBounds(0, &usable) == 0) {
            if (usable.w > 0 && usable.w < place.width) place.width = usable.w;
            if (usable.h > 0 && usable.h < place.height) place.height = usable.h;
        }
    }
    if (place.width < WINDOW_MIN_WIDTH) place.width = WINDOW_MIN_WIDTH;
    if (place.height < WINDOW_MIN_HEIGHT) place.height = WINDOW_MIN_HEIGHT;
    if (!options->has_position || !fit_to_display(&place))
        place.x = place.y = (int)SDL_WINDOWPOS_CENTERED;
    return place;
}

static SDL_Window *handle_make(const char *title, const struct window_place *place, Uint32 flags) {
    flags |= SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    if (place->is_maximised) flags |= SDL_WINDOW_MAXIMIZED;
    return SDL_CreateWindow(title, place->x, place->y, place->width, place->height, flags);
}

static void gl_attributes_set(void) {
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
    SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
}

/* The context made current. Waiting for the screen is asked for; where it cannot be had, swaps
 * return at once. */
static bool context_make(struct window *window) {
    window->context = SDL_GL_CreateContext(window->handle);
    if (!window->context) return false;
    SDL_GL_SetSwapInterval(1);
    return true;
}

static void gl_problem_note(struct window *window, const char *problem) {
    snprintf(window->gl_problem, sizeof window->gl_problem, "%s", problem);
}

/* With OpenGL when it is to be had, else with a plain surface. */
static bool handle_open(struct window *window, const struct window_options *options) {
    const char *title = options->title ? options->title : "Headway";
    Uint32 flags = options->is_fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0;
    if (options->should_avoid_gl) {
        gl_problem_note(window, "OpenGL was switched off.");
    } else {
        gl_attributes_set();
        window->handle = handle_make(title, &window->place, flags | SDL_WINDOW_OPENGL);
        if (window->handle && context_make(window)) return true;
        gl_problem_note(window, SDL_GetError());
        if (window->handle) SDL_DestroyWindow(window->handle);
    }
    window->handle = handle_make(title, &window->place, flags);
    return window->handle != NULL;
}

struct window *window_open(const struct window_options *options, char *error, size_t error_bytes) {
    if (!video_start(error, error_bytes)) return NULL;
    struct window *window = calloc(1, sizeof *window);
    if (!window) {
        snprintf(error, error_bytes,
                 "There is not enough memory for a window; close other programs.");
        SDL_Quit();
        return NULL;
    }
    window->place = place_choose(options);
    if (!handle_open(window, options)) {
        snprintf(error, error_bytes,
                 "No window could be opened (%s); start Headway in a desktop session.",
                 SDL_GetError());
        window_close(window);
        return NULL;
    }
    SDL_SetWindowMinimumSize(window->handle, WINDOW_MIN_WIDTH, WINDOW_MIN_HEIGHT);
    SDL_GetWindowPosition(window->handle, &window->place.x, &window->place.y);
    SDL_StopTextInput(); /* SDL starts with it on: letters would come twice */
    if (options->is_fullscreen) SDL_DisableScreenSaver();
    return window;
}

void window_close(struct window *window) {
    if (!window) return;
    for (int i = 0; i < POINTER_SHAPE_COUNT; i++)
        if (window->pointers[i]) SDL_FreeCursor(window->pointers[i]);
    if (window->context) SDL_GL_DeleteContext(window->context);
    if (window->handle) SDL_DestroyWindow(window->handle);
    free(window);
    SDL_Quit();
}

void window_pointer_set(struct window *window, enum pointer_shape shape) {
    static const SDL_SystemCursor shapes[POINTER_SHAPE_COUNT] = {
        [POINTER_ARROW] = SDL_SYSTEM_CURSOR_ARROW,
        [POINTER_TEXT] = SDL_SYSTEM_CURSOR_IBEAM,
        [POINTER_PAINT] = SDL_SYSTEM_CURSOR_CROSSHAIR,
        [POINTER_SCRUB] = SDL_SYSTEM_CURSOR_SIZEWE};
    if (shape == window->pointer) return;
    window->pointer = shape;
    if (!window->pointers[shape]) window->pointers[shape] = SDL_CreateSystemCursor(shapes[shape]);
    if (window->pointers[shape]) SDL_SetCursor(window->pointers[shape]);
}

/* ---- showing ---- */

bool window_has_gl(const struct window *window) {
    return window->context != NULL;
}

const char *window_gl_problem(const struct window *window) {
    return window->gl_problem;
}

void window_swap(struct window *window) {
    if (window->context) SDL_GL_SwapWindow(window->handle);
}

bool window_gl_recreate(struct window *window, char *error, size_t error_bytes) {
    if (window->context) SDL_GL_DeleteContext(window->context);
    window->context = NULL;
    gl_attributes_set();
    if (SDL_GetWindowFlags(window->handle) & SDL_WINDOW_OPENGL && context_make(window)) return true;
    gl_problem_note(window, SDL_GetError());
    snprintf(error, error_bytes,
             "The graphics driver was lost and did not come back (%s); Headway goes on without it.",
             SDL_GetError());
    return false;
}

bool window_surface_use(struct window *window, char *error, size_t error_bytes) {
    struct window_options options = {.title = SDL_GetWindowTitle(window->handle),
                                     .is_fullscreen = window_is_fullscreen(window),
                                     .should_avoid_gl = true};
    char *title = strdup(options.title);
    options.title = title;
    if (window->context) SDL_GL_DeleteContext(window->context);
    window->context = NULL;
    SDL_DestroyWindow(window->handle);
    bool is_open = handle_open(window, &options);
    free(title);
    if (is_open) {
        SDL_SetWindowMinimumSize(window->handle, WINDOW_MIN_WIDTH, WINDOW_MIN_HEIGHT);
        return true;
    }
    snprintf(error, error_bytes,
             "No window could be opened without OpenGL (%s); update the "
             "graphics driver.",
             SDL_GetError());
    return false;
}

bool window_surface_show(struct window *window, const uint32_t *pixels, int width, int height,
                         char *error, size_t error_bytes) {
    SDL_Surface *surface = SDL_GetWindowSurface(window->handle);
    SDL_Surface *picture = NULL;
    if (surface)
        picture = SDL_CreateRGBSurfaceWithFormatFrom((void *)(uintptr_t)pixels, width, height, 32,
                                                     width * 4, SDL_PIXELFORMAT_RGB888);
    bool is_shown = picture && SDL_BlitSurface(picture, NULL, surface, NULL) == 0 &&
                    SDL_UpdateWindowSurface(window->handle) == 0;
    SDL_FreeSurface(picture);
    if (!is_shown)
        snprintf(error, error_bytes,
                 "The picture could not be shown (%s); close and open Headway again.",
                 SDL_GetError());
    return is_shown;
}

/* ---- size and state ---- */

void window_size(const struct window *window, int *width, int *height) {
    if (window->context)
        SDL_GL_GetDrawableSize(window->handle, width, height);
    else
        SDL_GetWindowSizeInPixels(window->handle, width, height);
}

float window_scale(const struct window *window) {
    int width = 0, height = 0, pixels_x = 0, pixels_y = 0;
    SDL_GetWindowSize(window->handle, &width, &height);
    window_size(window, &pixels_x, &pixels_y);
    if (width > 0 && pixels_x != width) return (float)pixels_x / (float)width;
    return desktop_scale(window->handle);
}

struct window_place window_place(struct window *window) {
    place_note(window); /* the frame may have come after the last event */
    struct window_place place = window->place;
    place.x -= window->frame_left;
    place.y -= window->frame_top;
    return place;
}

void window_title_set(struct window *window, const char *title) {
    SDL_SetWindowTitle(window->handle, title);
}

void window_fullscreen_set(struct window *window, bool is_fullscreen) {
    if (is_fullscreen == window_is_fullscreen(window)) return;
    SDL_SetWindowFullscreen(window->handle, is_fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    if (is_fullscreen)
        SDL_DisableScreenSaver(); /* a lecture is not idle */
    else
        SDL_EnableScreenSaver();
}

bool window_is_fullscreen(const struct window *window) {
    return (SDL_GetWindowFlags(window->handle) & SDL_WINDOW_FULLSCREEN) != 0;
}

bool window_is_minimised(const struct window *window) {
    return window->is_minimised;
}

/* ---- text input, clipboard, clock ---- */

void window_text_input_start(struct window *window, struct rect caret) {
    int width = 0, height = 0, pixels_x = 0, pixels_y = 0;
    SDL_GetWindowSize(window->handle, &width, &height);
    window_size(window, &pixels_x, &pixels_y);
    float unit_x = pixels_x > 0 ? (float)width / (float)pixels_x : 1.0f;
    float unit_y = pixels_y > 0 ? (float)height / (float)pixels_y : 1.0f;
    SDL_Rect place = {(int)(caret.x * unit_x), (int)(caret.y * unit_y), (int)(caret.w * unit_x) + 1,
                      (int)(caret.h * unit_y)};
    SDL_SetTextInputRect(&place);
    if (!SDL_IsTextInputActive()) SDL_StartTextInput();
}

void window_text_input_stop(struct window *window) {
    (void)window;
    if (SDL_IsTextInputActive()) SDL_StopTextInput();
}

char *window_clipboard_text(struct window *window) {
    (void)window;
    if (!SDL_HasClipboardText()) return NULL;
    char *text = SDL_GetClipboardText();
    char *copy = text && *text ? strdup(text) : NULL;
    SDL_free(text);
    return copy;
}

bool window_clipboard_set(struct window *window, const char *text) {
    (void)window;
    return SDL_SetClipboardText(text) == 0;
}

uint64_t platform_now_ms(void) {
    return SDL_GetTicks64();
}

const char *platform_version(void) {
    static char text[32];
    SDL_version version;
    SDL_GetVersion(&version);
    snprintf(text, sizeof text, "SDL %d.%d.%d", version.major, version.minor, version.patch);
    return text;
}

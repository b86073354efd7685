/* window.h: the one window: opening it, its OpenGL context or its plain surface, its events, the
 * clipboard. Positions and sizes of the picture are in drawable pixels; the window system's own
 * units do not leave this room. All functions belong to the main thread. One window per process. */
#ifndef PLATFORM_WINDOW_H
#define PLATFORM_WINDOW_H
#include "draw/geometry.h"
#include "draw/input.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window;

/* Where the window stands on the desktop, in the window system's units, when it fills neither
 * screen nor desktop. x, y: of its frame, where a window opened at them stands again; width and
 * height: of what is inside. */
struct window_place {
    int x, y, width, height;
    bool is_maximised;
};

struct window_options {
    const char *title;
    /* Width and height 0: 1440 × 900, or what fits on the screen. The position counts only when
     * has_position is set and it lies on a display that is there; a part beyond its edge moves in. */
    struct window_place place;
    bool has_position;
    bool is_fullscreen;
    bool should_avoid_gl; /* open with a plain surface even where OpenGL is to be had */
};

enum { WINDOW_MIN_WIDTH = 320, WINDOW_MIN_HEIGHT = 240 };

/* NULL on failure, also when there is no display: error holds one sentence. Without OpenGL 3.3 the
 * window opens with a plain surface; window_has_gl tells. */
struct window *window_open(const struct window_options *options, char *error, size_t error_bytes);
void window_close(struct window *window); /* safe on NULL */

/* ---- showing ---- */
bool window_has_gl(const struct window *window); /* the context is current */
/* Why there is no OpenGL; "" when there is. */
const char *window_gl_problem(const struct window *window);
void window_swap(struct window *window);
/* Destroys the context and makes a new one (lost contexts and their test). Free what lived in the
 * old one before. */
bool window_gl_recreate(struct window *window, char *error, size_t error_bytes);
/* Gives up OpenGL: the window is opened anew with a plain surface. */
bool window_surface_use(struct window *window, char *error, size_t error_bytes);
/* Shows a picture, 0x00RRGGBB, packed, top row first, in a window without OpenGL. */
bool window_surface_show(struct window *window, const uint32_t *pixels, int width, int height,
                         char *error, size_t error_bytes);

/* ---- size and state ---- */
void window_size(const struct window *window, int *width, int *height); /* of the picture, pixels */
/* Pixels per logical unit: drawable / window; on X11 what the desktop asks for (Xft.dpi / 96). */
float window_scale(const struct window *window);
struct window_place window_place(struct window *window);
void window_title_set(struct window *window, const char *title);
void window_fullscreen_set(struct window *window, bool is_fullscreen);
bool window_is_fullscreen(const struct window *window);
bool window_is_minimised(const struct window *window); /* drawing can wait for INPUT_EXPOSE */

/* ---- input ---- */
/* Sleeps until something happens, at most timeout_ms (negative: as long as it takes; 0: only what
 * is there already). false: nothing happened. Else *input is filled; input_free it. Successive
 * pointer moves come as one. */
bool window_wait(struct window *window, int timeout_ms, struct input *input);
/* Text input (and the input method) on, with the caret's place in pixels, or off. */
void window_text_input_start(struct window *window, struct rect caret);
void window_text_input_stop(struct window *window);
void window_pointer_set(struct window *window, enum pointer_shape shape);
/* The next window_wait says INPUT_CONTEXT_LOST: the test hook. */
void window_context_lose(struct window *window);

/* malloc'd UTF-8; NULL when the clipboard holds no text. */
char *window_clipboard_text(struct window *window);
bool window_clipboard_set(struct window *window, const char *text);

uint64_t platform_now_ms(void);     /* monotonic, since the start of the program */
const char *platform_version(void); /* "SDL 2.26.5", for --version */
#endif

#include "platform/window_state.h"
#include <stdlib.h>
#include <string.h>

/* Window units to pixels of the picture. */
static void pointer_place(struct window *window, int x, int y, struct input *input) {
    int width = 0, height = 0, pixels_x = 0, pixels_y = 0;
    SDL_GetWindowSize(window->handle, &width, &height);
    window_size(window, &pixels_x, &pixels_y);
    input->x = width > 0 ? (float)x * (float)pixels_x / (float)width : (float)x;
    input->y = height > 0 ? (float)y * (float)pixels_y / (float)height : (float)y;
    window->pointer_x = input->x;
    window->pointer_y = input->y;
}

static unsigned modifiers_now(void) {
    return modifiers_translate((Uint16)SDL_GetModState());
}

void place_note(struct window *window) {
    Uint32 flags = SDL_GetWindowFlags(window->handle);
    window->place.is_maximised = (flags & SDL_WINDOW_MAXIMIZED) != 0;
    if (flags & (SDL_WINDOW_MAXIMIZED | SDL_WINDOW_FULLSCREEN | SDL_WINDOW_MINIMIZED)) return;
    SDL_GetWindowPosition(window->handle, &window->place.x, &window->place.y);
    SDL_GetWindowSize(window->handle, &window->place.width, &window->place.height);
    SDL_GetWindowBordersSize(window->handle, &window->frame_top, &window->frame_left, NULL, NULL);
}

static bool window_event(struct window *window, const SDL_WindowEvent *event, struct input *input) {
    switch (event->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
        place_note(window);
        input->kind = INPUT_RESIZE;
        window_size(window, &input->width, &input->height);
        return true;
    case SDL_WINDOWEVENT_MOVED:
        place_note(window);
        return false;
    case SDL_WINDOWEVENT_MINIMIZED:
    case SDL_WINDOWEVENT_HIDDEN:
        window->is_minimised = true;
        return false;
    case SDL_WINDOWEVENT_RESTORED:
    case SDL_WINDOWEVENT_MAXIMIZED:
    case SDL_WINDOWEVENT_SHOWN:
        place_note(window);
        window->is_minimised = false;
        input->kind = INPUT_EXPOSE;
        return true;
    case SDL_WINDOWEVENT_EXPOSED:
        input->kind = INPUT_EXPOSE;
        return true;
    case SDL_WINDOWEVENT_LEAVE:
    case SDL_WINDOWEVENT_FOCUS_LOST:
        input->kind = INPUT_POINTER_LEAVE;
        return true;
    default:
        return false;
    }
}

static bool pointer_move(struct window *window, const SDL_Event *event, struct input *input) {
    SDL_Event last = *event, next;
    while (SDL_PeepEvents(&next, 1, SDL_PEEKEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1 &&
           next.type == SDL_MOUSEMOTION)
        SDL_PeepEvents(&last, 1, SDL_GETEVENT, SDL_MOUSEMOTION, SDL_MOUSEMOTION);
    input->kind = INPUT_POINTER_MOVE;
    input->modifiers = modifiers_now();
    pointer_place(window, last.motion.x, last.motion.y, input);
    return true;
}

static bool pointer_button(struct window *window, const SDL_MouseButtonEvent *event,
                           struct input *input) {
    if (event->button != SDL_BUTTON_LEFT) return false;
    input->kind = event->type == SDL_MOUSEBUTTONDOWN ? INPUT_POINTER_DOWN : INPUT_POINTER_UP;
    input->clicks = event->clicks;
    input->modifiers = modifiers_now();
    pointer_place(window, event->x, event->y, input);
    return true;
}

static bool wheel(struct window *window, const SDL_MouseWheelEvent *event, struct input *input) {
    float sign = event->direction == SDL_MOUSEWHEEL_FLIPPED ? -1.0f : 1.0f;
    input->kind = INPUT_WHEEL;
    input->wheel_x = sign * event->preciseX;
    input->wheel_y = sign * event->preciseY;
    if (input->wheel_x == 0 && input->wheel_y == 0) { /* an event made by hand may leave them out */
        input->wheel_x = sign * (float)event->x;
        input->wheel_y = sign * (float)event->y;
    }
    input->modifiers = modifiers_now();
    input->x = window->pointer_x;
    input->y = window->pointer_y;
    return true;
}

/* A copy that input_free can free; an event without memory for its text is dropped. */
static bool text_keep(enum input_kind kind, const char *text, struct input *input) {
    input->text = text ? strdup(text) : NULL;
    input->kind = kind;
    return input->text != NULL;
}

static bool key(const SDL_Keysym *keysym, struct input *input) {
    input->key = key_translate(keysym);
    input->kind = INPUT_KEY;
    input->modifiers = modifiers_translate(keysym->mod);
    return input->key != 0;
}

static bool drop(const SDL_DropEvent *event, struct input *input) {
    bool is_file = event->type == SDL_DROPFILE;
    bool is_kept = is_file && text_keep(INPUT_DROP, event->file, input);
    SDL_free(event->file);
    return is_kept;
}

bool event_translate(struct window *window, SDL_Event *event, struct input *input) {
    *input = (struct input){.kind = INPUT_NONE};
    switch (event->type) {
    case SDL_QUIT:
        input->kind = INPUT_QUIT;
        return true;
    case SDL_WINDOWEVENT:
        return window_event(window, &event->window, input);
    case SDL_KEYDOWN:
        return key(&event->key.keysym, input);
    case SDL_TEXTINPUT:
        return text_keep(INPUT_TEXT, event->text.text, input);
    case SDL_TEXTEDITING:
        input->caret = event->edit.start;
        return text_keep(INPUT_COMPOSITION, event->edit.text, input);
    case SDL_TEXTEDITING_EXT: {
        input->caret = event->editExt.start;
        bool is_kept = text_keep(INPUT_COMPOSITION, event->editExt.text, input);
        SDL_free(event->editExt.text);
        return is_kept;
    }
    case SDL_MOUSEMOTION:
        return pointer_move(window, event, input);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        return pointer_button(window, &event->button, input);
    case SDL_MOUSEWHEEL:
        return wheel(window, &event->wheel, input);
    case SDL_DROPFILE:
    case SDL_DROPTEXT:
        return drop(&event->drop, input);
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        input->kind = INPUT_CONTEXT_LOST;
        return true;
    default:
        return false;
    }
}

/* Takes the next event. Not SDL_PollEvent for what is there already: that stops at its own marks in
 * the queue. */
static bool event_take(SDL_Event *event, int timeout_ms) {
    if (timeout_ms < 0) return SDL_WaitEvent(event) == 1;
    if (timeout_ms > 0) return SDL_WaitEventTimeout(event, timeout_ms) == 1;
    SDL_PumpEvents();
    return SDL_PeepEvents(event, 1, SDL_GETEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1;
}

bool window_wait(struct window *window, int timeout_ms, struct input *input) {
    uint64_t end = platform_now_ms() + (timeout_ms > 0 ? (uint64_t)timeout_ms : 0);
    int left = timeout_ms;
    SDL_Event event;
    while (event_take(&event, left)) {
        if (event_translate(window, &event, input)) return true;
        uint64_t now = platform_now_ms();
        if (timeout_ms > 0) left = now < end ? (int)(end - now) : 0;
    }
    *input = (struct input){.kind = INPUT_NONE};
    return false;
}

void window_context_lose(struct window *window) {
    (void)window;
    SDL_Event event = {.type = SDL_RENDER_DEVICE_RESET};
    SDL_PushEvent(&event);
}

/* window_state.h: what the files of this room share. */
#ifndef PLATFORM_WINDOW_STATE_H
#define PLATFORM_WINDOW_STATE_H
#include "platform/window.h"
#include <SDL.h>

struct window {
    SDL_Window *handle;
    SDL_GLContext context; /* NULL: plain surface */
    char gl_problem[256];
    struct window_place place; /* the last one that was neither fullscreen nor maximised; x, y of
                                  the picture */
    int frame_left, frame_top; /* what the window manager put around it there */
    float pointer_x, pointer_y;
    bool is_minimised;
    SDL_Cursor *pointers[POINTER_SHAPE_COUNT]; /* made when first shown; NULL: the system has none */
    enum pointer_shape pointer;
};

/* Takes place and frame as they are now, when they are of the kind that is kept. */
void place_note(struct window *window);
/* false: of no interest. *input is filled, its text malloc'd. Frees what the event owns. */
bool event_translate(struct window *window, SDL_Event *event, struct input *input);
/* The key as input.h counts them, 0 for one that means nothing here. */
int key_translate(const SDL_Keysym *keysym);
unsigned modifiers_translate(Uint16 modifiers);
/* What the desktop asks for besides drawable / window; 1 when it says nothing. */
float desktop_scale(SDL_Window *handle);
#endif

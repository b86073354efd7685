/* input.h: one thing that happened at the window, free of any window system. */
#ifndef DRAW_INPUT_H
#define DRAW_INPUT_H
#include <stdbool.h>
#include <stdint.h>

enum input_kind {
    INPUT_NONE,
    INPUT_QUIT,
    INPUT_KEY,          /* key pressed or repeated */
    INPUT_TEXT,         /* committed text: append; a long commit comes in pieces */
    INPUT_COMPOSITION,  /* text being composed; empty ends it */
    INPUT_POINTER_MOVE,
    INPUT_POINTER_DOWN,
    INPUT_POINTER_UP,
    INPUT_POINTER_LEAVE,
    INPUT_WHEEL,        /* wheel_x, wheel_y in notches */
    INPUT_DROP,         /* a file was dropped: text is its path */
    INPUT_RESIZE,       /* the picture's size in pixels changed */
    INPUT_EXPOSE,       /* the window must be shown again */
    INPUT_CONTEXT_LOST  /* the GL context must be made anew */
};

enum input_modifier { INPUT_SHIFT = 1, INPUT_CTRL = 2, INPUT_ALT = 4 };

/* Keys: a printable ASCII character in lower case stands for itself; others from here. */
enum input_key {
    KEY_ENTER = 13, KEY_ESCAPE = 27, KEY_BACKSPACE = 8, KEY_TAB = 9, KEY_DELETE = 127,
    KEY_LEFT = 1000, KEY_RIGHT, KEY_UP, KEY_DOWN, KEY_HOME, KEY_END, KEY_PAGE_UP, KEY_PAGE_DOWN,
    KEY_F1, KEY_F2, KEY_F3, KEY_F4, KEY_F5, KEY_F6, KEY_F7, KEY_F8, KEY_F9, KEY_F10, KEY_F11, KEY_F12
};

struct input {
    enum input_kind kind;
    int key;               /* INPUT_KEY: for shifted characters the character produced: '?', '{' */
    unsigned modifiers;    /* of the event itself */
    float x, y;            /* pointer: pixels of the picture */
    int clicks;            /* POINTER_DOWN: 1, 2, 3 */
    float wheel_x, wheel_y;
    int width, height;     /* RESIZE: pixels */
    char *text;            /* TEXT, COMPOSITION, DROP: UTF-8, malloc'd; input_free */
    int caret;             /* COMPOSITION: in code points, −1 unknown */
};

/* What the pointer looks like: what a press would do. */
enum pointer_shape {
    POINTER_ARROW,
    POINTER_TEXT,  /* places the caret */
    POINTER_PAINT, /* paints a cell */
    POINTER_SCRUB, /* takes hold of a number, to be dragged to either side */
    POINTER_SHAPE_COUNT
};
void input_free(struct input *input);
#endif

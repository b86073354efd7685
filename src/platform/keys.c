/* Keys are named by the character they produce. SDL gives the unshifted one of the layout in use;
 * what Shift makes of it is known for the US layout and, for the keys Headway uses, for the
 * European families. */
#include "platform/window_state.h"

enum layout { LAYOUT_US, LAYOUT_AZERTY, LAYOUT_EUROPEAN };

static enum layout layout_now(void) {
    if (SDL_GetKeyFromScancode(SDL_SCANCODE_Q) == SDLK_a) return LAYOUT_AZERTY;
    SDL_Keycode bracket = SDL_GetKeyFromScancode(SDL_SCANCODE_LEFTBRACKET);
    /* Cyrillic, Greek and so on keep the US places for punctuation as far as they have it. */
    bool is_latin = SDL_GetKeyFromScancode(SDL_SCANCODE_A) == SDLK_a;
    return bracket == SDLK_LEFTBRACKET || !is_latin ? LAYOUT_US : LAYOUT_EUROPEAN;
}

static int shifted_us(int key) {
    static const char plain[] = "`1234567890-=[]\\;',./";
    static const char shifted[] = "~!@#$%^&*()_+{}|:\"<>?";
    for (int i = 0; plain[i]; i++)
        if (plain[i] == key) return shifted[i];
    return key;
}

static int shifted_azerty(int key, SDL_Scancode place) {
    if (place >= SDL_SCANCODE_1 && place <= SDL_SCANCODE_9)
        return '1' + (int)(place - SDL_SCANCODE_1);
    if (place == SDL_SCANCODE_0) return '0';
    switch (key) {
    case ',':
        return '?';
    case ';':
        return '.';
    case ':':
        return '/';
    case '=':
        return '+';
    default:
        return key;
    }
}

/* German, Spanish, Italian, Portuguese, Nordic … : '?' is right of 0, '/' on 7. */
static int shifted_european(int key, SDL_Scancode place) {
    if (place == SDL_SCANCODE_MINUS) return '?';
    switch (key) {
    case '7':
        return '/';
    case ',':
        return ';';
    case '.':
        return ':';
    case '-':
        return '_';
    case '8':
        return '(';
    case '9':
        return ')';
    default:
        return key;
    }
}

/* Brackets behind AltGr on the European layouts. */
static int third_level(int key) {
    switch (key) {
    case '7':
        return '{';
    case '8':
        return '[';
    case '9':
        return ']';
    case '0':
        return '}';
    default:
        return key;
    }
}

static int keypad(SDL_Keycode sym, bool has_digits) {
    static const int digits[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '.'};
    static const int moves[] = {KEY_END,  KEY_DOWN, KEY_PAGE_DOWN, KEY_LEFT, 0,         KEY_RIGHT,
                                KEY_HOME, KEY_UP,   KEY_PAGE_UP,   0,        KEY_DELETE};
    switch (sym) {
    case SDLK_KP_ENTER:
        return KEY_ENTER;
    case SDLK_KP_PLUS:
        return '+';
    case SDLK_KP_MINUS:
        return '-';
    case SDLK_KP_MULTIPLY:
        return '*';
    case SDLK_KP_DIVIDE:
        return '/';
    case SDLK_KP_EQUALS:
        return '=';
    default:
        break;
    }
    if (sym < SDLK_KP_1 || sym > SDLK_KP_PERIOD) return 0;
    return has_digits ? digits[sym - SDLK_KP_1] : moves[sym - SDLK_KP_1];
}

static int named(SDL_Keycode sym) {
    switch (sym) {
    case SDLK_RETURN:
        return KEY_ENTER;
    case SDLK_ESCAPE:
        return KEY_ESCAPE;
    case SDLK_BACKSPACE:
        return KEY_BACKSPACE;
    case SDLK_TAB:
        return KEY_TAB;
    case SDLK_DELETE:
        return KEY_DELETE;
    case SDLK_LEFT:
        return KEY_LEFT;
    case SDLK_RIGHT:
        return KEY_RIGHT;
    case SDLK_UP:
        return KEY_UP;
    case SDLK_DOWN:
        return KEY_DOWN;
    case SDLK_HOME:
        return KEY_HOME;
    case SDLK_END:
        return KEY_END;
    case SDLK_PAGEUP:
        return KEY_PAGE_UP;
    case SDLK_PAGEDOWN:
        return KEY_PAGE_DOWN;
    default:
        break;
    }
    if (sym >= SDLK_F1 && sym <= SDLK_F12) return KEY_F1 + (int)(sym - SDLK_F1);
    return 0;
}

/* A letter or digit of a script without ASCII: the one that stands there on a US keyboard. */
static int by_place(SDL_Scancode place) {
    if (place >= SDL_SCANCODE_A && place <= SDL_SCANCODE_Z)
        return 'a' + (int)(place - SDL_SCANCODE_A);
    switch (place) {
    case SDL_SCANCODE_LEFTBRACKET:
        return '[';
    case SDL_SCANCODE_RIGHTBRACKET:
        return ']';
    case SDL_SCANCODE_SLASH:
        return '/';
    case SDL_SCANCODE_PERIOD:
        return '.';
    default:
        return 0;
    }
}

int key_translate(const SDL_Keysym *keysym) {
    SDL_Keycode sym = keysym->sym;
    int key = named(sym);
    if (!key) key = keypad(sym, (keysym->mod & KMOD_NUM) != 0);
    if (key) return key;
    if (sym & SDLK_SCANCODE_MASK) return 0;
    enum layout layout = layout_now();
    bool is_ascii = sym >= ' ' && sym < 127;
    key = is_ascii ? (int)sym : layout == LAYOUT_US ? by_place(keysym->scancode) : 0;
    if (keysym->mod & KMOD_SHIFT) {
        if (layout == LAYOUT_US) return shifted_us(key);
        if (layout == LAYOUT_AZERTY) return shifted_azerty(key, keysym->scancode);
        return shifted_european(key, keysym->scancode);
    }
    if (layout == LAYOUT_EUROPEAN && keysym->mod & (KMOD_MODE | KMOD_RALT)) return third_level(key);
    return key;
}

unsigned modifiers_translate(Uint16 modifiers) {
    unsigned made = 0;
    if (modifiers & KMOD_SHIFT) made |= INPUT_SHIFT;
    if (modifiers & KMOD_CTRL) made |= INPUT_CTRL;
    if (modifiers & KMOD_LALT) made |= INPUT_ALT; /* the right one may be AltGr */
    return made;
}

/* The window without a display: events in, input records out; keys; clipboard; OpenGL and the plain
 * surface. */
#include "platform/window.h"
#include <SDL.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Drivers stay loaded, so that the leak checker can tell their memory from ours. */
int dlclose(void *library);
int dlclose(void *library) {
    (void)library;
    return 0;
}

static struct window *window;

static struct window *open_on(const char *driver, struct window_options options) {
    char error[512] = "";
    if (driver)
        SDL_setenv("SDL_VIDEODRIVER", driver, 1);
    else
        unsetenv("SDL_VIDEODRIVER");
    options.title = "Headway test";
    if (!options.place.width) options.place = (struct window_place){.width = 640, .height = 480};
    struct window *opened = window_open(&options, error, sizeof error);
    if (!opened) fail_msg("%s", error);
    struct input input;
    while (window_wait(opened, 0, &input)) /* what opening itself brings */
        input_free(&input);
    return opened;
}

static int setup(void **state) {
    (void)state;
    window = open_on("offscreen", (struct window_options){0});
    return 0;
}

static int teardown(void **state) {
    (void)state;
    window_close(window);
    window = NULL;
    return 0;
}

static struct input next_input(void) {
    struct input input;
    assert_true(window_wait(window, 1000, &input));
    return input;
}

static struct input key_sent(SDL_Keycode sym, SDL_Scancode place, Uint16 modifiers) {
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .state = SDL_PRESSED}};
    event.key.keysym = (SDL_Keysym){.sym = sym, .scancode = place, .mod = modifiers};
    SDL_PushEvent(&event);
    return next_input();
}

static void test_keys_are_the_characters_they_make(void **state) {
    (void)state;
    static const struct {
        SDL_Keycode sym;
        SDL_Scancode place;
        Uint16 modifiers;
        int key;
        unsigned expected;
    } rows[] = {
        {SDLK_n, SDL_SCANCODE_N, 0, 'n', 0},
        {SDLK_z, SDL_SCANCODE_Z, KMOD_LCTRL | KMOD_LSHIFT, 'z', INPUT_CTRL | INPUT_SHIFT},
        {SDLK_SLASH, SDL_SCANCODE_SLASH, KMOD_RSHIFT, '?', INPUT_SHIFT},
        {SDLK_QUESTION, SDL_SCANCODE_SLASH, KMOD_LSHIFT, '?', INPUT_SHIFT},
        {SDLK_LEFTBRACKET, SDL_SCANCODE_LEFTBRACKET, KMOD_LSHIFT, '{', INPUT_SHIFT},
        {SDLK_RIGHTBRACKET, SDL_SCANCODE_RIGHTBRACKET, KMOD_LSHIFT, '}', INPUT_SHIFT},
        {SDLK_EQUALS, SDL_SCANCODE_EQUALS, KMOD_LCTRL | KMOD_LSHIFT, '+', INPUT_CTRL | INPUT_SHIFT},
        {SDLK_KP_PLUS, SDL_SCANCODE_KP_PLUS, KMOD_LCTRL, '+', INPUT_CTRL},
        {SDLK_KP_7, SDL_SCANCODE_KP_7, KMOD_NUM, '7', 0},
        {SDLK_KP_7, SDL_SCANCODE_KP_7, 0, KEY_HOME, 0},
        {SDLK_KP_ENTER, SDL_SCANCODE_KP_ENTER, 0, KEY_ENTER, 0},
        {SDLK_RETURN, SDL_SCANCODE_RETURN, 0, KEY_ENTER, 0},
        {SDLK_DELETE, SDL_SCANCODE_DELETE, 0, KEY_DELETE, 0},
        {SDLK_SPACE, SDL_SCANCODE_SPACE, 0, ' ', 0},
        {SDLK_PAGEUP, SDL_SCANCODE_PAGEUP, KMOD_LALT, KEY_PAGE_UP, INPUT_ALT},
        {SDLK_F5, SDL_SCANCODE_F5, 0, KEY_F5, 0},
        {SDLK_F12, SDL_SCANCODE_F12, 0, KEY_F12, 0},
        {0x43D, SDL_SCANCODE_Y, 0, 'y', 0}, /* Cyrillic: by its place */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct input input = key_sent(rows[i].sym, rows[i].place, rows[i].modifiers);
        assert_int_equal(input.kind, INPUT_KEY);
        assert_int_equal(input.key, rows[i].key);
        assert_int_equal(input.modifiers, rows[i].expected);
    }
}

static void test_keys_without_meaning_are_silent(void **state) {
    (void)state;
    SDL_Event event = {.key = {.type = SDL_KEYDOWN}};
    event.key.keysym.sym = SDLK_LSHIFT;
    SDL_PushEvent(&event);
    struct input input;
    assert_false(window_wait(window, 0, &input));
    assert_int_equal(input.kind, INPUT_NONE);
    assert_false(window_wait(window, 20, &input));
}

static void test_text_and_composition(void **state) {
    (void)state;
    SDL_Event event = {.text = {.type = SDL_TEXTINPUT, .text = "你好"}};
    SDL_PushEvent(&event);
    event = (SDL_Event){.edit = {.type = SDL_TEXTEDITING, .text = "ni", .start = 2}};
    SDL_PushEvent(&event);
    event = (SDL_Event){.editExt = {.type = SDL_TEXTEDITING_EXT,
                                    .text = SDL_strdup("a long composition"),
                                    .start = -1}};
    SDL_PushEvent(&event);
    event = (SDL_Event){.drop = {.type = SDL_DROPFILE, .file = SDL_strdup("/tmp/a model")}};
    SDL_PushEvent(&event);
    const struct {
        enum input_kind kind;
        const char *text;
        int caret;
    } rows[] = {{INPUT_TEXT, "你好", 0},
                {INPUT_COMPOSITION, "ni", 2},
                {INPUT_COMPOSITION, "a long composition", -1},
                {INPUT_DROP, "/tmp/a model", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct input input = next_input();
        assert_int_equal(input.kind, rows[i].kind);
        assert_string_equal(input.text, rows[i].text);
        assert_int_equal(input.caret, rows[i].caret);
        input_free(&input);
    }
}

static void test_pointer(void **state) {
    (void)state;
    SDL_Event event = {.motion = {.type = SDL_MOUSEMOTION, .x = 1, .y = 2}};
    SDL_PushEvent(&event);
    event.motion.x = 30;
    SDL_PushEvent(&event); /* the later one alone arrives */
    event = (SDL_Event){
        .button = {
            .type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .clicks = 2, .x = 40, .y = 50}};
    SDL_PushEvent(&event);
    event.button.button = SDL_BUTTON_RIGHT; /* of no interest */
    SDL_PushEvent(&event);
    event = (SDL_Event){.wheel = {.type = SDL_MOUSEWHEEL, .y = -1, .preciseY = -1.0f}};
    SDL_PushEvent(&event);
    struct input input = next_input();
    assert_int_equal(input.kind, INPUT_POINTER_MOVE);
    assert_true(input.x == 30 && input.y == 2);
    input = next_input();
    assert_int_equal(input.kind, INPUT_POINTER_DOWN);
    assert_int_equal(input.clicks, 2);
    assert_true(input.x == 40 && input.y == 50);
    input = next_input();
    assert_int_equal(input.kind, INPUT_WHEEL);
    assert_true(input.wheel_y == -1 && input.x == 40 && input.y == 50);
}

static void window_event(Uint8 kind) {
    SDL_Event event = {.window = {.type = SDL_WINDOWEVENT, .event = kind}};
    SDL_PushEvent(&event);
}

static void test_window_changes(void **state) {
    (void)state;
    struct input input;
    window_event(SDL_WINDOWEVENT_SIZE_CHANGED);
    input = next_input();
    assert_int_equal(input.kind, INPUT_RESIZE);
    assert_int_equal(input.width, 640);
    assert_int_equal(input.height, 480);
    window_event(SDL_WINDOWEVENT_MINIMIZED);
    assert_false(window_wait(window, 0, &input));
    assert_true(window_is_minimised(window));
    window_event(SDL_WINDOWEVENT_RESTORED);
    assert_int_equal(next_input().kind, INPUT_EXPOSE);
    assert_false(window_is_minimised(window));
    window_event(SDL_WINDOWEVENT_LEAVE);
    assert_int_equal(next_input().kind, INPUT_POINTER_LEAVE);
    SDL_Event event = {.type = SDL_QUIT};
    SDL_PushEvent(&event);
    assert_int_equal(next_input().kind, INPUT_QUIT);
}

static void test_waiting_ends(void **state) {
    (void)state;
    struct input input;
    uint64_t start = platform_now_ms();
    assert_false(window_wait(window, 60, &input));
    assert_true(platform_now_ms() - start >= 50);
}

static void test_context_lost_and_made_anew(void **state) {
    (void)state;
    char error[512] = "";
    assert_true(window_has_gl(window));
    assert_string_equal(window_gl_problem(window), "");
    window_context_lose(window);
    assert_int_equal(next_input().kind, INPUT_CONTEXT_LOST);
    assert_true(window_gl_recreate(window, error, sizeof error));
    assert_true(window_has_gl(window));
    window_swap(window);
}

static void test_clipboard_and_text_input(void **state) {
    (void)state;
    assert_false(SDL_IsTextInputActive());
    window_text_input_start(window, (struct rect){10, 20, 1, 18});
    assert_true(SDL_IsTextInputActive());
    window_text_input_stop(window);
    assert_false(SDL_IsTextInputActive());
    assert_true(window_clipboard_set(window, "two\nlines √"));
    char *text = window_clipboard_text(window);
    assert_string_equal(text, "two\nlines √");
    free(text);
    assert_true(window_clipboard_set(window, ""));
    assert_null(window_clipboard_text(window));
}

static void test_size_scale_and_title(void **state) {
    (void)state;
    int width = 0, height = 0;
    window_size(window, &width, &height);
    assert_int_equal(width, 640);
    assert_int_equal(height, 480);
    assert_true(window_scale(window) == 1.0f);
    assert_int_equal(window_place(window).width, 640);
    window_title_set(window, "another");
    assert_false(window_is_fullscreen(window));
    assert_non_null(strstr(platform_version(), "SDL 2."));
}

/* ---- opening ---- */

static void test_no_display_is_said(void **state) {
    (void)state;
    char error[512] = "";
    struct window_options options = {.title = "unseen"};
    unsetenv("SDL_VIDEODRIVER");
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    assert_null(window_open(&options, error, sizeof error));
    assert_non_null(strstr(error, "no display"));
    assert_non_null(strstr(error, "headway render"));
}

static void show_on_surface(struct window *on) {
    char error[512] = "";
    enum { WIDTH = 640, HEIGHT = 480 };
    uint32_t *pixels = calloc(WIDTH * HEIGHT, sizeof *pixels);
    assert_non_null(pixels);
    pixels[3] = 0x123456;
    assert_false(window_has_gl(on));
    assert_true(strlen(window_gl_problem(on)) > 0);
    assert_true(window_surface_show(on, pixels, WIDTH, HEIGHT, error, sizeof error));
    SDL_Window *handle = SDL_GetWindowFromID(1);
    for (Uint32 id = 1; !handle && id < 16; id++)
        handle = SDL_GetWindowFromID(id);
    SDL_Surface *surface = SDL_GetWindowSurface(handle);
    uint8_t r, g, b;
    SDL_GetRGB(((uint32_t *)surface->pixels)[3], surface->format, &r, &g, &b);
    assert_true(r == 0x12 && g == 0x34 && b == 0x56);
    free(pixels);
}

/* The driver `dummy` has no OpenGL: as on a machine without it. */
static void test_without_gl_a_surface(void **state) {
    (void)state;
    struct window *opened = open_on("dummy", (struct window_options){0});
    show_on_surface(opened);
    window_swap(opened);
    window_close(opened);
    window_close(NULL);
}

static void test_giving_up_gl(void **state) {
    (void)state;
    char error[512] = "";
    struct window *opened = open_on("offscreen", (struct window_options){0});
    assert_true(window_surface_use(opened, error, sizeof error));
    show_on_surface(opened);
    window_close(opened);
    opened = open_on("offscreen", (struct window_options){.should_avoid_gl = true});
    show_on_surface(opened);
    window_close(opened);
}

static void test_places_are_made_sensible(void **state) {
    (void)state;
    struct window_options options = {.place = {-5000, -5000, 10, 10, false}, .has_position = true};
    struct window *opened = open_on("offscreen", options);
    int width = 0, height = 0;
    window_size(opened, &width, &height);
    assert_int_equal(width, WINDOW_MIN_WIDTH);
    assert_int_equal(height, WINDOW_MIN_HEIGHT);
    assert_true(window_place(opened).x >= 0 && window_place(opened).y >= 0);
    window_close(opened);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keys_are_the_characters_they_make, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys_without_meaning_are_silent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text_and_composition, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pointer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_window_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_waiting_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_context_lost_and_made_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clipboard_and_text_input, setup, teardown),
        cmocka_unit_test_setup_teardown(test_size_scale_and_title, setup, teardown),
        cmocka_unit_test(test_no_display_is_said),
        cmocka_unit_test(test_without_gl_a_surface),
        cmocka_unit_test(test_giving_up_gl),
        cmocka_unit_test(test_places_are_made_sensible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

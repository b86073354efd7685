/* bench_keys.c: from a key press to its finished frame, inside one process, printed with the parts.
 * Run by hand: SDL_VIDEODRIVER=offscreen LIBGL_ALWAYS_SOFTWARE=1 bench_keys */
#include "bench_app.h"

/* One kind of key, pressed there and back. */
struct press {
    const char *name;
    int there, back;
    unsigned modifiers;
    enum step step;
};

static void press_key(struct bench_rig *rig, bool is_back, const void *what) {
    const struct press *press = what;
    struct input input = {.kind = INPUT_KEY,
                          .key = is_back ? press->back : press->there,
                          .modifiers = press->modifiers};
    app_input(&rig->app, &input);
}

static void run(const char *folder, int width, int height, int tokens) {
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
    struct bench_rig *rig = bench_rig_open(folder, width, height, tokens, NULL);
    for (size_t i = 0; i < sizeof presses / sizeof *presses; i++) {
        struct bench_times times;
        struct input go = {.kind = INPUT_KEY, .key = '1' + (int)presses[i].step};
        app_input(&rig->app, &go);
        bench_measure(rig, press_key, &presses[i], &times);
        bench_times_print(rig, presses[i].name, &times);
    }
    bench_rig_close(rig);
}

int main(void) {
    char folder[4000];
    struct file_error error = {0};
    if (!resources_find(folder, sizeof folder, &error)) bench_fail("resources", error.text);
    struct bench_window window = bench_window_open();
    static const int tokens[] = {16, 64};
    for (int i = 0; i < 2; i++) {
        run(folder, 1920, 1080, tokens[i]);
        run(folder, 1280, 720, tokens[i]);
    }
    bench_window_close(&window);
    return 0;
}

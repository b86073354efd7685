/* bench_views.c: every view over a model of 12 layers × 12 heads: 64 tokens, and `model` with 512.
 * What changes (head, layer, step, query, key, the chosen cell, a slider, the pointer) is done there
 * and back, and timed to its finished frame. The model is made here: d = 96, d_k = d_v = 8,
 * d_ff = 96, sinusoids, post-norm, numbers from a fixed seed.
 * Run by hand: SDL_VIDEODRIVER=offscreen LIBGL_ALWAYS_SOFTWARE=1 bench_views [VIEW] */
#include "bench_app.h"
#include "files/json.h"
#include "files/safetensors.h"
#include "lesson/cell.h"
#include "ui/ui.h"

#include <math.h>
#include <unistd.h>

enum { LAYERS = 12, HEADS = 12, D = 96, D_FF = 96, SHORT = 64, LONG = 512 };
enum { MOST_TENSORS = 1 + LAYERS * 8 };

/* ---- the model ---- */

struct maker {
    struct safetensors_source sources[MOST_TENSORS];
    char names[MOST_TENSORS][48];
    size_t count;
    uint32_t random;
};

static float *tensor_take(struct maker *maker, const char *name, size_t rows, size_t columns) {
    float *numbers = malloc(rows * columns * sizeof *numbers);
    if (!numbers || maker->count == MOST_TENSORS) bench_fail("model", "no memory");
    snprintf(maker->names[maker->count], sizeof maker->names[0], "%s", name);
    maker->sources[maker->count] = (struct safetensors_source){.name = maker->names[maker->count],
                                                               .dims = columns > 1 ? 2 : 1,
                                                               .shape = {rows, columns},
                                                               .data = numbers};
    maker->count++;
    return numbers;
}

/* [rows, columns], about normal: the sum of four, with the deviation `size`. */
static void tensor_add(struct maker *maker, const char *name, size_t rows, size_t columns,
                       float size) {
    float *numbers = tensor_take(maker, name, rows, columns);
    for (size_t i = 0; i < rows * columns; i++) {
        float sum = -2;
        for (int k = 0; k < 4; k++) {
            maker->random = maker->random * 1664525u + 1013904223u;
            sum += (float)(maker->random >> 8) / 16777216.0f;
        }
        numbers[i] = sum * 1.7320508f * size;
    }
}

static void layer_add(struct maker *maker, int layer) {
    static const struct {
        const char *name;
        size_t rows, columns;
        float size;
    } parts[] = {
        {"attention.q.weight", D, D, 1.5f}, {"attention.k.weight", D, D, 1.5f},
        {"attention.v.weight", D, D, 1},    {"attention.o.weight", D, D, 1},
        {"ffn.up.weight", D_FF, D, 1},      {"ffn.down.weight", D, D_FF, 1},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char name[48];
        snprintf(name, sizeof name, "layers.%d.%s", layer, parts[i].name);
        tensor_add(maker, name, parts[i].rows, parts[i].columns,
                   parts[i].size / sqrtf((float)parts[i].columns));
    }
    for (int norm = 1; norm <= 2; norm++) {
        char name[48];
        snprintf(name, sizeof name, "layers.%d.norm%d.weight", layer, norm);
        float *ones = tensor_take(maker, name, D, 1);
        for (size_t i = 0; i < D; i++)
            ones[i] = 1;
    }
}

/* [UNK], then the words of the long sentence, which begins with the short one. */
static json_t *config_make(size_t *words) {
    char text[BENCH_TEXT];
    bench_sentence(text, LONG);
    json_t *vocab = json_pack("[s]", "[UNK]");
    for (const char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        json_array_append_new(vocab, json_string(word));
    *words = json_array_size(vocab);
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:s, s:s, s:o}", "model_type", "headway",
                     "name", "12 x 12 heads", "d_model", D, "layers", LAYERS, "heads", HEADS,
                     "d_ff", D_FF, "position", "sinusoidal", "tokenizer", "words", "vocab", vocab);
}

struct model_files {
    char folder[256], config[300], tensors[300];
};

static struct model_files model_write(void) {
    struct model_files files;
    struct maker *maker = calloc(1, sizeof *maker);
    struct file_bytes bytes = {0};
    struct file_error error = {""};
    const char *above = getenv("TMPDIR");
    size_t words = 0;
    snprintf(files.folder, sizeof files.folder, "%s/headway-bench-XXXXXX",
             above && *above ? above : "/tmp");
    if (!maker || !mkdtemp(files.folder)) bench_fail("model", "no temporary folder");
    snprintf(files.config, sizeof files.config, "%s/config.json", files.folder);
    snprintf(files.tensors, sizeof files.tensors, "%s/model.safetensors", files.folder);
    json_t *config = config_make(&words);
    maker->random = 2017;
    tensor_add(maker, "embedding.weight", words, D, 1);
    for (int layer = 0; layer < LAYERS; layer++)
        layer_add(maker, layer);
    if (!file_json_write(files.config, config, FILE_WRITE_REPLACE, &error) ||
        !safetensors_build(maker->sources, maker->count, NULL, &bytes, &error) ||
        !file_write_whole(files.tensors, bytes.data, bytes.size, FILE_WRITE_REPLACE, &error))
        bench_fail("model", error.text);
    file_bytes_free(&bytes);
    json_decref(config);
    for (size_t i = 0; i < maker->count; i++)
        free((void *)(uintptr_t)maker->sources[i].data);
    free(maker);
    return files;
}

static void model_remove(const struct model_files *files) {
    unlink(files->config);
    unlink(files->tensors);
    rmdir(files->folder);
}

/* ---- what is done ---- */

struct change {
    const char *name;
    enum step step;
    struct ui_action there, back; /* NONE: the pointer moves */
    const char *node;             /* from its (from, 0) to its (to, 0); `model head`: layers 0 and 11 */
    int from, to;
};

#define TURN(NAME)                                                                                 \
    {UI_COMMAND_##NAME##_NEXT, 0, 0, 0}, {UI_COMMAND_##NAME##_BACK, 0, 0, 0}
#define POINTER(NODE, first, second) {UI_COMMAND_NONE, 0, 0, 0}, {UI_COMMAND_NONE, 0, 0, 0}, NODE, first, second
#define CELLS(first, second)                                                                       \
    {UI_COMMAND_CELL_SELECT, ATTENTION_TENSOR_WEIGHTS, first, first},                              \
        {UI_COMMAND_CELL_SELECT, ATTENTION_TENSOR_WEIGHTS, second, second}
#define SETTING(NAME, there_b, back_b)                                                             \
    {UI_COMMAND_##NAME, 0, there_b, 0}, {UI_COMMAND_##NAME, 0, back_b, 0}
#define PLACES(at)                                                                                 \
    {"head", at, TURN(HEAD), NULL, 0, 0}, {"layer", at, TURN(LAYER), NULL, 0, 0},                  \
        {"query", at, TURN(QUERY), NULL, 0, 0}, {"key", at, TURN(KEY), NULL, 0, 0}, {              \
        "step", at, TURN(STEP), NULL, 0, 0                                                         \
    }

static const struct change matrices[] = {PLACES(STEP_SOFTMAX),
                                         {"cell", STEP_SOFTMAX, CELLS(1, 2), NULL, 0, 0},
                                         {"step, sum", STEP_SUM, TURN(STEP), NULL, 0, 0},
                                         {"step, heads", STEP_HEADS, TURN(STEP), NULL, 0, 0}};
static const struct change diagram[] = {PLACES(STEP_SUM)};
static const struct change lines[] = {
    PLACES(STEP_SUM),
    {"threshold", STEP_SUM, SETTING(LINES_THRESHOLD, 3, 2), NULL, 0, 0},
    {"hover", STEP_SUM, POINTER("lines query", 0, 3)}};
static const struct change heads[] = {PLACES(STEP_SOFTMAX)};
static const struct change model[] = {PLACES(STEP_SOFTMAX),
                                      {"hover", STEP_SOFTMAX, POINTER("model head", 0, 11)}};
static const struct change compare[] = {
    PLACES(STEP_SOFTMAX),
    {"steps", STEP_SOFTMAX, SETTING(COMPARE_STEPS, 5, 4), NULL, 0, 0}};

static const struct {
    const struct change *changes;
    size_t count;
} changes_of[VIEW_COUNT] = {
#define OF(VIEW, list) [VIEW] = {list, sizeof(list) / sizeof *(list)}
    OF(VIEW_MATRICES, matrices), OF(VIEW_DIAGRAM, diagram), OF(VIEW_LINES, lines),
    OF(VIEW_HEADS, heads),       OF(VIEW_MODEL, model),     OF(VIEW_COMPARE, compare)};

static void point_at(struct bench_rig *rig, const char *node, int place) {
    app_refresh(&rig->app);
    const struct semantic_node *found =
        semantics_by_id(&rig->app.semantics, ui_id(node, place, 0));
    if (!found) bench_fail(node, "is not on the screen");
    struct input move = {.kind = INPUT_POINTER_MOVE,
                         .x = found->rect.x + found->rect.w / 2,
                         .y = found->rect.y + found->rect.h / 2};
    app_input(&rig->app, &move);
}

static void make_change(struct bench_rig *rig, bool is_back, const void *what) {
    const struct change *change = what;
    struct ui_action action = is_back ? change->back : change->there;
    if (action.command == UI_COMMAND_CELL_SELECT)
        action.a = cell_grid_id(action.a, rig->app.study.document.head);
    if (change->node)
        point_at(rig, change->node, is_back ? change->to : change->from);
    else if (!app_dispatch(&rig->app, action))
        bench_fail(change->name, "nothing changed");
}

/* No change of place may run the pass again: each pass writes into another block. */
static const float *block_of(const struct bench_rig *rig) {
    return attention_trace_tensor(rig->app.study.trace, ATTENTION_TENSOR_WEIGHTS, 0).data;
}

static void measure(struct bench_rig *rig, enum view view, const struct change *change) {
    struct bench_times times;
    char name[64];
    struct input leave = {.kind = INPUT_POINTER_LEAVE};
    app_input(&rig->app, &leave);
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_VIEW_SET, (int32_t)view, 0, 0});
    app_dispatch(&rig->app,
                 (struct ui_action){UI_COMMAND_STEP_GO, (int32_t)change->step, BEAT_LAST, 1});
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_COMPARE_STEPS, 0, 4, 0});
    app_dispatch(&rig->app, (struct ui_action){UI_COMMAND_LINES_THRESHOLD, 0, 2, 0});
    const float *block = block_of(rig);
    bench_measure(rig, make_change, change, &times);
    if (block != block_of(rig)) bench_fail(change->name, "the pass ran again");
    snprintf(name, sizeof name, "%s: %s", view_id(view), change->name);
    bench_times_print(rig, name, &times);
}

static void run(const char *folder, const char *model_folder, int width, int height, int tokens,
                int only) {
    struct bench_rig *rig = bench_rig_open(folder, width, height, tokens, model_folder);
    for (int view = 0; view < VIEW_COUNT; view++)
        for (size_t i = 0; i < changes_of[view].count; i++)
            if (only < 0 || only == view)
                measure(rig, (enum view)view, &changes_of[view].changes[i]);
    bench_rig_close(rig);
}

int main(int argc, char **argv) {
    char folder[4000];
    struct file_error error = {0};
    int only = argc > 1 ? view_from_id(argv[1]) : -1;
    if (argc > 1 && only < 0) bench_fail(argv[1], "no such view");
    if (!resources_find(folder, sizeof folder, &error)) bench_fail("resources", error.text);
    struct model_files files = model_write();
    struct bench_window window = bench_window_open();
    run(folder, files.folder, 1280, 720, SHORT, only);
    run(folder, files.folder, 1920, 1080, SHORT, only);
    if (only < 0 || only == VIEW_MODEL) run(folder, files.folder, 1920, 1080, LONG, VIEW_MODEL);
    bench_window_close(&window);
    model_remove(&files);
    return 0;
}

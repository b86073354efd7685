#define _XOPEN_SOURCE 700 /* nftw */
#include "app/support_app.h"

#include "files/safetensors.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

void folder_make(char *out, size_t out_bytes) {
    snprintf(out, out_bytes, "%s/headway-test-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(out));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void folder_remove(const char *folder) {
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

int folder_count(const char *folder, const char *ending) {
    int count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        size_t bytes = strlen(entry->d_name), end = strlen(ending);
        count += bytes >= end && strcmp(entry->d_name + bytes - end, ending) == 0;
    }
    closedir(directory);
    return count;
}

void folder_model(const char *folder, int layers, int heads) {
    enum { MOST_HEADS = 16, MOST_PARTS = 4 * 12 + 1 };
    static float numbers[MOST_HEADS * MOST_HEADS];
    static char names[MOST_PARTS][48];
    struct safetensors_source parts[MOST_PARTS];
    struct file_bytes bytes;
    struct file_error error = {{0}};
    char path[256], config[256];
    size_t count = 0, d = (size_t)heads;
    assert_true(heads <= MOST_HEADS && 4 * layers + 1 <= MOST_PARTS);
    for (int i = 0; i < heads * heads; i++)
        numbers[i] = (float)((i * 37 + 11) % 41) / 20 - 1;
    for (int layer = 0; layer < layers; layer++)
        for (const char *part = "qkvo"; *part; part++) {
            snprintf(names[count], sizeof names[count], "layers.%d.attention.%c.weight", layer,
                     *part);
            parts[count] = (struct safetensors_source){names[count], 2, {d, d}, numbers};
            count++;
        }
    parts[count++] = (struct safetensors_source){"embedding.weight", 2, {4, d}, numbers};
    assert_true(safetensors_build(parts, count, NULL, &bytes, &error));
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    assert_true(file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_REPLACE, &error));
    file_bytes_free(&bytes);
    snprintf(config, sizeof config,
             "{\"model_type\": \"headway\", \"d_model\": %d, \"layers\": %d, \"heads\": %d, "
             "\"norm\": \"none\", \"tokenizer\": \"words\", "
             "\"vocab\": [\"[UNK]\", \"a\", \"b\", \"c\"]}",
             heads, layers, heads);
    snprintf(path, sizeof path, "%s/config.json", folder);
    assert_true(file_write_whole(path, config, strlen(config), FILE_WRITE_REPLACE, &error));
}

static void take_title(void *context, const char *title) {
    struct fake_window *window = context;
    snprintf(window->title, sizeof window->title, "%s", title);
}

static void take_fullscreen(void *context, bool is_fullscreen) {
    struct fake_window *window = context;
    window->is_fullscreen = is_fullscreen;
    window->fullscreen_calls++;
}

static bool take_clipboard(void *context, const char *text) {
    struct fake_window *window = context;
    snprintf(window->clipboard, sizeof window->clipboard, "%s", text);
    return true;
}

static char *give_clipboard(void *context) {
    return strdup(((struct fake_window *)context)->clipboard);
}

struct rig *rig_start(void) {
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    folder_make(rig->folder, sizeof rig->folder);
    struct file_error error = {0};
    struct app_options options = {
        .resource_folder = HEADWAY_SOURCE_DIR,
        .settings_folder = rig->folder,
        .pictures_folder = rig->folder,
        .host = {&rig->window, take_title, take_fullscreen, take_clipboard, give_clipboard}};
    if (!app_init(&rig->app, &options, &error)) fail_msg("%s", error.text);
    assert_non_null(app_picture(&rig->app, rig->now_ms));
    return rig;
}

void rig_end(struct rig *rig) {
    app_free(&rig->app);
    app_free(&rig->app);
    folder_remove(rig->folder);
    free(rig);
}

void rig_settle(struct rig *rig) {
    rig->now_ms += 1;
    assert_non_null(app_picture(&rig->app, rig->now_ms));
    rig->now_ms += 1000;
    assert_non_null(app_picture(&rig->app, rig->now_ms));
}

void rig_key(struct rig *rig, int key, unsigned modifiers) {
    struct input input = {.kind = INPUT_KEY, .key = key, .modifiers = modifiers};
    app_input(&rig->app, &input);
    rig->now_ms += 20;
    assert_non_null(app_picture(&rig->app, rig->now_ms));
}

void rig_type(struct rig *rig, const char *text) {
    struct input input = {.kind = INPUT_TEXT, .text = strdup(text)};
    app_input(&rig->app, &input);
    free(input.text);
    assert_non_null(app_picture(&rig->app, rig->now_ms));
}

void rig_click(struct rig *rig, float x, float y, int clicks) {
    struct input input = {.kind = INPUT_POINTER_DOWN, .x = x, .y = y, .clicks = clicks};
    app_input(&rig->app, &input);
    input.kind = INPUT_POINTER_UP;
    app_input(&rig->app, &input);
    assert_non_null(app_picture(&rig->app, rig->now_ms));
}

void rig_pointer(struct rig *rig, enum input_kind kind, float x, float y, unsigned modifiers) {
    struct input input = {.kind = kind, .x = x, .y = y, .clicks = 1, .modifiers = modifiers};
    app_input(&rig->app, &input);
    assert_non_null(app_picture(&rig->app, rig->now_ms));
}

void rig_pointer_cell(struct rig *rig, enum input_kind kind, int source, int row, int column) {
    const struct semantic_node *node = rig_grid(rig, source);
    assert_non_null(node);
    float w = node->rect.w / (float)node->grid.columns, h = node->rect.h / (float)node->grid.rows;
    float x = ((float)(column - (int)node->grid.first_column) + 0.5f) * w,
          y = ((float)(row - (int)node->grid.first_row) + 0.5f) * h;
    rig_pointer(rig, kind, node->rect.x + x, node->rect.y + y, 0);
}

const struct semantic_node *rig_named(struct rig *rig, const char *name) {
    app_refresh(&rig->app);
    const struct semantics *list = &rig->app.semantics;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->nodes[i].name, name) == 0 && list->nodes[i].rect.w > 0 &&
            list->nodes[i].action.command != UI_COMMAND_NONE)
            return &list->nodes[i];
    fail_msg("nothing named “%s” can be clicked", name);
    return NULL;
}

void rig_click_named(struct rig *rig, const char *name) {
    struct rect r = rig_named(rig, name)->rect;
    rig_click(rig, r.x + r.w / 2, r.y + r.h / 2, 1);
}

const struct semantic_node *rig_grid(struct rig *rig, int source) {
    app_refresh(&rig->app);
    const struct semantics *list = &rig->app.semantics;
    for (size_t i = 0; i < list->count; i++)
        if (list->nodes[i].has_grid &&
            cell_from_grid(list->nodes[i].grid.id, 0, 0).source == source)
            return &list->nodes[i];
    return NULL;
}

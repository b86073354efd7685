/* A model folder: reads config.json, then model.safetensors, and hands out one model or none. */
#include "folder.h"
#include "files/error.h"
#include "files/json.h"
#include "files/memory.h"
#include "folder_private.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void free_strings(char **strings, size_t count) {
    for (size_t i = 0; strings && i < count; i++)
        free(strings[i]);
    free(strings);
}

void model_folder_free(struct model *model) {
    if (!model) return;
    struct model_memory *memory = model->memory;
    const struct attention_config *config = &model->weights.config;
    free_strings(model->vocab, model->vocab_count);
    free_strings(model->head_names, (size_t)config->layers * (size_t)config->heads);
    free(model->id);
    free(model->name);
    if (memory) {
        safetensors_free(&memory->tensors);
        free(memory->layers);
        free(memory);
    }
    *model = (struct model){0};
}

/* The last name in the folder's real path ("." and "a/b/" have one too). */
static char *name_of_folder(const char *path) {
    char *real = realpath(path, NULL);
    const char *whole = real ? real : path;
    const char *slash = strrchr(whole, '/');
    const char *last = slash && slash[1] ? slash + 1 : whole;
    size_t replaced;
    char *name = file_utf8_repair((const uint8_t *)last, strlen(last), &replaced);
    free(real);
    return name;
}

static bool read_config(const char *folder, struct model *model, struct file_error *error) {
    char file[PATH_MAX];
    if (!file_join(file, sizeof file, folder, "config.json"))
        return file_error_set(error, "%.300s: the path is too long; move the folder.", folder);
    json_t *config = file_json_read(file, error);
    if (!config) return false;
    char *name = name_of_folder(folder);
    bool is_read =
        name ? model_config_read(file, config, name, model, error) : file_error_memory(error, file);
    free(name);
    json_decref(config);
    return is_read;
}

static bool read_tensors(const char *folder, struct model *model, struct file_error *error) {
    struct model_memory *memory = model->memory;
    char file[PATH_MAX];
    if (!file_join(file, sizeof file, folder, "model.safetensors"))
        return file_error_set(error, "%.300s: the path is too long; move the folder.", folder);
    return safetensors_read(file, MODEL_MAX_BYTES, &memory->tensors, error) &&
           model_tensors_take(file, model, error);
}

bool model_folder_load(const char *path, struct model *out, struct file_error *error) {
    struct model model = {0};
    *out = (struct model){0};
    if (!file_is_folder(path))
        return file_error_set(
            error, "cannot read the model %.300s: there is no such folder; check the name.", path);
    model.id = file_copy_text(path, strlen(path));
    model.memory = file_allocate(1, sizeof(struct model_memory));
    bool is_loaded = false;
    if (!model.id || !model.memory) {
        file_error_memory(error, path);
    } else {
        is_loaded = read_config(path, &model, error) && read_tensors(path, &model, error);
    }
    if (is_loaded) {
        *out = model;
    } else {
        model_folder_free(&model);
    }
    return is_loaded;
}

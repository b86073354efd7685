#include "support_folder.h"
#include "files/files.h"
#include "files/json.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char small_config[] =
    "{\"model_type\": \"headway\", \"name\": \"Small\", \"d_model\": 4, \"layers\": 2, \"heads\": "
    "2,"
    " \"d_ff\": 3, \"position\": \"learned\", \"mask\": \"causal\", \"tokenizer\": \"words\","
    " \"vocab\": [\"[UNK]\", \"the\", \"cat\", \"sat\"],"
    " \"head_names\": [[\"head.previous\", \"Second\"], [\"Third\", \"Fourth\"]]}";

struct support_tensor *support_model_add(struct support_model *model, const char *name, size_t rows,
                                         size_t columns) {
    assert_true(model->count < SUPPORT_MAX_TENSORS);
    size_t seed = model->count, numbers = rows * (columns ? columns : 1);
    struct support_tensor *tensor = &model->tensors[model->count++];
    assert_true(numbers <= SUPPORT_MAX_NUMBERS);
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    tensor->dims = columns ? 2 : 1;
    tensor->shape[0] = rows;
    tensor->shape[1] = columns;
    for (size_t i = 0; i < numbers; i++) /* sixteenths from −1 to 1 */
        tensor->data[i] = (float)((int)((i * 7 + seed * 5) % 33) - 16) / 16.0f;
    return tensor;
}

struct support_tensor *support_model_add_stack(struct support_model *model, const char *name,
                                               size_t count, size_t rows, size_t columns) {
    struct support_tensor *tensor = support_model_add(model, name, count * rows, columns);
    tensor->dims = 3;
    tensor->shape[0] = count;
    tensor->shape[1] = rows;
    tensor->shape[2] = columns;
    return tensor;
}

static void add_layer(struct support_model *model, int layer) {
    static const struct {
        const char *part;
        size_t rows, columns;
    } parts[] = {
        {"attention.q.weight", 4, 4}, {"attention.q.bias", 4, 0},   {"attention.k.weight", 4, 4},
        {"attention.v.weight", 4, 4}, {"attention.o.weight", 4, 4}, {"attention.o.bias", 4, 0},
        {"norm1.weight", 4, 0},       {"norm1.bias", 4, 0},         {"norm2.weight", 4, 0},
        {"ffn.up.weight", 3, 4},      {"ffn.up.bias", 3, 0},        {"ffn.down.weight", 4, 3},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char name[80];
        snprintf(name, sizeof name, "layers.%d.%s", layer, parts[i].part);
        support_model_add(model, name, parts[i].rows, parts[i].columns);
    }
}

void support_model_make(struct support_model *model) {
    *model = (struct support_model){.config = json_loads(small_config, 0, NULL)};
    assert_non_null(model->config);
    support_model_add(model, "embedding.weight", 4, 4);
    support_model_add(model, "position.weight", 6, 4);
    add_layer(model, 0);
    add_layer(model, 1);
}

void support_model_free(struct support_model *model) {
    json_decref(model->config);
    *model = (struct support_model){0};
}

struct support_tensor *support_model_find(struct support_model *model, const char *name) {
    for (size_t i = 0; i < model->count; i++) {
        if (strcmp(model->tensors[i].name, name) == 0) return &model->tensors[i];
    }
    fail_msg("no tensor %s", name);
    return NULL;
}

void support_model_remove(struct support_model *model, const char *name) {
    struct support_tensor *tensor = support_model_find(model, name);
    *tensor = model->tensors[--model->count];
}

void support_model_write(const struct support_model *model, const char *folder) {
    struct safetensors_source sources[SUPPORT_MAX_TENSORS];
    struct file_bytes bytes;
    struct file_error error = {""};
    char path[400];
    for (size_t i = 0; i < model->count; i++) {
        const struct support_tensor *tensor = &model->tensors[i];
        sources[i] = (struct safetensors_source){
            .name = tensor->name, .dims = tensor->dims, .data = tensor->data};
        memcpy(sources[i].shape, tensor->shape, sizeof tensor->shape);
    }
    bool is_written = safetensors_build(sources, model->count, NULL, &bytes, &error);
    is_written = is_written && file_join(path, sizeof path, folder, "model.safetensors") &&
                 file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_REPLACE, &error) &&
                 file_join(path, sizeof path, folder, "config.json") &&
                 file_json_write(path, model->config, FILE_WRITE_REPLACE, &error);
    file_bytes_free(&bytes);
    if (!is_written) fail_msg("cannot write the model: %s", error.text);
}

void support_folder_make(char *folder, size_t bytes) {
    const char *above = getenv("TMPDIR");
    snprintf(folder, bytes, "%s/headway-model-XXXXXX", above && *above ? above : "/tmp");
    assert_non_null(mkdtemp(folder));
    struct support_model model;
    support_model_make(&model);
    support_model_write(&model, folder);
    support_model_free(&model);
}

void support_folder_remove(const char *folder) {
    DIR *names = opendir(folder);
    for (struct dirent *entry; names && (entry = readdir(names));) {
        char path[800];
        if (file_join(path, sizeof path, folder, entry->d_name)) unlink(path);
    }
    if (names) closedir(names);
    rmdir(folder);
}

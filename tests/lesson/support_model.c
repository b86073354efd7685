#include "support_model.h"
#include "files/files.h"
#include "files/json.h"
#include "files/safetensors.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS .tokenizer = "words", .has_bias = true
const struct support_model support_whole_models[SUPPORT_WHOLE_MODELS] = {
    {.layers = 2, .heads = 2, .d = 4, .d_k = 2, .d_v = 3, .d_ff = 5, .norm = "post", .mask = "causal",
     .position = "learned", WORDS},
    {.layers = 2, .heads = 2, .d = 8, .d_k = 3, .d_v = 2, .d_ff = 12, .norm = "pre", .mask = "none",
     .activation = "gelu", .similarity = "general", WORDS},
    {.layers = 1, .heads = 2, .d = 3, .d_k = 2, .d_v = 2, .d_ff = 4, .norm = "post", .mask = "none",
     .similarity = "additive", WORDS},
    {.layers = 1, .heads = 2, .d = 16, .d_k = 8, .d_v = 8, .d_ff = 32, .norm = "pre", .mask = "none",
     .similarity = "additive", WORDS},
};
#undef WORDS

enum { TENSORS_MAX = 64, NAME_BYTES = 64, NUMBERS_MAX = 4096 };

struct tensors {
    struct safetensors_source sources[TENSORS_MAX];
    char names[TENSORS_MAX][NAME_BYTES];
    float numbers[NUMBERS_MAX]; /* where every tensor's data starts: they may share it */
    size_t count, used;
};

static float draw(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return ((float)(*state >> 16) / 65536.0f - 0.5f) * 2.0f;
}

static void add(struct tensors *tensors, int layer, const char *part, int rows, int columns) {
    char *name = tensors->names[tensors->count];
    if (layer < 0)
        snprintf(name, NAME_BYTES, "%s", part);
    else
        snprintf(name, NAME_BYTES, "layers.%d.%s", layer, part);
    size_t count = (size_t)rows * (size_t)(columns > 0 ? columns : 1);
    assert_true(tensors->count < TENSORS_MAX && tensors->used + count <= NUMBERS_MAX);
    tensors->sources[tensors->count++] = (struct safetensors_source){
        .name = name,
        .dims = columns > 0 ? 2 : 1,
        .shape = {(size_t)rows, (size_t)columns},
        .data = tensors->numbers + tensors->used,
    };
    tensors->used += count;
}

/* One matrix (or with rows 0 one vector) for each head. */
static void add_per_head(struct tensors *tensors, int layer, const char *part, int heads, int rows,
                         int columns) {
    add(tensors, layer, part, heads * (rows > 0 ? rows : 1), columns);
    struct safetensors_source *source = &tensors->sources[tensors->count - 1];
    source->dims = rows > 0 ? 3 : 2;
    source->shape[0] = (size_t)heads;
    source->shape[1] = (size_t)(rows > 0 ? rows : columns);
    source->shape[2] = (size_t)columns;
}

static void add_similarity(struct tensors *tensors, const struct support_model *model) {
    int d_k = model->d_k;
    for (int l = 0; l < model->layers && model->similarity; l++) {
        if (strcmp(model->similarity, "general") == 0)
            add_per_head(tensors, l, "attention.general.weight", model->heads, d_k, d_k);
        if (strcmp(model->similarity, "additive") == 0) {
            add_per_head(tensors, l, "attention.additive.q.weight", model->heads, d_k + 1, d_k);
            add_per_head(tensors, l, "attention.additive.k.weight", model->heads, d_k + 1, d_k);
            add_per_head(tensors, l, "attention.additive.w", model->heads, 0, d_k + 1);
        }
    }
}

static void add_all(struct tensors *tensors, const struct support_model *model) {
    uint32_t state = 7;
    for (size_t i = 0; i < NUMBERS_MAX; i++)
        tensors->numbers[i] = draw(&state);
    add(tensors, -1, "embedding.weight", 4, model->d);
    bool has_norm = strcmp(model->norm, "none") != 0;
    for (int l = 0; l < model->layers; l++) {
        add(tensors, l, "attention.q.weight", model->heads * model->d_k, model->d);
        add(tensors, l, "attention.k.weight", model->heads * model->d_k, model->d);
        add(tensors, l, "attention.v.weight", model->heads * model->d_v, model->d);
        add(tensors, l, "attention.o.weight", model->d, model->heads * model->d_v);
        if (has_norm) add(tensors, l, "norm1.weight", model->d, 0);
        if (has_norm && model->d_ff > 0) add(tensors, l, "norm2.weight", model->d, 0);
        if (model->d_ff > 0) {
            add(tensors, l, "ffn.up.weight", model->d_ff, model->d);
            add(tensors, l, "ffn.down.weight", model->d, model->d_ff);
        }
    }
}

static void add_biases(struct tensors *tensors, const struct support_model *model) {
    bool has_norm = strcmp(model->norm, "none") != 0;
    for (int l = 0; l < model->layers; l++) {
        add(tensors, l, "attention.q.bias", model->heads * model->d_k, 0);
        add(tensors, l, "attention.k.bias", model->heads * model->d_k, 0);
        add(tensors, l, "attention.v.bias", model->heads * model->d_v, 0);
        add(tensors, l, "attention.o.bias", model->d, 0);
        if (has_norm) add(tensors, l, "norm1.bias", model->d, 0);
        if (has_norm && model->d_ff > 0) add(tensors, l, "norm2.bias", model->d, 0);
        if (model->d_ff > 0) {
            add(tensors, l, "ffn.up.bias", model->d_ff, 0);
            add(tensors, l, "ffn.down.bias", model->d, 0);
        }
    }
}

static void path_in(char out[SUPPORT_PATH_BYTES], const struct support_model *model,
                    const char *name) {
    assert_true(file_join(out, SUPPORT_PATH_BYTES, model->folder, name));
}

void support_model_make(struct support_model *model) {
    struct file_error error = {{0}};
    char path[SUPPORT_PATH_BYTES];
    snprintf(model->folder, sizeof model->folder, "/tmp/headway-lesson-XXXXXX");
    assert_non_null(mkdtemp(model->folder));
    json_t *config = json_pack(
        "{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:s, s:b, s:b, s:s, s:[s,s,s,s]}", "model_type",
        "headway", "d_model", model->d, "layers", model->layers, "heads", model->heads, "d_k",
        model->d_k, "d_v", model->d_v, "d_ff", model->d_ff, "norm", model->norm, "mask",
        model->mask, "residual", (int)!model->is_residual_off, "scale", (int)!model->is_scale_off,
        "tokenizer", model->tokenizer, "vocab", "[UNK]", "a", "b", "c");
    assert_non_null(config);
    if (model->position)
        assert_int_equal(0, json_object_set_new(config, "position", json_string(model->position)));
    if (model->activation)
        assert_int_equal(0,
                         json_object_set_new(config, "activation", json_string(model->activation)));
    if (model->similarity)
        assert_int_equal(0,
                         json_object_set_new(config, "similarity", json_string(model->similarity)));
    path_in(path, model, "config.json");
    assert_true(file_json_write(path, config, FILE_WRITE_NEW, &error));
    json_decref(config);

    struct tensors *tensors = calloc(1, sizeof *tensors);
    assert_non_null(tensors);
    add_all(tensors, model);
    if (model->position && strcmp(model->position, "learned") == 0)
        add(tensors, -1, "position.weight", 8, model->d);
    if (model->has_bias) add_biases(tensors, model);
    add_similarity(tensors, model);
    struct file_bytes bytes = {0};
    assert_true(safetensors_build(tensors->sources, tensors->count, NULL, &bytes, &error));
    path_in(path, model, "model.safetensors");
    assert_true(file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_NEW, &error));
    file_bytes_free(&bytes);
    free(tensors);
}

void support_model_remove(const struct support_model *model) {
    char path[SUPPORT_PATH_BYTES];
    path_in(path, model, "config.json");
    unlink(path);
    path_in(path, model, "model.safetensors");
    unlink(path);
    rmdir(model->folder);
}

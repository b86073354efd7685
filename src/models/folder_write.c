/* folder_write.c: a model → a model folder. */
#include "files/error.h"
#include "files/json.h"
#include "files/memory.h"
#include "folder.h"
#include "folder_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- config.json ---- */

static json_t *vocab_of(const struct model *model) {
    json_t *list = json_array();
    for (size_t i = 0; i < model->vocab_count; i++)
        if (json_array_append_new(list, json_string(model->vocab[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *head_names_of(const struct model *model) {
    const struct attention_config *config = &model->weights.config;
    json_t *lists = json_array();
    int status = 0;
    for (int layer = 0; layer < config->layers; layer++) {
        json_t *names = json_array();
        for (int head = 0; head < config->heads; head++)
            status |=
                json_array_append_new(names, json_string(model_head_name(model, layer, head)));
        status |= json_array_append_new(lists, names);
    }
    if (status == 0) return lists;
    json_decref(lists);
    return NULL;
}

/* Every key, also where it is the default: the file is to be read, and changed, by people. */
static json_t *config_of(const struct model *model) {
    static const char *const similarities[] = {"dot", "cosine", "general", "additive"};
    static const char *const positions[] = {"none", "sinusoidal", "learned"};
    static const char *const norms[] = {[ATTENTION_NORM_POST] = "post",
                                        [ATTENTION_NORM_NONE] = "none",
                                        [ATTENTION_NORM_PRE] = "pre"};
    const struct attention_config *c = &model->weights.config;
    json_t *json = json_pack(
        "{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:b, s:s, s:s, s:b, s:s, s:s, s:s, s:o}",
        "model_type", "headway", "d_model", c->d_model, "layers", c->layers, "heads", c->heads,
        "d_k", c->d_k, "d_v", c->d_v, "d_ff", c->d_ff, "similarity", similarities[c->similarity],
        "scale", !model->is_scale_off, "mask",
        model->mask == ATTENTION_MASK_CAUSAL ? "causal" : "none", "position",
        positions[c->position], "residual", !c->is_residual_off, "norm", norms[c->norm],
        "activation", c->activation == ATTENTION_ACTIVATION_GELU ? "gelu" : "relu", "tokenizer",
        model->tokenizer == TOKENIZER_CHARACTERS ? "characters" : "words", "vocab",
        vocab_of(model));
    int status = json ? 0 : -1;
    double base = c->position_base > 0 ? c->position_base : 10000;
    if (c->position == ATTENTION_POSITION_SINUSOIDAL)
        status |= json_object_set_new(json, "position_base", json_real(base));
    if (model->name) status |= json_object_set_new(json, "name", json_string(model->name));
    if (model->head_names) status |= json_object_set_new(json, "head_names", head_names_of(model));
    if (status == 0) return json;
    json_decref(json);
    return NULL;
}

/* A word a line while that can be read. */
static char *config_text(const struct model *model) {
    enum { MOST_LINES = 2000 };
    json_t *json = config_of(model);
    size_t layout = model->vocab_count <= MOST_LINES ? JSON_INDENT(1) : JSON_COMPACT;
    char *text = json ? json_dumps(json, layout | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(json);
    size_t bytes = text ? strlen(text) : 0;
    char *lines = text ? file_allocate(bytes + 2, 1) : NULL; /* a line break at its end */
    if (lines) {
        memcpy(lines, text, bytes);
        lines[bytes] = '\n';
    }
    free(text);
    return lines;
}

/* ---- model.safetensors ---- */

struct writing {
    const struct model *model;
    struct safetensors_source *sources;
    char (*names)[80];
    size_t count;
    float *ones, *identity; /* of a gain or w; of the square matrices of F, one for each head */
    bool has_general, has_additive;
};

static size_t width_of(const struct attention_config *c) {
    return (size_t)(c->d_a > 0 ? c->d_a : c->d_k);
}

static size_t letter_size(const struct attention_config *c, char letter) {
    size_t heads = (size_t)c->heads;
    switch (letter) {
    case 'p':
        return heads * (size_t)c->d_k;
    case 'c':
        return heads * (size_t)c->d_v;
    case 'h':
        return heads;
    case 'k':
        return (size_t)c->d_k;
    case 'a':
        return width_of(c);
    case 'f':
        return (size_t)c->d_ff;
    default:
        return (size_t)c->d_model;
    }
}

/* What stands in the file where the weights leave it out: NULL for what may be absent. */
static const float *stand_in(const struct writing *w, int id) {
    switch (id) {
    case ATTENTION_WEIGHT_NORM1:
    case ATTENTION_WEIGHT_NORM2:
    case ATTENTION_WEIGHT_ADDITIVE_W:
        return w->ones;
    case ATTENTION_WEIGHT_GENERAL:
    case ATTENTION_WEIGHT_ADDITIVE_Q:
    case ATTENTION_WEIGHT_ADDITIVE_K:
        return w->identity;
    default:
        return NULL;
    }
}

/* Whether a folder of this configuration has a place for it. */
static bool has_place(const struct writing *w, int id) {
    const struct attention_config *c = &w->model->weights.config;
    switch (id) {
    case ATTENTION_WEIGHT_GENERAL:
        return w->has_general;
    case ATTENTION_WEIGHT_ADDITIVE_Q:
    case ATTENTION_WEIGHT_ADDITIVE_K:
    case ATTENTION_WEIGHT_ADDITIVE_W:
        return w->has_additive;
    case ATTENTION_WEIGHT_NORM1:
    case ATTENTION_WEIGHT_NORM1_BIAS:
        return c->norm != ATTENTION_NORM_NONE;
    case ATTENTION_WEIGHT_NORM2:
    case ATTENTION_WEIGHT_NORM2_BIAS:
        return c->norm != ATTENTION_NORM_NONE && c->d_ff > 0;
    case ATTENTION_WEIGHT_UP:
    case ATTENTION_WEIGHT_UP_BIAS:
    case ATTENTION_WEIGHT_DOWN:
    case ATTENTION_WEIGHT_DOWN_BIAS:
        return c->d_ff > 0;
    default:
        return true;
    }
}

static struct safetensors_source *add(struct writing *w, const float *data) {
    struct safetensors_source *source = &w->sources[w->count];
    *source = (struct safetensors_source){.name = w->names[w->count], .data = data};
    w->count++;
    return source;
}

static void add_table(struct writing *w, const char *name, const float *data, size_t rows) {
    struct safetensors_source *source = add(w, data);
    snprintf(w->names[w->count - 1], sizeof w->names[0], "%s", name);
    source->dims = 2;
    source->shape[0] = rows;
    source->shape[1] = (size_t)w->model->weights.config.d_model;
}

static void add_weight(struct writing *w, int layer, int id, const float *data, const char *name,
                       const char *letters) {
    if (!has_place(w, id)) return;
    data = data ? data : stand_in(w, id);
    if (!data) return;
    struct safetensors_source *source = add(w, data);
    snprintf(w->names[w->count - 1], sizeof w->names[0], "layers.%d.%s", layer, name);
    source->dims = (int)strlen(letters);
    for (int i = 0; i < source->dims; i++)
        source->shape[i] = letter_size(&w->model->weights.config, letters[i]);
}

static void add_all(struct writing *w) {
    const struct attention_weights *weights = &w->model->weights;
    add_table(w, "embedding.weight", w->model->embedding_table, w->model->vocab_count);
    if (weights->config.position == ATTENTION_POSITION_LEARNED)
        add_table(w, "position.weight", weights->position_weight,
                  (size_t)weights->config.position_rows);
    for (int layer = 0; layer < weights->config.layers; layer++) {
        const struct attention_layer_weights *from = &weights->layers[layer];
#define X(NAME, member, file, letters)                                                             \
    add_weight(w, layer, ATTENTION_WEIGHT_##NAME, from->member, file, letters);
        ATTENTION_LAYER_WEIGHTS(X)
#undef X
    }
}

static bool prepare(struct writing *w) {
    enum { WEIGHTS = ATTENTION_QUANTITY_COUNT - ATTENTION_WEIGHT_POSITION };
    const struct attention_config *c = &w->model->weights.config;
    size_t heads = (size_t)c->heads, d_k = (size_t)c->d_k, d = (size_t)c->d_model;
    size_t most = 2 + (size_t)c->layers * WEIGHTS, w_size = heads * width_of(c);
    size_t ones = d > w_size ? d : w_size;
    w->has_general = c->similarity == ATTENTION_SIMILARITY_GENERAL;
    w->has_additive = c->similarity == ATTENTION_SIMILARITY_ADDITIVE;
    for (int layer = 0; layer < c->layers; layer++) {
        const struct attention_layer_weights *from = &w->model->weights.layers[layer];
        w->has_general = w->has_general || from->general_weight;
        w->has_additive = w->has_additive || from->additive_q_weight || from->additive_k_weight ||
                          from->additive_w;
    }
    w->sources = file_allocate(most, sizeof *w->sources);
    w->names = file_allocate(most, sizeof *w->names);
    w->ones = file_allocate(ones, sizeof *w->ones);
    w->identity = file_allocate(heads * d_k, d_k * sizeof *w->identity);
    if (!w->sources || !w->names || !w->ones || !w->identity) return false;
    for (size_t i = 0; i < ones; i++)
        w->ones[i] = 1;
    for (size_t i = 0; i < heads * d_k; i++)
        w->identity[i * d_k + i % d_k] = 1;
    return true;
}

/* Numbers of half the size become whole ones: a file may grow beyond what is read. */
static bool check_size(const struct writing *w, const char *path, struct file_error *error) {
    size_t numbers = 0, most = MODEL_MAX_BYTES / sizeof(float) - ((size_t)1 << 20);
    for (size_t i = 0; i < w->count; i++) {
        size_t count = 1;
        for (int k = 0; k < w->sources[i].dims; k++)
            count *= w->sources[i].shape[k];
        numbers += count;
        if (numbers > most)
            return file_error_set(error,
                                  "%.300s: the model would take more than 4 GiB, which is not "
                                  "read; save the session instead.",
                                  path);
    }
    return true;
}

bool model_folder_write(const struct model *model, const char *path, struct file_error *error) {
    struct writing w = {.model = model};
    struct file_bytes tensors = {0};
    char *config = config_text(model);
    bool is_done = config && prepare(&w);
    if (!is_done) file_error_memory(error, path);
    if (is_done) add_all(&w);
    is_done = is_done && check_size(&w, path, error) &&
              safetensors_build(w.sources, w.count, NULL, &tensors, error);
    if (is_done && strlen(config) > FILE_JSON_MAX_BYTES)
        is_done = file_error_set(error,
                                 "%.300s: the vocabulary would take more than 16 MiB, which is "
                                 "not read; save the session instead.",
                                 path);
    if (is_done) {
        const struct file_part parts[] = {{"config.json", config, strlen(config)},
                                          {"model.safetensors", tensors.data, tensors.size}};
        is_done = file_write_folder(path, parts, 2, error);
    }
    file_bytes_free(&tensors);
    free(config);
    free(w.sources);
    free(w.names);
    free(w.ones);
    free(w.identity);
    return is_done;
}

/* model.safetensors of a model folder: every tensor that config.json asks for, and no other. */
#include "files/error.h"
#include "files/memory.h"
#include "folder_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One file being taken apart. The first failure sets the error; after it nothing more happens. */
struct taking {
    const char *file;
    const struct safetensors *tensors;
    bool *is_taken; /* per entry */
    bool has_failed;
    struct file_error *error;
};

/* "4, 8"; `free_letter` stands where a number is 0. */
static void shape_text(char *text, size_t bytes, int dims, const size_t *shape,
                       const char *free_letter) {
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < dims && used < bytes; i++) {
        const char *between = i ? ", " : "";
        used +=
            (size_t)(shape[i] ? snprintf(text + used, bytes - used, "%s%zu", between, shape[i])
                              : snprintf(text + used, bytes - used, "%s%s", between, free_letter));
    }
}

static bool has_shape(const struct safetensors_entry *entry, int dims, const size_t *wanted) {
    bool is_right = entry->dims == dims;
    for (int i = 0; i < dims && is_right; i++)
        is_right = entry->shape[i] > 0 && (wanted[i] == 0 || entry->shape[i] == wanted[i]);
    return is_right;
}

/* The tensor `name` of the shape wanted[dims], where 0 is any number and called `free_letter` in
 * the error; NULL where an optional one is absent or after a failure. */
static const struct safetensors_entry *take_shaped(struct taking *taking, bool is_required,
                                                   int dims, const size_t *wanted,
                                                   const char *free_letter, const char *name) {
    if (taking->has_failed) return NULL;
    const struct safetensors_entry *entry = safetensors_find(taking->tensors, name);
    if (!entry) {
        if (is_required) {
            file_error_set(taking->error,
                           "%.200s: the tensor %s is missing; add it, or change config.json.",
                           taking->file, name);
            taking->has_failed = true;
        }
        return NULL;
    }
    taking->is_taken[entry - taking->tensors->entries] = true;
    if (has_shape(entry, dims, wanted)) return entry;
    char has[160], wants[80];
    shape_text(has, sizeof has, entry->dims, entry->shape, "0");
    shape_text(wants, sizeof wants, dims, wanted, free_letter);
    file_error_set(taking->error,
                   "%.200s: the tensor %s has the shape [%s], but config.json asks for [%s]; make "
                   "them agree.",
                   taking->file, name, has, wants);
    taking->has_failed = true;
    return NULL;
}

/* [rows] (columns 0) or [rows, columns]. rows 0: any number of rows. */
static const struct safetensors_entry *take(struct taking *taking, bool is_required, size_t rows,
                                            size_t columns, const char *name) {
    const size_t wanted[2] = {rows, columns};
    return take_shaped(taking, is_required, columns ? 2 : 1, wanted, "N", name);
}

/* layers.{layer}.{part}.weight and its optional .bias [rows]. columns 0: the weight is [rows] too.
 */
static void take_pair(struct taking *taking, int layer, const char *part, int rows, int columns,
                      const float **weight, const float **bias) {
    char name[80];
    snprintf(name, sizeof name, "layers.%d.%s.weight", layer, part);
    const struct safetensors_entry *entry = take(taking, true, (size_t)rows, (size_t)columns, name);
    *weight = entry ? entry->data : NULL;
    snprintf(name, sizeof name, "layers.%d.%s.bias", layer, part);
    entry = take(taking, false, (size_t)rows, 0, name);
    *bias = entry ? entry->data : NULL;
}

static void take_layer(struct taking *taking, const struct attention_config *config, int layer,
                       struct attention_layer_weights *to) {
    int d = config->d_model, keys = config->heads * config->d_k,
        values = config->heads * config->d_v;
    take_pair(taking, layer, "attention.q", keys, d, &to->q_weight, &to->q_bias);
    take_pair(taking, layer, "attention.k", keys, d, &to->k_weight, &to->k_bias);
    take_pair(taking, layer, "attention.v", values, d, &to->v_weight, &to->v_bias);
    take_pair(taking, layer, "attention.o", d, values, &to->o_weight, &to->o_bias);
    bool has_norm = config->norm != ATTENTION_NORM_NONE, has_ff = config->d_ff > 0;
    if (has_norm) take_pair(taking, layer, "norm1", d, 0, &to->norm1_weight, &to->norm1_bias);
    if (has_ff && has_norm)
        take_pair(taking, layer, "norm2", d, 0, &to->norm2_weight, &to->norm2_bias);
    if (!has_ff) return;
    take_pair(taking, layer, "ffn.up", config->d_ff, d, &to->up_weight, &to->up_bias);
    take_pair(taking, layer, "ffn.down", d, config->d_ff, &to->down_weight, &to->down_bias);
}

/* Whether any layer has the tensor layers.{l}.attention.{part}. */
static bool has_any(const struct taking *taking, int layers, const char *part) {
    char name[80];
    for (int layer = 0; layer < layers; layer++) {
        snprintf(name, sizeof name, "layers.%d.attention.%s", layer, part);
        if (safetensors_find(taking->tensors, name)) return true;
    }
    return false;
}

/* A tensor of F. The first one that says how wide the additive F is decides for all others. */
static const float *take_similarity(struct taking *taking, struct attention_config *config,
                                    int layer, const char *part, const char *letters) {
    char name[80];
    size_t wanted[3] = {(size_t)config->heads, 0, 0};
    int dims = (int)strlen(letters), width_axis = -1;
    for (int i = 1; i < dims; i++) {
        bool is_width = letters[i] == 'a';
        wanted[i] = (size_t)(is_width ? config->d_a : config->d_k);
        if (is_width) width_axis = i;
    }
    snprintf(name, sizeof name, "layers.%d.attention.%s", layer, part);
    const struct safetensors_entry *entry = take_shaped(taking, true, dims, wanted, "d_a", name);
    if (!entry) return NULL;
    if (width_axis >= 0 && entry->shape[width_axis] > ATTENTION_MAX_D) {
        file_error_set(taking->error, "%.200s: %s has d_a = %zu; it must be 1 to %d.", taking->file,
                       name, entry->shape[width_axis], ATTENTION_MAX_D);
        taking->has_failed = true;
    } else if (width_axis >= 0) {
        config->d_a = (int)entry->shape[width_axis];
    }
    return entry->data;
}

/* What the other forms of F need, also where config.json does not choose them: they can be asked
 * for. Tensors of one F come together, in every layer. */
static void take_similarities(struct taking *taking, struct attention_config *config,
                              struct attention_layer_weights *layers) {
    bool has_general = config->similarity == ATTENTION_SIMILARITY_GENERAL ||
                       has_any(taking, config->layers, "general.weight");
    bool has_additive = config->similarity == ATTENTION_SIMILARITY_ADDITIVE ||
                        has_any(taking, config->layers, "additive.q.weight") ||
                        has_any(taking, config->layers, "additive.k.weight") ||
                        has_any(taking, config->layers, "additive.w");
    for (int layer = 0; layer < config->layers; layer++) {
        struct attention_layer_weights *to = &layers[layer];
        if (has_general)
            to->general_weight = take_similarity(taking, config, layer, "general.weight", "hkk");
        if (!has_additive) continue;
        to->additive_q_weight = take_similarity(taking, config, layer, "additive.q.weight", "hak");
        to->additive_k_weight = take_similarity(taking, config, layer, "additive.k.weight", "hak");
        to->additive_w = take_similarity(taking, config, layer, "additive.w", "ha");
    }
}

static void take_embedding(struct taking *taking, struct model *model) {
    size_t d = (size_t)model->weights.config.d_model;
    const struct safetensors_entry *entry = take(taking, true, 0, d, "embedding.weight");
    if (!entry) return;
    model->embedding_table = entry->data;
    if (entry->shape[0] == model->vocab_count) return;
    file_error_set(taking->error,
                   "%.200s: embedding.weight has %zu rows, but vocab in config.json has %zu words; "
                   "give one row for each word.",
                   taking->file, entry->shape[0], model->vocab_count);
    taking->has_failed = true;
}

static void take_position(struct taking *taking, struct model *model) {
    struct attention_config *config = &model->weights.config;
    if (config->position != ATTENTION_POSITION_LEARNED) return;
    const struct safetensors_entry *entry =
        take(taking, true, 0, (size_t)config->d_model, "position.weight");
    if (!entry) return;
    if (entry->shape[0] > ATTENTION_MAX_TOKENS) {
        file_error_set(taking->error, "%.200s: position.weight has %zu rows; it must have 1 to %d.",
                       taking->file, entry->shape[0], ATTENTION_MAX_TOKENS);
        taking->has_failed = true;
        return;
    }
    model->weights.position_weight = entry->data;
    config->position_rows = (int)entry->shape[0];
}

static void refuse_others(struct taking *taking) {
    for (size_t i = 0; i < taking->tensors->count && !taking->has_failed; i++) {
        if (taking->is_taken[i]) continue;
        taking->has_failed = true;
        file_error_set(taking->error,
                       "%.200s: the tensor %.100s has no place in the model that config.json "
                       "describes; remove it, or change config.json.",
                       taking->file, taking->tensors->entries[i].name);
    }
}

bool model_tensors_take(const char *file, struct model *model, struct file_error *error) {
    struct model_memory *memory = model->memory;
    struct attention_config *config = &model->weights.config;
    struct taking taking = {.file = file,
                            .tensors = &memory->tensors,
                            .is_taken = file_allocate(memory->tensors.count, sizeof(bool)),
                            .error = error};
    memory->layers = file_allocate((size_t)config->layers, sizeof memory->layers[0]);
    if (!taking.is_taken || !memory->layers) {
        free(taking.is_taken);
        return file_error_memory(error, file);
    }
    take_embedding(&taking, model);
    take_position(&taking, model);
    for (int layer = 0; layer < config->layers; layer++)
        take_layer(&taking, config, layer, &memory->layers[layer]);
    take_similarities(&taking, config, memory->layers);
    refuse_others(&taking);
    model->weights.layers = memory->layers;
    free(taking.is_taken);
    return !taking.has_failed;
}

/* config.json of a model folder: every key known, every value in its range. */
#include "files/error.h"
#include "files/json.h"
#include "files/memory.h"
#include "folder_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_MAX_FF = 16 * ATTENTION_MAX_D, CONFIG_MAX_NAME_BYTES = 200 };

/* One config.json being read. Each read_… returns false with the error set. */
struct config_reading {
    const char *file;
    const json_t *config;
    struct model *model;
    struct file_error *error;
};

static const char *const config_keys[] = {
    "model_type", "name",       "d_model",   "layers", "heads",      "d_k",           "d_v",
    "d_ff",       "similarity", "scale",     "mask",   "position",   "position_base", "residual",
    "norm",       "activation", "tokenizer", "vocab",  "head_names",
};

/* "heads is 65; it must be …". The value is shown as JSON, shortened. */
static bool refuse_value(struct config_reading *reading, const char *place, const json_t *value,
                         const char *allowed) {
    char shown[FILE_JSON_SHOWN_BYTES];
    file_json_show(value, shown);
    return file_error_set(reading->error, "%.200s: %s is %s; it must be %s.", reading->file, place,
                          shown, allowed);
}

static bool refuse(struct config_reading *reading, const char *key, const char *allowed) {
    const json_t *value = json_object_get(reading->config, key);
    return value ? refuse_value(reading, key, value, allowed)
                 : file_error_set(reading->error, "%.200s: %s is missing; it must be %s.",
                                  reading->file, key, allowed);
}

static bool check_keys(struct config_reading *reading) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)reading->config, key, value) {
        size_t i = 0, count = sizeof config_keys / sizeof config_keys[0];
        while (i < count && strcmp(key, config_keys[i]) != 0)
            i++;
        if (i == count)
            return file_error_set(
                reading->error,
                "%.200s: the key \"%.80s\" is unknown; check its spelling or remove it.",
                reading->file, key);
    }
    return true;
}

/* A whole number from low to high; fallback < 0 means that the key is required. */
static bool read_int(struct config_reading *reading, const char *key, int low, int high,
                     int fallback, int *out) {
    const json_t *value = json_object_get(reading->config, key);
    json_int_t number = json_integer_value(value);
    *out = fallback;
    if (!value && fallback >= 0) return true;
    if (json_is_integer(value) && number >= low && number <= high) {
        *out = (int)number;
        return true;
    }
    char allowed[80];
    snprintf(allowed, sizeof allowed, "a whole number from %d to %d", low, high);
    return refuse(reading, key, allowed);
}

static bool read_bool(struct config_reading *reading, const char *key, bool fallback, bool *out) {
    const json_t *value = json_object_get(reading->config, key);
    *out = value ? json_is_true(value) : fallback;
    return !value || json_is_boolean(value) || refuse(reading, key, "true or false");
}

/* One of the words; *out is its place. The first is the default unless is_required. */
static bool read_word(struct config_reading *reading, const char *key, const char *const *words,
                      size_t count, bool is_required, int *out) {
    const json_t *value = json_object_get(reading->config, key);
    const char *text = json_string_value(value);
    char allowed[120] = "";
    *out = 0;
    if (!value && !is_required) return true;
    for (size_t i = 0; i < count; i++) {
        *out = (int)i;
        if (text && strcmp(text, words[i]) == 0) return true;
        size_t used = strlen(allowed);
        snprintf(allowed + used, sizeof allowed - used, "%s\"%s\"",
                 i == 0           ? ""
                 : i == count - 1 ? " or "
                                  : ", ",
                 words[i]);
    }
    return refuse(reading, key, allowed);
}
#define READ_WORD(reading, key, is_required, out, ...)                                             \
    read_word(reading, key, (const char *const[]){__VA_ARGS__},                                    \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), is_required, out)

static bool read_name(struct config_reading *reading, const char *default_name) {
    const json_t *value = json_object_get(reading->config, "name");
    size_t bytes = value ? json_string_length(value) : strlen(default_name);
    if (value && (!json_is_string(value) || bytes < 1 || bytes > CONFIG_MAX_NAME_BYTES))
        return refuse(reading, "name", "a string of 1 to 200 bytes");
    reading->model->name = file_copy_text(value ? json_string_value(value) : default_name, bytes);
    return reading->model->name || file_error_memory(reading->error, reading->file);
}

/* d_model, layers, heads, d_k, d_v, d_ff. */
static bool read_shape(struct config_reading *reading, struct attention_config *config) {
    if (!read_int(reading, "d_model", 1, ATTENTION_MAX_D, -1, &config->d_model) ||
        !read_int(reading, "layers", 1, ATTENTION_MAX_LAYERS, -1, &config->layers) ||
        !read_int(reading, "heads", 1, ATTENTION_MAX_HEADS, -1, &config->heads))
        return false;
    bool is_given =
        json_object_get(reading->config, "d_k") && json_object_get(reading->config, "d_v");
    if (!is_given && config->d_model % config->heads != 0)
        return file_error_set(reading->error,
                              "%.200s: d_model %d does not divide into %d heads; give both d_k and "
                              "d_v, or change heads.",
                              reading->file, config->d_model, config->heads);
    int each = config->d_model / config->heads;
    return read_int(reading, "d_k", 1, ATTENTION_MAX_D, each, &config->d_k) &&
           read_int(reading, "d_v", 1, ATTENTION_MAX_D, each, &config->d_v) &&
           read_int(reading, "d_ff", 0, CONFIG_MAX_FF, 0, &config->d_ff);
}

static bool read_similarity(struct config_reading *reading, struct attention_config *config) {
    static const enum attention_similarity similarities[] = {
        ATTENTION_SIMILARITY_DOT, ATTENTION_SIMILARITY_COSINE, ATTENTION_SIMILARITY_GENERAL,
        ATTENTION_SIMILARITY_ADDITIVE};
    int which;
    if (!READ_WORD(reading, "similarity", false, &which, "dot", "cosine", "general", "additive"))
        return false;
    config->similarity = similarities[which];
    return true;
}

static bool read_position(struct config_reading *reading, struct attention_config *config) {
    static const enum attention_position positions[] = {
        ATTENTION_POSITION_NONE, ATTENTION_POSITION_SINUSOIDAL, ATTENTION_POSITION_LEARNED};
    int which;
    if (!READ_WORD(reading, "position", false, &which, "none", "sinusoidal", "learned"))
        return false;
    config->position = positions[which];
    const json_t *base = json_object_get(reading->config, "position_base");
    config->position_base = base ? json_number_value(base) : 10000;
    /* Written so that a number out of every order (NaN) would be refused too. */
    if (!(config->position_base >= 1 && config->position_base <= 1e9))
        return refuse(reading, "position_base", "a number from 1 to 1000000000");
    return true;
}

/* What the layer does around the attention. */
static bool read_layer(struct config_reading *reading, struct attention_config *config) {
    static const enum attention_norm norms[] = {ATTENTION_NORM_POST, ATTENTION_NORM_NONE,
                                                ATTENTION_NORM_PRE};
    static const enum attention_activation activations[] = {ATTENTION_ACTIVATION_RELU,
                                                            ATTENTION_ACTIVATION_GELU};
    int norm, activation;
    bool is_residual;
    if (!read_bool(reading, "residual", true, &is_residual) ||
        !READ_WORD(reading, "norm", false, &norm, "post", "none", "pre") ||
        !READ_WORD(reading, "activation", false, &activation, "relu", "gelu"))
        return false;
    config->is_residual_off = !is_residual;
    config->norm = norms[norm];
    config->activation = activations[activation];
    return true;
}

static bool read_mask_and_tokenizer(struct config_reading *reading) {
    static const enum attention_mask masks[] = {ATTENTION_MASK_NONE, ATTENTION_MASK_CAUSAL};
    static const enum tokenizer tokenizers[] = {TOKENIZER_WORDS, TOKENIZER_CHARACTERS};
    int mask, tokenizer;
    bool is_scaled;
    if (!read_bool(reading, "scale", true, &is_scaled) ||
        !READ_WORD(reading, "mask", false, &mask, "none", "causal") ||
        !READ_WORD(reading, "tokenizer", true, &tokenizer, "words", "characters"))
        return false;
    reading->model->is_scale_off = !is_scaled;
    reading->model->mask = masks[mask];
    reading->model->tokenizer = tokenizers[tokenizer];
    return true;
}

/* A copy of a string, which is one of a list. Empty strings are refused, by their place. */
static bool copy_string(struct config_reading *reading, const char *place, size_t index,
                        const json_t *value, char **to) {
    if (!json_is_string(value) || json_string_length(value) == 0) {
        char numbered[80];
        snprintf(numbered, sizeof numbered, "%s[%zu]", place, index);
        return refuse_value(reading, numbered, value, "a string of at least one character");
    }
    *to = file_copy_text(json_string_value(value), json_string_length(value));
    return *to || file_error_memory(reading->error, reading->file);
}

/* No word stands twice in the vocabulary: each has one id. */
static bool check_vocab(struct config_reading *reading) {
    const struct model *model = reading->model;
    json_t *seen = json_object();
    bool is_unique = true;
    for (size_t i = 0; i < model->vocab_count && is_unique; i++) {
        const char *word = model->vocab[i];
        if (json_object_get(seen, word)) {
            is_unique = file_error_set(reading->error,
                                       "%.200s: vocab holds \"%.80s\" twice; remove one of them.",
                                       reading->file, word);
        } else if (json_object_set_new(seen, word, json_true()) != 0) {
            is_unique = file_error_memory(reading->error, reading->file);
        }
    }
    json_decref(seen);
    return is_unique;
}

static bool read_vocab(struct config_reading *reading) {
    const json_t *list = json_object_get(reading->config, "vocab");
    struct model *model = reading->model;
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0 || count > INT32_MAX)
        return refuse(reading, "vocab", "a list of at least one word");
    model->vocab = file_allocate(count, sizeof model->vocab[0]);
    if (!model->vocab) return file_error_memory(reading->error, reading->file);
    for (model->vocab_count = 0; model->vocab_count < count; model->vocab_count++) {
        size_t i = model->vocab_count;
        if (!copy_string(reading, "vocab", i, json_array_get(list, i), &model->vocab[i]))
            return false;
    }
    return check_vocab(reading);
}

/* [[h names] L lists] → L·h names, layer by layer. */
static bool read_head_names(struct config_reading *reading) {
    const json_t *lists = json_object_get(reading->config, "head_names");
    struct model *model = reading->model;
    size_t layers = (size_t)model->weights.config.layers,
           heads = (size_t)model->weights.config.heads;
    if (!lists) return true;
    bool is_shaped = json_is_array(lists) && json_array_size(lists) == layers;
    for (size_t i = 0; i < layers && is_shaped; i++)
        is_shaped = json_array_size(json_array_get(lists, i)) == heads;
    if (!is_shaped) {
        char allowed[100];
        snprintf(allowed, sizeof allowed, "%zu list%s of %zu name%s each, one list for each layer",
                 layers, layers == 1 ? "" : "s", heads, heads == 1 ? "" : "s");
        return refuse(reading, "head_names", allowed);
    }
    model->head_names = file_allocate(layers * heads, sizeof model->head_names[0]);
    if (!model->head_names) return file_error_memory(reading->error, reading->file);
    for (size_t i = 0; i < layers * heads; i++) {
        const json_t *name = json_array_get(json_array_get(lists, i / heads), i % heads);
        char place[40];
        snprintf(place, sizeof place, "head_names[%zu]", i / heads);
        if (!copy_string(reading, place, i % heads, name, &model->head_names[i])) return false;
    }
    return true;
}

bool model_config_read(const char *file, const json_t *config, const char *default_name,
                       struct model *model, struct file_error *error) {
    struct config_reading reading = {file, config, model, error};
    struct attention_config *shape = &model->weights.config;
    int type;
    if (!json_is_object(config))
        return file_error_set(
            error, "%.200s: the file must hold one JSON object; see docs/formats.md.", file);
    return READ_WORD(&reading, "model_type", true, &type, "headway") && check_keys(&reading) &&
           read_name(&reading, default_name) && read_shape(&reading, shape) &&
           read_similarity(&reading, shape) && read_position(&reading, shape) &&
           read_layer(&reading, shape) && read_mask_and_tokenizer(&reading) &&
           read_vocab(&reading) && read_head_names(&reading);
}

/* Bytes → JSON within its limits → the configuration of a model. What is accepted is within every
 * limit and says what the JSON says; a text read with its vocabulary gets the right ids. */
#include "files/json.h"
#include "models/folder.h"
#include "models/folder_private.h"
#include "support_fuzz.h"
#include <stdlib.h>
#include <string.h>

static const char file[] = "config.json";

/* A key with whole numbers, what was read, and what it may be. Absent: `absent`. */
struct number {
    const char *key;
    int value, low, high, absent;
};

static void check_numbers(const json_t *json, const struct attention_config *config) {
    int each = config->d_model / config->heads;
    const struct number numbers[] = {
        {"d_model", config->d_model, 1, ATTENTION_MAX_D, -1},
        {"layers", config->layers, 1, ATTENTION_MAX_LAYERS, -1},
        {"heads", config->heads, 1, ATTENTION_MAX_HEADS, -1},
        {"d_k", config->d_k, 1, ATTENTION_MAX_D, each},
        {"d_v", config->d_v, 1, ATTENTION_MAX_D, each},
        {"d_ff", config->d_ff, 0, 65536, 0},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const struct number *number = &numbers[i];
        const json_t *value = json_object_get(json, number->key);
        CHECK(number->value >= number->low && number->value <= number->high);
        CHECK(value ? json_is_integer(value) && json_integer_value(value) == number->value
                    : number->value == number->absent);
    }
    bool has_both = json_object_get(json, "d_k") && json_object_get(json, "d_v");
    CHECK(has_both || config->d_model % config->heads == 0);
    const json_t *base = json_object_get(json, "position_base");
    CHECK(config->position_base == (base ? json_number_value(base) : 10000));
}

/* Each of these keys, where it is there, holds one of its words. */
static void check_words(const json_t *json) {
    static const struct {
        const char *key, *words;
    } rows[] = {
        {"model_type", " headway "},         {"similarity", " dot cosine general additive "},
        {"mask", " none causal "},           {"position", " none sinusoidal learned "},
        {"norm", " post none pre "},         {"activation", " relu gelu "},
        {"tokenizer", " words characters "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const json_t *value = json_object_get(json, rows[i].key);
        char spaced[40];
        if (!value) continue;
        CHECK(json_is_string(value) && json_string_length(value) < sizeof spaced - 3);
        memset(spaced, ' ', sizeof spaced);
        memcpy(spaced + 1, json_string_value(value), json_string_length(value));
        spaced[json_string_length(value) + 2] = '\0';
        CHECK(json_string_length(value) > 0 && strstr(rows[i].words, spaced) != NULL);
    }
    CHECK(json_object_get(json, "model_type") && json_object_get(json, "tokenizer"));
    CHECK(json_object_get(json, "d_model") && json_object_get(json, "vocab"));
    CHECK(json_object_get(json, "layers") && json_object_get(json, "heads"));
}

static void check_flag(const json_t *json, const char *key, bool is_on) {
    const json_t *value = json_object_get(json, key);
    CHECK(value ? json_is_boolean(value) && json_is_true(value) == is_on : is_on);
}

static void check_strings(const json_t *json, const struct model *model) {
    const json_t *vocab = json_object_get(json, "vocab"), *name = json_object_get(json, "name");
    CHECK(strcmp(model->name, name ? json_string_value(name) : "folder") == 0);
    CHECK(strlen(model->name) >= 1 && strlen(model->name) <= 200);
    CHECK(model->vocab_count >= 1 && model->vocab_count == json_array_size(vocab));
    for (size_t i = 0; i < model->vocab_count; i++) {
        CHECK(model->vocab[i][0] != '\0');
        CHECK(strcmp(model->vocab[i], json_string_value(json_array_get(vocab, i))) == 0);
        for (size_t j = 0; j < i && i < 64; j++)
            CHECK(strcmp(model->vocab[i], model->vocab[j]) != 0);
    }
    const struct attention_config *config = &model->weights.config;
    const json_t *lists = json_object_get(json, "head_names");
    CHECK((lists != NULL) == (model->head_names != NULL));
    for (int layer = 0; layer < config->layers; layer++) {
        const json_t *list = json_array_get(lists, (size_t)layer);
        for (int head = 0; head < config->heads; head++) {
            const char *head_name = model_head_name(model, layer, head);
            const json_t *wanted = json_array_get(list, (size_t)head);
            CHECK(lists ? strcmp(head_name, json_string_value(wanted)) == 0 : !head_name);
        }
    }
}

/* The first and the last word of the vocabulary, and one that need not be in it. */
static void check_reading(struct model *model) {
    static const float table[1 << 14]; /* the embeddings do not matter here */
    char text[600];
    size_t most = sizeof text / 3, last = model->vocab_count - 1;
    size_t d = (size_t)model->weights.config.d_model;
    if (model->vocab_count > sizeof table / sizeof table[0] / d) return;
    if (strlen(model->vocab[0]) >= most || strlen(model->vocab[last]) >= most) return;
    size_t bytes = strlen(model->vocab[0]);
    memcpy(text, model->vocab[0], bytes);
    memcpy(text + bytes, " zz ", 4);
    memcpy(text + bytes + 4, model->vocab[last], strlen(model->vocab[last]));
    bytes += 4 + strlen(model->vocab[last]);
    model->embedding_table = table;
    struct token_list tokens;
    float *rows;
    struct file_error error = {""};
    if (!model_read_text(model, text, bytes, &tokens, &rows, &error)) {
        fuzz_check_error(&error, "vocab");
        CHECK(!tokens.tokens && !rows);
        return;
    }
    for (size_t i = 0; i < tokens.count; i++) {
        const struct token *token = &tokens.tokens[i];
        CHECK(token->id >= 0 && (size_t)token->id < model->vocab_count);
        const char *word = model->vocab[token->id];
        bool is_same =
            strlen(word) == token->bytes && memcmp(word, text + token->start, token->bytes) == 0;
        CHECK(is_same || (token->is_unknown && strcmp(word, "[UNK]") == 0));
    }
    free(rows);
    tokens_free(&tokens);
}

static void check_model(const json_t *json, struct model *model) {
    struct attention_config *config = &model->weights.config;
    check_numbers(json, config);
    check_words(json);
    check_flag(json, "scale", !model->is_scale_off);
    check_flag(json, "residual", !config->is_residual_off);
    check_strings(json, model);
    check_reading(model);
    if (config->position == ATTENTION_POSITION_LEARNED) config->position_rows = 1;
    CHECK(attention_config_check(config, NULL) == ATTENTION_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct file_error error = {""};
    json_t *json = file_json_parse(file, data, size, &error);
    if (!json) {
        fuzz_check_error(&error, file);
        return 0;
    }
    struct model model = {0};
    if (model_config_read(file, json, "folder", &model, &error)) {
        check_model(json, &model);
    } else {
        fuzz_check_error(&error, file);
    }
    model_folder_free(&model);
    json_decref(json);
    return 0;
}

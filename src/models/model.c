#include "model.h"

#include "by_hand.h"
#include "files/memory.h"
#include "folder.h"
#include "textbook.h"
#include <stdlib.h>
#include <string.h>

/* A model that comes with the program. */
struct builtin {
    const char *id;
    bool (*load)(struct model *out, struct file_error *error);
    void (*embed)(const char *word, size_t bytes, float *row);
};
static const struct builtin builtins[] = {
    {"textbook", textbook_load, textbook_embed},
    {"by-hand", by_hand_load, by_hand_embed},
};
enum { BUILTIN_COUNT = sizeof builtins / sizeof builtins[0] };

const char *const model_builtin_ids[] = {"textbook", "by-hand", NULL};

static const struct builtin *find_builtin(const char *id) {
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        if (strcmp(builtins[i].id, id) == 0) return &builtins[i];
    return NULL;
}

bool model_load(const char *spec, struct model *out, struct file_error *error) {
    *out = (struct model){0};
    const struct builtin *builtin = find_builtin(spec);
    return builtin ? builtin->load(out, error) : model_folder_load(spec, out, error);
}

void model_free(struct model *model) {
    if (!model) return;
    if (model->is_builtin)
        free(model->memory); /* one block holds everything */
    else
        model_folder_free(model);
    *model = (struct model){0};
}

const char *model_head_name(const struct model *model, int layer, int head) {
    const struct attention_config *config = &model->weights.config;
    bool is_outside = layer < 0 || layer >= config->layers || head < 0 || head >= config->heads;
    if (is_outside || !model->head_names) return NULL;
    return model->head_names[(size_t)layer * (size_t)config->heads + (size_t)head];
}

/* The words of a text, each once: open addressing over the tokens. */
struct word_table {
    const char *text;
    struct token *tokens;
    uint16_t *slots;   /* 1 + the first token with that word; 0: empty */
    size_t slot_count; /* a power of two, at least twice the tokens */
};

static size_t find_slot(const struct word_table *table, const char *word, size_t bytes) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ (uint8_t)word[i]) * 16777619u;
    size_t slot = hash & (table->slot_count - 1);
    for (; table->slots[slot] != 0; slot = (slot + 1) & (table->slot_count - 1)) {
        const struct token *token = &table->tokens[table->slots[slot] - 1];
        if (token->bytes == bytes && memcmp(table->text + token->start, word, bytes) == 0) break;
    }
    return slot;
}

/* Gives every known token its id. *unknown_id is that of [UNK], or −1. The first of equal entries
 * counts. One walk through the vocabulary, so that long ones stay quick. */
static bool look_up(const struct model *model, const char *text, struct token_list *tokens,
                    int32_t *unknown_id, struct file_error *error) {
    struct word_table table = {.text = text, .tokens = tokens->tokens, .slot_count = 16};
    while (table.slot_count < 2 * tokens->count)
        table.slot_count *= 2;
    table.slots = file_allocate(table.slot_count, sizeof table.slots[0]);
    if (!table.slots)
        return file_error_set(error, "the text: out of memory; close other programs or shorten it");
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->tokens[i];
        size_t slot = find_slot(&table, text + token->start, token->bytes);
        if (table.slots[slot] == 0) table.slots[slot] = (uint16_t)(i + 1);
    }
    *unknown_id = -1;
    for (size_t v = 0; v < model->vocab_count; v++) {
        const char *entry = model->vocab[v];
        if (*unknown_id < 0 && strcmp(entry, "[UNK]") == 0) *unknown_id = (int32_t)v;
        size_t first = table.slots[find_slot(&table, entry, strlen(entry))];
        if (first != 0 && tokens->tokens[first - 1].id < 0)
            tokens->tokens[first - 1].id = (int32_t)v;
    }
    for (size_t i = 0; i < tokens->count; i++) {
        struct token *token = &tokens->tokens[i];
        size_t slot = find_slot(&table, text + token->start, token->bytes);
        token->id = tokens->tokens[table.slots[slot] - 1].id;
    }
    free(table.slots);
    return true;
}

/* One sentence that names the word, cut when long; what cannot be printed by its number. */
static bool refuse_word(const struct model *model, const char *word, size_t bytes,
                        struct file_error *error) {
    enum { SHOWN_BYTES = 60 };
    const char *advice = "use other words, or add it or [UNK] to vocab in config.json";
    if (bytes == 1 && ((uint8_t)word[0] <= ' ' || word[0] == 0x7f))
        return file_error_set(error, "%.200s: the character U+%04X is not in the vocabulary; %s",
                              model->name, (unsigned)(uint8_t)word[0], advice);
    size_t shown = bytes < SHOWN_BYTES ? bytes : SHOWN_BYTES;
    while (shown < bytes && shown > 0 && ((uint8_t)word[shown] & 0xc0) == 0x80)
        shown--; /* never inside a character */
    return file_error_set(error, "%.200s: the word \"%.*s%s\" is not in the vocabulary; %s",
                          model->name, (int)shown, word, shown < bytes ? "…" : "", advice);
}

static bool copy_rows(const struct model *model, const char *text, struct token_list *tokens,
                      float *rows, struct file_error *error) {
    size_t d = (size_t)model->weights.config.d_model;
    int32_t unknown_id = -1;
    if (!look_up(model, text, tokens, &unknown_id, error)) return false;
    for (size_t i = 0; i < tokens->count; i++) {
        struct token *token = &tokens->tokens[i];
        if (token->id < 0) {
            if (unknown_id < 0) return refuse_word(model, text + token->start, token->bytes, error);
            token->id = unknown_id;
            token->is_unknown = true;
        }
        memcpy(rows + i * d, model->embedding_table + (size_t)token->id * d, d * sizeof rows[0]);
    }
    return true;
}

static bool fill_rows(const struct model *model, const char *text, struct token_list *tokens,
                      float *rows, struct file_error *error) {
    const struct builtin *builtin = model->is_builtin ? find_builtin(model->id) : NULL;
    if (!builtin) return copy_rows(model, text, tokens, rows, error);
    size_t d = (size_t)model->weights.config.d_model;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->tokens[i];
        builtin->embed(text + token->start, token->bytes, rows + i * d);
    }
    return true;
}

bool model_read_text(const struct model *model, const char *text, size_t bytes,
                     struct token_list *tokens, float **rows, struct file_error *error) {
    *tokens = (struct token_list){0};
    *rows = NULL;
    if (!tokens_split(model->tokenizer, text, bytes, tokens, error)) return false;
    if (tokens->count == 0) return true;
    *rows = file_allocate(tokens->count, (size_t)model->weights.config.d_model * sizeof **rows);
    bool is_read = *rows ? fill_rows(model, text, tokens, *rows, error)
                         : file_error_set(error, "the text: out of memory; close other programs or "
                                                 "shorten it");
    if (!is_read) {
        free(*rows);
        *rows = NULL;
        tokens_free(tokens);
    }
    return is_read;
}

/* edited_model.c: from a study to the model it would be without its changes. */
#include "lesson/edited_model.h"
#include "files/memory.h"
#include <stdlib.h>
#include <string.h>

struct edited_model_memory {
    struct attention_layer_weights *layers;
    float *position; /* [rows, d], where it is not the model's own */
    float *table;    /* [V, d], likewise */
    char **vocab;    /* likewise; the strings from first_added on are owned */
    size_t first_added, vocab_count;
};

const char *edited_model_rest_id(enum edited_model_rest rest) {
    static const char *const ids[] = {
#define X(NAME, id) id,
        EDITED_MODEL_REST(X)
#undef X
    };
    return ids[rest];
}

void edited_model_free(struct edited_model *edited) {
    struct edited_model_memory *memory = edited->memory;
    if (memory) {
        for (size_t i = memory->first_added; memory->vocab && i < memory->vocab_count; i++)
            free(memory->vocab[i]);
        free(memory->vocab);
        free(memory->layers);
        free(memory->position);
        free(memory->table);
        free(memory);
    }
    what_if_free(&edited->rest);
    *edited = (struct edited_model){0};
}

/* What the pass read of a text. */
struct part {
    const char *text;
    const struct token_list *tokens;
    const float *rows, *places; /* [count, d] each; places NULL: no positions */
};
enum { PARTS = 3 };

static void parts_of(const struct study *study, struct part parts[PARTS]) {
    const struct document *document = &study->document;
    const struct what_if *what_if = &document->what_if;
    const struct {
        const char *text;
        const struct token_list *tokens;
        enum attention_tensor_id rows, places;
    } from[PARTS] = {
        {document->text, &study->tokens, ATTENTION_TENSOR_EMBEDDING, ATTENTION_TENSOR_POSITION},
        {what_if->context, &study->context.tokens, ATTENTION_TENSOR_CONTEXT_EMBEDDING,
         ATTENTION_TENSOR_CONTEXT_POSITION},
        {what_if->values, &study->values.tokens, ATTENTION_TENSOR_VALUES_EMBEDDING,
         ATTENTION_TENSOR_VALUES_POSITION}};
    for (int i = 0; i < PARTS; i++)
        parts[i] =
            (struct part){.text = from[i].text,
                          .tokens = from[i].tokens,
                          .rows = attention_trace_tensor(study->trace, from[i].rows, 0).data,
                          .places = attention_trace_tensor(study->trace, from[i].places, 0).data};
}

/* ---- weights ---- */

static bool take_layers(const struct study *study, struct edited_model *out) {
    const struct attention_weights *weights = &study->model.weights;
    int count = weights->config.layers;
    struct attention_layer_weights *layers = file_allocate((size_t)count, sizeof *layers);
    out->memory->layers = layers;
    for (int layer = 0; layers && layer < count; layer++) {
        layers[layer] = weights->layers[layer];
        /* A part that the pass left out has no edits: it is as the model says. */
#define X(NAME, member, file, letters)                                                             \
    {                                                                                              \
        struct attention_tensor used =                                                             \
            attention_trace_weight(study->trace, weights, ATTENTION_WEIGHT_##NAME, layer);         \
        if (used.data) layers[layer].member = used.data;                                           \
    }
        ATTENTION_LAYER_WEIGHTS(X)
#undef X
    }
    out->model.weights.layers = layers;
    return layers != NULL;
}

/* ---- positions ---- */

static bool refuse_place(size_t place, struct file_error *error) {
    return file_error_set(error,
                          "place %zu has other positions in one text than in another, and a model "
                          "has one row for each place; edit both alike, or take one back",
                          place + 1);
}

/* Lays the texts' positions over `rows` [count, d]; *is_other: some of them differ. */
static bool lay_places(const struct part parts[PARTS], float *rows, size_t count, size_t d,
                       bool *is_other, struct file_error *error) {
    size_t bytes = d * sizeof *rows;
    for (size_t place = 0; place < count; place++) {
        const struct part *first = NULL;
        for (int i = 0; i < PARTS; i++) {
            const struct part *part = &parts[i];
            if (!part->places || place >= part->tokens->count) continue;
            const float *row = part->places + place * d;
            if (first && memcmp(first->places + place * d, row, bytes) != 0)
                return refuse_place(place, error);
            first = first ? first : part;
        }
        if (!first || memcmp(rows + place * d, first->places + place * d, bytes) == 0) continue;
        memcpy(rows + place * d, first->places + place * d, bytes);
        *is_other = true;
    }
    return true;
}

/* Edited sinusoids are learned positions, for texts as long as there can be. */
static bool take_positions(const struct study *study, const struct part parts[PARTS],
                           struct edited_model *out, struct file_error *error) {
    const struct attention_weights *weights = &study->model.weights;
    struct attention_config *config = &out->model.weights.config;
    bool is_learned = config->position == ATTENTION_POSITION_LEARNED, is_other = false;
    size_t d = (size_t)config->d_model;
    size_t count = is_learned ? (size_t)config->position_rows : (size_t)TEXT_MAX_TOKENS;
    if (config->position == ATTENTION_POSITION_NONE) return true;
    float *rows = file_allocate(count, d * sizeof *rows);
    out->memory->position = rows;
    if (!rows) return study_no_memory(error);
    if (is_learned)
        memcpy(rows,
               attention_trace_weight(study->trace, weights, ATTENTION_WEIGHT_POSITION, 0).data,
               count * d * sizeof *rows);
    else
        attention_sinusoids(count, d, config->position_base, rows);
    if (!lay_places(parts, rows, count, d, &is_other, error)) return false;
    if (!is_learned && !is_other) return true;
    config->position = ATTENTION_POSITION_LEARNED;
    config->position_rows = (int)count;
    out->model.weights.position_weight = rows;
    return true;
}

/* ---- words ---- */

struct word {
    const char *text;
    size_t bytes;
    const float *row;
    int32_t id; /* of the row that it changes; −1: it is added */
};

static bool refuse_word(const struct word *word, struct file_error *error) {
    return file_error_set(error,
                          "the word “%.*s” stands in more than one place with other numbers, and a "
                          "model has one row for each word; edit all of them alike, or take the "
                          "edits back",
                          (int)(word->bytes < 60 ? word->bytes : 60), word->text);
}

/* Every word of the texts once, with the row that the pass used. */
static bool list_words(const struct part parts[PARTS], size_t d, struct word *words, size_t *count,
                       struct file_error *error) {
    *count = 0;
    for (int p = 0; p < PARTS; p++) {
        for (size_t i = 0; parts[p].rows && i < parts[p].tokens->count; i++) {
            const struct token *token = &parts[p].tokens->tokens[i];
            const struct word one = {parts[p].text + token->start, token->bytes,
                                     parts[p].rows + i * d, token->is_unknown ? -1 : token->id};
            size_t k = 0;
            while (k < *count &&
                   (words[k].bytes != one.bytes || memcmp(words[k].text, one.text, one.bytes) != 0))
                k++;
            if (k == *count)
                words[(*count)++] = one;
            else if (memcmp(words[k].row, one.row, d * sizeof *one.row) != 0)
                return refuse_word(&one, error);
        }
    }
    return true;
}

/* The row that stands for words a model does not know; NULL: it has none. */
static const float *unknown_row(const struct model *model) {
    size_t d = (size_t)model->weights.config.d_model;
    for (size_t i = 0; i < model->vocab_count; i++)
        if (strcmp(model->vocab[i], "[UNK]") == 0) return model->embedding_table + i * d;
    return NULL;
}

/* Leaves those that change the model: with another row than its own, or not in its vocabulary. */
static size_t keep_changes(const struct model *model, struct word *words, size_t count) {
    size_t d = (size_t)model->weights.config.d_model, kept = 0;
    const float *unknown = unknown_row(model);
    for (size_t i = 0; i < count; i++) {
        const float *own = words[i].id >= 0 && model->embedding_table
                               ? model->embedding_table + (size_t)words[i].id * d
                               : unknown;
        if (!own || memcmp(own, words[i].row, d * sizeof *own) != 0) words[kept++] = words[i];
    }
    return kept;
}

/* The model's vocabulary with room for `more` words behind it; of a model without one, [UNK]. */
static bool begin_table(const struct model *model, size_t more, struct edited_model *out) {
    struct edited_model_memory *memory = out->memory;
    size_t d = (size_t)model->weights.config.d_model, own = model->vocab_count;
    size_t first = own ? own : 1;
    memory->vocab = file_allocate(first + more, sizeof *memory->vocab);
    memory->table = file_allocate(first + more, d * sizeof *memory->table);
    if (!memory->vocab || !memory->table) return false;
    memory->first_added = memory->vocab_count = own;
    for (size_t i = 0; i < own; i++)
        memory->vocab[i] = model->vocab[i];
    if (own) memcpy(memory->table, model->embedding_table, own * d * sizeof *memory->table);
    if (!own) memory->vocab[memory->vocab_count++] = file_copy_text("[UNK]", strlen("[UNK]"));
    return memory->vocab[0] != NULL;
}

static bool put_words(const struct word *words, size_t count, size_t d, struct edited_model *out) {
    struct edited_model_memory *memory = out->memory;
    for (size_t i = 0; i < count; i++) {
        size_t id = words[i].id >= 0 ? (size_t)words[i].id : memory->vocab_count;
        memcpy(memory->table + id * d, words[i].row, d * sizeof *memory->table);
        if (words[i].id >= 0) continue;
        memory->vocab[id] = file_copy_text(words[i].text, words[i].bytes);
        if (!memory->vocab[id]) return false;
        memory->vocab_count++;
    }
    out->words_added = memory->vocab_count - memory->first_added;
    out->model.vocab = memory->vocab;
    out->model.vocab_count = memory->vocab_count;
    out->model.embedding_table = memory->table;
    return true;
}

static bool take_words(const struct study *study, const struct part parts[PARTS],
                       struct edited_model *out, struct file_error *error) {
    size_t d = (size_t)study->model.weights.config.d_model, count = 0, more = 0;
    struct word *words = file_allocate(study->tokens.count + study->context.tokens.count +
                                           study->values.tokens.count,
                                       sizeof *words);
    if (!words) return study_no_memory(error);
    bool is_done = list_words(parts, d, words, &count, error);
    count = is_done ? keep_changes(&study->model, words, count) : 0;
    for (size_t i = 0; i < count; i++)
        more += words[i].id < 0;
    if (is_done && count > 0) {
        is_done = begin_table(&study->model, more, out) && put_words(words, count, d, out);
        if (!is_done) study_no_memory(error);
    }
    free(words);
    return is_done;
}

/* ---- what stays ---- */

static void keep_edits(const struct study *study, struct edited_model *out) {
    struct what_if *rest = &out->rest;
    size_t kept = 0;
    for (size_t i = 0; i < rest->edit_count; i++) {
        const struct attention_edit edit = rest->edits[i];
        bool is_score = edit.tensor == ATTENTION_TENSOR_SCORES,
             fits = study_edit_fits(study, &edit);
        if (fits && !is_score) continue; /* the model's number now */
        rest->edits[kept++] = edit;
        out->rest_bits |= 1u << (fits ? EDITED_MODEL_REST_SCORES : EDITED_MODEL_REST_PLACES);
    }
    rest->edit_count = kept;
    if (kept) return;
    free(rest->edits);
    rest->edits = NULL;
}

static bool keep_rest(const struct study *study, struct edited_model *out) {
    struct what_if *rest = &out->rest;
    what_if_init(rest);
    if (!what_if_copy(rest, &study->document.what_if)) return false;
    rest->similarity = SIMILARITY_MODEL;
    rest->scaling = SCALING_MODEL;
    rest->position = POSITION_MODEL;
    rest->residual = RESIDUAL_MODEL;
    rest->norm = NORM_MODEL;
    rest->activation = ACTIVATION_MODEL;
    if (rest->mask == MASK_NONE || rest->mask == MASK_CAUSAL) rest->mask = MASK_MODEL;
    if (rest->mask != MASK_MODEL) out->rest_bits |= 1u << EDITED_MODEL_REST_MASK;
    if (rest->temperature != 1.0f) out->rest_bits |= 1u << EDITED_MODEL_REST_TEMPERATURE;
    if (rest->fault != FAULT_NONE) out->rest_bits |= 1u << EDITED_MODEL_REST_FAULT;
    for (int layer = 0; layer < ATTENTION_MAX_LAYERS; layer++)
        if (rest->heads_off[layer]) out->rest_bits |= 1u << EDITED_MODEL_REST_HEADS;
    keep_edits(study, out);
    return true;
}

bool edited_model_make(const struct study *study, struct edited_model *out,
                       struct file_error *error) {
    struct part parts[PARTS];
    *out = (struct edited_model){.model = study->model};
    if (study_tokens(study) == 0) {
        *out = (struct edited_model){0};
        return file_error_set(error, "the sentence is empty, and a model is saved with the words "
                                     "that it is shown with; type one first");
    }
    enum mask_choice mask = study_mask(study);
    out->model.name = NULL; /* it is called as its folder is */
    out->model.is_scale_off = !study_is_scaled(study);
    if (mask == MASK_NONE || mask == MASK_CAUSAL)
        out->model.mask = mask == MASK_CAUSAL ? ATTENTION_MASK_CAUSAL : ATTENTION_MASK_NONE;
    out->memory = file_allocate(1, sizeof *out->memory);
    parts_of(study, parts);
    bool is_done = out->memory && take_layers(study, out) && keep_rest(study, out);
    if (!is_done) study_no_memory(error);
    is_done =
        is_done && take_positions(study, parts, out, error) && take_words(study, parts, out, error);
    if (!is_done) edited_model_free(out);
    return is_done;
}

/* model.h: where the weights come from. One loader interface, one forward pass. */
#ifndef MODELS_MODEL_H
#define MODELS_MODEL_H
#include "attention/attention.h"
#include "files/files.h"
#include "tokens.h"

struct model {
    char *id;   /* "textbook", "by-hand", or the folder's path as given */
    char *name; /* for people: "Textbook", or config.json's name */
    struct attention_weights weights;   /* points into memory owned by the model */
    bool is_scale_off;                  /* config "scale": false */
    enum attention_mask mask;           /* config "mask" */
    enum tokenizer tokenizer;
    char **vocab; size_t vocab_count;   /* NULL, 0: takes every word */
    char **head_names;                  /* L·h names for the catalogue ("head.previous") or literal words; NULL: none */
    bool is_builtin;
    const float *embedding_table;       /* [V, d]; NULL for the built-in ones */
    void *memory;                       /* private */
};

/* spec: "textbook", "by-hand" or a folder. On failure *out is zero and error names file, key and range. */
bool model_load(const char *spec, struct model *out, struct file_error *error);
void model_free(struct model *model); /* safe on zeros and twice */

/* Splits the text, gives ids, and writes each token's embedding row: *rows [count, d], malloc'd.
 * A word that is neither in the vocabulary nor covered by [UNK] is an error naming the word. An empty text gives count 0 and *rows NULL. */
bool model_read_text(const struct model *model, const char *text, size_t bytes, struct token_list *tokens,
                     float **rows, struct file_error *error);
/* The name of a head for catalogue look-up, or NULL. layer and head count from 0. */
const char *model_head_name(const struct model *model, int layer, int head);

/* The built-in models, in the order they are listed. */
extern const char *const model_builtin_ids[]; /* NULL-terminated */

/* What each textbook head looks for, so that tests and captions agree: fills keys[m] with true for the keys
 * named by the pattern of (head) for query `row`; returns false when the pattern does not apply to that row. */
bool model_textbook_pattern(int head, const char *text, const struct token_list *tokens, size_t row, bool *keys);
#endif

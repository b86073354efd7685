/* what_if.h: what a reader changes about a model's attention: each field a switch, and "as the model says" where it is
 * zero. Part of the document: it decides the picture, is saved in sessions and pictures, and undone like everything else.
 *
 * Indices count from 0 here and from 1 for people. */
#ifndef LESSON_WHAT_IF_H
#define LESSON_WHAT_IF_H
#include "attention/attention.h"
#include "files/files.h"
#include <jansson.h>

enum similarity_choice { SIMILARITY_MODEL, SIMILARITY_DOT, SIMILARITY_COSINE, SIMILARITY_GENERAL, SIMILARITY_ADDITIVE, SIMILARITY_COUNT };
enum mask_choice { MASK_MODEL, MASK_NONE, MASK_CAUSAL, MASK_PADDING, MASK_WINDOW, MASK_PAINTED, MASK_COUNT };
enum scaling_choice { SCALING_MODEL, SCALING_ON, SCALING_OFF, SCALING_COUNT };
enum position_choice { POSITION_MODEL, POSITION_ON, POSITION_OFF, POSITION_COUNT }; /* on, where the model has none: sinusoidal */
enum residual_choice { RESIDUAL_MODEL, RESIDUAL_ON, RESIDUAL_OFF, RESIDUAL_COUNT };
enum norm_choice { NORM_MODEL, NORM_NONE, NORM_POST, NORM_PRE, NORM_COUNT };
enum fault_choice { FAULT_NONE, FAULT_SOFTMAX_OVER_QUERIES, FAULT_MASK_AFTER_SOFTMAX, FAULT_COUNT }; /* as attention_fault */
enum activation_choice { ACTIVATION_MODEL, ACTIVATION_RELU, ACTIVATION_GELU, ACTIVATION_COUNT };

/* A mask painted cell by cell, or read from a file: for n × m tokens; another number of tokens cuts it, and cells beyond
 * it are allowed. */
struct painted_mask {
    uint8_t *allowed; /* [rows, columns], 1 allowed, 0 not; owned; NULL: nothing painted */
    size_t rows, columns;
};

struct what_if {
    enum similarity_choice similarity;
    enum scaling_choice scaling;
    float temperature; /* τ >= 0, finite; 1 is the model's */
    enum mask_choice mask;
    int mask_size; /* PADDING: keys at the end; WINDOW: keys on either side; 0 … 1024 */
    struct painted_mask painted;
    enum position_choice position;
    enum residual_choice residual;
    enum norm_choice norm;
    enum activation_choice activation;
    enum fault_choice fault; /* a mistake, to be looked at */
    uint32_t shuffle_seed; /* 0: in the order of the text; else the words in an order drawn with this seed */
    uint64_t heads_off[ATTENTION_MAX_LAYERS]; /* a bit for each head */
    char *context; /* keys and values from this text; NULL: self-attention; owned */
    char *values;  /* values from this one, as many tokens as the context; NULL: from the context; owned */
    struct attention_edit *edits; /* numbers replaced, in order; owned */
    size_t edit_count;            /* at most WHAT_IF_MAX_EDITS */
};
enum { WHAT_IF_MAX_EDITS = 4096 };

void what_if_init(struct what_if *what_if); /* everything as the model says */
void what_if_free(struct what_if *what_if); /* safe on zeros and twice */
bool what_if_copy(struct what_if *to, const struct what_if *from); /* false: no memory, *to unchanged */
bool what_if_equal(const struct what_if *a, const struct what_if *b);
/* Everything as another model says: what stays are the words, their order, context and values. */
void what_if_forget_model(struct what_if *what_if);
/* Whether anything is not as the model says. */
bool what_if_is_plain(const struct what_if *what_if);
bool what_if_set_context(struct what_if *what_if, const char *text); /* NULL or "": none; then values go too */
bool what_if_set_values(struct what_if *what_if, const char *text);  /* likewise */
bool what_if_is_head_off(const struct what_if *what_if, int layer, int head);
void what_if_set_head(struct what_if *what_if, int layer, int head, bool is_on);
/* Replaces the edit of the same number, or adds one. false: no memory, or WHAT_IF_MAX_EDITS are there. */
bool what_if_edit(struct what_if *what_if, const struct attention_edit *edit);
/* Takes back the edit of one number; false when there is none. */
bool what_if_unedit(struct what_if *what_if, int tensor, int layer, size_t index);
/* Paints one cell of an n × m mask; the first stroke starts from what `mask` allows now (see what_if_allows). false: no
 * memory. */
bool what_if_paint(struct what_if *what_if, size_t n, size_t m, size_t row, size_t column, bool is_allowed);

/* What the mask lets query i see of m keys; MODEL counts as none: resolve it before (study_mask). */
bool what_if_allows(const struct what_if *what_if, size_t i, size_t j, size_t m);

/* The full name of a tensor or weight, as in traces and model files: "layers.0.attention.q.weight", "embedding". Layers
 * count from 0. */
enum { WHAT_IF_NAME_BYTES = 64 };
void what_if_quantity_name(int tensor, int layer, char out[WHAT_IF_NAME_BYTES]);
/* Back; false: no such name, or one whose numbers come out of the pass and cannot be edited. */
bool what_if_quantity_from_name(const char *name, int *tensor, int *layer);
bool what_if_is_editable(int tensor); /* an input, a weight or the scores */

/* Names as in files and on the command line; −1 when unknown. */
const char *similarity_id(enum similarity_choice similarity);
int similarity_from_id(const char *id);
const char *mask_id(enum mask_choice mask);
int mask_from_id(const char *id);
const char *scaling_id(enum scaling_choice scaling);
int scaling_from_id(const char *id);
const char *position_id(enum position_choice position);
int position_from_id(const char *id);
const char *residual_id(enum residual_choice residual);
int residual_from_id(const char *id);
const char *norm_id(enum norm_choice norm);
int norm_from_id(const char *id);
const char *activation_id(enum activation_choice activation);
int activation_from_id(const char *id);
const char *fault_id(enum fault_choice fault);
int fault_from_id(const char *id);

/* The fields that are not as the model says, as an object; reading leaves absent fields plain. */
json_t *what_if_to_json(const struct what_if *what_if);
bool what_if_has_key(const char *key); /* whether reading knows it */
bool what_if_from_json(const json_t *json, struct what_if *out, struct file_error *error);
#endif

/* study.h: a document together with what was computed from it: model, tokens, trace. Nothing else in the app computes. */
#ifndef LESSON_STUDY_H
#define LESSON_STUDY_H
#include "document.h"
#include "study_baseline.h"
#include "study_text.h"

struct comparison_kept;
struct overview_kept;

struct study {
    struct document document;
    struct model model;            /* weights.config is that of the pass: the model's own with the what-if's changes */
    struct attention_config own_config; /* as the model says */
    struct token_list tokens;      /* in the order of the pass: shuffled where the document says so */
    char **token_names;            /* printable text of each token, NUL-terminated; count = tokens.count */
    float *rows;                   /* [n, d] embedding of each, before edits */
    struct study_text context, values; /* where keys and values come from; empty: from the text */
    struct attention_trace *trace; /* empty when there are no tokens */
    struct study_baseline baseline; /* the pass without the what-if */
    struct overview_kept *overview; /* small images of every head, made when a picture asks for them: overview.h */
    struct comparison_kept *kept;  /* RNN and CNN beside the attention, made when a picture asks for them: comparison.h */
    size_t edits_left_out;         /* edits of the document that have no place in this pass */
    size_t memory_limit_bytes;     /* of a pass; 0: none */
    int threads;                   /* that long passes may use; 0: one */
    struct attention_pool *pool;   /* of so many, made when the first long text comes */
};

bool study_init(struct study *study, struct file_error *error);  /* default document, not yet computed */
void study_free(struct study *study);                            /* safe on zeros and twice */

/* Makes `wanted` the study's document: loads the model if it is another, tokenizes, runs the pass if anything it depends on
 * changed, then clamps layer, head, query, key, beat and cell to what exists. On failure the study stays as it was.
 * Edits that have no place in the pass (another text, another model) stay in the document and are left out of it.
 * Another text, context, order, model, layer, head or query asks other questions: answers go back to PREDICT_NONE, unless `wanted` brings its
 * own (a session, undo). Another model or number of tokens or keys deselects the cell, likewise. A later layer asked for while in
 * tokens or embedding, which exist only in the first, leads to its projection. */
bool study_set(struct study *study, const struct document *wanted, struct file_error *error);
/* Loads the model again even when its name is the same (its files changed). */
bool study_reload(struct study *study, struct file_error *error);

size_t study_tokens(const struct study *study); /* n, the queries; 0 for an empty sentence */
size_t study_keys(const struct study *study);   /* m, the keys: of the context where there is one, else n */
bool study_has_context(const struct study *study);
/* Tensor of the document's layer; data NULL when absent. */
struct attention_tensor study_tensor(const struct study *study, enum attention_tensor_id id);
const float *study_head_matrix(const struct study *study, enum attention_tensor_id id, int head); /* [rows, columns] of one head; NULL: absent */
bool study_is_masked(const struct study *study); /* a mask other than none acts */
bool study_is_masked_before(const struct study *study); /* … before the softmax, as it should: no fault delays it */
enum mask_choice study_mask(const struct study *study); /* the mask that acts; never MASK_MODEL */
/* Paints one cell of `wanted`'s mask (a copy of the study's document), starting from the mask that acts. */
bool study_paint(const struct study *study, struct document *wanted, int query, int key, bool is_allowed);
/* Whether the pass has a place for it. */
bool study_edit_fits(const struct study *study, const struct attention_edit *edit);
/* Shape of a tensor or weight in this study, whether or not the pass has it; returns 1 to 3 dimensions. */
int study_shape(const struct study *study, int id, size_t shape[3]);
bool study_is_scaled(const struct study *study);
const char *study_token(const struct study *study, int index); /* of a query; printable; "" out of range */
const char *study_key_token(const struct study *study, int index);   /* of a key: the context's where there is one */
const char *study_value_token(const struct study *study, int index); /* of a value: the values' own text where there is one */
#endif

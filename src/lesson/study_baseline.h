/* study_baseline.h: the same text and model without any what-if, and what the what-if did against it. */
#ifndef LESSON_STUDY_BASELINE_H
#define LESSON_STUDY_BASELINE_H
#include "attention/attention.h"
#include "files/files.h"
#include "models/tokens.h"

struct study;

/* Part of a study. Zeroed: nothing to compare with. */
struct study_baseline {
    struct attention_trace *trace; /* of the pass as the model says; NULL or empty: there is none */
    char *text;                    /* what it was made from, with the model of the study */
    bool is_missing;               /* it was wanted, and there was no room for it */
    size_t *places; /* of words in another order: word i of the pass stands at places[i] there; NULL: all where they are */
};
void study_baseline_free(struct study_baseline *baseline); /* safe on zeros and twice */
/* Brings it up to date with the study: made when the what-if changes anything, kept while text and model stay, let go
 * when the what-if is plain. is_model_new: what is there belongs to another model. Never fails: without memory
 * is_missing says so. */
void study_baseline_follow(struct study *study, bool is_model_new);

/* How one tensor of the document's layer changed. */
struct baseline_change {
    bool is_comparable; /* both passes have it, for the same words */
    float largest;      /* the largest finite |now − before| */
    size_t changed, count;
};
struct baseline_effect {
    bool is_there;                          /* false: the what-if is plain, or the text empty, or is_missing */
    struct baseline_change output, weights; /* of the layer: [n, d], and of all its heads [h, n, m] */
    size_t rows, rows_other;                /* of the document's head: rows whose largest weight is another key's now */
    bool is_by_word; /* the words are shuffled: each word is compared with itself, wherever it stands */
    bool has_other_keys; /* keys from a context: weights of other words */
};
struct baseline_effect study_baseline_effect(const struct study *study);
#endif

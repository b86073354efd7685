/* edited_model.h: the model that a document's changes make of its own: with every edited weight, embedding and position in
 * place, and configured as the switches say. What no model can say about itself stays a change: temperature, masks other than
 * none and causal, heads switched off, scores, a fault, texts and their order.
 *
 * The embedding of a model without a vocabulary is made from letters; the edited one has a table: [UNK], with a row of zeros,
 * and the words of the study's texts. A word or place that stands more than once must have been edited everywhere alike. */
#ifndef LESSON_EDITED_MODEL_H
#define LESSON_EDITED_MODEL_H
#include "study.h"

/* What stays a change, a bit for each: X(NAME, id). */
#define EDITED_MODEL_REST(X)                                                                                                   \
    X(TEMPERATURE, "temperature")                                                                                              \
    X(MASK, "mask")                                                                                                            \
    X(HEADS, "heads")                                                                                                          \
    X(SCORES, "scores")                                                                                                        \
    X(FAULT, "fault")                                                                                                          \
    X(PLACES, "places") /* edits of other texts or parts, which have no place in this pass */
enum edited_model_rest {
#define X(NAME, id) EDITED_MODEL_REST_##NAME,
    EDITED_MODEL_REST(X)
#undef X
        EDITED_MODEL_REST_COUNT
};
const char *edited_model_rest_id(enum edited_model_rest rest);

struct edited_model {
    struct model model;  /* parts of it belong to the study, which must stay as it is */
    struct what_if rest; /* what a document with the edited model must still change to give the same pass */
    unsigned rest_bits;  /* 1 << edited_model_rest */
    size_t words_added;  /* to the vocabulary */
    struct edited_model_memory *memory; /* private */
};
/* False: an empty sentence, a word or place edited in two ways, or no memory; *out is zero then, and the error says so. */
bool edited_model_make(const struct study *study, struct edited_model *out, struct file_error *error);
void edited_model_free(struct edited_model *edited); /* safe on zeros and twice */
#endif

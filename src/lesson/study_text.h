/* study_text.h: a text as a model reads it: tokens, their printable names, their embedding rows. */
#ifndef LESSON_STUDY_TEXT_H
#define LESSON_STUDY_TEXT_H
#include "models/model.h"

struct study_text {
    struct token_list tokens;
    char **names; /* printable text of each token; tokens.count of them */
    float *rows;  /* [tokens.count, d] of the embedding table; NULL when there are no tokens */
};

bool study_text_read(const struct model *model, const char *text, struct study_text *out,
                     struct file_error *error);
void study_text_free(struct study_text *text); /* safe on zeros and twice */
/* Puts the tokens, with names and rows of d numbers, into the order drawn with `seed`; 0 leaves them. The order stands in
 * docs/formats.md and is the same on every machine. */
void study_text_shuffle(struct study_text *text, uint32_t seed, size_t d);

bool study_no_memory(struct file_error *error); /* always false */
#endif

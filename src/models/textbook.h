/* textbook.h: the default model. One layer, d = 16, six heads with d_k = d_v = 8; columns 0–7 of a
 * token vector tell its place, columns 8–15 its word. How it is made: docs/models.md. */
#ifndef MODELS_TEXTBOOK_H
#define MODELS_TEXTBOOK_H
#include "model.h"

enum { TEXTBOOK_D = 16, TEXTBOOK_HEADS = 6, TEXTBOOK_HEAD_COLUMNS = 8, TEXTBOOK_D_FF = 32 };

enum textbook_head { /* the order of the heads */
                     TEXTBOOK_SAME,
                     TEXTBOOK_PREVIOUS,
                     TEXTBOOK_NEXT,
                     TEXTBOOK_FIRST,
                     TEXTBOOK_NEAR,
                     TEXTBOOK_ITSELF
};

/* Fills *out, whose memory is one block to free. False only when there is no memory. */
bool textbook_load(struct model *out, struct file_error *error);
/* The embedding row of a word. */
void textbook_embed(const char *word, size_t bytes, float row[TEXTBOOK_D]);
#endif

/* by_hand.h: the model made to be done on paper. One layer, d = 4, two heads with d_k = 4 (so that
 * scores are halved) and d_v = 2; every weight, embedding and position is a whole number from −2
 * to 2. The rules stand in docs/models.md. */
#ifndef MODELS_BY_HAND_H
#define MODELS_BY_HAND_H
#include "model.h"

enum { BY_HAND_D = 4, BY_HAND_HEADS = 2, BY_HAND_D_K = 4, BY_HAND_D_V = 2, BY_HAND_D_FF = 4 };

/* Fills *out, whose memory is one block to free. False only when there is no memory. */
bool by_hand_load(struct model *out, struct file_error *error);
/* The embedding row of a word: with T the sum of its letters' values, T mod 5 − 2, then
 * (T div 5) mod 5 − 2, then 0, 0. a counts 1 … z 26, a digit counts itself, any other character
 * its code point; case makes no difference. */
void by_hand_embed(const char *word, size_t bytes, float row[BY_HAND_D]);
#endif

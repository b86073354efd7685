/* support_studies.h: every kind of model with small sentences, for what must hold in all of them.
 */
#ifndef TESTS_LESSON_SUPPORT_STUDIES_H
#define TESTS_LESSON_SUPPORT_STUDIES_H
#include "lesson/study.h"

/* Calls `check` with a study of every model (textbook, by-hand, and folders: norm post, pre, none;
 * one layer and two; ReLU, GELU, no network; with and without residual, biases, positions),
 * sentences of one token and of a few, with and without mask and scaling, in every layer. `check`
 * may change step, beat, view, head and so on of the document; what the pass depends on it leaves
 * alone. */
void support_studies_each(void (*check)(struct study *study));
/* The model, text and settings of the study, for messages. */
const char *support_studies_name(const struct study *study);
#endif

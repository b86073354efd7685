/* support_what_if.h: documents with something changed about their attention, drawn by lot. */
#ifndef TESTS_VIEWS_SUPPORT_WHAT_IF_H
#define TESTS_VIEWS_SUPPORT_WHAT_IF_H
#include "lesson/document.h"

/* A sequence that every machine agrees on (Numerical Recipes' constants): 0 … below − 1. */
int lot_number(uint32_t *seed, int below);
/* Puts a what-if in place of the document's: each field one in three to be changed. With a context as often as not, of
 * 1 to 12 words, now and then with values of their own. */
void lot_what_if(struct document *document, uint32_t *seed);
#endif

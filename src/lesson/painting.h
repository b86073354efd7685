/* painting.h: the mask painted cell by cell: what a cell is now, a stroke from one cell to another, and what the painted mask
 * amounts to when the stroke is done. Indices count from 0. */
#ifndef LESSON_PAINTING_H
#define LESSON_PAINTING_H
#include "study.h"

/* Whether the mask that acts lets the query look at the key; true outside of the n × m cells. */
bool painting_allows(const struct study *study, int query, int key);

/* A place among the cells; it may lie outside of them: strokes come in and go out. */
struct painting_place {
    int query, key;
};
/* Gives every cell on the line between two places the same state, both ends included, in `wanted`, a copy of the study's
 * document: each place touches the one before it, at a side or a corner. At the end of step `scale`, the document
 * goes on to the mask's own beat. False: no memory. */
bool painting_stroke(const struct study *study, struct document *wanted, struct painting_place from, struct painting_place to,
                     bool is_allowed);
/* A painted mask that is one of those with a name becomes that one: the model's own first, then none, causal, a window, a
 * padding; so that painting back leaves nothing behind. What was painted for a longer text stays painted. */
void painting_settle(const struct study *study, struct document *wanted);
#endif

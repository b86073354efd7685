/* nudge.h: a number changed by little steps: how large a step is among its neighbours, and where so many of them lead. Steps are
 * powers of ten, and lead to their own multiples: 0.37 goes to 0.38 or to 0.4, never to 0.4699. */
#ifndef LESSON_NUDGE_H
#define LESSON_NUDGE_H
#include "cell.h"

/* The step of a cell that can be edited, as a power of ten (−2: 0.01): about a hundredth to a tenth of the largest number of its
 * matrix; 0, a whole one, at least, where the numbers that nobody edited are whole. */
int nudge_exponent(const struct study *study, const struct document_cell *cell);
/* The number `steps` steps of 10^exponent from `from`; the first one only to the next multiple. From ±∞ it starts at 0. Finite. */
float nudge_value(float from, int exponent, long steps);
#endif

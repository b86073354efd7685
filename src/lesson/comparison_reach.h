/* comparison_reach.h: who can have heard of whom, for comparison.c. */
#ifndef LESSON_COMPARISON_REACH_H
#define LESSON_COMPARISON_REACH_H
#include "comparison.h"

/* Fills `allowed` and `first` of a comparison whose sizes and memory are there; false: no memory. */
bool comparison_reach_fill(const struct study *study, struct comparison *out);
#endif

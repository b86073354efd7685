/* worksheet_matrices.h: which matrices a worksheet of a step has. */
#ifndef LESSON_WORKSHEET_MATRICES_H
#define LESSON_WORKSHEET_MATRICES_H
#include "worksheet.h"

/* Fills matrices and count, and makes the exponentials where the step needs them. False: no memory. */
bool worksheet_put_matrices(const struct study *study, struct worksheet *out);
/* Keeps of wide results the columns that so many blanks take (WORKSHEET_ALL: all of them), where most numbers are not 0. */
void worksheet_cut_columns(struct worksheet *worksheet, size_t blanks);
#endif

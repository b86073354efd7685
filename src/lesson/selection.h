/* selection.h: the number that the right panel explains: the one selected, where this step shows it, else the step's own. */
#ifndef LESSON_SELECTION_H
#define LESSON_SELECTION_H
#include "cell.h"
#include "steps.h"

/* The matrix that the current beat makes, as a source of cell.h. */
int selection_result_source(const struct study *study);
/* The matrix of every head that the `heads` view of the step shows, whole at every beat. */
int selection_heads_source(const struct study *study);
/* (Those of view `compare` are CELL_RNN, CELL_CNN and CELL_ATTENTION, at every step.) */
/* Sources that the `matrices` view of the step shows; returns how many. */
enum { SELECTION_MOST_SOURCES = 16 };
int selection_sources(const struct study *study, int sources[SELECTION_MOST_SOURCES]);
/* source −1 when there is nothing to explain (no tokens; step `tokens`, unless a head's cell is selected in view `heads`). */
struct document_cell selection_of(const struct study *study);
/* Has the current beat come to this cell yet? Inputs of the step are always shown. */
bool selection_is_shown(const struct study *study, const struct document_cell *cell);
#endif

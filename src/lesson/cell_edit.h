/* cell_edit.h: numbers that a reader may replace: which cells have one, what stands there, and what the pass would have there. */
#ifndef LESSON_CELL_EDIT_H
#define LESSON_CELL_EDIT_H
#include "cell.h"

/* The edit that replaces the cell's number, with the number as it stands now as its value. False for cells that come out of
 * the pass, and where the pass has no place for one. */
bool cell_edit_of(const struct study *study, const struct document_cell *cell, struct attention_edit *edit);
/* The selected cell, where the panel explains it and it can be edited; false: there is none. */
bool cell_edit_selected(const struct study *study, struct document_cell *cell, struct attention_edit *edit);
/* Puts an edit of the study's pass into `wanted`, a copy of its what-if. The very number that stands there without one takes the
 * edit away. False: no memory, or WHAT_IF_MAX_EDITS are there. */
bool cell_edit_put(const struct study *study, struct what_if *wanted, const struct attention_edit *edit);
bool cell_is_edited(const struct study *study, const struct document_cell *cell);
/* The number without the edit: the model's weight, embedding or position; of a score the quotient, or −∞ where the mask acts,
 * as this pass makes it. False: no such cell, or no memory. */
bool cell_unedited_value(const struct study *study, const struct document_cell *cell, float *value);
#endif

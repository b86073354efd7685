/* cell_address.h: what cells and their arithmetic share about addresses. */
#ifndef LESSON_CELL_ADDRESS_H
#define LESSON_CELL_ADDRESS_H
#include "cell.h"

enum attention_weight_id cell_weight_id(int source); /* of a weight (cell_is_weight) */
int cell_weight_source(int id); /* of an attention_weight_id; −1: it has no cells */
/* A score that is masked, but still stands on the screen as its quotient. */
bool cell_is_before_mask(const struct study *study, const struct document_cell *cell);
#endif

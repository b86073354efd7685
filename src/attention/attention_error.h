/* attention_error.h: builds the one sentence of an attention_error without stdio. Text that does
 * not fit is cut. All functions accept a NULL error. */
#ifndef ATTENTION_ERROR_H
#define ATTENTION_ERROR_H

#include <stddef.h>

#include "attention.h"

void attention_error_clear(struct attention_error *error);
void attention_error_add(struct attention_error *error, const char *text);
void attention_error_add_number(struct attention_error *error, size_t number);
void attention_error_add_int(struct attention_error *error, int number);
void attention_error_add_bytes(struct attention_error *error,
                               size_t bytes); /* "3 MiB", rounded up */

#endif

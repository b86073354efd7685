/* attention_memory.h: the allocator behind every call, and sizes that cannot overflow. */
#ifndef ATTENTION_MEMORY_H
#define ATTENTION_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "attention.h"

/* Adds a · b · c to *total; false, and *total as it was, when that is more than a size_t can say. */
bool attention_memory_count(size_t *total, size_t a, size_t b, size_t c);

/* `count` doubles, for a computation that `what` names in the sentence ("the influence matrix"). NULL
 * when there is no memory. allocator may be NULL (malloc and free). */
double *attention_memory_doubles(const struct attention_allocator *allocator, size_t count,
                                 const char *what, struct attention_error *error);
void attention_memory_release(const struct attention_allocator *allocator, void *memory);

/* The sentence of ATTENTION_NO_MEMORY: "there is no memory for WHAT; …". */
enum attention_status attention_memory_refuse(const char *what, struct attention_error *error);

#endif

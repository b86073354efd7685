/* attention_workspace.h: room for a computation, in sizes that cannot overflow. */
#ifndef ATTENTION_WORKSPACE_H
#define ATTENTION_WORKSPACE_H

#include <stdbool.h>
#include <stddef.h>

#include "attention.h"

/* Adds a · b · c to *total; false, and *total as it was, when that is more than a size_t can say.
 */
bool attention_workspace_count(size_t *total, size_t a, size_t b, size_t c);

/* `count` doubles, for a computation that `what` names in the sentence ("the influence matrix").
 * NULL when there is no memory. allocator may be NULL (malloc and free). */
double *attention_workspace_doubles(const struct attention_allocator *allocator, size_t count,
                                    const char *what, struct attention_error *error);
/* The next `count` doubles of a workspace: *memory moves on behind them. */
double *attention_workspace_take(double **memory, size_t count);
void attention_workspace_release(const struct attention_allocator *allocator, double *memory);

/* The sentence of ATTENTION_NO_MEMORY: "there is no memory for WHAT; …". */
enum attention_status attention_workspace_refuse(const char *what, struct attention_error *error);

#endif

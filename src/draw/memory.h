/* memory.h: the one door to the heap for rooms draw and render, so that tests can let the nth
 * allocation fail. */
#ifndef DRAW_MEMORY_H
#define DRAW_MEMORY_H
#include <stdbool.h>
#include <stddef.h>

/* realloc unless a test puts its own in its place. Freed with free. */
extern void *(*memory_resize)(void *block, size_t bytes);

/* Makes room for `needed` elements by at least doubling. *block and *capacity stay as they are when
 * the size would overflow or memory runs out; then false. */
bool memory_grow(void **block, size_t *capacity, size_t needed, size_t element_bytes);
#endif

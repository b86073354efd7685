/* memory.h: the one place where the rooms files and models, and documents, take memory, so that
 * tests can make the nth allocation fail. Everything is released with free(). */
#ifndef FILES_MEMORY_H
#define FILES_MEMORY_H
#include <stdbool.h>
#include <stddef.h>

/* NULL (always, outside tests): every allocation is tried. Else asked before each one; false makes
 * it fail. Set it only while one thread runs. */
extern bool (*file_allocation_hook)(size_t bytes);

/* count × size bytes, zeroed; NULL when there is no memory or the product overflows. Zero bytes
 * give a pointer that may be freed. */
void *file_allocate(size_t count, size_t size);
/* As realloc to count × size bytes; on failure the old memory stays as it was. */
void *file_reallocate(void *memory, size_t count, size_t size);
/* A copy of `bytes` bytes with a NUL behind them. */
char *file_copy_text(const char *text, size_t bytes);
/* Whether both are the same text; NULL is the same as NULL alone. */
bool file_texts_equal(const char *a, const char *b);
#endif

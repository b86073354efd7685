#include "files/memory.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool (*file_allocation_hook)(size_t bytes) = NULL;

/* The bytes of an array, at least one; false when they overflow or the hook says no. */
static bool array_bytes(size_t count, size_t size, size_t *bytes) {
    if (size != 0 && count > SIZE_MAX / size) return false;
    *bytes = count * size;
    if (*bytes == 0) *bytes = 1;
    return !file_allocation_hook || file_allocation_hook(*bytes);
}

void *file_allocate(size_t count, size_t size) {
    size_t bytes;
    return array_bytes(count, size, &bytes) ? calloc(1, bytes) : NULL;
}

void *file_reallocate(void *memory, size_t count, size_t size) {
    size_t bytes;
    return array_bytes(count, size, &bytes) ? realloc(memory, bytes) : NULL;
}

char *file_copy_text(const char *text, size_t bytes) {
    if (bytes == SIZE_MAX) return NULL;
    char *copy = file_allocate(bytes + 1, 1);
    if (copy) memcpy(copy, text, bytes);
    return copy;
}

bool file_texts_equal(const char *a, const char *b) {
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

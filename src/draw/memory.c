#include "memory.h"
#include <stdint.h>
#include <stdlib.h>

void *(*memory_resize)(void *block, size_t bytes) = realloc;

bool memory_grow(void **block, size_t *capacity, size_t needed, size_t element_bytes) {
    if (needed <= *capacity) return true;
    if (needed > SIZE_MAX / 2 / element_bytes) return false;
    size_t target = *capacity < 16 ? 16 : *capacity * 2;
    if (target < needed) target = needed;
    void *grown = memory_resize(*block, target * element_bytes);
    if (!grown) return false;
    *block = grown;
    *capacity = target;
    return true;
}

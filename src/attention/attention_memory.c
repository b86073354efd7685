#include "attention_memory.h"

#include <stdint.h>
#include <stdlib.h>

#include "attention_error.h"

bool attention_memory_count(size_t *total, size_t a, size_t b, size_t c) {
    if (b != 0 && a > SIZE_MAX / b) return false;
    const size_t ab = a * b;
    if (c != 0 && ab > SIZE_MAX / c) return false;
    if (ab * c > SIZE_MAX - *total) return false;
    *total += ab * c;
    return true;
}

enum attention_status attention_memory_refuse(const char *what, struct attention_error *error) {
    attention_error_add(error, "there is no memory for ");
    attention_error_add(error, what);
    attention_error_add(error, "; close other programs, or use a shorter text or a smaller model");
    return ATTENTION_NO_MEMORY;
}

double *attention_memory_doubles(const struct attention_allocator *allocator, size_t count,
                                 const char *what, struct attention_error *error) {
    double *memory = NULL;
    if (count <= SIZE_MAX / sizeof *memory) {
        const size_t bytes = count * sizeof *memory;
        const bool is_own = allocator && allocator->allocate && allocator->release;
        memory = is_own ? allocator->allocate(allocator->context, bytes) : malloc(bytes);
    }
    if (!memory) attention_memory_refuse(what, error);
    return memory;
}

void attention_memory_release(const struct attention_allocator *allocator, void *memory) {
    if (!memory) return;
    if (allocator && allocator->allocate && allocator->release) {
        allocator->release(allocator->context, memory);
    } else {
        free(memory);
    }
}

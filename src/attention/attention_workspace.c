#include "attention_workspace.h"

#include <stdint.h>

#include "attention_error.h"
#include "attention_memory.h"

bool attention_workspace_count(size_t *total, size_t a, size_t b, size_t c) {
    if (b != 0 && a > SIZE_MAX / b) return false;
    const size_t ab = a * b;
    if (c != 0 && ab > SIZE_MAX / c) return false;
    if (ab * c > SIZE_MAX - *total) return false;
    *total += ab * c;
    return true;
}

enum attention_status attention_workspace_refuse(const char *what, struct attention_error *error) {
    attention_error_add(error, "there is no memory for ");
    attention_error_add(error, what);
    attention_error_add(error, "; close other programs, or use a shorter text or a smaller model");
    return ATTENTION_NO_MEMORY;
}

double *attention_workspace_doubles(const struct attention_allocator *allocator, size_t count,
                                    const char *what, struct attention_error *error) {
    const struct attention_allocator used = attention_memory_allocator(allocator);
    double *memory = NULL;
    if (count <= SIZE_MAX / sizeof *memory) {
        memory = used.allocate(used.context, count * sizeof *memory);
    }
    if (!memory) attention_workspace_refuse(what, error);
    return memory;
}

void attention_workspace_release(const struct attention_allocator *allocator, double *memory) {
    const struct attention_allocator used = attention_memory_allocator(allocator);
    if (memory) used.release(used.context, memory);
}

double *attention_workspace_take(double **memory, size_t count) {
    double *taken = *memory;
    *memory += count;
    return taken;
}

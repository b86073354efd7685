/* The only file of the library that may include more than C11's own headers, and only on Linux:
 * madvise asks for transparent huge pages. A refusal changes nothing but the speed. */
#ifdef __linux__
#define _DEFAULT_SOURCE /* madvise */
#endif
#include "attention_memory.h"

#include <stdint.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

enum { HUGE_PAGE_BYTES = 2 << 20, LARGE_BYTES = 4 << 20 };

/* Starts on a huge page. Only whole huge pages are asked for, so that the end of the block takes no
 * more memory than it uses. NULL when there is none. */
static void *large_block(size_t bytes) {
    const size_t past = bytes % HUGE_PAGE_BYTES;
    const size_t rounded = past ? bytes - past + HUGE_PAGE_BYTES : bytes;
    if (rounded < bytes) return NULL;
    void *memory = aligned_alloc(HUGE_PAGE_BYTES, rounded);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (memory) (void)madvise(memory, bytes - past, MADV_HUGEPAGE);
#endif
    return memory;
}

static void *allocate_default(void *context, size_t bytes) {
    (void)context;
    return bytes >= LARGE_BYTES ? large_block(bytes) : malloc(bytes);
}

static void release_default(void *context, void *memory) {
    (void)context;
    free(memory);
}

struct attention_allocator attention_memory_allocator(const struct attention_allocator *allocator) {
    if (allocator && allocator->allocate && allocator->release) return *allocator;
    return (struct attention_allocator){allocate_default, release_default, NULL};
}

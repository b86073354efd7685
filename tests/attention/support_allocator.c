#include "support_allocator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The size of a block stands before it. */
enum { HEADER_BYTES = 64 };

static void *counter_allocate(void *context, size_t bytes) {
    struct test_counter *counter = context;
    counter->last = bytes;
    if (bytes > counter->largest) counter->largest = bytes;
    if (counter->asked++ == counter->fail_at) return NULL;
    char *memory = malloc(HEADER_BYTES + bytes);
    if (!memory) abort();
    *(size_t *)(void *)memory = bytes;
    counter->alive++;
    counter->bytes += bytes;
    if (counter->bytes > counter->most) counter->most = counter->bytes;
    return memory + HEADER_BYTES;
}

static void counter_release(void *context, void *memory) {
    struct test_counter *counter = context;
    assert_non_null(memory);
    char *start = (char *)memory - HEADER_BYTES;
    counter->alive--;
    counter->bytes -= *(size_t *)(void *)start;
    free(start);
}

struct attention_allocator test_counter_allocator(struct test_counter *counter) {
    return (struct attention_allocator){counter_allocate, counter_release, counter};
}

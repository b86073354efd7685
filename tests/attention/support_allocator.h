/* support_allocator.h: an allocator that counts, and that fails when it is told to. */
#ifndef SUPPORT_ALLOCATOR_H
#define SUPPORT_ALLOCATOR_H

#include <stddef.h>

#include "attention/attention.h"

/* The allocation with number fail_at (from 0) is refused; SIZE_MAX: none. */
struct test_counter {
    size_t fail_at;
    size_t asked;         /* allocations asked for, the refused one too */
    size_t alive;         /* blocks given and not taken back */
    size_t bytes, most;   /* in those blocks: now, and the most at any time */
    size_t last, largest; /* bytes of the last block asked for, and of the largest */
};
struct attention_allocator test_counter_allocator(struct test_counter *counter);

#endif

/* attention_memory.h: where memory comes from when no allocator is given. */
#ifndef ATTENTION_MEMORY_H
#define ATTENTION_MEMORY_H

#include "attention.h"

/* `allocator` itself when it has both functions, else malloc and free, with huge pages asked for
 * where a block is large (4 MiB and more, Linux only): touching 50 MB for the first time takes 23
 * ms in pages of 4 KiB and 2.5 ms in pages of 2 MiB. */
struct attention_allocator attention_memory_allocator(const struct attention_allocator *allocator);

#endif

/* attention_pool.h: a few threads that share the parts of a pass.
 *
 * Made of C11 <threads.h> and <stdatomic.h>; where the compiler has none, a pool has one thread.
 *
 * A pool serves one pass at a time: run it from one thread at once. Two passes in two threads have
 * a pool each, or none. Between the parts of one pass its workers wait awake for some microseconds,
 * then they sleep; while nothing runs they use no processor time.
 *
 * How the parts fall to the threads differs from run to run. Whoever writes a task sees to it that
 * no part reads what another one writes; then the bits do not depend on the number of threads.
 */
#ifndef ATTENTION_POOL_H
#define ATTENTION_POOL_H

#include <stddef.h>

#include "attention.h"

enum { ATTENTION_POOL_MAX_THREADS = 256 };

struct attention_pool;

/* `threads` counts the one that runs the pass: threads − 1 are started. Fewer than 1 is taken as 1,
 * more than the most as the most; where the system starts fewer, the pool has fewer
 * (attention_pool_threads). NULL when there is no memory. allocator may be NULL; it must outlive
 * the pool. */
struct attention_pool *attention_pool_new(int threads, const struct attention_allocator *allocator);
/* Ends the threads. NULL is allowed. No run may be under way. */
void attention_pool_free(struct attention_pool *pool);
int attention_pool_threads(const struct attention_pool *pool); /* 1 for NULL */

/* Calls task(context, part) once for every part of [0, parts), in any order and on any thread of
 * the pool, the caller's included, and returns when all are done: what they wrote is then visible
 * to the caller. NULL pool, or one part: all here, in order. A task must not run this pool. */
void attention_pool_run(struct attention_pool *pool, void (*task)(void *context, size_t part),
                        void *context, size_t parts);

#endif

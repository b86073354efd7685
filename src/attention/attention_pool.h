/* attention_pool.h: how a pass hands its parts to the threads of a pool; attention.h declares the
 * pool itself.
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

/* Calls task(context, part) once for every part of [0, parts), in any order and on any thread of
 * the pool, the caller's included, and returns when all are done: what they wrote is then visible
 * to the caller. NULL pool, or one part: all here, in order. A task must not run this pool, and no
 * two threads may run it at once: a mistake of the programmer, which an assert finds. */
void attention_pool_run(struct attention_pool *pool, void (*task)(void *context, size_t part),
                        void *context, size_t parts);

#endif

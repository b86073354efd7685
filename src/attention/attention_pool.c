#include "attention_pool.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "attention_memory.h"

/* Some systems lack the header and do not say so. */
#if defined(__STDC_NO_THREADS__) || defined(__STDC_NO_ATOMICS__)
#define HAS_THREADS 0
#elif defined(__has_include)
#define HAS_THREADS __has_include(<threads.h>)
#else
#define HAS_THREADS 1
#endif

static void parts_run_here(void (*task)(void *context, size_t part), void *context, size_t parts) {
    for (size_t part = 0; part < parts; part++)
        task(context, part);
}

#if HAS_THREADS
#include <stdatomic.h>
#include <threads.h>

/* Looks at the ticket that a worker takes before it sleeps, and the caller before it waits for the
 * last part: some tens of microseconds. */
enum { SPINS = 1000 };

/* The low half of a ticket while the fields of the next run are being written. */
#define CLOSED UINT64_C(0xffffffff)

/* The ticket is the run's number (high half) and the next part to hand out (low half). A part is
 * taken by moving the ticket on from what it was before the run's fields were read. These change
 * only while the ticket is closed, and no run ends before its parts are taken and done: so whoever
 * takes a part has read the fields of that part's run, however late it woke up. */
struct attention_pool {
    struct attention_allocator allocator;
    int threads;    /* with the caller's */
    bool has_locks; /* the mutex and the conditions exist */
    thrd_t *workers;

    _Atomic uint64_t ticket;
    void (*_Atomic task)(void *context, size_t part);
    void *_Atomic context;
    atomic_size_t parts;
    atomic_size_t done;     /* parts of this run */
    atomic_int sleepers;    /* workers */
    atomic_bool is_waiting; /* the caller, asleep until the last part is done */
    atomic_bool is_over;
    atomic_bool is_running; /* finds a pool that two passes share */

    mtx_t mutex;    /* guards nothing but the two sleeps */
    cnd_t wake;     /* a new run, or the end */
    cnd_t finished; /* the last part is done */
};

static void spin(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static uint64_t run_of(uint64_t ticket) {
    return ticket >> 32;
}

/* Takes parts of the run that is under way until none is left. */
static void parts_take(struct attention_pool *pool) {
    uint64_t ticket = atomic_load(&pool->ticket);
    for (;;) {
        const size_t part = (size_t)(ticket & 0xffffffffu), parts = atomic_load(&pool->parts);
        void (*const task)(void *, size_t) = atomic_load(&pool->task);
        void *const context = atomic_load(&pool->context);
        if (part >= parts) return;
        if (!atomic_compare_exchange_weak(&pool->ticket, &ticket, ticket + 1)) continue;
        task(context, part);
        if (atomic_fetch_add(&pool->done, 1) + 1 == parts && atomic_load(&pool->is_waiting)) {
            mtx_lock(&pool->mutex);
            cnd_signal(&pool->finished);
            mtx_unlock(&pool->mutex);
        }
        ticket = atomic_load(&pool->ticket);
    }
}

/* Returns when a run other than the one before has begun, or the pool is over. */
static void run_await(struct attention_pool *pool, uint64_t before) {
    for (int i = 0; i < SPINS; i++) {
        if (run_of(atomic_load(&pool->ticket)) != before || atomic_load(&pool->is_over)) return;
        spin();
    }
    mtx_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (run_of(atomic_load(&pool->ticket)) == before && !atomic_load(&pool->is_over))
        cnd_wait(&pool->wake, &pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    mtx_unlock(&pool->mutex);
}

static int work(void *argument) {
    struct attention_pool *pool = argument;
    uint64_t run = 0;
    for (;;) {
        run_await(pool, run);
        if (atomic_load(&pool->is_over)) return 0;
        run = run_of(atomic_load(&pool->ticket));
        parts_take(pool);
    }
}

static void workers_start(struct attention_pool *pool, int threads) {
    while (pool->threads < threads) {
        if (thrd_create(&pool->workers[pool->threads - 1], work, pool) != thrd_success) break;
        pool->threads++;
    }
}

static bool locks_make(struct attention_pool *pool) {
    if (mtx_init(&pool->mutex, mtx_plain) != thrd_success) return false;
    pool->has_locks = cnd_init(&pool->wake) == thrd_success;
    if (pool->has_locks && cnd_init(&pool->finished) != thrd_success) {
        cnd_destroy(&pool->wake);
        pool->has_locks = false;
    }
    if (!pool->has_locks) mtx_destroy(&pool->mutex);
    return pool->has_locks;
}

struct attention_pool *attention_pool_new(int threads,
                                          const struct attention_allocator *allocator) {
    const struct attention_allocator used = attention_memory_allocator(allocator);
    if (threads < 1) threads = 1;
    if (threads > ATTENTION_POOL_MAX_THREADS) threads = ATTENTION_POOL_MAX_THREADS;
    const size_t bytes = sizeof(struct attention_pool) + (size_t)threads * sizeof(thrd_t);
    struct attention_pool *pool = used.allocate(used.context, bytes);
    if (!pool) return NULL;
    memset(pool, 0, bytes);
    pool->allocator = used;
    pool->threads = 1;
    pool->workers = (thrd_t *)(void *)(pool + 1);
    if (threads > 1 && locks_make(pool)) workers_start(pool, threads);
    return pool;
}

void attention_pool_free(struct attention_pool *pool) {
    if (!pool) return;
    if (pool->has_locks) {
        mtx_lock(&pool->mutex);
        atomic_store(&pool->is_over, true);
        cnd_broadcast(&pool->wake);
        mtx_unlock(&pool->mutex);
        for (int i = 0; i < pool->threads - 1; i++)
            thrd_join(pool->workers[i], NULL);
        cnd_destroy(&pool->finished);
        cnd_destroy(&pool->wake);
        mtx_destroy(&pool->mutex);
    }
    pool->allocator.release(pool->allocator.context, pool);
}

/* Opens a run to the workers and wakes those that sleep. */
static void run_begin(struct attention_pool *pool, void (*task)(void *context, size_t part),
                      void *context, size_t parts) {
    const uint64_t run = run_of(atomic_load(&pool->ticket));
    atomic_store(&pool->ticket, run << 32 | CLOSED);
    atomic_store(&pool->task, task);
    atomic_store(&pool->context, context);
    atomic_store(&pool->parts, parts);
    atomic_store(&pool->done, 0);
    atomic_store(&pool->ticket, (run + 1) << 32);
    if (atomic_load(&pool->sleepers) == 0) return;
    mtx_lock(&pool->mutex);
    cnd_broadcast(&pool->wake);
    mtx_unlock(&pool->mutex);
}

/* Returns when every part of the run is done. */
static void run_finish(struct attention_pool *pool, size_t parts) {
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&pool->done) == parts) return;
        spin();
    }
    mtx_lock(&pool->mutex);
    atomic_store(&pool->is_waiting, true);
    while (atomic_load(&pool->done) != parts)
        cnd_wait(&pool->finished, &pool->mutex);
    atomic_store(&pool->is_waiting, false);
    mtx_unlock(&pool->mutex);
}

void attention_pool_run(struct attention_pool *pool, void (*task)(void *context, size_t part),
                        void *context, size_t parts) {
    assert(task);
    if (!pool || pool->threads == 1 || parts <= 1) {
        parts_run_here(task, context, parts);
        return;
    }
    assert(parts < CLOSED);
    const bool is_shared = atomic_exchange(&pool->is_running, true);
    assert(!is_shared && "one pass at a time may use a pool");
    (void)is_shared;
    run_begin(pool, task, context, parts);
    parts_take(pool);
    run_finish(pool, parts);
    atomic_store(&pool->is_running, false);
}

#else /* no threads */

struct attention_pool {
    struct attention_allocator allocator;
    int threads;
};

struct attention_pool *attention_pool_new(int threads,
                                          const struct attention_allocator *allocator) {
    (void)threads;
    const struct attention_allocator used = attention_memory_allocator(allocator);
    struct attention_pool *pool = used.allocate(used.context, sizeof *pool);
    if (pool) *pool = (struct attention_pool){used, 1};
    return pool;
}

void attention_pool_free(struct attention_pool *pool) {
    if (pool) pool->allocator.release(pool->allocator.context, pool);
}

void attention_pool_run(struct attention_pool *pool, void (*task)(void *context, size_t part),
                        void *context, size_t parts) {
    assert(task);
    (void)pool;
    parts_run_here(task, context, parts);
}
#endif

int attention_pool_threads(const struct attention_pool *pool) {
    return pool ? pool->threads : 1;
}

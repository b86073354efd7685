/* The pool: every part runs exactly once, on any number of threads, run after run; a product cut
 * into parts has the bits of the whole; threads that cannot be started are done without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <threads.h>
#include <time.h>

#include <cmocka.h>

#include "attention/attention_pool.h"
#include "support_kernels.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED
#endif
#endif

enum { MOST_PARTS = 3000 };

struct tally {
    atomic_int times[MOST_PARTS];
    int plain_writes[MOST_PARTS]; /* not atomic: seen by the caller all the same */
    int round;
};

static void count_part(void *context, size_t part) {
    struct tally *tally = context;
    atomic_fetch_add(&tally->times[part], 1);
    tally->plain_writes[part] = tally->round;
}

static struct tally tally;

static void tally_check(struct attention_pool *pool, size_t parts, int round) {
    for (size_t part = 0; part < MOST_PARTS; part++)
        atomic_store(&tally.times[part], 0);
    tally.round = round;
    attention_pool_run(pool, count_part, &tally, parts);
    for (size_t part = 0; part < MOST_PARTS; part++) {
        assert_int_equal(atomic_load(&tally.times[part]), part < parts);
        if (part < parts) assert_int_equal(tally.plain_writes[part], round);
    }
}

static void test_every_part_runs_once(void **state) {
    (void)state;
    struct test_random random = {31};
    for (int threads = 1; threads <= 8; threads++) {
        struct attention_pool *pool = attention_pool_new(threads, NULL);
        assert_non_null(pool);
        assert_int_equal(attention_pool_threads(pool), threads);
        for (int round = 0; round < 200; round++) {
            const size_t few = test_random_below(&random, 12);
            tally_check(pool, round % 4 ? few : test_random_below(&random, MOST_PARTS), round);
        }
        attention_pool_free(pool);
    }
}

struct adder {
    atomic_size_t sum;
};

static void add_part(void *context, size_t part) {
    struct adder *adder = context;
    atomic_fetch_add(&adder->sum, part + 1);
}

/* Runs so short that workers come late: none of them may take a part of the next run. Each run has
 * a context of its own, which is wiped when the run is over. */
static void test_late_workers(void **state) {
    (void)state;
    struct attention_pool *pool = attention_pool_new(4, NULL);
    for (size_t run = 0; run < 50000; run++) {
        struct adder adder = {0};
        const size_t parts = 2 + run % 5;
        attention_pool_run(pool, add_part, &adder, parts);
        assert_int_equal(atomic_load(&adder.sum), parts * (parts + 1) / 2);
        atomic_store(&adder.sum, 12345);
    }
    attention_pool_free(pool);
}

static void doze(void) {
    thrd_sleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
}

static void doze_part(void *context, size_t part) {
    if (part % 2) doze();
    add_part(context, part);
}

/* Workers and caller fall asleep and are woken. */
static void test_sleep_and_wake(void **state) {
    (void)state;
    struct attention_pool *pool = attention_pool_new(3, NULL);
    for (int run = 0; run < 30; run++) {
        struct adder adder = {0};
        attention_pool_run(pool, doze_part, &adder, 6);
        assert_int_equal(atomic_load(&adder.sum), 21);
        doze();
    }
    attention_pool_free(pool);
}

/* While nothing runs, the pool uses no processor time. */
static void test_idle_costs_nothing(void **state) {
    (void)state;
    struct attention_pool *pool = attention_pool_new(4, NULL);
    tally_check(pool, 100, 1);
    for (int i = 0; i < 20; i++)
        doze(); /* until the last worker sleeps */
    const clock_t before = clock();
    for (int i = 0; i < 100; i++)
        doze();
    const double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    print_message("300 ms idle: %.1f ms of processor time\n", seconds * 1e3);
    assert_true(seconds < 0.05);
    attention_pool_free(pool);
}

static void test_no_pool(void **state) {
    (void)state;
    assert_int_equal(attention_pool_threads(NULL), 1);
    tally_check(NULL, 77, 1);
    attention_pool_free(NULL);
    struct attention_pool *pool = attention_pool_new(-3, NULL);
    assert_int_equal(attention_pool_threads(pool), 1);
    tally_check(pool, 77, 2);
    attention_pool_free(pool);
}

/* Address space for two or three stacks of threads: the pool makes do with the threads it gets. */
static void test_threads_that_do_not_start(void **state) {
    (void)state;
#ifdef IS_SANITIZED
    skip(); /* a sanitizer's own memory is beyond any limit */
#endif
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    struct rlimit low = before;
    low.rlim_cur = 300u << 20;
    assert_int_equal(setrlimit(RLIMIT_AS, &low), 0);
    struct attention_pool *pool = attention_pool_new(200, NULL);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_non_null(pool);
    print_message("200 threads asked for, %d there\n", attention_pool_threads(pool));
    assert_in_range(attention_pool_threads(pool), 1, 199);
    tally_check(pool, 500, 3);
    attention_pool_free(pool);
}

static size_t alive;

static void *count_allocate(void *context, size_t bytes) {
    if (*(bool *)context) return NULL;
    alive++;
    return malloc(bytes);
}

static void count_release(void *context, void *memory) {
    (void)context;
    alive--;
    free(memory);
}

static void test_memory(void **state) {
    (void)state;
    bool is_refused = true;
    const struct attention_allocator allocator = {count_allocate, count_release, &is_refused};
    assert_null(attention_pool_new(2, &allocator));
    is_refused = false;
    struct attention_pool *pool = attention_pool_new(2, &allocator);
    assert_non_null(pool);
    tally_check(pool, 10, 4);
    attention_pool_free(pool);
    assert_int_equal(alive, 0);
}

/* ---- a product in parts ---- */

enum { ROWS = 150, COLUMNS = 70, DEPTH = 300, BAND = 13 };
static float a[ROWS * DEPTH], b[COLUMNS * DEPTH], whole[ROWS * COLUMNS], cut[ROWS * COLUMNS];

static struct attention_product rows_of(size_t first, size_t rows, float *c) {
    return (struct attention_product){.rows = rows,
                                      .columns = COLUMNS,
                                      .depth = DEPTH,
                                      .a = a + first * DEPTH,
                                      .a_stride = DEPTH,
                                      .b = b,
                                      .b_depth_stride = 1,
                                      .b_column_stride = DEPTH,
                                      .c = c + first * COLUMNS,
                                      .c_stride = COLUMNS};
}

static void band(void *context, size_t part) {
    const struct attention_kernels *kernels = *(const struct attention_kernels *const *)context;
    const size_t first = part * BAND, rows = ROWS - first < BAND ? ROWS - first : BAND;
    const struct attention_product product = rows_of(first, rows, cut);
    kernels->product(&product);
}

static void cut_check(const struct attention_kernels *kernels) {
    const struct attention_product product = rows_of(0, ROWS, whole);
    kernels->product(&product);
    for (int threads = 1; threads <= 3; threads++) {
        struct attention_pool *pool = attention_pool_new(threads, NULL);
        memset(cut, 0, sizeof cut);
        attention_pool_run(pool, band, &kernels, (ROWS + BAND - 1) / BAND);
        test_expect_same(kernels->name, "a product in parts", cut, whole, ROWS * COLUMNS);
        attention_pool_free(pool);
    }
}

static void test_parts_have_the_bits_of_the_whole(void **state) {
    (void)state;
    struct test_random random = {32};
    test_fill(&random, TEST_MIXED, a, ROWS * DEPTH);
    test_fill(&random, TEST_MIXED, b, COLUMNS * DEPTH);
    cut_check(test_plain());
    test_each_table(cut_check);
}

/* Two threads, each with a pool of its own, at once. */
static int other_pool(void *argument) {
    (void)argument;
    struct attention_pool *pool = attention_pool_new(2, NULL);
    int wrong = 0;
    for (size_t run = 0; run < 3000; run++) {
        struct adder adder = {0};
        attention_pool_run(pool, add_part, &adder, 5);
        wrong += atomic_load(&adder.sum) != 15;
    }
    attention_pool_free(pool);
    return wrong;
}

static void test_two_pools(void **state) {
    (void)state;
    thrd_t thread;
    int wrong = 1;
    assert_int_equal(thrd_create(&thread, other_pool, NULL), thrd_success);
    assert_int_equal(other_pool(NULL), 0);
    assert_int_equal(thrd_join(thread, &wrong), thrd_success);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_part_runs_once),
        cmocka_unit_test(test_late_workers),
        cmocka_unit_test(test_sleep_and_wake),
        cmocka_unit_test(test_idle_costs_nothing),
        cmocka_unit_test(test_no_pool),
        cmocka_unit_test(test_threads_that_do_not_start),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_parts_have_the_bits_of_the_whole),
        cmocka_unit_test(test_two_pools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* bench.h: what the benchmarks share: a clock, medians, sentences of n words. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BENCH_RUNS = 21, BENCH_TEXT = 16384 };

static inline double bench_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* The processor's time where one thread works, so that what others do on the machine is not
 * counted; else the clock. */
static inline double bench_worked_ms(int threads) {
    struct timespec now;
    if (threads > 1) return bench_now_ms();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static inline int bench_by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the times. */
static inline double bench_median(double *times, size_t count) {
    qsort(times, count, sizeof *times, bench_by_size);
    return times[count / 2];
}

static inline void bench_fail(const char *what, const char *why) {
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

/* A sentence of n different short words. */
static inline void bench_sentence(char out[BENCH_TEXT], int n) {
    static const char *const words[] = {"the", "cat", "sat", "because", "it", "was", "tired", "of"};
    size_t used = 0;
    for (int i = 0; i < n; i++) {
        char word[24];
        int bytes = i < 8 ? snprintf(word, sizeof word, "%s", words[i])
                          : snprintf(word, sizeof word, "%s%c%c", words[i % 8], 'a' + i / 8 % 26,
                                     'a' + i / 208 % 26);
        if (used + (size_t)bytes + 2 > BENCH_TEXT) bench_fail("sentence", "too long");
        used += (size_t)snprintf(out + used, BENCH_TEXT - used, "%s%s", i ? " " : "", word);
    }
}
#endif

/* support_kernels.h: what the tests of the kernels share: numbers of every kind, and a comparison
 * bit for bit. */
#ifndef SUPPORT_KERNELS_H
#define SUPPORT_KERNELS_H

#include "attention/attention_kernels.h"
#include "support_model.h"

/* Ordinary ones; of very different sizes; about ±1e30; below the normal range; with many zeros of
 * both signs. */
enum test_kind {
    TEST_ORDINARY,
    TEST_MIXED,
    TEST_HUGE,
    TEST_SUBNORMAL,
    TEST_SIGNED_ZEROS,
    TEST_KINDS
};
void test_fill(struct test_random *random, enum test_kind kind, float *x, size_t count);

const struct attention_kernels *test_plain(void);
/* Calls check for every table that this processor runs but the plain one. */
void test_each_table(void (*check)(const struct attention_kernels *kernels));

/* The same bits; any NaN will do for another. Fails with the first difference. */
void test_expect_same(const char *table, const char *what, const float *got, const float *wanted,
                      size_t count);

#endif

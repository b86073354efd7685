#include "support_kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static float number(struct test_random *random, enum test_kind kind) {
    const float x = test_random_float(random, -2.0f, 2.0f);
    switch (kind) {
    case TEST_MIXED:
        return ldexpf(x, (int)test_random_below(random, 60) - 30);
    case TEST_HUGE:
        return x * 1e30f;
    case TEST_SUBNORMAL:
        return x * 1e-41f;
    case TEST_SIGNED_ZEROS:
        return test_random_below(random, 3) ? x : test_random_below(random, 2) ? 0.0f : -0.0f;
    default:
        return x;
    }
}

void test_fill(struct test_random *random, enum test_kind kind, float *x, size_t count) {
    enum { PERIOD = 1009 }; /* a prime, so that no stride meets the same numbers */
    for (size_t i = 0; i < count; i++)
        x[i] = i < PERIOD ? number(random, kind) : x[i - PERIOD];
}

const struct attention_kernels *test_plain(void) {
    return attention_kernels_of(ATTENTION_KERNELS_PLAIN);
}

void test_each_table(void (*check)(const struct attention_kernels *kernels)) {
    for (int i = ATTENTION_KERNELS_SSE2; i <= ATTENTION_KERNELS_AVX512; i++) {
        const struct attention_kernels *kernels =
            attention_kernels_of((enum attention_kernels_choice)i);
        if (kernels) check(kernels);
    }
}

void test_expect_same(const char *table, const char *what, const float *got, const float *wanted,
                      size_t count) {
    for (size_t i = 0; i < count; i++) {
        const bool is_same =
            (isnan(got[i]) && isnan(wanted[i])) || memcmp(&got[i], &wanted[i], sizeof *got) == 0;
        if (is_same) continue;
        fail_msg("%s, %s: number %zu of %zu is %a, not %a", table, what, i, count, (double)got[i],
                 (double)wanted[i]);
    }
}

/* The networks beside attention: forward, influence, costs. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support_allocator.h"
#include "support_influence.h"
#include "support_networks.h"

enum { MOST = TEST_NETWORK_MOST, MOST_KERNEL = TEST_NETWORK_MOST_KERNEL, CASES = 300 };

/* In double, with the C library's tanh. */
static void rnn_plain(const void *context, const double *x, double *y) {
    const struct test_networks *net = context;
    const struct attention_rnn *rnn = &net->rnn;
    for (size_t i = 0; i < net->n; i++) {
        for (size_t r = 0; r < rnn->hidden; r++) {
            double z = rnn->bias ? (double)rnn->bias[r] : 0.0;
            for (size_t c = 0; c < rnn->d; c++)
                z += (double)rnn->input_weight[r * rnn->d + c] * x[i * rnn->d + c];
            for (size_t c = 0; c < rnn->hidden && i > 0; c++)
                z += (double)rnn->state_weight[r * rnn->hidden + c] * y[(i - 1) * rnn->hidden + c];
            y[i * rnn->hidden + r] = tanh(z);
        }
    }
}

static void cnn_plain(const void *context, const double *x, double *y) {
    const struct test_networks *net = context;
    const struct attention_cnn *cnn = &net->cnn;
    const long left = ((long)cnn->kernel - 1) / 2;
    for (long i = 0; i < (long)net->n; i++) {
        for (size_t r = 0; r < cnn->channels; r++) {
            double sum = cnn->bias ? (double)cnn->bias[r] : 0.0;
            for (long t = 0; t < (long)cnn->kernel; t++) {
                const long j = i + t - left;
                for (size_t c = 0; c < cnn->d && j >= 0 && j < (long)net->n; c++)
                    sum += (double)cnn->weight[((size_t)t * cnn->channels + r) * cnn->d + c] *
                           x[(size_t)j * cnn->d + c];
            }
            y[(size_t)i * cnn->channels + r] = sum;
        }
    }
}

static void widen(const float *numbers, double *out) {
    for (size_t i = 0; i < MOST * MOST; i++)
        out[i] = (double)numbers[i];
}

static void test_forward_is_what_plain_loops_say(void **state) {
    (void)state;
    struct test_random random = {11};
    for (int round = 0; round < CASES; round++) {
        struct test_networks net;
        double x[MOST * MOST], want[MOST * MOST];
        float got[MOST * MOST];
        test_networks_make(&net, &random);
        widen(net.x, x);
        rnn_plain(&net, x, want);
        attention_rnn_run(&net.rnn, net.x, net.n, got);
        for (size_t i = 0; i < net.n * net.rnn.hidden; i++)
            assert_true(fabs((double)got[i] - want[i]) <= 2e-6);
        cnn_plain(&net, x, want);
        assert_int_equal(attention_cnn_run(&net.cnn, net.x, net.n, got, NULL), ATTENTION_OK);
        for (size_t i = 0; i < net.n * net.cnn.channels; i++)
            assert_true(fabs((double)got[i] - want[i]) <= 1e-6);
    }
}

static void test_influence_is_what_differences_say(void **state) {
    (void)state;
    struct test_random random = {12};
    for (int round = 0; round < CASES; round++) {
        struct test_networks net;
        double x[MOST * MOST], want[MOST * MOST];
        float got[MOST * MOST];
        test_networks_make(&net, &random);
        const size_t n = net.n, d = net.rnn.d;
        for (size_t i = 0; i < n * d; i++) /* some states are near ±1 */
            net.x[i] *= round % 3 == 0 ? 5.0f : 1.0f;
        widen(net.x, x);
        memset(got, 0xff, sizeof got);
        test_differences(rnn_plain, &net, x, n, d, n, net.rnn.hidden, want);
        assert_int_equal(attention_rnn_influence(&net.rnn, net.x, n, NULL, got, NULL),
                         ATTENTION_OK);
        test_influence_expect("rnn", got, want, n * n, 1e-6);
        memset(got, 0xff, sizeof got);
        test_differences(cnn_plain, &net, x, n, d, n, net.cnn.channels, want);
        assert_int_equal(attention_cnn_influence(&net.cnn, n, got, NULL), ATTENTION_OK);
        test_influence_expect("cnn", got, want, n * n, 1e-6);
    }
}

/* Multiply-adds counted one by one; steps and paths from the reach. */
static void test_costs_are_what_counting_says(void **state) {
    (void)state;
    for (size_t n = 1; n <= 9; n++) {
        for (size_t d = 1; d <= 5; d++) {
            double attention = 0.0, rnn = 0.0;
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < n; j++)
                    for (size_t c = 0; c < d; c++)
                        attention += 2.0; /* q·k and a·v */
            for (size_t i = 0; i < n; i++)
                for (size_t c = 0; c < d * d; c++)
                    rnn += i > 0 ? 2.0 : 1.0; /* W x, and U y but for the first */
            struct attention_cost cost = attention_cost_attention(n, d);
            assert_true(cost.operations == attention && cost.sequential_steps == 1.0);
            assert_true(cost.longest_path == 1.0 && cost.memory_cells == (double)(n * n));
            cost = attention_cost_rnn(n, d);
            assert_true(cost.operations == rnn && cost.sequential_steps == (double)n);
            assert_true(cost.longest_path == (double)n && cost.memory_cells == 0.0);
            for (size_t kernel = 1; kernel <= 2 * n + 3; kernel++) {
                double taps = 0.0, longest = 0.0;
                for (size_t i = 0; i < n; i++) {
                    for (size_t t = 0; t < kernel; t++) {
                        const size_t j = i + t - (kernel - 1) / 2; /* wraps on padding */
                        taps += j < n ? (double)(d * d) : 0.0;
                    }
                    for (size_t j = 0; j < n; j++) {
                        const size_t layers = attention_cnn_layers_between(i, j, kernel);
                        longest =
                            fmax(longest, layers == SIZE_MAX ? (double)INFINITY : (double)layers);
                    }
                }
                cost = attention_cost_cnn(n, d, kernel);
                assert_true(cost.operations == taps && cost.sequential_steps == 1.0);
                assert_true(cost.longest_path == longest && cost.memory_cells == 0.0);
            }
        }
    }
}

/* Sums and products of numbers at the ends of float32. */
static void test_the_ends_of_float32(void **state) {
    (void)state;
    static const float ends[] = {0.0f, -0.0f, FLT_TRUE_MIN, 1e-40f,  -1e-30f,
                                 1.0f, 1e19f, -1e30f,       FLT_MAX, -FLT_MAX};
    struct test_random random = {15};
    size_t refused = 0, fits = 0;
    for (int round = 0; round < 2000; round++) {
        struct test_networks net;
        float got[MOST * MOST];
        struct attention_error error;
        test_networks_make(&net, &random);
        for (int i = 0; i < 12; i++) {
            float *const arrays[] = {net.x, net.input, net.state, net.taps};
            arrays[i % 4][test_random_below(&random, MOST * MOST)] =
                ends[test_random_below(&random, sizeof ends / sizeof *ends)];
        }
        attention_rnn_run(&net.rnn, net.x, net.n, got);
        for (size_t i = 0; i < net.n * net.rnn.hidden; i++)
            assert_true(got[i] >= -1.0f && got[i] <= 1.0f);
        for (int which = 0; which < 3; which++) {
            memset(got, 0xff, sizeof got);
            const enum attention_status status =
                which == 0   ? attention_cnn_run(&net.cnn, net.x, net.n, got, &error)
                : which == 1 ? attention_rnn_influence(&net.rnn, net.x, net.n, NULL, got, &error)
                             : attention_cnn_influence(&net.cnn, net.n, got, &error);
            const size_t count = net.n * (which == 0 ? net.cnn.channels : net.n);
            for (size_t i = 0; i < count && status == ATTENTION_OK; i++)
                assert_true(isfinite(got[i]) && (which == 0 || got[i] >= 0.0f));
            if (status != ATTENTION_OK) assert_non_null(strstr(error.text, "; use smaller "));
            *(status == ATTENTION_OK ? &fits : &refused) += 1;
        }
    }
    if (fits < 500 || refused < 100) fail_msg("%zu fit, %zu refused", fits, refused);
}

/* One number that is too large for float32, in each of the three. */
static void test_what_float32_cannot_hold_is_refused(void **state) {
    (void)state;
    const float x[] = {1e-30f, 1e30f}, huge[] = {FLT_MAX, FLT_MAX}, none[] = {0.0f};
    const struct attention_cnn cnn = {1, 1, 1, huge, NULL}, wide = {1, 2, 1, huge, NULL};
    const struct attention_rnn rnn = {1, 1, huge, huge, NULL};
    float got[4];
    struct attention_error error;
    assert_int_equal(attention_cnn_run(&cnn, x, 2, got, &error), ATTENTION_INVALID);
    assert_string_equal(error.text, "the convolution of token 2 is beyond what float32 can hold; "
                                    "use smaller embeddings or weights");
    assert_int_equal(attention_cnn_influence(&wide, 1, got, &error), ATTENTION_INVALID);
    assert_non_null(strstr(error.text, "the influence of token 1 on row 1 is beyond"));
    assert_int_equal(attention_cnn_influence(&cnn, 1, got, &error), ATTENTION_OK);
    assert_true(got[0] == FLT_MAX);
    assert_int_equal(
        attention_rnn_influence(&rnn, (const float[]){0.0f, 0.0f}, 2, NULL, got, &error),
        ATTENTION_INVALID);
    assert_non_null(strstr(error.text, "the influence of token 1 on row 2 is beyond"));
    const struct attention_rnn zero = {1, 1, none, none, NULL};
    assert_int_equal(attention_rnn_influence(&zero, x, 2, NULL, got, &error), ATTENTION_OK);
    for (size_t i = 0; i < 4; i++)
        assert_true(got[i] == 0.0f);
}

static void test_bits_are_the_same_everywhere(void **state) {
    (void)state;
    static const struct {
        size_t d_k;
        double unscaled, scaled;
    } golden[] = {{1, 0x1.391b73cb4f65fp-2, 0x1.391b73cb4f65fp-2},
                  {64, 0x1.b8db808ffa68ap-1, 0x1.6651388c07dd7p-2},
                  {4096, 0x1.fa8b14b2f1772p-1, 0x1.7937436504384p-2}};
    for (size_t i = 0; i < 3; i++) {
        double unscaled, scaled;
        assert_int_equal(attention_mean_largest_weight(golden[i].d_k, 8, 50, 2017, NULL, &unscaled,
                                                       &scaled, NULL),
                         ATTENTION_OK);
        if (unscaled != golden[i].unscaled || scaled != golden[i].scaled)
            fail_msg("d_k %zu: %a, %a", golden[i].d_k, unscaled, scaled);
    }
    static const uint64_t hashes[] = {0x1f6b59d3b7253cdb, 0xe82f07b7296107ed, 0x18fe9377a4a743e5,
                                      0x93da912e337d1cec};
    struct test_random random = {17};
    struct test_networks net;
    float got[4][MOST * MOST] = {{0}};
    test_networks_make(&net, &random);
    net.n = MOST;
    net.rnn = (struct attention_rnn){5, 6, net.input, net.state, net.bias};
    net.cnn = (struct attention_cnn){5, 6, 4, net.taps, net.bias};
    attention_rnn_run(&net.rnn, net.x, net.n, got[0]);
    attention_cnn_run(&net.cnn, net.x, net.n, got[1], NULL);
    attention_rnn_influence(&net.rnn, net.x, net.n, NULL, got[2], NULL);
    attention_cnn_influence(&net.cnn, net.n, got[3], NULL);
    for (size_t i = 0; i < 4; i++) {
        const uint64_t hash = test_numbers_hash(got[i], MOST * MOST);
        if (hash != hashes[i]) fail_msg("%zu: 0x%016llx", i, (unsigned long long)hash);
    }
}

static void test_every_allocation_fails_in_turn(void **state) {
    (void)state;
    struct test_random random = {18};
    struct test_networks net;
    test_networks_make(&net, &random);
    for (int which = 0; which < 3; which++) {
        for (size_t fail_at = 0;; fail_at++) {
            struct test_counter counter = {.fail_at = fail_at};
            const struct attention_allocator allocator = test_counter_allocator(&counter);
            struct attention_error error = {""};
            float influence[MOST * MOST];
            uint8_t reach[MOST * MOST];
            double a, b;
            const enum attention_status status =
                which == 0
                    ? attention_rnn_influence(&net.rnn, net.x, net.n, &allocator, influence, &error)
                : which == 1
                    ? attention_reach(NULL, net.n, 2, &allocator, reach, &error)
                    : attention_mean_largest_weight(4, 8, 2, 1, &allocator, &a, &b, &error);
            assert_int_equal(counter.alive, 0);
            if (status == ATTENTION_OK) {
                assert_int_equal(fail_at, 1);
                break;
            }
            assert_int_equal(status, ATTENTION_NO_MEMORY);
            assert_non_null(strstr(error.text, "there is no memory for the "));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward_is_what_plain_loops_say),
        cmocka_unit_test(test_influence_is_what_differences_say),
        cmocka_unit_test(test_costs_are_what_counting_says),
        cmocka_unit_test(test_the_ends_of_float32),
        cmocka_unit_test(test_what_float32_cannot_hold_is_refused),
        cmocka_unit_test(test_bits_are_the_same_everywhere),
        cmocka_unit_test(test_every_allocation_fails_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

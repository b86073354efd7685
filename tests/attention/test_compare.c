/* The networks beside attention: forward, influence, reach, costs, seeded numbers. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attention/attention_compare.h"
#include "attention/attention_math.h"
#include "support_allocator.h"
#include "support_influence.h"
#include "support_model.h"

enum { MOST = 8, MOST_KERNEL = 9, CASES = 300 };

/* A recurrent network and a convolution with random numbers, and rows for them. */
struct networks {
    struct attention_rnn rnn;
    struct attention_cnn cnn;
    size_t n;
    float x[MOST * MOST], input[MOST * MOST], state[MOST * MOST], bias[MOST];
    float taps[MOST_KERNEL * MOST * MOST];
};

static void fill(struct test_random *random, float *numbers, size_t count) {
    for (size_t i = 0; i < count; i++)
        numbers[i] = test_random_float(random, -1.0f, 1.0f);
}

static void networks_make(struct networks *net, struct test_random *random) {
    const size_t d = 1 + test_random_below(random, MOST), out = 1 + test_random_below(random, MOST);
    net->n = 1 + test_random_below(random, MOST);
    fill(random, net->x, MOST * MOST);
    fill(random, net->input, MOST * MOST);
    fill(random, net->state, MOST * MOST);
    fill(random, net->bias, MOST);
    fill(random, net->taps, MOST_KERNEL * MOST * MOST);
    const float *bias = test_random_one_in(random, 3) ? NULL : net->bias;
    net->rnn = (struct attention_rnn){d, out, net->input, net->state, bias};
    net->cnn =
        (struct attention_cnn){d, out, 1 + test_random_below(random, MOST_KERNEL), net->taps, bias};
}

/* In double, with the C library's tanh. */
static void rnn_plain(const void *context, const double *x, double *y) {
    const struct networks *net = context;
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
    const struct networks *net = context;
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
        struct networks net;
        double x[MOST * MOST], want[MOST * MOST];
        float got[MOST * MOST];
        networks_make(&net, &random);
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
        struct networks net;
        double x[MOST * MOST], want[MOST * MOST];
        float got[MOST * MOST];
        networks_make(&net, &random);
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

/* heard [n, n]: whose rows change any bit when x_j does. */
typedef void test_float_network(const void *context, const float *x, float *y);
static void changes(test_float_network *network, const void *context, const float *x, size_t n,
                    size_t d, size_t width, uint8_t *heard) {
    float before[MOST * MOST], after[MOST * MOST], moved[MOST * MOST];
    network(context, x, before);
    for (size_t j = 0; j < n; j++) {
        memcpy(moved, x, n * d * sizeof *moved);
        for (size_t c = 0; c < d; c++)
            moved[j * d + c] +=
                0.125f * (float)(1 + c % 3); /* not all alike: a norm takes that off */
        network(context, moved, after);
        for (size_t i = 0; i < n; i++)
            heard[i * n + j] =
                memcmp(before + i * width, after + i * width, width * sizeof *before) != 0;
    }
}

struct stack {
    const struct networks *net;
    size_t layers; /* or steps */
};

/* Rows that have not been computed after `steps` steps stay 0. */
static void rnn_steps(const void *context, const float *x, float *y) {
    const struct stack *stack = context;
    const struct attention_rnn *rnn = &stack->net->rnn;
    const size_t n = stack->net->n, rows = stack->layers < n ? stack->layers : n;
    memset(y, 0, n * rnn->hidden * sizeof *y);
    attention_rnn_run(rnn, x, rows, y);
}

static void cnn_layers(const void *context, const float *x, float *y) {
    const struct stack *stack = context;
    const struct attention_cnn *cnn = &stack->net->cnn;
    const size_t count = stack->net->n * cnn->d;
    float rows[MOST * MOST];
    memcpy(y, x, count * sizeof *y);
    for (size_t layer = 0; layer < stack->layers; layer++) {
        memcpy(rows, y, count * sizeof *rows);
        assert_int_equal(attention_cnn_run(cnn, rows, stack->net->n, y, NULL), ATTENTION_OK);
    }
}

static void expect_reach(const char *name, const uint8_t *got, const uint8_t *heard, size_t n) {
    for (size_t at = 0; at < n * n; at++)
        if (got[at] != heard[at])
            fail_msg("%s: row %zu, token %zu of %zu: %d, but %d in the network", name, at / n,
                     at % n, n, got[at], heard[at]);
}

static void test_reach_of_networks_is_what_changes(void **state) {
    (void)state;
    struct test_random random = {13};
    uint8_t heard[MOST * MOST], got[MOST * MOST];
    for (int round = 0; round < CASES; round++) {
        struct networks net;
        networks_make(&net, &random);
        net.cnn.channels = net.cnn.d = 4;
        net.rnn.hidden = 8;
        for (size_t i = 0; i < MOST * MOST;
             i++) /* no state so near ±1 that a change is rounded off */
            net.input[i] *= 0.25f;
        const struct stack stack = {&net, test_random_below(&random, MOST + 2)};
        changes(rnn_steps, &stack, net.x, net.n, net.rnn.d, net.rnn.hidden, heard);
        attention_rnn_reach(net.n, stack.layers, got);
        expect_reach("rnn", got, heard, net.n);
        changes(cnn_layers, &stack, net.x, net.n, net.cnn.d, net.cnn.channels, heard);
        attention_cnn_reach(net.n, net.cnn.kernel, stack.layers, got);
        expect_reach("cnn", got, heard, net.n);
    }
}

/* The first number of steps (layers) after which the reach says so. */
static void test_distance_is_the_first_reach(void **state) {
    (void)state;
    uint8_t reach[MOST * MOST];
    for (size_t n = 1; n <= MOST; n++) {
        for (size_t at = 0; at < n * n; at++) {
            const size_t i = at / n, j = at % n;
            size_t first = SIZE_MAX;
            for (size_t steps = n + 1; steps-- > 0;) {
                attention_rnn_reach(n, steps, reach);
                if (reach[at]) first = steps;
            }
            assert_true(attention_rnn_steps_between(i, j) == first);
            for (size_t kernel = 1; kernel <= MOST_KERNEL; kernel++) {
                first = SIZE_MAX;
                for (size_t layers = n + 1; layers-- > 0;) {
                    attention_cnn_reach(n, kernel, layers, reach);
                    if (reach[at]) first = layers;
                }
                assert_true(attention_cnn_layers_between(i, j, kernel) == first);
            }
        }
    }
    assert_true(attention_cnn_layers_between(0, SIZE_MAX, SIZE_MAX) == 3);
}

static void passes(const void *context, const float *x, float *y) {
    const struct test_case *c = context;
    struct attention_input input = c->input;
    input.embedding = x;
    struct attention_trace *trace = attention_trace_new(NULL);
    assert_int_equal(attention_pass(trace, &c->model.weights, &c->options, &input, NULL),
                     ATTENTION_OK);
    const struct attention_tensor output =
        attention_trace_tensor(trace, ATTENTION_TENSOR_OUTPUT, c->model.weights.config.layers - 1);
    memcpy(y, output.data, test_tensor_count(&output) * sizeof *y);
    attention_trace_free(trace);
}

static void test_reach_of_attention_is_what_changes(void **state) {
    (void)state;
    struct test_random random = {14};
    uint8_t heard[MOST * MOST], got[MOST * MOST];
    for (size_t round = 0; round < CASES; round++) {
        const struct attention_config config = {.d_model = 8,
                                                .layers = 1 + (int)(round / 5 % 4),
                                                .heads = 2,
                                                .d_k = 4,
                                                .d_v = 4,
                                                .similarity =
                                                    (enum attention_similarity)(round / 20 % 4),
                                                .norm = (enum attention_norm)(round / 80 % 3)};
        struct test_case c;
        struct attention_error error = {""};
        test_case_make(&c, &config, &random, 1 + test_random_below(&random, MOST));
        test_case_add_mask(&c, &random, (enum attention_mask)(round % 5));
        changes(passes, &c, c.embedding, c.input.n, 8, 8, heard);
        memset(got, 0xff, sizeof got);
        assert_int_equal(
            attention_reach(&c.options, c.input.n, (size_t)config.layers, NULL, got, &error),
            ATTENTION_OK);
        expect_reach("attention", got, heard, c.input.n);
        assert_int_equal(attention_reach(&c.options, c.input.n, 0, NULL, got, NULL), ATTENTION_OK);
        for (size_t at = 0; at < c.input.n * c.input.n; at++)
            assert_int_equal(got[at], at / c.input.n == at % c.input.n);
        test_case_free(&c);
    }
}

/* A chain in which each token may look at the one before only: one more for each layer. */
static void test_reach_goes_one_step_a_layer(void **state) {
    (void)state;
    enum { N = 40 };
    static uint8_t allowed[N * N], got[N * N];
    for (size_t i = 1; i < N; i++)
        allowed[i * N + i - 1] = 1;
    const struct attention_options options = {.mask = ATTENTION_MASK_CUSTOM, .allowed = allowed};
    for (size_t layers = 0; layers < N + 3; layers++) {
        assert_int_equal(attention_reach(&options, N, layers, NULL, got, NULL), ATTENTION_OK);
        for (size_t at = 0; at < N * N; at++)
            assert_int_equal(got[at], at % N <= at / N && at / N - at % N <= layers);
    }
    assert_int_equal(attention_reach(NULL, N, SIZE_MAX, NULL, got, NULL), ATTENTION_OK);
    for (size_t at = 0; at < N * N; at++)
        assert_int_equal(got[at], 1);
}

static void test_a_mask_that_cannot_be_is_refused(void **state) {
    (void)state;
    uint8_t got[9];
    struct attention_error error;
    const struct attention_options padding = {.mask = ATTENTION_MASK_PADDING, .mask_size = 4};
    assert_int_equal(attention_reach(&padding, 3, 1, NULL, got, &error), ATTENTION_INVALID);
    assert_string_equal(error.text,
                        "the padding mask hides 4 keys and there are 3; hide at most that many");
    const struct attention_options unknown = {.mask = (enum attention_mask)9};
    assert_int_equal(attention_reach(&unknown, 3, 1, NULL, got, &error), ATTENTION_INVALID);
    assert_non_null(strstr(error.text, "of no known kind"));
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
        struct networks net;
        float got[MOST * MOST];
        struct attention_error error;
        networks_make(&net, &random);
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

static void test_normal_numbers(void **state) {
    (void)state;
    enum { COUNT = 200001 };
    float *numbers = malloc(COUNT * sizeof *numbers);
    assert_non_null(numbers);
    attention_normal_numbers(42, 1.0, COUNT, numbers);
    double moments[5] = {0}, neighbours = 0.0;
    for (size_t i = 0; i < COUNT; i++) {
        double power = 1.0;
        for (size_t k = 0; k < 5; k++, power *= (double)numbers[i])
            moments[k] += power / COUNT;
        if (i > 0) neighbours += (double)numbers[i] * (double)numbers[i - 1] / COUNT;
    }
    const double error = 5.0 / sqrt((double)COUNT); /* five standard errors of a mean */
    assert_true(fabs(moments[1]) < error && fabs(neighbours) < error);
    assert_true(fabs(moments[2] - 1.0) < error * sqrt(2.0));
    assert_true(fabs(moments[3]) < error * sqrt(15.0));
    assert_true(fabs(moments[4] - 3.0) < error * sqrt(96.0));
    if (test_numbers_hash(numbers, COUNT) != 0xedaf1719b2674bcb)
        fail_msg("0x%016llx", (unsigned long long)test_numbers_hash(numbers, COUNT));
    float small[3];
    attention_normal_numbers(42, 0.25, 3, small);
    for (size_t i = 0; i < 3; i++)
        assert_true(small[i] == 0.25f * numbers[i]);
    attention_normal_numbers(43, 0.25, 3, small);
    assert_true(small[0] != 0.25f * numbers[0]);
    free(numbers);
}

/* The logarithm and the exponential in double against long double. */
static void test_log_and_exp_in_double(void **state) {
    (void)state;
    struct test_random random = {19};
    for (int round = 0; round < 200000; round++) {
        const double share = (double)(test_random_bits(&random) >> 11) * 0x1p-53;
        const double a =
            round % 2 ? share + 0x1p-53 : ldexp(share + 0.5, (int)(round % 1800) - 900);
        const long double log_a = logl((long double)a);
        const double log_error = (double)fabsl((long double)attention_math_log_double(a) - log_a);
        if (log_error > 4e-16 * fmax(1.0, fabs((double)log_a)))
            fail_msg("ln %a is off by %g", a, log_error);
        const double x = (round % 2 ? 1400.0 : 4.0) * (share - 0.5);
        const long double exp_x = expl((long double)x);
        const double exp_error =
            (double)fabsl((long double)attention_math_exp_double(x) / exp_x - 1.0L);
        if (exp_error > 1e-15) fail_msg("e^%a is off by %g", x, exp_error);
    }
    assert_true(attention_math_log_double(1.0) == 0.0 && attention_math_exp_double(0.0) == 1.0);
    assert_true(attention_math_exp_double((double)-INFINITY) == 0.0);
}

/* The figures of the lesson on scaling, from unit normal q and k with every number drawn. */
static double largest_weight_drawn(struct test_random *random, size_t d_k, size_t keys,
                                   double divisor) {
    double q[64], scores[16], largest = -INFINITY, total = 0.0;
    float *numbers = malloc((keys + 1) * d_k * sizeof *numbers);
    assert_non_null(numbers);
    attention_normal_numbers(test_random_bits(random), 1.0, (keys + 1) * d_k, numbers);
    for (size_t c = 0; c < d_k; c++)
        q[c] = (double)numbers[c];
    for (size_t j = 0; j < keys; j++) {
        scores[j] = 0.0;
        for (size_t c = 0; c < d_k; c++)
            scores[j] += q[c] * (double)numbers[(j + 1) * d_k + c] / divisor;
        largest = fmax(largest, scores[j]);
    }
    for (size_t j = 0; j < keys; j++)
        total += exp(scores[j] - largest);
    free(numbers);
    return 1.0 / total;
}

static void test_mean_largest_weight(void **state) {
    (void)state;
    static const struct {
        size_t d_k;
        double unscaled;
    } lesson[] = {{1, 0.31}, {4, 0.53}, {16, 0.75}, {64, 0.87}, {512, 0.96}};
    double unscaled, scaled;
    for (size_t i = 0; i < sizeof lesson / sizeof *lesson; i++) {
        assert_int_equal(attention_mean_largest_weight(lesson[i].d_k, 8, 20000, 7, NULL, &unscaled,
                                                       &scaled, NULL),
                         ATTENTION_OK);
        if (fabs(unscaled - lesson[i].unscaled) > 0.012)
            fail_msg("d_k %zu: %.4f, in the lesson %.2f", lesson[i].d_k, unscaled,
                     lesson[i].unscaled);
        const double about = lesson[i].d_k == 1 ? unscaled : 0.35; /* √1 divides nothing */
        if (fabs(scaled - about) > 0.015) fail_msg("d_k %zu: %.4f", lesson[i].d_k, scaled);
    }
    struct test_random random = {16};
    for (size_t d_k = 1; d_k <= 64; d_k *= 4) {
        double drawn[2] = {0.0, 0.0};
        for (int trial = 0; trial < 4000; trial++) {
            drawn[0] += largest_weight_drawn(&random, d_k, 8, 1.0) / 4000.0;
            drawn[1] += largest_weight_drawn(&random, d_k, 8, sqrt((double)d_k)) / 4000.0;
        }
        assert_int_equal(
            attention_mean_largest_weight(d_k, 8, 20000, 3, NULL, &unscaled, &scaled, NULL),
            ATTENTION_OK);
        /* one weight varies by less than 0.25; four standard errors of a mean of 4000 */
        if (fabs(unscaled - drawn[0]) > 0.016 || fabs(scaled - drawn[1]) > 0.016)
            fail_msg("d_k %zu: %.4f %.4f, drawn %.4f %.4f", d_k, unscaled, scaled, drawn[0],
                     drawn[1]);
    }
    assert_int_equal(attention_mean_largest_weight(5, 1, 1, 3, NULL, &unscaled, &scaled, NULL),
                     ATTENTION_OK);
    assert_true(unscaled == 1.0 && scaled == 1.0);
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
    struct networks net;
    float got[4][MOST * MOST] = {{0}};
    networks_make(&net, &random);
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

static void test_sizes_out_of_range_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t d_k, keys, trials;
        const char *text;
    } wrong[] = {
        {0, 8, 1, "d_k is 0; set it to a number from 1 to 4096"},
        {4097, 8, 1, "d_k is 4097; set it to a number from 1 to 4096"},
        {1, 0, 1, "the number of keys is 0; set it to a number from 1 to 1024"},
        {1, 1025, 1, "the number of keys is 1025; set it to a number from 1 to 1024"},
        {1, 1, 0, "the number of trials is 0; set it to a number from 1 to 1000000"},
        {1, 1, 1000001, "the number of trials is 1000001; set it to a number from 1 to 1000000"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct attention_error error;
        double unscaled, scaled;
        assert_int_equal(attention_mean_largest_weight(wrong[i].d_k, wrong[i].keys, wrong[i].trials,
                                                       1, NULL, &unscaled, &scaled, &error),
                         ATTENTION_INVALID);
        assert_string_equal(error.text, wrong[i].text);
    }
}

static void test_every_allocation_fails_in_turn(void **state) {
    (void)state;
    struct test_random random = {18};
    struct networks net;
    networks_make(&net, &random);
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
        cmocka_unit_test(test_reach_of_networks_is_what_changes),
        cmocka_unit_test(test_distance_is_the_first_reach),
        cmocka_unit_test(test_reach_of_attention_is_what_changes),
        cmocka_unit_test(test_reach_goes_one_step_a_layer),
        cmocka_unit_test(test_a_mask_that_cannot_be_is_refused),
        cmocka_unit_test(test_costs_are_what_counting_says),
        cmocka_unit_test(test_the_ends_of_float32),
        cmocka_unit_test(test_what_float32_cannot_hold_is_refused),
        cmocka_unit_test(test_normal_numbers),
        cmocka_unit_test(test_log_and_exp_in_double),
        cmocka_unit_test(test_mean_largest_weight),
        cmocka_unit_test(test_bits_are_the_same_everywhere),
        cmocka_unit_test(test_sizes_out_of_range_are_refused),
        cmocka_unit_test(test_every_allocation_fails_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

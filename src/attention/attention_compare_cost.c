/* What one layer costs: Vaswani et al. 2017, table 1, counted rather than estimated. */
#include <assert.h>
#include <math.h>

#include "attention_compare.h"

struct attention_cost attention_cost_attention(size_t n, size_t d) {
    assert(n >= 1 && d >= 1);
    const double tokens = (double)n, numbers = (double)d;
    return (struct attention_cost){.operations = 2.0 * tokens * tokens * numbers,
                                   .sequential_steps = 1.0,
                                   .longest_path = 1.0,
                                   .memory_cells = tokens * tokens};
}

struct attention_cost attention_cost_rnn(size_t n, size_t d) {
    assert(n >= 1 && d >= 1);
    const double tokens = (double)n, square = (double)d * (double)d;
    return (struct attention_cost){.operations = tokens * square + (tokens - 1.0) * square,
                                   .sequential_steps = tokens,
                                   .longest_path = tokens};
}

/* Pairs (i, j) of n tokens with 1 <= j − i <= reach: Σ_(s = 1 … reach) (n − s), reach at most n
 * − 1. */
static double pairs_count(size_t n, size_t reach) {
    const double most = (double)(reach < n ? reach : n - 1);
    return most * (double)n - most * (most + 1.0) / 2.0;
}

struct attention_cost attention_cost_cnn(size_t n, size_t d, size_t kernel) {
    assert(n >= 1 && d >= 1 && kernel >= 1);
    const size_t left = (kernel - 1) / 2, right = kernel - 1 - left;
    const double taps = (double)n + pairs_count(n, left) + pairs_count(n, right);
    /* The right side reaches at least as far as the left: from the first row back from the last. */
    const size_t layers = attention_cnn_layers_between(n - 1, 0, kernel);
    return (struct attention_cost){.operations = taps * (double)d * (double)d,
                                   .sequential_steps = 1.0,
                                   .longest_path =
                                       layers == SIZE_MAX ? (double)INFINITY : (double)layers};
}

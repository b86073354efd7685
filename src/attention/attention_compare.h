/* attention_compare.h: attention beside a recurrent and a convolutional network over the same
 * embeddings. Part of library attention; attention.h is the manual (letters, numbers, failure,
 * threads).
 *
 * Three answers to "who can have heard of whom": a reach matrix says whether anything of token j
 * can be in the vector of token i; an influence matrix says how much, ‖∂y_i/∂x_j‖ (Frobenius), by
 * exact derivatives; the costs say what it takes (Vaswani et al. 2017, table 1).
 *
 * Rows and weights that are handed in are finite float32. Sums are added in double, in the order of
 * the index (taps in order, W before U, the bias last), and rounded once, so that no sum on the way
 * overflows; the same bits on every machine. Nothing is kept, and nothing but the allocator given
 * (NULL: malloc and free) is asked for memory: once per call, or not at all. Where a call fails,
 * what it was to fill holds nothing of use. */
#ifndef ATTENTION_COMPARE_H
#define ATTENTION_COMPARE_H

#include "attention.h"

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* A plain recurrent network (Elman 1990): y_0 = tanh(W x_0 + b), y_i = tanh(W x_i + U y_(i−1) + b).
 */
struct attention_rnn {
    size_t d, hidden;          /* numbers per token, and of the state */
    const float *input_weight; /* W [hidden, d] */
    const float *state_weight; /* U [hidden, hidden] */
    const float *bias;         /* [hidden], or NULL */
};
/* One 1-D convolution with zero padding: y_i = b + Σ_t W_t x_(i + t − left), t = 0 … kernel − 1,
 * left = (kernel − 1) / 2 rounded down (an even kernel looks one further to the right). */
struct attention_cnn {
    size_t d, channels, kernel; /* kernel >= 1 */
    const float *weight;        /* [kernel, channels, d] */
    const float *bias;          /* [channels], or NULL */
};

/* Weights for a comparison where nobody has trained any: out [count] normal numbers of mean 0 and
 * standard deviation `size` (0 … 1e37), seeded, the same on every machine (splitmix64, Steele, Lea
 * and Flood 2014; Box and Muller 1958). 1 / √(inputs) keeps the size of what goes in; for W and U
 * together that is 1 / √(d + hidden). One seed gives one stream: take another for each array. */
void attention_normal_numbers(uint64_t seed, double size, size_t count, float *out);

/* x [n, d] → out [n, hidden], within ±1 whatever the numbers. Row i is final after i + 1 sequential
 * steps; the first rows of a longer run are those of a shorter one. */
void attention_rnn_run(const struct attention_rnn *rnn, const float *x, size_t n, float *out);
/* x [n, d] → out [n, channels]. ATTENTION_INVALID when a number is beyond float32; the sentence
 * names the token. */
enum attention_status attention_cnn_run(const struct attention_cnn *cnn, const float *x, size_t n,
                                        float *out, struct attention_error *error);

/* reach [n, n], n >= 1: 1 where something of token j can be in row i, else 0, for weights in
 * general (a weight may happen to be 0). rnn: after `steps` sequential steps; rows that have not
 * been computed yet have heard of nobody, not even of themselves. cnn: after `layers` convolutions,
 * one on top of the other; 0 layers: itself only. attention: after `layers` layers of
 * self-attention under the mask of options (NULL: none; nothing else is read of them), with
 * residual connections, so that a token has always heard of itself. ATTENTION_INVALID for a mask
 * that cannot be. */
void attention_rnn_reach(size_t n, size_t steps, uint8_t *reach);
void attention_cnn_reach(size_t n, size_t kernel, size_t layers, uint8_t *reach);
enum attention_status attention_reach(const struct attention_options *options, size_t n,
                                      size_t layers, const struct attention_allocator *allocator,
                                      uint8_t *reach, struct attention_error *error);
/* The first number of steps (rnn) or layers (cnn; 0 for i = j) with reach [i, j] = 1; SIZE_MAX:
 * never. */
size_t attention_rnn_steps_between(size_t i, size_t j);
size_t attention_cnn_layers_between(size_t i, size_t j, size_t kernel);

/* influence [n, n], n >= 1: ‖∂y_i/∂x_j‖. Derivatives are computed in double and the norm is rounded
 * once. ATTENTION_INVALID when float32 cannot hold one; the sentence names row and token. The one
 * of the recurrent network takes n² / 2 · hidden² · d multiply-adds (n = 64: 0.2 s with 64 and
 * 64, 1.3 s with 128 and 128, about), the one of the convolution next to nothing. */
enum attention_status attention_rnn_influence(const struct attention_rnn *rnn, const float *x,
                                              size_t n, const struct attention_allocator *allocator,
                                              float *influence, struct attention_error *error);
enum attention_status attention_cnn_influence(const struct attention_cnn *cnn, size_t n,
                                              float *influence, struct attention_error *error);
/* The attention of one layer of the trace's last pass (all heads that are on, W_O; not the
 * residual, not the network): y = attention_output, x = the rows that the attention reads (the
 * layer's input, after norm1 when that comes first). Self-attention: x feeds queries, keys and
 * values; influence [n, n]. With a context: influence [n, m] of the context's rows on y, through
 * keys and, unless there are values of their own, values. `weights` are those of the pass; edits
 * count. All F, masks, scale and temperature. Constants, with no slope: scores that are masked or
 * edited, all weights where τ = 0, and the cosine with a zero vector, where it has a jump.
 * ATTENTION_INVALID also for an empty trace, a layer that is not there and an attention_fault. Cost and derivation:
 * attention_compare_influence.c (n = 64, d = 64, h = 8: 14 ms to 40 ms, depending on F; with d =
 * 512 1.5 s to 3 s, about). */
enum attention_status attention_influence(const struct attention_trace *trace,
                                          const struct attention_weights *weights, int layer,
                                          const struct attention_allocator *allocator,
                                          float *influence, struct attention_error *error);

/* What one layer costs over n tokens of d numbers (hidden = channels = d), all >= 1. Multiply-adds,
 * exactly; products with W_Q … W_O are not part of table 1 and not counted. Path: the longest
 * number of steps between any two tokens of n. */
struct attention_cost {
    double operations; /* attention: 2 n² d; rnn: 2 n d² (minus the first step's U: n d² + (n − 1)
                          d²); cnn: k n d² minus what falls on padding */
    double sequential_steps; /* attention: 1; rnn: n; cnn: 1 */
    double longest_path;     /* attention: 1; rnn: n; cnn: layers until all n have met (0 for
                                one token; ∞ for kernels of 1 and 2, in which nobody hears from the
                                left) */
    double memory_cells;     /* numbers kept for the weights between tokens: attention n² per head;
                                others 0 */
};
struct attention_cost attention_cost_attention(size_t n, size_t d);
struct attention_cost attention_cost_rnn(size_t n, size_t d);
struct attention_cost attention_cost_cnn(size_t n, size_t d, size_t kernel);

/* Why scores are divided by √d_k: the mean of the largest weight of a softmax over `keys` keys, for
 * unit normal q and k of d_k numbers, over `trials` queries; unscaled and scaled. Seeded, the same
 * everywhere. trials · (d_k + keys) normal numbers are drawn: 2000 queries with d_k = 512 take 0.03
 * s, about. One weight varies by less than 0.25, so the mean is off by about 0.25 / √trials.
 * ATTENTION_INVALID outside d_k 1 … 4096, keys 1 … 1024, trials 1 … 1e6. */
enum attention_status attention_mean_largest_weight(size_t d_k, size_t keys, size_t trials,
                                                    uint64_t seed,
                                                    const struct attention_allocator *allocator,
                                                    double *unscaled, double *scaled,
                                                    struct attention_error *error);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif

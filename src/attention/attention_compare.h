/* attention_compare.h: attention beside a recurrent and a convolutional network over the same embeddings.
 * Part of library attention; attention.h is the manual (letters, numbers, failure, threads).
 *
 * Three answers to "who can have heard of whom": a reach matrix says whether anything of token j can be in
 * the vector of token i; an influence matrix says how much, ‖∂y_i/∂x_j‖ (Frobenius), by exact derivatives;
 * the costs say what it takes (Vaswani et al. 2017, table 1). */
#ifndef ATTENTION_COMPARE_H
#define ATTENTION_COMPARE_H

#include "attention.h"

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* A plain recurrent network (Elman 1990): y_0 = tanh(W x_0 + b), y_i = tanh(W x_i + U y_{i−1} + b). */
struct attention_rnn {
    size_t d, hidden;            /* numbers per token, and of the state */
    const float *input_weight;   /* W [hidden, d] */
    const float *state_weight;   /* U [hidden, hidden] */
    const float *bias;           /* [hidden], or NULL */
};
/* One 1-D convolution with zero padding: y_i = b + Σ_t W_t x_(i + t − left), t = 0 … kernel − 1,
 * left = (kernel − 1) / 2 rounded down (an even kernel looks one further to the right). */
struct attention_cnn {
    size_t d, channels, kernel;  /* kernel >= 1 */
    const float *weight;         /* [kernel, channels, d] */
    const float *bias;           /* [channels], or NULL */
};

/* Weights for a comparison where nobody has trained any: unit normal numbers divided by √(inputs), seeded, the
 * same on every machine (splitmix64, Steele, Lea and Flood 2014; Box and Muller 1958). Fills the arrays. */
void attention_normal_numbers(uint64_t seed, double size, size_t count, float *out);

/* x [n, d] → out [n, hidden]. Row i is final after i + 1 sequential steps. */
void attention_rnn_run(const struct attention_rnn *rnn, const float *x, size_t n, float *out);
/* x [n, d] → out [n, channels]. */
enum attention_status attention_cnn_run(const struct attention_cnn *cnn, const float *x, size_t n,
                                        float *out, struct attention_error *error);

/* Reach [n, n] (attention: [n, m]), 1 where something of token j can be in row i, else 0.
 * rnn: after `steps` sequential steps; rows that have not been computed yet have heard of nobody.
 * cnn: after `layers` convolutions. attention: after `layers` layers of self-attention under the mask of
 * options (with residual connections, so that a token has always heard of itself); 0 layers: itself only. */
void attention_rnn_reach(size_t n, size_t steps, uint8_t *reach);
void attention_cnn_reach(size_t n, size_t kernel, size_t layers, uint8_t *reach);
enum attention_status attention_reach(const struct attention_options *options, size_t n, size_t layers,
                                      const struct attention_allocator *allocator, uint8_t *reach,
                                      struct attention_error *error);
/* Steps (rnn), layers (cnn, attention) until row i has heard of token j; SIZE_MAX: never. */
size_t attention_rnn_steps_between(size_t i, size_t j);
size_t attention_cnn_layers_between(size_t i, size_t j, size_t kernel);

/* influence [n, n]: ‖∂y_i/∂x_j‖. Derivatives are computed in double and rounded once. */
enum attention_status attention_rnn_influence(const struct attention_rnn *rnn, const float *x, size_t n,
                                              const struct attention_allocator *allocator,
                                              float *influence, struct attention_error *error);
enum attention_status attention_cnn_influence(const struct attention_cnn *cnn, size_t n, float *influence,
                                              struct attention_error *error);
/* The attention of one layer of the trace's last pass (all heads that are on, W_O; not the residual, not the
 * network): y = attention_output, x = the rows that the attention reads (the layer's input, after norm1 when
 * that comes first). Self-attention: x feeds queries, keys and values; influence [n, n]. With a context:
 * influence [n, m] of the context's rows on y, through keys and, unless there are values of their own,
 * values. All F, masks, scale and temperature; where τ = 0 the weights do not move. Edited scores are
 * constants. */
enum attention_status attention_influence(const struct attention_trace *trace,
                                          const struct attention_weights *weights, int layer,
                                          const struct attention_allocator *allocator, float *influence,
                                          struct attention_error *error);

/* What one layer costs. Multiply-adds, exactly; products with W_Q … W_O are not part of table 1 and not
 * counted. Path: the longest number of steps between any two tokens of n. */
struct attention_cost {
    double operations;       /* attention: 2 n² d; rnn: 2 n d² (minus the first step's U: n d² + (n − 1) d²);
                                cnn: k n d² minus what falls on padding */
    double sequential_steps; /* attention: 1; rnn: n; cnn: 1 */
    double longest_path;     /* attention: 1; rnn: n; cnn: layers until all n have met */
    double memory_cells;     /* numbers kept for the weights between tokens: attention n² per head; others 0 */
};
struct attention_cost attention_cost_attention(size_t n, size_t d);
struct attention_cost attention_cost_rnn(size_t n, size_t d);
struct attention_cost attention_cost_cnn(size_t n, size_t d, size_t kernel);

/* Why scores are divided by √d_k: the mean of the largest weight of a softmax over `keys` keys, for unit
 * normal q and k of d_k numbers, over `trials` queries; unscaled and scaled. Seeded, the same everywhere.
 * ATTENTION_INVALID outside d_k 1 … 4096, keys 1 … 1024, trials 1 … 1e6. */
enum attention_status attention_mean_largest_weight(size_t d_k, size_t keys, size_t trials, uint64_t seed,
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

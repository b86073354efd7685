/* attention.h: self-attention and the Transformer layer around it, with every intermediate kept.
 *
 * WHAT IT IS. One forward pass over n token vectors through L layers of h heads. Every tensor that
 * is computed on the way stays readable in a trace: nothing is overwritten, nothing fused away.
 * WHAT IT IS NOT. It does not tokenize, read files, print, keep time, draw random numbers or start
 * threads. It includes only the C standard headers and keeps no state outside its arguments.
 *
 * LETTERS. n queries, m keys (m = n in self-attention), d = d_model, h heads, d_k and d_v numbers per
 * head in a key and in a value, d_ff hidden units, L layers. Rows are queries, columns are keys.
 * Matrices are row-major; weight matrices are out × in, as in PyTorch: y = x Wᵀ + b.
 *
 * NUMBERS. float32, IEEE 754, and the same bits on every machine: each output adds its products in
 * index order, reductions over a row go through a fixed tree, only + − × ÷ √ are used, and e^x,
 * tanh, erf, sine and cosine are the module's own (attention_math.h). Build without fused
 * multiply-add contraction (-ffp-contract=off) and without -ffast-math. A bias is added after the
 * products. A trace holds finite numbers only, and −∞ where a score is masked: a pass in which float32
 * overflows (a tensor, or the variance of a norm) or meets NaN is ATTENTION_INVALID, and the sentence
 * names the layer and the tensor.
 *
 * THREADS. No globals: any number of passes may run at once on different traces. A trace may be read
 * from many threads while no pass writes to it.
 *
 * FAILURE. Functions that can fail because of what a user supplied return an attention_status and
 * fill `error` (may be NULL) with one sentence that says what is wrong and what to do. A failed pass
 * leaves the trace exactly as it was. A mistake of the programmer (a NULL where one is not allowed)
 * is an assert.
 */
#ifndef ATTENTION_H
#define ATTENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATTENTION_VERSION "0.1.0"

enum attention_status {
    ATTENTION_OK = 0,
    ATTENTION_INVALID, /* a setting or shape is out of range: the sentence names it */
    ATTENTION_TOO_LARGE, /* the pass would not fit the given limit: the sentence gives its size */
    ATTENTION_NO_MEMORY
};

struct attention_error {
    char text[256]; /* UTF-8, one sentence, ends in what to do */
};

/* Largest values accepted; checked before anything is allocated. */
enum {
    ATTENTION_MAX_D = 4096,
    ATTENTION_MAX_HEADS = 64,
    ATTENTION_MAX_LAYERS = 96,
    ATTENTION_MAX_TOKENS = 1 << 20
};

/* F(q, k). The dot product is "Attention Is All You Need" (Vaswani et al. 2017), section 3.2.1. */
enum attention_similarity { ATTENTION_SIMILARITY_DOT = 0 };

enum attention_mask {
    ATTENTION_MASK_NONE = 0,
    ATTENTION_MASK_CAUSAL, /* key j is allowed for query i when j <= i */
    ATTENTION_MASK_CUSTOM  /* `allowed` says which: n × m bytes, non-zero means allowed */
};

enum attention_position {
    ATTENTION_POSITION_NONE = 0,
    ATTENTION_POSITION_SINUSOIDAL, /* Vaswani et al. 2017, section 3.5; interleaved: 2i sine, 2i+1 cosine */
    ATTENTION_POSITION_LEARNED     /* rows of position_weight */
};

enum attention_norm { ATTENTION_NORM_POST = 0, ATTENTION_NORM_NONE, ATTENTION_NORM_PRE };
enum attention_activation { ATTENTION_ACTIVATION_RELU = 0, ATTENTION_ACTIVATION_GELU /* erf form */ };

/* The shape of a model. d_model, layers, heads, d_k, d_v are required (>= 1); zero elsewhere means
 * the default named beside the field. */
struct attention_config {
    int d_model, layers, heads, d_k, d_v;
    int d_ff; /* 0: no feed-forward network */
    enum attention_similarity similarity;
    enum attention_position position;
    double position_base; /* of the sinusoids; 0 means 10000 */
    int position_rows;    /* learned: rows of position_weight; n may not exceed it */
    bool is_residual_off;
    enum attention_norm norm;
    enum attention_activation activation;
};

/* How one pass is run: what a reader may switch without changing the model. Zeroed means: scores are
 * divided by √d_k, temperature 1, no mask. */
struct attention_options {
    bool is_scale_off;
    bool has_temperature; /* when false, temperature is 1 */
    float temperature;    /* τ >= 0, finite; multiplies √d_k (acts alone when scaling is off);
                             0 shares equally among the largest scores, and `scores` then
                             holds the similarity undivided */
    enum attention_mask mask;
    const uint8_t *allowed; /* ATTENTION_MASK_CUSTOM: [n, m]; otherwise NULL */
    size_t memory_limit_bytes; /* 0: no limit */
};

/* Weights of one layer. The caller owns them; they must stay until the pass returns. Biases may be
 * NULL (zero). norm1, norm2 when the model has norms (norm2 only with an FFN); up and down with d_ff > 0. */
struct attention_layer_weights {
    const float *q_weight, *q_bias;       /* [h·d_k, d], [h·d_k] */
    const float *k_weight, *k_bias;       /* [h·d_k, d], [h·d_k] */
    const float *v_weight, *v_bias;       /* [h·d_v, d], [h·d_v] */
    const float *o_weight, *o_bias;       /* [d, h·d_v], [d] */
    const float *norm1_weight, *norm1_bias; /* [d], [d] */
    const float *norm2_weight, *norm2_bias; /* [d], [d] */
    const float *up_weight, *up_bias;     /* [d_ff, d], [d_ff] */
    const float *down_weight, *down_bias; /* [d, d_ff], [d] */
};

struct attention_weights {
    struct attention_config config;
    const float *position_weight;                  /* learned: [position_rows, d] */
    const struct attention_layer_weights *layers;  /* L of them */
};

/* Every tensor of a trace: X(NAME, file name, per layer?, letters of its shape, meaning).
 * Letters: n m as above, h heads, k = d_k, v = d_v, c = h·d_v, d = d_model, f = d_ff. */
#define ATTENTION_TENSORS(X)                                                                       \
    X(EMBEDDING, "embedding", false, "nd", "row of the embedding table for each token")            \
    X(POSITION, "position", false, "nd", "position vector of each place")                          \
    X(X, "x", false, "nd", "embedding + position")                                                 \
    X(Q, "q", true, "hnk", "queries")                                                              \
    X(K, "k", true, "hmk", "keys")                                                                 \
    X(V, "v", true, "hmv", "values")                                                               \
    X(SIMILARITY, "similarity", true, "hnm", "F(q, k) before scaling")                             \
    X(SCORES, "scores", true, "hnm", "scaled; −∞ where masked")                                    \
    X(WEIGHTS, "weights", true, "hnm", "softmax of each row of scores")                            \
    X(HEAD_OUTPUT, "head_output", true, "hnv", "weighted sum of the values")                       \
    X(CONCAT, "concat", true, "nc", "the heads' outputs side by side")                             \
    X(ATTENTION_OUTPUT, "attention_output", true, "nd", "concat · W_Oᵀ + b_O")                     \
    X(RESIDUAL1, "residual1", true, "nd", "layer input + attention output")                        \
    X(NORM1, "norm1", true, "nd", "first layer norm")                                              \
    X(FFN_HIDDEN, "ffn_hidden", true, "nf", "hidden units after the activation")                   \
    X(FFN_OUTPUT, "ffn_output", true, "nd", "output of the feed-forward network")                  \
    X(RESIDUAL2, "residual2", true, "nd", "input of the network + its output")                     \
    X(NORM2, "norm2", true, "nd", "second layer norm")                                             \
    X(OUTPUT, "output", true, "nd", "output of the layer")

enum attention_tensor_id {
#define X(NAME, file, per_layer, shape, meaning) ATTENTION_TENSOR_##NAME,
    ATTENTION_TENSORS(X)
#undef X
        ATTENTION_TENSOR_COUNT
};

/* A view of one tensor. data is NULL and dims 0 when the model has no such tensor. */
struct attention_tensor {
    const float *data; /* owned by the trace; valid until the next pass into it or its end */
    int dims;          /* 2 or 3 */
    size_t shape[3];
};

/* Memory comes from here; NULL functions mean malloc and free. Both get `context`. */
struct attention_allocator {
    void *(*allocate)(void *context, size_t bytes);
    void (*release)(void *context, void *memory);
    void *context;
};

/* The result of one pass: opaque, one block of memory. Two blocks take turns, so that a pass that
 * fails leaves the last one whole. */
struct attention_trace;

/* Returns NULL when there is no memory. allocator may be NULL. */
struct attention_trace *attention_trace_new(const struct attention_allocator *allocator);
void attention_trace_free(struct attention_trace *trace); /* NULL is allowed */

/* One forward pass. embedding [n, d] is copied; its numbers must be finite. n >= 1. On success the trace
 * holds the new pass (attention_trace_tensor); on failure it still holds the one before. */
enum attention_status attention_pass(struct attention_trace *trace, const struct attention_weights *weights,
                                     const struct attention_options *options, const float *embedding,
                                     size_t n, struct attention_error *error);

/* layer counts from 0 and is ignored for tensors that are not per layer. An empty trace has none. */
struct attention_tensor attention_trace_tensor(const struct attention_trace *trace,
                                               enum attention_tensor_id id, int layer);
/* The input of a layer [n, d]: x for layer 0, else the output of the layer before. */
struct attention_tensor attention_trace_layer_input(const struct attention_trace *trace, int layer);
size_t attention_trace_tokens(const struct attention_trace *trace); /* n; 0 when empty */
const struct attention_config *attention_trace_config(const struct attention_trace *trace); /* NULL when empty */
/* What scores were divided by: √d_k · τ as used (1 when neither acts; 0 for τ = 0). */
float attention_trace_divisor(const struct attention_trace *trace);

const char *attention_tensor_name(enum attention_tensor_id id);    /* "weights" */
bool attention_tensor_is_per_layer(enum attention_tensor_id id);
const char *attention_tensor_letters(enum attention_tensor_id id); /* "hnm" */
const char *attention_tensor_meaning(enum attention_tensor_id id);

/* Checks a configuration and gives the bytes a pass over n tokens will take. */
enum attention_status attention_config_check(const struct attention_config *config,
                                             struct attention_error *error);
enum attention_status attention_pass_bytes(const struct attention_config *config, size_t n,
                                           size_t *bytes, struct attention_error *error);

/* The parts, for readers who want one alone. All of them are what the pass itself calls. */

/* out[j] = e^(row[j] − max) (0 where row[j] is −∞), *maximum the row's largest, *total their sum in
 * the pass's order. weights are out[j] / *total. A row of −∞ only: all 0, total 0, maximum −∞. The
 * row's numbers are finite or −∞. */
void attention_softmax_exponentials(const float *row, size_t m, float *out, float *maximum, float *total);
/* weights[j]; sums to 1, or is all 0 when every score is −∞. May work in place. */
void attention_softmax(const float *row, size_t m, float *weights);
/* Mean, biased variance and (x − mean) / √(variance + 1e-5) · gain + bias (gain, bias may be NULL).
 * Layer Normalization, Ba, Kiros and Hinton 2016, section 3. mean and variance may be NULL. The variance
 * is ∞ where float32 cannot hold it (numbers beyond about 1e19). */
void attention_layer_norm(const float *x, size_t d, const float *gain, const float *bias, float *out,
                          float *mean, float *variance);
float attention_relu(float x);
float attention_gelu(float x); /* x · Φ(x), the erf form; Hendrycks and Gimpel 2016 */
/* out [n, d]: sin(pos / base^(2i/d)) in column 2i, cos in 2i+1, for pos = 0 … n−1.
 * base >= 1; 0 means 10000. */
void attention_sinusoids(size_t n, size_t d, double base, float *out);
/* Σ a[i]·b[i], added in index order as in the pass. */
float attention_dot(const float *a, const float *b, size_t count);

#ifdef __cplusplus
}
#endif
#endif

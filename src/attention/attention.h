/* attention.h: attention and the Transformer layer around it, with every intermediate kept.
 *
 * WHAT IT IS. One forward pass over n token vectors through L layers of h heads: self-attention, or
 * cross-attention when keys and values come from a context sequence. Every tensor that is computed
 * on the way stays readable in a trace: nothing is overwritten, nothing fused away. Two headers
 * stand beside this one: attention_explain.h writes down the arithmetic of any number as data and
 * compares passes; attention_compare.h has the RNN, the convolution, what each of them and
 * attention can reach, and what they cost.
 * WHAT IT IS NOT. It does not tokenize, read files, print, keep time or draw random numbers that
 * nobody seeded. It keeps no state outside its arguments, and starts threads only when asked for
 * (attention_pool_new).
 *
 * LETTERS. n queries, m keys (m = n in self-attention), d = d_model, h heads, d_k and d_v numbers per
 * head in a key and in a value, d_a hidden units of the additive F, d_ff of the network, L layers.
 * Rows are queries, columns are keys. Matrices are row-major; weight matrices are out × in, as in
 * PyTorch: y = x Wᵀ + b. Layers, heads, rows and columns count from 0; in sentences for people from 1.
 *
 * NUMBERS. float32, IEEE 754, and the same bits on every machine, with every compiler, with every
 * kernel and any number of threads: each output adds its products in index order, reductions over a
 * row go through a fixed tree, only + − × ÷ √ are used, and e^x, tanh, erf, sine and cosine are the
 * module's own. Build without fused multiply-add contraction (-ffp-contract=off) and without
 * -ffast-math. A bias is added after the products. attention_output adds up head by head: the sum
 * over one head's d_v products is made on its own (that head's share), and the shares are added in
 * the order of the heads, then the bias. A trace holds finite numbers only, and −∞ where a score is
 * masked: a pass in which float32 overflows (a tensor, or the variance of a norm) or meets NaN is
 * ATTENTION_INVALID, and the sentence names the layer and the tensor.
 *
 * THREADS. No globals: any number of passes may run at once on different traces (each with a pool of
 * its own, or none). A trace may be read from many threads while no pass writes to it.
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
/* The shared library exports what stands in its three headers, and nothing else. */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

#define ATTENTION_VERSION "0.2.0"

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

/* F(q, k): how a query is compared with a key.
 * dot       q·k                         Vaswani et al. 2017 ("Attention Is All You Need"), section 3.2.1
 * cosine    q·k / (‖q‖ ‖k‖)             Graves, Wayne and Danihelka 2014 ("Neural Turing Machines"),
 *                                       section 3.3.1; 0 when either is the zero vector. Computed as
 *                                       the dot product of the unit vectors q/‖q‖ and k/‖k‖.
 * general   qᵀ W k                      Luong, Pham and Manning 2015, section 3.1
 * additive  wᵀ tanh(W_q q + W_k k)      Bahdanau, Cho and Bengio 2015, appendix A.1.2 */
enum attention_similarity {
    ATTENTION_SIMILARITY_DOT = 0,
    ATTENTION_SIMILARITY_COSINE,
    ATTENTION_SIMILARITY_GENERAL,
    ATTENTION_SIMILARITY_ADDITIVE
};

/* Which keys a query may see. A key that is not allowed has the score −∞ and the weight 0; a query
 * that may see none has a row of zeros. */
enum attention_mask {
    ATTENTION_MASK_NONE = 0,
    ATTENTION_MASK_CAUSAL,  /* key j is allowed for query i when j <= i, also when m != n */
    ATTENTION_MASK_PADDING, /* the last mask_size keys are padding: allowed when j < m − mask_size */
    ATTENTION_MASK_WINDOW,  /* allowed when |i − j| <= mask_size */
    ATTENTION_MASK_CUSTOM   /* `allowed` says which: n × m bytes, non-zero means allowed */
};

enum attention_position {
    ATTENTION_POSITION_NONE = 0,
    ATTENTION_POSITION_SINUSOIDAL, /* Vaswani et al. 2017, section 3.5; interleaved: 2i sine, 2i+1 cosine */
    ATTENTION_POSITION_LEARNED     /* rows of position_weight */
};

/* Where layer norm stands: after each residual sum (Vaswani et al. 2017), or before each branch (Xiong
 * et al. 2020, figure 1). */
enum attention_norm { ATTENTION_NORM_POST = 0, ATTENTION_NORM_NONE, ATTENTION_NORM_PRE };
enum attention_activation { ATTENTION_ACTIVATION_RELU = 0, ATTENTION_ACTIVATION_GELU /* erf form */ };

/* Which build of the kernels runs. All give the same bits; the choice is there for tests and
 * measurements. One that the processor or the build lacks is ATTENTION_INVALID. */
enum attention_kernels_choice {
    ATTENTION_KERNELS_BEST = 0, /* the fastest that this processor has */
    ATTENTION_KERNELS_PLAIN,    /* loops written to be read, on any processor */
    ATTENTION_KERNELS_SSE2,
    ATTENTION_KERNELS_AVX2,
    ATTENTION_KERNELS_AVX512
};
bool attention_kernels_exist(enum attention_kernels_choice choice); /* here, on this processor */
const char *attention_kernels_name(enum attention_kernels_choice choice); /* "avx2"; of BEST: what it is */

/* The shape of a model. d_model, layers, heads, d_k, d_v are required (>= 1); zero elsewhere means
 * the default named beside the field. */
struct attention_config {
    int d_model, layers, heads, d_k, d_v;
    int d_ff; /* 0: no feed-forward network */
    enum attention_similarity similarity;
    int d_a; /* additive: hidden units, 1 … ATTENTION_MAX_D; 0 means d_k */
    enum attention_position position;
    double position_base; /* of the sinusoids, 1 … 1e9; 0 means 10000 */
    int position_rows;    /* learned: rows of position_weight; n and m may not exceed it */
    bool is_residual_off;
    enum attention_norm norm;
    enum attention_activation activation;
};

/* One number replaced before a pass uses it: a what-if. */
struct attention_edit {
    int tensor;   /* an attention_weight_id that the model has, or one of the inputs EMBEDDING, POSITION,
                     CONTEXT_EMBEDDING, CONTEXT_POSITION, VALUES_EMBEDDING, VALUES_POSITION, or SCORES:
                     a scaled and masked score right before softmax */
    int layer;    /* from 0; ignored for tensors that are not per layer */
    size_t index; /* flat, row-major, in the tensor's shape */
    float value;  /* finite; for SCORES also −∞, which masks that one key */
};

/* Two mistakes that are made so often that a reader shall see what they do. The rest of the pass stays as
 * it is; explanations tell what was done. z: scores. */
enum attention_fault {
    ATTENTION_FAULT_NONE = 0,
    /* The softmax runs down each column instead of along each row: weights_ij = e^(z_ij − max_l z_lj) /
     * Σ_l e^(z_lj − max_l z_lj), so that columns add up to 1 and rows to anything. A column of −∞ alone is
     * 0; with τ = 0 the largest scores of a column share equally. */
    ATTENTION_FAULT_SOFTMAX_OVER_QUERIES,
    /* The softmax is over all keys, and weights of masked ones are made 0 afterwards: scores hold no −∞ but
     * what edits put there, and a row with masked keys adds up to less than 1. */
    ATTENTION_FAULT_MASK_AFTER_SOFTMAX
};

struct attention_pool; /* threads that work for passes: attention_pool_new */

/* How one pass is run: what a reader may switch without changing the model. Zeroed means: scores are
 * divided by √d_k, temperature 1, no mask, all heads, no edits, no fault, this thread alone. */
struct attention_options {
    bool is_scale_off;
    bool has_temperature; /* when false, temperature is 1 */
    float temperature;    /* τ >= 0, finite; multiplies √d_k (acts alone when scaling is off);
                             0 shares equally among the largest scores, and `scores` then
                             holds the similarity undivided */
    enum attention_mask mask;
    size_t mask_size;       /* PADDING: keys at the end, at most m; WINDOW: keys on either side */
    const uint8_t *allowed; /* ATTENTION_MASK_CUSTOM: [n, m]; otherwise NULL */
    const uint8_t *heads_off; /* [L, h]: a non-zero byte makes that head's output 0 (its weights stay);
                                 NULL: all are on */
    const struct attention_edit *edits; /* applied in order; NULL when edit_count is 0 */
    size_t edit_count;
    enum attention_fault fault;
    size_t memory_limit_bytes; /* of the trace block; 0: no limit */
    struct attention_pool *pool; /* NULL: the calling thread alone. One pass at a time may use a pool. */
    enum attention_kernels_choice kernels;
};

/* Weights of one layer. The caller owns them; they must stay until the pass returns (and, for
 * explanations, as long as those are asked for). Biases may be NULL (zero), gains (norm weights) too
 * (one). What an F lacks has a default: W of general the identity; W_q and W_k of additive the
 * identity (d_a = d_k), w ones. up and down are needed with d_ff > 0, the others always. */
struct attention_layer_weights {
    const float *q_weight, *q_bias;       /* [h·d_k, d], [h·d_k] */
    const float *k_weight, *k_bias;       /* [h·d_k, d], [h·d_k] */
    const float *v_weight, *v_bias;       /* [h·d_v, d], [h·d_v] */
    const float *o_weight, *o_bias;       /* [d, h·d_v], [d] */
    const float *general_weight;          /* [h, d_k, d_k]: F = Σ_ab q_a W_ab k_b */
    const float *additive_q_weight;       /* [h, d_a, d_k] */
    const float *additive_k_weight;       /* [h, d_a, d_k] */
    const float *additive_w;              /* [h, d_a] */
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

/* What a pass reads. The caller owns all of it; it is copied. Every number must be finite. */
struct attention_input {
    const float *embedding; /* [n, d] */
    size_t n;               /* >= 1 */
    const float *context;   /* [m, d]: every layer's keys and values are made from these rows, never
                               normalised, with positions from 0. NULL: self-attention, m = n */
    size_t m;               /* >= 1 with a context; otherwise ignored */
    const float *values;    /* [m, d]: with a context, values are made from these rows instead; or NULL */
};

/* Every tensor of a trace: X(NAME, file name, per layer?, letters of its shape, meaning).
 * Letters: n m as above, h heads, k = d_k, v = d_v, c = h·d_v, d = d_model, f = d_ff, a = d_a (of
 * cosine and general: d_k). */
#define ATTENTION_TENSORS(X)                                                                       \
    X(EMBEDDING, "embedding", false, "nd", "row of the embedding table for each token")            \
    X(POSITION, "position", false, "nd", "position vector of each place")                          \
    X(X, "x", false, "nd", "embedding + position")                                                 \
    X(CONTEXT_EMBEDDING, "context.embedding", false, "md", "embedding of each context token")      \
    X(CONTEXT_POSITION, "context.position", false, "md", "position vector of each context place")  \
    X(CONTEXT_X, "context.x", false, "md", "context embedding + position: keys come from it")      \
    X(VALUES_EMBEDDING, "values.embedding", false, "md", "embedding of each token of the values")  \
    X(VALUES_POSITION, "values.position", false, "md", "position vector of each of their places")  \
    X(VALUES_X, "values.x", false, "md", "their embedding + position: values come from it")        \
    X(Q, "q", true, "hnk", "queries")                                                              \
    X(K, "k", true, "hmk", "keys")                                                                 \
    X(V, "v", true, "hmv", "values")                                                               \
    X(SIMILARITY_QUERY, "similarity_query", true, "hna",                                           \
      "what F makes of a query first: q/‖q‖ (cosine), qᵀW (general), W_q q (additive)")            \
    X(SIMILARITY_KEY, "similarity_key", true, "hma",                                               \
      "what F makes of a key first: k/‖k‖ (cosine), W_k k (additive)")                             \
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

/* Every weight: X(NAME, member of attention_layer_weights, file name, letters of its shape). Letters as
 * above, and p = h·d_k, N = position_rows. Their ids go on where those of the tensors end, so that one
 * number names any operand. */
#define ATTENTION_LAYER_WEIGHTS(X)                                                                 \
    X(Q, q_weight, "attention.q.weight", "pd")                                                     \
    X(Q_BIAS, q_bias, "attention.q.bias", "p")                                                     \
    X(K, k_weight, "attention.k.weight", "pd")                                                     \
    X(K_BIAS, k_bias, "attention.k.bias", "p")                                                     \
    X(V, v_weight, "attention.v.weight", "cd")                                                     \
    X(V_BIAS, v_bias, "attention.v.bias", "c")                                                     \
    X(O, o_weight, "attention.o.weight", "dc")                                                     \
    X(O_BIAS, o_bias, "attention.o.bias", "d")                                                     \
    X(GENERAL, general_weight, "attention.general.weight", "hkk")                                  \
    X(ADDITIVE_Q, additive_q_weight, "attention.additive.q.weight", "hak")                         \
    X(ADDITIVE_K, additive_k_weight, "attention.additive.k.weight", "hak")                         \
    X(ADDITIVE_W, additive_w, "attention.additive.w", "ha")                                        \
    X(NORM1, norm1_weight, "norm1.weight", "d")                                                    \
    X(NORM1_BIAS, norm1_bias, "norm1.bias", "d")                                                   \
    X(NORM2, norm2_weight, "norm2.weight", "d")                                                    \
    X(NORM2_BIAS, norm2_bias, "norm2.bias", "d")                                                   \
    X(UP, up_weight, "ffn.up.weight", "fd")                                                        \
    X(UP_BIAS, up_bias, "ffn.up.bias", "f")                                                        \
    X(DOWN, down_weight, "ffn.down.weight", "df")                                                  \
    X(DOWN_BIAS, down_bias, "ffn.down.bias", "d")

enum attention_weight_id {
    ATTENTION_WEIGHT_POSITION = ATTENTION_TENSOR_COUNT, /* position.weight [N, d]; not per layer */
#define X(NAME, member, file, shape) ATTENTION_WEIGHT_##NAME,
    ATTENTION_LAYER_WEIGHTS(X)
#undef X
        ATTENTION_QUANTITY_COUNT /* tensors and weights together */
};

/* A view of one tensor or weight. data is NULL and dims 0 when the model has no such tensor. */
struct attention_tensor {
    const float *data; /* of a tensor: owned by the trace, valid until the next pass into it or its end */
    int dims;          /* 1 to 3 */
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

/* One forward pass. On success the trace holds the new pass (attention_trace_tensor); on failure it
 * still holds the one before. options may be NULL (all defaults). */
enum attention_status attention_pass(struct attention_trace *trace, const struct attention_weights *weights,
                                     const struct attention_options *options,
                                     const struct attention_input *input, struct attention_error *error);

/* layer counts from 0 and is ignored for tensors that are not per layer. An empty trace has none. */
struct attention_tensor attention_trace_tensor(const struct attention_trace *trace,
                                               enum attention_tensor_id id, int layer);
/* The input of a layer [n, d]: x for layer 0, else the output of the layer before. */
struct attention_tensor attention_trace_layer_input(const struct attention_trace *trace, int layer);
/* A weight as the last pass used it: `weights` (those of that pass) with its edits. The data belong to
 * `weights`, or to the trace where an edit changed them. dims 0 where nothing is stored: what is NULL in
 * `weights` (a bias, a gain, the identity that an F lacks) and was not edited. */
struct attention_tensor attention_trace_weight(const struct attention_trace *trace,
                                               const struct attention_weights *weights,
                                               enum attention_weight_id id, int layer);
size_t attention_trace_tokens(const struct attention_trace *trace); /* n; 0 when empty */
size_t attention_trace_keys(const struct attention_trace *trace);   /* m; 0 when empty */
const struct attention_config *attention_trace_config(const struct attention_trace *trace); /* NULL when empty */
/* What scores were divided by: √d_k · τ as used (1 when neither acts; 0 for τ = 0). */
float attention_trace_divisor(const struct attention_trace *trace);
enum attention_fault attention_trace_fault(const struct attention_trace *trace); /* NONE when empty */
bool attention_trace_is_head_off(const struct attention_trace *trace, int layer, int head);
/* Whether an edit put this number there; tensor is of either kind, as in attention_edit. */
bool attention_trace_is_edited(const struct attention_trace *trace, int tensor, int layer, size_t index);

/* One head's share of attention_output [n, d]: o_h W_O,hᵀ, its d_v columns of W_O. Added in the order of
 * the heads, and then b_O, the shares are attention_output bit for bit. `weights` are those of the pass. */
void attention_trace_head_share(const struct attention_trace *trace,
                                const struct attention_weights *weights, int layer, int head, float *out);
/* out [n, m]: a_ij · ‖v_j‖ of one head, so that a large weight on a tiny value is seen to do nothing
 * (Kobayashi et al. 2020, "Attention is Not Only a Weight", section 3). 0 where a_ij is 0; elsewhere ∞
 * when ‖v_j‖ is beyond float32. */
void attention_trace_value_weighted(const struct attention_trace *trace, int layer, int head, float *out);

/* Both of tensors and weights (an attention_tensor_id or attention_weight_id). */
const char *attention_tensor_name(int id);    /* "weights", "attention.q.weight" */
bool attention_tensor_is_per_layer(int id);
const char *attention_tensor_letters(int id); /* "hnm" */
const char *attention_tensor_meaning(int id); /* of tensors; of weights the name */
/* The shape that a pass over n queries and m keys gives it, whether or not the model has it (a size of
 * a part that the model lacks may be 0); returns its dimensions, 1 to 3. The configuration is one that
 * attention_config_check accepts. */
int attention_tensor_shape(const struct attention_config *config, size_t n, size_t m, int id,
                           size_t shape[3]);

/* Checks a configuration. */
enum attention_status attention_config_check(const struct attention_config *config,
                                             struct attention_error *error);
/* The bytes of the trace block of such a pass; only n, m and which rows are there is read of `input`.
 * A pass allocates nothing else. options may be NULL. */
enum attention_status attention_pass_bytes(const struct attention_config *config,
                                           const struct attention_options *options,
                                           const struct attention_input *input, size_t *bytes,
                                           struct attention_error *error);

/* Threads for passes. `threads` counts the caller's one too: threads − 1 are started, and they sleep
 * while no pass runs. Fewer than 1 is taken as 1, more than ATTENTION_POOL_MAX_THREADS as that many;
 * where the system starts fewer, the pool has fewer (attention_pool_threads). NULL when there is no
 * memory. allocator may be NULL; it must outlive the pool. */
enum { ATTENTION_POOL_MAX_THREADS = 256 };
struct attention_pool *attention_pool_new(int threads, const struct attention_allocator *allocator);
void attention_pool_free(struct attention_pool *pool); /* NULL is allowed; not while a pass uses it */
int attention_pool_threads(const struct attention_pool *pool); /* 1 for NULL */

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

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif

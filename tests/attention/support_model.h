/* support_model.h: random numbers that are the same everywhere, and models, texts and settings made
 * of them. */
#ifndef SUPPORT_MODEL_H
#define SUPPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attention/attention.h"

enum { TEST_MODEL_LAYERS = 4, TEST_MOST_EDITS = 8, TEST_POSITION_ROWS = 64 };

struct test_random {
    uint64_t state;
};
uint64_t test_random_bits(struct test_random *random);
size_t test_random_below(struct test_random *random, size_t count); /* 0 … count − 1 */
bool test_random_one_in(struct test_random *random, size_t count);
float test_random_float(struct test_random *random, float low,
                        float high); /* multiples of 2^-24 of it */

struct test_model {
    struct attention_weights weights;
    struct attention_layer_weights layers[TEST_MODEL_LAYERS];
    float *memory; /* owned */
};
/* Weights about ±1/√inputs, so that layers keep their scale and errors do not grow wild. Biases,
 * gains and the weights of an F are there or not. */
void test_model_make(struct test_model *model, const struct attention_config *config,
                     struct test_random *random);
void test_model_free(struct test_model *model);
/* The same number, to be written to. NULL for NULL. */
float *test_model_writable(const struct test_model *model, const float *weight);

/* Any shape of model: F, norms, residual, activation, positions, 1–4 layers, up to `largest_d`
 * columns. Cosine has d_k >= 4: the direction of a vector that is nearly zero drowns in rounding.
 */
struct attention_config test_config_any(struct test_random *random, size_t largest_d);
float *test_embedding_make(struct test_random *random, size_t n, size_t d); /* malloc'd [n, d] */

/* A model, what it reads, and how: all of one pass. It points into itself; do not copy it. */
struct test_case {
    struct test_model model;
    struct attention_input input;
    struct attention_options options;
    float *embedding, *context, *values; /* owned, as are the two below */
    uint8_t *allowed, *heads_off;
    struct attention_edit edits[TEST_MOST_EDITS];
};
/* A model of that shape over n tokens, self-attention, all options as they are without asking. */
void test_case_make(struct test_case *c, const struct attention_config *config,
                    struct test_random *random, size_t n);
void test_case_add_context(struct test_case *c, struct test_random *random, size_t m,
                           bool has_values);
/* Padding and window get a random size, custom random permissions. After the context. */
void test_case_add_mask(struct test_case *c, struct test_random *random, enum attention_mask mask);
void test_case_add_heads_off(struct test_case *c, struct test_random *random);
/* Random numbers in random places of inputs, weights (also of those that are absent) and scores;
 * the last of all. */
void test_case_add_edits(struct test_case *c, struct test_random *random, size_t count);
/* Anything: every kind of model, n and m up to `largest_n`, and all the options above. */
void test_case_any(struct test_case *c, struct test_random *random, size_t largest_d,
                   size_t largest_n);
void test_case_free(struct test_case *c);

size_t test_case_keys(const struct test_case *c); /* m */
/* How many numbers there are of an input, of the scores, or of a weight (absent or not) that an
 * edit may name; 0 where the model has no such thing or an edit may not name it. */
size_t test_case_editable(const struct test_case *c, int id);
/* The pass; the test fails with its sentence when it is refused. */
void test_case_pass(const struct test_case *c, struct attention_trace *trace);

/* FNV-1a over every number of every tensor, in the order of ATTENTION_TENSORS, layer by layer. */
uint64_t test_trace_hash(const struct attention_trace *trace);
uint64_t test_numbers_hash(const float *numbers, size_t count); /* the same hash */
size_t test_tensor_count(const struct attention_tensor *tensor);
/* The same bits in the same shape, or both absent. */
bool test_tensor_is_same(const struct attention_trace *a, const struct attention_trace *b,
                         enum attention_tensor_id id, int layer);

#endif

/* support_model.h: random numbers that are the same everywhere, and models made of them. */
#ifndef SUPPORT_MODEL_H
#define SUPPORT_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "attention/attention.h"

enum { TEST_MODEL_LAYERS = 4 };

struct test_random {
    uint64_t state;
};
uint64_t test_random_bits(struct test_random *random);
size_t test_random_below(struct test_random *random, size_t count); /* 0 … count − 1 */
float test_random_float(struct test_random *random, float low,
                        float high); /* multiples of 2^-24 of it */

struct test_model {
    struct attention_weights weights;
    struct attention_layer_weights layers[TEST_MODEL_LAYERS];
    float *memory; /* owned */
};
/* Weights about ±1/√inputs, so that layers keep their scale and errors do not grow wild. Biases are
 * there or not. */
void test_model_make(struct test_model *model, const struct attention_config *config,
                     struct test_random *random);
void test_model_free(struct test_model *model);

/* Any shape of model: norms, residual, activation, positions, 1–4 layers, up to `largest_d`
 * columns. */
struct attention_config test_config_any(struct test_random *random, size_t largest_d);
float *test_embedding_make(struct test_random *random, size_t n, size_t d); /* malloc'd [n, d] */

/* FNV-1a over every number of every tensor, in the order of ATTENTION_TENSORS, layer by layer. */
uint64_t test_trace_hash(const struct attention_trace *trace);
size_t test_tensor_count(const struct attention_tensor *tensor);

#endif

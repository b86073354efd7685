#include "support_model.h"

#include <stdlib.h>
#include <string.h>

/* splitmix64, Steele, Lea and Flood 2014. */
uint64_t test_random_bits(struct test_random *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t test_random_below(struct test_random *random, size_t count) {
    return (size_t)(test_random_bits(random) % count);
}

float test_random_float(struct test_random *random, float low, float high) {
    const float share = (float)(test_random_bits(random) >> 40) / 16777216.0f;
    return low + (high - low) * share;
}

/* Hands out `count` numbers in ±size/√inputs (√ by doubling: only its rough size matters). */
static const float *take(float **next, struct test_random *random, size_t count, size_t inputs) {
    float size = 1.0f;
    for (size_t i = inputs; i >= 4; i /= 4)
        size *= 0.5f;
    float *numbers = *next;
    for (size_t i = 0; i < count; i++)
        numbers[i] = test_random_float(random, -size, size);
    *next += count;
    return numbers;
}

static const float *take_or_null(float **next, struct test_random *random, size_t count) {
    return test_random_below(random, 3) == 0 ? NULL : take(next, random, count, 4);
}

static const float *take_gain(float **next, struct test_random *random, size_t count) {
    float *numbers = *next;
    for (size_t i = 0; i < count; i++)
        numbers[i] = test_random_float(random, 0.5f, 1.5f);
    *next += count;
    return numbers;
}

static void layer_make(struct attention_layer_weights *w, const struct attention_config *config,
                       float **next, struct test_random *random) {
    const size_t d = (size_t)config->d_model, d_ff = (size_t)config->d_ff;
    const size_t keys = (size_t)config->heads * (size_t)config->d_k;
    const size_t values = (size_t)config->heads * (size_t)config->d_v;
    memset(w, 0, sizeof *w);
    w->q_weight = take(next, random, keys * d, d);
    w->q_bias = take_or_null(next, random, keys);
    w->k_weight = take(next, random, keys * d, d);
    w->k_bias = take_or_null(next, random, keys);
    w->v_weight = take(next, random, values * d, d);
    w->v_bias = take_or_null(next, random, values);
    w->o_weight = take(next, random, d * values, values);
    w->o_bias = take_or_null(next, random, d);
    if (config->norm != ATTENTION_NORM_NONE) {
        w->norm1_weight = take_gain(next, random, d);
        w->norm1_bias = take_or_null(next, random, d);
        w->norm2_weight = take_gain(next, random, d);
        w->norm2_bias = take_or_null(next, random, d);
    }
    if (d_ff == 0) return;
    w->up_weight = take(next, random, d_ff * d, d);
    w->up_bias = take_or_null(next, random, d_ff);
    w->down_weight = take(next, random, d * d_ff, d_ff);
    w->down_bias = take_or_null(next, random, d);
}

void test_model_make(struct test_model *model, const struct attention_config *config,
                     struct test_random *random) {
    const size_t d = (size_t)config->d_model, d_ff = (size_t)config->d_ff;
    const size_t wide = (size_t)config->heads * (size_t)(config->d_k + config->d_v);
    const size_t per_layer = 2 * wide * (d + 2) + 8 * d + 2 * d_ff * (d + 1);
    const size_t rows = (size_t)config->position_rows * d;
    memset(model, 0, sizeof *model);
    model->memory = malloc(((size_t)config->layers * per_layer + rows) * sizeof(float));
    if (!model->memory) abort();
    float *next = model->memory;
    model->weights.config = *config;
    model->weights.layers = model->layers;
    model->weights.position_weight = take(&next, random, rows, 1);
    for (int i = 0; i < config->layers; i++)
        layer_make(&model->layers[i], config, &next, random);
}

void test_model_free(struct test_model *model) {
    free(model->memory);
    memset(model, 0, sizeof *model);
}

struct attention_config test_config_any(struct test_random *random, size_t largest_d) {
    struct attention_config config = {0};
    config.d_model = 4 + (int)test_random_below(random, largest_d - 3);
    config.layers = 1 + (int)test_random_below(random, TEST_MODEL_LAYERS);
    config.heads = 1 + (int)test_random_below(random, 4);
    config.d_k = 1 + (int)test_random_below(random, 12);
    config.d_v = 1 + (int)test_random_below(random, 12);
    config.d_ff = (int)(test_random_below(random, 3) * test_random_below(random, 2 * largest_d));
    config.position = (enum attention_position)test_random_below(random, 3);
    config.position_base = test_random_below(random, 2) ? 100.0 : 0.0;
    config.position_rows = 64;
    config.is_residual_off = test_random_below(random, 4) == 0;
    config.norm = (enum attention_norm)test_random_below(random, 3);
    config.activation = (enum attention_activation)test_random_below(random, 2);
    return config;
}

float *test_embedding_make(struct test_random *random, size_t n, size_t d) {
    float *embedding = malloc(n * d * sizeof *embedding);
    if (!embedding) abort();
    for (size_t i = 0; i < n * d; i++)
        embedding[i] = test_random_float(random, -1.0f, 1.0f);
    return embedding;
}

size_t test_tensor_count(const struct attention_tensor *tensor) {
    size_t count = tensor->dims > 0 ? 1 : 0;
    for (int i = 0; i < tensor->dims; i++)
        count *= tensor->shape[i];
    return count;
}

uint64_t test_trace_hash(const struct attention_trace *trace) {
    uint64_t hash = 0xcbf29ce484222325u;
    const struct attention_config *config = attention_trace_config(trace);
    if (!config) return hash;
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        const int layers =
            attention_tensor_is_per_layer((enum attention_tensor_id)id) ? config->layers : 1;
        for (int layer = 0; layer < layers; layer++) {
            const struct attention_tensor tensor =
                attention_trace_tensor(trace, (enum attention_tensor_id)id, layer);
            const size_t count = test_tensor_count(&tensor);
            for (size_t i = 0; i < count; i++) {
                uint32_t bits;
                memcpy(&bits, &tensor.data[i], sizeof bits);
                for (int shift = 0; shift < 32; shift += 8) {
                    hash = (hash ^ (bits >> shift & 0xffu)) * 0x100000001b3u;
                }
            }
        }
    }
    return hash;
}

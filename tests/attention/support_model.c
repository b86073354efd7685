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

bool test_random_one_in(struct test_random *random, size_t count) {
    return test_random_below(random, count) == 0;
}

float test_random_float(struct test_random *random, float low, float high) {
    const float share = (float)(test_random_bits(random) >> 40) / 16777216.0f;
    return low + (high - low) * share;
}

/* What a weight is filled with, and whether it may be left out. */
enum kind { MATRIX, BIAS, GAIN, OF_F };

static enum kind kind_of(int id) {
    switch (id) {
    case ATTENTION_WEIGHT_Q_BIAS:
    case ATTENTION_WEIGHT_K_BIAS:
    case ATTENTION_WEIGHT_V_BIAS:
    case ATTENTION_WEIGHT_O_BIAS:
    case ATTENTION_WEIGHT_NORM1_BIAS:
    case ATTENTION_WEIGHT_NORM2_BIAS:
    case ATTENTION_WEIGHT_UP_BIAS:
    case ATTENTION_WEIGHT_DOWN_BIAS:
        return BIAS;
    case ATTENTION_WEIGHT_NORM1:
    case ATTENTION_WEIGHT_NORM2:
        return GAIN;
    case ATTENTION_WEIGHT_GENERAL:
    case ATTENTION_WEIGHT_ADDITIVE_Q:
    case ATTENTION_WEIGHT_ADDITIVE_K:
    case ATTENTION_WEIGHT_ADDITIVE_W:
        return OF_F;
    default:
        return MATRIX;
    }
}

static size_t letter_size(const struct attention_config *config, char letter) {
    const size_t heads = (size_t)config->heads;
    switch (letter) {
    case 'h':
        return heads;
    case 'k':
        return (size_t)config->d_k;
    case 'p':
        return heads * (size_t)config->d_k;
    case 'c':
        return heads * (size_t)config->d_v;
    case 'a':
        return (size_t)(config->d_a > 0 ? config->d_a : config->d_k);
    case 'f':
        return (size_t)config->d_ff;
    case 'N':
        return (size_t)config->position_rows;
    default:
        return (size_t)config->d_model;
    }
}

static const char *letters_of(int id) {
    static const char *const letters[ATTENTION_QUANTITY_COUNT] = {[ATTENTION_WEIGHT_POSITION] =
                                                                      "Nd",
#define X(NAME, member, file, shape) [ATTENTION_WEIGHT_##NAME] = shape,
                                                                  ATTENTION_LAYER_WEIGHTS(X)
#undef X
    };
    return letters[id];
}

static size_t weight_count(const struct attention_config *config, int id) {
    size_t count = 1;
    for (const char *letter = letters_of(id); *letter; letter++)
        count *= letter_size(config, *letter);
    return count;
}

static bool is_part_of(const struct attention_config *config, int id) {
    switch (id) {
    case ATTENTION_WEIGHT_POSITION:
        return config->position == ATTENTION_POSITION_LEARNED;
    case ATTENTION_WEIGHT_GENERAL:
        return config->similarity == ATTENTION_SIMILARITY_GENERAL;
    case ATTENTION_WEIGHT_ADDITIVE_Q:
    case ATTENTION_WEIGHT_ADDITIVE_K:
    case ATTENTION_WEIGHT_ADDITIVE_W:
        return config->similarity == ATTENTION_SIMILARITY_ADDITIVE;
    case ATTENTION_WEIGHT_NORM1:
    case ATTENTION_WEIGHT_NORM1_BIAS:
        return config->norm != ATTENTION_NORM_NONE;
    case ATTENTION_WEIGHT_NORM2:
    case ATTENTION_WEIGHT_NORM2_BIAS:
        return config->norm != ATTENTION_NORM_NONE && config->d_ff > 0;
    case ATTENTION_WEIGHT_UP:
    case ATTENTION_WEIGHT_UP_BIAS:
    case ATTENTION_WEIGHT_DOWN:
    case ATTENTION_WEIGHT_DOWN_BIAS:
        return config->d_ff > 0;
    default:
        return true;
    }
}

static bool may_be_left_out(const struct attention_config *config, int id) {
    if (id == ATTENTION_WEIGHT_ADDITIVE_Q || id == ATTENTION_WEIGHT_ADDITIVE_K) {
        return letter_size(config, 'a') == letter_size(config, 'k');
    }
    return kind_of(id) != MATRIX;
}

/* Hands out the numbers of one weight, in ±1/√inputs (√ by doubling: only its rough size matters);
 * of biases ±1/2, of gains 1 ± 1/2. */
static const float *weight_make(const struct attention_config *config, int id, float **next,
                                struct test_random *random) {
    if (!is_part_of(config, id)) return NULL;
    if (may_be_left_out(config, id) && test_random_one_in(random, 3)) return NULL;
    const enum kind kind = kind_of(id);
    const char *letters = letters_of(id);
    float size = kind == MATRIX || kind == OF_F ? 1.0f : 0.5f;
    if (kind == MATRIX || kind == OF_F) {
        for (size_t i = letter_size(config, letters[strlen(letters) - 1]); i >= 4; i /= 4)
            size *= 0.5f;
    }
    const size_t count = weight_count(config, id);
    float *numbers = *next;
    for (size_t i = 0; i < count; i++)
        numbers[i] = (kind == GAIN ? 1.0f : 0.0f) + test_random_float(random, -size, size);
    *next += count;
    return numbers;
}

void test_model_make(struct test_model *model, const struct attention_config *config,
                     struct test_random *random) {
    const size_t layers = (size_t)config->layers;
    size_t count = 1;
    for (int id = ATTENTION_WEIGHT_POSITION; id < ATTENTION_QUANTITY_COUNT; id++)
        count += weight_count(config, id) * (id == ATTENTION_WEIGHT_POSITION ? 1 : layers);
    memset(model, 0, sizeof *model);
    model->memory = malloc(count * sizeof(float));
    if (!model->memory) abort();
    float *next = model->memory;
    model->weights.config = *config;
    model->weights.layers = model->layers;
    model->weights.position_weight = weight_make(config, ATTENTION_WEIGHT_POSITION, &next, random);
    for (int i = 0; i < config->layers; i++) {
#define X(NAME, member, file, shape)                                                               \
    model->layers[i].member = weight_make(config, ATTENTION_WEIGHT_##NAME, &next, random);
        ATTENTION_LAYER_WEIGHTS(X)
#undef X
    }
}

void test_model_free(struct test_model *model) {
    free(model->memory);
    memset(model, 0, sizeof *model);
}

float *test_model_writable(const struct test_model *model, const float *weight) {
    return weight ? model->memory + (weight - model->memory) : NULL;
}

struct attention_config test_config_any(struct test_random *random, size_t largest_d) {
    struct attention_config config = {0};
    config.d_model = 4 + (int)test_random_below(random, largest_d - 3);
    config.layers = 1 + (int)test_random_below(random, TEST_MODEL_LAYERS);
    config.heads = 1 + (int)test_random_below(random, 4);
    config.d_k = 1 + (int)test_random_below(random, 12);
    config.d_v = 1 + (int)test_random_below(random, 12);
    config.d_ff = (int)(test_random_below(random, 3) * test_random_below(random, 2 * largest_d));
    config.similarity = (enum attention_similarity)test_random_below(random, 4);
    if (config.similarity == ATTENTION_SIMILARITY_COSINE && config.d_k < 4) config.d_k += 3;
    if (config.similarity == ATTENTION_SIMILARITY_ADDITIVE) {
        config.d_a = (int)(test_random_below(random, 2) * test_random_below(random, 17));
    }
    config.position = (enum attention_position)test_random_below(random, 3);
    config.position_base = test_random_below(random, 2) ? 100.0 : 0.0;
    config.position_rows = TEST_POSITION_ROWS;
    config.is_residual_off = test_random_one_in(random, 4);
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

size_t test_case_editable(const struct test_case *c, int id) {
    const struct attention_config *config = &c->model.weights.config;
    const size_t d = (size_t)config->d_model, n = c->input.n, m = test_case_keys(c);
    const bool has_position = config->position != ATTENTION_POSITION_NONE;
    const bool has_context = c->input.context != NULL, has_values = c->input.values != NULL;
    switch (id) {
    case ATTENTION_TENSOR_EMBEDDING:
        return n * d;
    case ATTENTION_TENSOR_POSITION:
        return has_position ? n * d : 0;
    case ATTENTION_TENSOR_CONTEXT_EMBEDDING:
        return has_context ? m * d : 0;
    case ATTENTION_TENSOR_CONTEXT_POSITION:
        return has_context && has_position ? m * d : 0;
    case ATTENTION_TENSOR_VALUES_EMBEDDING:
        return has_values ? m * d : 0;
    case ATTENTION_TENSOR_VALUES_POSITION:
        return has_values && has_position ? m * d : 0;
    case ATTENTION_TENSOR_SCORES:
        return (size_t)config->heads * n * m;
    default:
        if (id < ATTENTION_WEIGHT_POSITION || !is_part_of(config, id)) return 0;
        return weight_count(config, id);
    }
}

/* The rest of support_model.h: one pass with everything that belongs to it, and what came out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support_model.h"

void test_case_make(struct test_case *c, const struct attention_config *config,
                    struct test_random *random, size_t n) {
    memset(c, 0, sizeof *c);
    test_model_make(&c->model, config, random);
    c->embedding = test_embedding_make(random, n, (size_t)config->d_model);
    c->input.embedding = c->embedding;
    c->input.n = n;
}

void test_case_free(struct test_case *c) {
    test_model_free(&c->model);
    free(c->embedding);
    free(c->context);
    free(c->values);
    free(c->allowed);
    free(c->heads_off);
    memset(c, 0, sizeof *c);
}

size_t test_case_keys(const struct test_case *c) {
    return c->input.context ? c->input.m : c->input.n;
}

void test_case_add_context(struct test_case *c, struct test_random *random, size_t m,
                           bool has_values) {
    const size_t d = (size_t)c->model.weights.config.d_model;
    c->input.m = m;
    c->input.context = c->context = test_embedding_make(random, m, d);
    if (has_values) c->input.values = c->values = test_embedding_make(random, m, d);
}

static uint8_t *flags_make(struct test_random *random, size_t count, size_t one_in) {
    uint8_t *flags = malloc(count);
    if (!flags) abort();
    for (size_t i = 0; i < count; i++)
        flags[i] = test_random_one_in(random, one_in);
    return flags;
}

void test_case_add_mask(struct test_case *c, struct test_random *random, enum attention_mask mask) {
    const size_t m = test_case_keys(c);
    c->options.mask = mask;
    c->options.mask_size = 0;
    c->options.allowed = NULL;
    if (mask == ATTENTION_MASK_PADDING) c->options.mask_size = test_random_below(random, m + 1);
    if (mask == ATTENTION_MASK_WINDOW) c->options.mask_size = test_random_below(random, m);
    if (mask != ATTENTION_MASK_CUSTOM) return;
    free(c->allowed);
    c->options.allowed = c->allowed = flags_make(random, c->input.n * m, 2);
}

void test_case_add_heads_off(struct test_case *c, struct test_random *random) {
    const struct attention_config *config = &c->model.weights.config;
    free(c->heads_off);
    c->heads_off = flags_make(random, (size_t)config->layers * (size_t)config->heads, 3);
    c->options.heads_off = c->heads_off;
}

void test_case_add_edits(struct test_case *c, struct test_random *random, size_t count) {
    for (size_t i = 0; i < count && i < TEST_MOST_EDITS; i++) {
        struct attention_edit *edit = &c->edits[i];
        size_t places;
        do {
            edit->tensor = (int)test_random_below(random, ATTENTION_QUANTITY_COUNT);
            if (test_random_one_in(random, 8)) edit->tensor = ATTENTION_TENSOR_SCORES;
            places = test_case_editable(c, edit->tensor);
        } while (places == 0);
        edit->layer = (int)test_random_below(random, (size_t)c->model.weights.config.layers);
        edit->index = test_random_below(random, places);
        edit->value = test_random_float(random, -1.0f, 1.0f);
        if (edit->tensor == ATTENTION_TENSOR_SCORES && test_random_one_in(random, 3)) {
            edit->value = -INFINITY;
        }
        c->options.edits = c->edits;
        c->options.edit_count = i + 1;
    }
}

void test_case_any(struct test_case *c, struct test_random *random, size_t largest_d,
                   size_t largest_n) {
    const struct attention_config config = test_config_any(random, largest_d);
    test_case_make(c, &config, random, 1 + test_random_below(random, largest_n));
    if (test_random_one_in(random, 3)) {
        const bool has_values = test_random_one_in(random, 2);
        test_case_add_context(c, random, 1 + test_random_below(random, largest_n), has_values);
    }
    test_case_add_mask(c, random, (enum attention_mask)test_random_below(random, 5));
    if (test_random_one_in(random, 3)) test_case_add_heads_off(c, random);
    c->options.is_scale_off = test_random_one_in(random, 3);
    c->options.has_temperature = test_random_one_in(random, 2);
    c->options.temperature = test_random_float(random, 0.5f, 3.0f);
    if (test_random_one_in(random, 3)) {
        test_case_add_edits(c, random, 1 + test_random_below(random, TEST_MOST_EDITS));
    }
}

void test_case_pass(const struct test_case *c, struct attention_trace *trace) {
    struct attention_error error = {""};
    const enum attention_status status =
        attention_pass(trace, &c->model.weights, &c->options, &c->input, &error);
    if (status != ATTENTION_OK) fail_msg("status %d: %s", (int)status, error.text);
}

size_t test_tensor_count(const struct attention_tensor *tensor) {
    size_t count = tensor->dims > 0 ? 1 : 0;
    for (int i = 0; i < tensor->dims; i++)
        count *= tensor->shape[i];
    return count;
}

bool test_tensor_is_same(const struct attention_trace *a, const struct attention_trace *b,
                         enum attention_tensor_id id, int layer) {
    const struct attention_tensor left = attention_trace_tensor(a, id, layer);
    const struct attention_tensor right = attention_trace_tensor(b, id, layer);
    if (left.dims != right.dims) return false;
    if (memcmp(left.shape, right.shape, sizeof left.shape) != 0) return false;
    const size_t count = test_tensor_count(&left);
    return count == 0 || memcmp(left.data, right.data, count * sizeof *left.data) == 0;
}

static uint64_t hash_numbers(uint64_t hash, const float *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        for (int shift = 0; shift < 32; shift += 8)
            hash = (hash ^ (bits >> shift & 0xffu)) * 0x100000001b3u;
    }
    return hash;
}

uint64_t test_numbers_hash(const float *numbers, size_t count) {
    return hash_numbers(0xcbf29ce484222325u, numbers, count);
}

uint64_t test_trace_hash(const struct attention_trace *trace) {
    uint64_t hash = 0xcbf29ce484222325u;
    const struct attention_config *config = attention_trace_config(trace);
    if (!config) return hash;
    for (int id = 0; id < ATTENTION_TENSOR_COUNT; id++) {
        const int layers = attention_tensor_is_per_layer(id) ? config->layers : 1;
        for (int layer = 0; layer < layers; layer++) {
            const struct attention_tensor tensor =
                attention_trace_tensor(trace, (enum attention_tensor_id)id, layer);
            hash = hash_numbers(hash, tensor.data, test_tensor_count(&tensor));
        }
    }
    return hash;
}

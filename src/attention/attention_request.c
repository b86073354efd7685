#include "attention_request.h"

#include <assert.h>

#include "attention_error.h"
#include "attention_math.h"

float attention_request_divisor(const struct attention_config *config,
                                const struct attention_options *options) {
    const float root = options->is_scale_off ? 1.0f : attention_math_sqrt((float)config->d_k);
    return options->has_temperature ? root * options->temperature : root;
}

static enum attention_status refuse(struct attention_error *error, const char *sentence) {
    attention_error_add(error, sentence);
    return ATTENTION_INVALID;
}

static enum attention_status embedding_check(const float *embedding, size_t n, size_t d,
                                             struct attention_error *error) {
    const size_t at = attention_math_find_nonfinite(embedding, n * d);
    if (at == n * d) return ATTENTION_OK;
    attention_error_add(error, "the embedding of token ");
    attention_error_add_number(error, at / d + 1);
    attention_error_add(error, " has a number that is not finite (column ");
    attention_error_add_number(error, at % d + 1);
    return refuse(error, "); put a finite number there");
}

static enum attention_status options_check(const struct attention_config *config,
                                           const struct attention_options *options, size_t n,
                                           struct attention_error *error) {
    assert(options->mask != ATTENTION_MASK_CUSTOM || options->allowed);
    if ((int)options->mask < 0 || options->mask > ATTENTION_MASK_CUSTOM) {
        return refuse(error, "the mask is of no known kind; use none, causal or custom");
    }
    if (options->has_temperature &&
        (!attention_math_is_finite(options->temperature) || options->temperature < 0.0f)) {
        return refuse(error, "the temperature is not a finite number of 0 or more; set it to one");
    }
    if (!attention_math_is_finite(attention_request_divisor(config, options))) {
        return refuse(error,
                      "the temperature is too large for float32; set it to a smaller number");
    }
    if (config->position == ATTENTION_POSITION_LEARNED && n > (size_t)config->position_rows) {
        attention_error_add(error, "the text has ");
        attention_error_add_number(error, n);
        attention_error_add(error, " tokens and the model knows ");
        attention_error_add_int(error, config->position_rows);
        return refuse(error, " positions; use a shorter text");
    }
    return ATTENTION_OK;
}

static void weights_assert(const struct attention_weights *weights) {
    const struct attention_config *config = &weights->config;
    assert(weights->layers);
    assert(config->position != ATTENTION_POSITION_LEARNED || weights->position_weight);
    for (int i = 0; i < config->layers; i++) {
        const struct attention_layer_weights *w = &weights->layers[i];
        assert(w->q_weight && w->k_weight && w->v_weight && w->o_weight);
        assert(config->d_ff == 0 || (w->up_weight && w->down_weight));
        (void)w;
    }
}

enum attention_status attention_request_check(const struct attention_weights *weights,
                                              const struct attention_options *options,
                                              const float *embedding, size_t n,
                                              struct attention_error *error) {
    const struct attention_config *config = &weights->config;
    size_t bytes;
    enum attention_status status = attention_pass_bytes(config, n, &bytes, error);
    if (status == ATTENTION_OK) status = options_check(config, options, n, error);
    if (status != ATTENTION_OK) return status;
    if (options->memory_limit_bytes > 0 && bytes > options->memory_limit_bytes) {
        attention_error_add(error, "a pass over ");
        attention_error_add_number(error, n);
        attention_error_add(error, " tokens takes ");
        attention_error_add_bytes(error, bytes);
        attention_error_add(error, " and the limit is ");
        attention_error_add_bytes(error, options->memory_limit_bytes);
        attention_error_add(error, "; use a shorter text or a smaller model, or raise the limit");
        return ATTENTION_TOO_LARGE;
    }
    weights_assert(weights);
    return embedding_check(embedding, n, (size_t)config->d_model, error);
}

/* What a configuration may be. */
#include <assert.h>

#include "attention_error.h"
#include "attention_request.h"

enum { MAX_D_FF = 1 << 16 };

enum attention_status attention_refuse_range(struct attention_error *error, const char *name,
                                             int value, int low, int high) {
    attention_error_add(error, name);
    attention_error_add(error, " is ");
    attention_error_add_int(error, value);
    attention_error_add(error, "; set it to a number from ");
    attention_error_add_int(error, low);
    attention_error_add(error, " to ");
    attention_error_add_int(error, high);
    return ATTENTION_INVALID;
}

enum attention_status attention_config_check(const struct attention_config *config,
                                             struct attention_error *error) {
    assert(config);
    attention_error_clear(error);
    const struct {
        const char *name;
        int value, low, high;
    } ranges[] = {
        {"d_model", config->d_model, 1, ATTENTION_MAX_D},
        {"layers", config->layers, 1, ATTENTION_MAX_LAYERS},
        {"heads", config->heads, 1, ATTENTION_MAX_HEADS},
        {"d_k", config->d_k, 1, ATTENTION_MAX_D},
        {"d_v", config->d_v, 1, ATTENTION_MAX_D},
        {"d_ff", config->d_ff, 0, MAX_D_FF},
        {"similarity", (int)config->similarity, 0, ATTENTION_SIMILARITY_ADDITIVE},
        {"d_a", config->d_a, 0, ATTENTION_MAX_D},
        {"position", (int)config->position, 0, ATTENTION_POSITION_LEARNED},
        {"norm", (int)config->norm, 0, ATTENTION_NORM_PRE},
        {"activation", (int)config->activation, 0, ATTENTION_ACTIVATION_GELU},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (ranges[i].value < ranges[i].low || ranges[i].value > ranges[i].high) {
            return attention_refuse_range(error, ranges[i].name, ranges[i].value, ranges[i].low,
                                          ranges[i].high);
        }
    }
    if (config->position == ATTENTION_POSITION_LEARNED &&
        (config->position_rows < 1 || config->position_rows > ATTENTION_MAX_TOKENS)) {
        return attention_refuse_range(error, "position_rows", config->position_rows, 1,
                                      ATTENTION_MAX_TOKENS);
    }
    const double base = config->position_base;
    if (base != 0.0 && !(base >= 1.0 && base <= 1e9)) {
        attention_error_add(error,
                            "position_base is out of range; set it to a number from 1 to 1e9");
        return ATTENTION_INVALID;
    }
    return ATTENTION_OK;
}

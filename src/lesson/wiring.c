/* wiring.c: post: LN after each residual sum; pre: LN ahead of attention and network; none: no LN.
 */
#include "wiring.h"

int wiring_projection_input(const struct attention_config *config) {
    return config->norm == ATTENTION_NORM_PRE ? ATTENTION_TENSOR_NORM1 : ATTENTION_TENSOR_X;
}

/* What comes out of the attention branch with its residual. */
static int after_attention(const struct attention_config *config) {
    return config->is_residual_off ? ATTENTION_TENSOR_ATTENTION_OUTPUT : ATTENTION_TENSOR_RESIDUAL1;
}

static int after_network(const struct attention_config *config) {
    return config->is_residual_off ? ATTENTION_TENSOR_FFN_OUTPUT : ATTENTION_TENSOR_RESIDUAL2;
}

int wiring_norm_input(const struct attention_config *config, enum attention_tensor_id norm) {
    if (norm == ATTENTION_TENSOR_NORM1) {
        return config->norm == ATTENTION_NORM_PRE ? ATTENTION_TENSOR_X : after_attention(config);
    }
    return config->norm == ATTENTION_NORM_PRE ? after_attention(config) : after_network(config);
}

int wiring_ffn_input(const struct attention_config *config) {
    switch (config->norm) {
    case ATTENTION_NORM_POST:
        return ATTENTION_TENSOR_NORM1;
    case ATTENTION_NORM_PRE:
        return ATTENTION_TENSOR_NORM2;
    default:
        return after_attention(config);
    }
}

void wiring_residual(const struct attention_config *config, enum attention_tensor_id residual,
                     int summands[2]) {
    if (residual == ATTENTION_TENSOR_RESIDUAL1) {
        summands[0] = ATTENTION_TENSOR_X;
        summands[1] = ATTENTION_TENSOR_ATTENTION_OUTPUT;
        return;
    }
    summands[0] =
        config->norm == ATTENTION_NORM_POST ? ATTENTION_TENSOR_NORM1 : after_attention(config);
    summands[1] = ATTENTION_TENSOR_FFN_OUTPUT;
}

int wiring_output(const struct attention_config *config) {
    bool has_network = config->d_ff > 0;
    if (config->norm == ATTENTION_NORM_POST) {
        return has_network ? ATTENTION_TENSOR_NORM2 : ATTENTION_TENSOR_NORM1;
    }
    return has_network ? after_network(config) : after_attention(config);
}

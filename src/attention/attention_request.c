#include "attention_request.h"

#include <assert.h>
#include <math.h>

#include "attention_error.h"
#include "attention_kernels.h"
#include "attention_math.h"
#include "attention_names.h"

static const struct attention_options defaults = {0};

float attention_request_divisor(const struct attention_config *config,
                                const struct attention_options *options) {
    const float root = options->is_scale_off ? 1.0f : attention_math_sqrt((float)config->d_k);
    return options->has_temperature ? root * options->temperature : root;
}

static enum attention_status refuse(struct attention_error *error, const char *sentence) {
    attention_error_add(error, sentence);
    return ATTENTION_INVALID;
}

/* "the embedding of token 3 has a number that is not finite (column 2); put a finite number there"
 */
static enum attention_status rows_check(const float *rows, size_t count, size_t d, const char *what,
                                        struct attention_error *error) {
    const size_t at =
        rows ? attention_kernels_of(ATTENTION_KERNELS_BEST)->find_nonfinite(rows, count * d)
             : count * d;
    if (at == count * d) return ATTENTION_OK;
    attention_error_add(error, what);
    attention_error_add_number(error, at / d + 1);
    attention_error_add(error, " has a number that is not finite (column ");
    attention_error_add_number(error, at % d + 1);
    return refuse(error, "); put a finite number there");
}

static enum attention_status input_check(const struct attention_input *input, size_t d,
                                         struct attention_error *error) {
    enum attention_status status =
        rows_check(input->embedding, input->n, d, "the embedding of token ", error);
    if (status == ATTENTION_OK && input->context) {
        status = rows_check(input->context, input->m, d, "the embedding of context token ", error);
        if (status == ATTENTION_OK)
            status = rows_check(input->values, input->m, d, "the embedding of the values' token ",
                                error);
    }
    return status;
}

/* "the context has 70 tokens; give it 1 to 64" */
static enum attention_status tokens_check(const char *what, size_t count, size_t most,
                                          const char *why, struct attention_error *error) {
    if (count >= 1 && count <= most) return ATTENTION_OK;
    attention_error_add(error, what);
    attention_error_add_number(error, count);
    attention_error_add(error, " tokens");
    attention_error_add(error, why);
    attention_error_add(error, "; give it 1 to ");
    attention_error_add_number(error, most);
    return ATTENTION_INVALID;
}

static enum attention_status length_check(const struct attention_config *config,
                                          const struct attention_input *input,
                                          struct attention_error *error) {
    const bool is_learned = config->position == ATTENTION_POSITION_LEARNED;
    const size_t most = is_learned ? (size_t)config->position_rows : ATTENTION_MAX_TOKENS;
    const char *why = is_learned ? ", more than the model has positions for" : "";
    if (input->values && !input->context) {
        return refuse(error, "values of their own need a context for the keys; give a context "
                             "with as many tokens");
    }
    enum attention_status status = tokens_check("the text has ", input->n, most, why, error);
    if (status == ATTENTION_OK && input->context)
        status = tokens_check("the context has ", input->m, most, why, error);
    return status;
}

enum attention_status attention_mask_check(const struct attention_options *options, size_t m,
                                           struct attention_error *error) {
    if (options->mask == ATTENTION_MASK_CUSTOM && !options->allowed) {
        return refuse(error, "the custom mask has no cells; give `allowed`, or use another mask");
    }
    if ((int)options->mask < 0 || options->mask > ATTENTION_MASK_CUSTOM) {
        return refuse(error, "the mask is of no known kind; use none, causal, padding, window or "
                             "custom");
    }
    if (options->mask != ATTENTION_MASK_PADDING || options->mask_size <= m) return ATTENTION_OK;
    attention_error_add(error, "the padding mask hides ");
    attention_error_add_number(error, options->mask_size);
    attention_error_add(error, " keys and there are ");
    attention_error_add_number(error, m);
    return refuse(error, "; hide at most that many");
}

static enum attention_status options_check(const struct attention_config *config,
                                           const struct attention_options *options, size_t m,
                                           struct attention_error *error) {
    const enum attention_status status = attention_mask_check(options, m, error);
    if (status != ATTENTION_OK) return status;
    if (options->has_temperature &&
        (!attention_math_is_finite(options->temperature) || options->temperature < 0.0f)) {
        return refuse(error, "the temperature is not a finite number of 0 or more; set it to one");
    }
    if (!attention_math_is_finite(attention_request_divisor(config, options))) {
        return refuse(error,
                      "the temperature is too large for float32; set it to a smaller number");
    }
    if ((int)options->fault < 0 || options->fault > ATTENTION_FAULT_MASK_AFTER_SOFTMAX)
        return refuse(error, "the fault is of no known kind; use none, softmax over queries or mask "
                             "after softmax");
    if (!attention_kernels_of(options->kernels)) {
        return refuse(error, "this processor or build lacks the kernels asked for; use "
                             "ATTENTION_KERNELS_BEST");
    }
    return ATTENTION_OK;
}

static bool is_editable(const struct attention_layout *layout, int id) {
    switch (id) {
    case ATTENTION_TENSOR_EMBEDDING:
    case ATTENTION_TENSOR_SCORES:
    case ATTENTION_TENSOR_POSITION:
    case ATTENTION_TENSOR_CONTEXT_EMBEDDING:
    case ATTENTION_TENSOR_CONTEXT_POSITION:
    case ATTENTION_TENSOR_VALUES_EMBEDDING:
    case ATTENTION_TENSOR_VALUES_POSITION:
        return layout->is_present[id];
    default:
        return attention_weight_is_part_of(&layout->config, id);
    }
}

static enum attention_status refuse_edit(struct attention_error *error, size_t place, int tensor,
                                         const char *sentence) {
    attention_error_add(error, "edit ");
    attention_error_add_number(error, place + 1);
    if (tensor >= 0 && tensor < ATTENTION_QUANTITY_COUNT) {
        attention_error_add(error, " (");
        attention_error_add(error, attention_tensor_name(tensor));
        attention_error_add(error, ")");
    }
    return refuse(error, sentence);
}

static enum attention_status edits_check(const struct attention_layout *layout,
                                         const struct attention_options *options,
                                         struct attention_error *error) {
    assert(options->edit_count == 0 || options->edits);
    for (size_t i = 0; i < options->edit_count; i++) {
        const struct attention_edit *edit = &options->edits[i];
        const bool is_mask = edit->tensor == ATTENTION_TENSOR_SCORES && edit->value == -INFINITY;
        size_t shape[3];
        if (!is_editable(layout, edit->tensor)) {
            return refuse_edit(error, i, edit->tensor,
                               ": this pass has no such input or weight; edit one that it has");
        }
        if (attention_tensor_is_per_layer(edit->tensor) &&
            (edit->layer < 0 || edit->layer >= layout->config.layers)) {
            return refuse_edit(error, i, edit->tensor,
                               ": the model has no such layer; count layers from 0");
        }
        const int dims = attention_layout_shape(layout, edit->tensor, shape);
        if (edit->index >= attention_shape_count(shape, dims)) {
            return refuse_edit(error, i, edit->tensor,
                               ": the place is outside the tensor; use a smaller index");
        }
        if (!is_mask && !attention_math_is_finite(edit->value)) {
            return refuse_edit(error, i, edit->tensor,
                               ": the number is not finite; put a finite number there");
        }
    }
    return ATTENTION_OK;
}

static enum attention_status refuse_size(size_t n, struct attention_error *error) {
    attention_error_add(error, "a pass over ");
    attention_error_add_number(error, n);
    attention_error_add(error, " tokens takes more memory than any machine can address; "
                               "use a shorter text or a smaller model");
    return ATTENTION_TOO_LARGE;
}

static enum attention_status plan(const struct attention_config *config,
                                  const struct attention_options *options,
                                  const struct attention_input *input,
                                  struct attention_layout *layout, struct attention_error *error) {
    enum attention_status status = attention_config_check(config, error);
    if (status == ATTENTION_OK) status = length_check(config, input, error);
    if (status != ATTENTION_OK) return status;
    status = options_check(config, options, input->context ? input->m : input->n, error);
    if (status != ATTENTION_OK) return status;
    /* Edits are checked against the shapes, and only checked ones may be planned for. */
    const struct attention_options without_edits = {.edit_count = 0};
    if (!attention_layout_plan(config, &without_edits, input, layout))
        return refuse_size(input->n, error);
    status = edits_check(layout, options, error);
    if (status != ATTENTION_OK) return status;
    if (!attention_layout_plan(config, options, input, layout)) return refuse_size(input->n, error);
    return ATTENTION_OK;
}

enum attention_status attention_pass_bytes(const struct attention_config *config,
                                           const struct attention_options *options,
                                           const struct attention_input *input, size_t *bytes,
                                           struct attention_error *error) {
    assert(config && input && bytes);
    struct attention_layout layout;
    *bytes = 0;
    attention_error_clear(error);
    const enum attention_status status =
        plan(config, options ? options : &defaults, input, &layout, error);
    if (status == ATTENTION_OK) *bytes = attention_layout_bytes(&layout);
    return status;
}

static enum attention_status weights_check(const struct attention_weights *weights,
                                           struct attention_error *error) {
    const struct attention_config *config = &weights->config;
    const bool is_wide = config->similarity == ATTENTION_SIMILARITY_ADDITIVE && config->d_a != 0 &&
                         config->d_a != config->d_k;
    assert(weights->layers);
    assert(config->position != ATTENTION_POSITION_LEARNED || weights->position_weight);
    for (int i = 0; i < config->layers; i++) {
        const struct attention_layer_weights *w = &weights->layers[i];
        assert(w->q_weight && w->k_weight && w->v_weight && w->o_weight);
        assert(config->d_ff == 0 || (w->up_weight && w->down_weight));
        if (is_wide && !(w->additive_q_weight && w->additive_k_weight)) {
            return refuse(error, "additive without W_q and W_k needs d_a = d_k; give both matrices "
                                 "or set d_a to d_k");
        }
    }
    return ATTENTION_OK;
}

enum attention_status attention_request_check(const struct attention_weights *weights,
                                              const struct attention_options *options,
                                              const struct attention_input *input,
                                              struct attention_layout *layout,
                                              struct attention_error *error) {
    enum attention_status status = plan(&weights->config, options, input, layout, error);
    if (status != ATTENTION_OK) return status;
    const size_t bytes = attention_layout_bytes(layout);
    if (options->memory_limit_bytes > 0 && bytes > options->memory_limit_bytes) {
        attention_error_add(error, "a pass over ");
        attention_error_add_number(error, input->n);
        attention_error_add(error, " tokens takes ");
        attention_error_add_bytes(error, bytes);
        attention_error_add(error, " and the limit is ");
        attention_error_add_bytes(error, options->memory_limit_bytes);
        attention_error_add(error, "; use a shorter text or a smaller model, or raise the limit");
        return ATTENTION_TOO_LARGE;
    }
    status = weights_check(weights, error);
    if (status != ATTENTION_OK) return status;
    return input_check(input, (size_t)weights->config.d_model, error);
}

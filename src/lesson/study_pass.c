/* study_pass.c: from switches to attention_config and attention_options. */
#include "lesson/study_pass.h"
#include "files/memory.h"
#include "lesson/study_text.h"
#include <stdlib.h>
#include <string.h>

static void set_config(const struct what_if *what_if, struct attention_config *config) {
    static const enum attention_similarity similarities[SIMILARITY_COUNT] = {
        [SIMILARITY_DOT] = ATTENTION_SIMILARITY_DOT,
        [SIMILARITY_COSINE] = ATTENTION_SIMILARITY_COSINE,
        [SIMILARITY_GENERAL] = ATTENTION_SIMILARITY_GENERAL,
        [SIMILARITY_ADDITIVE] = ATTENTION_SIMILARITY_ADDITIVE};
    static const enum attention_norm norms[NORM_COUNT] = {[NORM_NONE] = ATTENTION_NORM_NONE,
                                                          [NORM_POST] = ATTENTION_NORM_POST,
                                                          [NORM_PRE] = ATTENTION_NORM_PRE};
    if (what_if->similarity != SIMILARITY_MODEL)
        config->similarity = similarities[what_if->similarity];
    if (what_if->norm != NORM_MODEL) config->norm = norms[what_if->norm];
    if (what_if->position == POSITION_OFF) config->position = ATTENTION_POSITION_NONE;
    if (what_if->position == POSITION_ON && config->position == ATTENTION_POSITION_NONE)
        config->position = ATTENTION_POSITION_SINUSOIDAL;
    if (what_if->residual != RESIDUAL_MODEL)
        config->is_residual_off = what_if->residual == RESIDUAL_OFF;
    if (what_if->activation != ACTIVATION_MODEL)
        config->activation = what_if->activation == ACTIVATION_GELU ? ATTENTION_ACTIVATION_GELU
                                                                    : ATTENTION_ACTIVATION_RELU;
}

struct study_pass study_pass_of(const struct what_if *what_if, const struct model *model,
                                const struct attention_config *own) {
    static const enum attention_mask masks[MASK_COUNT] = {[MASK_NONE] = ATTENTION_MASK_NONE,
                                                          [MASK_CAUSAL] = ATTENTION_MASK_CAUSAL,
                                                          [MASK_PADDING] = ATTENTION_MASK_PADDING,
                                                          [MASK_WINDOW] = ATTENTION_MASK_WINDOW,
                                                          [MASK_PAINTED] = ATTENTION_MASK_CUSTOM};
    static const enum attention_fault faults[FAULT_COUNT] = {
        [FAULT_NONE] = ATTENTION_FAULT_NONE,
        [FAULT_SOFTMAX_OVER_QUERIES] = ATTENTION_FAULT_SOFTMAX_OVER_QUERIES,
        [FAULT_MASK_AFTER_SOFTMAX] = ATTENTION_FAULT_MASK_AFTER_SOFTMAX};
    struct study_pass pass = {
        .config = *own,
        .is_scale_off = what_if->scaling == SCALING_MODEL ? model->is_scale_off
                                                          : what_if->scaling == SCALING_OFF,
        .temperature = what_if->temperature,
        .fault = faults[what_if->fault],
        .mask = what_if->mask == MASK_MODEL ? model->mask : masks[what_if->mask],
    };
    if (pass.mask == ATTENTION_MASK_PADDING || pass.mask == ATTENTION_MASK_WINDOW)
        pass.mask_size = (size_t)what_if->mask_size;
    set_config(what_if, &pass.config);
    return pass;
}

static bool configs_equal(const struct attention_config *a, const struct attention_config *b) {
    /* What a what-if can change; the rest is the model's. */
    return a->similarity == b->similarity && a->position == b->position &&
           a->is_residual_off == b->is_residual_off && a->norm == b->norm &&
           a->activation == b->activation;
}

/* What acts, in the form of what_if_equal: the rest as the model says. */
static struct what_if acting(const struct what_if *what_if) {
    struct what_if only;
    what_if_init(&only);
    if (what_if->mask == MASK_PAINTED) only.painted = what_if->painted;
    memcpy(only.heads_off, what_if->heads_off, sizeof only.heads_off);
    only.edits = what_if->edits;
    only.edit_count = what_if->edit_count;
    return only;
}

bool study_pass_equal(const struct study_pass *a, const struct what_if *a_changes,
                      const struct study_pass *b, const struct what_if *b_changes) {
    struct what_if a_acting = acting(a_changes), b_acting = acting(b_changes);
    return configs_equal(&a->config, &b->config) && a->is_scale_off == b->is_scale_off &&
           a->temperature == b->temperature && a->mask == b->mask && a->mask_size == b->mask_size &&
           a->fault == b->fault &&
           what_if_equal(&a_acting, &b_acting);
}

/* The arrays that the options of a pass point to. */
struct arrays {
    uint8_t *allowed;             /* [n, m] */
    uint8_t *heads_off;           /* [L, h] */
    struct attention_edit *edits; /* those that fit */
};

static void arrays_free(struct arrays *arrays) {
    free(arrays->allowed);
    free(arrays->heads_off);
    free(arrays->edits);
}

static bool fill_allowed(const struct what_if *what_if, size_t n, size_t m, uint8_t **out) {
    if (n > SIZE_MAX / m) return false;
    uint8_t *allowed = file_allocate(n * m, 1);
    for (size_t i = 0; allowed != NULL && i < n; i++)
        for (size_t j = 0; j < m; j++)
            allowed[i * m + j] = what_if_allows(what_if, i, j, m);
    *out = allowed;
    return allowed != NULL;
}

static bool fill_heads_off(const struct what_if *what_if, const struct attention_config *config,
                           uint8_t **out) {
    size_t heads = (size_t)config->heads;
    uint8_t *off = file_allocate((size_t)config->layers * heads, 1);
    for (int layer = 0; off != NULL && layer < config->layers; layer++)
        for (int head = 0; head < config->heads; head++)
            off[(size_t)layer * heads + (size_t)head] = what_if_is_head_off(what_if, layer, head);
    *out = off;
    return off != NULL;
}

bool study_pass_has_place(const struct attention_config *config,
                          const struct attention_input *input, const struct attention_edit *edit) {
    /* The pass itself says which, so that the two cannot disagree. */
    const struct attention_options alone = {.edits = edit, .edit_count = 1};
    size_t bytes = 0;
    return attention_pass_bytes(config, &alone, input, &bytes, NULL) == ATTENTION_OK;
}

/* The edits that this pass has a place for. */
static bool fill_edits(const struct what_if *what_if, const struct attention_config *config,
                       const struct attention_input *input, struct attention_options *options,
                       struct attention_edit **out) {
    size_t bytes = 0;
    if (what_if->edit_count == 0 ||
        attention_pass_bytes(config, options, input, &bytes, NULL) != ATTENTION_OK)
        return true; /* the pass will say what is wrong */
    *out = file_allocate(what_if->edit_count, sizeof **out);
    if (*out == NULL) return false;
    options->edits = *out;
    for (size_t i = 0; i < what_if->edit_count; i++)
        if (study_pass_has_place(config, input, &what_if->edits[i]))
            (*out)[options->edit_count++] = what_if->edits[i];
    return true;
}

size_t study_pass_bytes(const struct study_pass *pass, const struct what_if *what_if,
                        const struct attention_input *input) {
    struct attention_options options = {0};
    struct attention_edit *edits = NULL;
    size_t bytes = 0;
    bool is_known = fill_edits(what_if, &pass->config, input, &options, &edits) &&
                    attention_pass_bytes(&pass->config, &options, input, &bytes, NULL) ==
                        ATTENTION_OK;
    free(edits);
    return is_known ? bytes : 0;
}

bool study_pass_run(const struct study_pass *pass, const struct what_if *what_if,
                    const struct attention_weights *weights, const struct attention_input *input,
                    const struct study_means *means, struct attention_trace *trace,
                    size_t *edits_left_out, struct file_error *error) {
    struct attention_weights changed = *weights;
    size_t m = input->context != NULL ? input->m : input->n;
    bool is_all_padding = pass->mask == ATTENTION_MASK_PADDING && pass->mask_size > m;
    struct attention_options options = {.is_scale_off = pass->is_scale_off,
                                        .has_temperature = pass->temperature != 1.0f,
                                        .temperature = pass->temperature,
                                        .mask = pass->mask,
                                        .mask_size = is_all_padding ? m : pass->mask_size,
                                        .fault = pass->fault,
                                        .memory_limit_bytes = means->memory_limit_bytes,
                                        .pool = means->pool};
    struct arrays arrays = {0};
    struct attention_error failure = {0};
    changed.config = pass->config;
    bool is_ready = fill_heads_off(what_if, &pass->config, &arrays.heads_off) &&
                    (pass->mask != ATTENTION_MASK_CUSTOM ||
                     fill_allowed(what_if, input->n, m, &arrays.allowed));
    options.heads_off = arrays.heads_off;
    options.allowed = arrays.allowed;
    is_ready = is_ready && fill_edits(what_if, &pass->config, input, &options, &arrays.edits);
    bool is_done =
        is_ready && attention_pass(trace, &changed, &options, input, &failure) == ATTENTION_OK;
    if (is_done)
        *edits_left_out = what_if->edit_count - options.edit_count;
    else if (is_ready)
        file_error_set(error, "%s", failure.text);
    else
        study_no_memory(error);
    arrays_free(&arrays);
    return is_done;
}

/* What goes into the oracle's pass: weights, texts and positions in double, with what is edited. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support_oracle.h"

double *oracle_zeros(size_t count) {
    double *numbers = calloc(count > 0 ? count : 1, sizeof *numbers);
    if (!numbers) abort();
    return numbers;
}

static double *copy(const float *from, size_t count) {
    double *numbers = oracle_zeros(count);
    for (size_t i = 0; i < count; i++)
        numbers[i] = from[i];
    return numbers;
}

static double *copy_or(const float *from, size_t count, double otherwise) {
    if (from) return copy(from, count);
    double *numbers = oracle_zeros(count);
    for (size_t i = 0; i < count; i++)
        numbers[i] = otherwise;
    return numbers;
}

/* `blocks` matrices [size, size] below each other, each the identity. */
static double *copy_or_identity(const float *from, size_t blocks, size_t rows, size_t columns) {
    if (from) return copy(from, blocks * rows * columns);
    double *numbers = oracle_zeros(blocks * rows * columns);
    for (size_t block = 0; block < blocks; block++) {
        for (size_t i = 0; i < rows && i < columns; i++)
            numbers[(block * rows + i) * columns + i] = 1.0;
    }
    return numbers;
}

static void read_layer(struct oracle *o, const struct attention_config *config,
                       const struct attention_layer_weights *w, int layer) {
    const size_t d = (size_t)config->d_model, h = (size_t)config->heads,
                 d_ff = (size_t)config->d_ff;
    const size_t d_k = (size_t)config->d_k, d_v = (size_t)config->d_v;
    const size_t d_a = config->d_a > 0 ? (size_t)config->d_a : d_k;
    const bool has_ffn = d_ff > 0;
    o->numbers[ATTENTION_WEIGHT_Q][layer] = copy(w->q_weight, h * d_k * d);
    o->numbers[ATTENTION_WEIGHT_Q_BIAS][layer] = copy_or(w->q_bias, h * d_k, 0.0);
    o->numbers[ATTENTION_WEIGHT_K][layer] = copy(w->k_weight, h * d_k * d);
    o->numbers[ATTENTION_WEIGHT_K_BIAS][layer] = copy_or(w->k_bias, h * d_k, 0.0);
    o->numbers[ATTENTION_WEIGHT_V][layer] = copy(w->v_weight, h * d_v * d);
    o->numbers[ATTENTION_WEIGHT_V_BIAS][layer] = copy_or(w->v_bias, h * d_v, 0.0);
    o->numbers[ATTENTION_WEIGHT_O][layer] = copy(w->o_weight, d * h * d_v);
    o->numbers[ATTENTION_WEIGHT_O_BIAS][layer] = copy_or(w->o_bias, d, 0.0);
    if (config->similarity == ATTENTION_SIMILARITY_GENERAL) {
        o->numbers[ATTENTION_WEIGHT_GENERAL][layer] =
            copy_or_identity(w->general_weight, h, d_k, d_k);
    }
    if (config->similarity == ATTENTION_SIMILARITY_ADDITIVE) {
        o->numbers[ATTENTION_WEIGHT_ADDITIVE_Q][layer] =
            copy_or_identity(w->additive_q_weight, h, d_a, d_k);
        o->numbers[ATTENTION_WEIGHT_ADDITIVE_K][layer] =
            copy_or_identity(w->additive_k_weight, h, d_a, d_k);
        o->numbers[ATTENTION_WEIGHT_ADDITIVE_W][layer] = copy_or(w->additive_w, h * d_a, 1.0);
    }
    o->numbers[ATTENTION_WEIGHT_NORM1][layer] = copy_or(w->norm1_weight, d, 1.0);
    o->numbers[ATTENTION_WEIGHT_NORM1_BIAS][layer] = copy_or(w->norm1_bias, d, 0.0);
    o->numbers[ATTENTION_WEIGHT_NORM2][layer] = copy_or(w->norm2_weight, d, 1.0);
    o->numbers[ATTENTION_WEIGHT_NORM2_BIAS][layer] = copy_or(w->norm2_bias, d, 0.0);
    if (!has_ffn) return;
    o->numbers[ATTENTION_WEIGHT_UP][layer] = copy(w->up_weight, d_ff * d);
    o->numbers[ATTENTION_WEIGHT_UP_BIAS][layer] = copy_or(w->up_bias, d_ff, 0.0);
    o->numbers[ATTENTION_WEIGHT_DOWN][layer] = copy(w->down_weight, d * d_ff);
    o->numbers[ATTENTION_WEIGHT_DOWN_BIAS][layer] = copy_or(w->down_bias, d, 0.0);
}

/* Edits of one tensor, in order. */
static void edit(struct oracle *o, const struct attention_options *options, int tensor, int layer) {
    for (size_t i = 0; i < options->edit_count; i++) {
        const struct attention_edit *e = &options->edits[i];
        const bool is_per_layer = tensor > ATTENTION_WEIGHT_POSITION;
        if (e->tensor != tensor || (is_per_layer && e->layer != layer)) continue;
        o->numbers[tensor][layer][e->index] = (double)e->value;
    }
}

static double position_at(const struct oracle *o, const struct attention_config *config, size_t pos,
                          size_t column) {
    const size_t d = (size_t)config->d_model;
    if (config->position == ATTENTION_POSITION_LEARNED) {
        return o->numbers[ATTENTION_WEIGHT_POSITION][0][pos * d + column];
    }
    const double base = config->position_base > 0 ? config->position_base : 10000.0;
    const double angle = (double)pos / pow(base, (double)(column / 2 * 2) / (double)d);
    return column % 2 == 0 ? sin(angle) : cos(angle);
}

/* embedding, position and x of one text; the three ids follow each other. */
static void read_text(struct oracle *o, const struct attention_config *config,
                      const struct attention_options *options, const float *embedding, size_t rows,
                      int embedding_id) {
    const size_t d = (size_t)config->d_model;
    const int position_id = embedding_id + 1, x_id = embedding_id + 2;
    double *e = o->numbers[embedding_id][0] = copy(embedding, rows * d);
    double *x = o->numbers[x_id][0] = oracle_zeros(rows * d);
    edit(o, options, embedding_id, 0);
    for (size_t i = 0; i < rows * d; i++)
        x[i] = e[i];
    if (config->position == ATTENTION_POSITION_NONE) return;
    double *p = o->numbers[position_id][0] = oracle_zeros(rows * d);
    for (size_t i = 0; i < rows * d; i++)
        p[i] = position_at(o, config, i / d, i % d);
    edit(o, options, position_id, 0);
    for (size_t i = 0; i < rows * d; i++)
        x[i] += p[i];
}

void oracle_read(struct oracle *o, const struct attention_weights *weights,
                 const struct attention_options *options, const struct attention_input *input) {
    const struct attention_config *config = &weights->config;
    memset(o, 0, sizeof *o);
    o->n = input->n;
    o->m = input->context ? input->m : input->n;
    for (int layer = 0; layer < config->layers; layer++) {
        read_layer(o, config, &weights->layers[layer], layer);
        for (int id = ATTENTION_WEIGHT_POSITION + 1; id < ATTENTION_QUANTITY_COUNT; id++)
            edit(o, options, id, layer);
    }
    if (config->position == ATTENTION_POSITION_LEARNED) {
        o->numbers[ATTENTION_WEIGHT_POSITION][0] =
            copy(weights->position_weight, (size_t)config->position_rows * (size_t)config->d_model);
        edit(o, options, ATTENTION_WEIGHT_POSITION, 0);
    }
    read_text(o, config, options, input->embedding, o->n, ATTENTION_TENSOR_EMBEDDING);
    if (input->context) {
        read_text(o, config, options, input->context, o->m, ATTENTION_TENSOR_CONTEXT_EMBEDDING);
    }
    if (input->values) {
        read_text(o, config, options, input->values, o->m, ATTENTION_TENSOR_VALUES_EMBEDDING);
    }
}

void oracle_free(struct oracle *o) {
    for (int id = 0; id < ATTENTION_QUANTITY_COUNT; id++) {
        for (int layer = 0; layer < ORACLE_LAYERS; layer++)
            free(o->numbers[id][layer]);
    }
    memset(o, 0, sizeof *o);
}

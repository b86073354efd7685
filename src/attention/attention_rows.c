/* What looks at one row at a time: sums, layer norm, the feed-forward network. */
#include "attention_math.h"
#include "attention_pass.h"

enum { ROW_BLOCK = 64, COLUMN_BLOCK = 64, MOST_ROWS = 1 << 20 };

struct addition {
    const float *a, *b;
    enum attention_tensor_id id;
};

static void add_rows(struct attention_running *run, const void *context, size_t first,
                     size_t count) {
    const struct addition *sum = context;
    const size_t at = first * run->d;
    float *out = attention_running_tensor(run, sum->id) + at;
    run->kernels->add(sum->a + at, sum->b + at, count * run->d, out);
    attention_running_check(run, sum->id, out, count * run->d);
}

enum attention_status attention_rows_add(struct attention_running *run, const float *a,
                                         const float *b, size_t rows, enum attention_tensor_id id) {
    const struct addition sum = {a, b, id};
    return attention_running_phase(run, add_rows, &sum, rows,
                                   attention_running_piece(run, rows, ROW_BLOCK, MOST_ROWS));
}

struct normalisation {
    const float *x, *gain, *bias;
    enum attention_tensor_id id;
};

static void norm_rows(struct attention_running *run, const void *context, size_t first,
                      size_t count) {
    const struct normalisation *norm = context;
    const size_t d = run->d;
    float *out = attention_running_tensor(run, norm->id);
    for (size_t i = first; i < first + count; i++) {
        float variance;
        run->kernels->layer_norm(norm->x + i * d, d, norm->gain, norm->bias, out + i * d, NULL,
                                 &variance);
        if (!attention_math_is_finite(variance)) attention_running_fail(run, norm->id);
    }
    attention_running_check(run, norm->id, out + first * d, count * d);
}

enum attention_status attention_rows_norm(struct attention_running *run, const float **x,
                                          const float *gain, const float *bias,
                                          enum attention_tensor_id id) {
    const struct normalisation norm = {*x, gain, bias, id};
    *x = attention_running_tensor(run, id);
    return attention_running_phase(run, norm_rows, &norm, run->n,
                                   attention_running_piece(run, run->n, ROW_BLOCK, MOST_ROWS));
}

/* out [rows, columns] = x [rows, depth] · Wᵀ + bias, W [columns, depth], then the activation. */
struct dense {
    const float *x, *weight, *bias;
    size_t rows, columns, depth;
    enum attention_tensor_id id;
    bool is_activated;
};

static void dense_part(struct attention_running *run, const struct dense *dense, size_t first_row,
                       size_t rows, size_t first_column, size_t columns) {
    float *out = attention_running_tensor(run, dense->id) + first_row * dense->columns +
                 first_column;
    run->kernels->product(&(struct attention_product){
        .rows = rows,
        .columns = columns,
        .depth = dense->depth,
        .a = dense->x + first_row * dense->depth,
        .a_stride = dense->depth,
        .b = dense->weight + first_column * dense->depth,
        .b_depth_stride = 1,
        .b_column_stride = dense->depth,
        .bias = dense->bias ? dense->bias + first_column : NULL,
        .c = out,
        .c_stride = dense->columns});
    for (size_t i = 0; i < rows; i++) {
        float *row = out + i * dense->columns;
        if (!attention_running_check(run, dense->id, row, columns)) return;
        if (!dense->is_activated) continue;
        if (run->config->activation == ATTENTION_ACTIVATION_GELU) {
            run->kernels->gelu(row, columns, row);
        } else {
            run->kernels->relu(row, columns, row);
        }
    }
}

static void dense_rows(struct attention_running *run, const void *context, size_t first,
                       size_t count) {
    const struct dense *dense = context;
    dense_part(run, dense, first, count, 0, dense->columns);
}

static void dense_columns(struct attention_running *run, const void *context, size_t first,
                          size_t count) {
    const struct dense *dense = context;
    dense_part(run, dense, 0, dense->rows, first, count);
}

/* Threads share the rows of a long text, and the columns of a short one. */
static enum attention_status dense_run(struct attention_running *run, const struct dense *dense) {
    const bool is_long = dense->rows >= 4 * ROW_BLOCK;
    const size_t count = is_long ? dense->rows : dense->columns;
    return attention_running_phase(
        run, is_long ? dense_rows : dense_columns, dense, count,
        attention_running_piece(run, count, is_long ? ROW_BLOCK : COLUMN_BLOCK, MOST_ROWS));
}

enum attention_status attention_rows_network(struct attention_running *run, const float *x) {
    const size_t d_ff = (size_t)run->config->d_ff;
    const struct dense up = {.x = x,
                             .weight = run->w.up_weight,
                             .bias = run->w.up_bias,
                             .rows = run->n,
                             .columns = d_ff,
                             .depth = run->d,
                             .id = ATTENTION_TENSOR_FFN_HIDDEN,
                             .is_activated = true};
    const struct dense down = {.x = attention_running_tensor(run, ATTENTION_TENSOR_FFN_HIDDEN),
                               .weight = run->w.down_weight,
                               .bias = run->w.down_bias,
                               .rows = run->n,
                               .columns = run->d,
                               .depth = d_ff,
                               .id = ATTENTION_TENSOR_FFN_OUTPUT};
    const enum attention_status status = dense_run(run, &up);
    return status == ATTENTION_OK ? dense_run(run, &down) : status;
}

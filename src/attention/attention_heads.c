/* Multi-head attention: queries, keys and values, F, scale and mask, softmax, weighted sum, and the
 * heads together again. Vaswani et al. 2017, section 3.2. */
#include "attention_heads.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "attention_math.h"

/* Rows of one part: long enough that packing a weight matrix is paid back, and for scores short enough
 * that a block of them stays in the processor's second cache between F, softmax and the weighted sum. */
enum { PROJECTION_ROWS = 512, LEAST_SCORE_ROWS = 16, MOST_SCORE_ROWS = 256, SCORE_BLOCK = 1 << 18 };
enum { OUTPUT_ROWS = 256, COLUMN_BLOCK = 64 };

/* A block of rows of one head. */
struct head_rows {
    size_t head, first, rows;
};

/* Part number `part` of heads × blocks of `block` rows out of `rows`. */
static struct head_rows head_rows_of(size_t part, size_t rows, size_t block) {
    const size_t blocks = (rows + block - 1) / block;
    const size_t first = part % blocks * block;
    const size_t left = rows - first;
    return (struct head_rows){part / blocks, first, left < block ? left : block};
}

static size_t parts_of(const struct attention_running *run, size_t rows, size_t block) {
    return (size_t)run->config->heads * ((rows + block - 1) / block);
}

/* out [h, rows, width] from x [rows, d] with the head's own rows of W [h·width, d]. */
struct projection {
    enum attention_tensor_id id;
    const float *x, *weight, *bias;
    size_t rows, width, parts;
};

static void project_part(struct attention_running *run, const void *context, size_t first,
                         size_t count) {
    (void)count;
    const struct projection *p = context;
    while (first >= p->parts)
        first -= (p++)->parts;
    const struct head_rows at = head_rows_of(first, p->rows, PROJECTION_ROWS);
    float *out =
        attention_running_tensor(run, p->id) + (at.head * p->rows + at.first) * p->width;
    run->kernels->product(
        &(struct attention_product){.rows = at.rows,
                                    .columns = p->width,
                                    .depth = run->d,
                                    .a = p->x + at.first * run->d,
                                    .a_stride = run->d,
                                    .b = p->weight + at.head * p->width * run->d,
                                    .b_depth_stride = 1,
                                    .b_column_stride = run->d,
                                    .bias = p->bias ? p->bias + at.head * p->width : NULL,
                                    .c = out,
                                    .c_stride = p->width});
    attention_running_check(run, p->id, out, at.rows * p->width);
}

static enum attention_status project(struct attention_running *run,
                                     const struct attention_sources *sources) {
    const struct attention_layer_weights *w = &run->w;
    const size_t d_k = (size_t)run->config->d_k, d_v = (size_t)run->config->d_v;
    const size_t n_parts = parts_of(run, run->n, PROJECTION_ROWS);
    const size_t m_parts = parts_of(run, run->m, PROJECTION_ROWS);
    const struct projection projections[] = {
        {ATTENTION_TENSOR_Q, sources->query, w->q_weight, w->q_bias, run->n, d_k, n_parts},
        {ATTENTION_TENSOR_K, sources->key, w->k_weight, w->k_bias, run->m, d_k, m_parts},
        {ATTENTION_TENSOR_V, sources->value, w->v_weight, w->v_bias, run->m, d_v, m_parts}};
    return attention_running_phase(run, project_part, projections, n_parts + 2 * m_parts, 1);
}

float attention_unit_vector(const struct attention_kernels *kernels, const float *x, size_t count,
                            float *out) {
    const float norm = kernels->euclidean_norm(x, count);
    if (norm == 0.0f) {
        memset(out, 0, count * sizeof *out);
        return norm;
    }
    const float tiny = 0x1p-100f;
    const float scale = norm < tiny ? 0x1p100f : norm == INFINITY ? 0x1p-20f : 1.0f;
    for (size_t i = 0; i < count; i++)
        out[i] = x[i] * scale;
    const float scaled = scale == 1.0f ? norm : kernels->euclidean_norm(out, count);
    for (size_t i = 0; i < count; i++)
        out[i] /= scaled;
    return norm;
}

/* What F makes of a head's queries or keys before they meet. */
struct preparation {
    enum attention_tensor_id id, from;
    const float *weight; /* [h, d_a, d_k] (additive), [h, d_k, d_k] (general), or NULL: as they are */
    size_t rows;
};

static void prepare_head(struct attention_running *run, const void *context, size_t head,
                         size_t count) {
    (void)count;
    const struct preparation *p = context;
    const bool is_general = run->config->similarity == ATTENTION_SIMILARITY_GENERAL;
    const bool is_additive = run->config->similarity == ATTENTION_SIMILARITY_ADDITIVE;
    const size_t d_k = (size_t)run->config->d_k;
    const size_t width = is_additive ? (size_t)run->config->d_a : d_k;
    const float *x = attention_running_tensor(run, p->from) + head * p->rows * d_k;
    float *out = attention_running_tensor(run, p->id) + head * p->rows * width;
    if (run->config->similarity == ATTENTION_SIMILARITY_COSINE) {
        for (size_t i = 0; i < p->rows; i++)
            attention_unit_vector(run->kernels, x + i * d_k, d_k, out + i * d_k);
    } else if (!p->weight) {
        memcpy(out, x, p->rows * d_k * sizeof *x);
    } else { /* qᵀW runs down the columns of W, W_q q along its rows */
        run->kernels->product(
            &(struct attention_product){.rows = p->rows,
                                        .columns = width,
                                        .depth = d_k,
                                        .a = x,
                                        .a_stride = d_k,
                                        .b = p->weight + head * width * d_k,
                                        .b_depth_stride = is_general ? d_k : 1,
                                        .b_column_stride = is_general ? 1 : d_k,
                                        .c = out,
                                        .c_stride = width});
    }
    attention_running_check(run, p->id, out, p->rows * width);
}

static enum attention_status prepare(struct attention_running *run) {
    const enum attention_similarity similarity = run->config->similarity;
    if (similarity == ATTENTION_SIMILARITY_DOT) return ATTENTION_OK;
    const bool is_general = similarity == ATTENTION_SIMILARITY_GENERAL;
    const struct preparation queries = {ATTENTION_TENSOR_SIMILARITY_QUERY, ATTENTION_TENSOR_Q,
                                        is_general ? run->w.general_weight
                                                   : run->w.additive_q_weight,
                                        run->n};
    const struct preparation keys = {ATTENTION_TENSOR_SIMILARITY_KEY, ATTENTION_TENSOR_K,
                                     run->w.additive_k_weight, run->m};
    const size_t heads = (size_t)run->config->heads;
    const enum attention_status status =
        attention_running_phase(run, prepare_head, &queries, heads, 1);
    if (status != ATTENTION_OK || is_general) return status;
    return attention_running_phase(run, prepare_head, &keys, heads, 1);
}

/* similarity of a block of rows: a product of what was prepared, or the hidden units of additive. */
static bool compare(struct attention_running *run, const struct head_rows *at) {
    const struct attention_config *config = run->config;
    const bool is_additive = config->similarity == ATTENTION_SIMILARITY_ADDITIVE;
    const size_t width = (size_t)(is_additive ? config->d_a : config->d_k);
    const float *query = attention_running_tensor(run, ATTENTION_TENSOR_SIMILARITY_QUERY);
    const float *key = attention_running_tensor(run, ATTENTION_TENSOR_SIMILARITY_KEY);
    if (!query) query = attention_running_tensor(run, ATTENTION_TENSOR_Q);
    if (!key) key = attention_running_tensor(run, ATTENTION_TENSOR_K);
    query += (at->head * run->n + at->first) * width;
    key += at->head * run->m * width;
    float *out = attention_running_tensor(run, ATTENTION_TENSOR_SIMILARITY) +
                 (at->head * run->n + at->first) * run->m;
    if (is_additive) {
        run->kernels->additive(&(struct attention_additive){
            .rows = at->rows,
            .columns = run->m,
            .units = width,
            .query = query,
            .query_stride = width,
            .key = key,
            .key_stride = width,
            .weight = run->w.additive_w ? run->w.additive_w + at->head * width : NULL,
            .out = out,
            .out_stride = run->m});
    } else {
        run->kernels->product(&(struct attention_product){.rows = at->rows,
                                                          .columns = run->m,
                                                          .depth = width,
                                                          .a = query,
                                                          .a_stride = width,
                                                          .b = key,
                                                          .b_depth_stride = 1,
                                                          .b_column_stride = width,
                                                          .c = out,
                                                          .c_stride = run->m});
    }
    return attention_running_check(run, ATTENTION_TENSOR_SIMILARITY, out, at->rows * run->m);
}

struct attention_row_mask attention_mask_row(const struct attention_options *options, size_t i,
                                             size_t m) {
    struct attention_row_mask mask = {NULL, 0, m};
    const size_t w = options->mask_size;
    switch (options->mask) {
    case ATTENTION_MASK_CAUSAL:
        mask.end = i < m ? i + 1 : m;
        break;
    case ATTENTION_MASK_PADDING:
        mask.end = m - w;
        break;
    case ATTENTION_MASK_WINDOW:
        mask.first = i > w ? i - w : 0;
        if (mask.first > m) mask.first = m;
        if (w < m && i < m - w) mask.end = i + w + 1; /* i + w < m: no overflow */
        break;
    case ATTENTION_MASK_CUSTOM:
        mask.allowed = options->allowed + i * m;
        break;
    default:
        break;
    }
    return mask;
}

/* Replaces edited scores of one row; true when there were any. */
static bool edit_scores(const struct attention_running *run, size_t row, float *scores) {
    bool is_edited = false;
    for (size_t e = 0; e < run->options->edit_count; e++) {
        const struct attention_edit *edit = &run->options->edits[e];
        if (edit->tensor != ATTENTION_TENSOR_SCORES || edit->layer != run->layer ||
            edit->index / run->m != row)
            continue;
        scores[edit->index % run->m] = edit->value;
        is_edited = true;
    }
    return is_edited;
}

/* scores and weights of one row (head · n + i). With τ = 0 nothing is divided and the largest share
 * equally. */
static bool weigh(struct attention_running *run, size_t row) {
    const size_t m = run->m;
    const float divisor = run->block->divisor;
    const bool is_masked_after = run->block->fault == ATTENTION_FAULT_MASK_AFTER_SOFTMAX;
    const struct attention_row_mask own = attention_mask_row(run->options, row % run->n, m);
    const struct attention_row_mask mask =
        is_masked_after ? (struct attention_row_mask){NULL, 0, m} : own;
    float *scores = attention_running_tensor(run, ATTENTION_TENSOR_SCORES) + row * m;
    float *weights = attention_running_tensor(run, ATTENTION_TENSOR_WEIGHTS) + row * m;
    if (!run->kernels->scale_row(attention_running_tensor(run, ATTENTION_TENSOR_SIMILARITY) +
                                     row * m,
                                 m, divisor == 0.0f ? 1.0f : divisor, &mask, scores)) {
        attention_running_fail(run, ATTENTION_TENSOR_SCORES);
        return false;
    }
    const bool is_edited = edit_scores(run, row, scores);
    if (run->block->fault == ATTENTION_FAULT_SOFTMAX_OVER_QUERIES) return true; /* all rows first */
    if (divisor == 0.0f) {
        run->kernels->share_largest(scores, m, weights);
    } else {
        run->kernels->softmax(scores, m, is_edited ? 0 : mask.first, is_edited ? m : mask.end,
                              weights);
    }
    if (is_masked_after) attention_mask_weights(&own, m, weights);
    return true;
}

/* head_output of a block of rows = A V, and its place in concat; 0 when the head is off. */
static void add_up_values(struct attention_running *run, const struct head_rows *at) {
    const size_t d_v = (size_t)run->config->d_v, heads = (size_t)run->config->heads;
    const size_t row = at->head * run->n + at->first;
    float *out = attention_running_tensor(run, ATTENTION_TENSOR_HEAD_OUTPUT) + row * d_v;
    float *concat = attention_running_tensor(run, ATTENTION_TENSOR_CONCAT);
    if (attention_block_is_head_off(run->block, run->layer, (int)at->head)) {
        memset(out, 0, at->rows * d_v * sizeof *out);
    } else {
        run->kernels->product(&(struct attention_product){
            .rows = at->rows,
            .columns = d_v,
            .depth = run->m,
            .a = attention_running_tensor(run, ATTENTION_TENSOR_WEIGHTS) + row * run->m,
            .a_stride = run->m,
            .b = attention_running_tensor(run, ATTENTION_TENSOR_V) + at->head * run->m * d_v,
            .b_depth_stride = d_v,
            .b_column_stride = 1,
            .c = out,
            .c_stride = d_v});
    }
    if (!attention_running_check(run, ATTENTION_TENSOR_HEAD_OUTPUT, out, at->rows * d_v)) return;
    for (size_t i = 0; i < at->rows; i++) {
        memcpy(concat + ((at->first + i) * heads + at->head) * d_v, out + i * d_v,
               d_v * sizeof *out);
    }
}

/* Rows of scores that stay in the cache, and enough blocks for every thread. */
static size_t score_rows(const struct attention_running *run) {
    size_t rows = SCORE_BLOCK / run->m;
    if (rows < LEAST_SCORE_ROWS) rows = LEAST_SCORE_ROWS;
    if (rows > MOST_SCORE_ROWS) rows = MOST_SCORE_ROWS;
    const size_t share =
        attention_running_piece(run, run->n * (size_t)run->config->heads, 1, SCORE_BLOCK);
    if (rows > share) rows = share > LEAST_SCORE_ROWS ? share : LEAST_SCORE_ROWS;
    return rows < run->n ? rows : run->n;
}

static void attend_part(struct attention_running *run, const void *context, size_t first,
                        size_t count) {
    (void)count;
    const struct head_rows at = head_rows_of(first, run->n, *(const size_t *)context);
    if (!compare(run, &at)) return;
    for (size_t i = 0; i < at.rows; i++) {
        if (!weigh(run, at.head * run->n + at.first + i)) return;
    }
    if (run->block->fault != ATTENTION_FAULT_SOFTMAX_OVER_QUERIES) add_up_values(run, &at);
}

static void value_part(struct attention_running *run, const void *context, size_t first,
                       size_t count) {
    (void)count;
    const struct head_rows at = head_rows_of(first, run->n, *(const size_t *)context);
    add_up_values(run, &at);
}

/* From queries and keys to head_output, a block of rows at a time, where the softmax does not need all
 * of them. */
static enum attention_status attend(struct attention_running *run) {
    const size_t rows = score_rows(run), parts = parts_of(run, run->n, rows);
    enum attention_status status = attention_running_phase(run, attend_part, &rows, parts, 1);
    if (run->block->fault != ATTENTION_FAULT_SOFTMAX_OVER_QUERIES || status != ATTENTION_OK)
        return status;
    status = attention_softmax_over_queries(run);
    if (status != ATTENTION_OK) return status;
    return attention_running_phase(run, value_part, &rows, parts, 1);
}

void attention_share_product(const struct attention_kernels *kernels, const struct attention_share *s) {
    kernels->product(&(struct attention_product){
        .rows = s->rows,
        .columns = s->columns,
        .depth = s->d_v,
        .a = s->head_output,
        .a_stride = s->d_v,
        .b = s->o_weight + s->head * s->d_v,
        .b_depth_stride = 1,
        .b_column_stride = s->heads * s->d_v,
        .bias = s->bias,
        .c = s->out,
        .c_stride = s->out_stride,
        .is_added = s->is_added});
}

/* attention_output of some rows and columns: share after share, in the order of the heads. */
static void output_part(struct attention_running *run, size_t first_row, size_t rows,
                        size_t first_column, size_t columns) {
    const size_t heads = (size_t)run->config->heads, d_v = (size_t)run->config->d_v;
    float *out = attention_running_tensor(run, ATTENTION_TENSOR_ATTENTION_OUTPUT) +
                 first_row * run->d + first_column;
    const float *from = attention_running_tensor(run, ATTENTION_TENSOR_HEAD_OUTPUT);
    for (size_t head = 0; head < heads; head++) {
        const bool is_last = head + 1 == heads;
        attention_share_product(
            run->kernels,
            &(struct attention_share){
                .rows = rows,
                .columns = columns,
                .heads = heads,
                .d_v = d_v,
                .head = head,
                .head_output = from + (head * run->n + first_row) * d_v,
                .o_weight = run->w.o_weight + first_column * heads * d_v,
                .bias = is_last && run->w.o_bias ? run->w.o_bias + first_column : NULL,
                .out = out,
                .out_stride = run->d,
                .is_added = head > 0});
    }
    for (size_t i = 0; i < rows; i++)
        attention_running_check(run, ATTENTION_TENSOR_ATTENTION_OUTPUT, out + i * run->d, columns);
}

static void output_rows(struct attention_running *run, const void *context, size_t first,
                        size_t count) {
    (void)context;
    output_part(run, first, count, 0, run->d);
}

static void output_columns(struct attention_running *run, const void *context, size_t first,
                           size_t count) {
    (void)context;
    output_part(run, 0, run->n, first, count);
}

enum attention_status attention_heads_run(struct attention_running *run,
                                          const struct attention_sources *sources) {
    enum attention_status status = project(run, sources);
    if (status == ATTENTION_OK) status = prepare(run);
    if (status != ATTENTION_OK) return status;
    status = attend(run);
    if (status != ATTENTION_OK) return status;
    if (run->n >= OUTPUT_ROWS)
        return attention_running_phase(run, output_rows, NULL, run->n,
                                       attention_running_piece(run, run->n, 16, OUTPUT_ROWS));
    return attention_running_phase(run, output_columns, NULL, run->d,
                                   attention_running_piece(run, run->d, COLUMN_BLOCK, run->d));
}

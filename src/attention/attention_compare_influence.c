/* The influence of attention, ‖∂y_i/∂x_j‖, for all pairs.
 *
 * One head: z_ij = F(q_i, k_j) / c (c = √d_k · τ), a_ij = softmax of row i, o_i = Σ_j a_ij v_j, and
 * y_i = Σ_h W_O o_i, each head with its own columns of W_O. The slope of the softmax is
 * ∂o_i/∂z_ij = a_ij (v_j − o_i), and z_ij sees x_j through the key, x_i through the query. So
 *
 *   ∂y_i/∂x_j = Σ_h W_O ( a_ij W_V + κ_ij e_ij g_ijᵀ W_K )                        j ≠ i
 *   ∂y_i/∂x_i = the same, + Σ_h W_O B_i W_Q,   B_i = Σ_m κ_im e_im r_imᵀ          (self-attention)
 *
 * with e_ij = v_j − o_i, κ_ij = a_ij / c (0 where an edit fixed the score), g = ∂F/∂k and r =
 * ∂F/∂q.
 *
 * The Frobenius norm of such a sum needs none of these d × d matrices: ⟨W_O X, W_O' X'⟩ =
 * ⟨W_Oᵀ W_O', X X'ᵀ⟩, and the products of weights are the same for all pairs
 * (attention_influence_gram). With heads s and t:
 *
 *   ‖∂y_i/∂x_j‖² = Σ_st a_s a_t PP_st + 2 Σ_st κ_s a_t (e_sᵀ T_st g_s)
 *                + Σ_st κ_s κ_t (e_sᵀ OO_st e_t) (g_sᵀ KK_st g_t)
 *
 * PP_st = ⟨W_O,s W_V,s, W_O,t W_V,t⟩, T_st = OO_st W_V,t W_K,sᵀ, OO_st = W_O,sᵀ W_O,t, KK_st =
 * W_K,s W_K,tᵀ. B_i adds 2 Σ a_t ⟨B_s, OO_st W_V,t W_Q,sᵀ⟩ + 2 Σ κ_s (OO_ts e_s)ᵀ B_t (W_Q,t W_K,sᵀ
 * g_s) + Σ ⟨B_s QQ_st, OO_st B_t⟩.
 *
 * Cost in multiply-adds, c = h·d_v and p = h·d_k: about (c + 2p)² d once, c² / 2 for a pair (and
 * p² / 2 + p c more where g depends on j: cosine and additive), c p (d_k + d_v) / 2 for a row.
 * Memory: the doubles of these products. */
#include <assert.h>
#include <math.h>

#include "attention_compare.h"
#include "attention_error.h"
#include "attention_influence.h"
#include "attention_math.h"
#include "attention_matrix.h"
#include "attention_workspace.h"

/* All that one row needs; e, g and so on stand head after head. */
struct row_work {
    struct attention_influence_gradient gradient;
    struct attention_influence_gram gram;
    double *shares;       /* a_ij [h, m] */
    double *outputs;      /* o_i [h, d_v] */
    double *e, *g, *r;    /* of the pair: [h, d_v], [h, d_k], [h, units] */
    double *a, *kappa;    /* of the pair: [h] */
    double *ee, *gg;      /* e_s OO_st e_t, g_s KK_st g_t: [h, h] */
    double *tg;           /* T_st g_s: [h (s), h (t), d_v] */
    double *wide;         /* [max(c, p)] */
    double *sums;         /* Σ_m κ e rᵀ turned, before the finish: [h, units, d_v] */
    double *b;            /* B_i turned: [h, d_k, d_v] */
    double *left, *right; /* [d_k, d_v] each */
    bool is_g_ready;      /* dot, general: g and what follows from it hold for the whole row */
};

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static bool work_count(const struct attention_influence_problem *p, size_t *count) {
    const size_t h = p->heads;
    return attention_influence_gradient_count(p, count) &&
           attention_influence_gram_count(p, count) &&
           attention_workspace_count(count, h, p->m, 1) &&
           attention_workspace_count(count, h, p->d_v, 2) &&
           attention_workspace_count(count, h, p->d_k, 1) &&
           attention_workspace_count(count, h, p->units, 1) &&
           attention_workspace_count(count, h, 2, 1) && attention_workspace_count(count, h, h, 2) &&
           attention_workspace_count(count, h * h, p->d_v, 1) &&
           attention_workspace_count(count, h, larger(p->d_v, p->d_k), 1) &&
           attention_workspace_count(count, h * p->units, p->d_v, 1) &&
           attention_workspace_count(count, h * p->d_k, p->d_v, 1) &&
           attention_workspace_count(count, p->d_k, p->d_v, 2);
}

static void work_make(struct row_work *work, const struct attention_influence_problem *p,
                      double *memory) {
    const size_t h = p->heads;
    attention_influence_gradient_make(&work->gradient, p, &memory);
    attention_influence_gram_make(&work->gram, p, &memory);
    work->shares = attention_workspace_take(&memory, h * p->m);
    work->outputs = attention_workspace_take(&memory, h * p->d_v);
    work->e = attention_workspace_take(&memory, h * p->d_v);
    work->g = attention_workspace_take(&memory, h * p->d_k);
    work->r = attention_workspace_take(&memory, h * p->units);
    work->a = attention_workspace_take(&memory, h);
    work->kappa = attention_workspace_take(&memory, h);
    work->ee = attention_workspace_take(&memory, h * h);
    work->gg = attention_workspace_take(&memory, h * h);
    work->tg = attention_workspace_take(&memory, h * h * p->d_v);
    work->wide = attention_workspace_take(&memory, h * larger(p->d_v, p->d_k));
    work->sums = attention_workspace_take(&memory, h * p->units * p->d_v);
    work->b = attention_workspace_take(&memory, h * p->d_k * p->d_v);
    work->left = attention_workspace_take(&memory, p->d_k * p->d_v);
    work->right = attention_workspace_take(&memory, p->d_k * p->d_v);
}

/* The weights of row i in double, from the scores as the pass used them: a weight that is almost 1
 * keeps what it lacks. With τ = 0 they are the pass's own. A head that is off has none. */
static void shares_fill(const struct attention_influence_problem *p, size_t head, size_t i,
                        double *shares) {
    const float *scores = p->scores + (head * p->n + i) * p->m;
    const float *weights = p->weights + (head * p->n + i) * p->m;
    const bool is_off = attention_trace_is_head_off(p->trace, p->layer, (int)head);
    float largest = scores[0];
    for (size_t j = 1; j < p->m; j++)
        largest = scores[j] > largest ? scores[j] : largest;
    double total = 0.0;
    for (size_t j = 0; j < p->m; j++) {
        if (is_off || largest == -INFINITY) {
            shares[j] = 0.0;
        } else if (p->divisor == 0.0) {
            shares[j] = (double)weights[j];
        } else {
            shares[j] = attention_math_exp_double((double)scores[j] - (double)largest);
        }
        total += shares[j];
    }
    for (size_t j = 0; j < p->m && p->divisor != 0.0 && total > 0.0; j++)
        shares[j] /= total;
}

static void row_begin(const struct attention_influence_problem *p, struct row_work *work,
                      size_t i) {
    for (size_t head = 0; head < p->heads; head++) {
        double *shares = work->shares + head * p->m, *output = work->outputs + head * p->d_v;
        shares_fill(p, head, i, shares);
        for (size_t c = 0; c < p->d_v; c++)
            output[c] = 0.0;
        for (size_t j = 0; j < p->m; j++) {
            const float *v = p->v + (head * p->m + j) * p->d_v;
            for (size_t c = 0; c < p->d_v; c++)
                output[c] += shares[j] * (double)v[c];
        }
    }
    for (size_t c = 0; c < p->heads * p->units * p->d_v; c++)
        work->sums[c] = 0.0;
    work->is_g_ready = false;
}

/* out [h, h] = x_s M_st x_t for a symmetric M [h·block, h·block] and x [h, block]. */
static void forms_fill(const double *m, const double *x, size_t heads, size_t block, double *wide,
                       double *out) {
    const size_t width = heads * block;
    for (size_t t = 0; t < heads; t++) {
        const size_t used = (t + 1) * block;
        for (size_t c = 0; c < used; c++)
            wide[c] = 0.0;
        for (size_t b = t * block; b < used; b++)
            attention_matrix_add(x[b], m + b * width, used, wide);
        for (size_t s = 0; s <= t; s++) {
            out[s * heads + t] = attention_matrix_dot(x + s * block, wide + s * block, block);
            out[t * heads + s] = out[s * heads + t];
        }
    }
}

/* gg and tg, from g. */
static void key_side_fill(const struct attention_influence_problem *p, struct row_work *work) {
    const size_t c = p->heads * p->d_v;
    forms_fill(work->gram.kk, work->g, p->heads, p->d_k, work->wide, work->gg);
    for (size_t s = 0; s < p->heads && p->is_value_moving; s++) {
        double *tg = work->tg + s * c;
        for (size_t l = 0; l < c; l++)
            tg[l] = 0.0;
        for (size_t b = s * p->d_k; b < (s + 1) * p->d_k; b++)
            attention_matrix_add(work->g[b], work->gram.key_value + b * c, c, tg);
    }
}

/* One head's part of a pair: a, κ, e, g, and its term of B. Whether its weight can move. */
static bool head_fill(const struct attention_influence_problem *p, struct row_work *work,
                      size_t head, size_t i, size_t j) {
    const size_t d_v = p->d_v, index = (head * p->n + i) * p->m + j;
    const float *v = p->v + (head * p->m + j) * d_v;
    double *e = work->e + head * d_v, *g = work->g + head * p->d_k;
    double *r = work->r + head * p->units;
    const double a = work->shares[head * p->m + j];
    work->a[head] = a;
    work->kappa[head] = 0.0;
    for (size_t c = 0; c < d_v; c++)
        e[c] = (double)v[c] - work->outputs[head * d_v + c];
    if (!attention_influence_gradient_pair(&work->gradient, head, i, j, g, r)) {
        for (size_t c = 0; c < p->d_k; c++)
            g[c] = 0.0;
        return false;
    }
    if (a == 0.0 || p->divisor == 0.0) return false;
    if (attention_trace_is_edited(p->trace, ATTENTION_TENSOR_SCORES, p->layer, index)) return false;
    work->kappa[head] = a / p->divisor;
    for (size_t u = 0; u < p->units && p->is_query_moving; u++)
        attention_matrix_add(work->kappa[head] * r[u], e, d_v,
                             work->sums + (head * p->units + u) * d_v);
    return true;
}

/* ‖…‖² of what x_j does to y_i through key and value. */
static double pair_square(const struct attention_influence_problem *p, struct row_work *work,
                          size_t i, size_t j) {
    const size_t heads = p->heads, d_v = p->d_v;
    const bool is_g_of_row =
        p->similarity == ATTENTION_SIMILARITY_DOT || p->similarity == ATTENTION_SIMILARITY_GENERAL;
    bool is_moving = false;
    for (size_t head = 0; head < heads; head++)
        is_moving = head_fill(p, work, head, i, j) || is_moving;
    if (is_moving) forms_fill(work->gram.oo, work->e, heads, d_v, work->wide, work->ee);
    if (is_moving && !work->is_g_ready) {
        key_side_fill(p, work);
        work->is_g_ready = is_g_of_row;
    }
    double square = 0.0;
    for (size_t s = 0; s < heads; s++) {
        for (size_t t = 0; t < heads; t++) {
            const double kappa = work->kappa[s];
            if (p->is_value_moving) {
                square += work->a[s] * work->a[t] * work->gram.pp[s * heads + t];
            }
            if (kappa == 0.0) continue;
            if (p->is_value_moving && work->a[t] != 0.0) {
                const double *tg = work->tg + (s * heads + t) * d_v;
                square +=
                    2.0 * work->a[t] * (kappa * attention_matrix_dot(work->e + s * d_v, tg, d_v));
            }
            if (work->kappa[t] != 0.0) {
                square +=
                    (kappa * work->ee[s * heads + t]) * (work->kappa[t] * work->gg[s * heads + t]);
            }
        }
    }
    return square;
}

/* ⟨B_s QQ_st, OO_st B_t⟩ */
static double query_square(const struct attention_influence_problem *p, struct row_work *work,
                           size_t s, size_t t) {
    const size_t d_k = p->d_k, d_v = p->d_v, c = p->heads * d_v, width = p->heads * d_k;
    attention_matrix_multiply(
        &(struct attention_matrix_product){.rows = d_k,
                                           .columns = d_v,
                                           .depth = d_v,
                                           .a = work->b + t * d_k * d_v,
                                           .a_row_stride = d_v,
                                           .a_depth_stride = 1,
                                           .b = work->gram.oo + t * d_v * c + s * d_v,
                                           .b_stride = c,
                                           .c = work->left,
                                           .c_stride = d_v});
    attention_matrix_multiply(
        &(struct attention_matrix_product){.rows = d_k,
                                           .columns = d_v,
                                           .depth = d_k,
                                           .a = work->gram.qq + t * d_k * width + s * d_k,
                                           .a_row_stride = width,
                                           .a_depth_stride = 1,
                                           .b = work->b + s * d_k * d_v,
                                           .b_stride = d_v,
                                           .c = work->right,
                                           .c_stride = d_v});
    return attention_matrix_dot(work->left, work->right, d_k * d_v);
}

/* κ_s (OO_ts e_s)ᵀ B_t (W_Q,t W_K,sᵀ g_s) */
static double key_query_product(const struct attention_influence_problem *p, struct row_work *work,
                                size_t s, size_t t) {
    const size_t d_k = p->d_k, d_v = p->d_v, c = p->heads * d_v, width = p->heads * d_k;
    for (size_t r = 0; r < d_v; r++)
        work->left[r] = attention_matrix_dot(work->gram.oo + (t * d_v + r) * c + s * d_v,
                                             work->e + s * d_v, d_v);
    double sum = 0.0;
    for (size_t r = 0; r < d_k; r++) {
        const double right = attention_matrix_dot(work->gram.qk + (t * d_k + r) * width + s * d_k,
                                                  work->g + s * d_k, d_k);
        sum += right * attention_matrix_dot(work->b + (t * d_k + r) * d_v, work->left, d_v);
    }
    return work->kappa[s] * sum;
}

/* What ‖∂y_i/∂x_i‖² has more through the query. The pair (i, i) has just been filled, the last of
 * its row. */
static double query_side_square(const struct attention_influence_problem *p,
                                struct row_work *work) {
    const size_t heads = p->heads, d_k = p->d_k, d_v = p->d_v, c = heads * d_v;
    for (size_t s = 0; s < heads; s++)
        attention_influence_gradient_finish(&work->gradient, s, work->sums + s * p->units * d_v,
                                            d_v, work->b + s * d_k * d_v);
    double square = 0.0;
    for (size_t s = 0; s < heads; s++) {
        for (size_t t = 0; t < heads; t++) {
            double sum = 0.0; /* ⟨B_s, OO_st W_V,t W_Q,sᵀ⟩ */
            for (size_t r = 0; r < d_k; r++)
                sum +=
                    attention_matrix_dot(work->b + (s * d_k + r) * d_v,
                                         work->gram.query_value + (s * d_k + r) * c + t * d_v, d_v);
            square += 2.0 * (work->a[t] * sum);
            if (work->kappa[s] != 0.0) square += 2.0 * key_query_product(p, work, s, t);
            if (t >= s) square += (t > s ? 2.0 : 1.0) * query_square(p, work, s, t);
        }
    }
    return square;
}

/* Row i of the influence [n, m]. In self-attention the pair (i, i) comes last: it needs B_i, to
 * which all keys contribute. */
static enum attention_status row_run(const struct attention_influence_problem *p,
                                     struct row_work *work, size_t i, float *influence,
                                     struct attention_error *error) {
    enum attention_status status = ATTENTION_OK;
    row_begin(p, work, i);
    for (size_t j = 0; j < p->m && status == ATTENTION_OK; j++) {
        if (p->is_query_moving && j == i) continue;
        status = attention_matrix_store(pair_square(p, work, i, j), i, j, influence + j, error);
    }
    if (!p->is_query_moving || status != ATTENTION_OK) return status;
    const double square = pair_square(p, work, i, i);
    return attention_matrix_store(square + query_side_square(p, work), i, i, influence + i, error);
}

static void problem_make(struct attention_influence_problem *p, const struct attention_trace *trace,
                         const struct attention_weights *weights, int layer) {
    const struct attention_config *config = attention_trace_config(trace);
    const bool is_additive = config->similarity == ATTENTION_SIMILARITY_ADDITIVE;
    *p = (struct attention_influence_problem){
        .trace = trace,
        .layer = layer,
        .similarity = config->similarity,
        .n = attention_trace_tokens(trace),
        .m = attention_trace_keys(trace),
        .d = (size_t)config->d_model,
        .heads = (size_t)config->heads,
        .d_k = (size_t)config->d_k,
        .d_v = (size_t)config->d_v,
        .units = (size_t)(is_additive ? config->d_a : config->d_k),
        .divisor = (double)attention_trace_divisor(trace),
        .is_query_moving =
            attention_trace_tensor(trace, ATTENTION_TENSOR_CONTEXT_X, 0).data == NULL,
        .is_value_moving =
            attention_trace_tensor(trace, ATTENTION_TENSOR_VALUES_X, 0).data == NULL};
    const struct {
        const float **to;
        int id;
    } numbers[] = {{&p->q, ATTENTION_TENSOR_Q},
                   {&p->k, ATTENTION_TENSOR_K},
                   {&p->v, ATTENTION_TENSOR_V},
                   {&p->prepared_query, ATTENTION_TENSOR_SIMILARITY_QUERY},
                   {&p->prepared_key, ATTENTION_TENSOR_SIMILARITY_KEY},
                   {&p->scores, ATTENTION_TENSOR_SCORES},
                   {&p->weights, ATTENTION_TENSOR_WEIGHTS},
                   {&p->q_weight, ATTENTION_WEIGHT_Q},
                   {&p->k_weight, ATTENTION_WEIGHT_K},
                   {&p->v_weight, ATTENTION_WEIGHT_V},
                   {&p->o_weight, ATTENTION_WEIGHT_O},
                   {&p->general_weight, ATTENTION_WEIGHT_GENERAL},
                   {&p->additive_q_weight, ATTENTION_WEIGHT_ADDITIVE_Q},
                   {&p->additive_k_weight, ATTENTION_WEIGHT_ADDITIVE_K},
                   {&p->additive_w, ATTENTION_WEIGHT_ADDITIVE_W}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const int id = numbers[i].id;
        *numbers[i].to =
            id < ATTENTION_TENSOR_COUNT
                ? attention_trace_tensor(trace, (enum attention_tensor_id)id, layer).data
                : attention_trace_weight(trace, weights, (enum attention_weight_id)id, layer).data;
    }
}

static enum attention_status request_check(const struct attention_trace *trace, int layer,
                                           struct attention_error *error) {
    const struct attention_config *config = attention_trace_config(trace);
    if (!config) {
        attention_error_add(error, "there is no pass yet whose influence could be measured; run "
                                   "one first");
        return ATTENTION_INVALID;
    }
    if (attention_trace_fault(trace) != ATTENTION_FAULT_NONE) {
        attention_error_add(error, "the influence is that of attention as it is meant, and a fault is "
                                   "switched on; switch it off");
        return ATTENTION_INVALID;
    }
    if (layer >= 0 && layer < config->layers) return ATTENTION_OK;
    attention_error_add(error, "there is no layer ");
    attention_error_add_int(error, layer + 1);
    attention_error_add(error, "; choose one from 1 to ");
    attention_error_add_int(error, config->layers);
    return ATTENTION_INVALID;
}

enum attention_status attention_influence(const struct attention_trace *trace,
                                          const struct attention_weights *weights, int layer,
                                          const struct attention_allocator *allocator,
                                          float *influence, struct attention_error *error) {
    static const char what[] = "the influence of attention";
    assert(trace && weights && influence);
    attention_error_clear(error);
    enum attention_status status = request_check(trace, layer, error);
    if (status != ATTENTION_OK) return status;
    struct attention_influence_problem problem;
    problem_make(&problem, trace, weights, layer);
    size_t count = 0;
    if (!work_count(&problem, &count)) return attention_workspace_refuse(what, error);
    double *memory = attention_workspace_doubles(allocator, count, what, error);
    if (!memory) return ATTENTION_NO_MEMORY;
    struct row_work work;
    work_make(&work, &problem, memory);
    for (size_t i = 0; i < problem.n && status == ATTENTION_OK; i++)
        status = row_run(&problem, &work, i, influence + i * problem.m, error);
    attention_workspace_release(allocator, memory);
    return status;
}

/* The slopes of F along its key and its query:
 *
 *              ∂F/∂k                               ∂F/∂q
 *   dot        q                                   k
 *   cosine     (q̂ − F k̂) / ‖k‖                     (k̂ − F q̂) / ‖q‖        q̂ = q/‖q‖, k̂ = k/‖k‖
 *   general    Wᵀ q                                W k
 *   additive   W_kᵀ (w ∘ (1 − t²))                 W_qᵀ (w ∘ (1 − t²))    t = tanh(W_q q + W_k k)
 *
 * A sum of slopes along q needs W or W_qᵀ once: attention_influence_gradient_finish. */
#include "attention_influence.h"

#include "attention_math.h"
#include "attention_matrix.h"
#include "attention_names.h"
#include "attention_workspace.h"

bool attention_influence_gradient_count(const struct attention_influence_problem *problem,
                                        size_t *count) {
    const size_t heads = problem->heads, d_k = problem->d_k, units = problem->units;
    switch (problem->similarity) {
    case ATTENTION_SIMILARITY_COSINE:
        return attention_workspace_count(count, heads, problem->n, d_k + 1) &&
               attention_workspace_count(count, heads, problem->m, d_k + 1);
    case ATTENTION_SIMILARITY_GENERAL:
        return attention_workspace_count(count, heads, d_k, d_k);
    case ATTENTION_SIMILARITY_ADDITIVE:
        return attention_workspace_count(count, heads, units, d_k) &&
               attention_workspace_count(count, heads, units, d_k) &&
               attention_workspace_count(count, heads, units, 1) &&
               attention_workspace_count(count, units, 1, 1);
    default:
        return true;
    }
}

/* Rows x [rows, d_k] as unit vectors, and their norms; 0 for the zero vector. The square of the
 * smallest float32 is far from the smallest double. */
static void units_fill(const float *x, size_t rows, size_t d_k, double *units, double *norms) {
    for (size_t r = 0; r < rows; r++) {
        double square = 0.0;
        for (size_t c = 0; c < d_k; c++)
            square += (double)x[r * d_k + c] * (double)x[r * d_k + c];
        norms[r] = attention_math_sqrt_double(square);
        for (size_t c = 0; c < d_k; c++)
            units[r * d_k + c] = norms[r] > 0.0 ? (double)x[r * d_k + c] / norms[r] : 0.0;
    }
}

/* A weight of F, [count], in double; its default where the model gives none. */
static double *weight_take(const struct attention_influence_problem *problem, const float *weight,
                           int id, size_t count, double **memory) {
    const struct attention_config *config = attention_trace_config(problem->trace);
    double *taken = attention_workspace_take(memory, count);
    for (size_t i = 0; i < count; i++)
        taken[i] = (double)(weight ? weight[i] : attention_weight_default(config, id, i));
    return taken;
}

void attention_influence_gradient_make(struct attention_influence_gradient *gradient,
                                       const struct attention_influence_problem *problem,
                                       double **memory) {
    const size_t heads = problem->heads, d_k = problem->d_k, units = problem->units;
    *gradient = (struct attention_influence_gradient){.problem = problem};
    if (problem->similarity == ATTENTION_SIMILARITY_COSINE) {
        gradient->query_units = attention_workspace_take(memory, heads * problem->n * d_k);
        gradient->query_norms = attention_workspace_take(memory, heads * problem->n);
        gradient->key_units = attention_workspace_take(memory, heads * problem->m * d_k);
        gradient->key_norms = attention_workspace_take(memory, heads * problem->m);
        units_fill(problem->q, heads * problem->n, d_k, gradient->query_units,
                   gradient->query_norms);
        units_fill(problem->k, heads * problem->m, d_k, gradient->key_units, gradient->key_norms);
    } else if (problem->similarity == ATTENTION_SIMILARITY_GENERAL) {
        gradient->query_weight = weight_take(problem, problem->general_weight,
                                             ATTENTION_WEIGHT_GENERAL, heads * d_k * d_k, memory);
    } else if (problem->similarity == ATTENTION_SIMILARITY_ADDITIVE) {
        gradient->query_weight =
            weight_take(problem, problem->additive_q_weight, ATTENTION_WEIGHT_ADDITIVE_Q,
                        heads * units * d_k, memory);
        gradient->key_weight =
            weight_take(problem, problem->additive_k_weight, ATTENTION_WEIGHT_ADDITIVE_K,
                        heads * units * d_k, memory);
        gradient->w = weight_take(problem, problem->additive_w, ATTENTION_WEIGHT_ADDITIVE_W,
                                  heads * units, memory);
        gradient->slopes = attention_workspace_take(memory, units);
    }
}

static void widen(const float *x, size_t count, double *out) {
    for (size_t c = 0; c < count; c++)
        out[c] = (double)x[c];
}

static bool cosine_pair(const struct attention_influence_gradient *gradient, size_t query_row,
                        size_t key_row, double *key, double *query) {
    const size_t d_k = gradient->problem->d_k;
    const double *q = gradient->query_units + query_row * d_k;
    const double *k = gradient->key_units + key_row * d_k;
    const double q_norm = gradient->query_norms[query_row];
    const double k_norm = gradient->key_norms[key_row];
    if (q_norm == 0.0 || k_norm == 0.0) return false;
    const double cosine = attention_matrix_dot(q, k, d_k);
    for (size_t c = 0; c < d_k; c++) {
        key[c] = (q[c] - cosine * k[c]) / k_norm;
        query[c] = (k[c] - cosine * q[c]) / q_norm;
    }
    return true;
}

/* 1 − tanh² z = 4 e / (1 + e)² with e = e^(−2|z|), which keeps its digits where tanh is almost 1.
 */
static void additive_pair(const struct attention_influence_gradient *gradient, size_t head,
                          const float *query_row, const float *key_row, double *key,
                          double *query) {
    const size_t d_k = gradient->problem->d_k, units = gradient->problem->units;
    for (size_t c = 0; c < d_k; c++)
        key[c] = 0.0;
    for (size_t a = 0; a < units; a++) {
        const double z = (double)query_row[a] + (double)key_row[a];
        const double e = attention_math_exp_double(-2.0 * (z < 0.0 ? -z : z));
        query[a] = gradient->w[head * units + a] * (4.0 * e / ((1.0 + e) * (1.0 + e)));
        attention_matrix_add(query[a], gradient->key_weight + (head * units + a) * d_k, d_k, key);
    }
}

bool attention_influence_gradient_pair(const struct attention_influence_gradient *gradient,
                                       size_t head, size_t i, size_t j, double *key,
                                       double *query) {
    const struct attention_influence_problem *problem = gradient->problem;
    const size_t d_k = problem->d_k, units = problem->units;
    const size_t query_row = head * problem->n + i, key_row = head * problem->m + j;
    switch (problem->similarity) {
    case ATTENTION_SIMILARITY_COSINE:
        return cosine_pair(gradient, query_row, key_row, key, query);
    case ATTENTION_SIMILARITY_ADDITIVE:
        additive_pair(gradient, head, problem->prepared_query + query_row * units,
                      problem->prepared_key + key_row * units, key, query);
        return true;
    case ATTENTION_SIMILARITY_GENERAL:
        widen(problem->prepared_query + query_row * d_k, d_k, key);
        widen(problem->k + key_row * d_k, d_k, query);
        return true;
    default:
        widen(problem->q + query_row * d_k, d_k, key);
        widen(problem->k + key_row * d_k, d_k, query);
        return true;
    }
}

void attention_influence_gradient_finish(const struct attention_influence_gradient *gradient,
                                         size_t head, const double *rows, size_t columns,
                                         double *out) {
    const struct attention_influence_problem *problem = gradient->problem;
    const size_t d_k = problem->d_k, units = problem->units;
    if (!gradient->query_weight) { /* dot, cosine: nothing in common */
        for (size_t c = 0; c < d_k * columns; c++)
            out[c] = rows[c];
        return;
    }
    const bool is_general = problem->similarity == ATTENTION_SIMILARITY_GENERAL;
    attention_matrix_multiply(&(struct attention_matrix_product){
        .rows = d_k,
        .columns = columns,
        .depth = units,
        .a = gradient->query_weight + head * units * d_k,
        .a_row_stride = is_general ? d_k : 1, /* W as it stands, W_q turned round */
        .a_depth_stride = is_general ? 1 : d_k,
        .b = rows,
        .b_stride = columns,
        .c = out,
        .c_stride = columns});
}

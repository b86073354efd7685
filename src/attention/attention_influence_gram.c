/* Products of weights that all pairs share: (c + 2p)² d multiply-adds, about, and once. */
#include "attention_influence.h"

#include "attention_matrix.h"
#include "attention_workspace.h"

bool attention_influence_gram_count(const struct attention_influence_problem *problem,
                                    size_t *count) {
    const size_t heads = problem->heads, d = problem->d;
    const size_t c = heads * problem->d_v, p = heads * problem->d_k;
    const size_t turned = 2 * c + 2 * p; /* W_O, and W_Q, W_K, W_V the other way round */
    return attention_workspace_count(count, c, c, 1) && attention_workspace_count(count, p, p, 3) &&
           attention_workspace_count(count, heads, heads, 1) &&
           attention_workspace_count(count, p, c, 2) &&
           attention_workspace_count(count, turned, d, 1) &&
           attention_workspace_count(count, problem->d_v, problem->d_v, 1) &&
           attention_workspace_count(count, problem->d_v, problem->d_k, 1);
}

/* The weights in double, inputs along the rows: [d, width]. */
struct turned {
    double *o, *q, *k, *v; /* o [d, c], q and k [d, p], v [d, c] */
    double *square;        /* [d_v, d_v] */
    double *oblong;        /* [d_k, d_v] */
};

/* out [rows, columns] = Σ over the d inputs of a[·, first_row + r] · b[·, first_column + c]. */
static void correlate(size_t d, const double *a, size_t a_width, size_t rows, const double *b,
                      size_t b_width, size_t columns, double *out, size_t out_stride) {
    attention_matrix_multiply(&(struct attention_matrix_product){.rows = rows,
                                                                 .columns = columns,
                                                                 .depth = d,
                                                                 .a = a,
                                                                 .a_row_stride = 1,
                                                                 .a_depth_stride = a_width,
                                                                 .b = b,
                                                                 .b_stride = b_width,
                                                                 .c = out,
                                                                 .c_stride = out_stride});
}

/* out [d_k, d_v at the stride of key_value] of heads s and t: W_s W_V,tᵀ · (W_Oᵀ W_O)_ts, W being
 * W_K or W_Q turned. */
static void chain(const struct attention_influence_problem *problem,
                  const struct attention_influence_gram *gram, const struct turned *turned,
                  const double *w, size_t s, size_t t, double *out) {
    const size_t d_k = problem->d_k, d_v = problem->d_v;
    const size_t c = problem->heads * d_v, p = problem->heads * d_k;
    correlate(problem->d, w + s * d_k, p, d_k, turned->v + t * d_v, c, d_v, turned->oblong, d_v);
    attention_matrix_multiply(
        &(struct attention_matrix_product){.rows = d_k,
                                           .columns = d_v,
                                           .depth = d_v,
                                           .a = turned->oblong,
                                           .a_row_stride = d_v,
                                           .a_depth_stride = 1,
                                           .b = gram->oo + t * d_v * c + s * d_v,
                                           .b_stride = c,
                                           .c = out + s * d_k * c + t * d_v,
                                           .c_stride = c});
}

static void values_make(const struct attention_influence_problem *problem,
                        const struct attention_influence_gram *gram, const struct turned *turned) {
    const size_t heads = problem->heads, d_v = problem->d_v, c = heads * d_v;
    for (size_t s = 0; s < heads; s++) {
        for (size_t t = 0; t < heads; t++) {
            correlate(problem->d, turned->v + s * d_v, c, d_v, turned->v + t * d_v, c, d_v,
                      turned->square, d_v);
            double sum = 0.0; /* tr(W_Vᵀ W_Oᵀ W_O' W_V') = ⟨W_Oᵀ W_O', W_V W_V'ᵀ⟩ */
            for (size_t r = 0; r < d_v; r++)
                sum += attention_matrix_dot(turned->square + r * d_v,
                                            gram->oo + (s * d_v + r) * c + t * d_v, d_v);
            gram->pp[s * heads + t] = sum;
            chain(problem, gram, turned, turned->k, s, t, gram->key_value);
            if (problem->is_query_moving) {
                chain(problem, gram, turned, turned->q, s, t, gram->query_value);
            }
        }
    }
}

void attention_influence_gram_make(struct attention_influence_gram *gram,
                                   const struct attention_influence_problem *problem,
                                   double **memory) {
    const size_t heads = problem->heads, d = problem->d;
    const size_t c = heads * problem->d_v, p = heads * problem->d_k;
    struct turned turned;
    gram->oo = attention_workspace_take(memory, c * c);
    gram->kk = attention_workspace_take(memory, p * p);
    gram->qq = attention_workspace_take(memory, p * p);
    gram->qk = attention_workspace_take(memory, p * p);
    gram->pp = attention_workspace_take(memory, heads * heads);
    gram->key_value = attention_workspace_take(memory, p * c);
    gram->query_value = attention_workspace_take(memory, p * c);
    turned.o = attention_workspace_take(memory, d * c);
    turned.q = attention_workspace_take(memory, d * p);
    turned.k = attention_workspace_take(memory, d * p);
    turned.v = attention_workspace_take(memory, d * c);
    turned.square = attention_workspace_take(memory, problem->d_v * problem->d_v);
    turned.oblong = attention_workspace_take(memory, problem->d_v * problem->d_k);

    for (size_t i = 0; i < d * c; i++)
        turned.o[i] = (double)problem->o_weight[i];
    attention_matrix_transpose(problem->k_weight, p, d, turned.k);
    correlate(d, turned.o, c, c, turned.o, c, c, gram->oo, c);
    correlate(d, turned.k, p, p, turned.k, p, p, gram->kk, p);
    if (problem->is_query_moving) {
        attention_matrix_transpose(problem->q_weight, p, d, turned.q);
        correlate(d, turned.q, p, p, turned.q, p, p, gram->qq, p);
        correlate(d, turned.q, p, p, turned.k, p, p, gram->qk, p);
    }
    if (problem->is_value_moving) {
        attention_matrix_transpose(problem->v_weight, c, d, turned.v);
        values_make(problem, gram, &turned);
    }
}

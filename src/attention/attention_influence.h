/* attention_influence.h: the parts of attention_influence. attention_compare_influence.c has the
 * derivation and walks through the pairs, attention_influence_gradient.c differentiates F,
 * attention_influence_gram.c makes the products of weights that all pairs share. */
#ifndef ATTENTION_INFLUENCE_H
#define ATTENTION_INFLUENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "attention.h"

/* What is differentiated. Weights are as the pass used them; general and additive ones NULL by
 * default. */
struct attention_influence_problem {
    const struct attention_trace *trace;
    int layer;
    enum attention_similarity similarity;
    size_t n, m, d, heads, d_k, d_v, units; /* units: d_a (additive), else d_k */
    const float *q, *k, *v;                 /* [h, n, d_k], [h, m, d_k], [h, m, d_v] */
    const float *prepared_query,
        *prepared_key;             /* the trace's similarity_query, similarity_key, or NULL */
    const float *scores, *weights; /* [h, n, m] */
    const float *q_weight, *k_weight, *v_weight, *o_weight;
    const float *general_weight, *additive_q_weight, *additive_k_weight, *additive_w;
    double divisor;       /* √d_k · τ; 0: the weights do not move */
    bool is_query_moving; /* self-attention: x feeds the queries as well */
    bool is_value_moving; /* x feeds the values */
};

/* The slopes of F. */
struct attention_influence_gradient {
    const struct attention_influence_problem *problem;
    double *query_units, *key_units;   /* cosine: q/‖q‖ [h, n, d_k], k/‖k‖ [h, m, d_k] */
    double *query_norms, *key_norms;   /* cosine: [h, n], [h, m] */
    double *query_weight, *key_weight; /* general: W (query_weight alone); additive: W_q and W_k;
                                          [h, units, d_k] */
    double *w;                         /* additive: [h, d_a] */
    double *slopes;                    /* additive: w (1 − tanh²) of one pair [d_a] */
};
/* Doubles that it needs; false when that is more than a size_t can say. */
bool attention_influence_gradient_count(const struct attention_influence_problem *problem,
                                        size_t *count);
/* Places the arrays at *memory, moves that on behind them, and fills them. */
void attention_influence_gradient_make(struct attention_influence_gradient *gradient,
                                       const struct attention_influence_problem *problem,
                                       double **memory);
/* Of F(q_i, k_j) in one head: key [d_k] = ∂F/∂k_j, and query [units], which becomes ∂F/∂q_i by
 * attention_influence_gradient_finish. False where F has no slope (cosine of the zero vector): it
 * counts as a constant. */
bool attention_influence_gradient_pair(const struct attention_influence_gradient *gradient,
                                       size_t head, size_t i, size_t j, double *key, double *query);
/* out [d_k, columns] from rows [units, columns]: what all slopes along q have in common, done once
 * for a sum of them. */
void attention_influence_gradient_finish(const struct attention_influence_gradient *gradient,
                                         size_t head, const double *rows, size_t columns,
                                         double *out);

/* Products of weights. c = h·d_v, p = h·d_k; block (s, t) of a matrix belongs to heads s and t. */
struct attention_influence_gram {
    double *oo;        /* [c, c]: W_Oᵀ W_O */
    double *kk;        /* [p, p]: W_K W_Kᵀ */
    double *qq, *qk;   /* [p, p]: W_Q W_Qᵀ, W_Q W_Kᵀ; query moving */
    double *pp;        /* [h, h]: ⟨W_O,s W_V,s, W_O,t W_V,t⟩; value moving */
    double *key_value; /* [h (s), d_k, h (t), d_v]: the transpose of W_O,sᵀ W_O,t W_V,t W_K,sᵀ */
    double *query_value; /* the same with W_Q,s; query and value moving */
};
bool attention_influence_gram_count(const struct attention_influence_problem *problem,
                                    size_t *count);
void attention_influence_gram_make(struct attention_influence_gram *gram,
                                   const struct attention_influence_problem *problem,
                                   double **memory);

#endif

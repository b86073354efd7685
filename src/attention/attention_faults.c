/* The two mistakes of attention_fault: what they do in place of the right thing. */
#include <math.h>
#include <string.h>

#include "attention_explain_parts.h"
#include "attention_heads.h"
#include "attention_math.h"

/* Columns done together: their sums stay in the processor's first cache. */
enum { COLUMNS = 16 };

void attention_mask_weights(const struct attention_row_mask *mask, size_t m, float *weights) {
    for (size_t j = 0; j < m; j++) {
        const bool is_allowed =
            j >= mask->first && j < mask->end && (!mask->allowed || mask->allowed[j] != 0);
        if (!is_allowed) weights[j] = 0.0f;
    }
}

/* A few columns of one head: scores and weights [n, m], from their first one on. */
struct columns {
    const float *scores;
    float *weights;
    size_t n, m, count;
};

static void find_largest(const struct columns *c, float *largest) {
    for (size_t k = 0; k < c->count; k++)
        largest[k] = -INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        const float *row = c->scores + i * c->m;
        for (size_t k = 0; k < c->count; k++)
            largest[k] = row[k] > largest[k] ? row[k] : largest[k];
    }
    for (size_t k = 0; k < c->count; k++)
        largest[k] += 0.0f; /* +0 for −0, as along rows */
}

/* e^(z − max), or 1 for the largest (τ = 0); their sums through the tree of 64 lanes, as along
 * rows. */
static void take_powers(const struct columns *c, const float *largest, bool is_largest_only,
                        float *totals) {
    struct attention_lanes lanes[COLUMNS];
    memset(lanes, 0, sizeof lanes);
    for (size_t i = 0; i < c->n; i++) {
        const float *row = c->scores + i * c->m;
        float *out = c->weights + i * c->m;
        for (size_t k = 0; k < c->count; k++) {
            const bool is_empty = largest[k] == -INFINITY;
            out[k] = is_empty          ? 0.0f
                     : is_largest_only ? (row[k] == largest[k] ? 1.0f : 0.0f)
                                       : attention_math_exp(row[k] - largest[k]);
            attention_lanes_add(&lanes[k], i, out[k]);
        }
    }
    for (size_t k = 0; k < c->count; k++)
        totals[k] = attention_lanes_total(&lanes[k]);
}

static void columns_run(struct attention_running *run, const void *context, size_t part,
                        size_t count) {
    (void)context;
    (void)count;
    const size_t blocks = (run->m + COLUMNS - 1) / COLUMNS, first = part % blocks * COLUMNS;
    const size_t at = part / blocks * run->n * run->m + first, left = run->m - first;
    const struct columns c = {.scores = attention_running_tensor(run, ATTENTION_TENSOR_SCORES) + at,
                              .weights =
                                  attention_running_tensor(run, ATTENTION_TENSOR_WEIGHTS) + at,
                              .n = run->n,
                              .m = run->m,
                              .count = left < COLUMNS ? left : COLUMNS};
    float largest[COLUMNS] = {0}, totals[COLUMNS] = {0};
    find_largest(&c, largest);
    take_powers(&c, largest, run->block->divisor == 0.0f, totals);
    for (size_t i = 0; i < c.n; i++) {
        for (size_t k = 0; k < c.count; k++) {
            float *weight = &c.weights[i * c.m + k];
            *weight = totals[k] > 0.0f ? *weight / totals[k] : 0.0f;
        }
    }
}

enum attention_status attention_softmax_over_queries(struct attention_running *run) {
    const size_t blocks = (run->m + COLUMNS - 1) / COLUMNS;
    return attention_running_phase(run, columns_run, NULL, (size_t)run->config->heads * blocks, 1);
}

/* attention_pass.h: the inside of one pass: what its parts share. attention_pass.c walks through the
 * layers, attention_heads.c does the attention, attention_rows.c everything that looks at one row at a
 * time (sums, norms, the network).
 *
 * A phase is work whose parts do not depend on each other: rows, heads, columns. Phases run one after
 * the other; the parts of one may run on several threads, which changes no bit. */
#ifndef ATTENTION_PASS_H
#define ATTENTION_PASS_H

#include <stdint.h>

#include "attention_kernels.h"
#include "attention_layout.h"
#include "attention_trace.h"

struct attention_running {
    const struct attention_weights *weights;
    const struct attention_config *config; /* the layout's */
    const struct attention_options *options;
    const struct attention_kernels *kernels;
    struct attention_block *block;
    struct attention_error *error;
    size_t n, m, d;
    int layer; /* the one being computed */
    struct attention_layer_weights w; /* of that layer, edited where edits say so */
    /* A bit for each tensor in which a part met what float32 cannot hold. Without atomics a pool has
     * one thread. */
#ifdef __STDC_NO_ATOMICS__
    uint32_t failed;
#else
    _Atomic uint32_t failed;
#endif
};

/* A tensor of the layer being computed. */
float *attention_running_tensor(const struct attention_running *run, enum attention_tensor_id id);
/* Notes that `count` numbers are not all finite; true when they are. */
bool attention_running_check(struct attention_running *run, enum attention_tensor_id id,
                             const float *numbers, size_t count);
void attention_running_fail(struct attention_running *run, enum attention_tensor_id id);
/* Whether all is well so far; else the sentence about the first tensor that failed. */
enum attention_status attention_running_status(struct attention_running *run);

/* One phase over [0, count) in pieces of `piece` (at least 1): task(run, context, first, count of the
 * piece). More pieces than one only with a pool. */
typedef void attention_task(struct attention_running *run, const void *context, size_t first,
                            size_t count);
enum attention_status attention_running_phase(struct attention_running *run, attention_task *task,
                                              const void *context, size_t count, size_t piece);
/* A piece that gives every thread some of `count`, in multiples of `multiple`, at most `most`. */
size_t attention_running_piece(const struct attention_running *run, size_t count, size_t multiple,
                               size_t most);

/* From the rows that queries, keys and values are made of to attention_output [n, d]. */
struct attention_sources {
    const float *query, *key, *value; /* [n, d], [m, d], [m, d] */
};
enum attention_status attention_heads_run(struct attention_running *run,
                                          const struct attention_sources *sources);

/* *x [n, d] becomes its layer norm, row by row. */
enum attention_status attention_rows_norm(struct attention_running *run, const float **x,
                                          const float *gain, const float *bias,
                                          enum attention_tensor_id id);
/* out = a + b, [rows, d]. */
enum attention_status attention_rows_add(struct attention_running *run, const float *a,
                                         const float *b, size_t rows, enum attention_tensor_id id);
/* ffn_output [n, d] from x [n, d]. */
enum attention_status attention_rows_network(struct attention_running *run, const float *x);

#endif

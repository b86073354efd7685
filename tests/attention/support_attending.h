/* support_attending.h: the attention of one layer once more, in double and in plain loops, as a
 * network whose derivatives can be taken by differences. */
#ifndef SUPPORT_ATTENDING_H
#define SUPPORT_ATTENDING_H

#include "support_model.h"

enum { TEST_ATTENDING_MOST_TOKENS = 7 };

/* Weights, mask and edits are those of the case and the trace of its pass. */
struct test_attending {
    const struct test_case *c;
    const struct attention_trace *trace;
    int layer;
    size_t n, m;
    const double *query_rows, *key_rows, *value_rows; /* NULL: the rows that are moved */
};
/* A test_network of support_influence.h, context a test_attending: x the rows that are moved, y
 * attention_output [n, d]. d_k is at most 16. */
void test_attend(const void *context, const double *x, double *y);

#endif

/* diagram.c: the largest weights of a query, in the order of the sentence. */
#include "diagram.h"

#include <math.h>

/* The largest of the keys not yet taken; ties go to the earlier one. Taken ones are marked by a
 * negative sign of their place in `keys`: keys[j] is j, or −1 − j once taken. */
static size_t largest_left(const float *weights, const int *keys, size_t m) {
    size_t best = m;
    for (size_t j = 0; j < m; j++) {
        if (keys[j] >= 0 && (best == m || weights[j] > weights[best])) {
            best = j;
        }
    }
    return best;
}

struct diagram_keys diagram_keys_of(const struct study *study, size_t columns, int always,
                                    int *keys) {
    struct diagram_keys made = {.keys = keys};
    size_t m = study_keys(study), query = (size_t)study->document.query;
    const float *weights = study_head_matrix(study, ATTENTION_TENSOR_WEIGHTS, study->document.head);
    if (!weights || m == 0) {
        return made;
    }
    weights += query * m;
    size_t room = m <= columns ? m : columns > 2 ? columns - 1 : 1;
    for (size_t j = 0; j < m; j++) {
        keys[j] = (int)j;
    }
    if (always >= 0 && (size_t)always < m) {
        keys[always] = -1 - keys[always];
        made.count = 1;
    }
    for (; made.count < room; made.count++) {
        size_t best = largest_left(weights, keys, m);
        keys[best] = -1 - keys[best];
    }
    double rest = 0;
    size_t kept = 0;
    for (size_t j = 0; j < m; j++) {
        bool is_taken = keys[j] < 0;
        rest += is_taken ? 0 : (double)weights[j];
        if (is_taken) {
            keys[kept++] = (int)j;
        }
    }
    made.rest = m - kept;
    made.rest_weight = (float)rest;
    return made;
}

/* overview.h: every head of every layer at a glance: small images of the weights, and what each head does, in a few
 * numbers. */
#ifndef LESSON_OVERVIEW_H
#define LESSON_OVERVIEW_H
#include "study.h"

/* Weights of one head [rows, columns], where n or m is over OVERVIEW_SIDE pooled: each value the largest of those it stands
 * for, so that peaks stay. NULL: no such head, no tokens, or no memory. Valid until the study's next pass. */
enum { OVERVIEW_SIDE = 64 };
const float *overview_head(const struct study *study, int layer, int head, size_t *rows, size_t *columns);

/* The same of now − before, each value the one of largest magnitude; *range: the largest magnitude of all heads of all layers, so
 * that they stand on one scale, 1 where nothing has changed. NULL also where there is nothing to compare with (difference.h). */
const float *overview_difference(const struct study *study, int layer, int head, size_t *rows, size_t *columns, float *range);

/* Where a head looks on average. */
enum head_pattern { PATTERN_ITSELF, PATTERN_PREVIOUS, PATTERN_NEXT, PATTERN_FIRST, PATTERN_SPREAD, PATTERN_COUNT };
const char *head_pattern_id(enum head_pattern pattern); /* "itself", "previous", "next", "first", "spread" */
struct head_summary {
    float entropy_bits;        /* mean over the queries of −Σ a log₂ a; rows that are wholly masked left out */
    enum head_pattern pattern; /* the place with the largest mean weight; SPREAD where that is under OVERVIEW_CLEAR */
    float weight;              /* that mean, over the queries that have such a place; of SPREAD: of the largest one */
};
#define OVERVIEW_CLEAR 0.4f
bool head_summary_of(const struct study *study, int layer, int head, struct head_summary *out);

/* The largest |number| of the head's share of its layer's attention output: by so much that output changes, at most, when the
 * head is switched off; of one that is off, by so much it did (against the pass without the what-if). False: no such head,
 * nothing to compare with, no memory, or too much work for a picture where `is_quick`. */
bool head_share_largest(const struct study *study, int layer, int head, bool is_quick, float *largest);

/* Part of a study. */
struct overview_kept {
    float *pooled;      /* [L, h, rows, columns] */
    float *differences; /* likewise */
    float range;        /* of the differences */
    struct head_summary *summaries; /* [L, h]; entropy below 0: not made yet */
};
void overview_kept_forget(struct overview_kept *kept); /* the pass is another one */
#endif

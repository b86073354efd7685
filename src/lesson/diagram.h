/* diagram.h: which keys the course figure has room for. The largest weights of the query stand in it, in the order of the
 * sentence; what is left is one column of its own, so that the weights always add up to 1. */
#ifndef LESSON_DIAGRAM_H
#define LESSON_DIAGRAM_H
#include "study.h"

struct diagram_keys {
    int *keys;         /* `count` of them, rising */
    size_t count;
    size_t rest;       /* how many others; 0: all stand there */
    float rest_weight; /* what those weigh together */
};
/* At most `columns` columns, the rest's among them (at least one key all the same). `always`: a key that stands there however
 * small its weight, the one in focus. `keys` has room for study_keys of them. count 0: no weights. */
struct diagram_keys diagram_keys_of(const struct study *study, size_t columns, int always, int *keys);
#endif

/* attention_normals.h: seeded unit normal numbers, one after the other. */
#ifndef ATTENTION_NORMALS_H
#define ATTENTION_NORMALS_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed but for the seed in `state`: a new stream. */
struct attention_normals {
    uint64_t state;
    double second; /* Box and Muller make two at a time */
    bool has_second;
};
double attention_normals_next(struct attention_normals *normals); /* |result| < 8.6 */

#endif

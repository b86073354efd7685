/* support_oracle.h: the same mathematics in double, in loops written to be read, and with the C
 * library's functions. It shares no code with library attention: it is what the library is held
 * against. */
#ifndef SUPPORT_ORACLE_H
#define SUPPORT_ORACLE_H

#include "attention/attention.h"

enum { ORACLE_LAYERS = 4 };

/* NULL: the model has no such tensor. Tensors that are not per layer stand in layer 0. */
struct oracle {
    double *tensors[ATTENTION_TENSOR_COUNT][ORACLE_LAYERS];
};

/* n queries and n keys; at most ORACLE_LAYERS layers. */
void oracle_run(struct oracle *oracle, const struct attention_weights *weights,
                const struct attention_options *options, const float *embedding, size_t n);
void oracle_free(struct oracle *oracle);

#endif

/* support_oracle.h: the same mathematics in double, in loops written to be read, and with the C
 * library's functions. It shares no code with library attention: it is what the library is held
 * against. */
#ifndef SUPPORT_ORACLE_H
#define SUPPORT_ORACLE_H

#include <stddef.h>

#include "attention/attention.h"

enum { ORACLE_LAYERS = 4 };

/* Of tensors (attention_tensor_id): what the pass computes; NULL where the model has no such
 * tensor. Of weights (attention_weight_id): what the pass uses, with defaults and edits in their
 * places. What is not per layer stands in layer 0. */
struct oracle {
    double *numbers[ATTENTION_QUANTITY_COUNT][ORACLE_LAYERS];
    size_t n, m;
};

/* At most ORACLE_LAYERS layers. */
void oracle_run(struct oracle *oracle, const struct attention_weights *weights,
                const struct attention_options *options, const struct attention_input *input);
void oracle_free(struct oracle *oracle);

/* For oracle_run alone: the first half of its work. Weights, inputs and positions in double,
 * edited; x of the text, of the context and of the values. */
void oracle_read(struct oracle *oracle, const struct attention_weights *weights,
                 const struct attention_options *options, const struct attention_input *input);
double *oracle_zeros(size_t count);

#endif

/* attention_request.h: what is refused before memory is asked for, and the divisor of the scores.
 */
#ifndef ATTENTION_REQUEST_H
#define ATTENTION_REQUEST_H

#include "attention.h"

/* Settings, shapes, the memory limit and the embedding [n, d]. The error has been cleared. */
enum attention_status attention_request_check(const struct attention_weights *weights,
                                              const struct attention_options *options,
                                              const float *embedding, size_t n,
                                              struct attention_error *error);
/* √d_k · τ; 1 when neither acts; 0 for τ = 0, which divides nothing. */
float attention_request_divisor(const struct attention_config *config,
                                const struct attention_options *options);

#endif

/* attention_request.h: what is refused before memory is asked for, and the divisor of the scores. */
#ifndef ATTENTION_REQUEST_H
#define ATTENTION_REQUEST_H

#include "attention_layout.h"

/* Settings, shapes, edits, the memory limit and the rows of the input; plans the layout of the pass. The
 * error has been cleared. */
enum attention_status attention_request_check(const struct attention_weights *weights,
                                              const struct attention_options *options,
                                              const struct attention_input *input,
                                              struct attention_layout *layout,
                                              struct attention_error *error);
/* The kind and size of the mask over m keys. */
enum attention_status attention_mask_check(const struct attention_options *options, size_t m,
                                           struct attention_error *error);
/* √d_k · τ; 1 when neither acts; 0 for τ = 0, which divides nothing. */
float attention_request_divisor(const struct attention_config *config,
                                const struct attention_options *options);
/* "NAME is VALUE; set it to a number from LOW to HIGH" */
enum attention_status attention_refuse_range(struct attention_error *error, const char *name,
                                             int value, int low, int high);

#endif

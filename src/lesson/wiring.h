/* wiring.h: which tensor feeds which, as the model's norm and residual settings have it (docs/maths.md, "the rest of the layer"). */
#ifndef LESSON_WIRING_H
#define LESSON_WIRING_H
#include "cell.h"

/* Sources as in cell.h; −1 where the model has no such part. */
int wiring_projection_input(const struct attention_config *config); /* what W_Q, W_K, W_V read */
int wiring_norm_input(const struct attention_config *config, enum attention_tensor_id norm);
int wiring_ffn_input(const struct attention_config *config);
/* The two summands of residual1 or residual2. */
void wiring_residual(const struct attention_config *config, enum attention_tensor_id residual, int summands[2]);
int wiring_output(const struct attention_config *config); /* the tensor that `output` repeats */
#endif

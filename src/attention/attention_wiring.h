/* attention_wiring.h: which tensor is computed from which. The pass walks this order, explanations
 * name it. */
#ifndef ATTENTION_WIRING_H
#define ATTENTION_WIRING_H

#include "attention_layout.h"

/* The tensors that `id` is computed from, in the order in which the pass takes them: at most 2, and
 * 0 for inputs. ATTENTION_TENSOR_X as the source of a tensor that is per layer is the input of the
 * layer: x of the first, the output of the layer before of the others. */
int attention_wiring_sources(const struct attention_layout *layout, enum attention_tensor_id id,
                             enum attention_tensor_id sources[2]);

#endif

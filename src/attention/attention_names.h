/* attention_names.h: from the id of a weight to its place in a model. */
#ifndef ATTENTION_NAMES_H
#define ATTENTION_NAMES_H

#include "attention.h"

/* The member of a layer's weights that the id (not POSITION) names. */
const float **attention_weight_member(struct attention_layer_weights *weights, int id);
/* What the caller gave; NULL for a bias or a default. */
const float *attention_weight_given(const struct attention_weights *weights, int id, int layer);
/* What stands at flat `index` of a weight that the caller left NULL: zeros for biases, ones for gains
 * and w, identities for the matrices of F. */
float attention_weight_default(const struct attention_config *config, int id, size_t index);

#endif

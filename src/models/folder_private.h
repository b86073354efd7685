/* folder_private.h: what the two halves of the folder loader share: config.json and model.safetensors. */
#ifndef MODELS_FOLDER_PRIVATE_H
#define MODELS_FOLDER_PRIVATE_H
#include "files/safetensors.h"
#include "model.h"
#include <jansson.h>

#define MODEL_MAX_BYTES ((size_t)4 << 30) /* of model.safetensors */

/* What a folder's model owns beside its strings. */
struct model_memory {
    struct safetensors tensors; /* the numbers; the weights point in here */
    struct attention_layer_weights *layers;
};

/* Fills name, vocab, head_names, tokenizer, mask, scale and weights.config from the JSON. `file` is the
 * path for errors. default_name is used where the JSON gives none. What was filled stays in `model`
 * on failure, for model_folder_free. */
bool model_config_read(const char *file, const json_t *config, const char *default_name,
                       struct model *model, struct file_error *error);
/* Points the model's weights into memory->tensors: every tensor that the configuration asks for, of the
 * right shape, and no other. `file` is the path for errors. */
bool model_tensors_take(const char *file, struct model *model, struct file_error *error);
#endif

/* folder.h: a model folder (config.json and model.safetensors) → one model. Format: docs/formats.md. */
#ifndef MODELS_FOLDER_H
#define MODELS_FOLDER_H
#include "model.h"

/* Everything a folder promises is checked: keys, ranges, tensor names, shapes, finite numbers. On failure
 * *out is zero and the error names the file, the key or tensor, and what is allowed. On success `out`
 * owns everything it points to; model->memory holds it. */
bool model_folder_load(const char *path, struct model *out, struct file_error *error);
/* Frees a model made by model_folder_load and zeroes it. Safe on zeros and twice. */
void model_folder_free(struct model *model);
/* Writes a model that has a vocabulary and an embedding table as a new folder: it appears whole or not at all, and replaces
 * nothing. model_folder_load gives it back bit for bit; what the configuration asks for and the weights leave out (gains, the
 * tensors of F) is written as what it stands for. A model without a name is called as the folder is. */
bool model_folder_write(const struct model *model, const char *path, struct file_error *error);
#endif

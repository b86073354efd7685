/* support_folder.h: a small model folder for tests: two layers, two heads, d = 4, d_ff = 3, learned
 * positions for 6 tokens, post-norm, four words. Its numbers are small fractions, the same every
 * time. */
#ifndef SUPPORT_FOLDER_H
#define SUPPORT_FOLDER_H
#include "files/safetensors.h"
#include <jansson.h>

enum { SUPPORT_MAX_TENSORS = 64, SUPPORT_MAX_NUMBERS = 64 };

struct support_tensor {
    char name[80];
    int dims;
    size_t shape[SAFETENSORS_MAX_DIMS];
    float data[SUPPORT_MAX_NUMBERS];
};
struct support_model {
    json_t *config;
    struct support_tensor tensors[SUPPORT_MAX_TENSORS];
    size_t count;
};

/* The small model in memory: change it as the test needs, then write it. */
void support_model_make(struct support_model *model);
void support_model_free(struct support_model *model);
/* Adds a tensor (columns 0: one dimension); returns it. */
struct support_tensor *support_model_add(struct support_model *model, const char *name, size_t rows,
                                         size_t columns);
/* Adds one of three dimensions. */
struct support_tensor *support_model_add_stack(struct support_model *model, const char *name,
                                               size_t count, size_t rows, size_t columns);
struct support_tensor *support_model_find(struct support_model *model, const char *name);
void support_model_remove(struct support_model *model, const char *name);
/* Writes config.json and model.safetensors into the folder, which must exist. */
void support_model_write(const struct support_model *model, const char *folder);

/* All at once: a new folder with the small model in it; folder[bytes] gets its path. */
void support_folder_make(char *folder, size_t bytes);
/* Removes the folder and the files in it. */
void support_folder_remove(const char *folder);
#endif

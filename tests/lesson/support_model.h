/* support_model.h: model folders made for a test, with numbers drawn from a fixed seed. */
#ifndef TESTS_LESSON_SUPPORT_MODEL_H
#define TESTS_LESSON_SUPPORT_MODEL_H
#include <stdbool.h>

enum { SUPPORT_PATH_BYTES = 256 };

struct support_model {
    char folder[SUPPORT_PATH_BYTES]; /* filled by support_model_make */
    int layers, heads, d, d_k, d_v, d_ff;
    const char *norm, *mask, *tokenizer; /* as in config.json */
    bool is_residual_off, is_scale_off;
    const char *position, *activation; /* NULL: as config.json's defaults; "learned" has 8 rows */
    bool has_bias;                     /* every bias that the format knows */
    const char *similarity;            /* NULL: dot; "general", and "additive" with d_a = d_k + 1, have their tensors */
};
/* Models that have everything: norms before and after, biases, a network, the weights of each F. */
enum { SUPPORT_WHOLE_MODELS = 4 };
extern const struct support_model support_whole_models[SUPPORT_WHOLE_MODELS];
/* Writes the folder under the system's temporary one; the vocabulary is [UNK], a, b, c. Fails the test when it cannot. */
void support_model_make(struct support_model *model);
void support_model_remove(const struct support_model *model);
#endif

/* comparison.h: a recurrent network and a convolution beside the attention of a study, over the same vectors: who can have
 * heard of whom, how much, and what it takes (attention_compare.h). */
#ifndef LESSON_COMPARISON_H
#define LESSON_COMPARISON_H
#include "attention/attention_compare.h"
#include "study.h"

enum compared { COMPARED_RNN, COMPARED_CNN, COMPARED_ATTENTION, COMPARED_COUNT }; /* "rnn", "cnn", "attention" */
const char *compared_id(enum compared compared);
int compared_from_id(const char *id);

enum { COMPARISON_MAX_STEPS = 1024, COMPARISON_MAX_KERNEL = 1024 };

struct comparison {
    size_t n, d;     /* tokens; numbers per token, also of the state and of the channels */
    size_t steps;    /* steps of the RNN; layers of the others */
    size_t kernel;   /* width of the convolution */
    uint8_t *reach[COMPARED_COUNT];   /* [n, n]: 1 where row i can have heard of column j after so many steps */
    float *influence[COMPARED_COUNT]; /* [n, n]: ‖∂y_i/∂x_j‖ of the whole RNN, one convolution, the attention of the layer */
    struct attention_cost cost[COMPARED_COUNT]; /* of one layer */
    void *memory;
};

/* x is the input of the document's layer. Nobody has trained the two networks: their weights are normal numbers divided by
 * √(their inputs), from the seeds that docs/formats.md names. steps 0 … 1024, kernel 1 … 1024. An empty sentence or a context
 * (it is self-attention that is compared) is an error. */
bool comparison_make(const struct study *study, size_t steps, size_t kernel, struct comparison *out,
                     struct file_error *error);
void comparison_free(struct comparison *comparison); /* safe on zeros and twice */
#endif

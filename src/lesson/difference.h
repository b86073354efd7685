/* difference.h: "now − before": the numbers of the stage against the same numbers without the what-if. Before is the model as
 * it says, so that a document alone decides the difference. */
#ifndef LESSON_DIFFERENCE_H
#define LESSON_DIFFERENCE_H
#include "cell.h"

enum difference_state {
    DIFFERENCE_THERE,       /* each number has one of before */
    DIFFERENCE_PLAIN,       /* nothing is changed: there is no before */
    DIFFERENCE_NO_MEMORY,   /* there was no room for the pass as the model says */
    DIFFERENCE_OTHER_WORDS, /* keys and values are those of a context now: numbers of other words */
    DIFFERENCE_ONLY_NOW     /* without the changes there is no such matrix, or of another shape */
};

/* Whether there is a before at all: THERE, PLAIN or NO_MEMORY. */
enum difference_state difference_state_of(const struct study *study);
/* Whether the document's view shows differences, and has any. */
bool difference_is_shown(const struct study *study);
/* Of words in another order each is compared with itself, wherever it stands. */
bool difference_is_by_word(const struct study *study);

/* What cell_matrix_of has, before: element (r, c) at values[r·columns + c] is the number of before of element (r, c) of now.
 * Shape and state: values NULL unless state is THERE. scratch: difference_scratch_floats floats, may be NULL where those are 0. */
struct difference_matrix {
    enum difference_state state;
    const float *values;
    size_t rows, columns;
};
struct difference_matrix difference_matrix_of(const struct study *study, int source, int head, float *scratch);
size_t difference_scratch_floats(const struct study *study, int source);
/* Likewise of the weights [n, m] of any layer. */
struct difference_matrix difference_weights_of(const struct study *study, int layer, int head, float *scratch);
/* What the scores of before were divided by. */
float difference_divisor(const struct study *study);

/* now − before as attention_trace_difference has it: 0 where they are equal (−∞ and −∞ as well), −∞ for a number that is
 * masked now and was not, +∞ for one that was and is not. */
float difference_between(float now, float before);

/* One number, as it stands on the screen (cell_value): in `scale` a masked score is a quotient until the beat of the mask. */
struct difference_cell {
    enum difference_state state; /* the rest is 0 unless it is THERE */
    float now, before, difference;
    bool is_masked, was_masked; /* scores, weights and exponentials: the key is hidden from the query */
};
/* false: no such cell, or no memory. */
bool difference_cell_of(const struct study *study, const struct document_cell *cell, struct difference_cell *out);
#endif

/* steps.h: the timeline. A step is a place, a beat the smallest move in it. Layer 1 has all nine steps, every later layer
 * goes round again from `projection`. Next and Back are exact inverses. */
#ifndef LESSON_STEPS_H
#define LESSON_STEPS_H
#include "study.h"

enum reveal_extent { REVEAL_NOTHING, REVEAL_CELLS, REVEAL_ROW, REVEAL_ALL };

/* What a beat shows of the step's result. Phases before `phase` are done whole, later ones have not begun. */
struct reveal {
    int phase;
    enum reveal_extent extent;
    size_t row;         /* the focus row (REVEAL_ROW; REVEAL_CELLS with is_in_row) */
    size_t cells;       /* REVEAL_CELLS: how many, in reading order, of the row or of the matrix */
    bool is_in_row;
};
enum { /* phases */
    PHASE_SCALE_DIVIDE = 0, PHASE_SCALE_MASK = 1,
    PHASE_SOFTMAX_EXPONENTIATE = 0, PHASE_SOFTMAX_ADD = 1, PHASE_SOFTMAX_DIVIDE = 2,
    PHASE_HEADS_CONCAT = 0, PHASE_HEADS_OUTPUT = 1
};
struct reveal steps_reveal(const struct study *study);
/* Is element (row, column) of a result with `columns` columns shown in `phase`? In `projection`, `columns` is max(d_k, d_v)
 * for Q, K and V alike. */
bool reveal_shows(const struct reveal *reveal, int phase, size_t row, size_t column, size_t columns);

int steps_beats(const struct study *study, enum step step);   /* ≥ 1, of the document's layer, stride, mask */
/* The stages of `feedforward` that this model has, in order; returns how many (≤ 6). With pre-norm, norm1
 * stands before the attention and is none of them. */
int steps_feedforward_stages(const struct study *study, enum attention_tensor_id stages[6]);

/* Each changes step, beat and layer of *document (a copy of the study's); false at the end of the timeline. View `compare` shows
 * the same at every step: there the beats are the steps and layers of the three networks (compare_steps, from 0 until all have
 * met), and Next and Back stop at their ends; only next_step and back_step lead on. */
bool steps_is_at_end(const struct study *study); /* of the walk of view `compare`; false in other views */
bool steps_is_at_start(const struct study *study);
bool steps_next_beat(const struct study *study, struct document *document);
bool steps_back_beat(const struct study *study, struct document *document);
bool steps_next_step(const struct study *study, struct document *document);
bool steps_back_step(const struct study *study, struct document *document);
void steps_go(const struct study *study, struct document *document, enum step step, int beat);

/* Predict first. */
int steps_prediction(enum step step);  /* PREDICT_SIMILARITY …, −1 for other steps */
bool steps_is_question_open(const struct study *study);  /* asked here, row not yet shown, not skipped, not off */
/* The answer out of the pass: the key with the largest score or weight; for `sum` the value nearest to the output. */
struct prediction_result {
    int best;       /* key */
    int chosen;     /* key, or −1 */
    int rank;       /* of the chosen one, 1 = best; ties share the better rank */
    float best_value, chosen_value; /* score, weight, or distance */
};
bool steps_prediction_result(const struct study *study, struct prediction_result *out);
#endif

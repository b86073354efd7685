/* switches.h: the what-if as a reader meets it: a short list of switches, each with its choices, the one that holds and the
 * one that is the model's own; and dials, each a number in places along a line. Choosing the model's own choice puts the
 * field back to "as the model says", so that nothing is left over that changes nothing. */
#ifndef LESSON_SWITCHES_H
#define LESSON_SWITCHES_H
#include "study.h"

enum switch_id { /* X(NAME, id) */
#define LESSON_SWITCHES(X)                                                                         \
    X(SIMILARITY, "similarity")                                                                    \
    X(SCALING, "scaling")                                                                          \
    X(MASK, "mask")                                                                                \
    X(POSITION, "position")                                                                        \
    X(ORDER, "order")       /* of the words: as typed, shuffled (each time anew) */                \
    X(RESIDUAL, "residual")                                                                        \
    X(NORM, "norm")                                                                                \
    X(ACTIVATION, "activation")                                                                    \
    X(FAULT, "fault")       /* to be found: none, the wrong axis, the mask too late */
#define X(NAME, id) SWITCH_##NAME,
    LESSON_SWITCHES(X)
#undef X
        SWITCH_COUNT
};
enum { SWITCH_MAX_CHOICES = 5 };

struct switch_state {
    int count;                           /* of choices; 0: this model has nothing to switch here */
    const char *ids[SWITCH_MAX_CHOICES]; /* "dot", "cosine", …; with the switch's id the key of its words */
    int chosen, own;                     /* own: as the model says */
};
const char *switch_id(enum switch_id which);
struct switch_state switch_of(const struct study *study, enum switch_id which);
bool switch_is_changed(const struct switch_state *state);
/* Puts a choice into *what_if, a copy of the study's. A choice that is not there changes nothing. */
void switch_choose(const struct study *study, struct what_if *what_if, enum switch_id which, int choice);

enum dial_id {
    DIAL_TEMPERATURE, /* τ: 0, .1 … 1 … 10; each value in its own place */
    DIAL_MASK_SIZE,   /* keys of padding at the end, 0 … m; or keys on either side of a window, 0 … m − 1 */
    DIAL_COUNT
};
struct dial_state {
    int places;     /* 0: there is nothing to turn (no mask with a size) */
    int place, own; /* place: the nearest to the value; own −1: the model says nothing about it */
    float value;
    bool is_changed;
};
struct dial_state dial_of(const struct study *study, enum dial_id which);
/* A place beyond an end is that end. */
void dial_turn(const struct study *study, struct what_if *what_if, enum dial_id which, int place);

/* Whether anything is not as the model says: switches, dials, heads, texts or numbers. */
bool switches_are_changed(const struct study *study);
#endif

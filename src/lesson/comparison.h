/* comparison.h: a recurrent network and a convolution beside the attention of a study, over the same vectors: who can have
 * heard of whom, by which way, how much, and what it takes (attention_compare.h). */
#ifndef LESSON_COMPARISON_H
#define LESSON_COMPARISON_H
#include "attention/attention_compare.h"
#include "study.h"

enum compared { COMPARED_RNN, COMPARED_CNN, COMPARED_ATTENTION, COMPARED_COUNT }; /* "rnn", "cnn", "attention" */
const char *compared_id(enum compared compared);
int compared_from_id(const char *id);

/* The two networks always read the sentence; with a context the attention's columns are the m words of the context. */
struct comparison {
    size_t n, m, d; /* queries; keys (m = n in self-attention); numbers per token */
    size_t hidden;  /* numbers of the state and channels: d, at most COMPARISON_MAX_HIDDEN */
    size_t kernel;  /* width of the convolution */
    bool is_cross;
    uint8_t *allowed;               /* [n, m]: what the mask lets the attention see */
    float *first[COMPARED_COUNT];   /* [n, columns]: steps (RNN) or layers after which row i can first have heard of column j;
                                       INFINITY: never. An RNN reads its own word in step i + 1; in the others a token has
                                       heard of itself from the start */
    float *influence[COMPARED_COUNT]; /* [n, columns]: ‖∂y_i/∂x_j‖ of the whole RNN, one convolution, the attention of the
                                         layer; NULL: not made */
    struct attention_cost cost[COMPARED_COUNT]; /* of one layer, with hidden = channels = d */
    void *memory, *influence_memory;
};

enum { COMPARISON_MAX_HIDDEN = 64 };

/* x is the input of the document's layer, kernel the document's. All but the influence. An empty sentence is an error. */
bool comparison_make(const struct study *study, struct comparison *out, struct file_error *error);
/* The influence, too. Nobody has trained the two networks: their weights are normal numbers divided by √(their inputs), from the
 * seeds that docs/formats.md names. A number beyond float32 is an error. */
bool comparison_make_influence(const struct study *study, struct comparison *comparison, struct file_error *error);
/* Multiply-adds that this takes, about. */
double comparison_influence_work(const struct study *study);
void comparison_free(struct comparison *comparison); /* safe on zeros and twice */

size_t comparison_columns(const struct comparison *comparison, enum compared compared);
/* Can row i have heard of column j after so many steps or layers? */
bool comparison_reaches(const struct comparison *comparison, enum compared compared, size_t row, size_t column, size_t steps);
/* The shortest way of information from column j to row i: hops, and where it is after each: places[0] = j … places[hops] = i,
 * hops + 1 of at most n + 1 places (NULL: not wanted). RNN: it is read into the state of its own word, then handed on step by step.
 * SIZE_MAX: there is none. */
size_t comparison_path(const struct comparison *comparison, enum compared compared, size_t row, size_t column, size_t *places);
/* Of such a path, how many hops are done after so many steps or layers. An RNN comes to word j in step j + 1. */
size_t comparison_path_done(enum compared compared, size_t column, size_t hops, size_t steps);

/* After so many steps or layers nothing new is heard any more, in none of the three: n; 0 without tokens. */
size_t comparison_last_step(const struct study *study);

/* What pictures show, made when first asked for and kept in the study until what it is made of changes. The influence is not
 * made where it would take more than COMPARISON_MOST_WORK multiply-adds: a picture must not keep its reader waiting. One thread. */
#define COMPARISON_MOST_WORK 7e8
struct comparison_kept {
    struct comparison comparison;
    int layer;                          /* that it was made for */
    bool has_comparison, has_influence; /* has_influence: made, or tried in vain (why) */
    struct file_error why;              /* what was wrong with it; "": nothing */
    struct largest_weight {             /* mean largest weight of a softmax over 8 keys, unit normal q and k, 2000 queries */
        size_t d_k;
        double unscaled, scaled;
    } largest[6]; /* d_k = 1, 4, 16, 64, 256, and the model's own where it is another, in order */
    size_t largest_count;
    int largest_of; /* made for this d_k of the model */
};
/* NULL: no tokens, or no memory. */
const struct comparison *comparison_of(const struct study *study);
/* The same with the influence; where that is not there, it is too much, or *why (never NULL) says what was wrong. */
const struct comparison *comparison_with_influence(const struct study *study, const char **why);
bool comparison_is_too_much(const struct study *study);
/* largest_count of them; NULL: no memory. */
const struct largest_weight *comparison_largest_weights(const struct study *study, size_t *count);
/* What view `compare` shows of a network, [n, columns]: first, or influence, as the document says; NULL: it cannot. */
const float *comparison_shown(const struct study *study, enum compared compared, size_t *columns);

/* For the study. */
void comparison_kept_free(struct comparison_kept *kept); /* NULL: nothing */
/* is_other: a network reads other numbers. What depends on the width of the convolution or on the model's d_k follows by itself. */
void comparison_kept_forget(struct comparison_kept *kept);
#endif

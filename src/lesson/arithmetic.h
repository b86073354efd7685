/* arithmetic.h: the arithmetic behind any number of the stage, as data: the library's explanation (attention_explain.h) with its
 * operands as cells, and which rows and columns to frame. Views write it, tests redo it. */
#ifndef LESSON_ARITHMETIC_H
#define LESSON_ARITHMETIC_H
#include "cell.h"

enum arithmetic_form {
    ARITHMETIC_GIVEN,        /* an input or a weight of the model: nothing to compute */
    ARITHMETIC_EDITED,       /* the reader put the number there */
    ARITHMETIC_SUM,          /* result = Σ terms (value alone) */
    ARITHMETIC_PRODUCTS,     /* result = Σ a·b (+ bias); where terms have heads, head by head: shares */
    ARITHMETIC_ACTIVATION,   /* the same, then ReLU or GELU: before → result */
    ARITHMETIC_TANH,         /* additive F: result = Σ w·tanh(a + b) */
    ARITHMETIC_UNIT,         /* cosine: result = a / b, b = √Σ of the terms, each a number of the row squared; 0 / 0 is 0 */
    ARITHMETIC_QUOTIENT,     /* result = a / b, one term */
    ARITHMETIC_UNDIVIDED,    /* τ = 0: result = a, nothing is divided */
    ARITHMETIC_MASKED,       /* −∞ because the key is masked */
    ARITHMETIC_EXPONENTIAL,  /* result = e^(a − b), b the row's maximum */
    ARITHMETIC_SOFTMAX,      /* result = e^(z − max) / Σ: a numerator, b total; terms: each key, a its score, product e^(a − max) */
    ARITHMETIC_LARGEST,      /* τ = 0: a weight, a 1 for the largest scores, else 0, b how many they are; result = a / b. Terms: each key,
                                a its score, product 1 or 0. Of an exponential: a its score, b the row's largest; result 1 or 0 */
    ARITHMETIC_MASKED_AFTER, /* FAULT_MASK_AFTER_SOFTMAX: 0, made so afterwards; the rest as SOFTMAX: a / b was the share */
    ARITHMETIC_NOTHING_ALLOWED, /* 0: every key of the row is masked */
    ARITHMETIC_HEAD_OFF,     /* 0: the head is switched off */
    ARITHMETIC_NORM,         /* result = (a − mean) / √(variance + 1e-5) · gain + shift */
    ARITHMETIC_SINUSOID,     /* result = sin or cos of a = position / period */
    ARITHMETIC_COPY,         /* result is the same number in another place */
    ARITHMETIC_FORM_COUNT
};

struct arithmetic_term {
    float a, b, w, product;            /* b unused (1) in plain sums; w of TANH alone, else 1 */
    struct document_cell a_cell, b_cell, w_cell; /* source −1: no address */
    int token;                          /* the key the term belongs to, or −1 */
    int head;                           /* the head the term belongs to (heads step), or −1 */
};
/* A strip to frame on the stage: a row or a column of a matrix (the other is −1), or one cell. */
struct arithmetic_operand {
    int source, head, row, column;
    enum cell_role role;
};

enum { ARITHMETIC_MOST_OPERANDS = 6 };
struct arithmetic {
    enum arithmetic_form form;
    struct document_cell cell;
    float result;
    struct arithmetic_term *terms; /* owned */
    size_t count;
    bool has_bias;
    float bias, before;            /* before: ahead of the activation; of PRODUCTS ahead of the bias */
    float a, b;                    /* QUOTIENT, EXPONENTIAL, SOFTMAX, NORM …: see the form */
    float maximum, mean, variance, gain, shift;
    bool has_gain, has_shift;
    bool is_gelu;                  /* ACTIVATION */
    bool are_terms_queries;        /* FAULT_SOFTMAX_OVER_QUERIES: of a weight: the terms are a column, one for each query */
    float *shares;                 /* each head's share of a number of Y: [share_count]; owned */
    size_t share_count;
    bool has_value_norm;           /* of a weight: ‖v‖ of its key's value */
    float value_norm;
    bool is_cosine_wave;           /* SINUSOID */
    size_t position;
    double period;
    struct arithmetic_operand operands[ARITHMETIC_MOST_OPERANDS];
    int operand_count;
};
/* false: the cell does not exist or there is no memory (*out is then zero). */
bool arithmetic_of(const struct study *study, const struct document_cell *cell, struct arithmetic *out);
void arithmetic_free(struct arithmetic *arithmetic); /* safe on zeros and twice */
/* Indices of the terms, largest |product| first; `order` has room for count. */
void arithmetic_order(const struct arithmetic *arithmetic, size_t *order);
#endif

/* arithmetic.h: the arithmetic behind any number, as data: operands with their addresses and values, in the order in which
 * the pass adds them, the result, and which rows and columns to frame. Views write it, tests redo it. */
#ifndef LESSON_ARITHMETIC_H
#define LESSON_ARITHMETIC_H
#include "cell.h"

enum arithmetic_form {
    ARITHMETIC_GIVEN,        /* an input or a weight of the model: nothing to compute */
    ARITHMETIC_SUM,          /* result = Σ terms (value alone) */
    ARITHMETIC_PRODUCTS,     /* result = Σ a·b (+ bias) */
    ARITHMETIC_ACTIVATION,   /* the same, then ReLU or GELU: before → result */
    ARITHMETIC_QUOTIENT,     /* result = a / b, one term */
    ARITHMETIC_MASKED,       /* −∞ because the key is masked */
    ARITHMETIC_EXPONENTIAL,  /* result = e^(a − b), b the row's maximum */
    ARITHMETIC_SOFTMAX,      /* result = e^(z − max) / Σ: a numerator, b total; terms: each key's exponential */
    ARITHMETIC_NORM,         /* result = (a − mean) / √(variance + 1e-5) · gain + shift */
    ARITHMETIC_COPY          /* result is the same number in another place */
};

struct arithmetic_term {
    float a, b, product;               /* b unused (1) in plain sums */
    struct document_cell a_cell, b_cell; /* source −1: no address */
    int token;                          /* the key the term belongs to, or −1 */
    int head;                           /* the head the term belongs to (heads step), or −1 */
};
/* A strip to frame on the stage: a row or a column of a matrix (the other is −1), or one cell. */
struct arithmetic_operand {
    int source, head, row, column;
    enum cell_role role;
};

struct arithmetic {
    enum arithmetic_form form;
    struct document_cell cell;
    float result;
    struct arithmetic_term *terms; /* owned */
    size_t count;
    bool has_bias;
    float bias, before;            /* before: ahead of the activation */
    float a, b;                    /* QUOTIENT, EXPONENTIAL, SOFTMAX, NORM: see the form */
    float maximum, mean, variance, gain, shift;
    bool has_gain;
    struct arithmetic_operand operands[4];
    int operand_count;
};
/* false: the cell does not exist or there is no memory (*out is then zero). */
bool arithmetic_of(const struct study *study, const struct document_cell *cell, struct arithmetic *out);
void arithmetic_free(struct arithmetic *arithmetic); /* safe on zeros and twice */
/* Indices of the terms, largest |product| first; `order` has room for count. */
void arithmetic_order(const struct arithmetic *arithmetic, size_t *order);
#endif

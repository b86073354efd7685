/* worksheet.h: an exercise made of one step: the matrices that are given, those to be worked out, and which cells of these are
 * left blank. What a page of it looks like is the views' business. */
#ifndef LESSON_WORKSHEET_H
#define LESSON_WORKSHEET_H
#include "cell.h"
#include "number.h"

enum { WORKSHEET_MOST_MATRICES = 24, WORKSHEET_TITLE_BYTES = 96, WORKSHEET_MOST_BLANKS = 4096 };
/* What a sheet is called whose number of blanks is "all": as many as there are cells to work out. */
enum { WORKSHEET_ALL = 0, WORKSHEET_USUAL_BLANKS = 8 };
/* A result with more columns than this, other than words, has so many on paper, or as many as the blanks take. */
enum { WORKSHEET_WIDE = 8 };

/* A matrix as it stands on paper. */
struct worksheet_matrix {
    int source, head;    /* of lesson/cell.h; source −1: a weight without cells (a bias, a norm's, the network's) */
    bool is_transposed;  /* Kᵀ, W_Qᵀ: rows and columns below are those of the paper */
    bool is_result;      /* worked out in this step: the only ones with blanks */
    char title[WORKSHEET_TITLE_BYTES]; /* "Q", "K^T", "S = Q K^T": in the markup of formulas */
    const char *words;   /* catalogue key of what it is called, or NULL */
    enum cell_role role;
    enum cell_tokens row_tokens, column_tokens; /* whose tokens name its rows and columns; NONE: counted from 1 */
    const float *values; /* (r, c) at values[r·row_stride + c·column_stride] */
    size_t rows, columns, row_stride, column_stride;
    size_t first_column, all_columns; /* of the whole matrix: a wide result has only some columns on paper, and so have its operands */
    bool has_result_columns;          /* column c goes into column c of the results, and into no other */
    enum number_style style;
};

struct worksheet_blank {
    int matrix;          /* index into matrices */
    size_t row, column;  /* as it stands on paper */
};

struct worksheet {
    struct worksheet_matrix matrices[WORKSHEET_MOST_MATRICES]; /* what is given first, then the results */
    int count;
    struct worksheet_blank *blanks; /* in reading order: number i + 1 stands in blank i; owned */
    size_t blank_count;
    size_t cells;                   /* that could be blank: results, without what the mask decides */
    float *exponentials, *totals;   /* values of two of the matrices; owned */
};

/* The study as a worksheet reads it: a shallow copy, good as long as the first, with the step's last beat (of feedforward, the
 * stage of the document's beat). */
struct study worksheet_study(const struct study *study);
/* Is there anything to work out in the step of this study? If not, *error says why and what to do. */
bool worksheet_is_possible(const struct study *study, struct file_error *error);
/* study: from worksheet_study. count: 1 … WORKSHEET_MOST_BLANKS, or WORKSHEET_ALL; more than there are cells is an error that says
 * how many there are, unless is_count_most. The same study, count and seed leave the same cells blank on every machine. False
 * with *error; *out is then zero. */
bool worksheet_make(const struct study *study, size_t count, bool is_count_most, uint32_t seed, struct worksheet *out,
                    struct file_error *error);
void worksheet_free(struct worksheet *worksheet); /* safe on zeros and twice */

float worksheet_value(const struct worksheet_matrix *matrix, size_t row, size_t column);
/* Masked cells are shown as they are, hatched, and never blank. */
bool worksheet_is_masked(const struct study *study, const struct worksheet_matrix *matrix, size_t row, size_t column);
/* The cell of a number, for its arithmetic; source −1 where the matrix has none. */
struct document_cell worksheet_cell(const struct worksheet_matrix *matrix, size_t row, size_t column);
/* The blank that stands there, as an index; −1: the number is printed. */
int worksheet_blank_at(const struct worksheet *worksheet, int matrix, size_t row, size_t column);
#endif

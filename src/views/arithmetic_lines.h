/* arithmetic_lines.h: writing arithmetic by hand, a line at a time: what its forms share. */
#ifndef VIEWS_ARITHMETIC_LINES_H
#define VIEWS_ARITHMETIC_LINES_H
#include "chrome.h"

/* A line as it is written, kept instead of drawn. */
struct line_record {
    const char *left, *right; /* right: "" for none */
    bool is_bold, is_sentence; /* a sentence takes as many lines as it needs */
};
struct line_list { /* in the memory of the picture */
    struct line_record *records;
    size_t count, capacity;
};

struct lines {
    struct page *page;
    float x, y, width, line_px, bottom; /* device pixels; y: the next line; nothing is drawn below bottom */
    struct line_list *list; /* for paper: lines go here, every term is written that is more than next to nothing; NULL: drawn */
};

/* One line: `left` with marks, `right` against the right edge; also for the reader of the semantic list. */
void lines_put(struct lines *l, const char *left, const char *right, bool is_bold);
/* A sentence, over as many lines as it needs; none where it has no room. */
void lines_put_sentence(struct lines *l, const char *text);
/* "= 0.42" in bold, in the colour of the number; "≈" where rounding shows, "= ?" before it is shown. */
void lines_put_result(struct lines *l, const struct arithmetic *m, bool is_exact);
/* The terms in the order of the pass, the count and the sum of those left out, and the bias. Returns the sum as displayed.
 * below: lines that must have room underneath. */
double lines_put_terms(struct lines *l, const struct arithmetic *m, size_t below);
/* Each head's share of one number of the output, likewise. */
double lines_put_shares(struct lines *l, const struct arithmetic *m);
/* Is `sum`, made of displayed numbers, what the result shows? */
bool lines_is_same(double sum, float result);
/* A quotient of displayed numbers likewise. */
bool lines_is_quotient(float a, float b, float result);

/* "S [cat, mat]": which number this is, from the matrix's letter and the words of its row and column. */
const char *lines_title(struct page *page, const struct document_cell *cell);

/* All lines of a number, by its form (arithmetic_forms.c). */
void lines_put_form(struct lines *l, const struct arithmetic *m);
#endif

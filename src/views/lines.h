/* lines.h: the weights as ribbons: where the words stand, and which ribbons are drawn. */
#ifndef VIEWS_LINES_H
#define VIEWS_LINES_H
#include "stage.h"

struct lines {
    struct rect area;        /* of the rows; scrolls */
    float left, right;       /* where ribbons begin and end, x */
    float label;             /* width of a word; device pixels */
    float number;            /* width of a weight behind the keys; 0: no room */
    float query_number;      /* the same before the queries */
    float row, scroll;       /* height of a row, how far it is scrolled; device pixels */
    int query, key;          /* that the pointer is on; −1: none */
    size_t n, m;
    uint64_t heads;          /* drawn: the one in focus and those beside it */
};

/* The colour of a head's ribbons: the query's where one is drawn alone. */
struct colour lines_head_colour(const struct page *page, uint64_t heads, int head);
bool lines_has_several(uint64_t heads);
/* Chips of the heads and the threshold, cut off the top of *r. */
void lines_controls_draw(struct page *page, struct rect *r, uint64_t heads);
void lines_ribbons_draw(struct page *page, const struct lines *l);
#endif

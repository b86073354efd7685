/* compare.h: RNN, CNN and attention side by side: what the files of view `compare` share. */
#ifndef VIEWS_COMPARE_H
#define VIEWS_COMPARE_H
#include "grid.h"
#include "lesson/comparison.h"

struct comparing {
    const struct comparison *it;
    const char *why; /* what was wrong with the influence; "": nothing */
    size_t steps;    /* t */
    bool is_influence;
};
/* The comparison as the document shows it; false: no memory. */
bool comparing_of(struct page *page, struct comparing *out);

/* The pair of words that is looked at: column → row. In cross-attention the two networks have columns of their own. */
size_t compare_row(const struct page *page);
size_t compare_column(const struct page *page, const struct comparing *comparing, enum compared compared);
const char *compare_column_word(struct page *page, const struct comparing *comparing, enum compared compared, size_t column);
const char *compare_name(struct page *page, enum compared compared); /* "RNN", "CNN", "Self-attention" */
/* "5 steps", "1 layer"; count SIZE_MAX: "never". */
const char *compare_count(struct page *page, enum compared compared, size_t count);

/* One network: title, matrix, path and words in r, all rects on the same lines in all three. */
struct compare_tile {
    float title, sub, cell_w[COMPARED_COUNT], cell_h, path, labels; /* heights and widths in device pixels; 0: left out */
    float overhang; /* left free on the right, for the words under the last matrix */
    float row_width;                                               /* of the words beside the rows; 0: none */
};
struct compare_tile compare_tile_fit(struct page *page, const struct comparing *comparing, struct rect r);
void compare_tile_draw(struct page *page, const struct comparing *comparing, const struct compare_tile *tile,
                       enum compared compared, struct rect r);
/* The way from the column's word at the bottom to the row's at the top; columns under those of the matrix. width: of its words. */
void compare_path_draw(struct page *page, const struct comparing *comparing, enum compared compared, struct rect r,
                       float width);

/* What a layer of each costs. */
float compare_costs_height(const struct page *page);
void compare_costs_draw(struct page *page, const struct comparing *comparing, struct rect r);
#endif

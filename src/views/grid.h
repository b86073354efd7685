/* grid.h: a matrix on the stage: cells with numbers where they fit, an image of colours where they do not. */
#ifndef VIEWS_GRID_H
#define VIEWS_GRID_H
#include "page.h"

enum grid_state { /* how one cell is painted */
    GRID_TINT,    /* from surface to the colour of the role, by |v| / range */
    GRID_SCORE,   /* diverging map, by v / range */
    GRID_SCALED,  /* the same by v / scaled_range */
    GRID_WEIGHT,  /* sequential map over 0 … 1 */
    GRID_HIDDEN,  /* not come to yet: an empty dashed cell */
    GRID_MASKED,  /* hatched, −∞ */
    GRID_NO_WEIGHT, /* a masked weight: hatched, exactly 0 */
    GRID_SHARE,     /* sequential map over 0 … range */
    GRID_MET,       /* of the comparison: heard of by now … */
    GRID_MET_NOW,   /* … just now */
    GRID_NEVER,     /* and never: hatched, without a number */
    GRID_DIFFERENCE, /* now − before: diverging map, by v / range; exactly 0: grey. ±∞, masked now or before: hatched as well */
    GRID_DIFFERENCE_MASKED, /* the same of a number whose key is masked in one of the two: hatched */
    GRID_BARRED     /* by the mask that is being painted, where this beat does not show it yet: hatched, without a number */
};

struct grid {
    uint32_t slot;          /* identity for motion between beats: matrices that share a place share it */
    int32_t id;             /* cell_grid_id of what is shown */
    size_t rows, columns;   /* as it stands */
    size_t first_row, first_column; /* of the matrix, where only a part of it stands here; values, states and names are the part's */
    const float *values;    /* (r, c) at values[r·row_stride + c·column_stride] */
    size_t row_stride, column_stride;
    enum grid_state state;  /* of every cell, unless `states` says more */
    const uint8_t *states;  /* rows × columns of grid_state, or NULL */
    struct rect rect;       /* device pixels */
    enum cell_role role;
    float range, scaled_range; /* of a difference 0 where no finite number has changed */
    int focus_row, focus_column; /* cells outside both are dimmed; −1: that axis does not dim */
    float number_size;      /* logical; 0: no numbers */
    const char *name;       /* for semantics: "S scores" */
    const char *const *row_names, *const *column_names;
    /* What the changes did (grid_compare). */
    const float *before; /* the same numbers before, at the strides of `values`; NULL: nothing to compare with */
    bool is_difference;  /* values are now − before */
    const char *absence; /* differences are wanted and there are none: why, as a sentence in the place of the cells; NULL */
};

void grid_draw(struct page *page, const struct grid *grid);
/* What stands there for semantics alone: a click, the cursor, `describe`. grid_draw has it. */
void grid_node(struct page *page, const struct grid *grid);
/* The same as an image, whatever the size of its cells, and without a node. */
void grid_thumbnail(struct page *page, const struct grid *grid);
/* The fill nearest to it on which black or white reaches the theme's least contrast. */
struct colour grid_fill(const struct page *page, struct colour fill);
struct colour grid_role_colour(const struct theme *theme, enum cell_role role); /* of frames and tinted cells */
float grid_reach(const float *values, size_t count); /* the largest finite |v| of a matrix */
/* The same; 1 where all are 0. */
float grid_range(const float *values, size_t count);
/* Characters of the longest number of a matrix; and the width a cell needs for so many at a type size (logical). */
size_t grid_longest(const float *values, size_t count, enum number_style style);
float grid_number_width(const struct page *page, size_t characters, float size);
/* Cell widths for two matrices side by side whose longest numbers have so many characters, so that both sets of numbers fit at one
 * type size; where that cannot be, the second's alone. most: no cell grows wider than it needs to beyond this. False: neither fits. */
struct grid_share {
    size_t columns, characters;
    float most; /* device pixels */
};
bool grid_share_width(const struct page *page, float width, const struct grid_share *first, const struct grid_share *second,
                      float *first_cell, float *second_cell);
/* A grid of a source of the study with its usual paint, not yet placed; rows 0: absent. On a page that shows differences its
 * values are those. */
struct grid grid_of(struct page *page, int source, int head, bool is_transposed);
/* The row alone: the grid is a part of the matrix from then on. */
void grid_take_row(struct grid *grid, size_t row);
/* Gives a grid of a whole matrix of the study its numbers of before; on a page that shows differences, now − before as its
 * values. */
void grid_compare(struct page *page, struct grid *grid, int source, int head);
/* The numbers of before of a matrix, row by row without gaps; NULL: nothing to compare with, and *absence says why on a page
 * that shows differences. */
const float *grid_before(struct page *page, int source, int head, const char **absence);
/* What a grid is called: its own name, and that it is a difference where it is. */
const char *grid_name(struct page *page, const struct grid *grid);
void grid_absence_draw(struct page *page, const struct grid *grid);
/* `shape` and how much of the matrix has changed, or how far its differences reach: the longest that fits into `room`
 * (device pixels) in the type of titles; "" where not even the shape does. */
const char *grid_words(struct page *page, const struct grid *grid, const char *shape, float room);
/* Gives each cell its state by the reveal of `phase`: shown as the grid's state, else hidden. */
void grid_reveal(struct page *page, struct grid *grid, int phase);

/* Frames the rows, columns and cells of the grid that the explained number is made of, and that number itself. */
void grid_frame_operands(struct page *page, const struct grid *grid);

/* Labels beside a grid. Row labels right-aligned at x − gap, column labels above y; thinned where they would touch. `focus` is
 * drawn bold in `colour` and never left out; −1: none. action: what a click on label i does (a = i); NONE: nothing. */
struct labels {
    const char *const *texts; /* count of them */
    size_t count;
    float size;               /* logical */
    int focus;
    struct colour colour;     /* of the focus label */
    enum ui_command command;
    uint32_t slot;            /* identity for motion */
};
float labels_row_width(const struct page *page, const struct labels *labels, float most); /* device pixels needed, at most `most` */
void labels_rows(struct page *page, const struct labels *wanted, struct rect grid, float gap, float width);
/* Height needed above the grid for columns of cell_w pixels. */
float labels_column_height(const struct page *page, const struct labels *labels, float cell_w);
void labels_columns(struct page *page, const struct labels *labels, struct rect grid, float height);
/* The same under the grid, reading down to the right. */
void labels_columns_below(struct page *page, const struct labels *labels, struct rect grid);
/* How far these reach to the right of the grid; 0: not beyond it. */
float labels_below_overhang(const struct page *page, const struct labels *labels, float cell_w);
/* The tokens of the sentence, NUL-terminated texts; count = page_n. */
struct labels labels_tokens(struct page *page, int focus, enum theme_role role, enum ui_command command, uint32_t slot);

/* Labels of the keys and of the values; count = page_m. */
struct labels labels_keys(struct page *page, int focus, enum ui_command command, uint32_t slot);
struct labels labels_values(struct page *page, int focus, enum ui_command command, uint32_t slot);

/* A letter with what is lowered (W_Q) or raised (K^T) in it, at a size; returns the width. */
float grid_letter(struct page *page, float x, float baseline, float size, const char *letter, struct colour c);
/* ΔQ on a page that shows differences, else Q. */
const char *grid_symbol(struct page *page, const char *letter);
/* A matrix letter with its size: "Q  queries 8 × 4" on one baseline; returns the width. key: catalogue key of the words. */
float grid_title(struct page *page, float x, float baseline, const char *letter, struct colour c, const char *words);
/* The colour bar: ticks and name. is_diverging: −range … range; else 0 … 1. Stands in r. */
void colour_bar(struct page *page, struct rect r, bool is_diverging, float range, const char *name);
/* Widths that colour_bar needs. */
float colour_bar_width(const struct page *page);
#endif

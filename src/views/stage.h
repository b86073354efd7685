/* stage.h: the middle of the window: view tabs and, under them, the step. One file a step. */
#ifndef VIEWS_STAGE_H
#define VIEWS_STAGE_H
#include "grid.h"

void stage_draw(struct page *page, struct rect r);
float stage_tabs_width(struct page *page); /* of all view tabs side by side */

/* The `matrices` view of each step, inside r. */
void step_tokens_draw(struct page *page, struct rect r);
void step_embedding_draw(struct page *page, struct rect r);
void step_projection_draw(struct page *page, struct rect r);
void step_scores_draw(struct page *page, struct rect r); /* similarity, scale, softmax: one place, three numbers */
void step_sum_draw(struct page *page, struct rect r);
void step_heads_draw(struct page *page, struct rect r);
void step_feedforward_draw(struct page *page, struct rect r);

/* The `compare` view. */
void compare_draw(struct page *page, struct rect r);

/* The `diagram` view. */
void diagram_draw(struct page *page, struct rect r);

/* The `lines` view. */
void lines_draw(struct page *page, struct rect r);

/* The `model` view. */
void model_draw(struct page *page, struct rect r);

/* A button that switches a head of the document's layer off or on, flush right in r; the width used, 0: no room. */
float head_switch_draw(struct page *page, struct rect r, int head, bool has_words);
/* What the layer's attention output loses without the head, at most: as a sentence, and as a number. "" where nothing can be
 * said, or where it is too much work for all heads of a picture (is_quick). */
const char *head_change_words(struct page *page, int layer, int head, bool is_quick);
const char *head_change_number(struct page *page, int layer, int head);
/* What heads that are off did to the layer's output; "" while all are on. */
const char *layer_change_words(struct page *page);

/* The `heads` view, and one head as a figure of its own. */
void heads_draw(struct page *page, struct rect r);
void head_figure_draw(struct page *page, struct rect r);
/* The grid of a head at the document's step: scores before the softmax, weights from it on; and what its colour bar is called. */
struct grid heads_grid(struct page *page, int head, bool *is_weight, float *range);
const char *heads_bar_words(struct page *page);
/* Every head of the layer, or of every layer, small, with its name, on one scale. */
void contact_sheet_draw(struct page *page, struct rect r);

/* What is wrong on purpose, in the colour of errors at the right end of r; the width that it takes there, 0 where
 * nothing is wrong. */
float stage_fault_draw(struct page *page, struct rect r);

/* Scores on their way to weights: what each cell of [n, m] shows at this beat. */
struct scores_now {
    float *values;   /* n × m */
    float *before;   /* n × m, as they stood before; NULL: nothing to compare with */
    uint8_t *states; /* grid_state each */
    int source;      /* what a click on a cell asks about */
    float range, scaled_range;
    bool is_difference; /* values are now − before */
    const char *absence; /* as of a grid */
};
struct scores_now scores_at_beat(struct page *page, int head);
struct grid scores_grid(struct page *page, int head, const struct scores_now *now); /* not yet placed or named */
/* Finished weights of a head as a grid, masked ones marked. */
struct grid weights_grid(struct page *page, int head);

/* painting.c: the mask while it is painted (presence says so). A grid of the stage whose cells are the mask's, large enough to
 * be met; and the one under a point, also where an open question lies over it, or NULL. */
bool stage_is_paintable(const struct semantic_node *node);
const struct semantic_node *stage_paintable_at(const struct semantics *list, float x, float y);
void painting_bar(struct page *page, struct grid *grid); /* hidden cells are so at every beat */
void painting_point(struct page *page, const struct semantic_node *node); /* the cell under the pointer */
void painting_note_draw(struct page *page, struct rect r); /* when the matrices stand */

float stage_weight_size(const struct page *page); /* of the numbers of weights, logical: they stand back behind what they make */
/* A bias as a row under the matrix that it is added after, its columns under that one's, with "+ b_Q" above it: the height that
 * this takes in device pixels, 0 where the pass has no such bias; and drawing it, under the matrix in `under`. */
float stage_bias_height(struct page *page, int source);
void stage_bias_draw(struct page *page, int source, struct rect under, struct colour c);
/* Gain and shift of a layer norm (ATTENTION_TENSOR_NORM1, … NORM2) as rows, "× γ" and "+ β" at their left like the labels of rows:
 * the height of both, 0 where the pass has neither; the width of these labels; and drawing them from columns.y down, as wide as it. */
float stage_norm_height(struct page *page, int norm);
float stage_norm_label_width(struct page *page, int norm);
void stage_norm_draw(struct page *page, int norm, struct rect columns, float gap, float label_width);

/* The weights of F, where it has some: in the corner above Q′ and left of Kᵀ, at step `similarity`, from `left` on where Q′ is
 * narrow; the height that the corner needs for them, device pixels, 0 where there are none. */
float scores_weights_height(struct page *page);
void scores_weights_draw(struct page *page, struct rect q, struct rect k, float left);

/* operand · weight + bias = result, in the position of the multiplication: the weight, and its bias, stand above the result. The
 * caller fills the first part, product_place the rest and the grids' rects. */
struct product {
    struct labels rows;
    struct grid operand, weight, result;
    int bias;           /* a source */
    float title_height; /* above operand and result, logical */

    float gap, between, title, label_width; /* device pixels */
    bool is_tight, has_weight, has_bias;
};
void product_place(struct page *page, struct rect r, struct product *product);
void product_draw_operand(struct page *page, struct product *product); /* with its labels, not yet framed or named */
void product_draw(struct page *page, struct product *product, const char *letter, const char *words, struct colour c); /* the rest; letter and words of the result */

/* The weights of any head at a glance (lesson/overview.h), on a page of differences how they have changed, all on one scale; not
 * yet placed; rows 0: neither. */
struct grid overview_grid(struct page *page, int layer, int head);

/* The room of matrices standing under and beside each other. */
float stage_cell(float room, size_t cells, float most); /* size of one cell: whole pixels where they are large */
float stage_label_width(struct page *page, const struct labels *rows, float most, const char *axis); /* room for row labels and the axis title above them */
void stage_axis_titles(struct page *page, float row_x, float row_baseline, float column_x, float column_baseline);
void stage_operator(struct page *page, float x, float y, const char *sign); /* centred */
/* A matrix letter, its shape and what changed of it, as far as there is room to the left of `right`; the shape always. */
float stage_title(struct page *page, float x, float baseline, const char *letter, struct colour c, const struct grid *grid,
                  const char *shape, float right);
/* While differences are wanted: the scale of the colours and what is to be said, on a line cut off the top of *r. */
void stage_difference_draw(struct page *page, struct rect *r);
const char *stage_shape(struct page *page, const char *key, size_t rows, size_t columns); /* "queries 8 × 4" */
#endif

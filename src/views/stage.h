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

/* Scores on their way to weights: what each cell of [n, m] shows at this beat. */
/* What is wrong on purpose, in the colour of errors at the right end of r; the width that it takes there, 0 where
 * nothing is wrong. */
float stage_fault_draw(struct page *page, struct rect r);

struct scores_now {
    float *values;   /* n × m */
    uint8_t *states; /* grid_state each */
    int source;      /* what a click on a cell asks about */
    float range, scaled_range;
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

/* The room of matrices standing under and beside each other. */
float stage_cell(float room, size_t cells, float most); /* size of one cell: whole pixels where they are large */
float stage_label_width(struct page *page, const struct labels *rows, float most, const char *axis); /* room for row labels and the axis title above them */
void stage_axis_titles(struct page *page, float row_x, float row_baseline, float column_x, float column_baseline);
void stage_operator(struct page *page, float x, float y, const char *sign); /* centred */
const char *stage_shape(struct page *page, const char *key, size_t rows, size_t columns); /* "queries 8 × 4" */
#endif

/* scores_weights.c: the weights of F, in the corner above Q′: W of general, as wide as what it
 * makes of the queries; W_q, W_k and w of additive side by side. */
#include "stage.h"

#include <math.h>

enum { MOST_OF_F = 3 };

static const float title = 32;     /* over them, logical */
static const float under = 46;     /* the title of Q′ */
static const float beside = 40;    /* the letter of K at the right */
static const float least_row = 18; /* that numbers stand in */

/* As they stand: W above Q′ as it is, the others transposed. */
static int weights_of_f(struct page *page, struct grid grids[MOST_OF_F]) {
    static const int made[] = {ATTENTION_TENSOR_SIMILARITY_QUERY, ATTENTION_TENSOR_SIMILARITY_KEY,
                               ATTENTION_TENSOR_SIMILARITY};
    int count = 0;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        int sources[2], found = cell_weights(page->study, made[i], sources);
        for (int s = 0; s < found && count < MOST_OF_F; s++) {
            grids[count++] =
                grid_of(page, sources[s], page->document->head, sources[s] != CELL_W_GENERAL);
        }
    }
    return count;
}

float scores_weights_height(struct page *page) {
    struct grid grids[MOST_OF_F];
    size_t rows = 0;
    for (int i = 0, count = weights_of_f(page, grids); i < count; i++) {
        rows = grids[i].rows > rows ? grids[i].rows : rows;
    }
    return rows ? ui_px(&page->ui, title + under + least_row * (float)rows) : 0;
}

void scores_weights_draw(struct page *page, struct rect q, struct rect k, float left) {
    struct ui *ui = &page->ui;
    struct grid grids[MOST_OF_F];
    int count = weights_of_f(page, grids);
    size_t columns = 0, rows = 0;
    for (int i = 0; i < count; i++) {
        columns += grids[i].columns;
        rows = grids[i].rows > rows ? grids[i].rows : rows;
    }
    float gap = ui_px(ui, 14);
    bool is_over = q.w >= ui_px(ui, 160); /* else from the left edge */
    float x = is_over ? q.x : left,
          width = rect_right(q) - x - (is_over && count == 1 ? 0 : ui_px(ui, beside));
    float height = q.y - ui_px(ui, under) - k.y - ui_px(ui, title);
    if (count == 0 || width < ui_px(ui, 60) || height < ui_px(ui, 30)) {
        return;
    }
    float cell = (width - gap * (float)(count - 1)) / (float)columns;
    float row = stage_cell(height, rows, ui_px(ui, 30));
    for (int i = 0; i < count; i++) {
        struct grid *w = &grids[i];
        const char *letter = w->name;
        float right = x + cell * (float)w->columns;
        w->rect = rect_make(roundf(x), k.y + ui_px(ui, title), roundf(right) - roundf(x),
                            row * (float)w->rows);
        w->number_size = stage_weight_size(page);
        w->name = page_format(page, "%s %zu × %zu", letter, w->rows, w->columns);
        struct colour c = w->role == CELL_ROLE_QUERY ? ui->theme->text[ROLE_QUERY]
                          : w->role == CELL_ROLE_KEY ? ui->theme->text[ROLE_KEY]
                                                     : ui->theme->ink;
        grid_letter(page, w->rect.x, k.y + ui_px(ui, 20), 20, letter, c);
        grid_draw(page, w);
        grid_frame_operands(page, w);
        x = right + gap;
    }
}

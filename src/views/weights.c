/* weights.c: the weights that are one row: biases under the matrix that they belong to, and gain
 * and shift of a layer norm beside what they act on. And products: matrix times weight plus bias,
 * in the position of the multiplication. */
#include "stage.h"

#include <math.h>

enum { MOST_OF_NORM = 2 };

static const float bias_line = 24, row_height = 22;

float stage_weight_size(const struct page *page) {
    return page->is_presentation ? 9 : 12;
}

/* A row that its numbers fit in. */
static float one_row(const struct page *page) {
    return fmaxf(ui_px(&page->ui, row_height),
                 ceilf(ui_type(&page->ui, stage_weight_size(page)) * 1.4f));
}

static void draw_row(struct page *page, struct grid *row, struct rect place) {
    row->rect = place;
    row->number_size = stage_weight_size(page);
    row->name = page_format(page, "%s 1 × %zu", row->name, row->columns);
    grid_draw(page, row);
    grid_frame_operands(page, row);
}

static int head_of(const struct page *page, int source) {
    return cell_source_is_per_head(source) ? page->document->head : 0;
}

float stage_bias_height(struct page *page, int source) {
    struct cell_matrix m = cell_matrix_of(page->study, source, head_of(page, source), NULL);
    return m.rows ? ui_px(&page->ui, bias_line) + one_row(page) : 0;
}

void stage_bias_draw(struct page *page, int source, struct rect under, struct colour c) {
    struct ui *ui = &page->ui;
    struct grid bias = grid_of(page, source, head_of(page, source), false);
    float y = roundf(rect_bottom(under) + ui_px(ui, bias_line));
    if (bias.rows == 0) {
        return;
    }
    float sign = ui_text_width(ui, TEXT_WORDS_BOLD, 16, "+ ");
    if (under.w >= ui_px(ui, 44)) {
        ui_text(ui, TEXT_WORDS_BOLD, 16, under.x, y - ui_px(ui, 8), ui->theme->secondary, "+");
        grid_letter(page, under.x + sign, y - ui_px(ui, 8), 16, bias.name, c);
    }
    draw_row(page, &bias, rect_make(under.x, y, under.w, one_row(page)));
}

float stage_norm_height(struct page *page, int norm) {
    int rows[MOST_OF_NORM], count = cell_weights(page->study, norm, rows);
    return (float)count * (one_row(page) + ui_px(&page->ui, 6));
}

/* "× γ₂", "+ β₂": a gain comes first, where there is one. */
static const char *norm_label(struct page *page, int source) {
    bool is_gain = source == CELL_NORM1_WEIGHT || source == CELL_NORM2_WEIGHT;
    return page_format(page, "%s %s", is_gain ? "×" : "+", cell_symbol(source));
}

float stage_norm_label_width(struct page *page, int norm) {
    int rows[MOST_OF_NORM], count = cell_weights(page->study, norm, rows);
    float width = 0;
    for (int i = 0; i < count; i++) {
        width = fmaxf(
            width, ceilf(ui_text_width(&page->ui, TEXT_WORDS_BOLD, 15, norm_label(page, rows[i]))));
    }
    return width;
}

void stage_norm_draw(struct page *page, int norm, struct rect columns, float gap,
                     float label_width) {
    struct ui *ui = &page->ui;
    int rows[MOST_OF_NORM], count = cell_weights(page->study, norm, rows);
    float y = columns.y, height = one_row(page);
    for (int i = 0; i < count; i++) {
        struct grid row = grid_of(page, rows[i], 0, false);
        y = roundf(y + ui_px(ui, 6));
        ui_text_in(ui, rect_make(columns.x - gap - label_width, y, label_width, height), UI_RIGHT,
                   TEXT_WORDS_BOLD, 15, ui->theme->secondary, norm_label(page, rows[i]));
        draw_row(page, &row, rect_make(columns.x, y, columns.w, height));
        y += height;
    }
}

/* ---- products ---- */

/* Room for the result: half of the width or its share of the columns, and where that lets all of
 * its numbers be read, up to four fifths; they come before wide cells of the operand. */
static float result_room(struct page *page, const struct product *p, float width) {
    const struct grid *result = &p->result;
    float columns = (float)result->columns, count = columns * (float)result->rows;
    float share = fmaxf(0.5f, columns / (columns + (float)p->operand.columns));
    float room = fminf(columns * ui_px(&page->ui, 60), width * share);
    if (result->values && count <= 1024) {
        size_t longest = grid_longest(result->values, (size_t)count, NUMBER_PLAIN);
        float needed = grid_number_width(page, longest, 11) * columns;
        room = fmaxf(room, needed <= width * 0.8f ? needed : 0);
    }
    return room;
}

void product_place(struct page *page, struct rect r, struct product *p) {
    struct ui *ui = &page->ui;
    size_t n = p->operand.rows, inner = p->operand.columns, columns = p->result.columns;
    p->is_tight = r.w < ui_px(ui, 460) || r.h < ui_px(ui, 300);
    p->gap = ui_px(ui, p->is_tight ? 6 : 14);
    p->between = ui_px(ui, p->is_tight ? 12 : 44);
    p->title = ui_px(ui, p->is_tight ? 34 : p->title_height);
    p->label_width =
        stage_label_width(page, &p->rows, fminf(ui_px(ui, 110), r.w * 0.2f), "axis.token");
    float width = r.w - p->label_width - p->gap - p->between;
    float room = result_room(page, p, width);
    float operand_cell = stage_cell(width - room, inner, ui_px(ui, 60));
    float cell =
        stage_cell(fminf(room, width - operand_cell * (float)inner), columns, ui_px(ui, 60));
    p->has_weight = r.h >= ui_px(ui, 200); /* else operand and result have all the room */
    float bias = r.h >= ui_px(ui, 240) ? stage_bias_height(page, p->bias) : 0;
    p->has_bias = bias > 0;
    float top = p->has_weight ? ui_px(ui, 40) : 0, height = r.h - p->title - top - bias;
    float weight_row =
        p->has_weight
            ? stage_cell(fminf(height * 0.5f, (float)inner * ui_px(ui, 24)), inner, ui_px(ui, 24))
            : 0;
    float row_h = stage_cell(height - weight_row * (float)inner, n, ui_px(ui, 60));
    float used =
        p->label_width + p->gap + operand_cell * (float)inner + p->between + cell * (float)columns;
    float used_h = top + weight_row * (float)inner + bias + p->title + row_h * (float)n;
    float x = roundf(r.x + fmaxf(0, (r.w - used) / 2) + p->label_width + p->gap);
    float weight_y = roundf(r.y + fmaxf(0, (r.h - used_h) * 0.4f) + top);
    float y = roundf(weight_y + weight_row * (float)inner + bias + p->title);
    p->operand.rect = rect_make(x, y, operand_cell * (float)inner, row_h * (float)n);
    p->weight.rect = rect_make(roundf(x + p->operand.rect.w + p->between), weight_y,
                               cell * (float)columns, weight_row * (float)inner);
    p->result.rect = rect_make(p->weight.rect.x, y, p->weight.rect.w, row_h * (float)n);
    p->operand.row_names = p->result.row_names = p->rows.texts;
}

void product_draw_operand(struct page *page, struct product *p) {
    labels_rows(page, &p->rows, p->operand.rect, p->gap, p->label_width);
    grid_draw(page, &p->operand);
}

void product_draw(struct page *page, struct product *p, const char *letter, const char *words,
                  struct colour c) {
    struct ui *ui = &page->ui;
    struct rect weight = p->weight.rect, result = p->result.rect;
    grid_draw(page, &p->result);
    grid_frame_operands(page, &p->operand);
    grid_frame_operands(page, &p->result);
    if (p->has_weight) {
        const char *symbol = p->weight.name;
        const char *shape = page_format(page, "%zu × %zu", p->weight.rows, p->weight.columns);
        p->weight.name = page_format(page, "%s %s", symbol, shape);
        p->weight.number_size = stage_weight_size(page);
        grid_draw(page, &p->weight);
        grid_frame_operands(page, &p->weight);
        grid_title(page, weight.x, weight.y - ui_px(ui, 12), symbol, c, shape);
    }
    if (p->has_bias) {
        stage_bias_draw(page, p->bias, weight, c);
    }
    grid_title(page, result.x, result.y - ui_px(ui, 12), letter, c, p->is_tight ? "" : words);
    if (!p->is_tight) {
        struct rect operand = p->operand.rect;
        float middle = rect_right(operand) + p->between / 2;
        stage_operator(page, middle, operand.y - p->title / 2, "·");
        stage_operator(page, middle, operand.y + operand.h / 2, "=");
        const char *axis = page_words(page, "axis.token");
        ui_text(ui, TEXT_WORDS_MEDIUM, 13,
                operand.x - p->gap - ui_text_width(ui, TEXT_WORDS_MEDIUM, 13, axis),
                operand.y - ui_px(ui, 10), ui->theme->text[ROLE_QUERY], axis);
    }
}

/* step_projection.c: X beside three weight matrices, and under each what it makes of every token:
 * Q, K, V. */
#include "stage.h"

#include <math.h>

enum { SLOT_PROJECTION = 500 };

static const struct {
    int weight, bias, result;
    enum theme_role role;
    const char *weight_letter, *letter, *words;
} columns[3] = {{CELL_W_Q, CELL_B_Q, ATTENTION_TENSOR_Q, ROLE_QUERY, "W_Q", "Q", "matrix.q"},
                {CELL_W_K, CELL_B_K, ATTENTION_TENSOR_K, ROLE_KEY, "W_K", "K", "matrix.k"},
                {CELL_W_V, CELL_B_V, ATTENTION_TENSOR_V, ROLE_VALUE, "W_V", "V", "matrix.v"}};

/* Under each W its bias; all three have as much room. */
static float bias_height(struct page *page) {
    float most = 0;
    for (int which = 0; which < 3; which++) {
        most = fmaxf(most, stage_bias_height(page, columns[which].bias));
    }
    return most;
}

/* With pre-norm the input is N₁: its gain and shift stand above it, beside the weights. */
static void draw_norm(struct page *page, const struct grid *input, float title, float gap,
                      float label_width) {
    struct document_cell own;
    cell_from_grid_id(input->id, &own);
    float height = stage_norm_height(page, own.source);
    if (height > 0) {
        struct rect place = input->rect;
        place.y = roundf(place.y - title - height);
        stage_norm_draw(page, own.source, place, gap, label_width);
    }
}

static void draw_result(struct page *page, int which, struct rect weight_place, bool has_bias,
                        struct rect place) {
    struct ui *ui = &page->ui;
    int head = page->document->head;
    struct colour c = ui->theme->text[columns[which].role];
    struct grid weight = grid_of(page, columns[which].weight, head, true);
    struct grid result = grid_of(page, columns[which].result, head, false);
    weight.rect = weight_place;
    result.rect = place;
    weight.number_size = stage_weight_size(page);
    weight.name = page_format(page, "%s %zu × %zu", columns[which].weight_letter, weight.rows,
                              weight.columns);
    result.name = page_format(page, "%s %s", columns[which].letter,
                              stage_shape(page, columns[which].words, result.rows, result.columns));
    result.row_names = which == 0   ? (const char *const *)page->study->token_names
                       : which == 1 ? page_key_names(page)
                                    : page_value_names(page);
    grid_reveal(page, &result, 0);
    grid_draw(page, &result);
    if (weight_place.h > 0) {
        grid_draw(page, &weight);
        grid_frame_operands(page, &weight);
        if (has_bias) {
            stage_bias_draw(page, columns[which].bias, weight_place, c);
        }
    }
    grid_frame_operands(page, &result);
    bool is_wide = place.w >= ui_px(ui, 150);
    if (place.w >= ui_px(ui, 54) && weight_place.h > 0) {
        grid_title(page, place.x, weight_place.y - ui_px(ui, 12), columns[which].weight_letter, c,
                   is_wide ? page_format(page, "%zu × %zu", weight.rows, weight.columns) : "");
    }
    grid_title(page, place.x, place.y - ui_px(ui, 10), columns[which].letter, c,
               is_wide ? stage_shape(page, columns[which].words, result.rows, result.columns) : "");
}

/* One text of cross-attention: its rows, and which of Q, K and V are made of them. */
struct band {
    int source;
    struct labels rows;
    const char *words, *axis; /* catalogue keys */
    enum theme_role role;
    bool makes[3];
};

static int bands_of(struct page *page, struct band bands[3]) {
    bool has_values = study_tensor(page->study, ATTENTION_TENSOR_VALUES_X).data != NULL;
    int inputs[2] = {ATTENTION_TENSOR_X};
    cell_inputs(page->study, ATTENTION_TENSOR_Q, inputs);
    bands[0] = (struct band){inputs[0],
                             labels_tokens(page, page->document->query, ROLE_QUERY,
                                           UI_COMMAND_QUERY_SET, SLOT_PROJECTION),
                             "matrix.x",
                             "axis.token",
                             ROLE_QUERY,
                             {true, false, false}};
    bands[1] =
        (struct band){ATTENTION_TENSOR_CONTEXT_X,
                      labels_keys(page, page->document->key, UI_COMMAND_NONE, SLOT_PROJECTION + 20),
                      "matrix.x_k",
                      "axis.context",
                      ROLE_KEY,
                      {false, true, !has_values}};
    bands[2] = (struct band){ATTENTION_TENSOR_VALUES_X,
                             labels_values(page, -1, UI_COMMAND_NONE, SLOT_PROJECTION + 40),
                             "matrix.x_v",
                             "axis.values",
                             ROLE_VALUE,
                             {false, false, true}};
    return has_values ? 3 : 2;
}

/* The rows that something is made of, in `place`: with their words, title and axis. room: for gain
 * and shift of a norm, over the title; 0: none. */
static void draw_input(struct page *page, const struct band *band, struct rect place, float room,
                       float gap, float label_width) {
    struct ui *ui = &page->ui;
    struct grid input = grid_of(page, band->source, 0, false);
    const char *shape = stage_shape(page, band->words, input.rows, input.columns);
    const char *letter = cell_symbol(band->source), *axis = page_words(page, band->axis);
    float baseline = place.y - ui_px(ui, 10);
    input.rect = place;
    input.name = page_format(page, "%s %s", letter, shape);
    input.row_names = band->rows.texts;
    labels_rows(page, &band->rows, place, gap, label_width);
    grid_draw(page, &input);
    grid_frame_operands(page, &input);
    if (room > 0) {
        draw_norm(page, &input, room, gap, label_width);
    }
    bool is_roomy = ui_text_width(ui, TEXT_WORDS, 14, shape) + ui_px(ui, 46) <= place.w;
    grid_title(page, place.x, baseline, letter, ui->theme->ink, is_roomy ? shape : "");
    float width = ui_text_width(ui, TEXT_WORDS_MEDIUM, 13, axis);
    ui_text(ui, TEXT_WORDS_MEDIUM, 13, place.x - gap - width, baseline, ui->theme->text[band->role],
            axis);
}

/* With a context the texts stand below each other, and each of Q, K and V beside the one that it is
 * made of, under its own weights. */
static void draw_crossed(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const struct attention_config *config = &page->study->model.weights.config;
    size_t d = (size_t)config->d_model, d_k = (size_t)config->d_k, d_v = (size_t)config->d_v,
           all_rows = 0;
    struct band bands[3];
    int count = bands_of(page, bands);
    bool is_tight = r.w < ui_px(ui, 460) || r.h < ui_px(ui, 300);
    float gap = ui_px(ui, is_tight ? 6 : 12), between = ui_px(ui, is_tight ? 10 : 28),
          title = ui_px(ui, is_tight ? 36 : 40), label_width = 0;
    for (int b = 0; b < count; b++) {
        all_rows += bands[b].rows.count;
        label_width =
            fmaxf(label_width, stage_label_width(page, &bands[b].rows,
                                                 fminf(ui_px(ui, 110), r.w * 0.2f), bands[b].axis));
    }
    label_width = fmaxf(label_width, stage_norm_label_width(page, bands[0].source));
    float width = r.w - label_width - gap - 3 * between;
    float result_cell = stage_cell(width * 0.76f, 2 * d_k + d_v, ui_px(ui, 60));
    float x_cell = stage_cell(width - result_cell * (float)(2 * d_k + d_v), d, ui_px(ui, 60));
    bool has_weights = r.h >= ui_px(ui, 260);
    float titles = (float)(count + (has_weights ? 1 : 0)) * title;
    float bias = has_weights && !is_tight ? bias_height(page) : 0;
    titles += bias;
    float weight_h =
        has_weights ? (float)d * stage_cell(fminf((r.h - titles) * 0.3f, (float)d * ui_px(ui, 20)),
                                            d, ui_px(ui, 20))
                    : 0;
    float row_h = stage_cell(r.h - titles - weight_h, all_rows, ui_px(ui, 44));
    float used =
        label_width + gap + x_cell * (float)d + 3 * between + result_cell * (float)(2 * d_k + d_v);
    float x = roundf(r.x + fmaxf(0, (r.w - used) / 2) + label_width + gap);
    float y = roundf(r.y + fmaxf(0, (r.h - titles - weight_h - row_h * (float)all_rows) * 0.4f) +
                     (has_weights ? title + weight_h + bias : 0));
    for (int b = 0; b < count; b++) {
        struct band *band = &bands[b];
        y = roundf(y + title);
        struct rect input = rect_make(x, y, x_cell * (float)d, row_h * (float)band->rows.count);
        bool has_vectors = b == 0 && has_weights && !is_tight;
        draw_input(page, band, input, has_vectors ? title : 0, gap, label_width);
        float left = rect_right(input);
        for (int which = 0; which < 3; which++) {
            float w = result_cell * (float)(which == 2 ? d_v : d_k);
            left = roundf(left + between);
            if (band->makes[which]) {
                struct rect place = rect_make(left, y, w, input.h);
                float top = roundf(y - title - bias - weight_h);
                draw_result(page, which, rect_make(left, top, w, weight_h), bias > 0, place);
            }
            left += w;
        }
        y += input.h;
    }
}

void step_projection_draw(struct page *page, struct rect r) {
    if (study_has_context(page->study)) {
        draw_crossed(page, r);
        return;
    }
    struct ui *ui = &page->ui;
    const struct attention_config *config = &page->study->model.weights.config;
    size_t n = page_n(page), d = (size_t)config->d_model, d_k = (size_t)config->d_k,
           d_v = (size_t)config->d_v;
    bool is_tight = r.w < ui_px(ui, 460) || r.h < ui_px(ui, 300);
    struct band bands[3]; /* the first alone */
    bands_of(page, bands);
    float gap = ui_px(ui, is_tight ? 6 : 12), between = ui_px(ui, is_tight ? 10 : 28),
          title = ui_px(ui, is_tight ? 30 : 38);
    float label_width =
        stage_label_width(page, &bands[0].rows, fminf(ui_px(ui, 110), r.w * 0.2f), bands[0].axis);
    label_width = fmaxf(label_width, stage_norm_label_width(page, bands[0].source));
    float width = r.w - label_width - gap - 3 * between;
    /* The results get the room their numbers need; X takes what is left. */
    float result_cell = stage_cell(width * 0.76f, 2 * d_k + d_v, ui_px(ui, 60));
    float x_cell = stage_cell(width - result_cell * (float)(2 * d_k + d_v), d, ui_px(ui, 60));
    bool has_weights = r.h >= ui_px(ui, 200); /* else what they make has all the room */
    bool has_vectors = has_weights && !is_tight;
    float bias = has_vectors ? bias_height(page) : 0;
    float height = r.h - (has_weights ? 2 : 1) * title - bias;
    float weight_row =
        has_weights ? stage_cell(fminf(height * 0.45f, (float)d * ui_px(ui, 24)), d, ui_px(ui, 24))
                    : 0;
    float row_h = stage_cell(height - weight_row * (float)d, n, ui_px(ui, 60));
    float used =
        label_width + gap + x_cell * (float)d + 3 * between + result_cell * (float)(2 * d_k + d_v);
    float x = roundf(r.x + fmaxf(0, (r.w - used) / 2) + label_width + gap);
    float used_h = (has_weights ? 2 : 1) * title + weight_row * (float)d + bias + row_h * (float)n;
    float weight_y = roundf(r.y + fmaxf(0, (r.h - used_h) * 0.4f) + (has_weights ? title : 0));
    float y = roundf(weight_y + weight_row * (float)d + bias + title);
    struct rect input = rect_make(x, y, x_cell * (float)d, row_h * (float)n);
    draw_input(page, &bands[0], input, has_vectors ? title : 0, gap, label_width);
    float left = rect_right(input);
    for (int which = 0; which < 3; which++) {
        float w = result_cell * (float)(which == 2 ? d_v : d_k);
        left = roundf(left + between);
        if (which == 0 && between >= ui_px(ui, 20)) {
            stage_operator(page, left - between / 2, y - title / 2, "·"); /* where X and W meet */
            stage_operator(page, left - between / 2, y + row_h * (float)n / 2, "=");
        }
        draw_result(page, which, rect_make(left, weight_y, w, weight_row * (float)d), bias > 0,
                    rect_make(left, y, w, row_h * (float)n));
        left += w;
    }
}

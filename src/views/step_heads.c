/* step_heads.c: the heads' outputs side by side, W_O, and the output that it mixes from them. */
#include "stage.h"
#include "ui/control.h"

#include <math.h>

enum { SLOT_HEADS = 300 };

/* The head names over the blocks of the concatenated matrix. */
static void draw_block_names(struct page *page, struct rect concat, size_t heads) {
    struct ui *ui = &page->ui;
    float width = concat.w / (float)heads;
    for (size_t k = 0; k < heads; k++) {
        struct rect place = rect_make(roundf(concat.x + (float)k * width), concat.y - ui_px(ui, 24),
                                      roundf(width), ui_px(ui, 20));
        bool is_focus = (int)k == page->document->head;
        if (width >= ui_px(ui, 26)) {
            const char *name = page_format(page, "O%zu", k + 1);
            enum text_style style = is_focus ? TEXT_WORDS_BOLD : TEXT_WORDS_MEDIUM;
            struct colour c = is_focus ? ui->theme->text[ROLE_OUTPUT] : ui->theme->ink;
            if (page_is_head_off(page, (int)k)) {
                ui_text_struck(ui, place, UI_CENTRE, style, 13, c, ui->theme->background, name);
            } else {
                ui_text_in(ui, place, UI_CENTRE, style, 13, is_focus ? c : ui->theme->secondary,
                           name);
            }
        }
        if (k > 0) {
            draw_rectangle(ui->list,
                           rect_make(place.x - ui_px(ui, 1), concat.y - ui_px(ui, 4), ui_px(ui, 2),
                                     concat.h + ui_px(ui, 8)),
                           0, ui->theme->background);
        }
        struct semantic_node *node =
            semantics_add(ui->semantics, ROLE_HEAD, ui_id("block", (int32_t)k, 0), place,
                          page_format(page, "O%zu", k + 1),
                          page_is_head_off(page, (int)k) ? page_words(page, "word.off")
                                                         : page_head_name(page, (int)k));
        node->action = (struct ui_action){UI_COMMAND_HEAD_SET, (int32_t)k, 0, 0};
    }
}

void step_heads_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const struct attention_config *config = &page->study->model.weights.config;
    size_t n = page_n(page), d = (size_t)config->d_model, heads = (size_t)config->heads,
           c = heads * (size_t)config->d_v;
    bool is_tight = r.w < ui_px(ui, 460) || r.h < ui_px(ui, 300);
    struct labels rows =
        labels_tokens(page, page->document->query, ROLE_QUERY, UI_COMMAND_QUERY_SET, SLOT_HEADS);
    float gap = ui_px(ui, is_tight ? 6 : 14), between = ui_px(ui, is_tight ? 12 : 44),
          title = ui_px(ui, is_tight ? 34 : 62);
    float label_width =
        stage_label_width(page, &rows, fminf(ui_px(ui, 110), r.w * 0.2f), "axis.token");
    float width = r.w - label_width - gap - between;
    float y_room = fminf((float)d * ui_px(ui, 60), width * 0.5f);
    const float *output_values = study_tensor(page->study, ATTENTION_TENSOR_ATTENTION_OUTPUT).data;
    if (output_values &&
        n * d <= 1024) { /* the output's numbers come before wide cells of the heads */
        float needed =
            grid_number_width(page, grid_longest(output_values, n * d, NUMBER_PLAIN), 11) *
            (float)d;
        y_room = fmaxf(y_room, needed <= width * 0.8f ? needed : 0);
    }
    float concat_cell = stage_cell(width - y_room, c, ui_px(ui, 60));
    float y_cell = stage_cell(fminf(y_room, width - concat_cell * (float)c), d, ui_px(ui, 60));
    bool has_weight = r.h >= ui_px(ui, 200); /* else the outputs have all the room */
    float top = has_weight ? ui_px(ui, 40) : 0, height = r.h - title - top;
    float weight_row =
        has_weight ? stage_cell(fminf(height * 0.5f, (float)c * ui_px(ui, 24)), c, ui_px(ui, 24))
                   : 0;
    float row_h = stage_cell(height - weight_row * (float)c, n, ui_px(ui, 60));
    float used = label_width + gap + concat_cell * (float)c + between + y_cell * (float)d;
    float used_h = top + weight_row * (float)c + title + row_h * (float)n;
    float x = roundf(r.x + fmaxf(0, (r.w - used) / 2) + label_width + gap);
    float weight_y = roundf(r.y + fmaxf(0, (r.h - used_h) * 0.4f) + top);
    float y = roundf(weight_y + weight_row * (float)c + title);
    struct grid concat = grid_of(page, ATTENTION_TENSOR_CONCAT, 0, false);
    struct grid weight = grid_of(page, CELL_W_O, 0, true);
    struct grid output = grid_of(page, ATTENTION_TENSOR_ATTENTION_OUTPUT, 0, false);
    concat.rect = rect_make(x, y, concat_cell * (float)c, row_h * (float)n);
    weight.rect = rect_make(roundf(x + concat.rect.w + between), weight_y, y_cell * (float)d,
                            weight_row * (float)c);
    output.rect = rect_make(weight.rect.x, y, weight.rect.w, row_h * (float)n);
    concat.row_names = output.row_names = rows.texts;
    concat.name = page_format(page, "concat %s", stage_shape(page, "matrix.concat", n, c));
    weight.name = page_format(page, "W_O %zu × %zu", c, d);
    output.name = page_format(page, "Y %s", stage_shape(page, "matrix.y", n, d));
    grid_reveal(page, &output, PHASE_HEADS_OUTPUT);
    labels_rows(page, &rows, concat.rect, gap, label_width);
    grid_draw(page, &concat);
    if (!is_tight) {
        draw_block_names(page, concat.rect, heads);
    }
    grid_draw(page, &output);
    grid_frame_operands(page, &concat);
    grid_frame_operands(page, &output);
    const char *shape = stage_shape(page, "matrix.concat", n, c),
               *words = grid_words(page, &concat, shape, concat.rect.w);
    ui_text_in(ui, rect_make(x, y - ui_px(ui, is_tight ? 28 : 50), concat.rect.w, ui_px(ui, 24)),
               UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary, words[0] ? words : shape);
    if (has_weight) {
        grid_draw(page, &weight);
        grid_frame_operands(page, &weight);
        stage_title(page, weight.rect.x, weight_y - ui_px(ui, 12), "W_O",
                    ui->theme->text[ROLE_OUTPUT], &weight, page_format(page, "%zu × %zu", c, d),
                    rect_right(draw_clip(ui->list)));
    }
    stage_title(page, output.rect.x, y - ui_px(ui, 12), "Y", ui->theme->text[ROLE_OUTPUT], &output,
                is_tight ? "" : stage_shape(page, "matrix.y", n, d),
                rect_right(draw_clip(ui->list)));
    if (!is_tight) {
        stage_operator(page, rect_right(concat.rect) + between / 2, y - title / 2, "·");
        stage_operator(page, rect_right(concat.rect) + between / 2, y + concat.rect.h / 2, "=");
        const char *axis = page_words(page, "axis.token");
        ui_text(ui, TEXT_WORDS_MEDIUM, 13, x - gap - ui_text_width(ui, TEXT_WORDS_MEDIUM, 13, axis),
                y - ui_px(ui, 10), ui->theme->text[ROLE_QUERY], axis);
    }
}

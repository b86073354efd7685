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
    struct product p = {.rows = labels_tokens(page, page->document->query, ROLE_QUERY,
                                              UI_COMMAND_QUERY_SET, SLOT_HEADS),
                        .operand = grid_of(page, ATTENTION_TENSOR_CONCAT, 0, false),
                        .weight = grid_of(page, CELL_W_O, 0, true),
                        .result = grid_of(page, ATTENTION_TENSOR_ATTENTION_OUTPUT, 0, false),
                        .bias = CELL_B_O,
                        .title_height = 62};
    const char *words = stage_shape(page, "matrix.concat", n, c),
               *output = stage_shape(page, "matrix.y", n, d);
    product_place(page, r, &p);
    p.operand.name = page_format(page, "concat %s", words);
    p.result.name = page_format(page, "Y %s", output);
    grid_reveal(page, &p.result, PHASE_HEADS_OUTPUT);
    product_draw_operand(page, &p);
    struct rect concat = p.operand.rect;
    if (!p.is_tight) {
        draw_block_names(page, concat, heads);
    }
    ui_text_in(
        ui,
        rect_make(concat.x, concat.y - ui_px(ui, p.is_tight ? 28 : 50), concat.w, ui_px(ui, 24)),
        UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary, words);
    product_draw(page, &p, "Y", output, ui->theme->text[ROLE_OUTPUT]);
}

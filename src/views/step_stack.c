/* step_stack.c: matrices of the same rows, one below the other: E + P = X, and the stages of the
 * rest of the layer. */
#include "stage.h"

#include <math.h>

enum { MOST_BLOCKS = 3, SLOT_STACK = 600 };

struct block {
    int source;
    const char *letter, *words; /* words: catalogue key */
    const char *sign;           /* before the block: "+", "=", "→", or "" */
    bool is_result;
};

struct stack {
    struct block blocks[MOST_BLOCKS];
    int count;
    int phase;     /* of the result */
    bool is_whole; /* the result is shown whole */
    struct labels rows;
    const char *axis; /* catalogue key of what the rows are */
    enum theme_role role;
    int norm; /* whose gain and shift stand ahead of the result; −1: none */
};

/* Rows are the tokens of the sentence. */
static struct stack stack_of_tokens(struct page *page) {
    return (struct stack){.rows = labels_tokens(page, page->document->query, ROLE_QUERY,
                                                UI_COMMAND_QUERY_SET, SLOT_STACK),
                          .axis = "axis.token",
                          .role = ROLE_QUERY,
                          .norm = -1};
}

static float title_height(const struct ui *ui) {
    return ui_px(ui, 34);
}

static void draw_block(struct page *page, const struct block *block, const struct stack *stack,
                       struct grid *grid, const struct labels *rows, float label_width, float gap) {
    struct ui *ui = &page->ui;
    const char *shape = stage_shape(page, block->words, grid->rows, grid->columns);
    grid->name = page_format(page, "%s %s", block->letter, shape);
    grid->row_names = rows->texts;
    if (block->is_result && !stack->is_whole) {
        grid_reveal(page, grid, stack->phase);
    }
    float x = grid->rect.x, baseline = grid->rect.y - ui_px(ui, 9);
    struct colour c = block->is_result ? ui->theme->ink : ui->theme->secondary;
    if (block->sign[0]) {
        x += ui_text(ui, TEXT_WORDS_BOLD, 22, x, baseline, ui->theme->secondary, block->sign) +
             ui_px(ui, 10);
    }
    if (block->letter[0]) {
        x += grid_title(page, x, baseline, block->letter, c, "");
    }
    ui_text_in(ui,
               rect_make(x, baseline - ui_px(ui, 18),
                         rect_right(draw_clip(ui->list)) - x - ui_px(ui, 4), ui_px(ui, 24)),
               UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary, shape);
    labels_rows(page, rows, grid->rect, gap, label_width);
    grid_draw(page, grid);
    grid_frame_operands(page, grid);
}

/* What the rows are, over their words, which end at `right`. */
static void draw_axis(struct page *page, const struct stack *stack, float right, float baseline) {
    struct ui *ui = &page->ui;
    const char *axis = page_words(page, stack->axis);
    ui_text(ui, TEXT_WORDS_MEDIUM, 13, right - ui_text_width(ui, TEXT_WORDS_MEDIUM, 13, axis),
            baseline, ui->theme->text[stack->role], axis);
}

static void stack_draw(struct page *page, struct rect r, const struct stack *stack) {
    struct ui *ui = &page->ui;
    struct grid grids[MOST_BLOCKS];
    struct labels rows = stack->rows;
    float gap = ui_px(ui, 12),
          label_width =
              stage_label_width(page, &rows, fminf(ui_px(ui, 116), r.w * 0.22f), stack->axis);
    float between = ui_px(ui, 16), bar = r.w > ui_px(ui, 520) ? ui_px(ui, 8) : 0;
    size_t widest = 1;
    for (int b = 0; b < stack->count; b++) {
        grids[b] = grid_of(page, stack->blocks[b].source, 0, false);
        widest = grids[b].columns > widest ? grids[b].columns : widest;
    }
    int first = 0; /* where the window is low only the last ones stand, the result always */
    while (first < stack->count - 1 &&
           r.h < (float)(stack->count - first) * (title_height(ui) + ui_px(ui, 44))) {
        first++;
    }
    int shown = stack->count - first;
    bool has_norm = stack->norm >= 0 && first == 0 && r.h >= ui_px(ui, 260);
    float norm = has_norm ? stage_norm_height(page, stack->norm) : 0;
    label_width = fmaxf(label_width, has_norm ? stage_norm_label_width(page, stack->norm) : 0);
    float range = 0;
    for (int b = 0; b < stack->count; b++) {
        range = fmaxf(range, grids[b].range);
    }
    float room = r.h - (float)shown * title_height(ui) - (float)(shown - 1) * between - norm;
    float row_h = stage_cell(room / (float)shown, rows.count, ui_px(ui, 56));
    float room_w = r.w - label_width - gap - bar;
    float cell_w = stage_cell(room_w, widest, ui_px(ui, 84));
    float used = label_width + gap + cell_w * (float)widest;
    float x = roundf(r.x + fmaxf(0, (r.w - used) / 2) + label_width + gap);
    float used_h = (float)shown * (title_height(ui) + row_h * (float)rows.count) +
                   (float)(shown - 1) * between + norm;
    float y = roundf(r.y + fmaxf(0, (r.h - used_h) * 0.4f));
    for (int b = first; b < stack->count; b++) {
        y += title_height(ui);
        float w = grids[b].columns == widest
                      ? cell_w
                      : fminf(stage_cell(room_w, grids[b].columns, ui_px(ui, 84)),
                              fmaxf(cell_w, ui_px(ui, 34)));
        grids[b].rect = rect_make(x, y, w * (float)grids[b].columns, row_h * (float)grids[b].rows);
        grids[b].range = range; /* one scale for what is added up */
        struct labels own = rows;
        own.slot += (uint32_t)b * 4;
        if (grids[b].rows) {
            draw_block(page, &stack->blocks[b], stack, &grids[b], &own, label_width, gap);
        }
        if (b == first) {
            draw_axis(page, stack, x - gap, y - ui_px(ui, 9));
        }
        y = roundf(y + grids[b].rect.h);
        if (b == stack->count - 2 && norm > 0) {
            struct rect columns = grids[b].rect;
            columns.y = y;
            stage_norm_draw(page, stack->norm, columns, gap, label_width);
            y = roundf(y + norm);
        }
        y = roundf(y + between);
    }
}

/* E + P = X of one text; P only where there are positions. */
static void embedding_blocks(struct page *page, struct stack *stack, const int sources[3]) {
    bool has_position =
        study_tensor(page->study, (enum attention_tensor_id)sources[1]).data != NULL;
    static const char *const words[] = {"matrix.e", "matrix.p", "matrix.x"};
    static const char *const signs[] = {"", "+", "="};
    for (int i = 0; i < 3; i++) {
        if (i != 1 || has_position) {
            stack->blocks[stack->count++] =
                (struct block){sources[i], cell_symbol(sources[i]), words[i], signs[i], i == 2};
        }
    }
}

/* With a context the texts stand side by side: what asks, what answers, and what is handed over. */
void step_embedding_draw(struct page *page, struct rect r) {
    static const int sentence[] = {ATTENTION_TENSOR_EMBEDDING, ATTENTION_TENSOR_POSITION,
                                   ATTENTION_TENSOR_X},
                     context[] = {ATTENTION_TENSOR_CONTEXT_EMBEDDING,
                                  ATTENTION_TENSOR_CONTEXT_POSITION, ATTENTION_TENSOR_CONTEXT_X},
                     values[] = {ATTENTION_TENSOR_VALUES_EMBEDDING,
                                 ATTENTION_TENSOR_VALUES_POSITION, ATTENTION_TENSOR_VALUES_X};
    struct stack stacks[3] = {stack_of_tokens(page)};
    int count = 1;
    embedding_blocks(page, &stacks[0], sentence);
    if (study_has_context(page->study)) {
        stacks[count] =
            (struct stack){.is_whole = true, .axis = "axis.context", .role = ROLE_KEY, .norm = -1};
        stacks[count].rows =
            labels_keys(page, page->document->key, UI_COMMAND_NONE, SLOT_STACK + 20);
        embedding_blocks(page, &stacks[count++], context);
    }
    if (study_tensor(page->study, ATTENTION_TENSOR_VALUES_X).data) {
        stacks[count] =
            (struct stack){.is_whole = true, .axis = "axis.values", .role = ROLE_VALUE, .norm = -1};
        stacks[count].rows = labels_values(page, -1, UI_COMMAND_NONE, SLOT_STACK + 40);
        embedding_blocks(page, &stacks[count++], values);
    }
    int most = (int)fmaxf(1, floorf(r.w / ui_px(&page->ui, 140))); /* that there is room for */
    count = count < most ? count : most;
    float between = count > 1 ? ui_px(&page->ui, 20) : 0;
    float width = (r.w - between * (float)(count - 1)) / (float)count;
    for (int i = 0; i < count; i++) {
        struct rect place =
            rect_make(roundf(r.x + (float)i * (width + between)), r.y, floorf(width), r.h);
        draw_clip_push(page->ui.list, place);
        stack_draw(page, place, &stacks[i]);
        draw_clip_pop(page->ui.list);
    }
}

static const char *stage_key(enum attention_tensor_id stage) {
    switch (stage) {
    case ATTENTION_TENSOR_RESIDUAL1:
        return "stage.residual1";
    case ATTENTION_TENSOR_NORM1:
        return "stage.norm1";
    case ATTENTION_TENSOR_FFN_HIDDEN:
        return "stage.ffn_hidden";
    case ATTENTION_TENSOR_FFN_OUTPUT:
        return "stage.ffn_output";
    case ATTENTION_TENSOR_RESIDUAL2:
        return "stage.residual2";
    case ATTENTION_TENSOR_NORM2:
        return "stage.norm2";
    default:
        return "stage.none";
    }
}

/* The stages of this model's layer as a line: which is done, which is now. A click goes there.
 * Where not all fit, those before the present one go first. */
static void draw_stages(struct page *page, struct rect r, const enum attention_tensor_id *stages,
                        int count, int now) {
    struct ui *ui = &page->ui;
    struct ui_button buttons[6];
    float widths[6] = {0}, arrow = ceilf(ui_text_width(ui, TEXT_WORDS, 14, "→")) + ui_px(ui, 8),
          used = 0;
    int first = 0;
    for (int s = 0; s < count; s++) {
        buttons[s] = (struct ui_button){.id = ui_id("stage", s, 0),
                                        .label = page_words(page, stage_key(stages[s])),
                                        .kind = s == now ? UI_BUTTON_PRIMARY : UI_BUTTON_BARE,
                                        .action = {UI_COMMAND_STEP_GO, STEP_FEEDFORWARD, s, 1},
                                        .size = 14};
        widths[s] = ui_button_width(ui, &buttons[s]) + (s ? arrow : 0);
        used += s <= now ? widths[s] : 0;
    }
    for (; first < now && used > r.w; first++) {
        used -= widths[first];
    }
    float x = r.x;
    for (int s = first; s < count && x + widths[s] <= rect_right(r); s++) {
        float before = s > 0 ? arrow : 0;
        if (before > 0) {
            ui_text(ui, TEXT_WORDS, 14, x + ui_px(ui, 4), r.y + ui_px(ui, 21), ui->theme->secondary,
                    "→");
        }
        ui_button(ui, rect_make(roundf(x + before), r.y, widths[s] - before, ui_px(ui, 32)),
                  &buttons[s]);
        x += widths[s];
    }
}

static void residual_blocks(enum attention_tensor_id stage, const int summands[2],
                            struct stack *stack) {
    bool is_first = stage == ATTENTION_TENSOR_RESIDUAL1;
    stack->blocks[stack->count++] = (struct block){
        summands[0], cell_symbol(summands[0]), is_first ? "matrix.x" : "matrix.before", "", false};
    stack->blocks[stack->count++] =
        (struct block){summands[1], cell_symbol(summands[1]),
                       is_first ? "matrix.y" : "matrix.ffn_output", "+", false};
}

/* input · W + b: the hidden units, and the output of the network. */
static void draw_network(struct page *page, struct rect r, enum attention_tensor_id stage,
                         int input) {
    bool is_hidden = stage == ATTENTION_TENSOR_FFN_HIDDEN;
    struct product p = {.rows = labels_tokens(page, page->document->query, ROLE_QUERY,
                                              UI_COMMAND_QUERY_SET, SLOT_STACK),
                        .operand = grid_of(page, input, 0, false),
                        .weight = grid_of(page, is_hidden ? CELL_W_UP : CELL_W_DOWN, 0, true),
                        .result = grid_of(page, (int)stage, 0, false),
                        .bias = is_hidden ? CELL_B_UP : CELL_B_DOWN,
                        .title_height = 44};
    struct ui *ui = &page->ui;
    product_place(page, r, &p);
    const char *letter = cell_symbol(input), *result = cell_symbol((int)stage);
    const char *words = stage_shape(page, is_hidden ? "matrix.before" : "matrix.hidden",
                                    p.operand.rows, p.operand.columns),
               *output = stage_shape(page, stage_key(stage), p.result.rows, p.result.columns);
    if (is_hidden) { /* what the picture of the multiplication leaves out */
        bool is_gelu = page->study->model.weights.config.activation == ATTENTION_ACTIVATION_GELU;
        output = page_format(page, "%s · %s", output, is_gelu ? "GELU" : "ReLU");
    }
    bool is_roomy = ui_text_width(ui, TEXT_WORDS, 14, words) + ui_px(ui, 46) <= p.operand.rect.w;
    p.operand.name = page_format(page, "%s %s", letter, words);
    p.result.name = page_format(page, "%s %s", result, output);
    product_draw_operand(page, &p);
    grid_title(page, p.operand.rect.x, p.operand.rect.y - ui_px(ui, 12), letter,
               ui->theme->secondary, is_roomy ? words : "");
    product_draw(page, &p, result, output, ui->theme->ink);
}

void step_feedforward_draw(struct page *page, struct rect r) {
    enum attention_tensor_id stages[6];
    int count = steps_feedforward_stages(page->study, stages);
    int now = page->reveal.phase < count ? page->reveal.phase : count - 1;
    struct stack stack = stack_of_tokens(page);
    stack.is_whole = true;
    bool has_line = r.h >= ui_px(&page->ui, 150);
    struct rect top = rect_cut_top(&r, has_line ? ui_px(&page->ui, 44) : 0);
    if (count == 0) {
        stack.blocks[stack.count++] =
            (struct block){ATTENTION_TENSOR_OUTPUT, "Y", "stage.none", "", true};
        stack_draw(page, r, &stack);
        return;
    }
    if (has_line) {
        draw_stages(page, top, stages, count, now);
    }
    enum attention_tensor_id stage = stages[now];
    int inputs[2];
    int input_count = cell_inputs(page->study, (int)stage, inputs);
    if (stage == ATTENTION_TENSOR_FFN_HIDDEN || stage == ATTENTION_TENSOR_FFN_OUTPUT) {
        draw_network(page, r, stage, inputs[0]);
        return;
    }
    if (input_count == 2) {
        residual_blocks(stage, inputs, &stack);
    } else if (input_count == 1) {
        stack.norm = (int)stage;
        stack.blocks[stack.count++] =
            (struct block){inputs[0], cell_symbol(inputs[0]), "matrix.before", "", false};
    }
    bool is_sum = stack.count == 2;
    stack.blocks[stack.count++] = (struct block){(int)stage, cell_symbol((int)stage),
                                                 stage_key(stage), is_sum ? "=" : "→", true};
    stack_draw(page, r, &stack);
}

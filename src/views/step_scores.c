/* step_scores.c: similarity, scale and softmax. Q stands left of the scores, Kᵀ above them, and the
 * same cell keeps its place through all three steps: only the number and the colour change. */
#include "stage.h"

#include <math.h>
#include <stdlib.h>

enum { SLOT_SCORES = 900, SLOT_ROW_LABELS = 910, SLOT_COLUMN_LABELS = 911 };

struct scores_layout {
    struct rect q, k, s; /* the three matrices */
    struct rect totals;  /* Σ at the end of the rows */
    struct rect bar;     /* colour bar and name */
    float label_width, label_height;
};

static struct scores_layout lay_out(struct page *page, struct rect r, const struct labels *rows,
                                    const struct labels *columns, size_t d_k) {
    struct ui *ui = &page->ui;
    struct scores_layout l = {0};
    size_t n = page_n(page);
    bool is_tight = r.w < ui_px(ui, 420) || r.h < ui_px(ui, 300);
    float gap = ui_px(ui, is_tight ? 8 : 14), middle = ui_px(ui, is_tight ? 14 : 40);
    l.label_width = labels_row_width(page, rows, fminf(ui_px(ui, 116), r.w * 0.2f));
    float totals = ui_px(ui, is_tight ? 0 : 58),
          bar = is_tight ? 0 : colour_bar_width(page) + ui_px(ui, 16);
    float width = r.w - l.label_width - gap - middle - totals - bar;
    float q_room = fminf((float)d_k * ui_px(ui, 46), width * 0.42f);
    float s_cell = stage_cell(width - q_room, n, ui_px(ui, 52));
    float q_cell = stage_cell(fminf(q_room, width - s_cell * (float)n), d_k, ui_px(ui, 46));
    l.label_height = is_tight ? 0 : labels_column_height(page, columns, s_cell);
    float height = r.h - l.label_height - ui_px(ui, is_tight ? 8 : 44);
    float k_room = fminf((float)d_k * ui_px(ui, 30), height * 0.42f);
    float s_row = stage_cell(height - k_room, n, ui_px(ui, 52));
    float k_row = stage_cell(fminf(k_room, height - s_row * (float)n), d_k, ui_px(ui, 30));
    float used_w =
        l.label_width + gap + q_cell * (float)d_k + middle + s_cell * (float)n + totals + bar;
    float used_h =
        l.label_height + k_row * (float)d_k + ui_px(ui, is_tight ? 8 : 44) + s_row * (float)n;
    float x = roundf(r.x + fmaxf(0, (r.w - used_w) / 2) + l.label_width + gap);
    float y = roundf(r.y + fmaxf(0, (r.h - used_h) * 0.4f) + l.label_height);
    l.k = rect_make(x + roundf(q_cell * (float)d_k) + middle, y, s_cell * (float)n,
                    k_row * (float)d_k);
    l.s =
        rect_make(l.k.x, rect_bottom(l.k) + ui_px(ui, is_tight ? 8 : 40), l.k.w, s_row * (float)n);
    l.s.y = roundf(l.s.y);
    l.q = rect_make(x, l.s.y, q_cell * (float)d_k, l.s.h);
    l.totals = rect_make(rect_right(l.s), l.s.y, totals, l.s.h);
    l.bar = rect_make(rect_right(l.totals) + ui_px(ui, 16), l.s.y, bar - ui_px(ui, 16), l.s.h);
    return l;
}

static void draw_operands(struct page *page, const struct scores_layout *l, bool is_live) {
    struct ui *ui = &page->ui;
    int head = page->document->head;
    struct grid q = grid_of(page, ATTENTION_TENSOR_Q, head, false);
    struct grid k = grid_of(page, ATTENTION_TENSOR_K, head, true);
    const struct document_cell *chosen = &page->selection;
    q.rect = l->q;
    k.rect = l->k;
    q.focus_row = chosen->source >= 0 ? chosen->row : -1;
    k.focus_column = chosen->source >= 0 ? chosen->column : -1;
    if (chosen->source == ATTENTION_TENSOR_Q || chosen->source == ATTENTION_TENSOR_K) {
        q.focus_row = k.focus_column = -1;
    }
    if (!is_live) { /* what came before stays, quietly */
        q.focus_row = (int)q.rows;
        k.focus_column = (int)k.columns;
    }
    q.row_names = k.column_names = (const char *const *)page->study->token_names;
    q.name = stage_shape(page, "matrix.q", q.rows, q.columns);
    k.name = stage_shape(page, "matrix.kt", k.rows, k.columns);
    grid_draw(page, &q);
    grid_draw(page, &k);
    grid_frame_operands(page, &q);
    grid_frame_operands(page, &k);
    if (l->q.w >= ui_px(ui, 60)) {
        grid_title(page, l->q.x, l->q.y - ui_px(ui, 14), "Q", ui->theme->text[ROLE_QUERY],
                   ui_text_width(ui, TEXT_WORDS, 14, q.name) + ui_px(ui, 30) < l->k.x - l->q.x
                       ? q.name
                       : "");
    }
    float letter = ui_text_width(ui, TEXT_WORDS_BOLD, 26, "K") + ui_px(ui, 12);
    if (l->k.h >= ui_px(ui, 30)) {
        float x = l->k.x - ui_px(ui, 22) - letter;
        grid_title(page, x, l->k.y + ui_px(ui, 20), "K^T", ui->theme->text[ROLE_KEY], "");
        float words = ui_text_width(ui, TEXT_WORDS, 14, k.name);
        if (l->k.h >= ui_px(ui, 60) && words < x - l->q.x + letter) {
            ui_text(ui, TEXT_WORDS, 14, l->k.x - ui_px(ui, 22) - words, l->k.y + ui_px(ui, 42),
                    ui->theme->secondary, k.name);
        }
    }
}

/* Σ at the end of each row: the total of the exponentials while it is being made, then what the
 * weights add up to. */
static void draw_totals(struct page *page, const struct scores_layout *l,
                        const struct scores_now *now) {
    struct ui *ui = &page->ui;
    size_t n = page_n(page);
    float row_h = l->s.h / (float)n;
    bool is_adding = page->reveal.phase == PHASE_SOFTMAX_ADD;
    if (page->document->step != STEP_SOFTMAX || page->reveal.phase == PHASE_SOFTMAX_EXPONENTIATE ||
        l->totals.w < ui_px(ui, 40)) {
        return;
    }
    struct rect head =
        rect_make(l->totals.x, l->totals.y - ui_px(ui, 30), l->totals.w, ui_px(ui, 26));
    ui_text_in(ui, head, UI_CENTRE, TEXT_WORDS_BOLD, 16, ui->theme->ink, "Σ");
    size_t every =
        row_h >= ui_type(ui, 13) * 1.25f ? 1 : (size_t)ceilf(ui_type(ui, 13) * 1.25f / row_h);
    for (size_t r = 0; r < n; r++) {
        bool is_focus = (int)r == page->document->query;
        bool is_summed =
            is_adding ? is_focus
                      : now->states[r * n] == GRID_WEIGHT || now->states[r * n] == GRID_NO_WEIGHT;
        bool is_near = every > 1 && !is_focus &&
                       llabs((long long)r - page->document->query) < (long long)every;
        if (!is_summed || (!is_focus && (r % every != 0 || is_near)) ||
            (page->reveal.extent != REVEAL_ALL && !is_focus)) {
            continue;
        }
        float total = 0;
        for (size_t c = 0; c < n; c++) {
            total += now->states[r * n + c] == GRID_WEIGHT ? now->values[r * n + c] : 0;
        }
        struct rect place = rect_make(l->totals.x, l->s.y + (float)r * row_h, l->totals.w, row_h);
        const char *text = page_format(page, "%.2f", (double)total);
        draw_key(ui->list, SLOT_SCORES + 1, (uint32_t)r, 0);
        ui_text_in(
            ui, rect_make(place.x, place.y + (place.h - ui_px(ui, 20)) / 2, place.w, ui_px(ui, 20)),
            UI_CENTRE, is_focus ? TEXT_MONO_BOLD : TEXT_MONO, 13, ui->theme->ink, text);
        draw_key_end(ui->list);
        struct semantic_node *node =
            semantics_add(ui->semantics, ROLE_TEXT, ui_id("total", (int32_t)r, 0), place,
                          page_format(page, "Σ %s", study_token(page->study, (int)r)), text);
        node->action =
            (struct ui_action){UI_COMMAND_CELL_SELECT,
                               cell_grid_id(CELL_ROW_TOTAL, page->document->head), (int32_t)r, 0};
    }
}

/* While a question is open, a click in the focus row or on a column's label answers it. */
static void record_answers(struct page *page, const struct scores_layout *l) {
    size_t n = page_n(page);
    if (!steps_is_question_open(page->study)) {
        return;
    }
    float w = l->s.w / (float)n, h = l->s.h / (float)n;
    int chosen = page->document->answers[steps_prediction(page->document->step)];
    for (size_t j = 0; j < n; j++) {
        struct rect cell =
            rect_make(l->s.x + (float)j * w, l->s.y + (float)page->document->query * h, w, h);
        struct semantic_node *node =
            semantics_add(page->ui.semantics, ROLE_TOKEN, ui_id("answer cell", (int32_t)j, 0), cell,
                          page_format(page, "? %s", study_token(page->study, (int)j)), "");
        node->action = (struct ui_action){UI_COMMAND_PREDICT_ANSWER, (int32_t)j, 0, 0};
        if ((int)j == chosen) {
            draw_frame(page->ui.list, rect_inset(cell, -ui_px(&page->ui, 1), -ui_px(&page->ui, 1)),
                       ui_px(&page->ui, 5), ui_px(&page->ui, 3), page->ui.theme->fill[ROLE_KEY]);
        }
    }
}

static void draw_bar(struct page *page, const struct scores_layout *l,
                     const struct scores_now *now) {
    struct ui *ui = &page->ui;
    enum step step = page->document->step;
    static const char *const letters[] = {"S", "Z", "A"};
    static const char *const words[] = {"matrix.s", "matrix.z", "matrix.a"};
    int which = step == STEP_SIMILARITY ? 0 : step == STEP_SCALE ? 1 : 2;
    size_t n = page_n(page);
    if (l->bar.w < ui_px(ui, 40)) {
        return;
    }
    struct rect room = l->bar;
    float y = room.y + ui_px(ui, 20);
    grid_title(page, room.x, y, letters[which], ui->theme->ink, "");
    struct rect line = rect_make(room.x, y + ui_px(ui, 4), room.w, ui_px(ui, 20));
    ui_text_in(ui, line, UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary,
               page_words(page, words[which]));
    line.y += ui_px(ui, 19);
    ui_text_in(ui, line, UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary,
               page_format(page, "%zu × %zu", n, n));
    struct rect bar =
        rect_make(room.x, rect_bottom(line) + ui_px(ui, 14), room.w,
                  fminf(ui_px(ui, 250), rect_bottom(l->s) - rect_bottom(line) - ui_px(ui, 20)));
    bool is_weight = step == STEP_SOFTMAX;
    colour_bar(page, bar, !is_weight, step == STEP_SIMILARITY ? now->range : now->scaled_range,
               page_words(page, is_weight            ? "bar.weight"
                                : step == STEP_SCALE ? "bar.scaled"
                                                     : "bar.score"));
}

void step_scores_draw(struct page *page, struct rect r) {
    static const char *const words[] = {"matrix.s", "matrix.z", "matrix.a"};
    struct ui *ui = &page->ui;
    enum step step = page->document->step;
    size_t n = page_n(page), d_k = (size_t)page->study->model.weights.config.d_k;
    bool is_asking = steps_is_question_open(page->study);
    struct labels rows = labels_tokens(page, page->document->query, ROLE_QUERY,
                                       UI_COMMAND_QUERY_SET, SLOT_ROW_LABELS);
    int key = page->selection.source >= 0 && cell_columns_are_keys(page->selection.source)
                  ? page->selection.column
                  : page->document->key;
    struct labels columns =
        labels_tokens(page, key, ROLE_KEY, is_asking ? UI_COMMAND_PREDICT_ANSWER : UI_COMMAND_NONE,
                      SLOT_COLUMN_LABELS);
    struct scores_layout l = lay_out(page, r, &rows, &columns, d_k);
    struct scores_now now = scores_at_beat(page, page->document->head);
    if (!now.values) {
        return;
    }
    float gap = ui_px(ui, r.w < ui_px(ui, 420) ? 8 : 14);
    labels_rows(page, &rows, l.q, gap, l.label_width);
    if (l.label_height > 0) {
        labels_columns(page, &columns, l.k, l.label_height);
        stage_axis_titles(page, l.q.x - gap, l.q.y - ui_px(ui, 16), l.k.x - ui_px(ui, 12),
                          l.k.y - ui_px(ui, 10));
    }
    draw_operands(page, &l, step == STEP_SIMILARITY);
    if (l.s.x - rect_right(l.q) >= ui_px(ui, 24)) {
        stage_operator(page, (rect_right(l.q) + l.s.x) / 2, l.s.y + l.s.h / 2, "·");
    }
    int which = step == STEP_SIMILARITY ? 0 : step == STEP_SCALE ? 1 : 2;
    struct grid grid = {.slot = SLOT_SCORES,
                        .id = cell_grid_id(now.source, page->document->head),
                        .rows = n,
                        .columns = n,
                        .values = now.values,
                        .row_stride = n,
                        .column_stride = 1,
                        .states = now.states,
                        .rect = l.s,
                        .range = now.range,
                        .scaled_range = now.scaled_range,
                        .focus_row = -1,
                        .focus_column = -1,
                        .number_size = 13.5f,
                        .name = stage_shape(page, words[which], n, n),
                        .row_names = rows.texts,
                        .column_names = rows.texts};
    grid_draw(page, &grid);
    draw_totals(page, &l, &now);
    grid_frame_operands(page, &grid);
    record_answers(page, &l);
    draw_bar(page, &l, &now);
}

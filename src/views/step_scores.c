/* step_scores.c: similarity, scale and softmax. Q stands left of the scores, Kᵀ above them, and the
 * same cell keeps its place through all three steps: only the number and the colour change. */
#include "stage.h"

#include <math.h>
#include <stdlib.h>

enum { SLOT_SCORES = 900, SLOT_ROW_LABELS = 910, SLOT_COLUMN_LABELS = 911 };

static const char *const score_words[] = {"matrix.s", "matrix.z", "matrix.a"};

struct scores_layout {
    struct rect q, k, s; /* the three matrices */
    struct rect totals;  /* Σ at the end of the rows */
    struct rect bar;     /* name of the scores and colour bar */
    float label_width, label_height;
};

/* What the scores are made of: Q and K, or what F makes of them first. */
struct operands {
    int query, key;
    const char *query_words, *key_words;
};

static struct operands operands_of(const struct page *page) {
    static const char *const query_words[] = {"matrix.q", "matrix.q.cosine", "matrix.q.general",
                                              "matrix.q.additive"},
                             *const key_words[] = {"matrix.kt", "matrix.kt.cosine", "matrix.kt",
                                                   "matrix.kt.additive"};
    int form = (int)page->study->model.weights.config.similarity;
    bool has_query = study_tensor(page->study, ATTENTION_TENSOR_SIMILARITY_QUERY).data != NULL;
    bool has_key = study_tensor(page->study, ATTENTION_TENSOR_SIMILARITY_KEY).data != NULL;
    return (struct operands){has_query ? ATTENTION_TENSOR_SIMILARITY_QUERY : ATTENTION_TENSOR_Q,
                             has_key ? ATTENTION_TENSOR_SIMILARITY_KEY : ATTENTION_TENSOR_K,
                             query_words[form], key_words[form]};
}

/* Cell widths of Q and of the scores: as the numbers need them, where they fit; else a share of the
 * room each. The longest number of all three steps decides, so that the cells keep their place;
 * where those of the similarity are too long, the scaled scores or at least the weights have
 * theirs. */
static void choose_widths(struct page *page, float width, size_t d_k, float *q_cell,
                          float *s_cell) {
    struct ui *ui = &page->ui;
    size_t n = page_n(page), m = page_m(page);
    int head = page->document->head;
    const float *q =
        study_head_matrix(page->study, (enum attention_tensor_id)operands_of(page).query, head);
    const float *s = study_head_matrix(page->study, ATTENTION_TENSOR_SIMILARITY, head);
    float q_room = fminf((float)d_k * ui_px(ui, 62), width * 0.42f);
    *s_cell = stage_cell(width - q_room, m, ui_px(ui, 80));
    *q_cell = stage_cell(fminf(q_room, width - *s_cell * (float)m), d_k, ui_px(ui, 62));
    if (!q || !s || n > 64 || m > 64) {
        return;
    }
    struct grid_share first = {d_k, grid_longest(q, n * d_k, NUMBER_PLAIN), ui_px(ui, 62)};
    const float *z = study_head_matrix(page->study, ATTENTION_TENSOR_SCORES, head);
    const float *a = study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, head);
    const size_t longest[] = {grid_longest(s, n * m, NUMBER_PLAIN),
                              z ? grid_longest(z, n * m, NUMBER_PLAIN) : 0,
                              a ? grid_longest(a, n * m, NUMBER_WEIGHT) : 0};
    struct grid_share second = {m, 0, ui_px(ui, 80)};
    for (size_t i = 0; i < sizeof longest / sizeof *longest; i++) {
        second.characters = longest[i];
        if (longest[i] > 0 && grid_share_width(page, width, &first, &second, q_cell, s_cell)) {
            return;
        }
    }
}

static struct scores_layout lay_out(struct page *page, struct rect r, const struct labels *rows,
                                    const struct labels *columns, size_t d_k) {
    struct ui *ui = &page->ui;
    struct scores_layout l = {0};
    size_t n = page_n(page), m = page_m(page);
    bool is_tight = r.w < ui_px(ui, 420) || r.h < ui_px(ui, 300);
    float gap = ui_px(ui, is_tight ? 8 : 14), middle = ui_px(ui, is_tight ? 14 : 40),
          between = ui_px(ui, is_tight ? 8 : 40);
    l.label_width = stage_label_width(page, rows, fminf(ui_px(ui, 116), r.w * 0.2f), "axis.query");
    if (r.w >= ui_px(ui, 760) && scores_weights_height(page) > 0) { /* and the colour bar beside */
        l.label_width = fmaxf(l.label_width, colour_bar_width(page) + ui_px(ui, 8) - gap);
    }
    float totals = ui_px(ui, is_tight ? 0 : 50), q_cell, s_cell;
    choose_widths(page, r.w - l.label_width - gap - middle - totals, d_k, &q_cell, &s_cell);
    l.label_height = is_tight ? 0 : labels_column_height(page, columns, s_cell);
    float height = r.h - l.label_height - between;
    float corner = is_tight ? 0 : scores_weights_height(page); /* beside Kᵀ */
    float k_most = fmaxf(ui_px(ui, 38), (corner - between) / (float)d_k);
    float k_room = fminf((float)d_k * k_most, height * 0.42f);
    float s_row = stage_cell(height - k_room, n, ui_px(ui, 64));
    float k_row = stage_cell(fminf(k_room, height - s_row * (float)n), d_k, k_most);
    float used_w = l.label_width + gap + q_cell * (float)d_k + middle + s_cell * (float)m + totals;
    float used_h = l.label_height + k_row * (float)d_k + between + s_row * (float)n;
    float left = roundf(r.x + fmaxf(0, (r.w - used_w) / 2)), x = left + l.label_width + gap;
    float y = roundf(r.y + fmaxf(0, (r.h - used_h) * 0.4f) + l.label_height);
    l.k = rect_make(roundf(x + q_cell * (float)d_k) + middle, y, s_cell * (float)m,
                    k_row * (float)d_k);
    l.s = rect_make(l.k.x, roundf(rect_bottom(l.k) + between), l.k.w, s_row * (float)n);
    l.q = rect_make(x, l.s.y, q_cell * (float)d_k, l.s.h);
    l.totals = rect_make(rect_right(l.s), l.s.y, totals, l.s.h);
    /* The room above Q and left of Kᵀ holds the name of the scores and their scale. */
    float top = y - l.label_height + ui_px(ui, 6);
    const char *key_shape = stage_shape(page, operands_of(page).key_words, d_k, m);
    float beside =
        ui_px(ui, 30) + fmaxf(ui_px(ui, 50), ui_text_width(ui, TEXT_WORDS, 14, key_shape));
    l.bar = rect_make(left, top, is_tight ? 0 : l.k.x - left - beside, l.q.y - ui_px(ui, 52) - top);
    return l;
}

static void draw_operands(struct page *page, const struct scores_layout *l, bool is_live) {
    struct ui *ui = &page->ui;
    int head = page->document->head;
    struct operands o = operands_of(page);
    struct grid q = grid_of(page, o.query, head, false);
    struct grid k = grid_of(page, o.key, head, true);
    const struct document_cell *chosen = &page->selection;
    q.rect = l->q;
    k.rect = l->k;
    q.focus_row = chosen->source >= 0 ? chosen->row : -1;
    k.focus_column = chosen->source >= 0 ? chosen->column : -1;
    if (chosen->source == o.query || chosen->source == o.key) {
        q.focus_row = k.focus_column = -1;
    }
    if (!is_live) { /* what came before stays, quietly */
        q.focus_row = (int)q.rows;
        k.focus_column = (int)k.columns;
    }
    q.row_names = (const char *const *)page->study->token_names;
    k.column_names = page_key_names(page);
    q.name = stage_shape(page, o.query_words, q.rows, q.columns);
    k.name = stage_shape(page, o.key_words, k.rows, k.columns);
    grid_draw(page, &q);
    grid_draw(page, &k);
    grid_frame_operands(page, &q);
    grid_frame_operands(page, &k);
    if (l->q.w >= ui_px(ui, 60)) {
        grid_title(page, l->q.x, l->q.y - ui_px(ui, 14), cell_symbol(o.query),
                   ui->theme->text[ROLE_QUERY],
                   ui_text_width(ui, TEXT_WORDS, 14, q.name) + ui_px(ui, 42) <
                           (l->q.w + l->k.x - l->q.x) / 2 - ui_px(ui, 12)
                       ? q.name
                       : "");
    }
    float letter = ui_text_width(ui, TEXT_WORDS_BOLD, 26, cell_symbol(o.key)) + ui_px(ui, 12);
    float x = l->k.x - ui_px(ui, 22) - letter;
    float beside = l->q.x + ui_text_width(ui, TEXT_WORDS_BOLD, 26, cell_symbol(o.query));
    bool is_apart =
        l->q.y - ui_px(ui, 36) >= l->k.y + ui_px(ui, 24) || x >= beside || l->q.w < ui_px(ui, 60);
    if (l->k.h >= ui_px(ui, 30) && is_apart) {
        grid_title(page, x, l->k.y + ui_px(ui, 20), page_format(page, "%s^T", cell_symbol(o.key)),
                   ui->theme->text[ROLE_KEY], "");
        float words = ui_text_width(ui, TEXT_WORDS, 14, k.name);
        bool is_free = l->q.y - ui_px(ui, 36) >= l->k.y + ui_px(ui, 46); /* of the title of Q */
        is_free = is_free && scores_weights_height(page) == 0;
        if (l->k.h >= ui_px(ui, 60) && is_free && words < x - l->q.x + letter) {
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
    size_t n = page_n(page), m = page_m(page);
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
                      : now->states[r * m] == GRID_WEIGHT || now->states[r * m] == GRID_NO_WEIGHT;
        bool is_near = every > 1 && !is_focus &&
                       llabs((long long)r - page->document->query) < (long long)every;
        if (!is_summed || (!is_focus && (r % every != 0 || is_near)) ||
            (page->reveal.extent != REVEAL_ALL && !is_focus)) {
            continue;
        }
        float total = 0;
        for (size_t c = 0; c < m; c++) {
            total += now->states[r * m + c] == GRID_WEIGHT ? now->values[r * m + c] : 0;
        }
        struct rect place = rect_make(l->totals.x, l->s.y + (float)r * row_h, l->totals.w, row_h);
        const char *text = page_format(page, "%.2f", (double)total);
        bool has_fault = page->document->what_if.fault != FAULT_NONE;
        bool is_wrong = has_fault && !is_adding && fabs((double)total - 1) >= 0.005;
        draw_key(ui->list, SLOT_SCORES + 1, (uint32_t)r, 0);
        ui_text_in(
            ui, rect_make(place.x, place.y + (place.h - ui_px(ui, 20)) / 2, place.w, ui_px(ui, 20)),
            UI_CENTRE, is_focus || is_wrong ? TEXT_MONO_BOLD : TEXT_MONO, 13,
            is_wrong ? ui->theme->error : ui->theme->ink, text);
        draw_key_end(ui->list);
        struct semantic_node *node =
            semantics_add(ui->semantics, ROLE_TEXT, ui_id("total", (int32_t)r, 0), place,
                          page_format(page, "Σ %s", study_token(page->study, (int)r)),
                          is_wrong ? page_format(page, "%s ≠ 1", text) : text);
        node->action =
            (struct ui_action){UI_COMMAND_CELL_SELECT,
                               cell_grid_id(CELL_ROW_TOTAL, page->document->head), (int32_t)r, 0};
    }
}

/* While a question is open, a click in the focus row or on a column's label answers it. */
static void record_answers(struct page *page, const struct scores_layout *l) {
    size_t n = page_n(page), m = page_m(page);
    if (!steps_is_question_open(page->study)) {
        return;
    }
    float w = l->s.w / (float)m, h = l->s.h / (float)n;
    int chosen = page->document->answers[steps_prediction(page->document->step)];
    for (size_t j = 0; j < m; j++) {
        struct rect cell =
            rect_make(l->s.x + (float)j * w, l->s.y + (float)page->document->query * h, w, h);
        struct semantic_node *node =
            semantics_add(page->ui.semantics, ROLE_TOKEN, ui_id("answer cell", (int32_t)j, 0), cell,
                          page_format(page, "? %s", study_key_token(page->study, (int)j)), "");
        node->action = (struct ui_action){UI_COMMAND_PREDICT_ANSWER, (int32_t)j, 0, 0};
        if ((int)j == chosen) {
            draw_frame(page->ui.list, rect_inset(cell, -ui_px(&page->ui, 1), -ui_px(&page->ui, 1)),
                       ui_px(&page->ui, 5), ui_px(&page->ui, 3), page->ui.theme->fill[ROLE_KEY]);
        }
    }
}

/* Where there is room; the weights of F come first. */
static bool has_bar(struct page *page, const struct scores_layout *l) {
    struct ui *ui = &page->ui;
    bool is_free = page->document->step != STEP_SIMILARITY || scores_weights_height(page) == 0 ||
                   l->q.x >= l->bar.x + colour_bar_width(page) + ui_px(ui, 6);
    return l->bar.w >= colour_bar_width(page) && l->bar.h >= ui_px(ui, 110) && is_free;
}

/* The name and scale of what most cells show: while a step is under way, of what it starts from. */
static void draw_legend(struct page *page, const struct scores_layout *l,
                        const struct scores_now *now) {
    static const char *const whole[] = {"S", "Z", "A"}, *const on_the_way[] = {"S", "S → Z",
                                                                               "Z → A"};
    static const char *const bars[] = {"bar.score", "bar.scaled", "bar.weight"};
    struct ui *ui = &page->ui;
    enum step step = page->document->step;
    int which = step == STEP_SIMILARITY ? 0 : step == STEP_SCALE ? 1 : 2;
    bool is_dividing = step != STEP_SOFTMAX || page->reveal.phase == PHASE_SOFTMAX_DIVIDE;
    bool is_masking = step == STEP_SCALE && page->reveal.phase == PHASE_SCALE_MASK;
    bool is_whole = is_masking || (is_dividing && page->reveal.extent == REVEAL_ALL);
    int shown = is_whole || which == 0 ? which : which - 1;
    size_t n = page_n(page), m = page_m(page);
    bool has_weights = scores_weights_height(page) > 0;
    if (!has_bar(page, l)) {
        return;
    }
    struct rect bar = l->bar;
    struct rect top = rect_cut_top(&bar, ui_px(ui, 30));
    const char *letter = is_whole ? whole[which] : on_the_way[which];
    const char *words = stage_shape(page, score_words[which], n, m);
    bool has_words = (is_whole || which == 0) && !has_weights &&
                     ui_text_width(ui, TEXT_WORDS, 14, words) + ui_px(ui, 32) <=
                         l->k.x - l->bar.x - ui_px(ui, 70);
    grid_title(page, top.x, rect_bottom(top) - ui_px(ui, 8), letter, ui->theme->ink,
               has_words ? words : "");
    bar.h = fminf(bar.h, ui_px(ui, 220));
    colour_bar(page, bar, shown != 2, shown == 0 ? now->range : now->scaled_range,
               page_words(page, bars[shown]));
}

void step_scores_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    enum step step = page->document->step;
    size_t n = page_n(page), m = page_m(page);
    size_t d_k = grid_of(page, operands_of(page).query, page->document->head, false).columns;
    bool is_asking = steps_is_question_open(page->study);
    struct labels rows = labels_tokens(page, page->document->query, ROLE_QUERY,
                                       UI_COMMAND_QUERY_SET, SLOT_ROW_LABELS);
    int key = page->selection.source >= 0 && cell_columns_are_keys(page->selection.source)
                  ? page->selection.column
                  : page->document->key;
    struct labels columns = labels_keys(
        page, key, is_asking ? UI_COMMAND_PREDICT_ANSWER : UI_COMMAND_NONE, SLOT_COLUMN_LABELS);
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
    if (step == STEP_SIMILARITY && l.label_height > 0) {
        scores_weights_draw(page, l.q, l.k, has_bar(page, &l) ? l.q.x : l.bar.x);
    }
    if (l.s.x - rect_right(l.q) >= ui_px(ui, 24)) {
        float middle = (rect_right(l.q) + l.s.x) / 2;
        bool is_product =
            page->study->model.weights.config.similarity != ATTENTION_SIMILARITY_ADDITIVE;
        stage_operator(page, middle, (rect_bottom(l.k) + l.s.y) / 2,
                       is_product ? "·" : "F"); /* where Q and Kᵀ meet */
        stage_operator(page, middle, l.s.y + l.s.h / 2, "=");
    }
    int which = step == STEP_SIMILARITY ? 0 : step == STEP_SCALE ? 1 : 2;
    struct grid grid = scores_grid(page, page->document->head, &now);
    grid.slot = SLOT_SCORES;
    grid.rect = l.s;
    grid.name = stage_shape(page, score_words[which], n, m);
    grid.row_names = rows.texts;
    grid.column_names = columns.texts;
    grid_draw(page, &grid);
    draw_totals(page, &l, &now);
    grid_frame_operands(page, &grid);
    record_answers(page, &l);
    draw_legend(page, &l, &now);
}

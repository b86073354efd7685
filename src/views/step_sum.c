/* step_sum.c: A beside V, the recipe of the focus word, and O: every value row, poured in by its
 * weight. */
#include "stage.h"

#include <math.h>

enum { SLOT_SUM = 400, SLOT_SCORES = 900, SLOT_ROW_LABELS = 910, SLOT_COLUMN_LABELS = 911 };

struct sum_layout {
    struct rect a, v, o, recipe;
    float label_width, label_height, value_label_width;
    bool is_tight, has_bar;
};

static struct sum_layout lay_out(struct page *page, struct rect r, const struct labels *rows,
                                 const struct labels *columns, const struct labels *values,
                                 size_t d_v) {
    struct ui *ui = &page->ui;
    struct sum_layout l = {.is_tight = r.w < ui_px(ui, 420) || r.h < ui_px(ui, 320)};
    size_t n = page_n(page), m = page_m(page);
    float gap = ui_px(ui, l.is_tight ? 6 : 14), middle = ui_px(ui, l.is_tight ? 12 : 52),
          title = ui_px(ui, l.is_tight ? 4 : 40);
    l.has_bar = !l.is_tight && r.w >= ui_px(ui, 560);
    middle += l.has_bar ? colour_bar_width(page) - ui_px(ui, 8) : 0;
    l.label_width = l.is_tight ? labels_row_width(page, rows, r.w * 0.18f)
                               : stage_label_width(page, rows, fminf(ui_px(ui, 116), r.w * 0.18f),
                                                   "axis.query");
    l.value_label_width =
        l.is_tight ? 0 : labels_row_width(page, values, fminf(ui_px(ui, 96), r.w * 0.14f));
    struct labels own = *rows; /* beside O */
    own.size = 13;
    l.value_label_width =
        l.is_tight ? 0
                   : fmaxf(l.value_label_width,
                           labels_row_width(page, &own, fminf(ui_px(ui, 96), r.w * 0.14f)));
    float pour = ui_px(ui, 10); /* bars at the ends of V's rows */
    float width = r.w - l.label_width - l.value_label_width - 2 * gap - middle - pour;
    float v_room = fminf((float)d_v * ui_px(ui, 72), width * 0.45f);
    float a_cell = stage_cell(width - v_room, m, ui_px(ui, 80));
    float v_cell = stage_cell(fminf(v_room, width - a_cell * (float)m), d_v, ui_px(ui, 72));
    int head = page->document->head; /* the numbers that stand there: now, or the differences */
    const float *a = grid_of(page, ATTENTION_TENSOR_WEIGHTS, head, false).values;
    const float *o = grid_of(page, ATTENTION_TENSOR_HEAD_OUTPUT, head, false).values;
    const float *v = grid_of(page, ATTENTION_TENSOR_V, head, false).values;
    if (a && o && v && n <= 64 && m <= 64) {
        size_t v_longest = grid_longest(v, m * d_v, NUMBER_PLAIN),
               o_longest = grid_longest(o, n * d_v, NUMBER_PLAIN);
        struct grid_share first = {m, grid_longest(a, n * m, NUMBER_WEIGHT), ui_px(ui, 80)};
        struct grid_share second = {d_v, v_longest > o_longest ? v_longest : o_longest,
                                    ui_px(ui, 72)};
        grid_share_width(page, width, &first, &second, &a_cell, &v_cell);
    }
    l.label_height = l.is_tight ? 0 : labels_column_height(page, columns, a_cell);
    float recipe = ui_px(ui, l.is_tight ? 0 : 96);
    float a_row = stage_cell(r.h - title - l.label_height - recipe, n, ui_px(ui, 66));
    float v_row = stage_cell(r.h - 2 * title - ui_px(ui, 6), m + n, ui_px(ui, 66));
    float used = l.label_width + gap + a_cell * (float)m + middle + l.value_label_width + gap +
                 v_cell * (float)d_v + pour;
    float x = roundf(r.x + fmaxf(0, (r.w - used) / 2) + l.label_width + gap);
    float right_h = 2 * title + v_row * (float)(m + n),
          left_h = title + l.label_height + a_row * (float)n + recipe;
    float y = roundf(r.y + fmaxf(0, (r.h - fmaxf(left_h, right_h)) * 0.4f));
    l.a = rect_make(x, roundf(y + title + l.label_height), a_cell * (float)m, a_row * (float)n);
    l.recipe = rect_make(x, roundf(rect_bottom(l.a) + ui_px(ui, 18)), l.a.w,
                         recipe > 0 ? ui_px(ui, 78) : 0);
    l.v = rect_make(roundf(rect_right(l.a) + middle + l.value_label_width + gap), roundf(y + title),
                    v_cell * (float)d_v, v_row * (float)m);
    l.o = rect_make(l.v.x, roundf(rect_bottom(l.v) + title), l.v.w, v_row * (float)n);
    return l;
}

/* One bar as long as the row of weights, cut into the shares of the words. It stands for 1; for all of
 * them where a fault makes more. */
static void draw_recipe(struct page *page, struct rect r, const float *weights, size_t m) {
    struct ui *ui = &page->ui;
    if (r.h <= 0 || r.w < ui_px(ui, 120)) {
        return;
    }
    const char *names[] = {"query", NULL},
               *values[] = {page_word(page, page->document->query), NULL};
    const char *title = page_filled(page, "sum.recipe", names, values);
    if (page->shows_difference) { /* shares have no sign: those of now */
        const char *part[] = {"words", NULL}, *words[] = {title, NULL};
        title = page_filled(page, "difference.recipe", part, words);
    }
    struct rect head = rect_cut_top(&r, ui_px(ui, 22)), foot = rect_cut_bottom(&r, ui_px(ui, 22));
    struct rect bar = rect_inset(r, 0, ui_px(ui, 1));
    ui_text_in(ui, head, UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary, title);
    draw_rectangle(ui->list, bar, ui_px(ui, 3), ui->theme->surface);
    float x = bar.x, all = 0;
    for (size_t j = 0; j < m; j++) {
        all += weights[j];
    }
    if (all <= 0) {
        draw_hatch(ui->list, rect_snap(bar), ui_px(ui, 6), ui->theme->line);
        ui_text_in(ui, foot, UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary,
                   page_words(page, "sum.nothing"));
        return;
    }
    float whole = fmaxf(1, all);
    if (page->document->what_if.fault == FAULT_NONE) {
        whole = 1; /* but for rounding */
    }
    for (size_t j = 0; j < m; j++) {
        float width = weights[j] / whole * bar.w, next = x + width;
        struct rect share = rect_snap(rect_make(x, bar.y, width, bar.h));
        x = next;
        if (share.w < 1) {
            continue;
        }
        struct colour fill = grid_fill(page, colour_map_at(ui->weights_map, weights[j]));
        draw_key(ui->list, SLOT_SUM, (uint32_t)j, 0);
        draw_rectangle(ui->list,
                       rect_make(share.x, share.y, share.w > 3 ? share.w - 1 : share.w, share.h),
                       share.w > 8 ? ui_px(ui, 3) : 0, fill);
        const char *name = page_value_word(page, (int)j);
        if (ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 13, name) + ui_px(ui, 12) <= share.w) {
            ui_text_in(ui, share, UI_CENTRE, TEXT_WORDS_SEMIBOLD, 13, colour_text_on(fill), name);
        }
        draw_key_end(ui->list);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id("share", (int32_t)j, 0), share, name,
                      page_number(page, weights[j], NUMBER_PLAIN))
            ->tooltip = semantics_string(
            ui->semantics,
            page_format(page, "%s %s", name, page_number(page, weights[j], NUMBER_PLAIN)));
    }
    ui_text_in(ui, foot, UI_LEFT, TEXT_WORDS, 13, ui->theme->secondary, "0");
    ui_text_in(ui, foot, UI_RIGHT, TEXT_WORDS, 13,
               whole >= 1.005f ? ui->theme->error : ui->theme->secondary,
               page_format(page, "%.0f %%", (double)(100 * whole)));
}

static struct grid draw_weights(struct page *page, const struct sum_layout *l,
                                const struct labels *rows, const struct labels *columns) {
    struct ui *ui = &page->ui;
    float gap = ui_px(ui, l->is_tight ? 6 : 14);
    struct grid a = weights_grid(page, page->document->head);
    a.slot = SLOT_SCORES;
    a.rect = l->a;
    a.focus_row = page->document->query;
    a.name = stage_shape(page, "matrix.a", a.rows, a.columns);
    a.row_names = rows->texts;
    a.column_names = columns->texts;
    labels_rows(page, rows, l->a, gap, l->label_width);
    if (l->label_height > 0) {
        labels_columns(page, columns, l->a, l->label_height);
        stage_axis_titles(page, l->a.x - gap, l->a.y - ui_px(ui, 6), l->a.x - gap,
                          l->a.y - ui_px(ui, 24));
        stage_title(page, l->a.x, l->a.y - l->label_height - ui_px(ui, 12), "A", ui->theme->ink, &a,
                    a.name, rect_right(l->a));
    }
    grid_draw(page, &a);
    grid_frame_operands(page, &a);
    return a;
}

static void draw_values(struct page *page, const struct sum_layout *l,
                        const struct labels *value_labels, const float *weights) {
    struct ui *ui = &page->ui;
    float gap = ui_px(ui, l->is_tight ? 6 : 10);
    struct grid v = grid_of(page, ATTENTION_TENSOR_V, page->document->head, false);
    v.rect = l->v;
    v.name = stage_shape(page, "matrix.v", v.rows, v.columns);
    v.row_names = value_labels->texts;
    if (l->value_label_width > 0) {
        labels_rows(page, value_labels, l->v, gap, l->value_label_width);
    }
    grid_draw(page, &v);
    grid_frame_operands(page, &v);
    /* How much of each row is poured: a bar as long as its weight at the row's end. */
    float row_h = l->v.h / (float)v.rows, room = ui_px(ui, 4);
    bool has_marks = row_h >= 3 && !page->shows_difference;
    for (size_t j = 0; j < v.rows && has_marks; j++) {
        struct rect mark = rect_snap(rect_make(
            rect_right(l->v) + room, l->v.y + (float)j * row_h + row_h * (1 - weights[j]) / 2,
            ui_px(ui, 5), row_h * weights[j]));
        if (mark.h >= 1) {
            draw_rectangle(ui->list, mark, 0, ui->theme->fill[ROLE_VALUE]);
        }
    }
    if (l->is_tight) {
        return;
    }
    float width = stage_title(page, l->v.x, l->v.y - ui_px(ui, 11), "V",
                              ui->theme->text[ROLE_VALUE], &v, v.name, rect_right(l->v));
    if (has_marks &&
        width + ui_px(ui, 8) < l->v.w) { /* what the marks at the ends of the rows are */
        ui_text(ui, TEXT_MONO, 13, rect_right(l->v) + room - ui_px(ui, 1), l->v.y - ui_px(ui, 6),
                ui->theme->text[ROLE_VALUE], "a");
    }
}

static void draw_output(struct page *page, const struct sum_layout *l, const struct labels *rows) {
    struct ui *ui = &page->ui;
    struct grid o = grid_of(page, ATTENTION_TENSOR_HEAD_OUTPUT, page->document->head, false);
    o.rect = l->o;
    o.name = stage_shape(page, "matrix.o", o.rows, o.columns);
    o.row_names = rows->texts;
    grid_reveal(page, &o, 0);
    if (l->value_label_width > 0) {
        struct labels own = *rows;
        own.size = 13;
        own.slot = SLOT_SUM + 3;
        labels_rows(page, &own, l->o, ui_px(ui, 10), l->value_label_width);
        stage_title(page, l->o.x, l->o.y - ui_px(ui, 11), "O", ui->theme->text[ROLE_OUTPUT], &o,
                    o.name, rect_right(l->o));
    }
    grid_draw(page, &o);
    grid_frame_operands(page, &o);
}

void step_sum_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    size_t m = page_m(page), d_v = (size_t)page->study->model.weights.config.d_v;
    bool is_asking = steps_is_question_open(page->study);
    struct labels rows = labels_tokens(page, page->document->query, ROLE_QUERY,
                                       UI_COMMAND_QUERY_SET, SLOT_ROW_LABELS);
    struct labels columns = labels_keys(page, -1, UI_COMMAND_NONE, SLOT_COLUMN_LABELS);
    struct labels values =
        labels_values(page, is_asking ? page->document->answers[PREDICT_SUM] : -1,
                      is_asking ? UI_COMMAND_PREDICT_ANSWER : UI_COMMAND_NONE, SLOT_SUM + 2);
    values.size = 13;
    struct sum_layout l = lay_out(page, r, &rows, &columns, &values, d_v);
    const float *weights =
        study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, page->document->head);
    if (!weights) {
        return;
    }
    weights += (size_t)page->document->query * m;
    struct grid a = draw_weights(page, &l, &rows, &columns);
    if (!l.is_tight) {
        float middle = l.v.x - l.value_label_width - ui_px(ui, page->shows_difference ? 30 : 36);
        stage_operator(page, middle, l.v.y + l.v.h / 2, "×");
        stage_operator(page, middle, l.o.y + l.o.h / 2, "=");
        if (l.has_bar && !a.absence && a.range > 0) {
            struct rect bar = rect_make(rect_right(l.a) + ui_px(ui, 16), l.a.y,
                                        colour_bar_width(page), fminf(l.a.h, ui_px(ui, 220)));
            colour_bar(page, bar, a.is_difference, a.range,
                       page_words(page, a.is_difference ? "bar.difference" : "bar.weight"));
        }
    }
    draw_values(page, &l, &values, weights);
    draw_output(page, &l, &rows);
    draw_recipe(page, l.recipe, weights, m);
}

/* diagram.c: the course figure for the query in focus: the query is compared with every key (F),
 * the scores become weights (softmax), and the values are poured together by them. */
#include "diagram.h"

#include "chrome.h"

#include <math.h>

enum { SLOT_COLUMNS = 5400 };

static const char *comparison_of(const struct page *page) {
    switch (page->study->model.weights.config.similarity) {
    case ATTENTION_SIMILARITY_DOT:
        return UI_MARK_QUERY "q" UI_MARK_END " · " UI_MARK_KEY "k" UI_MARK_END;
    case ATTENTION_SIMILARITY_COSINE:
        return "cos(" UI_MARK_QUERY "q" UI_MARK_END "," UI_MARK_KEY "k" UI_MARK_END ")";
    case ATTENTION_SIMILARITY_GENERAL:
        return UI_MARK_QUERY "q" UI_MARK_END "^T W " UI_MARK_KEY "k" UI_MARK_END;
    default:
        return "F(" UI_MARK_QUERY "q" UI_MARK_END "," UI_MARK_KEY "k" UI_MARK_END ")";
    }
}

static struct rect column_of(const struct diagram *d, enum diagram_band band, size_t j) {
    struct rect r = d->bands[band];
    return rect_make(r.x + (float)j * d->column, r.y, d->column, r.h);
}

/* A word in its box. `key`: which, −1: the rest. */
static void draw_word(struct page *page, const struct diagram *d, size_t j, int key) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    struct rect r = rect_inset(column_of(d, BAND_KEYS, j), ui_px(ui, d->is_tight ? 2 : 5), 0);
    const char *names[] = {"count", NULL},
               *counts[] = {page_format(page, "%zu", d->keys.rest), NULL};
    const char *word =
        key < 0
            ? page_filled(page, d->column < ui_px(ui, 100) ? "diagram.more_short" : "diagram.more",
                          names, counts)
            : page_key_word(page, key);
    bool is_asking = steps_is_question_open(page->study), is_answer = false;
    int which = steps_prediction(page->document->step);
    is_answer = is_asking && which >= 0 && key >= 0 && page->document->answers[which] == key;
    draw_key(ui->list, SLOT_COLUMNS, (uint32_t)(key + 1), 0);
    if (is_answer) {
        draw_rectangle(ui->list, rect_snap(r), ui_px(ui, 9), t->hint);
    } else if (!d->is_tight) {
        draw_rectangle(ui->list, rect_snap(r), ui_px(ui, 9), t->background);
    }
    if (!d->is_tight) {
        struct draw_command *frame =
            draw_frame(ui->list, rect_snap(r), ui_px(ui, 9), ui_px(ui, 2.5f),
                       key < 0 ? t->faint : t->fill[ROLE_KEY]);
        frame->dash = key < 0 ? ui_px(ui, 4) : 0;
    }
    ui_text_in(ui, rect_inset(r, ui_px(ui, d->is_tight ? 0 : 7), 0), UI_CENTRE,
               key < 0 ? TEXT_WORDS : TEXT_WORDS_SEMIBOLD, key < 0 || d->is_tight ? 14 : 16,
               key < 0 ? t->secondary : t->text[ROLE_KEY], word);
    draw_key_end(ui->list);
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_TEXT, ui_id("diagram key", key, 0), rect_snap(r), word,
                      key < 0 ? page_number(page, d->keys.rest_weight, NUMBER_PLAIN) : "");
    node->action = key < 0     ? (struct ui_action){UI_COMMAND_KEY_NEXT, 0, 0, 0}
                   : is_asking ? (struct ui_action){UI_COMMAND_PREDICT_ANSWER, key, 0, 0}
                               : (struct ui_action){UI_COMMAND_KEY_SET, key, 0, 0};
    node->tooltip = semantics_string(ui->semantics, word);
}

static void draw_comparison(struct page *page, const struct diagram *d, size_t j) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    struct rect band = column_of(d, BAND_F, j);
    float width = fminf(ui_px(ui, 92), d->column - ui_px(ui, 10));
    struct rect r = rect_snap(rect_make(band.x + (band.w - width) / 2, band.y, width, band.h));
    bool is_rest = j >= d->keys.count, is_there = page->document->step >= STEP_SIMILARITY;
    const char *text = is_rest ? "…" : comparison_of(page);
    draw_key(ui->list, SLOT_COLUMNS + 1, (uint32_t)j, 0);
    draw_rectangle(ui->list, r, r.h / 2, t->surface);
    draw_frame(ui->list, r, r.h / 2, ui_px(ui, 2), is_there ? t->ink : t->line);
    draw_key_end(ui->list);
    float size = 15, used = formula_draw(page, text, size, 0, 0, true);
    for (; size > 13 && used > width - ui_px(ui, 10); size -= 0.5f) {
        used = formula_draw(page, text, size - 0.5f, 0, 0, true);
    }
    text = used <= width - ui_px(ui, 6) ? text : "F";
    used = formula_draw(page, text, size, 0, 0, true);
    formula_draw(page, text, size, floorf(r.x + (r.w - used) / 2),
                 ui_baseline_in(ui, r, TEXT_MONO, size), false);
}

/* The bar beside a weight: as high as the band for 1. */
static void draw_weight_bar(struct page *page, const struct diagram *d, size_t j, float weight) {
    struct ui *ui = &page->ui;
    struct rect r = column_of(d, BAND_WEIGHT, j);
    float width = ui_px(ui, 10), high = fmaxf(1, roundf((r.h - ui_px(ui, 4)) * fminf(1, weight)));
    struct rect bar = rect_make(rect_right(r) - width - ui_px(ui, 2),
                                rect_bottom(r) - ui_px(ui, 2) - high, width, high);
    draw_key(ui->list, SLOT_COLUMNS + 2, (uint32_t)j, 0);
    draw_rectangle(ui->list, bar, fminf(ui_px(ui, 3), high / 2),
                   colour_map_at(ui->weights_map, ui->theme->is_dark ? 0.6f : 0.75f));
    draw_key_end(ui->list);
}

static void draw_scores(struct page *page, const struct diagram *d, size_t j, int key) {
    int query = page->document->query;
    enum step step = page->document->step;
    struct diagram_number s = {ATTENTION_TENSOR_SIMILARITY, query, key, "s", 16, NUMBER_PLAIN,
                               step == STEP_SIMILARITY};
    struct diagram_number z = {ATTENTION_TENSOR_SCORES, query, key, "z", 16, NUMBER_PLAIN,
                               step == STEP_SCALE};
    if (d->is_tight) {
        diagram_number_draw(page, d, column_of(d, BAND_SCORE, j), step >= STEP_SCALE ? &z : &s);
        return;
    }
    diagram_number_draw(page, d, column_of(d, BAND_SCORE, j), &s);
    diagram_number_draw(page, d, column_of(d, BAND_SCALED, j), &z);
}

static bool is_on_the_way(const struct page *page) { /* to the weights: e^z stands there */
    return page->document->step == STEP_SOFTMAX && page->reveal.phase != PHASE_SOFTMAX_DIVIDE &&
           page->reveal.extent != REVEAL_NOTHING;
}

static void draw_weight(struct page *page, const struct diagram *d, size_t j, int key) {
    struct ui *ui = &page->ui;
    bool is_power = is_on_the_way(page);
    struct diagram_number a = {is_power ? (int)CELL_EXPONENTIALS : (int)ATTENTION_TENSOR_WEIGHTS,
                               page->document->query,
                               key,
                               is_power ? "e^z" : "a",
                               16,
                               NUMBER_PLAIN,
                               true};
    struct rect r = column_of(d, BAND_WEIGHT, j);
    struct document_cell cell = {a.source, page->document->head, a.row, a.column};
    float weight = 0;
    if (!d->is_tight) {
        rect_cut_right(&r, ui_px(ui, 12));
    }
    diagram_number_draw(page, d, r, &a);
    if (!d->is_tight && !is_power && selection_is_shown(page->study, &cell) &&
        cell_value(page->study, &cell, &weight)) {
        draw_weight_bar(page, d, j, weight);
    }
}

/* The weight of the words that are not shown, where it would stand if they were. */
static void draw_rest_weight(struct page *page, const struct diagram *d) {
    struct ui *ui = &page->ui;
    size_t j = d->keys.count;
    struct rect r = column_of(d, BAND_WEIGHT, j);
    bool is_shared = page->document->step > STEP_SOFTMAX ||
                     (page->document->step == STEP_SOFTMAX && !is_on_the_way(page) &&
                      (page->reveal.extent == REVEAL_ROW || page->reveal.extent == REVEAL_ALL));
    if (!is_shared) {
        return;
    }
    if (!d->is_tight) {
        rect_cut_right(&r, ui_px(ui, 12));
    }
    const char *number = page_number(page, d->keys.rest_weight, NUMBER_PLAIN);
    const char *named = page_format(page, "Σ a = %s", number);
    bool has_name = d->has_names && ui_text_width(ui, TEXT_MONO, 14, named) <= r.w;
    ui_text_in(ui, r, UI_CENTRE, TEXT_MONO, 14, ui->theme->ink, has_name ? named : number);
    if (!d->is_tight) {
        draw_weight_bar(page, d, j, d->keys.rest_weight);
    }
}

static void draw_softmax(struct page *page, const struct diagram *d) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    struct rect r = rect_inset(d->bands[BAND_SOFTMAX], ui_px(ui, 4), 0);
    bool is_on = page->document->step >= STEP_SOFTMAX;
    draw_key(ui->list, SLOT_COLUMNS + 3, 0, 0);
    draw_rectangle(ui->list, rect_snap(r), ui_px(ui, 10), is_on ? t->ink : t->chip);
    draw_key_end(ui->list);
    struct rect inner = rect_inset(r, ui_px(ui, 12), 0);
    bool is_wrong = page->document->what_if.fault != FAULT_NONE; /* then it need not add up */
    const char *words = is_wrong ? "SoftMax" : page_words(page, "diagram.softmax");
    if (ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 15, words) > inner.w) {
        words = "SoftMax";
    }
    ui_text_in(ui, inner, UI_CENTRE, TEXT_WORDS_SEMIBOLD, 15, is_on ? t->surface : t->ink, words);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("diagram softmax", 0, 0), rect_snap(r), words,
                  "");
}

/* The total of the exponentials, which divides them: under the bar, beside its last column. */
static void draw_total(struct page *page, const struct diagram *d) {
    if (!is_on_the_way(page) || d->is_tight || page->reveal.phase != PHASE_SOFTMAX_ADD ||
        !d->has_stages) {
        return;
    }
    struct rect r = d->bands[BAND_WEIGHT];
    struct rect place = rect_make(d->gutter.x + ui_px(&page->ui, 30), r.y,
                                  r.x - d->gutter.x - ui_px(&page->ui, 34), r.h);
    struct diagram_number total = {
        CELL_ROW_TOTAL, page->document->query, 0, "Σ", 15, NUMBER_PLAIN, true};
    diagram_number_draw(page, d, place, &total);
}

static void draw_value(struct page *page, const struct diagram *d, size_t j, int key) {
    struct ui *ui = &page->ui;
    struct rect r = rect_inset(column_of(d, BAND_VALUES, j), ui_px(ui, d->is_tight ? 2 : 6), 0);
    struct grid v = grid_of(page, ATTENTION_TENSOR_V, page->document->head, false);
    if (!v.rows || (size_t)key >= v.rows) {
        return;
    }
    float name = d->is_tight ? 0 : ui_px(ui, 20), edge = d->is_tight ? ui_px(ui, 1) : ui_px(ui, 8);
    float high = fminf(ui_px(ui, 34), r.h - name - 2 * edge);
    grid_take_row(&v, (size_t)key);
    float cell = floorf(fminf(r.w / (float)v.columns, ui_px(ui, 34)));
    cell = cell >= 1 ? cell : r.w / (float)v.columns;
    v.rect = rect_make(roundf(r.x + (r.w - cell * (float)v.columns) / 2), r.y + edge,
                       cell * (float)v.columns, high);
    v.slot = SLOT_COLUMNS + 10 + (uint32_t)key;
    v.number_size = 13;
    const char *word = page_value_word(page, key);
    v.name = page_format(page, "V %s", word);
    const char **names = page_memory(page, 2, sizeof *names);
    if (names) {
        names[0] = study_value_token(page->study, key);
        v.row_names = names;
    }
    struct document_cell first = {ATTENTION_TENSOR_V, page->document->head, key, 0};
    if (!selection_is_shown(page->study, &first)) {
        v.state = GRID_HIDDEN;
        uint8_t *states = page_memory(page, v.columns, 1);
        for (size_t c = 0; states && c < v.columns; c++) {
            states[c] = GRID_HIDDEN;
        }
        v.states = states;
    }
    grid_draw(page, &v);
    grid_frame_operands(page, &v);
    if (name > 0) {
        struct rect under = rect_make(r.x, rect_bottom(v.rect) + ui_px(ui, 1), r.w, name);
        ui_text_in(ui, under, UI_CENTRE, TEXT_WORDS_SEMIBOLD, 14, ui->theme->text[ROLE_VALUE],
                   word);
    }
}

/* The box around keys' values, named as in the course. */
static void draw_source(struct page *page, const struct diagram *d) {
    struct ui *ui = &page->ui;
    struct rect r = d->bands[BAND_VALUES];
    struct rect box = rect_snap(rect_inset(r, -ui_px(ui, 6), 0));
    draw_rectangle(ui->list, box, ui_px(ui, 14), ui->theme->background);
    draw_frame(ui->list, box, ui_px(ui, 14), ui_px(ui, 2), ui->theme->line);
    if (r.h >= ui_px(ui, 84)) {
        struct rect place =
            rect_make(r.x, rect_bottom(r) - ui_px(ui, 24), r.w - ui_px(ui, 8), ui_px(ui, 20));
        ui_text_in(ui, place, UI_RIGHT, TEXT_WORDS, 14, ui->theme->secondary,
                   page_words(page, "diagram.source"));
    }
}

static void draw_output(struct page *page, const struct diagram *d) {
    struct ui *ui = &page->ui;
    struct rect r = d->bands[BAND_OUTPUT];
    int query = page->document->query;
    struct grid o = grid_of(page, ATTENTION_TENSOR_HEAD_OUTPUT, page->document->head, false);
    if (!o.rows) {
        return;
    }
    size_t columns = o.columns;
    uint8_t *states = page_memory(page, columns, 1);
    for (size_t c = 0; states && c < columns; c++) {
        struct document_cell cell = {ATTENTION_TENSOR_HEAD_OUTPUT, page->document->head, query,
                                     (int)c};
        states[c] = (uint8_t)(selection_is_shown(page->study, &cell) ? GRID_TINT : GRID_HIDDEN);
    }
    o.states = states;
    grid_take_row(&o, (size_t)query);
    const char *names[] = {"query", NULL}, *values[] = {page_word(page, query), NULL};
    const char *name = page_filled(page, "diagram.output", names, values);
    float label =
        d->is_tight ? 0 : ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 15, name) + ui_px(ui, 22);
    float cell = floorf(fminf(ui_px(ui, 52), r.w / (float)columns));
    float wide = cell * (float)columns, middle = r.x + r.w / 2,
          edge = ui_px(ui, d->is_tight ? 1 : 4);
    float right =
        fminf(draw_clip(ui->list).x + draw_clip(ui->list).w, rect_right(r) + ui_px(ui, 60));
    o.rect = rect_make(roundf(middle - wide / 2), r.y + edge, wide, r.h - 2 * edge);
    o.slot = SLOT_COLUMNS + 9;
    o.number_size = 15;
    o.name = name;
    const char **rows = page_memory(page, 2, sizeof *rows);
    if (rows) {
        rows[0] = study_token(page->study, query);
        o.row_names = rows;
    }
    if (!d->is_tight) {
        struct rect frame = rect_inset(o.rect, -ui_px(ui, 4), -ui_px(ui, 4));
        draw_rectangle(ui->list, frame, ui_px(ui, 8), ui->theme->background);
        draw_frame(ui->list, frame, ui_px(ui, 8), ui_px(ui, 3),
                   page->document->step >= STEP_SUM ? ui->theme->fill[ROLE_OUTPUT]
                                                    : ui->theme->line);
    }
    grid_draw(page, &o);
    grid_frame_operands(page, &o);
    if (label > 0 && rect_right(o.rect) + label <= right) {
        struct rect place = rect_make(rect_right(o.rect) + ui_px(ui, 16), r.y, label, r.h);
        ui_text_in(ui, place, UI_LEFT, TEXT_WORDS_SEMIBOLD, 15, ui->theme->text[ROLE_OUTPUT], name);
    }
}

/* × where a weight meets its value, Σ where all of them meet. */
static void draw_operator(struct page *page, float x, float y, float room, const char *sign) {
    struct ui *ui = &page->ui;
    float side = ui_px(ui, 20);
    if (room < side + ui_px(ui, 4)) {
        return;
    }
    struct rect disc = rect_make(roundf(x - side / 2), roundf(y - side / 2), side, side);
    draw_rectangle(ui->list, disc, side / 2, ui->theme->surface);
    draw_frame(ui->list, disc, side / 2, ui_px(ui, 1.5f), ui->theme->secondary);
    ui_text_in(ui, disc, UI_CENTRE, TEXT_WORDS_SEMIBOLD, 14, ui->theme->ink, sign);
}

static void draw_operators(struct page *page, const struct diagram *d) {
    const struct rect *b = d->bands;
    float from = rect_bottom(b[BAND_WEIGHT]), room = b[BAND_VALUES].y - from;
    for (size_t j = 0; j < d->columns; j++) {
        draw_operator(page, diagram_middle(d, j), from + room / 2, room, "×");
    }
    float end = b[BAND_OUTPUT].y - ui_px(&page->ui, 4);
    draw_operator(page, b[BAND_KEYS].x + b[BAND_KEYS].w / 2, end - ui_px(&page->ui, 12),
                  end - rect_bottom(b[BAND_VALUES]), "Σ");
}

void diagram_draw(struct page *page, struct rect r) {
    struct diagram d = diagram_lay_out(page, r);
    const float *weights =
        study_head_matrix(page->study, ATTENTION_TENSOR_WEIGHTS, page->document->head);
    if (!weights || d.keys.count == 0) {
        return;
    }
    weights += (size_t)page->document->query * page_m(page);
    float total = d.keys.rest_weight;
    diagram_ribbons_draw(page, &d, weights);
    if (!d.is_tight) {
        draw_softmax(page, &d);
        draw_source(page, &d);
        draw_operators(page, &d);
    }
    for (size_t j = 0; j < d.columns; j++) {
        int key = j < d.keys.count ? d.keys.keys[j] : -1;
        draw_word(page, &d, j, key);
        if (!d.is_tight) {
            draw_comparison(page, &d, j);
        }
        if (key < 0) {
            draw_rest_weight(page, &d);
            continue;
        }
        draw_scores(page, &d, j, key);
        draw_weight(page, &d, j, key);
        draw_value(page, &d, j, key);
        total += weights[key];
    }
    diagram_gutter_draw(page, &d, total);
    draw_total(page, &d);
    draw_output(page, &d);
}

/* handout_table.c: a matrix as a printed table: thin lines, the words of its rows and columns,
 * empty boxes with the number under which they are spoken of. */
#include "handout.h"

#include "grid.h"

#include <math.h>
#include <string.h>

static const float title_height = 18, title_size = 11, words_size = 9, small = 8, least_label = 6;
static const float longest_row_label = 92, longest_column_label = 72, number_size = 6.5f;
static const struct colour thin_ink = {0x8C, 0x8C, 0x8C, 255}, known = {0xF3, 0xF3, 0xF3, 255},
                           hatched = {0xC4, 0xC4, 0xC4, 255};

static const struct worksheet_matrix *matrix_of(const struct handout *sheet,
                                                const struct handout_table *table) {
    return &sheet->worksheet.matrices[table->matrix];
}

/* The word of a row or column, or its number where there are several. */
static const char *label_of(const struct handout *sheet, enum cell_tokens tokens, size_t index,
                            size_t count) {
    switch (tokens) {
    case CELL_TOKENS_QUERIES:
        return page_word(sheet->page, (int)index);
    case CELL_TOKENS_KEYS:
        return page_key_word(sheet->page, (int)index);
    case CELL_TOKENS_VALUES:
        return page_value_word(sheet->page, (int)index);
    default:
        return count > 1 ? page_format(sheet->page, "%zu", index + 1) : "";
    }
}

static float label_size(const struct handout *sheet, enum cell_tokens tokens) {
    return tokens == CELL_TOKENS_NONE ? small : fminf(sheet->type, 10);
}

/* Points of the widest label. */
static float widest_label(const struct handout *sheet, enum cell_tokens tokens, size_t count) {
    float size = label_size(sheet, tokens);
    int digits = (int)strlen(label_of(sheet, CELL_TOKENS_NONE, count - 1, count));
    float widest = tokens != CELL_TOKENS_NONE
                       ? sheet->widest[tokens] * size
                       : handout_text_width(sheet, TEXT_WORDS, size, /* no digit is wider than 0 */
                                            page_format(sheet->page, "%0*d", digits, 0));
    return ceilf(widest) + 1;
}

/* Catalogue key of what the rows or columns are; NULL where they are only counted. */
static const char *axis_key(const struct handout *sheet, const struct worksheet_matrix *m,
                            bool is_row) {
    enum cell_tokens tokens = is_row ? m->row_tokens : m->column_tokens;
    bool is_cross = study_has_context(sheet->page->study);
    bool has_values = study_tensor(sheet->page->study, ATTENTION_TENSOR_VALUES_X).data != NULL;
    if (tokens == CELL_TOKENS_NONE) {
        return NULL;
    }
    if (!is_row) {
        return "axis.key";
    }
    if (tokens == CELL_TOKENS_QUERIES) {
        return m->role == CELL_ROLE_PLAIN ? "axis.token" : "axis.query";
    }
    return tokens == CELL_TOKENS_VALUES && has_values ? "axis.values"
           : is_cross                                 ? "axis.context"
                                                      : "axis.token";
}

static float axis_width(const struct handout *sheet, const char *key) {
    return key ? handout_text_width(sheet, TEXT_WORDS_MEDIUM, small, page_words(sheet->page, key))
               : 0;
}

static size_t longest_number(const struct handout *sheet, const struct worksheet_matrix *m) {
    size_t longest = 1;
    for (size_t r = 0; r < m->rows; r++) {
        for (size_t c = 0; c < m->columns; c++) {
            if (!worksheet_is_masked(sheet->page->study, m, r, c)) {
                float value = worksheet_value(m, r, c);
                size_t length = grid_longest(&value, 1, m->style);
                longest = length > longest ? length : longest;
            }
        }
    }
    return longest;
}

/* In ems, measured at the size of a label. */
static float widest_word(const struct handout *sheet, enum cell_tokens tokens, size_t count) {
    const float size = 10;
    float widest = 0;
    for (size_t i = 0; i < count; i++) {
        const char *label = label_of(sheet, tokens, i, count);
        widest = fmaxf(widest, handout_text_width(sheet, TEXT_WORDS, size, label));
    }
    return widest / size;
}

void handout_measure_words(struct handout *sheet) {
    size_t n = page_n(sheet->page), m = page_m(sheet->page);
    sheet->widest[CELL_TOKENS_QUERIES] = widest_word(sheet, CELL_TOKENS_QUERIES, n);
    sheet->widest[CELL_TOKENS_KEYS] = widest_word(sheet, CELL_TOKENS_KEYS, m);
    sheet->widest[CELL_TOKENS_VALUES] = widest_word(sheet, CELL_TOKENS_VALUES, m);
    for (int i = 0; i < sheet->worksheet.count; i++) {
        sheet->longest[i] = longest_number(sheet, &sheet->worksheet.matrices[i]);
    }
}

/* " · columns 1–16" where it is only a part. */
static const char *part_words(const struct handout *sheet, const struct handout_table *table) {
    const struct worksheet_matrix *m = matrix_of(sheet, table);
    struct page *page = sheet->page;
    const char *words = "";
    const struct {
        const char *key;
        size_t first, count, all;
    } sides[] = {{"worksheet.columns", m->first_column + table->first_column, table->columns,
                  m->all_columns},
                 {"worksheet.rows", table->first_row, table->rows, m->rows}};
    for (int i = 0; i < 2; i++) {
        if (sides[i].count < sides[i].all) {
            const char *names[] = {"first", "last", NULL};
            const char *values[] = {page_format(page, "%zu", sides[i].first + 1),
                                    page_format(page, "%zu", sides[i].first + sides[i].count),
                                    NULL};
            words =
                page_format(page, "%s · %s", words, page_filled(page, sides[i].key, names, values));
        }
    }
    return words;
}

static const char *title_words(const struct handout *sheet, const struct handout_table *table) {
    const struct worksheet_matrix *m = matrix_of(sheet, table);
    const char *words = m->words ? page_words(sheet->page, m->words) : "";
    return page_format(sheet->page, "%s%s%zu × %zu%s", words, words[0] ? "  " : "", m->rows,
                       m->all_columns, part_words(sheet, table));
}

static float symbol_width(const struct handout *sheet, const struct worksheet_matrix *m) {
    return formula_draw(sheet->page, m->title, title_size, 0, 0, true) / sheet->page->ui.unit;
}

void handout_measure_table(const struct handout *sheet, struct handout_table *t) {
    const struct worksheet_matrix *m = matrix_of(sheet, t);
    float type = sheet->type, number = 0.6f * type * (float)sheet->longest[t->matrix];
    const char *row_axis = axis_key(sheet, m, true), *column_axis = axis_key(sheet, m, false);
    bool is_roomy = type >= 10;
    /* A box is as wide and high as a hand writes. */
    t->cell_w =
        ceilf(fmaxf(number + 0.8f * type, m->is_result ? (is_roomy ? 36 : 27) : 1.9f * type));
    t->cell_h = m->is_result ? (is_roomy ? 24 : 20) : ceilf(type * 1.75f);
    float rows = fminf(widest_label(sheet, m->row_tokens, m->rows), longest_row_label);
    t->label_w =
        ceilf(fmaxf(rows, fmaxf(axis_width(sheet, row_axis), axis_width(sheet, column_axis)))) +
        least_label;
    float columns = widest_label(sheet, m->column_tokens, m->all_columns);
    t->is_upright = columns + 4 > t->cell_w;
    t->head_h = t->is_upright ? fminf(columns, longest_column_label) + 6
                              : label_size(sheet, m->column_tokens) * 1.5f;
    t->head_h = ceilf(fmaxf(t->head_h, column_axis ? 24 : 0));
    float title = symbol_width(sheet, m) + 8 +
                  handout_text_width(sheet, TEXT_WORDS, words_size, title_words(sheet, t));
    t->width = ceilf(fmaxf(t->label_w + t->cell_w * (float)t->columns, title));
    handout_set_head(t, t->head_h);
}

void handout_set_head(struct handout_table *table, float head_h) {
    table->head_h = head_h;
    table->height = title_height + head_h + table->cell_h * (float)table->rows;
}

/* ---- drawing ---- */

static struct rect cells_rect(const struct handout_table *t) { /* points */
    return rect_make(t->x + t->label_w, t->y + title_height + t->head_h,
                     t->cell_w * (float)t->columns, t->cell_h * (float)t->rows);
}

static struct rect cell_rect(const struct handout *sheet, const struct handout_table *t, size_t r,
                             size_t c) { /* pixels */
    struct rect all = cells_rect(t);
    return handout_rect(sheet, all.x + t->cell_w * (float)c, all.y + t->cell_h * (float)r,
                        t->cell_w, t->cell_h);
}

static void draw_title(const struct handout *sheet, const struct handout_table *t) {
    const struct worksheet_matrix *m = matrix_of(sheet, t);
    struct page *page = sheet->page;
    float unit = page->ui.unit, baseline = t->y + 10;
    formula_draw(page, m->title, title_size, t->x * unit, baseline * unit, false);
    handout_text(sheet, TEXT_WORDS, words_size, t->x + symbol_width(sheet, m) + 8, baseline,
                 page->ui.theme->secondary, title_words(sheet, t));
    semantics_add(
        page->ui.semantics, ROLE_HEADING,
        ui_id("worksheet table", t->matrix, (int32_t)(t->first_row * 4096 + t->first_column)),
        handout_rect(sheet, t->x, t->y, t->width, title_height), m->title, title_words(sheet, t));
}

static void draw_axis(const struct handout *sheet, const char *key, float right, float baseline) {
    if (key) {
        handout_text(sheet, TEXT_WORDS_MEDIUM, small, right - axis_width(sheet, key), baseline,
                     sheet->page->ui.theme->secondary, page_words(sheet->page, key));
    }
}

static void draw_labels(const struct handout *sheet, const struct handout_table *t) {
    const struct worksheet_matrix *m = matrix_of(sheet, t);
    const struct ui *ui = &sheet->page->ui;
    struct rect all = cells_rect(t);
    float size = label_size(sheet, m->row_tokens);
    for (size_t r = 0; r < t->rows; r++) {
        struct rect place = handout_rect(sheet, t->x, all.y + t->cell_h * (float)r,
                                         t->label_w - least_label + 1, t->cell_h);
        ui_text_in(ui, place, UI_RIGHT, TEXT_WORDS, size,
                   m->row_tokens == CELL_TOKENS_NONE ? ui->theme->secondary : ui->theme->ink,
                   label_of(sheet, m->row_tokens, t->first_row + r, m->rows));
    }
    size = label_size(sheet, m->column_tokens);
    for (size_t c = 0; c < t->columns; c++) {
        const char *label = label_of(sheet, m->column_tokens, m->first_column + t->first_column + c,
                                     m->all_columns);
        struct colour ink =
            m->column_tokens == CELL_TOKENS_NONE ? ui->theme->secondary : ui->theme->ink;
        float x = all.x + t->cell_w * (float)c;
        if (!t->is_upright) {
            struct rect place = handout_rect(sheet, x, all.y - size * 1.5f, t->cell_w, size * 1.5f);
            ui_text_in(ui, place, UI_CENTRE, TEXT_WORDS, size, ink, label);
            continue;
        }
        char fitted[512];
        ui_text_fit(ui, TEXT_WORDS, size, label, longest_column_label * ui->unit, fitted,
                    sizeof fitted);
        draw_text(ui->list, ui->measurer, TEXT_WORDS, ui_type(ui, size),
                  roundf((x + t->cell_w / 2 + size * 0.36f) * ui->unit),
                  roundf((all.y - 3) * ui->unit), -1.5707963f, ink, fitted, strlen(fitted));
    }
    draw_axis(sheet, axis_key(sheet, m, false), all.x - least_label, all.y - 14);
    draw_axis(sheet, axis_key(sheet, m, true), all.x - least_label, all.y - 3.5f);
}

static void draw_lines(const struct handout *sheet, const struct handout_table *t) {
    struct draw_list *list = sheet->page->ui.list;
    struct rect all = cells_rect(t);
    float thin = 0.5f;
    for (size_t r = 0; r <= t->rows; r++) {
        draw_rectangle(list,
                       handout_rect(sheet, all.x - thin / 2,
                                    all.y + t->cell_h * (float)r - thin / 2, all.w + thin, thin),
                       0, thin_ink);
    }
    for (size_t c = 0; c <= t->columns; c++) {
        draw_rectangle(list,
                       handout_rect(sheet, all.x + t->cell_w * (float)c - thin / 2,
                                    all.y - thin / 2, thin, all.h + thin),
                       0, thin_ink);
    }
}

static const char *number_of(const struct handout *sheet, const struct worksheet_matrix *m,
                             size_t r, size_t c) {
    if (worksheet_is_masked(sheet->page->study, m, r, c)) {
        return m->source == ATTENTION_TENSOR_SCORES ? "\u2212\u221e" : "0";
    }
    return page_number(sheet->page, worksheet_value(m, r, c), m->style);
}

/* The box of a blank, with its number in the corner; on the key the answer stands in it. */
static void draw_blank(const struct handout *sheet, const struct handout_table *t, int blank,
                       size_t r, size_t c) {
    const struct ui *ui = &sheet->page->ui;
    const struct worksheet_matrix *m = matrix_of(sheet, t);
    struct rect cell = cell_rect(sheet, t, r, c);
    const char *number = page_format(sheet->page, "%d", blank + 1), *answer = "";
    float grow = ui->unit * 0.35f;
    struct rect box = rect_snap(rect_inset(cell, -grow, -grow));
    draw_rectangle(ui->list, box, 0, ui->theme->surface);
    draw_frame(ui->list, box, 0, fmaxf(1, roundf(1.2f * ui->unit)), ui->theme->ink);
    ui_text(ui, TEXT_WORDS_MEDIUM, number_size, cell.x + 2.2f * ui->unit,
            cell.y + (number_size * 0.73f + 2) * ui->unit, ui->theme->ink, number);
    if (sheet->request.is_key) {
        answer = number_of(sheet, m, t->first_row + r, t->first_column + c);
        float width = ui_text_width(ui, TEXT_MONO_BOLD, sheet->type, answer);
        ui_text(ui, TEXT_MONO_BOLD, sheet->type, cell.x + (cell.w - width) / 2,
                rect_bottom(cell) - 3.6f * ui->unit, ui->theme->ink, answer);
    }
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("blank", blank, 0), cell, number, answer);
}

static void draw_number(const struct handout *sheet, const struct handout_table *t, size_t r,
                        size_t c) {
    const struct ui *ui = &sheet->page->ui;
    const struct worksheet_matrix *m = matrix_of(sheet, t);
    const char *number = number_of(sheet, m, t->first_row + r, t->first_column + c);
    ui_text_in(ui, cell_rect(sheet, t, r, c), UI_CENTRE, TEXT_MONO, sheet->type, ui->theme->ink,
               number);
}

void handout_draw_table(const struct handout *sheet, const struct handout_table *t) {
    const struct worksheet_matrix *m = matrix_of(sheet, t);
    struct draw_list *list = sheet->page->ui.list;
    draw_title(sheet, t);
    draw_labels(sheet, t);
    for (size_t i = 0; i < t->rows * t->columns; i++) {
        size_t r = i / t->columns, c = i % t->columns;
        if (m->is_result) {
            draw_rectangle(list, cell_rect(sheet, t, r, c), 0, known);
        }
        if (worksheet_is_masked(sheet->page->study, m, t->first_row + r, t->first_column + c)) {
            draw_hatch(list, cell_rect(sheet, t, r, c), 5 * sheet->page->ui.unit, hatched);
        }
    }
    draw_lines(sheet, t);
    for (int pass = 0; pass < 2; pass++) { /* the boxes over the lines of their neighbours */
        for (size_t i = 0; i < t->rows * t->columns; i++) {
            size_t r = i / t->columns, c = i % t->columns;
            int blank = worksheet_blank_at(&sheet->worksheet, t->matrix, t->first_row + r,
                                           t->first_column + c);
            if (blank < 0 && pass == 0) {
                draw_number(sheet, t, r, c);
            } else if (blank >= 0 && pass == 1) {
                draw_blank(sheet, t, blank, r, c);
            }
        }
    }
}

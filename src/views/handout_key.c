/* handout_key.c: under the tables: on the key, how each number is worked out; on the sheet, lines
 * to write on. */
#include "handout.h"

#include <math.h>
#include <string.h>

static const float type_size = 8.5f, line_height = 11.5f, title_height = 13.5f, heading_height = 22;
static const float between_columns = 22, between_answers = 8, least_column = 146;

static struct handout_answer *add_answer(struct handout *sheet) {
    if (sheet->answer_count == sheet->answer_capacity) {
        size_t capacity = sheet->answer_capacity ? 2 * sheet->answer_capacity : 32;
        struct handout_answer *grown = page_memory(sheet->page, capacity, sizeof *grown);
        if (!grown) {
            return NULL;
        }
        if (sheet->answer_count) {
            memcpy(grown, sheet->answers, sheet->answer_count * sizeof *grown);
        }
        sheet->answers = grown;
        sheet->answer_capacity = capacity;
    }
    return &sheet->answers[sheet->answer_count++];
}

static int most_columns(const struct handout *sheet) {
    float width = handout_right(sheet) - handout_left(sheet) + between_columns;
    float fits = floorf(width / (least_column + between_columns));
    return fits < 1 ? 1 : (int)fits;
}

/* The panel writes arithmetic at 14 units of the screen: the same lines, for type of so many
 * points. */
static struct page small_page(const struct handout *sheet, const struct arithmetic *m) {
    struct page page = *sheet->page;
    page.ui.unit *= type_size / 14;
    page.is_selection_shown = true;
    page.arithmetic = *m;
    return page;
}

static struct document_cell cell_of(const struct handout *sheet, size_t blank) {
    const struct worksheet_blank *b = &sheet->worksheet.blanks[blank];
    return worksheet_cell(&sheet->worksheet.matrices[b->matrix], b->row, b->column);
}

/* Writes the lines of one number behind those that are there; returns how many. */
static size_t write_answer(struct handout *sheet, size_t blank) {
    struct document_cell cell = cell_of(sheet, blank);
    struct arithmetic m;
    size_t before = sheet->lines.count;
    if (!arithmetic_of(sheet->page->study, &cell, &m)) {
        sheet->page->ui.list->failed = true;
        return 0;
    }
    struct page page = small_page(sheet, &m);
    struct lines lines = {.page = &page,
                          .width = sheet->answer_width * sheet->page->ui.unit,
                          .line_px = 1,
                          .bottom = 1e6f,
                          .list = &sheet->lines};
    lines_put_form(&lines, &m);
    sheet->page->scratch = page.scratch; /* what was written lives as long as the page */
    arithmetic_free(&m);
    return sheet->lines.count - before;
}

static float sentence(const struct handout *sheet, const char *text, float x, float y,
                      bool is_measuring) {
    const struct ui *ui = &sheet->page->ui;
    struct ui_paragraph p = {text,           type_size,  line_height / type_size,
                             ui->theme->ink, TEXT_WORDS, 0};
    return ui_paragraph(ui, &p, x * ui->unit, y * ui->unit, sheet->answer_width * ui->unit,
                        is_measuring) /
           ui->unit;
}

static float record_height(const struct handout *sheet, const struct line_record *record) {
    return record->is_sentence ? sentence(sheet, record->left, 0, 0, true) : line_height;
}

static float lines_height(const struct handout *sheet, size_t first, size_t count) {
    float height = 0;
    for (size_t i = first; i < first + count; i++) {
        height += record_height(sheet, &sheet->lines.records[i]);
    }
    return height;
}

/* ---- columns ---- */

struct column_flow {
    struct handout *sheet;
    int column, columns, page;
    float top, y; /* top: where the columns of this page begin */
    int last_page;
    float limit; /* where the columns of the last page end */
};

static float column_end(const struct column_flow *flow) {
    float bottom = handout_bottom(flow->sheet);
    return flow->page == flow->last_page ? fminf(flow->limit, bottom) : bottom;
}

static float column_x(const struct column_flow *flow) {
    return handout_left(flow->sheet) +
           (float)flow->column * (flow->sheet->answer_width + between_columns);
}

static void next_column(struct column_flow *flow) {
    if (++flow->column == flow->columns) {
        flow->column = 0;
        flow->page++;
        flow->top = handout_top(flow->sheet, flow->page);
    }
    flow->y = flow->top;
}

/* The lines of one number; what is longer than a column goes on in the next. */
static void place_answer(struct column_flow *flow, size_t blank, size_t first, size_t count) {
    struct handout *sheet = flow->sheet;
    float whole = title_height + lines_height(sheet, first, count);
    float column = column_end(flow) - flow->top;
    bool is_begun = flow->y > flow->top, has_title = true;
    if (is_begun && flow->y + whole > column_end(flow) &&
        (whole <= column || flow->y + title_height + 4 * line_height > column_end(flow))) {
        next_column(flow);
    }
    while ((count > 0 || has_title) && flow->page < HANDOUT_MOST_PAGES + 1) {
        struct handout_answer *answer = add_answer(sheet);
        if (!answer) {
            return;
        }
        *answer =
            (struct handout_answer){.blank = blank, .first_line = first, .has_title = has_title};
        answer->x = column_x(flow);
        answer->y = flow->y;
        answer->page = flow->page;
        flow->y += has_title ? title_height : 0;
        while (count > 0) {
            float height = record_height(sheet, &sheet->lines.records[first]);
            if (flow->y + height > column_end(flow) && flow->y > flow->top) {
                break;
            }
            flow->y += height;
            answer->lines++;
            first++;
            count--;
        }
        has_title = false;
        if (count > 0) {
            next_column(flow);
        }
    }
    flow->y += between_answers;
}

/* All answers in the columns from (y, page) on; those of page `last` end at `limit`. The pages that
 * it takes. */
static int lay_columns(struct handout *sheet, float y, int page, int columns, const size_t *counts,
                       int last, float limit) {
    struct column_flow flow = {.sheet = sheet,
                               .columns = columns,
                               .page = page,
                               .top = y,
                               .y = y,
                               .last_page = last,
                               .limit = limit};
    size_t first = 0;
    sheet->answer_count = 0;
    for (size_t i = 0; i < sheet->worksheet.blank_count && flow.page <= HANDOUT_MOST_PAGES; i++) {
        place_answer(&flow, i, first, counts[i]);
        first += counts[i];
    }
    return flow.page + 1;
}

static float right_width(const struct handout *sheet, const struct line_record *record) {
    return record->right[0] ? handout_text_width(sheet, TEXT_MONO, type_size, record->right) + 6
                            : 0;
}

/* Whether every line has room for all of its words. */
static bool do_lines_fit(const struct handout *sheet) {
    char plain[256];
    for (size_t i = 0; i < sheet->lines.count; i++) {
        const struct line_record *record = &sheet->lines.records[i];
        ui_plain_text(plain, sizeof plain, record->left);
        float width = handout_text_width(sheet, TEXT_MONO, type_size, plain);
        if (!record->is_sentence && width + right_width(sheet, record) + 1 > sheet->answer_width) {
            return false;
        }
    }
    return true;
}

/* Writes all answers into as many columns as leave room for every line; returns how many columns.
 */
static int write_answers(struct handout *sheet, size_t *counts) {
    float room = handout_right(sheet) - handout_left(sheet);
    for (int columns = most_columns(sheet);; columns--) {
        float between = between_columns * (float)(columns - 1);
        sheet->answer_width = floorf((room - between) / (float)columns);
        sheet->lines.count = 0;
        for (size_t i = 0; i < sheet->worksheet.blank_count; i++) {
            counts[i] = write_answer(sheet, i);
        }
        if (columns == 1 || do_lines_fit(sheet)) {
            return columns;
        }
    }
}

void handout_lay_answers(struct handout *sheet) {
    int page = sheet->last_page;
    float y = sheet->end + 4;
    size_t blanks = sheet->worksheet.blank_count,
           *counts = page_memory(sheet->page, blanks, sizeof *counts);
    if (!counts) {
        return;
    }
    int columns = write_answers(sheet, counts);
    if (y + heading_height + 8 * line_height > handout_bottom(sheet)) {
        page++;
        y = handout_top(sheet, page);
    }
    sheet->answers_heading = (struct handout_heading){y, page};
    y += heading_height;
    sheet->pages = lay_columns(sheet, y, page, columns, counts, -1, 0);
    int last = sheet->pages - 1, pages = 0;
    float limit = last == page ? y : handout_top(sheet, last);
    while (pages != sheet->pages &&
           limit < handout_bottom(sheet)) { /* columns of one height at the end */
        limit += 2 * line_height;
        pages = lay_columns(sheet, y, page, columns, counts, last, limit);
    }
}

static void draw_line_record(const struct handout *sheet, const struct line_record *record, float x,
                             float y) {
    const struct ui *ui = &sheet->page->ui;
    if (record->is_sentence) {
        sentence(sheet, record->left, x, y, false);
        return;
    }
    float right = right_width(sheet, record);
    struct ui_paragraph p = {record->left,
                             type_size,
                             line_height / type_size,
                             ui->theme->ink,
                             record->is_bold ? TEXT_MONO_BOLD : TEXT_MONO,
                             1};
    ui_paragraph(ui, &p, x * ui->unit, y * ui->unit, (sheet->answer_width - right) * ui->unit,
                 false);
    if (right > 0) {
        ui_text_in(ui, handout_rect(sheet, x, y, sheet->answer_width, line_height), UI_RIGHT,
                   TEXT_MONO, type_size, ui->theme->secondary, record->right);
    }
}

static void draw_answer(const struct handout *sheet, const struct handout_answer *answer) {
    struct page *page = sheet->page;
    const struct ui *ui = &page->ui;
    struct document_cell cell = cell_of(sheet, answer->blank);
    float y = answer->y;
    const char *title = page_format(page, "%zu   %s", answer->blank + 1, lines_title(page, &cell));
    if (answer->has_title) {
        struct rect place = handout_rect(sheet, answer->x, y, sheet->answer_width, title_height);
        ui_text_in(ui, place, UI_LEFT, TEXT_WORDS_SEMIBOLD, 9, ui->theme->ink, title);
        semantics_add(ui->semantics, ROLE_HEADING, ui_id("answer", (int32_t)answer->blank, 0),
                      place, title, "");
        y += title_height;
    }
    for (size_t i = 0; i < answer->lines; i++) {
        const struct line_record *record = &sheet->lines.records[answer->first_line + i];
        draw_line_record(sheet, record, answer->x, y);
        y += record_height(sheet, record);
    }
}

void handout_draw_answers(const struct handout *sheet) {
    int now = sheet->request.page;
    if (sheet->answers_heading.page == now && sheet->answer_count > 0) {
        handout_draw_heading(sheet, sheet->answers_heading.y, "worksheet.answers");
    }
    for (size_t i = 0; i < sheet->answer_count; i++) {
        if (sheet->answers[i].page == now) {
            draw_answer(sheet, &sheet->answers[i]);
        }
    }
}

void handout_draw_working(const struct handout *sheet) {
    const float pitch = 24;
    float y = sheet->end + 4;
    const struct ui *ui = &sheet->page->ui;
    if (y + heading_height + 2 * pitch > handout_bottom(sheet)) {
        return;
    }
    handout_draw_heading(sheet, y, "worksheet.working");
    for (y += heading_height + pitch - 4; y <= handout_bottom(sheet); y += pitch) {
        draw_rectangle(ui->list,
                       handout_rect(sheet, handout_left(sheet), y,
                                    handout_right(sheet) - handout_left(sheet), 0.5f),
                       0, ui->theme->negative);
    }
}

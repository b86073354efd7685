/* handout_layout.c: where the tables of a worksheet stand. They follow each other as words do in a
 * paragraph, what is given first; a table that is too wide or too high for a page goes on in
 * another. */
#include "handout.h"

#include <math.h>
#include <string.h>

static const float between_tables = 26, between_lines = 14, heading_height = 22;
static const float sizes[] = {11, 10, 9, 8}; /* of type; never less */

struct flow {
    struct handout *sheet;
    float x, y;
    size_t line;             /* the first table of the line */
    float head, line_height; /* of its tables: the highest labels over columns, and all of it */
    int page;
};

static struct handout_table *add_table(struct handout *sheet) {
    if (sheet->table_count == sheet->table_capacity) {
        size_t capacity = sheet->table_capacity ? 2 * sheet->table_capacity : 16;
        struct handout_table *grown = page_memory(sheet->page, capacity, sizeof *grown);
        if (!grown) {
            return NULL;
        }
        if (sheet->table_count) {
            memcpy(grown, sheet->tables, sheet->table_count * sizeof *grown);
        }
        sheet->tables = grown;
        sheet->table_capacity = capacity;
    }
    return &sheet->tables[sheet->table_count++];
}

static void begin_line(struct flow *flow) {
    flow->x = handout_left(flow->sheet);
    flow->line = flow->sheet->table_count;
    flow->head = flow->line_height = 0;
}

static void end_line(struct flow *flow) {
    flow->y += flow->line_height > 0 ? flow->line_height + between_lines : 0;
    begin_line(flow);
}

static void turn_page(struct flow *flow) {
    flow->page++;
    flow->y = handout_top(flow->sheet, flow->page);
    begin_line(flow);
}

/* The height of the line with the table in it: the rows of all its tables begin at one height. */
static float height_with(const struct flow *flow, const struct handout_table *table) {
    float head = fmaxf(flow->head, table->head_h);
    float bodies = fmaxf(flow->line_height - flow->head, table->height - table->head_h);
    return head + bodies;
}

static void place(struct flow *flow, struct handout_table table) {
    struct handout *sheet = flow->sheet;
    bool is_first = flow->line == sheet->table_count;
    bool is_too_wide = flow->x + table.width > handout_right(sheet);
    if (!is_first && (is_too_wide || flow->y + height_with(flow, &table) > handout_bottom(sheet))) {
        end_line(flow);
    }
    /* A page of its own is no better for a table as high as a page: that has been cut to fit. */
    if (flow->y + height_with(flow, &table) > handout_bottom(sheet) &&
        flow->y > handout_top(sheet, flow->page)) {
        turn_page(flow);
    }
    struct handout_table *kept = add_table(sheet);
    if (!kept) {
        return;
    }
    table.x = flow->x;
    table.y = flow->y;
    table.page = flow->page;
    *kept = table;
    flow->line_height = height_with(flow, &table);
    flow->head = fmaxf(flow->head, table.head_h);
    for (size_t i = flow->line; i < sheet->table_count; i++) {
        handout_set_head(&sheet->tables[i], flow->head);
    }
    flow->x += table.width + between_tables;
}

/* In how many even parts `count` cells fit where `most` have room. */
static size_t part_size(size_t count, size_t most) {
    size_t parts = most ? (count + most - 1) / most : count;
    return parts ? (count + parts - 1) / parts : count;
}

static size_t most_columns(const struct handout *sheet, const struct handout_table *whole) {
    float room = handout_right(sheet) - handout_left(sheet) - whole->label_w;
    float fits = floorf(room / whole->cell_w);
    return fits < 1 ? 1 : (size_t)fits;
}

static size_t most_rows(const struct handout *sheet, const struct handout_table *whole) {
    float room = handout_bottom(sheet) - handout_top(sheet, 1);
    float fits =
        floorf((room - (whole->height - whole->cell_h * (float)whole->rows)) / whole->cell_h);
    return fits < 1 ? 1 : (size_t)fits;
}

static void place_matrix(struct flow *flow, int index) {
    const struct worksheet_matrix *m = &flow->sheet->worksheet.matrices[index];
    struct handout_table whole = {.matrix = index, .rows = m->rows, .columns = m->columns};
    handout_measure_table(flow->sheet, &whole);
    size_t columns = part_size(m->columns, most_columns(flow->sheet, &whole));
    size_t rows = part_size(m->rows, most_rows(flow->sheet, &whole));
    for (size_t r = 0; r < m->rows && flow->page <= HANDOUT_MOST_PAGES; r += rows) {
        for (size_t c = 0; c < m->columns && flow->page <= HANDOUT_MOST_PAGES; c += columns) {
            struct handout_table part = {.matrix = index, .first_row = r, .first_column = c};
            part.rows = m->rows - r < rows ? m->rows - r : rows;
            part.columns = m->columns - c < columns ? m->columns - c : columns;
            handout_measure_table(flow->sheet, &part);
            place(flow, part);
        }
    }
}

/* The height of the first line of what comes, so that no heading stands alone at the foot of a
 * page. */
static float first_height(const struct handout *sheet, bool is_result) {
    for (int i = 0; i < sheet->worksheet.count; i++) {
        const struct worksheet_matrix *m = &sheet->worksheet.matrices[i];
        if (m->is_result == is_result) {
            struct handout_table table = {.matrix = i, .rows = m->rows, .columns = m->columns};
            handout_measure_table(sheet, &table);
            return fminf(table.height,
                         handout_bottom(sheet) - handout_top(sheet, 1) - heading_height);
        }
    }
    return 0;
}

static void lay_once(struct handout *sheet) {
    struct flow flow = {.sheet = sheet, .x = handout_left(sheet), .y = handout_top(sheet, 0)};
    sheet->table_count = 0;
    begin_line(&flow);
    for (int kind = 0; kind < 2; kind++) {
        bool is_result = kind == 1;
        end_line(&flow);
        if (flow.y + heading_height + first_height(sheet, is_result) > handout_bottom(sheet) &&
            flow.y > handout_top(sheet, flow.page)) {
            turn_page(&flow);
        }
        sheet->headings[kind] = (struct handout_heading){flow.y, flow.page};
        flow.y += heading_height;
        for (int i = 0; i < sheet->worksheet.count; i++) {
            if (sheet->worksheet.matrices[i].is_result == is_result) {
                place_matrix(&flow, i);
            }
        }
    }
    end_line(&flow);
    sheet->end = flow.y;
    sheet->last_page = flow.page;
}

static void turn_paper(struct handout *sheet, bool is_landscape) {
    bool is_letter = sheet->request.paper == WORKSHEET_LETTER;
    const float points = 72 / 25.4f;
    float across = (float)worksheet_paper_width_mm(sheet->request.paper, false) * points;
    float high = (is_letter ? 279.4f : 297) * points;
    sheet->width = is_landscape ? high : across;
    sheet->height = is_landscape ? across : high;
    sheet->first_top = handout_words(sheet, true);
}

void handout_lay_tables(struct handout *sheet) {
    enum { SIZES = sizeof sizes / sizeof *sizes };
    int best = -1, best_pages = 0;
    size_t best_tables =
        0; /* a matrix in one piece is worth smaller type, and fewer pages are worth more */
    for (int at = 0; at < 2 * SIZES; at++) { /* larger type first, upright first */
        bool is_landscape = at % 2 == 1;
        if ((is_landscape && sheet->request.turn == WORKSHEET_PORTRAIT) ||
            (!is_landscape && sheet->request.turn == WORKSHEET_LANDSCAPE)) {
            continue;
        }
        turn_paper(sheet, is_landscape);
        sheet->type = sizes[at / 2];
        lay_once(sheet);
        if (best < 0 || sheet->last_page < best_pages ||
            (sheet->last_page == best_pages && sheet->table_count < best_tables)) {
            best = at;
            best_pages = sheet->last_page;
            best_tables = sheet->table_count;
        }
    }
    turn_paper(sheet, best % 2 == 1);
    sheet->type = sizes[best / 2];
    lay_once(sheet);
}

/* handout.h: a worksheet on its pages: what the parts share. All lengths are points (1/72 inch) from the upper left corner of a page;
 * device pixels only where something is drawn: the picture's unit is the pixels of a point. */
#ifndef VIEWS_HANDOUT_H
#define VIEWS_HANDOUT_H
#include "arithmetic_lines.h"
#include "lesson/worksheet.h"

enum { HANDOUT_MOST_PAGES = 40 };

/* A matrix, or a part of one, as a table. */
struct handout_table {
    int matrix;
    size_t first_row, rows, first_column, columns;
    float x, y, width, height; /* with title and labels */
    float cell_w, cell_h, label_w, head_h; /* head_h: of the labels over the columns */
    bool is_upright;           /* labels over the columns stand upright */
    int page;
};
struct handout_heading { /* over the tables of one kind */
    float y;
    int page;
};
/* How one number is worked out: lines of a list, in a column of a page. */
struct handout_answer {
    size_t blank, first_line, lines;
    float x, y;
    int page;
    bool has_title; /* false: it goes on from the column before */
};

struct handout {
    struct page *page;
    struct worksheet_request request;
    struct worksheet worksheet;
    float width, height;          /* of the paper */
    float type;                   /* size of the numbers */
    float first_top;              /* under the words of the first page, at this width */
    size_t longest[WORKSHEET_MOST_MATRICES]; /* characters of each matrix's longest number */
    float widest[CELL_TOKENS_VALUES + 1];    /* of the words of each text, in ems */
    struct handout_table *tables;   /* in the memory of the picture */
    size_t table_count, table_capacity;
    struct handout_heading headings[2]; /* given, to fill in */
    float end;                    /* under the last table, on page last_page */
    int last_page;
    struct line_list lines;       /* of the answers */
    struct handout_answer *answers;
    size_t answer_count, answer_capacity;
    float answer_width;
    struct handout_heading answers_heading;
    int pages;
};

/* The part of a page for what is on it: `first` has the words at the top. */
float handout_left(const struct handout *sheet);
float handout_right(const struct handout *sheet);
float handout_top(const struct handout *sheet, int page);
float handout_bottom(const struct handout *sheet);
struct rect handout_rect(const struct handout *sheet, float x, float y, float w, float h); /* points → device pixels, whole, at least one */
/* Text in points; returns its width. */
float handout_text(const struct handout *sheet, enum text_style style, float size, float x, float baseline, struct colour c,
                 const char *text);
float handout_text_width(const struct handout *sheet, enum text_style style, float size, const char *text);

/* handout_layout.c: where every table stands: the way up and the size of type that take fewest pages. */
void handout_lay_tables(struct handout *sheet);
/* handout_table.c */
void handout_measure_words(struct handout *sheet); /* longest and widest, once */
void handout_measure_table(const struct handout *sheet, struct handout_table *table);
void handout_set_head(struct handout_table *table, float head_h); /* tables side by side have their first rows side by side */
void handout_draw_table(const struct handout *sheet, const struct handout_table *table);
/* handout_words.c: returns where they end. */
float handout_words(const struct handout *sheet, bool is_measuring);
void handout_draw_frame(const struct handout *sheet); /* what stands on every page */
void handout_draw_heading(const struct handout *sheet, float y, const char *key);
/* handout_key.c */
void handout_lay_answers(struct handout *sheet);
void handout_draw_answers(const struct handout *sheet);
void handout_draw_working(const struct handout *sheet); /* lines to write on */

/* handout.c: the whole worksheet of the page's study, laid out; *sheet is zero where it fails. Ended by worksheet_free. */
bool handout_make(struct handout *sheet, struct page *page, const struct worksheet_request *request, struct file_error *error);
void handout_draw(struct handout *sheet); /* the page that was asked for */
#endif

/* handout.c: a worksheet as pages. */
#include "handout.h"

#include <math.h>

/* 16 mm at the sides, 15 above, 14 below, where the footer stands in. */
static const float side = 45.35f, above = 42.5f, below = 39.7f, footer = 22, running_head = 26;

double worksheet_paper_width_mm(enum worksheet_paper paper, bool is_landscape) {
    return paper == WORKSHEET_LETTER ? (is_landscape ? 279.4 : 215.9) : (is_landscape ? 297 : 210);
}

float handout_left(const struct handout *sheet) {
    (void)sheet;
    return side;
}

float handout_right(const struct handout *sheet) {
    return sheet->width - side;
}

float handout_top(const struct handout *sheet, int page) {
    return page == 0 ? sheet->first_top : above + running_head;
}

float handout_bottom(const struct handout *sheet) {
    return sheet->height - below - footer;
}

struct rect handout_rect(const struct handout *sheet, float x, float y, float w, float h) {
    float unit = sheet->page->ui.unit;
    struct rect r = rect_snap(rect_make(x * unit, y * unit, w * unit, h * unit));
    return rect_make(r.x, r.y, fmaxf(1, r.w),
                     fmaxf(1, r.h)); /* a thin line is one pixel at least */
}

float handout_text(const struct handout *sheet, enum text_style style, float size, float x,
                   float baseline, struct colour c, const char *text) {
    const struct ui *ui = &sheet->page->ui;
    return ui_text(ui, style, size, x * ui->unit, baseline * ui->unit, c, text) / ui->unit;
}

float handout_text_width(const struct handout *sheet, enum text_style style, float size,
                         const char *text) {
    const struct ui *ui = &sheet->page->ui;
    return ui_text_width(ui, style, size, text) / ui->unit;
}

bool handout_make(struct handout *sheet, struct page *page, const struct worksheet_request *request,
                  struct file_error *error) {
    *sheet = (struct handout){.page = page, .request = *request};
    if (!worksheet_make(page->study, (size_t)request->blanks, request->is_count_most, request->seed,
                        &sheet->worksheet, error)) {
        return false;
    }
    handout_measure_words(sheet);
    handout_lay_tables(sheet);
    sheet->pages = sheet->last_page + 1;
    if (request->is_key && sheet->pages <= HANDOUT_MOST_PAGES) {
        handout_lay_answers(sheet);
    }
    bool is_done = !page->ui.list->failed;
    if (!is_done) {
        file_error_set(error, "no memory is left for a worksheet; close other programs");
    } else if (sheet->pages > HANDOUT_MOST_PAGES) {
        is_done = file_error_set(error,
                                 "worksheet: it would take %d pages, and %d are the most; shorten "
                                 "the sentence, leave fewer blanks, or take the model by-hand",
                                 sheet->pages, HANDOUT_MOST_PAGES);
    }
    if (!is_done) {
        worksheet_free(&sheet->worksheet);
    }
    return is_done;
}

void handout_draw(struct handout *sheet) {
    int now = sheet->request.page;
    static const char *const headings[2] = {"worksheet.given", "worksheet.results"};
    if (now == 0) {
        handout_words(sheet, false);
    }
    handout_draw_frame(sheet);
    for (int i = 0; i < 2; i++) {
        if (sheet->headings[i].page == now && sheet->headings[i].y > 0) {
            handout_draw_heading(sheet, sheet->headings[i].y, headings[i]);
        }
    }
    for (size_t i = 0; i < sheet->table_count; i++) {
        if (sheet->tables[i].page == now) {
            handout_draw_table(sheet, &sheet->tables[i]);
        }
    }
    if (sheet->request.is_key) {
        handout_draw_answers(sheet);
    } else if (now == sheet->last_page) {
        handout_draw_working(sheet);
    }
}

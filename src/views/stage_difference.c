/* stage_difference.c: the line over the stage while differences are wanted: that they are shown, on
 * which colours, and what must be known about them; or why the stage shows now. */
#include "stage.h"

#include <math.h>

/* What must be said besides; NULL: nothing. */
static const char *note_of(const struct page *page) {
    return page->before == DIFFERENCE_PLAIN       ? "difference.plain"
           : page->before == DIFFERENCE_NO_MEMORY ? "difference.no_memory"
           : !page->shows_difference              ? "difference.view"
           : difference_is_by_word(page->study)   ? "difference.by_word"
                                                  : NULL;
}

/* Can there be cells that are masked in one of the passes? */
static bool has_masks(const struct page *page) {
    bool is_of_scores = page->document->view != VIEW_MODEL && page->document->step >= STEP_SCALE &&
                        page->document->step <= STEP_SUM;
    const struct what_if *what_if = &page->document->what_if;
    bool has_edits = false; /* of scores */
    for (size_t i = 0; i < what_if->edit_count; i++) {
        has_edits = has_edits || what_if->edits[i].tensor == ATTENTION_TENSOR_SCORES;
    }
    return is_of_scores && (has_edits || study_is_masked(page->study) ||
                            page->study->model.mask != ATTENTION_MASK_NONE);
}

/* − ▬▬▬ + : the colours from less to more. */
static void draw_scale(struct page *page, struct rect r) {
    enum { STEPS = 64 };
    struct ui *ui = &page->ui;
    struct colour cells[STEPS];
    float sign = ceilf(ui_text_width(ui, TEXT_MONO, 14, "+")) + ui_px(ui, 5);
    struct rect left = rect_cut_left(&r, sign), right = rect_cut_right(&r, sign);
    for (int i = 0; i < STEPS; i++) {
        cells[i] =
            grid_fill(page, colour_map_at(ui->scores_map, 2 * ((float)i + 0.5f) / STEPS - 1));
    }
    ui_text_in(ui, left, UI_LEFT, TEXT_MONO, 14, ui->theme->secondary, "\u2212");
    ui_text_in(ui, right, UI_RIGHT, TEXT_MONO, 14, ui->theme->secondary, "+");
    draw_matrix(ui->list, rect_snap(rect_inset(r, 0, (r.h - ui_px(ui, 12)) / 2)), cells, 1, STEPS);
}

/* The first of the texts that fits; the last is cut. */
static const char *fitting(struct page *page, const char *const *texts, float room) {
    while (texts[1] && ui_text_width(&page->ui, TEXT_WORDS, 14, texts[0]) > room) {
        texts++;
    }
    return texts[0];
}

void stage_difference_draw(struct page *page, struct rect *r) {
    struct ui *ui = &page->ui;
    const struct document *d = page->document;
    float least =
        ui_px(ui, page->shows_difference ? 60 : 160); /* where there is less, now needs no words */
    if (!d->shows_difference || d->view == VIEW_COMPARE || page_n(page) == 0 || r->h < least) {
        return;
    }
    const char *note = note_of(page), *strip = page_words(page, "difference.strip");
    const char *said = note ? page_words(page, note) : "";
    struct rect line = rect_cut_top(r, ui_px(ui, r->h < ui_px(ui, 240) ? 20 : 28)), whole = line;
    if (page->shows_difference) {
        float used = ui_text_in(ui, line, UI_LEFT, TEXT_WORDS_BOLD, 15, ui->theme->ink, strip) +
                     ui_px(ui, 14);
        rect_cut_left(&line, fminf(used, line.w));
        if (line.w >= ui_px(ui, 110)) {
            draw_scale(page, rect_cut_left(&line, ui_px(ui, 110)));
            rect_cut_left(&line, fminf(line.w, ui_px(ui, 16)));
        }
        const char *texts[] = {
            page_format(
                page, "%s %s",
                page_words(page, has_masks(page) ? "difference.legend" : "difference.legend.short"),
                said),
            page_format(page, "%s %s", page_words(page, "difference.legend.short"), said),
            said[0] ? said : page_words(page, "difference.legend.short"), NULL};
        said = fitting(page, texts, line.w);
    }
    ui_text_in(ui, line, UI_LEFT, TEXT_WORDS, 14,
               page->shows_difference ? ui->theme->secondary : ui->theme->ink, said);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("difference", 0, 0), whole,
                  page->shows_difference ? strip : said, page->shows_difference ? said : "")
        ->tooltip = semantics_string(ui->semantics, said);
    rect_cut_top(r, fminf(r->h, ui_px(ui, 4)));
}

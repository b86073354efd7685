/* handout_words.c: what a worksheet says: its title, what is to be done and how, and the foot of
 * every page. Nothing here gives a number away that is to be worked out. */
#include "handout.h"

#include "lesson/switches.h"

#include <math.h>
#include <string.h>

static const float above = 42.5f, title_size = 21, body_size = 10.5f, note_size = 9, small = 8.5f;

static const struct theme *theme_for(const struct handout *sheet) {
    return sheet->page->ui.theme;
}

/* ---- the words ---- */

/* Which of the catalogue's words say how the step is done. */
static const char *how_variant(const struct handout *sheet) {
    static const char *const forms[] = {"", ".cosine", ".general", ".additive"};
    const struct study *study = sheet->page->study;
    enum attention_tensor_id stages[6];
    int phase = sheet->page->reveal.phase, count;
    switch (study->document.step) {
    case STEP_SIMILARITY:
        return forms[study->model.weights.config.similarity];
    case STEP_SOFTMAX:
        return study->document.what_if.fault == FAULT_SOFTMAX_OVER_QUERIES ? ".axis"
               : attention_trace_divisor(study->trace) == 0                ? ".zero"
                                                                           : "";
    case STEP_FEEDFORWARD:
        count = steps_feedforward_stages(study, stages);
        switch (stages[phase < count ? phase : count - 1]) {
        case ATTENTION_TENSOR_NORM1:
        case ATTENTION_TENSOR_NORM2:
            return ".norm";
        case ATTENTION_TENSOR_FFN_HIDDEN:
            return study->model.weights.config.activation == ATTENTION_ACTIVATION_GELU ? ".gelu"
                                                                                       : ".relu";
        case ATTENTION_TENSOR_FFN_OUTPUT:
            return ".output";
        default:
            return ".residual";
        }
    default:
        return "";
    }
}

/* "√8 ≈ 2.83", with τ "√8 · 0.50 ≈ 1.41". */
static const char *divisor_words(const struct handout *sheet) {
    struct page *page = sheet->page;
    float divisor = attention_trace_divisor(page->study->trace);
    float tau = page->document->what_if.temperature;
    const char *written = page_number(page, divisor, NUMBER_TERM);
    const char *sign = number_shown(divisor) == (double)divisor ? "=" : "≈";
    if (!study_is_scaled(page->study)) {
        return page_format(page, "τ = %s", written);
    }
    int d_k = page->study->model.weights.config.d_k;
    const char *times =
        tau != 1 ? page_format(page, " · %s", page_number(page, tau, NUMBER_TERM)) : "";
    return page_format(page, "√%d%s %s %s", d_k, times, sign, written);
}

static const char *how_words(const struct handout *sheet) {
    struct page *page = sheet->page;
    const char *names[] = {"divisor", NULL};
    const char *values[] = {page->document->step == STEP_SCALE ? divisor_words(sheet) : "", NULL};
    const char *key =
        page_format(page, "worksheet.how.%s%s", step_id(page->document->step), how_variant(sheet));
    return page_filled(page, key, names, values);
}

/* What kinds of number there are. */
struct kinds {
    bool has_fraction, has_small, has_mask;
};

static struct kinds kinds_of(const struct handout *sheet) {
    struct kinds kinds = {0};
    for (int i = 0; i < sheet->worksheet.count; i++) {
        const struct worksheet_matrix *m = &sheet->worksheet.matrices[i];
        for (size_t at = 0; at < m->rows * m->columns; at++) {
            size_t r = at / m->columns, c = at % m->columns;
            float value = worksheet_value(m, r, c);
            if (worksheet_is_masked(sheet->page->study, m, r, c)) {
                kinds.has_mask = true;
                continue;
            }
            kinds.has_fraction = kinds.has_fraction || value != floorf(value);
            kinds.has_small = kinds.has_small || (value != 0 && number_shown(value) == 0);
        }
    }
    return kinds;
}

static const char *note_words(const struct handout *sheet) {
    struct page *page = sheet->page;
    struct kinds kinds = kinds_of(sheet);
    const char *words =
        page_words(page, kinds.has_fraction ? "worksheet.rounded" : "worksheet.whole");
    if (kinds.has_small) {
        words = page_format(page, "%s %s", words, page_words(page, "worksheet.small"));
    }
    if (kinds.has_mask) {
        words = page_format(page, "%s %s", words,
                            page_words(page, page->document->step == STEP_SCALE
                                                 ? "worksheet.masked"
                                                 : "worksheet.masked.zero"));
    }
    return words;
}

static const char *task_words(const struct handout *sheet) {
    struct page *page = sheet->page;
    size_t count = sheet->worksheet.blank_count;
    const char *names[] = {"count", NULL}, *values[] = {page_format(page, "%zu", count), NULL};
    const char *task =
        page_filled(page, count == 1 ? "worksheet.task1" : "worksheet.task", names, values);
    enum fault_choice fault = page->document->what_if.fault;
    const char *wrong =
        fault == FAULT_NONE || page->document->step < STEP_SOFTMAX
            ? ""
            : page_words(page, fault == FAULT_MASK_AFTER_SOFTMAX ? "fault.after.mark"
                                                                 : "fault.axis.mark");
    return page_format(page, "**%s** %s%s%s", task, how_words(sheet), wrong[0] ? " " : "", wrong);
}

/* "By hand · layer 1 · head 1": whose numbers these are. */
static const char *place_words(const struct handout *sheet) {
    struct page *page = sheet->page;
    const struct document *d = page->document;
    bool has_head = d->step >= STEP_PROJECTION && d->step <= STEP_SUM;
    const char *words = page_model_name(page);
    if (d->step >= STEP_PROJECTION) {
        words = page_format(page, "%s · %s", words, page_layer(page, d->layer));
    }
    if (has_head) {
        const char *name = page_head_name(page, d->head);
        words = page_format(page, "%s · %s%s%s", words, page_format(page, "H%d", d->head + 1),
                            name[0] ? " " : "", name);
    }
    return switches_are_changed(page->study)
               ? page_format(page, "%s · %s", words, page_words(page, "panel.changed"))
               : words;
}

static const char *title_words(const struct handout *sheet) {
    return words_for_beat(sheet->page, "title");
}

static const char *step_words(const struct handout *sheet) {
    struct page *page = sheet->page;
    const char *names[] = {"step", "steps", NULL};
    const char *values[] = {page_format(page, "%d", (int)page->document->step + 1),
                            page_format(page, "%d", STEP_COUNT), NULL};
    return page_filled(page, "worksheet.where", names, values);
}

/* ---- at the top of the first page ---- */

static float paragraph(const struct handout *sheet, const char *id, const char *text, float size,
                       struct colour colour, int most_lines, float x, float y, float width,
                       bool is_measuring) {
    const struct ui *ui = &sheet->page->ui;
    struct ui_paragraph p = {text, size, 1.38f, colour, TEXT_WORDS, most_lines};
    float height =
        ui_paragraph(ui, &p, x * ui->unit, roundf(y * ui->unit), width * ui->unit, is_measuring);
    if (!is_measuring) {
        char plain[1024];
        ui_plain_text(plain, sizeof plain, text);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id(id, 0, 0),
                      handout_rect(sheet, x, y, width, height / ui->unit), plain, "");
    }
    return height / ui->unit;
}

/* A label and a line to write on, to the left of `right`; returns where it begins. */
static float draw_field(const struct handout *sheet, const char *key, float line, float right,
                        float baseline) {
    const char *label = page_words(sheet->page, key);
    float width = handout_text_width(sheet, TEXT_WORDS, body_size, label);
    float left = right - line - 4 - width;
    handout_text(sheet, TEXT_WORDS, body_size, left, baseline, theme_for(sheet)->ink, label);
    draw_rectangle(sheet->page->ui.list,
                   handout_rect(sheet, right - line, baseline + 1.5f, line, 0.8f), 0,
                   theme_for(sheet)->ink);
    return left;
}

/* The mark of the key: a framed word at the right. Returns where it begins. */
static float draw_mark(const struct handout *sheet, float right, float baseline, float size) {
    const struct ui *ui = &sheet->page->ui;
    const char *words = page_words(sheet->page, "worksheet.key");
    float width = handout_text_width(sheet, TEXT_WORDS_BOLD, size, words);
    float left = right - width - 1.2f * size;
    struct rect box =
        handout_rect(sheet, left, baseline - 1.25f * size, width + 1.2f * size, 1.8f * size);
    draw_frame(ui->list, box, 2 * ui->unit, fmaxf(1, roundf(1.2f * ui->unit)),
               theme_for(sheet)->ink);
    ui_text_in(ui, box, UI_CENTRE, TEXT_WORDS_BOLD, size, theme_for(sheet)->ink, words);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("worksheet key", 0, 0), box, words, "");
    return left;
}

static void draw_title(const struct handout *sheet, float y) {
    const struct ui *ui = &sheet->page->ui;
    float right = handout_right(sheet), left = handout_left(sheet), baseline = y + 8;
    handout_text(sheet, TEXT_WORDS_MEDIUM, small, left, y + 7, theme_for(sheet)->secondary,
                 step_words(sheet));
    float end = right + 12;
    if (sheet->request.is_key) {
        end = draw_mark(sheet, right, y + 35, 12);
    } else {
        float date = draw_field(sheet, "worksheet.date", 72, right, baseline);
        draw_field(sheet, "worksheet.name", 148, date - 12, baseline);
    }
    struct rect place = handout_rect(sheet, left, y + 17, end - left - 12, 26);
    ui_text_in(ui, place, UI_LEFT, TEXT_WORDS_BOLD, title_size, theme_for(sheet)->ink,
               title_words(sheet));
    semantics_add(ui->semantics, ROLE_HEADING, ui_id("worksheet", 0, 0), place, title_words(sheet),
                  "");
    draw_rectangle(ui->list, handout_rect(sheet, left, y + 46, right - left, 1.2f), 0,
                   theme_for(sheet)->ink);
}

/* A reader's text, in which two stars are two stars: a mark between them keeps them from being
 * emphasis. */
static const char *plain_text(const struct handout *sheet, const char *text) {
    size_t bytes = strlen(text), used = 0;
    char *shown = page_memory(sheet->page, 5 * bytes + 1, 1);
    char *apart = page_memory(sheet->page, 10 * bytes + 1, 1);
    if (!shown || !apart) {
        return "";
    }
    text_printable(shown, 5 * bytes + 1, text, bytes);
    for (const char *c = shown; *c; c++) {
        apart[used++] = *c;
        if (c[0] == '*' && c[1] == '*') {
            apart[used++] = UI_MARK_END[0];
        }
    }
    return apart;
}

/* A text by its name: "Sentence  The cat sat". */
static float put_text(const struct handout *sheet, const char *key, const char *text, float y,
                      bool is_measuring) {
    struct page *page = sheet->page;
    if (!text[0]) {
        return 0;
    }
    float left = handout_left(sheet), indent = 62;
    if (!is_measuring) {
        handout_text(sheet, TEXT_WORDS_SEMIBOLD, body_size, left, y + 10.5f, theme_for(sheet)->ink,
                     page_words(page, key));
    }
    return paragraph(sheet, key, plain_text(sheet, text), body_size, theme_for(sheet)->ink, 3,
                     left + indent, y, handout_right(sheet) - left - indent, is_measuring) +
           2;
}

static float draw_formula(const struct handout *sheet, float y, bool is_measuring) {
    struct page *page = sheet->page;
    const struct ui *ui = &page->ui;
    const char *formula = words_for_beat(page, "formula");
    if (!is_measuring) {
        struct rect box = handout_rect(sheet, handout_left(sheet), y,
                                       handout_right(sheet) - handout_left(sheet), 30);
        draw_rectangle(ui->list, box, 3 * ui->unit, theme_for(sheet)->chip);
        formula_draw(page, formula, 13, box.x + 12 * ui->unit,
                     ui_baseline_in(ui, box, TEXT_MONO, 13), false);
        char plain[256];
        ui_plain_text(plain, sizeof plain, formula);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id("worksheet formula", 0, 0), box, plain, "");
    }
    return 30;
}

float handout_words(const struct handout *sheet, bool is_measuring) {
    const struct document *d = sheet->page->document;
    float y = above, left = handout_left(sheet), width = handout_right(sheet) - left;
    if (!is_measuring) {
        draw_title(sheet, y);
    }
    y += 55;
    y += put_text(sheet, "field.name", d->text, y, is_measuring);
    if (study_has_context(sheet->page->study)) {
        y += put_text(sheet, "field.context", d->what_if.context, y, is_measuring);
    }
    if (study_has_context(sheet->page->study) && d->what_if.values) {
        y += put_text(sheet, "field.values", d->what_if.values, y, is_measuring);
    }
    y += 8;
    y += draw_formula(sheet, y, is_measuring) + 8;
    y += paragraph(sheet, "worksheet task", task_words(sheet), body_size, theme_for(sheet)->ink, 0,
                   left, y, width, is_measuring) +
         3;
    y += paragraph(sheet, "worksheet note", note_words(sheet), note_size,
                   theme_for(sheet)->secondary, 0, left, y, width, is_measuring);
    return y + 14;
}

/* ---- on every page ---- */

void handout_draw_heading(const struct handout *sheet, float y, const char *key) {
    const struct ui *ui = &sheet->page->ui;
    const char *words = page_words(sheet->page, key);
    float left = handout_left(sheet),
          width = handout_text_width(sheet, TEXT_WORDS_SEMIBOLD, 10, words);
    handout_text(sheet, TEXT_WORDS_SEMIBOLD, 10, left, y + 9, theme_for(sheet)->ink, words);
    draw_rectangle(ui->list,
                   handout_rect(sheet, left + width + 8, y + 5.2f,
                                handout_right(sheet) - left - width - 8, 0.6f),
                   0, theme_for(sheet)->line);
    semantics_add(ui->semantics, ROLE_HEADING, ui_id(key, 0, 0),
                  handout_rect(sheet, left, y, width, 12), words, "");
}

static void draw_foot(const struct handout *sheet) {
    struct page *page = sheet->page;
    const char *names[] = {"seed", NULL},
               *values[] = {page_format(page, "%u", (unsigned)sheet->request.seed), NULL};
    const char *version = page_filled(page, "worksheet.version", names, values);
    const char *pages = page_format(page, "%d / %d", sheet->request.page + 1, sheet->pages);
    float left = handout_left(sheet), right = handout_right(sheet), y = sheet->height - 39.7f - 14;
    draw_rectangle(page->ui.list, handout_rect(sheet, left, y, right - left, 0.6f), 0,
                   theme_for(sheet)->line);
    struct rect r = handout_rect(sheet, left, y + 2, right - left, 14);
    struct rect number = rect_cut_right(&r, 60 * page->ui.unit);
    ui_text_in(&page->ui, r, UI_LEFT, TEXT_WORDS, small, theme_for(sheet)->secondary,
               page_format(page, "Headway · %s · %s", place_words(sheet), version));
    ui_text_in(&page->ui, number, UI_RIGHT, TEXT_WORDS, small, theme_for(sheet)->secondary, pages);
    semantics_add(page->ui.semantics, ROLE_TEXT, ui_id("worksheet foot", 0, 0), r,
                  place_words(sheet), pages);
}

/* The first line of the pages after the first. */
static void draw_running_head(const struct handout *sheet) {
    const struct ui *ui = &sheet->page->ui;
    float left = handout_left(sheet), right = handout_right(sheet);
    float end = sheet->request.is_key ? draw_mark(sheet, right, above + 7, small) : right;
    struct rect r = handout_rect(sheet, left, above - 4, end - left - 12, 14);
    ui_text_in(ui, r, UI_LEFT, TEXT_WORDS_MEDIUM, small, theme_for(sheet)->secondary,
               page_format(sheet->page, "%s · %s", step_words(sheet), title_words(sheet)));
    draw_rectangle(ui->list, handout_rect(sheet, left, above + 13, right - left, 0.6f), 0,
                   theme_for(sheet)->line);
}

void handout_draw_frame(const struct handout *sheet) {
    draw_foot(sheet);
    if (sheet->request.page > 0) {
        draw_running_head(sheet);
    }
}

/* stage.c: tabs, the empty sentence, and which step draws. */
#include "stage.h"

#include <math.h>

float stage_cell(float room, size_t cells, float most) {
    float cell = fminf(most, room / (float)(cells ? cells : 1));
    return cell >= 9 ? floorf(cell) : cell;
}

float stage_label_width(struct page *page, const struct labels *rows, float most,
                        const char *axis) {
    float title = ceilf(ui_text_width(&page->ui, TEXT_WORDS_MEDIUM, 13, page_words(page, axis)));
    return fmaxf(labels_row_width(page, rows, most), title);
}

void stage_axis_titles(struct page *page, float row_x, float row_baseline, float column_x,
                       float column_baseline) {
    struct ui *ui = &page->ui;
    const char *query = page_words(page, "axis.query"), *key = page_words(page, "axis.key");
    ui_text(ui, TEXT_WORDS_MEDIUM, 13, row_x - ui_text_width(ui, TEXT_WORDS_MEDIUM, 13, query),
            row_baseline, ui->theme->text[ROLE_QUERY], query);
    ui_text(ui, TEXT_WORDS_MEDIUM, 13, column_x - ui_text_width(ui, TEXT_WORDS_MEDIUM, 13, key),
            column_baseline, ui->theme->text[ROLE_KEY], key);
}

void stage_operator(struct page *page, float x, float y, const char *sign) {
    struct ui *ui = &page->ui;
    float width = ui_text_width(ui, TEXT_WORDS_BOLD, 30, sign);
    struct rect r = rect_make(x - width, y - ui_px(ui, 20), 2 * width, ui_px(ui, 40));
    ui_text_in(ui, r, UI_CENTRE, TEXT_WORDS_BOLD, 30, ui->theme->secondary, sign);
}

const char *stage_shape(struct page *page, const char *key, size_t rows, size_t columns) {
    return page_format(page, "%s  %zu × %zu", page_words(page, key), rows, columns);
}

float stage_title(struct page *page, float x, float baseline, const char *letter, struct colour c,
                  const struct grid *grid, const char *shape, float right) {
    const struct ui *ui = &page->ui;
    float used = ui_text_width(ui, TEXT_WORDS_BOLD, 26, grid_symbol(page, letter)) + ui_px(ui, 10);
    float room = fmaxf(right - x - used, ui_text_width(ui, TEXT_WORDS, 14, shape));
    return grid_title(page, x, baseline, letter, c, grid_words(page, grid, shape, room));
}

float stage_fault_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    enum fault_choice fault = page->document->what_if.fault;
    if (fault == FAULT_NONE || page_n(page) == 0 || r.w < ui_px(ui, 40)) {
        return 0;
    }
    const char *words = page_words(page, fault == FAULT_MASK_AFTER_SOFTMAX ? "fault.after.mark"
                                                                           : "fault.axis.mark");
    float width = fminf(r.w, ceilf(ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 14, words)) + 1);
    struct rect place = rect_cut_right(&r, width);
    ui_text_in(ui, place, UI_RIGHT, TEXT_WORDS_SEMIBOLD, 14, ui->theme->error, words);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("fault", 0, 0), place, words, "")->tooltip =
        semantics_string(ui->semantics, words);
    return width + ui_px(ui, 16);
}

static const char *const view_keys[VIEW_COUNT] = {"view.matrices", "view.diagram", "view.lines",
                                                  "view.heads",    "view.model",   "view.compare"};

static struct ui_button tab_of(struct page *page, int view) {
    return (struct ui_button){.id = ui_id("view", view, 0),
                              .label = page_words(page, view_keys[view]),
                              .kind = UI_BUTTON_BARE,
                              .action = {UI_COMMAND_VIEW_SET, view, 0, 0},
                              .size = 14,
                              .is_selected = (int)page->document->view == view};
}

static float tabs_width(struct page *page, int first, int last) {
    float width = 0;
    for (int v = first; v <= last; v++) {
        struct ui_button tab = tab_of(page, v);
        width += ui_button_width(&page->ui, &tab) + ui_px(&page->ui, 4);
    }
    return width;
}

float stage_tabs_width(struct page *page) {
    return tabs_width(page, 0, VIEW_COUNT - 1);
}

/* Where there is no room for all of them: the chosen one and as many of its neighbours as fit. */
static void draw_tabs(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    int first = (int)page->document->view, last = first;
    for (bool has_grown = true; has_grown;) {
        has_grown = false;
        if (last + 1 < VIEW_COUNT && tabs_width(page, first, last + 1) <= r.w) {
            last++;
            has_grown = true;
        }
        if (first > 0 && tabs_width(page, first - 1, last) <= r.w) {
            first--;
            has_grown = true;
        }
    }
    for (int v = first; v <= last; v++) {
        struct ui_button tab = tab_of(page, v);
        struct rect place = rect_cut_left(&r, ui_button_width(ui, &tab));
        ui_button(ui, rect_inset(place, 0, ui_px(ui, 3)), &tab)->role = ROLE_TAB;
        rect_cut_left(&r, ui_px(ui, 4));
    }
    rect_cut_left(&r, ui_px(ui, 16));
    stage_fault_draw(page, r);
}

static void draw_empty(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    float width = fminf(r.w - ui_px(ui, 32), ui_px(ui, 460)), x = roundf(r.x + (r.w - width) / 2);
    struct ui_paragraph title = {
        page_words(page, "empty.title"), 22, 1.35f, ui->theme->ink, TEXT_WORDS_BOLD, 2};
    struct ui_paragraph body = {page_words(page, "empty.body"), 15.5f,      1.5f,
                                ui->theme->secondary,           TEXT_WORDS, 4};
    float y = roundf(r.y + fmaxf(ui_px(ui, 8), r.h * 0.2f));
    draw_clip_push(ui->list, r);
    y += ui_paragraph(ui, &title, x, y, width, false) + ui_px(ui, 8);
    float line = roundf(ui_type(ui, body.size) * body.line_height);
    body.max_lines = (int)fminf((float)body.max_lines, (rect_bottom(r) - y) / line);
    if (body.max_lines > 0) {
        y += ui_paragraph(ui, &body, x, y, width, false) + ui_px(ui, 16);
    }
    semantics_add(ui->semantics, ROLE_HEADING, ui_id("empty", 0, 0), r, title.text, body.text);
    for (int e = 0; e < 3; e++) {
        struct ui_button example = {
            .id = ui_id("example", e, 0),
            .label = page_words(page, page_format(page, "empty.example%d", e + 1)),
            .action = {UI_COMMAND_TEXT_EXAMPLE, e, 0, 0}};
        float height = ui_px(ui, 42);
        if (y + height <= rect_bottom(r)) {
            ui_button(ui,
                      rect_make(x, roundf(y), fminf(width, ui_button_width(ui, &example)), height),
                      &example);
        }
        y += height + ui_px(ui, 10);
    }
    draw_clip_pop(ui->list);
}

static void draw_matrices(struct page *page, struct rect r) {
    switch (page->document->step) {
    case STEP_TOKENS:
        step_tokens_draw(page, r);
        break;
    case STEP_EMBEDDING:
        step_embedding_draw(page, r);
        break;
    case STEP_PROJECTION:
        step_projection_draw(page, r);
        break;
    case STEP_SIMILARITY:
    case STEP_SCALE:
    case STEP_SOFTMAX:
        step_scores_draw(page, r);
        break;
    case STEP_SUM:
        step_sum_draw(page, r);
        break;
    case STEP_HEADS:
        step_heads_draw(page, r);
        break;
    default:
        step_feedforward_draw(page, r);
    }
}

void stage_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    struct semantic_node *stage =
        semantics_add(ui->semantics, ROLE_TEXT, NODE_STAGE, r, page_words(page, "stage"), "");
    stage->is_focusable = true;
    draw_clip_push(ui->list, r);
    bool is_roomy = r.w >= ui_px(ui, 300) && r.h >= ui_px(ui, 200);
    float margin = ui_px(ui, is_roomy ? 20 : 6);
    struct rect inner = rect_inset(r, margin, is_roomy ? ui_px(ui, 10) : ui_px(ui, 4));
    if (page->part == PICTURE_WINDOW && !page->is_presentation) {
        draw_tabs(page, rect_cut_top(&inner, ui_px(ui, 36)));
    }
    stage_difference_draw(page, &inner);
    bool is_painting = page->presence->is_painting && page_n(page) > 0;
    struct rect note = {0};
    if (is_painting) {
        note = rect_cut_bottom(&inner, ui_px(ui, is_roomy ? 34 : 26));
        rect_cut_bottom(&inner, ui_px(ui, is_roomy ? 8 : 2));
    }
    if (page_n(page) == 0) {
        draw_empty(page, inner);
    } else if (page->document->view == VIEW_DIAGRAM) {
        diagram_draw(page, inner);
    } else if (page->document->view == VIEW_LINES) {
        lines_draw(page, inner);
    } else if (page->document->view == VIEW_HEADS) {
        heads_draw(page, inner);
    } else if (page->document->view == VIEW_MODEL) {
        model_draw(page, inner);
    } else if (page->document->view == VIEW_COMPARE) {
        compare_draw(page, inner);
    } else {
        draw_matrices(page, inner);
    }
    if (is_painting) {
        painting_note_draw(page, note);
    }
    if (ui->focus_id == NODE_STAGE && page->presence->is_focus_visible) {
        draw_frame(ui->list, rect_inset(r, ui_px(ui, 2), ui_px(ui, 2)), ui_px(ui, 6), ui_px(ui, 2),
                   ui->theme->fill[ROLE_QUERY]);
    }
    draw_clip_pop(ui->list);
}

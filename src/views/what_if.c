/* what_if.c: the panel's second page: what a reader may change about the attention, a row each. The
 * rows scroll where they do not fit; below them stands what they did (effect.c). */
#include "chrome.h"

#include "lesson/switches.h"
#include "ui/control.h"

#include <math.h>
#include <string.h>

/* Rows are laid out twice, measured and drawn, by the same functions. */
struct rows {
    struct page *page;
    float x, width; /* of the controls */
    float top;      /* where the first row begins, device pixels; less when scrolled down */
    float y;        /* below what has been laid out */
    bool is_drawing;
    bool has_effect; /* what they did stands at their end, where there is no room below them */
};

static const float row_gap = 2, row_padding = 4, title_height = 22;

/* A row of a height: what is not as the model says lies on the hint colour. */
static struct rect begin_row(struct rows *rows, float height, bool is_changed) {
    struct ui *ui = &rows->page->ui;
    struct rect r = rect_make(rows->x, roundf(rows->top + rows->y), rows->width,
                              height + 2 * ui_px(ui, row_padding));
    if (rows->is_drawing && is_changed) {
        draw_rectangle(ui->list, rect_inset(r, -ui_px(ui, 8), 0), ui_px(ui, 8), ui->theme->hint);
    }
    rows->y += r.h + ui_px(ui, row_gap);
    return rect_inset(r, 0, ui_px(ui, row_padding));
}

/* Nodes recorded since `first` can be scrolled to. */
static void end_row(struct rows *rows, struct rect r, size_t first) {
    struct ui *ui = &rows->page->ui;
    float padding = ui_px(ui, row_padding);
    for (size_t i = first; rows->is_drawing && i < ui->semantics->count; i++) {
        ui->semantics->nodes[i].scroll_y = (r.y - padding - rows->top) / ui->unit;
        ui->semantics->nodes[i].scroll_height = (r.h + 2 * padding) / ui->unit;
    }
}

static void row_title(struct rows *rows, struct rect r, const char *title) {
    struct ui *ui = &rows->page->ui;
    ui_text_in(ui, r, UI_LEFT, TEXT_WORDS_MEDIUM, 14, ui->theme->ink, title);
}

static const char *switch_words(struct page *page, enum switch_id which, const char *choice) {
    return choice ? page_words(page, page_format(page, "switch.%s.%s", switch_id(which), choice))
                  : page_words(page, page_format(page, "switch.%s", switch_id(which)));
}

static void choice_row(struct rows *rows, enum switch_id which) {
    struct page *page = rows->page;
    struct ui *ui = &page->ui;
    struct switch_state state = switch_of(page->study, which);
    const char *labels[SWITCH_MAX_CHOICES];
    if (state.count == 0) {
        return;
    }
    for (int i = 0; i < state.count; i++) {
        labels[i] = switch_words(page, which, state.ids[i]);
    }
    const char *names[] = {"chosen", "own", NULL};
    const char *values[] = {labels[state.chosen], labels[state.own], NULL};
    bool is_changed = switch_is_changed(&state);
    struct ui_choice choice = {
        .id = ui_id("switch", (int32_t)which, 0),
        .name = switch_words(page, which, NULL),
        .value =
            page_filled(page, is_changed ? "switch.value.changed" : "switch.value", names, values),
        .labels = labels,
        .count = state.count,
        .chosen = state.chosen,
        .own = state.own,
        .action = {UI_COMMAND_CHANGE_CHOICE, (int32_t)which, 0, 0}};
    float title = ui_text_width(ui, TEXT_WORDS_MEDIUM, 14, choice.name) + ui_px(ui, 12);
    float natural = ui_choice_width(ui, &choice);
    bool is_inline = title + natural <= rows->width;
    float width =
        is_inline ? fminf(rows->width - title, fmaxf(natural, rows->width * 0.45f)) : rows->width;
    float below = is_inline ? 0 : ui_px(ui, title_height);
    float height = ui_choice_height(ui, &choice, width);
    size_t first = ui->semantics->count;
    struct rect r = begin_row(rows, below + height, is_changed);
    if (rows->is_drawing) {
        row_title(rows, rect_make(r.x, r.y, r.w, is_inline ? r.h : below), choice.name);
        ui_choice_draw(ui, &choice, rect_right(r) - width, r.y + below, width);
    }
    end_row(rows, r, first);
}

static void dial_row(struct rows *rows, enum dial_id which) {
    struct page *page = rows->page;
    struct ui *ui = &page->ui;
    struct dial_state state = dial_of(page->study, which);
    if (state.places == 0) {
        return;
    }
    const char *key = which == DIAL_TEMPERATURE                 ? "dial.temperature"
                      : study_mask(page->study) == MASK_PADDING ? "dial.padding"
                                                                : "dial.window";
    struct ui_slider slider = {.id = ui_id("dial", (int32_t)which, 0),
                               .name = page_words(page, key),
                               .value = page_number(page, state.value, NUMBER_PLAIN),
                               .places = state.places,
                               .place = state.place,
                               .own = state.own,
                               .action = {UI_COMMAND_CHANGE_DIAL, (int32_t)which, 0, 0}};
    slider.value_width = ceilf(fmaxf(ui_text_width(ui, TEXT_MONO, 14, "00.00"),
                                     ui_text_width(ui, TEXT_MONO, 14, slider.value)));
    slider.less = page_format(page, "%s \u2212", slider.name);
    slider.more = page_format(page, "%s +", slider.name);
    float below = ui_px(ui, title_height);
    size_t first = ui->semantics->count;
    struct rect r = begin_row(rows, below + ui_slider_height(ui), state.is_changed);
    if (rows->is_drawing) {
        row_title(rows, rect_make(r.x, r.y, r.w, below), slider.name);
        ui_slider_draw(ui, &slider, rect_make(r.x, r.y + below, r.w, ui_slider_height(ui)));
    }
    end_row(rows, r, first);
}

/* A chip for each head of the layer, in as many lines as they take. */
static void heads_row(struct rows *rows) {
    struct page *page = rows->page;
    struct ui *ui = &page->ui;
    int heads = page->study->model.weights.config.heads, layer = page->document->layer;
    float gap = ui_px(ui, 6), chip_height = ui_px(ui, 30), title = ui_px(ui, title_height);
    float chip =
        ceilf(ui_text_width(ui, TEXT_WORDS_SEMIBOLD, 13, page_format(page, "H%d", heads))) +
        ui_px(ui, 16);
    int most = (int)fmaxf(1, floorf((rows->width + gap) / (chip + gap)));
    int lines = (heads + most - 1) / most;
    bool is_changed = false;
    for (int head = 0; head < heads; head++) {
        is_changed = is_changed || what_if_is_head_off(&page->document->what_if, layer, head);
    }
    size_t first = ui->semantics->count;
    struct rect r = begin_row(rows, title + (float)lines * (chip_height + gap) - gap, is_changed);
    if (rows->is_drawing) {
        row_title(rows, rect_make(r.x, r.y, r.w, title), page_words(page, "what_if.heads"));
    }
    for (int head = 0; head < heads && rows->is_drawing; head++) {
        bool is_on = !what_if_is_head_off(&page->document->what_if, layer, head);
        const char *names[] = {"head", NULL}, *values[] = {page_format(page, "%d", head + 1), NULL};
        struct ui_switch control = {.id = ui_id("head switch", head, 0),
                                    .label = page_format(page, "H%d", head + 1),
                                    .name = page_filled(page, "what_if.head", names, values),
                                    .value = page_words(page, is_on ? "word.on" : "word.off"),
                                    .is_on = is_on,
                                    .action = {UI_COMMAND_CHANGE_HEAD, head, 0, 0}};
        ui_switch_draw(ui, &control,
                       rect_make(r.x + (float)(head % most) * (chip + gap),
                                 r.y + title + (float)(head / most) * (chip_height + gap), chip,
                                 chip_height));
    }
    end_row(rows, r, first);
}

static void text_row(struct rows *rows, enum edit_field field) {
    struct page *page = rows->page;
    struct ui *ui = &page->ui;
    const struct picture_presence *p = page->presence;
    bool is_edited = p->is_editing && p->edited_field == field;
    bool is_set = field_text(page->document, field)[0] != '\0';
    const char *error = is_edited && p->field_error ? p->field_error : NULL;
    struct ui_paragraph why = {error, 13, 1.35f, ui->theme->error, TEXT_WORDS_MEDIUM, 6};
    float title = ui_px(ui, title_height), height = ui_px(ui, 36);
    float more = error ? ui_paragraph(ui, &why, 0, 0, rows->width, true) + ui_px(ui, 6) : 0;
    const char *name = page_words(page, field == EDIT_CONTEXT ? "field.context" : "field.values");
    size_t first = ui->semantics->count;
    struct rect r = begin_row(rows, title + height + more, is_set);
    if (rows->is_drawing) {
        struct rect top = rect_make(r.x, r.y, r.w, title);
        struct ui_button clear = {
            .id = ui_id("clear", (int32_t)field, 0),
            .label = page_words(page, "button.clear"),
            .name = page_format(page, "%s: %s", name, page_words(page, "button.clear")),
            .kind = UI_BUTTON_BARE,
            .action = {UI_COMMAND_CHANGE_TEXT, (int32_t)field, 0, 0},
            .size = 13};
        field_draw(page, rect_make(r.x, r.y + title, r.w, height - ui_px(ui, 2)), field);
        if (is_set) {
            ui_button(ui, rect_cut_right(&top, ui_button_width(ui, &clear)), &clear);
        }
        row_title(rows, top, name);
        if (error) {
            ui_paragraph(ui, &why, r.x, r.y + title + height + ui_px(ui, 4), r.w, false);
            semantics_add(ui->semantics, ROLE_MESSAGE, ui_id("field error", (int32_t)field, 0),
                          rect_intersect(rect_make(r.x, r.y + title + height, r.w, more),
                                         draw_clip(ui->list)),
                          error, "");
        }
    }
    end_row(rows, r, first);
}

static void words_row(struct rows *rows, const char *id, const char *words, bool is_changed) {
    struct ui *ui = &rows->page->ui;
    struct ui_paragraph text = {
        words, 13, 1.4f, is_changed ? ui->theme->ink : ui->theme->secondary, TEXT_WORDS, 0};
    size_t first = ui->semantics->count;
    struct rect r = begin_row(rows, ui_paragraph(ui, &text, 0, 0, rows->width, true), is_changed);
    if (rows->is_drawing) {
        ui_paragraph(ui, &text, r.x, r.y, r.w, false);
        semantics_add(ui->semantics, ROLE_TEXT, ui_id(id, 0, 0),
                      rect_intersect(r, draw_clip(ui->list)), words, "");
    }
    end_row(rows, r, first);
}

/* Numbers changed by hand; those that have no place in this pass are said. */
static void edits_row(struct rows *rows) {
    struct page *page = rows->page;
    size_t count = page->document->what_if.edit_count, left_out = page->study->edits_left_out;
    const char *names[] = {"count", "left_out", NULL};
    const char *values[] = {page_format(page, "%zu", count), page_format(page, "%zu", left_out),
                            NULL};
    if (count > 0) {
        words_row(
            rows, "edits",
            page_filled(page, left_out ? "what_if.edits.left_out" : "what_if.edits", names, values),
            true);
    }
}

static void effect_row(struct rows *rows) {
    struct ui *ui = &rows->page->ui;
    size_t first = ui->semantics->count;
    struct rect inside = rect_make(rows->x, 0, rows->width, 0);
    struct rect r = begin_row(rows, effect_draw(rows->page, inside, true), false);
    if (rows->is_drawing) {
        effect_draw(rows->page, r, false);
    }
    end_row(rows, r, first);
}

static void lay_rows(struct rows *rows) {
    words_row(rows, "what if intro", page_words(rows->page, "what_if.intro"), false);
    choice_row(rows, SWITCH_SIMILARITY);
    choice_row(rows, SWITCH_SCALING);
    dial_row(rows, DIAL_TEMPERATURE);
    choice_row(rows, SWITCH_MASK);
    dial_row(rows, DIAL_MASK_SIZE);
    if (study_mask(rows->page->study) == MASK_PAINTED) {
        words_row(rows, "paint", page_words(rows->page, "what_if.paint"), false);
    }
    choice_row(rows, SWITCH_POSITION);
    choice_row(rows, SWITCH_ORDER);
    choice_row(rows, SWITCH_RESIDUAL);
    choice_row(rows, SWITCH_NORM);
    choice_row(rows, SWITCH_ACTIVATION);
    choice_row(rows, SWITCH_FAULT);
    heads_row(rows);
    text_row(rows, EDIT_CONTEXT);
    if (rows->page->document->what_if.context) {
        text_row(rows, EDIT_VALUES);
    }
    edits_row(rows);
    if (rows->has_effect) {
        effect_row(rows);
    }
}

static void draw_rows(struct page *page, struct rect view, float padding, bool has_effect) {
    struct ui *ui = &page->ui;
    struct rect edge = rect_cut_top(&view, ui_px(ui, 1));
    struct rows rows = {.page = page,
                        .x = view.x + padding,
                        .width = view.w - 2 * padding,
                        .has_effect = has_effect};
    lay_rows(&rows);
    float content = rows.y, most = fmaxf(0, content - view.h);
    float scroll = roundf(fminf(most, fmaxf(0, page->presence->panel_scroll * ui->unit)));
    struct semantic_node *node = semantics_add(ui->semantics, ROLE_TEXT, NODE_PANEL_ROWS, view,
                                               page_words(page, "panel.what_if"), "");
    node->scroll_y = scroll / ui->unit;
    node->scroll_height = content / ui->unit;
    node->scroll_room = view.h / ui->unit;
    draw_clip_push(ui->list, view);
    rows.top = view.y - scroll;
    rows.y = 0;
    rows.is_drawing = true;
    lay_rows(&rows);
    scroll_bar_draw(page, view, content, scroll);
    draw_clip_pop(ui->list);
    if (scroll > 0) { /* there is more above */
        draw_rectangle(ui->list, edge, 0, ui->theme->line);
    }
}

void what_if_draw(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    float padding = ui_px(ui, r.w < ui_px(ui, 320) ? 16 : 24), gap = ui_px(ui, 10);
    struct rect foot = rect_inset(r, padding, 0);
    float effect = effect_draw(page, foot, true) + 2 * gap;
    bool has_foot = r.h - effect >= ui_px(ui, 150); /* else the rows have all the room */
    semantics_add(ui->semantics, ROLE_HEADING, ui_id("panel title", 0, 0),
                  rect_make(r.x, r.y, r.w, 0), page_words(page, "panel.what_if"), "");
    if (page_n(page) == 0) {
        struct ui_paragraph empty = {
            page_words(page, "empty.panel"), 15.5f, 1.48f, ui->theme->ink, TEXT_WORDS, 0};
        empty.max_lines = (int)fmaxf(1, r.h / (ui_type(ui, 15.5f) * 1.48f));
        ui_paragraph(ui, &empty, foot.x, foot.y + gap, foot.w, false);
        return;
    }
    if (has_foot) {
        struct rect under = rect_cut_bottom(&r, effect);
        draw_rectangle(ui->list, rect_make(under.x, under.y, under.w, ui_px(ui, 1)), 0,
                       ui->theme->line);
        effect_draw(page, rect_make(foot.x, under.y + gap, foot.w, 0), false);
    }
    draw_rows(page, r, padding, !has_foot);
}

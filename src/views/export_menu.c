/* export_menu.c: which picture is saved, of what, and as what: the rows of export_choices.h that
 * apply, as high as they are, and under them the button that saves. Where the window is too low for
 * the rows they scroll; the button stays. */
#include "chrome.h"

#include "ui/control.h"

#include <math.h>

static const float sheet_width = 470, row_gap = 8, edge = 12, button_height = 40;

/* The rows, laid one under another. The first time only their height is wanted. */
struct rows {
    struct page *page;
    struct export_extent extent;
    float x, width, title; /* title: width of the column of their names */
    float top, y;          /* of the first, and how far down the next begins */
    bool is_drawing;
};

static const char *row_words(struct page *page, const char *key) {
    return page_words(page, page_format(page, "export.%s", key));
}

/* A row's name, and where what it holds stands. */
static struct rect begin_row(struct rows *rows, const char *title, float height) {
    struct ui *ui = &rows->page->ui;
    struct rect r = rect_make(rows->x, roundf(rows->top + rows->y), rows->width, height);
    struct rect first = rect_make(r.x, r.y, rows->title, fminf(height, ui_px(ui, 30)));
    rows->y += height + ui_px(ui, row_gap);
    if (rows->is_drawing)
        ui_text_in(ui, first, UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary, title);
    rect_cut_left(&r, rows->title + ui_px(ui, 10));
    return r;
}

/* Nodes recorded since `first` can be scrolled to. */
static void end_row(const struct rows *rows, struct rect r, size_t first) {
    struct ui *ui = &rows->page->ui;
    float gap = ui_px(ui, row_gap);
    for (size_t i = first; rows->is_drawing && i < ui->semantics->count; i++) {
        ui->semantics->nodes[i].scroll_y = (r.y - rows->top - gap / 2) / ui->unit;
        ui->semantics->nodes[i].scroll_height = (r.h + gap) / ui->unit;
    }
}

static float room_for_controls(const struct rows *rows) {
    return rows->width - rows->title - ui_px(&rows->page->ui, 10);
}

static void choice_row(struct rows *rows, enum export_row row) {
    struct page *page = rows->page;
    const struct export_choices *choices = &page->presence->exporting;
    const struct export_row_kind *kind = export_row_kind(row);
    const char *labels[EXPORT_MOST_CHOICES];
    int32_t values[EXPORT_MOST_CHOICES];
    int chosen = export_chosen(choices, &rows->extent, row);
    struct ui_choice choice = {.id = ui_id("export row", (int32_t)row, 0),
                               .name = row_words(page, kind->key),
                               .labels = labels,
                               .values = values,
                               .chosen = -1,
                               .own = -1,
                               .action = {UI_COMMAND_EXPORT_SET, (int32_t)row, 0, 0}};
    for (int i = 0; i < EXPORT_MOST_CHOICES && kind->choices[i].key; i++) {
        int value = kind->choices[i].value;
        if (!export_is_offered(choices, &rows->extent, row, value)) continue;
        if (value == chosen) choice.chosen = choice.count;
        values[choice.count] = value;
        labels[choice.count++] = row_words(page, kind->choices[i].key);
    }
    choice.value = choice.chosen >= 0 ? labels[choice.chosen] : "";
    float width = room_for_controls(rows), height = ui_choice_height(&page->ui, &choice, width);
    size_t first = page->ui.semantics->count;
    struct rect r = begin_row(rows, choice.name, height);
    if (rows->is_drawing) ui_choice_draw(&page->ui, &choice, r.x, r.y, width);
    end_row(rows, r, first);
}

static const char *place_words(struct page *page, enum export_row row, int place) {
    const char *names[] = {"number", NULL},
               *values[] = {page_format(page, "%g", export_number(row, place)), NULL};
    const char *key = page_format(page, "export.%s", export_row_kind(row)->unit);
    return page_filled(page, key, names, values);
}

static void slider_row(struct rows *rows, enum export_row row) {
    struct page *page = rows->page;
    struct ui *ui = &page->ui;
    const struct export_row_kind *kind = export_row_kind(row);
    int place = export_chosen(&page->presence->exporting, &rows->extent, row);
    struct ui_slider slider = {.id = ui_id("export row", (int32_t)row, 0),
                               .name = row_words(page, kind->key),
                               .value = place_words(page, row, place),
                               .places = kind->places,
                               .place = place,
                               .own = -1,
                               .action = {UI_COMMAND_EXPORT_SET, (int32_t)row, 0, 0}};
    const char *widest =
        place_words(page, row, kind->places - 2); /* the last may be a whole number */
    slider.value_width = ceilf(fmaxf(ui_text_width(ui, TEXT_MONO, 14, widest),
                                     ui_text_width(ui, TEXT_MONO, 14, slider.value)));
    slider.less = page_format(page, "%s \u2212", slider.name);
    slider.more = page_format(page, "%s +", slider.name);
    size_t first = ui->semantics->count;
    struct rect r = begin_row(rows, slider.name, ui_slider_height(ui));
    if (rows->is_drawing) {
        rect_cut_right(&r, ui_px(ui, 6));
        ui_slider_draw(ui, &slider, r);
    }
    end_row(rows, r, first);
}

static void lay_rows(struct rows *rows) {
    for (int row = 0; row < EXPORT_ROW_COUNT; row++) {
        if (!export_row_applies(&rows->page->presence->exporting, &rows->extent,
                                (enum export_row)row))
            continue;
        if (export_row_kind((enum export_row)row)->places)
            slider_row(rows, (enum export_row)row);
        else
            choice_row(rows, (enum export_row)row);
    }
}

/* The names of all rows, also of those that do not apply: what stands beside them stays where it
 * is. */
static float title_width(struct page *page, float room) {
    float width = 0;
    for (int row = 0; row < EXPORT_ROW_COUNT; row++)
        width = fmaxf(width,
                      ui_text_width(&page->ui, TEXT_WORDS, 14,
                                    row_words(page, export_row_kind((enum export_row)row)->key)));
    return fminf(ceilf(width), floorf(room * 0.4f));
}

static void draw_rows(struct rows *rows, struct rect view, float content) {
    struct page *page = rows->page;
    struct ui *ui = &page->ui;
    float most = fmaxf(0, content - view.h);
    float scroll = roundf(fminf(most, fmaxf(0, page->presence->menu_scroll * ui->unit)));
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_TEXT, NODE_MENU_ROWS, view, "", "");
    node->scroll_y = scroll / ui->unit;
    node->scroll_height = content / ui->unit;
    node->scroll_room = view.h / ui->unit;
    draw_clip_push(ui->list, view);
    rows->top = view.y - scroll;
    rows->y = ui_px(ui, edge);
    rows->is_drawing = true;
    lay_rows(rows);
    scroll_bar_draw(page, view, content, scroll);
    draw_clip_pop(ui->list);
}

void export_menu_draw(struct page *page, struct rect window) {
    struct ui *ui = &page->ui;
    const struct attention_config *config = &page->study->model.weights.config;
    float border = ui_px(ui, edge);
    struct rect wide = sheet_hang(page, window, sheet_width, 0);
    struct rows rows = {.page = page,
                        .extent = {config->layers, config->heads},
                        .x = wide.x + border,
                        .width = wide.w - 2 * border,
                        .y = border};
    rows.title = title_width(page, rows.width);
    lay_rows(&rows);
    float content = rows.y, foot = ui_px(ui, button_height) + border;
    struct rect r = sheet_hang(page, window, sheet_width, (content + foot) / ui->unit);
    sheet_draw(page, r, page_words(page, "command.export.menu"));
    struct ui_button save = {.id = ui_id("save", 0, 0),
                             .label = page_words(page, "button.save"),
                             .kind = UI_BUTTON_PRIMARY,
                             .action = {UI_COMMAND_EXPORT, 1, 0, 0}};
    struct rect rest = r, bottom = rect_cut_bottom(&rest, fminf(foot, r.h / 2));
    draw_rows(&rows, rest, content);
    bottom.h -= border;
    ui_button(ui, rect_inset(bottom, border, 0), &save);
}

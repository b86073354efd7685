/* export_menu.c: which picture is saved, of what, and as what: a row of buttons for each, and one
 * to save. */
#include "chrome.h"

#include <math.h>

/* One choice of a row. */
struct choice {
    int value;
    const char *label, *name;
    bool is_chosen, is_disabled;
};

static void draw_row(struct page *page, struct rect row, enum export_row which, const char *title,
                     float title_width, const struct choice *choices, int count) {
    struct ui *ui = &page->ui;
    ui_text_in(ui, rect_cut_left(&row, title_width), UI_LEFT, TEXT_WORDS, 14, ui->theme->secondary,
               title);
    rect_cut_left(&row, ui_px(ui, 8));
    float width = floorf((row.w - ui_px(ui, 2) * (float)(count - 1)) / (float)count);
    for (int i = 0; i < count; i++) {
        const struct choice *c = &choices[i];
        struct ui_button button = {.id = ui_id("export choice", (int32_t)which, c->value),
                                   .label = c->label,
                                   .name = c->name,
                                   .kind = c->is_chosen && !c->is_disabled ? UI_BUTTON_PRIMARY
                                                                           : UI_BUTTON_BARE,
                                   .action = {UI_COMMAND_EXPORT_SET, (int32_t)which, c->value, 0},
                                   .size = 14,
                                   .is_selected = c->is_chosen && !c->is_disabled,
                                   .is_disabled = c->is_disabled};
        ui_button(ui, rect_cut_left(&row, width), &button);
        rect_cut_left(&row, ui_px(ui, 2));
    }
}

static int part_choices(struct page *page, struct choice *out) {
    static const struct {
        int part;
        const char *key;
    } parts[] = {{PICTURE_WINDOW, "export.window"},
                 {PICTURE_STAGE, "export.stage"},
                 {PICTURE_HEAD, "export.head"},
                 {PICTURE_SHEET, "export.sheet"}};
    for (int i = 0; i < 4; i++)
        out[i] = (struct choice){parts[i].part, page_words(page, parts[i].key),
                                 page_words(page, page_format(page, "%s.name", parts[i].key)),
                                 page->presence->export_part == parts[i].part, false};
    return 4;
}

/* A sheet shows every head already. */
static int range_choices(struct page *page, struct choice *out) {
    static const char *const keys[] = {"export.one", "export.each_head", "export.each_step"};
    int chosen = page->presence->export_range;
    bool is_sheet = page->presence->export_part == PICTURE_SHEET;
    for (int i = 0; i < EXPORT_RANGE_COUNT; i++)
        out[i] = (struct choice){
            i, page_words(page, keys[i]), page_words(page, page_format(page, "%s.name", keys[i])),
            chosen == i || (is_sheet && i == EXPORT_ONE && chosen == EXPORT_EACH_HEAD),
            is_sheet && i == EXPORT_EACH_HEAD};
    return EXPORT_RANGE_COUNT;
}

static int format_choices(struct page *page, struct choice *out) {
    static const char *const names[EXPORT_FORMATS] = {"PNG", "SVG", "PDF"};
    for (int i = 0; i < EXPORT_FORMATS; i++)
        out[i] = (struct choice){i, names[i], NULL, page->presence->export_format == i, false};
    return EXPORT_FORMATS;
}

/* Only images have pixels. */
static int density_choices(struct page *page, struct choice *out) {
    const char *density = page_words(page, "export.density");
    bool is_image = page->presence->export_format == 0;
    for (int d = 1; d <= 4; d++)
        out[d - 1] =
            (struct choice){d, page_format(page, "%d×", d), page_format(page, "%s %d", density, d),
                            page->presence->export_density == d, !is_image};
    return 4;
}

void export_menu_draw(struct page *page, struct rect window) {
    static const struct {
        const char *key;
        enum export_row row;
        int (*choices)(struct page *page, struct choice *out);
    } rows[EXPORT_ROW_COUNT] = {{"export.what", EXPORT_ROW_PART, part_choices},
                                {"export.of", EXPORT_ROW_RANGE, range_choices},
                                {"export.as", EXPORT_ROW_FORMAT, format_choices},
                                {"export.density", EXPORT_ROW_DENSITY, density_choices}};
    struct ui *ui = &page->ui;
    struct rect r = sheet_hang(page, window, 380, 252);
    sheet_draw(page, r, page_words(page, "command.export.menu"));
    draw_clip_push(ui->list, r);
    struct rect inner = rect_inset(r, ui_px(ui, 12), ui_px(ui, 12));
    float share = fminf(1, inner.h / ui_px(ui, 228)); /* rows are lower in a low window */
    float title = 0;
    for (int i = 0; i < EXPORT_ROW_COUNT; i++)
        title = fmaxf(title, ui_text_width(ui, TEXT_WORDS, 14, page_words(page, rows[i].key)));
    title = fminf(ceilf(title), inner.w * 0.3f);
    for (int i = 0; i < EXPORT_ROW_COUNT; i++) {
        struct choice choices[4];
        int count = rows[i].choices(page, choices);
        draw_row(page, rect_cut_top(&inner, floorf(share * ui_px(ui, 36))), rows[i].row,
                 page_words(page, rows[i].key), title, choices, count);
        rect_cut_top(&inner, floorf(share * ui_px(ui, 8)));
    }
    rect_cut_top(&inner, floorf(share * ui_px(ui, 8)));
    struct ui_button save = {.id = ui_id("save", 0, 0),
                             .label = page_words(page, "button.save"),
                             .kind = UI_BUTTON_PRIMARY,
                             .action = {UI_COMMAND_EXPORT, 0, 0, 0}};
    ui_button(ui, rect_cut_top(&inner, floorf(share * ui_px(ui, 42))), &save);
    draw_clip_pop(ui->list);
}

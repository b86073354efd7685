/* picture.c: the whole picture: which parts there are room for, and where they stand. */
#include "picture.h"

#include "chrome.h"
#include "stage.h"
#include "handout.h"

#include <math.h>
#include <string.h>

static const struct picture_presence nobody; /* pictures in files */

static enum colour_map chosen_map(const struct document *document, const struct theme *theme) {
    switch (document->map) {
    case MAP_BLUES:
        return COLOUR_MAP_BLUES;
    case MAP_EMBER:
        return COLOUR_MAP_EMBER;
    case MAP_CIVIDIS:
        return COLOUR_MAP_CIVIDIS;
    case MAP_VIRIDIS:
        return COLOUR_MAP_VIRIDIS;
    case MAP_MAGMA:
        return COLOUR_MAP_MAGMA;
    case MAP_GREYS:
        return COLOUR_MAP_GREYS;
    default:
        return theme->weights;
    }
}

/* Device pixels per logical pixel. A scale too large for the window gives way: at least 320 × 240
 * logical pixels stay, the smallest room there is a layout for. In presentation mode the window is
 * 480 logical pixels high, so that 15 of them are 3 %. */
static float unit_of(const struct picture_request *request) {
    const struct document *d = &request->study->document;
    float unit = request->density * (float)d->scale_percent / 100.0f;
    unit = fminf(unit, request->density * fminf((float)d->width / 320, (float)d->height / 240));
    if (d->is_presentation && request->part == PICTURE_WINDOW) {
        float height = (float)d->height * request->density;
        unit = fmaxf(unit, fminf(height / 480.0f, (float)d->width * request->density / 640.0f));
    }
    return unit;
}

/* Heads, whatever the view. */
static bool has_own_matrices(enum picture_part part) {
    return part == PICTURE_HEAD || part == PICTURE_SHEET || part == PICTURE_MODEL_SHEET;
}

static struct page page_of(const struct picture_request *request, struct draw_list *list,
                           struct semantics *semantics) {
    const struct study *study = request->study;
    const struct document *d = &study->document;
    const struct theme *theme = theme_of((enum theme_kind)d->theme);
    const struct picture_presence *presence = request->presence ? request->presence : &nobody;
    struct page page = {.study = study,
                        .document = d,
                        .catalogue = request->catalogue,
                        .presence = presence,
                        .part = request->part,
                        .is_figure = request->is_figure && request->part != PICTURE_WINDOW,
                        .is_presentation = d->is_presentation && request->part == PICTURE_WINDOW};
    page.ui = (struct ui){.list = list,
                          .semantics = semantics,
                          .measurer = request->measurer,
                          .theme = theme,
                          .unit = unit_of(request),
                          .text_scale = 1,
                          .has_pointer = presence->has_pointer,
                          .pointer_x = presence->pointer_x,
                          .pointer_y = presence->pointer_y,
                          .focus_id = presence->is_focus_visible ? presence->focus_id : 0,
                          .weights_map = chosen_map(d, theme),
                          .scores_map = theme->scores};
    if (request->has_grey_scale) {
        page.ui.scores_map = colour_map_signed(page.ui.weights_map);
    }
    page.before = difference_state_of(study);
    page.shows_difference = difference_is_shown(study) ||
                            (d->shows_difference && page.before == DIFFERENCE_THERE &&
                             has_own_matrices(request->part));
    page.reveal = steps_reveal(study);
    page.selection = selection_of(study);
    page.is_selection_shown =
        page.selection.source >= 0 && selection_is_shown(study, &page.selection);
    page.has_arithmetic =
        page.selection.source >= 0 && arithmetic_of(study, &page.selection, &page.arithmetic);
    return page;
}

/* The title and formula over the stage where the panel has given way. */
static void draw_heading(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    const char *title = words_for_beat(page, "title"), *formula = words_for_beat(page, "formula");
    float w =
        ui_text_in(ui, r, UI_LEFT, TEXT_WORDS_BOLD, 22, ui->theme->ink, title) + ui_px(ui, 20);
    semantics_add(ui->semantics, ROLE_HEADING, ui_id("heading", 0, 0), r, title, "");
    rect_cut_left(&r, w);
    r.w -= stage_fault_draw(page, r);
    if (formula_draw(page, formula, 18, 0, 0, true) <= r.w) {
        formula_draw(page, formula, 18, r.x, ui_baseline_in(ui, r, TEXT_MONO, 18), false);
    }
}

/* What the class must read where the panel has given way: the open question, else what this beat
 * does; and where we are. */
static float draw_strip(struct page *page, struct rect room) {
    struct ui *ui = &page->ui;
    const struct document *d = page->document;
    const char *place = d->view == VIEW_COMPARE
                            ? page_format(page, "t = %d", d->compare_steps)
                            : page_format(page, "H%d · %d/%d", d->head + 1, d->beat + 1,
                                          steps_beats(page->study, d->step));
    const char *question = page_n(page) ? card_question(page) : NULL;
    struct ui_paragraph words = {question ? question : words_for_beat(page, "text"),
                                 14.5f,
                                 1.3f,
                                 ui->theme->ink,
                                 TEXT_WORDS,
                                 2};
    float width = ui_text_width(ui, TEXT_MONO, 14, place), side = width + ui_px(ui, 16);
    if (page_n(page) == 0) {
        return 0;
    }
    float height = ui_paragraph(ui, &words, 0, 0, room.w - side, true) + ui_px(ui, 4);
    struct rect r = rect_cut_top(&room, height), right = rect_cut_right(&r, side);
    char plain[1024];
    if (question) {
        draw_rectangle(ui->list, rect_inset(r, -ui_px(ui, 6), 0), ui_px(ui, 6), ui->theme->hint);
    }
    right.h = fminf(right.h, ui_px(ui, 22));
    ui_text_in(ui, right, UI_RIGHT, TEXT_MONO, 14, ui->theme->secondary, place);
    ui_paragraph(ui, &words, r.x, r.y + ui_px(ui, 2), r.w, false);
    ui_plain_text(plain, sizeof plain, words.text);
    semantics_add(ui->semantics, ROLE_TEXT, ui_id("strip", 0, 0), r, plain, place);
    return height;
}

static void draw_presentation(struct page *page, struct rect window) {
    struct ui *ui = &page->ui;
    struct rect bottom = rect_cut_bottom(&window, ui_px(ui, 44)),
                top = rect_cut_top(&window, ui_px(ui, 40));
    timeline_draw(page, bottom);
    draw_heading(page, rect_inset(top, ui_px(ui, 16), ui_px(ui, 4)));
    if (window.h >= ui_px(ui, 240)) {
        struct rect strip = rect_inset(window, ui_px(ui, 16), 0);
        rect_cut_top(&window, draw_strip(page, strip));
    }
    stage_draw(page, window);
    if (page->presence->is_panel_open) { /* over the stage, for as long as it is asked for */
        struct rect sheet = window;
        panel_draw(page, rect_cut_right(&sheet, fminf(window.w, ui_px(ui, 320))));
    }
}

static void draw_window(struct page *page, struct rect window) {
    struct ui *ui = &page->ui;
    float room_w = window.w / ui->unit, room_h = window.h / ui->unit;
    struct rect rest = window;
    struct rect top = rect_cut_top(&rest, ui_px(ui, room_h < 480 ? 44 : 64));
    struct rect bottom = rect_cut_bottom(&rest, ui_px(ui, room_h < 480   ? 48
                                                          : room_w < 900 ? 60
                                                                         : 92));
    bool has_panel = room_w >= 1000, is_sheet = !has_panel && page->presence->is_panel_open;
    struct rect panel = {0};
    if (has_panel) {
        panel = rect_cut_right(&rest, ui_px(ui, room_w >= 1240 ? 336 : 296));
    }
    if (room_w >= 700 && room_h >= 420) {
        rail_draw(page, rect_cut_left(&rest, ui_px(ui, 124)));
    }
    stage_draw(page, rest);
    if (is_sheet) {
        struct rect sheet = rest;
        panel_draw(page, rect_cut_right(&sheet, fminf(rest.w, ui_px(ui, 336))));
    } else if (has_panel) {
        panel_draw(page, panel);
    }
    timeline_draw(page, bottom);
    top_bar_draw(page, top);
    float tabs = stage_tabs_width(page) + ui_px(ui, 20); /* the view tabs stay free */
    tabs = rest.w - tabs >= ui_px(ui, 320) ? tabs : 0;
    message_draw(page, rect_make(rest.x + tabs + ui_px(ui, 12), rect_bottom(top) + ui_px(ui, 6),
                                 rest.w - tabs - ui_px(ui, 24), 0));
    menus_draw(page, window);
}

/* The stage alone, with its title: for papers and slides. */
static void draw_stage_figure(struct page *page, struct rect r) {
    struct ui *ui = &page->ui;
    if (!page->is_figure) {
        struct rect top = rect_cut_top(&r, ui_px(ui, 52));
        draw_heading(page, rect_inset(top, ui_px(ui, 24), ui_px(ui, 8)));
    }
    stage_draw(page, r);
}

/* The words under the pointer that were cut, near it. */
static void draw_tooltip(struct page *page, struct rect window) {
    struct ui *ui = &page->ui;
    const struct picture_presence *p = page->presence;
    if (!ui->has_pointer || p->is_model_menu_open || p->is_export_menu_open || p->is_keys_open ||
        p->finder.kind != FINDER_NONE) {
        return;
    }
    const struct semantic_node *node = semantics_at(ui->semantics, ui->pointer_x, ui->pointer_y);
    if (!node || !node->tooltip[0]) {
        return;
    }
    float most = fminf(ui_px(ui, 420), window.w - ui_px(ui, 24)), padding = ui_px(ui, 9);
    struct ui_paragraph text = {node->tooltip, 13, 1.35f, ui->theme->surface, TEXT_WORDS, 12};
    float width = fminf(most, ceilf(ui_text_width(ui, TEXT_WORDS, 13, node->tooltip)) + 2);
    float height = ui_paragraph(ui, &text, 0, 0, width, true);
    float x = fminf(ui->pointer_x + ui_px(ui, 12),
                    rect_right(window) - width - 2 * padding - ui_px(ui, 4));
    float y = ui->pointer_y + ui_px(ui, 18);
    if (y + height + 2 * padding > rect_bottom(window)) {
        y = ui->pointer_y - height - 2 * padding - ui_px(ui, 6);
    }
    struct rect r = rect_snap(rect_make(fmaxf(ui_px(ui, 4), x), fmaxf(0, y), width + 2 * padding,
                                        height + 2 * padding - ui_px(ui, 4)));
    draw_rectangle(ui->list, r, ui_px(ui, 7), ui->theme->ink);
    ui_paragraph(ui, &text, r.x + padding, r.y + padding - ui_px(ui, 2), width, false);
}

/* A worksheet has a page of its own: the last beat, in print. One unit is a point. */
static struct page worksheet_page(const struct picture_request *request, struct study *study,
                                  struct draw_list *list, struct semantics *semantics) {
    struct picture_request at = *request;
    *study = worksheet_study(request->study);
    at.study = study;
    at.presence = NULL;
    draw_list_begin(list, 1, 1, theme_of(THEME_KIND_CONTRAST)->surface);
    semantics_begin(semantics);
    struct page page = page_of(&at, list, semantics);
    page.ui.unit = request->density * 96 / 72;
    return page;
}

static bool draw_worksheet(const struct picture_request *request, struct draw_list *list,
                           struct semantics *semantics, int *pages, struct file_error *error) {
    struct study study;
    struct handout sheet;
    struct page page = worksheet_page(request, &study, list, semantics);
    bool is_done = handout_make(&sheet, &page, &request->worksheet, error);
    if (is_done) {
        *pages = sheet.pages;
        float unit = page.ui.unit;
        struct rect paper =
            rect_make(0, 0, roundf(sheet.width * unit), roundf(sheet.height * unit));
        draw_list_begin(list, paper.w, paper.h, page.ui.theme->surface);
        draw_clip_push(list, paper);
        handout_draw(&sheet);
        draw_clip_pop(list);
        worksheet_free(&sheet.worksheet);
    }
    is_done = is_done && draw_list_ok(list) && !semantics->failed;
    arithmetic_free(&page.arithmetic);
    semantics_keep(semantics, page.scratch, page_scratch_free);
    return is_done;
}

bool picture_pages(const struct picture_request *request, int *pages, struct file_error *error) {
    struct draw_list list = {0};
    struct semantics semantics = {0};
    *pages = 1;
    bool is_done = request->part != PICTURE_WORKSHEET ||
                   draw_worksheet(request, &list, &semantics, pages, error);
    draw_list_free(&list);
    semantics_free(&semantics);
    return is_done;
}

bool picture_draw(const struct picture_request *request, struct draw_list *list,
                  struct semantics *semantics) {
    if (request->part == PICTURE_WORKSHEET) {
        struct semantics unused = {0};
        int pages;
        bool is_drawn =
            draw_worksheet(request, list, semantics ? semantics : &unused, &pages, NULL);
        semantics_free(&unused);
        return is_drawn;
    }
    const struct document *d = &request->study->document;
    struct semantics own = {0};
    semantics_begin(semantics ? semantics : &own);
    struct page page = page_of(request, list, semantics ? semantics : &own);
    struct rect window = rect_make(0, 0, roundf((float)d->width * request->density),
                                   roundf((float)d->height * request->density));
    bool is_figure = request->part != PICTURE_WINDOW;
    draw_list_begin(list, window.w, window.h,
                    is_figure ? page.ui.theme->surface : page.ui.theme->background);
    draw_clip_push(list, window);
    if (request->part == PICTURE_HEAD) {
        head_figure_draw(&page, window);
    } else if (request->part == PICTURE_STAGE) {
        draw_stage_figure(&page, window);
    } else if (request->part == PICTURE_SHEET || request->part == PICTURE_MODEL_SHEET) {
        contact_sheet_draw(&page, window);
    } else if (page.presence->is_blank) {
        semantics_add(page.ui.semantics, ROLE_BLOCK, ui_id("blank", 0, 0), window, "", "")->action =
            (struct ui_action){UI_COMMAND_BLANK, 0, 0, 0};
    } else if (page.is_presentation) {
        draw_presentation(&page, window);
    } else {
        draw_window(&page, window);
    }
    if (page.presence->is_keys_open) {
        keys_overlay_draw(&page, window);
    }
    if (page.presence->finder.kind != FINDER_NONE) {
        finder_draw(&page, window);
    }
    draw_tooltip(&page, window);
    draw_clip_pop(list);
    bool is_done = draw_list_ok(list) && !page.ui.semantics->failed;
    arithmetic_free(&page.arithmetic);
    semantics_keep(page.ui.semantics, page.scratch, page_scratch_free); /* grids point into it */
    semantics_free(&own);
    return is_done;
}

/* scrolled.c: a part of the panel that may be higher than its room. */
#include "chrome.h"

#include <math.h>

void scroll_bar_draw(struct page *page, struct rect view, float content, float scroll) {
    struct ui *ui = &page->ui;
    if (content <= view.h) {
        return;
    }
    float width = ui_px(ui, 4), height = fmaxf(ui_px(ui, 24), view.h * view.h / content);
    float at = scroll / (content - view.h) * (view.h - height);
    struct rect thumb = rect_make(rect_right(view) - width - ui_px(ui, 3), roundf(view.y + at),
                                  width, roundf(height));
    draw_rectangle(ui->list, thumb, width / 2, ui->theme->faint);
}

/* Its height with all the room it wants: drawn into lists that nobody sees. */
static float height_of(struct page *page, struct rect rest, scrolled_part *part) {
    const float plenty = 100000;
    struct draw_list list = {0}, *shown = page->ui.list;
    struct semantics semantics = {0}, *told = page->ui.semantics;
    draw_list_begin(&list, shown->width, shown->height, shown->background);
    semantics_begin(&semantics);
    page->ui.list = &list;
    page->ui.semantics = &semantics;
    float room = rest.h;
    rest.h = plenty;
    float height = part(page, rest, room) - rest.y;
    page->ui.list = shown;
    page->ui.semantics = told;
    shown->failed = shown->failed || list.failed || semantics.failed;
    draw_list_free(&list);
    semantics_free(&semantics);
    return ceilf(height);
}

/* What is out of view is met by no click; what takes the keyboard says where it would be. */
static void cut_nodes(struct page *page, size_t first, struct rect view, float scroll) {
    struct semantics *list = page->ui.semantics;
    float unit = page->ui.unit;
    for (size_t i = first; i < list->count; i++) {
        struct semantic_node *node = &list->nodes[i];
        if (node->is_focusable) {
            node->scroll_y = (node->rect.y - view.y + scroll) / unit;
            node->scroll_height = node->rect.h / unit;
        }
        node->rect = rect_intersect(node->rect, view);
    }
}

void scrolled_draw(struct page *page, struct rect view, struct rect rest, const char *name,
                   scrolled_part *part) {
    struct ui *ui = &page->ui;
    float height = height_of(page, rest, part);
    if (height <= rest.h) {
        part(page, rest, rest.h);
        return;
    }
    struct rect edge = rect_cut_top(&view, ui_px(ui, 1));
    float content = height + view.h - rest.h, room = rest.h; /* the margins scroll too */
    float scroll = fminf(content - view.h, fmaxf(0, page->presence->panel_scroll * ui->unit));
    scroll = roundf(scroll);
    struct semantic_node *rows =
        semantics_add(ui->semantics, ROLE_TEXT, NODE_PANEL_ROWS, view, name, "");
    rows->scroll_y = scroll / ui->unit;
    rows->scroll_height = content / ui->unit;
    rows->scroll_room = view.h / ui->unit;
    size_t first = ui->semantics->count;
    draw_clip_push(ui->list, view);
    rest.y -= scroll;
    rest.h = height;
    part(page, rest, room);
    scroll_bar_draw(page, view, content, scroll);
    draw_clip_pop(ui->list);
    cut_nodes(page, first, view, scroll);
    if (scroll > 0) { /* there is more above */
        draw_rectangle(ui->list, edge, 0, ui->theme->line);
    }
}

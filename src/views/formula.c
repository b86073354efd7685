/* formula.c: one line of a formula: letters with lowered and raised parts, in colour. */
#include "chrome.h"

#include <math.h>
#include <string.h>

struct formula_pen {
    struct page *page;
    float x, baseline, size;
    struct colour colour;
    bool is_measuring;
};

static void put(struct formula_pen *pen, const char *text, size_t bytes, int level) {
    const struct ui *ui = &pen->page->ui;
    float size = level ? pen->size * 0.72f : pen->size; /* logical */
    float shift = level < 0 ? pen->size * 0.24f : level > 0 ? -pen->size * 0.42f : 0;
    const char *piece = page_format(pen->page, "%.*s", (int)bytes, text);
    float width = ui_text_width(ui, TEXT_MONO, size, piece);
    if (!pen->is_measuring && bytes) {
        draw_text(ui->list, ui->measurer, TEXT_MONO, ui_type(ui, size), roundf(pen->x),
                  roundf(pen->baseline + ui_type(ui, shift)), 0, pen->colour, text, bytes);
    }
    pen->x += width;
}

static size_t character_bytes(const char *text) {
    size_t bytes = 1;
    while (((unsigned char)text[bytes] & 0xC0) == 0x80) {
        bytes++;
    }
    return bytes;
}

float formula_draw(struct page *page, const char *marked, float size, float x, float baseline,
                   bool is_measuring) {
    const struct theme *t = page->ui.theme;
    struct formula_pen pen = {page, x, baseline, size, t->ink, is_measuring};
    while (*marked) {
        unsigned char c = (unsigned char)*marked;
        if (c >= 1 && c <= 6) {
            pen.colour = c <= 4 ? t->text[c - 1] : t->ink;
            marked++;
        } else if ((c == '_' || c == '^') && marked[1]) {
            const char *group = marked + 1;
            size_t bytes = character_bytes(group);
            const char *after = group + bytes;
            if (*group == '{' && strchr(group, '}')) {
                group++;
                bytes = (size_t)(strchr(group, '}') - group);
                after = group + bytes + 1;
            }
            put(&pen, group, bytes, c == '_' ? -1 : 1);
            marked = after;
        } else {
            size_t bytes = strcspn(marked, "_^\x01\x02\x03\x04\x05\x06");
            put(&pen, marked, bytes, 0);
            marked += bytes;
        }
    }
    return pen.x - x;
}

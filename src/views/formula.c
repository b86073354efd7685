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

static void put(struct formula_pen *pen, const char *text, size_t bytes) {
    const struct ui *ui = &pen->page->ui;
    const char *piece = page_format(pen->page, "%.*s", (int)bytes, text);
    float width = ui_text_width(ui, TEXT_MONO, pen->size, piece);
    if (!pen->is_measuring && bytes) {
        draw_text(ui->list, ui->measurer, TEXT_MONO, ui_type(ui, pen->size), roundf(pen->x),
                  roundf(pen->baseline), 0, pen->colour, text, bytes);
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

/* Bytes of the group that begins at `{`, both braces included; nested groups count. */
static size_t group_bytes(const char *text) {
    int depth = 0;
    size_t at = 0;
    do {
        depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
        at++;
    } while (depth > 0 && text[at]);
    return at;
}

static void put_marked(struct formula_pen *pen, const char *text, size_t bytes);

/* What follows "_" or "^", smaller and lower or higher. Returns the bytes it took. */
static size_t put_index(struct formula_pen *pen, const char *text, bool is_raised) {
    float size = pen->size, baseline = pen->baseline;
    size_t bytes = *text == '{' ? group_bytes(text) : character_bytes(text);
    size_t brace = *text == '{' ? 1 : 0;
    pen->baseline += ui_type(&pen->page->ui, is_raised ? -size * 0.42f : size * 0.24f);
    pen->size = size * 0.74f;
    put_marked(pen, text + brace, bytes - 2 * brace);
    pen->size = size;
    pen->baseline = baseline;
    return bytes;
}

static void put_marked(struct formula_pen *pen, const char *text, size_t bytes) {
    const struct theme *t = pen->page->ui.theme;
    const char *end = text + bytes;
    while (text < end) {
        unsigned char c = (unsigned char)*text;
        if (c >= 1 && c <= 6) {
            pen->colour = c <= 4 ? t->text[c - 1] : t->ink;
            text++;
        } else if ((c == '_' || c == '^') && text + 1 < end) {
            text += 1 + put_index(pen, text + 1, c == '^');
        } else {
            size_t plain = 1;
            while (text + plain < end && !strchr("_^\x01\x02\x03\x04\x05\x06", text[plain])) {
                plain++;
            }
            put(pen, text, plain);
            text += plain;
        }
    }
}

float formula_draw(struct page *page, const char *marked, float size, float x, float baseline,
                   bool is_measuring) {
    struct formula_pen pen = {page, x, baseline, size, page->ui.theme->ink, is_measuring};
    put_marked(&pen, marked, strlen(marked));
    return pen.x - x;
}

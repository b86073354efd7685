/* paragraph.c: running text with emphasis, broken into lines. */
#include "ui.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

struct look { /* how the next characters are drawn */
    bool is_bold;
    int role; /* theme_role, or −1 */
};

/* An atom is what is never broken: a word, or one wide character with the closing marks behind it.
 */
struct atom {
    const char *text;
    size_t bytes;
    bool has_space_before;
    struct look look;
};

struct pen {
    const struct ui *ui;
    const struct ui_paragraph *paragraph;
    float left, x, y, width, line_px;
    int line;
    bool is_measuring, is_full;
    float ellipsis; /* width that the last line keeps free for it */
};

static bool is_wide(utf8proc_int32_t c) {
    return utf8proc_charwidth(c) == 2;
}

/* Marks that may not begin a line. */
static bool is_closing(utf8proc_int32_t c) {
    utf8proc_category_t k = utf8proc_category(c);
    return k == UTF8PROC_CATEGORY_PE || k == UTF8PROC_CATEGORY_PF ||
           (k == UTF8PROC_CATEGORY_PO && is_wide(c));
}

/* Marks that may not end a line. */
static bool is_opening(utf8proc_int32_t c) {
    utf8proc_category_t k = utf8proc_category(c);
    return k == UTF8PROC_CATEGORY_PS || k == UTF8PROC_CATEGORY_PI;
}

/* The grapheme cluster that begins here: its bytes, and its first code point. An emoji sequence is
 * never taken apart. */
static size_t cluster_at(const char *text, utf8proc_int32_t *first) {
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
    utf8proc_int32_t state = 0, before, next;
    utf8proc_ssize_t used = utf8proc_iterate(bytes, -1, first);
    if (used <= 0) {
        *first = 0xFFFD;
        return 1;
    }
    before = *first;
    for (;;) {
        utf8proc_ssize_t more = bytes[used] ? utf8proc_iterate(bytes + used, -1, &next) : 0;
        if (more <= 0 || next <= 6 || utf8proc_grapheme_break_stateful(before, next, &state)) {
            return (size_t)used;
        }
        before = next;
        used += more;
    }
}

/* Steps over a style mark; returns its bytes, 0 when there is none. */
static size_t take_mark(const char *text, struct look *look) {
    if (text[0] >= 1 && text[0] <= 4) {
        *look = (struct look){true, text[0] - 1};
        return 1;
    }
    if (text[0] == 5 || text[0] == 6) {
        *look = (struct look){text[0] == 5, -1};
        return 1;
    }
    if (text[0] == '*' && text[1] == '*') {
        look->is_bold = !look->is_bold;
        return 2;
    }
    return 0;
}

static bool next_atom(const char **text, struct look *look, struct atom *atom) {
    const char *at = *text;
    atom->has_space_before = false;
    for (size_t mark; *at == ' ' || (mark = take_mark(at, look)) > 0;) {
        if (*at == ' ') {
            atom->has_space_before = true;
            at++;
        } else {
            at += mark;
        }
    }
    atom->text = at;
    atom->look = *look;
    bool is_glued = false, has_wide = false;
    while (*at && *at != ' ' && !((*at >= 1 && *at <= 6) || (at[0] == '*' && at[1] == '*'))) {
        utf8proc_int32_t c;
        size_t bytes = cluster_at(at, &c);
        bool breaks = (has_wide || (is_wide(c) && at > atom->text)) && !is_glued && !is_closing(c);
        if (breaks) {
            break;
        }
        is_glued = is_opening(c);
        has_wide = has_wide || is_wide(c);
        at += bytes;
    }
    atom->bytes = (size_t)(at - atom->text);
    *text = at;
    return atom->bytes > 0;
}

static enum text_style style_of(const struct ui_paragraph *p, struct look look) {
    if (p->style == TEXT_MONO_BOLD) {
        return TEXT_MONO_BOLD;
    }
    if (p->style == TEXT_MONO) {
        return look.is_bold && look.role < 0 ? TEXT_MONO_BOLD
                                             : TEXT_MONO; /* colour is enough for an operand */
    }
    return look.is_bold ? TEXT_WORDS_BOLD : p->style;
}

static void draw_piece(struct pen *pen, const struct atom *atom, size_t bytes, float width) {
    const struct ui *ui = pen->ui;
    if (!pen->is_measuring && bytes) {
        struct colour c =
            atom->look.role >= 0 ? ui->theme->text[atom->look.role] : pen->paragraph->colour;
        float size = ui_type(ui, pen->paragraph->size);
        enum text_style style = style_of(pen->paragraph, atom->look);
        struct text_metrics m = ui->measurer->metrics(ui->measurer->context, style, size);
        float baseline = roundf(pen->y + (pen->line_px + m.ascent - m.descent) / 2);
        draw_text(ui->list, ui->measurer, style, size, roundf(pen->x), baseline, 0, c, atom->text,
                  bytes);
    }
    pen->x += width;
}

static bool is_last_line(const struct pen *pen) {
    return pen->line + 1 == pen->paragraph->max_lines;
}

/* Where the words of this line must end. */
static float right_end(const struct pen *pen) {
    return pen->left + pen->width - (is_last_line(pen) ? pen->ellipsis : 0);
}

static void break_line(struct pen *pen) {
    if (is_last_line(pen)) {
        struct atom dots = {.text = "\u2026", .look = {false, -1}};
        draw_piece(pen, &dots, strlen(dots.text), 0);
    }
    pen->line++;
    pen->x = pen->left;
    pen->y += pen->line_px;
    pen->is_full = pen->paragraph->max_lines > 0 && pen->line >= pen->paragraph->max_lines;
}

/* A word wider than the line is broken between characters. */
static void place_long(struct pen *pen, struct atom atom, enum text_style style, float size) {
    while (atom.bytes && !pen->is_full) {
        size_t bytes = 0;
        float width = 0;
        while (bytes < atom.bytes) {
            utf8proc_int32_t c;
            size_t more = bytes + cluster_at(atom.text + bytes, &c);
            float wider = text_width(pen->ui->measurer, style, size, atom.text, more);
            bool is_first =
                bytes == 0 && pen->x <= pen->left; /* one at least, or no end is reached */
            if (!is_first && pen->x + wider > right_end(pen)) {
                break;
            }
            bytes = more;
            width = wider;
        }
        draw_piece(pen, &atom, bytes, width);
        atom.text += bytes;
        atom.bytes -= bytes;
        if (atom.bytes) {
            break_line(pen);
        }
    }
}

/* Does the atom end in an opening bracket? Then what follows stays with it. */
static bool ends_open(const struct atom *atom) {
    utf8proc_int32_t c = 0;
    for (size_t at = 0; at < atom->bytes;) {
        at += cluster_at(atom->text + at, &c);
    }
    return is_opening(c);
}

/* Width of what follows without a space, such as the full stop behind an emphasised word: it stays
 * on the line. */
static float glued_width(const struct ui *ui, const struct ui_paragraph *p, const struct atom *atom,
                         const char *text, struct look look) {
    struct atom next;
    utf8proc_int32_t c;
    float width = 0;
    bool is_open = ends_open(atom);
    while (next_atom(&text, &look, &next) && !next.has_space_before) {
        cluster_at(next.text, &c);
        if (is_wide(c) && !is_closing(c) && !is_open) {
            break;
        }
        is_open = ends_open(&next);
        width += text_width(ui->measurer, style_of(p, next.look), ui_type(ui, p->size), next.text,
                            next.bytes);
    }
    return width;
}

float ui_paragraph(const struct ui *ui, const struct ui_paragraph *paragraph, float x, float y,
                   float width, bool is_measuring) {
    float size = ui_type(ui, paragraph->size);
    struct pen pen = {ui, paragraph,    x,     x, y, width, roundf(size * paragraph->line_height),
                      0,  is_measuring, false, 0};
    struct look look = {false, -1};
    struct atom atom;
    if (paragraph->max_lines > 0) { /* only what really does not fit loses room to an ellipsis */
        struct ui_paragraph whole = *paragraph;
        whole.max_lines = 0;
        float all = ui_paragraph(ui, &whole, x, y, width, true);
        pen.ellipsis =
            all > pen.line_px * ((float)paragraph->max_lines + 0.5f)
                ? text_width(ui->measurer, paragraph->style, size, "\u2026", strlen("\u2026"))
                : 0;
    }
    const char *text = paragraph->text;
    while (!pen.is_full && next_atom(&text, &look, &atom)) {
        enum text_style style = style_of(paragraph, atom.look);
        float w = text_width(ui->measurer, style, size, atom.text, atom.bytes);
        float space = atom.has_space_before && pen.x > pen.left
                          ? text_width(ui->measurer, paragraph->style, size, " ", 1)
                          : 0;
        if (pen.x > pen.left &&
            pen.x + space + w + glued_width(ui, paragraph, &atom, text, look) > right_end(&pen)) {
            if (is_last_line(&pen)) { /* as much of it as fits */
                pen.x += space;
                place_long(&pen, atom, style, size);
                continue;
            }
            break_line(&pen);
            space = 0;
        }
        pen.x += space;
        if (pen.left + w > right_end(&pen)) {
            place_long(&pen, atom, style, size);
        } else {
            draw_piece(&pen, &atom, atom.bytes, w);
        }
    }
    return pen.x > pen.left ? pen.y + pen.line_px - y : pen.y - y;
}

void ui_plain_text(char *out, size_t out_bytes, const char *marked) {
    size_t used = 0;
    struct look look = {false, -1};
    while (*marked && used + 1 < out_bytes) {
        size_t mark = take_mark(marked, &look);
        if (mark) {
            marked += mark;
        } else {
            out[used++] = *marked++;
        }
    }
    out[used] = '\0';
}

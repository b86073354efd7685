/* field.c: a text being typed: the sentence, and in the panel the context and its values. The text
 * stands as it was typed; each token lies on a chip. Segments (tokens and the white space between
 * them) follow each other from left to right; a right-to-left token reads right to left inside its
 * chip. */
#include "chrome.h"

#include "lesson/cell_edit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Not a token: white space; text that the model cannot take; how many tokens there are beyond the
 * limit. */
enum { SEGMENT_SPACE = -1, SEGMENT_PLAIN = -2, SEGMENT_MORE = -3 };

struct segment {
    size_t start, bytes;
    int token;      /* index, or SEGMENT_… */
    float x, width; /* from the left end of the whole line */
    float text_x;   /* where the text starts inside it */
};

struct line {
    enum edit_field field;
    const char *text;                /* the document's, or the one that its model refused */
    const struct token_list *tokens; /* of the document's */
    bool is_edited;
    struct segment *segments;
    size_t count;
    float width;
    float padding; /* left and right of a token's text */
};

static const float type_size = 15;

static float width_of(struct page *page, const char *text, size_t bytes) {
    return text_width(page->ui.measurer, TEXT_WORDS_MEDIUM, ui_type(&page->ui, type_size), text,
                      bytes);
}

const char *field_text(const struct document *document, enum edit_field field) {
    const char *text = field == EDIT_NUMBER   ? NULL
                       : field == EDIT_CONTEXT  ? document->what_if.context
                       : field == EDIT_VALUES ? document->what_if.values
                                              : document->text;
    return text ? text : "";
}

const struct token_list *field_tokens(const struct study *study, enum edit_field field) {
    return field == EDIT_CONTEXT  ? &study->context.tokens
           : field == EDIT_VALUES ? &study->values.tokens
                                  : &study->tokens;
}

static bool is_plain(enum edit_field field) {
    return field == EDIT_NUMBER; /* one piece, not cut into tokens */
}

/* The selected cell's number as it can be typed; "" where there is none. */
static const char *number_text(struct page *page) {
    struct document_cell cell;
    struct attention_edit edit;
    char text[NUMBER_BYTES];
    if (!cell_edit_selected(page->study, &cell, &edit)) {
        return "";
    }
    number_write(text, sizeof text, edit.value);
    return page_format(page, "%s", text);
}

static const char *text_of(struct page *page, enum edit_field field) {
    return field == EDIT_NUMBER ? number_text(page) : field_text(page->document, field);
}

static const char *token_text(struct page *page, enum edit_field field, int token) {
    return field == EDIT_CONTEXT  ? study_key_token(page->study, token)
           : field == EDIT_VALUES ? study_value_token(page->study, token)
                                  : study_token(page->study, token);
}

static const char *shown_text(struct page *page, const struct line *line, const struct segment *s) {
    if (s->token == SEGMENT_MORE) {
        return page_format(page, "+%zu", line->tokens->dropped);
    }
    return s->token >= 0               ? token_text(page, line->field, s->token)
           : s->token == SEGMENT_PLAIN ? line->text
                                       : "";
}

static void add_segment(struct page *page, struct line *line, size_t start, size_t bytes,
                        int token) {
    const struct ui *ui = &page->ui;
    struct segment *s = &line->segments[line->count++];
    *s = (struct segment){start, bytes, token, line->width, 0, 0};
    if (token != SEGMENT_SPACE) {
        const char *name = shown_text(page, line, s);
        s->text_x = line->padding;
        s->width = ceilf(width_of(page, name, strlen(name))) + 2 * line->padding;
        line->width += s->width + ui_px(ui, 2);
    } else {
        size_t spaces = bytes < 64 ? bytes : 64;
        s->width = ui_px(ui, 5) * (float)spaces;
        line->width += s->width;
    }
}

/* A token and where it begins: in the pass the words may stand in another order than in the text.
 */
struct place {
    size_t start;
    int token;
};

static int by_start(const void *a, const void *b) {
    const struct place *one = a, *two = b;
    return one->start < two->start ? -1 : one->start > two->start;
}

static struct line segments_of(struct page *page, enum edit_field field) {
    const struct picture_presence *p = page->presence;
    const struct token_list *tokens = field_tokens(page->study, field);
    bool is_edited = p->is_editing && p->edited_field == field;
    const char *waiting = is_edited ? NULL : p->waiting_text[field];
    bool is_refused = (is_edited && p->edited_text) || waiting;
    struct line line = {.field = field,
                        .text = waiting      ? waiting
                                : is_refused ? p->edited_text
                                             : text_of(page, field),
                        .tokens = tokens,
                        .is_edited = is_edited,
                        .segments =
                            page_memory(page, 2 * tokens->count + 1, sizeof(struct segment)),
                        .padding = ui_px(&page->ui, 8)};
    struct place *places = page_memory(page, tokens->count + 1, sizeof *places);
    size_t bytes = strlen(line.text), at = 0;
    if (!line.segments || !places) {
        return line;
    }
    if (is_refused || is_plain(field)) {
        if (bytes) {
            add_segment(page, &line, 0, bytes, SEGMENT_PLAIN);
        }
        return line;
    }
    for (size_t i = 0; i < tokens->count; i++) {
        places[i] = (struct place){tokens->tokens[i].start, (int)i};
    }
    qsort(places, tokens->count, sizeof *places, by_start);
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->tokens[places[i].token];
        if (token->start > at) {
            add_segment(page, &line, at, token->start - at, SEGMENT_SPACE);
        }
        add_segment(page, &line, token->start, token->bytes, places[i].token);
        at = token->start + token->bytes;
    }
    if (at < bytes) {
        add_segment(page, &line, at, bytes - at, tokens->dropped ? SEGMENT_MORE : SEGMENT_SPACE);
    }
    return line;
}

static bool is_right_to_left(struct page *page, const struct line *line, const struct segment *s) {
    struct text_run runs[2];
    const struct text_measurer *m = page->ui.measurer;
    size_t count = m->split(m->context, TEXT_WORDS_MEDIUM, ui_type(&page->ui, type_size),
                            line->text + s->start, s->bytes, runs, 2);
    return count > 0 && runs[0].is_right_to_left;
}

/* Where byte `at` of the text stands on the line. */
static float place_of(struct page *page, const struct line *line, size_t at) {
    for (size_t i = 0; i < line->count; i++) {
        const struct segment *s = &line->segments[i];
        if (at >= s->start + s->bytes) {
            continue;
        }
        size_t inside = at > s->start ? at - s->start : 0;
        if (s->token == SEGMENT_SPACE || s->token == SEGMENT_MORE) {
            return s->x + s->width * (float)inside / (float)s->bytes;
        }
        const char *text = line->text + s->start;
        float prefix = inside ? width_of(page, text, inside) : 0;
        bool is_rtl = is_right_to_left(page, line, s);
        if (inside == 0) {
            return s->x + s->text_x - ui_px(&page->ui, 4);
        }
        return is_rtl ? s->x + s->width - s->text_x - prefix : s->x + s->text_x + prefix;
    }
    if (is_plain(line->field)) {
        return line->width > 0 ? line->width - line->padding : line->padding;
    }
    return line->width > 0 ? line->width : 0;
}

/* The text of a chip inside which something is being composed: it parts at the caret. */
static void draw_parted_text(struct page *page, const struct line *line, const struct segment *s,
                             struct rect r, float gap, struct colour c) {
    struct ui *ui = &page->ui;
    const char *text = line->text + s->start;
    size_t inside = page->presence->caret - s->start;
    float baseline = ui_baseline_in(ui, r, TEXT_WORDS_MEDIUM, type_size);
    float before = width_of(page, text, inside), left = r.x + s->text_x;
    bool is_rtl = is_right_to_left(page, line, s);
    float after_x = is_rtl ? left : left + before + gap;
    float before_x = is_rtl ? rect_right(r) - s->text_x - before : left;
    draw_text(ui->list, ui->measurer, TEXT_WORDS_MEDIUM, ui_type(ui, type_size), roundf(before_x),
              baseline, 0, c, text, inside);
    draw_text(ui->list, ui->measurer, TEXT_WORDS_MEDIUM, ui_type(ui, type_size), roundf(after_x),
              baseline, 0, c, text + inside, s->bytes - inside);
}

/* gap: what is being composed inside the chip takes so much of its width; 0: nothing is. */
static void draw_chip(struct page *page, const struct line *line, const struct segment *s,
                      struct rect r, bool is_selected, float gap) {
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    bool is_focus = line->field == EDIT_SENTENCE && s->token == page->document->query;
    struct colour fill = is_focus               ? t->fill[ROLE_QUERY]
                         : is_selected          ? colour_mix(t->chip, t->fill[ROLE_QUERY], 0.2f)
                         : ui_is_hovered(ui, r) ? colour_mix(t->chip, t->ink, 0.06f)
                                                : t->chip;
    const char *name = shown_text(page, line, s);
    if (s->token >= 0) {
        draw_rectangle(ui->list, r, ui_px(ui, 7), fill);
    }
    float size = ui_type(ui, type_size);
    struct colour ink = is_focus ? colour_text_on(fill) : t->ink;
    if (gap > 0) {
        draw_parted_text(page, line, s, r, gap, ink);
    } else {
        draw_text(ui->list, ui->measurer, TEXT_WORDS_MEDIUM, size, roundf(r.x + s->text_x),
                  ui_baseline_in(ui, r, TEXT_WORDS_MEDIUM, type_size), 0, ink, name, strlen(name));
    }
    if (is_plain(line->field)) {
        semantics_add(ui->semantics, ROLE_TOKEN, ui_id("chip", 0, (int32_t)line->field),
                      rect_intersect(r, draw_clip(ui->list)), name, "");
    }
    if (s->token < 0) {
        return;
    }
    struct semantic_node *node = semantics_add(
        ui->semantics, ROLE_TOKEN, ui_id("chip", s->token, (int32_t)line->field),
        rect_intersect(r, draw_clip(ui->list)), name, page_format(page, "%d", s->token + 1));
    bool is_query = line->field == EDIT_SENTENCE;
    node->action =
        (struct ui_action){is_query ? UI_COMMAND_QUERY_SET : UI_COMMAND_NONE, s->token, 0, 0};
    node->is_selected = is_focus;
    node->is_focusable =
        is_query && !page->presence->is_editing && rect_intersect(r, draw_clip(ui->list)).w > 0;
    ui_focus_ring(ui, node->id, r, ui_px(ui, 7));
}

/* The composition stands underlined at the caret; what follows gives way. */
static float composition_width(struct page *page) {
    const char *text = page->presence->composition;
    return page->presence->is_editing && text && text[0]
               ? ceilf(width_of(page, text, strlen(text))) + ui_px(&page->ui, 10)
               : 0;
}

static void draw_caret(struct page *page, struct rect r, float x) {
    struct ui *ui = &page->ui;
    const char *text = page->presence->composition;
    float middle = roundf(r.y + r.h / 2), half = ui_px(ui, 12);
    if (composition_width(page) > 0) {
        float width = composition_width(page) - ui_px(ui, 4);
        draw_rectangle(ui->list, rect_make(roundf(x), middle - half, width, 2 * half), 0,
                       ui->theme->background);
        draw_text(ui->list, ui->measurer, TEXT_WORDS_MEDIUM, ui_type(ui, type_size),
                  roundf(x + ui_px(ui, 3)), ui_baseline_in(ui, r, TEXT_WORDS_MEDIUM, type_size), 0,
                  ui->theme->ink, text, strlen(text));
        draw_rectangle(ui->list, rect_make(roundf(x), middle + half, width, ui_px(ui, 2)), 0,
                       ui->theme->fill[ROLE_QUERY]);
        x += width;
    }
    struct rect caret = rect_make(roundf(x), middle - half, ui_px(ui, 2), 2 * half);
    draw_rectangle(ui->list, caret, 0, ui->theme->ink);
    semantics_add(ui->semantics, ROLE_TEXT, NODE_CARET, rect_intersect(caret, draw_clip(ui->list)),
                  page_words(page, "field.caret"), "");
}

static void draw_segments(struct page *page, struct rect r, const struct line *line) {
    struct ui *ui = &page->ui;
    const struct picture_presence *p = page->presence;
    bool is_edited = line->is_edited;
    size_t from = p->caret < p->anchor ? p->caret : p->anchor,
           to = p->caret < p->anchor ? p->anchor : p->caret;
    float caret = is_edited ? place_of(page, line, p->caret) : 0,
          composing = is_edited ? composition_width(page) : 0;
    float focus = 0; /* what must be in view */
    for (size_t i = 0; i < line->count && !is_edited && line->field == EDIT_SENTENCE; i++) {
        if (line->segments[i].token == page->document->query) {
            focus = line->segments[i].x + line->segments[i].width;
        }
    }
    float needed = is_edited ? caret + composing : focus, room = r.w - ui_px(ui, 8);
    float scroll = needed > room ? needed - room : 0;
    float height = fminf(ui_px(ui, 28), r.h - ui_px(ui, 4));
    if (is_edited && from != to) {
        float x0 = place_of(page, line, from) - scroll, x1 = place_of(page, line, to) - scroll;
        draw_rectangle(ui->list,
                       rect_snap(rect_make(r.x + fminf(x0, x1), r.y + ui_px(ui, 2), fabsf(x1 - x0),
                                           r.h - ui_px(ui, 4))),
                       ui_px(ui, 3),
                       colour_mix(ui->theme->background, ui->theme->fill[ROLE_QUERY], 0.3f));
    }
    for (size_t i = 0; i < line->count; i++) {
        const struct segment *s = &line->segments[i];
        float x = r.x + s->x - scroll + (is_edited && s->start >= p->caret ? composing : 0);
        if (s->token != SEGMENT_SPACE && x < rect_right(r) && x + s->width > r.x) {
            bool is_selected = is_edited && s->start < to && s->start + s->bytes > from;
            bool is_parted = is_edited && s->token != SEGMENT_MORE && s->start < p->caret &&
                             p->caret < s->start + s->bytes;
            float gap = is_parted ? composing : 0;
            draw_chip(
                page, line, s,
                rect_make(roundf(x), roundf(r.y + (r.h - height) / 2), s->width + gap, height),
                is_selected, gap);
        }
    }
    if (is_edited) {
        draw_caret(page, r, r.x + caret - scroll);
    }
}

/* The button that opens the field for typing, at its right end. */
static void draw_edit_button(struct page *page, struct rect *inner) {
    struct ui *ui = &page->ui;
    struct ui_button edit = {.id = ui_id("edit", 0, 0),
                             .label = page_words(page, "button.edit"),
                             .kind = UI_BUTTON_BARE,
                             .action = {UI_COMMAND_TEXT_EDIT, EDIT_SENTENCE, 0, 0},
                             .size = 14,
                             .tooltip = page_words(page, "command.text.edit")};
    struct rect place = rect_cut_right(inner, ui_button_width(ui, &edit));
    ui_button(ui, rect_inset(place, 0, fmaxf(0, (place.h - ui_px(ui, 30)) / 2)), &edit);
    rect_cut_right(inner, ui_px(ui, 6));
}

void field_draw(struct page *page, struct rect r, enum edit_field field) {
    static const char *const names[EDIT_COUNT] = {"field.name", "field.context", "field.values",
                                                    "field.number"};
    static const char *const hints[EDIT_COUNT] = {"field.hint", "field.context.hint",
                                                  "field.values.hint", "field.number.hint"};
    struct ui *ui = &page->ui;
    const struct theme *t = ui->theme;
    struct line line = segments_of(page, field);
    bool is_edited = line.is_edited;
    draw_rectangle(ui->list, r, ui_px(ui, 10), t->background);
    draw_frame(ui->list, r, ui_px(ui, 10), ui_px(ui, is_edited ? 2 : 1.5f),
               is_edited ? t->fill[ROLE_QUERY] : t->line);
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_FIELD, NODE_FIELD + (uint32_t)field,
                      rect_intersect(r, draw_clip(ui->list)), page_words(page, names[field]),
                      line.text);
    node->action = (struct ui_action){UI_COMMAND_TEXT_EDIT, (int32_t)field, 0, 0};
    node->is_focusable = true;
    ui_focus_ring(ui, node->id, r, ui_px(ui, 10));
    struct rect inner = rect_inset(r, ui_px(ui, 8), ui_px(ui, 2));
    if (field == EDIT_SENTENCE && !is_edited && inner.w > ui_px(ui, 260)) {
        draw_edit_button(page, &inner);
    }
    draw_clip_push(ui->list, inner);
    if (line.segments) {
        draw_segments(page, inner, &line);
    }
    if (line.count == 0 && !(is_edited && composition_width(page) > 0)) {
        struct rect hint = inner;
        rect_cut_left(&hint, ui_px(ui, 8));
        ui_text_in(ui, hint, UI_LEFT, TEXT_WORDS, field == EDIT_SENTENCE ? type_size : 13,
                   t->secondary, page_words(page, hints[field]));
    }
    draw_clip_pop(ui->list);
}

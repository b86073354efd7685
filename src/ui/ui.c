/* ui.c: text in boxes, buttons, focus. */
#include "ui.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

float ui_px(const struct ui *ui, float logical) {
    float px = roundf(logical * ui->unit);
    return logical > 0 && px < 1 ? 1 : px;
}

float ui_type(const struct ui *ui, float logical) {
    return logical * ui->unit * ui->text_scale;
}

float ui_text_width(const struct ui *ui, enum text_style style, float size, const char *text) {
    return text_width(ui->measurer, style, ui_type(ui, size), text, strlen(text));
}

float ui_text(const struct ui *ui, enum text_style style, float size, float x, float baseline,
              struct colour c, const char *text) {
    return draw_text(ui->list, ui->measurer, style, ui_type(ui, size), roundf(x), roundf(baseline),
                     0, c, text, strlen(text));
}

float ui_baseline_in(const struct ui *ui, struct rect r, enum text_style style, float size) {
    struct text_metrics m = ui->measurer->metrics(ui->measurer->context, style, ui_type(ui, size));
    return roundf(r.y + (r.h + m.cap_height) / 2);
}

/* The start of the character that byte `at` belongs to. */
static size_t character_start(const char *text, size_t at) {
    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

const char *ui_text_fit(const struct ui *ui, enum text_style style, float size, const char *text,
                        float max_width, char *out, size_t out_bytes) {
    size_t bytes = strlen(text);
    if (bytes < out_bytes) {
        memcpy(out, text, bytes + 1);
        if (ui_text_width(ui, style, size, out) <= max_width) {
            return out;
        }
    }
    size_t room = out_bytes > 4 ? out_bytes - 4 : 0;
    size_t fits = 0, too_long = (bytes < room ? bytes : room) + 1; /* bytes before the ellipsis */
    while (too_long - fits > 1) {
        size_t middle = fits + (too_long - fits) / 2;
        size_t cut = character_start(text, middle);
        snprintf(out, out_bytes, "%.*s\u2026", (int)cut, text);
        if (ui_text_width(ui, style, size, out) <= max_width) {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    snprintf(out, out_bytes, "%.*s\u2026", (int)character_start(text, fits), text);
    if (ui_text_width(ui, style, size, out) > max_width) {
        out[0] = '\0';
    }
    return out;
}

float ui_text_in(const struct ui *ui, struct rect r, enum ui_align align, enum text_style style,
                 float size, struct colour c, const char *text) {
    char fitted[1024];
    ui_text_fit(ui, style, size, text, r.w, fitted, sizeof fitted);
    if (!fitted[0]) {
        return 0;
    }
    float width = ui_text_width(ui, style, size, fitted);
    float x = align == UI_LEFT    ? r.x
              : align == UI_RIGHT ? rect_right(r) - width
                                  : r.x + (r.w - width) / 2;
    return ui_text(ui, style, size, floorf(x), ui_baseline_in(ui, r, style, size), c, fitted);
}

bool ui_is_hovered(const struct ui *ui, struct rect r) {
    return ui->has_pointer &&
           rect_contains(rect_intersect(r, draw_clip(ui->list)), ui->pointer_x, ui->pointer_y);
}

uint32_t ui_id(const char *what, int32_t a, int32_t b) {
    uint32_t hash = 2166136261u;
    for (const char *c = what; *c; c++) {
        hash = (hash ^ (uint32_t)(unsigned char)*c) * 16777619u;
    }
    hash = (hash ^ (uint32_t)a) * 16777619u;
    hash = (hash ^ (uint32_t)b) * 16777619u;
    return hash < 16 ? hash + 16 : hash; /* the first few are the picture's own (views/picture.h) */
}

void ui_focus_ring(const struct ui *ui, uint32_t id, struct rect r, float radius) {
    if (ui->focus_id && ui->focus_id == id) {
        float gap = ui_px(ui, 3);
        draw_frame(ui->list, rect_inset(r, -gap, -gap), radius + gap, ui_px(ui, 2),
                   ui->theme->fill[ROLE_QUERY]);
    }
}

float ui_button_width(const struct ui *ui, const struct ui_button *button) {
    float padding = ui_px(ui, button->kind == UI_BUTTON_BARE ? 8 : 14);
    float size = button->size > 0 ? button->size : 15;
    enum text_style style =
        button->kind == UI_BUTTON_PRIMARY ? TEXT_WORDS_SEMIBOLD : TEXT_WORDS_MEDIUM;
    return ceilf(ui_text_width(ui, style, size, button->label)) + 2 * padding;
}

struct semantic_node *ui_button(const struct ui *ui, struct rect r,
                                const struct ui_button *button) {
    const struct theme *t = ui->theme;
    float radius = ui_px(ui, button->kind == UI_BUTTON_BARE ? 7 : 10);
    bool is_hot = !button->is_disabled && ui_is_hovered(ui, r);
    struct colour fill = t->surface, ink = t->ink;
    if (button->kind == UI_BUTTON_PRIMARY) {
        fill = is_hot ? colour_mix(t->ink, t->surface, 0.15f) : t->ink;
        ink = t->surface;
    } else if (button->is_selected) {
        fill = t->chip;
    } else if (is_hot) {
        fill = t->chip;
    }
    if (button->is_disabled) {
        ink = t->secondary;
        fill = button->kind == UI_BUTTON_PRIMARY ? t->chip : fill;
    }
    bool is_bare = button->kind == UI_BUTTON_BARE;
    if (!is_bare || is_hot || button->is_selected) {
        draw_rectangle(ui->list, r, radius, fill);
    }
    if (button->kind == UI_BUTTON_PLAIN) {
        draw_frame(ui->list, r, radius, ui_px(ui, 1.5f), t->line);
    }
    float size = button->size > 0 ? button->size : 15;
    enum text_style style =
        button->kind == UI_BUTTON_PRIMARY ? TEXT_WORDS_SEMIBOLD : TEXT_WORDS_MEDIUM;
    float padding = ui_px(ui, is_bare ? 4 : 6);
    ui_text_in(ui, rect_inset(r, padding, 0), UI_CENTRE, style, size, ink, button->label);
    struct semantic_node *node = semantics_add(ui->semantics, ROLE_BUTTON, button->id,
                                               rect_intersect(r, draw_clip(ui->list)),
                                               button->name ? button->name : button->label, "");
    node->action = button->is_disabled ? (struct ui_action){0} : button->action;
    node->is_focusable = !button->is_disabled;
    node->is_disabled = button->is_disabled;
    node->is_selected = button->is_selected;
    node->tooltip = semantics_string(ui->semantics, button->tooltip);
    ui_focus_ring(ui, button->id, r, radius);
    return node;
}

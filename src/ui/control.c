/* control.c: choices, sliders, switches. */
#include "control.h"

#include <math.h>
#include <string.h>

static const float choice_type = 13, choice_height = 30, choice_padding = 8;

static struct ui_action with_place(struct ui_action action, int place) {
    action.b = place;
    return action;
}

static struct ui_action of_choice(const struct ui_choice *choice, int i) {
    return with_place(choice->action, choice->values ? choice->values[i] : i);
}

static float segment_width(const struct ui *ui, const char *label) {
    return ceilf(ui_text_width(ui, TEXT_WORDS_SEMIBOLD, choice_type, label)) +
           2 * ui_px(ui, choice_padding);
}

float ui_choice_width(const struct ui *ui, const struct ui_choice *choice) {
    float width = 2 * ui_px(ui, 2);
    for (int i = 0; i < choice->count; i++) {
        width += segment_width(ui, choice->labels[i]);
    }
    return width;
}

/* How many choices from `first` stand on one line, and what they need. */
static int line_of(const struct ui *ui, const struct ui_choice *choice, int first, float width,
                   float *needed) {
    int count = 0;
    *needed = 2 * ui_px(ui, 2);
    while (first + count < choice->count) {
        float wider = *needed + segment_width(ui, choice->labels[first + count]);
        if (count > 0 && wider > width) {
            break;
        }
        *needed = wider;
        count++;
    }
    return count;
}

float ui_choice_height(const struct ui *ui, const struct ui_choice *choice, float width) {
    float height = 0, needed;
    for (int first = 0; first < choice->count;) {
        first += line_of(ui, choice, first, width, &needed);
        height += ui_px(ui, choice_height) + (first < choice->count ? ui_px(ui, 4) : 0);
    }
    return height;
}

static void draw_segment(const struct ui *ui, const struct ui_choice *choice, int i,
                         struct rect r) {
    const struct theme *t = ui->theme;
    bool is_on = i == choice->chosen;
    float radius = ui_px(ui, 6);
    if (is_on) {
        draw_rectangle(ui->list, r, radius, t->surface);
        draw_frame(ui->list, r, radius, ui_px(ui, 1.5f), t->ink);
    } else if (ui_is_hovered(ui, r)) {
        draw_rectangle(ui->list, r, radius, colour_mix(t->chip, t->surface, 0.6f));
    }
    enum text_style style = is_on ? TEXT_WORDS_SEMIBOLD : TEXT_WORDS_MEDIUM;
    if (i == choice->own) {
        float width =
            fminf(ui_text_width(ui, style, choice_type, choice->labels[i]), r.w - ui_px(ui, 8));
        draw_rectangle(ui->list,
                       rect_snap(rect_make(r.x + (r.w - width) / 2, rect_bottom(r) - ui_px(ui, 5),
                                           width, ui_px(ui, 2))),
                       0, t->secondary);
    }
    ui_text_in(ui, rect_inset(r, ui_px(ui, 2), 0), UI_CENTRE, style, choice_type, t->ink,
               choice->labels[i]);
    char name[256];
    size_t used = strlen(choice->name) < 160 ? strlen(choice->name) : 160;
    memcpy(name, choice->name, used);
    memcpy(name + used, ": ", 3);
    strncat(name, choice->labels[i], sizeof name - used - 3);
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_CHOICE, ui_id("choice of", (int32_t)choice->id, i),
                      rect_intersect(r, draw_clip(ui->list)), name, "");
    node->action = of_choice(choice, i);
    node->is_selected = is_on;
}

/* The node that has the keyboard for all of them. */
static void record_group(const struct ui *ui, const struct ui_choice *choice, struct rect r) {
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_GROUP, choice->id, rect_intersect(r, draw_clip(ui->list)),
                      choice->name, choice->value);
    int last = choice->count - 1, now = choice->chosen;
    node->action = of_choice(choice, now < last ? now + 1 : 0);
    node->less = of_choice(choice, now > 0 ? now - 1 : now < 0 ? last : 0);
    node->more = of_choice(choice, now < last ? now + 1 : last);
    node->is_focusable = true;
}

float ui_choice_draw(const struct ui *ui, const struct ui_choice *choice, float x, float y,
                     float width) {
    float height = ui_choice_height(ui, choice, width), top = y, needed;
    struct rect whole = rect_make(x, y, width, height);
    record_group(ui, choice, whole);
    for (int first = 0; first < choice->count;) {
        int count = line_of(ui, choice, first, width, &needed);
        float spare = fmaxf(0, width - needed) / (float)count, edge = ui_px(ui, 2), at = x + edge;
        struct rect track = rect_make(x, top, width, ui_px(ui, choice_height));
        draw_rectangle(ui->list, track, ui_px(ui, 8), ui->theme->chip);
        for (int i = first; i < first + count; i++) {
            float end = i + 1 == first + count
                            ? x + width - edge
                            : roundf(at + segment_width(ui, choice->labels[i]) + spare);
            draw_segment(ui, choice, i, rect_make(at, top + edge, end - at, track.h - 2 * edge));
            at = end;
        }
        first += count;
        top += track.h + ui_px(ui, 4);
    }
    ui_focus_ring(ui, choice->id, whole, ui_px(ui, 8));
    return height;
}

float ui_slider_height(const struct ui *ui) {
    return ui_px(ui, 30);
}

static void slider_button(const struct ui *ui, struct rect r, const struct ui_slider *slider,
                          int by) {
    int place = slider->place + by;
    bool is_end = place < 0 || place >= slider->places;
    struct ui_button button = {.id = ui_id("slider button", (int32_t)slider->id, by),
                               .label = by < 0 ? "\u2212" : "+",
                               .name = by < 0 ? slider->less : slider->more,
                               .kind = UI_BUTTON_PLAIN,
                               .action = with_place(slider->action, place),
                               .is_disabled = is_end};
    ui_button(ui, r, &button)->is_focusable = false; /* the slider has the keyboard for all three */
}

void ui_slider_draw(const struct ui *ui, const struct ui_slider *slider, struct rect r) {
    const struct theme *t = ui->theme;
    struct rect rest = r, whole = r;
    struct rect value = rect_cut_right(&rest, slider->value_width);
    rect_cut_right(&rest, ui_px(ui, 6));
    struct rect less = rect_cut_left(&rest, ui_px(ui, 30));
    struct rect more = rect_cut_right(&rest, ui_px(ui, 30));
    struct rect line = rect_inset(rest, ui_px(ui, 6), roundf((r.h - ui_px(ui, 18)) / 2));
    float inset = line.h / 2, middle = roundf(line.y + line.h / 2);
    float pitch = slider->places > 1 ? (line.w - 2 * inset) / (float)(slider->places - 1) : 0;
    slider_button(ui, less, slider, -1);
    slider_button(ui, more, slider, 1);
    if (line.w >= ui_px(ui, 40)) {
        float at = roundf(line.x + inset + pitch * (float)slider->place);
        draw_rectangle(
            ui->list,
            rect_make(line.x + inset, middle - ui_px(ui, 2), line.w - 2 * inset, ui_px(ui, 4)),
            ui_px(ui, 2), t->line);
        if (slider->own >= 0 && slider->own < slider->places) {
            float own = roundf(line.x + inset + pitch * (float)slider->own);
            draw_rectangle(
                ui->list,
                rect_make(own - ui_px(ui, 1), middle - ui_px(ui, 7), ui_px(ui, 2), ui_px(ui, 14)),
                0, t->secondary);
        }
        struct rect thumb = rect_make(at - inset, middle - inset, line.h, line.h);
        draw_rectangle(ui->list, thumb, inset, t->surface);
        draw_frame(ui->list, thumb, inset, ui_px(ui, 2.5f), t->ink);
    } else {
        line.w = 0;
    }
    ui_text_in(ui, value, UI_RIGHT, TEXT_MONO, 14, t->ink, slider->value);
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_SLIDER, slider->id,
                      rect_intersect(line.w > 0 ? line : value, draw_clip(ui->list)), slider->name,
                      slider->value);
    int last = slider->places - 1, now = slider->place;
    node->places = slider->places;
    node->action = with_place(slider->action, now);
    node->less = with_place(slider->action, now > 0 ? now - 1 : 0);
    node->more = with_place(slider->action, now < last ? now + 1 : last);
    node->is_focusable = true;
    ui_focus_ring(ui, slider->id, whole, ui_px(ui, 8));
}

float ui_text_struck(const struct ui *ui, struct rect r, enum ui_align align, enum text_style style,
                     float size, struct colour c, struct colour fill, const char *text) {
    char fitted[256];
    ui_text_fit(ui, style, size, text, r.w, fitted, sizeof fitted);
    float width = ui_text_width(ui, style, size, fitted);
    float x = align == UI_LEFT    ? r.x
              : align == UI_RIGHT ? rect_right(r) - width
                                  : r.x + (r.w - width) / 2;
    struct colour line = fill; /* as strong as the letters on it allow */
    for (float t = 0.05f; t <= 0.6f; t += 0.05f) {
        struct colour stronger = colour_mix(fill, c, t);
        if (colour_contrast(c, stronger) < ui->theme->least_contrast + 0.2f) {
            break;
        }
        line = stronger;
    }
    float over = ui_px(ui, 3), thickness = ui_px(ui, 2);
    float middle =
        roundf(ui_baseline_in(ui, r, style, size) - ui_type(ui, size) * 0.33f - thickness / 2);
    if (fitted[0]) {
        draw_rectangle(ui->list,
                       rect_make(floorf(x) - over, middle, ceilf(width) + 2 * over, thickness), 0,
                       line);
    }
    return ui_text_in(ui, r, align, style, size, c, fitted);
}

struct semantic_node *ui_switch_draw(const struct ui *ui, const struct ui_switch *control,
                                     struct rect r) {
    const struct theme *t = ui->theme;
    float radius = ui_px(ui, 7);
    struct colour fill = !control->is_on ? t->hint : ui_is_hovered(ui, r) ? t->chip : t->surface;
    draw_rectangle(ui->list, r, radius, fill);
    draw_frame(ui->list, r, radius, ui_px(ui, 1.5f), control->is_on ? t->ink : t->secondary)->dash =
        control->is_on ? 0 : ui_px(ui, 3);
    if (control->is_on) {
        ui_text_in(ui, r, UI_CENTRE, TEXT_WORDS_SEMIBOLD, choice_type, t->ink, control->label);
    } else {
        ui_text_struck(ui, r, UI_CENTRE, TEXT_WORDS_MEDIUM, choice_type, t->ink, fill,
                       control->label);
    }
    struct semantic_node *node =
        semantics_add(ui->semantics, ROLE_SWITCH, control->id,
                      rect_intersect(r, draw_clip(ui->list)), control->name, control->value);
    node->action = with_place(control->action, !control->is_on);
    node->is_selected = control->is_on;
    node->is_focusable = true;
    ui_focus_ring(ui, control->id, r, radius);
    return node;
}

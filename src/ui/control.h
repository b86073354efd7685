/* control.h: controls that hold a value: one of a few choices, a place along a line, on or off.
 * Each draws itself, says what it is among the semantics, and answers the pointer and the arrow
 * keys by the commands that it is given. */
#ifndef UI_CONTROL_H
#define UI_CONTROL_H
#include "ui.h"

enum { UI_MOST_CHOICES = 8 };

/* One of a few. The whole has the keyboard: arrows choose the one before or after, Enter the next.
 */
struct ui_choice {
    uint32_t id;
    const char *name;          /* "Similarity F" */
    const char *value;         /* what is chosen, in words */
    const char *const *labels; /* `count` of them, at most UI_MOST_CHOICES */
    int count, chosen;         /* chosen −1: none of them */
    int own;                   /* underlined; −1: none */
    struct ui_action action;   /* of choice i: with b = i, or its value */
    const int32_t *values;     /* `count` of them; NULL: i */
};
float ui_choice_width(const struct ui *ui, const struct ui_choice *choice); /* on one line */
float ui_choice_height(const struct ui *ui, const struct ui_choice *choice,
                       float width); /* on as many as it takes */
float ui_choice_draw(const struct ui *ui, const struct ui_choice *choice, float x, float y,
                     float width);

/* A place along a line, with a button at either end and the value behind it. */
struct ui_slider {
    uint32_t id;
    const char *name, *value; /* value: drawn, and said */
    const char *less, *more;  /* names of the two buttons */
    int places, place;
    int own;                 /* marked below the line; −1: none */
    struct ui_action action; /* of place i: with b = i */
    float value_width; /* device pixels kept for the value, so that the line stays where it is */
};
float ui_slider_height(const struct ui *ui);
void ui_slider_draw(const struct ui *ui, const struct ui_slider *slider, struct rect r);

/* On or off: a chip that is struck out when it is off. */
struct ui_switch {
    uint32_t id;
    const char *label, *name, *value;
    bool is_on;
    struct ui_action action; /* with b = 1 or 0, what it will be */
};
struct semantic_node *ui_switch_draw(const struct ui *ui, const struct ui_switch *control,
                                     struct rect r);

/* A word struck out: the line lies under the letters and keeps them readable on `fill`. Returns the
 * width drawn. */
float ui_text_struck(const struct ui *ui, struct rect r, enum ui_align align, enum text_style style,
                     float size, struct colour c, struct colour fill, const char *text);
#endif

/* ui.h: what every view draws with: the two lists it records into, the measure, the theme, the scale; and the small set of
 * things the whole app is made of: text, buttons, tabs, cards.
 *
 * Sizes passed in are logical pixels (the unit of the design, 1440 × 900); rectangles are device pixels, on whole pixels. */
#ifndef UI_UI_H
#define UI_UI_H
#include "draw/list.h"
#include "semantics.h"
#include "theme.h"

struct ui {
    struct draw_list *list;
    struct semantics *semantics;
    const struct text_measurer *measurer;
    const struct theme *theme;
    float unit;       /* device pixels per logical pixel */
    float text_scale; /* on top for type: 1, more in presentation mode */
    bool has_pointer;
    float pointer_x, pointer_y;
    uint32_t focus_id; /* node to draw the ring around; 0: none */
    enum colour_map weights_map, scores_map;
};

float ui_px(const struct ui *ui, float logical);          /* whole device pixels, at least 1 for sizes > 0 */
float ui_type(const struct ui *ui, float logical);        /* device pixels of a type size */

enum ui_align { UI_LEFT, UI_CENTRE, UI_RIGHT };

/* Type size in logical pixels throughout. Widths are device pixels. */
float ui_text_width(const struct ui *ui, enum text_style style, float size, const char *text);
/* At a baseline; returns the width drawn. */
float ui_text(const struct ui *ui, enum text_style style, float size, float x, float baseline, struct colour c, const char *text);
/* Inside a rectangle, vertically centred by cap height, cut with an ellipsis where it does not fit. Returns the width drawn. */
float ui_text_in(const struct ui *ui, struct rect r, enum ui_align align, enum text_style style, float size,
                 struct colour c, const char *text);
/* `text` cut so that it is at most max_width wide, with an ellipsis; returns out. */
const char *ui_text_fit(const struct ui *ui, enum text_style style, float size, const char *text, float max_width, char *out, size_t out_bytes);
float ui_baseline_in(const struct ui *ui, struct rect r, enum text_style style, float size);

bool ui_is_hovered(const struct ui *ui, struct rect r);
uint32_t ui_id(const char *what, int32_t a, int32_t b); /* stable identity of a control */

enum ui_button_kind { UI_BUTTON_PLAIN, UI_BUTTON_PRIMARY, UI_BUTTON_BARE };
struct ui_button {
    uint32_t id;
    const char *label;   /* drawn */
    const char *name;    /* for semantics; NULL: the label */
    const char *tooltip; /* NULL: none */
    enum ui_button_kind kind;
    struct ui_action action;
    float size;          /* of type; 0: 15 */
    bool is_selected, is_disabled;
};
/* id, rectangle, interact, draw: the one rhythm of a control. */
struct semantic_node *ui_button(const struct ui *ui, struct rect r, const struct ui_button *button);
float ui_button_width(const struct ui *ui, const struct ui_button *button); /* device pixels, padding included */
/* The ring around the node with the keyboard. */
void ui_focus_ring(const struct ui *ui, uint32_t id, struct rect r, float radius);

/* Running text with emphasis. Marks inside the text switch the style: see UI_MARK_*; "**" switches bold. Breaks at spaces and
 * between Han characters. Returns the height used; draws nothing when is_measuring. */
#define UI_MARK_QUERY "\x01"
#define UI_MARK_KEY "\x02"
#define UI_MARK_VALUE "\x03"
#define UI_MARK_OUTPUT "\x04"
#define UI_MARK_BOLD "\x05"
#define UI_MARK_END "\x06"
struct ui_paragraph {
    const char *text;
    float size, line_height; /* logical; line_height as a factor of size */
    struct colour colour;
    enum text_style style;   /* TEXT_WORDS or TEXT_MONO */
    int max_lines;           /* 0: any; the last one ends in an ellipsis */
};
float ui_paragraph(const struct ui *ui, const struct ui_paragraph *paragraph, float x, float y, float width, bool is_measuring);
/* The text without its marks. */
void ui_plain_text(char *out, size_t out_bytes, const char *marked);
#endif

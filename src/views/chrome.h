/* chrome.h: what stands around the stage: top bar, head rail, right panel, timeline, menus. */
#ifndef VIEWS_CHROME_H
#define VIEWS_CHROME_H
#include "page.h"

void top_bar_draw(struct page *page, struct rect r);
void field_draw(struct page *page, struct rect r, enum edit_field field); /* a text with its tokens as chips, caret, selection, composition */
void message_draw(struct page *page, struct rect under); /* a line under the field */
void rail_draw(struct page *page, struct rect r);
void panel_draw(struct page *page, struct rect r);
void what_if_draw(struct page *page, struct rect r); /* the panel's second page */
float effect_draw(struct page *page, struct rect r, bool is_measuring); /* what it did, and back; the height used */
void timeline_draw(struct page *page, struct rect r);

/* What is said about the current beat: `part` is "title", "formula", "text"; with the marks of ui.h. */
const char *words_for_beat(struct page *page, const char *part);
const char *words_where(struct page *page); /* "Step 4 of 9 · head 1 · beat 3 of 3" */
/* The question of the card while it is open, else NULL. */
const char *card_question(struct page *page);
bool panel_has_question(struct page *page);

/* Parts of the panel: each draws at (x, y) in `width` and returns the height used; draws nothing below `bottom`. */
float panel_formula(struct page *page, float x, float y, float width, float bottom);
float panel_arithmetic(struct page *page, float x, float y, float width, float bottom);
/* The field of the selected number, where it can be edited: the height used, 0 where there is none. */
float panel_number(struct page *page, float x, float y, float width, bool is_measuring);
float panel_card(struct page *page, float x, float y, float width, float bottom);

/* Of view `compare`: the selected pair of words in all three networks; and what is to be said about them (NULL: no more). */
float panel_compare(struct page *page, float x, float y, float width, float bottom);
const char *words_of_comparison(struct page *page, const char *part);
const char *words_compare_note(struct page *page, int which);

/* The mean largest weight by d_k, at step `scale`; y < 0: only measures. */
float panel_largest(struct page *page, float x, float y, float width);

/* Draws a part of the panel from the top of `r` on, of which `room` is in view at a time, and returns where it ends. */
typedef float scrolled_part(struct page *page, struct rect r, float room);
/* The part in `rest`, or, where it is higher than that, in `view` around it, which then scrolls (NODE_PANEL_ROWS). */
void scrolled_draw(struct page *page, struct rect view, struct rect rest, const char *name, scrolled_part *part);
/* A thumb at the right edge of the view; nothing where all of it fits. Device pixels. */
void scroll_bar_draw(struct page *page, struct rect view, float content, float scroll);

/* Over everything. */
void sheet_draw(struct page *page, struct rect r, const char *name); /* with a hairline; swallows clicks, says its name */
void menus_draw(struct page *page, struct rect window);
void export_menu_draw(struct page *page, struct rect window);
/* Where a sheet of this size (logical) hangs: under the top bar at the right. */
struct rect sheet_hang(struct page *page, struct rect window, float width, float height);
void finder_draw(struct page *page, struct rect window);
void keys_overlay_draw(struct page *page, struct rect window);

/* Formula markup: "_" and "^" lower and raise the next character or {group}; marks of ui.h colour. Returns the width. */
float formula_draw(struct page *page, const char *marked, float size, float x, float baseline, bool is_measuring);
#endif

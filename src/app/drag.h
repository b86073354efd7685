/* drag.h: what the pointer does between press and release: turning a slider, painting the mask, changing a number. Each
 * change shows at once, all together are one step of undo, and Esc on the way takes everything back. */
#ifndef APP_DRAG_H
#define APP_DRAG_H
#include "app/app.h"

bool drag_is_on(const struct app *app);
/* From here on changes belong to the drag; one that is still on ends first. False: no memory, said. */
bool drag_begin(struct app *app, enum drag_kind kind);
void drag_move(struct app *app, const struct input *input); /* the pointer went on */
void drag_end(struct app *app);    /* the button is up: undo goes back to before the drag, if anything changed */
void drag_cancel(struct app *app); /* the document as it was, and nothing to undo */
/* What an input other than the pointer's means to a drag: Esc takes it back and is used up (true); the rest ends it. */
bool drag_takes(struct app *app, const struct input *input);

/* A press on a slider: its place is where the pointer is. */
void drag_slider_begin(struct app *app, const struct semantic_node *slider, float x);
/* paint.c: a press on a cell of the mask, where it is painted: true. */
bool paint_press(struct app *app, const struct input *input);
void paint_move(struct app *app, const struct input *input);
/* scrub.c: a press on the handle of the chosen number: true. */
bool scrub_press(struct app *app, const struct input *input, const struct semantic_node *node);
/* The pointer has hold of the chosen number, where it can be edited; it changes once the pointer has gone a little way. */
void scrub_hold(struct app *app, const struct input *input);
void scrub_move(struct app *app, const struct input *input);
bool number_is_chosen(const struct app *app, const struct document_cell *cell); /* and can be edited */
#endif

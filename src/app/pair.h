/* pair.h: context and values must have equally many tokens, and are typed one after the other: what does not fit yet waits,
 * beside the document, until both fit. */
#ifndef APP_PAIR_H
#define APP_PAIR_H
#include "app/app.h"

/* The text of the field as it stands there: being typed, waiting, or the document's. */
const char *pair_text(const struct app *app, enum edit_field field);
/* Whether the two texts cannot go together yet. */
bool pair_waits(const struct app *app);
/* Puts both texts into `wanted`: what is typed in `field`, and what waits in the other. False: no memory. */
bool pair_set(const struct app *app, struct document *wanted);
/* "2 tokens here, 3 in the other text: 1 more, …" for a field of a pair that waits. */
void pair_note(const struct app *app, enum edit_field field, char *out, size_t out_bytes);
void pair_keep(struct app *app); /* the field is left: its text waits */
void pair_drop(struct app *app, enum edit_field field); /* what waits there is given up */
void pair_drop_all(struct app *app);
void pair_sync(struct app *app); /* presence follows */
#endif

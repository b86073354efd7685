/* finder.h: the sheet with a line to type in and a list under it (views/finder.c draws it): files
 * to open, a name to save under, commands. */
#ifndef APP_FINDER_H
#define APP_FINDER_H
#include "app/app.h"

/* Opens it with a text of which [from, to) is selected; what was open before closes. false: no
 * memory, said. */
bool finder_open(struct app *app, enum finder_kind kind, const char *text, size_t from, size_t to);
void finder_close(struct app *app);
bool finder_is_open(const struct app *app);
void finder_key(struct app *app, const struct input *input);
void finder_type(struct app *app, const char *text);
void finder_compose(struct app *app, const char *text, int caret);
void finder_step(struct app *app, int by); /* to another row */
void finder_sync(struct app *app);         /* presence follows */
bool finder_choose_command(struct app *app, struct ui_action action);

/* For the files that fill the list. Strings are copied; rows of a higher score come first, of the
 * same in the order added. path NULL, action NONE: what the kind has no use for. */
bool finder_add(struct app *app, const struct finder_entry *entry);
void finder_note(struct app *app, bool is_error, const char *text); /* NULL: none */
bool finder_set_text(struct app *app, const char *text);

/* finder_commands.c */
void finder_list_commands(struct app *app);
/* How a command of the table is offered: by its name, once for each of its values, or not at all
 * since it means nothing without a pointer or outside of what is open. */
enum finder_listing { FINDER_LISTS_NOT, FINDER_LISTS_PLAIN, FINDER_LISTS_VALUES };
enum finder_listing finder_listing_of(enum ui_command command);

/* finder_files.c */
void finder_list_files(struct app *app);
void finder_enter_file(struct app *app); /* Enter, on a row or on the text alone */
/* What was typed as a whole path: "~/" is home, a name alone lies in the documents. */
bool finder_whole_path(const struct app *app, const char *typed, char *out, size_t out_bytes);
#endif

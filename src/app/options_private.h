/* options_private.h: the tables of options. Each topic has a file with the functions that set its fields. */
#ifndef APP_OPTIONS_PRIVATE_H
#define APP_OPTIONS_PRIVATE_H
#include "app/open.h"
#include "app/options.h"

/* What an option sets. */
struct option_target {
    struct options *options;
    struct document *document;
    struct text_loss *loss;
    struct file_error *error; /* of reading a file; NULL while only checking */
};

/* When an option acts. What is of the document acts when that is known: a session first, since the other options change it;
 * what asks for other fields last. */
enum option_phase { OPTION_AT_ONCE, OPTION_SESSION, OPTION_FIELD, OPTION_LAST };

struct option_row {
    const char *name;
    const char *takes; /* for errors and --help; NULL: no value */
    /* Puts the value there; false: not a value it takes, or a file that could not be read (error set). */
    bool (*apply)(const struct option_target *target, const char *value);
    enum option_phase phase;
};

/* One table for each topic, ended by a row without a name. */
extern const struct option_row options_place_rows[];   /* options_place.c: text, model, place */
extern const struct option_row options_what_if_rows[]; /* options_what_if.c */
extern const struct option_row options_look_rows[];    /* options_look.c: look, pictures, limits */

/* options_render.c: what render alone understands goes together. */
bool options_check_render(const struct options *options, struct file_error *error);

bool option_read_integer(const char *value, long low, long high, long *out); /* the whole word */
bool option_read_index(const char *value, int *out); /* a count from 1, as an index from 0 */
bool option_read_switch(const char *value, bool *out); /* on, off */

/* An enumeration's field by its id: OPTION_APPLY_ID(step, step, enum step). */
#define OPTION_APPLY_ID(name, field, type)                                                         \
    static bool apply_##name(const struct option_target *t, const char *value) {                   \
        int found = name##_from_id(value);                                                         \
        if (found >= 0) t->document->field = (type)found;                                          \
        return found >= 0;                                                                         \
    }
#endif

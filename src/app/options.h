/* options.h: the command line as data. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H
#include "views/picture.h"

enum verb {
    VERB_WINDOW,
    VERB_RENDER,
    VERB_TRACE,
    VERB_DESCRIBE,
    VERB_MODELS,
    VERB_STEPS,
    VERB_VIEWS,
    VERB_HELP,
    VERB_VERSION
};

struct text_loss; /* open.h */

enum { OPTIONS_MAX = 64 };

/* One document option as given; applied when the document is known. */
struct option_value {
    int row; /* of the table in options.c */
    const char *value;
};

struct options {
    enum verb verb;
    const char *file; /* points into argv; NULL: none */
    struct option_value values[OPTIONS_MAX];
    int value_count;
    const char *output;
    bool is_json, is_each_head;
    enum picture_part part;
    int density;
    size_t memory_bytes; /* 0: half of the machine's */
};

/* false: wrong usage, error says what and what to do (exit status 2). Values are checked, files are
 * not opened. */
bool options_parse(int argc, char **argv, struct options *out, struct file_error *error);
/* Sets the fields of *document. FILE and --text-file are read here. *loss: of the text that
 * stands in the end. false: a file could not be read (exit status 1). */
bool options_apply(const struct options *options, struct document *document, struct text_loss *loss,
                   struct file_error *error);
/* After the study was made: indices that do not exist are wrong usage, not clamped in silence. */
bool options_check(const struct options *options, const struct document *wanted,
                   const struct document *got, size_t tokens, int heads, int layers,
                   struct file_error *error);
bool options_has_size(const struct options *options);
size_t options_memory(const struct options *options); /* bytes for a pass */
const char *options_help(void);
#endif

/* options.h: the command line as data. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H
#include "views/picture.h"

enum verb {
    VERB_WINDOW,
    VERB_RENDER,
    VERB_TRACE,
    VERB_DESCRIBE,
    VERB_COMPARE,
    VERB_NUMBERS,
    VERB_MODEL,
    VERB_MODELS,
    VERB_STEPS,
    VERB_VIEWS,
    VERB_HELP,
    VERB_VERSION
};

struct text_loss; /* open.h */

enum { OPTIONS_MAX = 512 };

/* One document option as given; applied when the document is known. */
struct option_row; /* options_private.h */
struct option_value {
    const struct option_row *row;
    const char *value;
};

struct options {
    enum verb verb;
    const char *file; /* points into argv; NULL: none */
    struct option_value values[OPTIONS_MAX];
    int value_count;
    const char *output;
    bool is_json;
    bool is_each_head, is_each_step, is_each_layer;
    bool is_contact_sheet, is_figure, is_paper, is_text_outlined;
    bool has_part;
    enum picture_part part;
    int density;
    double width_mm; /* 0: not given */
    bool is_worksheet, has_worksheet_seed, has_page;
    struct worksheet_request worksheet;
    double seconds;  /* of a beat; 0: not given */
    unsigned extras;    /* of trace, a bit for each enum trace_extra */
    int matrix;          /* of numbers: a source of lesson/cell.h; −1: none given */
    int table_format;    /* enum file_table_format; −1: by the ending of the output */
    int precision;       /* enum numbers_precision; −1: as shown */
    size_t memory_bytes; /* 0: half of the machine's */
};

/* false: wrong usage, error says what and what to do (exit status 2). Values are checked, files are
 * not opened. */
bool options_parse(int argc, char **argv, struct options *out, struct file_error *error);
/* Sets the fields of *document. FILE and --text-file are read here. *loss: of the text that
 * stands in the end. false: a file could not be read (exit status 1). */
bool options_apply(const struct options *options, struct document *document, struct text_loss *loss,
                   struct file_error *error);
/* The numbers given with --edit, whose places need the shapes of a study: puts them into the study's document and computes
 * it again. *is_usage: false means that the study could not be computed, or a mask file does not fit (exit status 1). */
bool options_finish(const struct options *options, struct study *study, bool *is_usage,
                    struct file_error *error);
/* What there is to choose from. */
struct option_extent {
    size_t tokens, keys;
    int heads, layers;
};
struct option_extent options_extent_of(const struct study *study);
/* After the study was made: indices that do not exist are wrong usage, not clamped in silence. */
bool options_check(const struct options *options, const struct document *wanted,
                   const struct document *got, const struct option_extent *extent,
                   struct file_error *error);
bool options_check_heads(const struct document *wanted, const struct option_extent *extent,
                         struct file_error *error); /* those switched off */
/* Is everything that render makes to be pages of one PDF? */
bool options_are_pages(const struct options *options);
bool options_are_beats(const struct options *options); /* an animation: every beat of what is named */
bool options_has_content(const struct options *options); /* a file, a text or a model is named */
bool options_has_size(const struct options *options);
int options_threads(void); /* for long passes: one for each processor, at most 8 */
size_t options_memory(const struct options *options); /* bytes for a pass */
const char *options_help(size_t topic); /* what --help says, one topic after another; NULL: that was all */
#endif

/* numbers.h: matrices out of the program: to the clipboard, to files, to standard output. */
#ifndef APP_NUMBERS_H
#define APP_NUMBERS_H
#include "app/app.h"
#include "files/table.h"

enum numbers_precision { NUMBERS_SHOWN, NUMBERS_FULL, NUMBERS_PRECISIONS }; /* as on the screen; 9 significant digits */

struct numbers_request {
    int source, head;                  /* of lesson/cell.h; head −1: all of them, as NPY alone can hold them */
    enum file_table_format format;
    enum numbers_precision precision;  /* of Markdown and LaTeX; the others are always full */
    bool is_as_shown;                  /* what the beat has not come to is left empty */
};
/* The tokens are the names of rows and columns that belong to tokens; other rows and columns are numbered from 1. */
bool numbers_build(const struct study *study, const struct numbers_request *request, struct file_bytes *out,
                   struct file_error *error);
/* The source of a name as in documents and traces ("weights", "W_Q"); −1: none that holds numbers. */
int numbers_source_from_name(const char *name);
/* The selected cell's matrix, else the one that this beat makes; source −1: none. */
struct document_cell numbers_chosen(const struct study *study);
bool numbers_save_to(struct app *app, const char *path); /* the chosen matrix, by the ending; says so */
#endif

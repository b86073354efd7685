/* open.h: files into documents. */
#ifndef APP_OPEN_H
#define APP_OPEN_H
#include "app/app.h"

/* What a text lost on the way in. */
struct text_loss {
    size_t replaced;       /* bytes that were not valid UTF-8 */
    size_t left_out_bytes; /* beyond TEXT_MAX_BYTES */
    size_t context_replaced; /* as replaced, of the context and of the values */
};

enum open_kind { OPEN_TEXT, OPEN_SESSION, OPEN_PICTURE, OPEN_MODEL };
/* A model folder sets the model, a session or a picture (PNG, SVG, PDF, WebP, GIF) with a document everything, any other file
 * (or "-", standard input) the text. *kind (may be NULL): which it was. On failure *document stays. */
bool open_into_document(const char *path, struct document *document, enum open_kind *kind,
                        struct text_loss *loss, struct file_error *error);
/* A document as JSON, or a picture with one, replaces *document. */
bool open_session(const char *path, struct document *document, struct file_error *error);
/* A text file, or "-". */
bool open_text_file(const char *path, struct document *document, struct text_loss *loss,
                    struct file_error *error);
/* The text alone; line breaks at its end are left out, and what does not fit. */
bool open_text(const struct file_bytes *bytes, struct document *document, struct text_loss *loss,
               struct file_error *error);
/* Remembers what was opened: among the files opened lately; a session is where saving goes to. */
void open_note(struct app *app, enum open_kind kind, const char *path);
void open_say_loss(struct app *app, const struct text_loss *loss); /* nothing lost: nothing said */
#endif

/* open.h: files into documents. */
#ifndef APP_OPEN_H
#define APP_OPEN_H
#include "app/app.h"

/* A model folder sets the model, a PNG with a document everything, any other file (or "-", standard
 * input) the text. *replaced: bytes that were not valid UTF-8. On failure *document stays. */
bool open_into_document(const char *path, struct document *document, size_t *replaced,
                        struct file_error *error);
/* The text alone; line breaks at its end are left out. `what` names it in errors. */
bool open_text(const char *what, const struct file_bytes *bytes, struct document *document,
               size_t *replaced, struct file_error *error);
#endif

/* model_file.h: the model with the document's changes in it, as a new model folder. */
#ifndef APP_MODEL_FILE_H
#define APP_MODEL_FILE_H
#include "app/app.h"
#include "lesson/edited_model.h"

/* Writes it and goes on with it: the folder is the document's model, and what no model can say stays a change. One step of undo.
 * False: said. */
bool model_save_to(struct app *app, const char *path);
/* "temperature, heads": what stays; words of the catalogue's language, or with NULL the ids. */
void model_rest_words(unsigned rest_bits, const struct catalogue *catalogue, enum language language, char *out, size_t out_bytes);
#endif

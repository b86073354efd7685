/* export.h: pictures as files: the name, the bytes, and saving from the window. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H
#include "app/app.h"

enum { EXPORT_MAX_NAME = 80 }; /* bytes, extension included */

/* What it takes to make a picture of a study without a window. */
struct export_tools {
    const struct catalogue *catalogue;
    const struct text_measurer *measurer;
    struct cairo_renderer *cairo;
};

/* A PNG through cairo with the document as iTXt "headway": the same study gives the same bytes. */
bool export_png(const struct export_tools *tools, const struct study *study, enum picture_part part,
                int density, struct file_bytes *out, struct file_error *error);

/* The sentence's words joined by '-', at most `room` bytes and a NUL: whole words, as many as fit; of a first
 * word that is too long, as many whole characters. A Han character is a word. Returns the bytes. */
size_t export_slug(char *out, size_t room, const char *text);
/* "The-cat-sat-similarity-head-2": letters and digits of the sentence, step and head. At most
 * EXPORT_MAX_NAME − 12 bytes, so that "-12345.png" still fits. layer < 0: not named. */
void export_name(char *out, size_t out_bytes, const struct document *document, int layer, int head);

/* Writes to folder/name.png, or name-2.png … where that exists; never replaces. `path` gets where
 * it went. */
bool export_write(const char *folder, const char *name, const struct file_bytes *bytes, char *path,
                  size_t path_bytes, struct file_error *error);

/* Saves the part, one picture for each head when it is PICTURE_HEAD, at the density chosen in the
 * menu; says where, path to the clipboard. */
bool export_save(struct app *app, enum picture_part part);
#endif

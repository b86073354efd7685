/* picture_text.h: the text that a picture carries, by its kind: <headway:document> in an SVG and in the XMP of a WebP, /Subject in
 * a PDF, a comment in a GIF. They are read as Headway writes them; what other programs have packed away is not found. PNG:
 * png_file.h. */
#ifndef FILES_PICTURE_TEXT_H
#define FILES_PICTURE_TEXT_H
#include "files.h"

bool picture_text_is_svg(const struct file_bytes *bytes);
bool picture_text_is_pdf(const struct file_bytes *bytes);
bool picture_text_is_webp(const struct file_bytes *bytes);
bool picture_text_is_gif(const struct file_bytes *bytes);
/* *text: UTF-8, malloc'd; NULL: the picture carries none. False: it is damaged, or there is no memory. */
bool picture_text_of_svg(const struct file_bytes *bytes, char **text, struct file_error *error);
bool picture_text_of_pdf(const struct file_bytes *bytes, char **text, struct file_error *error);
/* Of bytes that are one. A file that ends within a part is damaged, unless the text stands before that. */
bool picture_text_of_webp(const struct file_bytes *bytes, char **text, struct file_error *error);
bool picture_text_of_gif(const struct file_bytes *bytes, char **text, struct file_error *error);
/* As of an SVG, in any XML; `kind` is named in errors. */
bool picture_text_of_xml(const struct file_bytes *bytes, const char *kind, char **text, struct file_error *error);
#endif

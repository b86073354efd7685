/* picture_text.h: the text that an SVG or a PDF carries: <headway:document> in the one, /Subject in the other. Both are read as
 * Headway writes them; what other programs have packed away is not found. */
#ifndef FILES_PICTURE_TEXT_H
#define FILES_PICTURE_TEXT_H
#include "files.h"

bool picture_text_is_svg(const struct file_bytes *bytes);
bool picture_text_is_pdf(const struct file_bytes *bytes);
/* *text: UTF-8, malloc'd; NULL: the picture carries none. False: it is damaged, or there is no memory. */
bool picture_text_of_svg(const struct file_bytes *bytes, char **text, struct file_error *error);
bool picture_text_of_pdf(const struct file_bytes *bytes, char **text, struct file_error *error);
#endif

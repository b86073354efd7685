/* describe.h: a step as plain text, from the document and what its picture holds. */
#ifndef APP_DESCRIBE_H
#define APP_DESCRIBE_H
#include "app/export.h"

/* The text, for reading aloud: headings, sentences, matrices as tables with the numbers of the
 * picture. */
bool describe_build(const struct export_tools *tools, const struct study *study,
                    struct file_bytes *out, struct file_error *error);
#endif

/* mask_file.h: a mask painted in a text file (format: docs/formats.md). */
#ifndef APP_MASK_FILE_H
#define APP_MASK_FILE_H
#include "lesson/what_if.h"

/* One line for each query, one 0 or 1 for each key. out->allowed is the caller's to free; on failure *out stays and the
 * error names the line and what is expected there. "-" is standard input. */
bool mask_file_read(const char *path, struct painted_mask *out, struct file_error *error);
#endif

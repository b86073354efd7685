/* error.h: sentences for failures of the system, inside the rooms files and models. All return
 * false. */
#ifndef FILES_ERROR_H
#define FILES_ERROR_H
#include "files/files.h"

/* "cannot VERB PATH: why; what to do." for an errno. */
bool file_error_system(struct file_error *error, const char *verb, const char *path, int code);
bool file_error_memory(struct file_error *error, const char *what);
#endif

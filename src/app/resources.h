/* resources.h: where assets/ and shaders/ are. */
#ifndef APP_RESOURCES_H
#define APP_RESOURCES_H
#include "files/files.h"

/* The folder that holds assets/ and shaders/: HEADWAY_ASSETS when set (then nowhere else),
 * ../share/headway beside the program's folder, the source tree it was built from, the place of
 * installation. */
bool resources_find(char *out, size_t out_bytes, struct file_error *error);
#endif

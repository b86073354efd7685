/* png_limits.h: the largest picture written or read (3840 × 2160 at density 4 fits). */
#ifndef FILES_PNG_LIMITS_H
#define FILES_PNG_LIMITS_H
#include <stddef.h>

enum { PNG_FILE_MAX_SIDE = 32767 };
#define PNG_FILE_MAX_PIXELS     ((size_t)1 << 28)
#define PNG_FILE_MAX_TEXT_BYTES ((size_t)16 << 20)
#endif

/* versions.h: what the program is and what it runs on. */
#ifndef APP_VERSIONS_H
#define APP_VERSIONS_H
#include <stdio.h>

void versions_print(FILE *out);
#endif

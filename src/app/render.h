/* render.h: the pictures of one command line. */
#ifndef APP_RENDER_H
#define APP_RENDER_H
#include "app/export.h"
#include "app/options.h"

/* `pattern` with {layer}, {head}, {step} and {page} replaced, counted from 1; page from 0; false: too long. */
bool render_name(char *out, size_t out_bytes, const char *pattern, const struct document *document, int page);
/* One picture, or all that --head, --step and --layer all ask for: a file each, or the pages of one PDF. */
bool render_pictures(const struct options *options, const struct export_tools *tools, const struct study *study,
                     struct file_error *error);
#endif

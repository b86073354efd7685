/* render.h: the pictures of one command line. */
#ifndef APP_RENDER_H
#define APP_RENDER_H
#include "app/export.h"
#include "app/options.h"

/* One picture, or all that --head, --step and --layer all ask for: a file each, or the pages of one PDF. */
bool render_pictures(const struct options *options, const struct export_tools *tools, const struct study *study,
                     struct file_error *error);
#endif

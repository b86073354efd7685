/* export_private.h: what single pictures and files of several have in common. */
#ifndef APP_EXPORT_PRIVATE_H
#define APP_EXPORT_PRIVATE_H
#include "app/export.h"
#include "render/vector.h"

/* The study as the look wants it, as a draw list; *page: what of it is kept, and its size. */
bool export_draw(const struct export_tools *tools, const struct study *study, const struct export_look *look,
                 struct draw_list *list, struct vector_page *page, struct file_error *error);
/* The document as text; ASCII where the format needs it. NULL: no memory. Freed with free. */
char *export_document(const struct study *study, bool is_ascii);
bool export_no_memory(struct file_error *error); /* false */
#endif

/* bounds.h: where the ink of a picture is, and how small its type gets: what a figure is cut to and measured by. */
#ifndef DRAW_BOUNDS_H
#define DRAW_BOUNDS_H
#include "list.h"

/* All that the record may paint, whatever its clip; of text a little more than its letters. */
struct rect draw_command_bounds(const struct draw_command *command);
/* The smallest rectangle of whole pixels around everything that can be seen on the background, at most the picture; empty
 * where nothing can. Records of the background's own colour count as nothing. */
struct rect draw_list_bounds(const struct draw_list *list);
/* Size in pixels of the smallest type that is there to be read and can be seen; 0: there is none. */
float draw_list_smallest_type(const struct draw_list *list);
#endif

/* support_semantics.h: what every picture says about itself: names, places, clicks, the order of Tab, cells, words. */
#ifndef TESTS_VIEWS_SUPPORT_SEMANTICS_H
#define TESTS_VIEWS_SUPPORT_SEMANTICS_H
#include "support_layout.h"

/* Each fault is printed with the picture it was found in and counted in room->faults. */
void semantics_check(struct layout_room *room);
/* Where the text holds a catalogue key ("step.sum.title"), a name that was not filled in ("{query}"), or an emphasis
 * tag; NULL: nowhere. */
const char *semantics_raw_part(const struct layout_room *room, const char *text, size_t bytes);
#endif

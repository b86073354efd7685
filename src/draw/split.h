/* split.h: a text made printable and split into runs, however many there are. Private to draw. */
#ifndef DRAW_SPLIT_H
#define DRAW_SPLIT_H
#include "text.h"

struct text_split {
    const char *text; /* printable; what the runs' ranges count in */
    size_t bytes;
    struct text_run *runs; /* visual order */
    size_t count;
    char *made_text;            /* owned, NULL when the given text was printable */
    struct text_run *made_runs; /* owned, NULL when `few` was enough */
    struct text_run few[TEXT_MAX_RUNS];
};
/* False when memory ran out; then nothing is to be ended. */
bool text_split_begin(struct text_split *split, const struct text_measurer *m,
                      enum text_style style, float size_px, const char *text, size_t bytes);
void text_split_end(struct text_split *split);
/* True when text_printable would give the same bytes again. */
bool text_is_printable(const char *text, size_t bytes);
#endif

#include "text.h"
#include "list.h"
#include "memory.h"
#include "split.h"
#include <stdlib.h>

/* The printable form of the text, in place when it already is. */
static bool make_printable(struct text_split *split, const char *text, size_t bytes) {
    split->made_text = NULL;
    split->text = text;
    split->bytes = bytes;
    if (text_is_printable(text, bytes)) return true;
    if (bytes > SIZE_MAX / 5 - 1) return false;
    split->made_text = memory_resize(NULL, 5 * bytes + 1);
    if (!split->made_text) return false;
    split->text = split->made_text;
    split->bytes = text_printable(split->made_text, 5 * bytes + 1, text, bytes);
    return true;
}

bool text_split_begin(struct text_split *split, const struct text_measurer *m,
                      enum text_style style, float size_px, const char *text, size_t bytes) {
    split->made_runs = NULL;
    split->runs = split->few;
    split->count = 0;
    if (!make_printable(split, text, bytes)) return false;
    if (split->bytes == 0) return true;
    split->count =
        m->split(m->context, style, size_px, split->text, split->bytes, split->few, TEXT_MAX_RUNS);
    if (split->count <= TEXT_MAX_RUNS) return true;

    size_t capacity = 0, wanted = split->count;
    if (!memory_grow((void **)&split->made_runs, &capacity, wanted, sizeof *split->made_runs)) {
        text_split_end(split);
        return false;
    }
    split->runs = split->made_runs;
    split->count =
        m->split(m->context, style, size_px, split->text, split->bytes, split->runs, wanted);
    if (split->count > wanted) split->count = wanted;
    return true;
}

void text_split_end(struct text_split *split) {
    free(split->made_text);
    free(split->made_runs);
    split->made_text = NULL;
    split->made_runs = NULL;
}

float text_width(const struct text_measurer *m, enum text_style style, float size_px,
                 const char *text, size_t bytes) {
    struct text_split split;
    if (!text_split_begin(&split, m, style, size_px, text, bytes)) return 0.0f;
    float width = 0.0f;
    for (size_t i = 0; i < split.count; i++)
        width += split.runs[i].width;
    text_split_end(&split);
    return width;
}

/* page.h: what the parts of a picture share: the lists to record into, the study, the words. */
#ifndef VIEWS_PAGE_H
#define VIEWS_PAGE_H
#include "lesson/arithmetic.h"
#include "lesson/difference.h"
#include "lesson/number.h"
#include "lesson/selection.h"
#include "picture.h"
#include "ui/ui.h"

struct page_scratch; /* memory of one picture, released at its end */

struct page {
    struct ui ui;
    const struct study *study;
    const struct document *document;
    const struct catalogue *catalogue;
    const struct picture_presence *presence; /* never NULL: zeroed where there is none */
    bool is_figure; /* no title */
    struct page_scratch *scratch;
    const struct colour *map_fills[2];   /* of weights and of scores, for images: grid_paint.c; NULL: not made yet */
    struct reveal reveal;                /* of the current beat */
    struct document_cell selection;      /* the number the panel explains; source −1: none */
    struct arithmetic arithmetic;        /* of the selection */
    bool has_arithmetic, is_selection_shown;
    enum difference_state before; /* whether there is something to compare with */
    bool shows_difference;        /* the matrices show now − before */
    bool is_presentation;
    enum picture_part part;
};

/* Memory until the end of the picture; NULL when there is none (the list is then marked as failed). */
void *page_memory(struct page *page, size_t count, size_t size);
void page_scratch_free(void *scratch); /* a struct page_scratch chain */

/* The words for a key, in the document's language. Emphasis tags <q> <k> <v> <o> <b> … </> become the marks of ui.h. */
const char *page_words(struct page *page, const char *key);
/* The same with {query} {key} {head} {layer} … filled in; names and values as in catalogue_fill. */
const char *page_filled(struct page *page, const char *key, const char *const *names, const char *const *values);
/* printf into memory of the picture. */
const char *page_format(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *page_number(struct page *page, float value, enum number_style style);
/* A token's text; with its place as an index where the same text stands more than once: cat₂. */
const char *page_word(struct page *page, int index);
/* A token in the marks of a role: UI_MARK_QUERY "it" UI_MARK_END. */
const char *page_token(struct page *page, int index, const char *mark);
/* "H2 · previous word", or its second part alone; "" where the model names none. */
const char *page_head_name(struct page *page, int head);

const char *page_layer(struct page *page, int layer); /* "Layer 1" */
const char *page_model_name(struct page *page); /* in the document's language, where it is one of our own */

size_t page_n(const struct page *page); /* queries */
size_t page_m(const struct page *page); /* keys and values: of the context where there is one */

/* The words beside the keys and beside the values; in self-attention both are those of the sentence. */
const char *const *page_key_names(struct page *page);   /* page_m texts */
const char *const *page_value_names(struct page *page); /* page_m texts */
const char *page_key_word(struct page *page, int index); /* as page_word */
const char *page_value_word(struct page *page, int index);
const char *page_key_token(struct page *page, int index, const char *mark);
bool page_is_head_off(const struct page *page, int head); /* of the document's layer */
#endif

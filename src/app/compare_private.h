/* compare_private.h: what the text and the JSON of a comparison share. */
#ifndef APP_COMPARE_PRIVATE_H
#define APP_COMPARE_PRIVATE_H
#include "app/compare.h"

enum { COMPARE_COST_COUNT = 4 };
extern const char *const compare_cost_keys[COMPARE_COST_COUNT]; /* "operations", … */
/* One number of the cost table; INFINITY where some tokens never meet. compared: enum compared. */
double compare_cost(const struct comparison *comparison, size_t compared, size_t cost);
/* Whether something of the column's token is in the row's vector after the document's steps. */
bool compare_is_reached(const struct study *study, const struct comparison *comparison,
                        size_t compared, size_t row, size_t column);
/* The whole as text; false: no memory. */
bool compare_text(const struct study *study, const struct catalogue *catalogue,
                  const struct comparison *comparison, struct file_bytes *out);
#endif

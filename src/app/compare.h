/* compare.h: attention beside an RNN and a convolution, as text and as JSON (format: docs/formats.md). */
#ifndef APP_COMPARE_H
#define APP_COMPARE_H
#include "lesson/catalogue.h"
#include "lesson/comparison.h"

/* With the steps and the kernel of the study's document; the text in its language. */
bool compare_build(const struct study *study, const struct catalogue *catalogue, bool is_json,
                   struct file_bytes *out, struct file_error *error);
#endif

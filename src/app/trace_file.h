/* trace_file.h: every number of a pass, as safetensors or JSON (format: docs/formats.md). */
#ifndef APP_TRACE_FILE_H
#define APP_TRACE_FILE_H
#include "lesson/study.h"

enum trace_format { TRACE_SAFETENSORS, TRACE_JSON };

/* .json makes JSON, .safetensors and "-" (standard output) safetensors; false: another ending,
 * error says so. */
bool trace_format_of(const char *path, enum trace_format *format, struct file_error *error);
/* Tensors beside those of the pass: each head's share of attention_output, weights times the size of the values, and the
 * influence of one layer's attention; and every tensor's difference to the pass as the model says. */
enum trace_extra { TRACE_SHARES, TRACE_VALUE_WEIGHTED, TRACE_INFLUENCE, TRACE_DIFFERENCE, TRACE_EXTRA_COUNT };
/* "shares", "value-weighted", "influence", "difference"; −1: unknown */
int trace_extra_from_id(const char *id, size_t bytes);

/* The bytes of the file, with the tensors of `extras` (a bit for each). An empty sentence is an error. */
bool trace_build(const struct study *study, enum trace_format format, unsigned extras,
                 struct file_bytes *out, struct file_error *error);
#endif

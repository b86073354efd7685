/* trace_file.h: every number of a pass, as safetensors or JSON (format: docs/formats.md). */
#ifndef APP_TRACE_FILE_H
#define APP_TRACE_FILE_H
#include "lesson/study.h"

enum trace_format { TRACE_SAFETENSORS, TRACE_JSON };

/* .json makes JSON, .safetensors and "-" (standard output) safetensors; false: another ending,
 * error says so. */
bool trace_format_of(const char *path, enum trace_format *format, struct file_error *error);
/* The bytes of the file. An empty sentence is an error. */
bool trace_build(const struct study *study, enum trace_format format, struct file_bytes *out,
                 struct file_error *error);
#endif

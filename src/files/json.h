/* json.h: JSON with limits, on jansson. Duplicate keys are refused, depth is scanned before parsing. */
#ifndef FILES_JSON_H
#define FILES_JSON_H
#include "files.h"
#include <jansson.h>

enum { FILE_JSON_MAX_DEPTH = 32 };
#define FILE_JSON_MAX_BYTES ((size_t)16 << 20)

/* `what` names the text in errors ("settings.json"). NULL on failure; else json_decref it. */
json_t *file_json_parse(const char *what, const void *data, size_t size, struct file_error *error);
/* The same with another limit on the size. */
json_t *file_json_parse_limited(const char *what, const void *data, size_t size, size_t max_bytes, struct file_error *error);
json_t *file_json_read(const char *path, struct file_error *error);
/* Sorted keys, two-space indent, newline at the end. mode as in file_write_whole. */
bool file_json_write(const char *path, const json_t *value, enum file_write_mode mode, struct file_error *error);

/* The value as JSON on one line, for the errors about it: at most 40 bytes, then "…". */
enum { FILE_JSON_SHOWN_BYTES = 44 };
void file_json_show(const json_t *value, char text[FILE_JSON_SHOWN_BYTES]);
#endif

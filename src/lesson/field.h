/* field.h: reading one field of a JSON object. An absent key leaves *out alone; a wrong type or range is an error that
 * names the key. */
#ifndef LESSON_FIELD_H
#define LESSON_FIELD_H
#include "files/files.h"
#include <jansson.h>

bool field_read_integer(const json_t *json, const char *key, int least, int most, int *out,
                        struct file_error *error);
/* A count from 1 in the file, an index from 0 in *out. */
bool field_read_index(const json_t *json, const char *key, int most, int *out,
                      struct file_error *error);
bool field_read_bool(const json_t *json, const char *key, bool *out, struct file_error *error);
/* *out is an enumeration's value. */
bool field_read_id(const json_t *json, const char *key, int (*from_id)(const char *id), int *out,
                   struct file_error *error);
/* *out belongs to the JSON. */
bool field_read_string(const json_t *json, const char *key, size_t least_bytes, size_t most_bytes,
                       const char **out, struct file_error *error);
#endif

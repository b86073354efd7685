#include "lesson/field.h"
#include "files/json.h"
#include <limits.h>
#include <string.h>

bool field_read_integer(const json_t *json, const char *key, int least, int most, int *out,
                        struct file_error *error) {
    const json_t *value = json_object_get(json, key);
    if (value == NULL) return true;
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < least || number > most) {
        char shown[FILE_JSON_SHOWN_BYTES];
        file_json_show(value, shown);
        return file_error_set(
            error, "\"%s\" is %s, not a whole number from %d to %d; correct it in the file", key,
            shown, least, most);
    }
    *out = (int)number;
    return true;
}

bool field_read_index(const json_t *json, const char *key, int most, int *out,
                      struct file_error *error) {
    int count = *out < INT_MAX ? *out + 1 : INT_MAX;
    if (!field_read_integer(json, key, 1, most, &count, error)) return false;
    *out = count - 1;
    return true;
}

bool field_read_bool(const json_t *json, const char *key, bool *out, struct file_error *error) {
    const json_t *value = json_object_get(json, key);
    if (value == NULL) return true;
    if (!json_is_boolean(value))
        return file_error_set(error, "\"%s\" is neither true nor false; correct it in the file",
                              key);
    *out = json_is_true(value);
    return true;
}

bool field_read_id(const json_t *json, const char *key, int (*from_id)(const char *id), int *out,
                   struct file_error *error) {
    const json_t *value = json_object_get(json, key);
    if (value == NULL) return true;
    if (!json_is_string(value))
        return file_error_set(error, "\"%s\" is not a string; correct it in the file", key);
    int index = from_id(json_string_value(value));
    if (index < 0)
        return file_error_set(error,
                              "\"%s\" cannot be \"%.80s\"; use one of the names that the "
                              "help lists",
                              key, json_string_value(value));
    *out = index;
    return true;
}

bool field_read_string(const json_t *json, const char *key, size_t least_bytes, size_t most_bytes,
                       const char **out, struct file_error *error) {
    const json_t *value = json_object_get(json, key);
    if (value == NULL) return true;
    if (!json_is_string(value))
        return file_error_set(error, "\"%s\" is not a string; correct it in the file", key);
    size_t bytes = json_string_length(value);
    if (bytes < least_bytes || bytes > most_bytes || strlen(json_string_value(value)) != bytes)
        return file_error_set(error,
                              "\"%s\" is not a text of %zu to %zu bytes; correct it in the file",
                              key, least_bytes, most_bytes);
    *out = json_string_value(value);
    return true;
}

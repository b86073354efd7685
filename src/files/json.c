#include "files/json.h"
#include "files/error.h"
#include "files/utf8.h"
#include <stdlib.h>
#include <string.h>

/* The deepest nesting of objects and arrays. Brackets inside strings do not count. */
static size_t nesting_depth(const uint8_t *data, size_t size) {
    size_t depth = 0, deepest = 0;
    bool is_in_string = false;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = data[i];
        if (is_in_string) {
            if (byte == '\\') i++;
            if (byte == '"') is_in_string = false;
        } else if (byte == '"') {
            is_in_string = true;
        } else if (byte == '[' || byte == '{') {
            if (++depth > deepest) deepest = depth;
        } else if ((byte == ']' || byte == '}') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

json_t *file_json_parse_limited(const char *what, const void *data, size_t size, size_t max_bytes,
                                struct file_error *error) {
    if (size > max_bytes) {
        file_error_set(error,
                       "%.300s: the JSON is larger than the limit of %zu MiB; use a smaller file.",
                       what, max_bytes >> 20);
        return NULL;
    }
    if (nesting_depth(data, size) > FILE_JSON_MAX_DEPTH) {
        file_error_set(error, "%.300s: the JSON is nested deeper than %d levels; make it flatter.",
                       what, FILE_JSON_MAX_DEPTH);
        return NULL;
    }
    json_error_t problem;
    json_t *value = json_loadb(data, size, JSON_REJECT_DUPLICATES, &problem);
    if (value) return value;
    /* jansson leaves the place at -1 when it could not even start for want of memory. */
    if (problem.line < 0 || json_error_code(&problem) == json_error_out_of_memory) {
        file_error_memory(error, what);
    } else {
        file_error_set(error,
                       "%.200s: line %d, column %d is not valid JSON (%.100s); correct it there.",
                       what, problem.line, problem.column, problem.text);
    }
    return NULL;
}

json_t *file_json_parse(const char *what, const void *data, size_t size, struct file_error *error) {
    return file_json_parse_limited(what, data, size, FILE_JSON_MAX_BYTES, error);
}

json_t *file_json_read(const char *path, struct file_error *error) {
    struct file_bytes bytes;
    if (!file_read_whole(path, FILE_JSON_MAX_BYTES, &bytes, error)) return NULL;
    json_t *value = file_json_parse(path, bytes.data, bytes.size, error);
    file_bytes_free(&bytes);
    return value;
}

bool file_json_write(const char *path, const json_t *value, enum file_write_mode mode,
                     struct file_error *error) {
    char *text = json_dumps(value, JSON_SORT_KEYS | JSON_INDENT(2));
    if (!text) return file_error_memory(error, path);
    size_t size = strlen(text);
    text[size] = '\n'; /* in the place of the NUL: the size is passed on */
    bool is_written = file_write_whole(path, text, size + 1, mode, error);
    free(text);
    return is_written;
}

/* The beginning of what jansson writes, as far as there is room. */
struct shown {
    char *text;
    size_t used, room;
};

static int show_part(const char *part, size_t bytes, void *data) {
    struct shown *shown = data;
    size_t taken = bytes < shown->room - shown->used ? bytes : shown->room - shown->used;
    memcpy(shown->text + shown->used, part, taken);
    shown->used += taken;
    return taken == bytes ? 0 : -1;
}

void file_json_show(const json_t *value, char text[FILE_JSON_SHOWN_BYTES]) {
    static const char ellipsis[] = "…";
    struct shown shown = {.text = text, .room = FILE_JSON_SHOWN_BYTES - sizeof ellipsis};
    const size_t flags = JSON_ENCODE_ANY | JSON_COMPACT;
    if (json_dump_callback(value, show_part, &shown, flags) == 0) {
        text[shown.used] = '\0';
        return;
    }
    size_t end = 0; /* of the last whole character */
    for (bool is_valid = true; end < shown.used && is_valid;) {
        uint32_t code;
        size_t taken = utf8_decode((const uint8_t *)text + end, shown.used - end, &code, &is_valid);
        if (is_valid) end += taken;
    }
    memcpy(text + end, ellipsis, sizeof ellipsis);
}

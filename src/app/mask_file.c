#include "app/mask_file.h"

#include "files/memory.h"
#include "models/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MASK_FILE_MAX_BYTES = 16 << 20 };

struct mask_reading {
    const char *path;
    size_t line; /* from 1 */
    struct painted_mask mask;
    size_t capacity; /* rows that fit */
    struct file_error *error;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '\r';
}

/* "0", "1", "0.0", "1." … as a number that is 0 or 1. */
static bool read_number(const char *word, size_t bytes, uint8_t *out) {
    char copy[32], *end = NULL;
    if (bytes == 0 || bytes >= sizeof copy) return false;
    memcpy(copy, word, bytes);
    copy[bytes] = '\0';
    double number = strtod(copy, &end);
    if (*end != '\0' || (number != 0.0 && number != 1.0)) return false;
    *out = number == 1.0;
    return true;
}

/* Only 0 and 1, without anything between them: each character is a cell. */
static bool is_packed(const char *line, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        if (line[i] != '0' && line[i] != '1') return false;
    return true;
}

static bool refuse(struct mask_reading *reading, size_t column) {
    return file_error_set(reading->error,
                          "%.200s: line %zu: number %zu is neither 0 nor 1; write 1 where the key "
                          "may be seen and 0 where not",
                          reading->path, reading->line, column);
}

/* The cells of a line into row[TEXT_MAX_TOKENS]; *count is how many. */
static bool read_cells(struct mask_reading *reading, const char *line, size_t bytes, uint8_t *row,
                       size_t *count) {
    *count = 0;
    bool is_one_word = is_packed(line, bytes);
    for (size_t at = 0; at < bytes;) {
        size_t length = is_one_word ? 1 : 0;
        while (!is_one_word && at < bytes && is_blank(line[at]))
            at++;
        while (!is_one_word && at + length < bytes && !is_blank(line[at + length]))
            length++;
        if (length == 0) break;
        if (*count == TEXT_MAX_TOKENS)
            return file_error_set(reading->error,
                                  "%.200s: line %zu has more than %d numbers; give one for each "
                                  "key",
                                  reading->path, reading->line, (int)TEXT_MAX_TOKENS);
        if (!read_number(line + at, length, &row[*count])) return refuse(reading, *count + 1);
        ++*count;
        at += length;
    }
    return true;
}

static bool add_row(struct mask_reading *reading, const uint8_t *row, size_t count) {
    struct painted_mask *mask = &reading->mask;
    if (count == 0)
        return file_error_set(reading->error,
                              "%.200s: line %zu is empty; give one line of 0 and 1 for each query",
                              reading->path, reading->line);
    if (mask->rows > 0 && count != mask->columns)
        return file_error_set(reading->error,
                              "%.200s: line %zu has %zu number%s and the first has %zu; give every "
                              "line one for each key",
                              reading->path, reading->line, count, count == 1 ? "" : "s",
                              mask->columns);
    if (mask->rows == TEXT_MAX_TOKENS)
        return file_error_set(reading->error,
                              "%.200s: there are more than %d lines; give one for each query",
                              reading->path, (int)TEXT_MAX_TOKENS);
    if (mask->rows == reading->capacity) {
        size_t capacity = reading->capacity ? 2 * reading->capacity : 64;
        uint8_t *allowed = file_reallocate(mask->allowed, capacity, count);
        if (!allowed)
            return file_error_set(reading->error, "%.200s: no memory is left; close other programs",
                                  reading->path);
        mask->allowed = allowed;
        reading->capacity = capacity;
    }
    mask->columns = count;
    memcpy(mask->allowed + mask->rows++ * count, row, count);
    return true;
}

static bool read_lines(struct mask_reading *reading, const char *text, size_t size) {
    uint8_t row[TEXT_MAX_TOKENS];
    while (size > 0 && (text[size - 1] == '\n' || is_blank(text[size - 1])))
        size--;
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t bytes = end ? (size_t)(end - (text + at)) : size - at, count = 0;
        size_t used = bytes;
        while (used > 0 && is_blank(text[at + used - 1]))
            used--;
        reading->line++;
        if (!read_cells(reading, text + at, used, row, &count) || !add_row(reading, row, count))
            return false;
        at += bytes + 1;
    }
    return reading->mask.rows > 0 ||
           file_error_set(reading->error,
                          "%.200s: the file is empty; give one line of 0 and 1 for each query",
                          reading->path);
}

bool mask_file_read(const char *path, struct painted_mask *out, struct file_error *error) {
    struct file_bytes bytes = {0};
    struct mask_reading reading = {.path = path, .error = error};
    if (!file_read_whole(path, MASK_FILE_MAX_BYTES, &bytes, error)) return false;
    bool is_done = read_lines(&reading, (const char *)bytes.data, bytes.size);
    file_bytes_free(&bytes);
    if (is_done)
        *out = reading.mask;
    else
        free(reading.mask.allowed);
    return is_done;
}

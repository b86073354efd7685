/* Reading safetensors. The header says for each tensor its type, shape and place in the data;
 * nothing in it is believed before it is checked. */
#include "files/error.h"
#include "files/json.h"
#include "files/memory.h"
#include "files/safetensors.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum number_type { NUMBER_F32, NUMBER_F16, NUMBER_BF16 };
static const char *const number_names[] = {"F32", "F16", "BF16"};
static size_t number_bytes(enum number_type type) {
    return type == NUMBER_F32 ? 4 : 2;
}

/* A tensor as the header describes it: bytes begin … end of the data behind the header. */
struct place {
    struct safetensors_entry *entry;
    enum number_type type;
    size_t begin, end;
};

/* One file being read. */
struct reading {
    const char *what;
    struct file_error *error;
    const uint8_t *data; /* behind the header */
    size_t data_bytes;
    struct place *places;
    struct safetensors *out;
};

void safetensors_free(struct safetensors *file) {
    if (!file) return;
    for (size_t i = 0; i < file->count; i++) {
        free(file->entries[i].name);
        free(file->entries[i].data);
    }
    free(file->entries);
    json_decref(file->metadata);
    *file = (struct safetensors){0};
}

static int entry_compare(const void *a, const void *b) {
    return strcmp(((const struct safetensors_entry *)a)->name,
                  ((const struct safetensors_entry *)b)->name);
}

const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name) {
    size_t low = 0, high = file->count; /* entries are sorted by name */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(file->entries[middle].name, name);
        if (order == 0) return &file->entries[middle];
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* 16 bits → float32. Binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
static uint32_t widen_f16(uint32_t half) {
    uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 0x1Fu, fraction = half & 0x3FFu;
    if (exponent == 0x1F) return sign | 0x7F800000u | fraction << 13;
    if (exponent != 0) return sign | (exponent + 112) << 23 | fraction << 13;
    if (fraction == 0) return sign;
    uint32_t shift = 0; /* a subnormal number becomes a normal one */
    for (; !(fraction & 0x400u); fraction <<= 1)
        shift++;
    return sign | (113 - shift) << 23 | (fraction & 0x3FFu) << 13;
}

static float widen(const uint8_t *bytes, enum number_type type) {
    uint32_t bits = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
    if (type == NUMBER_F32) {
        bits |= (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    } else {
        bits = type == NUMBER_BF16 ? bits << 16 : widen_f16(bits);
    }
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool read_type(struct reading *reading, const char *name, const json_t *value,
                      enum number_type *type) {
    const char *text = json_string_value(value);
    for (size_t i = 0; text && i < sizeof number_names / sizeof number_names[0]; i++) {
        *type = (enum number_type)i;
        if (strcmp(text, number_names[i]) == 0) return true;
    }
    return file_error_set(reading->error,
                          "%.200s: tensor %.100s has the type %.20s; save it as F32, F16 or BF16.",
                          reading->what, name, text ? text : "(none)");
}

/* A JSON number that is a size; false otherwise. */
static bool read_size(const json_t *value, size_t *size) {
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 || (uintmax_t)number > SIZE_MAX) return false;
    *size = (size_t)number;
    return true;
}

static bool read_shape(struct reading *reading, const json_t *value,
                       struct safetensors_entry *entry) {
    size_t dims = json_array_size(value);
    if (!json_is_array(value) || dims > SAFETENSORS_MAX_DIMS)
        return file_error_set(reading->error,
                              "%.200s: tensor %.100s has a shape that is not a list of at most %d "
                              "sizes; save the file again.",
                              reading->what, entry->name, SAFETENSORS_MAX_DIMS);
    entry->dims = (int)dims;
    entry->count = 1;
    for (size_t i = 0; i < dims; i++) {
        size_t *size = &entry->shape[i];
        if (!read_size(json_array_get(value, i), size) ||
            (*size != 0 && entry->count > SAFETENSORS_MAX_NUMBERS / *size))
            return file_error_set(reading->error,
                                  "%.200s: size %zu in the shape of tensor %.100s is not usable; "
                                  "save the file again.",
                                  reading->what, i + 1, entry->name);
        entry->count *= *size;
    }
    return true;
}

static bool read_place(struct reading *reading, const json_t *value, struct place *place) {
    const char *name = place->entry->name;
    if (json_array_size(value) != 2 || !read_size(json_array_get(value, 0), &place->begin) ||
        !read_size(json_array_get(value, 1), &place->end) || place->begin > place->end ||
        place->end > reading->data_bytes)
        return file_error_set(
            reading->error,
            "%.200s: the data_offsets of tensor %.100s do not lie inside the file's %zu data "
            "bytes; the file is cut short or damaged, copy it again.",
            reading->what, name, reading->data_bytes);
    size_t bytes = place->end - place->begin, size = number_bytes(place->type);
    if (bytes % size != 0 || bytes / size != place->entry->count)
        return file_error_set(reading->error,
                              "%.200s: tensor %.100s holds %zu bytes, but its shape needs %zu "
                              "numbers of %zu bytes; save the file again.",
                              reading->what, name, bytes, place->entry->count, size);
    return true;
}

/* One member of the header: "name": {"dtype", "shape", "data_offsets"} and nothing else. */
static bool read_tensor(struct reading *reading, const char *name, const json_t *value,
                        struct place *place) {
    struct safetensors_entry *entry = place->entry;
    entry->name = file_copy_text(name, strlen(name));
    if (!entry->name) return file_error_memory(reading->error, reading->what);
    if (!json_is_object(value) || json_object_size(value) != 3)
        return file_error_set(reading->error,
                              "%.200s: tensor %.100s must have dtype, shape and data_offsets and "
                              "nothing else; save the file again.",
                              reading->what, name);
    return read_type(reading, name, json_object_get(value, "dtype"), &place->type) &&
           read_shape(reading, json_object_get(value, "shape"), entry) &&
           read_place(reading, json_object_get(value, "data_offsets"), place);
}

static bool read_metadata(struct reading *reading, json_t *value) {
    const char *key;
    json_t *member;
    bool is_valid = json_is_object(value);
    json_object_foreach(value, key, member) is_valid = is_valid && json_is_string(member);
    if (!is_valid)
        return file_error_set(
            reading->error,
            "%.200s: __metadata__ must be an object of strings; save the file again.",
            reading->what);
    reading->out->metadata = json_incref(value);
    return true;
}

static int place_compare(const void *a, const void *b) {
    const struct place *left = a, *right = b;
    if (left->begin != right->begin) return left->begin < right->begin ? -1 : 1;
    if (left->end != right->end) return left->end < right->end ? -1 : 1;
    return 0;
}

/* Every data byte belongs to exactly one tensor. */
static bool check_places(struct reading *reading) {
    size_t at = 0, count = reading->out->count;
    qsort(reading->places, count, sizeof reading->places[0], place_compare);
    for (size_t i = 0; i < count; i++) {
        const struct place *place = &reading->places[i];
        if (place->begin != at)
            return file_error_set(
                reading->error, "%.200s: tensor %.100s %s; the file is damaged, save it again.",
                reading->what, place->entry->name,
                place->begin < at ? "overlaps the one before it" : "leaves a hole in front of it");
        at = place->end;
    }
    if (at == reading->data_bytes) return true;
    return file_error_set(
        reading->error,
        "%.200s: %zu bytes at the end belong to no tensor; the file is damaged, save it again.",
        reading->what, reading->data_bytes - at);
}

static bool read_numbers(struct reading *reading, const struct place *place) {
    struct safetensors_entry *entry = place->entry;
    const uint8_t *bytes = reading->data + place->begin;
    size_t size = number_bytes(place->type);
    entry->data = file_allocate(entry->count, sizeof(float));
    if (!entry->data) return file_error_memory(reading->error, reading->what);
    for (size_t i = 0; i < entry->count; i++) {
        entry->data[i] = widen(bytes + i * size, place->type);
        if (!isfinite(entry->data[i]))
            return file_error_set(reading->error,
                                  "%.200s: tensor %.100s has %s at place %zu; every number must be "
                                  "finite, mend it where the file is made.",
                                  reading->what, entry->name,
                                  isnan(entry->data[i]) ? "NaN (not a number)" : "infinity", i);
    }
    return true;
}

static bool read_header(struct reading *reading, const json_t *header) {
    struct safetensors *out = reading->out;
    const char *name;
    json_t *value;
    out->entries = file_allocate(json_object_size(header), sizeof out->entries[0]);
    reading->places = file_allocate(json_object_size(header), sizeof reading->places[0]);
    if (!out->entries || !reading->places) return file_error_memory(reading->error, reading->what);
    json_object_foreach((json_t *)(uintptr_t)header, name, value) {
        if (strcmp(name, "__metadata__") == 0) {
            if (!read_metadata(reading, value)) return false;
            continue;
        }
        struct place *place = &reading->places[out->count];
        place->entry = &out->entries[out->count++];
        if (!read_tensor(reading, name, value, place)) return false;
    }
    if (!check_places(reading)) return false;
    for (size_t i = 0; i < out->count; i++) {
        if (!read_numbers(reading, &reading->places[i])) return false;
    }
    qsort(out->entries, out->count, sizeof out->entries[0], entry_compare);
    return true;
}

/* The length of the JSON header, or an error. */
static bool read_header_length(const char *what, const uint8_t *bytes, size_t size, size_t *length,
                               struct file_error *error) {
    if (size < 8)
        return file_error_set(
            error, "%.300s: it has only %zu bytes, too few for a safetensors file; check the file.",
            what, size);
    uint64_t claimed = 0;
    for (int i = 7; i >= 0; i--)
        claimed = claimed << 8 | bytes[i];
    if (claimed > SAFETENSORS_MAX_HEADER_BYTES)
        return file_error_set(error,
                              "%.300s: it claims a header of more than 100 MB, so it is no "
                              "safetensors file; check the file.",
                              what);
    if (claimed > size - 8)
        return file_error_set(
            error, "%.300s: the file ends inside its header; it was cut short, copy it again.",
            what);
    if (claimed == 0 || bytes[8] != '{')
        return file_error_set(error,
                              "%.300s: the header does not begin with {, so it is no safetensors "
                              "file; check the file.",
                              what);
    *length = (size_t)claimed;
    return true;
}

bool safetensors_parse(const char *what, const void *data, size_t size, struct safetensors *out,
                       struct file_error *error) {
    const uint8_t *bytes = data;
    size_t length = 0;
    *out = (struct safetensors){0};
    if (!read_header_length(what, bytes, size, &length, error)) return false;
    json_t *header =
        file_json_parse_limited(what, bytes + 8, length, SAFETENSORS_MAX_HEADER_BYTES, error);
    if (!header) return false;
    struct reading reading = {.what = what,
                              .error = error,
                              .data = bytes + 8 + length,
                              .data_bytes = size - 8 - length,
                              .out = out};
    bool is_read = read_header(&reading, header);
    free(reading.places);
    json_decref(header);
    if (!is_read) safetensors_free(out);
    return is_read;
}

bool safetensors_read(const char *path, size_t max_bytes, struct safetensors *out,
                      struct file_error *error) {
    struct file_bytes bytes;
    *out = (struct safetensors){0};
    if (!file_read_whole(path, max_bytes, &bytes, error)) return false;
    bool is_read = safetensors_parse(path, bytes.data, bytes.size, out, error);
    file_bytes_free(&bytes);
    return is_read;
}

/* Writing safetensors: header first, padded with spaces to 8 bytes, then the numbers little-endian.
 */
#include "files/error.h"
#include "files/memory.h"
#include "files/safetensors.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of one tensor, when its shape is possible and its numbers may be written. */
static bool check_source(const struct safetensors_source *source, size_t *bytes,
                         struct file_error *error) {
    size_t count = 1;
    if (source->dims < 0 || source->dims > SAFETENSORS_MAX_DIMS)
        return file_error_set(error, "tensor %.100s has %d dimensions; use 0 to %d.", source->name,
                              source->dims, SAFETENSORS_MAX_DIMS);
    for (int i = 0; i < source->dims; i++) {
        size_t size = source->shape[i];
        if (size != 0 && count > SAFETENSORS_MAX_NUMBERS / size)
            return file_error_set(error, "tensor %.100s is too large to write; use a shorter text.",
                                  source->name);
        count *= size;
    }
    for (size_t i = 0; i < count; i++) {
        float value = source->data[i];
        if (isnan(value) || (isinf(value) && value > 0))
            return file_error_set(error,
                                  "tensor %.100s has %s at place %zu, which is not written; check "
                                  "the weights it comes from.",
                                  source->name, isnan(value) ? "NaN (not a number)" : "+infinity",
                                  i);
    }
    *bytes = count * sizeof(float);
    return true;
}

static bool check_metadata(const json_t *metadata, struct file_error *error) {
    const char *key;
    json_t *value;
    bool is_valid = json_is_object(metadata);
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value) is_valid =
        is_valid && json_is_string(value);
    return is_valid ||
           file_error_set(error, "the metadata is not an object of strings; give strings only.");
}

static json_t *describe(const struct safetensors_source *source, size_t begin, size_t end) {
    json_t *shape = json_array();
    for (int i = 0; i < source->dims; i++)
        json_array_append_new(shape, json_integer((json_int_t)source->shape[i]));
    if (json_array_size(shape) != (size_t)source->dims) {
        json_decref(shape);
        return NULL;
    }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)end);
}

/* The header's JSON, or NULL with the error set. *data_bytes is what follows it. */
static json_t *build_header(const struct safetensors_source *tensors, size_t count,
                            const json_t *metadata, size_t *data_bytes, struct file_error *error) {
    json_t *header = json_object();
    bool is_whole = header != NULL;
    if (metadata && is_whole)
        is_whole = json_object_set_new(header, "__metadata__", json_deep_copy(metadata)) == 0;
    *data_bytes = 0;
    for (size_t i = 0; i < count && is_whole; i++) {
        const char *name = tensors[i].name;
        size_t bytes = 0, begin = *data_bytes;
        if (!check_source(&tensors[i], &bytes, error)) goto fail;
        if (strcmp(name, "__metadata__") == 0 || json_object_get(header, name)) {
            file_error_set(error, "two tensors are named %.100s; give each its own name.", name);
            goto fail;
        }
        if (bytes > (size_t)INT64_MAX - begin) {
            file_error_set(error, "the tensors are too large for one file; use a shorter text.");
            goto fail;
        }
        *data_bytes = begin + bytes;
        is_whole =
            json_object_set_new(header, name, describe(&tensors[i], begin, *data_bytes)) == 0;
    }
    if (is_whole) return header;
    file_error_memory(error, "safetensors");
fail:
    json_decref(header);
    return NULL;
}

static uint8_t *put_numbers(uint8_t *to, const struct safetensors_source *source) {
    size_t count = 1;
    for (int i = 0; i < source->dims; i++)
        count *= source->shape[i];
    for (size_t i = 0; i < count; i++, to += 4) {
        uint32_t bits;
        memcpy(&bits, &source->data[i], sizeof bits);
        for (int byte = 0; byte < 4; byte++)
            to[byte] = (uint8_t)(bits >> 8 * byte);
    }
    return to;
}

bool safetensors_build(const struct safetensors_source *tensors, size_t count,
                       const json_t *metadata, struct file_bytes *out, struct file_error *error) {
    *out = (struct file_bytes){0};
    if (metadata && !check_metadata(metadata, error)) return false;
    size_t data_bytes;
    json_t *header = build_header(tensors, count, metadata, &data_bytes, error);
    if (!header) return false;
    char *text = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    if (!text) return file_error_memory(error, "safetensors");
    size_t length = strlen(text), padded = (length + 7) / 8 * 8;
    if (padded > SAFETENSORS_MAX_HEADER_BYTES) {
        free(text);
        return file_error_set(error, "the header would be larger than 100 MB; write fewer words.");
    }
    out->data =
        data_bytes < SIZE_MAX - padded - 9 ? file_allocate(8 + padded + data_bytes + 1, 1) : NULL;
    if (!out->data) {
        free(text);
        return file_error_memory(error, "safetensors");
    }
    out->size = 8 + padded + data_bytes;
    for (int byte = 0; byte < 8; byte++)
        out->data[byte] = (uint8_t)((uint64_t)padded >> 8 * byte);
    memset(out->data + 8, ' ', padded);
    memcpy(out->data + 8, text, length);
    free(text);
    uint8_t *at = out->data + 8 + padded;
    for (size_t i = 0; i < count; i++)
        at = put_numbers(at, &tensors[i]);
    return true;
}

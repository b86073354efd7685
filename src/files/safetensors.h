/* safetensors.h: the safetensors format (8-byte little-endian header length, JSON header, data), strictly. */
#ifndef FILES_SAFETENSORS_H
#define FILES_SAFETENSORS_H
#include "files.h"
#include <jansson.h>

enum { SAFETENSORS_MAX_DIMS = 8 };
/* 100 MB, as the reference implementation counts them. */
#define SAFETENSORS_MAX_HEADER_BYTES ((size_t)100000000)
/* Of one tensor: its bytes as float32 must fit an offset. Holds for the product of the leading dimensions
 * too, whatever follows, so that what can be read can be written. */
#define SAFETENSORS_MAX_NUMBERS ((size_t)(INT64_MAX / 4))

/* One tensor, widened to float32 (from F32, F16 or BF16). Every number is finite. */
struct safetensors_entry {
    char *name;
    int dims;
    size_t shape[SAFETENSORS_MAX_DIMS];
    size_t count;
    float *data;
};
struct safetensors {
    struct safetensors_entry *entries;
    size_t count;
    json_t *metadata; /* object of strings, or NULL */
};
/* Header inside the file and ≤ 100 MB, offsets contiguous from 0 to the end, no overlap or hole, no duplicate
 * name, shape × size = bytes, NaN and infinity refused by tensor name. */
bool safetensors_parse(const char *what, const void *data, size_t size, struct safetensors *out, struct file_error *error);
bool safetensors_read(const char *path, size_t max_bytes, struct safetensors *out, struct file_error *error);
void safetensors_free(struct safetensors *file); /* safe on zeros and twice */
const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name);

/* For writing: data is borrowed. −∞ is allowed here (masked scores). */
struct safetensors_source {
    const char *name;
    int dims;
    size_t shape[SAFETENSORS_MAX_DIMS];
    const float *data;
};
/* metadata: object of strings or NULL. The bytes of the whole file. */
bool safetensors_build(const struct safetensors_source *tensors, size_t count, const json_t *metadata,
                       struct file_bytes *out, struct file_error *error);
#endif

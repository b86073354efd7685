#include "words.h"

#include "files/utf8.h"
#include <math.h>
#include <string.h>
#include <utf8proc.h>

enum {
    GRAM_LONGEST = 3,  /* characters in a run */
    MARK_START = 0x02, /* ^ and $: control characters, so that no letter is one of them */
    MARK_END = 0x03
};
/* Chosen so that chance likeness of common words is rare: docs/models.md. */
static const uint32_t hash_seed = 37143;
static const double vector_length = 5.0;
static const double steps_per_unit = 4.0;

struct word_reader word_reader_start(const char *word, size_t bytes) {
    struct word_reader reader = {.at = (const uint8_t *)word};
    reader.end = reader.at + bytes;
    return reader;
}

bool word_reader_next(struct word_reader *reader, uint32_t *point) {
    while (reader->pending_next == reader->pending_count) {
        if (reader->at == reader->end) return false;
        uint32_t code;
        bool is_valid;
        reader->at += utf8_decode(reader->at, (size_t)(reader->end - reader->at), &code, &is_valid);
        int boundary = 0;
        utf8proc_ssize_t count = utf8proc_decompose_char((utf8proc_int32_t)code, reader->pending, 8,
                                                         UTF8PROC_CASEFOLD, &boundary);
        reader->pending_next = 0;
        reader->pending_count = count > 0 && count <= 8 ? (size_t)count : 0;
    }
    *point = (uint32_t)reader->pending[reader->pending_next++];
    return true;
}

bool word_is_same(const char *a, size_t a_bytes, const char *b, size_t b_bytes) {
    struct word_reader left = word_reader_start(a, a_bytes), right = word_reader_start(b, b_bytes);
    uint32_t left_point = 0, right_point = 0;
    for (;;) {
        bool has_left = word_reader_next(&left, &left_point);
        bool has_right = word_reader_next(&right, &right_point);
        if (has_left != has_right) return false;
        if (!has_left) return true;
        if (left_point != right_point) return false;
    }
}

/* The last step of MurmurHash3 (Appleby): every bit of the input reaches every bit of the output.
 */
static uint32_t mixed(uint32_t hash) {
    hash ^= hash >> 16;
    hash *= 0x85ebca6bu;
    hash ^= hash >> 13;
    hash *= 0xc2b2ae35u;
    return hash ^ hash >> 16;
}

/* Adds the vector of one run of characters: odd whole numbers from −255 to 255. FNV-1a over the
 * code points names the run. */
static void add_gram(const uint32_t *points, size_t count, int64_t sum[WORD_DIMENSIONS]) {
    uint32_t hash = 2166136261u ^ hash_seed;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ points[i]) * 16777619u;
    for (uint32_t k = 0; k < WORD_DIMENSIONS; k++)
        sum[k] += 2 * (int64_t)(mixed(hash + k * 0x9e3779b9u) >> 24) - 255;
}

/* Adds the runs that end with the newest of the last `count` characters. A mark alone is no run. */
static void add_grams_ending_here(const uint32_t last[GRAM_LONGEST], size_t count, bool is_mark,
                                  int64_t sum[WORD_DIMENSIONS]) {
    for (size_t length = is_mark ? 2 : 1; length <= count; length++)
        add_gram(last + GRAM_LONGEST - length, length, sum);
}

void word_vector(const char *word, size_t bytes, float out[WORD_DIMENSIONS]) {
    int64_t sum[WORD_DIMENSIONS] = {0};
    uint32_t last[GRAM_LONGEST] = {0, 0, MARK_START}; /* newest at the end */
    size_t count = 1;
    struct word_reader reader = word_reader_start(word, bytes);
    for (bool is_mark = false; !is_mark;) {
        uint32_t point;
        if (!word_reader_next(&reader, &point)) {
            point = MARK_END;
            is_mark = true;
        }
        memmove(last, last + 1, (GRAM_LONGEST - 1) * sizeof last[0]);
        last[GRAM_LONGEST - 1] = point;
        count += count < GRAM_LONGEST;
        add_grams_ending_here(last, count, is_mark, sum);
    }
    double square = 0;
    for (size_t k = 0; k < WORD_DIMENSIONS; k++)
        square += (double)sum[k] * (double)sum[k];
    if (!(square > 0)) /* every run cancelled: any direction will do */
        square = (double)(sum[0] = 1);
    double scale = vector_length * steps_per_unit / sqrt(square);
    for (size_t k = 0; k < WORD_DIMENSIONS; k++)
        out[k] = (float)(floor((double)sum[k] * scale + 0.5) / steps_per_unit);
}

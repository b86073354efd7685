/* words.h: what the built-in models know about a word: its letters. Nothing here depends on the
 * machine: integer hashes, and + − × ÷ √ in double in a fixed order. Derived in docs/models.md. */
#ifndef MODELS_WORDS_H
#define MODELS_WORDS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORD_DIMENSIONS = 8 };

/* Reads a word one case-folded code point at a time ("ẞ" gives s, s). Takes no memory. */
struct word_reader {
    const uint8_t *at, *end;
    int32_t pending[8]; /* code points that one folded character still has to give */
    size_t pending_count, pending_next;
};
struct word_reader word_reader_start(const char *word, size_t bytes);
bool word_reader_next(struct word_reader *reader, uint32_t *point);

/* Whether two words are equal once case is folded. */
bool word_is_same(const char *a, size_t a_bytes, const char *b, size_t b_bytes);

/* The n-gram vector: the sum of one pseudo-random vector for each run of one, two or three
 * characters between the marks ^ and $, brought to length 5, each number rounded to a quarter.
 * Words with many runs in common point the same way. Bags in the manner of Bojanowski et al. 2017,
 * "Enriching Word Vectors with Subword Information", section 3.2. */
void word_vector(const char *word, size_t bytes, float out[WORD_DIMENSIONS]);
#endif

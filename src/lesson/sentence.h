/* sentence.h: a sentence that came up in English, far below the words of the screen (a file that cannot be read, a pass that is
 * too large), in another language. */
#ifndef LESSON_SENTENCE_H
#define LESSON_SENTENCE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* `table`: an object of patterns, {"cannot {1} {2}: {3}.": "无法{1} {2}：{3}。", …}; {1} {2} … stand for any text, in this order in
 * the pattern and in any order in its translation. Of the patterns that fit, the one with the most letters of its own is
 * taken; what stands in the places is translated likewise. Writes at most out_bytes − 1 bytes (whole characters) and a NUL:
 * the translation, or the sentence as it is where no pattern fits or table is NULL (false). */
bool sentence_translate(const json_t *table, const char *sentence, char *out, size_t out_bytes);
#endif

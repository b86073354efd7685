/* catalogue.h: every string on the screen, by key, in each language. */
#ifndef LESSON_CATALOGUE_H
#define LESSON_CATALOGUE_H
#include "document.h"

struct catalogue {
    json_t *languages[LANGUAGE_COUNT]; /* objects of strings */
    json_t *sentences[LANGUAGE_COUNT]; /* of errors: from the English one to this language's (sentence.h); NULL for English */
};
/* Reads folder/en.json and folder/zh.json: flat objects of strings with the same keys; and folder/sentences-zh.json. */
bool catalogue_load(const char *folder, struct catalogue *out, struct file_error *error);
void catalogue_free(struct catalogue *catalogue);
/* Never NULL: the other language, then the key itself, serve where a string is missing. */
const char *catalogue_get(const struct catalogue *catalogue, enum language language, const char *key);
bool catalogue_has(const struct catalogue *catalogue, enum language language, const char *key);

/* The sentence of an error in the language, or as it is where that has none for it. */
void catalogue_sentence(const struct catalogue *catalogue, enum language language, const char *sentence, char *out, size_t out_bytes);

/* Replaces {name} by values[i] for names[i] (both NULL-terminated lists in step); unknown names stay. Cut at out_bytes. */
void catalogue_fill(char *out, size_t out_bytes, const char *pattern, const char *const *names, const char *const *values);
#endif

/* fuzzy.h: does a name answer to what was typed? Every word typed must be found: at the beginning
 * of a word, inside one, or at least letter by letter in order ("sftmx"); of Chinese
 * each character, in any order. Case of ASCII letters
 * does not matter. */
#ifndef APP_FUZZY_H
#define APP_FUZZY_H
#include <stdbool.h>

/* 0: no; else the better the higher. Nothing typed: 1. */
int fuzzy_score(const char *name, const char *typed);
bool fuzzy_contains(const char *text, const char *part); /* whole, somewhere */
#endif

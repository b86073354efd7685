/* token_name.h: a token as people can see it: what has no shape of its own gets a stand-in. */
#ifndef LESSON_TOKEN_NAME_H
#define LESSON_TOKEN_NAME_H
#include <stddef.h>

/* text: valid UTF-8. White space becomes ␣, controls their pictures (␉ ␊ ␛), C1 controls ‹U+0085›, and the characters
 * that turn or hide text their names (‹RLO› ‹ZWSP›). Joiners inside a word stay, since they shape it.
 * malloc'd and NUL-terminated; NULL: no memory. */
char *token_name_make(const char *text, size_t bytes);
#endif

/* support_sentences.h: texts to try the built-in models on, half English, half Chinese. */
#ifndef SUPPORT_SENTENCES_H
#define SUPPORT_SENTENCES_H
extern const char *const support_sentences[]; /* NULL-terminated */
#endif

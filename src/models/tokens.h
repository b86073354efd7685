/* tokens.h: text → tokens. Text is UTF-8, never normalised. The rules stand in docs/formats.md. */
#ifndef MODELS_TOKENS_H
#define MODELS_TOKENS_H
#include "files/files.h"

enum { TEXT_MAX_BYTES = 64 * 1024, TEXT_MAX_TOKENS = 1024 };

enum token_rule { /* why the text was cut here */
    TOKEN_RULE_WORD,        /* letters and digits up to white space or punctuation */
    TOKEN_RULE_PUNCTUATION, /* a code point of category P* or S* stands alone */
    TOKEN_RULE_HAN,         /* every Han code point stands alone */
    TOKEN_RULE_EMOJI,       /* an emoji sequence stays whole */
    TOKEN_RULE_CHARACTER    /* characters tokenizer: one extended grapheme cluster */
};
enum tokenizer { TOKENIZER_WORDS, TOKENIZER_CHARACTERS };

struct token {
    uint32_t start, bytes; /* range in the text */
    enum token_rule rule;
    int32_t id; /* in the model's vocabulary; −1 where the model has none */
    bool is_unknown; /* stands for [UNK] */
};
struct token_list {
    struct token *tokens;
    size_t count;
    size_t dropped; /* tokens beyond TEXT_MAX_TOKENS, not in the list */
};
/* text must be valid UTF-8 (file_utf8_repair). ids are −1. */
bool tokens_split(enum tokenizer tokenizer, const char *text, size_t bytes, struct token_list *out, struct file_error *error);
void tokens_free(struct token_list *list); /* safe on zeros and twice */
#endif

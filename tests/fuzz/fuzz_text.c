/* Bytes → repaired UTF-8 → tokens of both tokenizers → word vectors. utf8proc's own decoder is the
 * second opinion on what valid UTF-8 is. */
#include "files/utf8.h"
#include "models/code_point.h"
#include "models/tokens.h"
#include "models/words.h"
#include "support_fuzz.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static bool is_valid_by_utf8proc(const char *text, size_t bytes) {
    for (size_t at = 0; at < bytes;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                                  (utf8proc_ssize_t)(bytes - at), &code);
        if (taken <= 0 || code < 0) return false;
        at += (size_t)taken;
    }
    return true;
}

static uint32_t code_at(const char *text, size_t bytes, size_t *at) {
    utf8proc_int32_t code;
    utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)text + *at,
                                              (utf8proc_ssize_t)(bytes - *at), &code);
    CHECK(taken > 0 && code >= 0);
    *at += (size_t)taken;
    return (uint32_t)code;
}

/* NULL: out of memory. */
static char *check_repair(const uint8_t *data, size_t size) {
    size_t replaced = SIZE_MAX, again = SIZE_MAX;
    char *text = file_utf8_repair(data, size, &replaced);
    if (!text) return NULL;
    size_t bytes = strlen(text);
    CHECK(bytes <= 3 * size && replaced <= size);
    CHECK(is_valid_by_utf8proc(text, bytes) && utf8_is_valid(text, bytes));
    bool is_whole =
        is_valid_by_utf8proc((const char *)data, size) && (!size || !memchr(data, 0, size));
    CHECK(is_whole == (replaced == 0));
    if (is_whole) CHECK(bytes == size && (!size || memcmp(text, data, size) == 0));
    char *twice = file_utf8_repair((const uint8_t *)text, bytes, &again);
    if (twice) CHECK(again == 0 && strcmp(text, twice) == 0);
    free(twice);
    return text;
}

static bool is_space_only(const char *text, size_t from, size_t to) {
    while (from < to) {
        if (!code_point_is_space(code_at(text, to, &from))) return false;
    }
    return true;
}

/* What the rule that cut a token out says of its code points. */
static void check_rule(const char *text, const struct token *token, enum tokenizer tokenizer) {
    size_t at = token->start, end = at + token->bytes;
    uint32_t first = code_at(text, end, &at);
    bool is_alone = at == end, has_space = code_point_is_space(first);
    bool has_han = code_point_is_han(first);
    while (at < end) {
        uint32_t code = code_at(text, end, &at);
        has_space = has_space || code_point_is_space(code);
        has_han = has_han || code_point_is_han(code);
        if (token->rule == TOKEN_RULE_HAN || token->rule == TOKEN_RULE_PUNCTUATION)
            CHECK(code_point_attaches(code));
        if (token->rule == TOKEN_RULE_WORD && code_point_is_sign(code))
            CHECK(at < end && (code == '\'' || code == 0x2019 || code == '.' || code == ','));
    }
    if (tokenizer == TOKENIZER_CHARACTERS) {
        CHECK(token->rule == TOKEN_RULE_CHARACTER);
        return;
    }
    CHECK(!has_space);
    if (token->rule == TOKEN_RULE_HAN) {
        CHECK(code_point_is_han(first));
    } else {
        CHECK(!has_han);
    }
    if (token->rule == TOKEN_RULE_PUNCTUATION) CHECK(code_point_is_sign(first));
    if (token->rule == TOKEN_RULE_WORD) CHECK(!code_point_is_sign(first));
    bool is_keycap = (first >= '0' && first <= '9') || first == '#' || first == '*';
    if (token->rule == TOKEN_RULE_EMOJI) CHECK(is_keycap ? !is_alone : code_point_is_emoji(first));
    CHECK(token->rule != TOKEN_RULE_CHARACTER);
}

/* Marks and joiners stay with what stands before them: no token of `words` begins with one right
 * behind another token. */
static void check_marks(const char *text, const struct token *token) {
    size_t at = token->start;
    CHECK(!code_point_attaches(code_at(text, at + token->bytes, &at)));
}

/* A token by itself is that one token again. */
static void check_alone(const char *text, const struct token *token, enum tokenizer tokenizer) {
    struct token_list list;
    if (!tokens_split(tokenizer, text + token->start, token->bytes, &list, NULL)) return;
    CHECK(list.count == 1 && list.dropped == 0);
    CHECK(list.tokens[0].start == 0 && list.tokens[0].bytes == token->bytes);
    CHECK(list.tokens[0].rule == token->rule);
    tokens_free(&list);
}

static void check_vector(const char *word, size_t bytes) {
    float vector[WORD_DIMENSIONS];
    double square = 0;
    word_vector(word, bytes, vector);
    for (size_t k = 0; k < WORD_DIMENSIONS; k++) {
        CHECK(isfinite(vector[k]) && vector[k] * 4 == floorf(vector[k] * 4));
        square += (double)vector[k] * (double)vector[k];
    }
    /* Length 5, and each of the eight numbers moved by an eighth at most. */
    CHECK(fabs(sqrt(square) - 5) <= sqrt(8.0) / 8 + 1e-9);
    CHECK(word_is_same(word, bytes, word, bytes));
}

static void check_tokens(enum tokenizer tokenizer, const char *text, size_t bytes) {
    struct token_list list;
    struct file_error error = {""};
    if (!tokens_split(tokenizer, text, bytes, &list, &error)) {
        fuzz_check_error(&error, "the text");
        CHECK(!list.tokens && list.count == 0 && bytes > TEXT_MAX_BYTES);
        return;
    }
    CHECK(list.count <= TEXT_MAX_TOKENS);
    CHECK(list.dropped == 0 || list.count == TEXT_MAX_TOKENS);
    size_t at = 0;
    for (size_t i = 0; i < list.count; i++) {
        const struct token *token = &list.tokens[i];
        CHECK(token->bytes > 0 && token->start >= at);
        CHECK(token->start <= bytes && token->bytes <= bytes - token->start);
        CHECK(token->id == -1 && !token->is_unknown);
        if (tokenizer == TOKENIZER_CHARACTERS) CHECK(token->start == at);
        CHECK(is_space_only(text, at, token->start));
        if (i > 0 && token->start == at && tokenizer == TOKENIZER_WORDS) check_marks(text, token);
        check_rule(text, token, tokenizer); /* also: whole code points */
        at = token->start + token->bytes;
    }
    if (list.dropped == 0) CHECK(is_space_only(text, at, bytes));
    if (tokenizer == TOKENIZER_CHARACTERS && list.dropped == 0) CHECK(at == bytes);
    if (list.count > 0) {
        const struct token *one = &list.tokens[bytes % list.count];
        check_alone(text, one, tokenizer);
        check_vector(text + one->start, one->bytes);
    }
    tokens_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = check_repair(data, size);
    if (!text) return 0;
    size_t bytes = strlen(text);
    check_tokens(TOKENIZER_WORDS, text, bytes);
    check_tokens(TOKENIZER_CHARACTERS, text, bytes);
    free(text);
    struct token_list list;
    /* Bytes that were not repaired are refused unless they are valid. */
    bool is_split = tokens_split(TOKENIZER_WORDS, (const char *)data, size, &list, NULL);
    CHECK(is_split == (size <= TEXT_MAX_BYTES && is_valid_by_utf8proc((const char *)data, size)));
    tokens_free(&list);
    return 0;
}

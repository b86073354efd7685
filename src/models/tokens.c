/* Text → tokens. One walk from left to right; each step looks at what kind of place it stands on
 * and takes the whole token there. The rules are written out in docs/formats.md. */
#include "tokens.h"
#include "code_point.h"
#include "files/error.h"
#include "files/memory.h"
#include "files/utf8.h"
#include <stdlib.h>
#include <string.h>

/* The text being split, and the tokens so far. */
struct splitting {
    const uint8_t *text;
    size_t bytes;
    struct token_list *out;
    size_t capacity;
};

void tokens_free(struct token_list *list) {
    if (!list) return;
    free(list->tokens);
    *list = (struct token_list){0};
}

/* The code point at `at`, and where the next one begins. */
static uint32_t code_at(const struct splitting *splitting, size_t at, size_t *next) {
    uint32_t code;
    bool is_valid;
    *next = at + utf8_decode(splitting->text + at, splitting->bytes - at, &code, &is_valid);
    return code;
}

/* Where the extended grapheme cluster that begins at `at` ends (UAX #29). *last: its last code
 * point beyond the first that matters for emoji: U+20E3 makes a keycap. */
static size_t cluster_end(const struct splitting *splitting, size_t at, bool *has_keycap) {
    size_t end;
    int32_t state = 0;
    uint32_t before = code_at(splitting, at, &end);
    *has_keycap = false;
    while (end < splitting->bytes) {
        size_t next;
        uint32_t code = code_at(splitting, end, &next);
        if (code_point_breaks(before, code, &state)) break;
        if (code == 0x20E3) *has_keycap = true;
        before = code;
        end = next;
    }
    return end;
}

/* The end of the emoji sequence at `at`, or `at` when there is none. */
static size_t emoji_end(const struct splitting *splitting, size_t at) {
    size_t next;
    uint32_t code = code_at(splitting, at, &next);
    bool is_keycap_base = (code >= '0' && code <= '9') || code == '#' || code == '*';
    if (!is_keycap_base && !code_point_is_emoji(code)) return at;
    bool has_keycap;
    size_t end = cluster_end(splitting, at, &has_keycap);
    if (is_keycap_base) return has_keycap ? end : at;
    /* ©, ™, ↔ and their like are signs unless something (U+FE0F) makes them pictures. */
    if (code < 0x2300 && end == next) return at;
    return end;
}

/* `end`, moved behind the marks and joiners that belong to what stands before it. */
static size_t with_marks(const struct splitting *splitting, size_t end) {
    while (end < splitting->bytes) {
        size_t next;
        if (!code_point_attaches(code_at(splitting, end, &next))) break;
        end = next;
    }
    return end;
}

/* What a sign such as ' or . needs on both sides to stay inside a word. */
enum neighbour { NEIGHBOUR_NONE, NEIGHBOUR_LETTER, NEIGHBOUR_DIGIT };

static enum neighbour neighbour_of(uint32_t code) {
    if (code_point_is_han(code)) return NEIGHBOUR_NONE; /* a token of its own, no part of a word */
    if (code_point_is_letter(code)) return NEIGHBOUR_LETTER;
    return code_point_is_digit(code) ? NEIGHBOUR_DIGIT : NEIGHBOUR_NONE;
}

/* ' and ’ between two letters, . and , between two digits. next: where the sign ends. */
static bool is_inside_word(const struct splitting *splitting, uint32_t sign, size_t next,
                           enum neighbour before) {
    enum neighbour wanted = sign == '\'' || sign == 0x2019 ? NEIGHBOUR_LETTER
                            : sign == '.' || sign == ','   ? NEIGHBOUR_DIGIT
                                                           : NEIGHBOUR_NONE;
    if (wanted == NEIGHBOUR_NONE || before != wanted || next >= splitting->bytes) return false;
    if (emoji_end(splitting, next) != next) return false;
    size_t after;
    return neighbour_of(code_at(splitting, next, &after)) == wanted;
}

/* The end of the word that begins at `at`: at least one code point. */
static size_t word_end(const struct splitting *splitting, size_t at) {
    size_t end = at;
    enum neighbour before = NEIGHBOUR_NONE;
    while (end < splitting->bytes) {
        size_t next;
        uint32_t code = code_at(splitting, end, &next);
        if (code_point_is_space(code) || code_point_is_han(code)) break;
        if (emoji_end(splitting, end) != end) break;
        if (code_point_is_sign(code)) {
            if (!is_inside_word(splitting, code, next, before)) break;
            before = NEIGHBOUR_NONE;
        } else if (!code_point_attaches(code)) {
            before = neighbour_of(code);
        }
        end = next;
    }
    return end;
}

/* Whole tokens only: what begins at `at` (not white space) and the rule that ends it. */
static size_t token_end(const struct splitting *splitting, size_t at, enum token_rule *rule) {
    size_t next, end = emoji_end(splitting, at);
    *rule = TOKEN_RULE_EMOJI;
    if (end != at) return end;
    uint32_t code = code_at(splitting, at, &next);
    *rule = TOKEN_RULE_HAN;
    if (code_point_is_han(code)) return with_marks(splitting, next);
    *rule = TOKEN_RULE_PUNCTUATION;
    if (code_point_is_sign(code)) return with_marks(splitting, next);
    *rule = TOKEN_RULE_WORD;
    return word_end(splitting, at);
}

/* False: no memory. */
static bool add_token(struct splitting *splitting, size_t start, size_t end, enum token_rule rule) {
    struct token_list *list = splitting->out;
    if (list->count == TEXT_MAX_TOKENS) {
        list->dropped++;
        return true;
    }
    if (list->count == splitting->capacity) {
        size_t capacity = splitting->capacity ? splitting->capacity * 2 : 64;
        struct token *tokens = file_reallocate(list->tokens, capacity, sizeof tokens[0]);
        if (!tokens) return false;
        list->tokens = tokens;
        splitting->capacity = capacity;
    }
    list->tokens[list->count++] = (struct token){
        .start = (uint32_t)start, .bytes = (uint32_t)(end - start), .rule = rule, .id = -1};
    return true;
}

static bool split_words(struct splitting *splitting) {
    for (size_t at = 0; at < splitting->bytes;) {
        size_t end;
        if (!code_point_is_space(code_at(splitting, at, &end))) {
            enum token_rule rule;
            end = token_end(splitting, at, &rule);
            if (!add_token(splitting, at, end, rule)) return false;
        }
        at = end;
    }
    return true;
}

static bool split_characters(struct splitting *splitting) {
    for (size_t at = 0; at < splitting->bytes;) {
        bool has_keycap;
        size_t end = cluster_end(splitting, at, &has_keycap);
        if (!add_token(splitting, at, end, TOKEN_RULE_CHARACTER)) return false;
        at = end;
    }
    return true;
}

bool tokens_split(enum tokenizer tokenizer, const char *text, size_t bytes, struct token_list *out,
                  struct file_error *error) {
    *out = (struct token_list){0};
    if (bytes > TEXT_MAX_BYTES)
        return file_error_set(error, "the text has %zu bytes, the limit is %d; use a shorter text.",
                              bytes, TEXT_MAX_BYTES);
    if (!utf8_is_valid(text, bytes))
        return file_error_set(error,
                              "the text is not valid UTF-8; save it as UTF-8 and try again.");
    struct splitting splitting = {.text = (const uint8_t *)text, .bytes = bytes, .out = out};
    bool is_split =
        tokenizer == TOKENIZER_CHARACTERS ? split_characters(&splitting) : split_words(&splitting);
    if (is_split) return true;
    tokens_free(out);
    return file_error_memory(error, "the text");
}

#include "app/fuzzy.h"

#include <stddef.h>
#include <string.h>

enum {
    SCORE_START = 100,
    SCORE_WORD = 80,
    SCORE_INSIDE = 50,
    SCORE_SCATTERED = 10,
    SCORE_CLOSE = 10,
    SCORE_IN_ORDER = 30
};

static int lower(int c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool is_letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool begins(const char *at, const char *word, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        if (lower((unsigned char)at[i]) != lower((unsigned char)word[i])) return false;
    return true;
}

static bool is_start(const char *name, const char *at) {
    return at == name || !is_letter((unsigned char)at[-1]) || !is_letter((unsigned char)*at);
}

/* All letters in order, beginning at the start of a word; the closer together the better. Only for
 * words that are long enough to mean something so. 0: no. */
static int scattered(const char *name, const char *word, size_t bytes) {
    int best = 0;
    if (bytes < 3) return 0;
    for (const char *start = name; *start; start++) {
        if (!is_start(name, start) || lower((unsigned char)*start) != lower((unsigned char)*word))
            continue;
        size_t found = 1;
        const char *at = start + 1;
        for (; *at && *at != '\n' && found < bytes; at++)
            found += lower((unsigned char)*at) == lower((unsigned char)word[found]);
        size_t spread = (size_t)(at - start) - found;
        if (found < bytes || spread > 2 * bytes) continue;
        int score = SCORE_SCATTERED + (spread < SCORE_CLOSE ? SCORE_CLOSE - (int)spread : 0);
        if (score > best) best = score;
    }
    return best;
}

/* Writing without spaces between its words (因果掩码): every character on its own, somewhere. */
static int by_characters(const char *name, const char *word, size_t bytes) {
    size_t length = strlen(name);
    for (size_t at = 0, next; at < bytes; at = next) {
        bool is_found = false;
        for (next = at + 1; next < bytes && ((unsigned char)word[next] & 0xC0) == 0x80;)
            next++;
        if (next - at < 3) return 0; /* not of such a script */
        for (size_t i = 0; i + (next - at) <= length && !is_found; i++)
            is_found = begins(name + i, word + at, next - at);
        if (!is_found) return 0;
    }
    return SCORE_SCATTERED;
}

static int word_score(const char *name, const char *word, size_t bytes) {
    int best = 0;
    size_t length = strlen(name);
    for (size_t i = 0; i + bytes <= length; i++) {
        if (!begins(name + i, word, bytes)) continue;
        int score = i == 0 ? SCORE_START : is_start(name, name + i) ? SCORE_WORD : SCORE_INSIDE;
        if (score > best) best = score;
    }
    if (!best) best = scattered(name, word, bytes);
    return best ? best : by_characters(name, word, bytes);
}

bool fuzzy_contains(const char *text, const char *part) {
    size_t bytes = strlen(part), length = strlen(text);
    for (size_t i = 0; i + bytes <= length; i++)
        if (begins(text + i, part, bytes)) return true;
    return false;
}

/* Do the words typed stand in the name in this order? */
static bool is_in_order(const char *name, const char *typed) {
    size_t length = strlen(name), from = 0;
    for (const char *at = typed + strspn(typed, " "); *at; at += strspn(at, " ")) {
        size_t bytes = strcspn(at, " ");
        while (from + bytes <= length && !begins(name + from, at, bytes))
            from++;
        if (from + bytes > length) return false;
        from += bytes;
        at += bytes;
    }
    return true;
}

int fuzzy_score(const char *name, const char *typed) {
    int sum = 1;
    for (const char *at = typed; *at;) {
        at += strspn(at, " ");
        size_t bytes = strcspn(at, " ");
        if (!bytes) break;
        int score = word_score(name, at, bytes);
        if (!score) return 0;
        sum += score;
        at += bytes;
    }
    if (is_in_order(name, typed)) sum += SCORE_IN_ORDER;
    return sum;
}

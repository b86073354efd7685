/* sentence.c: English sentences in another language, by patterns. */
#include "lesson/sentence.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A name with a colon is no sentence of its own: inside another one, a pattern needs some letters.
 */
enum { MOST_PLACES = 9, PIECE_BYTES = 512, MOST_DEPTH = 4, LEAST_LETTERS = 4 };

/* A part of the sentence that stands in a place of the pattern. */
struct piece {
    const char *start;
    size_t bytes;
};

static bool is_place(const char *at) {
    return at[0] == '{' && at[1] >= '1' && at[1] <= '9' && at[2] == '}';
}

/* Bytes of the pattern before its next place or its end. */
static size_t literal_bytes(const char *pattern) {
    size_t bytes = 0;
    while (pattern[bytes] && !is_place(pattern + bytes))
        bytes++;
    return bytes;
}

static size_t letters_of(const char *pattern) {
    size_t letters = 0;
    while (*pattern) {
        size_t bytes = literal_bytes(pattern);
        letters += bytes;
        pattern += bytes;
        if (*pattern) pattern += 3;
    }
    return letters;
}

/* Does the pattern fit all of the text? Each place takes as little as it can. */
static bool fits(const char *pattern, const char *text, struct piece *pieces, int place) {
    size_t bytes = literal_bytes(pattern);
    if (strncmp(pattern, text, bytes) != 0) return false;
    pattern += bytes;
    text += bytes;
    if (!*pattern) return !*text;
    if (place == MOST_PLACES) return false;
    const char *rest = pattern + 3;
    for (size_t taken = 0;; taken++) {
        pieces[place] = (struct piece){text, taken};
        if (fits(rest, text + taken, pieces, place + 1)) return true;
        if (!text[taken]) return false;
    }
}

static void append(char *out, size_t out_bytes, const char *text, size_t bytes) {
    size_t used = strlen(out), room = out_bytes - 1 - used;
    if (bytes > room) {
        bytes = room;
        while (bytes > 0 && ((unsigned char)text[bytes] & 0xC0) == 0x80)
            bytes--;
    }
    memcpy(out + used, text, bytes);
    out[used + bytes] = '\0';
}

static bool translate(const json_t *table, const char *sentence, char *out, size_t out_bytes,
                      int depth);

static void append_piece(const json_t *table, const struct piece *piece, char *out,
                         size_t out_bytes, int depth) {
    char text[PIECE_BYTES], translated[PIECE_BYTES];
    snprintf(text, sizeof text, "%.*s", (int)piece->bytes, piece->start);
    bool is_done =
        depth < MOST_DEPTH && translate(table, text, translated, sizeof translated, depth + 1);
    const char *shown = is_done ? translated : text;
    append(out, out_bytes, shown, strlen(shown));
}

static bool translate(const json_t *table, const char *sentence, char *out, size_t out_bytes,
                      int depth) {
    const char *pattern, *best = NULL, *translation = NULL;
    struct piece pieces[MOST_PLACES], found[MOST_PLACES] = {{0}};
    json_t *value;
    size_t most = depth ? LEAST_LETTERS - 1 : 0;
    json_object_foreach((json_t *)(uintptr_t)table, pattern, value) {
        size_t letters = letters_of(pattern);
        memset(pieces, 0, sizeof pieces);
        if (letters <= most || !json_is_string(value) || !fits(pattern, sentence, pieces, 0))
            continue;
        best = pattern;
        most = letters;
        translation = json_string_value(value);
        memcpy(found, pieces, sizeof found);
    }
    if (!best) return false;
    out[0] = '\0';
    while (*translation) {
        size_t bytes = literal_bytes(translation);
        append(out, out_bytes, translation, bytes);
        translation += bytes;
        if (!*translation) break;
        append_piece(table, &found[translation[1] - '1'], out, out_bytes, depth);
        translation += 3;
    }
    return true;
}

bool sentence_translate(const json_t *table, const char *sentence, char *out, size_t out_bytes) {
    if (out_bytes == 0) return false;
    if (strlen(sentence) < PIECE_BYTES && translate(table, sentence, out, out_bytes, 0))
        return true;
    out[0] = '\0';
    append(out, out_bytes, sentence, strlen(sentence));
    return false;
}

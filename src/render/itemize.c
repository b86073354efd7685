/* itemize.c: a text into runs of one face, one direction and one shaper. FriBidi gives the
 * directions, coverage the faces; a grapheme cluster is never torn. */
#include "draw/memory.h"
#include "shaping.h"
#include <fribidi.h>
#include <stdlib.h>
#include <utf8proc.h>

void splitter_free(struct splitter *s) {
    free(s->code_points);
    free(s->offsets);
    free(s->types);
    free(s->brackets);
    free(s->levels);
    free(s->runs);
    free(s->run_levels);
    *s = (struct splitter){0};
}

int script_class(uint32_t code_point) {
    hb_script_t script = hb_unicode_script(hb_unicode_funcs_get_default(), code_point);
    switch (script) {
    case HB_SCRIPT_COMMON:
    case HB_SCRIPT_INHERITED:
    case HB_SCRIPT_UNKNOWN:
        return -1;
    case HB_SCRIPT_LATIN:
    case HB_SCRIPT_GREEK:
    case HB_SCRIPT_CYRILLIC:
    case HB_SCRIPT_HAN:
    case HB_SCRIPT_HIRAGANA:
    case HB_SCRIPT_KATAKANA:
    case HB_SCRIPT_BOPOMOFO:
    case HB_SCRIPT_HANGUL:
        return 0;
    default:
        return (int)script;
    }
}

static bool room_make(struct splitter *s, size_t length) {
    size_t more = length + 1;
    return memory_grow((void **)&s->code_points, &s->room_code_points, more,
                       sizeof *s->code_points) &&
           memory_grow((void **)&s->offsets, &s->room_offsets, more, sizeof *s->offsets) &&
           memory_grow((void **)&s->types, &s->room_types, more, sizeof *s->types) &&
           memory_grow((void **)&s->brackets, &s->room_brackets, more, sizeof *s->brackets) &&
           memory_grow((void **)&s->levels, &s->room_levels, more, sizeof *s->levels);
}

/* Code points and where each begins. Bytes that are no UTF-8 count as U+FFFD. */
static void decode(struct splitter *s, const char *text, size_t bytes) {
    s->length = 0;
    for (size_t at = 0; at < bytes;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t read = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                                 (utf8proc_ssize_t)(bytes - at), &code);
        s->offsets[s->length] = (uint32_t)at;
        s->code_points[s->length++] = read > 0 ? (uint32_t)code : 0xFFFD;
        at += read > 0 ? (size_t)read : 1;
    }
    s->offsets[s->length] = (uint32_t)bytes;
}

static bool may_turn(const struct splitter *s) {
    for (size_t i = 0; i < s->length; i++)
        if (s->code_points[i] >= 0x0590) return true;
    return false;
}

/* Embedding levels; the first strong letter decides about the whole, left to right without one. */
static bool levels_find(struct splitter *s) {
    for (size_t i = 0; i < s->length; i++)
        s->levels[i] = 0;
    if (!may_turn(s)) return true;
    FriBidiStrIndex length = (FriBidiStrIndex)s->length;
    FriBidiParType base = FRIBIDI_PAR_ON;
    fribidi_get_bidi_types(s->code_points, length, s->types);
    fribidi_get_bracket_types(s->code_points, length, s->types, s->brackets);
    return fribidi_get_par_embedding_levels_ex(s->types, s->brackets, length, &base, s->levels) !=
           0;
}

/* One past the last code point of the grapheme cluster that begins at `start`. */
static size_t cluster_end(const struct splitter *s, size_t start, utf8proc_int32_t *state) {
    size_t end = start + 1;
    while (end < s->length &&
           !utf8proc_grapheme_break_stateful((utf8proc_int32_t)s->code_points[end - 1],
                                             (utf8proc_int32_t)s->code_points[end], state))
        end++;
    return end;
}

/* What a face must have to show the cluster: not the joiners and selectors in it. */
static size_t needed_code_points(const struct splitter *s, size_t start, size_t end,
                                 uint32_t *needed, size_t max) {
    size_t count = 0;
    for (size_t i = start; i < end && count < max; i++) {
        uint32_t code = s->code_points[i];
        bool is_ignorable = code == 0x200C || code == 0x200D ||
                            (code >= 0xFE00 && code <= 0xFE0F) ||
                            (code >= 0xE0000 && code <= 0xE0FFF);
        if (!is_ignorable || i == start) needed[count++] = code;
    }
    return count;
}

static bool run_begin(struct splitter *s, size_t start, int face, int8_t level) {
    if (!memory_grow((void **)&s->runs, &s->room_runs, s->count + 1, sizeof *s->runs) ||
        !memory_grow((void **)&s->run_levels, &s->room_run_levels, s->count + 1, 1))
        return false;
    s->runs[s->count] = (struct text_run){
        .start = s->offsets[start], .face = (uint16_t)face, .is_right_to_left = level & 1};
    s->run_levels[s->count++] = (uint8_t)level;
    return true;
}

static bool is_space(uint32_t code) {
    return code == ' ' || code == 0x00A0;
}

/* Runs in the order of the text. */
static bool runs_find(struct face_set *set, struct splitter *s, enum text_style style) {
    utf8proc_int32_t state = 0;
    int face_before = FACE_NONE, class_before = -1;
    s->count = 0;
    for (size_t start = 0, end; start < s->length; start = end) {
        end = cluster_end(s, start, &state);
        uint32_t needed[8];
        size_t count = needed_code_points(s, start, end, needed, 8);
        bool same_level = s->count && s->levels[start] == s->run_levels[s->count - 1];

        /* A space between two words of another script stays with them. */
        bool stays = class_before > 0 && is_space(needed[0]) && same_level &&
                     face_covers(set, face_before, needed[0]);
        int face = stays ? face_before : face_for_cluster(set, style, needed, count);
        if (face < 0) return false;

        int script = script_class(needed[0]);
        bool continues = same_level && face == face_before &&
                         (script < 0 || class_before < 0 || script == class_before);
        if (!continues && !run_begin(s, start, face, s->levels[start])) return false;
        if (continues && script < 0) script = class_before;
        struct text_run *run = &s->runs[s->count - 1];
        run->bytes = s->offsets[end] - run->start;
        face_before = face;
        class_before = script;
    }
    return true;
}

static void runs_reverse(struct splitter *s, size_t from, size_t to) {
    for (; from + 1 < to; from++, to--) {
        struct text_run run = s->runs[from];
        uint8_t level = s->run_levels[from];
        s->runs[from] = s->runs[to - 1];
        s->run_levels[from] = s->run_levels[to - 1];
        s->runs[to - 1] = run;
        s->run_levels[to - 1] = level;
    }
}

/* Rule L2 of the Unicode bidirectional algorithm (UAX #9): from the highest level down to 1, turn
 * round every stretch of runs at that level or above. */
static void runs_order(struct splitter *s) {
    uint8_t highest = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->run_levels[i] > highest) highest = s->run_levels[i];
    for (uint8_t level = highest; level > 0; level--)
        for (size_t from = 0, to; from < s->count; from = to + 1) {
            for (to = from; to < s->count && s->run_levels[to] >= level; to++) {}
            runs_reverse(s, from, to);
        }
}

bool text_itemize(struct face_set *set, struct splitter *s, enum text_style style, const char *text,
                  size_t bytes) {
    s->count = 0;
    if (bytes > INT32_MAX || !room_make(s, bytes)) return false;
    decode(s, text, bytes);
    if (!levels_find(s) || !runs_find(set, s, style)) return false;
    runs_order(s);
    return true;
}

/* export.c: names of pictures, and writing without replacing. */
#include "app/export.h"

#include "models/code_point.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPORT_MAX_COPIES = 10000 };

/* Letters, digits and what is beyond ASCII stay, except spaces and marks that write no letter. */
static bool is_name_character(const unsigned char *at, size_t bytes) {
    if (bytes == 1)
        return (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
               (*at >= 'A' && *at <= 'Z');
    if (bytes == 2) return at[0] > 0xC3 || (at[0] == 0xC3 && at[1] != 0x97 && at[1] != 0xB7);
    /* U+2000–206F and U+3000–303F: spaces, dashes, quotes, direction marks; U+FE00–FEFF,
     * U+FF00–FF0F; U+FFF0 on */
    if (bytes == 3) {
        unsigned code =
            ((unsigned)(at[0] & 15) << 12) | ((unsigned)(at[1] & 63) << 6) | (at[2] & 63u);
        return !((code >= 0x2000 && code < 0x2C00) || (code >= 0x3000 && code < 0x3040) ||
                 (code >= 0xE000 && code < 0xF900) || (code >= 0xFE00 && code < 0xFF10) ||
                 code >= 0xFFF0);
    }
    return at[0] == 0xF0 && at[1] >= 0xA0; /* Han beyond the basic plane, no emoji */
}

static size_t utf8_bytes(unsigned char first) {
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static uint32_t code_point(const unsigned char *at, size_t bytes) {
    uint32_t code = bytes == 1 ? *at : *at & (0xFFu >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++)
        code = code << 6 | (at[i] & 63u);
    return code;
}

size_t export_slug(char *out, size_t room, const char *text) {
    size_t used = 0, words = 0,
           cluster = 0; /* words, cluster: bytes up to the end of a whole one */
    bool is_gap = false, is_han = false;
    uint32_t before = 0;
    int32_t state = 0;
    const unsigned char *at = (const unsigned char *)text;
    for (size_t bytes; *at; at += bytes) {
        bytes = utf8_bytes(*at);
        uint32_t code = code_point(at, bytes);
        if (!is_name_character(at, bytes)) {
            is_gap = is_gap || code != '\'';
            continue;
        }
        bool is_next_han = code_point_is_han(code);
        bool is_broken = !before || code_point_breaks(before, code, &state);
        if (is_broken) cluster = used;
        if (is_broken && (is_gap || is_han || is_next_han)) words = used;
        if (used + bytes + (is_gap && used ? 1 : 0) > room) {
            used = words ? words : cluster;
            break;
        }
        if (is_gap && used) out[used++] = '-';
        memcpy(out + used, at, bytes);
        used += bytes;
        is_gap = false;
        if (is_broken) is_han = is_next_han; /* a mark on it changes nothing */
        before = code;
    }
    out[used] = 0;
    return used;
}

static const char *const endings[] = {".png", ".svg", ".pdf", ".webp", ".gif"};

const char *export_ending(enum export_format format) {
    return endings[format];
}

int export_format_of(const char *path) {
    size_t bytes = strlen(path);
    if (strcmp(path, "-") == 0) return EXPORT_PNG;
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        size_t end = strlen(endings[i]);
        if (bytes > end && strcmp(path + bytes - end, endings[i]) == 0) return i;
    }
    return -1;
}

void export_name(char *out, size_t out_bytes, const struct document *document, int layer,
                 int head) {
    enum { STEM = 36 };
    char sentence[STEM + 1];
    if (!export_slug(sentence, STEM, document->text)) snprintf(sentence, sizeof sentence, "headway");
    char place[24] = "";
    if (layer >= 0) snprintf(place, sizeof place, "-layer-%d", layer + 1);
    snprintf(out, out_bytes, "%s-%s%s-head-%d", sentence, step_id(document->step), place, head + 1);
}

bool export_write(const char *folder, const char *name, const char *ending,
                  const struct file_bytes *bytes, char *path, size_t path_bytes,
                  struct file_error *error) {
    if (!file_make_folders(folder, error)) return false;
    for (int copy = 1; copy <= EXPORT_MAX_COPIES; copy++) {
        char file[160], number[16] = "";
        if (copy > 1) snprintf(number, sizeof number, "-%d", copy);
        snprintf(file, sizeof file, "%s%s%s", name, number, ending);
        if (!file_join(path, path_bytes, folder, file))
            return file_error_set(error, "%s: the folder's name is too long; use a shorter one",
                                  folder);
        if (file_exists(path)) continue;
        if (file_write_whole(path, bytes->data, bytes->size, FILE_WRITE_NEW, error)) return true;
        if (!file_exists(path)) return false; /* not a matter of the name */
    }
    return file_error_set(error, "%s: there are too many pictures of this name; move some away",
                          folder);
}

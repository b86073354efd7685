/* catalogue.c: the strings of each language, and filling their {places}. */
#include "lesson/catalogue.h"
#include "files/json.h"
#include "lesson/sentence.h"
#include <stdio.h>
#include <string.h>

static bool strings_check(const char *path, const json_t *strings, struct file_error *error) {
    if (!json_is_object(strings))
        return file_error_set(error, "%s is not an object of strings; install Headway again", path);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)strings, key, value) {
        if (!json_is_string(value))
            return file_error_set(error, "%s: \"%.80s\" is not a string; install Headway again",
                                  path, key);
    }
    return true;
}

/* Every key of `from` stands in `in` too. */
static bool keys_check(const json_t *from, const json_t *in, const char *folder,
                       enum language language, struct file_error *error) {
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)from, key, value) {
        if (json_object_get(in, key) == NULL)
            return file_error_set(error, "%s/%s.json lacks \"%.80s\"; install Headway again",
                                  folder, language_id(language), key);
    }
    return true;
}

/* folder/en.json, folder/sentences-zh.json. */
static bool strings_load(const char *folder, const char *prefix, enum language language,
                         json_t **out, struct file_error *error) {
    char name[32], path[4096];
    snprintf(name, sizeof name, "%s%s.json", prefix, language_id(language));
    if (!file_join(path, sizeof path, folder, name))
        return file_error_set(error, "the name of the folder of languages is too long; move "
                                     "Headway to a shorter path");
    *out = file_json_read(path, error);
    return *out != NULL && strings_check(path, *out, error);
}

bool catalogue_load(const char *folder, struct catalogue *out, struct file_error *error) {
    struct catalogue read = {0};
    bool is_good = true;
    for (int i = 0; is_good && i < LANGUAGE_COUNT; i++)
        is_good = strings_load(folder, "", (enum language)i, &read.languages[i], error);
    for (int i = 0; is_good && i < LANGUAGE_COUNT; i++) {
        if (i != LANGUAGE_EN)
            is_good =
                strings_load(folder, "sentences-", (enum language)i, &read.sentences[i], error);
    }
    for (int i = 0; is_good && i < LANGUAGE_COUNT; i++) {
        for (int j = 0; is_good && j < LANGUAGE_COUNT; j++)
            is_good =
                keys_check(read.languages[i], read.languages[j], folder, (enum language)j, error);
    }
    if (!is_good) {
        catalogue_free(&read);
        return false;
    }
    *out = read;
    return true;
}

void catalogue_free(struct catalogue *catalogue) {
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        json_decref(catalogue->languages[i]);
        json_decref(catalogue->sentences[i]);
        catalogue->languages[i] = catalogue->sentences[i] = NULL;
    }
}

static const char *string_at(const struct catalogue *catalogue, int language, const char *key) {
    return json_string_value(json_object_get(catalogue->languages[language], key));
}

const char *catalogue_get(const struct catalogue *catalogue, enum language language,
                          const char *key) {
    const char *string = string_at(catalogue, (int)language, key);
    for (int i = 0; string == NULL && i < LANGUAGE_COUNT; i++)
        string = string_at(catalogue, i, key);
    return string != NULL ? string : key;
}

bool catalogue_has(const struct catalogue *catalogue, enum language language, const char *key) {
    return string_at(catalogue, (int)language, key) != NULL;
}

void catalogue_sentence(const struct catalogue *catalogue, enum language language,
                        const char *sentence, char *out, size_t out_bytes) {
    sentence_translate(catalogue->sentences[language], sentence, out, out_bytes);
}

/* Appends what fits, cut between code points; false when something had to be cut. */
static bool append(char *out, size_t out_bytes, size_t *length, const char *piece, size_t bytes) {
    size_t room = out_bytes - 1 - *length;
    size_t taken = bytes;
    if (taken > room) {
        taken = room;
        while (taken > 0 && ((unsigned char)piece[taken] & 0xC0) == 0x80)
            taken--;
    }
    memcpy(out + *length, piece, taken);
    *length += taken;
    out[*length] = '\0';
    return taken == bytes;
}

/* The value of the name that stands in `{name}` at `place`, or NULL; *bytes is the length of
 * `{name}`. */
static const char *value_at(const char *place, size_t *bytes, const char *const *names,
                            const char *const *values) {
    const char *end = strchr(place, '}');
    if (end == NULL || names == NULL || values == NULL) return NULL;
    size_t length = (size_t)(end - place) - 1;
    *bytes = length + 2;
    for (size_t i = 0; names[i] != NULL && values[i] != NULL; i++) {
        if (strlen(names[i]) == length && memcmp(names[i], place + 1, length) == 0)
            return values[i];
    }
    return NULL;
}

void catalogue_fill(char *out, size_t out_bytes, const char *pattern, const char *const *names,
                    const char *const *values) {
    if (out_bytes == 0) return;
    out[0] = '\0';
    size_t length = 0;
    bool fits = true;
    while (fits && *pattern != '\0') {
        size_t bytes = 0;
        const char *value = *pattern == '{' ? value_at(pattern, &bytes, names, values) : NULL;
        if (value != NULL) {
            fits = append(out, out_bytes, &length, value, strlen(value));
        } else {
            bytes = 1 + strcspn(pattern + 1, "{");
            fits = append(out, out_bytes, &length, pattern, bytes);
        }
        pattern += bytes;
    }
}

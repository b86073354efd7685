#include "app/settings.h"

#include "files/json.h"

#include <stdio.h>
#include <string.h>

enum { SETTINGS_MAX_PATH = 4096, SETTINGS_MAX_DAMAGED = 1000 };

void settings_default(struct settings *settings, enum language language) {
    *settings = (struct settings){.language = language, .scale_percent = 100, .play_seconds = 8};
    snprintf(settings->model, sizeof settings->model, "textbook");
    export_choices_init(&settings->exporting);
}

/* The readers below take a field only if it has the right type and range: an odd value is not worth
 * losing the others for. */
static void read_id(const json_t *json, const char *key, int (*from_id)(const char *), int *out) {
    const json_t *value = json_object_get(json, key);
    int found = json_is_string(value) ? from_id(json_string_value(value)) : -1;
    if (found >= 0) *out = found;
}

static void read_integer(const json_t *json, const char *key, int low, int high, int *out) {
    const json_t *value = json_object_get(json, key);
    if (!json_is_integer(value)) return;
    json_int_t number = json_integer_value(value);
    if (number >= low && number <= high) *out = (int)number;
}

static void read_bool(const json_t *json, const char *key, bool *out) {
    const json_t *value = json_object_get(json, key);
    if (json_is_boolean(value)) *out = json_is_true(value);
}

static void read_window(const json_t *json, struct settings *settings) {
    int x = 0, y = 0, width = 0, height = 0;
    read_integer(json, "x", -100000, 100000, &x);
    read_integer(json, "y", -100000, 100000, &y);
    read_integer(json, "width", 320, 16384, &width);
    read_integer(json, "height", 240, 16384, &height);
    if (!width || !height) return;
    settings->has_window = true;
    settings->window_x = x;
    settings->window_y = y;
    settings->window_width = width;
    settings->window_height = height;
    read_bool(json, "maximised", &settings->is_window_maximised);
}

/* A row of choices by the key of one, a row with a slider by its number. */
static void read_export_row(const json_t *value, enum export_row row, int *out) {
    const struct export_row_kind *kind = export_row_kind(row);
    const char *key = json_string_value(value);
    for (int i = 0; key && i < EXPORT_MOST_CHOICES && kind->choices[i].key; i++)
        if (strcmp(kind->choices[i].key, key) == 0) *out = kind->choices[i].value;
    if (!kind->places || !json_is_number(value)) return;
    double place = (json_number_value(value) - kind->least) / kind->pitch;
    if (place >= 0 && place <= kind->places - 1) *out = (int)(place + 0.5);
}

static json_t *write_export_row(enum export_row row, int value) {
    const struct export_row_kind *kind = export_row_kind(row);
    if (kind->places) return json_real(export_number(row, value));
    for (int i = 0; i < EXPORT_MOST_CHOICES && kind->choices[i].key; i++)
        if (kind->choices[i].value == value) return json_string(kind->choices[i].key);
    return json_null();
}

static void read_export(const json_t *json, struct export_choices *out) {
    for (int row = 0; row < EXPORT_ROW_COUNT; row++)
        read_export_row(json_object_get(json, export_row_kind((enum export_row)row)->key),
                        (enum export_row)row, &out->value[row]);
}

static json_t *write_export(const struct export_choices *choices) {
    json_t *json = json_object();
    for (int row = 0; row < EXPORT_ROW_COUNT; row++)
        json_object_set_new(json, export_row_kind((enum export_row)row)->key,
                            write_export_row((enum export_row)row, choices->value[row]));
    return json;
}

static void read_fields(const json_t *json, struct settings *settings) {
    int theme = (int)settings->theme, language = (int)settings->language;
    int stride = (int)settings->stride;
    read_id(json, "theme", theme_from_id, &theme);
    read_id(json, "language", language_from_id, &language);
    read_id(json, "stride", stride_from_id, &stride);
    settings->theme = (enum theme_choice)theme;
    settings->language = (enum language)language;
    settings->stride = (enum stride)stride;
    read_integer(json, "scale", 75, 300, &settings->scale_percent);
    read_bool(json, "predict_off", &settings->is_predict_off);
    read_bool(json, "reduced_motion", &settings->is_motion_reduced);
    const json_t *seconds = json_object_get(json, "play_seconds");
    if (json_is_number(seconds)) {
        double value = json_number_value(seconds);
        if (value >= 1 && value <= 600) settings->play_seconds = value;
    }
    const char *model = json_string_value(json_object_get(json, "model"));
    if (model && *model && strlen(model) < sizeof settings->model)
        snprintf(settings->model, sizeof settings->model, "%s", model);
    read_export(json_object_get(json, "export"), &settings->exporting);
    const json_t *window = json_object_get(json, "window");
    if (json_is_object(window)) read_window(window, settings);
}

/* Renames the damaged file to the first free name. */
static bool set_aside(const char *path, const char *why, struct file_error *error) {
    char aside[SETTINGS_MAX_PATH + 32];
    for (int i = 1; i <= SETTINGS_MAX_DAMAGED; i++) {
        snprintf(aside, sizeof aside, "%s.damaged-%d", path, i);
        if (file_exists(aside)) continue;
        if (rename(path, aside) == 0)
            return file_error_set(error,
                                  "The settings could not be read (%s); they were set aside as %s "
                                  "and the defaults are used",
                                  why, aside);
        break;
    }
    return file_error_set(error, "The settings could not be read (%s); delete %s", why, path);
}

bool settings_read(struct settings *settings, const char *folder, struct file_error *error) {
    char path[SETTINGS_MAX_PATH];
    if (!file_join(path, sizeof path, folder, "settings.json"))
        return file_error_set(error, "The settings folder's name is too long; use a shorter one");
    if (!file_exists(path)) return true;
    struct file_error why = {0};
    json_t *json = file_json_read(path, &why);
    if (!json) return set_aside(path, why.text, error);
    if (!json_is_object(json)) {
        json_decref(json);
        return set_aside(path, "not a JSON object", error);
    }
    read_fields(json, settings);
    json_decref(json);
    return true;
}

bool settings_write(const struct settings *settings, const char *folder, struct file_error *error) {
    char path[SETTINGS_MAX_PATH];
    if (!file_join(path, sizeof path, folder, "settings.json"))
        return file_error_set(error, "The settings folder's name is too long; use a shorter one");
    if (!file_make_folders(folder, error)) return false;
    json_t *json =
        json_pack("{s:i, s:s, s:s, s:s, s:i, s:b, s:b, s:f, s:s}", "headway_settings", 1, "theme",
                  theme_id(settings->theme), "language", language_id(settings->language), "stride",
                  stride_id(settings->stride), "scale", settings->scale_percent, "predict_off",
                  (int)settings->is_predict_off, "reduced_motion", (int)settings->is_motion_reduced,
                  "play_seconds", settings->play_seconds, "model", settings->model);
    if (json) json_object_set_new(json, "export", write_export(&settings->exporting));
    if (json && settings->has_window)
        json_object_set_new(json, "window",
                            json_pack("{s:i, s:i, s:i, s:i, s:b}", "x", settings->window_x, "y",
                                      settings->window_y, "width", settings->window_width, "height",
                                      settings->window_height, "maximised",
                                      (int)settings->is_window_maximised));
    if (!json)
        return file_error_set(error, "no memory is left for the settings; close other programs");
    bool is_done = file_json_write(path, json, FILE_WRITE_REPLACE, error);
    json_decref(json);
    return is_done;
}

/* session.c: saving and opening documents, and the list of those opened lately. */
#include "app/session.h"

#include "app/actions.h"
#include "app/export.h"
#include "app/finder.h"
#include "files/json.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool session_write(const char *path, const struct document *document, struct file_error *error) {
    json_t *json = document_to_json(document);
    if (!json)
        return file_error_set(error, "no memory is left for the session; close other programs");
    bool is_done = file_json_write(path, json, FILE_WRITE_REPLACE, error);
    json_decref(json);
    return is_done;
}

void session_set_path(struct app *app, const char *path) {
    char whole[PATH_MAX], *copy = NULL;
    if (path) copy = strdup(realpath(path, whole) ? whole : path);
    free(app->session_path);
    app->session_path = copy;
    app->is_unsaved = false;
    app_show_title(app);
}

bool session_save_to(struct app *app, const char *path) {
    static const char *const names[] = {"path", NULL};
    const char *const values[] = {path, NULL};
    struct file_error error = {0};
    app_edit_end(app);
    if (!session_write(path, &app->study.document, &error)) {
        app_say_text(app, true, error.text);
        return false;
    }
    if (app->state_folder) session_recent_add(app->state_folder, path);
    app_say(app, false, "message.session_saved", names, values);
    session_set_path(app, path); /* last: path may be the one that it replaces */
    return true;
}

/* "/home/ada/Documents/The-cat-sat.headway" */
static bool suggest_path(const struct app *app, char *out, size_t out_bytes, size_t *name_at) {
    enum { STEM = 36 };
    char stem[STEM + 1], name[STEM + sizeof SESSION_ENDING];
    if (app->session_path) {
        const char *slash = strrchr(app->session_path, '/');
        *name_at = slash ? (size_t)(slash + 1 - app->session_path) : 0;
        return snprintf(out, out_bytes, "%s", app->session_path) < (int)out_bytes;
    }
    if (!export_slug(stem, STEM, app->study.document.text)) snprintf(stem, sizeof stem, "headway");
    snprintf(name, sizeof name, "%s%s", stem, SESSION_ENDING);
    const char *folder = app->documents_folder ? app->documents_folder : "";
    if (!file_join(out, out_bytes, folder, name)) return false;
    *name_at = strlen(out) - strlen(name);
    return true;
}

bool session_save_as_command(struct app *app, struct ui_action action) {
    (void)action;
    char path[PATH_MAX];
    size_t name_at = 0;
    if (!suggest_path(app, path, sizeof path, &name_at)) path[0] = '\0';
    size_t bytes = strlen(path), ending = strlen(SESSION_ENDING);
    bool has_ending = bytes > name_at + ending;
    return finder_open(app, FINDER_SAVE, path, name_at, has_ending ? bytes - ending : bytes);
}

bool session_save_command(struct app *app, struct ui_action action) {
    if (!app->session_path) return session_save_as_command(app, action);
    app_menu_close(app);
    return session_save_to(app, app->session_path);
}

bool session_open_command(struct app *app, struct ui_action action) {
    (void)action;
    return finder_open(app, FINDER_OPEN, "", 0, 0);
}

/* ---- opened lately ---- */

static bool recent_path(const char *state_folder, char *out, size_t out_bytes) {
    return state_folder && file_join(out, out_bytes, state_folder, "recent.json");
}

void session_recent_free(struct session_recent *recent) {
    for (int i = 0; i < recent->count; i++)
        free(recent->paths[i]);
    *recent = (struct session_recent){0};
}

void session_recent_read(const char *state_folder, struct session_recent *out) {
    char path[PATH_MAX];
    *out = (struct session_recent){0};
    if (!recent_path(state_folder, path, sizeof path) || !file_exists(path)) return;
    json_t *json = file_json_read(path, NULL);
    const json_t *files = json_object_get(json, "files");
    for (size_t i = 0; i < json_array_size(files) && out->count < SESSION_MAX_RECENT; i++) {
        const char *file = json_string_value(json_array_get(files, i));
        if (!file || file[0] != '/' || !file_exists(file)) continue;
        char *copy = strdup(file);
        if (copy) out->paths[out->count++] = copy;
    }
    json_decref(json);
}

void session_recent_add(const char *state_folder, const char *path) {
    char file[PATH_MAX], whole[PATH_MAX];
    struct session_recent recent;
    if (!recent_path(state_folder, file, sizeof file) || !realpath(path, whole)) return;
    session_recent_read(state_folder, &recent);
    json_t *files = json_array();
    int status = json_array_append_new(files, json_string(whole)); /* not a name in UTF-8: −1 */
    for (int i = 0; i < recent.count && json_array_size(files) < SESSION_MAX_RECENT; i++)
        if (strcmp(recent.paths[i], whole) != 0)
            json_array_append_new(files, json_string(recent.paths[i]));
    json_t *json = json_pack("{s:i, s:o}", "headway_recent", 1, "files", files);
    if (json && status == 0 && file_make_folders(state_folder, NULL))
        file_json_write(file, json, FILE_WRITE_REPLACE, NULL);
    json_decref(json);
    session_recent_free(&recent);
}

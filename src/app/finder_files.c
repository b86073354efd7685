/* finder_files.c: the finder over files: those opened lately and those in a folder, to open one or
 * to find a name to save under. */
#include "app/finder.h"

#include "app/fuzzy.h"
#include "app/model_file.h"
#include "app/numbers.h"
#include "app/session.h"
#include "draw/list.h"
#include "platform/paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_FILES = 200 };

/* What the list offers; any other file opens by its name. */
static bool is_known(enum finder_kind kind, const char *name) {
    static const char *const open[] = {SESSION_ENDING, ".json", ".png", ".svg", ".webp", ".gif",
                                       ".pdf",         ".txt",  NULL};
    static const char *const save[] = {SESSION_ENDING, NULL};
    static const char *const numbers[] = {".csv", ".npy", ".tsv", ".md", ".tex", NULL};
    static const char *const none[] = {NULL}; /* a model is a folder */
    const char *const *endings = kind == FINDER_OPEN      ? open
                                 : kind == FINDER_SAVE    ? save
                                 : kind == FINDER_NUMBERS ? numbers
                                                          : none;
    size_t bytes = strlen(name);
    for (; *endings; endings++) {
        size_t ending = strlen(*endings);
        if (bytes > ending && strcasecmp(name + bytes - ending, *endings) == 0) return true;
    }
    return false;
}

static bool is_model_folder(const char *path) {
    char config[PATH_MAX];
    return file_join(config, sizeof config, path, "config.json") && file_exists(config);
}

bool finder_whole_path(const struct app *app, const char *typed, char *out, size_t out_bytes) {
    char home[PATH_BYTES];
    if (typed[0] == '/') return snprintf(out, out_bytes, "%s", typed) < (int)out_bytes;
    if (typed[0] == '~' && (typed[1] == '/' || !typed[1]) && path_home(home, sizeof home))
        return file_join(out, out_bytes, home, typed[1] ? typed + 2 : "");
    const char *folder = app->documents_folder ? app->documents_folder : ".";
    return file_join(out, out_bytes, folder, typed);
}

/* "~/Documents" for a file there; home is written short. */
static void show_folder(char *out, size_t out_bytes, const char *path) {
    char home[PATH_BYTES] = "", folder[PATH_MAX], shown[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash && slash > path ? (int)(slash - path) : 1, path);
    size_t bytes = path_home(home, sizeof home) ? strlen(home) : 0;
    bool is_home = bytes > 1 && strncmp(folder, home, bytes) == 0 &&
                   (folder[bytes] == '/' || folder[bytes] == '\0');
    snprintf(shown, sizeof shown, "%s%.4000s", is_home ? "~" : "", folder + (is_home ? bytes : 0));
    text_printable(out, out_bytes, shown, strlen(shown));
}

static void add_file(struct app *app, const char *path, const char *more, int score) {
    char name[1024], folder[1024];
    const char *slash = strrchr(path, '/');
    const char *base = slash && slash[1] ? slash + 1 : path;
    size_t replaced = 0;
    char *valid = file_utf8_repair((const uint8_t *)base, strlen(base), &replaced);
    if (!valid) return;
    bool is_folder = file_is_folder(path), is_model = is_folder && is_model_folder(path);
    text_printable(name, sizeof name - 2, valid, strlen(valid));
    free(valid);
    if (is_folder && !is_model) strcat(name, "/");
    show_folder(folder, sizeof folder, path);
    const struct finder_entry entry = {
        .words = name,
        .more = (char *)(uintptr_t)(more       ? more
                                    : is_model ? app_words(app, "finder.model")
                                               : folder),
        .path = (char *)(uintptr_t)path,
        .is_folder = is_folder && !is_model,
        .score = score};
    finder_add(app, &entry);
}

/* Opened lately, and what was left unsaved; those whose name holds what is typed. */
static void list_recent(struct app *app, const char *typed) {
    enum { SCORE_LAST = 3, SCORE_RECENT = 2 };
    char last[PATH_MAX];
    struct session_recent recent;
    if (!typed[0] && session_last_path(app->state_folder, last, sizeof last))
        add_file(app, last, app_words(app, "finder.last"), SCORE_LAST);
    session_recent_read(app->state_folder, &recent);
    for (int i = 0; i < recent.count; i++) {
        const char *slash = strrchr(recent.paths[i], '/');
        if (!typed[0] || fuzzy_contains(slash ? slash + 1 : recent.paths[i], typed))
            add_file(app, recent.paths[i], NULL, SCORE_RECENT);
    }
    session_recent_free(&recent);
}

static bool is_listed(const struct app *app, const char *path) {
    for (int i = 0; i < app->finder.count; i++)
        if (app->finder.entries[i].path && strcmp(app->finder.entries[i].path, path) == 0)
            return true;
    return false;
}

/* The folder that is typed, up to its last slash: what in it begins with the rest. */
static void list_folder(struct app *app, const char *typed) {
    enum finder_kind kind = app->presence.finder.kind;
    char whole[PATH_MAX], path[PATH_MAX];
    struct file_folder folder = {0};
    const char *slash = strrchr(typed, '/'), *rest = slash ? slash + 1 : typed;
    char head[PATH_MAX];
    snprintf(head, sizeof head, "%.*s", (int)(rest - typed), typed);
    if (strcmp(typed, "~") == 0) rest = "";
    if (!finder_whole_path(app, strcmp(typed, "~") == 0 ? "~" : head, whole, sizeof whole) ||
        !file_folder_read(whole, &folder, NULL))
        return;
    int count = 0;
    size_t bytes = strlen(rest);
    for (size_t i = 0; i < folder.count && count <= MOST_FILES; i++) {
        const struct file_entry *entry = &folder.entries[i];
        if (strncasecmp(entry->name, rest, bytes) != 0) continue;
        if (!file_join(path, sizeof path, whole, entry->name)) continue;
        if ((!entry->is_folder && !is_known(kind, entry->name)) || is_listed(app, path)) continue;
        if (count++ < MOST_FILES) add_file(app, path, NULL, strcmp(entry->name, rest) == 0);
    }
    if (count > MOST_FILES || folder.has_more)
        finder_note(app, false, app_words(app, "finder.more"));
    file_folder_free(&folder);
}

void finder_list_files(struct app *app) {
    enum { SCORE_TYPED = 4 };
    const char *typed = app->finder.editor.text;
    char path[PATH_MAX];
    bool is_open = app->presence.finder.kind == FINDER_OPEN;
    bool is_file = is_open && typed[0] && finder_whole_path(app, typed, path, sizeof path) &&
                   file_exists(path) && !file_is_folder(path);
    if (is_file) add_file(app, path, NULL, SCORE_TYPED); /* whatever it is called */
    if (is_open && !strchr(typed, '/')) list_recent(app, typed);
    list_folder(app, typed);
    if (is_open && !app->finder.count)
        finder_note(app, false, app_words(app, typed[0] ? "finder.none" : "finder.nothing_yet"));
}

/* An ending, where none is typed: what it is shall be seen. */
static void add_ending(char *path, size_t path_bytes, const char *ending) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!strchr(name, '.') && strlen(path) + strlen(ending) < path_bytes) strcat(path, ending);
}

/* A model is a new folder: none is ever replaced. */
static void save_model(struct app *app, const char *path) {
    if (file_exists(path)) {
        finder_note(app, true, app_words(app, "finder.exists"));
        return;
    }
    app_menu_close(app);
    model_save_to(app, path);
}

static void save(struct app *app) {
    bool is_numbers = app->presence.finder.kind == FINDER_NUMBERS;
    char path[PATH_MAX];
    const char *typed = app->finder.editor.text;
    if (!typed[0] || typed[strlen(typed) - 1] == '/' ||
        !finder_whole_path(app, typed, path, sizeof path)) {
        finder_note(app, true, app_words(app, "finder.no_name"));
        return;
    }
    if (app->presence.finder.kind == FINDER_MODEL) {
        save_model(app, path);
        return;
    }
    add_ending(path, sizeof path, is_numbers ? ".csv" : SESSION_ENDING);
    bool is_own = !is_numbers && app->session_path && strcmp(app->session_path, path) == 0;
    if (file_exists(path) && !is_own && !app->finder.is_replacing) {
        finder_note(app, true, app_words(app, "finder.replace"));
        app->finder.is_replacing = true;
        return;
    }
    app_menu_close(app);
    if (is_numbers)
        numbers_save_to(app, path);
    else
        session_save_to(app, path);
}

void finder_enter_file(struct app *app) {
    int chosen = app->presence.finder.chosen;
    bool is_open = app->presence.finder.kind == FINDER_OPEN;
    const struct finder_entry *entry =
        chosen >= 0 && chosen < app->finder.count ? &app->finder.entries[chosen] : NULL;
    char path[PATH_MAX];
    if (entry && (entry->is_folder || !is_open)) {
        snprintf(path, sizeof path, "%.4000s%s", entry->path, entry->is_folder ? "/" : "");
        finder_set_text(app, path);
        return;
    }
    if (!is_open) {
        save(app);
        return;
    }
    const char *typed = app->finder.editor.text;
    if (entry)
        snprintf(path, sizeof path, "%.4000s", entry->path);
    else if (!typed[0] || !finder_whole_path(app, typed, path, sizeof path))
        return;
    app_menu_close(app);
    app_open(app, path);
}

/* finder.c: the sheet to find something in: its line, its list, and the keys. What stands in the
 * list, and what choosing does, is the business of each kind. */
#include "app/finder.h"

#include "app/actions.h"
#include "app/typing.h"

#include <stdlib.h>
#include <string.h>

enum { FINDER_MAX_TEXT = 4096 };

bool finder_is_open(const struct app *app) {
    return app->presence.finder.kind != FINDER_NONE;
}

static void clear(struct app_finder *finder) {
    for (int i = 0; i < finder->count; i++) {
        free(finder->entries[i].words);
        free(finder->entries[i].more);
        free(finder->entries[i].path);
    }
    finder->count = 0;
}

void finder_close(struct app *app) {
    struct app_finder *finder = &app->finder;
    clear(finder);
    free(finder->entries);
    free(finder->rows);
    editor_free(&finder->editor);
    *finder = (struct app_finder){0};
    app->presence.finder = (struct picture_finder){0};
    app->needs_picture = true;
}

bool finder_add(struct app *app, const struct finder_entry *entry) {
    struct app_finder *finder = &app->finder;
    if (finder->count == finder->capacity) {
        int wanted = finder->capacity ? 2 * finder->capacity : 32;
        struct finder_entry *grown =
            realloc(finder->entries, (size_t)wanted * sizeof *finder->entries);
        if (!grown) return false;
        finder->entries = grown;
        finder->capacity = wanted;
    }
    struct finder_entry copy = *entry;
    copy.words = strdup(entry->words);
    copy.more = strdup(entry->more ? entry->more : "");
    copy.path = entry->path ? strdup(entry->path) : NULL;
    copy.order = finder->count;
    if (!copy.words || !copy.more || (entry->path && !copy.path)) {
        free(copy.words);
        free(copy.more);
        free(copy.path);
        return false;
    }
    finder->entries[finder->count++] = copy;
    return true;
}

static int compare_entries(const void *a, const void *b) {
    const struct finder_entry *one = a, *two = b;
    if (one->score != two->score) return one->score > two->score ? -1 : 1;
    return one->order < two->order ? -1 : one->order > two->order;
}

/* The list for what is typed now. */
static void fill(struct app *app) {
    struct app_finder *finder = &app->finder;
    enum finder_kind kind = app->presence.finder.kind;
    clear(finder);
    finder_note(app, false, NULL);
    finder->is_replacing = false;
    if (kind == FINDER_COMMANDS)
        finder_list_commands(app);
    else
        finder_list_files(app);
    size_t count = (size_t)finder->count;
    if (count) qsort(finder->entries, count, sizeof *finder->entries, compare_entries);
    free(finder->rows);
    finder->rows = calloc(count + 1, sizeof *finder->rows);
    if (!finder->rows) clear(finder);
    for (int i = 0; i < finder->count; i++)
        finder->rows[i] = (struct finder_row){finder->entries[i].words, finder->entries[i].more};
    bool is_naming = kind == FINDER_SAVE || kind == FINDER_NUMBERS || kind == FINDER_MODEL;
    app->presence.finder.chosen = is_naming || !finder->count ? -1 : 0;
    app->needs_picture = true;
}

bool finder_open(struct app *app, enum finder_kind kind, const char *text, size_t from, size_t to) {
    app_edit_end(app);
    bool is_same = app->presence.finder.kind == kind;
    app_menu_close(app);
    if (is_same && kind != FINDER_SAVE) return true; /* its key closes it again */
    app->presence.is_blank = false;
    if (!editor_init(&app->finder.editor, text, FINDER_MAX_TEXT)) {
        app_say(app, true, "message.no_memory", NULL, NULL);
        return false;
    }
    editor_place(&app->finder.editor, from, false);
    editor_place(&app->finder.editor, to, true);
    app->presence.finder.kind = kind;
    fill(app);
    return true;
}

void finder_note(struct app *app, bool is_error, const char *text) {
    struct app_finder *finder = &app->finder;
    finder->has_note = text != NULL;
    finder->is_note_error = is_error;
    if (text) snprintf(finder->note, sizeof finder->note, "%s", text);
    app->needs_picture = true;
}

bool finder_set_text(struct app *app, const char *text) {
    struct editor *editor = &app->finder.editor;
    editor_select_all(editor);
    bool is_done = editor_insert(editor, text, strlen(text), false) != EDITOR_NO_MEMORY;
    fill(app);
    return is_done;
}

void finder_type(struct app *app, const char *text) {
    editor_compose(&app->finder.editor, NULL, 0);
    editor_insert(&app->finder.editor, text, strlen(text), true);
    fill(app);
}

void finder_compose(struct app *app, const char *text, int caret) {
    editor_compose(&app->finder.editor, text, caret);
    app->needs_picture = true;
}

void finder_sync(struct app *app) {
    struct picture_finder *shown = &app->presence.finder;
    const struct app_finder *finder = &app->finder;
    if (shown->kind == FINDER_NONE) return;
    shown->text = finder->editor.text;
    shown->caret = finder->editor.caret;
    shown->anchor = finder->editor.anchor;
    shown->composition = finder->editor.composition;
    shown->composition_caret = finder->editor.composition_caret;
    shown->rows = finder->rows;
    shown->count = finder->count;
    shown->note = finder->has_note ? finder->note : NULL;
    shown->is_note_error = finder->is_note_error;
}

void finder_step(struct app *app, int by) {
    int *chosen = &app->presence.finder.chosen, count = app->finder.count;
    bool is_by_one = by == 1 || by == -1; /* then round and round */
    if (count == 0) return;
    int wanted = *chosen + by;
    if (*chosen < 0) wanted = by < 0 ? count - 1 : 0;
    if (wanted < 0) wanted = is_by_one ? count - 1 : 0;
    if (wanted >= count) wanted = is_by_one ? 0 : count - 1;
    *chosen = wanted;
    app->needs_picture = true;
}

static void enter(struct app *app) {
    struct app_finder *finder = &app->finder;
    int chosen = app->presence.finder.chosen;
    if (app->presence.finder.kind != FINDER_COMMANDS) {
        finder_enter_file(app);
    } else if (chosen >= 0 && chosen < finder->count) {
        struct ui_action action = finder->entries[chosen].action;
        app_menu_close(app);
        app_dispatch(app, action);
    }
}

bool finder_choose_command(struct app *app, struct ui_action action) {
    if (!finder_is_open(app) || action.a < 0 || action.a >= app->finder.count) return false;
    app->presence.finder.chosen = action.a;
    enter(app);
    return true;
}

/* Commands whose keys go on working. */
static bool is_allowed(enum ui_command command) {
    switch (command) {
    case UI_COMMAND_PALETTE:
    case UI_COMMAND_SESSION_OPEN:
    case UI_COMMAND_SESSION_SAVE:
    case UI_COMMAND_SESSION_SAVE_AS:
    case UI_COMMAND_PRESENTATION:
    case UI_COMMAND_CANCEL:
    case UI_COMMAND_QUIT:
        return true;
    default:
        return false;
    }
}

/* Tab puts the row into the line, so that one can go on typing behind it. */
static void complete(struct app *app) {
    int chosen = app->presence.finder.chosen;
    if (app->presence.finder.kind == FINDER_COMMANDS || chosen < 0) {
        finder_step(app, 1);
        return;
    }
    const struct finder_entry *entry = &app->finder.entries[chosen];
    char path[FINDER_MAX_TEXT + 2];
    if (!entry->path) return;
    snprintf(path, sizeof path, "%s%s", entry->path, entry->is_folder ? "/" : "");
    finder_set_text(app, path);
}

void finder_key(struct app *app, const struct input *input) {
    enum { PAGE = 8 };
    unsigned modifiers = input->modifiers;
    if (app->finder.editor.composition) return; /* the input method has the keys */
    if (input->key == KEY_TAB) {
        if (modifiers & INPUT_SHIFT)
            finder_step(app, -1);
        else
            complete(app);
        return;
    }
    if (!modifiers) {
        switch (input->key) {
        case KEY_ENTER:
            enter(app);
            return;
        case KEY_ESCAPE:
            app_menu_close(app);
            return;
        case KEY_UP:
        case KEY_DOWN:
            finder_step(app, input->key == KEY_UP ? -1 : 1);
            return;
        case KEY_PAGE_UP:
        case KEY_PAGE_DOWN:
            finder_step(app, input->key == KEY_PAGE_UP ? -PAGE : PAGE);
            return;
        default:
            break;
        }
    }
    enum typing typing = typing_key(&app->finder.editor, &app->host, input);
    if (typing == TYPING_CHANGED || typing == TYPING_CUT) fill(app);
    if (typing == TYPING_NO_MEMORY) app_say(app, true, "message.no_memory", NULL, NULL);
    if (typing != TYPING_OTHER) return;
    struct ui_action action = actions_for_key(app, input);
    if (is_allowed(action.command)) app_dispatch(app, action);
}

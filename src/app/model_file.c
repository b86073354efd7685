/* model_file.c: saving the edited model from the window. */
#include "app/model_file.h"

#include "app/actions.h"
#include "app/export.h"
#include "app/finder.h"
#include "app/open.h"
#include "models/folder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_rest_words(unsigned rest_bits, const struct catalogue *catalogue, enum language language,
                      char *out, size_t out_bytes) {
    size_t used = 0;
    *out = '\0';
    for (int i = 0; i < EDITED_MODEL_REST_COUNT; i++) {
        const char *word = edited_model_rest_id((enum edited_model_rest)i);
        const char *between = !used ? "" : catalogue && language == LANGUAGE_ZH ? "、" : ", ";
        char key[64];
        if (!(rest_bits >> i & 1)) continue;
        snprintf(key, sizeof key, "model.rest.%s", word);
        if (catalogue) word = catalogue_get(catalogue, language, key);
        int more = snprintf(out + used, out_bytes - used, "%s%s", between, word);
        if (more < 0 || (size_t)more >= out_bytes - used) return;
        used += (size_t)more;
    }
}

static void say_saved(struct app *app, const char *path, unsigned rest_bits) {
    static const char *const names[] = {"path", "rest", NULL};
    char rest[400];
    model_rest_words(rest_bits, &app->catalogue, app->study.document.language, rest, sizeof rest);
    const char *const values[] = {path, rest, NULL};
    app_say(app, false, rest[0] ? "message.model_saved.rest" : "message.model_saved", names,
            values);
}

/* The document goes on with the new folder as its model. */
static bool go_on_with(struct app *app, const char *path, const struct what_if *rest) {
    char whole[PATH_MAX];
    struct document wanted;
    const char *spec = realpath(path, whole) ? whole : path;
    if (!app_copy_document(app, &wanted)) return false;
    if (!document_set_model(&wanted, spec) || !what_if_copy(&wanted.what_if, rest)) {
        document_free(&wanted);
        app_say(app, true, "message.no_memory", NULL, NULL);
        return false;
    }
    open_note(app, OPEN_MODEL, spec);
    return app_change(app, &wanted, true);
}

bool model_save_to(struct app *app, const char *path) {
    struct edited_model edited;
    struct file_error error = {0};
    app_edit_end(app);
    if (!edited_model_make(&app->study, &edited, &error) ||
        !model_folder_write(&edited.model, path, &error)) {
        edited_model_free(&edited);
        app_say_text(app, true, error.text);
        return false;
    }
    bool is_done = go_on_with(app, path, &edited.rest);
    if (is_done) say_saved(app, path, edited.rest_bits);
    edited_model_free(&edited);
    return is_done;
}

/* "/home/ada/Documents/The-cat-sat-model" */
bool model_save_command(struct app *app, struct ui_action action) {
    (void)action;
    char stem[40], name[64], path[PATH_MAX];
    if (!export_slug(stem, 36, app->study.document.text)) snprintf(stem, sizeof stem, "headway");
    snprintf(name, sizeof name, "%s-model", stem);
    if (!file_join(path, sizeof path, app->documents_folder ? app->documents_folder : "", name))
        path[0] = '\0';
    size_t bytes = strlen(path), name_bytes = path[0] ? strlen(name) : 0;
    return finder_open(app, FINDER_MODEL, path, bytes - name_bytes, bytes);
}

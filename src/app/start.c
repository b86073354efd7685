/* start.c: an app from its options, and its end: words, fonts, the first document, what a crash
 * left. */
#include "app/app.h"

#include "app/actions.h"
#include "app/export.h"
#include "app/finder.h"
#include "app/pair.h"
#include "app/session.h"
#include "files/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void app_document_from_settings(struct document *document, const struct settings *settings) {
    document->theme = settings->theme;
    document->language = settings->language;
    document->scale_percent = settings->scale_percent;
    document->stride = settings->stride;
    document->is_predict_off = settings->is_predict_off;
    document_set_model(document, settings->model);
}

static bool load_terms(struct app *app, const char *folder, struct file_error *error) {
    char path[4096];
    if (!file_join(path, sizeof path, folder, "terms.json"))
        return file_error_set(error, "%s: the folder's name is too long; use a shorter one",
                              folder);
    app->terms = file_json_read(path, error);
    bool is_good = json_is_array(app->terms);
    for (size_t i = 0; is_good && i < json_array_size(app->terms); i++) {
        const json_t *group = json_array_get(app->terms, i);
        is_good = json_is_array(group);
        for (size_t j = 0; is_good && j < json_array_size(group); j++)
            is_good = json_is_string(json_array_get(group, j));
    }
    if (!app->terms) return false; /* said */
    return is_good ||
           file_error_set(error, "%s is no list of lists of words; install Headway again", path);
}

static bool load_words(struct app *app, const char *resource_folder, struct file_error *error) {
    char folder[4096];
    if (!file_join(folder, sizeof folder, resource_folder, "assets/languages"))
        return file_error_set(error, "%s: the folder's name is too long; use a shorter one",
                              resource_folder);
    return catalogue_load(folder, &app->catalogue, error) && load_terms(app, folder, error);
}

static bool open_fonts(struct app *app, struct fonts *given, struct file_error *error) {
    char why[256] = "", warning[256] = "";
    app->fonts = given;
    if (!given) {
        app->fonts = fonts_open(why, sizeof why, warning, sizeof warning);
        app->owns_fonts = app->fonts != NULL;
    }
    if (!app->fonts) return file_error_set(error, "%s", why);
    app->measurer = fonts_measurer(app->fonts);
    if (warning[0]) app_say_text(app, false, warning);
    return true;
}

static bool copy_string(char **out, const char *text) {
    *out = text ? strdup(text) : NULL;
    return !text || *out;
}

/* The first document; with is_model_optional a model that has gone is replaced by textbook. */
static bool set_first_document(struct app *app, const struct app_options *options,
                               struct file_error *error) {
    struct document wanted = {0};
    bool is_copied = options->document ? document_copy(&wanted, options->document)
                                       : document_init(&wanted, error);
    if (!is_copied) return file_error_set(error, "no memory is left; close other programs");
    if (!options->document) app_document_from_settings(&wanted, &app->settings);
    bool is_done = study_set(&app->study, &wanted, error);
    if (!is_done && options->is_model_optional && document_set_model(&wanted, "textbook")) {
        char why[sizeof error->text];
        snprintf(why, sizeof why, "%s", error ? error->text : "");
        is_done = study_set(&app->study, &wanted, error);
        if (is_done) {
            app_say_text(app, true, why);
            /* Else the same failure would come at every start. */
            snprintf(app->settings.model, sizeof app->settings.model, "%s", wanted.model);
        }
    }
    document_free(&wanted);
    return is_done;
}

/* What a crash left becomes the document; undo goes back to the one that would have been. */
static void start_copy(struct app *app, bool should_restore) {
    struct document left = {0};
    app->copy = calloc(1, sizeof *app->copy);
    if (!app->copy) return;
    if (!session_copy_begin(app->copy, app->state_folder, should_restore, &left)) return;
    left.width = app->study.document.width;
    left.height = app->study.document.height;
    if (app_change(app, &left, true)) app_say(app, false, "message.restored", NULL, NULL);
    app->message_due_ms = 0; /* stays until something is done */
}

bool app_init(struct app *app, const struct app_options *options, struct file_error *error) {
    *app = (struct app){.host = options->host, .density = 1, .needs_picture = true};
    if (options->settings)
        app->settings = *options->settings;
    else
        settings_default(&app->settings, LANGUAGE_EN);
    bool is_done = copy_string(&app->settings_folder, options->settings_folder) &&
                   copy_string(&app->pictures_folder, options->pictures_folder) &&
                   copy_string(&app->documents_folder, options->documents_folder) &&
                   copy_string(&app->state_folder, options->state_folder);
    if (!is_done) file_error_set(error, "no memory is left; close other programs");
    is_done = is_done && load_words(app, options->resource_folder, error) &&
              open_fonts(app, options->fonts, error) && study_init(&app->study, error);
    app->study.memory_limit_bytes = options->memory_limit_bytes;
    app->study.threads = options->threads;
    is_done = is_done && set_first_document(app, options, error);
    if (!is_done) {
        app_free(app);
        return false;
    }
    app->start_look = app->study.document;
    app->start_look.text = app->start_look.model = NULL;
    app->presence.exporting = app->settings.exporting;
    if (options->message) app_say_text(app, true, options->message);
    if (options->state_folder) start_copy(app, options->should_restore);
    actions_list_keys(app);
    app->presence.key_rows = app->key_rows;
    app_list_models(app);
    app_show_title(app);
    return true;
}

void app_free(struct app *app) {
    export_job_free(app);
    if (app->copy && app->is_unsaved) session_copy_write(app->copy, &app->study.document, NULL);
    if (app->copy) session_copy_end(app->copy, app->state_folder, app->is_unsaved);
    free(app->copy);
    finder_close(app);
    app_history_clear(&app->undo);
    app_history_clear(&app->redo);
    document_free(&app->before_edit);
    document_free(&app->drag.before);
    pair_drop_all(app);
    editor_free(&app->editor);
    draw_list_free(&app->list);
    draw_list_free(&app->motion.from);
    draw_list_free(&app->motion.shown);
    semantics_free(&app->semantics);
    cairo_renderer_free(app->cairo);
    study_free(&app->study);
    catalogue_free(&app->catalogue);
    json_decref(app->terms);
    if (app->owns_fonts) fonts_close(app->fonts);
    for (int i = 0; i < app->model_count; i++) {
        free(app->model_specs[i]);
        free(app->model_words[i]);
    }
    free(app->settings_folder);
    free(app->pictures_folder);
    free(app->documents_folder);
    free(app->state_folder);
    free(app->session_path);
    *app = (struct app){0};
}

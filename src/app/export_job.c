/* export_job.c: saving from the window: one picture at once, several one by one, so that the window
 * goes on answering. */
#include "app/export_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PATH_BYTES = 4352, PATIENCE_MS = 500 };
/* Pictures of more pixels than this may take that long by themselves: then it is said before. */
static const double LARGE_PIXELS = 8e6;

struct export_job {
    struct export_look look;
    struct export_variety variety;
    struct export_place *places;
    size_t count, done;
    struct export_pages *pages; /* of one PDF or animation; NULL: a file for each */
    int width, height; /* of the document when it began: a window may be resized meanwhile */
    double start_ms;   /* −1: with the next picture */
    bool is_large, has_waited;
    struct export_bands *bands;           /* of a large picture; NULL: none is being made */
    char bands_name[EXPORT_MAX_NAME + 1]; /* of its file */
    char *sheet_path; /* of a worksheet whose answer key is being saved now; owned */
};

/* What can be done in the window about a folder that takes no picture: its last words say so. */
static bool say_what_helps(struct file_error *error) {
    if (strncmp(error->text, "cannot ", 7) != 0) return false; /* not the disk's */
    char *what_to_do = strrchr(error->text, ';');
    if (what_to_do) *what_to_do = 0;
    return file_error_set(error,
                          "%.360s; free some space, set another Pictures folder "
                          "(XDG_PICTURES_DIR in user-dirs.dirs), or use “headway render -o FILE”.",
                          error->text);
}

static struct export_tools tools_of(const struct app *app) {
    return (struct export_tools){&app->catalogue, &app->measurer, app->cairo};
}

static const char *folder_of(const struct app *app) {
    return app->pictures_folder ? app->pictures_folder : app->settings_folder;
}

/* ---- saying ---- */

static void say_counts(struct app *app, bool is_error, const char *key, const char *path,
                       size_t done, size_t count) {
    static const char *const names[] = {"path", "done", "count", NULL};
    char done_text[24], count_text[24];
    snprintf(done_text, sizeof done_text, "%zu", done);
    snprintf(count_text, sizeof count_text, "%zu", count);
    const char *const values[] = {path, done_text, count_text, NULL};
    app_say(app, is_error, key, names, values);
}

static void say_saved(struct app *app, const struct export_job *job, const char *path) {
    bool is_many = job->count > 1 && !job->pages;
    const char *said = is_many ? folder_of(app) : job->sheet_path ? job->sheet_path : path;
    if (app->host.set_clipboard) app->host.set_clipboard(app->host.context, said);
    say_counts(app, false,
               job->sheet_path                         ? "message.saved_with_key"
               : is_many                               ? "message.saved_many"
               : !job->pages || job->count < 2         ? "message.saved"
               : export_is_animation(job->look.format) ? "message.saved_walk"
                                                       : "message.saved_pages",
               said, job->done, job->count);
}

static void say_progress(struct app *app, const struct export_job *job) {
    size_t percent = job->bands ? (size_t)export_bands_percent(job->bands) : 0;
    bool has_parts = job->count == 1 && job->bands;
    say_counts(app, false,
               job->count > 1 ? "message.exporting"
               : has_parts    ? "message.exporting_part"
                              : "message.exporting_one",
               "", has_parts ? percent : job->done, job->count);
    app->message_due_ms = 0; /* it stays until there is another */
}

/* ---- working ---- */

static struct study study_of_job(const struct app *app, const struct export_job *job,
                                 size_t place) {
    struct study at = export_study_at(&app->study, &job->places[place]);
    at.document.width = job->width;
    at.document.height = job->height;
    return at;
}

/* The last place of `what` in the name. */
static char *find_last(char *name, const char *what) {
    char *found = NULL;
    for (char *at = strstr(name, what); at; at = strstr(at + 1, what))
        found = at;
    return found;
}

/* "The-cat-sat-softmax-head-2"; of several in one file "The-cat-sat-softmax-heads", and without the
 * step "-steps", "-walk". */
static void place_name(const struct export_job *job, const struct study *study, char *out,
                       size_t out_bytes) {
    const struct export_variety *v = &job->variety;
    char cut[32];
    bool is_one_file = job->pages && job->count > 1;
    bool names_layer = study->model.weights.config.layers > 1 && !(is_one_file && v->is_each_layer);
    const char *many = v->is_each_beat    ? "-walk"
                       : v->is_each_step  ? "-steps"
                       : v->is_each_layer ? "-layers"
                                          : "-heads";
    export_name(out, out_bytes, &study->document, names_layer ? study->document.layer : -1,
                study->document.head);
    if (!is_one_file || (v->is_each_beat && !v->is_each_step)) return;
    snprintf(cut, sizeof cut, v->is_each_step ? "-%s" : "-head-", step_id(study->document.step));
    char *end = find_last(out, cut);
    if (end && (size_t)(end - out) + strlen(many) < out_bytes) memcpy(end, many, strlen(many) + 1);
}

/* The same, and for worksheets what it is: "…-head-2-worksheet", "…-head-2-answers". */
static void job_name(const struct export_job *job, const struct study *study, char *out,
                     size_t out_bytes) {
    place_name(job, study, out, out_bytes);
    size_t used = strlen(out);
    if (job->look.part == PICTURE_WORKSHEET)
        snprintf(out + used, out_bytes - used, "%s",
                 job->look.worksheet.is_key ? "-answers" : "-worksheet");
}

static bool write_named(struct app *app, const struct export_job *job, const char *name,
                        const struct file_bytes *bytes, char *path, struct file_error *error) {
    return export_write(folder_of(app), name, export_ending(job->look.format), bytes, path,
                        MAX_PATH_BYTES, error) ||
           say_what_helps(error);
}

static bool write_bytes(struct app *app, const struct export_job *job, const struct study *study,
                        const struct file_bytes *bytes, char *path, struct file_error *error) {
    char name[EXPORT_MAX_NAME + 1];
    job_name(job, study, name, sizeof name);
    return write_named(app, job, name, bytes, path, error);
}

static void end_bands(struct export_job *job) {
    export_bands_free(job->bands);
    job->bands = NULL;
}

/* The next band of a large picture; with the last one its file. */
static bool work_on_bands(struct app *app, struct export_job *job, char *path,
                          struct file_error *error) {
    struct file_bytes bytes = {0};
    if (!job->bands) {
        struct export_tools tools = tools_of(app);
        struct study study = study_of_job(app, job, job->done);
        job->bands = export_bands_new(&tools, &study, &job->look, error);
        job_name(job, &study, job->bands_name, sizeof job->bands_name);
    }
    if (!job->bands || !export_bands_next(job->bands, error)) return false;
    if (export_bands_percent(job->bands) < 100) return true;
    bool is_done = export_bands_finish(job->bands, &bytes, error) &&
                   write_named(app, job, job->bands_name, &bytes, path, error);
    file_bytes_free(&bytes);
    end_bands(job);
    if (is_done) job->done++;
    return is_done;
}

/* The next picture; with the last page the whole file. */
static bool work(struct app *app, struct export_job *job, char *path, struct file_error *error) {
    struct export_tools tools = tools_of(app);
    struct study study = study_of_job(app, job, job->done);
    struct file_bytes bytes = {0};
    bool is_done;
    if (job->is_large && job->look.format == EXPORT_PNG)
        return work_on_bands(app, job, path, error);
    if (job->pages) {
        is_done = export_pages_add(job->pages, &tools, &study, &job->look, error);
        if (is_done && job->done + 1 == job->count)
            is_done = export_pages_finish(job->pages, &bytes, error) &&
                      write_bytes(app, job, &study, &bytes, path, error);
    } else {
        is_done = export_picture(&tools, &study, &job->look, &bytes, error) &&
                  write_bytes(app, job, &study, &bytes, path, error);
    }
    file_bytes_free(&bytes);
    if (is_done) job->done++;
    return is_done;
}

void export_job_free(struct app *app) {
    if (!app->job) return;
    export_pages_free(app->job->pages);
    end_bands(app->job);
    free(app->job->places);
    free(app->job->sheet_path);
    free(app->job);
    app->job = NULL;
}

/* One file of several places begins. */
static bool begin_pages(struct app *app, struct export_job *job, struct file_error *error) {
    struct export_tools tools = tools_of(app);
    bool is_animation = export_is_animation(job->look.format);
    export_pages_free(job->pages);
    job->pages = NULL;
    if (!is_animation && (job->look.format != EXPORT_PDF || job->count < 2)) return true;
    struct study first = study_of_job(app, job, 0);
    job->pages = export_pages_new(&tools, &first, &job->look, job->count, error);
    return job->pages != NULL;
}

/* The sheet is saved as `path`; its key is the next file. */
static bool begin_key(struct app *app, struct export_job *job, const char *path,
                      struct file_error *error) {
    size_t bytes = strlen(path) + 1;
    job->sheet_path = malloc(bytes);
    if (!job->sheet_path) return export_no_memory(error);
    memcpy(job->sheet_path, path, bytes);
    job->look.worksheet.is_key = true;
    job->done = 0;
    return begin_pages(app, job, error);
}

static bool advance(struct app *app) {
    struct export_job *job = app->job;
    struct file_error error = {0};
    char path[MAX_PATH_BYTES] = "";
    bool is_done = work(app, job, path, &error);
    bool is_key_next =
        is_done && job->done == job->count && job->look.has_key_too && !job->look.worksheet.is_key;
    if (is_key_next && job->count == 1)
        is_done = begin_key(app, job, path, &error) && work(app, job, path, &error);
    else if (is_key_next && begin_key(app, job, path, &error))
        return true;
    else if (is_key_next)
        is_done = false;
    if (!is_done)
        app_say_text(app, true, error.text);
    else if (job->done == job->count)
        say_saved(app, job, path);
    if (!is_done || job->done == job->count) export_job_free(app);
    return is_done;
}

bool export_is_running(const struct app *app) {
    return app->job != NULL;
}

void export_continue(struct app *app, double now_ms) {
    struct export_job *job = app->job;
    if (!job) return;
    if (job->start_ms < 0) job->start_ms = now_ms;
    bool is_slow = job->is_large || now_ms - job->start_ms >= PATIENCE_MS;
    if (is_slow) say_progress(app, job);
    if (job->is_large && !job->has_waited) { /* the message first */
        job->has_waited = true;
        return;
    }
    job->has_waited = job->bands != NULL; /* with each picture the message first */
    advance(app);
}

void export_cancel(struct app *app) {
    struct export_job *job = app->job;
    if (!job) return;
    bool is_many = job->count > 1 && !job->pages;
    const char *key = job->sheet_path ? "message.export_cancelled_key"
                      : is_many       ? "message.export_cancelled"
                                      : "message.export_cancelled_one";
    say_counts(app, false, key, job->sheet_path ? job->sheet_path : "", job->done, job->count);
    export_job_free(app);
}

/* ---- beginning ---- */

static struct export_job *job_new(struct app *app, const struct export_look *look,
                                  const struct export_variety *variety, struct file_error *error) {
    const struct document *d = &app->study.document;
    struct export_job *job = calloc(1, sizeof *job);
    if (!job) {
        export_no_memory(error);
        return NULL;
    }
    double density = look->density, pixels = d->width * density * (d->height * density);
    bool is_animation = export_is_animation(look->format);
    bool is_image = look->format == EXPORT_PNG || is_animation;
    *job = (struct export_job){.look = *look,
                               .variety = *variety,
                               .width = d->width,
                               .height = d->height,
                               .start_ms = -1,
                               .is_large = is_image && pixels > LARGE_PIXELS};
    bool is_done = export_places(&app->study, variety, &job->places, &job->count, error);
    if (is_done && look->part == PICTURE_WORKSHEET && variety->is_each_step) {
        size_t count = export_places_of_worksheets(&app->study, job->places, job->count);
        job->count = count ? count : 1; /* of none, the first says why */
    }
    if (is_done && begin_pages(app, job, error)) return job;
    free(job->places);
    free(job);
    return NULL;
}

bool export_save(struct app *app, const struct export_look *look,
                 const struct export_variety *variety) {
    struct file_error error = {0};
    if (export_is_running(app)) return false;
    if (!folder_of(app)) {
        app_say(app, true, "message.no_folder", NULL, NULL);
        return false;
    }
    if (!app->cairo) app->cairo = cairo_renderer_new(app->fonts);
    if (app->cairo)
        app->job = job_new(app, look, variety, &error);
    else
        export_no_memory(&error);
    if (!app->job) {
        app_say_text(app, true, error.text);
        return false;
    }
    app->presence.is_playing = false; /* a beat more would be another picture */
    app->needs_picture = true;
    if (app->job->count == 1 && !app->job->is_large) return advance(app);
    return true;
}

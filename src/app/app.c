/* app.c: the running program: what changes the document, and the picture at each moment. */
#include "app/app.h"

#include "app/actions.h"
#include "app/export.h"
#include "app/finder.h"
#include "app/pair.h"
#include "app/session.h"
#include "files/memory.h"
#include "lesson/steps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOTION_BEAT_MS = 250,
    MOTION_MORPH_MS = 700,
    MOTION_FIRST_MS = 16,
    NOTICE_MS = 6000,
    COPY_MS = 3000
};

const char *app_words(const struct app *app, const char *key) {
    return catalogue_get(&app->catalogue, app->study.document.language, key);
}

bool app_copy_document(struct app *app, struct document *out) {
    *out = (struct document){0};
    if (document_copy(out, &app->study.document)) return true;
    app_say(app, true, "message.no_memory", NULL, NULL);
    return false;
}

/* How long the picture takes to become the next: a beat, a morph of matrices, or no time. */
static double motion_length(const struct document *from, const struct document *to) {
    bool is_same_screen = from->width == to->width && from->height == to->height &&
                          from->scale_percent == to->scale_percent &&
                          from->is_presentation == to->is_presentation &&
                          from->theme == to->theme && from->language == to->language &&
                          strcmp(from->text, to->text) == 0 && strcmp(from->model, to->model) == 0;
    if (!is_same_screen) return 0;
    if (from->step != to->step || from->view != to->view || from->layer != to->layer)
        return MOTION_MORPH_MS;
    return from->beat != to->beat ? MOTION_BEAT_MS : 0;
}

static void begin_motion(struct app *app, double length_ms) {
    if (length_ms <= 0 || !app->has_picture || app->settings.is_motion_reduced) {
        app_finish_motion(app);
        return;
    }
    app->motion.length_ms = length_ms;
    app->motion.start_ms = -1;
    app->motion.is_pending = true;
}

void app_finish_motion(struct app *app) {
    app->motion.length_ms = 0;
    app->motion.is_pending = false;
}

/* Says what the sentence lost, or nothing. */
static void say_dropped(struct app *app) {
    if (app->study.tokens.dropped == 0) {
        if (app->is_message_from_text) app_silence(app);
        return;
    }
    char kept[32], lost[32];
    snprintf(kept, sizeof kept, "%zu", app->study.tokens.count);
    snprintf(lost, sizeof lost, "%zu", app->study.tokens.dropped);
    static const char *const names[] = {"kept", "dropped", NULL};
    const char *const values[] = {kept, lost, NULL};
    app_say(app, false, "message.tokens_dropped", names, values);
    app->is_message_from_text = true;
    app->message_due_ms = 0;
}

/* A message goes with the next change, unless it is about the sentence and that is still wrong. A
 * window of another size is no answer to it. */
static void silence_answered(struct app *app, const struct document *before) {
    const struct document *now = &app->study.document;
    bool is_resize = before->width != now->width || before->height != now->height;
    bool is_about_text = app->is_message_from_text || app->has_text_error;
    if (app->presence.message && !is_resize && !is_about_text) app_silence(app);
}

/* A window of another size is no change to be saved. */
static void note_change(struct app *app, const struct document *before) {
    const struct document *now = &app->study.document;
    if (before->width != now->width || before->height != now->height) return;
    bool was_unsaved = app->is_unsaved;
    app->is_unsaved = true;
    if (app->copy) app->copy_due_ms = -1;
    if (!was_unsaved && app->session_path) app_show_title(app);
}

/* With the last change taken back there is no difference to show any more: the stage goes back to
 * now, and undo brings both back together. */
static void end_difference(const struct document *before, struct document *wanted) {
    if (before->shows_difference && !what_if_is_plain(&before->what_if) &&
        what_if_is_plain(&wanted->what_if))
        wanted->shows_difference = false;
}

bool app_change(struct app *app, struct document *wanted, bool is_undoable) {
    struct document before = {0};
    struct file_error error = {0};
    if (!document_copy(&before, &app->study.document)) {
        document_free(wanted);
        app_say(app, true, "message.no_memory", NULL, NULL);
        return false;
    }
    end_difference(&before, wanted);
    bool is_done = study_set(&app->study, wanted, &error);
    document_free(wanted);
    app->needs_picture = true;
    if (!is_done) {
        app_say_text(app, true, error.text);
        document_free(&before);
        return false;
    }
    const struct document *now = &app->study.document;
    bool is_other = !document_equal(&before, now);
    if (is_undoable && is_other) {
        app_history_push(&app->undo, &before);
        app_history_clear(&app->redo);
    }
    if (is_other) {
        note_change(app, &before);
        silence_answered(app, &before);
        begin_motion(app, motion_length(&before, now));
    }
    bool is_pair_other = !file_texts_equal(before.what_if.context, now->what_if.context) ||
                         !file_texts_equal(before.what_if.values, now->what_if.values);
    if (is_pair_other && !app->presence.is_editing) pair_drop_all(app);
    bool is_text_other = strcmp(before.text, now->text) != 0;
    bool is_model_other = strcmp(before.model, now->model) != 0;
    if (is_text_other || is_model_other) say_dropped(app);
    if (is_text_other) app_show_title(app);
    if (before.head != now->head)
        app->presence.rail_scroll = 0; /* the rail goes to the chosen head */
    bool is_other_page = before.step != now->step || before.view != now->view;
    if (is_other_page && now->panel == PANEL_EXPLAIN) app->presence.panel_scroll = 0;
    if (is_model_other || before.language != now->language) app_list_models(app);
    if (app->play_due_ms > 0) app->play_due_ms = -1;
    document_free(&before);
    return is_other;
}

bool app_dispatch(struct app *app, struct ui_action action) {
    const struct action *row = actions_find(action.command);
    return row && row->run ? row->run(app, action) : false;
}

static bool draw(struct app *app) {
    if (app->motion.is_pending) {
        struct draw_list old = app->motion.from;
        app->motion.from = app->list;
        app->list = old;
        app->motion.is_pending = false;
    }
    app_edit_sync(app);
    finder_sync(app);
    app->presence.model_names = app->model_count ? app->model_names : NULL;
    struct picture_request request = {.study = &app->study,
                                      .catalogue = &app->catalogue,
                                      .measurer = &app->measurer,
                                      .part = PICTURE_WINDOW,
                                      .density = app->density,
                                      .presence = &app->presence};
    app->has_picture = picture_draw(&request, &app->list, &app->semantics);
    app->needs_picture = false;
    return app->has_picture;
}

void app_refresh(struct app *app) {
    if (app->needs_picture || !app->has_picture) draw(app);
}

static void play(struct app *app, double now_ms) {
    if (!app->presence.is_playing) return;
    if (app->play_due_ms >= 0 && now_ms >= app->play_due_ms) {
        app_finish_motion(app);
        if (!walk_beat_next(app, (struct ui_action){.command = UI_COMMAND_BEAT_NEXT})) {
            app->presence.is_playing = false;
            app->needs_picture = true;
        }
        app->play_due_ms = -1;
    }
    if (app->play_due_ms < 0) app->play_due_ms = now_ms + app->settings.play_seconds * 1000;
}

static void end_notice(struct app *app, double now_ms) {
    if (app->message_due_ms < 0)
        app->message_due_ms = now_ms + NOTICE_MS;
    else if (app->message_due_ms > 0 && now_ms >= app->message_due_ms)
        app_silence(app);
}

/* The copy is written when nothing has happened for a while, so that it stands in nobody's way. */
static void keep_copy(struct app *app, double now_ms) {
    struct file_error error = {0};
    if (app->copy_due_ms < 0) {
        app->copy_due_ms = now_ms + COPY_MS;
    } else if (app->copy_due_ms > 0 && now_ms >= app->copy_due_ms) {
        app->copy_due_ms = 0;
        if (!session_copy_write(app->copy, &app->study.document, &error))
            app_say_text(app, true, error.text);
    }
}

const struct draw_list *app_picture(struct app *app, double now_ms) {
    export_continue(app, now_ms);
    play(app, now_ms);
    keep_copy(app, now_ms);
    end_notice(app, now_ms);
    app_refresh(app);
    if (!app->has_picture) return NULL;
    struct app_motion *motion = &app->motion;
    if (motion->length_ms <= 0) return &app->list;
    /* One frame ahead: the first picture after a key already differs from the one before it. */
    if (motion->start_ms < 0) motion->start_ms = now_ms - MOTION_FIRST_MS;
    double t = (now_ms - motion->start_ms) / motion->length_ms;
    if (t >= 1) {
        app_finish_motion(app);
        return &app->list;
    }
    float eased = (float)(t <= 0 ? 0 : t * t * (3 - 2 * t));
    if (!draw_list_interpolate(&motion->shown, &motion->from, &app->list, eased)) return &app->list;
    return &motion->shown;
}

double app_next_wake_ms(const struct app *app, double now_ms) {
    if (app->needs_picture || app->motion.length_ms > 0 || export_is_running(app)) return 0;
    bool is_playing = app->presence.is_playing;
    if ((is_playing && app->play_due_ms < 0) || app->message_due_ms < 0 || app->copy_due_ms < 0)
        return 0;
    double due_ms = INFINITY;
    if (is_playing) due_ms = app->play_due_ms;
    if (app->message_due_ms > 0) due_ms = fmin(due_ms, app->message_due_ms);
    if (app->copy_due_ms > 0) due_ms = fmin(due_ms, app->copy_due_ms);
    return due_ms < INFINITY ? fmax(due_ms - now_ms, 0) : -1;
}

bool app_wants_text_input(const struct app *app) {
    return app->presence.is_editing || finder_is_open(app);
}

struct rect app_caret_rect(const struct app *app) {
    const struct semantic_node *node = semantics_by_id(&app->semantics, NODE_CARET);
    return node ? node->rect : rect_make(0, 0, 0, 0);
}

void app_show_title(struct app *app) {
    char printable[200], name[120] = "", title[340];
    if (!app->host.set_title) return;
    const char *slash = app->session_path ? strrchr(app->session_path, '/') : NULL;
    if (slash) text_printable(name, sizeof name - 4, slash + 1, strlen(slash + 1));
    if (slash && app->is_unsaved) strcat(name, " •");
    text_printable(printable, sizeof printable, app->study.document.text,
                   strlen(app->study.document.text));
    snprintf(title, sizeof title, "%s%s%s%sHeadway", printable, printable[0] ? " – " : "", name,
             name[0] ? " – " : "");
    app->host.set_title(app->host.context, title);
}

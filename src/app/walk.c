/* walk.c: commands that change where we are and what is computed: each takes a copy of the
 * document, changes it, and makes it the document. */
#include "app/actions.h"

#include "lesson/steps.h"
#include "lesson/switches.h"

#include <stdio.h>
#include <string.h>

typedef bool walk_function(const struct study *study, struct document *document);

static bool walk(struct app *app, walk_function *function) {
    struct document wanted;
    app->presence.is_blank = false;
    if (!app_copy_document(app, &wanted)) return false;
    if (!function(&app->study, &wanted)) {
        document_free(&wanted);
        return false;
    }
    return app_change(app, &wanted, false);
}

bool walk_beat_next(struct app *app, struct ui_action action) {
    (void)action;
    return walk(app, steps_next_beat);
}

bool walk_beat_back(struct app *app, struct ui_action action) {
    (void)action;
    return walk(app, steps_back_beat);
}

bool walk_step_next(struct app *app, struct ui_action action) {
    (void)action;
    return walk(app, steps_next_step);
}

bool walk_step_back(struct app *app, struct ui_action action) {
    (void)action;
    return walk(app, steps_back_step);
}

static bool go(struct app *app, int layer, int step, int beat) {
    struct document wanted;
    app->presence.is_blank = false;
    if (step < 0 || step >= STEP_COUNT || !app_copy_document(app, &wanted)) return false;
    wanted.layer = layer;
    steps_go(&app->study, &wanted, (enum step)step, beat);
    return app_change(app, &wanted, false);
}

bool walk_step_first(struct app *app, struct ui_action action) {
    (void)action;
    return go(app, 0, STEP_TOKENS, 0);
}

bool walk_step_last(struct app *app, struct ui_action action) {
    (void)action;
    int last = app->study.model.weights.config.layers - 1;
    return go(app, last > 0 ? last : 0, STEP_FEEDFORWARD, BEAT_LAST);
}

/* a: step; with c = 1, b: beat. */
bool walk_step_go(struct app *app, struct ui_action action) {
    return go(app, app->study.document.layer, action.a, action.c == 1 ? action.b : 0);
}

bool walk_play(struct app *app, struct ui_action action) {
    (void)action;
    app->presence.is_playing = !app->presence.is_playing;
    app->play_due_ms = -1;
    app->needs_picture = true;
    return true;
}

/* Where a SET, NEXT or BACK command leads from `now`, among `count`; −1: nowhere. */
static int target(struct ui_action action, enum ui_command next, enum ui_command back, int now,
                  int count) {
    int wanted = action.a;
    if (action.command == next) wanted = now + 1;
    if (action.command == back) wanted = now - 1;
    return wanted >= 0 && wanted < count ? wanted : -1;
}

bool walk_query(struct app *app, struct ui_action action) {
    int wanted_query = target(action, UI_COMMAND_QUERY_NEXT, UI_COMMAND_QUERY_BACK,
                              app->study.document.query, (int)study_tokens(&app->study));
    struct document wanted;
    if (wanted_query < 0 || !app_copy_document(app, &wanted)) return false;
    app->presence.has_stage_scroll = false; /* to where the query is */
    wanted.query = wanted_query;
    if (wanted.cell.source >= 0 && cell_row_tokens(wanted.cell.source) == CELL_TOKENS_QUERIES)
        wanted.cell.row = wanted_query;
    return app_change(app, &wanted, false);
}

bool walk_key(struct app *app, struct ui_action action) {
    int wanted_key = target(action, UI_COMMAND_KEY_NEXT, UI_COMMAND_KEY_BACK,
                            app->study.document.key, (int)study_keys(&app->study));
    struct document wanted;
    if (wanted_key < 0 || !app_copy_document(app, &wanted)) return false;
    wanted.key = wanted_key;
    if (wanted.cell.source >= 0 && cell_columns_are_keys(wanted.cell.source))
        wanted.cell.column = wanted_key;
    else if (wanted.cell.source >= 0 && cell_row_tokens(wanted.cell.source) >= CELL_TOKENS_KEYS)
        wanted.cell.row = wanted_key;
    return app_change(app, &wanted, false);
}

bool walk_head(struct app *app, struct ui_action action) {
    int wanted_head = target(action, UI_COMMAND_HEAD_NEXT, UI_COMMAND_HEAD_BACK,
                             app->study.document.head, app->study.model.weights.config.heads);
    struct document wanted;
    if (wanted_head < 0 || !app_copy_document(app, &wanted)) return false;
    wanted.head = wanted_head;
    if (wanted.cell.source >= 0 && cell_source_is_per_head(wanted.cell.source))
        wanted.cell.head = wanted_head;
    return app_change(app, &wanted, false);
}

bool walk_head_open(struct app *app, struct ui_action action) {
    const struct attention_config *config = &app->study.model.weights.config;
    struct document wanted;
    bool is_there =
        action.a >= 0 && action.a < config->layers && action.b >= 0 && action.b < config->heads;
    if (!is_there || !app_copy_document(app, &wanted)) return false;
    wanted.layer = action.a;
    wanted.head = action.b;
    wanted.view = VIEW_MATRICES;
    wanted.cell.source = -1;
    return app_change(app, &wanted, false);
}

bool walk_layer(struct app *app, struct ui_action action) {
    int wanted_layer = target(action, UI_COMMAND_LAYER_NEXT, UI_COMMAND_LAYER_BACK,
                              app->study.document.layer, app->study.model.weights.config.layers);
    struct document wanted;
    if (wanted_layer < 0 || !app_copy_document(app, &wanted)) return false;
    app->presence.has_stage_scroll = false;
    wanted.layer = wanted_layer;
    return app_change(app, &wanted, false);
}

bool walk_view(struct app *app, struct ui_action action) {
    struct document wanted;
    int view = action.command == UI_COMMAND_VIEW_NEXT
                   ? ((int)app->study.document.view + 1) % VIEW_COUNT
                   : action.a;
    if (view < 0 || view >= VIEW_COUNT || !app_copy_document(app, &wanted)) return false;
    app->presence.has_stage_scroll = false;
    wanted.view = (enum view)view;
    return app_change(app, &wanted, false);
}

bool walk_stride(struct app *app, struct ui_action action) {
    struct document wanted;
    bool is_next = action.command == UI_COMMAND_STRIDE_NEXT;
    int stride = is_next ? ((int)app->study.document.stride + 1) % STRIDE_COUNT : action.a;
    if (stride < 0 || stride >= STRIDE_COUNT || !app_copy_document(app, &wanted)) return false;
    wanted.stride = (enum stride)stride;
    wanted.beat = 0; /* beats of one stride mean nothing in another */
    bool is_done = app_change(app, &wanted, false);
    app_keep_settings(app);
    return is_done;
}

bool walk_answer(struct app *app, struct ui_action action) {
    int question = steps_prediction(app->study.document.step);
    bool is_skip = action.command == UI_COMMAND_PREDICT_SKIP;
    struct document wanted;
    if (question < 0 || !steps_is_question_open(&app->study)) return false;
    if (!is_skip && (action.a < 0 || (size_t)action.a >= study_keys(&app->study))) return false;
    if (!app_copy_document(app, &wanted)) return false;
    wanted.answers[question] = is_skip ? PREDICT_SKIPPED : action.a;
    return app_change(app, &wanted, true);
}

bool walk_predict_toggle(struct app *app, struct ui_action action) {
    (void)action;
    struct document wanted;
    if (!app_copy_document(app, &wanted)) return false;
    wanted.is_predict_off = !wanted.is_predict_off;
    bool is_done = app_change(app, &wanted, false);
    app_keep_settings(app);
    return is_done;
}

bool walk_mask(struct app *app, struct ui_action action) {
    (void)action;
    struct document wanted;
    if (!app_copy_document(app, &wanted)) return false;
    int mask = study_is_masked(&app->study) ? MASK_NONE : MASK_CAUSAL;
    switch_choose(&app->study, &wanted.what_if, SWITCH_MASK, mask - (int)MASK_NONE);
    return app_change(app, &wanted, true);
}

bool walk_scaling(struct app *app, struct ui_action action) {
    (void)action;
    struct document wanted;
    if (!app_copy_document(app, &wanted)) return false;
    switch_choose(&app->study, &wanted.what_if, SWITCH_SCALING, study_is_scaled(&app->study));
    return app_change(app, &wanted, true);
}

bool walk_terms(struct app *app, struct ui_action action) {
    (void)action;
    struct document wanted;
    if (!app_copy_document(app, &wanted)) return false;
    wanted.shows_all_terms = !wanted.shows_all_terms;
    return app_change(app, &wanted, false);
}

/* The look belongs to the room and the screen, not to the sentence: undo leaves it. */
static void keep_look(struct document *to, const struct document *from) {
    to->theme = from->theme;
    to->map = from->map;
    to->language = from->language;
    to->width = from->width;
    to->height = from->height;
    to->scale_percent = from->scale_percent;
    to->is_presentation = from->is_presentation;
    to->panel = from->panel;
    to->is_predict_off = from->is_predict_off;
    to->shows_all_terms = from->shows_all_terms;
}

static bool travel(struct app *app, struct app_history *from, struct app_history *to) {
    if (from->count == 0) return false;
    struct document wanted = {0}, now;
    if (!document_copy(&wanted, &from->documents[from->count - 1])) return false;
    if (!app_copy_document(app, &now)) {
        document_free(&wanted);
        return false;
    }
    keep_look(&wanted, &now);
    bool is_done = app_change(app, &wanted, false);
    if (is_done) {
        app_history_push(to, &now);
        app_history_pop(from);
    }
    document_free(&now);
    return is_done;
}

bool walk_undo(struct app *app, struct ui_action action) {
    (void)action;
    return travel(app, &app->undo, &app->redo);
}

bool walk_redo(struct app *app, struct ui_action action) {
    (void)action;
    return travel(app, &app->redo, &app->undo);
}

bool walk_example(struct app *app, struct ui_action action) {
    char key[32];
    struct document wanted;
    snprintf(key, sizeof key, "empty.example%d", (int)action.a + 1);
    const char *text = app_words(app, key);
    app_edit_end(app);
    if (strcmp(text, key) == 0 || !app_copy_document(app, &wanted)) return false;
    if (!document_set_text(&wanted, text, strlen(text))) {
        document_free(&wanted);
        return false;
    }
    wanted.query = wanted.key = 0;
    wanted.cell.source = -1;
    return app_change(app, &wanted, true);
}

bool walk_model_set(struct app *app, struct ui_action action) {
    struct document wanted;
    app_menu_close(app);
    if (action.a < 0 || action.a >= app->model_count || !app_copy_document(app, &wanted))
        return false;
    if (!document_set_model(&wanted, app->model_specs[action.a])) {
        document_free(&wanted);
        return false;
    }
    what_if_forget_model(&wanted.what_if);
    bool is_done = app_change(app, &wanted, true);
    if (is_done) {
        snprintf(app->settings.model, sizeof app->settings.model, "%s", app->model_specs[action.a]);
        app_keep_settings(app);
    }
    return is_done;
}

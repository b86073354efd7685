/* change.c: commands of the what-if: each changes one thing about how attention is computed, and
 * can be undone. */
#include "app/actions.h"
#include "app/pair.h"

#include "lesson/painting.h"
#include "lesson/selection.h"
#include "lesson/switches.h"

/* A copy of the document whose what-if may be changed. */
static bool begin(struct app *app, struct document *wanted) {
    app->presence.is_blank = false;
    return app_copy_document(app, wanted);
}

/* Where the token that begins at this byte of the text stands in the pass now; `otherwise` when
 * none does. */
static int place_of(const struct app *app, size_t start, int otherwise) {
    const struct token_list *tokens = &app->study.tokens;
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->tokens[i].start == start) return (int)i;
    return otherwise;
}

/* Words in another order: the focus stays with the words that had it. */
static bool reorder(struct app *app, struct document *wanted) {
    const struct token_list *tokens = &app->study.tokens;
    size_t query = (size_t)wanted->query, key = (size_t)wanted->key;
    size_t query_start = query < tokens->count ? tokens->tokens[query].start : 0;
    size_t key_start = key < tokens->count ? tokens->tokens[key].start : 0;
    struct document follower;
    if (!app_change(app, wanted, true) || !app_copy_document(app, &follower)) return false;
    follower.query = place_of(app, query_start, follower.query);
    if (!study_has_context(&app->study)) follower.key = place_of(app, key_start, follower.key);
    follower.cell.source = -1;
    app_change(app, &follower, false);
    return true;
}

bool change_choice(struct app *app, struct ui_action action) {
    struct document wanted;
    if (action.a < 0 || action.a >= SWITCH_COUNT || !begin(app, &wanted)) return false;
    switch_choose(&app->study, &wanted.what_if, (enum switch_id)action.a, action.b);
    if (wanted.what_if.shuffle_seed != app->study.document.what_if.shuffle_seed)
        return reorder(app, &wanted);
    return app_change(app, &wanted, true);
}

bool change_dial(struct app *app, struct ui_action action) {
    struct document wanted;
    if (action.a < 0 || action.a >= DIAL_COUNT || !begin(app, &wanted)) return false;
    dial_turn(&app->study, &wanted.what_if, (enum dial_id)action.a, action.b);
    return app_change(app, &wanted, action.c == 0);
}

bool change_head(struct app *app, struct ui_action action) {
    struct document wanted;
    int heads = app->study.model.weights.config.heads;
    if (action.a < 0 || action.a >= heads || !begin(app, &wanted)) return false;
    what_if_set_head(&wanted.what_if, wanted.layer, action.a, action.b != 0);
    return app_change(app, &wanted, true);
}

/* Takes a text away. Without values of its own a context that waited for them is taken. */
bool change_text(struct app *app, struct ui_action action) {
    struct document wanted;
    if (action.a != EDIT_CONTEXT && action.a != EDIT_VALUES) return false;
    app_edit_end(app);
    pair_drop(app, (enum edit_field)action.a);
    if (action.a == EDIT_CONTEXT) pair_drop_all(app);
    if (!begin(app, &wanted)) return false;
    const char *waiting = app->waiting[EDIT_CONTEXT];
    bool is_set = action.a == EDIT_CONTEXT ? what_if_set_context(&wanted.what_if, NULL)
                                           : what_if_set_values(&wanted.what_if, NULL);
    if (is_set && waiting) is_set = what_if_set_context(&wanted.what_if, waiting);
    if (is_set) return app_change(app, &wanted, true);
    document_free(&wanted);
    return false;
}

/* The cell of scores or weights that is explained, chosen or the beat's own, else the query and key
 * in focus: hidden from each other, or shown again. */
bool change_paint(struct app *app, struct ui_action action) {
    (void)action;
    struct document wanted;
    const struct document *now = &app->study.document;
    const struct document_cell cell = selection_of(&app->study);
    bool is_cell = cell.source >= 0 && cell_columns_are_keys(cell.source);
    int query = is_cell ? cell.row : now->query, key = is_cell ? cell.column : now->key;
    bool is_in = (size_t)query < study_tokens(&app->study) && (size_t)key < study_keys(&app->study);
    if (!is_in || !begin(app, &wanted)) return false;
    bool is_hidden = !painting_allows(&app->study, query, key);
    const struct painting_place place = {query, key};
    if (painting_stroke(&app->study, &wanted, place, place, is_hidden)) {
        painting_settle(&app->study, &wanted);
        return app_change(app, &wanted, true);
    }
    document_free(&wanted);
    app_say(app, true, "message.no_memory", NULL, NULL);
    return false;
}

bool change_reset(struct app *app, struct ui_action action) {
    (void)action;
    struct document wanted;
    app_edit_end(app);
    pair_drop_all(app);
    if (what_if_is_plain(&app->study.document.what_if) || !begin(app, &wanted)) return false;
    what_if_free(&wanted.what_if);
    what_if_init(&wanted.what_if);
    return app_change(app, &wanted, true);
}

/* What the stage shows: a look at the same document, like another view, and no step of undo. */
bool change_difference(struct app *app, struct ui_action action) {
    struct document wanted;
    bool is_on = action.command == UI_COMMAND_DIFFERENCE_TOGGLE
                     ? !app->study.document.shows_difference
                     : action.b != 0;
    if (is_on && what_if_is_plain(&app->study.document.what_if)) {
        app_say(app, false, "difference.nothing", NULL, NULL);
        return false;
    }
    if (!begin(app, &wanted)) return false;
    wanted.shows_difference = is_on;
    return app_change(app, &wanted, false);
}

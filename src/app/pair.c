/* pair.c: the texts of cross-attention that wait for each other. */
#include "app/pair.h"

#include "app/actions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_of_pair(enum edit_field field) {
    return field == EDIT_CONTEXT || field == EDIT_VALUES;
}

static enum edit_field other_of(enum edit_field field) {
    return field == EDIT_CONTEXT ? EDIT_VALUES : EDIT_CONTEXT;
}

const char *pair_text(const struct app *app, enum edit_field field) {
    if (app->presence.is_editing && app->presence.edited_field == field && app->editor.text)
        return app->editor.text;
    return app->waiting[field] ? app->waiting[field] : field_text(&app->study.document, field);
}

/* Tokens of the text; 0 also where there is no memory to count them. */
static size_t count_tokens(const struct app *app, enum edit_field field) {
    const char *text = pair_text(app, field);
    struct token_list tokens = {0};
    if (!tokens_split(app->study.model.tokenizer, text, strlen(text), &tokens, NULL)) return 0;
    size_t count = tokens.count;
    tokens_free(&tokens);
    return count;
}

bool pair_waits(const struct app *app) {
    size_t context = count_tokens(app, EDIT_CONTEXT), values = count_tokens(app, EDIT_VALUES);
    return context > 0 && values > 0 && context != values;
}

bool pair_set(const struct app *app, struct document *wanted) {
    /* Without a context the values go, too. */
    return what_if_set_context(&wanted->what_if, pair_text(app, EDIT_CONTEXT)) &&
           (!wanted->what_if.context ||
            what_if_set_values(&wanted->what_if, pair_text(app, EDIT_VALUES)));
}

void pair_note(const struct app *app, enum edit_field field, char *out, size_t out_bytes) {
    static const char *const names[] = {"own", "other", "count", NULL};
    size_t own = count_tokens(app, field), other = count_tokens(app, other_of(field));
    char numbers[3][24];
    snprintf(numbers[0], sizeof numbers[0], "%zu", own);
    snprintf(numbers[1], sizeof numbers[1], "%zu", other);
    snprintf(numbers[2], sizeof numbers[2], "%zu", own < other ? other - own : own - other);
    const char *const values[] = {numbers[0], numbers[1], numbers[2], NULL};
    catalogue_fill(out, out_bytes,
                   app_words(app, own < other ? "field.waits.more" : "field.waits.less"), names,
                   values);
}

void pair_drop(struct app *app, enum edit_field field) {
    free(app->waiting[field]);
    app->waiting[field] = NULL;
    app->needs_picture = true;
}

void pair_drop_all(struct app *app) {
    pair_drop(app, EDIT_CONTEXT);
    pair_drop(app, EDIT_VALUES);
}

void pair_keep(struct app *app) {
    enum edit_field field = app->presence.edited_field;
    if (!is_of_pair(field) || !app->has_text_error || !pair_waits(app)) return;
    char *copy = strdup(app->editor.text);
    pair_drop(app, field);
    app->waiting[field] = copy;
    if (!copy) app_say(app, true, "message.no_memory", NULL, NULL);
}

void pair_sync(struct app *app) {
    struct picture_presence *presence = &app->presence;
    for (int field = EDIT_CONTEXT; field <= EDIT_VALUES; field++) {
        bool is_edited = presence->is_editing && presence->edited_field == (enum edit_field)field;
        bool waits = app->waiting[field] && !is_edited;
        presence->waiting_text[field] = waits ? app->waiting[field] : NULL;
        presence->waiting_note[field] = NULL;
        if (!waits) continue;
        pair_note(app, (enum edit_field)field, app->waiting_note[field],
                  sizeof app->waiting_note[field]);
        presence->waiting_note[field] = app->waiting_note[field];
    }
}

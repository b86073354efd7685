/* edit.c: the text fields: the sentence, and in the panel the context and its values. The editor
 * holds the text being typed; every change of it is made the document at once, so that every
 * picture follows within the frame. */
#include "app/actions.h"
#include "app/pair.h"
#include "app/typing.h"

#include "models/tokens.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The document's text that is edited. */
static const char *edited(const struct app *app) {
    return field_text(&app->study.document, app->presence.edited_field);
}

static bool is_edited_in(const struct app *app) {
    return strcmp(app->editor.text, edited(app)) == 0;
}

bool app_edit_begin(struct app *app, enum edit_field field) {
    if (app->presence.is_editing && app->presence.edited_field == field) return true;
    app_edit_end(app);
    editor_free(&app->editor);
    if (field == EDIT_NUMBER) {
        if (!app_number_begin(app)) return false;
    } else if (!editor_init(&app->editor, pair_text(app, field), TEXT_MAX_BYTES) ||
               !document_copy(&app->before_edit, &app->study.document)) {
        editor_free(&app->editor);
        app_say(app, true, "message.no_memory", NULL, NULL);
        return false;
    }
    app->presence.is_editing = true;
    app->presence.edited_field = field;
    app->presence.is_cursor_active = false;
    app->presence.focus_id = NODE_FIELD + (uint32_t)field;
    app->has_text_error = app->waiting[field] != NULL;
    if (app->has_text_error) pair_note(app, field, app->field_error, sizeof app->field_error);
    app->needs_picture = true;
    if (field != EDIT_SENTENCE) app_show_focus(app);
    return true;
}

/* Whether editing has changed a text: with context and values, either. */
static bool is_other_text(const struct app *app) {
    for (int field = EDIT_SENTENCE; field <= EDIT_VALUES; field++)
        if (strcmp(field_text(&app->before_edit, (enum edit_field)field),
                   field_text(&app->study.document, (enum edit_field)field)) != 0)
            return true;
    return false;
}

/* The field closes. A text is the document's already; a number is, once app_number_commit took it. */
static void leave(struct app *app) {
    enum edit_field field = app->presence.edited_field;
    bool is_changed = field != EDIT_NUMBER && is_other_text(app);
    app->presence.is_editing = false;
    app->presence.focus_id = 0;
    app->is_dragging = false;
    if (app->has_text_error && field == EDIT_SENTENCE) app_silence(app);
    app->has_text_error = false;
    editor_free(&app->editor);
    if (is_changed) {
        app_history_push(&app->undo, &app->before_edit);
        app_history_clear(&app->redo);
    }
    app->needs_picture = true;
}

void app_edit_end(struct app *app) {
    if (!app->presence.is_editing) return;
    /* The field goes, and with it a number that cannot be taken: why is said above. */
    if (app->presence.edited_field == EDIT_NUMBER && !app_number_commit(app) && app->has_text_error)
        app_say_text(app, true, app->field_error);
    pair_keep(app);
    leave(app);
}

void app_edit_drop(struct app *app) {
    if (app->presence.is_editing) leave(app);
}

/* Enter and Esc: Esc leaves a number as it was; Enter keeps the field open while it is wrong. */
static void leave_by_key(struct app *app, int key) {
    bool is_number = app->presence.edited_field == EDIT_NUMBER;
    if (is_number && key == KEY_ENTER && !app_number_commit(app)) return;
    if (!is_number) pair_drop(app, app->presence.edited_field); /* Esc: as the document says */
    leave(app);
    if (is_number && app->returns_to_cursor) app->presence.is_cursor_active = true;
}

void app_edit_sync(struct app *app) {
    struct picture_presence *presence = &app->presence;
    presence->edited_text = NULL;
    presence->composition = NULL;
    presence->field_error = NULL;
    presence->is_field_waiting = false;
    presence->caret = presence->anchor = 0;
    if (presence->is_editing && presence->edited_field == EDIT_NUMBER && !app_number_is_there(app))
        leave(app);
    pair_sync(app);
    if (!presence->is_editing) return;
    presence->caret = app->editor.caret;
    presence->anchor = app->editor.anchor;
    presence->composition = app->editor.composition;
    presence->composition_caret = app->editor.composition_caret;
    if (!app->has_text_error && presence->edited_field != EDIT_NUMBER) return;
    presence->edited_text = app->editor.text;
    if (app->has_text_error && presence->edited_field != EDIT_SENTENCE)
        presence->field_error = app->field_error;
    presence->is_field_waiting =
        presence->field_error && presence->edited_field != EDIT_NUMBER && pair_waits(app);
}

static bool set_text(struct app *app, struct document *wanted) {
    if (app->presence.edited_field == EDIT_SENTENCE)
        return document_set_text(wanted, app->editor.text, app->editor.bytes);
    return pair_set(app, wanted);
}

/* Context and values of other lengths: what is typed waits for the rest, and the last good picture
 * stays. False: nothing has to wait. */
static bool wait_for_other(struct app *app) {
    enum edit_field field = app->presence.edited_field;
    if (field == EDIT_SENTENCE || !pair_waits(app)) return false;
    app->has_text_error = true;
    pair_note(app, field, app->field_error, sizeof app->field_error);
    return true;
}

/* The editor's text becomes the document's. */
static void publish(struct app *app, enum editor_result result) {
    struct document wanted;
    app->needs_picture = true;
    if (result == EDITOR_NO_MEMORY) {
        app_say(app, true, "message.no_memory", NULL, NULL);
        return;
    }
    if (app->presence.edited_field == EDIT_NUMBER) {
        app->has_text_error = false; /* read again with Enter */
        return;
    }
    bool is_due = !is_edited_in(app) || app->has_text_error;
    if (is_due && !wait_for_other(app) && app_copy_document(app, &wanted)) {
        if (!set_text(app, &wanted)) {
            document_free(&wanted);
            app_say(app, true, "message.no_memory", NULL, NULL);
            return;
        }
        bool had_error = app->has_text_error,
             is_sentence = app->presence.edited_field == EDIT_SENTENCE;
        app_change(app, &wanted, false);
        /* app_change says why a text cannot be taken; the field keeps it. */
        app->has_text_error = !is_edited_in(app);
        if (!app->has_text_error && !is_sentence) pair_drop_all(app);
        if (app->has_text_error && !is_sentence) {
            snprintf(app->field_error, sizeof app->field_error, "%.500s", app->message);
            app_silence(app); /* it stands under its own field */
        }
        if (had_error && !app->has_text_error && is_sentence) app_silence(app);
    }
    if (app->presence.edited_field != EDIT_SENTENCE)
        app_show_focus(app); /* what it did takes room */
    if (result == EDITOR_CUT) {
        app_say(app, true, "message.text_cut", NULL, NULL);
        app->is_message_from_text = true;
    }
}

void app_edit_text(struct app *app, const char *text, bool is_typed) {
    if (!app->presence.is_editing || !text) return;
    editor_compose(&app->editor, NULL, 0);
    publish(app, editor_insert(&app->editor, text, strlen(text), is_typed));
}

void app_edit_compose(struct app *app, const char *text, int caret) {
    if (!app->presence.is_editing) return;
    editor_compose(&app->editor, text, caret);
    app->needs_picture = true;
}

bool app_edit_key(struct app *app, const struct input *input) {
    if (!app->presence.is_editing) return false;
    /* The input method has the keys while something is being composed. */
    if (app->editor.composition) return true;
    app->needs_picture = true;
    /* A text that cannot be taken is not thrown away by Enter: it stays, with the reason. */
    if (input->key == KEY_ENTER && app->has_text_error) {
        publish(app, EDITOR_DONE);
        return true;
    }
    if (input->key == KEY_ENTER || (input->key == KEY_ESCAPE && !input->modifiers)) {
        leave_by_key(app, input->key);
        return true;
    }
    enum typing typing = typing_key(&app->editor, &app->host, input);
    if (typing != TYPING_OTHER) {
        if (typing != TYPING_TAKEN) publish(app, typing_result(typing));
        return true;
    }
    if (input->key == KEY_UP || input->key == KEY_DOWN) return !(input->modifiers & INPUT_CTRL);
    /* What another key does may lead away from the number's cell. */
    bool is_away = app->presence.edited_field == EDIT_NUMBER && input->key != KEY_TAB &&
                   actions_for_key(app, input).command != UI_COMMAND_NONE;
    if (is_away) app_edit_end(app);
    return false;
}

/* The byte of a token's text that stands nearest to x on its chip. The type size of the field is
 * the view's business: widths are compared with the whole token's, between the paddings of the
 * chip. */
static size_t byte_in_token(const struct app *app, const struct token *token,
                            const struct semantic_node *node, float x) {
    const char *text = app->editor.text + token->start;
    const float size_px = 32;
    float padding = 8 * app->density * (float)app->study.document.scale_percent / 100;
    float room = node->rect.w - 2 * padding;
    float whole = text_width(&app->measurer, TEXT_WORDS_MEDIUM, size_px, text, token->bytes);
    float wanted = room > 0 ? (x - node->rect.x - padding) / room * whole : 0;
    size_t best = 0;
    float best_distance = fabsf(wanted);
    for (size_t at = 1; at <= token->bytes; at++) {
        if (at < token->bytes && ((unsigned char)text[at] & 0xC0) == 0x80) continue;
        float width = text_width(&app->measurer, TEXT_WORDS_MEDIUM, size_px, text, at);
        if (fabsf(wanted - width) < best_distance) {
            best_distance = fabsf(wanted - width);
            best = at;
        }
    }
    return token->start + best;
}

/* The byte of the text nearest to x in its field. */
static size_t byte_at(struct app *app, float x) {
    app_refresh(app);
    enum edit_field which = app->presence.edited_field;
    const struct token_list *tokens = field_tokens(&app->study, which);
    enum ui_command command = which == EDIT_SENTENCE ? UI_COMMAND_QUERY_SET : UI_COMMAND_NONE;
    const struct semantic_node *field =
        semantics_by_id(&app->semantics, NODE_FIELD + (uint32_t)which);
    const struct semantic_node *best = NULL;
    float best_distance = INFINITY;
    for (size_t i = 0; field && i < app->semantics.count; i++) {
        const struct semantic_node *node = &app->semantics.nodes[i];
        bool is_segment = node->role == ROLE_TOKEN && node->rect.w > 0 &&
                          node->action.command == command && rect_overlap(node->rect, field->rect);
        if (!is_segment) continue;
        float distance = x < node->rect.x             ? node->rect.x - x
                         : x > rect_right(node->rect) ? x - rect_right(node->rect)
                                                      : 0;
        if (distance < best_distance) {
            best_distance = distance;
            best = node;
        }
    }
    if (best && which == EDIT_NUMBER) {
        const struct token all = {.start = 0, .bytes = (unsigned)app->editor.bytes};
        return byte_in_token(app, &all, best, x);
    }
    if (!best || best->action.a < 0 || (size_t)best->action.a >= tokens->count)
        return app->editor.bytes;
    return byte_in_token(app, &tokens->tokens[best->action.a], best, x);
}

void app_edit_point(struct app *app, const struct input *input) {
    if (app->has_text_error && app->presence.edited_field != EDIT_NUMBER)
        return; /* the segments on the screen are not the editor's text */
    size_t byte = byte_at(app, input->x);
    if (input->clicks >= 3)
        editor_select_all(&app->editor);
    else if (input->clicks == 2)
        editor_select_word(&app->editor, byte);
    else
        editor_place(&app->editor, byte, input->modifiers & INPUT_SHIFT);
    app->is_dragging = true;
    app->needs_picture = true;
}

void app_edit_drag(struct app *app, float x) {
    if (!app->is_dragging || !app->presence.is_editing || app->has_text_error) return;
    editor_place(&app->editor, byte_at(app, x), true);
    app->needs_picture = true;
}

/* say.c: the sentence under the field: what was done, what cannot be, and why. */
#include "app/app.h"

#include <stdio.h>
#include <string.h>

static void show_message(struct app *app, bool is_error, const char *text) {
    snprintf(app->message, sizeof app->message, "%s", text);
    /* A sentence cut in the middle of a character would not be UTF-8 any more. */
    size_t bytes = strlen(app->message);
    if (bytes + 1 == sizeof app->message)
        while (bytes && ((unsigned char)app->message[bytes] & 0xC0) != 0xC0 &&
               (unsigned char)app->message[bytes - 1] >= 0x80)
            app->message[--bytes] = 0;
    app->presence.message = app->message;
    app->presence.is_message_error = is_error;
    app->is_message_from_text = false;
    app->message_due_ms = is_error ? 0 : -1;
    app->needs_picture = true;
}

void app_say_text(struct app *app, bool is_error, const char *text) {
    char sentence[sizeof app->message];
    catalogue_sentence(&app->catalogue, app->study.document.language, text, sentence,
                       sizeof sentence);
    show_message(app, is_error, sentence);
}

void app_say(struct app *app, bool is_error, const char *key, const char *const *names,
             const char *const *values) {
    static const char *const none[] = {NULL};
    char text[sizeof app->message];
    catalogue_fill(text, sizeof text, app_words(app, key), names ? names : none,
                   values ? values : none);
    show_message(app, is_error, text);
}

void app_silence(struct app *app) {
    app->presence.message = NULL;
    app->presence.is_message_error = false;
    app->is_message_from_text = false;
    app->message_due_ms = 0;
    app->needs_picture = true;
}

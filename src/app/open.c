/* open.c: what comes from files: sentences, pictures that carry a document, model folders; the list
 * of models to choose from; and the settings going back to their file. */
#include "app/open.h"

#include "app/actions.h"
#include "app/mask_file.h"
#include "app/session.h"
#include "files/json.h"
#include "files/picture_text.h"
#include "files/png_file.h"
#include "models/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MAX_BYTES ((size_t)256 << 20)

static bool no_memory(struct file_error *error) {
    return file_error_set(error, "no memory is left for this file; close other programs");
}

static bool is_png(const struct file_bytes *bytes) {
    static const uint8_t mark[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
    return bytes->size >= sizeof mark && memcmp(bytes->data, mark, sizeof mark) == 0;
}

/* JSON into *document, which stays on failure. */
static bool document_from_bytes(const char *path, const void *data, size_t size,
                                struct document *document, struct file_error *error) {
    struct file_error why = {0};
    struct document read = {0};
    json_t *json = file_json_parse(path, data, size, error);
    bool is_done = json && document_from_json(json, &read, &why);
    if (json && !is_done) file_error_set(error, "%.200s: %s", path, why.text);
    json_decref(json);
    if (!is_done) return false;
    document_free(document);
    *document = read;
    return true;
}

/* An object with the key that every document has: no sentence begins like that. */
static bool is_session(const struct file_bytes *bytes) {
    static const char key[] = "\"headway\"";
    const char *text = (const char *)bytes->data;
    size_t start = strspn(text, " \t\r\n");
    return text[start] == '{' && strstr(text + start, key) != NULL;
}

/* What the bytes are, by their beginning. */
static enum open_kind kind_of(const struct file_bytes *bytes) {
    if (is_png(bytes) || picture_text_is_pdf(bytes) || picture_text_is_svg(bytes) ||
        picture_text_is_webp(bytes) || picture_text_is_gif(bytes))
        return OPEN_PICTURE;
    return is_session(bytes) ? OPEN_SESSION : OPEN_TEXT;
}

/* The text that a picture carries; NULL: none. */
static bool text_of_picture(const struct file_bytes *bytes, char **text, struct file_error *error) {
    if (picture_text_is_pdf(bytes)) return picture_text_of_pdf(bytes, text, error);
    if (picture_text_is_svg(bytes)) return picture_text_of_svg(bytes, text, error);
    if (picture_text_is_webp(bytes)) return picture_text_of_webp(bytes, text, error);
    if (picture_text_is_gif(bytes)) return picture_text_of_gif(bytes, text, error);
    return png_file_decode(bytes->data, bytes->size, NULL, NULL, NULL, "headway", text, error);
}

/* The document in a picture; the window keeps its own size. */
static bool document_from_picture(const char *path, const struct file_bytes *bytes,
                                  struct document *document, struct file_error *error) {
    char *text = NULL;
    struct file_error why = {0};
    if (!text_of_picture(bytes, &text, &why))
        return file_error_set(error, "%.200s: %s", path, why.text);
    if (!text)
        return file_error_set(error,
                              "%s: the picture carries no Headway document; open one that Headway "
                              "saved",
                              path);
    bool is_done = document_from_bytes(path, text, strlen(text), document, error);
    free(text);
    return is_done;
}

bool open_session(const char *path, struct document *document, struct file_error *error) {
    struct file_bytes bytes = {0};
    if (!file_read_whole(path, OPEN_MAX_BYTES, &bytes, error)) return false;
    bool is_done = kind_of(&bytes) == OPEN_PICTURE
                       ? document_from_picture(path, &bytes, document, error)
                       : document_from_bytes(path, bytes.data, bytes.size, document, error);
    file_bytes_free(&bytes);
    return is_done;
}

/* At most `most` bytes of text[size], and no character in two. */
static size_t cut_length(const uint8_t *text, size_t size, size_t most) {
    if (size <= most) return size;
    size_t cut = most;
    for (int back = 0; back < 3 && cut > 0 && (text[cut] & 0xC0) == 0x80; back++)
        cut--;
    return cut;
}

bool open_text(const struct file_bytes *bytes, struct document *document, struct text_loss *loss,
               struct file_error *error) {
    *loss = (struct text_loss){.context_replaced = loss->context_replaced};
    size_t size = bytes->size;
    while (size && (bytes->data[size - 1] == '\n' || bytes->data[size - 1] == '\r'))
        size--;
    size_t used = cut_length(bytes->data, size, TEXT_MAX_BYTES);
    char *text = file_utf8_repair(bytes->data, used, &loss->replaced);
    if (!text) return no_memory(error);
    /* The repaired text may be longer than the bytes were. */
    size_t repaired = strlen(text), fits = cut_length((uint8_t *)text, repaired, TEXT_MAX_BYTES);
    loss->left_out_bytes = size - used + (repaired - fits);
    bool is_done = document_set_text(document, text, fits);
    free(text);
    return is_done ? true : no_memory(error);
}

/* Some editors begin a text with U+FEFF to say that it is UTF-8: it belongs to no word. */
static bool open_text_bytes(const struct file_bytes *bytes, struct document *document,
                            struct text_loss *loss, struct file_error *error) {
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    bool is_marked = bytes->size >= sizeof mark && memcmp(bytes->data, mark, sizeof mark) == 0;
    size_t skipped = is_marked ? sizeof mark : 0;
    struct file_bytes text = {.data = bytes->data + skipped, .size = bytes->size - skipped};
    return open_text(&text, document, loss, error);
}

bool open_text_file(const char *path, struct document *document, struct text_loss *loss,
                    struct file_error *error) {
    struct file_bytes bytes = {0};
    *loss = (struct text_loss){.context_replaced = loss->context_replaced};
    if (!file_read_whole(path, OPEN_MAX_BYTES, &bytes, error)) return false;
    bool is_done = open_text_bytes(&bytes, document, loss, error);
    file_bytes_free(&bytes);
    return is_done;
}

/* One of the two files of a model folder, named in place of the folder. */
static bool is_in_model(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return strcmp(name, "config.json") == 0 || strcmp(name, "model.safetensors") == 0;
}

static bool read_kind(const char *path, const struct file_bytes *bytes, enum open_kind kind,
                      struct document *document, struct text_loss *loss,
                      struct file_error *error) {
    switch (kind) {
    case OPEN_PICTURE:
        return document_from_picture(path, bytes, document, error);
    case OPEN_SESSION:
        return document_from_bytes(path, bytes->data, bytes->size, document, error);
    default:
        return open_text_bytes(bytes, document, loss, error);
    }
}

bool open_into_document(const char *path, struct document *document, enum open_kind *kind,
                        struct text_loss *loss, struct file_error *error) {
    *loss = (struct text_loss){0};
    if (strcmp(path, "-") != 0 && file_is_folder(path)) {
        if (kind) *kind = OPEN_MODEL;
        what_if_forget_model(&document->what_if);
        return document_set_model(document, path) ? true : no_memory(error);
    }
    if (is_in_model(path))
        return file_error_set(error, "%.200s: this is a file of a model; open the folder it is in",
                              path);
    struct file_bytes bytes = {0};
    if (!file_read_whole(path, OPEN_MAX_BYTES, &bytes, error)) return false;
    enum open_kind found = kind_of(&bytes);
    if (kind) *kind = found;
    bool is_done = read_kind(path, &bytes, found, document, loss, error);
    file_bytes_free(&bytes);
    return is_done;
}

/* A window keeps its size, whatever is opened in it. */
static void keep_window(struct document *to, const struct document *from) {
    to->width = from->width;
    to->height = from->height;
}

/* The look has come with the file: it is not what was chosen here for all times to come. */
static void take_look(struct app *app, bool was_presentation) {
    const struct document *now = &app->study.document;
    app->start_look = *now;
    app->start_look.text = app->start_look.model = NULL;
    app->start_look.unknown = NULL;
    if (app->host.set_fullscreen && now->is_presentation != was_presentation)
        app->host.set_fullscreen(app->host.context, now->is_presentation);
}

void open_say_loss(struct app *app, const struct text_loss *loss) {
    if (loss->left_out_bytes) {
        app_say(app, true, "message.text_cut", NULL, NULL);
        app->is_message_from_text = true;
    } else if (loss->replaced) {
        static const char *const names[] = {"count", NULL};
        char number[24];
        snprintf(number, sizeof number, "%zu", loss->replaced);
        const char *const values[] = {number, NULL};
        app_say(app, false, "message.repaired", names, values);
    }
}

void open_note(struct app *app, enum open_kind kind, const char *path) {
    bool is_whole = kind == OPEN_SESSION || kind == OPEN_PICTURE;
    if (app->state_folder && strcmp(path, "-") != 0) session_recent_add(app->state_folder, path);
    if (is_whole) session_set_path(app, kind == OPEN_SESSION ? path : NULL);
    if (kind == OPEN_MODEL) app_add_model(app, path);
}

/* Lines of 0 and 1 alone, two or more: a mask for the sentence that is there. A single line may be a
 * sentence. */
static bool read_mask(const char *path, struct painted_mask *out) {
    *out = (struct painted_mask){0};
    if (strcmp(path, "-") == 0 || file_is_folder(path) || !mask_file_read(path, out, NULL)) return false;
    if (out->rows > 1) return true;
    free(out->allowed);
    return false;
}

/* Takes the mask over. */
static bool open_mask(struct app *app, struct painted_mask *mask) {
    size_t n = study_tokens(&app->study), m = study_keys(&app->study);
    bool fits = mask->rows == n && mask->columns == m;
    static const char *const names[] = {"rows", "columns", "queries", "keys", NULL};
    char numbers[4][24];
    const size_t counts[] = {mask->rows, mask->columns, n, m};
    for (int i = 0; i < 4; i++)
        snprintf(numbers[i], sizeof numbers[i], "%zu", counts[i]);
    const char *const values[] = {numbers[0], numbers[1], numbers[2], numbers[3], NULL};
    struct document wanted;
    if (!fits || !app_copy_document(app, &wanted)) {
        free(mask->allowed);
        if (!fits) app_say(app, true, "message.mask_shape", names, values);
        return false;
    }
    free(wanted.what_if.painted.allowed);
    wanted.what_if.painted = *mask;
    wanted.what_if.mask = MASK_PAINTED;
    app_change(app, &wanted, true);
    app_say(app, false, "message.mask_taken", names, values);
    return true;
}

bool app_open(struct app *app, const char *path) {
    struct painted_mask mask;
    struct document wanted;
    struct file_error error = {0};
    struct text_loss loss = {0};
    enum open_kind kind = OPEN_TEXT;
    bool was_presentation = app->study.document.is_presentation;
    app_edit_end(app);
    app_menu_close(app);
    if (read_mask(path, &mask)) return open_mask(app, &mask);
    if (!app_copy_document(app, &wanted)) return false;
    if (!open_into_document(path, &wanted, &kind, &loss, &error)) {
        document_free(&wanted);
        app_say_text(app, true, error.text);
        return false;
    }
    keep_window(&wanted, &app->study.document);
    app_silence(app);
    bool is_done = app_change(app, &wanted, true) || !app->presence.message;
    if (!is_done) return false; /* said */
    if (kind == OPEN_SESSION || kind == OPEN_PICTURE) take_look(app, was_presentation);
    open_note(app, kind, path);
    open_say_loss(app, &loss);
    return true;
}

/* Built-in models stand in the menu by their id, which the catalogue names; folders by their own
 * name. */
static char *model_word(const struct app *app, const char *spec) {
    for (int i = 0; model_builtin_ids[i]; i++)
        if (strcmp(model_builtin_ids[i], spec) == 0) return strdup(spec);
    if (app->study.model.id && strcmp(app->study.model.id, spec) == 0)
        return strdup(app->study.model.name);
    const char *slash = strrchr(spec, '/');
    return strdup(slash && slash[1] ? slash + 1 : spec);
}

int app_add_model(struct app *app, const char *spec) {
    for (int i = 0; i < app->model_count; i++)
        if (strcmp(app->model_specs[i], spec) == 0) return i;
    if (app->model_count == APP_MAX_MODELS) return -1;
    char *spec_copy = strdup(spec), *word = model_word(app, spec);
    if (!spec_copy || !word) {
        free(spec_copy);
        free(word);
        return -1;
    }
    int index = app->model_count++;
    app->model_specs[index] = spec_copy;
    app->model_words[index] = word;
    app->model_names[index] = word;
    app->model_names[index + 1] = NULL;
    return index;
}

/* The built-in models and the folders met so far. */
void app_list_models(struct app *app) {
    for (int i = 0; model_builtin_ids[i]; i++)
        app_add_model(app, model_builtin_ids[i]);
    int selected = app_add_model(app, app->study.document.model);
    app->presence.model_selected = selected < 0 ? 0 : selected;
    app->needs_picture = true;
}

/* What the command line set for this run alone is not kept; what was changed since is. */
void app_keep_settings(struct app *app) {
    const struct document *now = &app->study.document;
    struct document *start = &app->start_look;
    struct settings *settings = &app->settings;
    struct file_error error = {0};
    if (now->theme != start->theme) settings->theme = start->theme = now->theme;
    if (now->language != start->language) settings->language = start->language = now->language;
    if (now->scale_percent != start->scale_percent)
        settings->scale_percent = start->scale_percent = now->scale_percent;
    if (now->stride != start->stride) settings->stride = start->stride = now->stride;
    if (now->is_predict_off != start->is_predict_off)
        settings->is_predict_off = start->is_predict_off = now->is_predict_off;
    settings->exporting = app->presence.exporting;
    if (app->settings_folder && !settings_write(settings, app->settings_folder, &error))
        app_say_text(app, true, error.text);
}

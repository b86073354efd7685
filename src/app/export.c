#include "app/export.h"

#include "files/json.h"
#include "files/png_file.h"
#include "models/code_point.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPORT_MAX_PATH = 4352, EXPORT_MAX_COPIES = 10000 };

static bool no_memory(struct file_error *error) {
    return file_error_set(error, "no memory is left for this picture; choose a smaller one");
}

static bool draw_pixels(const struct export_tools *tools, const struct study *study,
                        enum picture_part part, int density, uint32_t **pixels, int *width,
                        int *height) {
    struct draw_list list = {0};
    struct picture_request request = {.study = study,
                                      .catalogue = tools->catalogue,
                                      .measurer = tools->measurer,
                                      .part = part,
                                      .density = (float)density};
    bool is_done = picture_draw(&request, &list, NULL) &&
                   cairo_renderer_draw(tools->cairo, &list, pixels, width, height);
    draw_list_free(&list);
    return is_done;
}

bool export_png(const struct export_tools *tools, const struct study *study, enum picture_part part,
                int density, struct file_bytes *out, struct file_error *error) {
    uint32_t *pixels = NULL;
    int width = 0, height = 0;
    if (!draw_pixels(tools, study, part, density, &pixels, &width, &height))
        return no_memory(error);
    json_t *json = document_to_json(&study->document);
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(json);
    bool is_done =
        text ? png_file_encode((const uint8_t *)pixels, (size_t)width, (size_t)height,
                               (size_t)width * sizeof *pixels, "headway", text, out, error)
             : no_memory(error);
    free(text);
    free(pixels);
    return is_done;
}

/* Letters, digits and what is beyond ASCII stay, except spaces and marks that write no letter. */
static bool is_name_character(const unsigned char *at, size_t bytes) {
    if (bytes == 1)
        return (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
               (*at >= 'A' && *at <= 'Z');
    if (bytes == 2) return at[0] > 0xC3 || (at[0] == 0xC3 && at[1] != 0x97 && at[1] != 0xB7);
    /* U+2000–206F and U+3000–303F: spaces, dashes, quotes, direction marks; U+FE00–FEFF,
     * U+FF00–FF0F; U+FFF0 on */
    if (bytes == 3) {
        unsigned code =
            ((unsigned)(at[0] & 15) << 12) | ((unsigned)(at[1] & 63) << 6) | (at[2] & 63u);
        return !((code >= 0x2000 && code < 0x2C00) || (code >= 0x3000 && code < 0x3040) ||
                 (code >= 0xE000 && code < 0xF900) || (code >= 0xFE00 && code < 0xFF10) ||
                 code >= 0xFFF0);
    }
    return at[0] == 0xF0 && at[1] >= 0xA0; /* Han beyond the basic plane, no emoji */
}

static size_t utf8_bytes(unsigned char first) {
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static uint32_t code_point(const unsigned char *at, size_t bytes) {
    uint32_t code = bytes == 1 ? *at : *at & (0xFFu >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++)
        code = code << 6 | (at[i] & 63u);
    return code;
}

size_t export_slug(char *out, size_t room, const char *text) {
    size_t used = 0, words = 0,
           cluster = 0; /* words, cluster: bytes up to the end of a whole one */
    bool is_gap = false, is_han = false;
    uint32_t before = 0;
    int32_t state = 0;
    const unsigned char *at = (const unsigned char *)text;
    for (size_t bytes; *at; at += bytes) {
        bytes = utf8_bytes(*at);
        uint32_t code = code_point(at, bytes);
        if (!is_name_character(at, bytes)) {
            is_gap = is_gap || code != '\'';
            continue;
        }
        bool is_next_han = code_point_is_han(code);
        bool is_broken = !before || code_point_breaks(before, code, &state);
        if (is_broken) cluster = used;
        if (is_broken && (is_gap || is_han || is_next_han)) words = used;
        if (used + bytes + (is_gap && used ? 1 : 0) > room) {
            used = words ? words : cluster;
            break;
        }
        if (is_gap && used) out[used++] = '-';
        memcpy(out + used, at, bytes);
        used += bytes;
        is_gap = false;
        if (is_broken) is_han = is_next_han; /* a mark on it changes nothing */
        before = code;
    }
    out[used] = 0;
    return used;
}

void export_name(char *out, size_t out_bytes, const struct document *document, int layer,
                 int head) {
    enum { STEM = 36 };
    char sentence[STEM + 1];
    if (!export_slug(sentence, STEM, document->text)) snprintf(sentence, sizeof sentence, "headway");
    char place[24] = "";
    if (layer >= 0) snprintf(place, sizeof place, "-layer-%d", layer + 1);
    snprintf(out, out_bytes, "%s-%s%s-head-%d", sentence, step_id(document->step), place, head + 1);
}

bool export_write(const char *folder, const char *name, const struct file_bytes *bytes, char *path,
                  size_t path_bytes, struct file_error *error) {
    if (!file_make_folders(folder, error)) return false;
    for (int copy = 1; copy <= EXPORT_MAX_COPIES; copy++) {
        char file[160], number[16] = "";
        if (copy > 1) snprintf(number, sizeof number, "-%d", copy);
        snprintf(file, sizeof file, "%s%s.png", name, number);
        if (!file_join(path, path_bytes, folder, file))
            return file_error_set(error, "%s: the folder's name is too long; use a shorter one",
                                  folder);
        if (file_exists(path)) continue;
        if (file_write_whole(path, bytes->data, bytes->size, FILE_WRITE_NEW, error)) return true;
        if (!file_exists(path)) return false; /* not a matter of the name */
    }
    return file_error_set(error, "%s: there are too many pictures of this name; move some away",
                          folder);
}

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

/* One picture of the part into the folder. `study` may be a shallow copy with another head. */
static bool save_one(struct app *app, const struct study *study, enum picture_part part,
                     const char *folder, char *path, size_t path_bytes, struct file_error *error) {
    struct export_tools tools = {&app->catalogue, &app->measurer, app->cairo};
    struct file_bytes bytes = {0};
    char name[EXPORT_MAX_NAME + 1];
    int layers = study->model.weights.config.layers;
    export_name(name, sizeof name, &study->document, layers > 1 ? study->document.layer : -1,
                study->document.head);
    bool is_done =
        export_png(&tools, study, part, app->presence.export_density, &bytes, error) &&
        (export_write(folder, name, &bytes, path, path_bytes, error) || say_what_helps(error));
    file_bytes_free(&bytes);
    return is_done;
}

static void say_saved(struct app *app, const char *path, int count) {
    static const char *const names[] = {"path", "count", NULL};
    char number[16];
    snprintf(number, sizeof number, "%d", count);
    const char *const values[] = {path, number, NULL};
    if (app->host.set_clipboard) app->host.set_clipboard(app->host.context, path);
    app_say(app, false, count > 1 ? "message.saved_many" : "message.saved", names, values);
}

bool export_save(struct app *app, enum picture_part part) {
    const char *folder = app->pictures_folder ? app->pictures_folder : app->settings_folder;
    struct file_error error = {0};
    char path[EXPORT_MAX_PATH] = "";
    if (!folder) {
        app_say(app, true, "message.no_folder", NULL, NULL);
        return false;
    }
    if (!app->cairo) app->cairo = cairo_renderer_new(app->fonts);
    bool is_each = part == PICTURE_HEAD && study_tokens(&app->study) > 0;
    int heads = is_each ? app->study.model.weights.config.heads : 1;
    bool is_done = app->cairo ? true : no_memory(&error);
    struct study study = app->study; /* shallow: only the head differs */
    for (int head = 0; head < heads && is_done; head++) {
        if (is_each) study.document.head = head;
        is_done = save_one(app, &study, part, folder, path, sizeof path, &error);
    }
    if (is_done)
        say_saved(app, heads > 1 ? folder : path, heads);
    else
        app_say_text(app, true, error.text);
    return is_done;
}

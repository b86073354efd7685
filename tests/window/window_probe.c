/* window_probe.c: what the window tests look with. It knows where a control stands by making the
 * picture of the document inside a saved PNG, and reads the X server's screen from its -fbdir file.
 *
 *   window_probe get PNG KEY               a field of the document in the picture: "step",
 * "cell.row" window_probe where PNG COMMAND [A [B]] the middle of the control: "x y". A, B:
 * parameters or - window_probe cell PNG GRID ROW COLUMN  the middle of a cell, counted from 1: "x
 * y" window_probe tabs PNG COMMAND [A [B]]  how often Tab must be pressed from the stage
 *   window_probe screen XWD X Y W H PNG    a part of the screen as a picture
 *   window_probe painted XWD X Y W H       whether that part of the screen has more than one colour
 *   window_probe compare PNG PNG           pixels that differ, in thousandths of all
 *   window_probe message PNG SCREEN KEY    the same, of the place of the message KEY, said as an
 * error HEADWAY_PROBE_OPEN=export or models: as where and tabs see it with that menu open; paint: with the mask being painted.
 *
 * Exit status: 0 done, 1 not there (a sentence says what). */
#include "app/resources.h"
#include "files/json.h"
#include "files/png_file.h"
#include "render/cairo/picture_cairo.h"
#include "render/fonts.h"
#include "views/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNEL_TOLERANCE = 40, MAX_FILE_BYTES = 1 << 28 };

struct pixels {
    uint32_t *at;
    size_t width, height;
};

static void fail(const char *what, const char *why) {
    fprintf(stderr, "window_probe: %s: %s\n", what, why);
    exit(1);
}

static struct pixels pixels_read(const char *path, char **text) {
    struct file_error error = {0};
    struct file_bytes bytes = {0};
    struct pixels pixels = {0};
    if (!file_read_whole(path, MAX_FILE_BYTES, &bytes, &error) ||
        !png_file_decode(bytes.data, bytes.size, &pixels.at, &pixels.width, &pixels.height,
                         "headway", text, &error))
        fail(path, error.text);
    file_bytes_free(&bytes);
    return pixels;
}

static json_t *document_json(const char *path) {
    struct file_error error = {0};
    char *text = NULL;
    free(pixels_read(path, &text).at);
    if (!text) fail(path, "no document inside");
    json_t *json = file_json_parse(path, text, strlen(text), &error);
    if (!json) fail(path, error.text);
    free(text);
    return json;
}

static int print_field(const char *path, const char *key) {
    json_t *json = document_json(path), *value = json;
    char word[64];
    for (const char *at = key; at && value; at = *at ? at + 1 : NULL) {
        size_t bytes = strcspn(at, ".");
        snprintf(word, sizeof word, "%.*s", (int)bytes, at);
        value = json_object_get(value, word);
        at += bytes;
        if (!*at) break;
    }
    if (!value) fail(key, "no such field");
    if (json_is_string(value)) {
        puts(json_string_value(value));
    } else {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        puts(text);
        free(text);
    }
    json_decref(json);
    return 0;
}

/* ---- the picture of a document ---- */

struct scene {
    struct study study;
    struct catalogue catalogue;
    struct fonts *fonts;
    struct draw_list list;
    struct semantics semantics;
};

static void scene_free(struct scene *scene) {
    semantics_free(&scene->semantics);
    draw_list_free(&scene->list);
    if (scene->fonts) fonts_close(scene->fonts);
    catalogue_free(&scene->catalogue);
    study_free(&scene->study);
}

/* message: a key of the catalogue, or NULL. */
static void scene_make(struct scene *scene, const char *path, const char *message) {
    struct file_error error = {0};
    struct document document = {0};
    char folder[4096], words[4096];
    json_t *json = document_json(path);
    bool is_read = document_from_json(json, &document, &error);
    json_decref(json);
    if (!is_read || !study_init(&scene->study, &error) ||
        !study_set(&scene->study, &document, &error) ||
        !resources_find(folder, sizeof folder, &error) ||
        !file_join(words, sizeof words, folder, "assets/languages") ||
        !catalogue_load(words, &scene->catalogue, &error))
        fail(path, error.text);
    document_free(&document);
    scene->fonts = fonts_open(error.text, sizeof error.text, NULL, 0);
    if (!scene->fonts) fail("fonts", error.text);
    const char *open = getenv("HEADWAY_PROBE_OPEN");
    static const char *const models[] = {"textbook", "by-hand", NULL};
    struct picture_presence presence = {.model_names = models};
    presence.is_export_menu_open = open && strcmp(open, "export") == 0;
    presence.is_model_menu_open = open && strcmp(open, "models") == 0;
    presence.is_painting = open && strcmp(open, "paint") == 0;
    presence.is_message_error = message != NULL;
    if (message)
        presence.message =
            catalogue_get(&scene->catalogue, scene->study.document.language, message);
    struct text_measurer measurer = fonts_measurer(scene->fonts);
    struct picture_request request = {.study = &scene->study,
                                      .catalogue = &scene->catalogue,
                                      .measurer = &measurer,
                                      .density = 1,
                                      .presence = &presence};
    if (!picture_draw(&request, &scene->list, &scene->semantics)) fail(path, "no memory");
}

static bool is_meant(const struct semantic_node *node, char **words, int count) {
    if (node->rect.w <= 0 || node->rect.h <= 0 || node->is_disabled) return false;
    if (node->action.command != ui_command_from_id(words[0])) return false;
    bool is_a = count < 2 || strcmp(words[1], "-") == 0 || atoi(words[1]) == node->action.a;
    bool is_b = count < 3 || strcmp(words[2], "-") == 0 || atoi(words[2]) == node->action.b;
    return is_a && is_b;
}

static const struct semantic_node *node_find(const struct scene *scene, char **words, int count) {
    if (ui_command_from_id(words[0]) == UI_COMMAND_NONE) fail(words[0], "no such command");
    for (size_t i = scene->semantics.count; i-- > 0;)
        if (is_meant(&scene->semantics.nodes[i], words, count)) return &scene->semantics.nodes[i];
    fail(words[0], "nothing on the screen does this");
    return NULL;
}

static void print_middle(struct rect r) {
    printf("%d %d\n", (int)(r.x + r.w / 2), (int)(r.y + r.h / 2));
}

static int print_where(const char *path, char **words, int count) {
    struct scene scene = {0};
    scene_make(&scene, path, NULL);
    print_middle(node_find(&scene, words, count)->rect);
    scene_free(&scene);
    return 0;
}

static int print_cell(const char *path, char **words) {
    struct scene scene = {0};
    int grid = atoi(words[0]);
    size_t row = (size_t)atoi(words[1]) - 1, column = (size_t)atoi(words[2]) - 1;
    scene_make(&scene, path, NULL);
    for (size_t i = 0; i < scene.semantics.count; i++) {
        const struct semantic_node *node = &scene.semantics.nodes[i];
        if (!node->has_grid || node->rect.w <= 0 || --grid > 0) continue;
        if (row >= node->grid.rows || column >= node->grid.columns) fail(path, "no such cell");
        print_middle(semantics_cell_rect(node, row, column));
        scene_free(&scene);
        return 0;
    }
    fail(path, "no such grid");
    return 1;
}

static int print_tabs(const char *path, char **words, int count) {
    struct scene scene = {0};
    scene_make(&scene, path, NULL);
    uint32_t at = 0;
    for (int tabs = 1; tabs < 1000; tabs++) {
        at = semantics_focus_step(&scene.semantics, at, 1);
        const struct semantic_node *node = semantics_by_id(&scene.semantics, at);
        if (!node || !is_meant(node, words, count)) continue;
        printf("%d\n", tabs);
        scene_free(&scene);
        return 0;
    }
    fail(words[0], "Tab does not come to it");
    return 1;
}

/* ---- the screen ---- */

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The X server's screen in the format of xwd: a header of big-endian words, colours of 12 bytes
 * each, rows of 32-bit pixels. */
static struct pixels screen_read(const char *path) {
    enum {
        HEADER_SIZE = 0,
        WIDTH = 4,
        HEIGHT = 5,
        BYTE_ORDER = 7,
        BITS = 11,
        LINE = 12,
        COLOURS = 19
    };
    struct file_error error = {0};
    struct file_bytes bytes = {0};
    if (!file_read_whole(path, MAX_FILE_BYTES, &bytes, &error)) fail(path, error.text);
    uint32_t word[25] = {0};
    if (bytes.size < sizeof word) fail(path, "too short");
    for (size_t i = 0; i < 25; i++)
        word[i] = big_endian(bytes.data + 4 * i);
    size_t start = word[HEADER_SIZE] + (size_t)word[COLOURS] * 12, line = word[LINE];
    struct pixels pixels = {.width = word[WIDTH], .height = word[HEIGHT]};
    if (word[BITS] != 32 || line < pixels.width * 4 || bytes.size < start + line * pixels.height)
        fail(path, "not a screen of 32-bit pixels");
    pixels.at = malloc(pixels.width * pixels.height * sizeof *pixels.at);
    if (!pixels.at) fail(path, "no memory");
    for (size_t i = 0; i < pixels.width * pixels.height; i++) {
        const uint8_t *at = bytes.data + start + i / pixels.width * line + i % pixels.width * 4;
        bool is_big = word[BYTE_ORDER] == 1;
        pixels.at[i] = is_big ? big_endian(at) & 0xFFFFFFu
                              : (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
    }
    file_bytes_free(&bytes);
    return pixels;
}

static int write_screen(char **words) {
    struct file_error error = {0};
    struct file_bytes bytes = {0};
    struct pixels screen = screen_read(words[0]);
    size_t x = (size_t)atoi(words[1]), y = (size_t)atoi(words[2]);
    size_t width = (size_t)atoi(words[3]), height = (size_t)atoi(words[4]);
    if (x + width > screen.width || y + height > screen.height)
        fail(words[0], "the part reaches beyond the screen");
    const uint8_t *first = (const uint8_t *)(screen.at + y * screen.width + x);
    if (!png_file_encode(first, width, height, screen.width * 4, NULL, NULL, &bytes, &error) ||
        !file_write_whole(words[5], bytes.data, bytes.size, FILE_WRITE_REPLACE, &error))
        fail(words[5], error.text);
    file_bytes_free(&bytes);
    free(screen.at);
    return 0;
}

static int is_painted(char **words) {
    struct pixels screen = screen_read(words[0]);
    size_t left = (size_t)atoi(words[1]), top = (size_t)atoi(words[2]);
    size_t right = left + (size_t)atoi(words[3]), bottom = top + (size_t)atoi(words[4]);
    bool is_one_colour = true;
    for (size_t y = top; y < bottom && y < screen.height; y++)
        for (size_t x = left; x < right && x < screen.width; x++)
            is_one_colour = is_one_colour &&
                            screen.at[y * screen.width + x] == screen.at[top * screen.width + left];
    free(screen.at);
    return is_one_colour;
}

static bool is_other(uint32_t a, uint32_t b) {
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(a >> shift & 255) - (int)(b >> shift & 255)) > CHANNEL_TOLERANCE) return true;
    return false;
}

/* Differing pixels of a part, in thousandths. */
static double difference(struct pixels a, struct pixels b, struct rect part) {
    size_t left = (size_t)part.x, top = (size_t)part.y;
    size_t right = left + (size_t)part.w, bottom = top + (size_t)part.h, others = 0;
    if (a.width != b.width || a.height != b.height) return 1000;
    if (right > a.width || bottom > a.height || right == left || bottom == top) return 1000;
    for (size_t y = top; y < bottom; y++)
        for (size_t x = left; x < right; x++)
            others += is_other(a.at[y * a.width + x], b.at[y * b.width + x]);
    return 1000.0 * (double)others / (double)((right - left) * (bottom - top));
}

static int print_difference(const char *first, const char *second) {
    struct pixels a = pixels_read(first, NULL), b = pixels_read(second, NULL);
    printf("%.3f\n", difference(a, b, rect_make(0, 0, (float)a.width, (float)a.height)));
    free(a.at);
    free(b.at);
    return 0;
}

/* The message's place in the picture of the document, there compared with the screen. */
static int print_message(const char *path, const char *screen_path, const char *key) {
    struct scene scene = {0};
    scene_make(&scene, path, key);
    struct pixels screen = pixels_read(screen_path, NULL), drawn = {0};
    struct rect part = {0};
    int width = 0, height = 0;
    for (size_t i = 0; i < scene.semantics.count; i++)
        if (scene.semantics.nodes[i].role == ROLE_MESSAGE) part = scene.semantics.nodes[i].rect;
    struct cairo_renderer *cairo = cairo_renderer_new(scene.fonts);
    if (!cairo || !cairo_renderer_draw(cairo, &scene.list, &drawn.at, &width, &height))
        fail(path, "no memory");
    drawn.width = (size_t)width;
    drawn.height = (size_t)height;
    printf("%.3f\n", difference(drawn, screen, part));
    cairo_renderer_free(cairo);
    free(drawn.at);
    free(screen.at);
    scene_free(&scene);
    return 0;
}

int main(int count, char **words) {
    const char *verb = count > 1 ? words[1] : "";
    if (strcmp(verb, "get") == 0 && count == 4) return print_field(words[2], words[3]);
    if (strcmp(verb, "where") == 0 && count > 3) return print_where(words[2], words + 3, count - 3);
    if (strcmp(verb, "cell") == 0 && count == 6) return print_cell(words[2], words + 3);
    if (strcmp(verb, "tabs") == 0 && count > 3) return print_tabs(words[2], words + 3, count - 3);
    if (strcmp(verb, "screen") == 0 && count == 8) return write_screen(words + 2);
    if (strcmp(verb, "painted") == 0 && count == 7) return is_painted(words + 2);
    if (strcmp(verb, "compare") == 0 && count == 4) return print_difference(words[2], words[3]);
    if (strcmp(verb, "message") == 0 && count == 5)
        return print_message(words[2], words[3], words[4]);
    fprintf(stderr, "window_probe: wrong usage; the ways are at the top of window_probe.c\n");
    return 2;
}

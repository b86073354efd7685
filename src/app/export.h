/* export.h: pictures as files: the name, the bytes, and saving from the window. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H
#include "app/app.h"

enum { EXPORT_MAX_NAME = 92 }; /* bytes, extension included */

/* What it takes to make a picture of a study without a window. */
struct export_tools {
    const struct catalogue *catalogue;
    const struct text_measurer *measurer;
    struct cairo_renderer *cairo;
};

/* By the ending of the name; −1: another. "-" is PNG. */
int export_format_of(const char *path);
const char *export_ending(enum export_format format); /* ".png" */

/* How a picture is made. All zero but a density of 1: the whole window as it is. */
struct export_look {
    enum export_format format;
    enum picture_part part;
    int density;           /* 1 … 4 */
    bool is_figure;        /* cut to what is drawn, without title; SVG and PDF without background */
    bool is_paper;         /* a figure in the light theme, whose colours can be told apart when printed in grey */
    bool is_text_outlined; /* SVG, PDF */
    double seconds;        /* WebP, GIF: of a beat, 0.05 … 60 */
    double width_mm;       /* of the page, type of 6 points at least; SVG and PDF; 0: 96 logical pixels an inch */
    struct worksheet_request worksheet; /* of PICTURE_WORKSHEET; a PDF has all its pages */
    bool has_key_too;      /* of a worksheet saved from the window: its answer key as well, as a second file */
};

/* How many files or pages one picture takes: 1, or the pages of a worksheet. */
bool export_count_pages(const struct export_tools *tools, const struct study *study, const struct export_look *look,
                        int *pages, struct file_error *error);

/* A picture through cairo or the SVG writer, with the document in it: the same study gives the same bytes. */
/* A WebP or GIF of one picture stands still. */
bool export_picture(const struct export_tools *tools, const struct study *study, const struct export_look *look,
                    struct file_bytes *out, struct file_error *error);
bool export_png(const struct export_tools *tools, const struct study *study, enum picture_part part,
                int density, struct file_bytes *out, struct file_error *error);

/* The same PNG in bands: new, next until export_bands_percent is 100, finish; free at any time, NULL is safe. It keeps nothing
 * of the study. */
struct export_bands;
struct export_bands *export_bands_new(const struct export_tools *tools, const struct study *study,
                                      const struct export_look *look, struct file_error *error);
bool export_bands_next(struct export_bands *bands, struct file_error *error);
int export_bands_percent(const struct export_bands *bands); /* done, 0 … 100 */
bool export_bands_finish(struct export_bands *bands, struct file_bytes *out, struct file_error *error);
void export_bands_free(struct export_bands *bands);

bool export_is_animation(enum export_format format);
/* Several pictures in one file: the pages of a PDF, or the frames of an animation, by the format of the look; the document is
 * that of the first. NULL: no memory, or they are too many or too large for an animation. */
struct export_pages;
struct export_pages *export_pages_new(const struct export_tools *tools, const struct study *first,
                                      const struct export_look *look, size_t count, struct file_error *error);
bool export_pages_add(struct export_pages *pages, const struct export_tools *tools, const struct study *study,
                      const struct export_look *look, struct file_error *error);
bool export_pages_finish(struct export_pages *pages, struct file_bytes *out, struct file_error *error);
void export_pages_free(struct export_pages *pages); /* safe on NULL */

/* One picture of several: which layer, head and step. */
struct export_place {
    int layer, head;
    enum step step;
    int beat; /* −1: that of the study, or the last where the step is another. In view `compare`: its steps, from 0 */
};
/* What varies among them. */
struct export_variety {
    bool is_each_layer, is_each_head, is_each_step;
    bool is_each_beat; /* of each step, for an animation; in view `compare` of one step, for it is the same at all */
};
/* The places of a batch, in reading order: layer by layer, step by step, head by head; steps before the projection exist in the
 * first layer alone: where one of them was asked for, later layers begin with the projection. *places malloc'd. False: no memory,
 * or they are more than a million. */
bool export_places(const struct study *study, const struct export_variety *variety, struct export_place **places,
                   size_t *count, struct file_error *error);
/* Leaves out the steps that a worksheet has nothing to work out in; returns how many places stay. */
size_t export_places_of_worksheets(const struct study *study, struct export_place *places, size_t count);
/* The study at that place: a shallow copy, good as long as the first. */
struct study export_study_at(const struct study *study, const struct export_place *place);

/* The sentence's words joined by '-', at most `room` bytes and a NUL: whole words, as many as fit; of a first
 * word that is too long, as many whole characters. A Han character is a word. Returns the bytes. */
size_t export_slug(char *out, size_t room, const char *text);
/* "The-cat-sat-similarity-head-2": letters and digits of the sentence, step and head. At most
 * EXPORT_MAX_NAME − 12 bytes, so that "-12345.png" still fits. layer < 0: not named. */
void export_name(char *out, size_t out_bytes, const struct document *document, int layer, int head);

/* Writes to folder/name.png, or name-2.png … where that exists; never replaces. ending: ".png". `path` gets where
 * it went. */
bool export_write(const char *folder, const char *name, const char *ending, const struct file_bytes *bytes, char *path,
                  size_t path_bytes, struct file_error *error);

/* Saving from the window; says where, the path goes to the clipboard. One picture is saved at once; several, one at each
 * export_continue, which app_picture calls, so that Esc can stop them. What takes longer than half a second is shown. */
bool export_save(struct app *app, const struct export_look *look, const struct export_variety *variety);
void export_continue(struct app *app, double now_ms);
bool export_is_running(const struct app *app);
void export_cancel(struct app *app); /* what was saved stays, and nothing half-saved */
void export_job_free(struct app *app); /* safe without one */
#endif

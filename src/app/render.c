#include "app/render.h"

#include "app/export_private.h"
#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool render_name(char *out, size_t out_bytes, const char *pattern,
                 const struct document *document) {
    const struct {
        const char *mark;
        int number;
    } marks[] = {{"{layer}", document->layer + 1},
                 {"{head}", document->head + 1},
                 {"{step}", (int)document->step + 1}};
    size_t used = 0;
    for (const char *at = pattern; *at;) {
        char number[16] = {*at, 0};
        size_t eaten = 1;
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
            if (strncmp(at, marks[i].mark, strlen(marks[i].mark)) != 0) continue;
            snprintf(number, sizeof number, "%d", marks[i].number);
            eaten = strlen(marks[i].mark);
        }
        size_t bytes = strlen(number);
        if (used + bytes + 1 > out_bytes) return false;
        memcpy(out + used, number, bytes + 1);
        used += bytes;
        at += eaten;
    }
    return used > 0;
}

static const double DEFAULT_SECONDS = 2; /* of a beat */

static struct export_look look_of(const struct options *options) {
    struct export_look look = {.format = (enum export_format)export_format_of(options->output),
                               .part = options->part,
                               .density = options->density,
                               .is_figure = options->is_figure,
                               .is_paper = options->is_paper,
                               .is_text_outlined = options->is_text_outlined,
                               .width_mm = options->width_mm,
                               .seconds =
                                   options->seconds > 0 ? options->seconds : DEFAULT_SECONDS};
    bool is_figure = look.is_figure || look.is_paper;
    if (options->is_contact_sheet)
        look.part = options->is_each_layer ? PICTURE_MODEL_SHEET : PICTURE_SHEET;
    else if (!options->has_part && options->is_each_head && !options->is_each_step)
        look.part = PICTURE_HEAD;
    else if (!options->has_part && is_figure)
        look.part = PICTURE_STAGE;
    return look;
}

static bool name_is_long(struct file_error *error) {
    return file_error_set(error, "--output: the name is too long; give a shorter one");
}

static bool write_one(const struct options *options, const struct export_tools *tools,
                      const struct study *study, const struct export_look *look,
                      struct file_error *error) {
    struct file_bytes bytes = {0};
    char path[PATH_BYTES];
    if (!render_name(path, sizeof path, options->output, &study->document))
        return name_is_long(error);
    bool is_done = export_picture(tools, study, look, &bytes, error) &&
                   file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_REPLACE, error);
    file_bytes_free(&bytes);
    return is_done;
}

/* All of them in one file, whose name is that of the first. */
static bool write_pages(const struct options *options, const struct export_tools *tools,
                        const struct study *study, const struct export_look *look,
                        const struct export_place *places, size_t count, struct file_error *error) {
    char path[PATH_BYTES];
    struct study at = export_study_at(study, &places[0]);
    if (!render_name(path, sizeof path, options->output, &at.document)) return name_is_long(error);
    struct export_pages *pages = export_pages_new(tools, &at, look, count, error);
    struct file_bytes bytes = {0};
    bool is_done = pages != NULL;
    for (size_t i = 0; i < count && is_done; i++) {
        at = export_study_at(study, &places[i]);
        is_done = export_pages_add(pages, tools, &at, look, error);
    }
    is_done = is_done && export_pages_finish(pages, &bytes, error) &&
              file_write_whole(path, bytes.data, bytes.size, FILE_WRITE_REPLACE, error);
    file_bytes_free(&bytes);
    export_pages_free(pages);
    return is_done;
}

/* Whether both go to the same file. */
static bool is_same_file(const char *pattern, const struct export_place *a,
                         const struct export_place *b) {
    return (a->layer == b->layer || !strstr(pattern, "{layer}")) &&
           (a->head == b->head || !strstr(pattern, "{head}")) &&
           (a->step == b->step || !strstr(pattern, "{step}"));
}

/* Beats in reading order, a file for each head, and for each layer and step whose number is in the
 * name. What was written is taken out of the places. */
static bool write_walks(const struct options *options, const struct export_tools *tools,
                        const struct study *study, const struct export_look *look,
                        struct export_place *places, size_t count, struct file_error *error) {
    struct export_place *walk = calloc(count, sizeof *walk);
    bool is_done = walk || export_no_memory(error);
    while (count > 0 && is_done) {
        size_t taken = 0, left = 0;
        for (size_t i = 0; i < count; i++)
            if (taken == 0 || is_same_file(options->output, &walk[0], &places[i]))
                walk[taken++] = places[i];
            else
                places[left++] = places[i];
        is_done = write_pages(options, tools, study, look, walk, taken, error);
        count = left;
    }
    free(walk);
    return is_done;
}

bool render_pictures(const struct options *options, const struct export_tools *tools,
                     const struct study *study, struct file_error *error) {
    struct export_look look = look_of(options);
    struct export_variety variety = {.is_each_layer =
                                         options->is_each_layer && !options->is_contact_sheet,
                                     .is_each_head = options->is_each_head,
                                     .is_each_step = options->is_each_step,
                                     .is_each_beat = options_are_beats(options)};
    struct export_place *places = NULL;
    size_t count = 0;
    bool are_pages = options_are_pages(options);
    bool is_done = export_places(study, &variety, &places, &count, error);
    if (is_done && are_pages)
        is_done = write_pages(options, tools, study, &look, places, count, error);
    else if (is_done && variety.is_each_beat)
        is_done = write_walks(options, tools, study, &look, places, count, error);
    for (size_t i = 0; !are_pages && !variety.is_each_beat && i < count && is_done; i++) {
        struct study at = export_study_at(study, &places[i]);
        is_done = write_one(options, tools, &at, &look, error);
    }
    free(places);
    return is_done;
}

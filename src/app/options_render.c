/* options_render.c: what render alone understands: pictures, their names, and what goes together.
 */
#include "app/export.h"
#include "app/options_private.h"

#include <string.h>

/* A dimension in which everything is asked for. */
struct dimension {
    bool is_each;
    const char *option, *what, *place;
};

bool options_are_pages(const struct options *options) {
    bool is_pdf = export_format_of(options->output) == EXPORT_PDF;
    return is_pdf && !strstr(options->output, "{head}") && !strstr(options->output, "{layer}") &&
           !strstr(options->output, "{step}");
}

bool options_are_beats(const struct options *options) {
    int format = export_format_of(options->output);
    return format >= 0 && export_is_animation((enum export_format)format);
}

/* Each picture needs a name of its own, or all of them are pages of one PDF; an animation goes
 * through steps and layers. */
static bool check_names(const struct options *options, struct file_error *error) {
    bool is_each_layer = options->is_each_layer && !options->is_contact_sheet;
    const struct dimension dimensions[] = {{options->is_each_head, "--head", "head", "{head}"},
                                           {is_each_layer, "--layer", "layer", "{layer}"},
                                           {options->is_each_step, "--step", "step", "{step}"}};
    if (options_are_pages(options)) return true;
    bool is_animation = options_are_beats(options);
    for (size_t i = 0; i < (is_animation ? 1 : sizeof dimensions / sizeof *dimensions); i++) {
        const struct dimension *d = &dimensions[i];
        if (d->is_each && !strstr(options->output, d->place))
            return file_error_set(error,
                                  "%s all: every %s would go to the same file; put %s into the "
                                  "name after -o%s",
                                  d->option, d->what, d->place,
                                  is_animation ? "" : ", or name one .pdf for all");
    }
    return true;
}

static bool is_given(const struct options *options, const char *name) {
    for (int i = 0; i < options->value_count; i++)
        if (strcmp(options->values[i].row->name, name) == 0) return true;
    return false;
}

static bool check_animation(const struct options *options, struct file_error *error) {
    bool is_animation = options_are_beats(options);
    if (options->seconds > 0 && !is_animation)
        return file_error_set(error, "--seconds: only an animation has beats that wait; write a "
                                     ".webp or a .gif");
    if (is_animation && is_given(options, "--beat"))
        return file_error_set(error, "--beat: an animation shows every beat; leave it out, or "
                                     "write a .png");
    if (is_animation && (options->is_figure || options->is_paper))
        return file_error_set(error,
                              "%s: the beats of an animation are of one size and are not cut; "
                              "leave it out",
                              options->is_paper ? "--paper" : "--figure");
    return true;
}

static bool check_paper(const struct options *options, struct file_error *error) {
    const char *figure = options->is_paper ? "--paper" : "--figure";
    bool is_figure = options->is_paper || options->is_figure;
    int format = export_format_of(options->output);
    bool is_image = format != EXPORT_SVG && format != EXPORT_PDF;
    if (is_figure && options->has_part && options->part == PICTURE_WINDOW)
        return file_error_set(error, "%s: a window is no figure; give --part stage or --part head",
                              figure);
    if (options->width_mm > 0 && is_image)
        return file_error_set(error,
                              "--width-mm: this picture has pixels, no width on paper; write an .svg "
                              "or a .pdf, or give --size and --density");
    if (options->is_text_outlined && is_image)
        return file_error_set(
            error, "--outlines: this picture has pixels, no text; leave it out, or write an .svg or a .pdf");
    return true;
}

static const char *option_of_render(const struct options *options) {
    if (options->is_each_step) return "--step all";
    if (options->is_each_layer) return "--layer all";
    if (options->is_contact_sheet) return "--contact-sheet";
    if (options->is_figure) return "--figure";
    if (options->is_paper) return "--paper";
    if (options->is_text_outlined) return "--outlines";
    if (options->seconds > 0) return "--seconds";
    return options->width_mm > 0 ? "--width-mm" : NULL;
}

bool options_check_render(const struct options *options, struct file_error *error) {
    const char *stray = option_of_render(options);
    if (options->verb != VERB_RENDER) {
        bool is_other = stray && options->verb != VERB_HELP && options->verb != VERB_VERSION;
        return !is_other || file_error_set(error, "%s: it is of render alone; leave it out", stray);
    }
    if (export_format_of(options->output) < 0)
        return file_error_set(
            error,
            "%s: pictures are written as .png, .svg, .pdf, .webp or .gif; give one of these endings",
            options->output);
    if (options->is_contact_sheet && (options->has_part || options->is_each_head))
        return file_error_set(error, "--contact-sheet: it shows all heads; leave out %s",
                              options->has_part ? "--part" : "--head all");
    return check_names(options, error) && check_animation(options, error) &&
           check_paper(options, error);
}

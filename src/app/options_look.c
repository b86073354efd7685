/* options_look.c: the options that say how it looks, where it is written and what it may take. */
#include "app/compare.h"
#include "app/numbers.h"
#include "app/options_private.h"
#include "app/trace_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

OPTION_APPLY_ID(theme, theme, enum theme_choice)
OPTION_APPLY_ID(map, map, enum map_choice)
OPTION_APPLY_ID(language, language, enum language)

static bool apply_size(const struct option_target *t, const char *value) {
    int width = 0, height = 0, used = 0;
    if (sscanf(value, "%5dx%5d%n", &width, &height, &used) != 2 || value[used]) return false;
    t->document->width = width;
    t->document->height = height;
    return width >= 320 && width <= 16384 && height >= 240 && height <= 16384;
}

/* 1.5 and 150 mean the same. */
static bool apply_scale(const struct option_target *t, const char *value) {
    char *end = NULL;
    double scale = strtod(value, &end);
    if (end == value || *end) return false;
    if (scale <= 3) scale *= 100;
    t->document->scale_percent = (int)(scale + 0.5);
    return scale >= 75 && scale <= 300;
}

static bool apply_presentation(const struct option_target *t, const char *value) {
    (void)value;
    t->document->is_presentation = true;
    return true;
}

static bool apply_output(const struct option_target *t, const char *value) {
    t->options->output = value;
    return *value;
}

static bool apply_json(const struct option_target *t, const char *value) {
    (void)value;
    t->options->is_json = true;
    return true;
}

static bool apply_density(const struct option_target *t, const char *value) {
    long density;
    if (!option_read_integer(value, 1, 4, &density)) return false;
    t->options->density = (int)density;
    return true;
}

static bool apply_part(const struct option_target *t, const char *value) {
    static const char *const ids[] = {"window", "stage", "head"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(value, ids[i]) != 0) continue;
        t->options->part = (enum picture_part)i;
        t->options->has_part = true;
        return true;
    }
    return false;
}

static bool apply_contact_sheet(const struct option_target *t, const char *value) {
    (void)value;
    t->options->is_contact_sheet = true;
    return true;
}

static bool apply_figure(const struct option_target *t, const char *value) {
    (void)value;
    t->options->is_figure = true;
    return true;
}

static bool apply_paper(const struct option_target *t, const char *value) {
    (void)value;
    t->options->is_paper = true;
    return true;
}

static bool apply_outlines(const struct option_target *t, const char *value) {
    (void)value;
    t->options->is_text_outlined = true;
    return true;
}

/* "84", "84.5" */
static bool apply_width_mm(const struct option_target *t, const char *value) {
    char *end = NULL;
    double width = strtod(value, &end);
    if (end == value || *end || !(width >= 10 && width <= 2000)) return false;
    t->options->width_mm = width;
    return true;
}

/* "2", "0.5" */
static bool apply_seconds(const struct option_target *t, const char *value) {
    char *end = NULL;
    double seconds = strtod(value, &end);
    if (end == value || *end || !(seconds >= 0.05 && seconds <= 60)) return false;
    t->options->seconds = seconds;
    return true;
}

/* "512M", "2G", "100000" */
static bool apply_memory(const struct option_target *t, const char *value) {
    static const char units[] = "KMG";
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    if (errno || end == value || *value == '-' || number == 0) return false;
    int shift = 0;
    if (*end) {
        const char *unit = strchr(units, *end);
        if (!unit || end[1]) return false;
        shift = 10 * (int)(unit - units + 1);
    }
    if (number > (SIZE_MAX >> shift)) return false;
    t->options->memory_bytes = (size_t)number << shift;
    return true;
}

/* "shares,influence" */
static bool apply_extras(const struct option_target *t, const char *value) {
    for (const char *at = value; at;) {
        const char *comma = strchr(at, ',');
        size_t bytes = comma ? (size_t)(comma - at) : strlen(at);
        int extra = trace_extra_from_id(at, bytes);
        if (extra < 0) return false;
        t->options->extras |= 1u << extra;
        at = comma ? comma + 1 : NULL;
    }
    return true;
}

static bool apply_matrix(const struct option_target *t, const char *value) {
    t->options->matrix = numbers_source_from_name(value);
    return t->options->matrix >= 0;
}

static bool apply_format(const struct option_target *t, const char *value) {
    t->options->table_format = file_table_format_from_id(value);
    return t->options->table_format >= 0;
}

static bool apply_precision(const struct option_target *t, const char *value) {
    bool is_full = strcmp(value, "full") == 0;
    t->options->precision = is_full ? NUMBERS_FULL : NUMBERS_SHOWN;
    return is_full || strcmp(value, "shown") == 0;
}

const struct option_row options_look_rows[] = {
    {"--theme", "light, dark or contrast", apply_theme, OPTION_FIELD},
    {"--colormap", "theme, blues, ember, cividis, viridis, magma or greys", apply_map,
     OPTION_FIELD},
    {"--lang", "en or zh", apply_language, OPTION_FIELD},
    {"--size", "WIDTHxHEIGHT from 320x240 to 16384x16384", apply_size, OPTION_FIELD},
    {"--ui-scale", "a factor from 0.75 to 3", apply_scale, OPTION_FIELD},
    {"--presentation", NULL, apply_presentation, OPTION_FIELD},
    {"--density", "1, 2, 3 or 4", apply_density, OPTION_AT_ONCE},
    {"--part", "window, stage or head", apply_part, OPTION_AT_ONCE},
    {"--contact-sheet", NULL, apply_contact_sheet, OPTION_AT_ONCE},
    {"--figure", NULL, apply_figure, OPTION_AT_ONCE},
    {"--paper", NULL, apply_paper, OPTION_AT_ONCE},
    {"--outlines", NULL, apply_outlines, OPTION_AT_ONCE},
    {"--width-mm", "a number from 10 to 2000", apply_width_mm, OPTION_AT_ONCE},
    {"--seconds", "a number from 0.05 to 60", apply_seconds, OPTION_AT_ONCE},
    {"--memory", "a size such as 512M or 2G", apply_memory, OPTION_AT_ONCE},
    {"--output", "a file, or -", apply_output, OPTION_AT_ONCE},
    {"--with", "shares, value-weighted, influence or difference, with commas between them", apply_extras,
     OPTION_AT_ONCE},
    {"--matrix",
     "the name of a tensor or matrix: x, q, k, v, similarity, scores, weights, head_output, "
     "attention_output, output, W_Q, W_K, W_V, W_O, b_Q, norm1_weight, W_up or another that the documentation lists",
     apply_matrix, OPTION_AT_ONCE},
    {"--format", "csv, tsv, md, tex or npy", apply_format, OPTION_AT_ONCE},
    {"--precision", "shown or full", apply_precision, OPTION_AT_ONCE},
    {"--json", NULL, apply_json, OPTION_AT_ONCE},
    {NULL, NULL, NULL, OPTION_AT_ONCE},
};

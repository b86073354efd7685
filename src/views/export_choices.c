/* export_choices.c: the table of the export menu. */
#include "export_choices.h"

#include "picture.h"

#include <stddef.h>

typedef const struct export_choices choices_now;
typedef const struct export_extent extent_now;

static int part(choices_now *c, extent_now *e) {
    return export_chosen(c, e, EXPORT_ROW_PART);
}

static int format(choices_now *c, extent_now *e) {
    return export_chosen(c, e, EXPORT_ROW_FORMAT);
}

static bool is_sheet(choices_now *c, extent_now *e) {
    return part(c, e) == PICTURE_SHEET;
}

/* A sheet shows every head already. */
static bool has_each_head(choices_now *c, extent_now *e) {
    return !is_sheet(c, e) && e->heads > 1;
}

static bool has_layers(choices_now *c, extent_now *e) {
    (void)c;
    return e->layers > 1;
}

static bool has_sheet_of_layers(choices_now *c, extent_now *e) {
    return is_sheet(c, e) && e->layers > 1;
}

static bool has_several_heads(choices_now *c, extent_now *e) {
    (void)c;
    return e->heads > 1 || e->layers > 1;
}

static bool is_walk(choices_now *c, extent_now *e) {
    return export_chosen(c, e, EXPORT_ROW_RANGE) == EXPORT_WALK;
}

static bool is_still(choices_now *c, extent_now *e) {
    return !is_walk(c, e);
}

/* ---- which rows apply ---- */

static bool is_vector(choices_now *c, extent_now *e) {
    return format(c, e) == EXPORT_SVG || format(c, e) == EXPORT_PDF;
}

static bool has_pixels(choices_now *c, extent_now *e) {
    return !is_vector(c, e);
}

/* A window is no figure, and the frames of an animation keep one size. */
static bool can_be_figure(choices_now *c, extent_now *e) {
    return part(c, e) != PICTURE_WINDOW && is_still(c, e);
}

static bool can_be_paper(choices_now *c, extent_now *e) {
    return is_vector(c, e) && can_be_figure(c, e);
}

static bool has_own_width(choices_now *c, extent_now *e) {
    return can_be_paper(c, e) && export_chosen(c, e, EXPORT_ROW_PAPER) == EXPORT_OWN_WIDTH;
}

/* On paper it is cut in any case. */
static bool can_be_trimmed(choices_now *c, extent_now *e) {
    return can_be_figure(c, e) &&
           !(can_be_paper(c, e) && export_chosen(c, e, EXPORT_ROW_PAPER) != EXPORT_NO_PAPER);
}

static const struct export_row_kind kinds[EXPORT_ROW_COUNT] = {
    [EXPORT_ROW_PART] = {.key = "what",
                         .choices = {{PICTURE_WINDOW, "window", NULL},
                                     {PICTURE_STAGE, "stage", NULL},
                                     {PICTURE_HEAD, "head", NULL},
                                     {PICTURE_SHEET, "sheet", has_several_heads}}},
    [EXPORT_ROW_RANGE] = {.key = "of",
                          .choices = {{EXPORT_ONE, "one", NULL},
                                      {EXPORT_EACH_HEAD, "each_head", has_each_head},
                                      {EXPORT_EACH_STEP, "each_step", NULL},
                                      {EXPORT_EACH_LAYER, "each_layer", has_layers},
                                      {EXPORT_ALL_LAYERS, "all_layers", has_sheet_of_layers},
                                      {EXPORT_WALK, "walk", NULL}}},
    [EXPORT_ROW_WALK] = {.key = "through",
                         .applies = is_walk,
                         .choices = {{EXPORT_WALK_STEPS, "walk_steps", NULL},
                                     {EXPORT_WALK_STEP, "walk_step", NULL},
                                     {EXPORT_WALK_LAYERS, "walk_layers", has_layers}}},
    [EXPORT_ROW_FORMAT] = {.key = "as",
                           .choices = {{EXPORT_PNG, "png", is_still},
                                       {EXPORT_SVG, "svg", is_still},
                                       {EXPORT_PDF, "pdf", is_still},
                                       {EXPORT_WEBP, "webp", is_walk},
                                       {EXPORT_GIF, "gif", is_walk}}},
    [EXPORT_ROW_PAPER] = {.key = "paper",
                          .applies = can_be_paper,
                          .choices = {{EXPORT_NO_PAPER, "paper_none", NULL},
                                      {EXPORT_COLUMN, "paper_column", NULL},
                                      {EXPORT_PAGE, "paper_page", NULL},
                                      {EXPORT_OWN_WIDTH, "paper_own", NULL}}},
    [EXPORT_ROW_WIDTH] = {.key = "width",
                          .applies = has_own_width,
                          .places = EXPORT_MOST_MM - EXPORT_LEAST_MM + 1,
                          .usual = 120 - EXPORT_LEAST_MM,
                          .least = EXPORT_LEAST_MM,
                          .pitch = 1,
                          .unit = "millimetres"},
    [EXPORT_ROW_TRIM] = {.key = "trim",
                         .applies = can_be_trimmed,
                         .choices = {{0, "trim_not", NULL}, {1, "trim_figure", NULL}}},
    [EXPORT_ROW_TEXT] = {.key = "text",
                         .applies = is_vector,
                         .choices = {{0, "text_letters", NULL}, {1, "text_outlines", NULL}}},
    [EXPORT_ROW_DENSITY] = {.key = "density",
                            .applies = has_pixels,
                            .choices = {{1, "density_1", NULL},
                                        {2, "density_2", NULL},
                                        {3, "density_3", NULL},
                                        {4, "density_4", NULL}}},
    [EXPORT_ROW_SECONDS] = {.key = "seconds",
                            .applies = is_walk,
                            .places = 20,
                            .usual = 3,
                            .least = 0.5,
                            .pitch = 0.5,
                            .unit = "seconds_number"},
};

const struct export_row_kind *export_row_kind(enum export_row row) {
    return &kinds[row];
}

void export_choices_init(struct export_choices *choices) {
    for (int row = 0; row < EXPORT_ROW_COUNT; row++)
        choices->value[row] = kinds[row].places ? kinds[row].usual : kinds[row].choices[0].value;
}

bool export_row_applies(choices_now *choices, extent_now *extent, enum export_row row) {
    return !kinds[row].applies || kinds[row].applies(choices, extent);
}

/* The choice of that value, or with any the first; NULL: none is offered. */
static const struct export_choice *find(choices_now *choices, extent_now *extent,
                                        enum export_row row, bool is_any, int value) {
    const struct export_choice *choice = kinds[row].choices;
    for (int i = 0; i < EXPORT_MOST_CHOICES && choice[i].key; i++) {
        bool is_offered = !choice[i].is_offered || choice[i].is_offered(choices, extent);
        if (is_offered && (is_any || choice[i].value == value)) return &choice[i];
    }
    return NULL;
}

bool export_is_offered(choices_now *choices, extent_now *extent, enum export_row row, int value) {
    if (kinds[row].places) return value >= 0 && value < kinds[row].places;
    return find(choices, extent, row, false, value) != NULL;
}

int export_chosen(choices_now *choices, extent_now *extent, enum export_row row) {
    int value = choices->value[row];
    if (export_is_offered(choices, extent, row, value)) return value;
    const struct export_choice *first = find(choices, extent, row, true, 0);
    return first ? first->value : kinds[row].usual;
}

double export_number(enum export_row row, int place) {
    return kinds[row].least + kinds[row].pitch * place;
}

double export_seconds(choices_now *choices, extent_now *extent) {
    return export_number(EXPORT_ROW_SECONDS, export_chosen(choices, extent, EXPORT_ROW_SECONDS));
}

double export_width_mm(choices_now *choices, extent_now *extent) {
    if (!export_row_applies(choices, extent, EXPORT_ROW_PAPER)) return 0;
    switch (export_chosen(choices, extent, EXPORT_ROW_PAPER)) {
    case EXPORT_COLUMN:
        return EXPORT_COLUMN_MM;
    case EXPORT_PAGE:
        return EXPORT_PAGE_MM;
    case EXPORT_OWN_WIDTH:
        return export_number(EXPORT_ROW_WIDTH, export_chosen(choices, extent, EXPORT_ROW_WIDTH));
    default:
        return 0;
    }
}

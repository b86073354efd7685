/* export_choices.h: what the export menu offers: its rows, which of them apply, and what holds in each. The menu draws this table,
 * and the app saves by it; nothing here draws or saves.
 *
 * A row more is an enumerator of export_row, a line of the table in export_choices.c, its words in the language catalogues
 * ("export.<key>" for the row and for each choice), and what it means in app/export_menu.c. */
#ifndef VIEWS_EXPORT_CHOICES_H
#define VIEWS_EXPORT_CHOICES_H
#include <stdbool.h>

/* From top to bottom. What a row offers depends only on rows above it. */
enum export_row {
    EXPORT_ROW_PART,    /* picture_part */
    EXPORT_ROW_RANGE,   /* export_range */
    EXPORT_ROW_WALK,    /* export_walk */
    EXPORT_ROW_FORMAT,  /* export_format */
    EXPORT_ROW_PAPER,   /* export_paper */
    EXPORT_ROW_WIDTH,   /* places from EXPORT_LEAST_MM on, a millimetre each */
    EXPORT_ROW_TRIM,    /* 1: cut to what is drawn, without title */
    EXPORT_ROW_TEXT,    /* 1: as outlines */
    EXPORT_ROW_DENSITY, /* 1 … 4 */
    EXPORT_ROW_SECONDS, /* of a beat: places from half a second on, half a second each */
    EXPORT_ROW_COUNT
};

enum export_range {
    EXPORT_ONE,
    EXPORT_EACH_HEAD,
    EXPORT_EACH_STEP,
    EXPORT_EACH_LAYER,
    EXPORT_ALL_LAYERS, /* of the contact sheet: on one page */
    EXPORT_WALK,       /* beat by beat, as an animation */
    EXPORT_RANGE_COUNT
};
enum export_walk { EXPORT_WALK_STEPS, EXPORT_WALK_STEP, EXPORT_WALK_LAYERS }; /* all steps, one, all of all layers */
enum export_format { EXPORT_PNG, EXPORT_SVG, EXPORT_PDF, EXPORT_WEBP, EXPORT_GIF, EXPORT_FORMATS };
enum export_paper { EXPORT_NO_PAPER, EXPORT_COLUMN, EXPORT_PAGE, EXPORT_OWN_WIDTH };
enum { EXPORT_LEAST_MM = 40, EXPORT_COLUMN_MM = 84, EXPORT_PAGE_MM = 174, EXPORT_MOST_MM = 300 };

/* What was chosen, by row; it stays while a row does not apply. */
struct export_choices {
    int value[EXPORT_ROW_COUNT];
};
/* How much there is to make pictures of. */
struct export_extent {
    int layers, heads;
};

struct export_choice {
    int value;
    const char *key; /* words: "export.<key>" */
    bool (*is_offered)(const struct export_choices *choices, const struct export_extent *extent); /* NULL: always */
};
enum { EXPORT_MOST_CHOICES = 8 };
struct export_row_kind {
    const char *key; /* of its words */
    bool (*applies)(const struct export_choices *choices, const struct export_extent *extent); /* NULL: always */
    struct export_choice choices[EXPORT_MOST_CHOICES]; /* up to one without a key */
    int places; /* of a slider; 0: it has choices. Its value is a place: from `least`, `pitch` further each */
    int usual;
    double least, pitch;
    const char *unit; /* words: "export.<unit>", with {number} */
};
const struct export_row_kind *export_row_kind(enum export_row row);

void export_choices_init(struct export_choices *choices); /* what is usual */
bool export_row_applies(const struct export_choices *choices, const struct export_extent *extent, enum export_row row);
bool export_is_offered(const struct export_choices *choices, const struct export_extent *extent, enum export_row row, int value);
/* What holds: what was chosen where that is offered, else the first that is. */
int export_chosen(const struct export_choices *choices, const struct export_extent *extent, enum export_row row);
double export_number(enum export_row row, int place); /* of a slider */
double export_seconds(const struct export_choices *choices, const struct export_extent *extent); /* of a beat */
double export_width_mm(const struct export_choices *choices, const struct export_extent *extent); /* 0: not for paper */
#endif

/* diagram.h: the parts of the course figure: where they stand (diagram_layout.c) and how they are drawn. */
#ifndef VIEWS_DIAGRAM_H
#define VIEWS_DIAGRAM_H
#include "lesson/diagram.h"
#include "stage.h"

/* From top to bottom. A band of height 0 has no room in this window. */
enum diagram_band {
    BAND_KEYS,    /* the words */
    BAND_F,       /* the comparison of query and key */
    BAND_SCORE,   /* s */
    BAND_SCALED,  /* z */
    BAND_SOFTMAX, /* the bar */
    BAND_WEIGHT,  /* a; e^z on the way */
    BAND_VALUES,  /* the value rows, in the box named Source */
    BAND_OUTPUT,  /* the attention value */
    BAND_COUNT
};

struct diagram {
    struct rect bands[BAND_COUNT]; /* of the columns; device pixels */
    struct rect gutter;            /* left of them: the query, the stages' names */
    float column;                  /* width of one; device pixels */
    size_t columns;                /* the rest's among them */
    struct diagram_keys keys;
    bool is_tight;                 /* numbers alone: no pills, no bar, no box */
    bool has_names;                /* room for "s =" before the numbers */
    bool has_stages;               /* room for the stages' names */
};

struct diagram diagram_lay_out(struct page *page, struct rect r);
float diagram_middle(const struct diagram *d, size_t column); /* x of its middle */
/* How wide a ribbon of this weight is, at most `most`. */
float diagram_ribbon(const struct page *page, float weight, float most);
/* The connections, under everything else. */
void diagram_ribbons_draw(struct page *page, const struct diagram *d, const float *weights);
/* The query and the three stages, in the gutter. */
void diagram_gutter_draw(struct page *page, const struct diagram *d, float row_total);
/* A number of the pass in a column: its name, its value, and what a click does. */
struct diagram_number {
    int source, row, column;
    const char *name; /* "s": before the number; formula markup */
    float size;
    enum number_style style;
    bool is_bold;
};
void diagram_number_draw(struct page *page, const struct diagram *d, struct rect r, const struct diagram_number *number);
#endif

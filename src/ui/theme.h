/* theme.h: the colours of the three themes, and what each means. Paper, ink, and a colour each for query, key, value, output. */
#ifndef UI_THEME_H
#define UI_THEME_H
#include "draw/colour.h"

enum theme_role { ROLE_QUERY, ROLE_KEY, ROLE_VALUE, ROLE_OUTPUT, ROLE_COUNT };

struct theme {
    struct colour background, surface, ink, secondary, faint, line, chip, hint;
    struct colour negative;            /* what negative cells of a tinted matrix tend to */
    struct colour error;               /* text of an error, and of a row that does not add up */
    struct colour fill[ROLE_COUNT];    /* frames, chips, cells */
    struct colour text[ROLE_COUNT];    /* words and letters in that colour: ≥ 4.5:1 on surface and background */
    enum colour_map weights, scores;
    float least_contrast; /* of text against what lies under it: 4.5, in the contrast theme 7 */
    bool is_dark;
};
enum theme_kind { THEME_KIND_LIGHT, THEME_KIND_DARK, THEME_KIND_CONTRAST };
const struct theme *theme_of(enum theme_kind kind);
#endif

/* shaping.h: from the text of a run to placed glyphs, by HarfBuzz, in ems. Private to render. */
#ifndef RENDER_SHAPING_H
#define RENDER_SHAPING_H
#include "faces.h"
#include "fonts.h"

struct shaped_glyph {
    uint32_t glyph;   /* index in the face; 0: missing */
    uint32_t cluster; /* byte of the text where the characters it stands for begin */
    float x, y;     /* of its origin from the run's left end on the baseline, in ems, y down */
};

struct shaped_run {
    struct shaped_glyph *glyphs; /* left to right */
    size_t count, capacity;
    float advance; /* ems */
};

/* Shapes anew into *run, whose memory is reused. False: no memory or no such face. */
bool run_shape(struct face_set *set, struct shaped_run *run, int face, bool is_right_to_left,
               const char *text, size_t bytes);
void shaped_run_free(struct shaped_run *run);
/* The same for the owner of a font set. */
bool fonts_shape(struct fonts *fonts, struct shaped_run *run, uint16_t face, bool is_right_to_left,
                 const char *text, size_t bytes);
bool fonts_face_is_emboldened(const struct fonts *fonts, uint16_t face);
/* As face_outline. */
FT_Outline *fonts_outline(struct fonts *fonts, uint16_t face, float size_px, uint32_t glyph);

/* Width in ems, by SDL2_ttf at its reference size. text: NUL-terminated, with a space before and
 * behind it: they keep what hangs over at both ends out of the width. */
float run_measure(struct face_set *set, int face, bool is_right_to_left, const char *spaced_text);

/* Scripts that share one shaper: 0; any other its own number. Signs that go with every script: −1.
 */
int script_class(uint32_t code_point);

/* Splits valid UTF-8 into runs in visual order, all but their widths. The runs belong to the
 * splitter and last until its next use. */
struct splitter {
    uint32_t *code_points;
    uint32_t *offsets; /* of each code point, in bytes; one more than code points */
    uint32_t *types, *brackets;
    int8_t *levels;
    struct text_run *runs;
    uint8_t *run_levels;
    size_t room_code_points, room_offsets, room_types, room_brackets, room_levels, room_runs,
        room_run_levels;
    size_t length, count;
};
bool text_itemize(struct face_set *set, struct splitter *splitter, enum text_style style,
                  const char *text, size_t bytes);
void splitter_free(struct splitter *splitter);
#endif

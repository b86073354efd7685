/* fonts.h: the font set: fontconfig finds the files, coverage and direction split text into runs,
 * SDL2_ttf (no hinting) measures them. Both renderers and the layout use one set. */
#ifndef RENDER_FONTS_H
#define RENDER_FONTS_H
#include "draw/text.h"
#include <stddef.h>

struct fonts;

/* Opens what is needed for Latin text; other faces open when first met. NULL only when no font at all can be opened:
 * then `error` holds one sentence. `warning` (may be NULL) is filled when a preferred face is missing and a fallback serves. */
struct fonts *fonts_open(char *error, size_t error_bytes, char *warning, size_t warning_bytes);
void fonts_close(struct fonts *fonts);
struct text_measurer fonts_measurer(struct fonts *fonts);

/* For renderers. Path and index of a face as in text_run.face; face count grows as faces are met. Two faces may share
 * path and index: one as it is, one emboldened for want of a bold weight. */
size_t fonts_face_count(const struct fonts *fonts);
const char *fonts_face_path(const struct fonts *fonts, uint16_t face);
int fonts_face_index(const struct fonts *fonts, uint16_t face);
/* The name of its family as documents name it: "Inter" for all weights of Inter. "" when unknown. */
const char *fonts_face_family(const struct fonts *fonts, uint16_t face, enum text_style style);
/* An 8-bit coverage bitmap of one shaped run; *pixels malloc'd, width × height, origin_x/origin_y: where the pen start and baseline lie in it. */
bool fonts_render_run(struct fonts *fonts, uint16_t face, float size_px, bool is_right_to_left, const char *text,
                      size_t bytes, uint8_t **pixels, int *width, int *height, int *origin_x, int *origin_y);
#endif

/* png_file.h: PNG pictures with a text beside the pixels (iTXt), on libpng. The same input gives the same bytes. */
#ifndef FILES_PNG_FILE_H
#define FILES_PNG_FILE_H
#include "files.h"

/* RGB, 8 bit. pixels: height rows of stride_bytes; each pixel a native-endian uint32 0x00RRGGBB (cairo's RGB24).
 * keyword (Latin-1, ≤ 79 bytes) and text (UTF-8) go into one iTXt chunk; both may be NULL. */
bool png_file_encode(const uint8_t *pixels, size_t width, size_t height, size_t stride_bytes,
                     const char *keyword, const char *text, struct file_bytes *out, struct file_error *error);
/* The same picture from rows that come one lot after another, so that it need not be in memory as a whole: new, rows until
 * there have been `height` of them, finish; free at any time. A failure of one step leaves only free. */
struct png_encoder;
struct png_encoder *png_encoder_new(size_t width, size_t height, const char *keyword, const char *text, struct file_error *error);
bool png_encoder_rows(struct png_encoder *encoder, const uint8_t *pixels, size_t rows, size_t stride_bytes, struct file_error *error);
bool png_encoder_finish(struct png_encoder *encoder, struct file_bytes *out, struct file_error *error);
void png_encoder_free(struct png_encoder *encoder); /* NULL is safe */
/* Reads pixels (0x00RRGGBB, rows packed, malloc'd) and the text under keyword (malloc'd, NULL if none). Either out pointer may be NULL. */
bool png_file_decode(const void *data, size_t size, uint32_t **pixels, size_t *width, size_t *height,
                     const char *keyword, char **text, struct file_error *error);
#endif

/* program.h: compiles and links a pair of shader files into a program. */
#ifndef RENDER_GL_PROGRAM_H
#define RENDER_GL_PROGRAM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* folder/name.vert and folder/name.frag, with `definition` (a line "#define X", or NULL) put after
 * the line #version of both. 0 on failure: error holds one sentence. */
uint32_t gl_program_load(const char *folder, const char *name, const char *definition, char *error,
                         size_t error_bytes);
#endif

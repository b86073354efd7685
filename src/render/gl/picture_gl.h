/* picture_gl.h: replays a draw list with OpenGL 3.3 core into a framebuffer object of its own. A context is current
 * whenever a function here is called. Two programs (shaders/scene, shaders/present); feathered edges instead of multisampling. */
#ifndef RENDER_PICTURE_GL_H
#define RENDER_PICTURE_GL_H
#include "draw/list.h"
#include "render/fonts.h"
#include <stdint.h>

struct gl_renderer;
/* shader_folder holds scene.vert, scene.frag, present.vert, present.frag. NULL on failure: error holds one sentence (OpenGL too old, a shader missing or not compiling). */
struct gl_renderer *gl_renderer_new(struct fonts *fonts, const char *shader_folder, char *error, size_t error_bytes);
void gl_renderer_free(struct gl_renderer *renderer);
/* The context is gone: forget its names without calling GL. Then free. */
void gl_renderer_abandon(struct gl_renderer *renderer);
/* Draws into the framebuffer object (resized as needed). false: no memory or a GL error; error says which. */
bool gl_renderer_draw(struct gl_renderer *renderer, const struct draw_list *list, char *error, size_t error_bytes);
/* Shows the object in the default framebuffer of width × height pixels (a full-screen triangle); the caller swaps. */
void gl_renderer_present(struct gl_renderer *renderer, int width, int height);
/* 0x00RRGGBB top row first, packed, malloc'd: read back from the object. For tests. */
bool gl_renderer_read(struct gl_renderer *renderer, uint32_t **pixels, int *width, int *height);
#endif

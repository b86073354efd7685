#include "render/gl/program.h"
#include <epoxy/gl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHADER_FILE_MAX_BYTES = 1 << 20, LOG_BYTES = 512 };

/* The whole file, malloc'd and NUL-terminated, or NULL. */
static char *file_text(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *text = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long bytes = ftell(file);
        if (bytes > 0 && bytes <= SHADER_FILE_MAX_BYTES && fseek(file, 0, SEEK_SET) == 0) {
            text = malloc((size_t)bytes + 1);
            if (text && fread(text, 1, (size_t)bytes, file) == (size_t)bytes) {
                text[bytes] = '\0';
            } else {
                free(text);
                text = NULL;
            }
        }
    }
    fclose(file);
    return text;
}

static void keep_first_line(char *log) {
    for (; *log; log++)
        if (*log == '\n' || *log == '\r') *log = '\0';
}

static GLuint shader_compile(GLenum stage, const char *path, const char *definition, char *error,
                             size_t error_bytes) {
    char *source = file_text(path);
    if (!source) {
        snprintf(error, error_bytes,
                 "The shader %s cannot be read; install Headway again or set HEADWAY_ASSETS.",
                 path);
        return 0;
    }
    GLuint shader = glCreateShader(stage);
    size_t version_bytes = strcspn(source, "\n"); /* #version has to come first */
    const char *parts[] = {source, "\n", definition ? definition : "", source + version_bytes};
    const GLint lengths[] = {(GLint)version_bytes, -1, -1, -1};
    glShaderSource(shader, 4, parts, lengths);
    glCompileShader(shader);
    free(source);
    GLint is_compiled = 0;
    glGetShaderiv(shader, GL_COMPILE_STATUS, &is_compiled);
    if (is_compiled) return shader;
    char log[LOG_BYTES] = "";
    glGetShaderInfoLog(shader, sizeof log, NULL, log);
    keep_first_line(log);
    snprintf(
        error, error_bytes,
        "The shader %s does not compile (%s); install Headway again or update the graphics driver.",
        path, log);
    glDeleteShader(shader);
    return 0;
}

static GLuint program_link(GLuint vertex, GLuint fragment, const char *name, char *error,
                           size_t error_bytes) {
    GLuint program = glCreateProgram();
    glAttachShader(program, vertex);
    glAttachShader(program, fragment);
    glLinkProgram(program);
    glDetachShader(program, vertex);
    glDetachShader(program, fragment);
    GLint is_linked = 0;
    glGetProgramiv(program, GL_LINK_STATUS, &is_linked);
    if (is_linked) return program;
    char log[LOG_BYTES] = "";
    glGetProgramInfoLog(program, sizeof log, NULL, log);
    keep_first_line(log);
    snprintf(error, error_bytes,
             "The shaders %s.vert and %s.frag do not link (%s); install Headway again.", name, name,
             log);
    glDeleteProgram(program);
    return 0;
}

uint32_t gl_program_load(const char *folder, const char *name, const char *definition, char *error,
                         size_t error_bytes) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s.vert", folder, name) >= (int)sizeof path) {
        snprintf(error, error_bytes,
                 "The folder of the shaders has too long a name; move Headway.");
        return 0;
    }
    GLuint vertex = shader_compile(GL_VERTEX_SHADER, path, definition, error, error_bytes);
    if (!vertex) return 0;
    GLuint program = 0;
    snprintf(path, sizeof path, "%s/%s.frag", folder, name);
    GLuint fragment = shader_compile(GL_FRAGMENT_SHADER, path, definition, error, error_bytes);
    if (fragment) program = program_link(vertex, fragment, name, error, error_bytes);
    glDeleteShader(vertex);
    if (fragment) glDeleteShader(fragment);
    return program;
}

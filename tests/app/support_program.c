#include "support_program.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

void program_read(const char *folder, const char *name, char *out, size_t out_bytes) {
    char path[256];
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    assert_true(file_join(path, sizeof path, folder, name));
    out[0] = 0;
    if (!file_read_whole(path, (size_t)64 << 20, &bytes, &error)) return;
    size_t size = bytes.size < out_bytes ? bytes.size : out_bytes - 1;
    memcpy(out, bytes.data, size);
    out[size] = 0;
    file_bytes_free(&bytes);
}

struct run *program_run(const char *folder, const char *words) {
    static struct run run;
    char line[4096];
    snprintf(line, sizeof line,
             "cd '%s' && env -u DISPLAY -u WAYLAND_DISPLAY -u SDL_VIDEODRIVER LC_ALL=C.UTF-8 "
             "HOME='%s' XDG_CONFIG_HOME='%s/config' HEADWAY_ASSETS='%s' '%s' %s >out.txt 2>err.txt",
             folder, folder, folder, HEADWAY_SOURCE_DIR, PROGRAM, words);
    int status = system(line);
    run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    program_read(folder, "out.txt", run.out, sizeof run.out);
    program_read(folder, "err.txt", run.err, sizeof run.err);
    return &run;
}

struct file_bytes program_bytes(const char *folder, const char *name) {
    char path[256];
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    assert_true(file_join(path, sizeof path, folder, name));
    if (!file_read_whole(path, (size_t)64 << 20, &bytes, &error)) fail_msg("%s", error.text);
    return bytes;
}

void program_write(const char *folder, const char *name, const char *text) {
    char path[256];
    struct file_error error = {0};
    assert_true(file_join(path, sizeof path, folder, name));
    if (!file_write_whole(path, text, strlen(text), FILE_WRITE_REPLACE, &error))
        fail_msg("%s", error.text);
}

void program_complains(const struct run *run, int status) {
    if (run->status != status) fail_msg("status %d: %s", run->status, run->err);
    assert_memory_equal(run->err, "headway: ", 9);
    assert_ptr_equal(strchr(run->err, '\n'), run->err + strlen(run->err) - 1);
}

/* support_program.h: the program itself, run as from a command line, without a display. */
#ifndef TESTS_SUPPORT_PROGRAM_H
#define TESTS_SUPPORT_PROGRAM_H
#include "files/files.h"

#define PROGRAM HEADWAY_BINARY_DIR "/headway"

struct run {
    int status;
    char out[65536], err[4096]; /* cut */
};

/* Runs headway with the words of a shell line, in `folder`, which is also its home. */
struct run *program_run(const char *folder, const char *words);
/* A file that it wrote there; an empty text where there is none. */
void program_read(const char *folder, const char *name, char *out, size_t out_bytes);
struct file_bytes program_bytes(const char *folder, const char *name); /* must be there */
void program_write(const char *folder, const char *name, const char *text);
/* One line on standard error, of the form `headway: WHAT: why; what to do`, and this status. */
void program_complains(const struct run *run, int status);
#endif

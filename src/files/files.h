/* files.h: reading and writing files so that what exists is always whole.
 *
 * Every function that can fail returns false and fills the error with one sentence: what, why, what
 * to do. Nothing prints. Paths are UTF-8 bytes as the system gives them. */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_error {
    char text[512];
};

/* printf-style; cuts at a UTF-8 boundary when too long. Always returns false, so that a caller can
 * `return file_error_set(…)`. error may be NULL. */
bool file_error_set(struct file_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Bytes owned by the caller: free with file_bytes_free. data always has one extra NUL behind size. */
struct file_bytes {
    uint8_t *data;
    size_t size;
};
void file_bytes_free(struct file_bytes *bytes); /* safe on zeros and twice */

/* The whole file, at most max_bytes ("-" is standard input). Folders, missing, unreadable and oversized files are errors that name the path. */
bool file_read_whole(const char *path, size_t max_bytes, struct file_bytes *out, struct file_error *error);

enum file_write_mode {
    FILE_WRITE_REPLACE, /* an existing file is replaced in one step */
    FILE_WRITE_NEW      /* an existing file is an error and stays as it is */
};
/* Writes to a temporary file beside the target, flushes it to disk, then renames (or links, for NEW): the
 * target is either the old file or the whole new one. On failure no temporary file is left. "-" is standard output. */
bool file_write_whole(const char *path, const void *data, size_t size, enum file_write_mode mode,
                      struct file_error *error);
/* A folder with some files, which appears whole or not at all: it is filled under a temporary name beside the target, flushed,
 * then takes the target's name, which must be free. On failure nothing of it is left. */
struct file_part {
    const char *name;
    const void *data;
    size_t size;
};
bool file_write_folder(const char *path, const struct file_part *parts, size_t count, struct file_error *error);
bool file_exists(const char *path);
bool file_is_folder(const char *path);
/* Makes the folder and those above it. */
bool file_make_folders(const char *path, struct file_error *error);
/* What is in a folder, hidden files aside: folders first, then files, each in byte order. At most FILE_FOLDER_MOST are
 * listed; has_more says whether there were more. */
enum { FILE_FOLDER_MOST = 10000 };
struct file_entry {
    char *name;
    bool is_folder;
};
struct file_folder {
    struct file_entry *entries; /* owned, with their names */
    size_t count;
    bool has_more;
};
bool file_folder_read(const char *path, struct file_folder *out, struct file_error *error);
void file_folder_free(struct file_folder *folder); /* safe on zeros and twice */
/* out = folder/name, cut never: false when it does not fit. */
bool file_join(char *out, size_t out_bytes, const char *folder, const char *name);

/* Replaces invalid UTF-8 by U+FFFD, NUL by U+2400; returns a malloc'd NUL-terminated string (NULL: no memory),
 * *replaced counts what was replaced. */
char *file_utf8_repair(const uint8_t *data, size_t size, size_t *replaced);
#endif

/* Writing a file whole or not at all: a temporary file beside the target is filled, flushed to disk
 * and then given the target's name in one step. */
#include "files/error.h"
#include "files/files.h"
#include "files/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 0, or the errno of what went wrong. */
static int write_all(int descriptor, const uint8_t *data, size_t size) {
    for (size_t done = 0; done < size;) {
        size_t piece = size - done < (size_t)1 << 30 ? size - done : (size_t)1 << 30;
        ssize_t wrote = write(descriptor, data + done, piece);
        if (wrote < 0 && errno != EINTR) return errno;
        if (wrote == 0) return EIO;
        if (wrote > 0) done += (size_t)wrote;
    }
    return 0;
}

/* Devices, pipes and sockets are written to as they are: there is nothing to replace. */
static int write_in_place(const char *path, const void *data, size_t size) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) return errno;
    int code = write_all(descriptor, data, size);
    if (close(descriptor) != 0 && code == 0) code = errno;
    return code;
}

/* The length of the folder part of a path, with its slash; 0 for a bare name. */
static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* The nth name to try beside the target. */
static void temporary_name(const char *target, int attempt, char *name, size_t name_bytes) {
    snprintf(name, name_bytes, "%.*s.headway-%ld-%d.tmp", (int)folder_length(target), target,
             (long)getpid(), attempt);
}

/* Opens a file of a new name beside the target. name[name_bytes] gets its path. -1 and errno on
 * failure. */
static int open_temporary(const char *target, char *name, size_t name_bytes) {
    for (int attempt = 0; attempt < 1000; attempt++) {
        temporary_name(target, attempt, name, name_bytes);
        int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST) return descriptor;
    }
    return -1;
}

/* Fills the temporary file and makes sure that it is on the disk. old may be NULL. Closes. */
static int fill(int descriptor, const void *data, size_t size, const struct stat *old) {
    int code = write_all(descriptor, data, size);
    if (code == 0 && old && fchmod(descriptor, old->st_mode & 0777) != 0) code = errno;
    /* EINVAL, ENOTSUP: a file system that knows no flushing. */
    if (code == 0 && fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP) code = errno;
    if (close(descriptor) != 0 && code == 0) code = errno;
    return code;
}

/* Gives the temporary file the target's name, only if that is free. */
static int name_as_new(const char *temporary, const char *target) {
    if (link(temporary, target) == 0) {
        unlink(temporary);
        return 0;
    }
    if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EMLINK) return errno;
    /* A file system without hard links: take the name with an empty file, then replace that. */
    int descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) return errno;
    close(descriptor);
    if (rename(temporary, target) == 0) return 0;
    int code = errno;
    unlink(target);
    return code;
}

/* Makes the new name itself last; where that cannot be done, the file is whole all the same. */
static void flush_folder(const char *path) {
    char folder[PATH_MAX];
    size_t length = folder_length(path);
    snprintf(folder, sizeof folder, "%.*s", (int)length, length ? path : "");
    int descriptor = open(length ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    (void)fsync(descriptor);
    close(descriptor);
}

/* old: the target as it is now, or NULL when there is none. */
static int write_beside(const char *target, const void *data, size_t size,
                        enum file_write_mode mode, const struct stat *old) {
    char temporary[PATH_MAX];
    if (folder_length(target) + 64 > sizeof temporary) return ENAMETOOLONG;
    int descriptor = open_temporary(target, temporary, sizeof temporary);
    if (descriptor < 0) return errno;
    int code = fill(descriptor, data, size, old);
    if (code == 0 && mode == FILE_WRITE_NEW) {
        code = name_as_new(temporary, target);
    } else if (code == 0 && rename(temporary, target) != 0) {
        code = errno;
    }
    if (code != 0) unlink(temporary);
    if (code == 0) flush_folder(target);
    return code;
}

bool file_write_whole(const char *path, const void *data, size_t size, enum file_write_mode mode,
                      struct file_error *error) {
    int code;
    struct stat old;
    size_t length = strlen(path);
    if (strcmp(path, "-") == 0) {
        code = write_all(STDOUT_FILENO, data, size);
        return code == 0 || file_error_system(error, "write to", "standard output", code);
    }
    bool is_there = stat(path, &old) == 0;
    if (length == 0) {
        code = ENOENT;
    } else if ((is_there && S_ISDIR(old.st_mode)) || path[length - 1] == '/') {
        code = EISDIR;
    } else if (is_there && mode == FILE_WRITE_NEW) {
        code = EEXIST;
    } else if (is_there && !S_ISREG(old.st_mode)) {
        code = write_in_place(path, data, size);
    } else if (is_there && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0) {
        code = errno; /* a file that its owner protected stays */
    } else {
        /* Through a link, so that the link stays and what it names is replaced. */
        char *resolved = is_there ? realpath(path, NULL) : NULL;
        code = write_beside(resolved ? resolved : path, data, size, mode, is_there ? &old : NULL);
        free(resolved);
    }
    return code == 0 || file_error_system(error, "write", path, code);
}

/* ---- a folder ---- */

static int make_temporary(const char *target, char *name, size_t name_bytes) {
    for (int attempt = 0; attempt < 1000; attempt++) {
        temporary_name(target, attempt, name, name_bytes);
        if (mkdir(name, 0777) == 0) return 0;
        if (errno != EEXIST) return errno;
    }
    return EEXIST;
}

static int write_part(const char *folder, const struct file_part *part) {
    char path[PATH_MAX];
    if (!file_join(path, sizeof path, folder, part->name)) return ENAMETOOLONG;
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return descriptor < 0 ? errno : fill(descriptor, part->data, part->size, NULL);
}

static void remove_folder(const char *folder, const struct file_part *parts, size_t count) {
    char path[PATH_MAX];
    for (size_t i = 0; i < count; i++)
        if (file_join(path, sizeof path, folder, parts[i].name)) unlink(path);
    rmdir(folder);
}

/* The names in the folder come to the disk before it takes the target's name. What has come to
 * stand there meanwhile stays: only an empty folder gives way to rename, and that loses nothing. */
static int write_folder(const char *target, const struct file_part *parts, size_t count) {
    char temporary[PATH_MAX];
    if (folder_length(target) + 64 > sizeof temporary) return ENAMETOOLONG;
    int code = make_temporary(target, temporary, sizeof temporary - 2);
    if (code != 0) return code;
    for (size_t i = 0; i < count && code == 0; i++)
        code = write_part(temporary, &parts[i]);
    if (code == 0) {
        size_t length = strlen(temporary);
        memcpy(temporary + length, "/", 2);
        flush_folder(temporary);
        temporary[length] = '\0';
    }
    if (code == 0 && rename(temporary, target) != 0)
        code = errno == ENOTEMPTY || errno == ENOTDIR ? EEXIST : errno;
    if (code != 0)
        remove_folder(temporary, parts, count);
    else
        flush_folder(target);
    return code;
}

bool file_write_folder(const char *path, const struct file_part *parts, size_t count,
                       struct file_error *error) {
    char target[PATH_MAX];
    struct stat old;
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0 || length >= sizeof target)
        return file_error_system(error, "write", path, length ? ENAMETOOLONG : ENOENT);
    memcpy(target, path, length);
    target[length] = '\0';
    int code = lstat(target, &old) == 0 ? EEXIST : write_folder(target, parts, count);
    if (code == EEXIST)
        return file_error_set(error,
                              "cannot write %.300s: it exists already and was left as it is; "
                              "choose another name.",
                              target);
    return code == 0 || file_error_system(error, "write", target, code);
}
